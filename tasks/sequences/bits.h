/* What tasks over sequences of bits share. */
#ifndef MANN_TASKS_SEQUENCES_BITS_H
#define MANN_TASKS_SEQUENCES_BITS_H

#include <mann/task.h>

/* An example of T steps with input [T, inputs], target [T, outputs] and mask [T]. */
typedef struct mann_bits_example {
    float *input, *target, *mask;
    int32_t inputs, outputs;
} mann_bits_example;

/* MANN_E_NOMEM if storage is short. */
mann_status mann_bits_example_make(mann_example *out, int32_t steps, int32_t inputs,
                                   int32_t outputs, mann_bits_example *made);

/* Row t of the input. */
float *mann_bits_row(const mann_bits_example *e, int32_t t);

/* Step t counts, and is to answer with this vector [bits]. */
void mann_bits_want(const mann_bits_example *e, int32_t t, int32_t bits, const float *vector);

/* Fills row [bits] with fair coins. */
void mann_bits_draw(mann_rng *rng, int32_t bits, float *row);

/* Fills order [n] with the numbers of n rows, each stride floats after the one before, smallest
 * row first (largest, if descending). Rows compare by their first `keys` numbers, the first of
 * which weighs most: bits compare as the number they spell. Equal rows keep their order. */
void mann_rows_order(const float *rows, size_t stride, int32_t keys, bool descending, int32_t n,
                     int32_t *order);

#endif
