/* State strings: "copy-1@1500/L20/s7/t23" is a picture. The first part names the run, @ is the
 * training step; L the length, s the seed, t the step of the episode. What differs from the usual
 * follows: screen=4 pin=read.1.57 zoom=10+20 map=viridis scale=log panel=6 auto used all full
 * light. Of a Hopfield store: rule=modern beta=8 update=sync cue=2 noise=0.2 mask=0.5 half draw=3.
 * Of a task of stories: question=17. */
#ifndef MANN_SHOW_STATE_H
#define MANN_SHOW_STATE_H

#include "show/scene.h"

typedef struct mann_state {
    char run[128];    /* "" if it names none */
    int64_t training; /* -1: not given */
    int32_t length;   /* -1 */
    bool seeded;
    uint64_t seed;
    int32_t step;  /* -1 */
    bool screened; /* the screen was given; else it is the one that suits what is shown */
    mann_screen screen;
    char pin_family[48]; /* "" */
    int32_t pin_head, pin_location;
    int32_t first, count;
    mann_map map;
    mann_scale_kind scale;
    mann_locations locations;
    bool automatic, full, dark, themed; /* themed: dark was given */
    mann_what_if what_if;
    int32_t panel; /* -1 */
    /* Of a Hopfield store. */
    bool ruled, updated, damaged, drawn; /* given */
    mann_lab_setting lab;
    int32_t cue;      /* from 0; -1 */
    int32_t question; /* of a task of stories, from 0 */
} mann_state;

/* Any part may be missing. MANN_E_INVAL names the part that is not understood. */
mann_status mann_state_parse(mann_context *context, const char *text, mann_state *state);

/* Brings how the scene looks to the state; what it shows (run, length, seed, training step) is
 * the caller's to load first, so that the pinned head can be found by name. */
void mann_state_apply(const mann_state *state, mann_scene *scene);

/* The scene's own string. */
void mann_state_print(const mann_scene *scene, char text[192]);

#endif
