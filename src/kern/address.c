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
#include "kern/lanes/similarity.h"

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

/* One head of one sequence: its rows in all arrays. Gradients are NULL where none are wanted. */
typedef struct head {
    mann_real strength, gate, sharpening;
    const mann_real *key, *shift, *previous, *dweights;
    mann_real *similarity, *content, *gated, *shifted, *weights; /* the stages: K, wc, wg, ws, w */
    mann_real *key_norm, *memory_norm;                           /* 1 / |key|; 1 / |memory[n]| */
    mann_real *dkey, *dstrength, *dgate, *dshift, *dsharpening, *dprevious;
} head;

INLINE mann_real *place(mann_real *gradient, size_t at)
{
    return gradient ? gradient + at : NULL;
}

INLINE head head_of(const mann_address_args *a, int32_t b, int32_t h)
{
    size_t N = (size_t)a->N, row = (size_t)b, of = (size_t)h, one = row * (size_t)a->H + of;
    size_t at_key = row * (size_t)a->ld_key + of * (size_t)a->ldh_key;
    size_t at_shift = row * (size_t)a->ld_shift + of * (size_t)a->ldh_shift;
    size_t at_previous = row * (size_t)a->ld_previous + of * N;
    size_t at_strength = row * (size_t)a->ld_strength + of;
    size_t at_gate = row * (size_t)a->ld_gate + of;
    size_t at_sharpening = row * (size_t)a->ld_sharpening + of;
    return (head){
        .strength = a->strength[at_strength],
        .gate = a->gate[at_gate],
        .sharpening = a->sharpening[at_sharpening],
        .key = a->key + at_key,
        .shift = a->shift + at_shift,
        .previous = a->previous + at_previous,
        .dweights = a->dweights ? a->dweights + one * N : NULL,
        .similarity = a->similarity + one * N,
        .content = a->content + one * N,
        .gated = a->gated + one * N,
        .shifted = a->shifted + one * N,
        .weights = a->weights + one * N,
        .key_norm = a->key_norm + one,
        .memory_norm = a->memory_norm + row * N,
        .dkey = place(a->dkey, at_key),
        .dstrength = place(a->dstrength, at_strength),
        .dgate = place(a->dgate, at_gate),
        .dshift = place(a->dshift, at_shift),
        .dsharpening = place(a->dsharpening, at_sharpening),
        .dprevious = place(a->dprevious, at_previous),
    };
}

/* Equation 7. */
INLINE void interpolate(int32_t N, const head *h)
{
    vf gate = v_set(h->gate);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf mixed =
            gate * v_load(h->content + n, m) + (v_set(1) - gate) * v_load(h->previous + n, m);
        v_store(h->gated + n, m, mixed);
    }
}

/* Equation 8. */
INLINE void shift(int32_t N, int32_t S, const head *h)
{
    clear(N, h->shifted);
    for (int32_t j = 0; j < S; j++) {
        add_turned(N, turn(j, S, N), h->shift[j], h->gated, h->shifted);
    }
}

/* Equation 9. */
INLINE void sharpen(int32_t N, const head *h)
{
    ALONG(N)
    {
        vm m = v_tail(N - n);
        v_store(h->weights + n, m, safe_log(v_load(h->shifted + n, m)));
    }
    softmax(N, h->sharpening, h->weights, h->weights);
}

void KERN(address)(const mann_address_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *memory = a->memory + (size_t)b * (size_t)a->ld_memory;
        for (int32_t i = 0; i < a->H; i++) {
            head h = head_of(a, b, i);
            *h.key_norm = similarity_row(a->M, a->N, memory, h.key, i == 0, h.memory_norm,
                                         h.similarity);         /* equation 6 */
            softmax(a->N, h.strength, h.similarity, h.content); /* equation 5 */
            interpolate(a->N, &h);
            shift(a->N, a->S, &h);
            sharpen(a->N, &h);
        }
    }
}

/* --- gradients: each function undoes an equation, the last one first. The gradient of a stage is
 * written where the stage was, once that is read for the last time. --- */

INLINE void add_to(mann_real *gradient, mann_real x)
{
    if (gradient) {
        *gradient += x;
    }
}

/* Equation 9: from dw to dws, in the place of ws, and the sharpening. */
INLINE void undo_sharpen(int32_t N, const head *h, mann_real *dshifted)
{
    vf mean = v_set((mann_real)v_sum(dot(N, h->weights, h->dweights)));
    va dsharpening = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf ws = v_load(h->shifted + n, m);
        vf dz = v_load(h->weights + n, m) * (v_load(h->dweights + n, m) - mean);
        dsharpening += v_keep(m, dz * safe_log(ws), v_set(0));
        vf slope = v_set(h->sharpening) * dz / v_max(v_set(TINY), ws);
        v_store(dshifted + n, m, v_above(ws, v_set(TINY), slope, v_set(0)));
    }
    add_to(h->dsharpening, (mann_real)v_sum(dsharpening));
}

/* Equation 8: from dws to the shift and to dwg, in the place of wg. */
INLINE void undo_shift(int32_t N, int32_t S, const head *h, const mann_real *dshifted,
                       mann_real *dgated)
{
    for (int32_t j = 0; j < S && h->dshift; j++) {
        h->dshift[j] += dot_turned(N, turn(j, S, N), h->gated, dshifted);
    }
    clear(N, dgated);
    for (int32_t j = 0; j < S; j++) {
        int32_t back = (N - turn(j, S, N)) % N;
        add_turned(N, back, h->shift[j], dshifted, dgated);
    }
}

/* Equation 7: from dwg to the gate and the last weighting. What is left, dwc, is gate dwg. */
INLINE void undo_interpolate(int32_t N, const head *h, const mann_real *dgated)
{
    va dgate = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf d = v_load(dgated + n, m);
        dgate += (va)d * (v_load(h->content + n, m) - v_load(h->previous + n, m));
        if (h->dprevious) {
            vf now = v_load(h->dprevious + n, m);
            v_store(h->dprevious + n, m, now + v_set(1 - h->gate) * d);
        }
    }
    add_to(h->dgate, (mann_real)v_sum(dgate));
}

/* Equations 5 and 6: from dwc = gate dwg to the strength, to the gradient of key . memory[n], in
 * the place of wc, and to dK[n] K[n], in the place of K: by so much the lengths of key and column
 * pull. Returns the pull on the key, the sum of the latter. */
INLINE mann_real undo_content(int32_t N, const head *h, const mann_real *dgated,
                              mann_real *dproduct, mann_real *pull)
{
    vf mean = v_set((mann_real)v_sum(dot(N, h->content, dgated)) * h->gate);
    va dstrength = v_set(0), sum = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf K = v_load(h->similarity + n, m);
        vf du = v_load(h->content + n, m) * (v_set(h->gate) * v_load(dgated + n, m) - mean);
        vf dK = v_set(h->strength) * du;
        dstrength += (va)du * K;
        sum += (va)dK * K;
        v_store(dproduct + n, m, dK * v_set(*h->key_norm) * v_load(h->memory_norm + n, m));
        v_store(pull + n, m, dK * K);
    }
    add_to(h->dstrength, (mann_real)v_sum(dstrength));
    return (mann_real)v_sum(sum);
}

/* Equation 6, the length of the key. */
INLINE void undo_key_length(int32_t M, const head *h, mann_real pull)
{
    mann_real fall = pull * *h->key_norm * *h->key_norm;
    for (int32_t m = 0; m < M && h->dkey; m++) {
        h->dkey[m] -= h->key[m] * fall;
    }
}

/* Equation 6, the lengths of the columns: what column n falls by for each of its numbers, in the
 * place of their norms. pull [H, N]. */
INLINE void column_falls(int32_t H, int32_t N, const mann_real *pull, const mann_real *norm,
                         mann_real *fall)
{
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf sum = v_set(0), i = v_load(norm + n, m);
        for (int32_t h = 0; h < H; h++) {
            sum += v_load(pull + (size_t)h * (size_t)N + n, m);
        }
        v_store(fall + n, m, sum * i * i);
    }
}

void KERN(address_grad)(const mann_address_args *a)
{
    int32_t H = a->H, N = a->N, M = a->M;
    for (int32_t b = 0; b < a->B; b++) {
        for (int32_t i = 0; i < H; i++) {
            head h = head_of(a, b, i);
            mann_real *dshifted = h.shifted, *dgated = h.gated;
            mann_real *dproduct = h.content, *pull = h.similarity;
            undo_sharpen(N, &h, dshifted);
            undo_shift(N, a->S, &h, dshifted, dgated);
            undo_interpolate(N, &h, dgated);
            undo_key_length(M, &h, undo_content(N, &h, dgated, dproduct, pull));
        }
        head first = head_of(a, b, 0); /* those of the other heads follow */
        const mann_real *memory = a->memory + (size_t)b * (size_t)a->ld_memory;
        const mann_real *dproducts = first.content, *pulls = first.similarity;
        mann_real *fall = first.memory_norm;
        column_falls(H, N, pulls, first.memory_norm, fall);
        product_grad(H, M, N, 1, memory, dproducts, first.key, a->ldh_key, fall,
                     place(a->dmemory, (size_t)b * (size_t)a->ld_memory), first.dkey);
    }
}
