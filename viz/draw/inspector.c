/* The inspector: one head, one step, one location, with exact numbers. It follows the weighting
 * through the stages of addressing (Graves et al. 2014, section 3.3) and shows the memory beside
 * the weightings that write and read it. */
#include "draw/screen.h"

#include <math.h>
#include <stdio.h>

typedef struct place {
    cairo_t *cr;
    const mann_scene *scene;
    const mann_theme *theme;
    const mann_family *family;
    mann_pin pin;
    mann_box box; /* what is left, from the top */
} place;

enum { LINE = 15, BARS = 20, PAD = 8 };

static int32_t first_row(const place *at)
{
    return mann_scene_used(at->scene, at->family) ? at->family->used_first : 0;
}

static int32_t shown_rows(const place *at)
{
    return mann_scene_used(at->scene, at->family) ? at->family->used_count : at->family->locations;
}

/* The location's place among those shown, -1 if it is not. */
static int32_t shown_row(const place *at, int32_t location)
{
    int32_t n = at->family->locations;
    int32_t row = (location - first_row(at) + n) % n;
    return row < shown_rows(at) ? row : -1;
}

static void write_line(place *at, const char *left, const char *right)
{
    double y = at->box.y + 11, end = at->box.x + at->box.w;
    double wide = mann_text(at->cr, MANN_FONT_DIGITS, at->theme->text, end, y, MANN_RIGHT, right);
    mann_text_fit(at->cr, MANN_FONT_TEXT, at->theme->muted, at->box.x, y, MANN_LEFT,
                  at->box.w - wide - 6, left);
    at->box.y += LINE;
    at->box.h -= LINE;
}

static mann_shade stage_shade(const place *at, const mann_trace_array *stage)
{
    mann_shade shade = {.low = 0, .high = 1, .scale = at->scene->scale};
    mann_extent extent = mann_episode_extent(at->scene->episode, stage);
    if (at->scene->automatic && extent.high > 0) {
        shade.automatic = true;
        shade.high = extent.high;
    }
    return shade;
}

/* A weighting as bars over its locations, low locations at the left; as high as the scene's scale
 * makes them, which the frame's colour and the line above tell if it is not the usual one. */
static void draw_bars(place *at, const mann_trace_array *stage)
{
    cairo_t *cr = at->cr;
    mann_box area = {at->box.x, at->box.y, at->box.w, BARS};
    mann_fill(cr, area, mann_ink_from_pixel(mann_map_table(MANN_MAP_THEME, at->theme->dark)[0]));
    int32_t n = at->family->locations, rows = shown_rows(at);
    double cell = area.w / rows;
    mann_ink ink = mann_head_ink(at->theme->dark, at->family->marker, at->pin.head);
    int32_t first = first_row(at);
    mann_shade shade = stage_shade(at, stage);
    mann_pen_ink(cr, ink, 1);
    for (int32_t i = 0; i < rows; i++) {
        double w =
            (double)mann_episode_value(stage, at->scene->step, at->pin.head, (first + i) % n);
        double h = (area.h - 2) * mann_shade_place(&shade, w);
        if (h > 0.05) {
            cairo_rectangle(cr, area.x + i * cell, area.y + area.h - 1 - h, fmax(cell - 0.3, 1), h);
        }
    }
    cairo_fill(cr);
    int32_t row = shown_row(at, at->pin.location);
    if (row >= 0) {
        double x = area.x + (row + 0.5) * cell;
        mann_pen_ink(cr, at->theme->pin, 1);
        cairo_move_to(cr, x, area.y + 5);
        cairo_line_to(cr, x - 3, area.y);
        cairo_line_to(cr, x + 3, area.y);
        cairo_fill(cr);
    }
    bool usual = !shade.automatic && shade.scale == MANN_SCALE_LINEAR;
    mann_frame(cr, area, usual ? at->theme->line : at->theme->amber);
    at->box.y += BARS + 5;
    at->box.h -= BARS + 5;
}

static void draw_stage(place *at, mann_stage stage, const char *text)
{
    const mann_trace_array *array = at->family->stage[stage];
    if (!array) {
        return;
    }
    char number[32], right[48];
    float w = mann_episode_value(array, at->scene->step, at->pin.head, at->pin.location);
    snprintf(right, sizeof right, "%s", mann_number(number, (double)w));
    write_line(at, text, right);
    draw_bars(at, array);
}

static void describe_shift(const place *at, char *text, size_t size)
{
    const mann_trace_array *shift = at->family->shift;
    int used = snprintf(text, size, "→ shift");
    if (!shift) {
        return;
    }
    int32_t n = shift->n[2], best = 0;
    for (int32_t i = 1; i < n; i++) {
        best = mann_episode_value(shift, at->scene->step, at->pin.head, i) >
                       mann_episode_value(shift, at->scene->step, at->pin.head, best)
                   ? i
                   : best;
    }
    for (int32_t i = 0; i < n && used > 0 && (size_t)used < size; i++) {
        double s = (double)mann_episode_value(shift, at->scene->step, at->pin.head, i);
        if (n <= 3 || i == best) {
            /* Without the 0 before the point, as there is little room. */
            char part[16];
            snprintf(part, sizeof part, "%.2f", s);
            used +=
                snprintf(text + used, size - (size_t)used, i == n / 2 ? "  %d: %s" : "  %+d: %s",
                         i - n / 2, part + (*part == '0'));
        }
    }
}

static double scalar(const place *at, const mann_trace_array *array)
{
    return (double)mann_episode_value(array, at->scene->step, at->pin.head, 0);
}

static void draw_stages(place *at)
{
    const mann_family *family = at->family;
    char text[96], number[32];
    if (family->strength) {
        snprintf(text, sizeof text, "content, strength β %s",
                 mann_number(number, scalar(at, family->strength)));
    } else {
        snprintf(text, sizeof text, "content");
    }
    draw_stage(at, MANN_STAGE_CONTENT, text);
    if (family->gate) {
        snprintf(text, sizeof text, "→ gate g %s", mann_number(number, scalar(at, family->gate)));
    } else {
        snprintf(text, sizeof text, "→ gated");
    }
    draw_stage(at, MANN_STAGE_GATED, text);
    describe_shift(at, text, sizeof text);
    draw_stage(at, MANN_STAGE_SHIFTED, text);
    if (family->sharpening) {
        snprintf(text, sizeof text, "→ sharpen γ %s",
                 mann_number(number, scalar(at, family->sharpening)));
    } else {
        snprintf(text, sizeof text, "= weighting");
    }
    draw_stage(at, MANN_STAGE_FINAL, text);
}

static void draw_heading(place *at)
{
    cairo_t *cr = at->cr;
    const mann_theme *theme = at->theme;
    char text[96], number[32];
    double y = at->box.y + 12, x = at->box.x;
    x += mann_text(cr, MANN_FONT_TITLE, theme->text, x, y, MANN_LEFT, "Inspector") + 10;
    snprintf(text, sizeof text, "step %d", at->scene->step);
    mann_text(cr, MANN_FONT_TEXT, theme->cursor, x, y, MANN_LEFT, text);
    at->box.y += 20;
    at->box.h -= 20;
    if (!at->family) {
        return;
    }
    mann_ink ink = mann_head_ink(theme->dark, at->family->marker, at->pin.head);
    bool writes = at->family->marker == MANN_MARKER_WRITE;
    mann_mark(cr, at->family->marker, ink, at->box.x + 4, at->box.y + 7, 8);
    snprintf(text, sizeof text, "%s%d", writes ? "W" : "R", at->pin.head + 1);
    x = at->box.x + 12;
    x += mann_text(cr, MANN_FONT_TITLE, ink, x, at->box.y + 11, MANN_LEFT, text) + 6;
    float w = mann_episode_value(at->family->stage[MANN_STAGE_FINAL], at->scene->step, at->pin.head,
                                 at->pin.location);
    snprintf(text, sizeof text, "location %d", at->pin.location);
    mann_text(cr, MANN_FONT_TEXT, theme->text, x, at->box.y + 11, MANN_LEFT, text);
    snprintf(text, sizeof text, "w = %s", mann_number(number, (double)w));
    mann_text(cr, MANN_FONT_DIGITS, theme->text, at->box.x + at->box.w, at->box.y + 11, MANN_RIGHT,
              text);
    at->box.y += 21;
    at->box.h -= 21;
}

/* Weightings of all heads of the memory as columns at its left side, then the matrix itself. */
static void draw_matrix(place *at, mann_box box)
{
    const mann_trace_array *matrix = at->family->matrix;
    const mann_episode *episode = at->scene->episode;
    cairo_t *cr = at->cr;
    size_t words = (size_t)matrix->n[1], n = (size_t)matrix->n[2];
    mann_heat heat = {.value = matrix->data + (size_t)at->scene->step * words * n,
                      .column_stride = n,
                      .row_stride = 1,
                      .columns = (int32_t)words,
                      .rows = shown_rows(at),
                      .first_row = first_row(at),
                      .ring = (int32_t)n};
    mann_extent extent = mann_episode_extent(episode, matrix);
    double limit = fmax(fabs(extent.low), fabs(extent.high));
    limit = limit > 0 ? ceil(limit * 10) / 10 : 1;
    mann_shade shade = {.low = -limit, .high = limit, .map = MANN_MAP_DIVERGING};
    mann_box area = mann_panel_area(box, true);
    double strip = 7, x = area.x;
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        if (family->matrix != matrix) {
            continue;
        }
        for (int32_t h = 0; h < family->heads && x - area.x < area.w / 3; h++) {
            mann_heat column = {
                .value = family->stage[MANN_STAGE_FINAL]->data +
                         ((size_t)at->scene->step * (size_t)family->heads + (size_t)h) * n,
                .column_stride = 0,
                .row_stride = 1,
                .columns = 1,
                .rows = heat.rows,
                .first_row = heat.first_row,
                .ring = heat.ring};
            mann_shade weight = {.low = 0, .high = 1, .map = at->scene->map};
            mann_heat_paint(cr, &column, (mann_box){x, area.y, strip, area.h}, &weight, at->theme);
            mann_mark(cr, family->marker, mann_head_ink(at->theme->dark, family->marker, h),
                      x + strip / 2, area.y + area.h + 7, 6);
            mann_frame(cr, (mann_box){x - 1, area.y - 1, strip + 2, area.h + 2}, at->theme->line);
            x += strip + 3;
        }
    }
    mann_box picture = {x + 2, area.y, fmax(1, area.x + area.w - x - 2), area.h};
    mann_heat_paint(cr, &heat, picture, &shade, at->theme);
    mann_panel panel = {.title = "Memory",
                        .x_name = matrix->axis[1],
                        .y_name = matrix->axis[2],
                        .shade = &shade,
                        .missing = extent.missing};
    mann_panel_draw(cr, at->theme, &panel, box, area);
    mann_frame(cr, (mann_box){picture.x - 1, picture.y - 1, picture.w + 2, picture.h + 2},
               at->theme->line);
    mann_panel_rows(cr, at->theme, area, &heat, 0);
    mann_panel_columns(cr, at->theme, picture, 0, (int32_t)words);
    int32_t row = shown_row(at, at->pin.location);
    if (row >= 0) {
        mann_box cell = mann_heat_cell_box(&heat, picture, 0, row);
        double high = fmax(cell.h, 3);
        mann_pen_ink(cr, at->theme->pin, 0.9);
        cairo_set_line_width(cr, 1);
        cairo_rectangle(cr, area.x - 0.5, cell.y + cell.h / 2 - high / 2 - 0.5, area.w + 1,
                        high + 1);
        cairo_stroke(cr);
    }
}

/* Of a model without heads: what it answered at the step, and what was asked for. */
static void draw_answers(place *at)
{
    const mann_trace *trace = at->scene->episode->trace;
    const mann_trace_array *output = mann_trace_find(trace, "output");
    const mann_trace_array *target = mann_trace_find(trace, "target");
    bool counts = mann_episode_counts(at->scene->episode, at->scene->step);
    write_line(at, "This model has no memory with heads.", "");
    if (!output || output->rank != 2) {
        return;
    }
    at->box.y += LINE / 2;
    write_line(at, counts ? "channel" : "channel (this step is not scored)",
               target ? " output  target" : "output");
    for (int32_t i = 0; i < output->n[1] && at->box.h > 5 * LINE; i++) {
        char left[32], right[64], number[32];
        const char *out =
            mann_number(number, (double)mann_episode_value(output, at->scene->step, i, 0));
        snprintf(left, sizeof left, "%d", i);
        if (target) {
            snprintf(right, sizeof right, "%7s %7g", out,
                     (double)mann_episode_value(target, at->scene->step, i, 0));
        } else {
            snprintf(right, sizeof right, "%s", out);
        }
        write_line(at, left, right);
    }
    at->box.y += LINE / 2;
}

static void draw_findings(place *at)
{
    const mann_episode *episode = at->scene->episode;
    char left[96], right[64], number[32], whole[32];
    for (int32_t f = 0; f < episode->n_families && f < 2; f++) {
        const mann_family *family = &episode->family[f];
        snprintf(left, sizeof left, "focus, %s", family->name);
        write_line(at, left, mann_number(number, family->focus));
        if (!isnan(family->move_share)) {
            snprintf(left, sizeof left, "move, %s", family->name);
            char move[32] = "stays";
            if (family->move) {
                snprintf(move, sizeof move, "%+d", family->move);
            }
            snprintf(right, sizeof right, "%s in %.0f %%", move, 100 * family->move_share);
            write_line(at, left, right);
        }
    }
    if (!isnan(episode->match)) {
        snprintf(left, sizeof left, "read follows write by %d", episode->lag);
        snprintf(right, sizeof right, "%.0f %%", 100 * episode->match);
        write_line(at, left, right);
    }
    if (episode->counted) {
        snprintf(right, sizeof right, "%s of %s", mann_count(number, episode->wrong),
                 mann_count(whole, episode->counted));
        write_line(at, episode->trace->target == MANN_TARGET_BITS ? "wrong bits" : "wrong answers",
                   right);
    }
}

void mann_draw_inspector(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_episode *episode = scene->episode;
    place at = {.cr = cr,
                .scene = scene,
                .theme = mann_theme_get(scene->dark),
                .pin = mann_scene_pin(scene)};
    at.family = at.pin.family >= 0 ? &episode->family[at.pin.family] : NULL;
    mann_fill(cr, layout->inspector, at.theme->card);
    at.box = mann_box_inset(layout->inspector, PAD);
    cairo_save(cr);
    cairo_rectangle(cr, layout->inspector.x, layout->inspector.y, layout->inspector.w,
                    layout->inspector.h);
    cairo_clip(cr);
    draw_heading(&at);
    if (at.family) {
        draw_stages(&at);
    } else {
        draw_answers(&at);
    }
    int lines = 0;
    for (int32_t f = 0; f < episode->n_families && f < 2; f++) {
        lines += 1 + !isnan(episode->family[f].move_share);
    }
    lines += !isnan(episode->match);
    lines += episode->counted > 0;
    double below = lines * LINE + 4;
    if (at.family && at.family->matrix && at.box.h - below > 70) {
        double start = at.box.x, wide = at.box.w, high = at.box.h - below;
        draw_matrix(&at, (mann_box){start - 4, at.box.y, wide + 8, high});
        at.box.y += high;
    }
    at.box.y += 4;
    draw_findings(&at);
    cairo_restore(cr);
}
