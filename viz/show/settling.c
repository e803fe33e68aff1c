/* Finding the values of a store in a trace. */
#include "show/settling.h"

#include <string.h>

static const mann_trace_array *find(const mann_trace *trace, const char *name, int32_t rank)
{
    for (int32_t i = 0; i < trace->count; i++) {
        char base[48];
        mann_episode_memory(trace->array[i].name, base);
        if (!strcmp(base, name) && trace->array[i].rank == rank) {
            return &trace->array[i];
        }
    }
    return NULL;
}

bool mann_settling_find(const mann_scene *scene, mann_settling *found)
{
    const mann_trace *trace = scene->episode ? scene->episode->trace : NULL;
    *found = (mann_settling){NULL};
    if (!trace) {
        return false;
    }
    found->state = find(trace, "store_settling", 3);
    found->energy = find(trace, "store_energy", 2);
    found->overlaps = find(trace, "store_overlaps", 2);
    found->associations = find(trace, "store_associations", 3);
    found->rows = find(trace, "store_rows", 3);
    found->retrieval = find(trace, "store_retrieval", 2);
    return found->state && found->energy && found->overlaps;
}
