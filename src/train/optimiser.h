/* Optimisers: one update of the flat vector of parameters. */
#ifndef MANN_TRAIN_OPTIMISER_H
#define MANN_TRAIN_OPTIMISER_H

#include "base/pool.h"
#include "experiment/experiment.h"
#include "kern/kern.h"

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

enum { MANN_MAX_STEPS = 64 };

/* From where on the rate has which factor, and which one where the next step begins. */
typedef struct mann_rate_step {
    double from, factor, to;
} mann_rate_step;

/* The course of the learning rate, in sequences. */
typedef struct mann_rate {
    const mann_train_config *config;
    double decay, warmup;
    int32_t steps;
    mann_rate_step step[MANN_MAX_STEPS];
} mann_rate;

/* epoch: sequences that make one. MANN_E_INVAL: lr_steps. */
mann_status mann_rate_init(mann_context *context, mann_rate *rate, const mann_train_config *config,
                           double epoch);
/* The learning rate after `sequences`; scale: of the halving schedule. */
double mann_rate_at(const mann_rate *rate, double sequences, double scale);

/* Begins an update: the numbers it goes by. The gradient is clipped elementwise, then by norm. */
mann_update mann_optimiser_begin(mann_optimiser_state *state, double lr, double grad_norm);
/* value -= what the optimiser makes of grad, for elements first..first+count-1; parts of an update
 * may run side by side. */
void mann_optimiser_apply(const mann_optimiser_state *state, const mann_update *update,
                          size_t first, size_t count, const mann_real *grad, mann_real *value);

#endif
