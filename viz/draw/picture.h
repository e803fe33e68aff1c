/* The picture of a scene. The window, PNG, SVG, PDF and every frame of a film are this function on
 * another surface. */
#ifndef MANN_DRAW_PICTURE_H
#define MANN_DRAW_PICTURE_H

#include "show/scene.h"

#include <cairo.h>

/* Draws at logical size; scale the context for more pixels. */
void mann_scene_draw(cairo_t *cr, const mann_scene *scene);

#endif
