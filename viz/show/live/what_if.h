/* What a head would have done at a step with another strength, gate, shift or sharpening. */
#ifndef MANN_SHOW_LIVE_WHAT_IF_H
#define MANN_SHOW_LIVE_WHAT_IF_H

#include "show/episode.h"

typedef enum mann_knob {
    MANN_KNOB_STRENGTH,
    MANN_KNOB_GATE,
    MANN_KNOB_SHIFT, /* by how much: between whole numbers, a mixture of the two */
    MANN_KNOB_SHARPENING,
    MANN_KNOBS
} mann_knob;

typedef struct mann_what_if {
    bool on;
    bool turned[MANN_KNOBS]; /* the others are as the trace has them */
    double value[MANN_KNOBS];
} mann_what_if;

/* The stages of addressing, [location] each. */
typedef struct mann_what_if_result {
    int32_t locations;
    float *stage[MANN_STAGES]; /* one block, of stage[0] */
} mann_what_if_result;

/* In the arithmetic of the network itself. False, with a reason in words, if the trace does not
 * tell enough. The result is to be freed with free(result->stage[0]). */
bool mann_what_if_run(const mann_family *family, int32_t head, int32_t step,
                      const mann_what_if *what, mann_what_if_result *result, const char **reason);

/* What the trace has for a knob; NaN if it has nothing. A shift is its mean. */
double mann_what_if_actual(const mann_family *family, int32_t head, int32_t step, mann_knob knob);

/* The limits of a knob. */
void mann_what_if_limits(const mann_family *family, mann_knob knob, double *low, double *high);

/* Where a value is on a knob's track, 0..1, and back. Strength and sharpening are finer near their
 * low ends. */
double mann_what_if_place(const mann_family *family, mann_knob knob, double value);
double mann_what_if_value(const mann_family *family, mann_knob knob, double place);

#endif
