/* Packed rows: a ragged group of sequences without padding, as one tensor.
 *
 * The rows of a packed tensor [rows, ...] stand step by step, in each step the sequences that are
 * that long, the longest sequence first: the row of step t at place p is start[t] + p. A layer that
 * does not depend on time runs once over all rows; what goes from step to step takes a slice at a
 * time, and sequences that have ended drop out from the end of it. (PyTorch's PackedSequence has
 * the same order.)
 *
 * The lists are scratch memory of a tape, valid until its reset. */
#ifndef MANN_BATCH_H
#define MANN_BATCH_H

#include <mann/op.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_packed {
    int32_t batch;         /* B: sequences */
    int32_t steps;         /* T: of the longest */
    int32_t rows;          /* the sum of their lengths */
    const int32_t *start;  /* [steps + 1]: the first row of each step; then the number of rows */
    const int32_t *order;  /* [batch]: the sequence at each place */
    const int32_t *place;  /* [batch]: the place of each sequence */
    const int32_t *length; /* [batch]: the steps of the sequence at each place */
} mann_packed;

/* Packs sequences of length[0..batch) >= 1 steps; among equals the order is kept. On failure of the
 * tape everything is 0. */
MANN_API mann_packed mann_pack(mann_tape *tape, int32_t batch, const int32_t *length);

/* Sequences that have a step t. */
static inline int32_t mann_packed_active(const mann_packed *packed, int32_t t)
{
    return packed->start[t + 1] - packed->start[t];
}

/* For every row: the place of its sequence; its step. [rows] lists. */
MANN_API const int32_t *mann_packed_places(mann_tape *tape, const mann_packed *packed);
MANN_API const int32_t *mann_packed_steps(mann_tape *tape, const mann_packed *packed);

/* Step t of x [rows, ...], a view [active, ...]. */
MANN_API mann_var mann_packed_step(mann_tape *tape, const mann_packed *packed, mann_var x,
                                   int32_t t);
/* The steps x[0..steps), [active, ...] each, as one tensor [rows, ...]. */
MANN_API mann_var mann_packed_join(mann_tape *tape, const mann_packed *packed, const mann_var *x);
/* The last row of every sequence of x [rows, n], in the order of places: [batch, n]. */
MANN_API mann_var mann_packed_last(mann_tape *tape, const mann_packed *packed, mann_var x);

#ifdef __cplusplus
}
#endif
#endif
