/* Heat maps, in two ways that look the same.
 *
 * On pixels: the cells become an image, one pixel each, which Cairo enlarges with its nearest
 * filter. An image never has more columns or rows than the box has device pixels; larger data is
 * pooled first, by the number of largest size, and colours are looked up after pooling.
 *
 * On SVG and PDF: nearest filtering is lost there, so cells are rectangles. Runs of equal colour
 * along a row are merged, then equal runs of neighbouring rows; the commonest colour is one
 * rectangle under everything; and rectangles of one colour are one path. */
#include "draw/pen/heat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rectangles reach this far under the next ones, or readers of PDF show hairlines in between. */
static const double overlap = 0.15;

enum { MISSING = MANN_MAP_SIZE, COLOURS = MANN_MAP_SIZE + 1 };

float mann_heat_at(const mann_heat *heat, int32_t column, int32_t row)
{
    int32_t wrapped = (int32_t)(((int64_t)heat->first_row + row) % heat->ring);
    return heat->value[(size_t)column * heat->column_stride + (size_t)wrapped * heat->row_stride];
}

bool mann_heat_cell(const mann_heat *heat, mann_box box, double x, double y, int32_t *column,
                    int32_t *row)
{
    if (!mann_box_holds(box, x, y)) {
        return false;
    }
    int32_t c = (int32_t)((x - box.x) / box.w * heat->columns);
    int32_t r = (int32_t)((box.y + box.h - y) / box.h * heat->rows);
    *column = c < heat->columns ? c : heat->columns - 1;
    *row = r < heat->rows ? r : heat->rows - 1;
    return true;
}

mann_box mann_heat_cell_box(const mann_heat *heat, mann_box box, int32_t column, int32_t row)
{
    double w = box.w / heat->columns, h = box.h / heat->rows;
    return (mann_box){box.x + column * w, box.y + box.h - (row + 1) * h, w, h};
}

/* Shown cells first..last of `cells` that share pixel i of `pixels`. */
static int32_t share(int32_t i, int32_t pixels, int32_t cells)
{
    return (int32_t)((int64_t)i * cells / pixels);
}

static float strongest(const mann_heat *heat, int32_t c0, int32_t c1, int32_t r0, int32_t r1)
{
    float best = 0;
    for (int32_t c = c0; c < c1; c++) {
        const float *column = heat->value + (size_t)c * heat->column_stride;
        int32_t r = (int32_t)(((int64_t)heat->first_row + r0) % heat->ring);
        for (int32_t i = r0; i < r1; i++) {
            float value = column[(size_t)r * heat->row_stride];
            if (isnan(value)) {
                return value;
            }
            best = fabsf(value) > fabsf(best) ? value : best;
            r = r + 1 < heat->ring ? r + 1 : 0;
        }
    }
    return best;
}

/* Fills index [rows][columns], the top row first, with entries of the map. */
static void pool(const mann_heat *heat, const mann_shade *shade, int32_t columns, int32_t rows,
                 uint16_t *index)
{
    double scale = (MANN_MAP_SIZE - 1) / (shade->high - shade->low);
    for (int32_t c = 0; c < columns; c++) {
        int32_t c0 = share(c, columns, heat->columns), c1 = share(c + 1, columns, heat->columns);
        for (int32_t r = 0; r < rows; r++) {
            int32_t r0 = share(r, rows, heat->rows), r1 = share(r + 1, rows, heat->rows);
            float value = strongest(heat, c0, c1, r0, r1);
            uint16_t *place = &index[(size_t)(rows - 1 - r) * (size_t)columns + (size_t)c];
            if (isnan(value)) {
                *place = MISSING;
            } else if (shade->scale == MANN_SCALE_LINEAR) {
                double level = (value - shade->low) * scale + 0.5;
                *place = (uint16_t)(level < 0                ? 0
                                    : level >= MANN_MAP_SIZE ? MANN_MAP_SIZE - 1
                                                             : level);
            } else {
                *place = (uint16_t)mann_shade_index(shade, value);
            }
        }
    }
}

static void paint_pixels(cairo_t *cr, const uint16_t *index, int32_t columns, int32_t rows,
                         mann_box box, const uint32_t *colour)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        unsigned char *data = cairo_image_surface_get_data(image);
        size_t stride = (size_t)cairo_image_surface_get_stride(image);
        for (int32_t r = 0; r < rows; r++) {
            uint32_t *line = (uint32_t *)(void *)(data + (size_t)r * stride);
            for (int32_t c = 0; c < columns; c++) {
                line[c] = colour[index[(size_t)r * (size_t)columns + (size_t)c]];
            }
        }
        cairo_surface_mark_dirty(image);
        cairo_save(cr);
        cairo_rectangle(cr, box.x, box.y, box.w, box.h);
        cairo_clip(cr);
        cairo_translate(cr, box.x, box.y);
        cairo_scale(cr, box.w / columns, box.h / rows);
        cairo_set_source_surface(cr, image, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
        cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
        cairo_paint(cr);
        cairo_restore(cr);
    }
    cairo_surface_destroy(image);
}

static uint16_t commonest(const uint16_t *index, size_t cells)
{
    size_t count[COLOURS] = {0};
    uint16_t best = 0;
    for (size_t i = 0; i < cells; i++) {
        count[index[i]]++;
    }
    for (uint16_t i = 1; i < COLOURS; i++) {
        best = count[i] > count[best] ? i : best;
    }
    return best;
}

/* Adds the rectangles of one colour to the path; used cells become the ground colour. */
static bool add_rectangles(cairo_t *cr, uint16_t *index, int32_t columns, int32_t rows,
                           mann_box box, uint16_t colour, uint16_t ground)
{
    double w = box.w / columns, h = box.h / rows;
    bool any = false;
    for (int32_t r = 0; r < rows; r++) {
        uint16_t *line = index + (size_t)r * (size_t)columns;
        for (int32_t c = 0; c < columns; c++) {
            if (line[c] != colour) {
                continue;
            }
            int32_t end = c + 1, below = r + 1;
            while (end < columns && line[end] == colour) {
                end++;
            }
            for (bool same = true; same && below < rows; below += same) {
                const uint16_t *other = index + (size_t)below * (size_t)columns;
                for (int32_t k = c; same && k < end; k++) {
                    same = other[k] == colour;
                }
            }
            for (int32_t k = r; k < below; k++) {
                for (int32_t m = c; m < end; m++) {
                    index[(size_t)k * (size_t)columns + (size_t)m] = ground;
                }
            }
            double right = fmin(box.x + end * w + overlap, box.x + box.w);
            double bottom = fmin(box.y + below * h + overlap, box.y + box.h);
            cairo_rectangle(cr, box.x + c * w, box.y + r * h, right - box.x - c * w,
                            bottom - box.y - r * h);
            any = true;
        }
    }
    return any;
}

static void paint_rectangles(cairo_t *cr, uint16_t *index, int32_t columns, int32_t rows,
                             mann_box box, const uint32_t *colour)
{
    uint16_t ground = commonest(index, (size_t)columns * (size_t)rows);
    bool present[COLOURS] = {false};
    for (size_t i = 0; i < (size_t)columns * (size_t)rows; i++) {
        present[index[i]] = true;
    }
    cairo_save(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE); /* no seams between neighbours */
    mann_fill(cr, box, mann_ink_from_pixel(colour[ground]));
    for (uint16_t i = 0; i < COLOURS; i++) {
        if (i != ground && present[i] && add_rectangles(cr, index, columns, rows, box, i, ground)) {
            mann_pen_ink(cr, mann_ink_from_pixel(colour[i]), 1);
            cairo_fill(cr);
        }
    }
    cairo_restore(cr);
}

/* At most as many as the device has pixels along the length. */
static int32_t at_most(int32_t cells, double pixels)
{
    double limit = fmax(1, floor(pixels));
    return cells <= limit ? cells : (int32_t)limit;
}

void mann_heat_paint(cairo_t *cr, const mann_heat *heat, mann_box box, const mann_shade *shade,
                     const mann_theme *theme)
{
    if (heat->columns < 1 || heat->rows < 1 || !(box.w > 0) || !(box.h > 0)) {
        return;
    }
    double wide = box.w, tall = box.h;
    cairo_user_to_device_distance(cr, &wide, &tall);
    bool vector = mann_is_vector(cr);
    int32_t columns = at_most(heat->columns, fabs(wide) * (vector ? 4 : 1));
    int32_t rows = at_most(heat->rows, fabs(tall) * (vector ? 4 : 1));
    uint16_t *index = malloc((size_t)columns * (size_t)rows * sizeof *index);
    if (!index) {
        mann_pen_starve(cr);
        return;
    }
    uint32_t colour[COLOURS];
    memcpy(colour, mann_map_table(shade->map, theme->dark), MANN_MAP_SIZE * sizeof *colour);
    colour[MISSING] = 0xff000000u | (uint32_t)lround(theme->missing.red * 255) << 16 |
                      (uint32_t)lround(theme->missing.green * 255) << 8 |
                      (uint32_t)lround(theme->missing.blue * 255);
    pool(heat, shade, columns, rows, index);
    if (vector) {
        paint_rectangles(cr, index, columns, rows, box, colour);
    } else {
        paint_pixels(cr, index, columns, rows, box, colour);
    }
    free(index);
}
