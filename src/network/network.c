/* Networks: an opened task, a model and its parameters. */
#include "network/network.h"

#include "base/items.h"
#include "network/epoch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mann_task_free(mann_task *task)
{
    if (task && atomic_fetch_sub(&task->users, 1) == 1) {
        if (task->self && task->type->close) {
            task->type->close(task->self);
        }
        free(task->self);
        free(task);
    }
}

static mann_task *open_task(mann_context *context, const mann_experiment *e)
{
    mann_task *task = calloc(1, sizeof *task);
    void *self = calloc(1, e->task->self_size ? e->task->self_size : 1);
    if (!task || !self) {
        free(task);
        free(self);
        mann_fail(context, MANN_E_NOMEM, "out of memory for a task");
        return NULL;
    }
    task->type = e->task;
    mann_status status = e->task->open(context, self, e->task_config, &task->io);
    if (status) {
        if (mann_context_status(context) != status) {
            mann_fail(context, status, "out of memory for a task");
        }
        free(self); /* open has cleaned up after itself */
        free(task);
        return NULL;
    }
    task->self = self;
    atomic_init(&task->users, 1);
    mann_io_usual_ports(&task->io);
    return task;
}

static mann_task *share(mann_task *task)
{
    atomic_fetch_add(&task->users, 1);
    return task;
}

/* "length=40 bits=8" set on the task of e. */
static mann_status set_on_task(mann_experiment *e, const char *settings)
{
    mann_items items;
    if (!mann_items_begin(&items, settings, " ,")) {
        return mann_fail(e->context, MANN_E_INVAL, "settings longer than %d bytes",
                         MANN_TEXT_SIZE - 1);
    }
    for (char *word; (word = mann_items_next(&items));) {
        char key[MANN_TEXT_SIZE + 8], *value = mann_items_value(word);
        if (!value) {
            return mann_fail(e->context, MANN_E_INVAL, "'%s' is not of the form option=value",
                             word);
        }
        snprintf(key, sizeof key, "task.%s", word);
        mann_status status = mann_experiment_set(e, key, value);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

mann_task *mann_task_open(mann_context *context, const mann_network *network, const char *settings)
{
    mann_experiment *e = mann_experiment_copy(context, network->experiment);
    mann_task *task = NULL;
    if (e && !set_on_task(e, settings)) {
        bool same = !memcmp(e->task_config, network->experiment->task_config, e->task->config_size);
        task = same ? share(network->task) : open_task(context, e);
    }
    mann_experiment_free(e);
    const mann_io_shape *is = task ? &task->io : NULL, *was = &network->task->io;
    if (is &&
        (is->target != was->target || is->inputs != was->inputs || is->outputs != was->outputs ||
         is->vocabulary != was->vocabulary || is->words != was->words)) {
        mann_fail(context, MANN_E_INVAL,
                  "%s: the task then has %d inputs and %d outputs, but the network %d and %d%s",
                  settings, is->inputs, is->outputs, was->inputs, was->outputs,
                  was->vocabulary ? "; or its words are others" : "");
        mann_task_free(task);
        return NULL;
    }
    return task;
}

static const char *const split_purpose[] = {"train", "validation", "test"};

int32_t mann_task_count(const mann_task *task, mann_split_kind split)
{
    return task->type->count ? task->type->count(task->self, split) : 0;
}

int32_t mann_task_sequences(const mann_task *task, mann_split_kind split, int64_t asked)
{
    enum { USUAL = 100 };
    int32_t count = mann_task_count(task, split);
    int64_t most = count ? count : INT32_MAX;
    asked = asked ? asked : count ? count : USUAL;
    return (int32_t)(asked < most ? asked : most);
}

mann_status mann_task_sample(const mann_task *task, mann_split_kind split, uint64_t seed,
                             uint64_t index, mann_example *out)
{
    mann_rng rng = mann_rng_stream(seed, split_purpose[split], index);
    uint32_t count = (uint32_t)mann_task_count(task, split);
    uint64_t number = count ? mann_epoch_example(seed, index, count) : index;
    mann_status status = task->type->sample(task->self, split, number, &rng, out);
    out->seed = seed;
    out->index = index;
    return status;
}

void mann_task_score(const mann_task *task, const mann_example *truth, const float *prediction,
                     mann_score *score)
{
    if (task->type->score) {
        task->type->score(task->self, truth, prediction, score);
    } else {
        mann_score_usual(&task->io, truth, prediction, score);
    }
}

void mann_task_annotate(const mann_task *task, const mann_example *truth, mann_notes *notes)
{
    notes->count = 0;
    if (task->type->annotate) {
        task->type->annotate(task->self, truth, notes);
    }
}

int32_t mann_task_pose_width(const mann_task *task)
{
    return task->type->pose ? task->type->pose_width(task->self) : 0;
}

const char *mann_task_word(const mann_task *task, int32_t token)
{
    bool any = token >= 0 && token < task->io.vocabulary;
    return any ? task->type->word(task->self, token) : NULL;
}

mann_status mann_task_pose(mann_context *context, const mann_task *task, const float *row,
                           int32_t rows, mann_example *out)
{
    return task->type->pose(context, task->self, row, rows, out);
}

mann_status mann_task_pose_text(mann_context *context, const mann_task *task, const char *name,
                                const char *text, size_t size, mann_example *out)
{
    return task->type->pose_text(context, task->self, name, text, size, out);
}

static mann_model_setup setup_of(const mann_network *network)
{
    const mann_experiment *e = network->experiment;
    mann_model_setup setup = {
        .config = e->model_config, .io = network->task->io, .n_memories = e->n_memories};
    memcpy(setup.memory, e->memory, sizeof setup.memory);
    return setup;
}

/* Whether the task gives what the model reads, and the model does what the task asks of it and
 * drives the memories. */
static mann_status check_suits(mann_context *context, const mann_experiment *e,
                               const mann_io_shape *io)
{
    char given[256];
    mann_io_port_names(io, given, sizeof given);
    for (const char *const *name = e->model->ports; name && *name; name++) {
        if (!mann_io_port(io, *name)) {
            return mann_fail(context, MANN_E_INVAL,
                             "%s reads '%s', but %s gives %s; mann models lists others",
                             e->model_name, *name, e->task_name, given);
        }
    }
    bool points = false;
    for (const char *const *name = e->model->ports; name && *name; name++) {
        points = points || !strcmp(*name, "choices");
    }
    if (io->target == MANN_TARGET_POINTER && !points) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s has a fixed number of outputs, but %s asks it to point at the places "
                         "of each example; mann models lists others",
                         e->model_name, e->task_name);
    }
    if (e->n_memories > e->model->memories) {
        return mann_fail(context, MANN_E_INVAL,
                         "model.memory: %s drives no external memory; use none", e->model_name);
    }
    return MANN_OK;
}

/* Makes the model of a network whose task is open; parameters are announced. */
static bool make_model(mann_context *context, mann_network *network)
{
    const mann_model_type *type = network->experiment->model;
    int64_t count = mann_task_count(network->task, MANN_SPLIT_TRAIN);
    network->epoch = count ? (double)count : MANN_EPOCH;
    network->params = mann_params_alloc(context);
    if (!network->params || check_suits(context, network->experiment, &network->task->io)) {
        return false;
    }
    network->model = calloc(1, type->self_size);
    if (!network->model) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a model");
        return false;
    }
    mann_model_setup setup = setup_of(network);
    return !type->init(context, network->model, &setup, network->params) &&
           !mann_params_announced(network->params);
}

/* task: to be shared; NULL: it is opened. */
static mann_network *announce(mann_context *context, const mann_experiment *experiment,
                              mann_task *task)
{
    mann_network *network = calloc(1, sizeof *network);
    if (!network) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a network");
        return NULL;
    }
    network->context = context;
    network->experiment = mann_experiment_copy(context, experiment);
    if (network->experiment && !task && experiment->task->resolve) {
        experiment->task->resolve(network->experiment->task_config);
    }
    if (network->experiment) {
        network->task = task ? share(task) : open_task(context, network->experiment);
    }
    if (!network->task || !make_model(context, network)) {
        mann_network_free(network);
        return NULL;
    }
    return network;
}

static mann_network *filled(mann_network *network)
{
    if (network && mann_params_fill(network->params, network->experiment->seed)) {
        mann_network_free(network);
        return NULL;
    }
    return network;
}

mann_network *mann_network_announce(mann_context *context, const mann_experiment *experiment)
{
    return mann_experiment_check(experiment) ? NULL : announce(context, experiment, NULL);
}

mann_network *mann_network_alloc(mann_context *context, const mann_experiment *experiment)
{
    return filled(mann_network_announce(context, experiment));
}

mann_network *mann_network_twin(mann_context *context, const mann_network *network)
{
    return filled(announce(context, network->experiment, network->task));
}

mann_status mann_network_ready(const mann_network *network, mann_tape *tape, mann_mode mode,
                               mann_real *grad, uint64_t seed, const uint64_t *index)
{
    mann_tape_reset(tape, mode);
    mann_status status = mann_tape_bind(tape, network->params, grad);
    mann_tape_sequences(tape, seed, index);
    mann_tape_trained(tape, network->trained, network->epoch);
    mann_tape_hard(tape, network->hard);
    return status;
}

void mann_network_free(mann_network *network)
{
    if (!network) {
        return;
    }
    if (network->model && network->experiment->model->close) {
        network->experiment->model->close(network->model);
    }
    free(network->model);
    mann_params_free(network->params);
    mann_task_free(network->task);
    mann_experiment_free(network->experiment);
    free(network);
}

mann_params *mann_network_params(const mann_network *network)
{
    return network->params;
}

const mann_experiment *mann_network_experiment(const mann_network *network)
{
    return network->experiment;
}

const mann_io_shape *mann_network_io(const mann_network *network)
{
    return &network->task->io;
}

void mann_network_hard(mann_network *network, bool hard)
{
    network->hard = hard;
}

double mann_network_multiply_adds(const mann_network *network)
{
    mann_model_setup setup = setup_of(network);
    return network->experiment->model->multiply_adds(&setup);
}

const mann_task *mann_network_task(const mann_network *network)
{
    return network->task;
}
