/* Screen 2 for the store inside a machine: at the step of the cursor, the state as it settles, its
 * energy from settling to settling, its likeness to every row that was written, and what the store
 * holds. The rows are those of the steps, the first one again when all are taken. */
#include "draw/pen/bars.h"
#include "draw/pen/plot.h"
#include "draw/screen/screen.h"
#include "show/live/settling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct store {
    cairo_t *cr;
    const mann_scene *scene;
    const mann_theme *theme;
    mann_settling of;
} store;

static mann_shade signed_shade(const store *s, const mann_trace_array *array)
{
    mann_extent extent = mann_episode_extent(s->scene->episode, array);
    double limit = fmax(fabs(extent.low), fabs(extent.high));
    limit = limit > 0 ? ceil(limit * 10) / 10 : 1;
    return (mann_shade){.low = -limit, .high = limit, .map = MANN_MAP_DIVERGING};
}

/* The matrix of the last two axes at the cursor; the last one runs up. */
static void draw_matrix(const store *s, const mann_trace_array *array, const char *title,
                        const char *note, mann_box box)
{
    size_t a = (size_t)array->n[1], b = (size_t)array->n[2];
    mann_heat heat = {.value = array->data + (size_t)s->scene->step * a * b,
                      .column_stride = b,
                      .row_stride = 1,
                      .columns = (int32_t)a,
                      .rows = (int32_t)b,
                      .ring = (int32_t)b};
    mann_shade shade = signed_shade(s, array);
    mann_box area = mann_panel_area(box, true);
    mann_heat_paint(s->cr, &heat, area, &shade, s->theme);
    mann_panel panel = {.title = title,
                        .note = note,
                        .note_ink = s->theme->muted,
                        .x_name = array->axis[1],
                        .y_name = array->axis[2],
                        .shade = &shade,
                        .missing = mann_episode_extent(s->scene->episode, array).missing};
    mann_panel_draw(s->cr, s->theme, &panel, box, area);
    mann_panel_rows(s->cr, s->theme, area, &heat, 0);
    mann_panel_columns(s->cr, s->theme, area, 0, (int32_t)a);
}

/* Every step's course is faint, that of the cursor is not. */
static void draw_settling_energy(const store *s, mann_box box)
{
    enum { MOST = 64 };
    int32_t T = s->of.energy->n[0], n = s->of.energy->n[1] < MOST ? s->of.energy->n[1] : MOST;
    int32_t stride = (T + MOST - 1) / MOST, count = 0;
    double x[MOST], y[MOST + 1][MOST];
    mann_curve curve[MOST + 1];
    for (int32_t t = 0; t < T + stride && count <= MOST; t += stride) {
        bool last = t >= T; /* the cursor's comes on top */
        for (int32_t i = 0; i < n; i++) {
            x[i] = i;
            y[count][i] = (double)mann_episode_value(s->of.energy, last ? s->scene->step : t, i, 0);
        }
        curve[count] = (mann_curve){.count = n,
                                    .x = x,
                                    .y = y[count],
                                    .ink = last ? s->theme->cursor : s->theme->line,
                                    .thin = !last,
                                    .dots = last};
        count++;
    }
    char title[96], from[32], to[32];
    snprintf(title, sizeof title, "Energy as it settles, %s → %s",
             mann_number(from, (double)mann_episode_value(s->of.energy, s->scene->step, 0, 0)),
             mann_number(to, (double)mann_episode_value(s->of.energy, s->scene->step, n - 1, 0)));
    mann_plot plot = {
        .title = title, .x_name = "settling", .whole_x = true, .n_curves = count, .curve = curve};
    mann_plot_draw(s->cr, s->theme, &plot, box);
}

/* The energy that the settling starts and ends with, over the episode. */
static void draw_energy(const store *s, mann_box box)
{
    int32_t T = s->of.energy->n[0], n = s->of.energy->n[1];
    double *room = malloc((size_t)T * 3 * sizeof *room);
    if (!room) {
        mann_pen_starve(s->cr);
        return;
    }
    for (int32_t t = 0; t < T; t++) {
        room[t] = t;
        room[T + t] = (double)mann_episode_value(s->of.energy, t, 0, 0);
        room[2 * T + t] = (double)mann_episode_value(s->of.energy, t, n - 1, 0);
    }
    mann_curve curve[] = {
        {.name = "before", .count = T, .x = room, .y = room + T, .ink = s->theme->muted},
        {.name = "settled",
         .count = T,
         .x = room,
         .y = room + 2 * T,
         .ink = mann_curve_ink(s->theme->dark, 0)}};
    mann_guide guide = {.upright = true, .value = s->scene->step, .ink = s->theme->cursor};
    mann_plot plot = {.title = "Energy over the episode",
                      .x_name = "step",
                      .whole_x = true,
                      .n_curves = 2,
                      .curve = curve,
                      .n_guides = 1,
                      .guide = &guide};
    mann_plot_draw(s->cr, s->theme, &plot, box);
    free(room);
}

/* Steps to the right, rows up, the cursor's column framed. */
static void draw_history(const store *s, mann_box box)
{
    int32_t T = s->of.overlaps->n[0], N = s->of.overlaps->n[1];
    int32_t used = T < N ? T : N; /* a row a step */
    mann_heat heat = {.value = s->of.overlaps->data,
                      .column_stride = (size_t)N,
                      .row_stride = 1,
                      .columns = T,
                      .rows = used,
                      .ring = N};
    static const mann_shade shade = {.low = -1, .high = 1, .map = MANN_MAP_DIVERGING};
    char note[48];
    snprintf(note, sizeof note, "%d of %d", used, N);
    mann_box area = mann_panel_area(box, true);
    mann_heat_paint(s->cr, &heat, area, &shade, s->theme);
    mann_panel panel = {.title = "State like row, over the steps",
                        .note = note,
                        .note_ink = s->theme->muted,
                        .x_name = "step",
                        .y_name = "row",
                        .shade = &shade};
    mann_panel_draw(s->cr, s->theme, &panel, box, area);
    mann_panel_rows(s->cr, s->theme, area, &heat, 0);
    mann_panel_columns(s->cr, s->theme, area, 0, T);
    double cell = area.w / T;
    mann_frame(s->cr, (mann_box){floor(area.x + s->scene->step * cell), area.y, ceil(cell), area.h},
               s->theme->cursor);
}

static void draw_row_bars(const store *s, const mann_trace_array *array, const char *title,
                          double low, mann_box box)
{
    int32_t N = array->n[1], T = array->n[0];
    double *value = malloc((size_t)N * sizeof *value);
    if (!value) {
        mann_pen_starve(s->cr);
        return;
    }
    for (int32_t i = 0; i < N; i++) {
        value[i] = (double)mann_episode_value(array, s->scene->step, i, 0);
    }
    char note[64], number[32];
    mann_bars bars = {.title = title,
                      .note = note,
                      .count = T < N ? T : N,
                      .value = value,
                      .low = low,
                      .ink = mann_curve_ink(s->theme->dark, low < 0 ? 0 : 2),
                      .chosen = s->scene->step < N ? s->scene->step : -1,
                      .prefix = "",
                      .up = true};
    int32_t best = mann_bars_largest(&bars);
    snprintf(note, sizeof note, "largest: row %d, %s", best, mann_number(number, value[best]));
    mann_bars_draw(s->cr, s->theme, &bars, box);
    free(value);
}

void mann_draw_store(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    store s = {.cr = cr, .scene = scene, .theme = mann_theme_get(scene->dark)};
    if (!mann_settling_find(scene, &s.of)) {
        return;
    }
    mann_box body = layout->body;
    double gap = 14, wide = floor((body.w - 2 * gap - 8) / 3), half = floor(body.h / 2) - 4;
    double x[3] = {body.x + 4, body.x + 4 + wide + gap, body.x + 4 + 2 * (wide + gap)};
    double y = body.y + half + 8, rest = body.h - half - 8;
    char note[32];
    snprintf(note, sizeof note, "step %d", scene->step);
    draw_matrix(&s, s.of.state, "State as it settles", note, (mann_box){x[0], body.y, wide, half});
    draw_settling_energy(&s, (mann_box){x[0], y, wide, rest});
    draw_history(&s, (mann_box){x[1], body.y, wide, half});
    draw_energy(&s, (mann_box){x[1], y, wide, rest});
    draw_row_bars(&s, s.of.overlaps, "State like row", -1, (mann_box){x[2], body.y, wide, half});
    mann_box last = {x[2], y, wide, rest};
    if (s.of.retrieval) {
        draw_row_bars(&s, s.of.retrieval, "Softmax", 0, last);
    } else if (s.of.associations) {
        draw_matrix(&s, s.of.associations, "Fast weights A", note, last);
    } else if (s.of.rows) {
        draw_matrix(&s, s.of.rows, "Rows", note, last);
    }
}
