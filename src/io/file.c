/* A reader of a run folder, at any moment and after any crash, finds the old file or the new one,
 * never half of one. Hence a file is written under another name in the same folder, synced,
 * renamed onto its place (which POSIX makes atomic), and the folder is synced so that the rename
 * itself is on disk.
 *
 * The temporary name is made by open with O_EXCL rather than by mkstemp, so that the umask decides
 * who may read the file, as it does for every other program. */
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_SIZE = 64, ATTEMPTS = 1000, MOST_FILES = 100000 };

struct mann_replacement {
    mann_context *context;
    char *path, *temporary;
    FILE *file;
    int error; /* errno of the first failure */
};

/* The folder part of path with its slash, as a length: 0 if there is none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static void replacement_free(mann_replacement *replacement)
{
    free(replacement->path);
    free(replacement->temporary);
    free(replacement);
}

/* Opens a file that nobody else has, or returns -1 with errno. */
static int open_temporary(char *temporary, size_t folder)
{
    static atomic_uint serial;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        snprintf(temporary + folder, TEMPORARY_SIZE, ".mann-%ld-%u.tmp", (long)getpid(),
                 atomic_fetch_add(&serial, 1));
        int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) {
            return descriptor;
        }
    }
    return -1;
}

mann_status mann_replacement_open(mann_context *context, const char *path,
                                  mann_replacement **replacement)
{
    *replacement = NULL;
    /* Renaming onto a device such as /dev/null would succeed for root. */
    struct stat place;
    if (!stat(path, &place) && !S_ISREG(place.st_mode)) {
        return mann_fail(context, MANN_E_IO, "%s: cannot be written: it is %s", path,
                         S_ISDIR(place.st_mode) ? "a folder" : "not a regular file");
    }
    size_t folder = folder_length(path);
    mann_replacement *made = calloc(1, sizeof *made);
    if (!made) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    made->context = context;
    made->path = strdup(path);
    made->temporary = malloc(folder + TEMPORARY_SIZE);
    if (!made->path || !made->temporary) {
        replacement_free(made);
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    memcpy(made->temporary, path, folder);
    int descriptor = open_temporary(made->temporary, folder);
    made->file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (!made->file) {
        int error = errno;
        if (descriptor >= 0) {
            close(descriptor);
            unlink(made->temporary);
        }
        replacement_free(made);
        return mann_fail(context, MANN_E_IO, "%s: cannot be written: %s", path, strerror(error));
    }
    *replacement = made;
    return MANN_OK;
}

static void note_error(mann_replacement *replacement)
{
    if (!replacement->error) {
        replacement->error = errno ? errno : EIO;
    }
}

void mann_replacement_write(mann_replacement *replacement, const void *data, size_t size)
{
    if (replacement->error || !size) {
        return;
    }
    errno = 0;
    if (fwrite(data, 1, size, replacement->file) != size) {
        note_error(replacement);
    }
}

/* 0 or an errno. A folder that may not be opened, or a file system that does not sync folders, is
 * no failure: there is nothing more to be done. */
static int sync_folder(const char *path, size_t folder)
{
    char name[PATH_MAX];
    if (folder >= sizeof name) {
        return 0;
    }
    memcpy(name, path, folder);
    name[folder] = 0;
    int descriptor = open(folder ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return 0;
    }
    int error = fsync(descriptor) ? errno : 0;
    close(descriptor);
    return error == EIO || error == ENOSPC ? error : 0;
}

mann_status mann_replacement_commit(mann_replacement *replacement)
{
    errno = 0;
    if (!replacement->error && (fflush(replacement->file) || fsync(fileno(replacement->file)))) {
        note_error(replacement);
    }
    errno = 0;
    if (fclose(replacement->file)) {
        note_error(replacement);
    }
    if (!replacement->error && rename(replacement->temporary, replacement->path)) {
        note_error(replacement);
    }
    mann_status status = MANN_OK;
    if (replacement->error) {
        unlink(replacement->temporary);
        status = mann_fail(replacement->context, MANN_E_IO, "%s: cannot be written: %s",
                           replacement->path, strerror(replacement->error));
    } else {
        int error = sync_folder(replacement->path, folder_length(replacement->path));
        if (error) {
            status = mann_fail(replacement->context, MANN_E_IO,
                               "%s: written, but its folder could not be synced: %s",
                               replacement->path, strerror(error));
        }
    }
    replacement_free(replacement);
    return status;
}

void mann_replacement_abandon(mann_replacement *replacement)
{
    if (!replacement) {
        return;
    }
    fclose(replacement->file);
    unlink(replacement->temporary);
    replacement_free(replacement);
}

mann_status mann_file_replace(mann_context *context, const char *path, const void *data,
                              size_t size)
{
    mann_replacement *replacement;
    mann_status status = mann_replacement_open(context, path, &replacement);
    if (status) {
        return status;
    }
    mann_replacement_write(replacement, data, size);
    return mann_replacement_commit(replacement);
}

static mann_status too_large(mann_context *context, const char *path, size_t limit)
{
    return mann_fail(context, MANN_E_FORMAT, "%s: larger than the %zu bytes allowed here", path,
                     limit);
}

/* Reads to the end of the file. The size that the system reports only chooses the first buffer: a
 * pipe has none, and a file may grow meanwhile. */
static mann_status read_all(mann_context *context, const char *path, int descriptor, size_t limit,
                            char **data, size_t *size)
{
    struct stat about;
    size_t capacity = 4096, used = 0;
    if (!fstat(descriptor, &about) && S_ISREG(about.st_mode)) {
        if ((uintmax_t)about.st_size > limit) {
            return too_large(context, path, limit);
        }
        capacity = (size_t)about.st_size + 2; /* room to see the end, and the 0 byte */
    }
    char *buffer = malloc(capacity);
    while (buffer) {
        ssize_t got = read(descriptor, buffer + used, capacity - 1 - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int error = errno;
            free(buffer);
            return mann_fail(context, MANN_E_IO, "%s: cannot be read: %s", path, strerror(error));
        }
        used += (size_t)got;
        if (used > limit) {
            free(buffer);
            return too_large(context, path, limit);
        }
        if (!got) {
            buffer[used] = 0;
            *data = buffer;
            *size = used;
            return MANN_OK;
        }
        if (used == capacity - 1) {
            char *larger = capacity > SIZE_MAX / 2 ? NULL : realloc(buffer, 2 * capacity);
            if (!larger) {
                free(buffer);
            }
            buffer = larger;
            capacity *= 2;
        }
    }
    return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
}

mann_status mann_file_read(mann_context *context, const char *path, size_t limit, char **data,
                           size_t *size)
{
    *data = NULL;
    *size = 0;
    limit = limit < SIZE_MAX / 4 ? limit : SIZE_MAX / 4;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return mann_fail(context, MANN_E_IO, "%s: cannot be read: %s", path, strerror(errno));
    }
    mann_status status = read_all(context, path, descriptor, limit, data, size);
    close(descriptor);
    return status;
}

/* 0 or an errno. */
static int make_one(const char *path)
{
    if (!mkdir(path, 0777)) {
        return 0;
    }
    int error = errno;
    struct stat about;
    if (!stat(path, &about)) {
        return S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
    }
    return error;
}

mann_status mann_folder_make(mann_context *context, const char *path)
{
    char *part = strdup(path);
    if (!part) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    int error = 0;
    for (char *end = part; !error; end++) {
        char kept = *end;
        if ((kept == '/' && end > part && end[-1] != '/') || !kept) {
            *end = 0;
            error = make_one(part);
            if (error) {
                break;
            }
            *end = kept;
        }
        if (!kept) {
            break;
        }
    }
    mann_status status = MANN_OK;
    if (error) {
        status = strcmp(part, path)
                     ? mann_fail(context, MANN_E_IO, "%s: the folder cannot be made: %s: %s", path,
                                 part, strerror(error))
                     : mann_fail(context, MANN_E_IO, "%s: the folder cannot be made: %s", path,
                                 strerror(error));
    }
    free(part);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void mann_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
}

mann_status mann_folder_list(mann_context *context, const char *path, char ***names, size_t *count)
{
    *names = NULL;
    *count = 0;
    DIR *folder = opendir(path);
    if (!folder) {
        return mann_fail(context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    mann_status status = MANN_OK;
    for (struct dirent *entry; !status && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        size_t length = strlen(path) + strlen(entry->d_name) + 2;
        if (*count == MOST_FILES) {
            status = mann_fail(context, MANN_E_IO, "%s: more than %d files", path, MOST_FILES);
            break;
        }
        char *name = malloc(length);
        char **longer = name ? realloc(*names, (*count + 1) * sizeof *longer) : NULL;
        if (!longer) {
            free(name);
            status = mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
            break;
        }
        snprintf(name, length, "%s/%s", path, entry->d_name);
        *names = longer;
        longer[(*count)++] = name;
    }
    closedir(folder);
    if (*count) {
        qsort(*names, *count, sizeof **names, by_name);
    }
    if (status) {
        mann_names_free(*names, *count);
        *names = NULL;
        *count = 0;
    }
    return status;
}
