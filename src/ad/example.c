/* Random leaves for the operations' examples. */
#include "ad/example.h"

#include <math.h>

int32_t mann_example_size(mann_rng *rng, int32_t most)
{
    return mann_rng_below(rng, 4) ? mann_rng_between(rng, (mann_range){1, most}) : 1;
}

int32_t mann_example_heads(mann_rng *rng)
{
    return mann_rng_below(rng, 8) ? mann_example_size(rng, 3) : MANN_MANY_QUERIES;
}

mann_var mann_example_parameter(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1)
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
    mann_var wide = mann_example_parameter(tape, rng, n0, size + more);
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

mann_var mann_example_normal(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    return leaf(tape, rng, n0, n1, n2);
}

mann_var mann_example_uniform(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2,
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

mann_var mann_example_weighting(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
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

mann_var mann_example_shape(mann_tape *tape, mann_rng *rng, int32_t rank, const int32_t *n)
{
    int32_t wide[MANN_MAX_RANK];
    size_t first = 0;
    for (int32_t a = 0; a < rank; a++) {
        wide[a] = n[a] + (mann_rng_below(rng, 3) ? 0 : mann_rng_between(rng, (mann_range){1, 3}));
    }
    mann_var x = mann_leaf(tape, rank, wide);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = (mann_real)mann_rng_normal(rng);
    }
    mann_tensor *made = mann_tape_scratch(tape, sizeof *made);
    if (!made) {
        return &tape->dummy;
    }
    *made = *x;
    made->keeps_grad = false;
    for (int32_t a = 0; a < rank; a++) {
        made->n[a] = n[a];
        first += (size_t)mann_rng_between(rng, (mann_range){0, wide[a] - n[a]}) *
                 (size_t)made->stride[a];
    }
    made->value = mann_value(x) + first;
    return made;
}
