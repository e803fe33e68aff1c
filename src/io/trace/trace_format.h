/* A trace as a file: one F32 tensor per array, and this metadata, all of it strings:
 *
 *   format "mann.trace", version "2"
 *   run, task, model                                  what the header of a picture names
 *   seed, index, step, sequences, steps, length       decimal whole numbers
 *   target                                            "bits", "class", "real"
 *   notes     [{"name": "input", "mark": false, "first": 0, "last": 20}, ...]
 *   arrays    {"read_weights": {"kind": "weighting", "axes": ["step", "head", "location"],
 *                               "role": "weighting", "access": "read", "group": "memory.read"},
 *              ...}
 *
 * The last two are JSON inside a string. Version 1 has kind and axes alone; the rest follows from
 * the names that values had then. */
#ifndef MANN_IO_TRACE_TRACE_FORMAT_H
#define MANN_IO_TRACE_TRACE_FORMAT_H

#include <mann/trace.h>

enum {
    MANN_TRACE_KINDS = MANN_KIND_ENERGY + 1,
    MANN_TRACE_TARGETS = MANN_TARGET_DISTRIBUTION + 1,
    MANN_TRACE_ACCESSES = MANN_ACCESS_READ + 1,
    MANN_TRACE_MOST_ARRAYS = 4096
};

/* As the file spells them. */
extern const char *const mann_trace_kinds[MANN_TRACE_KINDS];
extern const char *const mann_trace_targets[MANN_TRACE_TARGETS];
extern const char *const mann_trace_roles[MANN_ROLES];
extern const char *const mann_trace_accesses[MANN_TRACE_ACCESSES];

/* As mann_trace_add, the new array being the last one: MANN_E_INVAL, MANN_E_NOMEM. */
mann_status mann_trace_append(mann_context *context, mann_trace *trace, const char *name,
                              mann_kind kind, int32_t rank, const int32_t *n,
                              const char *const *axis);

/* Role, access and group of an array, from its name: for traces of version 1, and for the arrays of
 * a task, whose names are fixed. Unknown names have none. */
void mann_trace_known(mann_trace_array *array);

/* Number of elements, 0 if it is out of range. An empty array would draw as nothing. */
size_t mann_trace_array_size(const mann_trace_array *array);

#endif
