/* The reverse walk of a tape, and gradients that come and go.
 *
 * A gradient is made when the first contribution arrives during the reverse walk, zeroed then,
 * and handed on to the next tensor of its size once the operation that made its owner has passed
 * it on: only a few are alive at a time, and they stay in cache. */
#include "ad/tape.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

struct mann_free_gradient {
    struct mann_free_gradient *next;
    size_t bytes;
};

void mann_tape_clip(mann_tape *tape, mann_real limit)
{
    tape->clip = limit;
}

static size_t gradient_bytes(const mann_tensor *owner)
{
    size_t bytes = mann_size(owner) * sizeof(mann_real);
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct mann_free_gradient **free_list(mann_tape *tape, size_t bytes)
{
    return &tape->free_gradient[bytes / ALIGNMENT % MANN_FREE_LISTS];
}

static mann_real *acquire(mann_tape *tape, mann_tensor *owner)
{
    if (owner->grad) {
        return owner->grad;
    }
    size_t bytes = gradient_bytes(owner);
    struct mann_free_gradient **link = free_list(tape, bytes);
    while (*link && (*link)->bytes != bytes) {
        link = &(*link)->next;
    }
    void *taken = *link;
    if (taken) {
        *link = (*link)->next;
    } else {
        taken = mann_arena_take(tape->grads, bytes);
    }
    if (!taken) {
        mann_tape_fail(tape, MANN_E_NOMEM, "out of memory for gradients");
        return NULL;
    }
    memset(taken, 0, bytes);
    return owner->grad = taken;
}

static void release(mann_tape *tape, mann_tensor *owner)
{
    if (!owner->grad || owner->keeps_grad) {
        return;
    }
    size_t bytes = gradient_bytes(owner);
    struct mann_free_gradient *freed = (void *)owner->grad;
    struct mann_free_gradient **link = free_list(tape, bytes);
    freed->bytes = bytes;
    freed->next = *link;
    *link = freed;
    owner->grad = NULL;
}

/* Where the gradient of a tensor, perhaps a view, stands in that of its owner. */
static mann_real *gradient_of(mann_tape *tape, mann_var x)
{
    mann_real *grad = acquire(tape, x->owner);
    return grad ? grad + (mann_value(x) - mann_value(x->owner)) : NULL;
}

mann_real *mann_in_grad(mann_node *node, int32_t i)
{
    mann_var in = node->in[i];
    return in && in->needs_grad ? gradient_of(node->tape, in) : NULL;
}

mann_real *mann_out_grad(mann_node *node, int32_t i)
{
    return acquire(node->tape, node->out[i]);
}

/* The row of its owner that a weight begins with, or -1 if it is not made of whole rows: a view of
 * another shape. */
static int32_t first_row(mann_var weight)
{
    mann_var owner = weight->owner;
    ptrdiff_t from = mann_value(weight) - mann_value(owner);
    bool rows = owner->rank == 2 && owner->n[1] == weight->n[1] && from % owner->n[1] == 0;
    return rows ? (int32_t)(from / owner->n[1]) : -1;
}

static void flush(mann_tape *tape, int32_t i)
{
    mann_pending *pending = &tape->pending[i];
    mann_tensor *weight = &tape->param[i];
    if (pending->rows) {
        tape->kernels->weight_grad(pending->rows, pending->inputs, weight->n[1], pending->x,
                                   pending->dy, weight->n[1],
                                   weight->grad + (size_t)pending->first * (size_t)weight->n[1]);
        pending->rows = 0;
    }
}

static bool pending_ready(mann_tape *tape, int32_t i, mann_var weight)
{
    mann_pending *pending = &tape->pending[i];
    if (pending->rows && (pending->first != first_row(weight) || pending->inputs != weight->n[0])) {
        flush(tape, i);
    }
    pending->first = first_row(weight);
    pending->inputs = weight->n[0];
    if (!pending->x) {
        size_t rows = MANN_PENDING_ROWS;
        pending->x = malloc(rows * sizeof *pending->x);
        pending->dy = malloc(rows * (size_t)weight->n[1] * sizeof *pending->dy);
    }
    if (!pending->x || !pending->dy) {
        mann_tape_fail(tape, MANN_E_NOMEM, "out of memory for weight gradients");
        return false;
    }
    return true;
}

/* At once, without copies of dy. */
static void add_weight_grad(mann_tape *tape, mann_var weight, int32_t rows, const mann_real *x,
                            int32_t ldx, const mann_real *dy, int32_t lddy)
{
    const mann_real *row[MANN_PENDING_ROWS];
    mann_real *dw = gradient_of(tape, weight);
    for (int32_t r = 0; dw && r < rows; r += MANN_PENDING_ROWS) {
        int32_t count = rows - r < MANN_PENDING_ROWS ? rows - r : MANN_PENDING_ROWS;
        for (int32_t i = 0; i < count; i++) {
            row[i] = x + (size_t)(r + i) * (size_t)ldx;
        }
        tape->kernels->weight_grad(count, weight->n[0], weight->n[1], row,
                                   dy + (size_t)r * (size_t)lddy, lddy, dw);
    }
}

void mann_tape_weight_grad(mann_tape *tape, mann_var weight, int32_t rows, const mann_real *x,
                           int32_t ldx, const mann_real *dy, int32_t lddy)
{
    mann_tensor *owner = weight->owner;
    bool bound = tape->n_params && owner >= tape->param && owner < tape->param + tape->n_params;
    if (!bound || first_row(weight) < 0 || rows >= MANN_PENDING_ROWS) {
        /* No parameter's rows, or enough of them for a product. */
        add_weight_grad(tape, weight, rows, x, ldx, dy, lddy);
        return;
    }
    int32_t i = (int32_t)(owner - tape->param);
    mann_pending *pending = &tape->pending[i];
    if (!pending_ready(tape, i, weight)) {
        return;
    }
    size_t O = (size_t)weight->n[1];
    for (int32_t r = 0; r < rows; r++) {
        pending->x[pending->rows] = x + (size_t)r * (size_t)ldx;
        memcpy(pending->dy + (size_t)pending->rows * O, dy + (size_t)r * (size_t)lddy,
               O * sizeof *dy);
        if (++pending->rows == MANN_PENDING_ROWS) {
            flush(tape, i);
        }
    }
}

const mann_real *mann_tape_transposed(mann_tape *tape, mann_var w, int32_t *ld)
{
    const mann_tensor *owner = w->owner;
    if (owner->shadow && owner->n[0] > 1 && first_row(w) >= 0) {
        *ld = owner->n[0];
        return owner->shadow + first_row(w);
    }
    mann_real *made = mann_tape_scratch(tape, mann_size(w) * sizeof *made);
    if (made) {
        tape->kernels->transpose(w->n[0], w->n[1], mann_value(w), made, w->n[0]);
    }
    *ld = w->n[0];
    return made;
}

static void run_backward(mann_tape *tape, mann_record *record)
{
    mann_node *node = &record->node;
    bool reached = false;
    for (int32_t i = 0; i < node->n_out; i++) {
        reached |= node->out[i]->grad != NULL;
    }
    if (!reached) {
        return;
    }
    for (int32_t i = 0; i < node->n_out; i++) {
        mann_real *grad = acquire(tape, node->out[i]);
        if (!grad) {
            return;
        }
        if (tape->clip > 0) {
            tape->kernels->clamp(mann_size(node->out[i]), tape->clip, grad);
        }
    }
    if (tape->profile) {
        int64_t start = mann_profile_now();
        node->op->backward(tape->kernels, node);
        mann_profile_add(tape->profile, node->op->name, 0, mann_profile_now() - start);
    } else {
        node->op->backward(tape->kernels, node);
    }
    for (int32_t i = 0; i < node->n_out; i++) {
        release(tape, node->out[i]);
    }
}

mann_status mann_tape_backward(mann_tape *tape, int32_t count, const mann_var *loss,
                               const mann_real *seed)
{
    if (tape->mode != MANN_TRAIN) {
        mann_tape_fail(tape, MANN_E_INVAL, "no reverse walk: the tape did not record");
    }
    for (int32_t i = 0; i < count && !tape->status; i++) {
        mann_real *grad = loss[i]->needs_grad ? gradient_of(tape, loss[i]) : NULL;
        if (grad) {
            *grad += seed[i];
        }
    }
    for (mann_record *record = tape->last; record && !tape->status; record = record->previous) {
        run_backward(tape, record);
    }
    int64_t start = tape->profile ? mann_profile_now() : 0;
    for (int32_t i = 0; i < tape->n_params && !tape->status; i++) {
        flush(tape, i);
    }
    if (tape->profile) {
        mann_profile_add(tape->profile, "linear", 0, mann_profile_now() - start);
    }
    return tape->status;
}
