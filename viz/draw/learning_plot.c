/* Learning curves: over the sequences seen, the median of each group with a band from the lower to
 * the upper quartile. Names stand in rows above the plot, which gets what room they leave: those of
 * groups are long. */
#include "draw/learning_plot.h"

#include "draw/pen/page.h"
#include "draw/pen/plot.h"

#include <math.h>

enum { WIDTH = 940, HEIGHT = 540, ROW = 18, SWATCH = 20, MOST_CURVES = 24, MOST_MARKS = 8 };

static void draw_name(cairo_t *cr, const mann_theme *theme, int32_t i, const char *name, double x,
                      double y)
{
    mann_ink ink = mann_curve_ink(theme->dark, i);
    cairo_rectangle(cr, x, y + 2, SWATCH, 9);
    mann_pen_ink(cr, ink, 0.22);
    cairo_fill(cr);
    mann_stroke(cr, x, y + 6.5, x + SWATCH, y + 6.5, ink, 2);
    mann_text_fit(cr, MANN_FONT_TEXT, theme->text, x + SWATCH + 6, y + 10.5, MANN_LEFT,
                  WIDTH - MANN_PAGE_MARGIN - x - SWATCH - 6, name);
}

/* Returns where the next thing goes. */
static double draw_names(cairo_t *cr, const mann_theme *theme, const mann_learning_plot *from,
                         int32_t count)
{
    double left = MANN_PAGE_MARGIN + MANN_PANEL_GUTTER, x = left, y = MANN_PAGE_HEAD + 2;
    if (count < 2) {
        return y;
    }
    for (int32_t i = 0; i < count; i++) {
        double width = SWATCH + 6 + mann_text_width(cr, MANN_FONT_TEXT, from->curve[i].name);
        if (x > left && x + width > WIDTH - MANN_PAGE_MARGIN) {
            x = left;
            y += ROW;
        }
        draw_name(cr, theme, i, from->curve[i].name, x, y);
        x += width + 20;
    }
    return y + ROW;
}

static void draw(cairo_t *cr, const mann_theme *theme, const void *what)
{
    const mann_learning_plot *from = what;
    mann_curve curve[MOST_CURVES];
    mann_guide guide[MOST_MARKS];
    int32_t count = from->n_curves < MOST_CURVES ? from->n_curves : MOST_CURVES;
    int32_t marks = from->n_marks < MOST_MARKS ? from->n_marks : MOST_MARKS;
    double last = 0;
    for (int32_t i = 0; i < count; i++) {
        const mann_band *band = from->curve[i].band;
        curve[i] = (mann_curve){.count = band->count,
                                .x = band->x,
                                .y = band->median,
                                .low = band->low,
                                .high = band->high,
                                .ink = mann_curve_ink(theme->dark, i)};
        last = band->count ? fmax(last, band->x[band->count - 1]) : last;
    }
    for (int32_t i = 0; i < marks; i++) {
        guide[i] = (mann_guide){
            .name = from->mark[i].name, .value = from->mark[i].value, .ink = theme->muted};
    }
    mann_plot plot = {.title = "",
                      .x_name = "sequences",
                      .y_name = from->y_name,
                      .x_high = last,
                      .log_y = from->log_y,
                      .n_curves = count,
                      .n_guides = marks,
                      .curve = curve,
                      .guide = guide,
                      .empty = "no validation yet"};
    mann_page_head(cr, theme, WIDTH, from->title, from->subtitle);
    double y = draw_names(cr, theme, from, count) - MANN_PANEL_TITLE + 8;
    mann_plot_draw(cr, theme, &plot,
                   (mann_box){MANN_PAGE_MARGIN, y, WIDTH - 2 * MANN_PAGE_MARGIN,
                              HEIGHT - MANN_PAGE_MARGIN - y});
}

mann_status mann_learning_draw(mann_context *context, const mann_learning_plot *plot,
                               const char *format, bool dark, char **data, size_t *size)
{
    return mann_page_draw(context, format, dark, WIDTH, HEIGHT, draw, plot, data, size);
}
