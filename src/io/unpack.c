/* Whole files through libarchive's filters, with its "raw" format: a stream without members. */
#include "io/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 1 << 16 };

static mann_status check(mann_context *context, const char *path)
{
    struct stat about;
    if (stat(path, &about)) {
        return mann_fail(context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    if (S_ISDIR(about.st_mode)) {
        return mann_fail(context, MANN_E_IO, "%s: is a folder, not a file", path);
    }
    if (access(path, R_OK)) {
        return mann_fail(context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    return MANN_OK;
}

static mann_status drain(mann_context *context, const char *path, struct archive *archive,
                         size_t limit, char **data, size_t *size)
{
    size_t room = FIRST, used = 0;
    char *bytes = malloc(room + 1);
    mann_status status = bytes ? MANN_OK : MANN_E_NOMEM;
    while (!status) {
        if (used == room) {
            room *= 2;
            char *larger = realloc(bytes, room + 1);
            if (!larger) {
                status = MANN_E_NOMEM;
                break;
            }
            bytes = larger;
        }
        la_ssize_t got = archive_read_data(archive, bytes + used, room - used);
        if (got == 0) {
            break;
        }
        if (got < 0) {
            const char *reason = archive_error_string(archive);
            status = mann_fail(context, MANN_E_FORMAT, "%s: damaged after %zu bytes: %s", path,
                               used, reason ? reason : "unreadable");
            break;
        }
        used += (size_t)got;
        if (used > limit) {
            status = mann_fail(context, MANN_E_FORMAT, "%s: larger than %zu bytes", path, limit);
            break;
        }
    }
    if (status) {
        free(bytes);
        return status == MANN_E_NOMEM ? mann_fail(context, status, "%s: out of memory", path)
                                      : status;
    }
    bytes[used] = 0;
    *data = bytes;
    *size = used;
    return MANN_OK;
}

mann_status mann_unpack(mann_context *context, const char *path, size_t limit, char **data,
                        size_t *size)
{
    mann_status status = check(context, path);
    if (status) {
        return status;
    }
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    if (!archive) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    archive_read_support_filter_all(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    int opened = archive_read_open_filename(archive, path, FIRST);
    int found = opened == ARCHIVE_OK ? archive_read_next_header(archive, &entry) : opened;
    if (found == ARCHIVE_EOF) {
        *data = calloc(1, 1);
        *size = 0;
        status = *data ? MANN_OK : mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    } else if (found < ARCHIVE_WARN) {
        const char *reason = archive_error_string(archive);
        /* The file may be read, so what fails, at the opening too, is what is in it. */
        status = mann_fail(context, archive_errno(archive) == EIO ? MANN_E_IO : MANN_E_FORMAT,
                           "%s: damaged: %s", path, reason ? reason : "unreadable");
    } else {
        status = drain(context, path, archive, limit, data, size);
    }
    archive_read_free(archive);
    return status;
}
