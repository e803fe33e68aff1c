/* Experiments as lists of key and value, in the order of the tables. */
#include "experiment/settings.h"

#include "experiment/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_status add(mann_context *context, mann_settings *s, const char *section,
                       const char *name, const char *value)
{
    if (s->count == s->room) {
        int32_t room = s->room ? 2 * s->room : 64;
        mann_setting *larger = realloc(s->setting, (size_t)room * sizeof *larger);
        if (!larger) {
            return mann_fail(context, MANN_E_NOMEM, "out of memory for settings");
        }
        s->setting = larger;
        s->room = room;
    }
    mann_setting *made = &s->setting[s->count];
    snprintf(made->key, sizeof made->key, "%s%s%s", section, *name ? "." : "", name);
    made->value = malloc(strlen(value) + 1);
    if (!made->value) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for settings");
    }
    strcpy(made->value, value);
    s->count++;
    return MANN_OK;
}

static mann_status add_table(mann_context *context, mann_settings *s, const char *section,
                             const mann_option *table, const void *config)
{
    char value[MANN_TEXT_SIZE];
    mann_status status = MANN_OK;
    for (const mann_option *row = table; !status && mann_option_is(row); row++) {
        mann_option_format(row, config, value, sizeof value);
        status = add(context, s, section, row->name, value);
    }
    return status;
}

/* As a network of the experiment has them: with what the task settles when it is opened. */
static mann_status add_task(mann_context *context, mann_settings *s, const mann_experiment *e)
{
    void *config = malloc(e->task->config_size);
    if (!config) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for settings");
    }
    memcpy(config, e->task_config, e->task->config_size);
    if (e->task->resolve) {
        e->task->resolve(config);
    }
    mann_status status = add_table(context, s, "task", e->task->options, config);
    free(config);
    return status;
}

mann_status mann_settings_read(mann_context *context, const mann_experiment *e, mann_settings *s)
{
    char memories[256];
    *s = (mann_settings){.count = 0};
    mann_experiment_memories(e, memories, sizeof memories);
    mann_status status = add(context, s, "task", "", e->task_name);
    status = status ? status : add(context, s, "model", "", e->model_name);
    status = status ? status : add(context, s, "model", "memory", memories);
    status = status ? status : add_task(context, s, e);
    status = status ? status : add_table(context, s, "model", e->model->options, e->model_config);
    for (int32_t i = 0; !status && i < e->n_memories; i++) {
        char section[16];
        mann_experiment_memory_section(i, section);
        status = add_table(context, s, section, e->memory[i].type->options, e->memory[i].config);
    }
    status = status ? status : add_table(context, s, "train", mann_train_options(), &e->train);
    if (status) {
        mann_settings_clear(s);
    }
    return status;
}

void mann_settings_clear(mann_settings *s)
{
    for (int32_t i = 0; i < s->count; i++) {
        free(s->setting[i].value);
    }
    free(s->setting);
    *s = (mann_settings){.count = 0};
}

const char *mann_settings_get(const mann_settings *s, const char *key)
{
    for (int32_t i = 0; i < s->count; i++) {
        if (!strcmp(s->setting[i].key, key)) {
            return s->setting[i].value;
        }
    }
    return NULL;
}

static const char *one_sided(const mann_settings *a, const mann_settings *b)
{
    for (int32_t i = 0; i < a->count; i++) {
        const char *other = mann_settings_get(b, a->setting[i].key);
        if (!other || strcmp(other, a->setting[i].value)) {
            return a->setting[i].key;
        }
    }
    return NULL;
}

const char *mann_settings_difference(const mann_settings *a, const mann_settings *b)
{
    const char *key = one_sided(a, b);
    return key ? key : one_sided(b, a);
}
