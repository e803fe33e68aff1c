/* A dense layer, y = x W + b. */
#ifndef MANN_NN_DENSE_H
#define MANN_NN_DENSE_H

#include <mann/op.h>

typedef struct mann_dense {
    mann_handle weight, bias;
} mann_dense;

/* Announces name.weight [inputs, outputs], Glorot uniform, and name.bias, zero. */
mann_dense mann_dense_init(mann_params *params, const char *name, int32_t inputs, int32_t outputs);

/* [B, inputs] -> [B, outputs]. */
mann_var mann_dense_apply(mann_dense layer, mann_tape *tape, mann_var x);

#endif
