#include "canvas.h"

#include "fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fontconfig keeps what it has read until the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

canvas canvas_make(int width, int height)
{
    canvas made;
    made.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    made.cr = cairo_create(made.surface);
    return made;
}

void canvas_free(canvas *self)
{
    assert_int_equal(cairo_status(self->cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(self->cr);
    cairo_surface_destroy(self->surface);
}

uint32_t pixel(const canvas *self, double x, double y)
{
    cairo_surface_flush(self->surface);
    const unsigned char *data = cairo_image_surface_get_data(self->surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(self->surface);
    uint32_t value;
    memcpy(&value, data + (size_t)y * stride + (size_t)x * 4, sizeof value);
    return value | 0xff000000u;
}

uint32_t pixel_of(mann_ink ink)
{
    return 0xff000000u | (uint32_t)lround(ink.red * 255) << 16 |
           (uint32_t)lround(ink.green * 255) << 8 | (uint32_t)lround(ink.blue * 255);
}

int apart(uint32_t a, uint32_t b)
{
    int most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int difference = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        most = difference > most ? difference : most;
    }
    return most;
}
