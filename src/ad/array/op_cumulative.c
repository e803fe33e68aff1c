/* Running sums and products along an axis.
 *
 *   sum       y[i] = sum over j <= i of x[j]          dx[j] = sum over i >= j of dy[i]
 *   product   y[i] = product over j <= i of x[j]      dx[j] = P[j] S[j]
 *
 * with P[j] the product of all x before j, and S the running sum S[j] = dy[j] + x[j+1] S[j+1]:
 * nothing is divided, so factors may be 0. Exclusive ones leave out j = i, where
 * S[j] = dy[j+1] + x[j+1] S[j+1]; reversed ones run from the end of the axis to its start. */
#include "ad/array/move.h"
#include "ad/random.h"

typedef struct cumulative_attr {
    int32_t axis;
    bool exclusive, reverse;
} cumulative_attr;

/* One line: number i stands at start + i * step, counted in the direction that the sum runs. */
typedef struct line {
    ptrdiff_t start, step;
} line;

static line line_of(const cumulative_attr *attr, const mann_tensor *x, size_t i)
{
    ptrdiff_t step = x->stride[attr->axis], start = (ptrdiff_t)mann_line(x, attr->axis, i);
    if (attr->reverse) {
        return (line){start + step * (x->n[attr->axis] - 1), -step};
    }
    return (line){start, step};
}

static void forward(mann_node *node, bool product)
{
    const cumulative_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    for (size_t l = 0; l < mann_lines(x, attr->axis); l++) {
        line in = line_of(attr, x, l), out = line_of(attr, y, l);
        double so_far = product;
        for (int32_t i = 0; i < x->n[attr->axis]; i++) {
            double now = (double)mann_value(x)[in.start + i * in.step];
            double next = product ? so_far * now : so_far + now;
            mann_value(y)[out.start + i * out.step] = (mann_real)(attr->exclusive ? so_far : next);
            so_far = next;
        }
    }
}

/* S from the last number to the first; for sums, all x count as 1. */
static void sum_line(const cumulative_attr *attr, int32_t n, const mann_real *dy, line out,
                     mann_real *dx, line in)
{
    double total = 0;
    for (int32_t i = n - 1; i >= 0; i--) {
        double now = (double)dy[out.start + i * out.step];
        dx[in.start + i * in.step] += (mann_real)(attr->exclusive ? total : total + now);
        total += now;
    }
}

static void product_line(const cumulative_attr *attr, int32_t n, const mann_real *x,
                         const mann_real *y, const mann_real *dy, line out, mann_real *dx, line in)
{
    double S = 0;
    for (int32_t i = n - 1; i >= 0; i--) {
        ptrdiff_t at = in.start + i * in.step, to = out.start + i * out.step;
        double more = i + 1 < n ? (double)x[at + in.step] * S : 0;
        double before = 1;
        if (attr->exclusive) {
            before = (double)y[to];
            S = i + 1 < n ? (double)dy[to + out.step] + more : 0;
        } else {
            before = i > 0 ? (double)y[to - out.step] : 1;
            S = (double)dy[to] + more;
        }
        dx[at] += (mann_real)(before * S);
    }
}

static void backward(mann_node *node, bool product)
{
    const cumulative_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0);
    for (size_t l = 0; l < mann_lines(x, attr->axis) && dx; l++) {
        line in = line_of(attr, x, l), out = line_of(attr, y, l);
        int32_t n = x->n[attr->axis];
        if (product) {
            product_line(attr, n, mann_value(x), mann_value(y), dy, out, dx, in);
        } else {
            sum_line(attr, n, dy, out, dx, in);
        }
    }
}

static void cumulative_sum_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    forward(node, false);
}

static void cumulative_sum_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    backward(node, false);
}

static void cumulative_product_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    forward(node, true);
}

static void cumulative_product_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    backward(node, true);
}

typedef mann_var cumulative_builder(mann_tape *tape, mann_var x, int32_t axis, bool exclusive,
                                    bool reverse);

/* With zeros: single ones, and several in a line. */
static mann_var example(mann_tape *tape, mann_rng *rng, cumulative_builder *builder)
{
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, 5);
    }
    mann_var x = mann_random_shape(tape, rng, rank, n);
    uint32_t zeros = mann_rng_below(rng, 4);
    for (size_t r = 0; r < mann_lines(x, rank - 1); r++) {
        for (int32_t i = 0; i < n[rank - 1]; i++) {
            if (mann_rng_below(rng, 8) < zeros) {
                mann_value(x)[mann_line(x, rank - 1, r) + (size_t)i] = 0;
            }
        }
    }
    int32_t axis = (int32_t)mann_rng_below(rng, (uint32_t)rank);
    return builder(tape, x, axis, mann_rng_below(rng, 2), mann_rng_below(rng, 2));
}

static mann_var cumulative_sum_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_cumulative_sum);
}

static mann_var cumulative_product_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_cumulative_product);
}

const mann_op mann_op_cumulative_sum = {"cumulative_sum", cumulative_sum_forward,
                                        cumulative_sum_backward, cumulative_sum_random};
const mann_op mann_op_cumulative_product = {"cumulative_product", cumulative_product_forward,
                                            cumulative_product_backward, cumulative_product_random};

static mann_var build(mann_tape *tape, const mann_op *op, mann_var x, int32_t axis, bool exclusive,
                      bool reverse)
{
    if (!mann_shape_axis(tape, op->name, x, &axis)) {
        return &tape->dummy;
    }
    mann_node *node = mann_node_make(tape, op, 1, &x, 1, sizeof(cumulative_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "%s", op->name);
    }
    *(cumulative_attr *)node->attr = (cumulative_attr){axis, exclusive, reverse};
    mann_node_output(node, 0, x->rank, x->n);
    return mann_node_run(node);
}

mann_var mann_cumulative_sum(mann_tape *tape, mann_var x, int32_t axis, bool exclusive,
                             bool reverse)
{
    return build(tape, &mann_op_cumulative_sum, x, axis, exclusive, reverse);
}

mann_var mann_cumulative_product(mann_tape *tape, mann_var x, int32_t axis, bool exclusive,
                                 bool reverse)
{
    return build(tape, &mann_op_cumulative_product, x, axis, exclusive, reverse);
}
