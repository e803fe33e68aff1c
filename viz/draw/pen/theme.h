/* Themes: the inks of the dark and the light picture, and how each head is marked. */
#ifndef MANN_DRAW_PEN_THEME_H
#define MANN_DRAW_PEN_THEME_H

#include "draw/pen/colour.h"
#include <mann/tape.h>

typedef struct mann_theme {
    bool dark;
    mann_ink page; /* behind everything */
    mann_ink card; /* header, inspector, time lines */
    mann_ink line; /* frames and ticks */
    mann_ink text, muted, faint;
    mann_ink cursor; /* the step that is shown */
    mann_ink pin;    /* the pinned cell */
    mann_ink amber;  /* "not the usual scale" */
    mann_ink good, bad;
    mann_ink missing; /* cells that are not a number; on no map */
} mann_theme;

const mann_theme *mann_theme_get(bool dark);

/* The colour of head number i (from 0) of the writing or reading heads: warm for writing, cool for
 * reading, told apart by lightness too. */
mann_ink mann_head_ink(bool dark, mann_access access, int i);

/* The colour of the i-th of several curves or runs. */
mann_ink mann_curve_ink(bool dark, int i);

#endif
