/* Pictures of the Hopfield store: a sweep as curves with their intervals beside what theory says,
 * and a gallery of stored, damaged and recalled patterns, over the energies on the way and the
 * overlaps at the end.
 *
 * Everything is laid out on a page of fixed width whose height follows from what it holds, drawn
 * into memory: the caller decides how a file is replaced. */
#include "draw/hopfield_plot.h"

#include "draw/pen/heat.h"
#include "draw/pen/page.h"
#include "draw/pen/pattern.h"
#include "draw/pen/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 940,
    MARGIN = MANN_PAGE_MARGIN,
    HEAD = MANN_PAGE_HEAD,
    SWEEP = 400,     /* height of a sweep's plot */
    ROW_NAMES = 116, /* left of a gallery */
    GAP = 10,        /* between pictures */
    CAPTION = 16,    /* below each */
    LARGEST_CELL = 96,
    BELOW = 230, /* height of the panels under a gallery */
    MOST_CURVES = 64
};

static mann_curve make_curve(const mann_theme *theme, const mann_hopfield_curve *from, int i)
{
    return (mann_curve){.name = from->name,
                        .count = from->count,
                        .x = from->x,
                        .y = from->y,
                        .low = from->low,
                        .high = from->high,
                        .ink = from->reference ? theme->muted : mann_curve_ink(theme->dark, i),
                        .dashed = from->reference,
                        .dots = !from->reference};
}

static void draw_sweep(cairo_t *cr, const mann_theme *theme, const void *what)
{
    const mann_hopfield_sweep_plot *from = what;
    mann_curve curve[MOST_CURVES];
    mann_guide guide = {.name = NULL, .value = from->mark, .upright = true, .ink = theme->amber};
    int32_t count = from->n_curves < MOST_CURVES ? from->n_curves : MOST_CURVES;
    double least = 0, left = INFINITY, right = -INFINITY;
    for (int32_t i = 0; i < count; i++) {
        curve[i] = make_curve(theme, &from->curve[i], i);
        for (int32_t k = 0; k < curve[i].count; k++) {
            least = fmin(least, curve[i].low ? curve[i].low[k] : curve[i].y[k]);
            left = fmin(left, curve[i].x[k]);
            right = fmax(right, curve[i].x[k]);
        }
    }
    mann_plot plot = {.title = "",
                      .x_name = from->x_name,
                      .y_name = from->y_name,
                      .log_x = from->log_x,
                      .y_low = from->unit_range ? fmax(least, -1) - 0.03 : 0,
                      .y_high = from->unit_range ? 1.04 : 0,
                      .n_curves = count,
                      .n_guides = isfinite(from->mark) ? 1 : 0,
                      .curve = curve,
                      .guide = &guide};
    if (left < right) { /* room for the dots at both ends */
        double room = from->log_x ? pow(right / left, 0.015) : 0.015 * (right - left);
        plot.x_low = from->log_x ? left / room : left - room;
        plot.x_high = from->log_x ? right * room : right + room;
    }
    mann_box box = {MARGIN, HEAD, WIDTH - 2 * MARGIN, SWEEP};
    mann_page_head(cr, theme, WIDTH, from->title, from->subtitle);
    mann_plot_place place = mann_plot_draw(cr, theme, &plot, box);
    if (isfinite(from->mark) && from->mark > place.x.low && from->mark < place.x.high) {
        double x = place.area.x + place.area.w * mann_axis_place(&place.x, from->mark);
        mann_text(cr, MANN_FONT_TEXT, theme->amber, x + 5, place.area.y + place.area.h - 8,
                  MANN_LEFT, from->mark_name);
    }
}

mann_status mann_hopfield_draw_sweep(mann_context *context, const mann_hopfield_sweep_plot *plot,
                                     const char *format, bool dark, char **data, size_t *size)
{
    return mann_page_draw(context, format, dark, WIDTH, HEAD + SWEEP + MARGIN, draw_sweep, plot,
                          data, size);
}

/* Size of one picture of a gallery. */
static mann_box cell_size(const mann_hopfield_gallery *from)
{
    double width = (WIDTH - 2.0 * MARGIN - ROW_NAMES) / from->columns - GAP;
    double side = fmin(width, LARGEST_CELL);
    double shape = (double)from->height / from->width;
    double w = side, h = side * shape;
    if (h > 1.5 * side) {
        w *= 1.5 * side / h;
        h = 1.5 * side;
    }
    return (mann_box){0, 0, w, fmax(h, 6)};
}

static double rows_height(const mann_hopfield_gallery *from)
{
    return from->rows * (cell_size(from).h + CAPTION + GAP);
}

static void draw_pictures(cairo_t *cr, const mann_theme *theme, const mann_hopfield_gallery *from)
{
    mann_box cell = cell_size(from);
    double across = (WIDTH - 2.0 * MARGIN - ROW_NAMES) / from->columns;
    across = fmin(across, LARGEST_CELL + 3 * GAP);
    for (int32_t r = 0; r < from->rows; r++) {
        double y = HEAD + 6 + r * (cell.h + CAPTION + GAP);
        mann_text_fit(cr, MANN_FONT_TITLE, theme->text, MARGIN, y + cell.h / 2 + 4, MANN_LEFT,
                      ROW_NAMES - GAP, from->row_name[r]);
        for (int32_t c = 0; c < from->columns; c++) {
            int32_t at = r * from->columns + c;
            mann_box box = {MARGIN + ROW_NAMES + c * across, y, cell.w, cell.h};
            mann_pattern pattern = {from->state[at], from->units, from->width, from->height};
            mann_pattern_paint(cr, &pattern, box);
            mann_box frame = {box.x - 1, box.y - 1, box.w + 2, box.h + 2};
            mann_frame(cr, frame, from->failed[at] ? theme->bad : theme->line);
            if (from->caption[at]) {
                /* The numbers of the first row are the legend of the energies. */
                mann_ink ink = from->failed[at]          ? theme->bad
                               : r == 0 && from->n_paths ? mann_curve_ink(theme->dark, c)
                                                         : theme->muted;
                mann_text_fit(cr, r ? MANN_FONT_SMALL : MANN_FONT_TITLE, ink, box.x,
                              box.y + box.h + 12, MANN_LEFT, across - 4, from->caption[at]);
            }
        }
    }
}

static void draw_paths(cairo_t *cr, const mann_theme *theme, const mann_hopfield_gallery *from,
                       mann_box box)
{
    mann_curve curve[MOST_CURVES];
    int32_t count = from->n_paths < MOST_CURVES ? from->n_paths : MOST_CURVES;
    for (int32_t i = 0; i < count; i++) {
        curve[i] = make_curve(theme, &from->path[i], i);
        curve[i].name = NULL;
        curve[i].dots = curve[i].count < 24;
    }
    mann_plot plot = {.title = "Energy on the way",
                      .x_name = from->path_name,
                      .n_curves = count,
                      .curve = curve,
                      .empty = "nothing changed"};
    mann_plot_draw(cr, theme, &plot, box);
}

static void draw_overlaps(cairo_t *cr, const mann_theme *theme, const mann_hopfield_gallery *from,
                          mann_box box)
{
    static const mann_shade shade = {.low = -1, .high = 1, .map = MANN_MAP_DIVERGING};
    size_t columns = (size_t)from->patterns, rows = (size_t)from->columns;
    /* Heat maps run up; the first cue is to be on top. */
    float *turned = malloc(columns * rows * sizeof *turned);
    if (!turned) {
        mann_pen_starve(cr);
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        memcpy(turned + r * columns, from->overlap + (rows - 1 - r) * columns,
               columns * sizeof *turned);
    }
    mann_box area = mann_panel_area(box, true);
    mann_heat heat = {.value = turned,
                      .column_stride = 1,
                      .row_stride = columns,
                      .columns = from->patterns,
                      .rows = from->columns,
                      .ring = from->columns};
    mann_heat_paint(cr, &heat, area, &shade, theme);
    mann_panel panel = {
        .title = "Overlap with every pattern at the end", .x_name = "pattern", .shade = &shade};
    mann_panel_draw(cr, theme, &panel, box, area);
    mann_panel_columns(cr, theme, area, 1, from->patterns);
    double high = area.h / from->columns;
    for (int32_t r = 0; r < from->columns; r++) {
        mann_text(cr, MANN_FONT_SMALL, mann_curve_ink(theme->dark, r), area.x - 5,
                  area.y + (r + 0.5) * high + 3.5, MANN_RIGHT, from->caption[r]);
    }
    free(turned);
}

static void draw_gallery(cairo_t *cr, const mann_theme *theme, const void *what)
{
    const mann_hopfield_gallery *from = what;
    mann_page_head(cr, theme, WIDTH, from->title, from->subtitle);
    draw_pictures(cr, theme, from);
    double y = HEAD + rows_height(from) + 12, half = (WIDTH - 3.0 * MARGIN) / 2;
    if (from->n_paths) {
        draw_paths(cr, theme, from, (mann_box){MARGIN, y, half, BELOW});
    }
    if (from->patterns) {
        draw_overlaps(cr, theme, from, (mann_box){2 * MARGIN + half, y, half, BELOW});
    }
}

mann_status mann_hopfield_draw_gallery(mann_context *context, const mann_hopfield_gallery *gallery,
                                       const char *format, bool dark, char **data, size_t *size)
{
    double below = gallery->n_paths || gallery->patterns ? BELOW + 12 : 0;
    return mann_page_draw(context, format, dark, WIDTH,
                          HEAD + rows_height(gallery) + below + MARGIN, draw_gallery, gallery, data,
                          size);
}
