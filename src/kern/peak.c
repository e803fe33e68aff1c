/* The machine's peak: independent chains of multiply-adds, as many as hide their latency. */
#include "kern/variant.h"

void KERN(peak)(int64_t rounds, mann_real *sink)
{
    vf sum[MANN_PEAK_SUMS];
    vf a = v_set((mann_real)0.999), b = v_set((mann_real)1e-3);
    for (int i = 0; i < MANN_PEAK_SUMS; i++) {
        sum[i] = v_set((mann_real)i);
    }
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
        for (int i = 0; i < MANN_PEAK_SUMS; i++) {
            sum[i] = sum[i] * a + b;
        }
    }
    double total = 0;
    for (int i = 0; i < MANN_PEAK_SUMS; i++) {
        total += (double)v_sum((va)sum[i]);
    }
    *sink = (mann_real)total;
}
