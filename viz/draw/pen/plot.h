/* Line plots. */
#ifndef MANN_DRAW_PEN_PLOT_H
#define MANN_DRAW_PEN_PLOT_H

#include "draw/pen/axis.h"
#include "draw/pen/panel.h"

/* A curve through the points whose numbers are finite; it breaks where they are not. */
typedef struct mann_curve {
    const char *name; /* for the legend; NULL: not listed */
    int32_t count;
    const double *x, *y;
    const double *low, *high; /* of a band around the curve, or NULL */
    mann_ink ink;
    bool dashed, dots; /* dots: a mark at every point */
    bool points;       /* dots and no line */
    bool thin;         /* stands back behind others */
} mann_curve;

/* A line across the plot at one number. */
typedef struct mann_guide {
    const char *name;
    double value;
    bool upright; /* at an x; else at a y */
    mann_ink ink;
} mann_guide;

typedef struct mann_plot {
    const char *title, *x_name, *y_name;
    bool log_x, log_y;
    bool whole_x;                        /* the x are counts: no ticks between them */
    double x_low, x_high, y_low, y_high; /* both 0: taken from the curves */
    int32_t n_curves, n_guides;
    const mann_curve *curve;
    const mann_guide *guide;
    const char *empty; /* what to say if there is no point */
    bool focused;
    bool bare; /* nothing below the frame */
} mann_plot;

/* The area and axes that mann_plot_draw uses, to find the point under a pointer. */
typedef struct mann_plot_place {
    mann_box area;
    mann_axis x, y;
} mann_plot_place;

mann_plot_place mann_plot_draw(cairo_t *cr, const mann_theme *theme, const mann_plot *plot,
                               mann_box box);

#endif
