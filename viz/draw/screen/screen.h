/* The parts of a scene, each in a file of its own. */
#ifndef MANN_DRAW_SCREEN_SCREEN_H
#define MANN_DRAW_SCREEN_SCREEN_H

#include "draw/layout.h"
#include "draw/screen/lab_places.h"

void mann_draw_memory(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
/* Of a scene whose episode has a store inside its machine. */
void mann_draw_store(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
/* Of a scene that has a lab. */
void mann_draw_lab(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
void mann_draw_chips(cairo_t *cr, const mann_scene *scene, const mann_lab_places *at);
/* Of a scene that has a tale. */
void mann_draw_hops(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
void mann_draw_training(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
/* The table of its runs; errors: the metric of what is wrong, and what its column is called. */
void mann_draw_runs(cairo_t *cr, const mann_scene *scene, const char *errors,
                    const char *errors_head, mann_box box);
/* Phases and marks of the task, on a panel over steps; their names, in its title row; what they say
 * behind its title. And the ranking of a layout that has one, as a panel. */
void mann_draw_marks(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                     const mann_pane *pane);
void mann_draw_mark_names(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                          const mann_pane *pane);
void mann_marks_aside(const mann_scene *scene, const mann_layout *layout, const mann_pane *pane,
                      char text[96]);
void mann_draw_ranking(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                       mann_box box);
void mann_draw_inspector(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
void mann_draw_header(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
void mann_draw_footer(cairo_t *cr, const mann_scene *scene, const mann_layout *layout);
void mann_draw_help(cairo_t *cr, const mann_scene *scene);

/* A short text in a box at a point, kept inside the picture. */
void mann_draw_tip(cairo_t *cr, const mann_scene *scene, double x, double y, const char *text);

/* What a screen says while it has nothing to show. */
void mann_draw_placeholder(cairo_t *cr, const mann_scene *scene, mann_box box, const char *title,
                           const char *const *lines);

#endif
