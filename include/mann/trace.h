/* Traces: every tagged value of one episode (one sequence run through a model), in memory and as
 * a safetensors file. The viewer, the renderer, golden tests and exports read these. */
#ifndef MANN_TRACE_H
#define MANN_TRACE_H

#include <mann/tape.h>
#include <mann/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One value over the episode: [T, ...], the first axis "step", the others named by the tag.
 * The episode's own arrays have the names "input", "target", "mask" and "output". */
typedef struct mann_trace_array {
    char name[48];
    mann_kind kind;
    int32_t rank, n[MANN_MAX_RANK]; /* n[0] is steps; a batch axis there is not */
    char axis[MANN_MAX_RANK][24];   /* axis[0] is "step" */
    float *data;                    /* row-major */
    mann_role role;
    mann_access access;
    char group[MANN_GROUP_SIZE]; /* as observers are told it; "": of the model */
} mann_trace_array;

typedef struct mann_trace {
    /* What the header of a picture names. */
    char run[128], task[64], model[128];
    uint64_t seed, index;    /* the stream of the example */
    int64_t step, sequences; /* of training, at the time of the episode; -1: unknown */
    int32_t steps;           /* T */
    int32_t length;          /* as the task counts it */
    mann_target target;
    mann_notes notes; /* filled by mann_trace_note; span names point into note_name */
    char note_name[MANN_MAX_NOTES][32];
    int32_t count, capacity;
    mann_trace_array *array;
} mann_trace;

/* "bits", "weighting", ... */
MANN_API const char *mann_kind_name(mann_kind kind);
/* "none", "input", "key", "optimal cost", ... */
MANN_API const char *mann_role_name(mann_role role);
/* "none", "write", "read". */
MANN_API const char *mann_access_name(mann_access access);

/* An empty trace, to be filled field by field; steps first. NULL with a message on shortage. Not to
 * be copied by value. */
MANN_API mann_trace *mann_trace_alloc(mann_context *context);
MANN_API void mann_trace_free(mann_trace *trace);

/* A new zeroed array. rank (0..3), n and axis describe the axes behind "step", as a tag names them;
 * the array itself has rank + 1 axes and n[0] = steps. Role, access and group are none, for the
 * caller to set. The pointer is good until the next addition.
 * NULL with a message: shortage, sizes out of range, a name used twice or too long. */
MANN_API mann_trace_array *mann_trace_add(mann_context *context, mann_trace *trace,
                                          const char *name, mann_kind kind, int32_t rank,
                                          const int32_t *n, const char *const *axis);
MANN_API const mann_trace_array *mann_trace_find(const mann_trace *trace, const char *name);
/* The first array of a role; NULL. */
MANN_API const mann_trace_array *mann_trace_role(const mann_trace *trace, mann_role role);
/* Adds a span (first..last inclusive) whose name is copied. What lies outside of the steps is cut
 * off; a span of nothing, and one more than MANN_MAX_NOTES, is ignored. */
MANN_API void mann_trace_note(mann_trace *trace, const char *name, bool mark, int32_t first,
                              int32_t last);

/* MANN_E_IO, MANN_E_FORMAT with file and reason; MANN_E_INVAL for a trace that contradicts itself.
 * Saving replaces the file in one step. Loading takes only what saving makes, and checks all of it;
 * the numbers may be NaN or infinite. */
MANN_API mann_status mann_trace_save(mann_context *context, const mann_trace *trace,
                                     const char *path);
MANN_API mann_status mann_trace_load(mann_context *context, const char *path, mann_trace **trace);

#ifdef __cplusplus
}
#endif
#endif
