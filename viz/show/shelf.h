/* The episodes of files, read when they are wanted and kept for a while. */
#ifndef MANN_SHOW_SHELF_H
#define MANN_SHOW_SHELF_H

#include "show/episode.h"

enum { MANN_SHELF_KEPT = 64, MANN_SHELF_PATH = MANN_INNER_PATH_SIZE };

typedef struct mann_shelf_place {
    char path[MANN_SHELF_PATH];
    mann_episode *episode; /* NULL: free */
    size_t bytes;
    uint64_t used; /* the clock at its last use */
} mann_shelf_place;

/* Zeroed to begin with. */
typedef struct mann_shelf {
    uint64_t clock;
    mann_shelf_place kept[MANN_SHELF_KEPT];
} mann_shelf;

/* The episode of a trace file, good until some others were asked for. NULL with a message, and
 * status. */
const mann_episode *mann_shelf_get(mann_context *context, mann_shelf *shelf, const char *path,
                                   mann_status *status);
void mann_shelf_clear(mann_shelf *shelf);

#endif
