/* From run folders to cohorts with their statistics. */
#include "study/report.h"

#include "run/folder.h"

#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- collecting --- */

/* Makes room for one more; it counts once it has been read. */
static mann_status new_run(mann_report *r, const char *path, mann_report_run **made)
{
    if (r->n_runs == r->room) {
        int32_t room = r->room ? 2 * r->room : 32;
        mann_report_run *larger = realloc(r->run, (size_t)room * sizeof *larger);
        if (!larger) {
            return mann_fail(r->context, MANN_E_NOMEM, "out of memory for the runs");
        }
        r->run = larger;
        r->room = room;
    }
    mann_report_run *run = &r->run[r->n_runs];
    *run = (mann_report_run){.solved_at = INFINITY, .final = NAN, .best = NAN};
    if (snprintf(run->path, sizeof run->path, "%s", path) >= (int)sizeof run->path) {
        return mann_fail(r->context, MANN_E_INVAL, "%s: the path is too long", path);
    }
    *made = run;
    return MANN_OK;
}

static mann_status add_run(mann_report *r, const char *path, bool restart)
{
    mann_report_run *run = NULL;
    mann_status status = new_run(r, path, &run);
    if (!status) {
        status = mann_outcome_read(r->context, path, &run->outcome);
    }
    if (!status) {
        status = mann_history_open(r->context, path, &run->history);
        run->restart = restart;
        r->n_runs++;
    }
    return status;
}

/* Whether `mann sweep --restarts` made the runs in a folder. */
static bool are_restarts(const char *folder)
{
    char path[MANN_INNER_PATH_SIZE];
    snprintf(path, sizeof path, "%s/sweep.json", folder);
    json_t *root = json_load_file(path, 0, NULL);
    bool are = json_integer_value(json_object_get(root, "restarts")) > 0;
    json_decref(root);
    return are;
}

static mann_status add_folder(mann_report *r, const char *path)
{
    struct dirent **entry;
    char inside[1400];
    mann_status status = MANN_OK;
    bool restart = are_restarts(path);
    int32_t before = r->n_runs;
    int count = scandir(path, &entry, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(inside, sizeof inside, "%s/%s", path, entry[i]->d_name);
        if (!status && entry[i]->d_name[0] != '.' && mann_run_is_folder(inside)) {
            status = add_run(r, inside, restart);
        }
        free(entry[i]);
    }
    if (count >= 0) {
        free(entry);
    }
    if (!status && r->n_runs == before) {
        status =
            mann_fail(r->context, MANN_E_INVAL, "%s: %s", path,
                      count < 0 ? "there is no such folder" : "neither a run nor a folder of runs");
    }
    return status;
}

mann_status mann_report_add(mann_report *r, const char *path)
{
    return mann_run_is_folder(path) ? add_run(r, path, false) : add_folder(r, path);
}

/* --- measuring --- */

/* The number of a series on a line of metrics.jsonl; NaN if it is not there. */
static double value_at(const mann_history *run, const mann_series *series, int32_t line)
{
    if (series && series->count == run->n_lines) {
        return series->y[line];
    }
    for (int32_t i = 0; series && i < series->count; i++) {
        if (series->x[i] == run->line_sequences[line]) {
            return series->y[i];
        }
    }
    return NAN;
}

double mann_report_value(const mann_report_run *run, const char *metric, int32_t line)
{
    const mann_history *h = run->history;
    const mann_train_config *train = mann_experiment_train(run->outcome.experiment);
    double lesson = value_at(h, mann_history_series(h, "lesson"), line);
    return lesson < mann_lessons_before(train) ? NAN
                                               : value_at(h, mann_history_series(h, metric), line);
}

static bool holds(const mann_report_run *run, const mann_condition *c, int32_t line)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", c->at, *c->at ? "." : "", c->metric);
    double value = mann_report_value(run, name, line);
    return c->at_most ? value <= c->bound : value >= c->bound;
}

double mann_report_first(const mann_report_run *run, const mann_conditions *conditions)
{
    const mann_history *h = run->history;
    for (int32_t line = 0; conditions->count && line < h->n_lines; line++) {
        bool all = true;
        for (int32_t i = 0; all && i < conditions->count; i++) {
            all = holds(run, &conditions->condition[i], line);
        }
        if (all) {
            return h->line_sequences[line];
        }
    }
    return INFINITY;
}

/* The first score of the lines: what a task lists first is its cost. */
static const char *usual_metric(const mann_history *h)
{
    for (int32_t i = 0; i < h->n_series; i++) {
        const char *const *front = mann_folder_front;
        while (*front && strcmp(*front, h->series[i].name)) {
            front++;
        }
        if (!*front) {
            return h->series[i].name;
        }
    }
    return NULL;
}

static mann_status choose_metric(mann_report *r)
{
    bool found = false;
    for (int32_t i = 0; !r->metric && i < r->n_runs; i++) {
        r->metric = usual_metric(r->run[i].history);
    }
    for (int32_t i = 0; !found && i < r->n_runs; i++) {
        const mann_history *h = r->run[i].history;
        found = !h->n_lines || (r->metric && mann_history_series(h, r->metric));
    }
    return found ? MANN_OK
                 : mann_fail(r->context, MANN_E_INVAL,
                             "--metric: none of the runs has '%s' in its metrics.jsonl", r->metric);
}

double mann_report_loss(const mann_report_run *run)
{
    const mann_series *loss = mann_history_series(run->history, "loss");
    bool known = run->outcome.stop != MANN_STOP_DIVERGED && loss && loss->count;
    return known ? loss->y[loss->count - 1] : NAN;
}

bool mann_report_precedes(const mann_report_run *run, const mann_report_run *other)
{
    double loss = mann_report_loss(run);
    return !isnan(loss) && (!other || loss < mann_report_loss(other));
}

static mann_status measure(const mann_report *r, mann_report_run *run)
{
    const mann_history *h = run->history;
    const char *solved =
        r->solved ? r->solved : mann_experiment_task(run->outcome.experiment)->solved;
    mann_conditions conditions = {0};
    mann_status status = solved ? mann_conditions_parse(r->context, solved, &conditions) : MANN_OK;
    run->solved_at = mann_report_first(run, &conditions);
    for (int32_t line = 0; r->metric && line < h->n_lines; line++) {
        run->final = mann_report_value(run, r->metric, line);
        run->best = fmin(run->best, run->final); /* NaN is left out */
    }
    run->final = run->outcome.stop == MANN_STOP_DIVERGED ? INFINITY : run->final;
    return status;
}

/* --- cohorts --- */

static int by_seed(const void *a, const void *b)
{
    uint64_t x = mann_experiment_seed((*(mann_report_run *const *)a)->outcome.experiment);
    uint64_t y = mann_experiment_seed((*(mann_report_run *const *)b)->outcome.experiment);
    return x < y ? -1 : x > y;
}

/* One number of every run in the cohort. */
static mann_quartiles quartiles(const mann_report_cohort *g, size_t field, double *value)
{
    for (int32_t i = 0; i < g->count; i++) {
        value[i] = *(const double *)((const char *)g->run[i] + field);
    }
    return mann_quartiles_of(value, g->count);
}

static void sum_up(mann_report_cohort *g, double *value)
{
    for (int32_t i = 0; i < g->count; i++) {
        mann_report_run *run = g->run[i];
        mann_stop stop = run->outcome.stop;
        g->solved += isfinite(run->solved_at);
        g->diverged += stop == MANN_STOP_DIVERGED;
        g->unfinished += stop == MANN_STOP_NONE || stop == MANN_STOP_SIGNAL;
        if (run->restart && mann_report_precedes(run, g->selected)) {
            g->selected = run;
        }
    }
    g->solved_at = quartiles(g, offsetof(mann_report_run, solved_at), value);
    g->seconds = quartiles(g, offsetof(mann_report_run, outcome.seconds), value);
    g->final = quartiles(g, offsetof(mann_report_run, final), value);
    g->best = quartiles(g, offsetof(mann_report_run, best), value);
}

/* Lists the members of each cohort. */
static void make_groups(mann_report *r)
{
    mann_report_run **next = r->member;
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        mann_report_cohort *g = &r->cohort[k];
        *g = (mann_report_cohort){.label = r->cohorts.label[k], .run = next};
        for (int32_t i = 0; i < r->n_runs; i++) {
            if (r->cohorts.of[i] == k) {
                *next++ = &r->run[i];
                g->count++;
            }
        }
        qsort(g->run, (size_t)g->count, sizeof *g->run, by_seed);
    }
}

mann_status mann_report_finish(mann_report *r)
{
    size_t runs = (size_t)r->n_runs;
    const mann_experiment **experiment = malloc((runs + 1) * sizeof *experiment);
    double *value = malloc((runs + 1) * sizeof *value);
    r->member = malloc((runs + 1) * sizeof *r->member);
    mann_status status = experiment && value && r->member
                             ? choose_metric(r)
                             : mann_fail(r->context, MANN_E_NOMEM, "out of memory");
    for (int32_t i = 0; !status && i < r->n_runs; i++) {
        experiment[i] = r->run[i].outcome.experiment;
        status = measure(r, &r->run[i]);
    }
    status = status ? status : mann_cohorts_make(r->context, r->n_runs, experiment, &r->cohorts);
    if (!status) {
        r->cohort = malloc(((size_t)r->cohorts.count + 1) * sizeof *r->cohort);
        status = r->cohort ? MANN_OK : mann_fail(r->context, MANN_E_NOMEM, "out of memory");
    }
    if (!status) {
        make_groups(r);
        for (int32_t k = 0; k < r->cohorts.count; k++) {
            sum_up(&r->cohort[k], value);
        }
    }
    free(experiment);
    free(value);
    return status;
}

void mann_report_clear(mann_report *r)
{
    for (int32_t i = 0; i < r->n_runs; i++) {
        mann_outcome_clear(&r->run[i].outcome);
        mann_history_close(r->run[i].history);
    }
    free(r->run);
    free(r->cohort);
    free(r->member);
    mann_cohorts_clear(&r->cohorts);
}
