/* The inspector: one head, one step, one location, with exact numbers. It follows the weighting
 * through the stages of addressing (Graves et al. 2014, section 3.3) and shows the memory beside
 * the weightings that write and read it. */
#include "draw/inspector/inspector.h"
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE = MANN_INSPECTOR_LINE, PAD = MANN_INSPECTOR_PAD };

int32_t mann_inspector_row(const mann_inspector *at, int32_t location)
{
    int32_t n = at->family->locations;
    int32_t row = (location - at->shown.first + n) % n;
    return row < at->shown.count ? row : -1;
}

void mann_inspector_line(mann_inspector *at, mann_ink ink, const char *left, const char *right)
{
    double y = at->box.y + 11, end = at->box.x + at->box.w;
    double wide = mann_text(at->cr, MANN_FONT_DIGITS, ink, end, y, MANN_RIGHT, right);
    mann_text_fit(at->cr, MANN_FONT_TEXT, at->theme->muted, at->box.x, y, MANN_LEFT,
                  at->box.w - wide - 6, left);
    at->box.y += LINE;
    at->box.h -= LINE;
}

static void write_line(mann_inspector *at, const char *left, const char *right)
{
    mann_inspector_line(at, at->theme->text, left, right);
}

static void draw_heading(mann_inspector *at)
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
    mann_ink ink = mann_head_ink(theme->dark, at->family->access, at->pin.head);
    bool writes = at->family->access == MANN_ACCESS_WRITE;
    mann_mark(cr, at->family->access, ink, at->box.x + 4, at->box.y + 7, 8);
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

static void write_answer(mann_inspector *at, const mann_trace_array *output,
                         const mann_trace_array *target, int32_t channel)
{
    char left[32], right[64], number[32];
    int32_t step = at->scene->step;
    const char *out = mann_number(number, (double)mann_episode_value(output, step, channel, 0));
    snprintf(left, sizeof left, "%d", channel);
    if (target) {
        snprintf(right, sizeof right, "%7s %7g", out,
                 (double)mann_episode_value(target, step, channel, 0));
    } else {
        snprintf(right, sizeof right, "%s", out);
    }
    write_line(at, left, right);
}

/* The channel of the largest output among those that come after (value, channel) in that order; -1
 * for none. */
static int32_t next_largest(const mann_trace_array *output, int32_t step, int32_t after)
{
    int32_t best = -1;
    for (int32_t i = 0; i < output->n[1]; i++) {
        float value = mann_episode_value(output, step, i, 0);
        float last = after >= 0 ? mann_episode_value(output, step, after, 0) : INFINITY;
        bool follows = value < last || (value == last && i > after);
        if (follows && (best < 0 || value > mann_episode_value(output, step, best, 0))) {
            best = i;
        }
    }
    return best;
}

/* Of a model without heads: what it answered at the step, and what was asked for; where there are
 * more channels than lines, the largest. */
static void draw_answers(mann_inspector *at)
{
    enum { LARGEST = 10 };
    const mann_trace *trace = at->scene->episode->trace;
    const mann_trace_array *output = mann_trace_role(trace, MANN_ROLE_OUTPUT);
    const mann_trace_array *target = mann_trace_role(trace, MANN_ROLE_TARGET);
    bool counts = mann_episode_counts(at->scene->episode, at->scene->step);
    write_line(at, "This model has no memory with heads.", "");
    if (!output || output->rank != 2) {
        return;
    }
    at->box.y += LINE / 2;
    bool all = output->n[1] * LINE < at->box.h - 5 * LINE;
    write_line(at,
               !counts ? "channel (this step is not scored)"
               : all   ? "channel"
                       : "channel, largest first",
               target ? " output  target" : "output");
    for (int32_t i = 0; all && i < output->n[1]; i++) {
        write_answer(at, output, target, i);
    }
    int32_t channel = -1;
    for (int32_t i = 0; !all && i < LARGEST && at->box.h > 5 * LINE; i++) {
        channel = next_largest(output, at->scene->step, channel);
        if (channel < 0) {
            break;
        }
        write_answer(at, output, target, channel);
    }
    at->box.y += LINE / 2;
}

static void draw_findings(mann_inspector *at)
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

/* The stages of addressing, and what they would be if the user's what-if were so. */
static void draw_addressing(mann_inspector *at)
{
    const mann_scene *scene = at->scene;
    mann_what_if_result what;
    const char *reason = NULL;
    if (scene->what_if.on &&
        mann_what_if_run(at->family, at->pin.head, scene->step, &scene->what_if, &what, &reason)) {
        at->what = &what;
        reason = NULL;
    }
    mann_inspector_stages(at);
    mann_inspector_values(at);
    if (at->what) {
        free(what.stage[0]);
        at->what = NULL;
    }
    if (reason) {
        write_line(at, reason, "");
    }
}

/* Height of the findings, which stand at the bottom. */
static double findings_height(const mann_episode *episode)
{
    int lines = 0;
    for (int32_t f = 0; f < episode->n_families && f < 2; f++) {
        lines += 1 + !isnan(episode->family[f].move_share);
    }
    lines += !isnan(episode->match);
    lines += episode->counted > 0;
    return lines * LINE + 4;
}

/* The ranking and the memory, where there are any and room above what is below. */
static void draw_plots(mann_inspector *at, double below)
{
    enum { HIGH = 150, LEAST_MEMORY = 70, LEAST_BOTH = 270 };
    const mann_layout *layout = at->layout;
    if (layout->ranking.items > 0 && layout->ranking.family >= 0 &&
        at->box.h - below > LEAST_BOTH) {
        mann_draw_ranking(at->cr, at->scene, layout,
                          (mann_box){at->box.x - 4, at->box.y + 4, at->box.w + 8, HIGH});
        at->box.y += HIGH + 8;
        at->box.h -= HIGH + 8;
    }
    if (at->family && at->family->matrix && at->box.h - below > LEAST_MEMORY) {
        double high = at->box.h - below;
        mann_inspector_memory(at, (mann_box){at->box.x - 4, at->box.y, at->box.w + 8, high});
        at->box.y += high;
    }
}

void mann_draw_inspector(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_episode *episode = scene->episode;
    mann_inspector at = {.cr = cr,
                         .scene = scene,
                         .layout = layout,
                         .theme = mann_theme_get(scene->dark),
                         .pin = mann_scene_pin(scene)};
    at.family = at.pin.family >= 0 ? &episode->family[at.pin.family] : NULL;
    if (at.family) {
        at.shown = mann_scene_stretch(scene, at.family);
    }
    mann_fill(cr, layout->inspector, at.theme->card);
    at.box = mann_box_inset(layout->inspector, PAD);
    cairo_save(cr);
    cairo_rectangle(cr, layout->inspector.x, layout->inspector.y, layout->inspector.w,
                    layout->inspector.h);
    cairo_clip(cr);
    draw_heading(&at);
    (at.family ? draw_addressing : draw_answers)(&at);
    draw_plots(&at, findings_height(episode));
    at.box.y += 4;
    draw_findings(&at);
    cairo_restore(cr);
    if (at.tip[0]) {
        mann_draw_tip(cr, scene, scene->x, scene->y, at.tip);
    }
}
