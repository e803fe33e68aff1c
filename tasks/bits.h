/* What tasks over sequences of bits share. */
#ifndef MANN_TASKS_BITS_H
#define MANN_TASKS_BITS_H

#include <mann/task.h>

/* An example of T steps with input [T, inputs], target [T, outputs] and mask [T]. */
typedef struct mann_bits_example {
    float *input, *target, *mask;
} mann_bits_example;

/* MANN_E_NOMEM if storage is short. */
mann_status mann_bits_example_make(mann_example *out, int32_t steps, int32_t inputs,
                                   int32_t outputs, mann_bits_example *made);

/* Fills row [bits] with fair coins. */
void mann_bits_draw(mann_rng *rng, int32_t bits, float *row);

#endif
