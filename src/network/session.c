/* A model step by step. The tape is reset before each step; what the state was is kept outside of
 * it meanwhile, as plain numbers. */
#include "network/network.h"
#include "nn/dense.h"

#include <mann/session.h>
#include <stdlib.h>
#include <string.h>

/* A tensor of the state, contiguous; rank 0: there is none. */
typedef struct kept {
    int32_t rank, n[MANN_MAX_RANK];
    mann_real *value;
    size_t room; /* numbers that value has room for */
} kept;

struct mann_session {
    mann_context *context;
    const mann_network *network;
    mann_tape *tape;
    int32_t batch, steps, states;
    uint64_t seed, *index; /* [batch] */
    kept state[MANN_MAX_STATE];
    float *output; /* [batch, outputs] */
};

static mann_status no_memory(const mann_session *session)
{
    return mann_fail(session->context, MANN_E_NOMEM, "out of memory for a session");
}

mann_session *mann_session_alloc(mann_context *context, const mann_network *network)
{
    const mann_model_type *model = network->experiment->model;
    if (!model->step) {
        mann_fail(context, MANN_E_INVAL,
                  "%s does not run step by step: it sees a whole example at once", model->name);
        return NULL;
    }
    mann_session *session = calloc(1, sizeof *session);
    if (!session) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a session");
        return NULL;
    }
    session->context = context;
    session->network = network;
    session->states = model->states(network->model);
    session->tape = mann_tape_alloc(context);
    if (!session->tape) {
        mann_session_free(session);
        return NULL;
    }
    return session;
}

void mann_session_free(mann_session *session)
{
    if (!session) {
        return;
    }
    for (int32_t i = 0; i < session->states; i++) {
        free(session->state[i].value);
    }
    mann_tape_free(session->tape);
    free(session->index);
    free(session->output);
    free(session);
}

/* Room for numbers in what is kept. */
static bool reserve(kept *to, size_t numbers)
{
    if (to->room < numbers) {
        mann_real *larger = realloc(to->value, numbers * sizeof *larger);
        if (!larger) {
            return false;
        }
        to->value = larger;
        to->room = numbers;
    }
    return true;
}

/* Where number i of a tensor stands, whatever its strides. */
static size_t place(const mann_tensor *x, size_t i)
{
    size_t at = 0;
    for (int32_t axis = x->rank - 1; axis >= 0; axis--) {
        at += i % (size_t)x->n[axis] * (size_t)x->stride[axis];
        i /= (size_t)x->n[axis];
    }
    return at;
}

/* Keeps the state that is on the tape; on failure what was kept stays. */
static mann_status keep(mann_session *session, mann_var *state)
{
    for (int32_t i = 0; i < session->states; i++) {
        if (state[i] && !reserve(&session->state[i], mann_size(state[i]))) {
            return no_memory(session);
        }
    }
    for (int32_t i = 0; i < session->states; i++) {
        kept *to = &session->state[i];
        to->rank = state[i] ? state[i]->rank : 0;
        if (state[i]) {
            memcpy(to->n, state[i]->n, sizeof to->n);
            for (size_t k = 0; k < mann_size(state[i]); k++) {
                to->value[k] = mann_value(state[i])[place(state[i], k)];
            }
        }
    }
    return MANN_OK;
}

static mann_status tape_failed(const mann_session *session)
{
    return mann_fail(session->context, mann_tape_status(session->tape), "%s",
                     mann_tape_message(session->tape));
}

static mann_status reset(mann_session *session)
{
    return mann_network_ready(session->network, session->tape, MANN_EVALUATE, NULL, session->seed,
                              session->index)
               ? tape_failed(session)
               : MANN_OK;
}

/* Room for batch sequences. */
static mann_status resize(mann_session *session, int32_t batch)
{
    size_t outputs = (size_t)session->network->task->io.outputs;
    uint64_t *index = realloc(session->index, (size_t)batch * sizeof *index);
    session->index = index ? index : session->index;
    float *output = realloc(session->output, (size_t)batch * outputs * sizeof *output);
    session->output = output ? output : session->output;
    return index && output ? MANN_OK : no_memory(session);
}

mann_status mann_session_begin(mann_session *session, int32_t batch, uint64_t seed, uint64_t index)
{
    mann_var state[MANN_MAX_STATE] = {NULL};
    if (batch < 1) {
        return mann_fail(session->context, MANN_E_INVAL, "a session of %d sequences", batch);
    }
    if (resize(session, batch)) {
        return MANN_E_NOMEM;
    }
    session->seed = seed;
    for (int32_t b = 0; b < batch; b++) {
        session->index[b] = index + (uint64_t)b;
    }
    session->batch = batch;
    session->steps = 0;
    mann_status status = reset(session);
    if (!status) {
        session->network->experiment->model->begin(session->network->model, session->tape, batch,
                                                   state);
        status = mann_tape_status(session->tape) ? tape_failed(session) : keep(session, state);
    }
    return status;
}

/* The state on the tape. */
static void restore(mann_session *session, mann_var *state)
{
    for (int32_t i = 0; i < session->states; i++) {
        const kept *from = &session->state[i];
        state[i] = from->rank ? mann_input(session->tape, from->rank, from->n) : NULL;
        if (state[i] && !mann_tape_status(session->tape)) {
            memcpy(mann_value(state[i]), from->value, mann_size(state[i]) * sizeof *from->value);
        }
    }
}

static mann_var to_prediction(mann_tape *tape, mann_target target, mann_var logits)
{
    switch (target) {
    case MANN_TARGET_BITS: return mann_activate(tape, logits, MANN_SIGMOID);
    case MANN_TARGET_CLASS:
    case MANN_TARGET_POINTER:
    case MANN_TARGET_DISTRIBUTION: return mann_activate(tape, logits, MANN_SOFTMAX);
    case MANN_TARGET_REAL: break;
    }
    return logits;
}

const float *mann_session_step(mann_session *session, const float *input)
{
    const mann_network *network = session->network;
    const mann_io_shape *io = &network->task->io;
    mann_var state[MANN_MAX_STATE];
    if (session->batch < 1) {
        mann_fail(session->context, MANN_E_INVAL, "a session steps once mann_session_begin has");
        return NULL;
    }
    if (reset(session)) {
        return NULL;
    }
    mann_tape *tape = session->tape;
    restore(session, state);
    mann_tape_step(tape, session->steps);
    mann_var x = mann_input(tape, 2, (int32_t[]){session->batch, io->inputs});
    for (size_t i = 0; i < mann_size(x) && !mann_tape_status(tape); i++) {
        mann_value(x)[i] = (mann_real)input[i];
    }
    mann_var logits = network->experiment->model->step(network->model, tape, state, x);
    mann_var y = to_prediction(tape, io->target, logits);
    if (mann_tape_status(tape) ? tape_failed(session) : keep(session, state)) {
        return NULL;
    }
    for (int32_t b = 0; b < session->batch; b++) {
        for (int32_t i = 0; i < io->outputs; i++) {
            session->output[b * io->outputs + i] =
                (float)mann_value(y)[(size_t)b * (size_t)y->stride[0] + (size_t)i];
        }
    }
    session->steps++;
    return session->output;
}

/* Row r becomes what row[r] was. */
static bool reorder(kept *x, int32_t rows, const int32_t *row)
{
    size_t width = 1;
    for (int32_t i = 1; i < x->rank; i++) {
        width *= (size_t)x->n[i];
    }
    mann_real *made = malloc((size_t)rows * width * sizeof *made);
    for (int32_t r = 0; made && r < rows; r++) {
        memcpy(made + (size_t)r * width, x->value + (size_t)row[r] * width, width * sizeof *made);
    }
    if (made) {
        free(x->value);
        x->value = made;
        x->room = (size_t)rows * width;
        x->n[0] = rows;
    }
    return made;
}

mann_status mann_session_reorder(mann_session *session, int32_t rows, const int32_t *row)
{
    for (int32_t r = 0; r < rows; r++) {
        if (row[r] < 0 || row[r] >= session->batch) {
            return mann_fail(session->context, MANN_E_INVAL,
                             "sequence %d of a session is to go on from %d, but there are %d", r,
                             row[r], session->batch);
        }
    }
    uint64_t *index = rows > 0 ? malloc((size_t)rows * sizeof *index) : NULL;
    bool good = index && !resize(session, rows > session->batch ? rows : session->batch);
    for (int32_t r = 0; good && r < rows; r++) {
        index[r] = session->index[row[r]];
    }
    for (int32_t i = 0; good && i < session->states; i++) {
        good = !session->state[i].rank || reorder(&session->state[i], rows, row);
    }
    if (!good) {
        free(index);
        session->batch = 0; /* what is left of the state is of no use */
        return rows > 0
                   ? no_memory(session)
                   : mann_fail(session->context, MANN_E_INVAL, "a session of %d sequences", rows);
    }
    memcpy(session->index, index, (size_t)rows * sizeof *index);
    free(index);
    session->batch = rows;
    return MANN_OK;
}

void mann_session_observe(mann_session *session, mann_observer *observer, void *user)
{
    mann_tape_observe(session->tape, observer, user);
}

int32_t mann_session_batch(const mann_session *session)
{
    return session->batch;
}

int32_t mann_session_steps(const mann_session *session)
{
    return session->steps;
}
