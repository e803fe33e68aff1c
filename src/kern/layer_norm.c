/* Layer normalisation (Ba, Kiros & Hinton 2016) of rows of n numbers:
 *
 *   y = gain (x - mean) / sigma + bias       sigma = sqrt(variance + EPSILON)
 *
 * and its gradient, with z = (x - mean) / sigma and d = gain dy:
 *
 *   dx = (d - mean of d - z times the mean of d z) / sigma       dgain = dy z       dbias = dy
 *
 * Squares are taken of numbers scaled to at most 1, so that large ones do not overflow. */
#include "kern/lanes/rows.h"

#define EPSILON 1e-5

INLINE size_t at(int32_t i, int32_t ld)
{
    return (size_t)i * (size_t)ld;
}

void KERN(layer_norm)(int32_t rows, int32_t cols, const mann_real *x, int32_t ldx,
                      const mann_real *gain, const mann_real *bias, mann_real *y, int32_t ldy,
                      mann_real *moments)
{
    for (int32_t r = 0; r < rows; r++) {
        const mann_real *from = x + at(r, ldx);
        mann_real *to = y + at(r, ldy);
        va sum = v_set(0), squares = v_set(0);
        vf high = v_set(1);
        ALONG(cols)
        {
            sum += v_load(from + n, v_tail(cols - n));
        }
        mann_real mean = (mann_real)(v_sum(sum) / (mann_real)cols);
        ALONG(cols)
        {
            vm m = v_tail(cols - n);
            high = v_max(high, v_keep(m, v_abs(v_load(from + n, m) - v_set(mean)), v_set(0)));
        }
        mann_real unit = v_largest(high);
        ALONG(cols)
        {
            vm m = v_tail(cols - n);
            vf apart = (v_load(from + n, m) - v_set(mean)) / v_set(unit);
            squares += (va)v_keep(m, apart, v_set(0)) * apart;
        }
        double scaled = (double)v_sum(squares) / cols + EPSILON / ((double)unit * unit);
        mann_real inverse = (mann_real)(1 / (unit * sqrt(scaled)));
        ALONG(cols)
        {
            vm m = v_tail(cols - n);
            vf z = (v_load(from + n, m) - v_set(mean)) * v_set(inverse);
            v_store(to + n, m, v_load(gain + n, m) * z + v_load(bias + n, m));
        }
        moments[2 * r] = mean;
        moments[2 * r + 1] = inverse;
    }
}

void KERN(layer_norm_grad)(int32_t rows, int32_t cols, const mann_real *x, int32_t ldx,
                           const mann_real *gain, const mann_real *moments, const mann_real *dy,
                           int32_t lddy, mann_real *dx, int32_t lddx, mann_real *dgain,
                           mann_real *dbias)
{
    for (int32_t r = 0; r < rows; r++) {
        const mann_real *from = x + at(r, ldx), *d_from = dy + at(r, lddy);
        vf mean = v_set(moments[2 * r]), inverse = v_set(moments[2 * r + 1]);
        va sum = v_set(0), along = v_set(0);
        ALONG(cols)
        {
            vm m = v_tail(cols - n);
            vf g = v_load(d_from + n, m), d = g * v_load(gain + n, m);
            vf z = (v_load(from + n, m) - mean) * inverse;
            sum += d;
            along += (va)d * z;
            if (dgain) {
                v_store(dgain + n, m, v_load(dgain + n, m) + g * z);
            }
            if (dbias) {
                v_store(dbias + n, m, v_load(dbias + n, m) + g);
            }
        }
        vf level = v_set((mann_real)(v_sum(sum) / (mann_real)cols));
        vf slope = v_set((mann_real)(v_sum(along) / (mann_real)cols));
        mann_real *to = dx ? dx + at(r, lddx) : NULL;
        for (int32_t n = 0; n < cols && to; n += V) {
            vm m = v_tail(cols - n);
            vf d = v_load(d_from + n, m) * v_load(gain + n, m);
            vf z = (v_load(from + n, m) - mean) * inverse;
            v_store(to + n, m, v_load(to + n, m) + (d - level - z * slope) * inverse);
        }
    }
}
