/* Option tables: defaults, parsing and printing of config structs. */
#include <errno.h>
#include <limits.h>
#include <mann/option.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const mann_option *mann_option_find(const mann_option *table, const char *name)
{
    for (const mann_option *row = table; row && row->name; row++) {
        if (!strcmp(row->name, name)) {
            return row->kind == MANN_OPT_FORMER ? mann_option_find(table, row->initial) : row;
        }
    }
    return NULL;
}

static bool parse_integer(const char *text, const char **end, int32_t *value)
{
    char *stop;
    errno = 0;
    long parsed = strtol(text, &stop, 10);
    *end = stop;
    if (stop == text || errno || parsed < INT32_MIN || parsed > INT32_MAX) {
        return false;
    }
    *value = (int32_t)parsed;
    return true;
}

static mann_status outside(mann_context *context, const char *section, const mann_option *row,
                           double value)
{
    return mann_fail(context, MANN_E_INVAL, "%s.%s: %.10g is outside %.10g..%.10g", section,
                     row->name, value, row->low, row->high);
}

static mann_status set_integer(mann_context *context, const char *section, const mann_option *row,
                               int32_t *field, const char *text)
{
    const char *end;
    int32_t value;
    if (!parse_integer(text, &end, &value) || *end) {
        return mann_fail(context, MANN_E_INVAL, "%s.%s: '%s' is not a whole number", section,
                         row->name, text);
    }
    if (value < row->low || value > row->high) {
        return outside(context, section, row, value);
    }
    *field = value;
    return MANN_OK;
}

static mann_status set_real(mann_context *context, const char *section, const mann_option *row,
                            double *field, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value)) {
        return mann_fail(context, MANN_E_INVAL, "%s.%s: '%s' is not a number", section, row->name,
                         text);
    }
    if (value < row->low || value > row->high) {
        return outside(context, section, row, value);
    }
    *field = value;
    return MANN_OK;
}

static mann_status set_range(mann_context *context, const char *section, const mann_option *row,
                             mann_range *field, const char *text)
{
    const char *end;
    mann_range value;
    bool good = parse_integer(text, &end, &value.low);
    value.high = value.low;
    if (good && end[0] == '.' && end[1] == '.') {
        good = parse_integer(end + 2, &end, &value.high);
    }
    if (!good || *end) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s.%s: '%s' is neither a whole number nor a range such as 1..20", section,
                         row->name, text);
    }
    if (value.low > value.high) {
        return mann_fail(context, MANN_E_INVAL, "%s.%s: the range %s runs backwards; write %d..%d",
                         section, row->name, text, value.high, value.low);
    }
    if (value.low < row->low || value.high > row->high) {
        return outside(context, section, row, value.low < row->low ? value.low : value.high);
    }
    *field = value;
    return MANN_OK;
}

bool mann_span_parse(const char *text, const char **end, mann_span *span)
{
    static const char unit[] = "epochs";
    char *stop;
    double amount = strtod(text, &stop);
    if (stop == text || !isfinite(amount)) {
        return false;
    }
    *span = (mann_span){amount, !strncmp(stop, unit, strlen(unit))};
    *end = span->epochs ? stop + strlen(unit) : stop;
    return true;
}

static mann_status set_span(mann_context *context, const char *section, const mann_option *row,
                            mann_span *field, const char *text)
{
    const char *end;
    mann_span value;
    if (!mann_span_parse(text, &end, &value) || *end) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s.%s: '%s' is neither a number of sequences nor one of epochs such as "
                         "25epochs",
                         section, row->name, text);
    }
    if (value.amount < row->low || value.amount > row->high) {
        return outside(context, section, row, value.amount);
    }
    /* Member by member: padding stays as it was, so that configs can be compared as bytes. */
    field->amount = value.amount;
    field->epochs = value.epochs;
    return MANN_OK;
}

static mann_status set_bool(mann_context *context, const char *section, const mann_option *row,
                            bool *field, const char *text)
{
    if (strcmp(text, "true") && strcmp(text, "false")) {
        return mann_fail(context, MANN_E_INVAL, "%s.%s: '%s' is neither true nor false", section,
                         row->name, text);
    }
    *field = !strcmp(text, "true");
    return MANN_OK;
}

static mann_status set_choice(mann_context *context, const char *section, const mann_option *row,
                              int32_t *field, const char *text)
{
    char list[512] = "";
    size_t count = 0, used = 0;
    for (; row->choices[count]; count++) {
        if (!strcmp(row->choices[count], text)) {
            *field = (int32_t)count;
            return MANN_OK;
        }
        int wrote = snprintf(list + used, sizeof list - used, "%s%s", count ? ", " : "",
                             row->choices[count]);
        used += wrote > 0 && (size_t)wrote < sizeof list - used ? (size_t)wrote : 0;
    }
    const char *near = mann_nearest(text, row->choices, count);
    return mann_fail(context, MANN_E_INVAL, "%s.%s: unknown value '%s'%s%s%s; it is one of %s",
                     section, row->name, text, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "", list);
}

static mann_status unknown_option(mann_context *context, const char *section,
                                  const mann_option *table, const char *name)
{
    const char *names[128];
    size_t count = 0;
    /* A name like a former one means the present one. */
    for (const mann_option *row = table; row && row->name && count < 128; row++) {
        names[count++] = row->name;
    }
    const char *near = mann_nearest(name, names, count);
    if (near) {
        return mann_fail(context, MANN_E_INVAL, "unknown option '%s.%s'; did you mean '%s.%s'?",
                         section, name, section, mann_option_find(table, near)->name);
    }
    return mann_fail(context, MANN_E_INVAL, "unknown option '%s.%s'", section, name);
}

mann_status mann_option_set(mann_context *context, const char *section, const mann_option *table,
                            void *config, const char *name, const char *text)
{
    const mann_option *row = mann_option_find(table, name);
    if (!row) {
        return unknown_option(context, section, table, name);
    }
    void *field = (char *)config + row->offset;
    switch (row->kind) {
    case MANN_OPT_INT: return set_integer(context, section, row, field, text);
    case MANN_OPT_REAL: return set_real(context, section, row, field, text);
    case MANN_OPT_BOOL: return set_bool(context, section, row, field, text);
    case MANN_OPT_CHOICE: return set_choice(context, section, row, field, text);
    case MANN_OPT_RANGE: return set_range(context, section, row, field, text);
    case MANN_OPT_SPAN: return set_span(context, section, row, field, text);
    case MANN_OPT_TEXT:
    case MANN_OPT_FORMER: break;
    }
    if (strlen(text) >= MANN_TEXT_SIZE) {
        return mann_fail(context, MANN_E_INVAL, "%s.%s: longer than %d bytes", section, row->name,
                         MANN_TEXT_SIZE - 1);
    }
    memset(field, 0, MANN_TEXT_SIZE);
    memcpy(field, text, strlen(text));
    return MANN_OK;
}

void mann_options_default(const mann_option *table, void *config)
{
    for (const mann_option *row = table; mann_option_is(row); row++) {
        mann_option_set(NULL, "", table, config, row->name, row->initial);
    }
}

/* The shortest of the precisions that reads back as the same number. */
static int format_real(double value, const char *unit, char *text, size_t size)
{
    for (int precision = 6;; precision++) {
        int length = snprintf(text, size, "%.*g%s", precision, value, unit);
        if (precision >= 17 || strtod(text, NULL) == value) {
            return length;
        }
    }
}

int mann_option_format(const mann_option *option, const void *config, char *text, size_t size)
{
    const void *field = (const char *)config + option->offset;
    switch (option->kind) {
    case MANN_OPT_INT: return snprintf(text, size, "%d", *(const int32_t *)field);
    case MANN_OPT_REAL: return format_real(*(const double *)field, "", text, size);
    case MANN_OPT_SPAN: {
        const mann_span *span = field;
        return format_real(span->amount, span->epochs ? "epochs" : "", text, size);
    }
    case MANN_OPT_BOOL: return snprintf(text, size, "%s", *(const bool *)field ? "true" : "false");
    case MANN_OPT_CHOICE:
        return snprintf(text, size, "%s", option->choices[*(const int32_t *)field]);
    case MANN_OPT_RANGE: {
        const mann_range *range = field;
        return range->low == range->high ? snprintf(text, size, "%d", range->low)
                                         : snprintf(text, size, "%d..%d", range->low, range->high);
    }
    case MANN_OPT_TEXT:
    case MANN_OPT_FORMER: break;
    }
    return snprintf(text, size, "%s", (const char *)field);
}
