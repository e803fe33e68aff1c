/* Tensors: views of numbers on a tape. */
#ifndef MANN_TENSOR_H
#define MANN_TENSOR_H

#include <mann/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_MAX_RANK 4

typedef enum mann_type { MANN_REAL, MANN_INT32 } mann_type;

/* What outputs stand for, which fixes loss and scores. */
typedef enum mann_target {
    MANN_TARGET_BITS,  /* independent bits: binary cross-entropy */
    MANN_TARGET_CLASS, /* one of `outputs` classes per step, as a one-hot row */
    MANN_TARGET_REAL,  /* real numbers: squared error */
    /* One of the places of the example at hand, of which some may not be chosen. */
    MANN_TARGET_POINTER,
    MANN_TARGET_DISTRIBUTION /* a distribution over `outputs` classes per step */
} mann_target;

/* A view of up to four dimensions, the batch outermost; the last dimension is contiguous. It owns
 * nothing: storage is the tape's. Whole tensors start on 64-byte boundaries, views anywhere. */
typedef struct mann_tensor {
    void *value;
    mann_real *grad;           /* of an owner; NULL until a gradient arrives */
    const mann_real *shadow;   /* of a parameter: its transposed copy [n1, n0] */
    struct mann_tensor *owner; /* the tensor whose storage this is part of, or itself */
    int32_t rank, n[MANN_MAX_RANK], stride[MANN_MAX_RANK]; /* in elements */
    mann_type type;
    bool needs_grad;
    bool keeps_grad; /* a leaf or a parameter: its gradient outlives the reverse walk */
} mann_tensor;

/* Valid until its tape is reset. */
typedef mann_tensor *mann_var;

static inline mann_real *mann_value(mann_var var)
{
    return (mann_real *)var->value;
}

/* Number of elements. */
static inline size_t mann_size(const mann_tensor *var)
{
    size_t size = 1;
    for (int32_t i = 0; i < var->rank; i++) {
        size *= (size_t)var->n[i];
    }
    return size;
}

#ifdef __cplusplus
}
#endif
#endif
