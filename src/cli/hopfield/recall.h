/* The recall of `mann hopfield`: one network under each rule, and how it is shown. */
#ifndef MANN_CLI_HOPFIELD_RECALL_H
#define MANN_CLI_HOPFIELD_RECALL_H

#include "cli/hopfield/job.h"

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
    mann_recalled *cue;
    int32_t exact, named;
    double overlap;
} mann_attempt;

typedef struct mann_recall {
    const mann_hopfield_job *job;
    const float *pattern; /* [P, N] */
    mann_attempt by[MANN_JOB_RULES];
} mann_recall;

/* True if every change of a unit is seen, not only every sweep. */
bool mann_recall_by_unit(const mann_hopfield_setting *setting);
/* Patterns, cues and seed in a line. */
void mann_recall_heading(const mann_recall *recall, char *text, size_t size);

/* As table, CSV or JSON on standard output. */
void mann_recall_print(const mann_recall *recall);
/* Into the job's output. */
mann_status mann_recall_draw(const mann_recall *recall);

#endif
