/* Run folders: what stands where, and the lock that keeps a second trainer out. */
#ifndef MANN_RUN_FOLDER_H
#define MANN_RUN_FOLDER_H

#include "train/checkpoint.h"

#include <stdio.h>

typedef struct mann_folder {
    mann_context *context;
    char path[MANN_PATH_SIZE];
    int lock;          /* file descriptor, -1: none */
    double epoch;      /* sequences that make one */
    const char *until; /* what run.json says that training was to reach, or NULL */
    FILE *metrics;     /* open for appending */
} mann_folder;

/* Makes (or with resume, opens) a run folder and takes its lock. MANN_E_INVAL: it is a run
 * already, or is not one; MANN_E_IO. */
mann_status mann_folder_open(mann_context *context, mann_folder *folder, const char *path,
                             bool resume);
void mann_folder_close(mann_folder *folder);

/* Cuts metrics.jsonl back to the lines up to step, and opens it for appending. */
mann_status mann_folder_metrics(mann_folder *folder, int64_t step);
/* What every line of metrics.jsonl begins with, before the scores. Ends with NULL. */
extern const char *const mann_folder_front[];
/* Appends a line for an event. */
mann_status mann_folder_append(mann_folder *folder, const mann_progress *progress, double seconds,
                               const mann_score *score, const mann_score *harder);

/* run.json: the experiment, and what happened under "run". */
mann_status mann_folder_describe(mann_folder *folder, const mann_experiment *experiment,
                                 const mann_progress *progress, double seconds, const char *stopped,
                                 const char *message);

void mann_folder_step_name(int64_t step, char *name, size_t size);
/* Points LATEST or BEST at the checkpoint of a step. */
mann_status mann_folder_point(mann_folder *folder, const char *mark, int64_t step);
/* Deletes checkpoints that neither LATEST nor BEST nor the thinned-out history need. */
void mann_folder_thin(mann_folder *folder, int64_t latest, int64_t best);

#endif
