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
 * Answers are one word: nothing was said before it, so y_0 is zero and left out. The paper ends
 * its passes when the gate chooses a fact that stands for the end; here there are always `passes`.
 *
 * Supervision, section 2.5: the gate of pass i is to open for the i-th fact that the answer rests
 * on and no other; the cross-entropy of all gates counts `gates` times.
 *
 * With `fusion` facts also know what follows them: c_t + b_t takes the place of c_t, with
 * b_t = GRU(c_t, b_t+1), as in the input fusion of Xiong, Merity & Socher 2016. A gate looks at one
 * fact alone, and a reader that goes forward cannot tell that it is the last of its kind.
 *
 * Stories of a group have different lengths: words and facts stand in packed rows. */
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

/* The facts of a group, packed: a row for each sentence of each story. */
typedef struct facts {
    mann_packed rows;
    const int32_t *place;    /* [rows]: that of the story */
    const int32_t *sentence; /* [rows]: b N + n */
} facts;

static facts find_facts(mann_tape *tape, int32_t B, int32_t N, const int32_t *told)
{
    facts f = {.rows = mann_pack(tape, B, told)};
    f.place = mann_packed_places(tape, &f.rows);
    const int32_t *step = mann_packed_steps(tape, &f.rows);
    int32_t *sentence = mann_tape_scratch(tape, (size_t)f.rows.rows * sizeof *sentence);
    for (int32_t i = 0; i < f.rows.rows && !mann_tape_status(tape); i++) {
        sentence[i] = f.rows.order[f.place[i]] * N + step[i];
    }
    f.sentence = sentence;
    return f;
}

/* For each of count sentences b N + n, the state that a GRU has at its end: [count, H]. */
static mann_var listen(const dmn *self, mann_tape *tape, const mann_gru *gru, const mann_texts *x,
                       int32_t count, const int32_t *sentence)
{
    mann_var L = mann_param(tape, self->L);
    mann_var w = mann_embed(tape, L, x->rows.rows, 1, 1, x->token, NULL);
    mann_var h = mann_gru_run(gru, tape, &x->rows, mann_flatten(tape, w), false);
    int32_t *end = mann_tape_scratch(tape, (size_t)count * sizeof *end);
    for (int32_t i = 0; i < count && !mann_tape_status(tape); i++) {
        end[i] = x->end[sentence[i]];
    }
    return mann_gather(tape, 1, &h, count, NULL, end);
}

/* What a gate compares a fact with, q or m, as rows of facts: c x, |c - x| and c . W_b x. */
typedef struct likeness {
    mann_var x, product, distance, bilinear;
} likeness;

static likeness compare(mann_tape *tape, const facts *f, mann_var c, mann_var cWb, mann_var x)
{
    mann_var each = mann_gather(tape, 1, &x, f->rows.rows, NULL, f->place);
    return (likeness){each, mann_multiply(tape, c, each), mann_distance(tape, c, each),
                      mann_sum(tape, mann_multiply(tape, cWb, each), 1)};
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

/* e of every story, from what the GRU makes of the facts and gates g [F, 1]. */
static mann_var episode(const dmn *self, mann_tape *tape, const facts *f, mann_var inputs,
                        mann_var g)
{
    mann_var *h = mann_tape_scratch(tape, (size_t)f->rows.steps * sizeof *h);
    mann_var before = mann_input(tape, 2, (int32_t[]){f->rows.batch, self->config.hidden});
    for (int32_t t = 0; h && t < f->rows.steps; t++) {
        mann_var c = mann_packed_step(tape, &f->rows, inputs, t);
        mann_var read = mann_gru_step(&self->episode, tape, c, NULL, before);
        mann_var open = mann_packed_step(tape, &f->rows, g, t);
        before = h[t] = mann_interpolate(tape, open, read, before);
    }
    return mann_packed_last(tape, &f->rows, mann_packed_join(tape, &f->rows, h));
}

/* The loss of the gates before their sigmoid, G[0..passes-1]. */
static mann_var teach_gates(mann_tape *tape, const facts *f, int32_t passes, const int32_t *support,
                            const mann_var *G)
{
    mann_var all = mann_concat(tape, 0, passes, G), target = mann_input(tape, 2, all->n);
    mann_var mask = mann_full(tape, 1, all->n, 1);
    for (int32_t i = 0; i < all->n[0] && !mann_tape_status(tape); i++) {
        int32_t pass = i / f->rows.rows, fact = i % f->rows.rows;
        mann_value(target)[i] = support[f->sentence[fact]] == pass + 1;
    }
    return mann_target_loss(tape, MANN_TARGET_BITS, all, target, mask, NULL, NULL);
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const dmn *self = self_;
    const mann_io_shape *io = &self->io;
    int32_t B = batch->size, passes = self->config.passes;
    int32_t N = mann_stories_longest(batch, self->config.sentences);
    mann_stories s = mann_stories_pack(tape, batch, io, N, (mann_story_time){0}, io->outputs);
    if (mann_tape_status(tape)) {
        return;
    }
    facts f = find_facts(tape, B, N, s.told);
    mann_texts story = mann_texts_make(tape, B, N, io->words, s.story, s.told, io->vocabulary);
    mann_texts question = mann_texts_make(tape, B, 1, io->words, s.question, s.rows.length, 0);

    mann_var c = listen(self, tape, &self->input, &story, f.rows.rows, f.sentence);
    if (self->config.fusion) {
        c = mann_add(tape, c, mann_gru_run(&self->fusion, tape, &f.rows, c, true));
    }
    mann_var q = listen(self, tape, &self->question, &question, B, f.rows.order), m = q;
    mann_var cWb = mann_linear(tape, c, mann_param(tape, self->Wb), NULL);
    mann_var inputs = mann_gru_inputs(&self->episode, tape, c);
    likeness to_q = compare(tape, &f, c, cWb, q);
    mann_var G[MOST_PASSES], shown[MOST_PASSES];
    for (int32_t i = 0; i < passes; i++) {
        G[i] = gate(self, tape, c, compare(tape, &f, c, cWb, m), to_q);
        mann_var g = mann_activate(tape, G[i], MANN_SIGMOID);
        mann_var e = episode(self, tape, &f, inputs, g);
        m = mann_gru_apply(&self->memory, tape, e, m);
        if (mann_tape_observed(tape)) {
            shown[i] = mann_reshape(tape, mann_scatter_add(tape, g, B * N, f.sentence), 3,
                                    (int32_t[]){B, 1, N});
        }
    }
    mann_var a = mann_gru_apply(&self->answer, tape, q, m);
    a = mann_dense_apply(self->Wa, tape, mann_gather(tape, 1, &a, B, NULL, f.rows.place));
    mann_stories_show(tape, MANN_KIND_GATE, passes, shown);
    mann_outputs_answer(tape, io, s.rows, a, s.target, s.mask, outputs);
    if (self->config.gates > 0 && s.support && !mann_tape_status(tape)) {
        mann_outputs_loss(outputs, "gates", self->config.gates,
                          teach_gates(tape, &f, passes, s.support, G));
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
