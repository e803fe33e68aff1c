/* The runs of a scene as a table: what they are and how far they have got. */
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    static const char *const words[][2] = {{"until", "until met"},
                                           {"sequences", "done"},
                                           {"time", "time is up"},
                                           {"signal", "stopped"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!run->gone && run->finished && !strcmp(run->exit_reason, words[i][0])) {
            return words[i][1];
        }
    }
    return run->gone ? "folder gone" : run->finished ? run->exit_reason : "training";
}

enum { COLUMNS = 8, ROW = 18 };

/* What the columns show of a run; the numbers are spelt into text. */
static void fill_row(const mann_history *run, const char *errors, char text[COLUMNS][32],
                     const char *cell[COLUMNS])
{
    snprintf(text[2], 32, "%llu", (unsigned long long)run->seed);
    snprintf(text[3], 32, "–");
    if (run->n_lines) {
        mann_count(text[3], (int64_t)run->line_sequences[run->n_lines - 1]);
    }
    const char *row[COLUMNS] = {run->name,
                                run->task,
                                text[2],
                                text[3],
                                last_number(run, "cost_bits", text[4]),
                                last_number(run, errors, text[5]),
                                last_number(run, "grad_norm", text[6]),
                                state_of(run)};
    memcpy(cell, row, sizeof row);
}

/* Row i of the table, or its head if i is -1, with its baseline at y. */
static void draw_row(cairo_t *cr, const mann_scene *scene, int32_t i, const char *const *cell,
                     mann_box area, double y)
{
    static const double wide_share[COLUMNS] = {0.22, 0.15, 0.07, 0.15, 0.10, 0.10, 0.09, 0.12};
    static const double narrow_share[COLUMNS] = {0.27, 0, 0.10, 0.19, 0.14, 0.14, 0, 0.16};
    const mann_theme *theme = mann_theme_get(scene->dark);
    const double *share = area.w < 540 ? narrow_share : wide_share;
    double x = area.x;
    for (int c = 0; c < COLUMNS; c++) {
        if (share[c] == 0) {
            continue;
        }
        bool words = c < 2 || c == COLUMNS - 1;
        double width = share[c] * area.w, pad = c == COLUMNS - 1 ? 14 : 0;
        bool curve = c == 0 && scene->n_runs > 1 && i < MANN_MAX_RUNS;
        mann_ink ink = i < 0 ? theme->muted : curve ? mann_curve_ink(scene->dark, i) : theme->text;
        mann_text_fit(cr, words || i < 0 ? MANN_FONT_TEXT : MANN_FONT_DIGITS, ink,
                      words ? x + pad : x + width, y, words ? MANN_LEFT : MANN_RIGHT, width - 6,
                      cell[c]);
        x += width;
    }
}

void mann_draw_runs(cairo_t *cr, const mann_scene *scene, const char *errors,
                    const char *errors_head, mann_box box)
{
    const char *const head[COLUMNS] = {"run",  "task",      "seed", "sequences",
                                       "cost", errors_head, "|g|",  "state"};
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box area = {box.x + MANN_PANEL_GUTTER, box.y, fmax(1, box.w - MANN_PANEL_GUTTER - 4),
                     box.h};
    double y = area.y + 32;
    mann_text(cr, MANN_FONT_TITLE, theme->text, area.x, box.y + 12, MANN_LEFT, "Runs");
    int32_t room = (int32_t)((box.h - 42) / ROW);
    int32_t rows = scene->n_runs <= room ? scene->n_runs : room - 1;
    if (rows < scene->n_runs && rows > 0) {
        char more[32];
        snprintf(more, sizeof more, "and %d more", scene->n_runs - rows);
        mann_text(cr, MANN_FONT_TEXT, theme->muted, area.x, y + (rows + 1) * ROW, MANN_LEFT, more);
    }
    draw_row(cr, scene, -1, head, area, y);
    mann_stroke(cr, area.x, y + 5, area.x + area.w, y + 5, theme->line, 1);
    for (int32_t i = 0; i < rows; i++) {
        char text[COLUMNS][32];
        const char *cell[COLUMNS];
        fill_row(scene->run[i], errors, text, cell);
        draw_row(cr, scene, i, cell, area, y + (i + 1) * ROW);
    }
}
