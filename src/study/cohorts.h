/* Groups of runs that differ in nothing but their seeds, and what to call them. */
#ifndef MANN_STUDY_COHORTS_H
#define MANN_STUDY_COHORTS_H

#include <mann/train.h>

enum { MANN_GROUP_LABEL = 256 };

typedef struct mann_cohorts {
    int32_t count;                   /* in the order of their first members */
    int32_t *of;                     /* [runs]: the cohort of each */
    char (*label)[MANN_GROUP_LABEL]; /* [count]: what tells it from the others: "ntm lr=0.001" */
} mann_cohorts;

/* MANN_E_NOMEM. */
mann_status mann_cohorts_make(mann_context *context, int32_t runs,
                              const mann_experiment *const *experiment, mann_cohorts *cohorts);
void mann_cohorts_clear(mann_cohorts *cohorts);

#endif
