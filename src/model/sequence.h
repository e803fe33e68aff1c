/* A group of sequences as packed rows. */
#ifndef MANN_MODEL_SEQUENCE_H
#define MANN_MODEL_SEQUENCE_H

#include <mann/model.h>

typedef struct mann_sequences {
    mann_packed rows;
    mann_var input;  /* [rows, inputs] */
    mann_var target; /* [rows, outputs] */
    mann_var mask;   /* [rows]: 1 where the target counts */
} mann_sequences;

/* Examples must be in order, longest first, and carry input, target and mask of the shapes of io;
 * otherwise the tape fails and rows has no steps. */
mann_sequences mann_sequences_pack(mann_tape *tape, const mann_batch *batch,
                                   const mann_io_shape *io);

#endif
