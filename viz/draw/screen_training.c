/* Screen 4, training: the numbers of metrics.jsonl over the sequences seen, for one run in full
 * or for several against each other, and a table of the runs. */
#include "draw/band.h"
#include "draw/plot.h"
#include "draw/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CURVES = MANN_MAX_RUNS + 1, MANY_RUNS = 7, MOST_GUIDES = 2 };

typedef struct chart {
    mann_curve curve[MOST_CURVES];
    char name[MOST_CURVES][64];
    int32_t count;
    mann_band runs; /* of several */
} chart;

/* "cost_bits" as it stands, or as the last part of "validation.L40.cost_bits". */
static bool is_metric(const char *name, const char *metric)
{
    size_t length = strlen(name), tail = strlen(metric);
    return length >= tail && !strcmp(name + length - tail, metric) &&
           (length == tail || name[length - tail - 1] == '.' || name[length - tail - 1] == '_');
}

static void make_name(const char *series, const char *metric, char name[64])
{
    size_t length = strlen(series), tail = strlen(metric);
    if (length == tail) {
        snprintf(name, 64, "validation");
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
                make_name(run->series[i].name, metric, name);
                add_series(out, scene, &run->series[i], name);
            }
        }
        return;
    }
    bool many = scene->n_runs >= MANY_RUNS;
    for (int32_t i = 0; i < scene->n_runs && out->count < MOST_CURVES - 1; i++) {
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
 * pays one for each. NaN if that is not known. */
static double asked_bits(const mann_history *run)
{
    const mann_series *wrong = mann_history_series(run, "wrong_bits");
    const mann_series *rate = mann_history_series(run, "bit_error_rate");
    for (int32_t i = 0; wrong && rate && i < wrong->count && i < rate->count; i++) {
        if (rate->y[i] > 0) {
            return wrong->y[i] / rate->y[i];
        }
    }
    return NAN;
}

/* The place that is shown, and what guessing costs. */
static int32_t make_guides(const mann_scene *scene, const char *metric,
                           mann_guide guide[MOST_GUIDES])
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    bool cost = !strcmp(metric, "cost_bits"), wrong = !strcmp(metric, "wrong_bits");
    double bits = asked_bits(scene->run[0]);
    int32_t count = 0;
    if (scene->n_snapshots) {
        guide[count++] =
            (mann_guide){.value = shown_sequences(scene), .upright = true, .ink = theme->cursor};
    }
    if ((cost || wrong) && isfinite(bits)) {
        guide[count++] =
            (mann_guide){.name = "guessing", .value = cost ? bits : bits / 2, .ink = theme->muted};
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
    collect(what, scene, metric);
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_guide guide[MOST_GUIDES];
    int32_t guides = make_guides(scene, metric, guide);
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
    free(what);
}

static const char *last_number(const mann_history *run, const char *metric, char text[32])
{
    const mann_series *series = mann_history_series(run, metric);
    if (!series || !series->count) {
        return "–";
    }
    return mann_number(text, series->y[series->count - 1]);
}

static const char *state_of(const mann_history *run)
{
    return run->gone                                ? "folder gone"
           : !run->finished                         ? "training"
           : strcmp(run->exit_reason, "until") == 0 ? "until met"
                                                    : run->exit_reason;
}

static void draw_table(cairo_t *cr, const mann_scene *scene, mann_box box)
{
    static const char *const head[] = {"run",  "task",  "seed", "sequences",
                                       "cost", "wrong", "|g|",  "state"};
    static const double wide_share[] = {0.22, 0.15, 0.07, 0.15, 0.10, 0.10, 0.09, 0.12};
    static const double narrow_share[] = {0.27, 0, 0.10, 0.19, 0.14, 0.14, 0, 0.16};
    enum { COLUMNS = sizeof head / sizeof head[0], HIGH = 18 };
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box area = {box.x + MANN_PANEL_GUTTER, box.y, fmax(1, box.w - MANN_PANEL_GUTTER - 4),
                     box.h};
    const double *share = area.w < 540 ? narrow_share : wide_share;
    mann_text(cr, MANN_FONT_TITLE, theme->text, area.x, box.y + 12, MANN_LEFT, "Runs");
    int32_t room = (int32_t)((box.h - 42) / HIGH);
    int32_t rows = scene->n_runs <= room ? scene->n_runs : room - 1;
    if (rows < scene->n_runs && rows > 0) {
        char more[32];
        snprintf(more, sizeof more, "and %d more", scene->n_runs - rows);
        mann_text(cr, MANN_FONT_TEXT, theme->muted, area.x, area.y + 32 + (rows + 1) * HIGH,
                  MANN_LEFT, more);
    }
    for (int32_t i = -1; i < rows; i++) {
        double x = area.x, y = area.y + 32 + (i + 1) * HIGH;
        char seed[32] = "", sequences[32] = "–", cost[32], wrong[32], norm[32];
        const char *cell[COLUMNS];
        memcpy(cell, head, sizeof cell);
        if (i >= 0) {
            const mann_history *run = scene->run[i];
            snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
            if (run->n_lines) {
                mann_count(sequences, (int64_t)run->line_sequences[run->n_lines - 1]);
            }
            const char *row[COLUMNS] = {run->name,
                                        run->task,
                                        seed,
                                        sequences,
                                        last_number(run, "cost_bits", cost),
                                        last_number(run, "wrong_bits", wrong),
                                        last_number(run, "grad_norm", norm),
                                        state_of(run)};
            memcpy(cell, row, sizeof cell);
        }
        for (int c = 0; c < COLUMNS; c++) {
            if (share[c] == 0) {
                continue;
            }
            bool words = c < 2 || c == COLUMNS - 1;
            double width = share[c] * area.w, pad = c == COLUMNS - 1 ? 14 : 0;
            mann_ink ink = i < 0 ? theme->muted
                           : c == 0 && scene->n_runs > 1 && i < MOST_CURVES - 1
                               ? mann_curve_ink(scene->dark, i)
                               : theme->text;
            mann_text_fit(cr, words || i < 0 ? MANN_FONT_TEXT : MANN_FONT_DIGITS, ink,
                          words ? x + pad : x + width, y, words ? MANN_LEFT : MANN_RIGHT, width - 6,
                          cell[c]);
            x += width;
        }
        if (i < 0) {
            mann_stroke(cr, area.x, y + 5, area.x + area.w, y + 5, theme->line, 1);
        }
    }
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
    draw_chart(cr, scene, "wrong_bits", "Wrong bits", "per sequence",
               (mann_box){body.x + left, body.y, body.w - left - 8, top});
    draw_chart(cr, scene, "grad_norm", "Gradient norm", "norm",
               (mann_box){body.x, body.y + top + 8, left - gap, body.h - top - 8});
    draw_table(cr, scene,
               (mann_box){body.x + left, body.y + top + 10, body.w - left - 8, body.h - top - 10});
}
