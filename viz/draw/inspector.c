/* The inspector: one head, one step, one location, with exact numbers. It follows the weighting
 * through the stages of addressing (Graves et al. 2014, section 3.3) and shows the memory beside
 * the weightings that write and read it. */
#include "draw/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct place {
    cairo_t *cr;
    const mann_scene *scene;
    const mann_theme *theme;
    const mann_family *family;
    mann_pin pin;
    const mann_layout *layout;
    const mann_what_if_result *what; /* NULL: not asked, or not known */
    mann_box box;                    /* what is left, from the top */
} place;

enum { LINE = MANN_INSPECTOR_LINE, BARS = MANN_INSPECTOR_BARS - 5, PAD = MANN_INSPECTOR_PAD };

static int32_t first_row(const place *at)
{
    return mann_scene_stretch(at->scene, at->family).first;
}

static int32_t shown_rows(const place *at)
{
    return mann_scene_stretch(at->scene, at->family).count;
}

/* The location's place among those shown, -1 if it is not. */
static int32_t shown_row(const place *at, int32_t location)
{
    int32_t n = at->family->locations;
    int32_t row = (location - first_row(at) + n) % n;
    return row < shown_rows(at) ? row : -1;
}

static void write_line_in(place *at, mann_ink ink, const char *left, const char *right)
{
    double y = at->box.y + 11, end = at->box.x + at->box.w;
    double wide = mann_text(at->cr, MANN_FONT_DIGITS, ink, end, y, MANN_RIGHT, right);
    mann_text_fit(at->cr, MANN_FONT_TEXT, at->theme->muted, at->box.x, y, MANN_LEFT,
                  at->box.w - wide - 6, left);
    at->box.y += LINE;
    at->box.h -= LINE;
}

static void write_line(place *at, const char *left, const char *right)
{
    write_line_in(at, at->theme->text, left, right);
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
static void fill_bars(place *at, mann_box area, const mann_shade *shade,
                      const mann_trace_array *stage, const float *what)
{
    int32_t n = at->family->locations, rows = shown_rows(at), first = first_row(at);
    double cell = area.w / rows;
    for (int32_t i = 0; i < rows; i++) {
        int32_t location = (first + i) % n;
        double w = what
                       ? (double)what[location]
                       : (double)mann_episode_value(stage, at->scene->step, at->pin.head, location);
        double h = (area.h - 2) * mann_shade_place(shade, w);
        if (h > 0.05) {
            cairo_rectangle(at->cr, area.x + i * cell, area.y + area.h - 1 - h, fmax(cell - 0.3, 1),
                            h);
        }
    }
    cairo_fill(at->cr);
}

/* With a what-if, that is drawn over what was, which is fainter. */
static void draw_bars(place *at, const mann_trace_array *stage, const float *what)
{
    cairo_t *cr = at->cr;
    mann_box area = {at->box.x, at->box.y, at->box.w, BARS};
    mann_fill(cr, area, mann_ink_from_pixel(mann_map_table(MANN_MAP_THEME, at->theme->dark)[0]));
    double cell = area.w / shown_rows(at);
    mann_ink ink = mann_head_ink(at->theme->dark, at->family->marker, at->pin.head);
    mann_shade shade = stage_shade(at, stage);
    mann_pen_ink(cr, ink, what ? 0.4 : 1);
    fill_bars(at, area, &shade, stage, NULL);
    if (what) {
        mann_pen_ink(cr, at->theme->amber, 0.85);
        fill_bars(at, area, &shade, stage, what);
    }
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

/* The track of a knob: a hollow mark where the trace has it, a full one where it was turned to. */
static void draw_knob(place *at, mann_knob knob)
{
    cairo_t *cr = at->cr;
    mann_box track = mann_layout_knob(at->scene, at->layout, knob);
    double actual = mann_what_if_actual(at->family, at->pin.head, at->scene->step, knob);
    double y = floor(track.y + track.h / 2) - 0.5, room = track.w - 12;
    mann_stroke(cr, track.x, y, track.x + track.w, y, at->theme->line, 2);
    if (isfinite(actual)) {
        double x = track.x + 6 + room * mann_what_if_place(at->family, knob, actual);
        mann_stroke(cr, x, y - 4, x, y + 4, at->theme->muted, 1.5);
    }
    bool turned = at->scene->what_if.turned[knob];
    double value = turned ? at->scene->what_if.value[knob] : actual;
    mann_pen_ink(cr, turned ? at->theme->amber : at->theme->muted, 1);
    cairo_new_sub_path(cr);
    cairo_arc(cr, track.x + 6 + room * mann_what_if_place(at->family, knob, value), y, 4, 0,
              6.283185307179586);
    cairo_fill(cr);
    at->box.y += track.h;
    at->box.h -= track.h;
}

static void draw_stage(place *at, mann_stage stage, const char *text)
{
    const mann_trace_array *array = at->family->stage[stage];
    if (!array) {
        return;
    }
    char number[32], other[32], right[80];
    float w = mann_episode_value(array, at->scene->step, at->pin.head, at->pin.location);
    const float *what = at->what ? at->what->stage[stage] : NULL;
    snprintf(right, sizeof right, what ? "%s → %s" : "%s", mann_number(number, (double)w),
             what ? mann_number(other, (double)what[at->pin.location]) : "");
    write_line_in(at, what ? at->theme->amber : at->theme->text, text, right);
    if (at->scene->what_if.on) {
        draw_knob(at, (mann_knob)(stage - MANN_STAGE_CONTENT));
    }
    draw_bars(at, array, what);
}

static void describe_shift(const place *at, char *text, size_t size)
{
    const mann_trace_array *shift = at->family->shift;
    int used = snprintf(text, size, "→ shift");
    if (!shift) {
        return;
    }
    if (at->what && at->scene->what_if.turned[MANN_KNOB_SHIFT]) {
        snprintf(text, size, "→ shift by %+.2f", at->scene->what_if.value[MANN_KNOB_SHIFT]);
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

static double scalar(const place *at, const mann_trace_array *array, mann_knob knob)
{
    if (at->what && at->scene->what_if.turned[knob]) {
        return at->scene->what_if.value[knob];
    }
    return (double)mann_episode_value(array, at->scene->step, at->pin.head, 0);
}

static void draw_stages(place *at)
{
    const mann_family *family = at->family;
    char text[96], number[32];
    if (family->strength) {
        snprintf(text, sizeof text, at->what ? "content, β %s" : "content, strength β %s",
                 mann_number(number, scalar(at, family->strength, MANN_KNOB_STRENGTH)));
    } else {
        snprintf(text, sizeof text, "content");
    }
    draw_stage(at, MANN_STAGE_CONTENT, text);
    if (family->gate) {
        snprintf(text, sizeof text, "→ gate g %s",
                 mann_number(number, scalar(at, family->gate, MANN_KNOB_GATE)));
    } else {
        snprintf(text, sizeof text, "→ gated");
    }
    draw_stage(at, MANN_STAGE_GATED, text);
    describe_shift(at, text, sizeof text);
    draw_stage(at, MANN_STAGE_SHIFTED, text);
    if (family->sharpening) {
        snprintf(text, sizeof text, "→ sharpen γ %s",
                 mann_number(number, scalar(at, family->sharpening, MANN_KNOB_SHARPENING)));
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
    if (at->scene->what_if.on && at->family) {
        mann_text(cr, MANN_FONT_TITLE, theme->amber, at->box.x + at->box.w, y, MANN_RIGHT,
                  "what if?");
    }
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
                .layout = layout,
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
    mann_what_if_result what;
    const char *reason = NULL;
    if (at.family && scene->what_if.on &&
        mann_what_if_run(at.family, at.pin.head, scene->step, &scene->what_if, &what, &reason)) {
        at.what = &what;
        reason = NULL;
    }
    if (at.family) {
        draw_stages(&at);
    } else {
        draw_answers(&at);
    }
    if (at.what) {
        free(what.stage[0]);
    }
    if (reason) {
        write_line(&at, reason, "");
    }
    int lines = 0;
    for (int32_t f = 0; f < episode->n_families && f < 2; f++) {
        lines += 1 + !isnan(episode->family[f].move_share);
    }
    lines += !isnan(episode->match);
    lines += episode->counted > 0;
    double below = lines * LINE + 4;
    if (layout->ranking.items > 0 && layout->ranking.family >= 0 && at.box.h - below > 270) {
        enum { HIGH = 150 };
        mann_draw_ranking(cr, scene, layout,
                          (mann_box){at.box.x - 4, at.box.y + 4, at.box.w + 8, HIGH});
        at.box.y += HIGH + 8;
        at.box.h -= HIGH + 8;
    }
    if (at.family && at.family->matrix && at.box.h - below > 70) {
        double start = at.box.x, wide = at.box.w, high = at.box.h - below;
        draw_matrix(&at, (mann_box){start - 4, at.box.y, wide + 8, high});
        at.box.y += high;
    }
    at.box.y += 4;
    draw_findings(&at);
    cairo_restore(cr);
}
