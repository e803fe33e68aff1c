/* The stages of addressing in the inspector: bars over the locations, knobs for what-if. */
#include "draw/inspector/inspector.h"

#include <math.h>
#include <stdio.h>

enum { BARS = MANN_INSPECTOR_BARS - 5 };

static mann_shade stage_shade(const mann_inspector *at, const mann_trace_array *stage)
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
static void fill_bars(mann_inspector *at, mann_box area, const mann_shade *shade,
                      const mann_trace_array *stage, const float *what)
{
    int32_t n = at->family->locations, rows = at->shown.count, first = at->shown.first;
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
static void draw_bars(mann_inspector *at, const mann_trace_array *stage, const float *what)
{
    cairo_t *cr = at->cr;
    mann_box area = {at->box.x, at->box.y, at->box.w, BARS};
    mann_fill(cr, area, mann_ink_from_pixel(mann_map_table(MANN_MAP_THEME, at->theme->dark)[0]));
    double cell = area.w / at->shown.count;
    mann_ink ink = mann_head_ink(at->theme->dark, at->family->access, at->pin.head);
    mann_shade shade = stage_shade(at, stage);
    mann_pen_ink(cr, ink, what ? 0.4 : 1);
    fill_bars(at, area, &shade, stage, NULL);
    if (what) {
        mann_pen_ink(cr, at->theme->amber, 0.85);
        fill_bars(at, area, &shade, stage, what);
    }
    int32_t row = mann_inspector_row(at, at->pin.location);
    if (row >= 0) {
        double x = area.x + (row + 0.5) * cell;
        mann_pen_ink(cr, at->theme->pin, 1);
        cairo_move_to(cr, x, area.y + 5);
        cairo_line_to(cr, x - 3, area.y);
        cairo_line_to(cr, x + 3, area.y);
        cairo_fill(cr);
    }
    if (at->scene->pointed && mann_box_holds(area, at->scene->x, at->scene->y)) {
        int32_t place = (int32_t)fmin((at->scene->x - area.x) / cell, at->shown.count - 1);
        int32_t location = (at->shown.first + place) % at->family->locations;
        char number[32];
        double w = (double)mann_episode_value(stage, at->scene->step, at->pin.head, location);
        snprintf(at->tip, sizeof at->tip, "location %d · %s", location, mann_number(number, w));
    }
    bool usual = !shade.automatic && shade.scale == MANN_SCALE_LINEAR;
    mann_frame(cr, area, usual ? at->theme->line : at->theme->amber);
    at->box.y += BARS + 5;
    at->box.h -= BARS + 5;
}

/* The track of a knob: a hollow mark where the trace has it, a full one where it was turned to. */
static void draw_knob(mann_inspector *at, mann_knob knob)
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

static void draw_stage(mann_inspector *at, mann_stage stage, const char *text)
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
    mann_inspector_line(at, what ? at->theme->amber : at->theme->text, text, right);
    if (at->scene->what_if.on) {
        draw_knob(at, (mann_knob)(stage - MANN_STAGE_CONTENT));
    }
    draw_bars(at, array, what);
}

static void describe_shift(const mann_inspector *at, char *text, size_t size)
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

static double scalar(const mann_inspector *at, const mann_trace_array *array, mann_knob knob)
{
    if (at->what && at->scene->what_if.turned[knob]) {
        return at->scene->what_if.value[knob];
    }
    return (double)mann_episode_value(array, at->scene->step, at->pin.head, 0);
}

void mann_inspector_stages(mann_inspector *at)
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
