/* Sweeps over Hopfield networks: drawn again and again at each point, and what became of their
 * cues. */
#ifndef MANN_STUDY_HOPFIELD_SWEEP_H
#define MANN_STUDY_HOPFIELD_SWEEP_H

#include "study/hopfield/job.h"

/* What is measured, each a mean over cues and networks. */
typedef enum mann_hopfield_measure {
    MANN_HOPFIELD_MEASURE_OVERLAP,  /* with the pattern that was cued; at T > 0 over the later half
                                     */
    MANN_HOPFIELD_MEASURE_EXACT,    /* part of the cues that end on the pattern itself */
    MANN_HOPFIELD_MEASURE_RECALLED, /* part that ends with an overlap of at least 0.95 */
    MANN_HOPFIELD_MEASURE_STABLE,   /* part of the patterns that are fixed points */
    MANN_HOPFIELD_MEASURE_ONE_STEP, /* bits of a stored pattern that one synchronous step changes */
    MANN_HOPFIELD_MEASURE_SWEEPS,
    MANN_HOPFIELD_MEASURES
} mann_hopfield_measure;

extern const char *const mann_hopfield_measure_names[MANN_HOPFIELD_MEASURES];

typedef struct mann_hopfield_point {
    mann_hopfield_setting setting;
    int32_t rule;
    double x, curve; /* the swept values; NaN for none */
    double mean[MANN_HOPFIELD_MEASURES];
    double half[MANN_HOPFIELD_MEASURES];   /* of the 95 % interval; NaN with one trial */
    double kinds[MANN_HOPFIELD_KINDS];     /* parts of the cues */
    double theory[MANN_HOPFIELD_MEASURES]; /* NaN where there is none */
} mann_hopfield_point;

typedef struct mann_hopfield_study {
    const mann_hopfield_job *job;
    int32_t n_points, trials, curves, per_curve;
    mann_hopfield_point *points; /* [curves, per_curve] */
} mann_hopfield_study;

/* Told, by the thread that runs the study, how many of all networks are done: after each of its
 * own, and when all are. */
typedef void mann_hopfield_progress(void *user, int32_t done, int32_t whole);

/* Runs all networks of a job with at least one axis, and sums them up; watch may be NULL. To be
 * cleared, also after an error. The results do not depend on the number of threads. MANN_E_INVAL:
 * the points are too many, or one makes no sense; MANN_E_NOMEM. */
mann_status mann_hopfield_study_run(const mann_hopfield_job *job, mann_hopfield_progress *watch,
                                    void *user, mann_hopfield_study *study);
void mann_hopfield_study_clear(mann_hopfield_study *study);

#endif
