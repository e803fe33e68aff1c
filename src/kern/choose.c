/* Which variants are built in, which of them this processor runs, and which one is used. */
#include "kern/kern.h"

#include <stdlib.h>
#include <string.h>

extern const mann_kernels mann_ref_kernels;
#ifdef MANN_HAVE_X86
extern const mann_kernels mann_avx512_kernels, mann_avx2_kernels;
#endif

const mann_kernels *const mann_kernel_variants[] = {
#ifdef MANN_HAVE_X86
    &mann_avx512_kernels,
    &mann_avx2_kernels,
#endif
    &mann_ref_kernels,
    NULL,
};

bool mann_kernels_run_here(const mann_kernels *kernels)
{
#ifdef MANN_HAVE_X86
    if (kernels == &mann_avx512_kernels) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    }
    if (kernels == &mann_avx2_kernels) {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }
#endif
    return kernels == &mann_ref_kernels;
}

const mann_kernels *mann_kernels_choose(mann_context *context)
{
    const char *wanted = getenv("MANN_CPU");
    bool any = !wanted || !*wanted;
    for (const mann_kernels *const *kernels = mann_kernel_variants; *kernels; kernels++) {
        if ((any || !strcmp(wanted, (*kernels)->name)) && mann_kernels_run_here(*kernels)) {
            return *kernels;
        }
    }
    mann_fail(context, MANN_E_INVAL,
              "MANN_CPU=%s: not a set of kernels that this processor runs; use ref, avx2 or "
              "avx512, or unset it",
              wanted);
    return NULL;
}
