/* The parts of the inspector, which is drawn from the top down. */
#ifndef MANN_DRAW_INSPECTOR_INSPECTOR_H
#define MANN_DRAW_INSPECTOR_INSPECTOR_H

#include "draw/layout.h"

typedef struct mann_inspector {
    cairo_t *cr;
    const mann_scene *scene;
    const mann_theme *theme;
    const mann_family *family; /* NULL: the model has no heads */
    mann_pin pin;
    const mann_layout *layout;
    const mann_what_if_result *what; /* NULL: not asked, or not known */
    mann_stretch shown;              /* locations of the family */
    mann_box box;                    /* what is left, from the top */
    char tip[128];                   /* what is under the pointer */
} mann_inspector;

/* The location's place among those shown, -1 if it is not. */
int32_t mann_inspector_row(const mann_inspector *at, int32_t location);

/* A name at the left, a number at the right. */
void mann_inspector_line(mann_inspector *at, mann_ink ink, const char *left, const char *right);

/* What each stage of addressing made of the weighting, as bars over the locations. */
void mann_inspector_stages(mann_inspector *at);

/* Lines of what the memory tells besides, by role. */
void mann_inspector_values(mann_inspector *at);

/* The memory at the step, the weightings of all its heads at its left side. */
void mann_inspector_memory(mann_inspector *at, mann_box box);

#endif
