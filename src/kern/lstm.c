/* The LSTM cell: i, f, o = sigmoid, z = tanh of their gates;
 *   c' = f c + i z,   h = o tanh c'. */
#include "kern/variant.h"

void KERN(lstm)(int32_t B, int32_t H, const mann_real *gates, int32_t ldg, const mann_real *cell,
                int32_t ldc, mann_real *squashed, mann_real *new_cell, mann_real *tanh_cell,
                mann_real *hidden)
{
    for (int32_t b = 0; b < B; b++) {
        const mann_real *g = gates + (size_t)b * (size_t)ldg;
        const mann_real *c = cell + (size_t)b * (size_t)ldc;
        mann_real *s = squashed + (size_t)b * 4 * (size_t)H;
        size_t at = (size_t)b * (size_t)H;
        for (int32_t n = 0; n < H; n += V) {
            vm m = v_tail(H - n);
            vf i = v_sigmoid(v_load(g + n, m));
            vf f = v_sigmoid(v_load(g + H + n, m));
            vf z = v_tanh(v_load(g + 2 * H + n, m));
            vf o = v_sigmoid(v_load(g + 3 * H + n, m));
            vf next = f * v_load(c + n, m) + i * z;
            vf t = v_tanh(next);
            v_store(s + n, m, i);
            v_store(s + H + n, m, f);
            v_store(s + 2 * H + n, m, z);
            v_store(s + 3 * H + n, m, o);
            v_store(new_cell + at + n, m, next);
            v_store(tanh_cell + at + n, m, t);
            v_store(hidden + at + n, m, o * t);
        }
    }
}

INLINE void add_to(mann_real *p, vm m, vf x)
{
    v_store(p, m, v_load(p, m) + x);
}

void KERN(lstm_grad)(int32_t B, int32_t H, const mann_real *squashed, const mann_real *cell,
                     int32_t ldc, const mann_real *tanh_cell, const mann_real *dhidden,
                     const mann_real *dnew_cell, mann_real *dgates, int32_t lddg, mann_real *dcell,
                     int32_t lddc)
{
    vf one = v_set(1);
    for (int32_t b = 0; b < B; b++) {
        const mann_real *c = cell + (size_t)b * (size_t)ldc;
        const mann_real *s = squashed + (size_t)b * 4 * (size_t)H;
        mann_real *dg = dgates + (size_t)b * (size_t)lddg;
        size_t at = (size_t)b * (size_t)H;
        for (int32_t n = 0; n < H; n += V) {
            vm m = v_tail(H - n);
            vf i = v_load(s + n, m), f = v_load(s + H + n, m);
            vf z = v_load(s + 2 * H + n, m), o = v_load(s + 3 * H + n, m);
            vf t = v_load(tanh_cell + at + n, m), dh = v_load(dhidden + at + n, m);
            vf dc = v_load(dnew_cell + at + n, m) + dh * o * (one - t * t);
            add_to(dg + n, m, dc * z * i * (one - i));
            add_to(dg + H + n, m, dc * v_load(c + n, m) * f * (one - f));
            add_to(dg + 2 * H + n, m, dc * i * (one - z * z));
            add_to(dg + 3 * H + n, m, dh * t * o * (one - o));
            if (dcell) {
                add_to(dcell + (size_t)b * (size_t)lddc + n, m, dc * f);
            }
        }
    }
}
