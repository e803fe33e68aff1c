/* Squashing: columns in segments, each with a function of its own. */
#include "ad/array/walk.h"
#include "ad/random.h"

#include <string.h>

typedef struct squash_attr {
    mann_walk *walk; /* NULL: rank 2 */
    mann_real limit;
    int32_t count;
    mann_squash_part segment[];
} squash_attr;

static void squash_values(const mann_kernels *k, const mann_block *b)
{
    const squash_attr *attr = b->attr;
    size_t at = 0;
    for (int32_t i = 0; i < attr->count; i++) {
        const mann_squash_part *s = &attr->segment[i];
        k->squash(s->kind, b->rows, s->width, s->group, attr->limit, b->value[1] + at, b->ld[1],
                  b->value[0] + at, b->ld[0]);
        at += (size_t)s->width;
    }
}

static void squash_gradients(const mann_kernels *k, const mann_block *b)
{
    const squash_attr *attr = b->attr;
    size_t at = 0;
    for (int32_t i = 0; i < attr->count && b->grad[1]; i++) {
        const mann_squash_part *s = &attr->segment[i];
        k->squash_grad(s->kind, b->rows, s->width, s->group, attr->limit, b->value[1] + at,
                       b->ld[1], b->value[0] + at, b->ld[0], b->grad[0] + at, b->ld[0],
                       b->grad[1] + at, b->ld[1]);
        at += (size_t)s->width;
    }
}

static void squash_forward(const mann_kernels *k, mann_node *node)
{
    const squash_attr *attr = node->attr;
    mann_block all = mann_block_values(node);
    all.attr = attr;
    mann_walk_run(attr->walk, k, squash_values, &all);
}

static void squash_backward(const mann_kernels *k, mann_node *node)
{
    const squash_attr *attr = node->attr;
    mann_block all = mann_block_gradients(node);
    all.attr = attr;
    mann_walk_run(attr->walk, k, squash_gradients, &all);
}

static mann_var squash_random(mann_tape *tape, mann_rng *rng)
{
    if (mann_rng_below(rng, 2)) {
        mann_var x;
        mann_random_broadcast(tape, rng, 1, &x);
        return mann_activate(tape, x, (mann_squash_kind)mann_rng_below(rng, MANN_SOFTMAX + 1));
    }
    mann_squash_part segment[4];
    int32_t total = 0;
    for (int i = 0; i < 4; i++) {
        int32_t group = mann_random_size(rng, 20), groups = mann_random_size(rng, 3);
        mann_squash_kind kind = (mann_squash_kind)mann_rng_below(rng, MANN_SOFTMAX + 1);
        segment[i] = (mann_squash_part){kind, groups * group, group};
        total += groups * group;
    }
    int32_t heads = mann_rng_below(rng, 2) ? mann_random_size(rng, 3) : 0;
    int32_t B = mann_random_size(rng, 5);
    mann_var x = mann_random_normal(tape, rng, B, heads ? heads : total, heads ? total : 0);
    return mann_squash(tape, x, 4, segment, mann_rng_below(rng, 2) ? (mann_real)1.5 : 0);
}

const mann_op mann_op_squash = {"squash", squash_forward, squash_backward, squash_random};

mann_var mann_squash(mann_tape *tape, mann_var x, int32_t count, const mann_squash_part *segment,
                     mann_real limit)
{
    int32_t total = 0;
    for (int32_t i = 0; i < count; i++) {
        total += segment[i].width;
    }
    if (x->rank < 1 || total != x->n[x->rank - 1]) {
        return mann_shape_fail(tape, "squash", 1, &x, "with segments of %d columns", total);
    }
    size_t size = sizeof(squash_attr) + (size_t)count * sizeof *segment;
    mann_node *node = mann_node_make(tape, &mann_op_squash, 1, &x, 1, size);
    mann_walk *walk = x->rank == 2 ? NULL : mann_tape_scratch(tape, sizeof *walk);
    if (!node || (x->rank != 2 && !walk)) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "squash");
    }
    squash_attr *attr = node->attr;
    attr->walk = walk;
    attr->limit = limit;
    attr->count = count;
    memcpy(attr->segment, segment, (size_t)count * sizeof *segment);
    mann_var y = mann_node_output(node, 0, x->rank, x->n);
    if (walk) {
        mann_walk_make(walk, x->rank, x->n, 2, (mann_var[]){y, x}, true);
    }
    return mann_node_run(node);
}

mann_var mann_activate(mann_tape *tape, mann_var x, mann_squash_kind kind)
{
    int32_t columns = x->rank > 0 ? x->n[x->rank - 1] : 0;
    mann_squash_part all = {kind, columns, columns};
    return mann_squash(tape, x, 1, &all, 0);
}
