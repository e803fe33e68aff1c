/* Sums, products, interpolation, distance and squashing of rows. */
#include "ad/example.h"

#include <string.h>

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* A node over inputs of equal width, its output as tall as the shortest. */
static mann_node *row_node(mann_tape *tape, const mann_op *op, int32_t count, const mann_var *in)
{
    int32_t n[2] = {in[0]->n[0], in[0]->n[1]};
    for (int32_t i = 0; i < count; i++) {
        if (in[i]->rank != 2 || in[i]->n[1] != n[1]) {
            mann_op_fail(tape, op, "input 1 is [%d, %d], input %d is [%d, %d]", n[0], n[1], i + 1,
                         in[i]->n[0], in[i]->n[1]);
            return NULL;
        }
        n[0] = least(n[0], in[i]->n[0]);
    }
    mann_node *node = mann_node_make(tape, op, count, in, 1, 0);
    if (node) {
        mann_node_output(node, 0, 2, n);
    }
    return node;
}

static mann_var run(mann_tape *tape, mann_node *node)
{
    return node ? mann_node_run(node) : mann_tape_fail(tape, MANN_E_NOMEM, "elementwise");
}

static void add_forward(const mann_kernels *k, mann_node *node)
{
    mann_var a = node->in[0], b = node->in[1], y = node->out[0];
    k->add(y->n[0], y->n[1], mann_value(a), a->stride[0], mann_value(b), b->stride[0],
           mann_value(y), y->stride[0]);
}

static void add_backward(const mann_kernels *k, mann_node *node)
{
    mann_var y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    for (int32_t i = 0; i < 2; i++) {
        mann_real *dx = mann_in_grad(node, i);
        if (dx) {
            k->accumulate(y->n[0], y->n[1], dy, y->stride[0], dx, node->in[i]->stride[0]);
        }
    }
}

static mann_var add_example(mann_tape *tape, mann_rng *rng)
{
    int32_t n = mann_example_size(rng, 40);
    mann_var a = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    return mann_add(tape, a, mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0));
}

const mann_op mann_op_add = {"add", add_forward, add_backward, add_example};

mann_var mann_add(mann_tape *tape, mann_var a, mann_var b)
{
    return run(tape, row_node(tape, &mann_op_add, 2, (mann_var[]){a, b}));
}

static void multiply_forward(const mann_kernels *k, mann_node *node)
{
    mann_var a = node->in[0], b = node->in[1], y = node->out[0];
    k->multiply(y->n[0], y->n[1], mann_value(a), a->stride[0], mann_value(b), b->stride[0],
                mann_value(y), y->stride[0], false);
}

static void multiply_backward(const mann_kernels *k, mann_node *node)
{
    mann_var y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    for (int32_t i = 0; i < 2; i++) {
        mann_var other = node->in[1 - i];
        mann_real *dx = mann_in_grad(node, i);
        if (dx) {
            k->multiply(y->n[0], y->n[1], dy, y->stride[0], mann_value(other), other->stride[0], dx,
                        node->in[i]->stride[0], true);
        }
    }
}

static mann_var multiply_example(mann_tape *tape, mann_rng *rng)
{
    int32_t n = mann_example_size(rng, 40);
    mann_var a = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    return mann_multiply(tape, a, mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0));
}

const mann_op mann_op_multiply = {"multiply", multiply_forward, multiply_backward,
                                  multiply_example};

mann_var mann_multiply(mann_tape *tape, mann_var a, mann_var b)
{
    return run(tape, row_node(tape, &mann_op_multiply, 2, (mann_var[]){a, b}));
}

static void interpolate_forward(const mann_kernels *k, mann_node *node)
{
    mann_var g = node->in[0], a = node->in[1], b = node->in[2], y = node->out[0];
    k->interpolate(y->n[0], y->n[1], mann_value(g), g->stride[0], mann_value(a), a->stride[0],
                   mann_value(b), b->stride[0], mann_value(y), y->stride[0]);
}

static void interpolate_backward(const mann_kernels *k, mann_node *node)
{
    mann_var g = node->in[0], a = node->in[1], b = node->in[2], y = node->out[0];
    k->interpolate_grad(y->n[0], y->n[1], mann_value(g), g->stride[0], mann_value(a), a->stride[0],
                        mann_value(b), b->stride[0], mann_out_grad(node, 0), y->stride[0],
                        mann_in_grad(node, 0), g->stride[0], mann_in_grad(node, 1), a->stride[0],
                        mann_in_grad(node, 2), b->stride[0]);
}

static mann_var interpolate_example(mann_tape *tape, mann_rng *rng)
{
    int32_t n = mann_example_size(rng, 40);
    mann_var g = mann_example_uniform(tape, rng, mann_example_size(rng, 5), n, 0, 0, 1);
    mann_var a = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    mann_var b = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    return mann_interpolate(tape, g, a, b);
}

const mann_op mann_op_interpolate = {"interpolate", interpolate_forward, interpolate_backward,
                                     interpolate_example};

mann_var mann_interpolate(mann_tape *tape, mann_var gate, mann_var a, mann_var b)
{
    return run(tape, row_node(tape, &mann_op_interpolate, 3, (mann_var[]){gate, a, b}));
}

static void distance_forward(const mann_kernels *k, mann_node *node)
{
    mann_var a = node->in[0], b = node->in[1], y = node->out[0];
    k->distance(y->n[0], y->n[1], mann_value(a), a->stride[0], mann_value(b), b->stride[0],
                mann_value(y), y->stride[0]);
}

static void distance_backward(const mann_kernels *k, mann_node *node)
{
    mann_var a = node->in[0], b = node->in[1], y = node->out[0];
    k->distance_grad(y->n[0], y->n[1], mann_value(a), a->stride[0], mann_value(b), b->stride[0],
                     mann_out_grad(node, 0), y->stride[0], mann_in_grad(node, 0), a->stride[0],
                     mann_in_grad(node, 1), b->stride[0]);
}

static mann_var distance_example(mann_tape *tape, mann_rng *rng)
{
    int32_t n = mann_example_size(rng, 40);
    mann_var a = mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0);
    return mann_distance(tape, a, mann_example_normal(tape, rng, mann_example_size(rng, 5), n, 0));
}

const mann_op mann_op_distance = {"distance", distance_forward, distance_backward,
                                  distance_example};

mann_var mann_distance(mann_tape *tape, mann_var a, mann_var b)
{
    return run(tape, row_node(tape, &mann_op_distance, 2, (mann_var[]){a, b}));
}

typedef struct squash_attr {
    mann_real limit;
    int32_t count;
    mann_segment segment[];
} squash_attr;

static void squash_forward(const mann_kernels *k, mann_node *node)
{
    const squash_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    size_t at = 0;
    for (int32_t i = 0; i < attr->count; i++) {
        const mann_segment *s = &attr->segment[i];
        k->squash(s->kind, y->n[0], s->width, s->group, attr->limit, mann_value(x) + at,
                  x->stride[0], mann_value(y) + at, y->stride[0]);
        at += (size_t)s->width;
    }
}

static void squash_backward(const mann_kernels *k, mann_node *node)
{
    const squash_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0);
    size_t at = 0;
    for (int32_t i = 0; i < attr->count && dx; i++) {
        const mann_segment *s = &attr->segment[i];
        k->squash_grad(s->kind, y->n[0], s->width, s->group, attr->limit, mann_value(x) + at,
                       x->stride[0], mann_value(y) + at, y->stride[0], dy + at, y->stride[0],
                       dx + at, x->stride[0]);
        at += (size_t)s->width;
    }
}

static mann_var squash_example(mann_tape *tape, mann_rng *rng)
{
    mann_segment segment[4];
    int32_t total = 0;
    for (int i = 0; i < 4; i++) {
        int32_t group = mann_example_size(rng, 20), groups = mann_example_size(rng, 3);
        mann_squash_kind kind = (mann_squash_kind)mann_rng_below(rng, MANN_SOFTMAX + 1);
        segment[i] = (mann_segment){kind, groups * group, group};
        total += groups * group;
    }
    mann_var x = mann_example_normal(tape, rng, mann_example_size(rng, 5), total, 0);
    return mann_squash(tape, x, 4, segment, mann_rng_below(rng, 2) ? (mann_real)1.5 : 0);
}

const mann_op mann_op_squash = {"squash", squash_forward, squash_backward, squash_example};

mann_var mann_squash(mann_tape *tape, mann_var x, int32_t count, const mann_segment *segment,
                     mann_real limit)
{
    int32_t total = 0;
    for (int32_t i = 0; i < count; i++) {
        total += segment[i].width;
    }
    if (x->rank != 2 || total != x->n[1]) {
        return mann_op_fail(tape, &mann_op_squash, "x [%d, %d] with segments of %d columns",
                            x->n[0], x->n[1], total);
    }
    size_t size = sizeof(squash_attr) + (size_t)count * sizeof *segment;
    mann_node *node = mann_node_make(tape, &mann_op_squash, 1, &x, 1, size);
    if (node) {
        squash_attr *attr = node->attr;
        attr->limit = limit;
        attr->count = count;
        memcpy(attr->segment, segment, (size_t)count * sizeof *segment);
        mann_node_output(node, 0, 2, x->n);
    }
    return run(tape, node);
}
