/* Examples that no trace is of: the viewer runs the checkpoint on them itself. */
#ifndef MANN_SHOW_LIVE_LIVE_H
#define MANN_SHOW_LIVE_LIVE_H

#include "show/episode.h"

/* A user's own rows of bits, and the steps of the episode at which they go in. */
enum { MANN_MOST_ROWS = 256, MANN_MOST_BITS = 64 };
typedef struct mann_rows {
    int32_t rows, width;
    uint8_t bit[MANN_MOST_ROWS * MANN_MOST_BITS]; /* [rows][width] */
    int32_t step[MANN_MOST_ROWS];
} mann_rows;

/* Longer episodes are refused: they would take gigabytes, and no screen has such columns. */
enum { MANN_LIVE_MOST_STEPS = 20000 };

typedef struct mann_live_wish {
    const char *setting; /* of the task; NULL: that of the probe, with another length */
    int32_t length;      /* as the task's probe counts it; -1: that of the probe */
    bool seeded;         /* else the seed of the run's traces */
    uint64_t seed;       /* of the example, which is the first of its stream */
    int64_t training;    /* step of the checkpoint; -1: the best one */
} mann_live_wish;

/* Runs a checkpoint (a file, or the one of a run folder). rows: NULL, or what to pose instead of
 * an example; their steps are filled in. NULL with a message, and status. */
mann_episode *mann_live_run(mann_context *context, const char *path, const mann_live_wish *wish,
                            mann_rows *rows, mann_status *status);

/* Finds the rows that pose the episode. MANN_E_INVAL if its task takes none; rows that are all 0
 * if the episode is not one that can be posed. */
mann_status mann_live_rows(mann_context *context, const char *path, const mann_live_wish *wish,
                           const mann_episode *episode, mann_rows *rows);

#endif
