/* Reading a file of JSON Lines (jsonl.h). */
#include "jsonl.h"

#include "io/file.h"
#include "io/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LARGEST_FILE = 1 << 30, /* bytes */
    MOST_LINES = 10000000,
    MOST_STEPS = 100000 /* of a line */
};
#define MOST_VALUES ((size_t)1 << 28) /* of all lines together */

/* What is known while reading. */
typedef struct reader {
    mann_context *context;
    const char *path;
    mann_jsonl *file;
    int32_t wanted_classes;           /* 0: as the file has it */
    int32_t number;                   /* of the present line */
    size_t used, capacity, room;      /* of value; room in line */
    int32_t first;                    /* the line that fixed the widths */
    int32_t classes;                  /* largest + 1 so far */
    enum { OPEN, NUMBERS, ROWS } how; /* how the file writes classes */
} reader;

static const char *const split_names[] = {"train", "validation", "test"};

static mann_status bad(const reader *r, const char *format, ...) MANN_PRINTF(2, 3);

static mann_status bad(const reader *r, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return mann_fail(r->context, MANN_E_FORMAT, "%.400s:%d: %s", r->path, r->number, what);
}

static mann_status no_memory(const reader *r)
{
    return mann_fail(r->context, MANN_E_NOMEM, "%.400s: out of memory for its examples", r->path);
}

/* Room for n more values. */
static mann_status reserve(reader *r, size_t n)
{
    if (n > MOST_VALUES - r->used) {
        return bad(r, "the file has more than %zu numbers", MOST_VALUES);
    }
    if (r->used + n > r->capacity) {
        size_t capacity = 2 * r->capacity > r->used + n ? 2 * r->capacity : r->used + n + 1024;
        float *larger = realloc(r->file->value, capacity * sizeof *larger);
        if (!larger) {
            return no_memory(r);
        }
        r->file->value = larger;
        r->capacity = capacity;
    }
    return MANN_OK;
}

/* What stands where a number should, for messages. */
static const char *kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_NULL: return "null";
    case JSON_TRUE:
    case JSON_FALSE: return "a truth value";
    case JSON_INTEGER:
    case JSON_REAL: break;
    }
    return "a number";
}

/* Number i of row t of the array called name. */
static mann_status number(const reader *r, const char *name, size_t t, size_t i,
                          const json_t *value, float *to)
{
    if (!json_is_number(value)) {
        return bad(r, "%s[%zu][%zu] is %s; a number is expected", name, t, i, kind_of(value));
    }
    *to = (float)json_number_value(value);
    /* JSON knows neither NaN nor infinity, but some of its numbers are too large for a float. */
    return isfinite(*to) ? MANN_OK : bad(r, "%s[%zu][%zu] is beyond 3.4e38", name, t, i);
}

/* Width of a row: 1 for a bare number, 0 for what is no row. */
static size_t row_width(const json_t *row)
{
    return json_is_number(row) ? 1 : json_array_size(row);
}

/* Reads rows [n, width] of array; the first line of a file fixes *width. */
static mann_status rows(reader *r, const char *name, const json_t *array, int32_t *width)
{
    size_t n = json_array_size(array);
    for (size_t t = 0; t < n; t++) {
        const json_t *row = json_array_get(array, t);
        size_t found = row_width(row);
        if (!json_is_number(row) && !json_is_array(row)) {
            return bad(r, "%s[%zu] is %s; a row of numbers is expected", name, t, kind_of(row));
        }
        if (!found || found > MANN_JSONL_MOST_NUMBERS) {
            return bad(r, "%s[%zu] has %zu numbers; 1 to %d are expected", name, t, found,
                       MANN_JSONL_MOST_NUMBERS);
        }
        if (!*width) {
            *width = (int32_t)found;
            r->first = r->number;
        }
        if (found != (size_t)*width) {
            return bad(r, "%s[%zu] has %zu number%s, but %s[0] of line %d has %d; all must agree",
                       name, t, found, found == 1 ? "" : "s", name, r->first, *width);
        }
        mann_status status = reserve(r, found);
        for (size_t i = 0; !status && i < found; i++) {
            status = number(r, name, t, i, json_is_number(row) ? row : json_array_get(row, i),
                            &r->file->value[r->used]);
            r->used += !status;
        }
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

static mann_status check_bits(const reader *r, size_t at, int32_t width)
{
    for (size_t i = at; i < r->used; i++) {
        float bit = r->file->value[i];
        if (bit != 0 && bit != 1) {
            return bad(r,
                       "target[%zu][%zu] is %g; a bit is 0 or 1 (task.target=real takes any "
                       "number, task.target=class whole numbers)",
                       (i - at) / (size_t)width, (i - at) % (size_t)width, (double)bit);
        }
    }
    return MANN_OK;
}

static mann_status class_of(reader *r, size_t t, const json_t *value, int32_t *class)
{
    int32_t limit = r->wanted_classes ? r->wanted_classes : MANN_JSONL_MOST_NUMBERS;
    if (!json_is_array(value)) {
        double given = json_is_number(value) ? json_number_value(value) : -1;
        if (given != floor(given) || given < 0 || given >= limit) {
            return bad(r, "target[%zu] is no class; a whole number from 0 to %d is expected", t,
                       limit - 1);
        }
        *class = (int32_t)given;
        r->classes = *class >= r->classes ? *class + 1 : r->classes;
        return MANN_OK;
    }
    size_t n = json_array_size(value), ones = 0;
    int32_t expected = r->classes ? r->classes : r->wanted_classes;
    if (n > (size_t)limit || (expected && n != (size_t)expected)) {
        return bad(r, "target[%zu] has %zu number%s; a row of %d, one for each class, is expected",
                   t, n, n == 1 ? "" : "s", expected ? expected : limit);
    }
    for (size_t i = 0; i < n; i++) {
        float given = 0;
        mann_status status = number(r, "target", t, i, json_array_get(value, i), &given);
        if (status) {
            return status;
        }
        if (given != 0 && given != 1) {
            return bad(r, "target[%zu][%zu] is %g; a row of a class has a single 1, else 0", t, i,
                       (double)given);
        }
        ones += given == 1;
        *class = given == 1 ? (int32_t)i : *class;
    }
    if (ones != 1) {
        return bad(r, "target[%zu] has %zu ones; a row of a class has a single 1", t, ones);
    }
    r->classes = (int32_t)n;
    return MANN_OK;
}

static mann_status classes(reader *r, const json_t *array)
{
    size_t n = json_array_size(array);
    mann_status status = reserve(r, n);
    for (size_t t = 0; !status && t < n; t++) {
        const json_t *value = json_array_get(array, t);
        int how = json_is_array(value) ? ROWS : NUMBERS;
        if (r->how != OPEN && (int)r->how != how) {
            return bad(r,
                       "target[%zu] is %s, but the classes before are %s; a file has one or the "
                       "other",
                       t, how == ROWS ? "a row" : "no row", how == ROWS ? "numbers" : "rows");
        }
        int32_t class = 0;
        status = class_of(r, t, value, &class);
        r->how = how == ROWS ? ROWS : NUMBERS;
        r->file->value[r->used] = (float)class;
        r->used += !status;
    }
    return status;
}

/* Appends mask [wanted]. */
static mann_status mask(reader *r, const json_t *array, int32_t wanted)
{
    mann_status status = reserve(r, (size_t)wanted);
    if (status) {
        return status;
    }
    if (array && (!json_is_array(array) || json_array_size(array) != (size_t)wanted)) {
        return bad(r, "mask: %d numbers, 0 or 1, are expected: one for each row of the target",
                   wanted);
    }
    bool any = false;
    for (int32_t t = 0; t < wanted; t++) {
        const json_t *value = json_array_get(array, (size_t)t);
        double given = array ? json_number_value(value) : 1;
        if (array && (!json_is_number(value) || (given != 0 && given != 1))) {
            return bad(r, "mask[%d] is neither 0 nor 1", t);
        }
        any = any || given == 1;
        r->file->value[r->used++] = (float)given;
    }
    return any ? MANN_OK : bad(r, "mask has no 1: at least one row of the target must count");
}

static mann_status check_members(const reader *r, json_t *object)
{
    static const char *const members[] = {"input", "target", "mask", "split"};
    const char *key;
    json_t *value;
    if (!json_is_object(object)) {
        return bad(r, "%s; {\"input\": [[...], ...], \"target\": [[...], ...]} is expected",
                   kind_of(object));
    }
    json_object_foreach(object, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < 4; i++) {
            known = known || !strcmp(key, members[i]);
        }
        if (!known) {
            const char *near = mann_nearest(key, members, 4);
            return near ? bad(r, "unknown member '%.60s'; did you mean '%s'?", key, near)
                        : bad(r, "unknown member '%.60s'; a line has input, target, mask and split",
                              key);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        const json_t *array = json_object_get(object, members[i]);
        size_t n = json_array_size(array);
        if (!array) {
            return bad(r, "%s is missing", members[i]);
        }
        if (!json_is_array(array) || !n || n > MOST_STEPS) {
            return bad(r, "%s: an array of 1 to %d rows is expected", members[i], MOST_STEPS);
        }
    }
    return MANN_OK;
}

static mann_status split_of(const reader *r, const json_t *value, int8_t *split)
{
    const char *name = json_string_value(value);
    *split = -1;
    for (int8_t i = 0; name && i < 3; i++) {
        if (!strcmp(name, split_names[i])) {
            *split = i;
        }
    }
    return !value || *split >= 0
               ? MANN_OK
               : bad(r, "split is \"train\", \"validation\" or \"test\", not %s%.40s%s",
                     name ? "\"" : "", name ? name : kind_of(value), name ? "\"" : "");
}

static mann_status example(reader *r, json_t *object)
{
    mann_jsonl_line made = {.at = r->used, .number = r->number};
    mann_jsonl *file = r->file;
    mann_status status = check_members(r, object);
    if (status) {
        return status;
    }
    const json_t *input = json_object_get(object, "input"),
                 *target = json_object_get(object, "target");
    made.steps = (int32_t)json_array_size(input);
    made.wanted = (int32_t)json_array_size(target);
    if (made.wanted > made.steps) {
        return bad(r,
                   "the target has %d rows, but the input only %d; the network answers at the "
                   "steps of its input: append rows of zeros for the answer's steps",
                   made.wanted, made.steps);
    }
    status = split_of(r, json_object_get(object, "split"), &made.split);
    status = status ? status : rows(r, "input", input, &file->inputs);
    size_t at = r->used;
    if (!status && file->target == MANN_TARGET_CLASS) {
        status = classes(r, target);
    } else if (!status) {
        status = rows(r, "target", target, &file->outputs);
    }
    if (!status && file->target == MANN_TARGET_BITS) {
        status = check_bits(r, at, file->outputs);
    }
    status = status ? status : mask(r, json_object_get(object, "mask"), made.wanted);
    if (status) {
        return status;
    }
    if ((size_t)file->count == r->room) {
        size_t room = r->room ? 2 * r->room : 256;
        mann_jsonl_line *larger = realloc(file->line, room * sizeof *larger);
        if (!larger) {
            return no_memory(r);
        }
        file->line = larger;
        r->room = room;
    }
    file->line[file->count++] = made;
    return MANN_OK;
}

static mann_status parse_line(reader *r, const char *text, size_t size)
{
    if (strspn(text, " \t\r") >= size) {
        return MANN_OK; /* a blank line */
    }
    if (r->file->count == MOST_LINES) {
        return bad(r, "more than %d examples", MOST_LINES);
    }
    json_error_t error;
    json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (!object && mann_json_shortage(&error)) {
        return no_memory(r);
    }
    if (!object) {
        return bad(r, "column %d: this is not JSON: %s", error.column, error.text);
    }
    mann_status status = example(r, object);
    json_decref(object);
    return status;
}

static mann_status parse(reader *r, const char *text, size_t size)
{
    const char *end = text + size;
    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3; /* the byte order mark of some editors */
    }
    mann_status status = MANN_OK;
    while (!status && text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop ? stop : end;
        r->number++;
        status = parse_line(r, text, (size_t)(stop - text));
        text = stop + 1;
    }
    if (!status && !r->file->count) {
        status = mann_fail(r->context, MANN_E_FORMAT,
                           "%.400s: no examples; a line such as {\"input\": [[0, 1]], "
                           "\"target\": [[1]]} is expected for each",
                           r->path);
    }
    return status;
}

mann_status mann_jsonl_read(mann_context *context, const char *path, mann_target target,
                            int32_t classes, mann_jsonl *file)
{
    *file = (mann_jsonl){.target = target};
    reader r = {.context = context, .path = path, .file = file, .wanted_classes = classes};
    char *text;
    size_t size;
    mann_status status = mann_file_read(context, path, LARGEST_FILE, &text, &size);
    if (status) {
        return status;
    }
    status = parse(&r, text, size);
    free(text);
    if (target == MANN_TARGET_CLASS) {
        file->outputs = classes ? classes : r.classes;
        file->width = 1;
    } else {
        file->width = file->outputs;
    }
    return status;
}

void mann_jsonl_clear(mann_jsonl *file)
{
    free(file->value);
    free(file->line);
    *file = (mann_jsonl){0};
}
