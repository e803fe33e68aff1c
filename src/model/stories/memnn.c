/* The memory network with hard addressing (Weston, Chopra & Bordes 2015), told in training which
 * sentences an answer rests on. With m_1 .. m_N the sentences and x the question, section 3:
 *
 *   o_1 = argmax over i of s_O(x, m_i)                                eq. 2
 *   o_2 = argmax over i of s_O([x, m_o1], m_i), and so on             eq. 3
 *   r   = argmax over words w of s_R([x, m_o1, m_o2, ...], w)         eq. 4
 *   s(x, y) = Phi_x(x)^T U^T U Phi_y(y)                               eq. 5
 *
 * Phi are bags of words. A word has three rows in U, by whether it stands in x as of the question,
 * in x as of a sentence found, or in y: here the tables x [2 V, d] and y. U of O and R differ.
 *
 * Write time, section 3.4: sentences are compared in pairs, and the winner stays,
 *
 *   s_Ot(x, y, y') = Phi_x(x)^T U^T U (Phi_y(y) - Phi_y(y') + Phi_t(x, y, y'))
 *
 * where features Phi_t say whether x is older than y, x than y', y than y', and y' than y. Of [x,
 * m_o1, ...] it is the sentence found last whose age counts; a question is older than nothing. The
 * last feature is not in the paper: without it a sentence and an older one of the same words score
 * 0 in that order, whatever is learned.
 *
 * Loss, eq. 6-8 with the pairs of section 3.4, over all sentences f and words w that are not the
 * right ones: the paper samples one of each at a time.
 *
 *   sum of max(0, margin - s_Ot(x, m_o1, f)) + max(0, margin + s_Ot(x, f, m_o1)), the same for o_2
 *   ..., + max(0, margin - s_R([x, m_o1, ...], r) + s_R([x, m_o1, ...], w))
 *
 * A word has no probability in the paper; here it is the softmax of 10 s_R / margin, so that what
 * wins by the margin is e^10 times as likely as another word.
 *
 * With `stop` there is one more sentence, of one word of its own and without an age, that is to be
 * found where nothing more is needed (Weston et al. 2016, section 5, adaptive memory). */
#include "model/stories/story.h"

#include "ad/tape.h"

#include <string.h>

enum { MOST_FACTS = 8, TIMES = 4 };

typedef struct memnn_config {
    int32_t facts, width, sentences;
    double margin;
    bool time, stop;
} memnn_config;

#define FIELD(name) offsetof(memnn_config, name)
static const mann_option memnn_options[] = {
    {"facts", MANN_OPT_INT, FIELD(facts), "2", 1, MOST_FACTS, NULL,
     "sentences that it finds for an answer at most"},
    {"width", MANN_OPT_INT, FIELD(width), "50", 1, 65536, NULL, "of an embedding, d"},
    {"sentences", MANN_OPT_INT, FIELD(sentences), "200", 1, 65536, NULL,
     "most recent ones that it sees"},
    {"margin", MANN_OPT_REAL, FIELD(margin), "0.1", 1e-3, 1e3, NULL,
     "by which what is right is to score more"},
    {"time", MANN_OPT_BOOL, FIELD(time), "true", 0, 0, NULL, "whether sentences know their order"},
    {"stop", MANN_OPT_BOOL, FIELD(stop), "true", 0, 0, NULL,
     "whether it finds out how many sentences it takes"},
    {0},
};

/* After the words O.y has the TIMES features of time, then the word that stands for the end. */
typedef struct memnn {
    mann_io_shape io;
    memnn_config config;
    mann_handle Ox, Oy, Rx, Ry;
} memnn;

static mann_status init(mann_context *context, void *self_, const mann_model_setup *setup,
                        mann_params *params)
{
    (void)context;
    memnn *self = self_;
    const memnn_config *c = setup->config;
    int32_t V = setup->io.vocabulary, d = c->width;
    const double deviation = 0.1;
    self->io = setup->io;
    self->config = *c;
    self->Ox = mann_params_add(params, 2 * V, d, MANN_INIT_NORMAL, deviation, "O.x");
    self->Oy = mann_params_add(params, V + TIMES + 1, d, MANN_INIT_NORMAL, deviation, "O.y");
    self->Rx = mann_params_add(params, 2 * V, d, MANN_INIT_NORMAL, deviation, "R.x");
    self->Ry = mann_params_add(params, setup->io.outputs, d, MANN_INIT_NORMAL, deviation, "R.y");
    return MANN_OK;
}

/* A group on its way. Sentence N of a story is the one that stands for the end. */
typedef struct search {
    const memnn *self;
    mann_tape *tape;
    int32_t B, N;
    mann_stories s;
    mann_var y, time, before;   /* U Phi_y [B, d, N+1]; U Phi_t [TIMES, d]; [N+1, N+1]: i < j < N */
    int32_t *found[MOST_FACTS]; /* [B]: the sentence of each hop, or N */
} search;

/* Embeds the sentences of every story, and the end after them. */
static void embed_sentences(search *q)
{
    int32_t N = q->N, W = q->s.words;
    int32_t *token = mann_tape_scratch(q->tape, (size_t)(q->B * (N + 1) * W) * sizeof *token);
    for (int32_t b = 0; token && b < q->B; b++) {
        memcpy(token + b * (N + 1) * W, q->s.story + b * N * W, (size_t)(N * W) * sizeof *token);
        token[(b * (N + 1) + N) * W] = q->self->io.vocabulary + TIMES;
    }
    mann_var Oy = mann_param(q->tape, q->self->Oy);
    q->y = mann_embed(q->tape, Oy, q->B, N + 1, W, token, NULL);
    q->time = mann_slice(q->tape, Oy, 0, q->self->io.vocabulary, TIMES);
    q->before = mann_input(q->tape, 2, (int32_t[]){N + 1, N + 1});
    for (int32_t i = 0; i < N * N && q->self->config.time && !mann_tape_status(q->tape); i++) {
        mann_value(q->before)[i / N * (N + 1) + i % N] = i / N < i % N;
    }
}

/* 1 at the sentence of hop k: [B, N+1]. */
static mann_var found(const search *q, int32_t k)
{
    return mann_one_hot(q->tape, q->B, q->N + 1, q->found[k]);
}

/* U Phi_x([x, m_o1, ..., m_ohops]) by a table, [B, d]. */
static mann_var ask(const search *q, mann_handle table, int32_t hops)
{
    int32_t V = q->self->io.vocabulary, W = q->s.words;
    mann_var U = mann_param(q->tape, table), told = mann_slice(q->tape, U, 0, V, V);
    mann_var x = mann_flatten(q->tape, mann_embed(q->tape, U, q->B, 1, W, q->s.question, NULL));
    mann_var m = hops ? mann_embed(q->tape, told, q->B, q->N, W, q->s.story, NULL) : NULL;
    for (int32_t k = 0; k < hops; k++) {
        mann_var at = mann_split(q->tape, mann_columns(q->tape, found(q, k), 0, q->N), 1);
        x = mann_add(q->tape, x, mann_flatten(q->tape, mann_read(q->tape, m, at)));
    }
    return x;
}

/* Phi_x U^T U Phi_y of every sentence [B, N+1], and of the features of time [B, TIMES]. */
static mann_var score(const search *q, int32_t k, mann_var *time)
{
    mann_var x = ask(q, q->self->Ox, k);
    *time = mann_linear_transposed(q->tape, x, q->time);
    return mann_flatten(q->tape, mann_match(q->tape, q->y, mann_split(q->tape, x, 1), 1));
}

/* --- training: the sentences are known --- */

/* s_Ot(x, y, y') [B, N+1] from x^T U^T U Phi_y of both and what Phi_t says of x, y and y'. */
static mann_var pair(mann_tape *tape, mann_var y, mann_var other, const mann_var *older,
                     mann_var time)
{
    mann_var s = mann_subtract(tape, y, other);
    for (int32_t j = 0; j < TIMES; j++) {
        s = mann_add(tape, s, mann_multiply(tape, mann_columns(tape, time, j, 1), older[j]));
    }
    return s;
}

/* The loss of all hops: m is the right sentence, f every other. Once the end is found nothing more
 * is: its column of x is 1 then. */
static mann_var teach(const search *q)
{
    mann_tape *tape = q->tape;
    mann_real margin = (mann_real)q->self->config.margin;
    int32_t n[2] = {q->B, q->N + 1};
    mann_var total = mann_full(tape, 2, (int32_t[]){1, 1}, 0), time, x = mann_full(tape, 2, n, 0);
    mann_var stop = mann_full(tape, 2, (int32_t[]){q->B, 1}, q->self->config.stop);
    mann_var among = mann_concat(tape, 1, 2, (mann_var[]){q->s.present, stop});
    mann_var one = mann_full(tape, 2, (int32_t[]){q->B, 1}, 1);
    for (int32_t k = 0; k < q->self->config.facts; k++) {
        mann_var f = score(q, k, &time), at = found(q, k);
        mann_var m = mann_sum(tape, mann_multiply(tape, f, at), 1);
        mann_var open = mann_subtract(tape, one, mann_columns(tape, x, q->N, 1));
        mann_var target = mann_multiply(tape, mann_multiply(tape, at, among), open);
        mann_var xf = mann_matmul(tape, x, q->before, false, false);
        mann_var xm = mann_sum(tape, mann_multiply(tape, xf, at), 1);
        mann_var mf = mann_matmul(tape, at, q->before, false, false);
        mann_var fm = mann_matmul(tape, at, q->before, false, true);
        mann_var ahead = pair(tape, m, f, (mann_var[]){xm, xf, mf, fm}, time);
        mann_var behind = pair(tape, f, m, (mann_var[]){xf, xm, fm, mf}, time);
        ahead = mann_scale(tape, ahead, -1);
        total = mann_add(tape, total, mann_margin_loss(tape, ahead, target, among, margin));
        total = mann_add(tape, total, mann_margin_loss(tape, behind, target, among, margin));
        x = at;
    }
    return total;
}

/* --- use: the sentences are found --- */

/* The sentence of story b that wins against all before it, by its scores f [N+1] and those of time
 * [TIMES]. It is asked from x; N is the question too, older than nothing. */
static int32_t winner(const search *q, int32_t b, int32_t x, const mann_real *f,
                      const mann_real *time)
{
    const mann_real *before = mann_value(q->before);
    int32_t best = 0, N1 = q->N + 1, told = q->s.told[b];
    for (int32_t i = 1; i < told + q->self->config.stop; i++) {
        int32_t n = i < told ? i : q->N;
        mann_real older[TIMES] = {before[x * N1 + n], before[x * N1 + best], before[n * N1 + best],
                                  before[best * N1 + n]};
        double ahead = (double)f[n] - (double)f[best];
        for (int32_t j = 0; j < TIMES; j++) {
            ahead += (double)(time[j] * older[j]);
        }
        best = ahead > 0 ? n : best;
    }
    return best;
}

static void find(search *q, int32_t k)
{
    mann_var time, f = score(q, k, &time);
    for (int32_t b = 0; b < q->B && !mann_tape_status(q->tape); b++) {
        int32_t x = k ? q->found[k - 1][b] : q->N, end = k && x == q->N;
        q->found[k][b] = end ? x
                             : winner(q, b, x, mann_value(f) + b * f->stride[0],
                                      mann_value(time) + b * time->stride[0]);
    }
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const memnn *self = self_;
    const mann_io_shape *io = &self->io;
    int32_t hops = self->config.facts, N = mann_stories_longest(batch, self->config.sentences);
    search q = {.self = self, .tape = tape, .B = batch->size, .N = N};
    q.s = mann_stories_pack(tape, batch, io, N, (mann_story_time){0}, io->outputs);
    bool training = tape->mode == MANN_TRAIN;
    if (training && !q.s.support && !mann_tape_status(tape)) {
        mann_tape_fail(tape, MANN_E_INVAL,
                       "memnn: it learns from the sentences that answers rest on, which this task "
                       "does not tell");
    }
    if (mann_tape_status(tape)) {
        return;
    }
    embed_sentences(&q);
    for (int32_t k = 0; k < hops; k++) {
        q.found[k] = mann_tape_scratch(tape, (size_t)q.B * sizeof *q.found[k]);
        if (training && q.found[k]) {
            mann_stories_support(&q.s, q.B, k, q.found[k]);
        } else if (q.found[k]) {
            find(&q, k);
        }
    }
    mann_var r = mann_linear_transposed(tape, ask(&q, self->Rx, hops), mann_param(tape, self->Ry));
    mann_real margin = (mann_real)self->config.margin;
    outputs->rows = q.s.rows;
    outputs->prediction = mann_softmax(tape, mann_scale(tape, r, 10 / margin), 1);
    mann_var p[MOST_FACTS];
    for (int32_t k = 0; k < hops && mann_tape_observed(tape); k++) {
        p[k] =
            mann_reshape(tape, mann_columns(tape, found(&q, k), 0, N), 3, (int32_t[]){q.B, 1, N});
    }
    mann_stories_show(tape, MANN_KIND_WEIGHTING, hops, p);
    if (training) {
        mann_outputs_loss(outputs, "task", 1, mann_margin_loss(tape, r, q.s.target, NULL, margin));
        mann_outputs_loss(outputs, "facts", 1, teach(&q));
    }
}

static double multiply_adds(const mann_model_setup *setup)
{
    const memnn_config *c = setup->config;
    double N = c->sentences < setup->io.story ? c->sentences : setup->io.story, d = c->width;
    double W = setup->io.words, hops = c->facts, query = (1 + N) * W * d + hops * N * d;
    return N * W * d + hops * (query + N * d) + query + d * setup->io.outputs;
}

const mann_model_type mann_model_memnn = {
    .name = "memnn",
    .summary = "memory network: finds sentences by argmax, taught which they are",
    .options = memnn_options,
    .config_size = sizeof(memnn_config),
    .self_size = sizeof(memnn),
    .ports = mann_story_ports,
    .init = init,
    .forward = forward,
    .multiply_adds = multiply_adds,
};
