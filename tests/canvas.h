/* A picture in memory, and its pixels. */
#ifndef MANN_TESTS_CANVAS_H
#define MANN_TESTS_CANVAS_H

#include "draw/pen/colour.h"

#include <cairo.h>
#include <stdint.h>

typedef struct canvas {
    cairo_surface_t *surface;
    cairo_t *cr;
} canvas;

canvas canvas_make(int width, int height);
/* Fails the test if Cairo had minded anything. */
void canvas_free(canvas *self);

/* Alpha is always 255. */
uint32_t pixel(const canvas *self, double x, double y);
uint32_t pixel_of(mann_ink ink);
/* The largest difference of a component, of 255. */
int apart(uint32_t a, uint32_t b);

#endif
