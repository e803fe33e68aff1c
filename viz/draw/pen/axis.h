/* Axes: where ticks go and what they say. */
#ifndef MANN_DRAW_PEN_AXIS_H
#define MANN_DRAW_PEN_AXIS_H

#include <stdbool.h>
#include <stdint.h>

enum { MANN_MAX_TICKS = 16 };

typedef struct mann_axis {
    double low, high; /* low < high */
    bool log;         /* low > 0 */
    bool zero;        /* of a logarithmic axis: its low end stands for 0 */
    bool whole;       /* of a linear axis: ticks at whole numbers only */
} mann_axis;

/* An axis that holds low..high and ends on round numbers. Equal or missing limits are widened. */
mann_axis mann_axis_make(double low, double high, bool log);

/* 0 at low, 1 at high. A number that a logarithmic axis cannot hold is at its low end. */
double mann_axis_place(const mann_axis *axis, double value);

/* At most `most` (<= MANN_MAX_TICKS) round numbers of the axis; returns how many. */
int mann_axis_ticks(const mann_axis *axis, int most, double tick[MANN_MAX_TICKS]);

/* The number as a tick of that axis says it: 0.05, 20, 5k, 1M, 10⁻³. */
void mann_axis_label(const mann_axis *axis, double value, char text[32]);

/* The smallest of 1, 2, 5, 10, 20, ... that is at least the least. */
int64_t mann_round_step(double least);

#endif
