/* Walks. Blocks are as large as the operands allow: equal contiguous shapes are one, and so is a
 * row that is repeated for all others. */
#include "ad/array/walk.h"

#include <string.h>

enum { LAST = MANN_MAX_RANK - 1, CHUNK = 256 };

bool mann_walk_shape(mann_tape *tape, const char *name, int32_t count, const mann_var *in,
                     int32_t *rank, int32_t *n)
{
    *rank = 0;
    for (int32_t i = 0; i < count; i++) {
        *rank = in[i]->rank > *rank ? in[i]->rank : *rank;
    }
    for (int32_t a = 0; a < *rank; a++) {
        mann_var first = NULL; /* the input that this axis is as long as */
        n[a] = 1;
        for (int32_t i = 0; i < count; i++) {
            int32_t axis = a - (*rank - in[i]->rank);
            int32_t size = axis < 0 ? 1 : in[i]->n[axis];
            if (a == 0 && axis == 0) {
                n[0] = first && n[0] < size ? n[0] : size;
                first = in[i];
            } else if (n[a] == 1 && size > 1) {
                n[a] = size;
                first = in[i];
            } else if (size > 1 && size != n[a]) {
                mann_shape_fail(tape, name, 2, (mann_var[]){first, in[i]},
                                "do not broadcast at axis %d", a);
                return false;
            }
        }
    }
    return true;
}

/* The distance between neighbours of an operand along axis a of a walk of that rank. */
static int32_t stride_along(const mann_tensor *x, int32_t rank, int32_t a)
{
    int32_t axis = a - (rank - x->rank);
    return axis < 0 || x->n[axis] == 1 ? 0 : x->stride[axis];
}

/* Whether axis `at` of the walk begins anew at every step of a, in all operands. */
static bool follows(const mann_walk *walk, int32_t at, int32_t size, const int32_t *stride)
{
    int64_t n = walk->n[at];
    bool even = n * size <= INT32_MAX;
    for (int32_t i = 0; i < walk->count; i++) {
        even = even && stride[i] == walk->stride[i][at] * n;
    }
    return even;
}

void mann_walk_make(mann_walk *walk, int32_t rank, const int32_t *n, int32_t count,
                    const mann_var *operand, bool whole)
{
    *walk = (mann_walk){.count = count, .n = {1, 1, 1, 1}};
    int32_t at = LAST;
    for (int32_t a = rank - 1; a >= 0; a--) {
        int32_t stride[MANN_WALK_MOST];
        for (int32_t i = 0; i < count; i++) {
            stride[i] = stride_along(operand[i], rank, a);
        }
        bool closed = whole && at == LAST && a < rank - 1;
        if (n[a] == 1) {
            continue;
        }
        if (!closed && walk->n[at] > 1 && follows(walk, at, n[a], stride)) {
            walk->n[at] *= n[a];
            continue;
        }
        at -= closed || walk->n[at] > 1;
        walk->n[at] = n[a];
        for (int32_t i = 0; i < count; i++) {
            walk->stride[i][at] = stride[i];
        }
    }
    for (int32_t i = 0; i < count; i++) {
        walk->stride[i][LAST] = walk->n[LAST] > 1 ? walk->stride[i][LAST] : 1;
        walk->scattered |= walk->stride[i][LAST] != 1;
    }
}

/* Buffers of scattered operands. */
typedef struct staging {
    mann_real value[MANN_WALK_MOST][CHUNK], grad[MANN_WALK_MOST][CHUNK];
    const mann_real *held[MANN_WALK_MOST]; /* the number that fills the values, if it is one */
} staging;

static void fetch(staging *s, int32_t i, const mann_real *x, size_t stride, int32_t count)
{
    if (stride == 0 && s->held[i] == x) {
        return; /* the first part of a row is the longest */
    }
    for (int32_t c = 0; c < count; c++) {
        s->value[i][c] = x[(size_t)c * stride];
    }
    s->held[i] = stride == 0 ? x : NULL;
}

static void give_back(const mann_real *from, mann_real *grad, size_t stride, int32_t count)
{
    if (stride == 0) {
        double sum = 0;
        for (int32_t c = 0; c < count; c++) {
            sum += (double)from[c];
        }
        *grad += (mann_real)sum;
        return;
    }
    for (int32_t c = 0; c < count; c++) {
        grad[(size_t)c * stride] += from[c];
    }
}

/* A part of one row. */
static void run_part(const mann_walk *walk, const mann_kernels *kernels,
                     mann_block_function *function, const mann_block *part, staging *s)
{
    mann_block near = *part;
    for (int32_t i = 0; i < walk->count; i++) {
        int32_t stride = walk->stride[i][LAST];
        if (stride != 1 && part->value[i]) {
            fetch(s, i, part->value[i], (size_t)stride, part->cols);
            near.value[i] = s->value[i];
        }
        if (stride != 1 && part->grad[i]) {
            near.grad[i] = memset(s->grad[i], 0, (size_t)part->cols * sizeof(mann_real));
        }
    }
    function(kernels, &near);
    for (int32_t i = 0; i < walk->count; i++) {
        if (near.grad[i] != part->grad[i]) {
            give_back(near.grad[i], part->grad[i], (size_t)walk->stride[i][LAST], part->cols);
        }
    }
}

static void shift(mann_block *block, const mann_block *from, int32_t i, size_t by)
{
    block->value[i] = from->value[i] ? from->value[i] + by : NULL;
    block->grad[i] = from->grad[i] ? from->grad[i] + by : NULL;
}

static void run_scattered(const mann_walk *walk, const mann_kernels *kernels,
                          mann_block_function *function, const mann_block *block, staging *s)
{
    mann_block part = *block;
    part.rows = 1;
    for (int32_t row = 0; row < block->rows; row++) {
        for (int32_t at = 0; at < block->cols; at += CHUNK) {
            part.cols = block->cols - at < CHUNK ? block->cols - at : CHUNK;
            for (int32_t i = 0; i < walk->count; i++) {
                shift(&part, block, i,
                      (size_t)row * (size_t)block->ld[i] +
                          (size_t)at * (size_t)walk->stride[i][LAST]);
            }
            run_part(walk, kernels, function, &part, s);
        }
    }
}

void mann_walk_run(const mann_walk *walk, const mann_kernels *kernels,
                   mann_block_function *function, const mann_block *all)
{
    if (!walk) {
        function(kernels, all);
        return;
    }
    staging s;
    memset(s.held, 0, sizeof s.held);
    mann_block block = *all;
    block.rows = walk->n[LAST - 1];
    block.cols = walk->n[LAST];
    for (int32_t i = 0; i < walk->count; i++) {
        block.ld[i] = walk->stride[i][LAST - 1];
    }
    for (int32_t a = 0; a < walk->n[0]; a++) {
        for (int32_t b = 0; b < walk->n[1]; b++) {
            for (int32_t i = 0; i < walk->count; i++) {
                shift(&block, all, i,
                      (size_t)a * (size_t)walk->stride[i][0] +
                          (size_t)b * (size_t)walk->stride[i][1]);
            }
            if (walk->scattered) {
                run_scattered(walk, kernels, function, &block, &s);
            } else {
                function(kernels, &block);
            }
        }
    }
}

mann_block mann_block_values(const mann_node *node)
{
    mann_var y = node->out[0];
    mann_block block = {.rows = y->n[0], .cols = y->n[1]};
    block.value[0] = mann_value(y);
    block.ld[0] = y->stride[0];
    for (int32_t i = 0; i < node->n_in; i++) {
        block.value[i + 1] = mann_value(node->in[i]);
        block.ld[i + 1] = node->in[i]->stride[0];
    }
    return block;
}

mann_block mann_block_gradients(mann_node *node)
{
    mann_block block = mann_block_values(node);
    block.grad[0] = mann_out_grad(node, 0);
    for (int32_t i = 0; i < node->n_in; i++) {
        block.grad[i + 1] = mann_in_grad(node, i);
    }
    return block;
}
