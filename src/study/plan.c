/* What is left to do follows from the run folders alone: a run is finished if what ended it holds
 * under the present limits too. So the same plan again does what is left, and a larger one adds to
 * it; that a folder holds the run that is meant, its options prove. */
#include "study/plan.h"

#include "experiment/settings.h"
#include "run/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_status check_same(mann_context *context, const mann_planned *run,
                              const mann_experiment *other)
{
    mann_settings wanted = {0}, there = {0};
    mann_status status = mann_settings_read(context, run->experiment, &wanted);
    status = status ? status : mann_settings_read(context, other, &there);
    const char *key = status ? NULL : mann_settings_difference(&wanted, &there);
    if (key) {
        const char *mine = mann_settings_get(&wanted, key), *its = mann_settings_get(&there, key);
        status = mann_fail(context, MANN_E_INVAL,
                           "%s: a run with other options is here already: %s is %s, not %s; choose "
                           "another folder with -o",
                           run->folder, key, its ? its : "missing", mine ? mine : "missing");
    } else if (!status && mann_experiment_seed(other) != mann_experiment_seed(run->experiment)) {
        status = mann_fail(context, MANN_E_INVAL,
                           "%s: a run with another seed is here already; choose another folder "
                           "with -o",
                           run->folder);
    }
    mann_settings_clear(&wanted);
    mann_settings_clear(&there);
    return status;
}

/* Whether what ended a run holds now too. */
static bool still_ends(const mann_outcome *found, const mann_run_options *limits)
{
    const mann_train_config *train = mann_experiment_train(found->experiment);
    double most = limits->max_sequences > 0
                      ? limits->max_sequences
                      : mann_span_sequences(train->max_sequences, found->epoch);
    switch (found->stop) {
    case MANN_STOP_SETTLED: return !limits->until;
    case MANN_STOP_UNTIL: return limits->until && !strcmp(limits->until, found->until);
    case MANN_STOP_SEQUENCES: return (double)found->sequences >= most;
    case MANN_STOP_TIME: return limits->max_seconds > 0 && found->seconds >= limits->max_seconds;
    case MANN_STOP_DIVERGED: return true;
    case MANN_STOP_NONE:
    case MANN_STOP_SIGNAL: break;
    }
    return false;
}

static mann_status look_at_folder(mann_context *context, mann_planned *run,
                                  const mann_run_options *limits)
{
    mann_outcome found;
    if (!mann_run_is_folder(run->folder)) {
        return MANN_OK;
    }
    mann_status status = mann_outcome_read(context, run->folder, &found);
    if (!status) {
        status = check_same(context, run, found.experiment);
        run->finished = still_ends(&found, limits);
        run->resumes = !run->finished;
        run->stop = found.stop;
        run->seconds = found.seconds;
        mann_outcome_clear(&found);
    }
    return status;
}

static mann_planned *make_room(mann_context *context, mann_plan *plan)
{
    if (plan->count == plan->room) {
        int32_t room = plan->room ? 2 * plan->room : 16;
        mann_planned *larger = realloc(plan->run, (size_t)room * sizeof *larger);
        if (!larger) {
            mann_fail(context, MANN_E_NOMEM, "out of memory for a plan");
            return NULL;
        }
        plan->run = larger;
        plan->room = room;
    }
    return &plan->run[plan->count];
}

mann_status mann_plan_add(mann_context *context, mann_plan *plan, const char *name,
                          mann_experiment *experiment, const mann_run_options *limits)
{
    mann_planned *run = make_room(context, plan);
    if (!run) {
        mann_experiment_free(experiment);
        return MANN_E_NOMEM;
    }
    *run = (mann_planned){.experiment = experiment};
    plan->count++;
    if (snprintf(run->name, sizeof run->name, "%s", name) >= (int)sizeof run->name ||
        snprintf(run->folder, sizeof run->folder, "%s/%s", plan->folder, name) >=
            (int)sizeof run->folder) {
        return mann_fail(context, MANN_E_INVAL, "%s: the name is too long", name);
    }
    for (int32_t i = 0; i + 1 < plan->count; i++) {
        if (!strcmp(plan->run[i].name, name)) {
            return mann_fail(context, MANN_E_INVAL,
                             "two runs would be called %s; values must differ in letters, digits "
                             "and ._+-",
                             name);
        }
    }
    return look_at_folder(context, run, limits);
}

void mann_plan_clear(mann_plan *plan)
{
    for (int32_t i = 0; i < plan->count; i++) {
        mann_experiment_free(plan->run[i].experiment);
    }
    free(plan->run);
    plan->run = NULL;
    plan->count = plan->room = 0;
}
