/* Files that may be compressed. */
#ifndef MANN_IO_UNPACK_H
#define MANN_IO_UNPACK_H

#include <mann/base.h>

/* Reads a whole file, decompressed if it is (.gz, .bz2, .xz, .zst, by content, not by name), of at
 * most limit bytes. *data is to be freed and has a 0 byte behind it. MANN_E_IO (cannot be read),
 * MANN_E_FORMAT (damaged, truncated, larger than limit), MANN_E_NOMEM. */
mann_status mann_unpack(mann_context *context, const char *path, size_t limit, char **data,
                        size_t *size);

#endif
