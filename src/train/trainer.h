/* The inside of a trainer. */
#ifndef MANN_TRAIN_TRAINER_H
#define MANN_TRAIN_TRAINER_H

#include "network/crew.h"
#include "train/optimiser.h"

/* Groups add into slot (group mod slots), in order, so sums do not depend on threads. */
enum { MANN_SLOTS = 8, MANN_MAX_LESSONS = 32, MANN_PIECE = 8192 };

struct mann_trainer {
    mann_context *context;
    mann_network *network;
    const mann_train_config *config;
    mann_crew *crew, *validation_crew;
    mann_task *lesson[MANN_MAX_LESSONS]; /* the last is the task as it is set */
    int32_t lessons;
    mann_task *harder;
    mann_optimiser_state optimiser;
    mann_rate rate;
    mann_real *slot[MANN_SLOTS], *grad;
    /* The flat vectors are worked on in pieces of MANN_PIECE; sums go in the order of pieces. */
    int32_t pieces, slots; /* slots: in use this update */
    double *piece_square;  /* [pieces]: squares of the clipped gradient */
    size_t *piece_bad;     /* [pieces]: components that are not finite */
    mann_update update;
    mann_real *average; /* of the weights, or NULL */
    double slot_loss[MANN_SLOTS];
    mann_progress progress;
    double lr_scale; /* of the halving schedule */
    double seed_scale;
    double validated_targets; /* numbers with a target in the last validation of the lesson */
};

/* How many lessons come before the task as it is set. */
int32_t mann_lessons_before(const mann_train_config *config);

#endif
