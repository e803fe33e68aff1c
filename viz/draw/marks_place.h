/* Where marks go on a panel, and the frame around one. */
#ifndef MANN_DRAW_MARKS_PLACE_H
#define MANN_DRAW_MARKS_PLACE_H

#include "draw/layout.h"

/* The part of steps first..last that is shown, as a stretch of x; false if none is. */
bool mann_marks_place(const mann_layout *layout, mann_box area, int32_t first, int32_t last,
                      double *x0, double *x1);
/* A frame, lined to be seen on any colour. */
void mann_marks_box(cairo_t *cr, const mann_theme *theme, mann_box box, mann_ink ink, double width);

#endif
