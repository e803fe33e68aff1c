/* Random leaves for the operations' examples. */
#include "ad/random.h"

#include <math.h>

int32_t mann_random_size(mann_rng *rng, int32_t most)
{
    return mann_rng_below(rng, 4) ? mann_rng_between(rng, (mann_range){1, most}) : 1;
}

int32_t mann_random_heads(mann_rng *rng)
{
    return mann_rng_below(rng, 8) ? mann_random_size(rng, 3) : MANN_MANY_QUERIES;
}

mann_var mann_random_parameter(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1)
{
    mann_var x = mann_leaf(tape, 2, (int32_t[]){n0, n1});
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = (mann_real)mann_rng_normal(rng);
    }
    return x;
}

/* The elements of a sequence stand together, as kernels ask for; sequences may be apart. */
static mann_var leaf(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    int32_t size = n1 * (n2 ? n2 : 1), more = 0, first = 0;
    if (mann_rng_below(rng, 2)) {
        more = mann_rng_between(rng, (mann_range){1, 4});
        first = mann_rng_between(rng, (mann_range){0, more});
    }
    mann_var wide = mann_random_parameter(tape, rng, n0, size + more);
    mann_var x = mann_columns(tape, wide, first, size);
    return n2 ? mann_split(tape, x, n1) : x;
}

/* Where the columns of sequence i begin. */
static mann_real *sequence(mann_var x, int32_t i)
{
    return mann_value(x) + (size_t)i * (size_t)x->stride[0];
}

static int32_t sequence_size(mann_var x)
{
    return (int32_t)(mann_size(x) / (size_t)x->n[0]);
}

mann_var mann_random_normal(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    return leaf(tape, rng, n0, n1, n2);
}

mann_var mann_random_uniform(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2,
                             double low, double high)
{
    mann_var x = leaf(tape, rng, n0, n1, n2);
    for (int32_t b = 0; b < x->n[0]; b++) {
        for (int32_t i = 0; i < sequence_size(x); i++) {
            sequence(x, b)[i] = (mann_real)(low + (high - low) * mann_rng_uniform(rng));
        }
    }
    return x;
}

mann_var mann_random_weighting(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    mann_var x = leaf(tape, rng, n0, n1, n2);
    int32_t n = x->n[x->rank - 1];
    for (int32_t b = 0; b < x->n[0]; b++) {
        for (int32_t at = 0; at < sequence_size(x); at += n) {
            mann_real *row = sequence(x, b) + at;
            double total = 0;
            for (int32_t i = 0; i < n; i++) {
                row[i] = (mann_real)exp(mann_rng_normal(rng));
                total += (double)row[i];
            }
            for (int32_t i = 0; i < n; i++) {
                row[i] = (mann_real)((double)row[i] / total);
            }
        }
    }
    return x;
}

mann_var mann_random_shape(mann_tape *tape, mann_rng *rng, int32_t rank, const int32_t *n)
{
    int32_t wide[MANN_MAX_RANK], first[MANN_MAX_RANK];
    for (int32_t a = 0; a < rank; a++) {
        int32_t more = mann_rng_below(rng, 3) ? 0 : mann_rng_between(rng, (mann_range){1, 3});
        first[a] = mann_rng_between(rng, (mann_range){0, more});
        wide[a] = n[a] + more;
    }
    mann_var x = mann_leaf(tape, rank, wide);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = (mann_real)mann_rng_normal(rng);
    }
    for (int32_t a = 0; a < rank; a++) {
        x = wide[a] > n[a] ? mann_slice(tape, x, a, first[a], n[a]) : x;
    }
    return x;
}

void mann_random_broadcast(mann_tape *tape, mann_rng *rng, int32_t count, mann_var *x)
{
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, a < rank - 1 ? 4 : rank < 4 ? 40 : 10);
    }
    int32_t full = (int32_t)mann_rng_below(rng, (uint32_t)count);
    for (int32_t i = 0; i < count; i++) {
        bool less = i != full && mann_rng_below(rng, 3) == 0;
        int32_t own = less ? mann_rng_between(rng, (mann_range){1, rank}) : rank;
        int32_t m[MANN_MAX_RANK];
        for (int32_t a = 0; a < own; a++) {
            m[a] = mann_rng_below(rng, 4) ? n[rank - own + a] : 1;
        }
        if (own == rank) {
            m[0] = n[0] + mann_rng_between(rng, (mann_range){0, 2});
        }
        x[i] = mann_random_shape(tape, rng, own, m);
    }
}
