/* What else a memory tells of the pinned head and location: how much in use it is, what it was
 * written after, how the head reads. */
#include "draw/inspector/inspector.h"
#include "show/title.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool of_locations(const mann_inspector *at, const mann_trace_array *array, int32_t rank)
{
    bool all = array->rank == rank;
    for (int32_t k = 1; all && k < rank; k++) {
        all = array->n[k] == at->family->locations;
    }
    return all;
}

static void write_location(mann_inspector *at, const mann_trace_array *array)
{
    char left[112], title[80], number[32];
    double value = (double)mann_episode_value(array, at->scene->step, at->pin.location, 0);
    mann_value_title(array, title);
    snprintf(left, sizeof left, "%s of location %d", title, at->pin.location);
    mann_inspector_line(at, at->theme->text, left, mann_number(number, value));
}

/* The location that the pinned one was written after. */
static void write_link(mann_inspector *at, const mann_trace_array *array)
{
    int32_t step = at->scene->step, row = at->pin.location, best = 0;
    for (int32_t i = 1; i < array->n[2]; i++) {
        if (mann_episode_value(array, step, row, i) > mann_episode_value(array, step, row, best)) {
            best = i;
        }
    }
    char left[64], right[64], number[32];
    double value = (double)mann_episode_value(array, step, row, best);
    snprintf(left, sizeof left, "location %d was written after", row);
    snprintf(right, sizeof right, "%d  %s", best, mann_number(number, value));
    mann_inspector_line(at, at->theme->text, left, value > 0 ? right : "none");
}

/* The numbers of the pinned head. */
static void write_head(mann_inspector *at, const mann_trace_array *array)
{
    enum { MOST = 5 };
    char title[80], right[96] = "", number[32];
    int32_t n = array->rank > 2 ? array->n[2] : 1, used = 0;
    for (int32_t i = 0; i < n && i < MOST; i++) {
        double value = (double)mann_episode_value(array, at->scene->step, at->pin.head, i);
        used += snprintf(right + used, sizeof right - (size_t)used, i ? "  %s" : "%s",
                         mann_number(number, value));
    }
    mann_value_title(array, title);
    mann_inspector_line(at, at->theme->text, title, right);
}

void mann_inspector_values(mann_inspector *at)
{
    const mann_trace *trace = at->scene->episode->trace;
    const char *group = at->family->stage[MANN_STAGE_FINAL]->group;
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        bool whole = !array->access && !strcmp(array->group, at->family->owner);
        bool head = array->access && !strcmp(array->group, group);
        switch (array->role) {
        case MANN_ROLE_USAGE:
        case MANN_ROLE_ALLOCATION:
        case MANN_ROLE_PRECEDENCE:
        case MANN_ROLE_FREE:
        case MANN_ROLE_PUSH:
        case MANN_ROLE_POP:
        case MANN_ROLE_MODE:
            if (whole && of_locations(at, array, 2)) {
                write_location(at, array);
            } else if (head && array->rank <= 3 && array->n[1] == at->family->heads) {
                write_head(at, array);
            }
            break;
        case MANN_ROLE_LINK:
            if (whole && of_locations(at, array, 3)) {
                write_link(at, array);
            }
            break;
        default: break; /* the stages, the memory and the panels have them */
        }
    }
}
