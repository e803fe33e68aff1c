/* Line plots of any number of points: where several fall on one pixel column, the line goes from
 * the first to the extremes to the last, so that spikes stay and time is bounded. */
#include "draw/pen/plot.h"

#include <math.h>
#include <stdio.h>

static void widen(double *low, double *high, const double *value, int32_t count, bool log)
{
    for (int32_t i = 0; value && i < count; i++) {
        if (isfinite(value[i]) && (!log || value[i] > 0)) {
            *low = fmin(*low, value[i]);
            *high = fmax(*high, value[i]);
        }
    }
}

/* Whether a logarithmic axis needs a place for 0. */
static bool has_zero(const mann_plot *plot)
{
    for (int32_t i = 0; i < plot->n_curves; i++) {
        for (int32_t k = 0; k < plot->curve[i].count; k++) {
            if (plot->curve[i].y[k] == 0) {
                return true;
            }
        }
    }
    return false;
}

static void find_axes(const mann_plot *plot, mann_axis *x, mann_axis *y)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int32_t i = 0; i < plot->n_curves; i++) {
        const mann_curve *curve = &plot->curve[i];
        widen(&x0, &x1, curve->x, curve->count, plot->log_x);
        widen(&y0, &y1, curve->y, curve->count, plot->log_y);
        widen(&y0, &y1, curve->low, curve->count, plot->log_y);
        widen(&y0, &y1, curve->high, curve->count, plot->log_y);
    }
    for (int32_t i = 0; i < plot->n_guides; i++) {
        if (!plot->guide[i].upright) {
            widen(&y0, &y1, &plot->guide[i].value, 1, plot->log_y);
        }
    }
    *x = plot->x_low < plot->x_high ? (mann_axis){plot->x_low, plot->x_high, .log = plot->log_x}
                                    : mann_axis_make(x0, x1, plot->log_x);
    if (!plot->log_x && !(plot->x_low < plot->x_high) && x0 < x1) {
        *x = (mann_axis){x0, x1, .log = false}; /* no empty margin on the side of time */
    }
    x->whole = plot->whole_x;
    *y = plot->y_low < plot->y_high ? (mann_axis){plot->y_low, plot->y_high, .log = plot->log_y}
                                    : mann_axis_make(y0, y1, plot->log_y);
    if (plot->log_y && !(plot->y_low < plot->y_high) && y0 <= y1 && has_zero(plot)) {
        y->low = pow(10, floor(log10(y->low) + 1e-9)) / 10; /* a decade below what is not 0 */
        y->zero = true;
    }
}

static double place_x(const mann_plot_place *place, double value)
{
    return place->area.x + place->area.w * mann_axis_place(&place->x, value);
}

static double place_y(const mann_plot_place *place, double value)
{
    double up = mann_axis_place(&place->y, value);
    return place->area.y + place->area.h * (1 - fmin(fmax(up, -1), 2));
}

static void draw_grid(cairo_t *cr, const mann_theme *theme, const mann_plot_place *place, bool bare)
{
    double tick[MANN_MAX_TICKS];
    mann_box area = place->area;
    mann_ink grid = mann_ink_mix(theme->page, theme->line, 0.45);
    char text[32];
    int count = mann_axis_ticks(&place->x, (int)(area.w / 70) + 1, tick);
    for (int i = 0; i < count; i++) {
        double x = floor(place_x(place, tick[i])) + 0.5;
        mann_stroke(cr, x, area.y, x, area.y + area.h, grid, 1);
        if (!bare) {
            mann_axis_label(&place->x, tick[i], text);
            mann_text(cr, MANN_FONT_SMALL, theme->muted, x, area.y + area.h + 13, MANN_CENTRE,
                      text);
        }
    }
    count = mann_axis_ticks(&place->y, (int)(area.h / 32) + 1, tick);
    for (int i = 0; i < count; i++) {
        double y = floor(place_y(place, tick[i])) + 0.5;
        mann_stroke(cr, area.x, y, area.x + area.w, y, grid, 1);
        mann_axis_label(&place->y, tick[i], text);
        mann_text(cr, MANN_FONT_SMALL, theme->muted, area.x - 5, y + 3.5, MANN_RIGHT, text);
    }
}

static void trace_curve(cairo_t *cr, const mann_plot_place *place, const mann_curve *curve)
{
    bool down = false;
    double column = -1, least = 0, most = 0, last = 0;
    for (int32_t i = 0; i < curve->count; i++) {
        double x = place_x(place, curve->x[i]), y = place_y(place, curve->y[i]);
        if (!isfinite(x) || !isfinite(y)) {
            down = false;
            continue;
        }
        bool same = down && floor(x) == column;
        if (same) {
            least = fmin(least, y);
            most = fmax(most, y);
            last = y;
            if (i + 1 < curve->count && isfinite(curve->y[i + 1]) &&
                floor(place_x(place, curve->x[i + 1])) == column) {
                continue;
            }
            cairo_line_to(cr, x, least);
            cairo_line_to(cr, x, most);
            cairo_line_to(cr, x, last);
            continue;
        }
        if (down) {
            cairo_line_to(cr, x, y);
        } else {
            cairo_move_to(cr, x, y);
        }
        column = floor(x);
        least = most = y;
        down = true;
    }
}

static void draw_band(cairo_t *cr, const mann_plot_place *place, const mann_curve *curve)
{
    if (!curve->low || !curve->high || curve->count < 2) {
        return;
    }
    for (int32_t i = 0; i < curve->count; i++) {
        cairo_line_to(cr, place_x(place, curve->x[i]), place_y(place, curve->high[i]));
    }
    for (int32_t i = curve->count; i-- > 0;) {
        cairo_line_to(cr, place_x(place, curve->x[i]), place_y(place, curve->low[i]));
    }
    cairo_close_path(cr);
    mann_pen_ink(cr, curve->ink, 0.22);
    cairo_fill(cr);
}

static void draw_curve(cairo_t *cr, const mann_plot_place *place, const mann_curve *curve)
{
    static const double dash[] = {5, 3};
    mann_pen_ink(cr, curve->ink, 1);
    cairo_set_line_width(cr, curve->thin ? 0.8 : 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cr, dash, curve->dashed ? 2 : 0, 0);
    if (!curve->points) {
        trace_curve(cr, place, curve);
        cairo_stroke(cr);
    }
    cairo_set_dash(cr, NULL, 0, 0);
    bool dots = curve->dots || curve->points || curve->count == 1;
    for (int32_t i = 0; dots && i < curve->count; i++) {
        double x = place_x(place, curve->x[i]), y = place_y(place, curve->y[i]);
        if (isfinite(x) && isfinite(y)) {
            cairo_new_sub_path(cr);
            cairo_arc(cr, x, y, curve->points ? 3 : 2.2, 0, 6.283185307179586);
        }
    }
    cairo_fill(cr);
}

static void draw_guides(cairo_t *cr, const mann_theme *theme, const mann_plot *plot,
                        const mann_plot_place *place)
{
    static const double dash[] = {4, 4};
    mann_box area = place->area;
    for (int32_t i = 0; i < plot->n_guides; i++) {
        const mann_guide *guide = &plot->guide[i];
        cairo_set_dash(cr, dash, guide->upright ? 0 : 2, 0);
        if (guide->upright) {
            double x = floor(place_x(place, guide->value)) + 0.5;
            mann_stroke(cr, x, area.y, x, area.y + area.h, guide->ink, 1);
        } else {
            double y = floor(place_y(place, guide->value)) + 0.5;
            mann_stroke(cr, area.x, y, area.x + area.w, y, guide->ink, 1);
            if (guide->name) { /* on a ground of its own, as curves may cross it */
                double wide = mann_text_width(cr, MANN_FONT_SMALL, guide->name);
                double top = y - 12 < area.y ? y + 1 : y - 12;
                mann_pen_ink(cr, theme->page, 0.75);
                cairo_rectangle(cr, area.x + 3, top, wide + 4, 11);
                cairo_fill(cr);
                mann_text(cr, MANN_FONT_SMALL, theme->muted, area.x + 5, top + 9, MANN_LEFT,
                          guide->name);
            }
        }
        cairo_set_dash(cr, NULL, 0, 0);
    }
}

/* The curve's line or dot, 14 wide. */
static void draw_sample(cairo_t *cr, const mann_curve *curve, double x, double y)
{
    static const double dash[] = {4, 2};
    if (curve->points) {
        mann_mark(cr, MANN_ACCESS_READ, curve->ink, x + 9, y, 7);
        return;
    }
    cairo_set_dash(cr, dash, curve->dashed ? 2 : 0, 0);
    mann_stroke(cr, x, y, x + 14, y, curve->ink, 2);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* At the right end of the title row, from the right. */
static void draw_names(cairo_t *cr, const mann_theme *theme, const mann_plot *plot, mann_box area)
{
    double x = area.x + area.w, y = floor(area.y) - 5;
    double stop = area.x + mann_text_width(cr, MANN_FONT_TITLE, plot->title) + 6;
    for (int32_t i = plot->n_curves; i-- > 0;) {
        const mann_curve *curve = &plot->curve[i];
        if (!curve->name) {
            continue;
        }
        double width = mann_text_width(cr, MANN_FONT_SMALL, curve->name);
        if (x - width - 20 < stop) {
            break;
        }
        mann_text(cr, MANN_FONT_SMALL, theme->muted, x, y, MANN_RIGHT, curve->name);
        x -= width + 4;
        draw_sample(cr, curve, x - 14, y - 3.5);
        x -= 14 + 12;
    }
}

mann_plot_place mann_plot_draw(cairo_t *cr, const mann_theme *theme, const mann_plot *plot,
                               mann_box box)
{
    mann_plot_place place = {.area = mann_panel_area(box, !plot->bare)};
    find_axes(plot, &place.x, &place.y);
    mann_panel panel = {.title = plot->title,
                        .x_name = plot->x_name,
                        .y_name = plot->y_name,
                        .focused = plot->focused};
    int64_t points = 0;
    for (int32_t i = 0; i < plot->n_curves; i++) {
        points += plot->curve[i].count;
    }
    if (points || !plot->empty) {
        draw_grid(cr, theme, &place, plot->bare);
    }
    cairo_save(cr);
    cairo_rectangle(cr, place.area.x - 3, place.area.y - 3, place.area.w + 6, place.area.h + 6);
    cairo_clip(cr); /* with room for the dots at the rim */
    draw_guides(cr, theme, plot, &place);
    for (int32_t i = 0; i < plot->n_curves; i++) {
        draw_band(cr, &place, &plot->curve[i]);
    }
    for (int32_t i = 0; i < plot->n_curves; i++) { /* no band over a line */
        draw_curve(cr, &place, &plot->curve[i]);
    }
    cairo_restore(cr);
    if (!points && plot->empty) {
        mann_text_fit(cr, MANN_FONT_TEXT, theme->muted, place.area.x + place.area.w / 2,
                      place.area.y + place.area.h / 2, MANN_CENTRE, place.area.w - 8, plot->empty);
    }
    mann_panel_draw(cr, theme, &panel, box, place.area);
    if (plot->n_curves > 1) {
        draw_names(cr, theme, plot, place.area);
    }
    return place;
}
