/* The end-to-end memory network (Sukhbaatar, Szlam, Weston & Fergus 2015), for questions about a
 * story of sentences x_i = x_i1 .. x_iJ. With hops k = 1 .. K:
 *
 *   m_i   = sum over j of l_j * A_k x_ij + T_A,k(i)     memory: what sentence i is found by
 *   c_i   = sum over j of l_j * C_k x_ij + T_C,k(i)     what it says
 *   u_1   = sum over j of l_j * B q_j                   the question
 *   p_i   = softmax over i of u_k . m_i                 eq. 1
 *   o     = sum over i of p_i c_i                       eq. 2
 *   u_k+1 = u_k + o                                     eq. 4
 *   a     = softmax of W u_K+1                          eq. 3
 *
 * A table has a row per word; the time of a sentence is one more word, in rows behind those of the
 * vocabulary, so A holds T_A. l_j weighs positions, as the authors' program has it: component k of
 * d, word j of J has 1 + 4 (k - (d+1)/2) (j - (J+1)/2) / d J, J being the longest sentence; that
 * is twice the formula of section 4.1 but for its rounding. Memories without a sentence are zero
 * and take part, as there.
 *
 * Tying, section 2.2: adjacent, A_k+1 = C_k, B = A_1 and W^T = C_K; or layer-wise, the same A and C
 * in all hops and u_k+1 = H u_k + o. The rows of times in C_K are classes too, which are never
 * right: without them it learns less well. Linear start, section 4.2: at first p_i = u_k . m_i. */
#include "model/stories/story.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_HOPS = 16 };
enum { ADJACENT, LAYERWISE };
enum { BAG, POSITION };
enum { A_1 = 0, LAYERWISE_B = 2 }; /* places among the tables */

typedef struct memn2n_config {
    int32_t hops, width, tying, encoding, sentences;
    bool time, nonlinear;
    double noise;
    mann_span linear_start;
} memn2n_config;

static const char *const tyings[] = {"adjacent", "layerwise", NULL};
static const char *const encodings[] = {"bag", "position", NULL};

#define FIELD(name) offsetof(memn2n_config, name)
static const mann_option memn2n_options[] = {
    {"hops", MANN_OPT_INT, FIELD(hops), "3", 1, MOST_HOPS, NULL, "readings of the memory K"},
    {"width", MANN_OPT_INT, FIELD(width), "20", 1, 65536, NULL, "of an embedding, d"},
    {"tying", MANN_OPT_CHOICE, FIELD(tying), "adjacent", 0, 0, tyings,
     "which tables are one; layerwise: those of all hops"},
    {"encoding", MANN_OPT_CHOICE, FIELD(encoding), "position", 0, 0, encodings,
     "of the words of a sentence; bag: in any order"},
    {"time", MANN_OPT_BOOL, FIELD(time), "true", 0, 0, NULL, "whether sentences know their order"},
    {"noise", MANN_OPT_REAL, FIELD(noise), "0.1", 0, 1, NULL,
     "empty memories thought into a story in training, as a part of its sentences"},
    {"linear_start", MANN_OPT_SPAN, FIELD(linear_start), "20epochs", 0, 1e15, NULL,
     "how long training goes without the softmax over sentences"},
    {"nonlinear", MANN_OPT_BOOL, FIELD(nonlinear), "false", 0, 0, NULL,
     "whether each hop ends with a rectifier"},
    {"sentences", MANN_OPT_INT, FIELD(sentences), "50", 1, 65536, NULL,
     "most recent ones that it sees"},
    {0},
};

typedef struct memn2n {
    mann_io_shape io;
    memn2n_config config;
    int32_t memories, rows;           /* N; words and times of a table */
    mann_handle table[MOST_HOPS + 1]; /* adjacent: A_1, C_1 .. C_K; layer-wise: A, C, B */
    mann_handle H, W;                 /* of layer-wise tying */
    mann_real *l;                     /* [J, d]; a question has no time and stops short */
} memn2n;

static void encode_positions(int32_t J, int32_t d, int32_t encoding, mann_real *l)
{
    for (int32_t j = 1; j <= J; j++) {
        for (int32_t k = 1; k <= d; k++) {
            double part = 4 * (k - (d + 1) / 2.0) * (j - (J + 1) / 2.0) / d / J;
            *l++ = (mann_real)(encoding == POSITION ? 1 + part : 1);
        }
    }
}

static mann_status init(mann_context *context, void *self_, const mann_model_setup *setup,
                        mann_params *params)
{
    memn2n *self = self_;
    const memn2n_config *c = setup->config;
    self->io = setup->io;
    self->config = *c;
    self->memories = c->sentences < setup->io.story ? c->sentences : setup->io.story;
    int32_t J = setup->io.words + c->time;
    self->l = calloc((size_t)J * (size_t)c->width, sizeof *self->l);
    if (!self->l) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for the positions of words");
    }
    encode_positions(J, c->width, c->encoding, self->l);
    int32_t d = c->width;
    self->rows = setup->io.vocabulary + (c->time ? self->memories : 0);
    const double deviation = 0.1; /* section 4.2 */
    if (c->tying == ADJACENT) {
        for (int32_t k = 0; k <= c->hops; k++) {
            self->table[k] = mann_params_add(params, self->rows, d, MANN_INIT_NORMAL, deviation,
                                             "%c%d", k ? 'C' : 'A', k ? k : 1);
        }
        return MANN_OK;
    }
    static const char name[] = "ACB";
    for (int32_t i = 0; name[i]; i++) {
        self->table[i] =
            mann_params_add(params, self->rows, d, MANN_INIT_NORMAL, deviation, "%c", name[i]);
    }
    self->H = mann_params_add(params, d, d, MANN_INIT_NORMAL, deviation, "H");
    self->W = mann_params_add(params, d, setup->io.outputs, MANN_INIT_NORMAL, deviation, "W");
    return MANN_OK;
}

/* The weights of the positions, for all tables of a group. */
static mann_var positions(const memn2n *self, mann_tape *tape, int32_t words)
{
    mann_var l = mann_input(tape, 2, (int32_t[]){words, self->config.width});
    if (!mann_tape_status(tape)) {
        memcpy(mann_value(l), self->l, mann_size(l) * sizeof(mann_real));
    }
    return l;
}

/* The sentences as columns of a memory. */
static mann_var remember(const memn2n *self, mann_tape *tape, int32_t table, int32_t B,
                         const mann_stories *s, mann_var l)
{
    mann_var words = mann_param(tape, self->table[table]);
    return mann_embed(tape, words, B, self->memories, s->words, s->story, l);
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const memn2n *self = self_;
    const memn2n_config *config = &self->config;
    const mann_io_shape *io = &self->io;
    bool adjacent = config->tying == ADJACENT;
    bool linear = mann_tape_within(tape, config->linear_start);
    mann_story_time time = {config->time, io->vocabulary, config->noise};
    int32_t classes = adjacent ? self->rows : io->outputs;
    mann_stories s = mann_stories_pack(tape, batch, io, self->memories, time, classes);
    mann_var m = NULL, c = NULL, p[MOST_HOPS];

    int32_t B = adjacent ? A_1 : LAYERWISE_B;
    mann_var l = positions(self, tape, s.words), table = mann_param(tape, self->table[B]);
    mann_var u = mann_embed(tape, table, batch->size, 1, io->words, s.question, l);
    u = mann_flatten(tape, u);
    for (int32_t k = 0; k < config->hops; k++) {
        if (adjacent || k == 0) {
            m = k ? c : remember(self, tape, A_1, batch->size, &s, l);
            c = remember(self, tape, k + 1, batch->size, &s, l);
        }
        mann_var scores = mann_match(tape, m, mann_split(tape, u, 1), 1);
        p[k] = linear ? scores : mann_attend(tape, scores, NULL);
        mann_var o = mann_flatten(tape, mann_read(tape, c, p[k]));
        u = adjacent ? u : mann_linear(tape, u, mann_param(tape, self->H), NULL);
        u = mann_add(tape, u, o);
        if (config->nonlinear) {
            u = mann_activate(tape, u, MANN_RELU);
        }
    }
    mann_stories_show(tape, linear ? MANN_KIND_SIGNED : MANN_KIND_WEIGHTING, config->hops, p);
    mann_var a = adjacent
                     ? mann_linear_transposed(tape, u, mann_param(tape, self->table[config->hops]))
                     : mann_linear(tape, u, mann_param(tape, self->W), NULL);
    mann_outputs_answer(tape, io, s.rows, a, s.target, s.mask, outputs);
}

static void close(void *self_)
{
    memn2n *self = self_;
    free(self->l);
    self->l = NULL;
}

static double multiply_adds(const mann_model_setup *setup)
{
    const memn2n_config *c = setup->config;
    double N = c->sentences < setup->io.story ? c->sentences : setup->io.story, d = c->width;
    bool adjacent = c->tying == ADJACENT;
    double tables = adjacent ? c->hops + 1 : 2, words = setup->io.words + c->time;
    double outputs = setup->io.outputs + (adjacent && c->time ? N : 0);
    return tables * N * words * d + setup->io.words * d + c->hops * 2 * N * d +
           (adjacent ? 0 : c->hops * d * d) + d * outputs;
}

const mann_model_type mann_model_memn2n = {
    .name = "memn2n",
    .summary = "end-to-end memory network: reads the sentences of a story in hops",
    .options = memn2n_options,
    .config_size = sizeof(memn2n_config),
    .self_size = sizeof(memn2n),
    .ports = mann_story_ports,
    .init = init,
    .forward = forward,
    .close = close,
    .multiply_adds = multiply_adds,
};
