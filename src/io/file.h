/* Files that are there whole or not at all. */
#ifndef MANN_IO_FILE_H
#define MANN_IO_FILE_H

#include <mann/base.h>
#include <stdio.h>

/* Writes size bytes beside path, syncs file and folder, renames onto path. MANN_E_IO. */
mann_status mann_file_replace(mann_context *context, const char *path, const void *data,
                              size_t size);

/* Reads a whole file of at most limit bytes; *data is to be freed and has a 0 byte behind it.
 * MANN_E_IO, MANN_E_FORMAT (larger than limit), MANN_E_NOMEM. */
mann_status mann_file_read(mann_context *context, const char *path, size_t limit, char **data,
                           size_t *size);

/* Makes a folder and those above it; an existing folder is fine. MANN_E_IO. */
mann_status mann_folder_make(mann_context *context, const char *path);

#endif
