/* The loops over units that everything else is made of, once per instruction set (vector.c). */
#ifndef MANN_HOPFIELD_VECTOR_H
#define MANN_HOPFIELD_VECTOR_H

#include <mann/base.h>

typedef struct mann_hopfield_loops {
    const char *name; /* as MANN_CPU has it */
    /* y += a x */
    void (*axpy)(int32_t n, float a, const float *x, float *y);
    /* y += a[0] x[0] + a[1] x[1] + a[2] x[2] + a[3] x[3], in this order: one pass over y for four
     * rows, which lie stride apart. */
    void (*axpy4)(int32_t n, const float *a, const float *x, size_t stride, float *y);
    void (*axpy_double)(int32_t n, double a, const float *x, double *y);
    float (*dot)(int32_t n, const float *x, const float *y);
    double (*dot_double)(int32_t n, const float *x, const double *y);
    /* Units with s h < -slack, and units with s = 0 and |h| > slack: those an update would change.
     */
    int32_t (*opposed)(int32_t n, const float *s, const float *h, float slack);
    /* row[j] += patterns - 2 popcount(a xor b[j]) for j in 0..n-1; a and b[j] are words words. */
    void (*agreement)(int32_t n, int32_t words, int32_t patterns, const uint64_t *a,
                      const uint64_t *b, float *row);
    /* row[j] += (x_i x_j - x_i h_j - h_i x_j + 2 row[j]) / n, Storkey's change. */
    void (*storkey_row)(int32_t n, float x_i, float h_i, const float *x, const float *h,
                        float *row);
    /* The sum over k of x[k] step[m[k] - x[k] s]. */
    double (*gather)(int32_t n, const int8_t *x, const int32_t *m, int32_t s, const double *step);
    /* m[k] += change x[k] */
    void (*shift)(int32_t n, int32_t change, const int8_t *x, int32_t *m);
} mann_hopfield_loops;

/* Those of the kernels in use (MANN_CPU, or the fastest that run here). NULL with a message. */
const mann_hopfield_loops *mann_hopfield_loops_choose(mann_context *context);

#endif
