/* One update of a flat vector of parameters. Elementwise clipping comes before the global scale. */
#include "kern/variant.h"

#define EACH(n_all) for (size_t n = 0; n < (n_all); n += V)

INLINE vm tail(size_t left)
{
    return v_tail(left < V ? (int32_t)left : V);
}

INLINE vf clip(vf x, mann_real limit)
{
    return limit > 0 ? v_min(v_set(limit), v_max(v_set(-limit), x)) : x;
}

INLINE vf gradient(const mann_update *u, const mann_real *grad, size_t n, vm m)
{
    return clip(v_load(grad + n, m), u->clip) * v_set(u->scale);
}

INLINE void move(const mann_update *u, mann_real *value, size_t n, vm m, vf step)
{
    vf now = v_load(value + n, m);
    v_store(value + n, m, now - step - v_set(u->lr * u->weight_decay) * now);
}

void KERN(sum)(int32_t count, size_t n_all, const mann_real *const *x, mann_real *y)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf total = v_set(0);
        for (int32_t i = 0; i < count; i++) {
            total += v_load(x[i] + n, m);
        }
        v_store(y + n, m, total);
    }
}

void KERN(clamp)(size_t n_all, mann_real limit, mann_real *x)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        v_store(x + n, m, clip(v_load(x + n, m), limit));
    }
}

/* square_sum of a few numbers, in double, where squares neither overflow nor vanish. */
INLINE double square_sum_slowly(size_t size, const mann_real *x, mann_real limit, size_t *bad)
{
    double sum = 0;
    for (size_t n = 0; n < size; n++) {
        double g = (double)x[n], most = limit > 0 ? (double)limit : INFINITY;
        g = g > most ? most : g < -most ? -most : g;
        sum += g * g;
        *bad += !isfinite(x[n]);
    }
    return sum;
}

void KERN(square_sum)(size_t n_all, const mann_real *x, mann_real limit, double *sum, size_t *bad)
{
    /* Blocks, so that float lanes add up only a few numbers before they go to double. */
    enum { BLOCK = 1024 };
    *sum = 0;
    *bad = 0;
    for (size_t from = 0; from < n_all; from += BLOCK) {
        size_t size = n_all - from < BLOCK ? n_all - from : BLOCK;
        va block = v_set(0), probe = v_set(0);
        EACH(size)
        {
            vf raw = v_load(x + from + n, tail(size - n));
            vf g = clip(raw, limit);
            block += (va)g * g;
            probe += raw - raw; /* 0, or NaN where raw is not finite */
        }
        double part = (double)v_sum(block), check = (double)v_sum(probe);
        bool good = check == 0 && part > 1e-30 && part < 1e37;
        *sum += good ? part : square_sum_slowly(size, x + from, limit, bad);
    }
}

void KERN(sgd)(const mann_update *u, size_t n_all, const mann_real *grad, mann_real *value,
               mann_real *velocity)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf v = v_set(u->momentum) * v_load(velocity + n, m) + gradient(u, grad, n, m);
        v_store(velocity + n, m, v);
        move(u, value, n, m, v_set(u->lr) * v);
    }
}

void KERN(rmsprop)(const mann_update *u, size_t n_all, const mann_real *grad, mann_real *value,
                   mann_real *velocity, mann_real *square)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf g = gradient(u, grad, n, m);
        vf s = v_set(u->decay) * v_load(square + n, m) + v_set(1 - u->decay) * (g * g);
        vf v = v_set(u->momentum) * v_load(velocity + n, m) + g / (v_sqrt(s) + v_set(u->epsilon));
        v_store(square + n, m, s);
        v_store(velocity + n, m, v);
        move(u, value, n, m, v_set(u->lr) * v);
    }
}

void KERN(rmsprop_graves)(const mann_update *u, size_t n_all, const mann_real *grad,
                          mann_real *value, mann_real *velocity, mann_real *square, mann_real *mean)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf g = gradient(u, grad, n, m);
        vf keep = v_set(u->decay), fresh = v_set(1 - u->decay);
        vf s = keep * v_load(square + n, m) + fresh * (g * g);
        vf a = keep * v_load(mean + n, m) + fresh * g;
        /* Rounding may make the variance slightly negative. */
        vf variance = v_max(v_set(0), s - a * a);
        vf v =
            v_set(u->momentum) * v_load(velocity + n, m) + g / v_sqrt(variance + v_set(u->epsilon));
        v_store(square + n, m, s);
        v_store(mean + n, m, a);
        v_store(velocity + n, m, v);
        move(u, value, n, m, v_set(u->lr) * v);
    }
}

void KERN(adam)(const mann_update *u, size_t n_all, const mann_real *grad, mann_real *value,
                mann_real *mean, mann_real *square)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf g = gradient(u, grad, n, m);
        vf a = v_set(u->beta1) * v_load(mean + n, m) + v_set(1 - u->beta1) * g;
        vf s = v_set(u->beta2) * v_load(square + n, m) + v_set(1 - u->beta2) * (g * g);
        v_store(mean + n, m, a);
        v_store(square + n, m, s);
        vf root = v_sqrt(s * v_set(u->correct2)) + v_set(u->epsilon);
        move(u, value, n, m, v_set(u->lr * u->correct1) * a / root);
    }
}

void KERN(average)(size_t n_all, mann_real decay, const mann_real *value, mann_real *average)
{
    EACH(n_all)
    {
        vm m = tail(n_all - n);
        vf now = v_load(average + n, m);
        v_store(average + n, m, now + v_set(1 - decay) * (v_load(value + n, m) - now));
    }
}
