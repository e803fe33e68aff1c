/* Bars: a number for each of many, from 0 to the right and to the left. */
#ifndef MANN_DRAW_PEN_BARS_H
#define MANN_DRAW_PEN_BARS_H

#include "draw/pen/panel.h"

typedef struct mann_bars {
    const char *title, *note;
    int32_t count;
    const double *value;
    double low; /* the axis is low..1; low is 0 or -1 */
    mann_ink ink;
    int32_t chosen;     /* drawn in the cursor's ink; -1: none */
    const char *prefix; /* of the names: "#" and 1, 2, ... */
    int32_t base;       /* the first number */
    bool up;            /* the first at the bottom */
} mann_bars;

void mann_bars_draw(cairo_t *cr, const mann_theme *theme, const mann_bars *bars, mann_box box);

/* The one of the largest size; 0 if there is none. */
int32_t mann_bars_largest(const mann_bars *bars);

#endif
