/* A group of sequence examples as tensors, one per step. */
#ifndef MANN_MODEL_SEQUENCE_H
#define MANN_MODEL_SEQUENCE_H

#include <mann/model.h>

typedef struct mann_sequences {
    int32_t steps;                   /* of the longest */
    mann_var *input, *target, *mask; /* [steps]: [B_t, I], [B_t, O], [B_t] */
} mann_sequences;

/* B_t counts the sequences longer than t: those that have ended are left out. Examples must be
 * ordered longest first and carry input, target and mask of the shapes of io; otherwise the tape
 * fails. */
mann_sequences mann_sequences_pack(mann_tape *tape, const mann_batch *batch,
                                   const mann_io_shape *io);

#endif
