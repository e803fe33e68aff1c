/* The store inside a machine: what it makes of each step. */
#ifndef MANN_SHOW_LIVE_SETTLING_H
#define MANN_SHOW_LIVE_SETTLING_H

#include "show/scene.h"

/* What a form of the store does not have is NULL. */
typedef struct mann_settling {
    const mann_trace_array *state;        /* [T, settling, unit] */
    const mann_trace_array *energy;       /* [T, settling] */
    const mann_trace_array *overlaps;     /* [T, row] */
    const mann_trace_array *associations; /* [T, unit, unit], of the hebbian form */
    const mann_trace_array *rows;         /* [T, unit, row] */
    const mann_trace_array *retrieval;    /* [T, row], of the modern form */
} mann_settling;

/* False if the scene's episode has no store inside its machine. */
bool mann_settling_find(const mann_scene *scene, mann_settling *found);

#endif
