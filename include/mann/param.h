/* Parameters: named matrices in one flat block, so that an optimiser, a checkpoint and a sum over
 * machines each see one vector. A transposed shadow of every matrix, refreshed once per update,
 * serves the gradients of the inputs. */
#ifndef MANN_PARAM_H
#define MANN_PARAM_H

#include <mann/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_params mann_params;

/* A parameter's place in its mann_params. */
typedef int32_t mann_handle;

typedef enum mann_init {
    MANN_INIT_CONSTANT, /* every element is scale */
    MANN_INIT_UNIFORM,  /* uniform in ±scale */
    MANN_INIT_NORMAL,   /* normal with standard deviation scale */
    MANN_INIT_IDENTITY, /* scale on the diagonal, 0 elsewhere */
    /* Each row a sine of amplitude scale along its n columns, of random phase; its length, from 2n
     * down to 4 columns, is drawn too, all octaves alike. */
    MANN_INIT_WAVES
} mann_init;

/* What a parameter is: rows × cols, row-major, at offset in the flat block. A weight is stored
 * input-major: rows are inputs, columns are outputs. */
typedef struct mann_param_info {
    char name[96];
    int32_t rows, cols;
    size_t offset;
    mann_init init;
    double scale;
    int32_t set_first, set_count; /* columns that start at set_value instead */
    double set_value;
} mann_param_info;

MANN_API mann_params *mann_params_alloc(mann_context *context);
MANN_API void mann_params_free(mann_params *params);

/* Announces a parameter; its name is the format's result. A shortage of memory is remembered and
 * reported by mann_params_announced and mann_params_fill, a name used twice by the latter. */
MANN_API mann_handle mann_params_add(mann_params *params, int32_t rows, int32_t cols,
                                     mann_init init, double scale, const char *format, ...)
    MANN_PRINTF(6, 7);

/* Lets columns first..first+count-1 of a parameter start at value instead. */
MANN_API void mann_params_set_columns(mann_params *params, mann_handle handle, int32_t first,
                                      int32_t count, double value);

/* MANN_E_NOMEM if memory was short for an announcement. */
MANN_API mann_status mann_params_announced(const mann_params *params);

/* Lays out the flat block, once, and draws the initial values from streams named by (seed, name).
 * Calling it again draws them anew. MANN_E_NOMEM, MANN_E_INVAL (a name used twice). */
MANN_API mann_status mann_params_fill(mann_params *params, uint64_t seed);

/* Brings the shadows up to date after the values changed. */
MANN_API void mann_params_refresh(mann_params *params);
/* Part 0..parts-1 of that work; parts may run side by side. */
MANN_API void mann_params_refresh_part(mann_params *params, int32_t part, int32_t parts);

MANN_API int32_t mann_params_number(const mann_params *params); /* of matrices */
MANN_API const mann_param_info *mann_params_info(const mann_params *params, mann_handle handle);

/* Elements of the flat block, alignment padding included (its values and gradients stay 0). */
MANN_API size_t mann_params_size(const mann_params *params);
/* Elements that are parameters. */
MANN_API size_t mann_params_count(const mann_params *params);
MANN_API mann_real *mann_params_values(mann_params *params);
MANN_API const mann_real *mann_params_shadow(const mann_params *params);

#ifdef __cplusplus
}
#endif
#endif
