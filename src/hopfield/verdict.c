/* What a state is: a stored pattern, its inverse, a mixture, or nothing that was stored.
 *
 * Mixtures are the signs of signed sums of an odd number of patterns (Amit, Gutfreund & Sompolinsky
 * 1985); the patterns with the largest overlaps are tried, three, then five, then seven. A state
 * of the modern network is named by its softmax instead: the patterns that it is a mean of. */
#include "hopfield/internal.h"

#include <stdio.h>
#include <stdlib.h>

#define SHARE 0.1 /* of the softmax, to be named in a mixture */

const char *const mann_hopfield_kind_names[MANN_HOPFIELD_KINDS] = {
    "recalled", "inverse", "mixture", "spurious", "limit cycle", "unsettled"};

static int sign_of(double value)
{
    return (value > 0) - (value < 0);
}

/* The patterns with the largest |strength|, in order, into verdict. Returns how many. */
static int32_t strongest(const double *strength, int32_t patterns, mann_hopfield_verdict *verdict)
{
    int32_t count = 0;
    for (int32_t k = 0; k < patterns; k++) {
        int32_t at = count;
        while (at > 0 && fabs(strength[k]) > fabs(strength[verdict->pattern[at - 1]])) {
            at--;
        }
        if (at == MANN_HOPFIELD_MIXED) {
            continue;
        }
        count += count < MANN_HOPFIELD_MIXED;
        for (int32_t i = count - 1; i > at; i--) {
            verdict->pattern[i] = verdict->pattern[i - 1];
        }
        verdict->pattern[at] = k;
    }
    for (int32_t i = 0; i < count; i++) {
        verdict->sign[i] = strength[verdict->pattern[i]] < 0 ? -1 : 1;
    }
    return count;
}

/* Units whose sign is not that of the signed sum of the first count patterns named. */
static int32_t differing(const mann_hopfield *net, const float *state,
                         const mann_hopfield_verdict *verdict, int32_t count)
{
    int32_t wrong = 0;
    for (int32_t i = 0; i < net->units; i++) {
        double sum = 0;
        for (int32_t q = 0; q < count; q++) {
            const float *x = mann_hopfield_row(net, verdict->pattern[q]);
            sum += verdict->sign[q] * (double)x[i];
        }
        wrong += sign_of(sum) != sign_of((double)state[i]);
    }
    return wrong;
}

static bool mixed(const mann_hopfield *net, const float *state, int32_t known,
                  mann_hopfield_verdict *verdict)
{
    for (int32_t count = 3; count <= known; count += 2) {
        int32_t wrong = differing(net, state, verdict, count);
        if (1 - 2.0 * wrong / net->units >= MANN_HOPFIELD_NEAR) {
            verdict->count = count;
            verdict->wrong = wrong;
            return true;
        }
    }
    return false;
}

/* Two or more patterns of at least SHARE each that make up most of the softmax. */
static bool shared(const mann_hopfield *net, const double *softmax, mann_hopfield_verdict *verdict)
{
    mann_hopfield_verdict named = *verdict;
    int32_t known = strongest(softmax, net->count, &named), count = 0;
    double total = 0;
    while (count < known && softmax[named.pattern[count]] >= SHARE) {
        total += softmax[named.pattern[count++]];
    }
    if (count < 2 || total < MANN_HOPFIELD_NEAR) {
        return false;
    }
    *verdict = named;
    verdict->count = count;
    return true;
}

mann_status mann_hopfield_judge(const mann_hopfield *net, const float *state,
                                mann_hopfield_ending ending, mann_hopfield_verdict *verdict)
{
    *verdict = (mann_hopfield_verdict){.kind = MANN_HOPFIELD_UNSETTLED, .count = 0};
    double *overlap = mann_hopfield_zeroed((size_t)net->count, sizeof *overlap);
    if (!overlap) {
        return mann_hopfield_short(net);
    }
    mann_hopfield_overlaps(net, state, overlap);
    int32_t known = strongest(overlap, net->count, verdict);
    verdict->overlap = known ? overlap[verdict->pattern[0]] : 0;
    verdict->count = known ? 1 : 0;
    verdict->wrong = known ? differing(net, state, verdict, 1) : net->units;
    bool modern = net->options.rule == MANN_HOPFIELD_MODERN;
    double *softmax = modern ? mann_hopfield_zeroed((size_t)net->count, sizeof *softmax) : NULL;
    if (modern && (!softmax || !mann_hopfield_softmax(net, state, softmax))) {
        free(overlap);
        free(softmax);
        return mann_hopfield_short(net);
    }
    if (ending == MANN_HOPFIELD_CYCLE) {
        verdict->kind = MANN_HOPFIELD_TWO_CYCLE;
    } else if (verdict->overlap >= MANN_HOPFIELD_NEAR) {
        verdict->kind = MANN_HOPFIELD_RECALLED;
    } else if (verdict->overlap <= -MANN_HOPFIELD_NEAR) {
        verdict->kind = MANN_HOPFIELD_INVERSE;
    } else if (modern ? shared(net, softmax, verdict) : mixed(net, state, known, verdict)) {
        verdict->kind = MANN_HOPFIELD_MIXTURE;
    } else if (ending == MANN_HOPFIELD_FIXED) {
        verdict->kind = MANN_HOPFIELD_SPURIOUS;
    }
    free(overlap);
    free(softmax);
    return MANN_OK;
}

int mann_hopfield_describe(const mann_hopfield_verdict *verdict, char *text, size_t size)
{
    switch (verdict->kind) {
    case MANN_HOPFIELD_RECALLED:
        return snprintf(text, size, "recalled #%d", verdict->pattern[0] + 1);
    case MANN_HOPFIELD_INVERSE:
        return snprintf(text, size, "inverse of #%d", verdict->pattern[0] + 1);
    case MANN_HOPFIELD_TWO_CYCLE: return snprintf(text, size, "limit cycle (synchronous)");
    case MANN_HOPFIELD_SPURIOUS: return snprintf(text, size, "spurious");
    case MANN_HOPFIELD_UNSETTLED: return snprintf(text, size, "unsettled");
    case MANN_HOPFIELD_MIXTURE: break;
    }
    char list[MANN_HOPFIELD_MIXED * 14] = "";
    size_t used = 0;
    for (int32_t q = 0; q < verdict->count; q++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s#%d", q ? ", " : "",
                                 verdict->sign[q] < 0 ? "-" : "", verdict->pattern[q] + 1);
    }
    return snprintf(text, size, "mixture of %s", list);
}
