/* Pieces that several kernels share: sums along a row, down the columns of a memory [M, N], and the
 * softmax of a row. */
#ifndef MANN_KERN_LANES_ROWS_H
#define MANN_KERN_LANES_ROWS_H

#include "kern/variant.h"

#define ALONG(count) for (int32_t n = 0; n < (count); n += V)

INLINE vf clip(vf x, mann_real limit)
{
    return limit > 0 ? v_min(v_set(limit), v_max(v_set(-limit), x)) : x;
}

INLINE va dot(int32_t count, const mann_real *a, const mann_real *b)
{
    va sum = v_set(0);
    ALONG(count)
    {
        vm m = v_tail(count - n);
        sum += (va)v_load(a + n, m) * v_load(b + n, m);
    }
    return sum;
}

/* y[n] += scale x[n]. */
INLINE void add_scaled(int32_t count, mann_real scale, const mann_real *x, mann_real *y)
{
    ALONG(count)
    {
        vm m = v_tail(count - n);
        v_store(y + n, m, v_load(y + n, m) + v_set(scale) * v_load(x + n, m));
    }
}

/* Columns n .. n + wide * V - 1 of down_columns; places behind N do column n over. */
INLINE void columns_block(int wide, int32_t n, int32_t M, int32_t N, mann_real scale,
                          const mann_real *memory, const mann_real *x, mann_real *y,
                          mann_real *square)
{
    enum { WIDEST = 4 };
    va sum[WIDEST], squares[WIDEST];
    vm m[WIDEST];
    int32_t at[WIDEST];
    for (int i = 0; i < wide; i++) {
        bool inside = n + i * V < N;
        at[i] = inside ? n + i * V : n;
        m[i] = v_tail(N - at[i]);
        sum[i] = squares[i] = v_set(0);
    }
    for (int32_t row = 0; row < M; row++) {
        const mann_real *p = memory + (size_t)row * (size_t)N;
        va one = v_set(x[row]);
        for (int i = 0; i < wide; i++) {
            va v = v_load(p + at[i], m[i]);
            sum[i] += one * v;
            if (square) {
                squares[i] += v * v;
            }
        }
    }
    for (int i = wide - 1; i >= 0; i--) {
        v_store(y + at[i], m[i], v_set(scale) * (vf)sum[i]);
        if (square) {
            v_store(square + at[i], m[i], (vf)squares[i]);
        }
    }
}

/* y[n] = scale times the sum over m of x[m] memory[m][n], and with square also square[n], the sum
 * of squares of column n. Four vectors at a time keep enough sums in flight. */
INLINE void down_columns(int32_t M, int32_t N, mann_real scale, const mann_real *memory,
                         const mann_real *x, mann_real *y, mann_real *square)
{
    enum { WIDE = 4 };
    for (int32_t n = 0; n < N; n += WIDE * V) {
        if (N - n <= V) {
            columns_block(1, n, M, N, scale, memory, x, y, square);
        } else {
            columns_block(WIDE, n, M, N, scale, memory, x, y, square);
        }
    }
}

/* Through the products scale key . memory[n], in one pass over the memory:
 *   dmemory[m][n] += sum over h of scale ddot[h][n] key[h][m] - memory[m][n] fall[n]
 *   dkey[h][m] += sum over n of scale ddot[h][n] memory[m][n]
 * dmemory, dkey and fall are optional. */
INLINE void product_grad(int32_t H, int32_t M, int32_t N, mann_real scale, const mann_real *memory,
                         const mann_real *ddot, const mann_real *key, int32_t ldh_key,
                         const mann_real *fall, mann_real *dmemory, mann_real *dkey)
{
    for (int32_t row = 0; row < M; row++) {
        const mann_real *p = memory + (size_t)row * (size_t)N;
        mann_real *d = dmemory ? dmemory + (size_t)row * (size_t)N : NULL;
        for (int32_t h = 0; h < H; h++) {
            size_t at = (size_t)h * (size_t)ldh_key + (size_t)row;
            const mann_real *dd = ddot + (size_t)h * (size_t)N;
            vf k = v_set(key[at]);
            va sum = v_set(0);
            ALONG(N)
            {
                vm m = v_tail(N - n);
                vf x = v_load(p + n, m), g = v_set(scale) * v_load(dd + n, m);
                sum += (va)g * x;
                if (d) {
                    vf more = g * k;
                    if (h == 0 && fall) {
                        more -= x * v_load(fall + n, m);
                    }
                    v_store(d + n, m, v_load(d + n, m) + more);
                }
            }
            if (dkey) {
                dkey[at] += (mann_real)v_sum(sum);
            }
        }
    }
}

/* x, clipped to ±limit (0: as it is); minus infinity where mask, if there is one, is 0. */
INLINE vf softmax_score(const mann_real *x, const mann_real *mask, int32_t n, vm m, mann_real limit)
{
    vf score = clip(v_load(x + n, m), limit);
    if (mask) {
        vf in = v_load(mask + n, m);
        score = v_above(v_abs(in), v_set(0), score, v_set(-INFINITY));
    }
    return v_keep(m, score, v_set(-INFINITY));
}

/* y = the softmax of x over the places whose mask (optional) is not 0; 0 at the others, and
 * everywhere if there is none. */
INLINE void softmax_row(int32_t count, mann_real limit, const mann_real *mask, const mann_real *x,
                        mann_real *y)
{
    vf high = v_set(-INFINITY);
    ALONG(count)
    {
        high = v_max(high, softmax_score(x, mask, n, v_tail(count - n), limit));
    }
    vf top = v_set(v_largest(high));
    va total = v_set(0);
    ALONG(count)
    {
        vm m = v_tail(count - n);
        vf e = v_exp(softmax_score(x, mask, n, m, limit) - top);
        if (mask) {
            e = v_above(v_abs(v_load(mask + n, m)), v_set(0), e, v_set(0));
        }
        total += v_keep(m, e, v_set(0));
        v_store(y + n, m, e);
    }
    mann_real sum = (mann_real)v_sum(total);
    vf share = v_set(mask && sum == 0 ? 0 : 1 / sum);
    ALONG(count)
    {
        vm m = v_tail(count - n);
        v_store(y + n, m, v_load(y + n, m) * share);
    }
}

/* dx += y (dy - y . dy). */
INLINE void softmax_row_grad(int32_t count, mann_real limit, const mann_real *x, const mann_real *y,
                             const mann_real *dy, mann_real *dx)
{
    vf mean = v_set((mann_real)v_sum(dot(count, y, dy)));
    ALONG(count)
    {
        vm m = v_tail(count - n);
        vf d = v_load(y + n, m) * (v_load(dy + n, m) - mean);
        if (limit > 0) {
            d = v_above(v_abs(v_load(x + n, m)), v_set(limit), v_set(0), d);
        }
        v_store(dx + n, m, v_load(dx + n, m) + d);
    }
}

#endif
