/* The values of one option of a task, such as --length 10,20,120 or --id 1:20: what a network, or a
 * group of runs, is tested at one after the other. */
#ifndef MANN_STUDY_VALUES_H
#define MANN_STUDY_VALUES_H

#include <mann/base.h>

enum {
    MANN_VALUES_NAME = 64,
    MANN_VALUES_LIST = 4096,
    MANN_VALUE_TEXT = 128,
    MANN_VALUE_SETTING = MANN_VALUES_NAME + MANN_VALUE_TEXT
};

/* Zeroed: none; then there is one setting, as trained. */
typedef struct mann_values {
    const char *name; /* of the option; the caller's. NULL: none */
    char list[MANN_VALUES_LIST];
} mann_values;

/* Takes a list such as "10,20,120", or whole numbers as "1:20" and "10:100:10". MANN_E_INVAL: the
 * form, or name or list is too long; MANN_E_NOMEM. There are then no values. */
mann_status mann_values_set(mann_context *context, mann_values *values, const char *name,
                            const char *list);

/* The next value, "" for as trained, and the setting for mann_task_open, from *at = NULL on.
 * False at the end. */
bool mann_values_next(const mann_values *values, const char **at, char value[MANN_VALUE_TEXT],
                      char setting[MANN_VALUE_SETTING]);

#endif
