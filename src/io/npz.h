/* NumPy's .npz: a ZIP archive of .npy files, an array each. */
#ifndef MANN_IO_NPZ_H
#define MANN_IO_NPZ_H

#include <mann/base.h>

typedef struct mann_npz mann_npz;

typedef enum mann_npy { MANN_NPY_FLOAT, MANN_NPY_DOUBLE, MANN_NPY_TEXT } mann_npy;

enum { MANN_NPY_MAX_RANK = 8 };

/* Replaces path in one step, when it is committed. MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_npz_open(mann_context *context, const char *path, mann_npz **npz);
/* Adds an array, row-major; numpy.load(path)[name] gives it back. MANN_NPY_TEXT is one string
 * (rank 0): data is a C string, which NumPy sees as bytes. Errors stick until the commit. */
void mann_npz_add(mann_npz *npz, const char *name, mann_npy type, int32_t rank, const int32_t *n,
                  const void *data);
/* Frees it in any case. MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_npz_commit(mann_npz *npz);

#endif
