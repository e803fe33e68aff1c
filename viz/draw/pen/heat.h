/* Heat maps: numbers in columns and rows as coloured cells. */
#ifndef MANN_DRAW_PEN_HEAT_H
#define MANN_DRAW_PEN_HEAT_H

#include "draw/pen/pen.h"

/* Columns run right, rows run up. The rows shown may be a window that wraps around, as the
 * locations of a ring do: row i of the picture is row (first_row + i) mod ring of the data. */
typedef struct mann_heat {
    const float *value; /* of column c, row r: value[c * column_stride + r * row_stride] */
    size_t column_stride, row_stride;
    int32_t columns, rows; /* shown */
    int32_t first_row, ring;
} mann_heat;

/* The cells, filling the box. Where there are more cells than pixels, a pixel shows the number of
 * largest size among its cells, so that a focused weighting never falls through the net. */
void mann_heat_paint(cairo_t *cr, const mann_heat *heat, mann_box box, const mann_shade *shade,
                     const mann_theme *theme);

/* The data's number at a cell of the picture. */
float mann_heat_at(const mann_heat *heat, int32_t column, int32_t row);

/* The cell at a point of the box; false outside. */
bool mann_heat_cell(const mann_heat *heat, mann_box box, double x, double y, int32_t *column,
                    int32_t *row);

/* Where a cell lies. */
mann_box mann_heat_cell_box(const mann_heat *heat, mann_box box, int32_t column, int32_t row);

#endif
