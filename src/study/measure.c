/* Measuring the runs of a recipe. A run that has diverged is worse than any number; one that has
 * failed, or has not come that far, says nothing. */
#include "study/measure.h"

#include "study/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the numbers of a metric are looked up: in a score, or on a line of metrics.jsonl. */
typedef struct place {
    const mann_score *score;
    const mann_report_run *run;
    int32_t line;
    char missing[MANN_RECIPE_TEXT]; /* a name that is nowhere */
} place;

static double look_up(void *user, const char *name)
{
    place *p = user;
    bool found = p->run && mann_history_series(p->run->history, name);
    for (int32_t i = 0; p->score && !found && i < p->score->count; i++) {
        found = !strcmp(p->score->metric[i].name, name);
    }
    if (!found) {
        snprintf(p->missing, sizeof p->missing, "%s", name);
        return NAN;
    }
    return p->run ? mann_report_value(p->run, name, p->line) : mann_score_get(p->score, name);
}

/* The last validation at or before so many sequences; -1: there is none. A run that ended by itself
 * stays as it was. */
static int32_t line_after(const mann_report_run *run, double sequences)
{
    const mann_history *h = run->history;
    mann_stop stop = run->outcome.stop;
    int32_t line = -1;
    bool ended = stop == MANN_STOP_SETTLED || stop == MANN_STOP_UNTIL;
    if ((double)run->outcome.sequences < sequences && !ended) {
        return -1;
    }
    while (line + 1 < h->n_lines && h->line_sequences[line + 1] <= sequences) {
        line++;
    }
    return line;
}

static void value_after(const mann_report_run *run, const mann_recipe_measure *m, place *p,
                        double *value)
{
    p->run = run;
    p->line = line_after(run, m->after);
    if (p->line >= 0) {
        *value = mann_recipe_value(m->metric, look_up, p);
    } else if (run->outcome.stop == MANN_STOP_DIVERGED) {
        *value = INFINITY;
    }
}

/* NaN: there is none. */
static mann_status value_of(const mann_report *r, const mann_report_run *run,
                            const mann_recipe_measure *m, const mann_report_test *test,
                            double *value)
{
    int32_t sequences;
    mann_score score = {0};
    place p = {.missing = ""};
    mann_status status = MANN_OK;
    *value = NAN;
    switch (m->kind) {
    case MANN_MEASURE_UNTIL: *value = mann_report_first(run, &m->until); break;
    case MANN_MEASURE_AFTER: value_after(run, m, &p, value); break;
    case MANN_MEASURE_AT:
        p.score = &score;
        status = mann_report_score(r->context, run, test, m->at, &sequences, &score);
        *value = status ? NAN : mann_recipe_value(m->metric, look_up, &p);
        break;
    }
    return *p.missing && !status
               ? mann_fail(r->context, MANN_E_INVAL, "measure '%s': %s has no '%s'", m->name,
                           run->path, p.missing)
               : status;
}

/* The runs of the plan that are there; index[i] is that of plan run i, or -1. */
static mann_status collect(mann_report *r, const mann_plan *plan, int32_t *index)
{
    mann_status status = MANN_OK;
    for (int32_t i = 0; !status && i < plan->count; i++) {
        bool there = mann_run_is_folder(plan->run[i].folder);
        index[i] = there ? r->n_runs : -1;
        status = there ? mann_report_add(r, plan->run[i].folder) : MANN_OK;
    }
    return status;
}

static mann_status measure_one(const mann_report *r, const mann_recipe_measure *m,
                               const int32_t *index, int32_t seeds, const mann_report_test *test,
                               double *value, mann_reproduced *result)
{
    mann_status status = MANN_OK;
    int32_t runs = 0;
    for (int32_t i = 0; !status && i < seeds; i++) {
        double found = NAN;
        if (index[i] >= 0) {
            status = value_of(r, &r->run[index[i]], m, test, &found);
        }
        value[runs] = found;
        runs += !isnan(found);
    }
    *result = (mann_reproduced){.runs = runs,
                                .median = mann_quartiles_of(value, runs).median,
                                .interval = mann_median_interval(value, runs)};
    return status;
}

/* Leaves the one with the lowest training loss of the runs first, first + 1 ...; it is returned. */
static int32_t select_run(const mann_report *r, int32_t *index, int32_t first, int32_t count)
{
    int32_t best = -1;
    for (int32_t i = first; i < first + count; i++) {
        const mann_report_run *other = best < 0 ? NULL : &r->run[index[best]];
        best = index[i] >= 0 && mann_report_precedes(&r->run[index[i]], other) ? i : best;
    }
    for (int32_t i = first; i < first + count; i++) {
        index[i] = i == best ? index[i] : -1;
    }
    return best;
}

static void select_runs(const mann_report *r, mann_reproduction *done, int32_t *index)
{
    int32_t first = 0;
    for (int32_t s = 0; done->recipe->restarts && s < done->recipe->systems; s++) {
        done->selected[s] = select_run(r, index, first, done->seeds[s]);
        first += done->seeds[s];
    }
}

double mann_reproduction_mean(const mann_reproduction *done, int32_t measure)
{
    const mann_recipe *recipe = done->recipe;
    double sum = 0;
    for (int32_t s = 0; s < recipe->systems; s++) {
        sum += done->result[measure * recipe->systems + s].median;
    }
    return sum / recipe->systems;
}

mann_status mann_reproduction_measure(mann_context *context, mann_reproduction *done,
                                      int32_t threads)
{
    const mann_recipe *recipe = done->recipe;
    mann_report r = {.context = context};
    mann_report_test test = {.sequences = recipe->test_sequences, .threads = threads, .seed = 1};
    int32_t *index = malloc(((size_t)done->plan->count + 1) * sizeof *index);
    double *value = malloc(((size_t)done->plan->count + 1) * sizeof *value);
    mann_status status = index && value ? collect(&r, done->plan, index)
                                        : mann_fail(context, MANN_E_NOMEM, "out of memory");
    if (!status) {
        select_runs(&r, done, index);
    }
    for (int32_t m = 0; !status && m < recipe->measures; m++) {
        const int32_t *first = index;
        test.last = recipe->measure[m].last;
        for (int32_t s = 0; !status && s < recipe->systems; s++) {
            status = measure_one(&r, &recipe->measure[m], first, done->seeds[s], &test, value,
                                 &done->result[m * recipe->systems + s]);
            first += done->seeds[s];
        }
    }
    free(index);
    free(value);
    mann_report_clear(&r);
    return status;
}
