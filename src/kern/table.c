/* The table of one variant, compiled once per instruction set. */
#include "kern/variant.h"

#if defined MANN_ISA_AVX512
#define NAME "avx512"
#elif defined MANN_ISA_AVX2
#define NAME "avx2"
#else
#define NAME "ref"
#endif

extern const mann_kernels KERN(kernels);

const mann_kernels KERN(kernels) = {.name = NAME,
#define K(kernel) .kernel = KERN(kernel),
                                    MANN_KERNEL_LIST(K)
#undef K
};
