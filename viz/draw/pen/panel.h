/* Panels: the frame around a picture, with everything that says what it shows. */
#ifndef MANN_DRAW_PEN_PANEL_H
#define MANN_DRAW_PEN_PANEL_H

#include "draw/pen/heat.h"

/* The type of all pictures. */
#define MANN_FONT_TITLE ((mann_font){.size = 11, .bold = true})
#define MANN_FONT_TEXT ((mann_font){.size = 11})
#define MANN_FONT_SMALL ((mann_font){.size = 9.5})
#define MANN_FONT_DIGITS ((mann_font){.size = 11, .mono = true})

enum {
    MANN_PANEL_TITLE = 17,  /* height of the title row */
    MANN_PANEL_GUTTER = 38, /* width of ticks and name on the left */
    MANN_PANEL_FOOT = 27    /* height of ticks and name below, where there are any */
};

/* The words around a panel. NULL or zero: nothing of that kind. */
typedef struct mann_panel {
    const char *title;
    mann_access access; /* of a head: drawn with tag ("W1") before the title */
    mann_ink ink;
    const char *tag;
    const char *note; /* a finding, behind the title: "0 wrong" */
    mann_ink note_ink;
    const char *aside; /* behind the note */
    const char *x_name, *y_name;
    const mann_shade *shade; /* its legend goes to the right end of the title row */
    bool missing;            /* some cells are not numbers: the legend explains their colour */
    bool focused;
} mann_panel;

/* Where the picture goes in a panel's box. */
mann_box mann_panel_area(mann_box box, bool foot);

/* Title row and frame. */
void mann_panel_draw(cairo_t *cr, const mann_theme *theme, const mann_panel *panel, mann_box box,
                     mann_box area);

/* Ticks at the centres of cells: along the bottom from number `first`, and up the left side for
 * the rows of a heat map, where row 0 is called `base`. */
void mann_panel_columns(cairo_t *cr, const mann_theme *theme, mann_box area, int32_t first,
                        int32_t count);
void mann_panel_rows(cairo_t *cr, const mann_theme *theme, mann_box area, const mann_heat *heat,
                     int32_t base);

/* The bar of a shade with its limits, right-aligned at x; returns its whole width. */
double mann_legend(cairo_t *cr, const mann_theme *theme, const mann_shade *shade, bool missing,
                   double x, double y);

#endif
