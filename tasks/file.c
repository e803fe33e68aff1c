/* One's own task, as a file of JSON Lines: each line is an example.
 *
 *   {"input": [[0, 1], [1, 1], [0, 0]], "target": [[1], [0], [1]]}
 *
 *   input    T rows of as many numbers as the network has inputs
 *   target   rows of what is wanted: bits (0 or 1), real numbers, or classes (whole numbers from
 *            0, or rows with a single 1: one or the other throughout the file)
 *   mask     optional: for each row of the target 1 if it counts, 0 if not; at least one counts
 *   split    optional: "train", "validation" or "test"
 *
 * A row of one number may be written as the number. A target may have fewer rows than the input:
 * its K rows then belong to the last K steps, and the steps before do not count. So copying two
 * vectors, seen, then given back after a delimiter, is
 *
 *   {"input": [[1, 0], [0, 0], [0, 1], [0, 0], [0, 0]], "target": [[1], [0]]}
 *
 * A split that no line names is taken from the training lines: `validation` and `test` are the
 * shares, drawn by a hash of the line's number, at least one line each, the same every time. A
 * share of 0 means the training lines themselves. Every line is drawn once an epoch.
 *
 * A file is data: whatever is wrong with it is reported with its line and what was expected, before
 * anything is trained. It is kept in memory as floats; the caps below keep a mistaken file from
 * eating the machine. */
#include "io/file.h"
#include "bits.h"
#include "io/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LARGEST_FILE = 1 << 30, /* bytes */
    MOST_LINES = 10000000,
    MOST_STEPS = 100000, /* of a line */
    MOST_NUMBERS = 65536 /* in a row; classes */
};
#define MOST_VALUES ((size_t)1 << 28) /* of all lines together */

typedef struct config {
    char path[MANN_TEXT_SIZE];
    int32_t target, classes;
    double validation, test;
} config;

static const char *const targets[] = {"bits", "class", "real", NULL}; /* in mann_target's order */

static const mann_option options[] = {
    {"path", MANN_OPT_TEXT, offsetof(config, path), "", 0, 0, NULL,
     "the file; file:PATH as the task's name sets it"},
    {"target", MANN_OPT_CHOICE, offsetof(config, target), "bits", 0, 0, targets,
     "what the target's numbers are"},
    {"classes", MANN_OPT_INT, offsetof(config, classes), "0", 0, MOST_NUMBERS, NULL,
     "number of classes; 0: as the file has it (its largest class + 1)"},
    {"validation", MANN_OPT_REAL, offsetof(config, validation), "0.1", 0, 0.9, NULL,
     "share of the training lines set aside for validation, if no line has this split"},
    {"test", MANN_OPT_REAL, offsetof(config, test), "0.1", 0, 0.9, NULL,
     "share of the training lines set aside for the test, if no line has this split"},
    {0},
};

/* An example: its numbers start at value[at]: the input [steps, inputs], the target [wanted, width]
 * and the mask [wanted]. Width is outputs, but 1 for classes. */
typedef struct line {
    size_t at;
    int32_t steps, wanted, number; /* number: of the line in the file, from 1 */
    int8_t split;                  /* -1 if the file does not say */
} line;

typedef struct pool {
    int32_t *line;
    int32_t count;
} pool;

typedef struct file {
    mann_io_shape io;
    int32_t width;
    float *value;
    line *lines;
    int32_t count;
    pool split[3];
} file;

/* What is known while reading. */
typedef struct reader {
    mann_context *context;
    const config *config;
    file *task;
    int32_t number;                   /* of the present line */
    size_t used, capacity, n_lines;   /* of value; room in lines */
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
    return mann_fail(r->context, MANN_E_FORMAT, "%.400s:%d: %s", r->config->path, r->number, what);
}

static mann_status no_memory(const reader *r)
{
    return mann_fail(r->context, MANN_E_NOMEM, "%.400s: out of memory for its examples",
                     r->config->path);
}

/* Room for n more values. */
static mann_status reserve(reader *r, size_t n)
{
    if (n > MOST_VALUES - r->used) {
        return bad(r, "the file has more than %zu numbers", MOST_VALUES);
    }
    if (r->used + n > r->capacity) {
        size_t capacity = 2 * r->capacity > r->used + n ? 2 * r->capacity : r->used + n + 1024;
        float *larger = realloc(r->task->value, capacity * sizeof *larger);
        if (!larger) {
            return no_memory(r);
        }
        r->task->value = larger;
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
        if (!found || found > MOST_NUMBERS) {
            return bad(r, "%s[%zu] has %zu numbers; 1 to %d are expected", name, t, found,
                       MOST_NUMBERS);
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
                            &r->task->value[r->used]);
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
        float bit = r->task->value[i];
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
    int32_t limit = r->config->classes ? r->config->classes : MOST_NUMBERS;
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
    int32_t expected = r->classes ? r->classes : r->config->classes;
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
        r->task->value[r->used] = (float)class;
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
        r->task->value[r->used++] = (float)given;
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
    line made = {.at = r->used, .number = r->number};
    file *task = r->task;
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
    status = status ? status : rows(r, "input", input, &task->io.inputs);
    size_t at = r->used;
    if (!status && task->io.target == MANN_TARGET_CLASS) {
        status = classes(r, target);
    } else if (!status) {
        status = rows(r, "target", target, &task->io.outputs);
    }
    if (!status && task->io.target == MANN_TARGET_BITS) {
        status = check_bits(r, at, task->io.outputs);
    }
    status = status ? status : mask(r, json_object_get(object, "mask"), made.wanted);
    if (status) {
        return status;
    }
    if ((size_t)task->count == r->n_lines) {
        size_t room = r->n_lines ? 2 * r->n_lines : 256;
        line *larger = realloc(task->lines, room * sizeof *larger);
        if (!larger) {
            return no_memory(r);
        }
        task->lines = larger;
        r->n_lines = room;
    }
    task->lines[task->count++] = made;
    return MANN_OK;
}

static mann_status parse_line(reader *r, const char *text, size_t size)
{
    if (strspn(text, " \t\r") >= size) {
        return MANN_OK; /* a blank line */
    }
    if (r->task->count == MOST_LINES) {
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
    if (!status && !r->task->count) {
        status = mann_fail(r->context, MANN_E_FORMAT,
                           "%.400s: no examples; a line such as {\"input\": [[0, 1]], "
                           "\"target\": [[1]]} is expected for each",
                           r->config->path);
    }
    return status;
}

typedef struct lot {
    uint64_t hash;
    int32_t line;
} lot;

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const lot *)a)->hash, y = ((const lot *)b)->hash;
    return x != y ? (x < y ? -1 : 1) : ((const lot *)a)->line - ((const lot *)b)->line;
}

/* How many of n lines a share takes, unless some line names the split. */
static int32_t taken(double share, int32_t n, bool named)
{
    int32_t count = (int32_t)lround(share * n);
    return named || share <= 0 ? 0 : count > 0 ? count : 1;
}

/* Decides the split of every line that has none. */
static mann_status draw_splits(reader *r)
{
    file *task = r->task;
    bool named[3] = {false};
    lot *lots = malloc((size_t)task->count * sizeof *lots);
    if (!lots) {
        return no_memory(r);
    }
    int32_t n = 0;
    for (int32_t i = 0; i < task->count; i++) {
        line *l = &task->lines[i];
        if (l->split > MANN_SPLIT_TRAIN) {
            named[l->split] = true;
            continue;
        }
        l->split = MANN_SPLIT_TRAIN;
        mann_rng rng = mann_rng_stream(0, "split of a line", (uint64_t)l->number);
        lots[n++] = (lot){mann_rng_bits(&rng), i};
    }
    int32_t validation = taken(r->config->validation, n, named[MANN_SPLIT_VALIDATION]);
    int32_t test = taken(r->config->test, n, named[MANN_SPLIT_TEST]);
    mann_status status = MANN_OK;
    if (!n) {
        status = mann_fail(r->context, MANN_E_FORMAT, "%.400s: no line is for training",
                           r->config->path);
    } else if (validation + test >= n) {
        status = mann_fail(r->context, MANN_E_FORMAT,
                           "%.400s: %d training line%s, of which validation and test would take "
                           "%d: write more lines, or set task.validation=0 and task.test=0",
                           r->config->path, n, n == 1 ? "" : "s", validation + test);
    } else {
        qsort(lots, (size_t)n, sizeof *lots, by_hash);
    }
    for (int32_t i = 0; !status && i < validation + test; i++) {
        task->lines[lots[i].line].split = i < validation ? MANN_SPLIT_VALIDATION : MANN_SPLIT_TEST;
    }
    free(lots);
    return status;
}

static mann_status collect(reader *r)
{
    file *task = r->task;
    for (int s = 0; s < 3; s++) {
        task->split[s].line = malloc((size_t)task->count * sizeof *task->split[s].line);
        if (!task->split[s].line) {
            return no_memory(r);
        }
    }
    for (int32_t i = 0; i < task->count; i++) {
        pool *p = &task->split[task->lines[i].split];
        p->line[p->count++] = i;
    }
    return MANN_OK;
}

static void close(void *self)
{
    file *task = self;
    free(task->value);
    free(task->lines);
    for (int s = 0; s < 3; s++) {
        free(task->split[s].line);
    }
    *task = (file){0};
}

static mann_status open(mann_context *context, void *self, const void *settings, mann_io_shape *io)
{
    const config *c = settings;
    file *task = self;
    *task = (file){.io.target = (mann_target)c->target};
    if (!c->path[0]) {
        return mann_fail(context, MANN_E_INVAL,
                         "task.path: which file? Write file:PATH as the task, or set task.path");
    }
    reader r = {.context = context, .config = c, .task = task};
    char *text;
    size_t size;
    mann_status status = mann_file_read(context, c->path, LARGEST_FILE, &text, &size);
    if (!status) {
        status = parse(&r, text, size);
        free(text);
    }
    status = status ? status : draw_splits(&r);
    status = status ? status : collect(&r);
    if (status) {
        close(task);
        return status;
    }
    if (task->io.target == MANN_TARGET_CLASS) {
        task->io.outputs = c->classes ? c->classes : r.classes;
        task->width = 1;
    } else {
        task->width = task->io.outputs;
    }
    *io = task->io;
    return MANN_OK;
}

enum { STEPS, NUMBER }; /* labels: T, and the line's number in the file */

static const pool *pool_of(const file *task, mann_split_kind split)
{
    const pool *p = &task->split[split];
    return p->count ? p : &task->split[MANN_SPLIT_TRAIN];
}

static int32_t count(const void *self, mann_split_kind split)
{
    return pool_of(self, split)->count;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)rng;
    const file *task = self;
    const line *l = &task->lines[pool_of(task, split)->line[index]];
    size_t inputs = (size_t)task->io.inputs, outputs = (size_t)task->io.outputs;
    size_t width = (size_t)task->width, wanted = (size_t)l->wanted;
    size_t skipped = (size_t)l->steps - wanted;
    mann_bits_example e;
    mann_status status =
        mann_bits_example_make(out, l->steps, task->io.inputs, task->io.outputs, &e);
    if (status) {
        return status;
    }
    out->label[STEPS] = l->steps;
    out->label[NUMBER] = l->number;
    const float *value = task->value + l->at;
    memcpy(e.input, value, (size_t)l->steps * inputs * sizeof *value);
    value += (size_t)l->steps * inputs;
    float *row = e.target + skipped * outputs;
    for (size_t t = 0; t < wanted; t++, row += outputs, value += width) {
        if (task->io.target == MANN_TARGET_CLASS) {
            row[(size_t)*value] = 1;
        } else {
            memcpy(row, value, width * sizeof *value);
        }
    }
    memcpy(e.mask + skipped, value, wanted * sizeof *value);
    return MANN_OK;
}

/* Runs of steps that count, and of steps that do not. */
static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    const float *counts = mann_example_find(truth, "mask")->data;
    for (int32_t first = 0, t = 1; t <= truth->steps; t++) {
        if (t == truth->steps || counts[t] != counts[first]) {
            mann_notes_add(notes, counts[first] != 0 ? "target" : "input", false, first, t - 1);
            first = t;
        }
    }
}

const mann_task_type mann_task_file = {
    .name = "file",
    .summary = "file:PATH: one's own examples, as JSON Lines",
    .options = options,
    .config_size = sizeof(config),
    .self_size = sizeof(file),
    .solved = "sequence_error_rate<=0.01",
    .open = open,
    .count = count,
    .sample = sample,
    .annotate = annotate,
    .close = close,
};
