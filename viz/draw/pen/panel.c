/* What every panel shares, so that all look alike: title at the left, legend at the right, names
 * and ticks outside the frame. */
#include "draw/pen/panel.h"
#include "draw/pen/axis.h"

#include <math.h>
#include <stdio.h>

mann_box mann_panel_area(mann_box box, bool foot)
{
    double below = foot ? MANN_PANEL_FOOT : 2;
    return (mann_box){box.x + MANN_PANEL_GUTTER, box.y + MANN_PANEL_TITLE,
                      fmax(1, box.w - MANN_PANEL_GUTTER - 4),
                      fmax(1, box.h - MANN_PANEL_TITLE - below)};
}

static void limit_text(char text[32], double value)
{
    double size = fabs(value);
    if (size != 0 && (size < 0.001 || size >= 10000)) {
        snprintf(text, 32, "%.0e", value);
    } else {
        snprintf(text, 32, "%.3g", value);
    }
}

/* The map from end to end, a cell for every pixel. */
static void paint_bar(cairo_t *cr, const mann_theme *theme, const mann_shade *shade, mann_box bar)
{
    enum { MOST = 64 };
    float ramp[MOST];
    int32_t cells = bar.w < MOST ? (int32_t)bar.w : MOST;
    for (int32_t i = 0; i < cells; i++) {
        ramp[i] = (float)i / (float)(cells - 1);
    }
    mann_heat heat = {.value = ramp, .column_stride = 1, .columns = cells, .rows = 1, .ring = 1};
    mann_shade even = {.low = 0, .high = 1, .map = shade->map};
    mann_heat_paint(cr, &heat, bar, &even, theme);
    mann_frame(cr, (mann_box){bar.x - 1, bar.y - 1, bar.w + 2, bar.h + 2}, theme->line);
}

double mann_legend(cairo_t *cr, const mann_theme *theme, const mann_shade *shade, bool missing,
                   double x, double y)
{
    static const char *const scale_name[] = {"", "√ ", "log "};
    enum { BAR = 44 };
    double start = x;
    char low[32], high[32];
    bool logarithmic = shade->scale == MANN_SCALE_LOG;
    limit_text(low, logarithmic ? shade->high * MANN_LOG_FLOOR : shade->low);
    limit_text(high, shade->high);
    mann_ink ink = shade->automatic ? theme->amber : theme->muted;
    x -= mann_text(cr, MANN_FONT_SMALL, ink, x, y, MANN_RIGHT, high) + 4 + BAR;
    paint_bar(cr, theme, shade, (mann_box){floor(x), floor(y) - 7, BAR, 7});
    x -= 4;
    x -= mann_text(cr, MANN_FONT_SMALL, ink, x, y, MANN_RIGHT, low) + 4;
    if (logarithmic) {
        x += 3;
        x -= mann_text(cr, MANN_FONT_SMALL, ink, x, y, MANN_RIGHT, "≤");
    }
    if (shade->automatic || shade->scale != MANN_SCALE_LINEAR) {
        char mode[32];
        snprintf(mode, sizeof mode, "%s%s", scale_name[shade->scale],
                 shade->automatic ? "auto " : "");
        x -= mann_text(cr, MANN_FONT_SMALL, theme->amber, x, y, MANN_RIGHT, mode);
    }
    if (missing) {
        x -= mann_text(cr, MANN_FONT_SMALL, theme->muted, x - 4, y, MANN_RIGHT, "NaN") + 8 + 9;
        mann_fill(cr, (mann_box){floor(x) + 2, floor(y) - 7, 7, 7}, theme->missing);
    }
    return start - x;
}

void mann_panel_draw(cairo_t *cr, const mann_theme *theme, const mann_panel *panel, mann_box box,
                     mann_box area)
{
    double baseline = floor(area.y) - 5, x = area.x, end = area.x + area.w;
    if (panel->shade) {
        end -= mann_legend(cr, theme, panel->shade, panel->missing, end, baseline) + 6;
    }
    if (panel->access != MANN_ACCESS_NONE) {
        mann_mark(cr, panel->access, panel->ink, x + 4, baseline - 4, 8);
        x += 12;
    }
    if (panel->tag) {
        x += mann_text(cr, MANN_FONT_TITLE, panel->ink, x, baseline, MANN_LEFT, panel->tag) + 5;
    }
    if (panel->title) {
        x += mann_text_fit(cr, MANN_FONT_TITLE, theme->text, x, baseline, MANN_LEFT, end - x,
                           panel->title);
    }
    if (panel->note && end - x > 30) {
        x += 8 + mann_text_fit(cr, MANN_FONT_TEXT, panel->note_ink, x + 8, baseline, MANN_LEFT,
                               end - x - 8, panel->note);
    }
    if (panel->aside && end - x > 30) {
        mann_text_fit(cr, MANN_FONT_TEXT, theme->muted, x + 10, baseline, MANN_LEFT, end - x - 10,
                      panel->aside);
    }
    mann_box frame = {area.x - 1, area.y - 1, area.w + 2, area.h + 2};
    mann_frame(cr, frame, panel->focused ? theme->cursor : theme->line);
    if (panel->y_name && area.h >= 24) {
        cairo_save(cr);
        cairo_rectangle(cr, box.x, area.y - 4, MANN_PANEL_GUTTER, area.h + 8);
        cairo_clip(cr);
        mann_text_up(cr, MANN_FONT_SMALL, theme->faint, area.x - 30, area.y + area.h / 2,
                     panel->y_name);
        cairo_restore(cr);
    }
    if (panel->x_name) {
        mann_text(cr, MANN_FONT_SMALL, theme->faint, area.x + area.w / 2, area.y + area.h + 23,
                  MANN_CENTRE, panel->x_name);
    }
}

void mann_panel_columns(cairo_t *cr, const mann_theme *theme, mann_box area, int32_t first,
                        int32_t count)
{
    double cell = area.w / count;
    int64_t step = mann_round_step(34 / cell);
    for (int64_t i = (first + step - 1) / step * step; i < (int64_t)first + count; i += step) {
        char text[32];
        double x = area.x + ((double)(i - first) + 0.5) * cell, y = area.y + area.h;
        mann_stroke(cr, floor(x) + 0.5, y + 1, floor(x) + 0.5, y + 4, theme->line, 1);
        snprintf(text, sizeof text, "%lld", (long long)i);
        mann_text(cr, MANN_FONT_SMALL, theme->muted, x, y + 13, MANN_CENTRE, text);
    }
}

void mann_panel_rows(cairo_t *cr, const mann_theme *theme, mann_box area, const mann_heat *heat,
                     int32_t base)
{
    double cell = area.h / heat->rows;
    int64_t step = mann_round_step(fmax(12 / cell, 1));
    double last = INFINITY;
    if (base && (heat->ring < 2 || step > 1)) { /* heads: numbers for all or for none */
        return;
    }
    for (int32_t i = 0; i < heat->rows; i++) {
        int64_t number = ((int64_t)heat->first_row + i) % heat->ring + base;
        double y = area.y + area.h - (i + 0.5) * cell;
        if (number % step || last - y < 10) {
            continue;
        }
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)number);
        mann_stroke(cr, area.x - 4, floor(y) + 0.5, area.x - 1, floor(y) + 0.5, theme->line, 1);
        mann_text(cr, MANN_FONT_SMALL, theme->muted, area.x - 6, y + 3.5, MANN_RIGHT, text);
        last = y;
    }
}
