/* Screen 1, memory: what goes in and out, what is written and read, and where, step by step. */
#include "draw/pen/plot.h"
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Red, with a lining of the page's colour, because the map has reds too. */
static void outline(cairo_t *cr, const mann_theme *theme, mann_box cell)
{
    double inset[] = {1.8, 0.6};
    for (int pass = 0; pass < 2; pass++) {
        mann_box box = mann_box_inset(cell, inset[pass]);
        if (pass || (box.w > 2 && box.h > 2)) {
            mann_pen_ink(cr, pass ? theme->bad : theme->page, 1);
            cairo_set_line_width(cr, 1.2);
            cairo_rectangle(cr, box.x, box.y, box.w, box.h);
            cairo_stroke(cr);
        }
    }
}

/* Answers on the wrong side of one half are outlined. */
static void draw_wrong(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                       const mann_pane *pane)
{
    const mann_episode *episode = scene->episode;
    const mann_trace_array *target = mann_trace_role(episode->trace, MANN_ROLE_TARGET);
    if (!episode->error.data || episode->trace->target != MANN_TARGET_BITS || !target) {
        return;
    }
    const mann_theme *theme = mann_theme_get(scene->dark);
    for (int32_t c = 0; c < layout->count; c++) {
        int32_t step = layout->first + c;
        if (!mann_episode_counts(episode, step)) {
            continue;
        }
        for (int32_t r = 0; r < target->n[1]; r++) {
            float want = mann_episode_value(target, step, r, 0);
            float out = want + mann_episode_value(&episode->error, step, r, 0);
            if ((out > 0.5f) != (want > 0.5f)) {
                outline(cr, theme, mann_heat_cell_box(&pane->heat, pane->area, c, r));
            }
        }
    }
}

/* Answers that do not count fade. */
static void draw_unscored(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                          const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    double cell = pane->area.w / layout->count;
    for (int32_t c = 0; c < layout->count; c++) {
        int32_t start = c;
        while (c < layout->count && !mann_episode_counts(scene->episode, layout->first + c)) {
            c++;
        }
        mann_box box = {pane->area.x + start * cell, pane->area.y, (c - start) * cell,
                        pane->area.h};
        mann_pen_ink(cr, theme->page, 0.7);
        cairo_rectangle(cr, box.x, box.y, box.w, box.h);
        cairo_fill(cr);
        if (box.w > 80 && box.h > 16) {
            mann_text(cr, MANN_FONT_SMALL, theme->muted, box.x + box.w / 2, box.y + box.h / 2 + 3.5,
                      MANN_CENTRE, "not scored");
        }
    }
}

static void draw_cursor(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                        mann_box area)
{
    int32_t column = scene->step - layout->first;
    if (column < 0 || column >= layout->count) {
        return;
    }
    const mann_theme *theme = mann_theme_get(scene->dark);
    double cell = area.w / layout->count, x = area.x + column * cell;
    for (int pass = 0; pass < 2; pass++) { /* lined, to be seen on any colour */
        mann_pen_ink(cr, pass ? theme->cursor : theme->page, pass ? 1 : 0.5);
        cairo_set_line_width(cr, pass ? 1 : 3);
        if (cell >= 4) {
            cairo_rectangle(cr, floor(x) - 0.5, area.y - 0.5, ceil(cell) + 1, area.h + 1);
        } else {
            cairo_move_to(cr, floor(x + cell / 2) + 0.5, area.y - 1);
            cairo_line_to(cr, floor(x + cell / 2) + 0.5, area.y + area.h + 1);
        }
        cairo_stroke(cr);
    }
}

/* The pinned cell: a ring around it, however small it is. */
static void draw_pin(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                     const mann_pane *pane)
{
    mann_pin pin = mann_scene_pin(scene);
    int32_t column = scene->step - layout->first;
    if (pane->family < 0 || pane->family != pin.family || pane->head != pin.head || column < 0 ||
        column >= layout->count) {
        return;
    }
    int32_t ring = pane->heat.ring, row = (pin.location - pane->heat.first_row + ring) % ring;
    if (row >= pane->heat.rows) {
        return;
    }
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, column, row);
    double half = fmin(fmax(fmax(cell.w, cell.h) / 2 + 2, 6), 9);
    double x = cell.x + cell.w / 2, y = cell.y + cell.h / 2;
    for (int pass = 0; pass < 2; pass++) {
        mann_pen_ink(cr, pass ? theme->pin : theme->page, 1);
        cairo_set_line_width(cr, pass ? 1.2 : 3);
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, half, 0, 6.283185307179586);
        cairo_stroke(cr);
    }
}

static mann_box draw_curves(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                            const mann_pane *pane)
{
    enum { MOST = 512, CURVES = 8 };
    const mann_trace_array *array = pane->array;
    int32_t n = pane->heat.rows < CURVES ? pane->heat.rows : CURVES;
    int32_t stride = (layout->count + MOST - 1) / MOST, count = layout->count / stride;
    double x[MOST], y[CURVES][MOST];
    char name[CURVES][16];
    mann_curve curve[CURVES];
    for (int32_t k = 0; k < n; k++) {
        for (int32_t i = 0; i < count; i++) {
            x[i] = layout->first + i * stride;
            y[k][i] = (double)mann_heat_at(&pane->heat, i * stride, k);
        }
        snprintf(name[k], sizeof name[k], "%d", k + 1);
        curve[k] = (mann_curve){.count = count,
                                .x = x,
                                .y = y[k],
                                .ink = pane->access == MANN_ACCESS_NONE
                                           ? mann_curve_ink(scene->dark, k)
                                           : mann_head_ink(scene->dark, pane->access, k),
                                .name = n > 1 ? name[k] : NULL};
    }
    mann_extent extent = mann_episode_extent(scene->episode, array);
    bool unit = array->kind == MANN_KIND_GATE || array->kind == MANN_KIND_BITS;
    mann_axis axis = mann_axis_make(unit ? 0 : fmin(extent.low, 0), unit ? 1 : extent.high, false);
    mann_plot plot = {.title = pane->title,
                      .n_curves = n,
                      .curve = curve,
                      .x_name = pane->foot ? "step" : NULL,
                      .y_name = pane->y_name,
                      .whole_x = true,
                      .x_low = layout->first - 0.5,
                      .x_high = layout->first + layout->count - 0.5,
                      .y_low = axis.low,
                      .y_high = axis.high,
                      .bare = !pane->foot};
    return mann_plot_draw(cr, mann_theme_get(scene->dark), &plot, pane->box).area;
}

/* A row for each head. */
static bool has_heads(const mann_pane *pane)
{
    return pane->y_name && !strcmp(pane->y_name, "head");
}

/* Each row's head at its left: its mark, and its name where there is room. */
static void draw_heads(cairo_t *cr, const mann_scene *scene, const mann_pane *pane)
{
    for (int32_t i = 0; i < pane->heat.rows; i++) {
        mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 0, i);
        mann_ink ink = mann_head_ink(scene->dark, pane->access, i);
        double y = cell.y + cell.h / 2, size = fmin(cell.h, 7);
        mann_mark(cr, pane->access, ink, pane->area.x - 6, y, size);
        if (cell.h >= 10) {
            char text[16];
            snprintf(text, sizeof text, "%s%d", pane->access == MANN_ACCESS_WRITE ? "W" : "R",
                     i + 1);
            mann_text(cr, MANN_FONT_SMALL, ink, pane->area.x - 12, y + 3.5, MANN_RIGHT, text);
        }
    }
}

static void note_text(const mann_scene *scene, const mann_pane *pane, char *text, size_t size,
                      bool *bad)
{
    const mann_episode *episode = scene->episode;
    *bad = false;
    if (pane->content == MANN_CONTENT_OUTPUT && episode->counted) {
        char wrong[32], counted[32];
        snprintf(text, size, "%s of %s wrong", mann_count(wrong, episode->wrong),
                 mann_count(counted, episode->counted));
        *bad = episode->wrong > 0;
    } else if (pane->content == MANN_CONTENT_ERROR) {
        snprintf(text, size, "output − target");
    } else if (pane->content == MANN_CONTENT_WEIGHTING && pane->heat.rows < pane->heat.ring) {
        snprintf(text, size, pane->area.w > 380 ? "%d of %d locations shown" : "%d of %d shown",
                 pane->heat.rows, pane->heat.ring);
    } else if (pane->form == MANN_FORM_MATRIX) {
        snprintf(text, size, "at step %d", scene->step);
    } else if (has_heads(pane) && pane->heat.ring > 1) {
        snprintf(text, size, "heads 1 to %d, upwards", pane->heat.ring);
    } else {
        *text = 0;
    }
}

/* The bit that keys edit. */
static void draw_edit(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                      const mann_pane *pane)
{
    int32_t column = scene->edit_step - layout->first;
    if (!scene->editing || pane->content != MANN_CONTENT_INPUT || column < 0 ||
        column >= layout->count) {
        return;
    }
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, column, scene->edit_channel);
    for (int pass = 0; pass < 2; pass++) {
        mann_pen_ink(cr, pass ? theme->amber : theme->page, 1);
        cairo_set_line_width(cr, pass ? 2 : 4);
        cairo_rectangle(cr, cell.x - 1, cell.y - 1, cell.w + 2, cell.h + 2);
        cairo_stroke(cr);
    }
}

static void draw_pane(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                      const mann_pane *pane, bool focused)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    bool over_steps = pane->form != MANN_FORM_MATRIX, bad;
    if (pane->form == MANN_FORM_SCATTER) {
        mann_draw_ranking(cr, scene, layout, pane->box);
        return;
    }
    if (pane->form == MANN_FORM_CURVE) {
        mann_box area = draw_curves(cr, scene, layout, pane);
        draw_cursor(cr, scene, layout, area);
        return;
    }
    mann_heat_paint(cr, &pane->heat, pane->area, &pane->shade, theme);
    if (over_steps) {
        if (pane->content == MANN_CONTENT_OUTPUT) {
            draw_unscored(cr, scene, layout, pane);
        }
        mann_draw_marks(cr, scene, layout, pane);
        if (pane->content == MANN_CONTENT_OUTPUT) {
            draw_wrong(cr, scene, layout, pane);
        }
    }
    char note[64], aside[96];
    mann_marks_aside(scene, layout, pane, aside);
    note_text(scene, pane, note, sizeof note, &bad);
    mann_panel panel = {.title = pane->title,
                        .access = pane->access,
                        .ink = pane->ink,
                        .tag = pane->tag[0] ? pane->tag : NULL,
                        .note = note[0] ? note : NULL,
                        .note_ink = bad ? theme->bad : theme->muted,
                        .aside = aside[0] ? aside : NULL,
                        .x_name = pane->foot ? pane->x_name : NULL,
                        .y_name = has_heads(pane) && pane->access ? NULL : pane->y_name,
                        .shade = &pane->shade,
                        .missing = pane->missing,
                        .focused = focused};
    mann_panel_draw(cr, theme, &panel, pane->box, pane->area);
    if (has_heads(pane) && pane->access != MANN_ACCESS_NONE) {
        draw_heads(cr, scene, pane);
    } else {
        mann_panel_rows(cr, theme, pane->area, &pane->heat, has_heads(pane));
    }
    if (pane->foot) {
        mann_panel_columns(cr, theme, pane->area, over_steps ? layout->first : 0,
                           pane->heat.columns);
    }
    if (over_steps) {
        if (pane->content == MANN_CONTENT_INPUT) {
            mann_draw_mark_names(cr, scene, layout, pane);
        }
        draw_cursor(cr, scene, layout, pane->area);
        draw_pin(cr, scene, layout, pane);
        draw_edit(cr, scene, layout, pane);
    }
}

/* "Optimal prediction · step 30 · 0.97", of all curves. */
static void hover_curves(const mann_pane *pane, int32_t first, int32_t column, char text[192])
{
    char number[32];
    size_t size = 192,
           used = (size_t)snprintf(text, size, "%s · step %d", pane->title, first + column);
    for (int32_t k = 0; k < pane->heat.rows && used < size; k++) {
        double value = (double)mann_heat_at(&pane->heat, column, k);
        used += (size_t)snprintf(text + used, size - used, " · %s", mann_number(number, value));
    }
}

static void hover_cell(const mann_pane *pane, int32_t first, int32_t column, int32_t row,
                       char text[192])
{
    char number[32];
    int32_t name = (pane->heat.first_row + row) % pane->heat.ring + has_heads(pane);
    snprintf(text, 192, "%s%s%s · %s %d · %s %d · %s", pane->tag, pane->tag[0] ? " " : "",
             pane->title, pane->x_name, first + column, pane->y_name ? pane->y_name : "row", name,
             mann_number(number, (double)mann_heat_at(&pane->heat, column, row)));
}

static void draw_hover(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    int32_t found = scene->pointed ? mann_layout_pane(layout, scene->x, scene->y) : -1, c, r;
    const mann_pane *pane = found >= 0 ? &layout->pane[found] : NULL;
    char text[192];
    if (!pane || pane->form == MANN_FORM_SCATTER ||
        !mann_heat_cell(&pane->heat, pane->area, scene->x, scene->y, &c, &r)) {
        return;
    }
    if (pane->form == MANN_FORM_CURVE) {
        hover_curves(pane, layout->first, c, text);
    } else {
        hover_cell(pane, pane->form == MANN_FORM_MATRIX ? 0 : layout->first, c, r, text);
    }
    mann_draw_tip(cr, scene, scene->x, scene->y, text);
}

void mann_draw_memory(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    if (!scene->episode) {
        static const char *const lines[] = {
            "There is no episode trace yet.",
            "Training writes one from time to time; it appears here by itself.", NULL};
        mann_draw_placeholder(cr, scene, layout->body, "Memory", lines);
        return;
    }
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (layout->pane[i].placed) {
            draw_pane(cr, scene, layout, &layout->pane[i], i == scene->focus);
        }
    }
    if (layout->inspector.w > 0 && layout->inspector.h > 60) {
        mann_draw_inspector(cr, scene, layout);
    }
    draw_hover(cr, scene, layout);
}
