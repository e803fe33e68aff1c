/* Probes: for every kernel a function that draws shapes and options, asks for arrays and calls the
 * kernel once. Whoever hands out the arrays decides what stands in and around them: a test fills
 * them with difficult numbers and compares variants. */
#ifndef MANN_TESTS_PROBE_H
#define MANN_TESTS_PROBE_H

#include "kern/kern.h"

/* What a kernel does to an array. */
typedef enum mann_probe_use {
    MANN_PROBE_READ,   /* reads it */
    MANN_PROBE_SET,    /* writes every element and reads none */
    MANN_PROBE_CHANGE, /* reads and writes it */
    MANN_PROBE_SPEND   /* reads it and leaves anything there */
} mann_probe_use;

/* What an array usually holds. */
typedef enum mann_probe_content {
    MANN_PROBE_SIGNED,   /* standard normal */
    MANN_PROBE_POSITIVE, /* 0.1 .. 5 */
    MANN_PROBE_FRACTION, /* 0 .. 1 */
    MANN_PROBE_SWITCH,   /* 0 or 1 */
    MANN_PROBE_WEIGHTING /* a distribution over the last axis */
} mann_probe_content;

/* Element (i, j, k) stands at i * ld[0] + j * ld[1] + k; what lies between belongs to nobody. */
typedef struct mann_probe_shape {
    int32_t n[3], ld[2];
} mann_probe_shape;

typedef struct mann_prober mann_prober;
struct mann_prober {
    mann_rng rng; /* of shapes and options */
    mann_real *(*array)(mann_prober *prober, mann_probe_use use, mann_probe_content content,
                        mann_probe_shape shape);
    /* A number that the kernel takes by value, as it is or a hair off. */
    mann_real (*scalar)(mann_prober *prober, double value);
};

enum { MANN_PROBE_ARRAYS = 24 }; /* a probe asks for fewer than this many */

typedef struct mann_probe {
    const char *kernel;
    void (*run)(mann_prober *prober, const mann_kernels *kernels);
} mann_probe;

/* One per kernel of MANN_KERNEL_LIST, in its order; ends with a row whose kernel is NULL. */
extern const mann_probe mann_probes[];

#endif
