/* Rows, along axis 0, of tensors of any rank: gather takes them from where they are to where they
 * are wanted, scatter_add adds them up where they belong. Each is the other's gradient. */
#include "ad/array/move.h"
#include "ad/random.h"

#include <string.h>

typedef struct gather_attr {
    const int32_t *of, *row; /* [rows]; of may be NULL */
} gather_attr;

/* The numbers of one row. */
static mann_move row_move(const mann_tensor *from, const mann_tensor *to)
{
    return mann_move_make(from->rank - 1, from->n + 1, from->stride + 1, to->stride + 1);
}

/* Row s of to += row r of from; x and y are the values or gradients of these. */
static void add_row(const mann_kernels *k, const mann_tensor *from, const mann_real *x, int32_t r,
                    const mann_tensor *to, mann_real *y, int32_t s)
{
    mann_move move = row_move(from, to);
    mann_move_add(k, &move, x + (size_t)r * (size_t)from->stride[0],
                  y + (size_t)s * (size_t)to->stride[0]);
}

static void gather_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const gather_attr *attr = node->attr;
    mann_var y = node->out[0];
    for (int32_t r = 0; r < y->n[0]; r++) {
        mann_var x = node->in[attr->of ? attr->of[r] : 0];
        mann_move move = row_move(x, y);
        mann_move_copy(&move, mann_value(x) + (size_t)attr->row[r] * (size_t)x->stride[0],
                       mann_value(y) + (size_t)r * (size_t)y->stride[0]);
    }
}

static void gather_backward(const mann_kernels *k, mann_node *node)
{
    const gather_attr *attr = node->attr;
    mann_var y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    for (int32_t r = 0; r < y->n[0]; r++) {
        int32_t input = attr->of ? attr->of[r] : 0;
        mann_real *dx = mann_in_grad(node, input);
        if (dx) {
            add_row(k, y, dy, r, node->in[input], dx, attr->row[r]);
        }
    }
}

static mann_var gather_random(mann_tape *tape, mann_rng *rng)
{
    enum { MOST = 3 };
    int32_t count = mann_random_size(rng, MOST), rows = mann_random_size(rng, 9);
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    mann_var x[MOST];
    for (int32_t a = 1; a < rank; a++) {
        n[a] = mann_random_size(rng, a < rank - 1 ? 4 : 40);
    }
    for (int32_t i = 0; i < count; i++) {
        n[0] = mann_random_size(rng, 5);
        x[i] = mann_random_shape(tape, rng, rank, n);
    }
    int32_t *of = mann_tape_scratch(tape, (size_t)rows * sizeof *of);
    int32_t *row = mann_tape_scratch(tape, (size_t)rows * sizeof *row);
    for (int32_t r = 0; of && row && r < rows; r++) {
        of[r] = (int32_t)mann_rng_below(rng, (uint32_t)count);
        row[r] = (int32_t)mann_rng_below(rng, (uint32_t)x[of[r]]->n[0]);
    }
    return mann_gather(tape, count, x, rows, count > 1 ? of : NULL, row);
}

const mann_op mann_op_gather = {"gather", gather_forward, gather_backward, gather_random};

mann_var mann_gather(mann_tape *tape, int32_t count, const mann_var *x, int32_t rows,
                     const int32_t *of, const int32_t *row)
{
    if (tape->status) {
        return &tape->dummy; /* the lists may be missing */
    }
    for (int32_t i = 0; i < count; i++) {
        if (x[i]->rank < 1 || !mann_shapes_agree(x[0], x[i], 1, -1)) {
            return mann_shape_fail(tape, "gather", 2, (mann_var[]){x[0], x[i]},
                                   "(input %d) have rows of different shapes", i + 1);
        }
    }
    for (int32_t r = 0; r < rows; r++) {
        int32_t i = of ? of[r] : 0;
        if (i < 0 || i >= count || row[r] < 0 || row[r] >= x[i]->n[0]) {
            return mann_op_fail(tape, &mann_op_gather, "row %d of input %d of %d", row[r], i + 1,
                                count);
        }
    }
    mann_node *node = mann_node_make(tape, &mann_op_gather, count, x, 1, sizeof(gather_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "gather");
    }
    int32_t n[MANN_MAX_RANK];
    memcpy(n, x[0]->n, sizeof n);
    n[0] = rows;
    *(gather_attr *)node->attr = (gather_attr){of, row};
    mann_node_output(node, 0, x[0]->rank, n);
    return mann_node_run(node);
}

static void scatter_add_forward(const mann_kernels *k, mann_node *node)
{
    const gather_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    memset(mann_value(y), 0, mann_size(y) * sizeof(mann_real));
    for (int32_t r = 0; r < x->n[0]; r++) {
        if (attr->row[r] >= 0) {
            add_row(k, x, mann_value(x), r, y, mann_value(y), attr->row[r]);
        }
    }
}

static void scatter_add_backward(const mann_kernels *k, mann_node *node)
{
    const gather_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    mann_real *dx = mann_in_grad(node, 0);
    for (int32_t r = 0; r < x->n[0] && dx; r++) {
        if (attr->row[r] >= 0) {
            add_row(k, y, mann_out_grad(node, 0), attr->row[r], x, dx, r);
        }
    }
}

static mann_var scatter_add_random(mann_tape *tape, mann_rng *rng)
{
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    int32_t rows = mann_random_size(rng, 6);
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, a == 0 ? 9 : a < rank - 1 ? 4 : 40);
    }
    int32_t *row = mann_tape_scratch(tape, (size_t)n[0] * sizeof *row);
    for (int32_t r = 0; row && r < n[0]; r++) {
        row[r] = (int32_t)mann_rng_below(rng, (uint32_t)rows + 1) - 1;
    }
    return mann_scatter_add(tape, mann_random_shape(tape, rng, rank, n), rows, row);
}

const mann_op mann_op_scatter_add = {"scatter_add", scatter_add_forward, scatter_add_backward,
                                     scatter_add_random};

mann_var mann_scatter_add(mann_tape *tape, mann_var x, int32_t rows, const int32_t *row)
{
    if (tape->status) {
        return &tape->dummy; /* the list may be missing */
    }
    if (x->rank < 1 || rows < 1) {
        return mann_shape_fail(tape, "scatter_add", 1, &x, "into %d rows", rows);
    }
    for (int32_t r = 0; r < x->n[0]; r++) {
        if (row[r] < -1 || row[r] >= rows) {
            return mann_op_fail(tape, &mann_op_scatter_add, "row %d goes to row %d of %d", r,
                                row[r], rows);
        }
    }
    mann_node *node = mann_node_make(tape, &mann_op_scatter_add, 1, &x, 1, sizeof(gather_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "scatter_add");
    }
    int32_t n[MANN_MAX_RANK];
    memcpy(n, x->n, sizeof n);
    n[0] = rows;
    *(gather_attr *)node->attr = (gather_attr){NULL, row};
    mann_node_output(node, 0, x->rank, n);
    return mann_node_run(node);
}
