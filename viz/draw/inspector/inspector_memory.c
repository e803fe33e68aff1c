/* The memory matrix in the inspector. */
#include "draw/inspector/inspector.h"

#include <math.h>
#include <stdio.h>

/* The memory at the step: words to the right, the locations shown up. */
static mann_heat matrix_heat(const mann_inspector *at)
{
    const mann_trace_array *matrix = at->family->matrix;
    size_t words = (size_t)matrix->n[1], n = (size_t)matrix->n[2];
    return (mann_heat){.value = matrix->data + (size_t)at->scene->step * words * n,
                       .column_stride = n,
                       .row_stride = 1,
                       .columns = (int32_t)words,
                       .rows = at->shown.count,
                       .first_row = at->shown.first,
                       .ring = (int32_t)n};
}

/* The weighting of a head, as a column of the width and height of tall. */
static void draw_column(mann_inspector *at, const mann_family *family, int32_t h, mann_box tall)
{
    const mann_scene *scene = at->scene;
    int32_t c, r;
    size_t n = (size_t)family->locations;
    mann_heat column = matrix_heat(at);
    column.value = family->stage[MANN_STAGE_FINAL]->data +
                   ((size_t)scene->step * (size_t)family->heads + (size_t)h) * n;
    column.column_stride = 0;
    column.columns = 1;
    mann_shade weight = {.low = 0, .high = 1, .map = scene->map};
    mann_heat_paint(at->cr, &column, tall, &weight, at->theme);
    if (scene->pointed && mann_heat_cell(&column, tall, scene->x, scene->y, &c, &r)) {
        char number[32];
        snprintf(at->tip, sizeof at->tip, "%s%d · location %d · %s",
                 family->access == MANN_ACCESS_WRITE ? "W" : "R", h + 1,
                 (column.first_row + r) % column.ring,
                 mann_number(number, (double)mann_heat_at(&column, c, r)));
    }
    mann_mark(at->cr, family->access, mann_head_ink(at->theme->dark, family->access, h),
              tall.x + tall.w / 2, tall.y + tall.h + 7, 6);
    mann_frame(at->cr, (mann_box){tall.x - 1, tall.y - 1, tall.w + 2, tall.h + 2}, at->theme->line);
}

/* The columns of all heads of the memory in at most a third of the area; returns where they end. */
static double draw_columns(mann_inspector *at, mann_box area)
{
    const mann_episode *episode = at->scene->episode;
    double strip = 7, x = area.x;
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        if (family->matrix != at->family->matrix) {
            continue;
        }
        for (int32_t h = 0; h < family->heads && x - area.x < area.w / 3; h++) {
            draw_column(at, family, h, (mann_box){x, area.y, strip, area.h});
            x += strip + 3;
        }
    }
    return x;
}

/* The row of the pinned location. */
static void mark_pinned(mann_inspector *at, const mann_heat *heat, mann_box area, mann_box picture)
{
    int32_t row = mann_inspector_row(at, at->pin.location);
    if (row < 0) {
        return;
    }
    mann_box cell = mann_heat_cell_box(heat, picture, 0, row);
    double high = fmax(cell.h, 3);
    mann_pen_ink(at->cr, at->theme->pin, 0.9);
    cairo_set_line_width(at->cr, 1);
    cairo_rectangle(at->cr, area.x - 0.5, cell.y + cell.h / 2 - high / 2 - 0.5, area.w + 1,
                    high + 1);
    cairo_stroke(at->cr);
}

void mann_inspector_memory(mann_inspector *at, mann_box box)
{
    const mann_trace_array *matrix = at->family->matrix;
    const mann_scene *scene = at->scene;
    mann_heat heat = matrix_heat(at);
    mann_extent extent = mann_episode_extent(scene->episode, matrix);
    double limit = fmax(fabs(extent.low), fabs(extent.high));
    limit = limit > 0 ? ceil(limit * 10) / 10 : 1;
    mann_shade shade = {.low = -limit, .high = limit, .map = MANN_MAP_DIVERGING};
    mann_box area = mann_panel_area(box, true);
    double x = draw_columns(at, area);
    mann_box picture = {x + 2, area.y, fmax(1, area.x + area.w - x - 2), area.h};
    int32_t c, r;
    mann_heat_paint(at->cr, &heat, picture, &shade, at->theme);
    if (scene->pointed && mann_heat_cell(&heat, picture, scene->x, scene->y, &c, &r)) {
        char number[32];
        snprintf(at->tip, sizeof at->tip, "Memory · word %d · location %d · %s", c,
                 (heat.first_row + r) % heat.ring,
                 mann_number(number, (double)mann_heat_at(&heat, c, r)));
    }
    mann_panel panel = {.title = "Memory",
                        .x_name = matrix->axis[1],
                        .y_name = matrix->axis[2],
                        .shade = &shade,
                        .missing = extent.missing};
    mann_panel_draw(at->cr, at->theme, &panel, box, area);
    mann_frame(at->cr, (mann_box){picture.x - 1, picture.y - 1, picture.w + 2, picture.h + 2},
               at->theme->line);
    mann_panel_rows(at->cr, at->theme, area, &heat, 0);
    mann_panel_columns(at->cr, at->theme, picture, 0, heat.columns);
    mark_pinned(at, &heat, area, picture);
}
