/* Reading a trace from its file (trace_format.h). Loading fills a new trace and hands it out only
 * when everything was known, present and consistent. */
#include "io/trace/trace_format.h"

#include "io/json.h"
#include "io/safetensors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What every trace has in its metadata, and nothing besides. */
static const char *const keys[] = {"format", "version", "run",   "task",      "model",
                                   "seed",   "index",   "step",  "sequences", "steps",
                                   "length", "target",  "notes", "arrays"};

enum { KEYS = sizeof keys / sizeof keys[0] };

typedef struct loading {
    mann_context *context;
    const char *path;
    const mann_archive *archive;
    mann_trace *trace;
    bool named; /* version 1: roles follow from names */
} loading;

/* where: a metadata key or "tensor NAME". */
static mann_status damaged(const loading *in, const char *where, const char *name,
                           const char *reason)
{
    char shown[MANN_SHOWN_SIZE];
    return mann_fail(in->context, MANN_E_FORMAT, "%s: %s%s%s%s: %s", in->path, where,
                     name ? " '" : "", name ? mann_show(shown, name) : "", name ? "'" : "", reason);
}

static mann_status check_keys(loading *in)
{
    const char *format = mann_archive_metadata(in->archive, "format");
    if (!format || strcmp(format, "mann.trace") != 0) {
        return mann_fail(in->context, MANN_E_FORMAT, "%s: this is not a trace", in->path);
    }
    const char *version = mann_archive_metadata(in->archive, "version");
    in->named = version && !strcmp(version, "1");
    if (!in->named && (!version || strcmp(version, "2") != 0)) {
        return damaged(in, "version", version, "this mann reads versions 1 and 2");
    }
    for (int i = 0; i < KEYS; i++) {
        if (!mann_archive_metadata(in->archive, keys[i])) {
            return damaged(in, "metadata", keys[i], "missing");
        }
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)mann_archive_metadata_all(in->archive), key, value)
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
    const char *text = mann_archive_metadata(in->archive, key);
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
    return parse_unsigned(mann_archive_metadata(in->archive, key), out)
               ? MANN_OK
               : damaged(in, key, NULL, "not a whole number");
}

/* -1, which stands for unknown where low is -1, or a number up to high. */
static mann_status load_number(const loading *in, const char *key, int64_t low, int64_t high,
                               int64_t *out)
{
    const char *text = mann_archive_metadata(in->archive, key);
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
    *inner = json_loads(mann_archive_metadata(in->archive, key), JSON_REJECT_DUPLICATES, &error);
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

static mann_status load_role(const loading *in, const json_t *entry, mann_trace_array *array)
{
    const char *group = json_string_value(json_object_get(entry, "group"));
    int32_t role =
        index_of(json_string_value(json_object_get(entry, "role")), mann_trace_roles, MANN_ROLES);
    int32_t access = index_of(json_string_value(json_object_get(entry, "access")),
                              mann_trace_accesses, MANN_TRACE_ACCESSES);
    if (role < 0 || access < 0 || !group || strlen(group) >= sizeof array->group) {
        return damaged(in, "tensor", array->name,
                       "its role or access is unknown, or its group no text of at most 47 bytes");
    }
    array->role = (mann_role)role;
    array->access = (mann_access)access;
    memcpy(array->group, group, strlen(group));
    return MANN_OK;
}

static mann_status load_array(const loading *in, const mann_stored *tensor, const json_t *entry)
{
    const char *where = "tensor";
    if (!entry) {
        return damaged(in, where, tensor->name, "the metadata 'arrays' does not list it");
    }
    const json_t *axes = json_object_get(entry, "axes");
    int32_t kind = index_of(json_string_value(json_object_get(entry, "kind")), mann_trace_kinds,
                            MANN_TRACE_KINDS);
    if (json_object_size(entry) != (in->named ? 2 : 5) || kind < 0 || !json_is_array(axes)) {
        return damaged(in, where, tensor->name,
                       in->named ? "its description is not {kind, axes}"
                                 : "its description is not {kind, axes, role, access, group}");
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
    mann_status status = mann_trace_append(in->context, in->trace, tensor->name, (mann_kind)kind,
                                           tensor->rank - 1, n + 1, axis + 1);
    if (status) {
        return mann_fail(in->context, status == MANN_E_INVAL ? MANN_E_FORMAT : status, "%s: %s",
                         in->path, mann_context_message(in->context));
    }
    mann_trace_array *made = &in->trace->array[in->trace->count - 1];
    memcpy(made->data, tensor->data, tensor->bytes);
    if (in->named) {
        mann_trace_known(made);
        return MANN_OK;
    }
    return load_role(in, entry, made);
}

static mann_status load_arrays(const loading *in)
{
    json_t *list;
    mann_status status = load_inner(in, "arrays", &list);
    if (status) {
        return status;
    }
    int32_t count = mann_archive_count(in->archive);
    if (!json_is_object(list) || count > MANN_TRACE_MOST_ARRAYS ||
        json_object_size(list) != (size_t)count) {
        status = damaged(in, "arrays", NULL, "not an object with one entry per tensor");
    }
    for (int32_t i = 0; !status && i < count; i++) {
        const mann_stored *tensor = mann_archive_tensor(in->archive, i);
        status = load_array(in, tensor, json_object_get(list, tensor->name));
    }
    json_decref(list);
    return status;
}

static mann_status load(loading *in)
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
    int32_t target = index_of(mann_archive_metadata(in->archive, "target"), mann_trace_targets,
                              MANN_TRACE_TARGETS);
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
    mann_archive *archive;
    mann_status status = mann_archive_open(context, path, &archive);
    if (status) {
        return status;
    }
    loading in = {context, path, archive, mann_trace_alloc(context), false};
    status = in.trace ? load(&in) : MANN_E_NOMEM;
    mann_archive_close(archive);
    if (status) {
        mann_trace_free(in.trace);
        return status;
    }
    *trace = in.trace;
    return MANN_OK;
}
