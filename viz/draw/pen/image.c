/* PNG through Cairo, which keeps libpng's errors apart from ours. Brightness is the luma of the
 * stored values (Rec. 601), without undoing their gamma: a threshold of a half is then half of
 * what an image editor shows. */
#include "draw/pen/image.h"

#include <cairo.h>
#include <stdlib.h>
#include <string.h>

typedef struct stream {
    const char *data;
    size_t left;
} stream;

static cairo_status_t read_bytes(void *closure, unsigned char *out, unsigned length)
{
    stream *in = closure;
    if (in->left < length) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(out, in->data, length);
    in->data += length;
    in->left -= length;
    return CAIRO_STATUS_SUCCESS;
}

/* Pixels are 0xAARRGGBB in the machine's order, colours already multiplied by alpha. */
static void convert(cairo_surface_t *surface, bool opaque, int32_t width, int32_t height,
                    float *grey)
{
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            uint32_t p;
            memcpy(&p, pixels + (ptrdiff_t)y * stride + 4 * (ptrdiff_t)x, sizeof p);
            double luma = 0.299 * (p >> 16 & 255) + 0.587 * (p >> 8 & 255) + 0.114 * (p & 255);
            double white = opaque ? 0 : 255.0 - (p >> 24);
            grey[(size_t)y * (size_t)width + (size_t)x] = (float)((luma + white) / 255);
        }
    }
}

mann_status mann_image_png(mann_context *context, const char *name, const char *data, size_t size,
                           int32_t *width, int32_t *height, float **grey)
{
    stream in = {data, size};
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_bytes, &in);
    cairo_status_t problem = cairo_surface_status(surface);
    mann_status status = MANN_OK;
    if (problem == CAIRO_STATUS_READ_ERROR) {
        status = mann_fail(context, MANN_E_FORMAT, "%s: byte %zu: truncated PNG", name, size);
    } else if (problem) {
        /* Cairo calls some damage "out of memory". */
        status =
            mann_fail(context, MANN_E_FORMAT, "%s: byte %zu: damaged PNG%s", name, size - in.left,
                      problem == CAIRO_STATUS_NO_MEMORY ? ", or one that is too large" : "");
    } else {
        cairo_format_t format = cairo_image_surface_get_format(surface);
        *width = cairo_image_surface_get_width(surface);
        *height = cairo_image_surface_get_height(surface);
        size_t pixels = (size_t)*width * (size_t)*height;
        *grey = malloc((pixels ? pixels : 1) * sizeof **grey);
        if (format != CAIRO_FORMAT_ARGB32 && format != CAIRO_FORMAT_RGB24) {
            status = mann_fail(context, MANN_E_FORMAT,
                               "%s: a PNG of more than 8 bits a channel; convert it to 8", name);
        } else if (!*grey) {
            status = mann_fail(context, MANN_E_NOMEM, "%s: out of memory", name);
        } else {
            convert(surface, format == CAIRO_FORMAT_RGB24, *width, *height, *grey);
        }
        if (status) {
            free(*grey);
        }
    }
    cairo_surface_destroy(surface);
    return status;
}
