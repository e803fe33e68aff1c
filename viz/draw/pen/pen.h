/* Strokes, fills, words and marks on a Cairo context. Lengths are logical pixels. */
#ifndef MANN_DRAW_PEN_PEN_H
#define MANN_DRAW_PEN_PEN_H

#include "draw/pen/theme.h"
#include <cairo.h>
#include <mann/base.h>

typedef struct mann_box {
    double x, y, w, h;
} mann_box;

static inline bool mann_box_holds(mann_box box, double x, double y)
{
    return x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
}

/* The box less margin on every side, never of negative size. */
mann_box mann_box_inset(mann_box box, double margin);

void mann_pen_ink(cairo_t *cr, mann_ink ink, double opacity);
void mann_fill(cairo_t *cr, mann_box box, mann_ink ink);
/* A hairline frame just inside the box, crisp at any scale. */
void mann_frame(cairo_t *cr, mann_box box, mann_ink ink);
void mann_stroke(cairo_t *cr, double x0, double y0, double x1, double y1, mann_ink ink,
                 double width);

typedef enum mann_align { MANN_LEFT, MANN_CENTRE, MANN_RIGHT } mann_align;

typedef struct mann_font {
    double size;
    bool bold, mono;
} mann_font;

/* Words on a baseline; the return value is their width. */
double mann_text(cairo_t *cr, mann_font font, mann_ink ink, double x, double y, mann_align align,
                 const char *text);
/* The same, cut with an ellipsis to at most width. */
double mann_text_fit(cairo_t *cr, mann_font font, mann_ink ink, double x, double y,
                     mann_align align, double width, const char *text);
double mann_text_width(cairo_t *cr, mann_font font, const char *text);

/* Words turned to read upwards, centred on (x, y), x the baseline. */
void mann_text_up(cairo_t *cr, mann_font font, mann_ink ink, double x, double y, const char *text);

/* The triangle of a write head, the disc of a read head, size high, centred. */
void mann_mark(cairo_t *cr, mann_access access, mann_ink ink, double x, double y, double size);

/* A number in few characters: 0.982, 12.3, -0.034, 1.2e-05. */
const char *mann_number(char text[32], double value);
/* 12000 as 12,000. */
const char *mann_count(char text[32], int64_t value);

/* Memory was short, and something is missing in the picture. */
void mann_pen_starve(cairo_t *cr);
/* Cairo's own status, or that. */
cairo_status_t mann_pen_status(cairo_t *cr);

/* False for a surface of pixels. */
bool mann_is_vector(cairo_t *cr);

#endif
