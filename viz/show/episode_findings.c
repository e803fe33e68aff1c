/* The numbers that test what the papers claim:
 *
 *   focus   mean over steps and heads of the largest weight (1: every access is to one location),
 *           which comes with the families
 *   move    by how much a head moves from step to step (+1 for a head that walks along)
 *   match   whether a reading head goes where a writing head went, one and the same time before
 *   wrong   answers on the wrong side
 */
#include "show/episode_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* In long episodes with many heads, the longest times between write and read are not tried. */
static const double most_comparisons = 2e7;

mann_status mann_episode_find_move(mann_context *context, const mann_episode *episode,
                                   mann_family *family)
{
    int32_t n = family->locations, best = 0, total = 0;
    int32_t *count = calloc((size_t)n, sizeof *count);
    family->move_share = NAN;
    if (!count) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
    }
    bool writes = family->access == MANN_ACCESS_WRITE;
    for (int32_t t = 1; t < episode->trace->steps; t++) {
        bool answers = mann_episode_counts(episode, t);
        if (writes ? answers : !answers || !mann_episode_counts(episode, t - 1)) {
            continue;
        }
        for (int32_t h = 0; h < family->heads; h++) {
            int32_t now = family->peak[t * family->heads + h];
            int32_t before = family->peak[(t - 1) * family->heads + h];
            if (now >= 0 && before >= 0) {
                int32_t move = (now - before + n) % n;
                total++;
                best = ++count[move] > count[best] ? move : best;
            }
        }
    }
    if (total > 1) {
        family->move = best > n / 2 ? best - n : best;
        family->move_share = (double)count[best] / total;
    }
    free(count);
    return MANN_OK;
}

static void match_heads(mann_episode *episode, const mann_family *write, int32_t i,
                        const mann_family *read, int32_t j, int32_t furthest)
{
    for (int32_t lag = 1; lag <= furthest; lag++) {
        int32_t hits = 0, total = 0;
        for (int32_t t = 0; t < episode->trace->steps; t++) {
            if (mann_episode_counts(episode, t)) {
                int32_t place = read->peak[t * read->heads + j];
                total++;
                hits +=
                    t >= lag && place >= 0 && write->peak[(t - lag) * write->heads + i] == place;
            }
        }
        if (total && !((double)hits / total <= episode->match)) {
            episode->match = (double)hits / total;
            episode->lag = lag;
        }
    }
}

void mann_episode_find_match(mann_episode *episode)
{
    double steps = episode->trace->steps, pairs = 0;
    episode->match = NAN;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t f = 0; f < episode->n_families; f++) {
            for (int32_t g = 0; g < episode->n_families; g++) {
                const mann_family *write = &episode->family[f], *read = &episode->family[g];
                if (write->access != MANN_ACCESS_WRITE || read->access != MANN_ACCESS_READ ||
                    !mann_episode_same_memory(write, read) || write->locations < 2) {
                    continue;
                }
                if (!pass) {
                    pairs += (double)write->heads * read->heads;
                    continue;
                }
                double furthest = fmin(steps - 1, most_comparisons / (steps * pairs));
                for (int32_t i = 0; i < write->heads; i++) {
                    for (int32_t j = 0; j < read->heads; j++) {
                        match_heads(episode, write, i, read, j, (int32_t)furthest);
                    }
                }
            }
        }
    }
}

static int32_t largest(const float *value, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        best = value[i] > value[best] ? i : best;
    }
    return best;
}

mann_status mann_episode_find_errors(mann_context *context, mann_episode *episode)
{
    const mann_trace *trace = episode->trace;
    const mann_trace_array *output = mann_trace_role(trace, MANN_ROLE_OUTPUT);
    const mann_trace_array *target = mann_trace_role(trace, MANN_ROLE_TARGET);
    if (!output || !target || output->rank != 2 || target->rank != 2 ||
        output->n[1] != target->n[1]) {
        return MANN_OK;
    }
    int32_t width = output->n[1];
    episode->error = *output;
    snprintf(episode->error.name, sizeof episode->error.name, "error");
    episode->error.kind = MANN_KIND_SIGNED;
    episode->error.role = MANN_ROLE_ERROR;
    episode->error.data = calloc((size_t)trace->steps * (size_t)width, sizeof(float));
    if (!episode->error.data) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
    }
    for (int32_t t = 0; t < trace->steps; t++) {
        size_t row = (size_t)t * (size_t)width;
        if (!mann_episode_counts(episode, t)) {
            continue;
        }
        for (int32_t i = 0; i < width; i++) {
            float out = output->data[row + (size_t)i], want = target->data[row + (size_t)i];
            episode->error.data[row + (size_t)i] = out - want;
            episode->wrong += trace->target == MANN_TARGET_BITS && !((out > 0.5f) == (want > 0.5f));
        }
        episode->wrong += trace->target == MANN_TARGET_CLASS &&
                          largest(output->data + row, width) != largest(target->data + row, width);
        episode->counted += trace->target == MANN_TARGET_BITS    ? width
                            : trace->target == MANN_TARGET_CLASS ? 1
                                                                 : 0;
    }
    return MANN_OK;
}
