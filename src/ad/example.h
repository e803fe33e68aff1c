/* What the operations' examples are made of: leaves of random shape and content. */
#ifndef MANN_AD_EXAMPLE_H
#define MANN_AD_EXAMPLE_H

#include "ad/tape.h"

/* 1..most, often 1. */
int32_t mann_example_size(mann_rng *rng, int32_t most);

/* 1..3 heads, sometimes so many that products are made of them. */
int32_t mann_example_heads(mann_rng *rng);

/* A contiguous leaf [n0, n1], standard normal: where an operation asks for a parameter. */
mann_var mann_example_parameter(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1);

/* A leaf [n0, n1, n2] (n2 0: of rank 2), standard normal. Often it is some columns of a wider leaf,
 * so that rows are apart. */
mann_var mann_example_normal(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2);

/* The same, uniform in low..high. */
mann_var mann_example_uniform(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2,
                              double low, double high);

/* The same, the last axis a distribution. */
mann_var mann_example_weighting(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2);

/* A leaf of any shape, standard normal. Often it is a part of a larger one, cut along any axes. */
mann_var mann_example_shape(mann_tape *tape, mann_rng *rng, int32_t rank, const int32_t *n);

#endif
