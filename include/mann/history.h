/* The history of a run: its folder as a reader sees it. Numbers of the training so far, and which
 * traces there are.
 *
 * It only reads, copes with files that are still being written, and never locks anything, so it may
 * look at a run while that trains (mann/run.h says what a folder holds). A history belongs to one
 * caller: one thread at a time uses it, also for reading, since a refresh moves what it holds.
 * Histories of the same folder may be used side by side. */
#ifndef MANN_HISTORY_H
#define MANN_HISTORY_H

#include <mann/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number of metrics.jsonl over the training; those of inner objects are called "outer.inner".
 * x is sequences seen (or updates, if the file has no sequences). A null is NaN. */
typedef struct mann_series {
    char name[64];
    int32_t count, capacity;
    double *x, *y; /* [count] */
} mann_series;

/* An episode trace of the run: traces/SETTING-sSEED-NNNNNNNNN.safetensors. */
typedef struct mann_snapshot {
    char file[112];   /* inside traces/ */
    char setting[64]; /* "length=20" */
    int32_t length;   /* the number at the end of the setting, -1 for none */
    uint64_t seed;
    int64_t step; /* of training: one is one update */
} mann_snapshot;

/* To be read. Only mann_history_refresh changes it. */
typedef struct mann_history {
    char path[MANN_PATH_SIZE], name[128]; /* name: last part of the path */
    char task[64], model[128], exit_reason[64];
    uint64_t seed;
    bool gone;     /* the folder has disappeared; what was read stays */
    bool finished; /* run.json gives a reason for its end */
    int64_t best;  /* step of the best checkpoint; -1: there is none */
    int32_t n_series;
    mann_series *series; /* [n_series] */
    int32_t n_snapshots;
    mann_snapshot *snapshot; /* [n_snapshots], by length, setting, seed, step */
    /* Updates and sequences of every line, to tell one from the other. */
    int32_t n_lines, line_capacity;
    double *line_step, *line_sequences; /* [n_lines] */
    int64_t read_to;                    /* bytes of metrics.jsonl read so far */
    int32_t bad_lines;                  /* of metrics.jsonl, which are left out */
    bool starved; /* memory was short at the last look; the next one reads again what is missing */
} mann_history;

/* Opens the folder and reads what is in it; an empty one is fine. To be closed. MANN_E_IO: there is
 * no such folder; MANN_E_INVAL: the path is too long; MANN_E_NOMEM. *run is then NULL. */
MANN_API mann_status mann_history_open(mann_context *context, const char *path, mann_history **run);
/* NULL is fine. */
MANN_API void mann_history_close(mann_history *run);

/* Reads what is new; true if anything is. Series and snapshots move only then. What cannot be read
 * is left out: it never fails (gone, bad_lines and starved say why something is missing). */
MANN_API bool mann_history_refresh(mann_history *run);

/* Whether path is a folder: one that a run could be in, which mann_run_is_folder need not find
 * there yet. */
MANN_API bool mann_history_is_folder(const char *path);

/* The series called name, or NULL. Good until a refresh that returns true. */
MANN_API const mann_series *mann_history_series(const mann_history *run, const char *name);

/* Sequences seen after so many updates, in proportion between the lines of metrics.jsonl; the
 * updates if there are no lines. */
MANN_API double mann_history_sequences(const mann_history *run, int64_t step);

#ifdef __cplusplus
}
#endif

#endif
