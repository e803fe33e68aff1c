/* Rows of several tensors as one: what was reached at different steps, or in another order. */
#include "ad/example.h"

#include <string.h>

typedef struct gather_attr {
    const int32_t *of, *row; /* [rows]; of may be NULL */
} gather_attr;

/* Where row r of the output comes from: input and offset there. */
static mann_var source(const mann_node *node, int32_t r, int32_t *input, size_t *offset)
{
    const gather_attr *attr = node->attr;
    *input = attr->of ? attr->of[r] : 0;
    mann_var x = node->in[*input];
    *offset = (size_t)attr->row[r] * (size_t)x->stride[0];
    return x;
}

static void gather_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    mann_var y = node->out[0];
    int32_t input;
    size_t offset;
    for (int32_t r = 0; r < y->n[0]; r++) {
        mann_var x = source(node, r, &input, &offset);
        memcpy(mann_value(y) + (size_t)r * (size_t)y->stride[0], mann_value(x) + offset,
               (size_t)y->n[1] * sizeof(mann_real));
    }
}

static void gather_backward(const mann_kernels *k, mann_node *node)
{
    mann_var y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    int32_t input;
    size_t offset;
    for (int32_t r = 0; r < y->n[0]; r++) {
        source(node, r, &input, &offset);
        mann_real *dx = mann_in_grad(node, input);
        if (dx) {
            k->accumulate(1, y->n[1], dy + (size_t)r * (size_t)y->stride[0], 0, dx + offset, 0);
        }
    }
}

static mann_var gather_example(mann_tape *tape, mann_rng *rng)
{
    enum { MOST = 3 };
    int32_t count = mann_example_size(rng, MOST), n = mann_example_size(rng, 40);
    int32_t rows = mann_example_size(rng, 9);
    mann_var x[MOST];
    for (int32_t i = 0; i < count; i++) {
        x[i] = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    }
    int32_t *of = mann_tape_scratch(tape, (size_t)rows * sizeof *of);
    int32_t *row = mann_tape_scratch(tape, (size_t)rows * sizeof *row);
    for (int32_t r = 0; of && row && r < rows; r++) {
        of[r] = (int32_t)mann_rng_below(rng, (uint32_t)count);
        row[r] = (int32_t)mann_rng_below(rng, (uint32_t)x[of[r]]->n[0]);
    }
    return mann_gather(tape, count, x, rows, count > 1 ? of : NULL, row);
}

const mann_op mann_op_gather = {"gather", gather_forward, gather_backward, gather_example};

mann_var mann_gather(mann_tape *tape, int32_t count, const mann_var *x, int32_t rows,
                     const int32_t *of, const int32_t *row)
{
    int32_t width = x[0]->n[1];
    for (int32_t i = 0; i < count; i++) {
        if (x[i]->rank != 2 || x[i]->n[1] != width) {
            return mann_op_fail(tape, &mann_op_gather, "input 1 is [%d, %d], input %d is [%d, %d]",
                                x[0]->n[0], width, i + 1, x[i]->n[0], x[i]->n[1]);
        }
    }
    for (int32_t r = 0; row && r < rows; r++) {
        int32_t i = of ? of[r] : 0;
        if (i < 0 || i >= count || row[r] < 0 || row[r] >= x[i]->n[0]) {
            return mann_op_fail(tape, &mann_op_gather, "row %d of input %d of %d", row[r], i + 1,
                                count);
        }
    }
    mann_node *node =
        row ? mann_node_make(tape, &mann_op_gather, count, x, 1, sizeof(gather_attr)) : NULL;
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "gather");
    }
    *(gather_attr *)node->attr = (gather_attr){of, row};
    mann_node_output(node, 0, 2, (int32_t[]){rows, width});
    return mann_node_run(node);
}
