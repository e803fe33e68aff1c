/* Hebb's rule: W_ij = 1/N sum_k x_ki x_kj, W_ii = 0 (Hopfield 1982).
 *
 * N W_ij counts the patterns in which i and j agree less those in which they differ: with the
 * patterns packed as one row of bits per unit, it is P - 2 popcount(row_i xor row_j). It is kept as
 * that whole number, in units of 1/N, so that storing is incremental without rounding. */
#include "hopfield/internal.h"

#include <stdlib.h>

static mann_status open(mann_hopfield *net)
{
    mann_status status = mann_hopfield_couplings_open(net);
    net->scale = 1 / (float)net->units;
    net->slack = 0;
    return status;
}

static mann_status learn(mann_hopfield *net, int32_t first)
{
    int32_t patterns = net->count - first, words = (patterns + 63) / 64;
    uint64_t *bits = mann_hopfield_zeroed((size_t)net->units * (size_t)words, sizeof *bits);
    if (!bits) {
        return mann_hopfield_short(net);
    }
    for (int32_t k = 0; k < patterns; k++) {
        const float *x = mann_hopfield_row(net, first + k);
        for (int32_t i = 0; i < net->units; i++) {
            uint64_t bit = x[i] > 0;
            bits[(size_t)i * (size_t)words + (size_t)(k / 64)] |= bit << (k % 64);
        }
    }
    for (int32_t i = 0; i < net->units; i++) {
        float *row = net->weight + (size_t)i * net->stride;
        net->loops->agreement(net->units, words, patterns, bits + (size_t)i * (size_t)words, bits,
                              row);
        row[i] = 0;
    }
    free(bits);
    return MANN_OK;
}

/* By the patterns themselves, while they are few. */
static bool by_patterns(const mann_hopfield *net, const float *state, float *field)
{
    int32_t n = net->units, k = 0;
    if (2 * (int64_t)net->count >= n) {
        return false;
    }
    for (; k + 4 <= net->count; k += 4) {
        const float *x = mann_hopfield_row(net, k);
        float sum[4];
        for (int32_t q = 0; q < 4; q++) {
            sum[q] = net->loops->dot(n, x + (size_t)q * (size_t)n, state);
        }
        net->loops->axpy4(n, sum, x, (size_t)n, field);
    }
    for (; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        net->loops->axpy(n, net->loops->dot(n, x, state), x, field);
    }
    net->loops->axpy(n, -(float)net->count, state, field); /* the diagonal */
    return true;
}

const mann_hopfield_engine mann_hopfield_hebb_engine = {
    .exact = true,
    .open = open,
    .learn = learn,
    .shortcut = by_patterns,
    MANN_HOPFIELD_COUPLED,
};
