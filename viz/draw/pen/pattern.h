/* Patterns of a Hopfield store as pictures: +1 black, -1 white, whatever the theme. */
#ifndef MANN_DRAW_PEN_PATTERN_H
#define MANN_DRAW_PEN_PATTERN_H

#include "draw/pen/pen.h"

/* Units in rows from the top; the last row may be short. */
typedef struct mann_pattern {
    const float *state; /* -1..1; 0: unknown */
    int32_t units, width, height;
} mann_pattern;

void mann_pattern_paint(cairo_t *cr, const mann_pattern *pattern, mann_box box);

/* The largest box of the pattern's shape in the middle of a room; large cells are of whole pixels.
 */
mann_box mann_pattern_fit(const mann_pattern *pattern, mann_box room);

/* Where a unit lies, and the unit at a point; -1: none. */
mann_box mann_pattern_cell(const mann_pattern *pattern, mann_box box, int32_t unit);
int32_t mann_pattern_unit(const mann_pattern *pattern, mann_box box, double x, double y);

#endif
