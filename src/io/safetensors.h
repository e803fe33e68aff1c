/* The safetensors format: 8 bytes of header length, a JSON header, raw little-endian data.
 * Reading treats the file as hostile; nothing is handed out until all of it is verified. */
#ifndef MANN_IO_SAFETENSORS_H
#define MANN_IO_SAFETENSORS_H

#include <jansson.h>
#include <mann/base.h>

typedef enum mann_dtype { MANN_F32, MANN_F64, MANN_I32, MANN_I64, MANN_U64 } mann_dtype;

/* One tensor of a file. */
typedef struct mann_stored {
    char name[96];
    mann_dtype dtype;
    int32_t rank;
    int64_t shape[8];
    const void *data; /* contiguous, row-major; of an open archive 64-byte aligned, never NULL */
    size_t bytes;
} mann_stored;

/* An open file, fully verified. It holds no descriptor: the file may be replaced meanwhile. */
typedef struct mann_archive mann_archive;

/* Writes the tensors and a JSON object of string values as metadata (may be NULL) beside path,
 * syncs, and renames onto it. In the file, wider elements stand first, so that foreign readers may
 * map it; otherwise the order is kept. MANN_E_INVAL (a name, shape or size that could not be read
 * back), MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_archive_save(mann_context *context, const char *path, int32_t count,
                              const mann_stored *tensor, const json_t *metadata);

/* MANN_E_IO if it cannot be read, MANN_E_FORMAT with path, place and reason if it is damaged. */
mann_status mann_archive_open(mann_context *context, const char *path, mann_archive **archive);
void mann_archive_close(mann_archive *archive);

/* Tensors are numbered in the order of their data. */
int32_t mann_archive_count(const mann_archive *archive);
const mann_stored *mann_archive_tensor(const mann_archive *archive, int32_t i);
/* NULL if there is none. */
const mann_stored *mann_archive_find(const mann_archive *archive, const char *name);
/* A metadata string, or NULL. */
const char *mann_archive_metadata(const mann_archive *archive, const char *key);
/* All of it: an object of strings, to look up or walk through, or NULL if the file has none. */
const json_t *mann_archive_metadata_all(const mann_archive *archive);

/* "F32", ... and bytes of an element. */
const char *mann_dtype_name(mann_dtype dtype);
size_t mann_dtype_size(mann_dtype dtype);

#endif
