/* Pages: pictures that no screen shows, as PNG, SVG or PDF. */
#ifndef MANN_DRAW_PEN_PAGE_H
#define MANN_DRAW_PEN_PAGE_H

#include "draw/pen/panel.h"

enum {
    MANN_PAGE_MARGIN = 18,
    MANN_PAGE_HEAD = 66 /* title and two lines below it */
};

typedef void mann_page_function(cairo_t *cr, const mann_theme *theme, const void *what);

/* Draws into memory, to be freed. format is png, svg or pdf. MANN_E_INVAL, MANN_E_NOMEM, MANN_E_IO.
 */
mann_status mann_page_draw(mann_context *context, const char *format, bool dark, double width,
                           double height, mann_page_function *draw, const void *what, char **data,
                           size_t *size);

/* Title, and a subtitle in up to two lines that break at a "·". */
void mann_page_head(cairo_t *cr, const mann_theme *theme, double width, const char *title,
                    const char *subtitle);

#endif
