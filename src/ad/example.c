/* Random leaves for the operations' examples. */
#include "ad/example.h"

#include <math.h>

int32_t mann_example_size(mann_rng *rng, int32_t most)
{
    return mann_rng_below(rng, 4) ? mann_rng_between(rng, (mann_range){1, most}) : 1;
}

static mann_var leaf(mann_tape *tape, int32_t n0, int32_t n1, int32_t n2)
{
    int32_t n[3] = {n0, n1, n2};
    return mann_leaf(tape, n2 ? 3 : 2, n);
}

mann_var mann_example_normal(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    mann_var x = leaf(tape, n0, n1, n2);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = (mann_real)mann_rng_normal(rng);
    }
    return x;
}

mann_var mann_example_uniform(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2,
                              double low, double high)
{
    mann_var x = leaf(tape, n0, n1, n2);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = (mann_real)(low + (high - low) * mann_rng_uniform(rng));
    }
    return x;
}

mann_var mann_example_weighting(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2)
{
    mann_var x = leaf(tape, n0, n1, n2);
    int32_t n = x->n[x->rank - 1];
    size_t rows = mann_size(x) / (size_t)n;
    for (size_t r = 0; r < rows; r++) {
        mann_real *row = mann_value(x) + r * (size_t)n;
        double total = 0;
        for (int32_t i = 0; i < n; i++) {
            row[i] = (mann_real)exp(mann_rng_normal(rng));
            total += (double)row[i];
        }
        for (int32_t i = 0; i < n; i++) {
            row[i] = (mann_real)((double)row[i] / total);
        }
    }
    return x;
}
