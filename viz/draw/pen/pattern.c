/* Cells as rectangles, neighbours of one shade in one: sharp at every scale and in SVG. */
#include "draw/pen/pattern.h"

#include <math.h>

static int shade_of(double value)
{
    value = fmin(fmax(value, -1), 1);
    return (int)lround(250 - 235 * (value + 1) / 2);
}

void mann_pattern_paint(cairo_t *cr, const mann_pattern *pattern, mann_box box)
{
    double w = box.w / pattern->width, h = box.h / pattern->height;
    cairo_save(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    for (int32_t r = 0; r < pattern->height; r++) {
        int32_t first = r * pattern->width;
        int32_t last =
            first + pattern->width < pattern->units ? first + pattern->width : pattern->units;
        for (int32_t i = first; i < last;) {
            /* An unknown unit is not a shade between black and white. */
            bool unknown = pattern->state[i] == 0;
            int shade = shade_of((double)pattern->state[i]);
            int32_t run = i + 1;
            while (run < last && shade_of((double)pattern->state[run]) == shade &&
                   (pattern->state[run] == 0) == unknown) {
                run++;
            }
            double grey = shade / 255.0;
            cairo_set_source_rgb(cr, unknown ? 0.82 : grey, unknown ? 0.72 : grey,
                                 unknown ? 0.50 : grey);
            cairo_rectangle(cr, box.x + (i - first) * w, box.y + r * h, (run - i) * w, h);
            cairo_fill(cr);
            i = run;
        }
    }
    cairo_restore(cr);
}

mann_box mann_pattern_fit(const mann_pattern *pattern, mann_box room)
{
    double cell = fmin(room.w / pattern->width, room.h / pattern->height);
    cell = cell >= 4 ? floor(cell) : cell;
    double w = cell * pattern->width, h = cell * pattern->height;
    return (mann_box){floor(room.x + (room.w - w) / 2), floor(room.y + (room.h - h) / 2), w, h};
}

mann_box mann_pattern_cell(const mann_pattern *pattern, mann_box box, int32_t unit)
{
    double w = box.w / pattern->width, h = box.h / pattern->height;
    return (mann_box){box.x + unit % pattern->width * w,
                      box.y + (double)(unit / pattern->width) * h, w, h};
}

int32_t mann_pattern_unit(const mann_pattern *pattern, mann_box box, double x, double y)
{
    if (!mann_box_holds(box, x, y)) {
        return -1;
    }
    int32_t column = (int32_t)((x - box.x) / box.w * pattern->width);
    int32_t row = (int32_t)((y - box.y) / box.h * pattern->height);
    int32_t unit = row * pattern->width + column;
    return column < pattern->width && unit < pattern->units ? unit : -1;
}
