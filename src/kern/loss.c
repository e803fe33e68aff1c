/* Losses. Binary cross-entropy of a logit l against a target t, in the form that never
 * overflows: softplus(l) - t l. */
#include "kern/variant.h"

void KERN(bits_loss)(int32_t B, int32_t O, const mann_real *logits, int32_t ldl,
                     const mann_real *target, const mann_real *mask, mann_real *probability,
                     mann_real *loss)
{
    va total = v_set(0);
    for (int32_t b = 0; b < B; b++) {
        const mann_real *l = logits + (size_t)b * (size_t)ldl;
        for (int32_t n = 0; n < O; n += V) {
            vm m = v_tail(O - n);
            vf x = v_load(l + n, m);
            if (mask[b] != 0) {
                vf t = v_load(target + (size_t)b * (size_t)O + n, m);
                total += v_keep(m, v_softplus(x) - t * x, v_set(0));
            }
            if (probability) {
                v_store(probability + (size_t)b * (size_t)O + n, m, v_sigmoid(x));
            }
        }
    }
    *loss += (mann_real)v_sum(total);
}

void KERN(bits_loss_grad)(int32_t B, int32_t O, const mann_real *probability,
                          const mann_real *target, const mann_real *mask, mann_real seed,
                          mann_real *dlogits, int32_t lddl)
{
    for (int32_t b = 0; b < B; b++) {
        if (mask[b] == 0) {
            continue;
        }
        mann_real *d = dlogits + (size_t)b * (size_t)lddl;
        for (int32_t n = 0; n < O; n += V) {
            vm m = v_tail(O - n);
            size_t at = (size_t)b * (size_t)O + (size_t)n;
            vf error = v_load(probability + at, m) - v_load(target + at, m);
            v_store(d + n, m, v_load(d + n, m) + v_set(seed) * error);
        }
    }
}
