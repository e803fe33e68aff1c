/* The insides of networks and tasks. */
#ifndef MANN_NETWORK_NETWORK_H
#define MANN_NETWORK_NETWORK_H

#include "experiment/experiment.h"

#include <stdatomic.h>

/* An opened task never changes, so those who want the same settings share one. */
struct mann_task {
    const mann_task_type *type;
    void *self;
    mann_io_shape io;
    atomic_int users; /* who will free it: the last one does */
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

/* A network of the same experiment that shares the opened task, with parameters of its own at their
 * initial values. */
mann_network *mann_network_twin(mann_context *context, const mann_network *network);

/* Resets a tape for the network's model: its parameters, gradients into grad (NULL: none), the
 * random streams of examples index[] of seed (borrowed until the reset), the course of training. */
mann_status mann_network_ready(const mann_network *network, mann_tape *tape, mann_mode mode,
                               mann_real *grad, uint64_t seed, const uint64_t *index);

#endif
