/* Priority sort on the panels (Graves et al. 2014, figures 18 and 19): where a straight line
 * through the priorities expects each vector to be written, where the answers were written before
 * they are read, the vector that the answer at the cursor is; and the line itself as a plot. */
#include "draw/marks.h"
#include "draw/marks_place.h"
#include "draw/pen/plot.h"
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>

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
    mann_marks_box(cr, theme, (mann_box){cell.x, cell.y + cell.h / 2 - high / 2, cell.w, high},
                   theme->amber, 1);
}

void mann_marks_ranking(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                        const mann_pane *pane)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    const mann_episode *episode = scene->episode;
    const mann_ranking *ranking = &layout->ranking;
    int32_t answer = scene->step - ranking->first_answer;
    double x0, x1;
    /* The item that the step's answer is. */
    if (pane->content == MANN_CONTENT_INPUT && answer >= 0 && answer < ranking->ranked &&
        mann_marks_place(layout, pane->area, ranking->rank[answer], ranking->rank[answer], &x0,
                         &x1)) {
        mann_marks_box(cr, theme, (mann_box){x0, pane->area.y + 1, x1 - x0, pane->area.h - 2},
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

void mann_marks_ranking_aside(const mann_layout *layout, const mann_pane *pane, char text[96])
{
    const mann_ranking *ranking = &layout->ranking;
    if (pane->family < 0) {
        return;
    }
    if (pane->family == ranking->family && pane->head == ranking->head) {
        snprintf(text, 96, "□ line by priority, R² %.2f", ranking->line.fit);
    } else if (pane->family == ranking->read_family && pane->head == ranking->read_head) {
        snprintf(text, 96, "□ where it was written: %d of %d", ranking->read_right,
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
        line_y[i] = ranking->line.offset + ranking->line.slope * line_x[i];
    }
    mann_curve curve[4] = {
        {.count = 2, .x = line_x, .y = line_y, .ink = theme->amber},
        {.name = "wanted",
         .count = n[1],
         .x = x[1],
         .y = y[1],
         .ink = mann_head_ink(scene->dark, MANN_ACCESS_WRITE, ranking->head),
         .points = true},
        {.name = "others",
         .count = n[0],
         .x = x[0],
         .y = y[0],
         .ink = theme->faint,
         .points = true},
        {.name = NULL, .count = 1, .x = &at_x, .y = &at_y, .ink = theme->cursor, .points = true}};
    char title[64];
    snprintf(title, sizeof title, "W%d writes, R² %.2f", ranking->head + 1, ranking->line.fit);
    mann_plot plot = {.title = title,
                      .x_name = "priority",
                      .y_name = high >= N ? "location, unrolled" : "location",
                      .x_low = -1.05,
                      .x_high = 1.05,
                      .n_curves = 4,
                      .curve = curve};
    mann_plot_draw(cr, theme, &plot, box);
}
