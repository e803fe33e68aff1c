/* Attention over a memory [M, N] of each sequence: how well a query goes with each column,
 *
 *   dot product   s[n] = scale q . memory[n]
 *   additive      s[n] = v . tanh(q + memory[n])              Bahdanau et al. 2015
 *
 * and the weights that follow from the scores, their softmax. */
#include "kern/lanes/rows.h"

INLINE size_t at(int32_t i, int32_t ld)
{
    return (size_t)i * (size_t)ld;
}

void KERN(match)(const mann_match_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *memory = a->memory + at(b, a->ldb_memory);
        for (int32_t h = 0; h < a->H; h++) {
            const mann_real *query = a->query + at(b, a->ldb_query) + at(h, a->ldh_query);
            mann_real *scores = a->scores + (at(b, a->H) + (size_t)h) * (size_t)a->N;
            down_columns(a->M, a->N, a->scale, memory, query, scores, NULL);
        }
    }
}

void KERN(match_grad)(const mann_match_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        size_t memory = at(b, a->ldb_memory), query = at(b, a->ldb_query);
        product_grad(a->H, a->M, a->N, a->scale, a->memory + memory,
                     a->dscores + at(b, a->H) * (size_t)a->N, a->query + query, a->ldh_query, NULL,
                     a->dmemory ? a->dmemory + memory : NULL, a->dquery ? a->dquery + query : NULL);
    }
}

void KERN(match_additive)(const mann_match_args *a)
{
    int32_t N = a->N;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *memory = a->memory + at(b, a->ldb_memory);
        for (int32_t h = 0; h < a->H; h++) {
            const mann_real *query = a->query + at(b, a->ldb_query) + at(h, a->ldh_query);
            mann_real *scores = a->scores + (at(b, a->H) + (size_t)h) * (size_t)N;
            ALONG(N)
            {
                vm m = v_tail(N - n);
                va sum = v_set(0);
                for (int32_t row = 0; row < a->M; row++) {
                    vf t = v_tanh(v_set(query[row]) + v_load(memory + at(row, N) + n, m));
                    sum += (va)v_set(a->v[row]) * t;
                }
                v_store(scores + n, m, (vf)sum);
            }
        }
    }
}

/* tanh' = 4 e / (1 + e)^2 with e = exp(-2|x|), which is exact where 1 - tanh^2 is a difference of
 * nearly equal numbers. */
INLINE vf tanh_slope(vf x)
{
    vf e = v_exp(v_set(-2) * v_abs(x)), whole = v_set(1) + e;
    return v_set(4) * e / (whole * whole);
}

/* One row m of the hidden layer, of one head. */
INLINE void additive_row_grad(int32_t N, mann_real query, mann_real v, const mann_real *memory,
                              const mann_real *dscores, mann_real *dmemory, mann_real *dquery,
                              mann_real *dv)
{
    va through = v_set(0), slope = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf x = v_set(query) + v_load(memory + n, m), d = v_load(dscores + n, m);
        vf dt = v_set(v) * d * tanh_slope(x);
        slope += v_keep(m, d * v_tanh(x), v_set(0));
        through += v_keep(m, dt, v_set(0));
        if (dmemory) {
            v_store(dmemory + n, m, v_load(dmemory + n, m) + dt);
        }
    }
    if (dquery) {
        *dquery += (mann_real)v_sum(through);
    }
    if (dv) {
        *dv += (mann_real)v_sum(slope);
    }
}

void KERN(match_additive_grad)(const mann_match_args *a)
{
    int32_t N = a->N;
    for (int32_t b = 0; b < a->B; b++) {
        for (int32_t h = 0; h < a->H; h++) {
            const mann_real *dscores = a->dscores + (at(b, a->H) + (size_t)h) * (size_t)N;
            for (int32_t row = 0; row < a->M; row++) {
                size_t memory = at(b, a->ldb_memory) + at(row, N);
                size_t query = at(b, a->ldb_query) + at(h, a->ldh_query) + (size_t)row;
                additive_row_grad(N, a->query[query], a->v[row], a->memory + memory, dscores,
                                  a->dmemory ? a->dmemory + memory : NULL,
                                  a->dquery ? a->dquery + query : NULL, a->dv ? a->dv + row : NULL);
            }
        }
    }
}

void KERN(attend)(int32_t B, int32_t H, int32_t N, const mann_real *scores, int32_t ldb_scores,
                  const mann_real *mask, int32_t ldb_mask, int32_t ldh_mask, mann_real *weights)
{
    for (int32_t b = 0; b < B; b++) {
        for (int32_t h = 0; h < H; h++) {
            softmax_row(N, 0, mask ? mask + at(b, ldb_mask) + at(h, ldh_mask) : NULL,
                        scores + at(b, ldb_scores) + at(h, N),
                        weights + (at(b, H) + (size_t)h) * (size_t)N);
        }
    }
}

void KERN(attend_grad)(int32_t B, int32_t H, int32_t N, const mann_real *weights,
                       const mann_real *dweights, mann_real *dscores, int32_t ldb_scores)
{
    for (int32_t b = 0; b < B; b++) {
        for (int32_t h = 0; h < H; h++) {
            size_t one = (at(b, H) + (size_t)h) * (size_t)N;
            softmax_row_grad(N, 0, NULL, weights + one, dweights + one,
                             dscores + at(b, ldb_scores) + at(h, N));
        }
    }
}
