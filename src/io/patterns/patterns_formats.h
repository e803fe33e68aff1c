/* The readers behind patterns.h. Each appends what it finds to patterns. */
#ifndef MANN_IO_PATTERNS_PATTERNS_FORMATS_H
#define MANN_IO_PATTERNS_PATTERNS_FORMATS_H

#include "io/patterns/patterns.h"

/* What is being read, and how. */
typedef struct mann_patterns_source {
    mann_context *context;
    const char *name;
    const char *data; /* a 0 byte stands behind it */
    size_t size;
    const mann_patterns_options *options; /* threshold resolved */
} mann_patterns_source;

mann_status mann_patterns_text(const mann_patterns_source *source, mann_patterns *patterns);
mann_status mann_patterns_pnm(const mann_patterns_source *source, mann_patterns *patterns);
mann_status mann_patterns_idx(const mann_patterns_source *source, mann_patterns *patterns);
mann_status mann_patterns_csv(const mann_patterns_source *source, mann_patterns *patterns);

/* Room for one more pattern of that shape, zeroed, or NULL with *status: MANN_E_FORMAT if the shape
 * is not that of the patterns before it (where says which line or part, "" for none), or it has a
 * single unit, MANN_E_NOMEM. */
float *mann_patterns_add(const mann_patterns_source *source, mann_patterns *patterns, int32_t width,
                         int32_t height, const char *where, mann_status *status);

/* True if options.limit patterns are there. */
static inline bool mann_patterns_full(const mann_patterns_source *source,
                                      const mann_patterns *patterns)
{
    return source->options->limit > 0 && patterns->count >= source->options->limit;
}

#endif
