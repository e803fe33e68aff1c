/* Hebbian learning of an associative matrix [M, N] of each sequence, by an outer product:
 *
 *   new[m][n] = decay memory[m][n] + rate u[m] v[n]
 *
 * (Hebb 1949; with u = v the fast weights of Ba et al. 2016, equation 1). */
#include "kern/lanes/rows.h"

INLINE size_t at(int32_t i, int32_t ld)
{
    return (size_t)i * (size_t)ld;
}

void KERN(hebb)(const mann_hebb_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *u = a->u + at(b, a->ld_u), *v = a->v + at(b, a->ld_v);
        vf decay = v_set(a->decay[at(b, a->ld_decay)]);
        for (int32_t row = 0; row < a->M; row++) {
            const mann_real *p = a->memory + at(b, a->ld_memory) + at(row, a->N);
            mann_real *q = a->new_memory + (at(b, a->M) + (size_t)row) * (size_t)a->N;
            vf by = v_set(a->rate[at(b, a->ld_rate)] * u[row]);
            ALONG(a->N)
            {
                vm m = v_tail(a->N - n);
                v_store(q + n, m, decay * v_load(p + n, m) + by * v_load(v + n, m));
            }
        }
    }
}

void KERN(hebb_grad)(const mann_hebb_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *u = a->u + at(b, a->ld_u), *v = a->v + at(b, a->ld_v);
        mann_real *dv = a->dv ? a->dv + at(b, a->ld_v) : NULL;
        mann_real rate = a->rate[at(b, a->ld_rate)];
        vf decay = v_set(a->decay[at(b, a->ld_decay)]);
        va ddecay = v_set(0);
        double drate = 0;
        for (int32_t row = 0; row < a->M; row++) {
            size_t at_row = at(b, a->ld_memory) + at(row, a->N);
            const mann_real *p = a->memory + at_row;
            const mann_real *dq = a->dnew_memory + (at(b, a->M) + (size_t)row) * (size_t)a->N;
            mann_real *dp = a->dmemory ? a->dmemory + at_row : NULL;
            vf by = v_set(rate * u[row]);
            va along = v_set(0); /* v . dnew[row] */
            ALONG(a->N)
            {
                vm m = v_tail(a->N - n);
                vf d = v_load(dq + n, m);
                along += (va)d * v_load(v + n, m);
                ddecay += (va)d * v_load(p + n, m);
                if (dp) {
                    v_store(dp + n, m, v_load(dp + n, m) + decay * d);
                }
                if (dv) {
                    v_store(dv + n, m, v_load(dv + n, m) + by * d);
                }
            }
            double sum = (double)v_sum(along);
            drate += sum * u[row];
            if (a->du) {
                a->du[at(b, a->ld_u) + (size_t)row] += (mann_real)(rate * sum);
            }
        }
        if (a->ddecay) {
            a->ddecay[at(b, a->ld_decay)] += (mann_real)v_sum(ddecay);
        }
        if (a->drate) {
            a->drate[at(b, a->ld_rate)] += (mann_real)drate;
        }
    }
}
