/* Every option of an experiment as text, to compare experiments and to say how they differ. */
#ifndef MANN_EXPERIMENT_SETTINGS_H
#define MANN_EXPERIMENT_SETTINGS_H

#include <mann/train.h>

typedef struct mann_setting {
    char key[72];
    char *value;
} mann_setting;

/* "task" and "model" are the names; then "model.memory", then every option. The seed is none. */
typedef struct mann_settings {
    int32_t count, room;
    mann_setting *setting;
} mann_settings;

/* MANN_E_NOMEM. */
mann_status mann_settings_read(mann_context *context, const mann_experiment *experiment,
                               mann_settings *settings);
void mann_settings_clear(mann_settings *settings);

/* The value of key, or NULL. */
const char *mann_settings_get(const mann_settings *settings, const char *key);

/* The first key on which they differ, or NULL. What one of them lacks is a difference. */
const char *mann_settings_difference(const mann_settings *a, const mann_settings *b);

#endif
