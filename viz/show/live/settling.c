/* Finding the values of a store in a trace: those of one group, whose last axes are the store's. */
#include "show/live/settling.h"

#include <string.h>

bool mann_settling_find(const mann_scene *scene, mann_settling *found)
{
    const mann_trace *trace = scene->episode ? scene->episode->trace : NULL;
    *found = (mann_settling){NULL};
    found->state = trace ? mann_trace_role(trace, MANN_ROLE_SETTLING) : NULL;
    if (!found->state || found->state->rank != 3) {
        return false;
    }
    const char *group = found->state->group;
    found->energy = mann_episode_find(trace, MANN_ROLE_ENERGY, group, 2);
    found->overlaps = mann_episode_find(trace, MANN_ROLE_SIMILARITY, group, 2);
    if (!found->energy || !found->overlaps) {
        return false;
    }
    found->associations = mann_episode_find(trace, MANN_ROLE_ASSOCIATION, group, 3);
    found->retrieval = mann_episode_find(trace, MANN_ROLE_WEIGHTING, group, 2);
    found->rows = mann_episode_find(trace, MANN_ROLE_MEMORY, group, 3);
    if (found->rows && strcmp(found->rows->axis[2], found->overlaps->axis[1]) != 0) {
        found->rows = NULL; /* of another memory in a trace of version 1 */
    }
    return true;
}
