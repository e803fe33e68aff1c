/* Comma-separated numbers, one pattern a line, with or without a label behind the pixels. */
#include "io/patterns/patterns_formats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The side of a square of n, or 0. */
static int32_t side_of(int32_t n)
{
    int32_t side = (int32_t)lround(sqrt((double)n));
    return n > 0 && side * side == n ? side : 0;
}

typedef struct table {
    int32_t columns, rows;
    size_t count, room;
    double *value; /* [rows, columns] */
} table;

static mann_status push(const mann_patterns_source *source, table *all, double value)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 4096;
        double *larger = realloc(all->value, room * sizeof *larger);
        if (!larger) {
            return mann_fail(source->context, MANN_E_NOMEM, "%s: out of memory", source->name);
        }
        all->value = larger;
        all->room = room;
    }
    all->value[all->count++] = value;
    return MANN_OK;
}

/* One line, which ends at stop. */
static mann_status read_line(const mann_patterns_source *source, const char *p, const char *stop,
                             int32_t line, table *all)
{
    int32_t columns = 0;
    for (;;) {
        char *end;
        double value = strtod(p, &end);
        columns++;
        if (end == p || end > stop || !isfinite(value)) {
            return mann_fail(source->context, MANN_E_FORMAT, "%s:%d: value %d is not a number",
                             source->name, line, columns);
        }
        mann_status status = push(source, all, value);
        if (status) {
            return status;
        }
        p = end + strspn(end, " \t\r");
        if (p >= stop) {
            break;
        }
        if (*p != ',' && *p != ';') {
            return mann_fail(source->context, MANN_E_FORMAT, "%s:%d: no comma behind value %d",
                             source->name, line, columns);
        }
        p++;
    }
    if (all->rows && columns != all->columns) {
        return mann_fail(source->context, MANN_E_FORMAT,
                         "%s:%d: %d values, but the first line has %d; all patterns must have one "
                         "size",
                         source->name, line, columns, all->columns);
    }
    all->columns = columns;
    all->rows++;
    return MANN_OK;
}

static mann_status binarise(const mann_patterns_source *source, const table *all,
                            mann_patterns *patterns)
{
    int32_t units = all->columns;
    if (!side_of(units) && side_of(units - 1) > 1) {
        units--; /* a label */
    }
    int32_t side = side_of(units);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < all->count; i++) {
        if ((int32_t)(i % (size_t)all->columns) < units) {
            low = fmin(low, all->value[i]);
            high = fmax(high, all->value[i]);
        }
    }
    if (low >= high) {
        return mann_fail(source->context, MANN_E_FORMAT,
                         "%s: every number is %g: nothing to tell +1 from -1", source->name, low);
    }
    double threshold = low + source->options->threshold * (high - low);
    for (int32_t k = 0; k < all->rows && !mann_patterns_full(source, patterns); k++) {
        mann_status status;
        float *x =
            mann_patterns_add(source, patterns, side ? side : units, side ? side : 1, "", &status);
        if (!x) {
            return status;
        }
        for (int32_t i = 0; i < units; i++) {
            double value = all->value[(size_t)k * (size_t)all->columns + (size_t)i];
            x[i] = value >= threshold ? 1.0f : -1.0f;
            patterns->graded |= value > low && value < high;
        }
    }
    return MANN_OK;
}

mann_status mann_patterns_csv(const mann_patterns_source *source, mann_patterns *patterns)
{
    const char *p = source->data, *end = p + source->size;
    table all = {0};
    mann_status status = MANN_OK;
    for (int32_t line = 1; p < end && !status; line++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        const char *text = p;
        while (text < stop && strchr(" \t\r", *text)) {
            text++;
        }
        if (text < stop) {
            status = read_line(source, text, stop, line, &all);
        }
        p = newline ? newline + 1 : end;
    }
    if (!status) {
        status = binarise(source, &all, patterns);
    }
    free(all.value);
    return status;
}
