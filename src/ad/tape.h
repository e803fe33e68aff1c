/* The inside of a tape, for the files of this layer. */
#ifndef MANN_AD_TAPE_H
#define MANN_AD_TAPE_H

#include "base/arena.h"
#include "kern/kern.h"

#include <stdarg.h>

/* A node on the tape, in the order of recording. */
typedef struct mann_record {
    mann_node node;
    struct mann_record *previous, *next;
    int32_t step;
} mann_record;

/* Weight gradients wait until there are enough rows for an efficient product. */
enum { MANN_PENDING_ROWS = 64 };

typedef struct mann_pending {
    int32_t rows;
    int32_t first, inputs; /* the rows of the weight that they belong to */
    const mann_real **x;   /* [MANN_PENDING_ROWS]: rows of inputs, on the tape */
    mann_real *dy;         /* [MANN_PENDING_ROWS, O]: copies, since gradients are recycled */
} mann_pending;

enum { MANN_FREE_LISTS = 64 };

struct mann_tape {
    mann_context *context;
    const mann_kernels *kernels;
    mann_arena *nodes, *values, *grads;
    mann_record *first, *last;
    int32_t recorded, step;
    int32_t steps; /* of packed rows; 0: there are none */
    const int32_t *start;
    mann_mode mode;
    bool hard, hardened; /* hard mode; whether it has made a choice hard */

    mann_status status;
    char message[512];
    mann_tensor dummy;
    mann_real dummy_value[16], dummy_grad[16];

    const mann_params *params;
    mann_tensor *param; /* [n_params] */
    mann_pending *pending;
    int32_t n_params;

    struct mann_free_gradient *free_gradient[MANN_FREE_LISTS]; /* by size, for the next owner */

    uint64_t seed;
    const uint64_t *index;
    double trained, epoch; /* sequences */

    mann_real clip; /* of gradients on their way back; 0: none */
    mann_observer *observer;
    void *observer_user;
    const char *scope; /* of tags; NULL: none */
    mann_profile *profile;
};

/* Fails the tape (the first failure counts) and returns its dummy. */
mann_var mann_tape_fail(mann_tape *tape, mann_status status, const char *format, ...)
    MANN_PRINTF(3, 4);

/* A tensor of its own storage, zeroed if clear. */
mann_var mann_tape_tensor(mann_tape *tape, int32_t rank, const int32_t *n, bool clear);

/* dW += x^T dy for weight [I, O], a parameter or some of its rows, now or later during the same
 * reverse walk. */
void mann_tape_weight_grad(mann_tape *tape, mann_var weight, int32_t rows, const mann_real *x,
                           int32_t ldx, const mann_real *dy, int32_t lddy);

/* A weight's transpose [n1, n0], *ld between its rows: the shadow of the parameter that it is, or
 * is some rows of, or else made for the occasion. NULL on shortage. */
const mann_real *mann_tape_transposed(mann_tape *tape, mann_var weight, int32_t *ld);

/* The first of the largest of n numbers. */
int32_t mann_largest(const mann_real *value, int32_t n);

/* For times of operations, where the tape has a profile. */
int64_t mann_profile_now(void);
void mann_profile_add(mann_profile *profile, const char *op, int64_t forward_ns,
                      int64_t backward_ns);

#endif
