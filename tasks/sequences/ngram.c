/* Dynamic N-grams (Graves et al. 2014, section 4.4): can a network estimate, within one sequence,
 * the transition probabilities that made it? For every sequence anew, each of the 2^c contexts of
 * c bits gets a probability that the next bit is 1, drawn from Beta(1/2, 1/2). The first c bits are
 * fair coins, every later one is drawn with the probability of the c bits before it. The network
 * sees a bit and predicts the next. c is 5 in the paper: 6-grams, 200 bits.
 *
 *   step      0      1        ...    T-1
 *   input     0      x(0)     ...    x(T-2)
 *   target    x(0)   x(1)     ...    x(T-1)
 *
 * So all T bits are predicted and chance is T bits. Nobody can do better, on average, than the
 * Bayesian who knows the prior and counts (Murphy 2012; equation 10 of the paper):
 *
 *   P(1 | context) = (N1 + 1/2) / (N0 + N1 + 1)
 *
 * where N0 and N1 count the bits that followed this context so far; the first c bits cost him one
 * bit each. What he pays for the very sequence is scored beside what the network pays, as
 * optimal_cost_bits, and the difference as excess_bits: a noise that moves both (35 bits from
 * sequence to sequence) leaves the difference alone. His mean is 133.2 bits at the paper's
 * setting (two million sequences; the paper's figure shows 133). */
#include "bits.h"

#include <gsl/gsl_randist.h>
#include <mann/gsl.h>
#include <math.h>

typedef struct ngram {
    int32_t context;
    mann_range length;
    double alpha;
    mann_io_shape io;
} ngram;

static const mann_option options[] = {
    {"context", MANN_OPT_INT, offsetof(ngram, context), "5", 0, 16, NULL,
     "bits that the next one depends on"},
    {"length", MANN_OPT_RANGE, offsetof(ngram, length), "200", 1, 100000, NULL,
     "bits per sequence"},
    {"alpha", MANN_OPT_REAL, offsetof(ngram, alpha), "0.5", 0.01, 1000, NULL,
     "the probabilities are drawn from Beta(alpha, alpha)"},
    {0},
};

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    ngram *task = self;
    *task = *(const ngram *)config;
    *io = task->io = (mann_io_shape){.target = MANN_TARGET_BITS, .inputs = 1, .outputs = 1};
    return MANN_OK;
}

/* Besides the usual arrays: "probability" [2^c], drawn for this sequence; "optimal" [T], the
 * Bayesian's prediction at each step, and "optimal_cost" [T], the bits that it cost him; "count"
 * [2^c, 2], how often 0 and 1 followed each context. The bit seen last is the lowest of a
 * context's number. */
static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const ngram *task = self;
    int32_t T = mann_rng_between(rng, task->length), contexts = 1 << task->context;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, T, 1, 1, &e);
    float *probability = mann_example_real(out, "probability", contexts, 0);
    float *optimal = mann_example_real(out, "optimal", T, 0);
    float *optimal_cost = mann_example_real(out, "optimal_cost", T, 0);
    int32_t *count = mann_example_int(out, "count", contexts, 2);
    if (status || out->failed) {
        return MANN_E_NOMEM;
    }
    out->label[0] = T;
    gsl_rng gsl = mann_rng_as_gsl(rng);
    for (int32_t i = 0; i < contexts; i++) {
        probability[i] = (float)gsl_ran_beta(&gsl, task->alpha, task->alpha);
    }
    int32_t seen = 0;
    for (int32_t t = 0; t < T; t++) {
        bool known = t >= task->context;
        int32_t *n = count + 2 * seen;
        int32_t bit = mann_rng_uniform(rng) < (known ? (double)probability[seen] : 0.5);
        double total = n[0] + n[1] + 2 * task->alpha;
        optimal[t] = known ? (float)((n[1] + task->alpha) / total) : 0.5f;
        optimal_cost[t] = known ? (float)-log2((n[bit] + task->alpha) / total) : 1;
        if (known) {
            n[bit]++;
        }
        e.target[t] = (float)bit;
        e.mask[t] = 1;
        if (t + 1 < T) {
            e.input[t + 1] = (float)bit;
        }
        seen = (2 * seen + bit) & (contexts - 1);
    }
    return MANN_OK;
}

static void score(const void *self, const mann_example *truth, const float *prediction,
                  mann_score *out)
{
    const ngram *task = self;
    const float *optimal_cost = mann_example_find(truth, "optimal_cost")->data;
    mann_score usual = {0};
    mann_score_usual(&task->io, truth, prediction, &usual);
    double cost = mann_score_get(&usual, "cost_bits"), least = 0;
    for (int32_t t = 0; t < truth->steps; t++) {
        least += optimal_cost[t];
    }
    mann_score_merge(out, &usual);
    mann_score_add(out, "optimal_cost_bits", least, 1);
    mann_score_add(out, "excess_bits", cost - least, 1);
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    const ngram *task = self;
    int32_t last = truth->steps - 1, c = task->context;
    mann_notes_add(notes, "fair", false, 0, c <= last ? c - 1 : last);
    mann_notes_add(notes, "prediction", false, c, last);
}

const mann_task_type mann_task_ngram = {
    .name = "ngram",
    .summary = "predict bits whose probabilities the last few decide (Graves et al. 2014, 4.4)",
    .options = options,
    .config_size = sizeof(ngram),
    .self_size = sizeof(ngram),
    .solved = "excess_bits<=1.33",
    .defaults = "train.batch=8 train.lr=3e-3 train.schedule=cosine train.decay_sequences=100000 "
                "memory.initial=learned memory.initial_value=0.5",
    .traced = "length=200",
    .open = open,
    .sample = sample,
    .score = score,
    .annotate = annotate,
};
