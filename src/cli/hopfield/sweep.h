/* A sweep of `mann hopfield`: its points, and how they are shown. */
#ifndef MANN_CLI_HOPFIELD_SWEEP_H
#define MANN_CLI_HOPFIELD_SWEEP_H

#include "cli/hopfield/job.h"

typedef struct mann_sweep_point {
    mann_hopfield_setting setting;
    int32_t rule;
    double x, curve; /* the swept values; NaN for none */
    double mean[MANN_MEASURES];
    double half[MANN_MEASURES];        /* of the 95 % interval; NaN with one trial */
    double kinds[MANN_HOPFIELD_KINDS]; /* parts of the cues */
    double theory[MANN_MEASURES];      /* NaN where there is none */
} mann_sweep_point;

typedef struct mann_sweep {
    const mann_hopfield_job *job;
    int32_t n_points, trials, curves, per_curve;
    mann_sweep_point *points; /* [curves, per_curve] */
} mann_sweep;

/* "hebb, N 500": what sets the curve apart. */
void mann_sweep_curve_name(const mann_sweep *sweep, int32_t curve, char *text, size_t size);
/* What all points have in common. */
void mann_sweep_heading(const mann_sweep *sweep, char *text, size_t size);

/* As table, CSV or JSON on standard output. */
void mann_sweep_print(const mann_sweep *sweep);
/* Into the job's output. */
mann_status mann_sweep_draw(const mann_sweep *sweep);

#endif
