/* The similarity of a key and the locations of a memory [M, N] (Graves et al. 2014, eq. 6):
 *
 *   K[n] = key . memory[n] / (|key| |memory[n]|)
 *
 * |x| is sqrt(x.x + EPSILON), for key and column each, so an empty memory has similarity 0 and a
 * finite slope. */
#ifndef MANN_KERN_LANES_SIMILARITY_H
#define MANN_KERN_LANES_SIMILARITY_H

#include "kern/lanes/rows.h"

#define EPSILON ((mann_real)1e-8)

INLINE mann_real inverse_norm(int32_t M, const mann_real *key)
{
    double square = 0;
    for (int32_t m = 0; m < M; m++) {
        square += (double)key[m] * key[m];
    }
    return (mann_real)(1 / sqrt(square + EPSILON));
}

/* K of one key; returns 1 / |key|. norm [N], 1 / |memory[n]|, is made with the first key of a
 * memory and read with the others. */
INLINE mann_real similarity_row(int32_t M, int32_t N, const mann_real *memory, const mann_real *key,
                                bool first, mann_real *norm, mann_real *similarity)
{
    mann_real key_norm = inverse_norm(M, key);
    if (first) {
        down_columns(M, N, 1, memory, key, similarity, norm);
        ALONG(N)
        {
            vm m = v_tail(N - n);
            v_store(norm + n, m, v_set(1) / v_sqrt(v_load(norm + n, m) + v_set(EPSILON)));
        }
    } else {
        down_columns(M, N, 1, memory, key, similarity, NULL);
    }
    ALONG(N)
    {
        vm m = v_tail(N - n);
        vf k = v_load(similarity + n, m) * v_set(key_norm) * v_load(norm + n, m);
        v_store(similarity + n, m, k);
    }
    return key_norm;
}

#endif
