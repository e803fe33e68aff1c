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

/* Heads that write stand before those that read, in the interface and in every table. */
enum { WRITE, READ, KINDS };

/* What the interface gives every head, in the order in which it stands there; heads that read have
 * neither erase nor add. */
enum { KEY, STRENGTH, GATE, SHIFT, SHARPENING, ERASE, ADD, PARTS };

typedef enum part_of { ONE, WORDS, OFFSETS } part_of;

#define TAG(name_, kind_, last_, role_, access_, group_)                                           \
    {                                                                                              \
        .name = name_, .kind = MANN_KIND_##kind_, .axis = {"head", last_},                         \
        .role = MANN_ROLE_##role_, .access = MANN_ACCESS_##access_, .group = group_                \
    }
#define TAGS(name, kind, last, role)                                                               \
    {                                                                                              \
        TAG("write_" name, kind, last, role, WRITE, "write"),                                      \
            TAG("read_" name, kind, last, role, READ, "read")                                      \
    }

static const struct part {
    mann_squash_kind squash;
    part_of of; /* numbers a head */
    mann_tag_info tag[KINDS];
} parts[PARTS] = {
    [KEY] = {MANN_TANH, WORDS, TAGS("key", SIGNED, "word", KEY)},
    [STRENGTH] = {MANN_SOFTPLUS, ONE, TAGS("strength", POSITIVE, NULL, STRENGTH)},
    [GATE] = {MANN_SIGMOID, ONE, TAGS("gate", GATE, NULL, GATE)},
    [SHIFT] = {MANN_SOFTMAX, OFFSETS, TAGS("shift", DISTRIBUTION, "offset", SHIFT)},
    [SHARPENING] = {MANN_ONEPLUS, ONE, TAGS("sharpening", POSITIVE, NULL, SHARPENING)},
    [ERASE] = {MANN_SIGMOID, WORDS, {TAG("erase", GATE, "word", ERASE, WRITE, "write")}},
    [ADD] = {MANN_TANH, WORDS, {TAG("add", SIGNED, "word", ADD, WRITE, "write")}},
};
static const int parts_of[KINDS] = {[WRITE] = PARTS, [READ] = ERASE};
enum { SEGMENTS = PARTS + ERASE };

/* What addressing makes of a weighting, and the weighting itself. */
enum { SIMILARITY, CONTENT, GATED, SHIFTED, WEIGHTS, STAGES };
static const mann_tag_info stage_tag[STAGES][KINDS] = {
    [SIMILARITY] = TAGS("similarity", SIGNED, "location", SIMILARITY),
    [CONTENT] = TAGS("content", WEIGHTING, "location", CONTENT),
    [GATED] = TAGS("gated", WEIGHTING, "location", GATED),
    [SHIFTED] = TAGS("shifted", WEIGHTING, "location", SHIFTED),
    [WEIGHTS] = TAGS("weights", WEIGHTING, "location", WEIGHTING),
};
static const mann_tag_info reads_tag = TAG("reads", SIGNED, "word", READ, READ, "read");
static const mann_tag_info memory_tag = {.name = "memory",
                                         .kind = MANN_KIND_SIGNED,
                                         .axis = {"word", "location"},
                                         .role = MANN_ROLE_MEMORY};

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

static int32_t heads_of(const matrix_config *config, int kind)
{
    return kind == WRITE ? config->write_heads : config->read_heads;
}

static int32_t numbers(const matrix_config *config, int part)
{
    part_of of = parts[part].of;
    return of == WORDS ? config->width : of == OFFSETS ? offsets(config) : 1;
}

static int32_t interface_width(const void *config)
{
    int32_t sum = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int p = 0; p < parts_of[kind]; p++) {
            sum += heads_of(config, kind) * numbers(config, p);
        }
    }
    return sum;
}

static int32_t read_width(const void *config)
{
    const matrix_config *c = config;
    return c->read_heads * c->width;
}

static void init(void *self_, const void *config, const char *scope, mann_params *params)
{
    matrix *self = self_;
    const matrix_config *c = config;
    self->config = *c;
    mann_squash_part *next = self->segment;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int p = 0; p < parts_of[kind]; p++) {
            int32_t n = numbers(c, p);
            *next++ = (mann_squash_part){parts[p].squash, heads_of(c, kind) * n, n};
        }
    }
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
    mann_var memory =
        mann_full(tape, 3, (int32_t[]){batch, c->width, c->locations}, (mann_real)c->initial_value);
    for (int32_t b = 0; b < batch && c->initial == INITIAL_RANDOM && !mann_tape_status(tape); b++) {
        mann_real *value = mann_value(memory) + (size_t)b * (size_t)size;
        mann_rng rng = mann_tape_stream(tape, "initial memory", b);
        for (int32_t i = 0; i < size; i++) {
            value[i] = (mann_real)(mann_rng_normal(&rng) * c->initial_value);
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
    bool first = self->config.initial_weights == WEIGHTS_FIRST;
    mann_var weights =
        mann_full(tape, 3, (int32_t[]){batch, heads, N}, first ? 0 : 1 / (mann_real)N);
    mann_var location = mann_reshape(tape, mann_one_hot(tape, 1, N, &(int32_t){0}), 1, &N);
    return first ? mann_add(tape, weights, location) : weights;
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

/* Cuts the squashed interface: part[kind][p] is [B, heads], or [B, heads, numbers]. */
static void cut(const matrix_config *c, mann_tape *tape, mann_var interface,
                mann_var part[KINDS][PARTS])
{
    int32_t at = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int p = 0; p < parts_of[kind]; p++) {
            int32_t heads = heads_of(c, kind), width = heads * numbers(c, p);
            mann_var columns = mann_columns(tape, interface, at, width);
            part[kind][p] = parts[p].of == ONE ? columns : mann_split(tape, columns, heads);
            at += width;
        }
    }
}

static mann_var address(mann_tape *tape, mann_var memory, const mann_var *part, mann_var previous,
                        int kind)
{
    mann_addressing made;
    mann_var weights = mann_address(tape, memory, part[KEY], part[STRENGTH], part[GATE],
                                    part[SHIFT], part[SHARPENING], previous, &made);
    const mann_var stage[STAGES] = {made.similarity, made.content, made.gated, made.shifted,
                                    weights};
    for (int p = KEY; p <= SHARPENING; p++) {
        mann_tag(tape, &parts[p].tag[kind], part[p]);
    }
    for (int i = 0; i < STAGES; i++) {
        mann_tag(tape, &stage_tag[i][kind], stage[i]);
    }
    return weights;
}

static mann_var step(const void *self_, mann_tape *tape, mann_var *state, mann_var interface)
{
    const matrix *self = self_;
    const matrix_config *c = &self->config;
    mann_var squashed = mann_squash(tape, interface, SEGMENTS, self->segment, (mann_real)c->clip);
    mann_var part[KINDS][PARTS];
    cut(c, tape, squashed, part);
    mann_var erase = part[WRITE][ERASE], add = part[WRITE][ADD];

    state[WRITE_WEIGHTS] = address(tape, state[MEMORY], part[WRITE], state[WRITE_WEIGHTS], WRITE);
    mann_var written = mann_erase_add(tape, state[MEMORY], state[WRITE_WEIGHTS], erase, add);
    mann_var seen = c->order == 0 ? written : state[MEMORY];
    state[READ_WEIGHTS] = address(tape, seen, part[READ], state[READ_WEIGHTS], READ);
    mann_var reads = mann_read(tape, seen, state[READ_WEIGHTS]);
    state[MEMORY] = written;

    mann_tag(tape, &parts[ERASE].tag[WRITE], erase);
    mann_tag(tape, &parts[ADD].tag[WRITE], add);
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
