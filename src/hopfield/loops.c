/* Which instruction set's loops run: those of the kernels. */
#include "hopfield/vector.h"
#include "kern/kern.h"

#include <string.h>

extern const mann_hopfield_loops mann_hopfield_ref_loops;
#ifdef MANN_HAVE_X86
extern const mann_hopfield_loops mann_hopfield_avx512_loops, mann_hopfield_avx2_loops;
#endif

const mann_hopfield_loops *mann_hopfield_loops_choose(mann_context *context)
{
    static const mann_hopfield_loops *const variants[] = {
#ifdef MANN_HAVE_X86
        &mann_hopfield_avx512_loops,
        &mann_hopfield_avx2_loops,
#endif
        &mann_hopfield_ref_loops,
    };
    const mann_kernels *kernels = mann_kernels_choose(context);
    for (size_t i = 0; kernels && i < sizeof variants / sizeof *variants; i++) {
        if (!strcmp(kernels->name, variants[i]->name)) {
            return variants[i];
        }
    }
    return NULL;
}
