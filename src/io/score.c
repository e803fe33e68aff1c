/* Scores are sums with weights, so that those of many sequences, from any number of threads, add up
 * to exact means; and the usual measures of a prediction.
 *
 *   cost_bits  -sum_i [t_i log2 p_i + (1 - t_i) log2 (1 - p_i)]  for bits,
 *              -sum_i t_i log2 p_i                               for classes, pointers and
 *                                                                distributions, per sequence.
 *
 * Probabilities are clamped to [1e-7, 1 - 1e-7] in double, so that a confident mistake costs 23
 * bits, not infinity. A NaN passes the clamp: the cost of a model that broke is not a number. */
#include <assert.h>
#include <mann/task.h>
#include <math.h>
#include <string.h>

static const double least = 1e-7;

void mann_score_add(mann_score *score, const char *name, double sum, double weight)
{
    int32_t i = 0;
    while (i < score->count && strcmp(score->metric[i].name, name) != 0) {
        i++;
    }
    assert(i < MANN_MAX_METRICS);
    if (i == score->count) {
        score->metric[i].name = name;
        score->metric[i].sum = score->metric[i].weight = 0;
        score->count++;
    }
    score->metric[i].sum += sum;
    score->metric[i].weight += weight;
}

void mann_score_merge(mann_score *score, const mann_score *other)
{
    for (int32_t i = 0; i < other->count; i++) {
        mann_score_add(score, other->metric[i].name, other->metric[i].sum, other->metric[i].weight);
    }
}

double mann_score_get(const mann_score *score, const char *name)
{
    for (int32_t i = 0; i < score->count; i++) {
        if (!strcmp(score->metric[i].name, name)) {
            return score->metric[i].sum / score->metric[i].weight;
        }
    }
    return NAN;
}

static double clamp(double p)
{
    return p < least ? least : p > 1 - least ? 1 - least : p;
}

/* The totals of one sequence. */
typedef struct tally {
    double cost;
    int64_t wrong, counted; /* bits or steps */
} tally;

static void tally_bits(tally *sum, int32_t n, const float *target, const float *prediction)
{
    for (int32_t i = 0; i < n; i++) {
        double p = clamp(prediction[i]), t = target[i];
        /* A product with an exact 0 would only add rounding, and halve the speed. */
        sum->cost -= t == 1 ? log2(p) : t == 0 ? log2(1 - p) : t * log2(p) + (1 - t) * log2(1 - p);
        /* Exactly 1/2 (or NaN) is on neither side, so it is wrong. */
        sum->wrong += t > 0.5 ? !(prediction[i] > 0.5f) : !(prediction[i] < 0.5f);
    }
    sum->counted += n;
}

static int32_t largest(int32_t n, const float *value)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        if (value[i] > value[best]) {
            best = i;
        }
    }
    return best;
}

static void tally_class(tally *sum, int32_t n, const float *target, const float *prediction)
{
    bool finite = true;
    for (int32_t i = 0; i < n; i++) {
        if (target[i] != 0) {
            sum->cost -= target[i] * log2(clamp(prediction[i]));
        }
        finite = finite && isfinite(prediction[i]);
    }
    sum->wrong += !finite || largest(n, prediction) != largest(n, target);
    sum->counted++;
}

static void tally_real(tally *sum, int32_t n, const float *target, const float *prediction)
{
    for (int32_t i = 0; i < n; i++) {
        double error = (double)prediction[i] - target[i];
        sum->cost += error * error;
    }
    sum->counted += n;
}

/* Of a pointer: target is the place, which is right if none scores more. */
static void tally_pointer(tally *sum, int32_t n, int32_t target, const float *prediction)
{
    bool finite = true;
    for (int32_t i = 0; i < n; i++) {
        finite = finite && isfinite(prediction[i]);
    }
    sum->cost -= log2(clamp(prediction[target]));
    sum->wrong += !finite || largest(n, prediction) != target;
    sum->counted++;
}

static void tally_step(tally *sum, mann_target kind, int32_t n, const mann_array *target, int32_t t,
                       const float *prediction)
{
    size_t row = (size_t)t * (size_t)n;
    const float *wanted = (const float *)target->data + row;
    switch (kind) {
    case MANN_TARGET_BITS: tally_bits(sum, n, wanted, prediction + row); break;
    case MANN_TARGET_CLASS:
    case MANN_TARGET_DISTRIBUTION: tally_class(sum, n, wanted, prediction + row); break;
    case MANN_TARGET_REAL: tally_real(sum, n, wanted, prediction + row); break;
    case MANN_TARGET_POINTER:
        tally_pointer(sum, n, ((const int32_t *)target->data)[t], prediction + row);
        break;
    }
}

void mann_score_usual(const mann_io_shape *io, const mann_example *truth, const float *prediction,
                      mann_score *score)
{
    const mann_array *target = mann_example_find(truth, "target");
    const mann_array *mask = mann_example_find(truth, "mask");
    int32_t outputs = mann_io_outputs(io, truth);
    assert(target && target->n[0] == truth->steps);
    assert(!mask || (mask->type == MANN_REAL && mask->n[0] == truth->steps));

    tally sum = {0};
    for (int32_t t = 0; t < truth->steps; t++) {
        if (!mask || ((const float *)mask->data)[t] != 0) {
            tally_step(&sum, io->target, outputs, target, t, prediction);
        }
    }
    double wrong = (double)sum.wrong, counted = (double)sum.counted;
    switch (io->target) {
    case MANN_TARGET_BITS:
        mann_score_add(score, "cost_bits", sum.cost, 1);
        mann_score_add(score, "wrong_bits", wrong, 1);
        mann_score_add(score, "bit_error_rate", wrong, counted);
        mann_score_add(score, "sequence_error_rate", wrong > 0, 1);
        break;
    case MANN_TARGET_CLASS:
    case MANN_TARGET_POINTER:
    case MANN_TARGET_DISTRIBUTION:
        mann_score_add(score, "cost_bits", sum.cost, 1);
        mann_score_add(score, "accuracy", counted - wrong, counted);
        mann_score_add(score, "error_rate", wrong, counted);
        mann_score_add(score, "sequence_error_rate", wrong > 0, 1);
        break;
    case MANN_TARGET_REAL: mann_score_add(score, "squared_error", sum.cost, counted); break;
    }
}

void mann_notes_add(mann_notes *notes, const char *name, bool mark, int32_t first, int32_t last)
{
    if (notes->count == MANN_MAX_NOTES || first > last) {
        return;
    }
    notes->span[notes->count].name = name;
    notes->span[notes->count].mark = mark;
    notes->span[notes->count].first = first;
    notes->span[notes->count].last = last;
    notes->count++;
}
