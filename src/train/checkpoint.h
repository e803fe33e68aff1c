/* Writing checkpoints, and restoring a trainer from one. */
#ifndef MANN_TRAIN_CHECKPOINT_H
#define MANN_TRAIN_CHECKPOINT_H

#include "train/trainer.h"

#include <mann/checkpoint.h>

/* What a run remembers beside the trainer: a field of a struct of its own, a number under its name
 * in the metadata. */
typedef enum mann_memo_kind {
    MANN_MEMO_REAL,  /* double, finite */
    MANN_MEMO_COUNT, /* int64_t, >= 0 */
    MANN_MEMO_BOOL   /* bool */
} mann_memo_kind;

typedef struct mann_memo {
    const char *name;
    mann_memo_kind kind;
    size_t offset; /* of the field in the struct */
} mann_memo;

/* Weights, optimiser, progress, and the fields of state that memo lists; it ends with a NULL name.
 */
mann_status mann_checkpoint_save(mann_trainer *trainer, const char *path, const mann_memo *memo,
                                 const void *state);
/* Only weights, as given in values, at a step of training. */
mann_status mann_checkpoint_save_weights(mann_context *context, const mann_network *network,
                                         const mann_real *values, int64_t step, int64_t sequences,
                                         const char *path);
/* All of it back, or nothing changes. */
mann_status mann_checkpoint_restore(mann_trainer *trainer, const char *path, const mann_memo *memo,
                                    void *state);

/* The file that a path stands for: itself, or what BEST, LATEST or "@step" of a folder name. */
mann_status mann_checkpoint_resolve(mann_context *context, const char *path, const char *mark,
                                    char *file, size_t size);

#endif
