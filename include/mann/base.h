/* Status codes, the context that carries messages, and the number type.
 *
 * A mann_context belongs to one caller: its message may be read and written by one thread at a
 * time. Objects made from a context keep a pointer to it, so it must outlive them. */
#ifndef MANN_BASE_H
#define MANN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined __GNUC__
#define MANN_API __attribute__((visibility("default")))
#define MANN_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define MANN_API
#define MANN_PRINTF(string, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_VERSION "0.1.0"

/* Numbers on a tape: float, or double in the build that checks gradients. */
#ifdef MANN_DOUBLE
typedef double mann_real;
#else
typedef float mann_real;
#endif

/* Bytes of a path that a caller gives, the final 0 included; and of one that the library makes by
 * adding its own names to such a path, which always fit. */
#define MANN_PATH_SIZE 1024
#define MANN_INNER_PATH_SIZE (MANN_PATH_SIZE + 384)

typedef enum mann_status {
    MANN_OK = 0,
    MANN_E_NOMEM,      /* an allocation failed */
    MANN_E_INVAL,      /* an option, a name or an argument is wrong */
    MANN_E_SHAPE,      /* shapes do not fit together */
    MANN_E_IO,         /* a file or a folder could not be read or written */
    MANN_E_FORMAT,     /* a file is damaged or of another kind */
    MANN_E_DIVERGED,   /* a loss or a gradient is not finite */
    MANN_E_INTERRUPTED /* the caller asked to stop */
} mann_status;

typedef enum mann_level { MANN_LOG_DEBUG, MANN_LOG_INFO, MANN_LOG_WARNING } mann_level;

typedef void mann_log_function(void *user, mann_level level, const char *message);

typedef struct mann_context mann_context;

/* NULL if memory is short. */
MANN_API mann_context *mann_context_alloc(void);
MANN_API void mann_context_free(mann_context *context);

/* The message of the last failure: what, where, and what to do. "" if there was none. */
MANN_API const char *mann_context_message(const mann_context *context);
/* Its kind, for callers of functions that return NULL; MANN_OK if there was none. */
MANN_API mann_status mann_context_status(const mann_context *context);

/* The library prints nothing; it hands its lines to this function. NULL: nobody listens. */
MANN_API void mann_context_listen(mann_context *context, mann_log_function *log, void *user);

/* Records a failure in the context and returns status. A NULL context is allowed. */
MANN_API mann_status mann_fail(mann_context *context, mann_status status, const char *format, ...)
    MANN_PRINTF(3, 4);

MANN_API void mann_log(const mann_context *context, mann_level level, const char *format, ...)
    MANN_PRINTF(3, 4);

/* The name of names[0..count) nearest to word in edit distance, NULL if none is near. */
MANN_API const char *mann_nearest(const char *word, const char *const *names, size_t count);

#ifdef __cplusplus
}
#endif
#endif
