/* linear: y = x W + b. Its gradients: dx = dy W^T through the transposed shadow, dW = x^T dy and
 * db = sum of dy, gathered over many steps by the tape. linear_transposed: y = x W^T, for a weight
 * that also embeds words. concat and broadcast move numbers. */
#include "ad/random.h"

#include <string.h>

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* As many rows as make a product worth its copies of the weight. */
enum { MANY_ROWS = 32 };

/* y (+)= x w for any number of rows; the same sums, whichever way. */
static void times(const mann_kernels *k, int32_t rows, int32_t I, int32_t O, const mann_real *x,
                  int32_t ldx, const mann_real *w, int32_t ldw, mann_real *y, int32_t ldy,
                  bool accumulate)
{
    if (rows >= MANY_ROWS) {
        k->product(rows, O, I, 1, x, ldx, 1, w, ldw, 1, y, ldy, accumulate);
    } else {
        k->linear(rows, I, O, x, ldx, w, ldw, NULL, y, ldy, accumulate);
    }
}

/* in: x, weight, and where sums start, if anywhere: at the bias, or each row at its own. */
typedef struct linear_attr {
    int32_t apart; /* of the rows of the third input; 0: there is but one, for all */
} linear_attr;

static void linear_forward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], w = node->in[1], bias = node->in[2], y = node->out[0];
    int32_t apart = ((const linear_attr *)node->attr)->apart;
    if (bias && !apart && y->n[0] < MANY_ROWS) {
        k->linear(y->n[0], w->n[0], w->n[1], mann_value(x), x->stride[0], mann_value(w), w->n[1],
                  mann_value(bias), mann_value(y), y->stride[0], false);
        return;
    }
    for (int32_t r = 0; bias && r < y->n[0]; r++) {
        memcpy(mann_value(y) + (size_t)r * (size_t)y->stride[0],
               mann_value(bias) + (size_t)r * (size_t)apart, (size_t)y->n[1] * sizeof(mann_real));
    }
    times(k, y->n[0], w->n[0], w->n[1], mann_value(x), x->stride[0], mann_value(w), w->n[1],
          mann_value(y), y->stride[0], bias != NULL);
}

static void linear_backward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], w = node->in[1], y = node->out[0];
    int32_t apart = ((const linear_attr *)node->attr)->apart;
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0);
    int32_t ld = 0;
    const mann_real *transposed = dx ? mann_tape_transposed(node->tape, w, &ld) : NULL;
    if (transposed) {
        times(k, y->n[0], w->n[1], w->n[0], dy, y->stride[0], transposed, ld, dx, x->stride[0],
              true);
    }
    if (w->needs_grad) {
        mann_tape_weight_grad(node->tape, w, y->n[0], mann_value(x), x->stride[0], dy,
                              y->stride[0]);
    }
    mann_real *dbias = mann_in_grad(node, 2);
    if (dbias && !apart) {
        k->row_sum(y->n[0], y->n[1], dy, y->stride[0], dbias);
    } else if (dbias) {
        k->accumulate(y->n[0], y->n[1], dy, y->stride[0], dbias, apart);
    }
}

/* Of a whole parameter, or of some of its rows; the bias is one for all rows, or each has its own.
 */
static mann_var linear_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, mann_rng_below(rng, 4) ? 9 : 70);
    int32_t I = mann_random_size(rng, 40), O = mann_random_size(rng, 60);
    int32_t before = mann_rng_below(rng, 2) ? mann_random_size(rng, 5) : 0;
    mann_var x = mann_random_normal(tape, rng, B, I, 0);
    mann_var w = mann_random_parameter(tape, rng, before + I + before / 2, O);
    w = before ? mann_slice(tape, w, 0, before, I) : w;
    switch (mann_rng_below(rng, 3)) {
    case 1: return mann_linear(tape, x, w, mann_random_parameter(tape, rng, 1, O));
    case 2: return mann_linear_onto(tape, mann_random_normal(tape, rng, 9, O, 0), x, w);
    default: return mann_linear(tape, x, w, NULL);
    }
}

const mann_op mann_op_linear = {"linear", linear_forward, linear_backward, linear_random};

/* rows: of the result; apart: see linear_attr. */
static mann_var linear(mann_tape *tape, mann_var x, mann_var weight, mann_var bias, int32_t rows,
                       int32_t apart)
{
    if (x->rank != 2 || weight->rank != 2 || x->n[1] != weight->n[0] ||
        weight->stride[0] != weight->n[1] || (bias && bias->n[1] != weight->n[1])) {
        return mann_op_fail(tape, &mann_op_linear, "x [%d, %d] with weight [%d, %d], bias [%d, %d]",
                            x->n[0], x->n[1], weight->n[0], weight->n[1], bias ? bias->n[0] : 0,
                            bias ? bias->n[1] : 0);
    }
    mann_node *node = mann_node_make(tape, &mann_op_linear, 3, (mann_var[]){x, weight, bias}, 1,
                                     sizeof(linear_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "linear");
    }
    ((linear_attr *)node->attr)->apart = apart;
    mann_node_output(node, 0, 2, (int32_t[]){rows, weight->n[1]});
    return mann_node_run(node);
}

mann_var mann_linear(mann_tape *tape, mann_var x, mann_var weight, mann_var bias)
{
    return linear(tape, x, weight, bias, x->n[0], 0);
}

mann_var mann_linear_onto(mann_tape *tape, mann_var to, mann_var x, mann_var weight)
{
    return linear(tape, x, weight, to, least(x->n[0], to->n[0]), to->stride[0]);
}

static void linear_transposed_forward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], w = node->in[1], y = node->out[0];
    int32_t ld;
    const mann_real *transposed = mann_tape_transposed(node->tape, w, &ld);
    if (transposed) {
        times(k, y->n[0], w->n[1], w->n[0], mann_value(x), x->stride[0], transposed, ld,
              mann_value(y), y->stride[0], false);
    }
}

static void linear_transposed_backward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], w = node->in[1], y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0), *dw = mann_in_grad(node, 1);
    if (dx) {
        times(k, y->n[0], w->n[0], w->n[1], dy, y->stride[0], mann_value(w), w->n[1], dx,
              x->stride[0], true);
    }
    const mann_real *row[MANN_PENDING_ROWS];
    for (int32_t b = 0, count = 0; b < y->n[0] && dw; b += count) {
        for (count = 0; count < MANN_PENDING_ROWS && b + count < y->n[0]; count++) {
            row[count] = dy + (size_t)(b + count) * (size_t)y->stride[0];
        }
        k->weight_grad(count, w->n[0], w->n[1], row,
                       mann_value(x) + (size_t)b * (size_t)x->stride[0], x->stride[0], dw);
    }
}

static mann_var linear_transposed_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, mann_rng_below(rng, 8) ? 9 : 2 * MANN_PENDING_ROWS);
    int32_t I = mann_random_size(rng, 20), O = mann_random_size(rng, 20);
    mann_var x = mann_random_normal(tape, rng, B, I, 0);
    return mann_linear_transposed(tape, x, mann_random_parameter(tape, rng, O, I));
}

const mann_op mann_op_linear_transposed = {"linear_transposed", linear_transposed_forward,
                                           linear_transposed_backward, linear_transposed_random};

mann_var mann_linear_transposed(mann_tape *tape, mann_var x, mann_var weight)
{
    if (x->rank != 2 || weight->rank != 2 || x->n[1] != weight->n[1] ||
        weight->stride[0] != weight->n[1]) {
        return mann_op_fail(tape, &mann_op_linear_transposed, "x [%d, %d] with weight [%d, %d]",
                            x->n[0], x->n[1], weight->n[0], weight->n[1]);
    }
    mann_node *node =
        mann_node_make(tape, &mann_op_linear_transposed, 2, (mann_var[]){x, weight}, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "linear_transposed");
    }
    mann_node_output(node, 0, 2, (int32_t[]){x->n[0], weight->n[0]});
    return mann_node_run(node);
}

static void broadcast_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    mann_var y = node->out[0];
    for (int32_t b = 0; b < y->n[0]; b++) {
        memcpy(mann_value(y) + (size_t)b * (size_t)y->n[1], mann_value(node->in[0]),
               (size_t)y->n[1] * sizeof(mann_real));
    }
}

static void broadcast_backward(const mann_kernels *k, mann_node *node)
{
    mann_var y = node->out[0];
    mann_real *dmatrix = mann_in_grad(node, 0);
    if (dmatrix) {
        k->row_sum(y->n[0], y->n[1], mann_out_grad(node, 0), y->stride[0], dmatrix);
    }
}

static mann_var broadcast_random(mann_tape *tape, mann_rng *rng)
{
    mann_var matrix =
        mann_random_parameter(tape, rng, mann_random_size(rng, 4), mann_random_size(rng, 40));
    return mann_broadcast(tape, matrix, mann_random_size(rng, 9));
}

const mann_op mann_op_broadcast = {"broadcast", broadcast_forward, broadcast_backward,
                                   broadcast_random};

mann_var mann_broadcast(mann_tape *tape, mann_var matrix, int32_t batch)
{
    if (matrix->rank != 2 || matrix->stride[0] != matrix->n[1]) {
        return mann_op_fail(tape, &mann_op_broadcast, "not a whole parameter");
    }
    mann_node *node = mann_node_make(tape, &mann_op_broadcast, 1, &matrix, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "broadcast");
    }
    mann_node_output(node, 0, 2, (int32_t[]){batch, matrix->n[0] * matrix->n[1]});
    return mann_node_run(node);
}
