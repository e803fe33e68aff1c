/* Plans: the runs that a folder is to hold, and what is left to do of each. */
#ifndef MANN_STUDY_PLAN_H
#define MANN_STUDY_PLAN_H

#include "study/grid.h"

#include <mann/run.h>

typedef struct mann_planned {
    char name[MANN_GRID_NAME], folder[800];
    mann_experiment *experiment;
    bool finished, resumes; /* as the folder stands */
    mann_stop stop;         /* of a finished run */
    double seconds;         /* trained so far */
} mann_planned;

typedef struct mann_plan {
    char folder[MANN_PATH_SIZE];
    int32_t count, room;
    mann_planned *run;
} mann_plan;

/* Adds FOLDER/name. limits: when training is to end; a run that they would let go on is not
 * finished. Takes the experiment over in any case. MANN_E_INVAL: a run with other options is there,
 * or one of that name in the plan. */
mann_status mann_plan_add(mann_context *context, mann_plan *plan, const char *name,
                          mann_experiment *experiment, const mann_run_options *limits);
void mann_plan_clear(mann_plan *plan);

#endif
