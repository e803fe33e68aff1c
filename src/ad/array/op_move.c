/* Operations that only move numbers: permute, concat, roll. Their gradients move back. */
#include "ad/array/move.h"
#include "ad/array/walk.h"
#include "ad/random.h"

#include <string.h>

/* --- axes in another order --- */

typedef struct permute_attr {
    mann_move move, back;
} permute_attr;

static void permute_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const permute_attr *attr = node->attr;
    mann_move_copy(&attr->move, mann_value(node->in[0]), mann_value(node->out[0]));
}

static void permute_backward(const mann_kernels *k, mann_node *node)
{
    const permute_attr *attr = node->attr;
    mann_real *dx = mann_in_grad(node, 0);
    if (dx) {
        mann_move_add(k, &attr->back, mann_out_grad(node, 0), dx);
    }
}

/* A shape of small axes. */
static int32_t example_shape(mann_rng *rng, int32_t least, int32_t n[MANN_MAX_RANK])
{
    int32_t rank = mann_rng_between(rng, (mann_range){least, MANN_MAX_RANK});
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, a < rank - 1 ? 4 : 20);
    }
    return rank;
}

static mann_var permute_random(mann_tape *tape, mann_rng *rng)
{
    int32_t n[MANN_MAX_RANK], axes[MANN_MAX_RANK], rank = example_shape(rng, 1, n);
    for (int32_t a = 0; a < rank; a++) { /* shuffled as it grows */
        int32_t at = (int32_t)mann_rng_below(rng, (uint32_t)a + 1);
        axes[a] = axes[at];
        axes[at] = a;
    }
    return mann_permute(tape, mann_random_shape(tape, rng, rank, n), axes);
}

const mann_op mann_op_permute = {"permute", permute_forward, permute_backward, permute_random};

mann_var mann_permute(mann_tape *tape, mann_var x, const int32_t *axes)
{
    int32_t n[MANN_MAX_RANK], from[MANN_MAX_RANK], seen = 0;
    for (int32_t a = 0; a < x->rank; a++) {
        int32_t axis = axes[a];
        if (!mann_shape_axis(tape, "permute", x, &axis)) {
            return &tape->dummy;
        }
        if (seen & 1 << axis) {
            return mann_shape_fail(tape, "permute", 1, &x, "with axis %d twice", axis);
        }
        seen |= 1 << axis;
        n[a] = x->n[axis];
        from[a] = x->stride[axis];
    }
    mann_node *node = mann_node_make(tape, &mann_op_permute, 1, &x, 1, sizeof(permute_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "permute");
    }
    const int32_t *to = mann_node_output(node, 0, x->rank, n)->stride;
    *(permute_attr *)node->attr =
        (permute_attr){mann_move_make(x->rank, n, from, to), mann_move_make(x->rank, n, to, from)};
    return mann_node_run(node);
}

/* --- side by side --- */

/* The part of y that input i of a concat fills begins `at` places along the axis. */
static mann_move part_of(const mann_node *node, int32_t i, int32_t axis, bool back)
{
    mann_var x = node->in[i], y = node->out[0];
    int32_t n[MANN_MAX_RANK];
    memcpy(n, y->n, sizeof n);
    n[axis] = x->n[axis];
    return mann_move_make(y->rank, n, back ? y->stride : x->stride, back ? x->stride : y->stride);
}

/* The rows of input i and of the part of y that it fills, where they are rows: columns beside
 * columns, what a recurrent step does most, or whole tensors one after the other. False: by
 * strides. */
static bool rows_of(const mann_node *node, int32_t i, int32_t axis, int32_t *rows, int32_t *cols)
{
    mann_var x = node->in[i], y = node->out[0];
    *rows = y->n[0];
    *cols = x->n[1];
    if (axis == 0 && mann_is_contiguous(x)) {
        *rows = 1;
        *cols = (int32_t)mann_size(x);
        return true;
    }
    return axis == 1 && y->rank == 2;
}

static void concat_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    int32_t axis = *(const int32_t *)node->attr, rows, cols;
    mann_var y = node->out[0];
    mann_real *to = mann_value(y);
    for (int32_t i = 0; i < node->n_in; i++) {
        mann_var x = node->in[i];
        if (rows_of(node, i, axis, &rows, &cols)) {
            for (int32_t r = 0; r < rows; r++) {
                memcpy(to + (size_t)r * (size_t)y->stride[0],
                       mann_value(x) + (size_t)r * (size_t)x->stride[0], (size_t)cols * sizeof *to);
            }
        } else {
            mann_move move = part_of(node, i, axis, false);
            mann_move_copy(&move, mann_value(x), to);
        }
        to += (size_t)x->n[axis] * (size_t)y->stride[axis];
    }
}

static void concat_backward(const mann_kernels *k, mann_node *node)
{
    int32_t axis = *(const int32_t *)node->attr, rows, cols;
    mann_var y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    for (int32_t i = 0; i < node->n_in; i++) {
        mann_var x = node->in[i];
        mann_real *dx = mann_in_grad(node, i);
        if (dx && rows_of(node, i, axis, &rows, &cols)) {
            k->accumulate(rows, cols, dy, y->stride[0], dx, x->stride[0]);
        } else if (dx) {
            mann_move move = part_of(node, i, axis, true);
            mann_move_add(k, &move, dy, dx);
        }
        dy += (size_t)x->n[axis] * (size_t)y->stride[axis];
    }
}

static mann_var concat_random(mann_tape *tape, mann_rng *rng)
{
    enum { COUNT = 3 };
    int32_t n[MANN_MAX_RANK], rank = example_shape(rng, 1, n);
    int32_t axis = (int32_t)mann_rng_below(rng, (uint32_t)rank);
    mann_var x[COUNT];
    for (int i = 0; i < COUNT; i++) {
        n[0] = axis ? mann_random_size(rng, 4) : n[0]; /* ragged batches: the smallest counts */
        n[axis] = mann_random_size(rng, axis < rank - 1 ? 4 : 20);
        x[i] = mann_random_shape(tape, rng, rank, n);
    }
    return mann_concat(tape, mann_rng_below(rng, 2) ? axis : axis - rank, COUNT, x);
}

const mann_op mann_op_concat = {"concat", concat_forward, concat_backward, concat_random};

mann_var mann_concat(mann_tape *tape, int32_t axis, int32_t count, const mann_var *x)
{
    if (!mann_shape_axis(tape, "concat", x[0], &axis)) {
        return &tape->dummy;
    }
    int32_t n[MANN_MAX_RANK];
    memcpy(n, x[0]->n, sizeof n);
    for (int32_t i = 1; i < count; i++) {
        if (!mann_shapes_agree(x[0], x[i], 1, axis)) {
            return mann_shape_fail(tape, "concat", 2, (mann_var[]){x[0], x[i]},
                                   "(input %d) differ at an axis other than %d", i + 1, axis);
        }
        n[0] = axis && x[i]->n[0] < n[0] ? x[i]->n[0] : n[0];
        n[axis] += x[i]->n[axis];
    }
    mann_node *node = mann_node_make(tape, &mann_op_concat, count, x, 1, sizeof axis);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "concat");
    }
    *(int32_t *)node->attr = axis;
    mann_node_output(node, 0, x[0]->rank, n);
    return mann_node_run(node);
}

/* --- round along an axis --- */

typedef struct roll_attr {
    int32_t axis, shift; /* 0..n-1 */
} roll_attr;

/* What stays ahead of the end and what comes in at the start again, of values or gradients. */
static void roll(const mann_kernels *k, const mann_node *node, const mann_real *from, mann_real *to,
                 bool back)
{
    const roll_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    int32_t n[2] = {x->n[attr->axis] - attr->shift, attr->shift};
    int32_t source[2] = {0, n[0]}, target[2] = {attr->shift, 0};
    for (int i = 0; i < 2; i++) {
        mann_move move = mann_move_make(x->rank, x->n, back ? y->stride : x->stride,
                                        back ? x->stride : y->stride);
        move.n[MANN_MAX_RANK - x->rank + attr->axis] = n[i];
        size_t in_x = (size_t)source[i] * (size_t)x->stride[attr->axis];
        size_t in_y = (size_t)target[i] * (size_t)y->stride[attr->axis];
        if (back) {
            mann_move_add(k, &move, from + in_y, to + in_x);
        } else {
            mann_move_copy(&move, from + in_x, to + in_y);
        }
    }
}

static void roll_forward(const mann_kernels *k, mann_node *node)
{
    roll(k, node, mann_value(node->in[0]), mann_value(node->out[0]), false);
}

static void roll_backward(const mann_kernels *k, mann_node *node)
{
    mann_real *dx = mann_in_grad(node, 0);
    if (dx) {
        roll(k, node, mann_out_grad(node, 0), dx, true);
    }
}

static mann_var roll_random(mann_tape *tape, mann_rng *rng)
{
    int32_t n[MANN_MAX_RANK], rank = example_shape(rng, 1, n);
    int32_t axis = (int32_t)mann_rng_below(rng, (uint32_t)rank);
    int32_t shift = mann_rng_between(rng, (mann_range){-25, 25});
    return mann_roll(tape, mann_random_shape(tape, rng, rank, n), axis, shift);
}

const mann_op mann_op_roll = {"roll", roll_forward, roll_backward, roll_random};

mann_var mann_roll(mann_tape *tape, mann_var x, int32_t axis, int32_t shift)
{
    if (!mann_shape_axis(tape, "roll", x, &axis)) {
        return &tape->dummy;
    }
    mann_node *node = mann_node_make(tape, &mann_op_roll, 1, &x, 1, sizeof(roll_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "roll");
    }
    int32_t n = x->n[axis], by = shift % n;
    *(roll_attr *)node->attr = (roll_attr){axis, by < 0 ? by + n : by};
    mann_node_output(node, 0, x->rank, x->n);
    return mann_node_run(node);
}
