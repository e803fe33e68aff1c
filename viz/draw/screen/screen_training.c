/* Screen 4, training: the numbers of metrics.jsonl over the sequences seen, for one run in full
 * or for several against each other, and the table of the runs. */
#include "draw/band.h"
#include "draw/pen/plot.h"
#include "draw/screen/screen.h"

#include <mann/task.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CURVES = MANN_MAX_RUNS + 2, MANY_RUNS = 7, MOST_GUIDES = 2 };

/* What counts as wrong: the first of these that the runs know. */
static const struct wrong {
    const char *metric, *title, *unit, *head;
} wrongs[] = {
    {"wrong_bits", "Wrong bits", "per sequence", "wrong"},
    {"error_rate", "Wrong answers", "share of all", "errors"},
};

typedef struct chart {
    mann_curve curve[MOST_CURVES];
    char name[MOST_CURVES][64];
    int32_t count;
    mann_band runs;   /* of several */
    double *guessing; /* [count of validations] */
    double guess;     /* the one number that it is, or NaN */
} chart;

/* "cost_bits" as it stands, as the last part of "validation.L40.cost_bits", or the best there is,
 * "optimal_cost_bits". */
static bool is_metric(const char *name, const char *metric)
{
    static const char optimal[] = "optimal_";
    size_t length = strlen(name), tail = strlen(metric), before = sizeof optimal - 1;
    if (length < tail || strcmp(name + length - tail, metric)) {
        return false;
    }
    return length == tail || name[length - tail - 1] == '.' ||
           (length >= tail + before && !strncmp(name + length - tail - before, optimal, before));
}

/* The setting that validation calls the harder one, of a task that has one; NULL. */
static const char *harder_setting(const char *task)
{
    for (int i = 0; mann_tasks[i]; i++) {
        if (!strcmp(mann_tasks[i]->name, task)) {
            return mann_tasks[i]->harder;
        }
    }
    return NULL;
}

static void make_name(const mann_history *run, const char *series, const char *metric,
                      char name[64])
{
    size_t length = strlen(series), tail = strlen(metric);
    const char *harder = harder_setting(run->task);
    if (length == tail) {
        snprintf(name, 64, "validation");
    } else if (harder && !strncmp(series, "harder.", 7)) {
        snprintf(name, 64, "at %s", harder);
    } else {
        snprintf(name, 64, "%.*s", (int)(length - tail - 1), series);
    }
}

static void add_series(chart *out, const mann_scene *scene, const mann_series *series,
                       const char *name)
{
    if (out->count == MOST_CURVES || !series || !series->count) {
        return;
    }
    snprintf(out->name[out->count], sizeof out->name[0], "%.63s", name);
    out->curve[out->count] = (mann_curve){.name = out->name[out->count],
                                          .count = series->count,
                                          .x = series->x,
                                          .y = series->y,
                                          .ink = mann_curve_ink(scene->dark, out->count),
                                          .dots = series->count < 30};
    size_t length = strlen(name), tail = strlen("optimal");
    if (length >= tail && !strcmp(name + length - tail, "optimal")) { /* nobody can do better */
        out->curve[out->count].dashed = true;
        out->curve[out->count].dots = false;
        out->curve[out->count].ink = mann_theme_get(scene->dark)->muted;
    }
    out->count++;
}

/* Median and quartiles over the runs, where at least three have got so far. */
static void add_quartiles(chart *out, const mann_scene *scene, const char *metric)
{
    mann_band_make(&out->runs, (const mann_history *const *)scene->run, scene->n_runs, metric, 3);
    if (out->runs.count > 1 && out->count < MOST_CURVES) {
        out->curve[out->count++] = (mann_curve){.name = "median and quartiles",
                                                .count = out->runs.count,
                                                .x = out->runs.x,
                                                .y = out->runs.median,
                                                .low = out->runs.low,
                                                .high = out->runs.high,
                                                .ink = mann_theme_get(scene->dark)->text};
    }
}

static void collect(chart *out, const mann_scene *scene, const char *metric)
{
    out->count = 0;
    if (scene->n_runs == 1) {
        const mann_history *run = scene->run[0];
        for (int32_t i = 0; i < run->n_series; i++) {
            if (is_metric(run->series[i].name, metric)) {
                char name[64];
                make_name(run, run->series[i].name, metric, name);
                add_series(out, scene, &run->series[i], name);
            }
        }
        return;
    }
    bool many = scene->n_runs >= MANY_RUNS;
    for (int32_t i = 0; i < scene->n_runs && out->count < MOST_CURVES - 2; i++) {
        add_series(out, scene, mann_history_series(scene->run[i], metric), scene->run[i]->name);
    }
    for (int32_t i = 0; i < out->count; i++) { /* the table says which is which */
        out->curve[i].thin = many;
        out->curve[i].dots &= !many;
        out->curve[i].name = many ? NULL : out->curve[i].name;
    }
    add_quartiles(out, scene, metric);
}

/* What is shown in the other screens, as a place in the training. */
static double shown_sequences(const mann_scene *scene)
{
    const mann_trace *trace = scene->live && scene->episode ? scene->episode->trace : NULL;
    return trace && trace->sequences >= 0
               ? (double)trace->sequences
               : mann_history_sequences(scene->run[0], scene->snapshots[scene->snapshot].step);
}

/* The bits that a sequence asks for: wrong ones to the rate of wrong ones. A network that guesses
 * pays one for each. The lessons of a curriculum differ in it. NaN while nothing was wrong. */
static double asked_bits(const mann_series *wrong, const mann_series *rate, int32_t i)
{
    return i < rate->count && rate->y[i] > 0 ? wrong->y[i] / rate->y[i] : NAN;
}

/* What guessing costs, over the training; where that is one number, a guide says it. */
static void add_guessing(chart *out, const mann_scene *scene, const char *metric)
{
    const mann_history *run = scene->run[0];
    const mann_series *wrong = mann_history_series(run, "wrong_bits");
    const mann_series *rate = mann_history_series(run, "bit_error_rate");
    double part = !strcmp(metric, "cost_bits") ? 1 : !strcmp(metric, "wrong_bits") ? 0.5 : 0;
    if (!wrong || !rate || part == 0 || out->count == MOST_CURVES) {
        return;
    }
    double low = INFINITY, high = -INFINITY, last = NAN;
    out->guessing = calloc((size_t)wrong->count + 1, sizeof *out->guessing);
    for (int32_t i = 0; out->guessing && i < wrong->count; i++) {
        double bits = asked_bits(wrong, rate, i);
        last = isfinite(bits) ? bits : last;
        low = fmin(low, last);
        high = fmax(high, last);
        out->guessing[i] = part * last;
    }
    out->guess = high - low < 1e-3 * high ? part * last : NAN;
    if (out->guessing && high - low >= 1e-3 * high) {
        out->curve[out->count++] = (mann_curve){.name = "guessing",
                                                .count = wrong->count,
                                                .x = wrong->x,
                                                .y = out->guessing,
                                                .ink = mann_theme_get(scene->dark)->muted,
                                                .dashed = true};
    }
}

/* The place that is shown, and what guessing costs. */
static int32_t make_guides(const mann_scene *scene, const chart *what,
                           mann_guide guide[MOST_GUIDES])
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    int32_t count = 0;
    if (scene->n_snapshots) {
        guide[count++] =
            (mann_guide){.value = shown_sequences(scene), .upright = true, .ink = theme->cursor};
    }
    if (isfinite(what->guess)) {
        guide[count++] =
            (mann_guide){.name = "guessing", .value = what->guess, .ink = theme->muted};
    }
    return count;
}

/* The number of a curve nearest to an x; NaN beyond its ends. */
static double nearest(const mann_curve *curve, double x)
{
    double best = INFINITY, value = NAN;
    for (int32_t i = 0; i < curve->count; i++) {
        double apart = fabs(curve->x[i] - x);
        if (apart < best) {
            best = apart;
            value = curve->y[i];
        }
    }
    return curve->count && x <= curve->x[curve->count - 1] ? value : NAN;
}

/* What the curves say at the pointer. */
static void draw_readout(cairo_t *cr, const mann_scene *scene, const chart *what,
                         const mann_plot_place *place)
{
    if (!scene->pointed || !mann_box_holds(place->area, scene->x, scene->y)) {
        return;
    }
    double part = (scene->x - place->area.x) / place->area.w;
    double x = place->x.low + part * (place->x.high - place->x.low);
    char text[256], number[32];
    size_t used = (size_t)snprintf(text, sizeof text, "%s sequences",
                                   mann_count(number, (int64_t)fmax(x, 0)));
    for (int32_t i = 0; i < what->count && used < sizeof text - 1; i++) {
        double value = nearest(&what->curve[i], x);
        if (what->curve[i].name && !isnan(value)) {
            used += (size_t)snprintf(text + used, sizeof text - used, " · %s %s",
                                     what->curve[i].name, mann_number(number, value));
        }
    }
    double line = floor(scene->x) + 0.5;
    mann_stroke(cr, line, place->area.y, line, place->area.y + place->area.h,
                mann_theme_get(scene->dark)->faint, 1);
    mann_draw_tip(cr, scene, scene->x, scene->y, text);
}

static void draw_chart(cairo_t *cr, const mann_scene *scene, const char *metric, const char *title,
                       const char *unit, mann_box box)
{
    chart *what = calloc(1, sizeof *what);
    if (!what) {
        mann_pen_starve(cr);
        return;
    }
    what->guess = NAN;
    collect(what, scene, metric);
    add_guessing(what, scene, metric);
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_guide guide[MOST_GUIDES];
    int32_t guides = make_guides(scene, what, guide);
    double last = 0;
    for (int32_t i = 0; i < what->count; i++) {
        last = fmax(last, what->curve[i].x[what->curve[i].count - 1]);
    }
    char empty[96];
    snprintf(empty, sizeof empty, "metrics.jsonl has no %s", metric);
    mann_plot plot = {.title = title,
                      .x_name = "sequences",
                      .y_name = unit,
                      .x_high = last, /* from 0 on */
                      .log_y = true,
                      .n_curves = what->count,
                      .curve = what->curve,
                      .n_guides = guides,
                      .guide = guide,
                      .empty = empty};
    mann_plot_place place = mann_plot_draw(cr, theme, &plot, box);
    draw_readout(cr, scene, what, &place);
    free(what->guessing);
    free(what);
}

static const struct wrong *find_wrong(const mann_scene *scene)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        if (mann_history_series(scene->run[0], wrongs[i].metric)) {
            return &wrongs[i];
        }
    }
    return &wrongs[0];
}

void mann_draw_training(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    if (!scene->n_runs) {
        static const char *const lines[] = {
            "Cost, wrong bits and gradient norm over the training, and a table of runs.", "",
            "A single trace has no training to show: open a run folder.", NULL};
        mann_draw_placeholder(cr, scene, layout->body, "Training", lines);
        return;
    }
    mann_box body = layout->body;
    body.x += 6;
    double left = floor(body.w * 0.5), gap = 14, top = floor(body.h * 0.52);
    bool bits = mann_history_series(scene->run[0], "cost_bits") != NULL;
    draw_chart(cr, scene, bits ? "cost_bits" : "loss", "Cost", bits ? "bits per sequence" : "loss",
               (mann_box){body.x, body.y, left - gap, top});
    const struct wrong *errors = find_wrong(scene);
    draw_chart(cr, scene, errors->metric, errors->title, errors->unit,
               (mann_box){body.x + left, body.y, body.w - left - 8, top});
    draw_chart(cr, scene, "grad_norm", "Gradient norm", "norm",
               (mann_box){body.x, body.y + top + 8, left - gap, body.h - top - 8});
    mann_draw_runs(
        cr, scene, errors->metric, errors->head,
        (mann_box){body.x + left, body.y + top + 10, body.w - left - 8, body.h - top - 10});
}
