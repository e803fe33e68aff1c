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

typedef struct memnn {
    mann_io_shape io;
    memnn_config config;
    mann_handle Ox, Oy, Rx, Ry;
} memnn;

/* Rows of O.y behind those of the words. */
static int32_t time_word(const memnn *self)
{
    return self->io.vocabulary;
}

static int32_t stop_word(const memnn *self)
{
    return self->io.vocabulary + TIMES;
}

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
    int32_t B, N, W;
    mann_stories s;
    int32_t *found[MOST_FACTS]; /* [B]: the sentence of each hop, or N */
} search;

static int32_t *list(const search *q, int32_t count)
{
    return mann_tape_scratch(q->tape, (size_t)count * sizeof(int32_t));
}

/* The words of sentence n of story b, into row [W]. */
static void write_sentence(const search *q, int32_t b, int32_t n, int32_t *row)
{
    if (n < q->N) {
        memcpy(row, q->s.story + (b * q->N + n) * q->W, (size_t)q->W * sizeof *row);
    } else {
        *row = stop_word(q->self);
    }
}

/* Phi_x([x, m_o1, ..., m_ohops]) through a table, [B, d]. */
static mann_var embed_query(const search *q, mann_handle table, int32_t hops)
{
    int32_t W = q->W, words = W * (1 + hops);
    int32_t *token = list(q, q->B * words);
    for (int32_t b = 0; token && b < q->B; b++) {
        int32_t *row = token + b * words;
        memcpy(row, q->s.question + b * W, (size_t)W * sizeof *row);
        for (int32_t k = 0; k < hops; k++) {
            int32_t n = q->found[k][b];
            const int32_t *word = q->s.story + (b * q->N + n) * W;
            for (int32_t j = 0; n < q->N && j < W; j++) {
                row[W * (1 + k) + j] = word[j] ? word[j] + q->self->io.vocabulary : 0;
            }
        }
    }
    mann_var U = mann_param(q->tape, table);
    return mann_flatten(q->tape, mann_embed(q->tape, U, q->B, 1, words, token, NULL));
}

/* Phi_t: whether x, which is sentence `x` or, -1, the question, is older than y and than y', y than
 * y', and y' than y. */
static void compare_ages(const search *q, int32_t x, int32_t y, int32_t other, bool older[TIMES])
{
    bool aged = q->self->config.time;
    older[0] = aged && x >= 0 && y < q->N && x < y;
    older[1] = aged && x >= 0 && other < q->N && x < other;
    older[2] = aged && y < other && other < q->N;
    older[3] = aged && other < y && y < q->N;
}

/* What hop k asks from. */
static int32_t asked_from(const search *q, int32_t k, int32_t b)
{
    return k ? q->found[k - 1][b] : -1;
}

/* sign s_Ot(x, m_right, m_n) of hop k for all n, or of turned pairs s_Ot(x, m_n, m_right): [B,
 * N+1], 0 where n is right. */
static mann_var rank_pairs(const search *q, int32_t k, mann_var x, bool turned, mann_real sign)
{
    int32_t W = q->W, words = 2 * W + TIMES, columns = q->N + 1;
    int32_t *token = list(q, q->B * columns * words);
    for (int32_t i = 0; token && i < q->B * columns; i++) {
        int32_t b = i / columns, right = q->found[k][b], n = i % columns;
        int32_t y = turned ? n : right, other = turned ? right : n, *row = token + i * words;
        bool older[TIMES];
        write_sentence(q, b, y, row);
        write_sentence(q, b, other, row + W);
        compare_ages(q, asked_from(q, k, b), y, other, older);
        for (int32_t j = 0; j < TIMES; j++) {
            row[2 * W + j] = older[j] ? time_word(q->self) + j : 0;
        }
    }
    mann_var weight = mann_input(q->tape, 2, (int32_t[]){words, x->n[1]});
    for (int32_t i = 0; i < words * x->n[1] && !mann_tape_status(q->tape); i++) {
        int32_t word = i / x->n[1];
        mann_value(weight)[i] = word >= W && word < 2 * W ? -1 : 1;
    }
    mann_var Oy = mann_param(q->tape, q->self->Oy);
    mann_var pairs = mann_embed(q->tape, Oy, q->B, columns, words, token, weight);
    mann_var scores = mann_match(q->tape, pairs, mann_split(q->tape, x, 1), sign);
    return mann_flatten(q->tape, scores);
}

/* --- training: the sentences are known --- */

/* The supporting sentences, as if they had been found. */
static void take_supports(search *q)
{
    for (int32_t k = 0; k < q->self->config.facts; k++) {
        for (int32_t b = 0; b < q->B; b++) {
            q->found[k][b] = q->N;
            for (int32_t n = 0; n < q->s.told[b]; n++) {
                q->found[k][b] = q->s.support[b * q->N + n] == k + 1 ? n : q->found[k][b];
            }
        }
    }
}

/* What hop k is to find, [B, N+1], and among what. Once the end is found nothing more is. */
static mann_var targets(const search *q, int32_t k, mann_var *mask)
{
    int32_t columns = q->N + 1, n[2] = {q->B, columns};
    mann_var target = mann_input(q->tape, 2, n);
    *mask = mann_input(q->tape, 2, n);
    for (int32_t b = 0; b < q->B && !mann_tape_status(q->tape); b++) {
        bool ended = k && q->found[k - 1][b] == q->N;
        int32_t right = q->found[k][b];
        mann_value(target)[b * columns + right] = right < q->N || (q->self->config.stop && !ended);
        mann_value(*mask)[b * columns + q->N] = q->self->config.stop;
        for (int32_t i = 0; i < q->s.told[b]; i++) {
            mann_value(*mask)[b * columns + i] = 1;
        }
    }
    return target;
}

/* The loss of all hops. */
static mann_var teach(const search *q)
{
    mann_var total = NULL;
    mann_real margin = (mann_real)q->self->config.margin;
    for (int32_t k = 0; k < q->self->config.facts; k++) {
        mann_var mask, target = targets(q, k, &mask), x = embed_query(q, q->self->Ox, k);
        for (int turned = 0; turned < 2; turned++) {
            mann_var scores = rank_pairs(q, k, x, turned, turned ? 1 : -1);
            mann_var loss = mann_margin_loss(q->tape, scores, target, mask, margin);
            total = total ? mann_add(q->tape, total, loss) : loss;
        }
    }
    return total;
}

/* --- use: the sentences are found --- */

/* The sentence of story b that wins against all before it. score [N+1]: x^T U^T U Phi_y of each;
 * time [TIMES]: that of the features of Phi_t. */
static int32_t winner(const search *q, int32_t k, int32_t b, const mann_real *score,
                      const mann_real *time)
{
    int32_t best = 0, told = q->s.told[b];
    for (int32_t i = 1; i < told + q->self->config.stop; i++) {
        int32_t n = i < told ? i : q->N;
        bool older[TIMES];
        compare_ages(q, asked_from(q, k, b), n, best, older);
        double ahead = (double)score[n] - (double)score[best];
        for (int32_t j = 0; j < TIMES; j++) {
            ahead += older[j] ? (double)time[j] : 0;
        }
        best = ahead > 0 ? n : best;
    }
    return best;
}

/* The products of x with U Phi_y of rows of O.y: tokens [B, columns, words] -> [B, columns]. */
static mann_var products(const search *q, mann_var x, int32_t columns, int32_t words,
                         const int32_t *token)
{
    mann_var Oy = mann_param(q->tape, q->self->Oy);
    mann_var y = mann_embed(q->tape, Oy, q->B, columns, words, token, NULL);
    return mann_flatten(q->tape, mann_match(q->tape, y, mann_split(q->tape, x, 1), 1));
}

static void find(search *q)
{
    int32_t columns = q->N + 1;
    int32_t *sentence = list(q, q->B * columns * q->W), *time = list(q, q->B * TIMES);
    if (mann_tape_status(q->tape)) {
        return;
    }
    for (int32_t i = 0; i < q->B * columns; i++) {
        write_sentence(q, i / columns, i % columns, sentence + i * q->W);
    }
    for (int32_t i = 0; i < q->B * TIMES; i++) {
        time[i] = time_word(q->self) + i % TIMES;
    }
    for (int32_t k = 0; k < q->self->config.facts; k++) {
        mann_var x = embed_query(q, q->self->Ox, k);
        mann_var score = products(q, x, columns, q->W, sentence);
        mann_var ages = products(q, x, TIMES, 1, time);
        for (int32_t b = 0; b < q->B && !mann_tape_status(q->tape); b++) {
            bool ended = k && q->found[k - 1][b] == q->N;
            q->found[k][b] = ended ? q->N
                                   : winner(q, k, b, mann_value(score) + b * columns,
                                            mann_value(ages) + b * TIMES);
        }
    }
}

/* The sentences found, for observers: 1 where one was. */
static void show(const search *q)
{
    mann_var p[MOST_FACTS];
    for (int32_t k = 0; k < q->self->config.facts; k++) {
        p[k] = mann_input(q->tape, 3, (int32_t[]){q->B, 1, q->N});
        for (int32_t b = 0; b < q->B && !mann_tape_status(q->tape); b++) {
            if (q->found[k][b] < q->N) {
                mann_value(p[k])[b * q->N + q->found[k][b]] = 1;
            }
        }
    }
    mann_stories_show(q->tape, MANN_KIND_WEIGHTING, q->self->config.facts, p);
}

/* Probabilities of the words by their scores [B, outputs]. */
static mann_var likely(const memnn *self, mann_tape *tape, mann_var scores)
{
    mann_var sharpness = mann_input(tape, 2, scores->n);
    for (size_t i = 0; i < mann_size(sharpness) && !mann_tape_status(tape); i++) {
        mann_value(sharpness)[i] = (mann_real)(10 / self->config.margin);
    }
    mann_segment words = {MANN_SOFTMAX, scores->n[1], scores->n[1]};
    return mann_squash(tape, mann_multiply(tape, scores, sharpness), 1, &words, 0);
}

static void forward(const void *self_, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs)
{
    const memnn *self = self_;
    const mann_io_shape *io = &self->io;
    int32_t hops = self->config.facts, N = mann_stories_longest(batch, self->config.sentences);
    search q = {self, tape, batch->size, N, io->words, {0}, {0}};
    q.s = mann_stories_pack(tape, batch, io, N, (mann_story_time){0}, io->outputs);
    for (int32_t k = 0; k < hops; k++) {
        q.found[k] = list(&q, q.B);
    }
    bool training = tape->mode == MANN_TRAIN;
    if (training && !q.s.support && !mann_tape_status(tape)) {
        mann_tape_fail(tape, MANN_E_INVAL,
                       "memnn: it learns from the sentences that answers rest on, which this task "
                       "does not tell");
    }
    if (mann_tape_status(tape)) {
        return;
    }
    (training ? take_supports : find)(&q);
    mann_var x = embed_query(&q, self->Rx, hops);
    mann_var r = mann_linear_transposed(tape, x, mann_param(tape, self->Ry));
    outputs->rows = q.s.rows;
    outputs->prediction = likely(self, tape, r);
    if (mann_tape_observed(tape)) {
        show(&q);
    }
    if (training) {
        mann_real margin = (mann_real)self->config.margin;
        mann_outputs_loss(outputs, "task", 1, mann_margin_loss(tape, r, q.s.target, NULL, margin));
        mann_outputs_loss(outputs, "facts", 1, teach(&q));
    }
}

static double multiply_adds(const mann_model_setup *setup)
{
    const memnn_config *c = setup->config;
    double N = c->sentences < setup->io.story ? c->sentences : setup->io.story, d = c->width;
    double W = setup->io.words, hops = c->facts, query = W * (1 + hops) * d;
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
