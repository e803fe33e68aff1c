/* The runs of a scene as a table: what they are and how far they have got. */
#include "draw/screen.h"

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

void mann_draw_runs(cairo_t *cr, const mann_scene *scene, const char *errors,
                    const char *errors_head, mann_box box)
{
    const char *const head[] = {"run",  "task",      "seed", "sequences",
                                "cost", errors_head, "|g|",  "state"};
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
                                        last_number(run, errors, wrong),
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
                           : c == 0 && scene->n_runs > 1 && i < MANN_MAX_RUNS
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
