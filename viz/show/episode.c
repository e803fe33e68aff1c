/* What a trace holds: families of heads by role and group, limits for the legends, the locations
 * that are used. */
#include "show/episode_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_MEMORY = 16, MARGIN = 2 };
static const double used_weight = 0.05;

const mann_trace_array *mann_episode_find(const mann_trace *trace, mann_role role,
                                          const char *group, int32_t rank)
{
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        if (array->role == role && array->rank == rank && !strcmp(array->group, group)) {
            return array;
        }
    }
    return NULL;
}

void mann_episode_owner(const mann_trace_array *array, char owner[MANN_GROUP_SIZE])
{
    snprintf(owner, MANN_GROUP_SIZE, "%s", array->group);
    if (array->access) {
        char *last = strrchr(owner, '.');
        *(last ? last : owner) = '\0';
    }
}

int32_t mann_episode_memory(const char *owner)
{
    size_t end = strlen(owner), digits = 0;
    while (digits < end && digits < 6 && isdigit((unsigned char)owner[end - digits - 1])) {
        digits++;
    }
    return digits ? (int32_t)strtol(owner + end - digits, NULL, 10) : 1;
}

bool mann_episode_same_memory(const mann_family *a, const mann_family *b)
{
    return !strcmp(a->owner, b->owner) && a->locations == b->locations;
}

float mann_episode_value(const mann_trace_array *array, int32_t step, int32_t head, int32_t i)
{
    if (!array || step < 0 || step >= array->n[0] || (array->rank > 1 && head >= array->n[1]) ||
        (array->rank > 2 && i >= array->n[2])) {
        return NAN;
    }
    size_t place = (size_t)step;
    place = array->rank > 1 ? place * (size_t)array->n[1] + (size_t)head : place;
    place = array->rank > 2 ? place * (size_t)array->n[2] + (size_t)i : place;
    return array->data[place];
}

bool mann_episode_counts(const mann_episode *episode, int32_t step)
{
    const mann_trace_array *mask = mann_trace_role(episode->trace, MANN_ROLE_MASK);
    return !mask || mask->rank != 1 || mask->data[step] > 0.5f;
}

static bool find_peaks(mann_family *family, int32_t steps)
{
    const mann_trace_array *weights = family->stage[MANN_STAGE_FINAL];
    size_t rows = (size_t)steps * (size_t)family->heads;
    family->peak = malloc(rows * sizeof *family->peak);
    if (!family->peak) {
        return false;
    }
    double sum = 0;
    size_t counted = 0;
    for (size_t row = 0; row < rows; row++) {
        const float *w = weights->data + row * (size_t)family->locations;
        int32_t best = 0;
        for (int32_t i = 1; i < family->locations; i++) {
            best = w[i] > w[best] || isnan(w[best]) ? i : best;
        }
        family->peak[row] = isfinite(w[best]) ? best : -1;
        if (isfinite(w[best])) {
            sum += w[best];
            counted++;
        }
    }
    family->focus = counted ? sum / (double)counted : NAN;
    return true;
}

static bool is_family(const mann_trace_array *array)
{
    return array->role == MANN_ROLE_WEIGHTING && array->access && array->rank == 3;
}

static mann_status add_family(mann_context *context, mann_episode *episode,
                              const mann_trace_array *weights)
{
    static const mann_role stage[MANN_STAGES] = {
        [MANN_STAGE_SIMILARITY] = MANN_ROLE_SIMILARITY, [MANN_STAGE_CONTENT] = MANN_ROLE_CONTENT,
        [MANN_STAGE_GATED] = MANN_ROLE_GATED,           [MANN_STAGE_SHIFTED] = MANN_ROLE_SHIFTED,
        [MANN_STAGE_FINAL] = MANN_ROLE_WEIGHTING,
    };
    if (episode->n_families == MANN_MAX_FAMILIES) {
        return MANN_OK;
    }
    mann_family *family = &episode->family[episode->n_families++];
    const mann_trace *trace = episode->trace;
    const char *group = weights->group, *last = strrchr(group, '.');
    *family = (mann_family){
        .heads = weights->n[1], .locations = weights->n[2], .access = weights->access};
    mann_episode_owner(weights, family->owner);
    family->memory = mann_episode_memory(family->owner);
    snprintf(family->name, sizeof family->name, family->memory > 1 ? "%.30s%" PRId32 : "%.30s",
             last ? last + 1 : group, family->memory);
    for (int i = 0; i < MANN_STAGE_FINAL; i++) {
        family->stage[i] = mann_episode_find(trace, stage[i], group, 3);
    }
    family->stage[MANN_STAGE_FINAL] = weights;
    family->key = mann_episode_find(trace, MANN_ROLE_KEY, group, 3);
    family->shift = mann_episode_find(trace, MANN_ROLE_SHIFT, group, 3);
    family->strength = mann_episode_find(trace, MANN_ROLE_STRENGTH, group, 2);
    family->gate = mann_episode_find(trace, MANN_ROLE_GATE, group, 2);
    family->sharpening = mann_episode_find(trace, MANN_ROLE_SHARPENING, group, 2);
    family->matrix = mann_episode_find(trace, MANN_ROLE_MEMORY, family->owner, 3);
    if (family->matrix && family->matrix->n[2] != family->locations) {
        family->matrix = NULL;
    }
    if (!find_peaks(family, trace->steps)) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
    }
    return MANN_OK;
}

/* What is left of the ring when the longest run of unused locations is taken out. */
mann_stretch mann_stretch_find(const bool *used, int32_t n)
{
    int32_t gap_end = 0, longest = 0, run = 0;
    for (int32_t i = 0; i < 2 * n; i++) {
        run = used[i % n] ? 0 : run + 1;
        if (run > longest) {
            longest = run;
            gap_end = i + 1;
        }
    }
    if (longest >= n || longest <= 2 * MARGIN || n <= SMALL_MEMORY) {
        return (mann_stretch){0, n};
    }
    int32_t first = gap_end % n, count = n - longest + 2 * MARGIN, last = n - count;
    bool wraps = first + n - longest > n;
    first -= MARGIN;
    if (wraps) {
        return (mann_stretch){(first + n) % n, count};
    }
    return (mann_stretch){first < 0 ? 0 : first > last ? last : first, count}; /* no margin wraps */
}

void mann_episode_mark_used(const mann_episode *episode, const mann_family *family, bool *used)
{
    for (int32_t g = 0; g < episode->n_families; g++) {
        const mann_family *other = &episode->family[g];
        if (!mann_episode_same_memory(family, other)) {
            continue;
        }
        const float *w = other->stage[MANN_STAGE_FINAL]->data;
        size_t rows = (size_t)episode->trace->steps * (size_t)other->heads;
        for (size_t row = 0; row < rows; row++) {
            for (int32_t i = 0; i < other->locations; i++) {
                used[i] |= w[row * (size_t)other->locations + (size_t)i] > used_weight;
            }
        }
    }
}

static mann_status find_used_locations(mann_context *context, mann_episode *episode)
{
    for (int32_t f = 0; f < episode->n_families; f++) {
        mann_family *family = &episode->family[f];
        bool *used = calloc((size_t)family->locations, sizeof *used);
        if (!used) {
            return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
        }
        mann_episode_mark_used(episode, family, used);
        family->used = mann_stretch_find(used, family->locations);
        free(used);
    }
    return MANN_OK;
}

static mann_extent find_extent(const mann_trace_array *array)
{
    mann_extent extent = {0, 0, false};
    size_t size = 1;
    bool any = false;
    for (int32_t i = 0; i < array->rank; i++) {
        size *= (size_t)array->n[i];
    }
    for (size_t i = 0; i < size; i++) {
        double value = (double)array->data[i];
        if (!isfinite(value)) {
            extent.missing = true;
        } else if (!any) {
            extent.low = extent.high = value;
            any = true;
        } else {
            extent.low = value < extent.low ? value : extent.low;
            extent.high = value > extent.high ? value : extent.high;
        }
    }
    return extent;
}

static mann_status examine(mann_context *context, mann_episode *episode)
{
    const mann_trace *trace = episode->trace;
    if (trace->steps < 1) {
        return mann_fail(context, MANN_E_FORMAT, "the trace has no steps");
    }
    episode->extent = calloc((size_t)trace->count + 1, sizeof *episode->extent);
    if (!episode->extent) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
    }
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        for (int32_t k = 0; k < array->rank; k++) {
            if (array->n[k] < 1 || array->n[0] != trace->steps) {
                return mann_fail(context, MANN_E_FORMAT, "trace value '%s' has a bad shape",
                                 array->name);
            }
        }
        episode->extent[i] = find_extent(array);
        if (is_family(array)) {
            mann_status status = add_family(context, episode, array);
            if (status) {
                return status;
            }
        }
    }
    mann_status status = find_used_locations(context, episode);
    if (!status) {
        status = mann_episode_find_errors(context, episode);
    }
    for (int32_t f = 0; !status && f < episode->n_families; f++) {
        status = mann_episode_find_move(context, episode, &episode->family[f]);
    }
    mann_episode_find_match(episode);
    return status;
}

mann_episode *mann_episode_alloc(mann_context *context, mann_trace *trace)
{
    mann_episode *episode = calloc(1, sizeof *episode);
    if (!episode) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
        mann_trace_free(trace);
        return NULL;
    }
    episode->trace = trace;
    if (examine(context, episode)) {
        mann_episode_free(episode);
        return NULL;
    }
    return episode;
}

void mann_episode_free(mann_episode *episode)
{
    if (!episode) {
        return;
    }
    for (int32_t f = 0; f < episode->n_families; f++) {
        free(episode->family[f].peak);
    }
    free(episode->error.data);
    free(episode->extent);
    mann_trace_free(episode->trace);
    free(episode);
}

mann_episode *mann_episode_load(mann_context *context, const char *path)
{
    mann_trace *trace = NULL;
    if (mann_trace_load(context, path, &trace)) {
        return NULL;
    }
    mann_episode *episode = mann_episode_alloc(context, trace);
    if (!episode) {
        mann_fail(context, mann_context_status(context), "%s: %s", path,
                  mann_context_message(context));
    }
    return episode;
}

mann_extent mann_episode_extent(const mann_episode *episode, const mann_trace_array *array)
{
    if (array == &episode->error) {
        return (mann_extent){-1, 1, false};
    }
    return episode->extent[array - episode->trace->array];
}

int32_t mann_episode_family(const mann_episode *episode, const mann_trace_array *weights)
{
    for (int32_t f = 0; f < episode->n_families; f++) {
        if (episode->family[f].stage[MANN_STAGE_FINAL] == weights) {
            return f;
        }
    }
    return -1;
}
