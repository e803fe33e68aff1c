/* Prototypes of one variant's kernels; included by every kernel file. */
#ifndef MANN_KERN_VARIANT_H
#define MANN_KERN_VARIANT_H

#include "kern/kern.h"
#include "kern/lanes/simd.h"

#define K(name) mann_kernel_##name KERN(name);
MANN_KERNEL_LIST(K)
#undef K

#endif
