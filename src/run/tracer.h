/* Traces of fixed probe sequences in the course of training, from a thread of their own. */
#ifndef MANN_RUN_TRACER_H
#define MANN_RUN_TRACER_H

#include "network/network.h"

typedef struct mann_tracer mann_tracer;

/* Starts the thread; folder is a run's. *tracer is NULL if the experiment wants no traces. */
mann_status mann_tracer_start(mann_context *context, const mann_network *network,
                              const char *folder, mann_tracer **tracer);

/* Offers the present weights. They are copied and traced if a trace is due and the last one is
 * written; otherwise nothing happens. Training never waits. */
void mann_tracer_offer(mann_tracer *tracer, const mann_real *values, int64_t step,
                       int64_t sequences);

/* Traces the last weights, ends the thread, frees. A warning is logged if traces failed. */
void mann_tracer_finish(mann_tracer *tracer, const mann_real *values, int64_t step,
                        int64_t sequences);

#endif
