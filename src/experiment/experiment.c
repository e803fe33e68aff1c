/* An experiment: the options of task, model, memories and training, each in the config struct of
 * its descriptor's option table, reached as "section.key".
 *
 * Defaults are laid down in this order, later ones winning: the tables, the model preset, what the
 * task suggests, the experiment file, the command line. */
#include "experiment/experiment.h"

#include "base/items.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const optimisers[] = {"sgd", "rmsprop", "rmsprop-graves", "adam", NULL};
static const char *const schedules[] = {"constant", "linear", "cosine", "halve", "steps", NULL};

#define FIELD(name) offsetof(mann_train_config, name)
static const mann_option train_options[] = {
    {"batch", MANN_OPT_INT, FIELD(batch), "16", 1, 4096, NULL, "sequences per update"},
    {"optimiser", MANN_OPT_CHOICE, FIELD(optimiser), "adam", 0, 0, optimisers,
     "rmsprop-graves: centred, as in Graves 2013"},
    {"lr", MANN_OPT_REAL, FIELD(lr), "5e-3", 0, 1e3, NULL, "learning rate"},
    {"schedule", MANN_OPT_CHOICE, FIELD(schedule), "constant", 0, 0, schedules,
     "of the learning rate; halve: when validation stops improving; steps: as lr_steps says"},
    {"lr_final", MANN_OPT_REAL, FIELD(lr_final), "1e-4", 0, 1e3, NULL,
     "learning rate where the schedule ends"},
    {"decay_sequences", MANN_OPT_SPAN, FIELD(decay_sequences), "100000", 1, 1e15, NULL,
     "sequences after which a linear or cosine schedule ends"},
    {"warmup_sequences", MANN_OPT_SPAN, FIELD(warmup_sequences), "0", 0, 1e15, NULL,
     "sequences over which the learning rate rises from 0"},
    {"lr_steps", MANN_OPT_TEXT, FIELD(lr_steps), "", 0, 0, NULL,
     "steps: from where on the learning rate has which factor, '0:0.5,20epochs:1,45epochs:0.5'; "
     "'0:1..0.1,45epochs:0.1' falls as a cosine"},
    {"patience", MANN_OPT_INT, FIELD(patience), "10", 1, 1000000, NULL,
     "halve: validations without improvement before the learning rate halves"},
    {"momentum", MANN_OPT_REAL, FIELD(momentum), "0.9", 0, 1, NULL, "of sgd and rmsprop"},
    {"decay", MANN_OPT_REAL, FIELD(decay), "0.95", 0, 1, NULL,
     "of rmsprop's running mean of squares"},
    {"beta1", MANN_OPT_REAL, FIELD(beta1), "0.9", 0, 0.9999999, NULL, "of adam"},
    {"beta2", MANN_OPT_REAL, FIELD(beta2), "0.999", 0, 0.9999999, NULL, "of adam"},
    {"epsilon", MANN_OPT_REAL, FIELD(epsilon), "1e-8", 0, 1, NULL,
     "of adam and rmsprop (Graves uses 1e-4)"},
    {"clip", MANN_OPT_REAL, FIELD(clip), "10", 0, 1e30, NULL,
     "bound on each component of a gradient, on the way back too; 0: none"},
    {"clip_each", MANN_OPT_REAL, FIELD(clip_each), "0", 0, 1e30, NULL,
     "bound on the norm of each parameter's gradient, 0 for none"},
    {"clip_norm", MANN_OPT_REAL, FIELD(clip_norm), "0.1", 0, 1e30, NULL,
     "bound on the norm of the gradient, 0 for none"},
    {"weight_decay", MANN_OPT_REAL, FIELD(weight_decay), "0", 0, 1, NULL,
     "decoupled, times the learning rate"},
    {"average", MANN_OPT_REAL, FIELD(average), "0", 0, 0.999999, NULL,
     "validate and keep an exponential average of the weights with this decay, 0 for none"},
    {"validate_every", MANN_OPT_INT, FIELD(validate_every), "100", 1, 1000000000, NULL,
     "updates between validations"},
    {"validate_sequences", MANN_OPT_INT, FIELD(validate_sequences), "128", 1, 1000000, NULL,
     "sequences per validation"},
    {"max_sequences", MANN_OPT_SPAN, FIELD(max_sequences), "1e6", 1, 1e15, NULL,
     "training stops here at the latest"},
    {"settle", MANN_OPT_INT, FIELD(settle), "20", 1, 1000000, NULL,
     "validations without improvement, once solved, after which training stops by itself; four "
     "times as many while the harder setting is not solved"},
    {"lessons", MANN_OPT_TEXT, FIELD(lessons), "", 0, 0, NULL,
     "curriculum: easier settings of the task to begin with, 'length=1..5;length=1..10'"},
    {"lesson_threshold", MANN_OPT_REAL, FIELD(lesson_threshold), "0.1", 0, 1e9, NULL,
     "validation cost per target number (bits, or squared error) at which the next lesson starts"},
    {"lesson_review", MANN_OPT_REAL, FIELD(lesson_review), "0.1", 0, 1, NULL,
     "share of examples drawn from earlier lessons"},
    {"save_seconds", MANN_OPT_REAL, FIELD(save_seconds), "5", 0, 1e9, NULL,
     "seconds between checkpoints; a run that is killed repeats that much at most"},
    {"trace_every", MANN_OPT_INT, FIELD(trace_every), "50", 0, 1000000000, NULL,
     "updates between traces of the probe sequences at first, 0 for none"},
    {"trace_seed", MANN_OPT_INT, FIELD(trace_seed), "7", 0, 1000000000, NULL,
     "seed of the probe sequences"},
    {"trace_settings", MANN_OPT_TEXT, FIELD(trace_settings), "", 0, 0, NULL,
     "settings of the probe sequences, one trace for each: 'length=20 length=40'; empty: the "
     "task's own"},
    {0},
};

const mann_option *mann_train_options(void)
{
    return train_options;
}

static void *config_alloc(const mann_option *options, size_t size)
{
    void *config = calloc(1, size ? size : 1);
    if (config) {
        mann_options_default(options, config);
    }
    return config;
}

static mann_status no_memory(mann_context *context)
{
    return mann_fail(context, MANN_E_NOMEM, "out of memory for an experiment");
}

/* "matrix+hopfield" or "none". */
static mann_status set_memories(mann_experiment *e, const char *text)
{
    mann_items items;
    if (!mann_items_begin(&items, strcmp(text, "none") ? text : "", "+")) {
        return mann_fail(e->context, MANN_E_INVAL, "model.memory: too long");
    }
    mann_memory_config fresh[MANN_MAX_MEMORIES] = {{0}};
    int32_t count = 0;
    mann_status status = MANN_OK;
    for (char *name; !status && (name = mann_items_next(&items));) {
        const mann_memory_type *type = mann_memory_find(e->context, name);
        if (!type) {
            status = MANN_E_INVAL;
        } else if (count == MANN_MAX_MEMORIES) {
            status = mann_fail(e->context, MANN_E_INVAL, "model.memory: more than %d memories",
                               MANN_MAX_MEMORIES);
        } else {
            fresh[count].type = type;
            fresh[count].config = config_alloc(type->options, type->config_size);
            status = fresh[count].config ? MANN_OK : no_memory(e->context);
            count++;
        }
    }
    mann_memory_config *gone = status ? fresh : e->memory;
    int32_t n_gone = status ? count : e->n_memories;
    for (int32_t i = 0; i < n_gone; i++) {
        free(gone[i].config);
    }
    if (!status) {
        memcpy(e->memory, fresh, sizeof fresh);
        e->n_memories = count;
    }
    return status;
}

static mann_status set_task(mann_experiment *e, const char *name)
{
    const mann_task_type *task = mann_task_find(e->context, name);
    if (!task) {
        return MANN_E_INVAL;
    }
    free(e->task_config);
    e->task = task;
    e->task_config = config_alloc(task->options, task->config_size);
    if (!e->task_config) {
        return no_memory(e->context);
    }
    if (snprintf(e->task_name, sizeof e->task_name, "%s", name) >= (int)sizeof e->task_name) {
        return mann_fail(e->context, MANN_E_INVAL, "the task's name is too long");
    }
    const char *colon = strchr(name, ':');
    return colon ? mann_experiment_set(e, "task.path", colon + 1) : MANN_OK;
}

static mann_status unknown_model(mann_context *context, const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (const mann_preset *p = mann_presets; p->name && count < 64; p++) {
        names[count++] = p->name;
    }
    const char *near = mann_nearest(name, names, count);
    return mann_fail(context, MANN_E_INVAL, "unknown model '%s'%s%s%s (mann models lists them)",
                     name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static mann_status set_model(mann_experiment *e, const char *name)
{
    const mann_preset *preset = mann_presets;
    while (preset->name && strcmp(preset->name, name)) {
        preset++;
    }
    if (!preset->name) {
        return unknown_model(e->context, name);
    }
    free(e->model_config);
    e->model = preset->model;
    e->model_config = config_alloc(e->model->options, e->model->config_size);
    if (!e->model_config) {
        return no_memory(e->context);
    }
    snprintf(e->model_name, sizeof e->model_name, "%s", name);
    mann_status status = set_memories(e, "none");
    return status ? status : mann_experiment_settings(e, preset->settings);
}

static mann_status set_all(mann_experiment *e, const char *settings, bool pass_over);

mann_experiment *mann_experiment_alloc(mann_context *context, const char *task, const char *model)
{
    mann_experiment *e = calloc(1, sizeof *e);
    if (!e) {
        no_memory(context);
        return NULL;
    }
    e->context = context;
    e->seed = 1;
    mann_options_default(train_options, &e->train);
    mann_status status = set_task(e, task);
    const char *usual = e->task && e->task->model ? e->task->model : "ntm";
    status = status ? status : set_model(e, model ? model : usual);
    if (!status && e->task->defaults) {
        status = set_all(e, e->task->defaults, true);
    }
    if (status) {
        mann_experiment_free(e);
        return NULL;
    }
    return e;
}

void mann_experiment_free(mann_experiment *e)
{
    if (!e) {
        return;
    }
    for (int32_t i = 0; i < e->n_memories; i++) {
        free(e->memory[i].config);
    }
    free(e->task_config);
    free(e->model_config);
    free(e);
}

static void *duplicate(const void *config, size_t size)
{
    void *copy = malloc(size ? size : 1);
    if (copy) {
        memcpy(copy, config, size);
    }
    return copy;
}

mann_experiment *mann_experiment_copy(mann_context *context, const mann_experiment *e)
{
    mann_experiment *copy = duplicate(e, sizeof *e);
    if (!copy) {
        no_memory(context);
        return NULL;
    }
    copy->context = context;
    copy->task_config = duplicate(e->task_config, e->task->config_size);
    copy->model_config = duplicate(e->model_config, e->model->config_size);
    bool good = copy->task_config && copy->model_config;
    for (int32_t i = 0; i < e->n_memories; i++) {
        copy->memory[i].config = duplicate(e->memory[i].config, e->memory[i].type->config_size);
        good = good && copy->memory[i].config;
    }
    if (!good) {
        mann_experiment_free(copy);
        no_memory(context);
        return NULL;
    }
    return copy;
}

static mann_status set_seed(mann_experiment *e, const char *value)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(value, &end, 10);
    if (end == value || *end || errno || !isdigit((unsigned char)value[0])) {
        return mann_fail(e->context, MANN_E_INVAL,
                         "seed: '%s' is not a whole number from 0 to 2^64 - 1", value);
    }
    e->seed = seed;
    return MANN_OK;
}

/* "memory" is 0, "memory2" is 1, ...; -1: none of them. */
static int32_t memory_index(const char *section, size_t length)
{
    if (length < 6 || strncmp(section, "memory", 6)) {
        return -1;
    }
    if (length == 6) {
        return 0;
    }
    return length == 7 && section[6] >= '2' && section[6] <= '9' ? section[6] - '1' : -1;
}

void mann_experiment_memory_section(int32_t i, char section[16])
{
    strcpy(section, "memory");
    if (i) {
        section[6] = (char)('1' + i);
        section[7] = '\0';
    }
}

void mann_experiment_memories(const mann_experiment *e, char *text, size_t size)
{
    snprintf(text, size, "none");
    for (int32_t i = 0; i < e->n_memories; i++) {
        size_t used = i ? strlen(text) : 0;
        snprintf(text + used, size - used, "%s%s", i ? "+" : "", e->memory[i].type->name);
    }
}

static mann_status unknown_section(mann_experiment *e, const char *key)
{
    static const char *const sections[] = {"task", "model", "memory", "train", "seed"};
    char section[64];
    snprintf(section, sizeof section, "%.*s", (int)strcspn(key, "."), key);
    const char *near = mann_nearest(section, sections, 5);
    return mann_fail(e->context, MANN_E_INVAL,
                     "unknown option '%s'; options are called task.*, model.*, memory.*, train.* "
                     "or seed%s%s%s",
                     key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Says so where a user types a former name; files keep theirs. */
static mann_status set_option(mann_experiment *e, const char *section, const mann_option *table,
                              void *config, const char *name, const char *value)
{
    const mann_option *row = mann_option_find(table, name);
    if (row && !e->from_file && strcmp(row->name, name)) {
        mann_log(e->context, MANN_LOG_INFO, "%s.%s is called %s.%s now", section, name, section,
                 row->name);
    }
    return mann_option_set(e->context, section, table, config, name, value);
}

mann_status mann_experiment_set(mann_experiment *e, const char *key, const char *value)
{
    size_t length = strcspn(key, ".");
    const char *name = key[length] ? key + length + 1 : "";
    char section[64];
    snprintf(section, sizeof section, "%.*s", (int)length, key);
    int32_t memory = memory_index(key, length);
    if (!strcmp(key, "seed")) {
        return set_seed(e, value);
    }
    if (!strcmp(section, "task")) {
        return set_option(e, section, e->task->options, e->task_config, name, value);
    }
    if (!strcmp(key, "model.memory")) {
        return set_memories(e, value);
    }
    if (!strcmp(section, "model")) {
        return set_option(e, section, e->model->options, e->model_config, name, value);
    }
    if (!strcmp(section, "train")) {
        return set_option(e, section, train_options, &e->train, name, value);
    }
    if (memory >= e->n_memories) {
        return mann_fail(e->context, MANN_E_INVAL, "%s: the model has %d external memor%s", key,
                         e->n_memories, e->n_memories == 1 ? "y" : "ies");
    }
    if (memory >= 0) {
        return set_option(e, section, e->memory[memory].type->options, e->memory[memory].config,
                          name, value);
    }
    return unknown_section(e, key);
}

/* Whether the experiment's present task, model and memories have the option. */
static bool has_option(const mann_experiment *e, const char *key)
{
    size_t length = strcspn(key, ".");
    const char *name = key[length] ? key + length + 1 : "";
    int32_t memory = memory_index(key, length);
    if (memory >= 0) {
        return memory < e->n_memories &&
               mann_option_find(e->memory[memory].type->options, name) != NULL;
    }
    return strncmp(key, "model.", 6) || mann_option_find(e->model->options, name);
}

/* "key=value key=value"; those that are not there are an error, or are passed over. */
static mann_status set_all(mann_experiment *e, const char *settings, bool pass_over)
{
    mann_items items;
    if (!mann_items_begin(&items, settings, " ")) {
        return mann_fail(e->context, MANN_E_INVAL, "settings longer than %d bytes",
                         MANN_TEXT_SIZE - 1);
    }
    for (char *word; (word = mann_items_next(&items));) {
        char *value = mann_items_value(word);
        if (!value) {
            return mann_fail(e->context, MANN_E_INVAL, "'%s' is not of the form key=value", word);
        }
        bool there = !pass_over || has_option(e, word);
        mann_status status = there ? mann_experiment_set(e, word, value) : MANN_OK;
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

mann_status mann_experiment_settings(mann_experiment *e, const char *settings)
{
    return set_all(e, settings, false);
}

mann_status mann_experiment_check(const mann_experiment *e)
{
    for (int32_t i = 0; i < e->n_memories; i++) {
        const mann_memory_type *type = e->memory[i].type;
        mann_status status = type->check ? type->check(e->context, e->memory[i].config) : MANN_OK;
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

const mann_train_config *mann_experiment_train(const mann_experiment *e)
{
    return &e->train;
}

uint64_t mann_experiment_seed(const mann_experiment *e)
{
    return e->seed;
}

const mann_task_type *mann_experiment_task(const mann_experiment *e)
{
    return e->task;
}

const char *mann_experiment_task_name(const mann_experiment *e)
{
    return e->task_name;
}

const char *mann_experiment_model_name(const mann_experiment *e)
{
    return e->model_name;
}

static void append_option(const mann_option *table, const void *config, const char *name,
                          const char *format, char *text, size_t size)
{
    const mann_option *row = mann_option_find(table, name);
    size_t used = strlen(text);
    char value[MANN_TEXT_SIZE];
    if (row && used < size) {
        mann_option_format(row, config, value, sizeof value);
        snprintf(text + used, size - used, format, value);
    }
}

void mann_experiment_describe(const mann_experiment *e, char *text, size_t size)
{
    snprintf(text, size, "%s", e->model_name);
    for (int32_t i = 0; i < e->n_memories; i++) {
        const mann_option *table = e->memory[i].type->options;
        append_option(table, e->memory[i].config, "locations", " %s", text, size);
        append_option(table, e->memory[i].config, "width",
                      mann_option_find(table, "locations") ? "×%s" : " %s", text, size);
        append_option(table, e->memory[i].config, "read_heads", " %sR", text, size);
        append_option(table, e->memory[i].config, "write_heads", "%sW", text, size);
    }
    append_option(e->model->options, e->model_config, "controller", ", %s", text, size);
    append_option(e->model->options, e->model_config, "hidden", " %s", text, size);
}
