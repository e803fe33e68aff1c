/* Places and frames of marks. */
#include "draw/marks_place.h"

#include <math.h>

bool mann_marks_place(const mann_layout *layout, mann_box area, int32_t first, int32_t last,
                      double *x0, double *x1)
{
    double cell = area.w / layout->count;
    *x0 = area.x + fmax(first - layout->first, 0) * cell;
    *x1 = area.x + fmin((double)last + 1 - layout->first, layout->count) * cell;
    return *x1 > *x0 && last >= layout->first;
}

void mann_marks_box(cairo_t *cr, const mann_theme *theme, mann_box box, mann_ink ink, double width)
{
    box = (mann_box){floor(box.x) + 0.5, floor(box.y) + 0.5, fmax(1, round(box.w) - 1),
                     fmax(1, round(box.h) - 1)};
    for (int pass = 0; pass < 2; pass++) {
        mann_pen_ink(cr, pass ? ink : theme->page, pass ? 1 : 0.6);
        cairo_set_line_width(cr, pass ? width : width + 2);
        cairo_rectangle(cr, box.x, box.y, box.w, box.h);
        cairo_stroke(cr);
    }
}
