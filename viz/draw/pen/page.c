/* Pages are drawn into memory: the caller decides how a file is replaced. */
#include "draw/pen/page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PNG_SCALE 1.5

/* Memory that a Cairo surface writes to. */
typedef struct sink {
    char *data;
    size_t size, room;
} sink;

static cairo_status_t pour(void *closure, const unsigned char *data, unsigned length)
{
    sink *to = closure;
    if (to->room - to->size < length) {
        size_t room = 2 * to->room + length;
        char *larger = realloc(to->data, room);
        if (!larger) {
            return CAIRO_STATUS_NO_MEMORY;
        }
        to->data = larger;
        to->room = room;
    }
    memcpy(to->data + to->size, data, length);
    to->size += length;
    return CAIRO_STATUS_SUCCESS;
}

mann_status mann_page_draw(mann_context *context, const char *format, bool dark, double width,
                           double height, mann_page_function *draw, const void *what, char **data,
                           size_t *size)
{
    sink to = {NULL, 0, 0};
    bool png = !strcmp(format, "png");
    cairo_surface_t *surface;
    if (png) {
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * PNG_SCALE),
                                             (int)(height * PNG_SCALE));
    } else if (!strcmp(format, "svg")) {
        surface = cairo_svg_surface_create_for_stream(pour, &to, width, height);
    } else if (!strcmp(format, "pdf")) {
        surface = cairo_pdf_surface_create_for_stream(pour, &to, width, height);
    } else {
        return mann_fail(context, MANN_E_INVAL, "pictures are png, svg or pdf, not %s", format);
    }
    cairo_t *cr = cairo_create(surface);
    if (png) {
        cairo_scale(cr, PNG_SCALE, PNG_SCALE);
    }
    const mann_theme *theme = mann_theme_get(dark);
    mann_fill(cr, (mann_box){0, 0, width, height}, theme->page);
    draw(cr, theme, what);
    cairo_status_t status = mann_pen_status(cr);
    cairo_destroy(cr);
    if (png && !status) {
        status = cairo_surface_write_to_png_stream(surface, pour, &to);
    }
    cairo_surface_finish(surface);
    status = status ? status : cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status) {
        free(to.data);
        return mann_fail(context, status == CAIRO_STATUS_NO_MEMORY ? MANN_E_NOMEM : MANN_E_IO,
                         "the picture could not be drawn: %s", cairo_status_to_string(status));
    }
    *data = to.data;
    *size = to.size;
    return MANN_OK;
}

void mann_page_head(cairo_t *cr, const mann_theme *theme, double page, const char *title,
                    const char *subtitle)
{
    const mann_font large = {.size = 15, .bold = true};
    double width = page - 2 * MANN_PAGE_MARGIN;
    mann_text_fit(cr, large, theme->text, MANN_PAGE_MARGIN, 28, MANN_LEFT, width, title);
    char first[384];
    snprintf(first, sizeof first, "%s", subtitle);
    const char *rest = "";
    char *dot = first + strlen(first);
    while (mann_text_width(cr, MANN_FONT_TEXT, first) > width) {
        while (dot > first && strncmp(dot, " · ", 4)) {
            dot--;
        }
        if (dot == first) {
            break;
        }
        *dot = 0;
        rest = subtitle + (dot - first) + 4;
    }
    mann_text_fit(cr, MANN_FONT_TEXT, theme->muted, MANN_PAGE_MARGIN, 45, MANN_LEFT, width, first);
    mann_text_fit(cr, MANN_FONT_TEXT, theme->muted, MANN_PAGE_MARGIN, 60, MANN_LEFT, width, rest);
}
