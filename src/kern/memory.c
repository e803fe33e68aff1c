/* Reading and writing of Graves et al. 2014 over memory [M, N] of each sequence:
 *
 *   read[m] = sum over n of w[n] memory[m][n]                                          eq. 2
 *   new[m][n] = memory[m][n] prod over h of (1 - w[h][n] e[h][m])                      eq. 3
 *               + sum over h of w[h][n] a[h][m]                                        eq. 4 */
#include "kern/variant.h"

#define EACH(N) for (int32_t n = 0; n < (N); n += V)

INLINE size_t at(int32_t i, int32_t ld)
{
    return (size_t)i * (size_t)ld;
}

void KERN(read)(int32_t B, int32_t H, int32_t M, int32_t N, const mann_real *memory,
                int32_t ldb_memory, const mann_real *weights, int32_t ldb_weights, mann_real *reads)
{
    for (int32_t b = 0; b < B; b++) {
        for (int32_t h = 0; h < H; h++) {
            const mann_real *w = weights + at(b, ldb_weights) + at(h, N);
            mann_real *r = reads + (at(b, H) + (size_t)h) * (size_t)M;
            for (int32_t row = 0; row < M; row++) {
                const mann_real *p = memory + at(b, ldb_memory) + at(row, N);
                va sum = v_set(0);
                EACH(N)
                {
                    vm m = v_tail(N - n);
                    sum += (va)v_load(w + n, m) * v_load(p + n, m);
                }
                r[row] = (mann_real)v_sum(sum);
            }
        }
    }
}

void KERN(read_grad)(int32_t B, int32_t H, int32_t M, int32_t N, const mann_real *memory,
                     int32_t ldb_memory, const mann_real *weights, int32_t ldb_weights,
                     const mann_real *dreads, mann_real *dmemory, mann_real *dweights)
{
    for (int32_t b = 0; b < B; b++) {
        const mann_real *dr = dreads + at(b, H) * (size_t)M;
        const mann_real *w = weights + at(b, ldb_weights);
        for (int32_t row = 0; row < M && dmemory; row++) {
            mann_real *d = dmemory + at(b, ldb_memory) + at(row, N);
            EACH(N)
            {
                vm m = v_tail(N - n);
                vf sum = v_load(d + n, m);
                for (int32_t h = 0; h < H; h++) {
                    sum += v_set(dr[at(h, M) + (size_t)row]) * v_load(w + at(h, N) + n, m);
                }
                v_store(d + n, m, sum);
            }
        }
        for (int32_t h = 0; h < H && dweights; h++) {
            mann_real *d = dweights + at(b, ldb_weights) + at(h, N);
            EACH(N)
            {
                vm m = v_tail(N - n);
                /* Two sums, so that one need not wait for the other. */
                va even = v_load(d + n, m), odd = v_set(0);
                const mann_real *p = memory + at(b, ldb_memory) + n;
                int32_t row = 0;
                for (; row + 1 < M; row += 2) {
                    even += (va)v_set(dr[at(h, M) + (size_t)row]) * v_load(p + at(row, N), m);
                    odd +=
                        (va)v_set(dr[at(h, M) + (size_t)row + 1]) * v_load(p + at(row + 1, N), m);
                }
                if (row < M) {
                    even += (va)v_set(dr[at(h, M) + (size_t)row]) * v_load(p + at(row, N), m);
                }
                v_store(d + n, m, (vf)(even + odd));
            }
        }
    }
}

void KERN(erase_add)(const mann_write_args *a)
{
    int32_t H = a->H, M = a->M, N = a->N;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *w = a->weights + at(b, a->ldb_weights);
        const mann_real *erase = a->erase + at(b, a->ldb_erase);
        const mann_real *add = a->add + at(b, a->ldb_add);
        for (int32_t row = 0; row < M; row++) {
            const mann_real *p = a->memory + at(b, a->ldb_memory) + at(row, N);
            mann_real *q = a->new_memory + (at(b, M) + (size_t)row) * (size_t)N;
            EACH(N)
            {
                vm m = v_tail(N - n);
                vf kept = v_load(p + n, m), added = v_set(0);
                for (int32_t h = 0; h < H; h++) {
                    vf wn = v_load(w + at(h, N) + n, m);
                    kept = kept - kept * (wn * v_set(erase[at(h, a->ldh_erase) + (size_t)row]));
                    added += wn * v_set(add[at(h, a->ldh_add) + (size_t)row]);
                }
                v_store(q + n, m, kept + added);
            }
        }
    }
}

/* One row of the gradient with a single head, in one pass over the memory. */
INLINE void one_head_row(const mann_write_args *a, int32_t b, int32_t row)
{
    int32_t N = a->N;
    const mann_real *w = a->weights + at(b, a->ldb_weights);
    const mann_real *p = a->memory + at(b, a->ldb_memory) + at(row, N);
    const mann_real *dq = a->dnew_memory + (at(b, a->M) + (size_t)row) * (size_t)N;
    mann_real *dp = a->dmemory ? a->dmemory + at(b, a->ldb_memory) + at(row, N) : NULL;
    mann_real *dw = a->dweights ? a->dweights + at(b, a->ldb_weights) : NULL;
    size_t at_erase = at(b, a->ldb_erase) + (size_t)row, at_add = at(b, a->ldb_add) + (size_t)row;
    vf e = v_set(a->erase[at_erase]), add = v_set(a->add[at_add]);
    va derase = v_set(0), dadd = v_set(0);
    EACH(N)
    {
        vm m = v_tail(N - n);
        vf d = v_load(dq + n, m), wn = v_load(w + n, m), dwn = d * wn, kept = v_load(p + n, m);
        derase += (va)dwn * kept;
        dadd += dwn;
        if (dp) {
            v_store(dp + n, m, v_load(dp + n, m) + (d - dwn * e));
        }
        if (dw) {
            v_store(dw + n, m, v_load(dw + n, m) + d * (add - kept * e));
        }
    }
    if (a->derase) {
        a->derase[at_erase] -= (mann_real)v_sum(derase);
    }
    if (a->dadd) {
        a->dadd[at_add] += (mann_real)v_sum(dadd);
    }
}

/* memory[m][n] times the factors of all heads but skip. */
INLINE vf kept_without(int32_t skip, int32_t H, vf kept, const mann_real *w, int32_t N, int32_t n,
                       vm m, const mann_real *erase, int32_t ldh)
{
    for (int32_t h = 0; h < H; h++) {
        if (h != skip) {
            kept = kept - kept * (v_load(w + at(h, N) + n, m) * v_set(erase[at(h, ldh)]));
        }
    }
    return kept;
}

void KERN(erase_add_grad)(const mann_write_args *a)
{
    int32_t H = a->H, M = a->M, N = a->N;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *w = a->weights + at(b, a->ldb_weights);
        for (int32_t row = 0; row < M; row++) {
            if (H == 1) {
                one_head_row(a, b, row);
                continue;
            }
            const mann_real *p = a->memory + at(b, a->ldb_memory) + at(row, N);
            const mann_real *dq = a->dnew_memory + (at(b, M) + (size_t)row) * (size_t)N;
            size_t at_erase = at(b, a->ldb_erase) + (size_t)row;
            size_t at_add = at(b, a->ldb_add) + (size_t)row;
            const mann_real *erase = a->erase + at_erase;
            if (a->dmemory) {
                mann_real *d = a->dmemory + at(b, a->ldb_memory) + at(row, N);
                EACH(N)
                {
                    vm m = v_tail(N - n);
                    vf through =
                        kept_without(-1, H, v_load(dq + n, m), w, N, n, m, erase, a->ldh_erase);
                    v_store(d + n, m, v_load(d + n, m) + through);
                }
            }
            for (int32_t h = 0; h < H; h++) {
                vf e = v_set(erase[at(h, a->ldh_erase)]);
                vf add = v_set(a->add[at_add + at(h, a->ldh_add)]);
                mann_real *dw = a->dweights ? a->dweights + at(b, a->ldb_weights) + at(h, N) : NULL;
                va derase = v_set(0), dadd = v_set(0);
                EACH(N)
                {
                    vm m = v_tail(N - n);
                    vf d = v_load(dq + n, m), wn = v_load(w + at(h, N) + n, m);
                    vf rest =
                        d * kept_without(h, H, v_load(p + n, m), w, N, n, m, erase, a->ldh_erase);
                    derase += (va)rest * wn;
                    dadd += (va)d * wn;
                    if (dw) {
                        v_store(dw + n, m, v_load(dw + n, m) + d * add - rest * e);
                    }
                }
                if (a->derase) {
                    a->derase[at_erase + at(h, a->ldh_erase)] -= (mann_real)v_sum(derase);
                }
                if (a->dadd) {
                    a->dadd[at_add + at(h, a->ldh_add)] += (mann_real)v_sum(dadd);
                }
            }
        }
    }
}
