/* What a file is, and folders. */
#include "io/patterns/patterns.h"

#include "io/file.h"
#include "io/patterns/patterns_formats.h"
#include "io/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_BYTES ((size_t)1 << 30)

static mann_status read_png(const mann_patterns_source *source, mann_patterns *patterns)
{
    if (!source->options->png) {
        return mann_fail(source->context, MANN_E_FORMAT,
                         "%s: a PNG image, which this program does not read; convert it to PBM",
                         source->name);
    }
    int32_t width, height;
    float *grey;
    mann_status status = source->options->png(source->context, source->name, source->data,
                                              source->size, &width, &height, &grey);
    if (status) {
        return status;
    }
    float *x = mann_patterns_add(source, patterns, width, height, "", &status);
    for (int32_t i = 0; x && i < patterns->units; i++) {
        x[i] = (double)grey[i] < source->options->threshold ? 1.0f : -1.0f;
        patterns->graded |= grey[i] > 0 && grey[i] < 1;
    }
    free(grey);
    return status;
}

static bool starts(const mann_patterns_source *source, const char *magic, size_t size)
{
    return source->size >= size && !memcmp(source->data, magic, size);
}

/* The first line with something in it holds numbers. */
static bool looks_numeric(const mann_patterns_source *source)
{
    const char *p = source->data + strspn(source->data, " \t\r\n");
    size_t numbers = strspn(p, "0123456789+-.eE,; \t");
    return (p[0] == '-' || p[0] == '+' || (p[0] >= '0' && p[0] <= '9')) && memchr(p, ',', numbers);
}

static mann_status append(const mann_patterns_source *source, mann_patterns *patterns)
{
    const char *data = source->data;
    if (source->size == 0) {
        return mann_fail(source->context, MANN_E_FORMAT, "%s: empty", source->name);
    }
    if (starts(source, "\x89PNG\r\n\x1a\n", 8)) {
        return read_png(source, patterns);
    }
    if (source->size >= 2 && data[0] == 'P' && data[1] >= '1' && data[1] <= '7') {
        return mann_patterns_pnm(source, patterns);
    }
    if (starts(source, "\0\0", 2)) {
        return mann_patterns_idx(source, patterns);
    }
    if (looks_numeric(source)) {
        return mann_patterns_csv(source, patterns);
    }
    size_t blank = strspn(data, " \t\r\n");
    if (data[blank] == '#' || data[blank] == '.' || data[blank] == ';') {
        return mann_patterns_text(source, patterns);
    }
    return mann_fail(source->context, MANN_E_FORMAT,
                     "%s: byte 0: neither lines of # and ., nor PBM, PGM, PNG, idx or CSV",
                     source->name);
}

static mann_status resolve(mann_context *context, const mann_patterns_options *options,
                           mann_patterns_options *resolved)
{
    *resolved = *options;
    if (options->threshold == 0) {
        resolved->threshold = 0.5;
    }
    if (!(resolved->threshold > 0 && resolved->threshold < 1)) {
        return mann_fail(context, MANN_E_INVAL, "threshold: %g is outside 0..1",
                         options->threshold);
    }
    if (options->limit < 0) {
        return mann_fail(context, MANN_E_INVAL, "limit: %d patterns", options->limit);
    }
    return MANN_OK;
}

/* Inverts if asked to, or clears after a failure. */
static mann_status finish(mann_patterns *patterns, const mann_patterns_options *options,
                          mann_status status)
{
    if (status) {
        mann_patterns_clear(patterns);
        return status;
    }
    size_t numbers = (size_t)patterns->count * (size_t)patterns->units;
    for (size_t i = 0; options->invert && i < numbers; i++) {
        patterns->value[i] = -patterns->value[i];
    }
    return MANN_OK;
}

mann_status mann_patterns_parse(mann_context *context, const char *name, const char *data,
                                size_t size, const mann_patterns_options *options,
                                mann_patterns *patterns)
{
    mann_patterns_options resolved;
    *patterns = (mann_patterns){0};
    mann_status status = resolve(context, options, &resolved);
    if (status) {
        return status;
    }
    /* The readers count on a 0 byte after the data. */
    char *copy = malloc(size + 1);
    if (!copy) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", name);
    }
    if (size) {
        memcpy(copy, data, size);
    }
    copy[size] = 0;
    mann_patterns_source source = {context, name, copy, size, &resolved};
    status = finish(patterns, &resolved, append(&source, patterns));
    free(copy);
    return status;
}

static mann_status read_file(mann_context *context, const char *path,
                             const mann_patterns_options *options, mann_patterns *patterns)
{
    char *data;
    size_t size;
    mann_status status = mann_unpack(context, path, MOST_BYTES, &data, &size);
    if (!status) {
        mann_patterns_source source = {context, path, data, size, options};
        status = append(&source, patterns);
        free(data);
    }
    return status;
}

static mann_status read_folder(mann_context *context, const char *path,
                               const mann_patterns_options *options, mann_patterns *patterns)
{
    char **names = NULL;
    size_t count = 0;
    mann_status status = mann_folder_list(context, path, &names, &count);
    for (size_t i = 0; i < count; i++) {
        struct stat about;
        bool wanted = !status && (options->limit == 0 || patterns->count < options->limit);
        if (wanted && !stat(names[i], &about) && S_ISREG(about.st_mode)) {
            status = read_file(context, names[i], options, patterns);
        }
    }
    mann_names_free(names, count);
    if (!status && patterns->count == 0) {
        status = mann_fail(context, MANN_E_FORMAT, "%s: no pattern in this folder", path);
    }
    return status;
}

mann_status mann_patterns_read(mann_context *context, const char *path,
                               const mann_patterns_options *options, mann_patterns *patterns)
{
    mann_patterns_options resolved;
    *patterns = (mann_patterns){0};
    mann_status status = resolve(context, options, &resolved);
    if (status) {
        return status;
    }
    struct stat about;
    bool folder = !stat(path, &about) && S_ISDIR(about.st_mode);
    status = (folder ? read_folder : read_file)(context, path, &resolved, patterns);
    return finish(patterns, &resolved, status);
}
