/* Running one example, and recording what the model tags into a trace.
 *
 * A value tagged twice in a step (two memories of one kind) gets its number behind its name. */
#include "io/trace/trace_format.h"
#include "network/crew.h"

#include <stdio.h>
#include <string.h>

typedef struct recorder {
    mann_context *context;
    mann_trace *trace;
    mann_status status;
    int32_t step;
    struct {
        char name[48];
        int32_t times;
    } seen[96]; /* tags of the present step */
    int32_t n_seen;
} recorder;

static int32_t times_seen(recorder *r, const char *name)
{
    for (int32_t i = 0; i < r->n_seen; i++) {
        if (!strcmp(r->seen[i].name, name)) {
            return ++r->seen[i].times;
        }
    }
    if (r->n_seen < (int32_t)(sizeof r->seen / sizeof r->seen[0])) {
        snprintf(r->seen[r->n_seen].name, sizeof r->seen[0].name, "%s", name);
        r->seen[r->n_seen++].times = 1;
    }
    return 1;
}

/* Row 0 of a value [B, ...], contiguous. */
static void copy_row(const mann_tensor *value, float *to)
{
    int32_t n1 = value->rank > 1 ? value->n[1] : 1, n2 = value->rank > 2 ? value->n[2] : 1;
    int32_t n3 = value->rank > 3 ? value->n[3] : 1;
    for (int32_t i = 0; i < n1; i++) {
        for (int32_t j = 0; j < n2; j++) {
            for (int32_t k = 0; k < n3; k++) {
                size_t at = (size_t)i * (size_t)value->stride[1] +
                            (size_t)j * (size_t)value->stride[2] +
                            (size_t)k * (size_t)value->stride[3];
                *to++ = (float)((const mann_real *)value->value)[at];
            }
        }
    }
}

static const mann_trace_array *add_tagged(recorder *r, const char *name, const mann_tag_info *info,
                                          const mann_tensor *value)
{
    mann_trace_array *array = mann_trace_add(r->context, r->trace, name, info->kind,
                                             value->rank - 1, value->n + 1, info->axis);
    if (array) {
        array->role = info->role;
        array->access = info->access;
        snprintf(array->group, sizeof array->group, "%s", info->group);
    }
    return array;
}

static void observe(void *user, const mann_tag_info *info, int32_t step, const mann_tensor *value)
{
    recorder *r = user;
    if (r->status || step >= r->trace->steps) {
        return;
    }
    if (step != r->step) {
        r->step = step;
        r->n_seen = 0;
    }
    char name[64];
    int32_t times = times_seen(r, info->name);
    snprintf(name, sizeof name, times > 1 ? "%s%d" : "%s", info->name, times);
    const mann_trace_array *array = mann_trace_find(r->trace, name);
    array = array ? array : add_tagged(r, name, info, value);
    if (!array) {
        r->status = MANN_E_NOMEM;
        return;
    }
    size_t size = mann_size(value) / (size_t)value->n[0];
    copy_row(value, array->data + (size_t)step * size);
}

static mann_kind kind_of_target(mann_target target)
{
    return target == MANN_TARGET_BITS   ? MANN_KIND_BITS
           : target == MANN_TARGET_REAL ? MANN_KIND_SIGNED
                                        : MANN_KIND_DISTRIBUTION;
}

/* Bits, unless the numbers say otherwise: an input of a task with real targets is real too. */
static mann_kind kind_of(const float *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!(data[i] >= 0 && data[i] <= 1)) {
            return MANN_KIND_SIGNED;
        }
    }
    return MANN_KIND_BITS;
}

/* Of what a task gives or asks for, which its name tells. */
static mann_status add_array(mann_context *context, mann_trace *trace, const char *name,
                             mann_kind kind, const char *axis, int32_t width, const float *data)
{
    mann_trace_array *array =
        mann_trace_add(context, trace, name, kind, axis ? 1 : 0, &width, &axis);
    if (!array) {
        return MANN_E_NOMEM;
    }
    mann_trace_known(array);
    size_t size = (size_t)trace->steps * (size_t)(axis ? width : 1);
    memcpy(array->data, data, size * sizeof *data);
    return MANN_OK;
}

/* Where pointers are to point, a row with a 1 for each step. */
static mann_status add_pointers(mann_context *context, mann_trace *trace, int32_t places,
                                const int32_t *target)
{
    mann_trace_array *array = mann_trace_add(context, trace, "target", MANN_KIND_DISTRIBUTION, 1,
                                             &places, (const char *[]){"channel"});
    for (int32_t t = 0; array && t < trace->steps; t++) {
        if (target[t] >= 0 && target[t] < places) {
            array->data[(size_t)t * (size_t)places + (size_t)target[t]] = 1;
        }
    }
    return array ? MANN_OK : MANN_E_NOMEM;
}

/* What else the task put beside input and target, a row per step: what an ideal observer predicts,
 * say. Arrays of other lengths are not of the episode. */
static mann_status add_others(mann_context *context, const mann_example *example, mann_trace *trace)
{
    mann_status status = MANN_OK;
    for (int32_t i = 0; !status && i < example->n_arrays; i++) {
        const mann_array *a = &example->array[i];
        if (mann_trace_find(trace, a->name) || a->type != MANN_REAL || a->n[0] != example->steps ||
            a->rank > 2) {
            continue;
        }
        bool rows = a->rank == 2;
        size_t size = (size_t)a->n[0] * (size_t)(rows ? a->n[1] : 1);
        status = add_array(context, trace, a->name, kind_of(a->data, size), rows ? "channel" : NULL,
                           rows ? a->n[1] : 1, a->data);
    }
    return status;
}

/* The header, the task's own arrays and its notes. */
static mann_status describe(mann_context *context, const mann_network *network,
                            const mann_task *task, const mann_example *example, mann_trace *trace)
{
    const mann_io_shape *io = &task->io;
    snprintf(trace->task, sizeof trace->task, "%.*s", (int)sizeof trace->task - 1,
             network->experiment->task_name);
    mann_experiment_describe(network->experiment, trace->model, sizeof trace->model);
    trace->seed = example->seed;
    trace->index = example->index;
    trace->steps = example->steps;
    trace->length = example->label[0];
    trace->target = io->target;
    mann_notes notes;
    mann_task_annotate(task, example, &notes);
    for (int32_t i = 0; i < notes.count; i++) {
        mann_trace_note(trace, notes.span[i].name, notes.span[i].mark, notes.span[i].first,
                        notes.span[i].last);
    }
    const mann_array *input = mann_example_find(example, "input");
    const mann_array *target = mann_example_find(example, "target");
    const mann_array *mask = mann_example_find(example, "mask");
    mann_status status = MANN_OK;
    if (input) {
        size_t size = (size_t)example->steps * (size_t)io->inputs;
        status = add_array(context, trace, "input", kind_of(input->data, size), "channel",
                           io->inputs, input->data);
    }
    if (!status && target && target->type == MANN_INT32) {
        status = add_pointers(context, trace, mann_io_outputs(io, example), target->data);
    } else if (!status && input && target) {
        status = add_array(context, trace, "target", kind_of_target(io->target), "channel",
                           io->outputs, target->data);
    }
    if (!status && mask) {
        status = add_array(context, trace, "mask", MANN_KIND_GATE, NULL, 1, mask->data);
    }
    return status ? status : add_others(context, example, trace);
}

static mann_status run(mann_crew *crew, const mann_task *task, const mann_example *example,
                       float *prediction, mann_trace *trace)
{
    mann_worker *worker = &crew->worker[0];
    recorder r = {.context = crew->context, .trace = trace, .step = -1};
    if (trace) {
        mann_status status = describe(crew->context, crew->network, task, example, trace);
        if (status) {
            return status;
        }
        mann_tape_observe(worker->tape, observe, &r);
    }
    mann_batch batch = {1, &example};
    mann_outputs outputs;
    mann_status status = mann_crew_forward(crew, worker, &batch, MANN_EVALUATE, NULL, &outputs);
    mann_tape_observe(worker->tape, NULL, NULL);
    if (status) {
        return mann_fail(crew->context, status, "%s", mann_tape_message(worker->tape));
    }
    const float *made = mann_crew_prediction(crew, worker, &batch, &outputs, 0);
    if (!made) {
        return mann_fail(crew->context, MANN_E_NOMEM, "out of memory for a prediction");
    }
    const mann_io_shape *io = &task->io;
    int32_t width = mann_io_outputs(io, example);
    memcpy(prediction, made, (size_t)example->steps * (size_t)width * sizeof *prediction);
    if (trace && !r.status) {
        r.status = add_array(crew->context, trace, "output", kind_of_target(io->target), "channel",
                             width, prediction);
    }
    return r.status;
}

mann_status mann_network_run(mann_context *context, const mann_network *network,
                             const mann_task *task, const mann_example *example, float *prediction,
                             mann_trace *trace)
{
    mann_crew *crew = mann_crew_alloc(context, network, 1, 1);
    mann_status status = crew ? run(crew, task, example, prediction, trace) : MANN_E_NOMEM;
    mann_crew_free(crew);
    return status;
}
