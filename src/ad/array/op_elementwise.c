/* Operations number by number over shapes that broadcast: each is a function of blocks for the
 * values, one for the gradients, and a row below them. */
#include "ad/array/walk.h"
#include "ad/random.h"

#include <string.h>

typedef struct elementwise {
    mann_block_function *values, *gradients;
} elementwise;

typedef struct elementwise_attr {
    const elementwise *of;
    mann_walk *walk; /* NULL: rows of equal width */
} elementwise_attr;

static void forward(const mann_kernels *k, mann_node *node)
{
    const elementwise_attr *attr = node->attr;
    mann_block all = mann_block_values(node);
    mann_walk_run(attr->walk, k, attr->of->values, &all);
}

static void backward(const mann_kernels *k, mann_node *node)
{
    const elementwise_attr *attr = node->attr;
    mann_block all = mann_block_gradients(node);
    mann_walk_run(attr->walk, k, attr->of->gradients, &all);
}

static mann_var build(mann_tape *tape, const mann_op *op, const elementwise *of, int32_t count,
                      const mann_var *in)
{
    int32_t rank, n[MANN_MAX_RANK];
    if (!mann_walk_shape(tape, op->name, count, in, &rank, n)) {
        return &tape->dummy;
    }
    bool rows = rank == 2;
    for (int32_t i = 0; i < count; i++) {
        rows = rows && in[i]->rank == 2 && in[i]->n[1] == n[1];
    }
    mann_node *node = mann_node_make(tape, op, count, in, 1, sizeof(elementwise_attr));
    mann_walk *walk = rows ? NULL : mann_tape_scratch(tape, sizeof *walk);
    if (!node || (!rows && !walk)) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "%s", op->name);
    }
    *(elementwise_attr *)node->attr = (elementwise_attr){of, walk};
    mann_var operand[MANN_WALK_MOST] = {mann_node_output(node, 0, rank, n)};
    if (walk) {
        memcpy(operand + 1, in, (size_t)count * sizeof *in);
        mann_walk_make(walk, rank, n, count + 1, operand, false);
    }
    return mann_node_run(node);
}

#define ROW(name)                                                                                  \
    static const elementwise of_##name = {name##_values, name##_gradients};                        \
    const mann_op mann_op_##name = {#name, forward, backward, name##_random};

static mann_var example(mann_tape *tape, mann_rng *rng,
                        mann_var (*builder)(mann_tape *, mann_var, mann_var))
{
    mann_var in[2];
    mann_random_broadcast(tape, rng, 2, in);
    return builder(tape, in[0], in[1]);
}

/* --- a + b --- */

static void add_values(const mann_kernels *k, const mann_block *b)
{
    k->add(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[0], b->ld[0]);
}

static void add_gradients(const mann_kernels *k, const mann_block *b)
{
    for (int i = 1; i < 3; i++) {
        if (b->grad[i]) {
            k->accumulate(b->rows, b->cols, b->grad[0], b->ld[0], b->grad[i], b->ld[i]);
        }
    }
}

static mann_var add_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_add);
}

ROW(add)

mann_var mann_add(mann_tape *tape, mann_var a, mann_var b)
{
    return build(tape, &mann_op_add, &of_add, 2, (mann_var[]){a, b});
}

/* --- a - b --- */

static void subtract_values(const mann_kernels *k, const mann_block *b)
{
    k->subtract(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[0],
                b->ld[0]);
}

static void subtract_gradients(const mann_kernels *k, const mann_block *b)
{
    if (b->grad[1]) {
        k->accumulate(b->rows, b->cols, b->grad[0], b->ld[0], b->grad[1], b->ld[1]);
    }
    if (b->grad[2]) {
        k->subtract(b->rows, b->cols, b->grad[2], b->ld[2], b->grad[0], b->ld[0], b->grad[2],
                    b->ld[2]);
    }
}

static mann_var subtract_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_subtract);
}

ROW(subtract)

mann_var mann_subtract(mann_tape *tape, mann_var a, mann_var b)
{
    return build(tape, &mann_op_subtract, &of_subtract, 2, (mann_var[]){a, b});
}

/* --- a b --- */

static void multiply_values(const mann_kernels *k, const mann_block *b)
{
    k->multiply(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[0],
                b->ld[0], false);
}

static void multiply_gradients(const mann_kernels *k, const mann_block *b)
{
    for (int i = 1; i < 3; i++) {
        int other = 3 - i;
        if (b->grad[i]) {
            k->multiply(b->rows, b->cols, b->grad[0], b->ld[0], b->value[other], b->ld[other],
                        b->grad[i], b->ld[i], true);
        }
    }
}

static mann_var multiply_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_multiply);
}

ROW(multiply)

mann_var mann_multiply(mann_tape *tape, mann_var a, mann_var b)
{
    return build(tape, &mann_op_multiply, &of_multiply, 2, (mann_var[]){a, b});
}

mann_var mann_scale(mann_tape *tape, mann_var x, mann_real factor)
{
    return mann_multiply(tape, x, mann_full(tape, 0, NULL, factor));
}

/* --- the larger of a and b --- */

static void maximum_values(const mann_kernels *k, const mann_block *b)
{
    k->maximum(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[0],
               b->ld[0]);
}

static void maximum_gradients(const mann_kernels *k, const mann_block *b)
{
    k->maximum_grad(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->grad[0],
                    b->ld[0], b->grad[1], b->ld[1], b->grad[2], b->ld[2]);
}

static mann_var maximum_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_maximum);
}

ROW(maximum)

mann_var mann_maximum(mann_tape *tape, mann_var a, mann_var b)
{
    return build(tape, &mann_op_maximum, &of_maximum, 2, (mann_var[]){a, b});
}

/* --- |a - b| --- */

static void distance_values(const mann_kernels *k, const mann_block *b)
{
    k->distance(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[0],
                b->ld[0]);
}

static void distance_gradients(const mann_kernels *k, const mann_block *b)
{
    k->distance_grad(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->grad[0],
                     b->ld[0], b->grad[1], b->ld[1], b->grad[2], b->ld[2]);
}

static mann_var distance_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, mann_distance);
}

ROW(distance)

mann_var mann_distance(mann_tape *tape, mann_var a, mann_var b)
{
    return build(tape, &mann_op_distance, &of_distance, 2, (mann_var[]){a, b});
}

/* --- gate a + (1 - gate) b --- */

static void interpolate_values(const mann_kernels *k, const mann_block *b)
{
    k->interpolate(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[3],
                   b->ld[3], b->value[0], b->ld[0]);
}

static void interpolate_gradients(const mann_kernels *k, const mann_block *b)
{
    k->interpolate_grad(b->rows, b->cols, b->value[1], b->ld[1], b->value[2], b->ld[2], b->value[3],
                        b->ld[3], b->grad[0], b->ld[0], b->grad[1], b->ld[1], b->grad[2], b->ld[2],
                        b->grad[3], b->ld[3]);
}

static mann_var interpolate_random(mann_tape *tape, mann_rng *rng)
{
    mann_var in[3];
    mann_random_broadcast(tape, rng, 3, in);
    return mann_interpolate(tape, in[0], in[1], in[2]);
}

ROW(interpolate)

mann_var mann_interpolate(mann_tape *tape, mann_var gate, mann_var a, mann_var b)
{
    return build(tape, &mann_op_interpolate, &of_interpolate, 3, (mann_var[]){gate, a, b});
}
