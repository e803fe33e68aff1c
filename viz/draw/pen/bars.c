/* Bars that have no room for names, or for gaps, go without. */
#include "draw/pen/bars.h"
#include "draw/pen/axis.h"

#include <math.h>
#include <stdio.h>

int32_t mann_bars_largest(const mann_bars *bars)
{
    int32_t best = 0;
    for (int32_t k = 1; k < bars->count; k++) {
        best = fabs(bars->value[k]) > fabs(bars->value[best]) ? k : best;
    }
    return best;
}

static void draw_ticks(cairo_t *cr, const mann_theme *theme, const mann_bars *bars, mann_box area)
{
    static const mann_align align[] = {MANN_LEFT, MANN_CENTRE, MANN_RIGHT};
    double tick[] = {bars->low, bars->low < 0 ? 0 : 0.5, 1};
    for (int i = 0; i < 3; i++) {
        char text[16];
        snprintf(text, sizeof text, "%g", tick[i]);
        mann_text(cr, MANN_FONT_SMALL, theme->muted,
                  area.x + area.w * (tick[i] - bars->low) / (1 - bars->low), area.y + area.h + 12,
                  align[i], text);
    }
}

void mann_bars_draw(cairo_t *cr, const mann_theme *theme, const mann_bars *bars, mann_box box)
{
    double x = box.x, low = bars->low;
    x += mann_text_fit(cr, MANN_FONT_TITLE, theme->text, x, box.y + 12, MANN_LEFT, box.w,
                       bars->title) +
         8;
    mann_text_fit(cr, MANN_FONT_TEXT, theme->muted, x, box.y + 12, MANN_LEFT,
                  fmax(0, box.x + box.w - x), bars->note);
    mann_box area = {box.x + 30, box.y + MANN_PANEL_TITLE, fmax(1, box.w - 34),
                     fmax(1, box.h - MANN_PANEL_TITLE - 16)};
    double high = area.h / (bars->count > 0 ? bars->count : 1);
    int64_t step = mann_round_step(9 / high);
    double zero = area.x + area.w * (0 - low) / (1 - low);
    for (int32_t k = 0; k < bars->count; k++) {
        double end = area.x + area.w * (fmin(fmax(bars->value[k], low), 1) - low) / (1 - low);
        double y = area.y + (bars->up ? bars->count - 1 - k : k) * high;
        bool here = k == bars->chosen;
        mann_pen_ink(cr, here ? theme->cursor : bars->ink, 1);
        cairo_rectangle(cr, fmin(zero, end), y + high * 0.12, fmax(fabs(end - zero), 0.5),
                        fmax(high * 0.76, 0.6));
        cairo_fill(cr);
        if ((k + bars->base) % step == 0) {
            char text[32];
            snprintf(text, sizeof text, "%s%d", bars->prefix, k + bars->base);
            mann_text(cr, MANN_FONT_SMALL, here ? theme->cursor : theme->muted, area.x - 5,
                      y + high / 2 + 3.5, MANN_RIGHT, text);
        }
    }
    mann_stroke(cr, floor(zero) + 0.5, area.y, floor(zero) + 0.5, area.y + area.h, theme->line, 1);
    mann_frame(cr, (mann_box){area.x - 1, area.y - 1, area.w + 2, area.h + 2}, theme->line);
    draw_ticks(cr, theme, bars, area);
}
