/* A text, line by line, with messages that say where. */
#include "lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 1000 };

mann_lines mann_lines_of(mann_context *context, const char *name, const char *text, size_t size)
{
    return (mann_lines){.context = context, .name = name, .rest = text, .over = text + size};
}

bool mann_lines_next(mann_lines *lines)
{
    if (lines->rest >= lines->over) {
        return false;
    }
    lines->number++;
    lines->text = lines->rest;
    lines->end = memchr(lines->text, '\n', (size_t)(lines->over - lines->text));
    lines->end = lines->end ? lines->end : lines->over;
    lines->rest = lines->end + 1;
    return true;
}

mann_status mann_lines_bad(const mann_lines *lines, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return mann_fail(lines->context, MANN_E_FORMAT, "%.400s:%d: %s", lines->name, lines->number,
                     what);
}

mann_status mann_lines_check(const mann_lines *lines)
{
    if (lines->end - lines->text > LONGEST) {
        return mann_lines_bad(lines, "%lld bytes in a line; %d are the most",
                              (long long)(lines->end - lines->text), LONGEST);
    }
    for (const char *c = lines->text; c < lines->end; c++) {
        if ((*c < ' ' || *c > '~') && *c != '\t' && *c != '\r') {
            return mann_lines_bad(lines, "column %d: byte 0x%02x is not ASCII text",
                                  (int)(c - lines->text) + 1, (unsigned char)*c);
        }
    }
    return MANN_OK;
}

int32_t mann_number_next(const char **text, const char *end)
{
    int32_t value = -1;
    for (; *text < end && **text >= '0' && **text <= '9'; (*text)++) {
        value = value < 0 ? 0 : value;
        value = value >= 10000000 ? 100000000 : 10 * value + (**text - '0');
    }
    while (*text < end && (**text == ' ' || **text == '\r')) {
        (*text)++;
    }
    return value;
}
