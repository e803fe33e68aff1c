/* The gated recurrent unit (Cho et al. 2014). */
#ifndef MANN_NN_GRU_H
#define MANN_NN_GRU_H

#include "nn/dense.h"

#include <mann/batch.h>

typedef struct mann_gru {
    int32_t inputs, hidden;
    mann_dense gates, candidate; /* of [x, h]: r, then z; of [x, r h] */
} mann_gru;

mann_gru mann_gru_init(mann_params *params, const char *name, int32_t inputs, int32_t hidden);

/* What r, z and the candidate get from x [rows, k], the first k of the inputs, side by side [rows,
 * 3 H]: for all steps at once, as it does not depend on h. */
mann_var mann_gru_inputs(const mann_gru *self, mann_tape *tape, mann_var x);

/* One step: inputs [B, 3 H], from mann_gru_inputs, or NULL for k = 0; more [B, inputs - k], the
 * rest of the input, or NULL where k is all of it; h [B, H] -> the new h. */
mann_var mann_gru_step(const mann_gru *self, mann_tape *tape, mann_var inputs, mann_var more,
                       mann_var h);

/* One step alone: x [B, inputs], h [B, H] -> the new h. */
mann_var mann_gru_apply(const mann_gru *self, mann_tape *tape, mann_var x, mann_var h);

/* Along every sequence of x [rows, inputs] from a state of zeros, from the first step to the last
 * or backward from the last to the first: the states [rows, H]. */
mann_var mann_gru_run(const mann_gru *self, mann_tape *tape, const mann_packed *rows, mann_var x,
                      bool backward);

/* Multiply-adds of one sequence-step. */
double mann_gru_multiply_adds(const mann_gru *self);

#endif
