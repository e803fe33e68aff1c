/* Episodes that were read are kept, up to a limit in bytes, so that scrubbing through a training
 * reads every trace once. */
#include "show/shelf.h"

#include <stdio.h>
#include <string.h>

static const size_t most_bytes = (size_t)256 << 20;

static size_t episode_bytes(const mann_episode *episode)
{
    size_t bytes = 0;
    for (int32_t i = 0; i < episode->trace->count; i++) {
        const mann_trace_array *array = &episode->trace->array[i];
        size_t size = sizeof(float);
        for (int32_t k = 0; k < array->rank; k++) {
            size *= (size_t)array->n[k];
        }
        bytes += size;
    }
    return bytes;
}

static void forget(mann_shelf_place *place)
{
    mann_episode_free(place->episode);
    *place = (mann_shelf_place){.episode = NULL};
}

/* Makes room for bytes more, sparing what was used last. */
static mann_shelf_place *make_room(mann_shelf *shelf, size_t bytes)
{
    for (;;) {
        mann_shelf_place *empty = NULL, *oldest = NULL;
        size_t sum = bytes;
        for (int i = 0; i < MANN_SHELF_KEPT; i++) {
            mann_shelf_place *place = &shelf->kept[i];
            sum += place->bytes;
            if (!place->episode) {
                empty = place;
            } else if (place->used < shelf->clock && (!oldest || place->used < oldest->used)) {
                oldest = place;
            }
        }
        if (empty && (sum <= most_bytes || !oldest)) {
            return empty;
        }
        forget(oldest);
    }
}

const mann_episode *mann_shelf_get(mann_context *context, mann_shelf *shelf, const char *path,
                                   mann_status *status)
{
    *status = MANN_OK;
    for (int i = 0; i < MANN_SHELF_KEPT; i++) {
        mann_shelf_place *place = &shelf->kept[i];
        if (place->episode && !strcmp(place->path, path)) {
            place->used = ++shelf->clock;
            return place->episode;
        }
    }
    mann_trace *trace = NULL;
    *status = mann_trace_load(context, path, &trace);
    mann_episode *episode = *status ? NULL : mann_episode_alloc(context, trace);
    if (!episode) {
        *status = *status ? *status : mann_context_status(context);
        return NULL;
    }
    mann_shelf_place *place = make_room(shelf, episode_bytes(episode));
    snprintf(place->path, sizeof place->path, "%s", path);
    place->episode = episode;
    place->bytes = episode_bytes(episode);
    place->used = ++shelf->clock;
    return episode;
}

void mann_shelf_clear(mann_shelf *shelf)
{
    for (int i = 0; i < MANN_SHELF_KEPT; i++) {
        forget(&shelf->kept[i]);
    }
}
