/* The traces of a run folder, by the names of their files. */
#include "run/history_parts.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SNAPSHOTS = 1 << 20 };

static int by_place(const void *a, const void *b)
{
    const mann_snapshot *x = a, *y = b;
    if (x->length != y->length) {
        return x->length < y->length ? -1 : 1;
    }
    int order = strcmp(x->setting, y->setting);
    if (order) {
        return order;
    }
    if (x->seed != y->seed) {
        return x->seed < y->seed ? -1 : 1;
    }
    return x->step < y->step ? -1 : x->step > y->step;
}

/* Takes the name of a trace apart, from its end. */
static bool parse_name(const char *name, mann_snapshot *found)
{
    *found = (mann_snapshot){.length = -1};
    size_t length = strlen(name);
    const char *dash = strrchr(name, '-'), *seed = NULL;
    for (const char *at = name; dash && (at = strstr(at, "-s")) && at < dash; at++) {
        seed = at;
    }
    int end = 0;
    if (!seed || length >= sizeof found->file || (size_t)(seed - name) >= sizeof found->setting ||
        sscanf(seed, "-s%" SCNu64 "-%" SCNd64 ".safetensors%n", &found->seed, &found->step, &end) !=
            2 ||
        !end || seed[end]) {
        return false;
    }
    memcpy(found->file, name, length + 1);
    memcpy(found->setting, name, (size_t)(seed - name));
    const char *digits = seed;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9') {
        digits--;
    }
    if (digits < seed && seed - digits < 10) {
        found->length = (int32_t)strtol(digits, NULL, 10);
    }
    return true;
}

bool mann_history_read_traces(mann_history *run)
{
    char path[MANN_INNER_PATH_SIZE];
    snprintf(path, sizeof path, "%s/traces", run->path);
    DIR *folder = opendir(path);
    if (!folder) {
        run->starved |= errno == ENOMEM;
        return false;
    }
    mann_snapshot *list = NULL;
    int32_t count = 0, capacity = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) && count < MOST_SNAPSHOTS;) {
        mann_snapshot found;
        if (!parse_name(entry->d_name, &found)) {
            continue;
        }
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            mann_snapshot *larger = realloc(list, (size_t)capacity * sizeof *list);
            if (!larger) {
                run->starved = true;
                break;
            }
            list = larger;
        }
        list[count++] = found;
    }
    closedir(folder);
    if (run->starved) {
        free(list);
        return false;
    }
    if (count) {
        qsort(list, (size_t)count, sizeof *list, by_place);
    }
    bool changed = count != run->n_snapshots;
    for (int32_t i = 0; !changed && i < count; i++) {
        changed = by_place(&list[i], &run->snapshot[i]) != 0;
    }
    if (!changed) { /* others may hold on to the list until they hear of a change */
        free(list);
        return false;
    }
    free(run->snapshot);
    run->snapshot = list;
    run->n_snapshots = count;
    return true;
}
