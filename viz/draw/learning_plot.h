/* Learning curves of groups of runs on a page of their own. */
#ifndef MANN_DRAW_LEARNING_PLOT_H
#define MANN_DRAW_LEARNING_PLOT_H

#include "draw/band.h"

typedef struct mann_learning_curve {
    const char *name;
    const mann_band *band;
} mann_learning_curve;

/* A number to compare with, such as a published one or an optimum. */
typedef struct mann_learning_mark {
    const char *name;
    double value;
} mann_learning_mark;

typedef struct mann_learning_plot {
    const char *title, *subtitle, *y_name;
    bool log_y;
    int32_t n_curves, n_marks;
    const mann_learning_curve *curve;
    const mann_learning_mark *mark;
} mann_learning_plot;

/* Draws into memory, to be freed. format is png, svg or pdf. MANN_E_INVAL, MANN_E_NOMEM, MANN_E_IO.
 */
mann_status mann_learning_draw(mann_context *context, const mann_learning_plot *plot,
                               const char *format, bool dark, char **data, size_t *size);

#endif
