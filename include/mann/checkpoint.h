/* Checkpoints: networks in files. A checkpoint is one safetensors file; a run folder stands for
 * its best one. */
#ifndef MANN_CHECKPOINT_H
#define MANN_CHECKPOINT_H

#include <mann/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_checkpoint_info {
    char path[MANN_INNER_PATH_SIZE]; /* of the file */
    int64_t step, sequences;         /* of training */
    bool resumable;                  /* carries the optimiser's state */
    int64_t bytes;
} mann_checkpoint_info;

/* Opens a checkpoint file, or BEST of a run folder (LATEST if there is no BEST, or if the
 * path ends in "@last"; a step if it ends in "@1200"). Weights that were averaged during training
 * are the averaged ones. settings
 * ("task.length=40") override the experiment of the file; NULL for none. info and
 * status may be NULL. NULL with a message that names file and reason; *status tells which kind. */
MANN_API mann_network *mann_checkpoint_open(mann_context *context, const char *path,
                                            const char *settings, mann_checkpoint_info *info,
                                            mann_status *status);

/* Copies the weights of a checkpoint into a network of the same parameters. All or nothing. */
MANN_API mann_status mann_checkpoint_weights(mann_context *context, mann_network *network,
                                             const char *path);

#ifdef __cplusplus
}
#endif
#endif
