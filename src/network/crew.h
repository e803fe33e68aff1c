/* A crew: threads with a tape each that run groups of examples through a network. */
#ifndef MANN_NETWORK_CREW_H
#define MANN_NETWORK_CREW_H

#include "base/pool.h"
#include "network/network.h"

/* Sequences of a group share every operation; a group is the unit of work of a thread. */
enum { MANN_GROUP = 8 };

typedef struct mann_worker {
    mann_tape *tape;
    float *prediction; /* of one example, [T, outputs] */
    size_t prediction_size;
    uint64_t index[MANN_GROUP]; /* of the examples on the tape */
    mann_status status;         /* of its last piece of work */
    bool hardened;              /* it has made a soft choice hard */
} mann_worker;

typedef struct mann_crew {
    mann_context *context;
    const mann_network *network;
    mann_pool *pool;
    mann_worker *worker; /* [threads] */
    /* Examples of the present round, and their order: longest first, dealt into groups. */
    mann_example *example;
    const mann_example **order;
    int32_t capacity, count;
    double evaluated_targets; /* mann_crew_targets over the last evaluation */
} mann_crew;

/* capacity: examples per round. */
mann_crew *mann_crew_alloc(mann_context *context, const mann_network *network, int32_t threads,
                           int32_t capacity);
void mann_crew_free(mann_crew *crew);

/* Draws example i of the round, i = 0..count-1, on whatever thread. */
typedef mann_status mann_crew_source(void *user, int32_t i, mann_example *out);

/* Fills the round with count examples and deals them out. */
mann_status mann_crew_draw(mann_crew *crew, int32_t count, mann_crew_source *source, void *user);

/* Numbers of the round that have a target: outputs of the steps that count; a class is one. */
double mann_crew_targets(const mann_crew *crew);

/* Groups of the round: group g of mann_crew_groups. */
int32_t mann_crew_groups(const mann_crew *crew);
mann_batch mann_crew_group(const mann_crew *crew, int32_t g);

/* Runs a batch forward on a worker's tape, which is reset and bound to grad first. */
mann_status mann_crew_forward(mann_crew *crew, mann_worker *worker, const mann_batch *batch,
                              mann_mode mode, mann_real *grad, mann_outputs *outputs);

/* Prediction of batch row b as [T, outputs], in the worker's buffer; NULL if memory is short. */
const float *mann_crew_prediction(mann_crew *crew, mann_worker *worker, const mann_batch *batch,
                                  const mann_outputs *outputs, int32_t b);

/* Scores the examples index 0..sequences-1 of a stream. */
mann_status mann_crew_evaluate(mann_crew *crew, const mann_task *task, mann_split_kind split,
                               uint64_t seed, int32_t sequences, mann_score *score);

#endif
