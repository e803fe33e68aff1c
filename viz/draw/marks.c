/* What a task has marked in its episode, on the panels.
 *
 * Phases are dashed lines where they begin. Marks are boxes around their steps, but for those of
 * three tasks of the NTM paper, which say more:
 *
 *   ranked   priority sort: where a line through the priorities expects each vector to be written,
 *            and where the answers were written before they are read (marks_ranking.c)
 *   repeat   repeat copy: the times that the sequence is given back, numbered
 *   context  n-grams have no marks: the steps at which the last few bits were those at the cursor
 *            (marks_context.c)
 */
#include "draw/marks.h"
#include "draw/marks_place.h"
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double dash[] = {3, 3};

static bool is(const mann_notes *notes, int32_t i, const char *name)
{
    return !strcmp(notes->span[i].name, name);
}

static mann_ink span_ink(const mann_theme *theme, const char *name)
{
    if (!strcmp(name, "query")) {
        return theme->good;
    }
    if (!strcmp(name, "answer") || !strcmp(name, "target")) {
        return theme->bad;
    }
    return theme->amber;
}

/* Marks of what is asked and answered go on those panels, marks of what was given on the inputs. */
static bool is_marked(const mann_scene *scene, const mann_pane *pane, int32_t first)
{
    return mann_episode_counts(scene->episode, first)
               ? pane->content == MANN_CONTENT_OUTPUT || pane->content == MANN_CONTENT_TARGET
               : pane->content == MANN_CONTENT_INPUT;
}

static void draw_start(cairo_t *cr, const mann_layout *layout, const mann_pane *pane, int32_t first,
                       mann_ink ink)
{
    double x0, x1;
    if (first > layout->first && mann_marks_place(layout, pane->area, first, first, &x0, &x1)) {
        cairo_set_dash(cr, dash, 2, 0);
        mann_stroke(cr, floor(x0) + 0.5, pane->area.y, floor(x0) + 0.5, pane->area.y + pane->area.h,
                    ink, 1);
        cairo_set_dash(cr, NULL, 0, 0);
    }
}

static void draw_span(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                      const mann_pane *pane, int32_t i)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_notes *notes = &scene->episode->trace->notes;
    double x0, x1;
    if (is_marked(scene, pane, notes->span[i].first) &&
        mann_marks_place(layout, pane->area, notes->span[i].first, notes->span[i].last, &x0, &x1)) {
        mann_pen_ink(cr, span_ink(theme, notes->span[i].name), 1);
        cairo_set_line_width(cr, 2);
        cairo_rectangle(cr, x0, pane->area.y + 1, x1 - x0, pane->area.h - 2);
        cairo_stroke(cr);
    }
}

/* ---- repeats ---- */

static int32_t count_marks(const mann_notes *notes, const char *name)
{
    int32_t count = 0;
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        count += notes->span[i].mark && is(notes, i, name);
    }
    return count;
}

/* Whether every answer of the steps is right. */
static bool is_right(const mann_episode *episode, int32_t first, int32_t last)
{
    const mann_trace_array *target = mann_trace_role(episode->trace, MANN_ROLE_TARGET);
    for (int32_t t = first; target && episode->error.data && t <= last; t++) {
        for (int32_t i = 0; i < target->n[1]; i++) {
            float want = mann_episode_value(target, t, i, 0);
            float out = want + mann_episode_value(&episode->error, t, i, 0);
            if ((out > 0.5f) != (want > 0.5f)) {
                return false;
            }
        }
    }
    return true;
}

/* Its number at the upper edge of the reading heads' panels, green if all of it is right. */
static void draw_repeat(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                        const mann_pane *pane, int32_t i, int32_t number)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_notes *notes = &scene->episode->trace->notes;
    int32_t first = notes->span[i].first, last = notes->span[i].last;
    double x0, x1;
    draw_start(cr, layout, pane, first, theme->amber);
    if (pane->content != MANN_CONTENT_WEIGHTING || pane->access != MANN_ACCESS_READ ||
        !mann_marks_place(layout, pane->area, first, last, &x0, &x1) || x1 - x0 < 12) {
        return;
    }
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    mann_text(cr, MANN_FONT_TITLE, is_right(scene->episode, first, last) ? theme->good : theme->bad,
              x0 + 4, pane->area.y + 12, MANN_LEFT, text);
}

/* ---- all of it ---- */

void mann_draw_marks(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                     const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_notes *notes = &scene->episode->trace->notes;
    int32_t repeat = 0;
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        if (!notes->span[i].mark) {
            draw_start(cr, layout, pane, notes->span[i].first, theme->faint);
        } else if (is(notes, i, "repeat")) {
            draw_repeat(cr, scene, layout, pane, i, ++repeat);
        } else if (!is(notes, i, "ranked")) {
            draw_span(cr, scene, layout, pane, i);
        }
    }
    if (layout->ranking.items > 0) {
        mann_marks_ranking(cr, scene, layout, pane);
    }
    mann_marks_contexts(cr, scene, layout, pane);
}

void mann_draw_mark_names(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                          const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_notes *notes = &scene->episode->trace->notes;
    double width = mann_text_width(cr, MANN_FONT_TITLE, pane->title);
    double free_from = pane->area.x + width + 10, free_to = pane->area.x + pane->area.w - 76;
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        double x0, x1, y = floor(pane->area.y) - 5;
        if (is(notes, i, "repeat") || is(notes, i, "ranked") ||
            !mann_marks_place(layout, pane->area, notes->span[i].first, notes->span[i].last, &x0,
                              &x1)) {
            continue;
        }
        double wide = mann_text_width(cr, MANN_FONT_SMALL, notes->span[i].name);
        double x = fmin(fmax((x0 + x1) / 2 - wide / 2, free_from), fmax(x0, free_from));
        x = notes->span[i].mark ? (x0 + x1) / 2 - wide / 2 : x;
        if (x < free_from || x + wide > free_to) {
            continue;
        }
        mann_ink ink = notes->span[i].mark ? span_ink(theme, notes->span[i].name) : theme->muted;
        mann_text(cr, MANN_FONT_SMALL, ink, x, y, MANN_LEFT, notes->span[i].name);
        free_from = x + wide + 8;
    }
}

/* "repeat 3 of 5" at the cursor. */
static void note_repeat(const mann_scene *scene, char text[96])
{
    const mann_notes *notes = &scene->episode->trace->notes;
    int32_t number = 0;
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        bool repeat = notes->span[i].mark && is(notes, i, "repeat");
        number += repeat;
        if (repeat && scene->step >= notes->span[i].first && scene->step <= notes->span[i].last) {
            snprintf(text, 96, "repeat %d of %d", number, count_marks(notes, "repeat"));
        }
    }
}

void mann_marks_aside(const mann_scene *scene, const mann_layout *layout, const mann_pane *pane,
                      char text[96])
{
    *text = 0;
    if (pane->content == MANN_CONTENT_OUTPUT) {
        note_repeat(scene, text);
        mann_marks_contexts_aside(scene, text);
    } else if (layout->ranking.items > 0) {
        mann_marks_ranking_aside(layout, pane, text);
    }
}
