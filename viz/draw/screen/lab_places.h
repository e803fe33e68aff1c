/* Where everything of the Hopfield screen is, for drawing and for the pointer. */
#ifndef MANN_DRAW_SCREEN_LAB_PLACES_H
#define MANN_DRAW_SCREEN_LAB_PLACES_H

#include "draw/pen/panel.h"
#include "draw/pen/pattern.h"
#include "show/live/lab.h"

/* What can be turned, from left to right; each has a key. */
typedef enum mann_chip {
    MANN_CHIP_RULE,
    MANN_CHIP_UPDATE,
    MANN_CHIP_SHARPNESS, /* beta, gain or the order */
    MANN_CHIP_PATTERN,
    MANN_CHIP_DAMAGE,
    MANN_CHIP_AMOUNT,
    MANN_CHIP_DRAW,
    MANN_CHIPS
} mann_chip;

typedef struct mann_lab_places {
    mann_box chip[MANN_CHIPS];
    mann_box stored; /* panel of the thumbnails */
    int32_t columns, rows, first;
    mann_box thumb; /* the first one; the others at distances of its size and a gap */
    mann_box cue_panel, state_panel, cue, state;
    mann_box verdict, energy, overlap, matrix, load;
} mann_lab_places;

mann_lab_places mann_lab_places_make(const mann_lab *lab, mann_box body);

mann_pattern mann_lab_pattern(const mann_lab *lab, const float *state);

/* The box of the thumbnail of a pattern; of size 0 if it is not shown. */
mann_box mann_lab_thumb(const mann_lab_places *places, const mann_lab *lab, int32_t pattern);

#endif
