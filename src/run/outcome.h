/* What a run folder says about its run: the experiment, and how far it came. */
#ifndef MANN_RUN_OUTCOME_H
#define MANN_RUN_OUTCOME_H

#include <mann/run.h>

typedef struct mann_outcome {
    mann_experiment *experiment;
    mann_stop stop; /* NONE: it is training, or was killed */
    int64_t step, sequences;
    double epoch;       /* sequences that make one */
    double seconds;     /* of training, over all resumptions */
    char until[1024];   /* the condition that was to end it; "": none */
    char message[1024]; /* of a divergence; else "" */
} mann_outcome;

/* Reads RUN/run.json. MANN_E_IO, MANN_E_FORMAT: it is not there, or not as a run wrote it. */
mann_status mann_outcome_read(mann_context *context, const char *run, mann_outcome *outcome);
void mann_outcome_clear(mann_outcome *outcome);

#endif
