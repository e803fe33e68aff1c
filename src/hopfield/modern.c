/* The modern Hopfield network (Ramsauer et al. 2020), patterns and states real:
 *
 *     E = -1/beta log sum_k exp(beta x_k . s) + s . s / 2 + log(P) / beta + max_k |x_k|^2 / 2
 *     s <- sum_k p_k x_k,   p = softmax(beta X s).
 *
 * The update is attention with the patterns as keys and values and beta as its scale; by the
 * concave-convex procedure it never raises E. It moves all units at once and needs one or two
 * steps to retrieve a well-separated pattern. Where patterns are close for the given beta, the
 * state settles on a mean of them. Scores and means are computed in double. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

#define STILL 1e-6 /* a step below this, relative to the largest entry, is rounding */

static mann_status learn(mann_hopfield *net, int32_t first)
{
    for (int32_t k = first; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        double square = 0;
        for (int32_t i = 0; i < net->units; i++) {
            square += (double)x[i] * (double)x[i];
            net->largest = fmax(net->largest, fabs((double)x[i]));
        }
        net->longest = fmax(net->longest, square);
    }
    return MANN_OK;
}

/* weight = softmax(beta X s); wide is s in double. Returns log sum exp(beta x_k . s) / beta. */
static double attend(const mann_hopfield *net, const double *wide, double *weight)
{
    double beta = net->options.beta, most = -INFINITY, sum = 0;
    for (int32_t k = 0; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        weight[k] = beta * net->loops->dot_double(net->units, x, wide);
        most = fmax(most, weight[k]);
    }
    for (int32_t k = 0; k < net->count; k++) {
        weight[k] = exp(weight[k] - most);
        sum += weight[k];
    }
    for (int32_t k = 0; k < net->count; k++) {
        weight[k] /= sum;
    }
    return (most + log(sum)) / beta;
}

static void widen(int32_t n, const float *state, double *wide)
{
    for (int32_t i = 0; i < n; i++) {
        wide[i] = (double)state[i];
    }
}

static void mean(const mann_hopfield *net, const double *weight, double *result)
{
    memset(result, 0, (size_t)net->units * sizeof *result);
    for (int32_t k = 0; k < net->count; k++) {
        net->loops->axpy_double(net->units, weight[k], mann_hopfield_row(net, k), result);
    }
}

static double energy_of(const mann_hopfield *net, const float *state, double *weight, double *wide)
{
    widen(net->units, state, wide);
    double square = 0, best = attend(net, wide, weight);
    for (int32_t i = 0; i < net->units; i++) {
        square += wide[i] * wide[i];
    }
    return -best + square / 2 + log(net->count) / net->options.beta + net->longest / 2;
}

static double energy(const mann_hopfield *net, const float *state)
{
    double *weight = mann_hopfield_zeroed((size_t)net->count, sizeof *weight);
    double *wide = mann_hopfield_zeroed((size_t)net->units, sizeof *wide);
    double total = weight && wide ? energy_of(net, state, weight, wide) : NAN;
    free(weight);
    free(wide);
    return total;
}

bool mann_hopfield_softmax(const mann_hopfield *net, const float *state, double *weight)
{
    double *wide = NULL;
    if (net->options.rule == MANN_HOPFIELD_MODERN && net->count) {
        wide = mann_hopfield_zeroed((size_t)net->units, sizeof *wide);
    }
    if (!wide) {
        return false;
    }
    widen(net->units, state, wide);
    attend(net, wide, weight);
    free(wide);
    return true;
}

static int32_t unstable(const mann_hopfield *net, int32_t k)
{
    const float *x = mann_hopfield_row(net, k);
    double *weight = mann_hopfield_zeroed((size_t)net->count, sizeof *weight);
    double *wide = mann_hopfield_zeroed((size_t)net->units, sizeof *wide);
    int32_t count = weight && wide ? 0 : -1;
    if (weight && wide) {
        widen(net->units, x, wide);
        attend(net, wide, weight);
        mean(net, weight, wide);
        for (int32_t i = 0; i < net->units; i++) {
            count += (double)x[i] * wide[i] < 0;
        }
    }
    free(weight);
    free(wide);
    return count;
}

static mann_status walk_open(mann_hopfield_walk *walk)
{
    walk->logit = mann_hopfield_zeroed((size_t)walk->net->count, sizeof *walk->logit);
    walk->average = mann_hopfield_zeroed((size_t)walk->net->units, sizeof *walk->average);
    return walk->logit && walk->average ? MANN_OK : mann_hopfield_short(walk->net);
}

static mann_hopfield_ending sweep(mann_hopfield_walk *walk)
{
    const mann_hopfield *net = walk->net;
    widen(net->units, walk->state, walk->average);
    attend(net, walk->average, walk->logit);
    mean(net, walk->logit, walk->average);
    double farthest = 0;
    for (int32_t i = 0; i < net->units; i++) {
        farthest = fmax(farthest, fabs(walk->average[i] - (double)walk->state[i]));
        walk->state[i] = (float)walk->average[i];
    }
    return farthest <= STILL * net->largest ? MANN_HOPFIELD_FIXED : MANN_HOPFIELD_RUNNING;
}

static double walk_energy(const mann_hopfield_walk *walk)
{
    return energy_of(walk->net, walk->state, walk->logit, walk->average);
}

const mann_hopfield_engine mann_hopfield_modern_engine = {
    .learn = learn,
    .energy = energy,
    .unstable = unstable,
    .walk_open = walk_open,
    .sweep = sweep,
    .walk_energy = walk_energy,
};
