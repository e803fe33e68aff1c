/* The patterns gathered so far. */
#include "io/patterns/patterns_formats.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NUMBERS ((size_t)1 << 31)

void mann_patterns_clear(mann_patterns *patterns)
{
    free(patterns->value);
    *patterns = (mann_patterns){0};
}

float *mann_patterns_add(const mann_patterns_source *source, mann_patterns *patterns, int32_t width,
                         int32_t height, const char *where, mann_status *status)
{
    int64_t units = (int64_t)width * height;
    if (patterns->count && (width != patterns->width || height != patterns->height)) {
        *status = mann_fail(source->context, MANN_E_FORMAT,
                            "%s%s: a pattern of %d x %d, but the first one is %d x %d; all must "
                            "have one size",
                            source->name, where, width, height, patterns->width, patterns->height);
        return NULL;
    }
    if (units < 2) {
        *status = mann_fail(source->context, MANN_E_FORMAT,
                            "%s%s: a pattern of %d x %d; a network needs at least 2 units",
                            source->name, where, width, height);
        return NULL;
    }
    size_t used = (size_t)patterns->count * (size_t)units;
    if (units > INT32_MAX || used + (size_t)units > MOST_NUMBERS) {
        *status = mann_fail(source->context, MANN_E_FORMAT,
                            "%s%s: too large: more than %zu numbers in all", source->name, where,
                            MOST_NUMBERS);
        return NULL;
    }
    /* Grown at powers of two of the count, so that many patterns cost few copies. */
    if ((patterns->count & (patterns->count - 1)) == 0) {
        size_t room = patterns->count ? 2 * (size_t)patterns->count : 1;
        float *larger = realloc(patterns->value, room * (size_t)units * sizeof *larger);
        if (!larger) {
            *status = mann_fail(source->context, MANN_E_NOMEM, "%s: out of memory", source->name);
            return NULL;
        }
        patterns->value = larger;
    }
    patterns->width = width;
    patterns->height = height;
    patterns->units = (int32_t)units;
    patterns->count++;
    memset(patterns->value + used, 0, (size_t)units * sizeof(float));
    *status = MANN_OK;
    return patterns->value + used;
}
