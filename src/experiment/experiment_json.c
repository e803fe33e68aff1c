/* Experiments as JSON: one object per section, one member per option. Numbers and truth values
 * are JSON's own, everything else is the text that -p would take. */
#include "experiment/experiment.h"
#include "io/file.h"
#include "io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 16 << 20 };

static json_t *option_json(const mann_option *row, const void *config)
{
    const void *field = (const char *)config + row->offset;
    char text[MANN_TEXT_SIZE];
    switch (row->kind) {
    case MANN_OPT_INT: return json_integer(*(const int32_t *)field);
    case MANN_OPT_REAL: return json_real(*(const double *)field);
    case MANN_OPT_BOOL: return json_boolean(*(const bool *)field);
    case MANN_OPT_SPAN:
        if (!((const mann_span *)field)->epochs) {
            return json_real(((const mann_span *)field)->amount);
        }
        break;
    case MANN_OPT_CHOICE:
    case MANN_OPT_RANGE:
    case MANN_OPT_TEXT:
    case MANN_OPT_FORMER: break;
    }
    mann_option_format(row, config, text, sizeof text);
    return json_string(text);
}

static bool add_section(json_t *root, const char *name, json_t *section, const mann_option *table,
                        const void *config)
{
    bool good = section != NULL;
    for (const mann_option *row = table; good && mann_option_is(row); row++) {
        good = !json_object_set_new(section, row->name, option_json(row, config));
    }
    return !json_object_set_new(root, name, section) && good;
}

static json_t *memory_list(const mann_experiment *e)
{
    char list[256];
    mann_experiment_memories(e, list, sizeof list);
    return json_string(list);
}

char *mann_experiment_text(const mann_experiment *e)
{
    json_t *root = json_object();
    json_t *model = json_pack("{s:s, s:o}", "name", e->model_name, "memory", memory_list(e));
    bool good = root && add_section(root, "task", json_pack("{s:s}", "name", e->task_name),
                                    e->task->options, e->task_config);
    good = good && add_section(root, "model", model, e->model->options, e->model_config);
    for (int32_t i = 0; good && i < e->n_memories; i++) {
        char name[16];
        mann_experiment_memory_section(i, name);
        good =
            add_section(root, name, json_object(), e->memory[i].type->options, e->memory[i].config);
    }
    good = good && add_section(root, "train", json_object(), mann_train_options(), &e->train);
    /* A string: JSON readers do not all keep 64 bits. */
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)e->seed);
    good = good && !json_object_set_new(root, "seed", json_string(seed));
    char *text = good ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    return text;
}

static mann_status set_value(mann_experiment *e, const char *where, const char *key,
                             const json_t *value)
{
    char text[MANN_TEXT_SIZE];
    int length = 0;
    if (json_is_integer(value)) {
        length = snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        length = snprintf(text, sizeof text, "%.17g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        length = snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
    } else if (json_is_string(value)) {
        length = snprintf(text, sizeof text, "%s", json_string_value(value));
    } else {
        return mann_fail(e->context, MANN_E_FORMAT,
                         "%s: %s is neither a number, a truth value nor a string", where, key);
    }
    if (length >= (int)sizeof text) {
        return mann_fail(e->context, MANN_E_FORMAT, "%s: %s is too long", where, key);
    }
    mann_status status = mann_experiment_set(e, key, text);
    if (status) {
        char reason[768];
        snprintf(reason, sizeof reason, "%s", mann_context_message(e->context));
        mann_fail(e->context, status, "%s: %s", where, reason);
    }
    return status;
}

static mann_status set_section(mann_experiment *e, const char *where, const char *section,
                               json_t *members)
{
    const char *name;
    json_t *value;
    json_object_foreach(members, name, value)
    {
        char key[256];
        if (!strcmp(name, "name") && (!strcmp(section, "task") || !strcmp(section, "model"))) {
            continue;
        }
        snprintf(key, sizeof key, "%s.%s", section, name);
        mann_status status = set_value(e, where, key, value);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

static mann_status apply(mann_experiment *e, const char *where, json_t *root)
{
    /* The list of memories comes before their options, whatever the order in the file. */
    const json_t *memory = json_object_get(json_object_get(root, "model"), "memory");
    e->from_file = true;
    mann_status status = memory ? set_value(e, where, "model.memory", memory) : MANN_OK;
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        if (status || !strcmp(key, "run")) {
            continue;
        }
        if (!strcmp(key, "model") && json_is_object(value)) {
            json_object_del(value, "memory");
        }
        status = json_is_object(value) ? set_section(e, where, key, value)
                                       : set_value(e, where, key, value);
    }
    e->from_file = false;
    return status;
}

static const char *name_in(json_t *root, const char *section)
{
    return json_string_value(json_object_get(json_object_get(root, section), "name"));
}

mann_experiment *mann_experiment_parse(mann_context *context, const char *text, const char *where,
                                       const char *task, const char *model)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!root && mann_json_shortage(&error)) {
        mann_fail(context, MANN_E_NOMEM, "%s: out of memory", where);
        return NULL;
    }
    if (!root || !json_is_object(root)) {
        mann_fail(context, MANN_E_FORMAT, "%s:%d:%d: %s", where, root ? 1 : error.line,
                  root ? 1 : error.column, root ? "not a JSON object" : error.text);
        json_decref(root);
        return NULL;
    }
    task = task ? task : name_in(root, "task");
    model = model ? model : name_in(root, "model");
    mann_experiment *e = NULL;
    if (!task) {
        mann_fail(context, MANN_E_FORMAT, "%s: no task; give {\"task\": {\"name\": \"copy\"}}",
                  where);
    } else {
        e = mann_experiment_alloc(context, task, model);
    }
    if (e && apply(e, where, root)) {
        mann_experiment_free(e);
        e = NULL;
    }
    json_decref(root);
    return e;
}

mann_experiment *mann_experiment_load(mann_context *context, const char *path, const char *task,
                                      const char *model)
{
    char *text;
    size_t size;
    if (mann_file_read(context, path, LARGEST_FILE, &text, &size)) {
        return NULL;
    }
    mann_experiment *e = mann_experiment_parse(context, text, path, task, model);
    free(text);
    return e;
}
