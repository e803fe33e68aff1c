/* The insides of networks and tasks. */
#ifndef MANN_NETWORK_NETWORK_H
#define MANN_NETWORK_NETWORK_H

#include "experiment/experiment.h"

struct mann_task {
    const mann_task_type *type;
    void *self;
    mann_io_shape io;
};

struct mann_network {
    mann_context *context;
    mann_experiment *experiment;
    mann_task *task; /* as the experiment has it */
    void *model;     /* the model's self */
    mann_params *params;
    double epoch;   /* sequences that make one */
    double trained; /* sequences that training has seen */
    bool hard;      /* evaluations make hard choices */
};

/* As mann_network_alloc, but its parameters are only announced: sizes and names are known, numbers
 * come with mann_params_fill. */
mann_network *mann_network_announce(mann_context *context, const mann_experiment *experiment);

/* Resets a tape for the network's model: its parameters, gradients into grad (NULL: none), the
 * random streams of examples index[] of seed (borrowed until the reset), the course of training. */
mann_status mann_network_ready(const mann_network *network, mann_tape *tape, mann_mode mode,
                               mann_real *grad, uint64_t seed, const uint64_t *index);

#endif
