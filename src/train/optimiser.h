/* Optimisers: one update of the flat vector of parameters. */
#ifndef MANN_TRAIN_OPTIMISER_H
#define MANN_TRAIN_OPTIMISER_H

#include "base/pool.h"
#include "kern/kern.h"
#include "train/experiment.h"

enum { MANN_MAX_MOMENTS = 3 };

typedef struct mann_optimiser_state {
    const mann_train_config *config;
    const mann_kernels *kernels;
    size_t size;
    int32_t moments; /* running averages the optimiser keeps */
    const char *moment_name[MANN_MAX_MOMENTS];
    mann_real *moment[MANN_MAX_MOMENTS];
    int64_t updates;
    double beta1_power, beta2_power; /* of Adam, over the updates so far */
} mann_optimiser_state;

mann_status mann_optimiser_init(mann_context *context, mann_optimiser_state *state,
                                const mann_train_config *config, size_t size);
void mann_optimiser_clear(mann_optimiser_state *state);

/* The learning rate after `sequences`; scale: of the halving schedule. */
double mann_learning_rate(const mann_train_config *config, double sequences, double scale);

/* value -= what the optimiser makes of grad, clipped elementwise and then by norm. */
void mann_optimiser_update(mann_optimiser_state *state, double lr, double grad_norm,
                           const mann_real *grad, mann_real *value);

#endif
