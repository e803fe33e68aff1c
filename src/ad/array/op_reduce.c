/* Sums, largest numbers and softmax along an axis, which stays, with 1 place for the first two. */
#include "ad/array/walk.h"
#include "ad/random.h"

#include <string.h>

static int32_t some_axis(mann_rng *rng, mann_var x)
{
    return (int32_t)mann_rng_below(rng, 2 * (uint32_t)x->rank) - x->rank;
}

static mann_var some_tensor(mann_tape *tape, mann_rng *rng)
{
    mann_var x;
    mann_random_broadcast(tape, rng, 1, &x);
    return x;
}

/* --- sum: the walk is over x, where the result is repeated; it takes values as gradients do --- */

static void gather_sum(const mann_kernels *k, const mann_block *b)
{
    if (b->ld[0] == 0) {
        k->row_sum(b->rows, b->cols, b->value[1], b->ld[1], b->grad[0]);
    } else {
        k->accumulate(b->rows, b->cols, b->value[1], b->ld[1], b->grad[0], b->ld[0]);
    }
}

static void sum_forward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], y = node->out[0];
    mann_block all = {.value = {NULL, mann_value(x)}, .grad = {mann_value(y)}};
    memset(mann_value(y), 0, mann_size(y) * sizeof(mann_real));
    mann_walk_run(node->attr, k, gather_sum, &all);
}

static void spread_gradient(const mann_kernels *k, const mann_block *b)
{
    k->accumulate(b->rows, b->cols, b->value[0], b->ld[0], b->grad[1], b->ld[1]);
}

static void sum_backward(const mann_kernels *k, mann_node *node)
{
    mann_block all = {.value = {mann_out_grad(node, 0)}, .grad = {NULL, mann_in_grad(node, 0)}};
    if (all.grad[1]) {
        mann_walk_run(node->attr, k, spread_gradient, &all);
    }
}

static mann_var sum_random(mann_tape *tape, mann_rng *rng)
{
    mann_var x = some_tensor(tape, rng);
    return mann_sum(tape, x, some_axis(rng, x));
}

const mann_op mann_op_sum = {"sum", sum_forward, sum_backward, sum_random};

mann_var mann_sum(mann_tape *tape, mann_var x, int32_t axis)
{
    if (!mann_shape_axis(tape, "sum", x, &axis)) {
        return &tape->dummy;
    }
    mann_node *node = mann_node_make(tape, &mann_op_sum, 1, &x, 1, sizeof(mann_walk));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "sum");
    }
    int32_t n[MANN_MAX_RANK];
    memcpy(n, x->n, sizeof n);
    n[axis] = 1;
    mann_var y = mann_node_output(node, 0, x->rank, n);
    mann_walk_make(node->attr, x->rank, x->n, 2, (mann_var[]){y, x}, false);
    return mann_node_run(node);
}

mann_var mann_mean(mann_tape *tape, mann_var x, int32_t axis)
{
    if (!mann_shape_axis(tape, "mean", x, &axis)) {
        return &tape->dummy;
    }
    return mann_scale(tape, mann_sum(tape, x, axis), 1 / (mann_real)x->n[axis]);
}

/* --- along an axis of a contiguous tensor, seen as [outer, n, inner] --- */

typedef struct lines {
    size_t outer, n, inner;
} lines;

static lines lines_along(mann_var x, int32_t axis)
{
    lines l = {1, (size_t)x->n[axis], 1};
    for (int32_t a = 0; a < x->rank; a++) {
        l.outer *= a < axis ? (size_t)x->n[a] : 1;
        l.inner *= a > axis ? (size_t)x->n[a] : 1;
    }
    return l;
}

typedef struct max_attr {
    lines along;
    int32_t *place; /* [outer, inner]: of the first largest */
} max_attr;

static void max_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const max_attr *attr = node->attr;
    lines l = attr->along;
    for (size_t o = 0; o < l.outer; o++) {
        const mann_real *x = mann_value(node->in[0]) + o * l.n * l.inner;
        mann_real *y = mann_value(node->out[0]) + o * l.inner;
        int32_t *place = attr->place + o * l.inner;
        memcpy(y, x, l.inner * sizeof *y);
        memset(place, 0, l.inner * sizeof *place);
        for (size_t a = 1; a < l.n; a++) {
            for (size_t i = 0; i < l.inner; i++) {
                mann_real next = x[a * l.inner + i];
                if (next > y[i] || next != next) { /* NaN passes */
                    y[i] = next;
                    place[i] = (int32_t)a;
                }
            }
        }
    }
}

static void max_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const max_attr *attr = node->attr;
    lines l = attr->along;
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0);
    for (size_t at = 0; dx && at < l.outer * l.inner; at++) {
        size_t o = at / l.inner, i = at % l.inner;
        dx[(o * l.n + (size_t)attr->place[at]) * l.inner + i] += dy[at];
    }
}

static mann_var max_random(mann_tape *tape, mann_rng *rng)
{
    mann_var x = some_tensor(tape, rng);
    return mann_max(tape, x, some_axis(rng, x));
}

const mann_op mann_op_max = {"max", max_forward, max_backward, max_random};

mann_var mann_max(mann_tape *tape, mann_var x, int32_t axis)
{
    if (!mann_shape_axis(tape, "max", x, &axis)) {
        return &tape->dummy;
    }
    x = mann_contiguous(tape, x);
    mann_node *node = mann_node_make(tape, &mann_op_max, 1, &x, 1, sizeof(max_attr));
    lines along = lines_along(x, axis);
    int32_t *place = mann_tape_scratch(tape, along.outer * along.inner * sizeof *place);
    if (!node || !place) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "max");
    }
    *(max_attr *)node->attr = (max_attr){along, place};
    int32_t n[MANN_MAX_RANK];
    memcpy(n, x->n, sizeof n);
    n[axis] = 1;
    mann_node_output(node, 0, x->rank, n);
    return mann_node_run(node);
}

typedef struct softmax_attr {
    lines along;
    mann_real *scratch; /* [2, inner, n] */
    double *sum;        /* [inner] */
} softmax_attr;

/* Lines are turned so that they are rows of the kernel's. */
static void softmax_forward(const mann_kernels *k, mann_node *node)
{
    const softmax_attr *attr = node->attr;
    size_t size = attr->along.n * attr->along.inner;
    int32_t n = (int32_t)attr->along.n, inner = (int32_t)attr->along.inner;
    mann_real *before = attr->scratch, *after = attr->scratch + size;
    for (size_t o = 0; o < attr->along.outer; o++) {
        k->transpose(n, inner, mann_value(node->in[0]) + o * size, before, n);
        k->squash(MANN_SOFTMAX, inner, n, n, 0, before, n, after, n);
        k->transpose(inner, n, after, mann_value(node->out[0]) + o * size, inner);
    }
}

/* dx += y (dy - the sum of y dy). */
static void softmax_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const softmax_attr *attr = node->attr;
    lines l = attr->along;
    mann_real *all = mann_in_grad(node, 0);
    for (size_t o = 0; all && o < l.outer; o++) {
        size_t at = o * l.n * l.inner;
        const mann_real *y = mann_value(node->out[0]) + at, *dy = mann_out_grad(node, 0) + at;
        mann_real *dx = all + at;
        memset(attr->sum, 0, l.inner * sizeof *attr->sum);
        for (size_t a = 0; a < l.n; a++) {
            for (size_t i = 0; i < l.inner; i++) {
                attr->sum[i] += (double)(y[a * l.inner + i] * dy[a * l.inner + i]);
            }
        }
        for (size_t a = 0; a < l.n; a++) {
            for (size_t i = 0; i < l.inner; i++) {
                size_t e = a * l.inner + i;
                dx[e] += y[e] * (dy[e] - (mann_real)attr->sum[i]);
            }
        }
    }
}

static mann_var softmax_random(mann_tape *tape, mann_rng *rng)
{
    mann_var x = some_tensor(tape, rng);
    return mann_softmax(tape, x, some_axis(rng, x));
}

const mann_op mann_op_softmax = {"softmax", softmax_forward, softmax_backward, softmax_random};

mann_var mann_softmax(mann_tape *tape, mann_var x, int32_t axis)
{
    if (!mann_shape_axis(tape, "softmax", x, &axis)) {
        return &tape->dummy;
    }
    if (axis == x->rank - 1) {
        return mann_activate(tape, x, MANN_SOFTMAX);
    }
    x = mann_contiguous(tape, x);
    mann_node *node = mann_node_make(tape, &mann_op_softmax, 1, &x, 1, sizeof(softmax_attr));
    lines along = lines_along(x, axis);
    mann_real *scratch = mann_tape_scratch(tape, 2 * along.n * along.inner * sizeof *scratch);
    double *sum = mann_tape_scratch(tape, along.inner * sizeof *sum);
    if (!node || !scratch || !sum) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "softmax");
    }
    *(softmax_attr *)node->attr = (softmax_attr){along, scratch, sum};
    mann_node_output(node, 0, x->rank, x->n);
    return mann_node_run(node);
}
