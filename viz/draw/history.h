/* A run folder as the viewer sees it: numbers of the training so far, and the traces there are.
 * It only reads, copes with files that are still being written, and never locks anything. */
#ifndef MANN_DRAW_HISTORY_H
#define MANN_DRAW_HISTORY_H

#include <mann/base.h>

/* One number of metrics.jsonl over the training; those of inner objects are called "outer.inner".
 * x is sequences seen (or steps, if the file has no sequences). A null is NaN. */
typedef struct mann_series {
    char name[64];
    int32_t count, capacity;
    double *x, *y;
} mann_series;

/* An episode trace of the run: traces/SETTING-sSEED-NNNNNNNNN.safetensors. */
typedef struct mann_snapshot {
    char file[112];   /* inside traces/ */
    char setting[64]; /* "L20" */
    int32_t length;   /* the number at the end of the setting, -1 for none */
    uint64_t seed;
    int64_t step; /* of training: one is one update */
} mann_snapshot;

typedef struct mann_history {
    char path[512], name[128]; /* name: last part of the path */
    char task[64], model[128], exit_reason[64];
    uint64_t seed;
    bool gone;     /* the folder has disappeared; what was read stays */
    bool finished; /* run.json gives a reason for its end */
    int64_t best;  /* step of the best checkpoint; -1: there is none */
    int32_t n_series;
    mann_series *series;
    int32_t n_snapshots;
    mann_snapshot *snapshot; /* by length, setting, seed, step */
    /* Updates and sequences of every line, to tell one from the other. */
    int32_t n_lines, line_capacity;
    double *line_step, *line_sequences;
    int64_t read_to; /* bytes of metrics.jsonl read so far */
    int32_t bad_lines;
    bool starved; /* memory was short at the last look; the next one reads again what is missing */
} mann_history;

/* Reads what there is. MANN_E_IO if there is no such folder, MANN_E_NOMEM; an empty one is fine. */
mann_status mann_history_open(mann_context *context, const char *path, mann_history **run);
void mann_history_close(mann_history *run);

/* Reads what is new; true if anything is. Series and snapshots stay where they are otherwise. */
bool mann_history_refresh(mann_history *run);

/* True for a folder that a run could be in. */
bool mann_history_is_folder(const char *path);

/* The series called name, or NULL. */
const mann_series *mann_history_series(const mann_history *run, const char *name);

/* Sequences seen after so many updates; the updates if that is unknown. */
double mann_history_sequences(const mann_history *run, int64_t step);

#endif
