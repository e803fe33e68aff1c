/* CSV as RFC 4180 has it, a header line first; numbers so that they are read back as they were.
 * A folder holds tidy tables, a row for each number with its indices beside it, which is what
 * pandas groups, pivots and plots. One file holds all values of the trace, one below the other. */
#include "cli/export/export.h"
#include "io/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A file, or standard output where file is NULL. */
typedef struct table {
    mann_replacement *file;
} table;

static void MANN_PRINTF(2, 3) put(const table *to, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (to->file) {
        mann_replacement_write(to->file, text, (size_t)length);
    } else {
        fwrite(text, 1, (size_t)length, stdout);
    }
}

static void put_word(const table *to, const char *word)
{
    if (!strpbrk(word, ",\"\r\n")) {
        put(to, "%s", word);
        return;
    }
    put(to, "\"");
    for (; *word; word++) {
        put(to, *word == '"' ? "\"\"" : "%c", *word);
    }
    put(to, "\"");
}

/* 9 digits tell any two floats apart, 17 any two doubles. */
static void put_number(const table *to, double value, int digits)
{
    if (isnan(value)) {
        put(to, "nan");
    } else {
        put(to, "%.*g", digits, value);
    }
}

/* The indices of element i on all axes. */
static void find_place(const mann_trace_array *array, size_t i, int32_t place[MANN_MAX_RANK])
{
    for (int32_t k = array->rank; k-- > 0;) {
        place[k] = (int32_t)(i % (size_t)array->n[k]);
        i /= (size_t)array->n[k];
    }
}

static size_t count(const mann_trace_array *array)
{
    size_t size = 1;
    for (int32_t k = 0; k < array->rank; k++) {
        size *= (size_t)array->n[k];
    }
    return size;
}

static void put_array(const table *to, const mann_trace_array *array)
{
    int32_t place[MANN_MAX_RANK];
    for (int32_t k = 0; k < array->rank; k++) {
        put_word(to, array->axis[k]);
        put(to, ",");
    }
    put(to, "value\n");
    for (size_t i = 0; i < count(array); i++) {
        find_place(array, i, place);
        for (int32_t k = 0; k < array->rank; k++) {
            put(to, "%" PRId32 ",", place[k]);
        }
        put_number(to, (double)array->data[i], 9);
        put(to, "\n");
    }
}

static void put_metrics(const table *to, const mann_export *what)
{
    int32_t columns = what->run->n_series;
    for (int32_t s = 0; s < columns; s++) {
        put(to, s ? "," : "");
        put_word(to, what->run->series[s].name);
    }
    put(to, "\n");
    for (int32_t line = 0; line < what->run->n_lines; line++) {
        for (int32_t s = 0; s < columns; s++) {
            put(to, s ? "," : "");
            put_number(to, what->metrics[(size_t)line * (size_t)columns + (size_t)s], 17);
        }
        put(to, "\n");
    }
}

/* All values: name, indices, number. An axis that a value does not have is left empty. */
static void put_trace(const table *to, const mann_trace *trace)
{
    put(to, "name,step,i,j,k,value\n");
    for (int32_t a = 0; a < trace->count; a++) {
        const mann_trace_array *array = &trace->array[a];
        int32_t place[MANN_MAX_RANK];
        for (size_t i = 0; i < count(array); i++) {
            find_place(array, i, place);
            put_word(to, array->name);
            for (int32_t k = 0; k < MANN_MAX_RANK; k++) {
                if (k < array->rank) {
                    put(to, ",%" PRId32, place[k]);
                } else {
                    put(to, ",");
                }
            }
            put(to, ",");
            put_number(to, (double)array->data[i], 9);
            put(to, "\n");
        }
    }
}

mann_status mann_export_csv_file(const mann_export *what, const char *path)
{
    table to = {.file = NULL};
    if (!what->trace) {
        return mann_fail(what->context, MANN_E_INVAL,
                         "there is no trace for %s; a folder gets the metrics too", path);
    }
    if (!strcmp(path, "-")) {
        put_trace(&to, what->trace);
        return MANN_OK;
    }
    mann_status status = mann_replacement_open(what->context, path, &to.file);
    if (status) {
        return status;
    }
    put_trace(&to, what->trace);
    return mann_replacement_commit(to.file);
}

/* FOLDER/NAME.csv, of the metrics where array is NULL. */
static mann_status write_table(const mann_export *what, const char *folder, const char *name,
                               const mann_trace_array *array)
{
    char safe[64], path[1200];
    mann_export_name(name, safe);
    snprintf(path, sizeof path, "%s/%s.csv", folder, safe);
    table to;
    mann_status status = mann_replacement_open(what->context, path, &to.file);
    if (status) {
        return status;
    }
    if (array) {
        put_array(&to, array);
    } else {
        put_metrics(&to, what);
    }
    return mann_replacement_commit(to.file);
}

mann_status mann_export_csv_folder(const mann_export *what, const char *path)
{
    if (strlen(path) > 1000) {
        return mann_fail(what->context, MANN_E_INVAL, "%s: the path is too long", path);
    }
    mann_status status = mann_folder_make(what->context, path);
    for (int32_t i = 0; !status && what->trace && i < what->trace->count; i++) {
        status = write_table(what, path, what->trace->array[i].name, &what->trace->array[i]);
    }
    if (!status && what->metrics) {
        status = write_table(what, path, "metrics", NULL);
    }
    return status;
}
