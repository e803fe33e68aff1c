/* Similarity alone, and its gradient: with dK of each key,
 *
 *   d (key . memory[n]) = dK[n] / (|key| |memory[n]|)
 *   dkey -= key sum over n of dK[n] K[n] / |key|^2
 *   dmemory[n] -= memory[n] sum over keys of dK[n] K[n] / |memory[n]|^2 */
#include "kern/lanes/similarity.h"

void KERN(cosine)(const mann_cosine_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        for (int32_t h = 0; h < a->H; h++) {
            size_t one = (size_t)b * (size_t)a->H + (size_t)h;
            a->key_norm[one] = similarity_row(
                a->M, a->N, a->memory + (size_t)b * (size_t)a->ld_memory,
                a->key + (size_t)b * (size_t)a->ld_key + (size_t)h * (size_t)a->ldh_key, h == 0,
                a->memory_norm + (size_t)b * (size_t)a->N, a->similarity + one * (size_t)a->N);
        }
    }
}

/* ddot of one key; adds dK K to fall (assigns with the first key) and returns its sum. */
INLINE mann_real ddot_row(int32_t N, const mann_real *K, const mann_real *dK, mann_real key_norm,
                          const mann_real *norm, bool first, mann_real *ddot, mann_real *fall)
{
    va sum = v_set(0);
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf d = v_load(dK + n, m), part = d * v_load(K + n, m);
        sum += v_keep(m, part, v_set(0));
        v_store(ddot + n, m, d * v_set(key_norm) * v_load(norm + n, m));
        if (!first) {
            part += v_load(fall + n, m);
        }
        v_store(fall + n, m, part);
    }
    return (mann_real)v_sum(sum);
}

void KERN(cosine_grad)(const mann_cosine_args *a)
{
    int32_t H = a->H, M = a->M, N = a->N;
    for (int32_t b = 0; b < a->B; b++) {
        const mann_real *norm = a->memory_norm + (size_t)b * (size_t)N;
        size_t at_memory = (size_t)b * (size_t)a->ld_memory;
        size_t at_keys = (size_t)b * (size_t)a->ld_key;
        for (int32_t h = 0; h < H; h++) {
            size_t one = (size_t)b * (size_t)H + (size_t)h, at = one * (size_t)N;
            mann_real key_norm = a->key_norm[one];
            mann_real sum = ddot_row(N, a->similarity + at, a->dsimilarity + at, key_norm, norm,
                                     h == 0, a->ddot + (size_t)h * (size_t)N, a->fall);
            mann_real by = sum * key_norm * key_norm;
            for (int32_t m = 0; m < M && a->dkey; m++) {
                size_t to = at_keys + (size_t)h * (size_t)a->ldh_key + (size_t)m;
                a->dkey[to] -= a->key[to] * by;
            }
        }
        ALONG(N)
        {
            vm m = v_tail(N - n);
            vf i = v_load(norm + n, m);
            v_store(a->fall + n, m, v_load(a->fall + n, m) * i * i);
        }
        product_grad(H, M, N, 1, a->memory + at_memory, a->ddot, a->key + at_keys, a->ldh_key,
                     a->fall, a->dmemory ? a->dmemory + at_memory : NULL,
                     a->dkey ? a->dkey + at_keys : NULL);
    }
}
