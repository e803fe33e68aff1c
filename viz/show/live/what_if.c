/* What-if: the addressing of one head at one step, built on a tape of its own from what the trace
 * holds, so that it is the operation that the network itself runs.
 *
 * Of the key and the memory only their similarity matters, which is in the trace: the operation is
 * given a key and a memory of two numbers a location that are as similar. So it need not be known
 * which memory the head saw, that before the step's writing or that after it. The weighting before
 * the first step is not in the trace; it follows from what the gate made of it. */
#include "show/live/what_if.h"

#include <mann/op.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double most_strength = 100, most_sharpening = 50;

void mann_what_if_limits(const mann_family *family, mann_knob knob, double *low, double *high)
{
    double range = family->shift ? family->shift->n[2] / 2 : 0;
    *low = knob == MANN_KNOB_SHARPENING ? 1 : knob == MANN_KNOB_SHIFT ? -range : 0;
    *high = knob == MANN_KNOB_SHARPENING ? most_sharpening
            : knob == MANN_KNOB_STRENGTH ? most_strength
            : knob == MANN_KNOB_SHIFT    ? range
                                         : 1;
}

static bool is_cubic(mann_knob knob)
{
    return knob == MANN_KNOB_STRENGTH || knob == MANN_KNOB_SHARPENING;
}

double mann_what_if_place(const mann_family *family, mann_knob knob, double value)
{
    double low, high;
    mann_what_if_limits(family, knob, &low, &high);
    double part = high > low ? fmin(fmax((value - low) / (high - low), 0), 1) : 0.5;
    return is_cubic(knob) ? cbrt(part) : part;
}

double mann_what_if_value(const mann_family *family, mann_knob knob, double place)
{
    double low, high, part = fmin(fmax(place, 0), 1);
    mann_what_if_limits(family, knob, &low, &high);
    return low + (high - low) * (is_cubic(knob) ? part * part * part : part);
}

double mann_what_if_actual(const mann_family *family, int32_t head, int32_t step, mann_knob knob)
{
    const mann_trace_array *array = knob == MANN_KNOB_STRENGTH ? family->strength
                                    : knob == MANN_KNOB_GATE   ? family->gate
                                                               : family->sharpening;
    if (knob != MANN_KNOB_SHIFT) {
        return (double)mann_episode_value(array, step, head, 0);
    }
    double mean = family->shift ? 0 : NAN;
    for (int32_t i = 0; family->shift && i < family->shift->n[2]; i++) {
        mean += (i - family->shift->n[2] / 2) *
                (double)mann_episode_value(family->shift, step, head, i);
    }
    return mean;
}

static mann_var input(mann_tape *tape, int32_t rank, int32_t n1, int32_t n2)
{
    return mann_input(tape, rank, (int32_t[]){1, n1, n2});
}

static double knob(const mann_family *family, int32_t head, int32_t step, const mann_what_if *what,
                   mann_knob which)
{
    return what->turned[which] ? what->value[which]
                               : mann_what_if_actual(family, head, step, which);
}

static void fill_shift(mann_var shift, const mann_family *family, int32_t head, int32_t step,
                       const mann_what_if *what)
{
    int32_t n = family->shift->n[2];
    double place = what->value[MANN_KNOB_SHIFT] + n / 2;
    for (int32_t i = 0; i < n; i++) {
        mann_value(shift)[i] = what->turned[MANN_KNOB_SHIFT]
                                   ? (mann_real)fmax(0, 1 - fabs(place - i))
                                   : mann_episode_value(family->shift, step, head, i);
    }
}

/* The weighting of the step before. */
static bool fill_previous(mann_var previous, const mann_family *family, int32_t head, int32_t step)
{
    double gate = mann_what_if_actual(family, head, step, MANN_KNOB_GATE);
    for (int32_t i = 0; i < family->locations; i++) {
        if (step > 0) {
            mann_value(previous)[i] =
                mann_episode_value(family->stage[MANN_STAGE_FINAL], step - 1, head, i);
            continue;
        }
        double content =
            (double)mann_episode_value(family->stage[MANN_STAGE_CONTENT], step, head, i);
        double gated = (double)mann_episode_value(family->stage[MANN_STAGE_GATED], step, head, i);
        mann_value(previous)[i] = (mann_real)fmax(0, (gated - gate * content) / (1 - gate));
    }
    return step > 0 || gate < 0.999;
}

/* Columns at the angle to the key (1, 0) that has the traced cosine; false if it is none. */
static bool fill_memory(mann_var memory, const mann_family *family, int32_t head, int32_t step)
{
    int32_t N = family->locations;
    bool good = true;
    for (int32_t i = 0; i < N; i++) {
        double cosine =
            (double)mann_episode_value(family->stage[MANN_STAGE_SIMILARITY], step, head, i);
        mann_value(memory)[i] = (mann_real)cosine;
        mann_value(memory)[N + i] = (mann_real)sqrt(fmax(0, 1 - cosine * cosine));
        good = good && fabs(cosine) < 1.0001;
    }
    return good;
}

static bool address(mann_tape *tape, const mann_family *family, int32_t head, int32_t step,
                    const mann_what_if *what, mann_what_if_result *result, const char **reason)
{
    int32_t N = family->locations;
    mann_tape_reset(tape, MANN_EVALUATE);
    mann_var memory = input(tape, 3, 2, N), key = input(tape, 3, 1, 2);
    mann_var strength = input(tape, 2, 1, 0), gate = input(tape, 2, 1, 0);
    mann_var shift = input(tape, 3, 1, family->shift->n[2]), sharpening = input(tape, 2, 1, 0);
    mann_var previous = input(tape, 3, 1, N);
    if (mann_tape_status(tape)) {
        return false;
    }
    if (!fill_memory(memory, family, head, step)) {
        *reason = "the trace's similarities are no cosines";
        return false;
    }
    mann_value(key)[0] = 1;
    *mann_value(strength) = (mann_real)knob(family, head, step, what, MANN_KNOB_STRENGTH);
    *mann_value(gate) = (mann_real)knob(family, head, step, what, MANN_KNOB_GATE);
    *mann_value(sharpening) = (mann_real)knob(family, head, step, what, MANN_KNOB_SHARPENING);
    fill_shift(shift, family, head, step, what);
    if (!fill_previous(previous, family, head, step)) {
        *reason = "the trace does not hold the weighting before its first step";
        return false;
    }
    mann_addressing made;
    mann_var weights =
        mann_address(tape, memory, key, strength, gate, shift, sharpening, previous, &made);
    if (mann_tape_status(tape)) {
        return false;
    }
    const mann_var from[MANN_STAGES] = {made.similarity, made.content, made.gated, made.shifted,
                                        weights};
    for (int s = 0; s < MANN_STAGES; s++) {
        memcpy(result->stage[s], mann_value(from[s]), (size_t)N * sizeof(float));
    }
    return true;
}

bool mann_what_if_run(const mann_family *family, int32_t head, int32_t step,
                      const mann_what_if *what, mann_what_if_result *result, const char **reason)
{
    bool whole = family->strength && family->gate && family->shift && family->sharpening &&
                 family->shift->n[2] % 2 == 1;
    for (int s = 0; s < MANN_STAGES; s++) {
        whole = whole && family->stage[s];
    }
    if (!whole) {
        *reason = "this memory is not addressed that way";
        return false;
    }
    size_t N = (size_t)family->locations;
    mann_context *context = mann_context_alloc();
    mann_tape *tape = context ? mann_tape_alloc(context) : NULL;
    result->locations = family->locations;
    result->stage[0] = calloc(MANN_STAGES * N, sizeof(float));
    bool done = tape && result->stage[0];
    *reason = "out of memory";
    if (done) {
        for (int s = 1; s < MANN_STAGES; s++) {
            result->stage[s] = result->stage[0] + (size_t)s * N;
        }
        done = address(tape, family, head, step, what, result, reason);
    }
    mann_tape_free(tape);
    mann_context_free(context);
    if (!done) {
        free(result->stage[0]);
    }
    return done;
}
