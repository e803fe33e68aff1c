/* The memory matrix in the inspector. */
#include "draw/inspector.h"

#include <math.h>
#include <stdio.h>

void mann_inspector_memory(mann_inspector *at, mann_box box)
{
    const mann_trace_array *matrix = at->family->matrix;
    const mann_episode *episode = at->scene->episode;
    bool pointed = at->scene->pointed;
    cairo_t *cr = at->cr;
    size_t words = (size_t)matrix->n[1], n = (size_t)matrix->n[2];
    mann_heat heat = {.value = matrix->data + (size_t)at->scene->step * words * n,
                      .column_stride = n,
                      .row_stride = 1,
                      .columns = (int32_t)words,
                      .rows = at->shown.count,
                      .first_row = at->shown.first,
                      .ring = (int32_t)n};
    mann_extent extent = mann_episode_extent(episode, matrix);
    double limit = fmax(fabs(extent.low), fabs(extent.high));
    limit = limit > 0 ? ceil(limit * 10) / 10 : 1;
    mann_shade shade = {.low = -limit, .high = limit, .map = MANN_MAP_DIVERGING};
    mann_box area = mann_panel_area(box, true);
    double strip = 7, x = area.x;
    int32_t c, r;
    char number[32];
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
            mann_box tall = {x, area.y, strip, area.h};
            mann_heat_paint(cr, &column, tall, &weight, at->theme);
            if (pointed && mann_heat_cell(&column, tall, at->scene->x, at->scene->y, &c, &r)) {
                snprintf(at->tip, sizeof at->tip, "%s%d · location %d · %s",
                         family->marker == MANN_MARKER_WRITE ? "W" : "R", h + 1,
                         (heat.first_row + r) % heat.ring,
                         mann_number(number, (double)mann_heat_at(&column, c, r)));
            }
            mann_mark(cr, family->marker, mann_head_ink(at->theme->dark, family->marker, h),
                      x + strip / 2, area.y + area.h + 7, 6);
            mann_frame(cr, (mann_box){x - 1, area.y - 1, strip + 2, area.h + 2}, at->theme->line);
            x += strip + 3;
        }
    }
    mann_box picture = {x + 2, area.y, fmax(1, area.x + area.w - x - 2), area.h};
    mann_heat_paint(cr, &heat, picture, &shade, at->theme);
    if (pointed && mann_heat_cell(&heat, picture, at->scene->x, at->scene->y, &c, &r)) {
        snprintf(at->tip, sizeof at->tip, "Memory · word %d · location %d · %s", c,
                 (heat.first_row + r) % heat.ring,
                 mann_number(number, (double)mann_heat_at(&heat, c, r)));
    }
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
    int32_t row = mann_inspector_row(at, at->pin.location);
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
