/* What a safetensors file may hold, for its reader and its writer. */
#ifndef MANN_IO_SAFETENSORS_FORMAT_H
#define MANN_IO_SAFETENSORS_FORMAT_H

#include "io/safetensors.h"

#define METADATA "__metadata__"

enum { ALIGNMENT = 64, HEADER_LIMIT = 100000000, LONGEST_RANK = 8, DTYPES = MANN_U64 + 1 };

/* Larger than any file of this project, small enough that sums of sizes do not overflow. */
#define FILE_LIMIT ((int64_t)1 << 33)

/* NULL if a tensor of that name may stand in a file, else what is wrong with the name. */
const char *mann_stored_fault(const char *name);

/* The bytes of a shape; false if they overflow the file limit. */
bool mann_stored_bytes(int32_t rank, const int64_t *shape, mann_dtype dtype, int64_t *bytes);

#endif
