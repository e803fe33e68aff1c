/* The key-value memory network (Miller, Fisch, Dodge, Karimi, Bordes & Weston 2016): a question x
 * finds facts by their keys k_i and reads their values v_i. With hops j = 1 .. H, section 3.1:
 *
 *   q_1   = A Phi(x)
 *   p_i   = softmax over i of q_j . A Phi(k_i)     key addressing, over the facts there are
 *   o_j   = sum over i of p_i A Phi(v_i)           value reading
 *   q_j+1 = R_j (q_j + o_j)
 *   a     = softmax over y of q_H+1 . B Phi(y)
 *
 * Phi is a bag of words, A and B tables of a row per word, B by default the same as A, which the
 * paper allows. Key hashing, which picks the facts, is the task's. A task without values has its
 * sentences as both keys and values, which is the paper's sentence level.
 *
 * R_j starts as the identity, and the paper does not say how: a value that was read then scores
 * most for itself from the beginning, in training or not. */
#include "model/stories/story.h"

enum { MOST_HOPS = 16 };

typedef struct kvmemnn_config {
    int32_t hops, width, sentences;
    bool tied;
    double deviation;
} kvmemnn_config;

#define FIELD(name) offsetof(kvmemnn_config, name)
static const mann_option kvmemnn_options[] = {
    {"hops", MANN_OPT_INT, FIELD(hops), "2", 1, MOST_HOPS, NULL, "readings of the memory H"},
    {"width", MANN_OPT_INT, FIELD(width), "256", 1, 65536, NULL, "of an embedding, d"},
    {"sentences", MANN_OPT_INT, FIELD(sentences), "200", 1, 65536, NULL,
     "facts that it sees at most, the last ones"},
    {"tied", MANN_OPT_BOOL, FIELD(tied), "true", 0, 0, NULL,
     "whether answers are embedded as questions are, B = A"},
    {"deviation", MANN_OPT_REAL, FIELD(deviation), "0.2", 0, 10, NULL,
     "standard deviation of the embeddings at the start"},
    {0},
};

typedef struct kvmemnn {
    mann_io_shape io;
    kvmemnn_config config;
    mann_handle A, B, R[MOST_HOPS];
} kvmemnn;

static mann_status init(mann_context *context, void *self_, const mann_model_setup *setup,
                        mann_params *params)
{
    (void)context;
    kvmemnn *self = self_;
    const kvmemnn_config *c = setup->config;
    self->io = setup->io;
    self->config = *c;
    int32_t words = setup->io.vocabulary, d = c->width;
    self->A = mann_params_add(params, words, d, MANN_INIT_NORMAL, c->deviation, "A");
    self->B =
        c->tied ? self->A : mann_params_add(params, words, d, MANN_INIT_NORMAL, c->deviation, "B");
    for (int32_t j = 0; j < c->hops; j++) {
        self->R[j] = mann_params_add(params, d, d, MANN_INIT_IDENTITY, 1, "R%d", j + 1);
    }
    return MANN_OK;
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const kvmemnn *self = self_;
    const mann_io_shape *io = &self->io;
    int32_t B = batch->size, W = io->words, H = self->config.hops;
    int32_t N = mann_stories_longest(batch, self->config.sentences);
    mann_stories s = mann_stories_pack(tape, batch, io, N, (mann_story_time){0}, io->vocabulary);
    mann_var A = mann_param(tape, self->A), p[MOST_HOPS];

    mann_var q = mann_flatten(tape, mann_embed(tape, A, B, 1, W, s.question, NULL));
    mann_var key = mann_embed(tape, A, B, N, W, s.story, NULL);
    mann_var value = s.value ? mann_embed(tape, A, B, N, 1, s.value, NULL) : key;
    for (int32_t j = 0; j < H; j++) {
        mann_var scores = mann_match(tape, key, mann_split(tape, q, 1), 1);
        p[j] = mann_attend(tape, scores, s.present);
        mann_var o = mann_flatten(tape, mann_read(tape, value, p[j]));
        q = mann_linear(tape, mann_add(tape, q, o), mann_param(tape, self->R[j]), NULL);
    }
    mann_stories_show(tape, MANN_KIND_WEIGHTING, H, p);
    mann_var a = mann_linear_transposed(tape, q, mann_param(tape, self->B));
    mann_outputs_answer(tape, io, s.rows, a, s.target, s.mask, outputs);
}

static double multiply_adds(const mann_model_setup *setup)
{
    const kvmemnn_config *c = setup->config;
    double N = c->sentences < setup->io.story ? c->sentences : setup->io.story, d = c->width;
    double words = N * (setup->io.words + 1) + setup->io.words;
    return words * d + c->hops * (2 * N * d + d * d) + d * setup->io.vocabulary;
}

const mann_model_type mann_model_kvmemnn = {
    .name = "kvmemnn",
    .summary = "key-value memory network: finds facts by their keys, reads their values",
    .options = kvmemnn_options,
    .config_size = sizeof(kvmemnn_config),
    .self_size = sizeof(kvmemnn),
    .ports = mann_story_ports,
    .init = init,
    .forward = forward,
    .multiply_adds = multiply_adds,
};
