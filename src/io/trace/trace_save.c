/* Writing a trace to its file (trace_format.h). */
#include "io/trace/trace_format.h"

#include "io/json.h"
#include "io/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        json_t *entry = json_pack("{s:s, s:o, s:s, s:s, s:s}", "kind", mann_kind_name(array->kind),
                                  "axes", axes, "role", mann_role_name(array->role), "access",
                                  mann_access_name(array->access), "group", array->group);
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
        {"version", json_string("2")},
        {"run", text_json(trace->run)},
        {"task", text_json(trace->task)},
        {"model", text_json(trace->model)},
        {"seed", unsigned_json(trace->seed)},
        {"index", unsigned_json(trace->index)},
        {"step", number_json(trace->step)},
        {"sequences", number_json(trace->sequences)},
        {"steps", number_json(trace->steps)},
        {"length", number_json(trace->length)},
        {"target", json_string(mann_trace_targets[trace->target])},
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
        (unsigned)trace->target >= MANN_TRACE_TARGETS) {
        return "a number of the trace is out of range";
    }
    for (int32_t i = 0; i < trace->count; i++) {
        if (trace->array[i].n[0] != trace->steps || !mann_trace_array_size(&trace->array[i])) {
            return "the sizes of an array do not fit the steps";
        }
        if ((unsigned)trace->array[i].role >= MANN_ROLES ||
            (unsigned)trace->array[i].access >= MANN_TRACE_ACCESSES) {
            return "a role or an access is out of range";
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
                          .bytes = mann_trace_array_size(array) * sizeof *array->data};
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
        status = mann_archive_save(context, path, trace->count, tensor, metadata);
    } else {
        status = mann_fail(context, MANN_E_NOMEM,
                           "%s: cannot be saved: out of memory, or a name is not UTF-8", path);
    }
    free(tensor);
    json_decref(metadata);
    return status;
}
