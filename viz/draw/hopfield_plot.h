/* Pictures of the Hopfield store on its own: sweeps, and recalled patterns with their energies. */
#ifndef MANN_DRAW_HOPFIELD_PLOT_H
#define MANN_DRAW_HOPFIELD_PLOT_H

#include <mann/base.h>

typedef struct mann_hopfield_curve {
    const char *name;
    int32_t count;
    const double *x, *y;
    const double *low, *high; /* of the band, or NULL */
    bool reference;           /* theory, or what to compare with: dashed and grey */
} mann_hopfield_curve;

typedef struct mann_hopfield_sweep_plot {
    const char *title, *subtitle, *x_name, *y_name;
    bool unit_range; /* y from 0 to 1 */
    bool log_x;
    double mark; /* an upright line at this x, with its name; NaN: none */
    const char *mark_name;
    int32_t n_curves;
    const mann_hopfield_curve *curve;
} mann_hopfield_sweep_plot;

/* Pictures in rows: what was stored, the cue, and what each rule made of it. */
typedef struct mann_hopfield_gallery {
    const char *title, *subtitle;
    int32_t width, height; /* of a picture, in units; the last row may be short */
    int32_t units;
    int32_t rows, columns;
    const char *const *row_name; /* [rows] */
    const float *const *state;   /* [rows, columns], -1 (white) .. 1 (black), 0: unknown */
    const char *const *caption;  /* [rows, columns]; NULL: none */
    const bool *failed;          /* [rows, columns]: the caption is of a failure */
    /* Below: energy against changes, a curve for each column. */
    int32_t n_paths;
    const mann_hopfield_curve *path;
    const char *path_name; /* of its x axis */
    /* And the overlap of each final state with each stored pattern, [columns, patterns]. */
    int32_t patterns;
    const float *overlap;
} mann_hopfield_gallery;

/* Draws into memory, to be freed. format is png, svg or pdf. MANN_E_INVAL, MANN_E_NOMEM, MANN_E_IO.
 */
mann_status mann_hopfield_draw_sweep(mann_context *context, const mann_hopfield_sweep_plot *plot,
                                     const char *format, bool dark, char **data, size_t *size);
mann_status mann_hopfield_draw_gallery(mann_context *context, const mann_hopfield_gallery *gallery,
                                       const char *format, bool dark, char **data, size_t *size);

#endif
