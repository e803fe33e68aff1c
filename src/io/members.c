/* Folders by readdir, archives by libarchive: a walk that knows both, because data sets come as
 * either, or as a folder of archives. */
#include "io/members.h"

#include "io/file.h"
#include "io/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16, DEEPEST = 3 };

typedef struct walk {
    mann_context *context;
    const mann_members *members;
} walk;

static bool enough(const walk *w)
{
    return w->members->enough && w->members->enough(w->members->user);
}

/* --- archives --- */

static mann_status damaged(const walk *w, const char *path, struct archive *archive)
{
    const char *reason = archive_error_string(archive);
    return mann_fail(w->context, MANN_E_FORMAT, "%s: damaged: %s", path,
                     reason ? reason : "unreadable");
}

static mann_status take_entry(const walk *w, const char *path, struct archive *archive,
                              struct archive_entry *entry, const char *name)
{
    la_int64_t stated = archive_entry_size(entry);
    size_t size = stated > 0 ? (size_t)stated : 0;
    if (stated > 0 && (uint64_t)stated > w->members->limit) {
        return mann_fail(w->context, MANN_E_FORMAT, "%s: larger than %zu bytes", name,
                         w->members->limit);
    }
    char *data = malloc(size + 1);
    if (!data) {
        return mann_fail(w->context, MANN_E_NOMEM, "%s: out of memory", name);
    }
    la_ssize_t got = archive_read_data(archive, data, size);
    mann_status status = MANN_OK;
    if (got < 0 || (size_t)got != size) {
        status = damaged(w, path, archive);
    } else {
        data[size] = '\0';
        status = w->members->take(w->members->user, name, data, size);
    }
    free(data);
    return status;
}

static mann_status walk_entries(const walk *w, const char *path, struct archive *archive)
{
    while (!enough(w)) {
        struct archive_entry *entry;
        int found = archive_read_next_header(archive, &entry);
        if (found == ARCHIVE_EOF) {
            return MANN_OK;
        }
        if (found < ARCHIVE_WARN) {
            return damaged(w, path, archive);
        }
        const char *inside = archive_entry_pathname(entry);
        char name[2048];
        bool regular = archive_entry_filetype(entry) == AE_IFREG && inside;
        if (!regular || snprintf(name, sizeof name, "%s/%s", path, inside) >= (int)sizeof name ||
            !w->members->wants(w->members->user, name)) {
            continue;
        }
        mann_status status = take_entry(w, path, archive, entry, name);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

static mann_status walk_archive(const walk *w, const char *path)
{
    struct archive *archive = archive_read_new();
    if (!archive) {
        return mann_fail(w->context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    archive_read_support_filter_all(archive);
    archive_read_support_format_all(archive);
    bool opened = archive_read_open_filename(archive, path, BLOCK) == ARCHIVE_OK;
    mann_status status = opened ? walk_entries(w, path, archive) : damaged(w, path, archive);
    archive_read_free(archive);
    return status;
}

/* --- folders --- */

typedef struct file {
    const char *name;
    off_t size;
    mode_t mode;
} file;

/* Folders first; then the smallest file. */
static int by_size(const void *a, const void *b)
{
    const file *x = a, *y = b;
    if (S_ISDIR(x->mode) != S_ISDIR(y->mode)) {
        return S_ISDIR(x->mode) ? -1 : 1;
    }
    return x->size != y->size ? (x->size < y->size ? -1 : 1) : strcmp(x->name, y->name);
}

static bool looks_like_archive(const char *name)
{
    static const char *const ends[] = {".tar", ".tgz", ".zip", ".7z"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && !strcmp(name + length - end, ends[i])) {
            return true;
        }
    }
    return strstr(name, ".tar.") != NULL;
}

static mann_status take_file(const walk *w, const char *name)
{
    char *data;
    size_t size;
    mann_status status = mann_unpack(w->context, name, w->members->limit, &data, &size);
    if (!status) {
        status = w->members->take(w->members->user, name, data, size);
        free(data);
    }
    return status;
}

static mann_status walk_folder(const walk *w, const char *path, int depth);

static mann_status walk_file(const walk *w, const file *f, int depth)
{
    if (S_ISDIR(f->mode)) {
        return depth < DEEPEST ? walk_folder(w, f->name, depth + 1) : MANN_OK;
    }
    if (!S_ISREG(f->mode)) {
        return MANN_OK;
    }
    if (w->members->wants(w->members->user, f->name)) {
        return take_file(w, f->name);
    }
    return looks_like_archive(f->name) ? walk_archive(w, f->name) : MANN_OK;
}

static mann_status walk_folder(const walk *w, const char *path, int depth)
{
    char **names;
    size_t count;
    mann_status status = mann_folder_list(w->context, path, &names, &count);
    file *files = status ? NULL : calloc(count + 1, sizeof *files);
    if (!status && !files) {
        status = mann_fail(w->context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    for (size_t i = 0; !status && i < count; i++) {
        struct stat about;
        files[i].name = names[i];
        if (!stat(names[i], &about)) {
            files[i].size = about.st_size;
            files[i].mode = about.st_mode;
        }
    }
    if (!status) {
        qsort(files, count, sizeof *files, by_size);
    }
    for (size_t i = 0; !status && i < count && !enough(w); i++) {
        status = walk_file(w, &files[i], depth);
    }
    free(files);
    mann_names_free(names, count);
    return status;
}

mann_status mann_members_visit(mann_context *context, const char *path, const mann_members *members)
{
    walk w = {context, members};
    struct stat about;
    if (stat(path, &about)) {
        return mann_fail(context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    return S_ISDIR(about.st_mode) ? walk_folder(&w, path, 1) : walk_archive(&w, path);
}
