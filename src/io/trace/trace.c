/* A trace in memory. */
#include "io/trace/trace_format.h"

#include "io/json.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of one array; the file limit of safetensors is in bytes and lies above. */
#define ARRAY_LIMIT ((size_t)1 << 30)

const char *const mann_trace_kinds[MANN_TRACE_KINDS] = {
    [MANN_KIND_BITS] = "bits",         [MANN_KIND_WEIGHTING] = "weighting",
    [MANN_KIND_SIGNED] = "signed",     [MANN_KIND_GATE] = "gate",
    [MANN_KIND_POSITIVE] = "positive", [MANN_KIND_DISTRIBUTION] = "distribution",
    [MANN_KIND_ENERGY] = "energy",
};

const char *const mann_trace_targets[MANN_TRACE_TARGETS] = {
    [MANN_TARGET_BITS] = "bits",
    [MANN_TARGET_CLASS] = "class",
    [MANN_TARGET_REAL] = "real",
    [MANN_TARGET_POINTER] = "pointer",
    [MANN_TARGET_DISTRIBUTION] = "distribution",
};

const char *const mann_trace_roles[MANN_ROLES] = {
    [MANN_ROLE_NONE] = "none",
    [MANN_ROLE_INPUT] = "input",
    [MANN_ROLE_TARGET] = "target",
    [MANN_ROLE_OUTPUT] = "output",
    [MANN_ROLE_MASK] = "mask",
    [MANN_ROLE_ERROR] = "error",
    [MANN_ROLE_OPTIMAL] = "optimal",
    [MANN_ROLE_OPTIMAL_COST] = "optimal cost",
    [MANN_ROLE_HIDDEN] = "hidden",
    [MANN_ROLE_MEMORY] = "memory",
    [MANN_ROLE_ASSOCIATION] = "association",
    [MANN_ROLE_PATTERN] = "pattern",
    [MANN_ROLE_KEY] = "key",
    [MANN_ROLE_STRENGTH] = "strength",
    [MANN_ROLE_GATE] = "gate",
    [MANN_ROLE_SHIFT] = "shift",
    [MANN_ROLE_SHARPENING] = "sharpening",
    [MANN_ROLE_SIMILARITY] = "similarity",
    [MANN_ROLE_CONTENT] = "content",
    [MANN_ROLE_GATED] = "gated",
    [MANN_ROLE_SHIFTED] = "shifted",
    [MANN_ROLE_WEIGHTING] = "weighting",
    [MANN_ROLE_ERASE] = "erase",
    [MANN_ROLE_ADD] = "add",
    [MANN_ROLE_READ] = "read",
    [MANN_ROLE_USAGE] = "usage",
    [MANN_ROLE_ALLOCATION] = "allocation",
    [MANN_ROLE_FREE] = "free",
    [MANN_ROLE_PRECEDENCE] = "precedence",
    [MANN_ROLE_LINK] = "link",
    [MANN_ROLE_MODE] = "mode",
    [MANN_ROLE_PUSH] = "push",
    [MANN_ROLE_POP] = "pop",
    [MANN_ROLE_STATE] = "state",
    [MANN_ROLE_SETTLING] = "settling",
    [MANN_ROLE_ENERGY] = "energy",
    [MANN_ROLE_HALTING] = "halting",
    [MANN_ROLE_SPENT] = "spent",
    [MANN_ROLE_ATTENTION] = "attention",
    [MANN_ROLE_POINTER] = "pointer",
    [MANN_ROLE_QUESTION] = "question",
    [MANN_ROLE_ANSWER] = "answer",
    [MANN_ROLE_SUPPORT] = "support",
    [MANN_ROLE_POSITION] = "position",
    [MANN_ROLE_EDGE] = "edge",
    [MANN_ROLE_LABEL] = "label",
    [MANN_ROLE_ACTION] = "action",
    [MANN_ROLE_CIRCUIT] = "circuit",
    [MANN_ROLE_CALL] = "call",
    [MANN_ROLE_CELL] = "cell",
};

const char *const mann_trace_accesses[MANN_TRACE_ACCESSES] = {
    [MANN_ACCESS_NONE] = "none",
    [MANN_ACCESS_WRITE] = "write",
    [MANN_ACCESS_READ] = "read",
};

const char *mann_role_name(mann_role role)
{
    return mann_trace_roles[role];
}

const char *mann_access_name(mann_access access)
{
    return mann_trace_accesses[access];
}

const char *mann_kind_name(mann_kind kind)
{
    return mann_trace_kinds[kind];
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

const mann_trace_array *mann_trace_role(const mann_trace *trace, mann_role role)
{
    for (int32_t i = 0; i < trace->count; i++) {
        if (trace->array[i].role == role) {
            return &trace->array[i];
        }
    }
    return NULL;
}

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

size_t mann_trace_array_size(const mann_trace_array *array)
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

mann_status mann_trace_append(mann_context *context, mann_trace *trace, const char *name,
                              mann_kind kind, int32_t rank, const int32_t *n,
                              const char *const *axis)
{
    mann_trace_array made = {.kind = kind, .rank = rank + 1, .n = {trace->steps}, .axis = {"step"}};
    if (!*name || strlen(name) >= sizeof made.name) {
        return refuse(context, name, "a name has 1 to 47 bytes");
    }
    memcpy(made.name, name, strlen(name));
    if (mann_trace_find(trace, name)) {
        return refuse(context, name, "the name is used twice");
    }
    if ((unsigned)kind >= MANN_TRACE_KINDS || rank < 0 || rank >= MANN_MAX_RANK) {
        return refuse(context, name, "its kind or rank is out of range");
    }
    for (int32_t i = 0; i < rank; i++) {
        if (!axis[i] || strlen(axis[i]) >= sizeof made.axis[0]) {
            return refuse(context, name, "an axis has no name, or one longer than 23 bytes");
        }
        memcpy(made.axis[i + 1], axis[i], strlen(axis[i]));
        made.n[i + 1] = n[i];
    }
    size_t size = mann_trace_array_size(&made);
    if (!size || trace->count == MANN_TRACE_MOST_ARRAYS) {
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
    mann_status status = mann_trace_append(context, trace, name, kind, rank, n, axis);
    return status ? NULL : &trace->array[trace->count - 1];
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
