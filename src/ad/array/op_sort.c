/* Sorting along the last axis. The order is piecewise constant in x, so the gradient goes back to
 * where the numbers came from and to nothing else. */
#include "ad/array/move.h"
#include "ad/random.h"

#include <string.h>

typedef struct sort_attr {
    bool descending;
    int32_t *index;   /* of the shape of x, contiguous */
    int32_t *scratch; /* [n] */
} sort_attr;

/* Whether number b must stand before number a; NaN is greater than all others. */
static bool before(bool descending, mann_real b, mann_real a)
{
    mann_real low = descending ? a : b, high = descending ? b : a;
    return low < high || (high != high && low == low);
}

/* Merges index[0..half) and index[half..n), each in order, through scratch; equal ones keep theirs.
 */
static void merge(bool descending, const mann_real *x, int32_t half, int32_t n, int32_t *index,
                  int32_t *scratch)
{
    memcpy(scratch, index, (size_t)half * sizeof *index);
    int32_t left = 0, right = half;
    for (int32_t to = 0; left < half; to++) {
        bool take = right < n && before(descending, x[index[right]], x[scratch[left]]);
        index[to] = take ? index[right++] : scratch[left++];
    }
}

static void sort_row(const sort_attr *attr, const mann_real *x, int32_t n, int32_t *index)
{
    for (int32_t i = 0; i < n; i++) {
        index[i] = i;
    }
    for (int32_t run = 1; run<n; run = run> n / 2 ? n : 2 * run) {
        for (int32_t from = 0; n - from > run; from += n - from > 2 * run ? 2 * run : n - from) {
            int32_t size = n - from > 2 * run ? 2 * run : n - from;
            merge(attr->descending, x, run, size, index + from, attr->scratch);
        }
    }
}

static void sort_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const sort_attr *attr = node->attr;
    mann_var x = node->in[0], y = node->out[0];
    int32_t last = x->rank - 1, n = x->n[last];
    for (size_t r = 0; r < mann_lines(x, last); r++) {
        const mann_real *from = mann_value(x) + mann_line(x, last, r);
        mann_real *to = mann_value(y) + r * (size_t)n;
        int32_t *index = attr->index + r * (size_t)n;
        sort_row(attr, from, n, index);
        for (int32_t i = 0; i < n; i++) {
            to[i] = from[index[i]];
        }
    }
}

static void sort_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const sort_attr *attr = node->attr;
    mann_var x = node->in[0];
    int32_t last = x->rank - 1, n = x->n[last];
    const mann_real *dy = mann_out_grad(node, 0);
    mann_real *dx = mann_in_grad(node, 0);
    for (size_t r = 0; r < mann_lines(x, last) && dx; r++) {
        mann_real *to = dx + mann_line(x, last, r);
        for (size_t i = r * (size_t)n; i < (r + 1) * (size_t)n; i++) {
            to[attr->index[i]] += dy[i];
        }
    }
}

static mann_var sort_random(mann_tape *tape, mann_rng *rng)
{
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, a < rank - 1 ? 3 : 12);
    }
    return mann_sort(tape, mann_random_shape(tape, rng, rank, n), mann_rng_below(rng, 2), NULL);
}

const mann_op mann_op_sort = {"sort", sort_forward, sort_backward, sort_random};

mann_var mann_sort(mann_tape *tape, mann_var x, bool descending, int32_t **index)
{
    if (index) {
        *index = NULL;
    }
    int32_t last = -1;
    if (!mann_shape_axis(tape, "sort", x, &last)) {
        return &tape->dummy;
    }
    mann_node *node = mann_node_make(tape, &mann_op_sort, 1, &x, 1, sizeof(sort_attr));
    sort_attr attr = {descending, mann_tape_scratch(tape, mann_size(x) * sizeof *attr.index),
                      mann_tape_scratch(tape, (size_t)x->n[last] * sizeof *attr.scratch)};
    if (!node || !attr.index || !attr.scratch) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "sort");
    }
    *(sort_attr *)node->attr = attr;
    if (index) {
        *index = attr.index;
    }
    mann_node_output(node, 0, x->rank, x->n);
    return mann_node_run(node);
}
