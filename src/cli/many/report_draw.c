/* The learning curves of a report's cohorts. */
#include "cli/many/report_print.h"

#include "draw/learning_plot.h"
#include "io/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 24 };

/* "cost_bits" as an axis says it. */
static const char *axis_name(const char *metric)
{
    static const char *const names[][2] = {{"cost_bits", "cost per sequence (bits)"},
                                           {"wrong_bits", "wrong bits per sequence"},
                                           {"squared_error", "squared error"}};
    for (size_t i = 0; metric && i < sizeof names / sizeof names[0]; i++) {
        if (!strcmp(metric, names[i][0])) {
            return names[i][1];
        }
    }
    return metric ? metric : "";
}

static bool make_band(const mann_report *r, const mann_report_cohort *g, mann_band *band)
{
    const mann_history **run = malloc(((size_t)g->count + 1) * sizeof *run);
    for (int32_t i = 0; run && i < g->count; i++) {
        run[i] = g->run[i]->history;
    }
    if (run) {
        mann_band_make(band, run, g->count, r->metric ? r->metric : "", (g->count + 1) / 2);
    }
    free(run);
    return run != NULL;
}

/* The number of runs in each cohort; 0: they differ. */
static int32_t runs_each(const mann_report *r)
{
    int32_t each = r->cohort[0].count;
    for (int32_t k = 1; k < r->cohorts.count; k++) {
        each = r->cohort[k].count == each ? each : 0;
    }
    return each;
}

static void subtitle(const mann_report *r, char *text, size_t size)
{
    char model[200] = "", runs[64];
    int32_t each = runs_each(r);
    if (r->cohorts.count == 1) {
        mann_experiment_describe(r->run[0].outcome.experiment, model, sizeof model - 8);
        strcat(model, " · ");
    }
    if (r->cohorts.count == 1 || !each) {
        snprintf(runs, sizeof runs, "%d run%s", r->n_runs, r->n_runs == 1 ? "" : "s");
    } else {
        snprintf(runs, sizeof runs, "%d run%s each", each, each == 1 ? "" : "s");
    }
    snprintf(text, size, "%s%s%s", model, runs, each == 1 ? "" : " · median and quartiles");
}

mann_status report_draw(const mann_report *r, const report_picture *picture)
{
    mann_context *context = r->context;
    int32_t count = r->cohorts.count < MOST_GROUPS ? r->cohorts.count : MOST_GROUPS;
    mann_band *band = calloc((size_t)count + 1, sizeof *band);
    mann_learning_curve curve[MOST_GROUPS];
    char names[MOST_GROUPS][MANN_GROUP_LABEL + 32], title[MANN_TEXT_SIZE], below[320];
    const char *ending = strrchr(picture->output, '.');
    bool good = band != NULL;
    for (int32_t k = 0; good && k < count; k++) {
        const mann_report_cohort *g = &r->cohort[k];
        snprintf(names[k], sizeof names[k], runs_each(r) ? "%s" : "%s (%d runs)", g->label,
                 g->count);
        curve[k] = (mann_learning_curve){.name = names[k], .band = &band[k]};
        good = make_band(r, g, &band[k]);
    }
    subtitle(r, below, sizeof below);
    snprintf(title, sizeof title, "Learning curves: %s",
             mann_experiment_task_name(r->run[0].outcome.experiment));
    mann_learning_plot plot = {
        .title = picture->title ? picture->title : title,
        .subtitle = below,
        .y_name = axis_name(r->metric),
        .log_y = !picture->linear,
        .n_curves = count,
        .curve = curve,
    };
    char *data = NULL;
    size_t size = 0;
    mann_status status = good ? mann_learning_draw(context, &plot, ending ? ending + 1 : "",
                                                   picture->dark, &data, &size)
                              : mann_fail(context, MANN_E_NOMEM, "out of memory for the picture");
    status = status ? status : mann_file_replace(context, picture->output, data, size);
    free(data);
    free(band);
    return status;
}
