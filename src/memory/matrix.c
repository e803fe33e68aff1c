/* The memory matrix of the Neural Turing Machine (Graves, Wayne & Danihelka 2014, section 3).
 *
 * N locations of width M; W write heads, R read heads. Each step the controller's interface gives
 * every head (Figure 2 of the paper)
 *
 *   key k = tanh          strength beta = softplus     gate g = sigmoid
 *   shift s = softmax     sharpening gamma = 1 + softplus
 *
 * and every write head erase e = sigmoid and add a = tanh. The paper leaves the squashing of keys
 * and adds open; tanh bounds the memory and is what Collier & Beel 2018 found stable, as is
 * clipping what is squashed to ±20.
 *
 * The matrix is written first, and the new matrix is read (section 3.2 does not say; order
 * read-first serves weights trained the other way). */
#include <mann/memory.h>

#include <stdio.h>

typedef enum initial_memory {
    INITIAL_CONSTANT,
    INITIAL_LEARNED,
    INITIAL_WAVES,
    INITIAL_RANDOM
} initial_memory;
typedef enum initial_weights { WEIGHTS_UNIFORM, WEIGHTS_LEARNED, WEIGHTS_FIRST } initial_weights;

typedef struct matrix_config {
    int32_t locations, width, read_heads, write_heads, shift_range;
    int32_t initial, initial_weights, order;
    double initial_value, clip;
} matrix_config;

static const char *const initial_choices[] = {"constant", "learned", "waves", "random", NULL};
static const char *const weights_choices[] = {"uniform", "learned", "first", NULL};
static const char *const order_choices[] = {"write-first", "read-first", NULL};

#define FIELD(name) offsetof(matrix_config, name)
static const mann_option matrix_options[] = {
    {"locations", MANN_OPT_INT, FIELD(locations), "128", 1, 65536, NULL, "locations N"},
    {"width", MANN_OPT_INT, FIELD(width), "20", 1, 4096, NULL, "numbers per location, M"},
    {"read_heads", MANN_OPT_INT, FIELD(read_heads), "1", 1, 16, NULL, "read heads R"},
    {"write_heads", MANN_OPT_INT, FIELD(write_heads), "1", 1, 16, NULL, "write heads W"},
    {"shift_range", MANN_OPT_INT, FIELD(shift_range), "1", 0, 16, NULL,
     "largest shift in one step: offsets -range..range"},
    {"initial", MANN_OPT_CHOICE, FIELD(initial), "constant", 0, 0, initial_choices,
     "memory before the first step: constant, a learned matrix, one that starts as waves along the "
     "locations, or random per sequence"},
    {"initial_value", MANN_OPT_REAL, FIELD(initial_value), "1e-6", -1e3, 1e3, NULL,
     "the constant, or the scale of the others"},
    {"initial_weights", MANN_OPT_CHOICE, FIELD(initial_weights), "first", 0, 0, weights_choices,
     "weightings before the first step: uniform, learned, or the first location"},
    {"order", MANN_OPT_CHOICE, FIELD(order), "write-first", 0, 0, order_choices,
     "whether a step's reads see its writes"},
    {"clip", MANN_OPT_REAL, FIELD(clip), "20", 0, 1e3, NULL,
     "bound on what is squashed into head parameters, 0 for none"},
    MANN_OPTION_FORMER("slots", "locations"),
    {0},
};

/* write: key, strength, gate, shift, sharpening, erase, add; read: the first five. */
enum { SEGMENTS = 12 };

typedef struct matrix {
    matrix_config config;
    mann_squash_part segment[SEGMENTS];
    mann_handle memory, write_weights, read_weights; /* learned initial values */
} matrix;

/* The state: the matrix [B, M, N] and the last weightings [B, W, N], [B, R, N]. */
enum { MEMORY, WRITE_WEIGHTS, READ_WEIGHTS, STATES };

static int32_t offsets(const matrix_config *config)
{
    return 2 * config->shift_range + 1;
}

static bool is_learned(const matrix_config *config)
{
    return config->initial == INITIAL_LEARNED || config->initial == INITIAL_WAVES;
}

static int32_t interface_width(const void *config)
{
    const matrix_config *c = config;
    int32_t head = c->width + 3 + offsets(c);
    return c->write_heads * (head + 2 * c->width) + c->read_heads * head;
}

static int32_t read_width(const void *config)
{
    const matrix_config *c = config;
    return c->read_heads * c->width;
}

static mann_squash_part *head_segments(const matrix_config *c, int32_t heads, mann_squash_part *s)
{
    *s++ = (mann_squash_part){MANN_TANH, heads * c->width, c->width};        /* key */
    *s++ = (mann_squash_part){MANN_SOFTPLUS, heads, 1};                      /* strength */
    *s++ = (mann_squash_part){MANN_SIGMOID, heads, 1};                       /* gate */
    *s++ = (mann_squash_part){MANN_SOFTMAX, heads * offsets(c), offsets(c)}; /* shift */
    *s++ = (mann_squash_part){MANN_ONEPLUS, heads, 1};                       /* sharpening */
    return s;
}

static void init(void *self_, const void *config, const char *scope, mann_params *params)
{
    matrix *self = self_;
    const matrix_config *c = config;
    self->config = *c;
    mann_squash_part *s = head_segments(c, c->write_heads, self->segment);
    *s++ = (mann_squash_part){MANN_SIGMOID, c->write_heads * c->width, c->width}; /* erase */
    *s++ = (mann_squash_part){MANN_TANH, c->write_heads * c->width, c->width};    /* add */
    head_segments(c, c->read_heads, s);
    if (is_learned(c)) {
        mann_init start = c->initial == INITIAL_WAVES ? MANN_INIT_WAVES : MANN_INIT_UNIFORM;
        self->memory = mann_params_add(params, c->width, c->locations, start, c->initial_value,
                                       "%s.initial", scope);
    }
    if (c->initial_weights == WEIGHTS_LEARNED) {
        self->write_weights = mann_params_add(params, 1, c->write_heads * c->locations,
                                              MANN_INIT_CONSTANT, 0, "%s.write_weights", scope);
        self->read_weights = mann_params_add(params, 1, c->read_heads * c->locations,
                                             MANN_INIT_CONSTANT, 0, "%s.read_weights", scope);
    }
}

static mann_var initial_matrix(const matrix *self, mann_tape *tape, int32_t batch)
{
    const matrix_config *c = &self->config;
    int32_t size = c->width * c->locations;
    if (is_learned(c)) {
        return mann_split(tape, mann_broadcast(tape, mann_param(tape, self->memory), batch),
                          c->width);
    }
    mann_var memory = mann_input(tape, 3, (int32_t[]){batch, c->width, c->locations});
    for (int32_t b = 0; b < batch && !mann_tape_status(tape); b++) {
        mann_real *value = mann_value(memory) + (size_t)b * (size_t)size;
        mann_rng rng = mann_tape_stream(tape, "initial memory", b);
        for (int32_t i = 0; i < size; i++) {
            double x = c->initial == INITIAL_RANDOM ? mann_rng_normal(&rng) : 1;
            value[i] = (mann_real)(x * c->initial_value);
        }
    }
    return memory;
}

static mann_var initial_weighting(const matrix *self, mann_tape *tape, int32_t batch, int32_t heads,
                                  mann_handle learned)
{
    int32_t N = self->config.locations;
    if (self->config.initial_weights == WEIGHTS_LEARNED) {
        mann_squash_part each = {MANN_SOFTMAX, heads * N, N};
        mann_var logits = mann_broadcast(tape, mann_param(tape, learned), batch);
        return mann_split(tape, mann_squash(tape, logits, 1, &each, 0), heads);
    }
    mann_var weights = mann_input(tape, 3, (int32_t[]){batch, heads, N});
    for (int32_t row = 0; row < batch * heads && !mann_tape_status(tape); row++) {
        mann_real *value = mann_value(weights) + (size_t)row * (size_t)N;
        for (int32_t n = 0; n < N; n++) {
            bool first = self->config.initial_weights == WEIGHTS_FIRST;
            value[n] = first ? n == 0 : 1 / (mann_real)N;
        }
    }
    return weights;
}

static void begin(const void *self_, mann_tape *tape, int32_t batch, mann_var *state)
{
    const matrix *self = self_;
    const matrix_config *c = &self->config;
    state[MEMORY] = initial_matrix(self, tape, batch);
    state[WRITE_WEIGHTS] =
        initial_weighting(self, tape, batch, c->write_heads, self->write_weights);
    state[READ_WEIGHTS] = initial_weighting(self, tape, batch, c->read_heads, self->read_weights);
}

/* What a head's interface says, and the tags under which observers see it. */
typedef struct head {
    mann_var key, strength, gate, shift, sharpening;
} head;

typedef struct head_tags {
    mann_tag_info key, strength, gate, shift, sharpening;
    mann_tag_info similarity, content, gated, shifted, weights;
} head_tags;

#define HEAD_TAGS(which)                                                                           \
    {                                                                                              \
        {which "_key", MANN_KIND_SIGNED, {"head", "word"}},                                        \
            {which "_strength", MANN_KIND_POSITIVE, {"head"}},                                     \
            {which "_gate", MANN_KIND_GATE, {"head"}},                                             \
            {which "_shift", MANN_KIND_DISTRIBUTION, {"head", "offset"}},                          \
            {which "_sharpening", MANN_KIND_POSITIVE, {"head"}},                                   \
            {which "_similarity", MANN_KIND_SIGNED, {"head", "location"}},                         \
            {which "_content", MANN_KIND_WEIGHTING, {"head", "location"}},                         \
            {which "_gated", MANN_KIND_WEIGHTING, {"head", "location"}},                           \
            {which "_shifted", MANN_KIND_WEIGHTING, {"head", "location"}},                         \
        {                                                                                          \
            which "_weights", MANN_KIND_WEIGHTING,                                                 \
            {                                                                                      \
                "head", "location"                                                                 \
            }                                                                                      \
        }                                                                                          \
    }
static const head_tags write_tags = HEAD_TAGS("write"), read_tags = HEAD_TAGS("read");
static const mann_tag_info memory_tag = {"memory", MANN_KIND_SIGNED, {"word", "location"}};
static const mann_tag_info erase_tag = {"erase", MANN_KIND_GATE, {"head", "word"}};
static const mann_tag_info add_tag = {"add", MANN_KIND_SIGNED, {"head", "word"}};
static const mann_tag_info reads_tag = {"reads", MANN_KIND_SIGNED, {"head", "word"}};

/* The next width columns of the interface. */
static mann_var next(mann_tape *tape, mann_var interface, int32_t *at, int32_t width)
{
    mann_var part = mann_columns(tape, interface, *at, width);
    *at += width;
    return part;
}

static head next_head(const matrix_config *c, mann_tape *tape, mann_var interface, int32_t *at,
                      int32_t heads)
{
    head h;
    h.key = mann_split(tape, next(tape, interface, at, heads * c->width), heads);
    h.strength = next(tape, interface, at, heads);
    h.gate = next(tape, interface, at, heads);
    h.shift = mann_split(tape, next(tape, interface, at, heads * offsets(c)), heads);
    h.sharpening = next(tape, interface, at, heads);
    return h;
}

static mann_var address(mann_tape *tape, mann_var memory, const head *h, mann_var previous,
                        const head_tags *tags)
{
    mann_addressing stages;
    mann_var weights = mann_address(tape, memory, h->key, h->strength, h->gate, h->shift,
                                    h->sharpening, previous, &stages);
    mann_tag(tape, &tags->key, h->key);
    mann_tag(tape, &tags->strength, h->strength);
    mann_tag(tape, &tags->gate, h->gate);
    mann_tag(tape, &tags->shift, h->shift);
    mann_tag(tape, &tags->sharpening, h->sharpening);
    mann_tag(tape, &tags->similarity, stages.similarity);
    mann_tag(tape, &tags->content, stages.content);
    mann_tag(tape, &tags->gated, stages.gated);
    mann_tag(tape, &tags->shifted, stages.shifted);
    mann_tag(tape, &tags->weights, weights);
    return weights;
}

static mann_var step(const void *self_, mann_tape *tape, mann_var *state, mann_var interface)
{
    const matrix *self = self_;
    const matrix_config *c = &self->config;
    mann_var squashed = mann_squash(tape, interface, SEGMENTS, self->segment, (mann_real)c->clip);
    int32_t at = 0;
    head write = next_head(c, tape, squashed, &at, c->write_heads);
    mann_var erase =
        mann_split(tape, next(tape, squashed, &at, c->write_heads * c->width), c->write_heads);
    mann_var add =
        mann_split(tape, next(tape, squashed, &at, c->write_heads * c->width), c->write_heads);
    head read = next_head(c, tape, squashed, &at, c->read_heads);

    state[WRITE_WEIGHTS] = address(tape, state[MEMORY], &write, state[WRITE_WEIGHTS], &write_tags);
    mann_var written = mann_erase_add(tape, state[MEMORY], state[WRITE_WEIGHTS], erase, add);
    mann_var seen = c->order == 0 ? written : state[MEMORY];
    state[READ_WEIGHTS] = address(tape, seen, &read, state[READ_WEIGHTS], &read_tags);
    mann_var reads = mann_read(tape, seen, state[READ_WEIGHTS]);
    state[MEMORY] = written;

    mann_tag(tape, &erase_tag, erase);
    mann_tag(tape, &add_tag, add);
    mann_tag(tape, &memory_tag, written);
    mann_tag(tape, &reads_tag, reads);
    return mann_flatten(tape, reads);
}

static double multiply_adds(const void *config)
{
    const matrix_config *c = config;
    double cells = (double)c->locations * c->width, heads = c->write_heads + c->read_heads;
    /* Similarity of every head and the norms of both addressings; erase and add; read; shift. */
    return cells * (heads + 2 + 2 * c->write_heads + c->read_heads) +
           heads * offsets(c) * c->locations;
}

const mann_memory_type mann_memory_matrix = {
    .name = "matrix",
    .summary = "the memory matrix of the Neural Turing Machine (Graves et al. 2014)",
    .options = matrix_options,
    .config_size = sizeof(matrix_config),
    .self_size = sizeof(matrix),
    .states = STATES,
    .interface_width = interface_width,
    .read_width = read_width,
    .init = init,
    .begin = begin,
    .step = step,
    .multiply_adds = multiply_adds,
};
