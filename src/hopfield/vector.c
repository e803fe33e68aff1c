/* Loops over units and patterns.
 *
 * Couplings are applied column by column (y += a x), which needs no reassociation and so
 * vectorises in strict C; sums run in interleaved parts that are added in a fixed order. Meson
 * compiles this file once per instruction set, as it does the kernels; the set changes a result
 * only by rounding, and Hebb's whole numbers not at all. */
#include "hopfield/vector.h"

#if defined MANN_ISA_AVX512
#define LOOPS mann_hopfield_avx512_loops
#define NAME "avx512"
enum { LANES = 16 };
#elif defined MANN_ISA_AVX2
#define LOOPS mann_hopfield_avx2_loops
#define NAME "avx2"
enum { LANES = 8 };
#else
#define LOOPS mann_hopfield_ref_loops
#define NAME "ref"
enum { LANES = 4 };
#endif

extern const mann_hopfield_loops LOOPS;

enum { PARTS = 16 };

static void axpy(int32_t n, float a, const float *restrict x, float *restrict y)
{
    for (int32_t i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

static void axpy4(int32_t n, const float *a, const float *restrict x, size_t stride,
                  float *restrict y)
{
    const float *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    float a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
    for (int32_t i = 0; i < n; i++) {
        y[i] = y[i] + a0 * x[i] + a1 * x1[i] + a2 * x2[i] + a3 * x3[i];
    }
}

static void axpy_double(int32_t n, double a, const float *restrict x, double *restrict y)
{
    for (int32_t i = 0; i < n; i++) {
        y[i] += a * (double)x[i];
    }
}

/* Four accumulators hide the latency of the addition. */
static float dot(int32_t n, const float *x, const float *y)
{
    typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
    lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    int32_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        const lanes *a = (const lanes *)(x + i), *b = (const lanes *)(y + i);
        sum0 += a[0] * b[0];
        sum1 += a[1] * b[1];
        sum2 += a[2] * b[2];
        sum3 += a[3] * b[3];
    }
    for (; i + LANES <= n; i += LANES) {
        sum0 += *(const lanes *)(x + i) * *(const lanes *)(y + i);
    }
    float sum = 0;
    for (; i < n; i++) {
        sum += x[i] * y[i];
    }
    sum0 = (sum0 + sum1) + (sum2 + sum3);
    for (int32_t p = 0; p < LANES; p++) {
        sum += sum0[p];
    }
    return sum;
}

static double dot_double(int32_t n, const float *x, const double *y)
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

static int32_t opposed(int32_t n, const float *s, const float *h, float slack)
{
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        float size = h[i] < 0 ? -h[i] : h[i];
        count += (s[i] * h[i] < -slack) | ((s[i] == 0) & (size > slack));
    }
    return count;
}

static void agreement(int32_t n, int32_t words, int32_t patterns, const uint64_t *a,
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

static void storkey_row(int32_t n, float x_i, float h_i, const float *restrict x,
                        const float *restrict h, float *restrict row)
{
    float share = 1 / (float)n;
    for (int32_t j = 0; j < n; j++) {
        row[j] += (x_i * x[j] - (x_i * h[j] + h_i * x[j]) + 2 * row[j]) * share;
    }
}

static double gather(int32_t n, const int8_t *x, const int32_t *m, int32_t s, const double *step)
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

static void shift(int32_t n, int32_t change, const int8_t *restrict x, int32_t *restrict m)
{
    for (int32_t k = 0; k < n; k++) {
        m[k] += change * x[k];
    }
}

const mann_hopfield_loops LOOPS = {
    .name = NAME,
    .axpy = axpy,
    .axpy4 = axpy4,
    .axpy_double = axpy_double,
    .dot = dot,
    .dot_double = dot_double,
    .opposed = opposed,
    .agreement = agreement,
    .storkey_row = storkey_row,
    .gather = gather,
    .shift = shift,
};
