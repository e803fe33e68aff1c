/* Cairo's simple text interface with one family of fonts is all that is used, so that pictures
 * are the same wherever DejaVu is installed. Metrics are not hinted: a layout at scale 1 is the
 * layout at scale 2 and on paper. */
#include "draw/pen/pen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mann_box mann_box_inset(mann_box box, double margin)
{
    return (mann_box){box.x + margin, box.y + margin, fmax(0, box.w - 2 * margin),
                      fmax(0, box.h - 2 * margin)};
}

void mann_pen_ink(cairo_t *cr, mann_ink ink, double opacity)
{
    cairo_set_source_rgba(cr, ink.red, ink.green, ink.blue, opacity);
}

void mann_fill(cairo_t *cr, mann_box box, mann_ink ink)
{
    mann_pen_ink(cr, ink, 1);
    cairo_rectangle(cr, box.x, box.y, box.w, box.h);
    cairo_fill(cr);
}

void mann_frame(cairo_t *cr, mann_box box, mann_ink ink)
{
    if (box.w < 1 || box.h < 1) {
        return;
    }
    mann_pen_ink(cr, ink, 1);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, floor(box.x) + 0.5, floor(box.y) + 0.5, floor(box.w) - 1, floor(box.h) - 1);
    cairo_stroke(cr);
}

void mann_stroke(cairo_t *cr, double x0, double y0, double x1, double y1, mann_ink ink,
                 double width)
{
    mann_pen_ink(cr, ink, 1);
    cairo_set_line_width(cr, width);
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

static void choose_font(cairo_t *cr, mann_font font)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(cr, font.mono ? "DejaVu Sans Mono" : "DejaVu Sans",
                           CAIRO_FONT_SLANT_NORMAL,
                           font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, font.size);
}

static double advance(cairo_t *cr, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    return extents.x_advance;
}

double mann_text_width(cairo_t *cr, mann_font font, const char *text)
{
    choose_font(cr, font);
    return advance(cr, text);
}

static double show(cairo_t *cr, mann_ink ink, double x, double y, mann_align align,
                   const char *text)
{
    double width = advance(cr, text);
    mann_pen_ink(cr, ink, 1);
    cairo_move_to(cr, x - (align == MANN_LEFT ? 0 : align == MANN_RIGHT ? width : width / 2), y);
    cairo_show_text(cr, text);
    cairo_new_path(cr);
    return width;
}

double mann_text(cairo_t *cr, mann_font font, mann_ink ink, double x, double y, mann_align align,
                 const char *text)
{
    choose_font(cr, font);
    return show(cr, ink, x, y, align, text);
}

double mann_text_fit(cairo_t *cr, mann_font font, mann_ink ink, double x, double y,
                     mann_align align, double width, const char *text)
{
    choose_font(cr, font);
    if (advance(cr, text) <= width) {
        return show(cr, ink, x, y, align, text);
    }
    char cut[256];
    size_t length = strlen(text);
    length = length < sizeof cut - 4 ? length : sizeof cut - 4;
    memcpy(cut, text, length);
    for (;;) {
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--; /* never inside a UTF-8 character */
        }
        memcpy(cut + length, "…", sizeof "…");
        if (!length || advance(cr, cut) <= width) {
            break;
        }
        length--;
    }
    return length ? show(cr, ink, x, y, align, cut) : 0;
}

void mann_text_up(cairo_t *cr, mann_font font, mann_ink ink, double x, double y, const char *text)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, -1.5707963267948966);
    mann_text(cr, font, ink, 0, 0, MANN_CENTRE, text);
    cairo_restore(cr);
}

void mann_mark(cairo_t *cr, mann_access access, mann_ink ink, double x, double y, double size)
{
    double half = size / 2;
    mann_pen_ink(cr, ink, 1);
    if (access == MANN_ACCESS_WRITE) {
        cairo_move_to(cr, x, y - half);
        cairo_line_to(cr, x + half, y + half);
        cairo_line_to(cr, x - half, y + half);
        cairo_close_path(cr);
    } else if (access == MANN_ACCESS_READ) {
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, half, 0, 6.283185307179586);
    }
    cairo_fill(cr);
}

const char *mann_number(char text[32], double value)
{
    double size = fabs(value);
    if (!isfinite(value)) {
        snprintf(text, 32, "%s", isnan(value) ? "NaN" : value > 0 ? "∞" : "−∞");
    } else if (size == 0) {
        snprintf(text, 32, "0");
    } else if (size < 5e-4 || size >= 1e6) {
        snprintf(text, 32, "%.1e", value);
    } else {
        snprintf(text, 32, "%.*f", size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0, value);
    }
    return text;
}

const char *mann_count(char text[32], int64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)llabs(value));
    char *out = text;
    if (value < 0) {
        *out++ = '-';
    }
    for (int i = 0; i < length; i++) {
        *out++ = digits[i];
        if (i + 1 < length && (length - i - 1) % 3 == 0) {
            *out++ = ',';
        }
    }
    *out = 0;
    return text;
}

static const cairo_user_data_key_t starved;

void mann_pen_starve(cairo_t *cr)
{
    static char yes;
    cairo_set_user_data(cr, &starved, &yes, NULL);
}

cairo_status_t mann_pen_status(cairo_t *cr)
{
    return cairo_get_user_data(cr, &starved) ? CAIRO_STATUS_NO_MEMORY : cairo_status(cr);
}

bool mann_is_vector(cairo_t *cr)
{
    cairo_surface_type_t type = cairo_surface_get_type(cairo_get_group_target(cr));
    return type != CAIRO_SURFACE_TYPE_IMAGE;
}
