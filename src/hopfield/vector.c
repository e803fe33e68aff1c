/* Loops over units and patterns.
 *
 * Couplings are applied column by column (y += a x), which needs no reassociation and so
 * vectorises in strict C; sums run in 16 interleaved parts that are added in a fixed order. One
 * binary carries the loops for AVX-512, AVX2 and the baseline and the loader picks one, so a
 * result depends on the instruction set only by rounding, and Hebb's whole numbers not at all. */
#include "hopfield/vector.h"

/* Clang before 18 gives the dispatched symbol another name, which other files cannot call. The
 * thread sanitizer is not ready yet when the loader chooses. */
#if defined __x86_64__ && defined __gnu_linux__ && defined __has_attribute &&                      \
    !defined __clang__ && !defined __SANITIZE_THREAD__
#if __has_attribute(target_clones)
#define PER_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef PER_CPU
#define PER_CPU
#endif

enum { PARTS = 16 };

PER_CPU void mann_hopfield_axpy(int32_t n, float a, const float *restrict x, float *restrict y)
{
    for (int32_t i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

PER_CPU void mann_hopfield_axpy4(int32_t n, const float *a, const float *restrict x, size_t stride,
                                 float *restrict y)
{
    const float *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    float a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
    for (int32_t i = 0; i < n; i++) {
        y[i] = y[i] + a0 * x[i] + a1 * x1[i] + a2 * x2[i] + a3 * x3[i];
    }
}

PER_CPU void mann_hopfield_axpy_double(int32_t n, double a, const float *restrict x,
                                       double *restrict y)
{
    for (int32_t i = 0; i < n; i++) {
        y[i] += a * (double)x[i];
    }
}

/* Four accumulators hide the latency of the addition. */
PER_CPU float mann_hopfield_dot(int32_t n, const float *x, const float *y)
{
    typedef float lanes __attribute__((vector_size(4 * PARTS), aligned(4), may_alias));
    lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    int32_t i = 0;
    for (; i + 4 * PARTS <= n; i += 4 * PARTS) {
        const lanes *a = (const lanes *)(x + i), *b = (const lanes *)(y + i);
        sum0 += a[0] * b[0];
        sum1 += a[1] * b[1];
        sum2 += a[2] * b[2];
        sum3 += a[3] * b[3];
    }
    for (; i + PARTS <= n; i += PARTS) {
        sum0 += *(const lanes *)(x + i) * *(const lanes *)(y + i);
    }
    float sum = 0;
    for (; i < n; i++) {
        sum += x[i] * y[i];
    }
    sum0 = (sum0 + sum1) + (sum2 + sum3);
    for (int32_t p = 0; p < PARTS; p++) {
        sum += sum0[p];
    }
    return sum;
}

PER_CPU double mann_hopfield_dot_double(int32_t n, const float *x, const double *y)
{
    double part[PARTS] = {0};
    int32_t i = 0;
    for (; i + PARTS <= n; i += PARTS) {
        for (int32_t p = 0; p < PARTS; p++) {
            part[p] += (double)x[i + p] * y[i + p];
        }
    }
    double sum = 0;
    for (; i < n; i++) {
        sum += (double)x[i] * y[i];
    }
    for (int32_t p = 0; p < PARTS; p++) {
        sum += part[p];
    }
    return sum;
}

PER_CPU int32_t mann_hopfield_opposed(int32_t n, const float *s, const float *h, float slack)
{
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        float size = h[i] < 0 ? -h[i] : h[i];
        count += (s[i] * h[i] < -slack) | ((s[i] == 0) & (size > slack));
    }
    return count;
}

PER_CPU void mann_hopfield_agreement(int32_t n, int32_t words, int32_t patterns, const uint64_t *a,
                                     const uint64_t *restrict b, float *restrict row)
{
    for (int32_t j = 0; j < n; j++) {
        int32_t differ = 0;
        for (int32_t w = 0; w < words; w++) {
            differ += __builtin_popcountll(a[w] ^ b[(size_t)j * (size_t)words + (size_t)w]);
        }
        row[j] += (float)(patterns - 2 * differ);
    }
}

PER_CPU void mann_hopfield_storkey_row(int32_t n, float x_i, float h_i, const float *restrict x,
                                       const float *restrict h, float *restrict row)
{
    float share = 1 / (float)n;
    for (int32_t j = 0; j < n; j++) {
        row[j] += (x_i * x[j] - (x_i * h[j] + h_i * x[j]) + 2 * row[j]) * share;
    }
}

PER_CPU double mann_hopfield_gather(int32_t n, const int8_t *x, const int32_t *m, int32_t s,
                                    const double *step)
{
    double part[PARTS] = {0};
    int32_t k = 0;
    for (; k + PARTS <= n; k += PARTS) {
        for (int32_t p = 0; p < PARTS; p++) {
            part[p] += x[k + p] * step[m[k + p] - x[k + p] * s];
        }
    }
    double sum = 0;
    for (; k < n; k++) {
        sum += x[k] * step[m[k] - x[k] * s];
    }
    for (int32_t p = 0; p < PARTS; p++) {
        sum += part[p];
    }
    return sum;
}

PER_CPU void mann_hopfield_shift(int32_t n, int32_t change, const int8_t *restrict x,
                                 int32_t *restrict m)
{
    for (int32_t k = 0; k < n; k++) {
        m[k] += change * x[k];
    }
}
