/* A recipe's measures over its runs, beside what the paper says. */
#ifndef MANN_STUDY_MEASURE_H
#define MANN_STUDY_MEASURE_H

#include "study/plan.h"
#include "study/recipe.h"

#include <mann/statistics.h>

/* Of one measure and one system, over the seeds. */
typedef struct mann_reproduced {
    int32_t runs; /* that have the number */
    double median;
    mann_interval interval;
} mann_reproduced;

/* What is done of a recipe. */
typedef struct mann_reproduction {
    const mann_recipe *recipe;
    const mann_plan *plan;              /* runs by system, then seed */
    int32_t seeds[MANN_RECIPE_SYSTEMS]; /* of each system */
    /* Of each system's restarts the run of the plan with the lowest training loss; the test has no
     * part in it. -1: there is none. */
    int32_t selected[MANN_RECIPE_SYSTEMS];
    bool quick;
    mann_reproduced *result; /* [measures, systems], the caller's */
} mann_reproduction;

/* Selects, and fills the results, from the runs of the plan that are there; tests run on so many
 * threads, which their numbers do not depend on. MANN_E_INVAL: a run has no such number; else the
 * errors of mann_report_add and mann_report_score. */
mann_status mann_reproduction_measure(mann_context *context, mann_reproduction *done,
                                      int32_t threads);
/* Of a measure, over the systems; NaN if one of them has none. */
double mann_reproduction_mean(const mann_reproduction *done, int32_t measure);

#endif
