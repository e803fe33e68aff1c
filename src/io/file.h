/* Files that are there whole or not at all. */
#ifndef MANN_IO_FILE_H
#define MANN_IO_FILE_H

#include <mann/base.h>

/* A file that is being written beside its place. Errors stick until the commit reports them. */
typedef struct mann_replacement mann_replacement;

/* path need not exist; what stands there must be a regular file (a symbolic link is replaced
 * itself). MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_replacement_open(mann_context *context, const char *path,
                                  mann_replacement **replacement);
void mann_replacement_write(mann_replacement *replacement, const void *data, size_t size);
/* Syncs the file, renames it onto path, syncs the folder. On failure what stood at path is
 * untouched, unless the message says that only the last sync failed. Frees the replacement in any
 * case. MANN_E_IO. */
mann_status mann_replacement_commit(mann_replacement *replacement);
/* Drops what was written. NULL is fine. */
void mann_replacement_abandon(mann_replacement *replacement);

/* All of the above in one call. */
mann_status mann_file_replace(mann_context *context, const char *path, const void *data,
                              size_t size);

/* Reads a whole file (or a pipe to its end) of at most limit bytes; *data is to be freed and has a
 * 0 byte behind it. MANN_E_IO, MANN_E_FORMAT (larger than limit), MANN_E_NOMEM. */
mann_status mann_file_read(mann_context *context, const char *path, size_t limit, char **data,
                           size_t *size);

/* The paths of what a folder holds and does not hide, in the order of their names. Free them with
 * mann_names_free. MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_folder_list(mann_context *context, const char *path, char ***names, size_t *count);
void mann_names_free(char **names, size_t count);

/* Makes a folder and those above it; an existing folder is fine. MANN_E_IO. */
mann_status mann_folder_make(mann_context *context, const char *path);

#endif
