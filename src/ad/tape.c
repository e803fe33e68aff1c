/* The tape: nodes in the order they ran, values in an arena. backward.c walks back. */
#include "ad/tape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_CHUNK = 1 << 16 };

mann_tape *mann_tape_alloc(mann_context *context)
{
    const mann_kernels *kernels = mann_kernels_choose(context);
    if (!kernels) {
        return NULL;
    }
    mann_tape *tape = calloc(1, sizeof *tape);
    if (tape) {
        tape->context = context;
        tape->kernels = kernels;
        tape->nodes = mann_arena_alloc(FIRST_CHUNK);
        tape->values = mann_arena_alloc(FIRST_CHUNK);
        tape->grads = mann_arena_alloc(FIRST_CHUNK);
        tape->dummy = (mann_tensor){.value = tape->dummy_value,
                                    .grad = tape->dummy_grad,
                                    .owner = &tape->dummy,
                                    .rank = 2,
                                    .n = {1, 1, 1, 1},
                                    .stride = {1, 1, 1, 1},
                                    .keeps_grad = true};
    }
    if (!tape || !tape->nodes || !tape->values || !tape->grads) {
        mann_tape_free(tape);
        mann_fail(context, MANN_E_NOMEM, "out of memory for a tape");
        return NULL;
    }
    return tape;
}

static void unbind(mann_tape *tape)
{
    for (int32_t i = 0; i < tape->n_params; i++) {
        free(tape->pending[i].x);
        free(tape->pending[i].dy);
    }
    free(tape->param);
    free(tape->pending);
    tape->param = NULL;
    tape->pending = NULL;
    tape->params = NULL;
    tape->n_params = 0;
}

void mann_tape_free(mann_tape *tape)
{
    if (!tape) {
        return;
    }
    unbind(tape);
    mann_arena_free(tape->nodes);
    mann_arena_free(tape->values);
    mann_arena_free(tape->grads);
    free(tape);
}

static void bind_param(mann_tape *tape, const mann_params *params, mann_handle i, mann_real *grad)
{
    const mann_param_info *info = mann_params_info(params, i);
    mann_real *values = mann_params_values((mann_params *)params);
    tape->param[i] = (mann_tensor){
        .value = values + info->offset,
        .grad = grad ? grad + info->offset : NULL,
        .shadow = mann_params_shadow(params) + info->offset,
        .owner = &tape->param[i],
        .rank = 2,
        .n = {info->rows, info->cols, 1, 1},
        .stride = {info->cols, 1, 1, 1},
        .needs_grad = grad != NULL,
        .keeps_grad = true,
    };
}

/* Whether the buffers made for the parameters bound before fit. Their address says nothing: it may
 * be that of others that are gone. */
static bool bound_alike(const mann_tape *tape, const mann_params *params)
{
    bool alike = tape->params && tape->n_params == mann_params_number(params);
    for (int32_t i = 0; alike && i < tape->n_params; i++) {
        alike = tape->param[i].n[1] == mann_params_info(params, i)->cols;
    }
    return alike;
}

mann_status mann_tape_bind(mann_tape *tape, const mann_params *params, mann_real *grad)
{
    int32_t count = mann_params_number(params);
    if (!bound_alike(tape, params)) {
        unbind(tape);
        tape->param = calloc((size_t)count + 1, sizeof *tape->param);
        tape->pending = calloc((size_t)count + 1, sizeof *tape->pending);
        if (!tape->param || !tape->pending) {
            unbind(tape);
            mann_tape_fail(tape, MANN_E_NOMEM, "out of memory for parameters on the tape");
            return MANN_E_NOMEM;
        }
        tape->n_params = count;
    }
    tape->params = params;
    for (int32_t i = 0; i < count; i++) {
        bind_param(tape, params, i, grad);
    }
    return MANN_OK;
}

void mann_tape_reset(mann_tape *tape, mann_mode mode)
{
    mann_arena_reset(tape->nodes);
    mann_arena_reset(tape->values);
    mann_arena_reset(tape->grads);
    memset(tape->free_gradient, 0, sizeof tape->free_gradient);
    for (int32_t i = 0; i < tape->n_params; i++) {
        tape->pending[i].rows = 0;
    }
    tape->first = tape->last = NULL;
    tape->recorded = 0;
    tape->step = tape->steps = 0;
    tape->mode = mode;
    tape->status = MANN_OK;
    tape->message[0] = '\0';
    tape->scope = NULL;
    tape->index = NULL;
    tape->trained = tape->epoch = 0;
}

void mann_tape_sequences(mann_tape *tape, uint64_t seed, const uint64_t *index)
{
    tape->seed = seed;
    tape->index = index;
}

mann_rng mann_tape_stream(const mann_tape *tape, const char *purpose, int32_t row)
{
    return mann_rng_stream(tape->seed, purpose, tape->index ? tape->index[row] : (uint64_t)row);
}

void mann_tape_trained(mann_tape *tape, double sequences, double epoch)
{
    tape->trained = sequences;
    tape->epoch = epoch;
}

bool mann_tape_within(const mann_tape *tape, mann_span span)
{
    return tape->trained < mann_span_sequences(span, tape->epoch);
}

void mann_tape_step(mann_tape *tape, int32_t step)
{
    tape->step = step;
}

void mann_tape_rows(mann_tape *tape, int32_t steps, const int32_t *start)
{
    tape->steps = steps;
    tape->start = start;
}

mann_status mann_tape_status(const mann_tape *tape)
{
    return tape->status;
}

const char *mann_tape_message(const mann_tape *tape)
{
    return tape->message;
}

mann_var mann_tape_fail(mann_tape *tape, mann_status status, const char *format, ...)
{
    if (!tape->status) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(tape->message, sizeof tape->message, format, arguments);
        va_end(arguments);
        tape->status = status;
    }
    return &tape->dummy;
}

mann_var mann_op_fail(mann_tape *tape, const mann_op *op, const char *format, ...)
{
    char reason[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return mann_tape_fail(tape, MANN_E_SHAPE, "%s: %s", op->name, reason);
}

static void *take(mann_tape *tape, mann_arena *arena, size_t size)
{
    void *taken = tape->status ? NULL : mann_arena_take(arena, size);
    if (!taken) {
        mann_tape_fail(tape, MANN_E_NOMEM, "out of memory on the tape, asking for %zu bytes", size);
    }
    return taken;
}

void *mann_tape_scratch(mann_tape *tape, size_t size)
{
    void *taken = take(tape, tape->values, size);
    if (taken) {
        memset(taken, 0, size);
    }
    return taken;
}

mann_var mann_tape_tensor(mann_tape *tape, int32_t rank, const int32_t *n, bool clear)
{
    if (tape->status) {
        return &tape->dummy;
    }
    if (rank < 0 || rank > MANN_MAX_RANK) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "a tensor of rank %d", rank);
    }
    mann_tensor *tensor = take(tape, tape->nodes, sizeof *tensor);
    if (!tensor) {
        return &tape->dummy;
    }
    *tensor = (mann_tensor){.rank = rank, .n = {1, 1, 1, 1}, .stride = {1, 1, 1, 1}};
    int64_t size = 1;
    for (int32_t i = rank - 1; i >= 0; i--) {
        if (n[i] < 1 || size > INT32_MAX) {
            return mann_tape_fail(tape, MANN_E_SHAPE, "a tensor of %d along dimension %d", n[i], i);
        }
        tensor->n[i] = n[i];
        tensor->stride[i] = (int32_t)size;
        size *= n[i];
    }
    size_t bytes = (size_t)size * sizeof(mann_real);
    tensor->value = take(tape, tape->values, bytes);
    tensor->owner = tensor;
    if (!tensor->value) {
        return &tape->dummy;
    }
    if (clear) {
        memset(tensor->value, 0, bytes);
    }
    return tensor;
}

mann_var mann_param(mann_tape *tape, mann_handle handle)
{
    if (handle < 0 || handle >= tape->n_params) {
        return mann_tape_fail(tape, MANN_E_INVAL, "parameter %d is not bound", handle);
    }
    return &tape->param[handle];
}

mann_var mann_input(mann_tape *tape, int32_t rank, const int32_t *n)
{
    return mann_tape_tensor(tape, rank, n, true);
}

mann_var mann_leaf(mann_tape *tape, int32_t rank, const int32_t *n)
{
    mann_var leaf = mann_tape_tensor(tape, rank, n, true);
    leaf->needs_grad = leaf->keeps_grad = leaf != &tape->dummy;
    return leaf;
}

mann_node *mann_node_make(mann_tape *tape, const mann_op *op, int32_t n_in, const mann_var *in,
                          int32_t n_out, size_t attr_size)
{
    size_t pointers = (size_t)(n_in + n_out) * sizeof(mann_var);
    mann_record *record = take(tape, tape->nodes, sizeof *record + pointers + attr_size + 16);
    if (!record) {
        return NULL;
    }
    memset(record, 0, sizeof *record + pointers + attr_size + 16);
    record->step = tape->step;
    mann_node *node = &record->node;
    node->op = op;
    node->tape = tape;
    node->in = (mann_var *)(record + 1);
    node->out = node->in + n_in;
    node->n_in = n_in;
    node->n_out = n_out;
    uintptr_t behind = (uintptr_t)(node->out + n_out);
    node->attr = (void *)((behind + 15) & ~(uintptr_t)15);
    memcpy(node->in, in, (size_t)n_in * sizeof *in);
    return node;
}

mann_var mann_node_output(mann_node *node, int32_t i, int32_t rank, const int32_t *n)
{
    return node->out[i] = mann_tape_tensor(node->tape, rank, n, false);
}

mann_var mann_node_run(mann_node *node)
{
    mann_tape *tape = node->tape;
    if (tape->status) {
        return &tape->dummy;
    }
    if (tape->profile) {
        int64_t start = mann_profile_now();
        node->op->forward(tape->kernels, node);
        mann_profile_add(tape->profile, node->op->name, mann_profile_now() - start, 0);
    } else {
        node->op->forward(tape->kernels, node);
    }
    bool needs_grad = false;
    for (int32_t i = 0; i < node->n_in; i++) {
        needs_grad |= node->in[i] && node->in[i]->needs_grad;
    }
    if (tape->mode == MANN_TRAIN && needs_grad) {
        mann_record *record = (mann_record *)node;
        record->previous = tape->last;
        if (tape->last) {
            tape->last->next = record;
        } else {
            tape->first = record;
        }
        tape->last = record;
        tape->recorded++;
        for (int32_t i = 0; i < node->n_out; i++) {
            node->out[i]->needs_grad = true;
        }
    }
    return node->out[0];
}

void mann_tape_replay(mann_tape *tape)
{
    for (mann_record *record = tape->first; record; record = record->next) {
        record->node.op->forward(tape->kernels, &record->node);
    }
}

void mann_tape_observe(mann_tape *tape, mann_observer *observer, void *user)
{
    tape->observer = observer;
    tape->observer_user = user;
}

bool mann_tape_observed(const mann_tape *tape)
{
    return tape->observer && !tape->status;
}

void mann_tape_scope(mann_tape *tape, const char *scope)
{
    tape->scope = scope;
}

void mann_tag(mann_tape *tape, const mann_tag_info *info, mann_var value)
{
    if (!mann_tape_observed(tape)) {
        return;
    }
    char group[MANN_GROUP_SIZE];
    const char *scope = tape->scope ? tape->scope : "", *own = info->group ? info->group : "";
    snprintf(group, sizeof group, "%s%s%s", scope, *scope && *own ? "." : "", own);
    mann_tag_info scoped = *info;
    scoped.group = group;
    tape->observer(tape->observer_user, &scoped, tape->step, value);
}

int64_t mann_profile_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void mann_profile_add(mann_profile *profile, const char *op, int64_t forward, int64_t backward)
{
    int32_t i = 0;
    while (i < profile->count && strcmp(profile->op[i].op, op)) {
        i++;
    }
    if (i == MANN_PROFILE_OPS) {
        return;
    }
    if (i == profile->count) {
        profile->count++;
        memset(&profile->op[i], 0, sizeof profile->op[i]);
        profile->op[i].op = op;
    }
    profile->op[i].calls += forward > 0;
    profile->op[i].forward_ns += forward;
    profile->op[i].backward_ns += backward;
}

void mann_tape_profile(mann_tape *tape, mann_profile *profile)
{
    tape->profile = profile;
}

/* The first row of a tensor with a number that is not finite, or -1. */
static int32_t nonfinite_row(const mann_tensor *tensor)
{
    const mann_real *value = tensor->value;
    size_t size = mann_size(tensor), row = size / (size_t)tensor->n[0];
    for (size_t i = 0; i < size; i++) {
        if (!isfinite(value[i])) {
            return (int32_t)(i / row);
        }
    }
    return -1;
}

/* The step of row r of packed rows. */
static int32_t step_of(const mann_tape *tape, int32_t r)
{
    int32_t t = 0;
    while (tape->start[t + 1] <= r) {
        t++;
    }
    return t;
}

/* The step at which an operation went wrong, -1 if it did not. */
static int32_t nonfinite_step(const mann_tape *tape, const mann_record *record)
{
    int32_t step = -1;
    for (int32_t i = 0; i < record->node.n_out; i++) {
        const mann_tensor *out = record->node.out[i];
        int32_t row = nonfinite_row(out);
        if (row >= 0 && tape->steps > 1 && out->n[0] == tape->start[tape->steps]) {
            return step_of(tape, row);
        }
        step = row >= 0 ? record->step : step;
    }
    return step;
}

bool mann_tape_find_nonfinite(const mann_tape *tape, char *text, size_t size)
{
    int32_t place = 1;
    for (mann_record *record = tape->first; record; record = record->next, place++) {
        int32_t step = nonfinite_step(tape, record);
        if (step >= 0) {
            snprintf(text, size, "%s at step %d (operation %d of %d)", record->node.op->name, step,
                     place, tape->recorded);
            return true;
        }
    }
    return false;
}
