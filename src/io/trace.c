/* A trace as a file: one F32 tensor per array, and this metadata, all of it strings:
 *
 *   format "mann.trace", version "1"
 *   run, task, model                                  what the header of a picture names
 *   seed, index, step, sequences, steps, length       decimal whole numbers
 *   target                                            "bits", "class", "real"
 *   notes     [{"name": "input", "mark": false, "first": 0, "last": 20}, ...]
 *   arrays    {"read_weights": {"kind": "weighting", "axes": ["step", "head", "location"]}, ...}
 *
 * The last two are JSON inside a string. Loading fills a new trace and hands it out only when
 * everything was known, present and consistent. */
#include "io/safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <mann/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ARRAYS = 4096 };

/* Numbers of one array; the file limit of safetensors.c is in bytes and lies above. */
#define ARRAY_LIMIT ((size_t)1 << 30)

static const char *const kinds[] = {
    [MANN_KIND_BITS] = "bits",         [MANN_KIND_WEIGHTING] = "weighting",
    [MANN_KIND_SIGNED] = "signed",     [MANN_KIND_GATE] = "gate",
    [MANN_KIND_POSITIVE] = "positive", [MANN_KIND_DISTRIBUTION] = "distribution",
    [MANN_KIND_ENERGY] = "energy",
};

static const char *const targets[] = {
    [MANN_TARGET_BITS] = "bits",
    [MANN_TARGET_CLASS] = "class",
    [MANN_TARGET_REAL] = "real",
};

enum { KINDS = sizeof kinds / sizeof kinds[0], TARGETS = sizeof targets / sizeof targets[0] };

/* What every trace has in its metadata, and nothing besides. */
static const char *const keys[] = {"format", "version", "run",   "task",      "model",
                                   "seed",   "index",   "step",  "sequences", "steps",
                                   "length", "target",  "notes", "arrays"};

enum { KEYS = sizeof keys / sizeof keys[0] };

const char *mann_kind_name(mann_kind kind)
{
    return kinds[kind];
}

mann_trace *mann_trace_alloc(mann_context *context)
{
    mann_trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a trace");
        return NULL;
    }
    trace->step = trace->sequences = -1;
    return trace;
}

void mann_trace_free(mann_trace *trace)
{
    if (!trace) {
        return;
    }
    for (int32_t i = 0; i < trace->count; i++) {
        free(trace->array[i].data);
    }
    free(trace->array);
    free(trace);
}

const mann_trace_array *mann_trace_find(const mann_trace *trace, const char *name)
{
    for (int32_t i = 0; i < trace->count; i++) {
        if (!strcmp(trace->array[i].name, name)) {
            return &trace->array[i];
        }
    }
    return NULL;
}

/* ---- building ---- */

static bool room_for_one_more(mann_trace *trace)
{
    if (trace->count < trace->capacity) {
        return true;
    }
    int32_t capacity = trace->capacity ? 2 * trace->capacity : 16;
    mann_trace_array *larger = realloc(trace->array, (size_t)capacity * sizeof *larger);
    if (!larger) {
        return false;
    }
    trace->array = larger;
    trace->capacity = capacity;
    return true;
}

/* Number of elements, 0 if it is out of range. An empty array would draw as nothing. */
static size_t array_size(const mann_trace_array *array)
{
    size_t size = 1;
    for (int32_t i = 0; i < array->rank; i++) {
        if (array->n[i] < 1 || size > ARRAY_LIMIT / (size_t)array->n[i]) {
            return 0;
        }
        size *= (size_t)array->n[i];
    }
    return size;
}

static mann_status refuse(mann_context *context, const char *name, const char *reason)
{
    char shown[MANN_SHOWN_SIZE];
    return mann_fail(context, MANN_E_INVAL, "trace array '%s': %s", mann_show(shown, name), reason);
}

/* Adds an array at the end of the trace. */
static mann_status add(mann_context *context, mann_trace *trace, const char *name, mann_kind kind,
                       int32_t rank, const int32_t *n, const char *const *axis)
{
    mann_trace_array made = {.kind = kind, .rank = rank + 1, .n = {trace->steps}, .axis = {"step"}};
    if (!*name || strlen(name) >= sizeof made.name) {
        return refuse(context, name, "a name has 1 to 47 bytes");
    }
    memcpy(made.name, name, strlen(name));
    if (mann_trace_find(trace, name)) {
        return refuse(context, name, "the name is used twice");
    }
    if ((unsigned)kind >= KINDS || rank < 0 || rank >= MANN_MAX_RANK) {
        return refuse(context, name, "its kind or rank is out of range");
    }
    for (int32_t i = 0; i < rank; i++) {
        if (!axis[i] || strlen(axis[i]) >= sizeof made.axis[0]) {
            return refuse(context, name, "an axis has no name, or one longer than 23 bytes");
        }
        memcpy(made.axis[i + 1], axis[i], strlen(axis[i]));
        made.n[i + 1] = n[i];
    }
    size_t size = array_size(&made);
    if (!size || trace->count == MOST_ARRAYS) {
        return refuse(context, name, size ? "too many arrays" : "its sizes are out of range");
    }
    made.data = room_for_one_more(trace) ? calloc(size, sizeof *made.data) : NULL;
    if (!made.data) {
        return mann_fail(context, MANN_E_NOMEM, "trace array '%s': out of memory", name);
    }
    trace->array[trace->count++] = made;
    return MANN_OK;
}

mann_trace_array *mann_trace_add(mann_context *context, mann_trace *trace, const char *name,
                                 mann_kind kind, int32_t rank, const int32_t *n,
                                 const char *const *axis)
{
    return add(context, trace, name, kind, rank, n, axis) ? NULL : &trace->array[trace->count - 1];
}

/* Copies as much of text as fits, whole UTF-8 characters only. */
static void copy_text(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) {
        length = size - 1;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    memcpy(out, text, length);
    out[length] = 0;
}

void mann_trace_note(mann_trace *trace, const char *name, bool mark, int32_t first, int32_t last)
{
    int32_t i = trace->notes.count;
    first = first < 0 ? 0 : first;
    last = last >= trace->steps ? trace->steps - 1 : last;
    if (i == MANN_MAX_NOTES || first > last) {
        return;
    }
    copy_text(trace->note_name[i], sizeof trace->note_name[i], name);
    mann_notes_add(&trace->notes, trace->note_name[i], mark, first, last);
}

/* ---- saving ---- */

/* A JSON string, even of a path that is no UTF-8 or was cut in the middle of a character. */
static json_t *text_json(const char *text)
{
    json_t *made = json_string(text);
    if (made) {
        return made;
    }
    char *plain = strdup(text);
    if (!plain) {
        return NULL;
    }
    for (char *at = plain; *at; at++) {
        if ((unsigned char)*at >= 0x80) {
            *at = '?';
        }
    }
    made = json_string(plain);
    free(plain);
    return made;
}

static json_t *number_json(int64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    return json_string(text);
}

static json_t *unsigned_json(uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    return json_string(text);
}

/* JSON inside a string. Takes over the reference to inner, which may be NULL. */
static json_t *inside_string(json_t *inner)
{
    char *text = inner ? mann_json_text(inner) : NULL;
    json_decref(inner);
    json_t *made = text ? json_string(text) : NULL;
    free(text);
    return made;
}

static json_t *notes_json(const mann_notes *notes)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < notes->count; i++) {
        json_t *note = json_pack("{s:o, s:b, s:i, s:i}", "name", text_json(notes->span[i].name),
                                 "mark", (int)notes->span[i].mark, "first", notes->span[i].first,
                                 "last", notes->span[i].last);
        if (json_array_append_new(list, note)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *arrays_json(const mann_trace *trace)
{
    json_t *list = json_object();
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        json_t *axes = json_array();
        bool good = true;
        for (int32_t j = 0; j < array->rank; j++) {
            good = !json_array_append_new(axes, json_string(array->axis[j])) && good;
        }
        json_t *entry = json_pack("{s:s, s:o}", "kind", mann_kind_name(array->kind), "axes", axes);
        if (json_object_set_new(list, array->name, entry) || !good) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* NULL on shortage or a name that is not UTF-8. */
static json_t *metadata_json(const mann_trace *trace)
{
    json_t *made = json_object();
    bool good = made;
    const struct {
        const char *key;
        json_t *value;
    } pairs[] = {
        {"format", json_string("mann.trace")},
        {"version", json_string("1")},
        {"run", text_json(trace->run)},
        {"task", text_json(trace->task)},
        {"model", text_json(trace->model)},
        {"seed", unsigned_json(trace->seed)},
        {"index", unsigned_json(trace->index)},
        {"step", number_json(trace->step)},
        {"sequences", number_json(trace->sequences)},
        {"steps", number_json(trace->steps)},
        {"length", number_json(trace->length)},
        {"target", json_string(targets[trace->target])},
        {"notes", inside_string(notes_json(&trace->notes))},
        {"arrays", inside_string(arrays_json(trace))},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        good = !json_object_set_new(made, pairs[i].key, pairs[i].value) && good;
    }
    if (!good) {
        json_decref(made);
        return NULL;
    }
    return made;
}

/* What is saved can be loaded: NULL, or why it could not. */
static const char *trace_fault(const mann_trace *trace)
{
    if (trace->steps < 1 || trace->length < -1 || trace->step < -1 || trace->sequences < -1 ||
        (unsigned)trace->target >= TARGETS) {
        return "a number of the trace is out of range";
    }
    for (int32_t i = 0; i < trace->count; i++) {
        if (trace->array[i].n[0] != trace->steps || !array_size(&trace->array[i])) {
            return "the sizes of an array do not fit the steps";
        }
    }
    for (int32_t i = 0; i < trace->notes.count; i++) {
        if (strlen(trace->notes.span[i].name) >= sizeof trace->note_name[0] ||
            trace->notes.span[i].first < 0 ||
            trace->notes.span[i].first > trace->notes.span[i].last ||
            trace->notes.span[i].last >= trace->steps) {
            return "a note lies outside of the steps, or its name is too long";
        }
    }
    return NULL;
}

static mann_stored describe(const mann_trace_array *array)
{
    mann_stored tensor = {.dtype = MANN_F32,
                          .rank = array->rank,
                          .data = array->data,
                          .bytes = array_size(array) * sizeof *array->data};
    memcpy(tensor.name, array->name, sizeof array->name);
    for (int32_t i = 0; i < array->rank; i++) {
        tensor.shape[i] = array->n[i];
    }
    return tensor;
}

mann_status mann_trace_save(mann_context *context, const mann_trace *trace, const char *path)
{
    const char *fault = trace_fault(trace);
    if (fault) {
        return mann_fail(context, MANN_E_INVAL, "%s: cannot be saved: %s", path, fault);
    }
    json_t *metadata = metadata_json(trace);
    mann_stored *tensor = calloc((size_t)trace->count + 1, sizeof *tensor);
    mann_status status;
    if (metadata && tensor) {
        for (int32_t i = 0; i < trace->count; i++) {
            tensor[i] = describe(&trace->array[i]);
        }
        status = mann_store_save(context, path, trace->count, tensor, metadata);
    } else {
        status = mann_fail(context, MANN_E_NOMEM,
                           "%s: cannot be saved: out of memory, or a name is not UTF-8", path);
    }
    free(tensor);
    json_decref(metadata);
    return status;
}

/* ---- loading ---- */

typedef struct loading {
    mann_context *context;
    const char *path;
    const mann_store *store;
    mann_trace *trace;
} loading;

/* where: a metadata key or "tensor NAME". */
static mann_status damaged(const loading *in, const char *where, const char *name,
                           const char *reason)
{
    char shown[MANN_SHOWN_SIZE];
    return mann_fail(in->context, MANN_E_FORMAT, "%s: %s%s%s%s: %s", in->path, where,
                     name ? " '" : "", name ? mann_show(shown, name) : "", name ? "'" : "", reason);
}

static mann_status check_keys(const loading *in)
{
    const char *format = mann_store_metadata(in->store, "format");
    if (!format || strcmp(format, "mann.trace") != 0) {
        return mann_fail(in->context, MANN_E_FORMAT, "%s: this is not a trace", in->path);
    }
    const char *version = mann_store_metadata(in->store, "version");
    if (!version || strcmp(version, "1") != 0) {
        return damaged(in, "version", version, "this mann reads version 1");
    }
    for (int i = 0; i < KEYS; i++) {
        if (!mann_store_metadata(in->store, keys[i])) {
            return damaged(in, "metadata", keys[i], "missing");
        }
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)mann_store_metadata_all(in->store), key, value)
    {
        int i = 0;
        while (i < KEYS && strcmp(key, keys[i]) != 0) {
            i++;
        }
        if (i == KEYS) {
            return damaged(in, "metadata", key, "unknown");
        }
    }
    return MANN_OK;
}

/* size includes the 0 byte. */
static mann_status load_text(const loading *in, const char *key, char *out, size_t size)
{
    const char *text = mann_store_metadata(in->store, key);
    if (strlen(text) >= size) {
        return damaged(in, key, NULL, "too long");
    }
    memcpy(out, text, strlen(text) + 1);
    return MANN_OK;
}

/* Decimal digits only, as saving writes them. */
static bool parse_unsigned(const char *text, uint64_t *number)
{
    size_t length = strspn(text, "0123456789");
    if (!length || text[length] || (text[0] == '0' && length > 1)) {
        return false;
    }
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return !errno;
}

static mann_status load_unsigned(const loading *in, const char *key, uint64_t *out)
{
    return parse_unsigned(mann_store_metadata(in->store, key), out)
               ? MANN_OK
               : damaged(in, key, NULL, "not a whole number");
}

/* -1, which stands for unknown where low is -1, or a number up to high. */
static mann_status load_number(const loading *in, const char *key, int64_t low, int64_t high,
                               int64_t *out)
{
    const char *text = mann_store_metadata(in->store, key);
    if (low < 0 && !strcmp(text, "-1")) {
        *out = -1;
        return MANN_OK;
    }
    uint64_t number;
    if (!parse_unsigned(text, &number) || number > (uint64_t)high || (int64_t)number < low) {
        return damaged(in, key, NULL, "not a whole number, or out of range");
    }
    *out = (int64_t)number;
    return MANN_OK;
}

static int32_t index_of(const char *word, const char *const *words, int32_t count)
{
    for (int32_t i = 0; word && i < count; i++) {
        if (!strcmp(word, words[i])) {
            return i;
        }
    }
    return -1;
}

/* JSON inside a string. */
static mann_status load_inner(const loading *in, const char *key, json_t **inner)
{
    json_error_t error;
    *inner = json_loads(mann_store_metadata(in->store, key), JSON_REJECT_DUPLICATES, &error);
    if (*inner) {
        return MANN_OK;
    }
    if (mann_json_shortage(&error)) {
        return mann_fail(in->context, MANN_E_NOMEM, "%s: out of memory", in->path);
    }
    char reason[2 * MANN_SHOWN_SIZE], shown[MANN_SHOWN_SIZE];
    snprintf(reason, sizeof reason, "character %d: %s", error.position,
             mann_show(shown, error.text));
    return damaged(in, key, NULL, reason);
}

static mann_status load_note(const loading *in, const json_t *entry)
{
    const json_t *mark = json_object_get(entry, "mark");
    const json_t *first = json_object_get(entry, "first"), *last = json_object_get(entry, "last");
    const char *name = json_string_value(json_object_get(entry, "name"));
    if (json_object_size(entry) != 4 || !name || !json_is_boolean(mark) ||
        !json_is_integer(first) || !json_is_integer(last)) {
        return damaged(in, "notes", NULL, "a note is not {name, mark, first, last}");
    }
    if (strlen(name) >= sizeof in->trace->note_name[0]) {
        return damaged(in, "notes", name, "longer than 31 bytes");
    }
    json_int_t from = json_integer_value(first), to = json_integer_value(last);
    if (from < 0 || from > to || to >= in->trace->steps) {
        return damaged(in, "notes", name, "outside of the steps");
    }
    mann_trace_note(in->trace, name, json_is_true(mark), (int32_t)from, (int32_t)to);
    return MANN_OK;
}

static mann_status load_notes(const loading *in)
{
    json_t *list;
    mann_status status = load_inner(in, "notes", &list);
    if (status) {
        return status;
    }
    if (!json_is_array(list) || json_array_size(list) > MANN_MAX_NOTES) {
        status = damaged(in, "notes", NULL, "not a list, or longer than 64");
    }
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        status = load_note(in, json_array_get(list, i));
    }
    json_decref(list);
    return status;
}

static mann_status load_array(const loading *in, const mann_stored *tensor, const json_t *entry)
{
    const char *where = "tensor";
    if (!entry) {
        return damaged(in, where, tensor->name, "the metadata 'arrays' does not list it");
    }
    const json_t *axes = json_object_get(entry, "axes");
    int32_t kind = index_of(json_string_value(json_object_get(entry, "kind")), kinds, KINDS);
    if (json_object_size(entry) != 2 || kind < 0 || !json_is_array(axes)) {
        return damaged(in, where, tensor->name, "its description is not {kind, axes}");
    }
    if (tensor->dtype != MANN_F32 || tensor->rank < 1 || tensor->rank > MANN_MAX_RANK) {
        return damaged(in, where, tensor->name, "not F32 of 1 to 4 dimensions");
    }
    if (json_array_size(axes) != (size_t)tensor->rank) {
        return damaged(in, where, tensor->name, "not one axis name per dimension");
    }
    if (tensor->shape[0] != in->trace->steps) {
        return damaged(in, where, tensor->name, "its first dimension is not that of the steps");
    }
    int32_t n[MANN_MAX_RANK] = {0};
    const char *axis[MANN_MAX_RANK] = {0};
    for (int32_t i = 0; i < tensor->rank; i++) {
        axis[i] = json_string_value(json_array_get(axes, (size_t)i));
        if (!axis[i] || (i == 0 && strcmp(axis[i], "step") != 0)) {
            return damaged(in, where, tensor->name,
                           "its first axis is not 'step', or one is no text");
        }
        if (tensor->shape[i] > INT32_MAX) {
            return damaged(in, where, tensor->name, "a dimension is too large");
        }
        n[i] = (int32_t)tensor->shape[i];
    }
    mann_status status = add(in->context, in->trace, tensor->name, (mann_kind)kind,
                             tensor->rank - 1, n + 1, axis + 1);
    if (status) {
        return mann_fail(in->context, status == MANN_E_INVAL ? MANN_E_FORMAT : status, "%s: %s",
                         in->path, mann_context_message(in->context));
    }
    memcpy(in->trace->array[in->trace->count - 1].data, tensor->data, tensor->bytes);
    return MANN_OK;
}

static mann_status load_arrays(const loading *in)
{
    json_t *list;
    mann_status status = load_inner(in, "arrays", &list);
    if (status) {
        return status;
    }
    int32_t count = mann_store_count(in->store);
    if (!json_is_object(list) || count > MOST_ARRAYS || json_object_size(list) != (size_t)count) {
        status = damaged(in, "arrays", NULL, "not an object with one entry per tensor");
    }
    for (int32_t i = 0; !status && i < count; i++) {
        const mann_stored *tensor = mann_store_tensor(in->store, i);
        status = load_array(in, tensor, json_object_get(list, tensor->name));
    }
    json_decref(list);
    return status;
}

static mann_status load(const loading *in)
{
    mann_trace *trace = in->trace;
    mann_status status = check_keys(in);
    if (status) {
        return status;
    }
    int64_t steps = 0, length = 0;
    if ((status = load_text(in, "run", trace->run, sizeof trace->run)) ||
        (status = load_text(in, "task", trace->task, sizeof trace->task)) ||
        (status = load_text(in, "model", trace->model, sizeof trace->model)) ||
        (status = load_unsigned(in, "seed", &trace->seed)) ||
        (status = load_unsigned(in, "index", &trace->index)) ||
        (status = load_number(in, "step", -1, INT64_MAX, &trace->step)) ||
        (status = load_number(in, "sequences", -1, INT64_MAX, &trace->sequences)) ||
        (status = load_number(in, "steps", 1, INT32_MAX, &steps)) ||
        (status = load_number(in, "length", -1, INT32_MAX, &length))) {
        return status;
    }
    trace->steps = (int32_t)steps;
    trace->length = (int32_t)length;
    int32_t target = index_of(mann_store_metadata(in->store, "target"), targets, TARGETS);
    if (target < 0) {
        return damaged(in, "target", NULL, "none of bits, class, real");
    }
    trace->target = (mann_target)target;
    status = load_notes(in);
    return status ? status : load_arrays(in);
}

mann_status mann_trace_load(mann_context *context, const char *path, mann_trace **trace)
{
    *trace = NULL;
    mann_store *store;
    mann_status status = mann_store_open(context, path, &store);
    if (status) {
        return status;
    }
    loading in = {context, path, store, mann_trace_alloc(context)};
    status = in.trace ? load(&in) : MANN_E_NOMEM;
    mann_store_close(store);
    if (status) {
        mann_trace_free(in.trace);
        return status;
    }
    *trace = in.trace;
    return MANN_OK;
}
