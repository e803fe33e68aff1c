/* .npz by libarchive's ZIP writer. Entries carry no time, so the same arrays make the same file.
 *
 * A .npy file: "\x93NUMPY", version 1.0, the length of a header as 2 bytes, the header (a literal
 * of Python with the type, the order and the shape, filled up with blanks and a newline to a
 * multiple of 64 bytes with all before it), the numbers as they lie in memory. */
#include "io/npz.h"
#include "io/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "npz.c writes numbers as they lie in memory and calls them little-endian"
#endif

enum { ALIGN = 64, HEAD = 10, MOST_HEADER = 512 };

struct mann_npz {
    mann_context *context;
    mann_replacement *file;
    struct archive *archive;
    mann_status status; /* the first failure, whose message the context has */
};

static void fail(mann_npz *npz, mann_status status)
{
    if (!npz->status) {
        const char *reason = npz->archive ? archive_error_string(npz->archive) : NULL;
        npz->status = mann_fail(npz->context, status, "the .npz file could not be written: %s",
                                reason ? reason : "out of memory");
    }
}

static la_ssize_t write_bytes(struct archive *archive, void *user, const void *data, size_t size)
{
    (void)archive;
    const mann_npz *npz = user;
    mann_replacement_write(npz->file, data, size); /* its errors stick, too */
    return (la_ssize_t)size;
}

mann_status mann_npz_open(mann_context *context, const char *path, mann_npz **out)
{
    mann_npz *npz = *out = calloc(1, sizeof *npz);
    if (!npz) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    npz->context = context;
    mann_status status = mann_replacement_open(context, path, &npz->file);
    if (status) {
        free(npz);
        *out = NULL;
        return status;
    }
    npz->archive = archive_write_new();
    if (!npz->archive || archive_write_set_format_zip(npz->archive) ||
        archive_write_set_bytes_in_last_block(npz->archive, 1) ||
        archive_write_open(npz->archive, npz, NULL, write_bytes, NULL)) {
        fail(npz, MANN_E_NOMEM);
    }
    return MANN_OK;
}

/* Head and header; returns their size, a multiple of ALIGN. */
static size_t make_header(char text[HEAD + MOST_HEADER], mann_npy type, int32_t rank,
                          const int32_t *n, size_t width)
{
    static const char letter[] = {'f', 'f', 'S'};
    char shape[128] = "";
    size_t used = 0;
    for (int32_t i = 0; i < rank; i++) { /* one size is a tuple too: "(3,)" */
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%d,", n[i]);
    }
    int length = snprintf(text + HEAD, MOST_HEADER,
                          "{'descr': '%s%c%zu', 'fortran_order': False, 'shape': (%s), }",
                          type == MANN_NPY_TEXT ? "|" : "<", letter[type], width, shape);
    size_t size = HEAD + (size_t)length + 1;
    size_t whole = (size + ALIGN - 1) / ALIGN * ALIGN;
    memset(text + size - 1, ' ', whole - size);
    text[whole - 1] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)((whole - HEAD) & 255);
    text[9] = (char)((whole - HEAD) >> 8);
    return whole;
}

static void write_data(mann_npz *npz, const void *data, size_t size)
{
    if (archive_write_data(npz->archive, data, size) != (la_ssize_t)size) {
        fail(npz, MANN_E_IO);
    }
}

void mann_npz_add(mann_npz *npz, const char *name, mann_npy type, int32_t rank, const int32_t *n,
                  const void *data)
{
    static const size_t widths[] = {sizeof(float), sizeof(double)};
    size_t width = type == MANN_NPY_TEXT ? strlen(data) : widths[type], size = width;
    for (int32_t i = 0; i < rank; i++) {
        size *= (size_t)n[i];
    }
    char header[HEAD + MOST_HEADER], file[256];
    size_t before = make_header(header, type, rank, n, width);
    snprintf(file, sizeof file, "%s.npy", name);
    struct archive_entry *entry = npz->status ? NULL : archive_entry_new();
    if (!entry) {
        fail(npz, MANN_E_NOMEM);
        return;
    }
    archive_entry_set_pathname(entry, file);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)(before + size));
    if (archive_write_header(npz->archive, entry)) {
        fail(npz, MANN_E_IO);
    } else {
        write_data(npz, header, before);
        write_data(npz, data, size);
    }
    archive_entry_free(entry);
}

mann_status mann_npz_commit(mann_npz *npz)
{
    if (npz->archive && archive_write_close(npz->archive)) {
        fail(npz, MANN_E_IO);
    }
    if (npz->archive) {
        archive_write_free(npz->archive);
    }
    mann_status status = npz->status;
    if (status) {
        mann_replacement_abandon(npz->file);
    } else {
        status = mann_replacement_commit(npz->file);
    }
    free(npz);
    return status;
}
