/* Options described by tables. A descriptor (task, model, memory, trainer) has one table; the
 * command line, the listings, the run files and the error messages all read it. */
#ifndef MANN_OPTION_H
#define MANN_OPTION_H

#include <mann/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_TEXT_SIZE 1024

typedef enum mann_option_kind {
    MANN_OPT_INT,    /* int32_t */
    MANN_OPT_REAL,   /* double */
    MANN_OPT_BOOL,   /* bool: true or false */
    MANN_OPT_CHOICE, /* int32_t: index into choices */
    MANN_OPT_RANGE,  /* mann_range: "3" or "1..20" */
    MANN_OPT_SPAN,   /* mann_span: "20000" or "25epochs" */
    MANN_OPT_TEXT,   /* char[MANN_TEXT_SIZE] */
    MANN_OPT_FORMER  /* no field: a name that an option had before; initial is its present one */
} mann_option_kind;

/* A stretch of training: so many sequences, or so many epochs. An epoch is a pass over the examples
 * of a task that has a fixed set of them, MANN_EPOCH sequences of one that draws them without end.
 */
typedef struct mann_span {
    double amount;
    bool epochs;
} mann_span;

#define MANN_EPOCH 1000

/* In sequences; epoch: how many make one. */
static inline double mann_span_sequences(mann_span span, double epoch)
{
    return span.epochs ? span.amount * epoch : span.amount;
}

/* Reads a span; *end is what follows it. False if there is none. */
MANN_API bool mann_span_parse(const char *text, const char **end, mann_span *span);

/* One field of a config struct. A table ends with a row whose name is NULL; former names stand
 * last.
 */
typedef struct mann_option {
    const char *name;
    mann_option_kind kind;
    size_t offset;              /* of the field in the config struct */
    const char *initial;        /* the default, as a user would type it */
    double low, high;           /* inclusive bounds of INT, REAL, SPAN and both ends of RANGE */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *summary;
} mann_option;

/* The row of an option's former name, for the end of a table: files and command lines that have it
 * are still understood. */
#define MANN_OPTION_FORMER(former, present)                                                        \
    {                                                                                              \
        former, MANN_OPT_FORMER, 0, present, 0, 0, NULL, NULL                                      \
    }

/* Whether row is an option, to walk along a table (which may be NULL). */
static inline bool mann_option_is(const mann_option *row)
{
    return row && row->name && row->kind != MANN_OPT_FORMER;
}

/* The row of the option called name, now or formerly, or NULL. */
MANN_API const mann_option *mann_option_find(const mann_option *table, const char *name);

/* Fills every field of config with its default. */
MANN_API void mann_options_default(const mann_option *table, void *config);

/* Parses text into the field name of config. section names the table in messages
 * ("memory.locations: 0 is outside 1..65536"). MANN_E_INVAL leaves config as it was. */
MANN_API mann_status mann_option_set(mann_context *context, const char *section,
                                     const mann_option *table, void *config, const char *name,
                                     const char *text);

/* Writes the field as a user would type it; returns what snprintf returns. */
MANN_API int mann_option_format(const mann_option *option, const void *config, char *text,
                                size_t size);

#ifdef __cplusplus
}
#endif
#endif
