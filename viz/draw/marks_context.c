/* N-grams on the panels (Graves et al. 2014, figures 15 and 16): an arrow at each step whose last
 * bits were those at the cursor. A 1 followed where it points up, a 0 where it points down. */
#include "draw/marks.h"

#include <stdio.h>
#include <string.h>

enum { MOST_CONTEXT = 16 };

/* How many bits decide the next one, and the input that holds them; 0: not such a task. */
static int32_t find_context(const mann_episode *episode, const mann_trace_array **input)
{
    const mann_notes *notes = &episode->trace->notes;
    *input = mann_trace_role(episode->trace, MANN_ROLE_INPUT);
    for (int32_t i = 0; i < notes->count && i < MANN_MAX_NOTES; i++) {
        if (!notes->span[i].mark && !strcmp(notes->span[i].name, "prediction") && *input &&
            (*input)->rank == 2 && (*input)->n[1] == 1 && notes->span[i].first <= MOST_CONTEXT) {
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

void mann_marks_contexts(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                         const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_trace_array *input,
        *target = mann_trace_role(scene->episode->trace, MANN_ROLE_TARGET);
    int32_t length = find_context(scene->episode, &input);
    if (!length || !target ||
        (pane->content != MANN_CONTENT_WEIGHTING && pane->content != MANN_CONTENT_INPUT)) {
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

/* "after 01101: 4 × 1, 2 × 0 before" at the cursor. */
void mann_marks_contexts_aside(const mann_scene *scene, char text[96])
{
    const mann_trace_array *input,
        *target = mann_trace_role(scene->episode->trace, MANN_ROLE_TARGET);
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
