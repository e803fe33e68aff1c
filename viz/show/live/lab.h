/* A Hopfield store to play with: patterns, a damaged cue, and the course of its settling, which is
 * found at once and then walked along. */
#ifndef MANN_SHOW_LIVE_LAB_H
#define MANN_SHOW_LIVE_LAB_H

#include <mann/hopfield.h>
#include <mann/trace.h>

typedef enum mann_damage {
    MANN_DAMAGE_NOISE, /* a part of the units flipped */
    MANN_DAMAGE_MASK,  /* a part unknown */
    MANN_DAMAGE_HALF,  /* the lower half unknown */
    MANN_DAMAGES
} mann_damage;

/* "noise", "mask", "half". */
extern const char *const mann_damage_names[MANN_DAMAGES];

typedef struct mann_lab_setting {
    mann_hopfield_options net;
    mann_hopfield_update update;
    int32_t pattern; /* that the cue is made of, from 0 */
    mann_damage damage;
    double amount; /* of noise and mask */
    uint64_t draw; /* stream of what is drawn */
} mann_lab_setting;

typedef struct mann_lab_change {
    int32_t unit;
    float from, to;
} mann_lab_change;

/* Frame 0 is the cue; each further one a change of a unit (asynchronous) or of all units at once.
 */
typedef struct mann_lab {
    int32_t units, count;
    int32_t width, height; /* of a pattern as a picture */
    float *pattern;        /* [count, units] */
    mann_lab_setting setting;
    bool painted;      /* the cue is the user's */
    char trouble[192]; /* why there is nothing to see; "" */
    mann_context *context;
    mann_hopfield *net;
    float *weight; /* [units, units], NULL: the rule has none, or they are too many to show */
    float *cue, *state, *before; /* state at the present frame and at the one before it */
    int32_t frame, frames;       /* 0..frames */
    double *energy;              /* [frames + 1] */
    mann_lab_change *change;     /* those that lead to frame f: begin[f-1] .. begin[f]-1 */
    int32_t *begin;
    mann_hopfield_ending ending;
    mann_hopfield_verdict verdict; /* of the last frame */
    double *overlap;               /* [count], at the present frame */
    double *softmax;               /* [count], of the modern rule */
    int32_t n_changes, change_room, frame_room;
} mann_lab;

/* True for a trace that holds patterns: task "hopfield", an array "patterns" [P, units] or
 * [P, row, column] of +1 and -1. */
bool mann_lab_is_store(const mann_trace *trace);

/* NULL with a message. */
mann_lab *mann_lab_alloc(mann_context *context, const mann_trace *trace);
void mann_lab_free(mann_lab *lab);

/* Brings the store to a setting, makes the cue and lets it settle; goes to the last frame. What
 * cannot be is told in lab->trouble. */
void mann_lab_set(mann_lab *lab, const mann_lab_setting *setting);

/* Sets a unit of the cue by hand and settles anew; stays at the cue. */
void mann_lab_paint(mann_lab *lab, int32_t unit, float value);

/* Clipped to the frames. */
void mann_lab_go(mann_lab *lab, int64_t frame);

/* Whether units may change one at a time or all at once; other rules have an update of their own.
 */
bool mann_lab_has_update(const mann_lab *lab);
/* Whether a frame is a change of one unit. */
bool mann_lab_is_stepwise(const mann_lab *lab);

/* "hebb", "dense:3". Room for 24. */
void mann_lab_rule_name(const mann_hopfield_options *options, char text[24]);
/* False if it is no rule. */
bool mann_lab_rule_find(const char *text, mann_hopfield_options *options);

#endif
