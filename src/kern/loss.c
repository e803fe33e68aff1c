/* Losses of a row of logits l against a target t.
 *
 *   bits     sum of softplus(l) - t l, the binary cross-entropy in a form that never overflows
 *   classes  log sum exp l - t . l
 *   reals    half the sum of (l - t)^2 */
#include "kern/variant.h"

#define EACH(O) for (int32_t n = 0; n < (O); n += V)

INLINE va bits_row(int32_t O, const mann_real *l, const mann_real *target, mann_real *prediction)
{
    va total = v_set(0);
    EACH(O)
    {
        vm m = v_tail(O - n);
        vf x = v_load(l + n, m);
        total += v_keep(m, v_softplus(x) - v_load(target + n, m) * x, v_set(0));
        v_store(prediction + n, m, v_sigmoid(x));
    }
    return total;
}

INLINE double class_row(int32_t O, const mann_real *l, const mann_real *target,
                        mann_real *prediction)
{
    vf high = v_set(-INFINITY);
    EACH(O)
    {
        vm m = v_tail(O - n);
        high = v_max(high, v_keep(m, v_load(l + n, m), v_set(-INFINITY)));
    }
    mann_real top = v_largest(high);
    va total = v_set(0), at_target = v_set(0);
    EACH(O)
    {
        vm m = v_tail(O - n);
        vf x = v_load(l + n, m) - v_set(top), e = v_exp(x);
        total += v_keep(m, e, v_set(0));
        at_target += v_keep(m, v_load(target + n, m) * x, v_set(0));
        v_store(prediction + n, m, e);
    }
    double sum = (double)v_sum(total);
    vf share = v_set((mann_real)(1 / sum));
    EACH(O)
    {
        vm m = v_tail(O - n);
        v_store(prediction + n, m, v_load(prediction + n, m) * share);
    }
    return log(sum) - (double)v_sum(at_target);
}

INLINE va real_row(int32_t O, const mann_real *l, const mann_real *target, mann_real *prediction)
{
    va total = v_set(0);
    EACH(O)
    {
        vm m = v_tail(O - n);
        vf x = v_load(l + n, m), error = x - v_load(target + n, m);
        total += v_set((mann_real)0.5) * error * error;
        v_store(prediction + n, m, x);
    }
    return total;
}

void KERN(loss)(mann_target kind, int32_t B, int32_t O, const mann_real *logits, int32_t ldl,
                const mann_real *target, const mann_real *mask, mann_real *prediction,
                mann_real *cost)
{
    for (int32_t b = 0; b < B; b++) {
        const mann_real *l = logits + (size_t)b * (size_t)ldl;
        const mann_real *t = target + (size_t)b * (size_t)O;
        mann_real *p = prediction + (size_t)b * (size_t)O;
        double row = 0;
        switch (kind) {
        case MANN_TARGET_BITS: row = (double)v_sum(bits_row(O, l, t, p)); break;
        case MANN_TARGET_CLASS:
        case MANN_TARGET_DISTRIBUTION: row = class_row(O, l, t, p); break;
        case MANN_TARGET_REAL: row = (double)v_sum(real_row(O, l, t, p)); break;
        case MANN_TARGET_POINTER: break; /* classes with a mask: mann_class_loss */
        }
        cost[b] += mask[b] != 0 ? (mann_real)row : 0;
    }
}

void KERN(loss_grad)(int32_t B, int32_t O, const mann_real *prediction, const mann_real *target,
                     const mann_real *mask, mann_real seed, mann_real *dlogits, int32_t lddl)
{
    for (int32_t b = 0; b < B; b++) {
        if (mask[b] == 0) {
            continue;
        }
        mann_real *d = dlogits + (size_t)b * (size_t)lddl;
        EACH(O)
        {
            vm m = v_tail(O - n);
            size_t at = (size_t)b * (size_t)O + (size_t)n;
            vf error = v_load(prediction + at, m) - v_load(target + at, m);
            v_store(d + n, m, v_load(d + n, m) + v_set(seed) * error);
        }
    }
}
