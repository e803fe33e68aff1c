/* The dynamic memory network (Kumar, Irsoy, Ondruska, Iyyer, Bradbury, Gulrajani, Zhong, Paulus &
 * Socher 2016, "Ask me anything"): it reads a story word by word, and then goes through its
 * sentences several times, each time with another thought of what matters to the question.
 *
 *   input       h_t = GRU(L w_t, h_t-1) over all words of the story, an end word behind each
 *               sentence; the facts c_1 .. c_T are the states there                section 2.1
 *   question    q = the last of q_t = GRU(L w_t, q_t-1)                            section 2.2
 *   episode i   g_t = G(c_t, m_i-1, q)
 *               h_t = g_t GRU(c_t, h_t-1) + (1 - g_t) h_t-1,  e_i = h_T            section 2.3
 *   memory      m_i = GRU(e_i, m_i-1),  m_0 = q
 *   answer      softmax of W_a a_1,  a_1 = GRU([y_0, q], a_0),  a_0 = m            section 2.4
 *
 * for i = 1 .. passes, with the gate
 *
 *   z(c, m, q) = [c, m, q, c q, c m, |c - q|, |c - m|, c . W_b q, c . W_b m]
 *   G(c, m, q) = sigmoid of W_2 tanh(W_1 z + b_1) + b_2
 *
 * Answers are one word: nothing was said before it, so y_0 is nought and left out. The paper ends
 * its passes when the gate chooses a fact that stands for the end; here there are always `passes`.
 *
 * Supervision, section 2.5: the gate of pass i is to open for the i-th fact that the answer rests
 * on and no other; the cross-entropy of all gates counts `gates` times.
 *
 * With `fusion` facts also know what follows them: c_t + b_t takes the place of c_t, with
 * b_t = GRU(c_t, b_t+1), as in the input fusion of Xiong, Merity & Socher 2016. A gate looks at one
 * fact alone, and a reader that goes forward cannot tell that it is the last of its kind.
 *
 * Stories of a group have different lengths. Where one step takes the next, they stand in order of
 * length, and those that have ended drop out; mann_gather brings rows from one order to another. */
#include "model/stories/story.h"
#include "model/stories/texts.h"
#include "nn/gru.h"

enum { MOST_PASSES = 16 };

typedef struct dmn_config {
    int32_t passes, width, hidden, sentences;
    double gates;
    bool fusion;
} dmn_config;

#define FIELD(name) offsetof(dmn_config, name)
static const mann_option dmn_options[] = {
    {"passes", MANN_OPT_INT, FIELD(passes), "3", 1, MOST_PASSES, NULL, "episodes"},
    {"width", MANN_OPT_INT, FIELD(width), "50", 1, 65536, NULL, "of an embedding"},
    {"hidden", MANN_OPT_INT, FIELD(hidden), "40", 1, 65536, NULL, "units of every GRU"},
    {"sentences", MANN_OPT_INT, FIELD(sentences), "200", 1, 65536, NULL,
     "most recent ones that it sees"},
    {"gates", MANN_OPT_REAL, FIELD(gates), "0", 0, 1e6, NULL,
     "weight of the loss that shows the gates the supporting facts; 0: they find them alone"},
    {"fusion", MANN_OPT_BOOL, FIELD(fusion), "false", 0, 0, NULL,
     "whether facts know what follows them"},
    {0},
};

typedef struct dmn {
    mann_io_shape io;
    dmn_config config;
    mann_handle L, Wb;
    mann_gru input, fusion, question, episode, memory, answer;
    mann_dense gate1, gate2, Wa;
} dmn;

static mann_status init(mann_context *context, void *self_, const mann_model_setup *setup,
                        mann_params *params)
{
    (void)context;
    dmn *self = self_;
    const dmn_config *c = setup->config;
    int32_t H = c->hidden, words = setup->io.vocabulary + 1;
    self->io = setup->io;
    self->config = *c;
    self->L = mann_params_add(params, words, c->width, MANN_INIT_NORMAL, 0.5, "L");
    self->input = mann_gru_init(params, "input", c->width, H);
    if (c->fusion) {
        self->fusion = mann_gru_init(params, "fusion", H, H);
    }
    self->question = mann_gru_init(params, "question", c->width, H);
    self->Wb = mann_params_add(params, H, H, MANN_INIT_NORMAL, 0.1, "Wb");
    self->gate1 = mann_dense_init(params, "gate.1", 7 * H + 2, H);
    self->gate2 = mann_dense_init(params, "gate.2", H, 1);
    self->episode = mann_gru_init(params, "episode", H, H);
    self->memory = mann_gru_init(params, "memory", H, H);
    self->answer = mann_gru_init(params, "answer", H, H);
    self->Wa = mann_dense_init(params, "Wa", H, setup->io.outputs);
    return MANN_OK;
}

static mann_var gru_step(const mann_gru *gru, mann_tape *tape, mann_var x, mann_var h)
{
    return mann_gru_step(gru, tape, mann_gru_inputs(gru, tape, x), NULL, h);
}

/* The facts of a group: sentence by sentence, in each the stories that have one, by their rank. */
typedef struct facts {
    mann_ranks stories; /* by sentences */
    int32_t count;      /* F */
    int32_t *number;    /* [F]: 0 .. F-1 */
    int32_t *first;     /* [steps]: fact number of a sentence's first */
    int32_t *story;     /* [F]: rank of its story */
    int32_t *sentence;  /* [F]: b N + n */
} facts;

static int32_t *list(mann_tape *tape, int32_t count)
{
    return mann_tape_scratch(tape, (size_t)count * sizeof(int32_t));
}

static facts find_facts(mann_tape *tape, int32_t N, mann_ranks stories)
{
    facts f = {.stories = stories, .first = list(tape, stories.steps)};
    for (int32_t t = 0; f.first && t < stories.steps; t++) {
        f.first[t] = f.count;
        f.count += stories.active[t];
    }
    f.number = list(tape, f.count);
    f.story = list(tape, f.count);
    f.sentence = list(tape, f.count);
    for (int32_t t = 0; t < stories.steps && !mann_tape_status(tape); t++) {
        for (int32_t i = 0; i < stories.active[t]; i++) {
            f.number[f.first[t] + i] = f.first[t] + i;
            f.story[f.first[t] + i] = i;
            f.sentence[f.first[t] + i] = stories.row[i] * N + t;
        }
    }
    return f;
}

/* Rows of facts at sentence t. */
static mann_var at_sentence(mann_tape *tape, const facts *f, mann_var x, int32_t t)
{
    return mann_gather(tape, 1, &x, f->stories.active[t], NULL, f->number + f->first[t]);
}

/* For each of count sentences b N + n, the state that a GRU has at its end. */
static mann_var listen(const dmn *self, mann_tape *tape, const mann_gru *gru, const mann_texts *x,
                       int32_t N, int32_t count, const int32_t *sentence)
{
    const mann_ranks *r = &x->by_words;
    mann_var *h = mann_tape_scratch(tape, (size_t)(r->steps + 1) * sizeof(mann_var));
    int32_t *step = list(tape, count), *row = list(tape, count);
    mann_var L = mann_param(tape, self->L);
    mann_var before = mann_input(tape, 2, (int32_t[]){r->count, gru->hidden});
    for (int32_t t = 0; row && h && t < r->steps; t++) {
        mann_var w = mann_embed(tape, L, r->active[t], 1, 1, x->token[t], NULL);
        before = h[t] = gru_step(gru, tape, mann_flatten(tape, w), before);
    }
    for (int32_t i = 0; i < count && !mann_tape_status(tape); i++) {
        step[i] = x->end[sentence[i]];
        row[i] = r->rank[sentence[i] / N];
    }
    return mann_tape_status(tape) ? before : mann_gather(tape, r->steps, h, count, step, row);
}

/* c_t + b_t, facts in order of number. */
static mann_var fuse(const dmn *self, mann_tape *tape, const facts *f, mann_var c)
{
    const mann_ranks *r = &f->stories;
    mann_var *b = mann_tape_scratch(tape, (size_t)r->steps * sizeof(mann_var));
    mann_var after = mann_input(tape, 2, (int32_t[]){r->count, self->config.hidden});
    int32_t *sentence = list(tape, f->count);
    for (int32_t t = r->steps - 1; b && t >= 0; t--) {
        /* Stories that end here join those that go on; nothing follows them. */
        int32_t on = t + 1 < r->steps ? r->active[t + 1] : 0;
        mann_var both[2] = {after, mann_input(tape, 2, (int32_t[]){1, self->config.hidden})};
        int32_t *of = list(tape, r->active[t]), *row = list(tape, r->active[t]);
        for (int32_t i = 0; row && of && i < r->active[t]; i++) {
            of[i] = i >= on;
            row[i] = i < on ? i : 0;
        }
        after = mann_gather(tape, 2, both, r->active[t], of, row);
        after = b[t] = gru_step(&self->fusion, tape, at_sentence(tape, f, c, t), after);
        for (int32_t i = 0; sentence && i < r->active[t]; i++) {
            sentence[f->first[t] + i] = t;
        }
    }
    if (mann_tape_status(tape)) {
        return c;
    }
    return mann_add(tape, c, mann_gather(tape, r->steps, b, f->count, sentence, f->story));
}

/* a . b of each row, [rows, 1]. */
static mann_var dot(mann_tape *tape, mann_var a, mann_var b)
{
    mann_var columns = mann_split(tape, a, a->n[1]), query = mann_split(tape, b, 1);
    return mann_flatten(tape, mann_match(tape, columns, query, 1));
}

/* x [rows, 1] in each of count columns. */
static mann_var spread(mann_tape *tape, mann_var x, int32_t count)
{
    mann_var ones = mann_input(tape, 3, (int32_t[]){x->n[0], count, 1});
    for (size_t i = 0; i < mann_size(ones) && !mann_tape_status(tape); i++) {
        mann_value(ones)[i] = 1;
    }
    return mann_flatten(tape, mann_read(tape, ones, mann_split(tape, x, 1)));
}

/* What a gate compares a fact with, q or m, as rows of facts: c x, |c - x| and c . W_b x. */
typedef struct likeness {
    mann_var x, product, distance, bilinear;
} likeness;

static likeness compare(mann_tape *tape, const facts *f, mann_var c, mann_var cWb, mann_var x)
{
    mann_var of_fact = mann_gather(tape, 1, &x, f->count, NULL, f->story);
    return (likeness){of_fact, mann_multiply(tape, c, of_fact), mann_distance(tape, c, of_fact),
                      dot(tape, cWb, of_fact)};
}

/* G before the sigmoid, [F, 1]. */
static mann_var gate(const dmn *self, mann_tape *tape, mann_var c, likeness m, likeness q)
{
    mann_var z = mann_concat(tape, 1, 9,
                             (mann_var[]){c, m.x, q.x, q.product, m.product, q.distance, m.distance,
                                          q.bilinear, m.bilinear});
    mann_var inner = mann_activate(tape, mann_dense_apply(self->gate1, tape, z), MANN_TANH);
    return mann_dense_apply(self->gate2, tape, inner);
}

/* e of all stories by rank, from the facts c and gates g [F, 1]. */
static mann_var episode(const dmn *self, mann_tape *tape, const facts *f, mann_var c, mann_var g)
{
    const mann_ranks *r = &f->stories;
    mann_var *h = mann_tape_scratch(tape, (size_t)(r->steps + 1) * sizeof(mann_var));
    mann_var wide = spread(tape, g, self->config.hidden);
    mann_var before = mann_input(tape, 2, (int32_t[]){r->count, self->config.hidden});
    for (int32_t t = 0; h && t < r->steps; t++) {
        mann_var read = gru_step(&self->episode, tape, at_sentence(tape, f, c, t), before);
        before = h[t] = mann_interpolate(tape, at_sentence(tape, f, wide, t), read, before);
    }
    return mann_tape_status(tape) ? before
                                  : mann_gather(tape, r->steps, h, r->count, r->last, f->number);
}

/* The loss of the gates before their sigmoid, g[0..passes-1]. */
static mann_var teach_gates(const dmn *self, mann_tape *tape, const facts *f,
                            const int32_t *support, mann_var *g)
{
    mann_var target[MOST_PASSES], mask[MOST_PASSES];
    for (int32_t k = 0; k < self->config.passes; k++) {
        target[k] = mann_input(tape, 2, (int32_t[]){f->count, 1});
        mask[k] = mann_input(tape, 1, &f->count);
        for (int32_t i = 0; i < f->count && !mann_tape_status(tape); i++) {
            mann_value(target[k])[i] = support[f->sentence[i]] == k + 1;
            mann_value(mask[k])[i] = 1;
        }
    }
    mann_var total = NULL;
    for (int32_t k = 0; k < self->config.passes; k++) {
        mann_var loss =
            mann_target_loss(tape, MANN_TARGET_BITS, g[k], target[k], mask[k], NULL, NULL);
        total = total ? mann_add(tape, total, loss) : loss;
    }
    return total;
}

/* The gates g [F, 1] of every pass in their places [B, 1, N], for observers. */
static void show(mann_tape *tape, const facts *f, int32_t passes, int32_t N, mann_var *g)
{
    mann_var shown[MOST_PASSES];
    for (int32_t k = 0; k < passes; k++) {
        shown[k] = mann_input(tape, 3, (int32_t[]){f->stories.count, 1, N});
        for (int32_t i = 0; i < f->count && !mann_tape_status(tape); i++) {
            mann_value(shown[k])[f->sentence[i]] = mann_value(g[k])[i];
        }
    }
    mann_stories_show(tape, MANN_KIND_GATE, passes, shown);
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const dmn *self = self_;
    const mann_io_shape *io = &self->io;
    int32_t B = batch->size, passes = self->config.passes;
    int32_t N = mann_stories_longest(batch, self->config.sentences);
    mann_stories s = mann_stories_pack(tape, batch, io, N, (mann_story_time){0}, io->outputs);
    int32_t *one = list(tape, B);
    if (mann_tape_status(tape)) {
        return;
    }
    for (int32_t b = 0; b < B; b++) {
        one[b] = 1;
    }
    facts f = find_facts(tape, N, mann_ranks_make(tape, B, s.told));
    mann_texts story = mann_texts_make(tape, B, N, io->words, s.story, s.told, io->vocabulary);
    mann_texts question = mann_texts_make(tape, B, 1, io->words, s.question, one, 0);

    mann_var c = listen(self, tape, &self->input, &story, N, f.count, f.sentence);
    c = self->config.fusion ? fuse(self, tape, &f, c) : c;
    mann_var q = listen(self, tape, &self->question, &question, 1, B, f.stories.row), m = q;
    mann_var cWb = mann_linear(tape, c, mann_param(tape, self->Wb), NULL);
    likeness to_q = compare(tape, &f, c, cWb, q);
    mann_var G[MOST_PASSES], g[MOST_PASSES];
    for (int32_t i = 0; i < passes; i++) {
        G[i] = gate(self, tape, c, compare(tape, &f, c, cWb, m), to_q);
        g[i] = mann_activate(tape, G[i], MANN_SIGMOID);
        m = gru_step(&self->memory, tape, episode(self, tape, &f, c, g[i]), m);
    }
    mann_var a = gru_step(&self->answer, tape, q, m);
    a = mann_gather(tape, 1, &a, B, NULL, f.stories.rank);
    if (mann_tape_observed(tape)) {
        show(tape, &f, passes, N, g);
    }
    a = mann_dense_apply(self->Wa, tape, a);
    mann_outputs_answer(tape, io, s.rows, a, s.target, s.mask, outputs);
    if (self->config.gates > 0 && s.support && !mann_tape_status(tape)) {
        mann_outputs_loss(outputs, "gates", self->config.gates,
                          teach_gates(self, tape, &f, s.support, G));
    }
}

static double multiply_adds(const mann_model_setup *setup)
{
    const dmn_config *c = setup->config;
    double N = c->sentences < setup->io.story ? c->sentences : setup->io.story;
    double W = setup->io.words, H = c->hidden, gru = 3 * 2 * H * H;
    double words = ((W + 1) * N + W) * 3 * (c->width + H) * H;
    double pass = N * ((7 * H + 2) * H + 2 * H + gru) + gru;
    return words + N * H * H + c->passes * pass + gru + H * setup->io.outputs;
}

const mann_model_type mann_model_dmn = {
    .name = "dmn",
    .summary = "dynamic memory network: goes through a story several times with gated attention",
    .options = dmn_options,
    .config_size = sizeof(dmn_config),
    .self_size = sizeof(dmn),
    .ports = mann_story_ports,
    .init = init,
    .forward = forward,
    .multiply_adds = multiply_adds,
};
