/* What a task has marked in its episode, on the panels.
 *
 * Phases are dashed lines where they begin. Marks are boxes around their steps, but for those of
 * three tasks of the NTM paper, which say more:
 *
 *   ranked   priority sort: where a line through the priorities expects each vector to be written,
 *            and where the answers were written before they are read (figure 19)
 *   repeat   repeat copy: the times that the sequence is given back, numbered
 *   context  n-grams have no marks: the steps at which the last few bits were those at the cursor
 *            (figures 15 and 16). A 1 followed where the arrow points up, a 0 where it points down
 */
#include "draw/plot.h"
#include "draw/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CONTEXT = 16 };

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

/* The part of steps first..last that is shown, as a stretch of x; false if none is. */
static bool span_place(const mann_layout *layout, mann_box area, int32_t first, int32_t last,
                       double *x0, double *x1)
{
    double cell = area.w / layout->count;
    *x0 = area.x + fmax(first - layout->first, 0) * cell;
    *x1 = area.x + fmin((double)last + 1 - layout->first, layout->count) * cell;
    return *x1 > *x0 && last >= layout->first;
}

/* Marks of what is asked and answered go on those panels, marks of what was given on the inputs. */
static bool is_marked(const mann_scene *scene, const mann_pane *pane, int32_t first)
{
    return mann_episode_counts(scene->episode, first)
               ? pane->role == MANN_ROLE_OUTPUT || pane->role == MANN_ROLE_TARGET
               : pane->role == MANN_ROLE_INPUT;
}

static void draw_start(cairo_t *cr, const mann_layout *layout, const mann_pane *pane, int32_t first,
                       mann_ink ink)
{
    double x0, x1;
    if (first > layout->first && span_place(layout, pane->area, first, first, &x0, &x1)) {
        cairo_set_dash(cr, dash, 2, 0);
        mann_stroke(cr, floor(x0) + 0.5, pane->area.y, floor(x0) + 0.5, pane->area.y + pane->area.h,
                    ink, 1);
        cairo_set_dash(cr, NULL, 0, 0);
    }
}

static void draw_box(cairo_t *cr, const mann_theme *theme, mann_box box, mann_ink ink, double width)
{
    box = (mann_box){floor(box.x) + 0.5, floor(box.y) + 0.5, fmax(1, round(box.w) - 1),
                     fmax(1, round(box.h) - 1)};
    for (int pass = 0; pass < 2; pass++) { /* lined, to be seen on any colour */
        mann_pen_ink(cr, pass ? ink : theme->page, pass ? 1 : 0.6);
        cairo_set_line_width(cr, pass ? width : width + 2);
        cairo_rectangle(cr, box.x, box.y, box.w, box.h);
        cairo_stroke(cr);
    }
}

static void draw_span(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                      const mann_pane *pane, int32_t i)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_notes *notes = &scene->episode->trace->notes;
    double x0, x1;
    if (is_marked(scene, pane, notes->span[i].first) &&
        span_place(layout, pane->area, notes->span[i].first, notes->span[i].last, &x0, &x1)) {
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
    const mann_trace_array *target = mann_trace_find(episode->trace, "target");
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
    if (pane->role != MANN_ROLE_WEIGHTING || pane->marker != MANN_MARKER_READ ||
        !span_place(layout, pane->area, first, last, &x0, &x1) || x1 - x0 < 12) {
        return;
    }
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    mann_text(cr, MANN_FONT_TITLE, is_right(scene->episode, first, last) ? theme->good : theme->bad,
              x0 + 4, pane->area.y + 12, MANN_LEFT, text);
}

/* ---- ranks ---- */

/* A hollow mark at a location, at least so high that it is seen. */
static void draw_expected(cairo_t *cr, const mann_theme *theme, const mann_layout *layout,
                          const mann_pane *pane, int32_t step, int32_t location)
{
    int32_t column = step - layout->first, ring = pane->heat.ring;
    int32_t row = (location - pane->heat.first_row + ring) % ring;
    if (column < 0 || column >= layout->count || row >= pane->heat.rows) {
        return;
    }
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, column, row);
    double high = fmax(cell.h, 5);
    draw_box(cr, theme, (mann_box){cell.x, cell.y + cell.h / 2 - high / 2, cell.w, high},
             theme->amber, 1);
}

static void draw_ranks(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                       const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_episode *episode = scene->episode;
    const mann_ranking *ranking = &layout->ranking;
    int32_t answer = scene->step - ranking->first_answer;
    double x0, x1;
    /* The item that the step's answer is. */
    if (pane->role == MANN_ROLE_INPUT && answer >= 0 && answer < ranking->ranked &&
        span_place(layout, pane->area, ranking->rank[answer], ranking->rank[answer], &x0, &x1)) {
        draw_box(cr, theme, (mann_box){x0, pane->area.y + 1, x1 - x0, pane->area.h - 2},
                 theme->amber, 2);
    }
    if (pane->family < 0 || ranking->family < 0) {
        return;
    }
    if (pane->family == ranking->family && pane->head == ranking->head) {
        for (int32_t t = 0; t < ranking->items; t++) {
            draw_expected(cr, theme, layout, pane, t, mann_ranking_location(episode, ranking, t));
        }
    }
    if (pane->family == ranking->read_family && pane->head == ranking->read_head) {
        const mann_family *write = &episode->family[ranking->family];
        for (int32_t k = 0; k < ranking->ranked; k++) {
            draw_expected(cr, theme, layout, pane, ranking->first_answer + k,
                          write->peak[ranking->rank[k] * write->heads + ranking->head]);
        }
    }
}

/* ---- contexts ---- */

/* How many bits decide the next one, and the input that holds them; 0: not such a task. */
static int32_t find_context(const mann_episode *episode, const mann_trace_array **input)
{
    const mann_notes *notes = &episode->trace->notes;
    *input = mann_trace_find(episode->trace, "input");
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        if (!notes->span[i].mark && is(notes, i, "prediction") && *input && (*input)->rank == 2 &&
            (*input)->n[1] == 1 && notes->span[i].first <= MOST_CONTEXT) {
            return notes->span[i].first;
        }
    }
    return 0;
}

/* Whether the bits before the predictions at two steps are the same. Input t is the bit before. */
static bool same_context(const mann_trace_array *input, int32_t length, int32_t s, int32_t t)
{
    if (s < length || t < length) {
        return false;
    }
    for (int32_t i = 0; i < length; i++) {
        if ((input->data[s - i] > 0.5f) != (input->data[t - i] > 0.5f)) {
            return false;
        }
    }
    return true;
}

static void draw_arrow(cairo_t *cr, mann_box area, double x, bool up)
{
    double y = up ? area.y + area.h - 1 : area.y + 1, tip = up ? -6 : 6;
    cairo_move_to(cr, x, y + tip);
    cairo_line_to(cr, x - 3, y);
    cairo_line_to(cr, x + 3, y);
    cairo_close_path(cr);
}

static void draw_contexts(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                          const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_trace_array *input, *target = mann_trace_find(scene->episode->trace, "target");
    int32_t length = find_context(scene->episode, &input);
    if (!length || !target ||
        (pane->role != MANN_ROLE_WEIGHTING && pane->role != MANN_ROLE_INPUT)) {
        return;
    }
    double cell = pane->area.w / layout->count;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t c = 0; c < layout->count; c++) {
            if (same_context(input, length, layout->first + c, scene->step)) {
                draw_arrow(cr, pane->area, pane->area.x + (c + 0.5) * cell,
                           target->data[layout->first + c] > 0.5f);
            }
        }
        mann_pen_ink(cr, pass ? theme->amber : theme->page, 1);
        if (pass) {
            cairo_fill(cr);
        } else {
            cairo_set_line_width(cr, 2.5);
            cairo_stroke(cr);
        }
    }
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
        draw_ranks(cr, scene, layout, pane);
    }
    draw_contexts(cr, scene, layout, pane);
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
            !span_place(layout, pane->area, notes->span[i].first, notes->span[i].last, &x0, &x1)) {
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

/* "after 01101: 4 × 1, 2 × 0 before" at the cursor. */
static void note_context(const mann_scene *scene, char text[96])
{
    const mann_trace_array *input, *target = mann_trace_find(scene->episode->trace, "target");
    int32_t length = find_context(scene->episode, &input), seen[2] = {0, 0};
    char bits[MOST_CONTEXT + 1] = "";
    if (!length || !target || scene->step < length) {
        return;
    }
    for (int32_t t = length; t < scene->step; t++) {
        if (same_context(input, length, t, scene->step)) {
            seen[target->data[t] > 0.5f]++;
        }
    }
    for (int32_t i = 0; i < length; i++) {
        bits[i] = input->data[scene->step - length + 1 + i] > 0.5f ? '1' : '0';
    }
    snprintf(text, 96, "after %s so far %d × 1, %d × 0", bits, seen[1], seen[0]);
}

void mann_marks_aside(const mann_scene *scene, const mann_layout *layout, const mann_pane *pane,
                      char text[96])
{
    const mann_ranking *ranking = &layout->ranking;
    *text = 0;
    if (pane->role == MANN_ROLE_OUTPUT) {
        note_repeat(scene, text);
        note_context(scene, text);
    } else if (pane->family >= 0 && ranking->items > 0 && pane->family == ranking->family &&
               pane->head == ranking->head) {
        snprintf(text, 96, "□ line by priority, R² %.2f", ranking->fit);
    } else if (pane->family >= 0 && ranking->items > 0 && pane->family == ranking->read_family &&
               pane->head == ranking->read_head) {
        snprintf(text, 96, "□ where the answer was written: %d of %d", ranking->read_right,
                 ranking->ranked);
    }
}

/* The locations over the priorities, the line, and the item of the cursor. */
void mann_draw_ranking(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                       mann_box box)
{
    enum { MOST = 256 };
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_episode *episode = scene->episode;
    const mann_ranking *ranking = &layout->ranking;
    int32_t items = ranking->items < MOST ? ranking->items : MOST, N, current;
    double x[2][MOST], y[2][MOST], line_x[2] = {-1, 1}, line_y[2], high = 0;
    int32_t n[2] = {0, 0};
    N = episode->family[ranking->family].locations;
    int32_t answer = scene->step - ranking->first_answer;
    current = answer >= 0 && answer < ranking->ranked ? ranking->rank[answer] : scene->step;
    double at_x = NAN, at_y = NAN;
    for (int32_t t = 0; t < items; t++) {
        bool wanted = false;
        for (int32_t k = 0; k < ranking->ranked; k++) {
            wanted |= ranking->rank[k] == t;
        }
        double px = mann_ranking_priority(episode, ranking, t);
        double py = mann_ranking_written(episode, ranking, t);
        x[wanted][n[wanted]] = px;
        y[wanted][n[wanted]++] = py;
        high = fmax(high, py);
        at_x = t == current ? px : at_x;
        at_y = t == current ? py : at_y;
    }
    for (int i = 0; i < 2; i++) {
        line_y[i] = ranking->offset + ranking->slope * line_x[i];
    }
    mann_curve curve[4] = {
        {.count = 2, .x = line_x, .y = line_y, .ink = theme->amber},
        {.name = "wanted",
         .count = n[1],
         .x = x[1],
         .y = y[1],
         .ink = mann_head_ink(scene->dark, MANN_MARKER_WRITE, ranking->head),
         .points = true},
        {.name = "others",
         .count = n[0],
         .x = x[0],
         .y = y[0],
         .ink = theme->faint,
         .points = true},
        {.name = NULL, .count = 1, .x = &at_x, .y = &at_y, .ink = theme->cursor, .points = true}};
    char title[64];
    snprintf(title, sizeof title, "W%d by priority, R² %.2f", ranking->head + 1, ranking->fit);
    mann_plot plot = {.title = title,
                      .x_name = "priority",
                      .y_name = high >= N ? "unrolled" : "location",
                      .x_low = -1.05,
                      .x_high = 1.05,
                      .n_curves = 4,
                      .curve = curve};
    mann_plot_draw(cr, theme, &plot, box);
}
