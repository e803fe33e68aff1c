/* The gated recurrent unit (Cho et al. 2014). */
#ifndef MANN_NN_GRU_H
#define MANN_NN_GRU_H

#include "nn/dense.h"

typedef struct mann_gru {
    int32_t inputs, hidden;
    mann_dense gates, candidate; /* reset and update; what would be new */
} mann_gru;

/* Announces the dense layers `name` and `name`.candidate. */
mann_gru mann_gru_init(mann_params *params, const char *name, int32_t inputs, int32_t hidden);

/* x [B, inputs], h [B, hidden] -> the next h [B, hidden]. */
mann_var mann_gru_step(const mann_gru *self, mann_tape *tape, mann_var x, mann_var h);

/* Multiply-adds of one sequence-step. */
double mann_gru_multiply_adds(const mann_gru *self);

#endif
