/* Patterns drawn in text: # is +1, . is -1, an empty line ends a pattern, ; starts a comment. */
#include "io/patterns/patterns_formats.h"

#include <stdio.h>
#include <string.h>

/* Lines of one pattern, from start. */
typedef struct block {
    const char *start;
    int32_t width, height, line; /* line: the number of the first */
} block;

static mann_status finish(const mann_patterns_source *source, const block *lines,
                          mann_patterns *patterns)
{
    char where[32];
    mann_status status;
    snprintf(where, sizeof where, ":%d", lines->line);
    float *x = mann_patterns_add(source, patterns, lines->width, lines->height, where, &status);
    const char *p = lines->start;
    for (int32_t i = 0; x && i < patterns->units; p++) {
        if (*p == '#' || *p == '.') {
            x[i++] = *p == '#' ? 1.0f : -1.0f;
        } else if (*p == ';') { /* a comment between two rows */
            p += strcspn(p, "\n");
        }
    }
    return status;
}

static mann_status foreign(const mann_patterns_source *source, const char *line, size_t at,
                           int32_t number)
{
    unsigned char c = (unsigned char)line[at];
    char shown[8];
    snprintf(shown, sizeof shown, c > 32 && c < 127 ? "'%c'" : "0x%02x", c);
    return mann_fail(source->context, MANN_E_FORMAT,
                     "%s:%d: column %zu is %s; a pattern has only # (+1) and . (-1)", source->name,
                     number, at + 1, shown);
}

mann_status mann_patterns_text(const mann_patterns_source *source, mann_patterns *patterns)
{
    const char *p = source->data, *end = p + source->size;
    block lines = {0};
    int32_t number = 0;
    mann_status status = MANN_OK;
    while (p < end && !mann_patterns_full(source, patterns)) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *next = newline ? newline + 1 : end;
        size_t length = (size_t)((newline ? newline : end) - p);
        while (length && (p[length - 1] == '\r' || p[length - 1] == ' ' || p[length - 1] == '\t')) {
            length--;
        }
        number++;
        size_t good = 0;
        while (good < length && (p[good] == '#' || p[good] == '.')) {
            good++;
        }
        if (p[0] == ';') {
            /* nothing */
        } else if (good < length) {
            return foreign(source, p, good, number);
        } else if (length == 0) {
            status = lines.height ? finish(source, &lines, patterns) : MANN_OK;
            lines = (block){0};
        } else if (lines.height == 0) {
            lines = (block){p, (int32_t)length, 1, number};
        } else if (length != (size_t)lines.width) {
            return mann_fail(source->context, MANN_E_FORMAT,
                             "%s:%d: %zu columns, but line %d, where this pattern begins, has %d",
                             source->name, number, length, lines.line, lines.width);
        } else {
            lines.height++;
        }
        if (status) {
            return status;
        }
        p = next;
    }
    if (lines.height && !mann_patterns_full(source, patterns)) {
        status = finish(source, &lines, patterns);
    }
    if (!status && patterns->count == 0) {
        status = mann_fail(source->context, MANN_E_FORMAT, "%s: no pattern", source->name);
    }
    return status;
}
