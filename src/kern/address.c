/* Addressing of Graves et al. 2014, for one head over the N locations of one sequence:
 *
 *   K[n]  = key . memory[n] / (|key| |memory[n]|)                                      eq. 6
 *   wc[n] = softmax over n of strength K[n]                                            eq. 5
 *   wg[n] = gate wc[n] + (1 - gate) previous[n]                                        eq. 7
 *   ws[n] = sum over j of shift[j] wg[n - j], indices modulo N                         eq. 8
 *   w[n]  = ws[n]^sharpening / sum over n of ws[n]^sharpening                          eq. 9
 *
 * |x| is sqrt(x.x + EPSILON), for key and column each, so an empty memory has similarity 0 and a
 * finite slope. Sharpening is a softmax of sharpening * log ws, which neither overflows nor
 * divides by zero however peaked or flat the weighting is. */
#include "kern/similarity.h"

/* Below this a shifted weight counts as this, with slope 0. */
#define TINY ((mann_real)1e-30)

/* y = the softmax of scale * x. The products are stored before the largest is taken off: fused with
 * the subtraction they would miss it by a rounding, which a huge scale makes huge. */
INLINE void softmax(int32_t N, mann_real scale, const mann_real *x, mann_real *y)
{
    vf high = v_set(-INFINITY);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf product = v_set(scale) * v_load(x + n, m);
        high = v_max(high, v_keep(m, product, v_set(-INFINITY)));
        v_store(y + n, m, product);
    }
    vf top = v_set(v_largest(high));
    va total = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf e = v_exp(v_load(y + n, m) - top);
        total += v_keep(m, e, v_set(0));
        v_store(y + n, m, e);
    }
    vf share = v_set((mann_real)(1 / v_sum(total)));
    ALONG(N)
    {
        vm m = v_tail(N - n);
        v_store(y + n, m, v_load(y + n, m) * share);
    }
}

INLINE vf safe_log(vf x)
{
    return v_log(v_max(v_set(TINY), x));
}

/* Offsets j - S/2 brought into 0..N-1. */
INLINE int32_t turn(int32_t j, int32_t S, int32_t N)
{
    int32_t by = (j - S / 2) % N;
    return by < 0 ? by + N : by;
}

/* y[(n + by) mod N] += scale x[n]. */
INLINE void add_turned(int32_t N, int32_t by, mann_real scale, const mann_real *x, mann_real *y)
{
    add_scaled(N - by, scale, x, y + by);
    add_scaled(by, scale, x + (N - by), y);
}

/* The sum over n of y[(n + by) mod N] x[n]. */
INLINE mann_real dot_turned(int32_t N, int32_t by, const mann_real *x, const mann_real *y)
{
    return (mann_real)v_sum(dot(N - by, x, y + by) + dot(by, x + (N - by), y));
}

INLINE void clear(int32_t N, mann_real *x)
{
    ALONG(N)
    {
        v_store(x + n, v_tail(N - n), v_set(0));
    }
}

void KERN(address)(const mann_address_args *a)
{
    int32_t H = a->H, N = a->N, M = a->M, S = a->S;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *memory = a->memory + (size_t)b * (size_t)a->ld_memory;
        mann_real *norm = a->memory_norm + (size_t)b * (size_t)N;
        for (int32_t h = 0; h < H; h++) {
            const mann_real *key =
                a->key + (size_t)b * (size_t)a->ld_key + (size_t)h * (size_t)a->ldh_key;
            const mann_real *shift =
                a->shift + (size_t)b * (size_t)a->ld_shift + (size_t)h * (size_t)a->ldh_shift;
            const mann_real *previous =
                a->previous + (size_t)b * (size_t)a->ld_previous + (size_t)h * (size_t)N;
            size_t one = (size_t)b * (size_t)H + (size_t)h, at = one * (size_t)N;
            mann_real *similarity = a->similarity + at, *content = a->content + at;
            mann_real *gated = a->gated + at, *shifted = a->shifted + at;

            a->key_norm[one] = similarity_row(M, N, memory, key, h == 0, norm, similarity);
            softmax(N, a->strength[(size_t)b * (size_t)a->ld_strength + (size_t)h], similarity,
                    content);
            vf gate = v_set(a->gate[(size_t)b * (size_t)a->ld_gate + (size_t)h]);
            ALONG(N)
            {
                vm m = v_tail(N - n);
                vf mixed =
                    gate * v_load(content + n, m) + (v_set(1) - gate) * v_load(previous + n, m);
                v_store(gated + n, m, mixed);
            }
            clear(N, shifted);
            for (int32_t j = 0; j < S; j++) {
                add_turned(N, turn(j, S, N), shift[j], gated, shifted);
            }
            mann_real *weights = a->weights + at;
            ALONG(N)
            {
                vm m = v_tail(N - n);
                v_store(weights + n, m, safe_log(v_load(shifted + n, m)));
            }
            softmax(N, a->sharpening[(size_t)b * (size_t)a->ld_sharpening + (size_t)h], weights,
                    weights);
        }
    }
}

/* Through eq. 9: ws becomes its own gradient; returns that of the sharpening. */
INLINE mann_real sharpen_grad(int32_t N, mann_real sharpening, const mann_real *w,
                              const mann_real *dw, mann_real *ws)
{
    vf mean = v_set((mann_real)v_sum(dot(N, w, dw)));
    va dsharpening = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf at = v_load(ws + n, m);
        vf dz = v_load(w + n, m) * (v_load(dw + n, m) - mean);
        dsharpening += v_keep(m, dz * safe_log(at), v_set(0));
        vf slope = v_set(sharpening) * dz / v_max(v_set(TINY), at);
        v_store(ws + n, m, v_above(at, v_set(TINY), slope, v_set(0)));
    }
    return (mann_real)v_sum(dsharpening);
}

/* Through eq. 7: returns the gradient of the gate. dprevious is optional. */
INLINE mann_real gate_grad(int32_t N, mann_real gate, const mann_real *content,
                           const mann_real *previous, const mann_real *dgated, mann_real *dprevious)
{
    va dgate = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf d = v_load(dgated + n, m);
        dgate += (va)d * (v_load(content + n, m) - v_load(previous + n, m));
        if (dprevious) {
            vf now = v_load(dprevious + n, m);
            v_store(dprevious + n, m, now + v_set(1 - gate) * d);
        }
    }
    return (mann_real)v_sum(dgate);
}

typedef struct content_gradients {
    mann_real strength, key; /* key: the sum of dK K */
} content_gradients;

/* Through eq. 5 and 6: content becomes the gradient of key . memory[n], similarity becomes
 * dK[n] K[n]. dcontent = gate * dgated. */
INLINE content_gradients content_grad(int32_t N, mann_real strength, mann_real gate,
                                      const mann_real *dgated, mann_real key_norm,
                                      const mann_real *norm, mann_real *content,
                                      mann_real *similarity)
{
    vf mean = v_set((mann_real)v_sum(dot(N, content, dgated)) * gate);
    va dstrength = v_set(0), dkey = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf K = v_load(similarity + n, m);
        vf du = v_load(content + n, m) * (v_set(gate) * v_load(dgated + n, m) - mean);
        vf dK = v_set(strength) * du;
        dstrength += (va)du * K;
        dkey += (va)dK * K;
        v_store(content + n, m, dK * v_set(key_norm) * v_load(norm + n, m));
        v_store(similarity + n, m, dK * K);
    }
    return (content_gradients){(mann_real)v_sum(dstrength), (mann_real)v_sum(dkey)};
}

INLINE void add_one(mann_real *p, size_t at, mann_real x)
{
    if (p) {
        p[at] += x;
    }
}

void KERN(address_grad)(const mann_address_args *a)
{
    int32_t H = a->H, N = a->N, M = a->M, S = a->S;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *memory = a->memory + (size_t)b * (size_t)a->ld_memory;
        mann_real *norm = a->memory_norm + (size_t)b * (size_t)N;
        size_t first = (size_t)b * (size_t)H * (size_t)N;
        for (int32_t h = 0; h < H; h++) {
            size_t one = (size_t)b * (size_t)H + (size_t)h, at = one * (size_t)N;
            size_t at_key = (size_t)b * (size_t)a->ld_key + (size_t)h * (size_t)a->ldh_key;
            size_t at_shift = (size_t)b * (size_t)a->ld_shift + (size_t)h * (size_t)a->ldh_shift;
            size_t at_previous = (size_t)b * (size_t)a->ld_previous + (size_t)h * (size_t)N;
            size_t at_strength = (size_t)b * (size_t)a->ld_strength + (size_t)h;
            size_t at_gate = (size_t)b * (size_t)a->ld_gate + (size_t)h;
            size_t at_sharpening = (size_t)b * (size_t)a->ld_sharpening + (size_t)h;
            mann_real *similarity = a->similarity + at, *content = a->content + at;
            mann_real *gated = a->gated + at, *shifted = a->shifted + at;
            mann_real gate = a->gate[at_gate], key_norm = a->key_norm[one];

            mann_real dsharpening = sharpen_grad(N, a->sharpening[at_sharpening], a->weights + at,
                                                 a->dweights + at, shifted);
            add_one(a->dsharpening, at_sharpening, dsharpening);
            mann_real *dshifted = shifted, *dgated = gated;
            for (int32_t j = 0; j < S && a->dshift; j++) {
                a->dshift[at_shift + (size_t)j] += dot_turned(N, turn(j, S, N), gated, dshifted);
            }
            clear(N, dgated);
            for (int32_t j = 0; j < S; j++) {
                int32_t back = (N - turn(j, S, N)) % N;
                add_turned(N, back, a->shift[at_shift + (size_t)j], dshifted, dgated);
            }
            mann_real *dprevious = a->dprevious ? a->dprevious + at_previous : NULL;
            add_one(a->dgate, at_gate,
                    gate_grad(N, gate, content, a->previous + at_previous, dgated, dprevious));
            content_gradients d = content_grad(N, a->strength[at_strength], gate, dgated, key_norm,
                                               norm, content, similarity);
            add_one(a->dstrength, at_strength, d.strength);
            mann_real fall = d.key * key_norm * key_norm;
            for (int32_t m = 0; m < M && a->dkey; m++) {
                a->dkey[at_key + (size_t)m] -= a->key[at_key + (size_t)m] * fall;
            }
        }
        mann_real *fall = norm;
        ALONG(N)
        {
            vm m = v_tail(N - n);
            vf sum = v_set(0), i = v_load(norm + n, m);
            for (int32_t h = 0; h < H; h++) {
                sum += v_load(a->similarity + first + (size_t)h * (size_t)N + n, m);
            }
            v_store(fall + n, m, sum * i * i);
        }
        size_t at_keys = (size_t)b * (size_t)a->ld_key;
        size_t at_memory = (size_t)b * (size_t)a->ld_memory;
        product_grad(H, M, N, 1, memory, a->content + first, a->key + at_keys, a->ldh_key, fall,
                     a->dmemory ? a->dmemory + at_memory : NULL,
                     a->dkey ? a->dkey + at_keys : NULL);
    }
}
