/* Colours: inks, and the maps from numbers to colours. */
#ifndef MANN_DRAW_PEN_COLOUR_H
#define MANN_DRAW_PEN_COLOUR_H

#include "show/looks.h"

#include <stdbool.h>
#include <stdint.h>

/* sRGB, 0..1 each. */
typedef struct mann_ink {
    double red, green, blue;
} mann_ink;

enum { MANN_MAP_SIZE = 256 };

/* MANN_MAP_SIZE colours 0xffRRGGBB from least to most. The diverging map has its middle between
 * entries 127 and 128. */
const uint32_t *mann_map_table(mann_map map, bool dark);

mann_ink mann_ink_from_pixel(uint32_t pixel);

/* Lightness in Oklab, 0..1: how bright people see it. */
double mann_ink_lightness(mann_ink ink);

/* Oklab (Ottosson 2020): lightness 0..1, chroma, hue in degrees; clipped to sRGB. */
mann_ink mann_ink_oklab(double lightness, double chroma, double hue);

/* amount of b over a. */
mann_ink mann_ink_mix(mann_ink a, mann_ink b, double amount);

typedef struct mann_shade {
    double low, high;      /* limits; low < high, and low = -high on the diverging map */
    mann_scale_kind scale; /* ROOT and LOG need low = 0 */
    mann_map map;
    bool automatic; /* limits taken from the data where a fixed scale exists: to be labelled */
} mann_shade;

/* The smallest number that the logarithmic scale tells from 0, as a part of high. */
#define MANN_LOG_FLOOR 1e-4

/* 0..1, clipped; NaN for NaN. */
double mann_shade_place(const mann_shade *shade, double value);

/* Index into the map's table; -1 for NaN. */
int mann_shade_index(const mann_shade *shade, double value);

#endif
