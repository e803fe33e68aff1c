/* The parts of what a task has marked in its episode. */
#ifndef MANN_DRAW_MARKS_H
#define MANN_DRAW_MARKS_H

#include "draw/layout.h"

/* Of a layout that has a ranking. The asides write nothing where there is nothing to say. */
void mann_marks_ranking(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                        const mann_pane *pane);
void mann_marks_ranking_aside(const mann_layout *layout, const mann_pane *pane, char text[96]);

/* Of n-grams; nothing on other tasks. */
void mann_marks_contexts(cairo_t *cr, const mann_scene *scene, const mann_layout *layout,
                         const mann_pane *pane);
/* "after 01101 so far 4 × 1, 2 × 0" */
void mann_marks_contexts_aside(const mann_scene *scene, char text[96]);

#endif
