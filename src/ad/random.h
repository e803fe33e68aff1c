/* What the operations' examples are made of: leaves of random shape and content. */
#ifndef MANN_AD_RANDOM_H
#define MANN_AD_RANDOM_H

#include "ad/tape.h"

/* 1..most, often 1. */
int32_t mann_random_size(mann_rng *rng, int32_t most);

/* 1..3 heads, sometimes so many that products are made of them. */
int32_t mann_random_heads(mann_rng *rng);

/* A contiguous leaf [n0, n1], standard normal: where an operation asks for a parameter. */
mann_var mann_random_parameter(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1);

/* A leaf [n0, n1, n2] (n2 0: of rank 2), standard normal. Often it is some columns of a wider leaf,
 * so that rows are apart. */
mann_var mann_random_normal(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2);

/* The same, uniform in low..high. */
mann_var mann_random_uniform(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2,
                             double low, double high);

/* The same, the last axis a distribution. */
mann_var mann_random_weighting(mann_tape *tape, mann_rng *rng, int32_t n0, int32_t n1, int32_t n2);

/* A leaf of any shape, standard normal. Often it is a part of a larger one, cut along any axes. */
mann_var mann_random_shape(mann_tape *tape, mann_rng *rng, int32_t rank, const int32_t *n);

/* Leaves of rank 1 to 4 that broadcast (mann/op.h): of less rank, with axes of 1, of unequal
 * batches. The first axis is at most 6, the last at most 40. */
void mann_random_broadcast(mann_tape *tape, mann_rng *rng, int32_t count, mann_var *x);

#endif
