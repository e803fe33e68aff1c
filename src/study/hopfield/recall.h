/* The recall of a Hopfield job: one network under each rule, every cue, and what became of it. */
#ifndef MANN_STUDY_HOPFIELD_RECALL_H
#define MANN_STUDY_HOPFIELD_RECALL_H

#include "study/hopfield/job.h"

/* The energy after each change, thinned by two whenever it is full. */
typedef struct mann_energy_path {
    double *x, *energy; /* [count] */
    int32_t count, every;
    int64_t seen;
} mann_energy_path;

typedef struct mann_recalled {
    int32_t pattern;
    float *cue, *state; /* [N] */
    mann_hopfield_verdict verdict;
    mann_hopfield_ending ending;
    int32_t sweeps, wrong, cycling; /* wrong: units that differ from the pattern that was cued */
    int64_t flips;
    double overlap, cue_overlap; /* with the pattern that was cued */
    double energy, cue_energy;
    mann_energy_path path;
    char text[128];
} mann_recalled;

/* All cues under one rule. */
typedef struct mann_attempt {
    mann_hopfield_setting setting;
    mann_hopfield *net;
    mann_recalled *cue; /* [setting.cues] */
    int32_t exact, named;
    double overlap;
} mann_attempt;

typedef struct mann_recall {
    const mann_hopfield_job *job;
    const float *pattern; /* [P, N] */
    float *drawn;         /* where the pattern is, of random ones; else NULL */
    mann_attempt by[MANN_JOB_RULES];
} mann_recall;

/* Stores the patterns and recalls every cue, under each rule. To be cleared, also after an error.
 * MANN_E_INVAL, MANN_E_NOMEM. */
mann_status mann_recall_run(const mann_hopfield_job *job, mann_recall *recall);
void mann_recall_clear(mann_recall *recall);

/* True if every change of a unit is seen, not only every sweep. */
bool mann_recall_by_unit(const mann_hopfield_setting *setting);

#endif
