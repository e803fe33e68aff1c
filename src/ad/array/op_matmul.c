/* Products of matrices, many at once: y = a b, with either factor transposed as it is read.
 *
 *   da += dy b^T, db += a^T dy
 *
 * Matrices of a that share one b and follow each other evenly are one tall matrix. */
#include "ad/random.h"

typedef struct matmul_attr {
    int32_t m, n, k;
    bool transpose_a, transpose_b;
    /* Element (i, p) of a stands at i * a_row + p * a_col, (p, j) of b alike. */
    int32_t a_row, a_col, b_row, b_col;
    /* The matrices that y holds, and the strides from one to the next: 0 for one again and again.
     */
    int32_t outer[2], a_outer[2], b_outer[2], y_outer[2];
} matmul_attr;

/* Where matrix (i, j) begins. */
static size_t at(const int32_t outer[2], int32_t i, int32_t j)
{
    return (size_t)i * (size_t)outer[0] + (size_t)j * (size_t)outer[1];
}

static void matmul_forward(const mann_kernels *k, mann_node *node)
{
    const matmul_attr *s = node->attr;
    for (int32_t i = 0; i < s->outer[0]; i++) {
        for (int32_t j = 0; j < s->outer[1]; j++) {
            k->product(s->m, s->n, s->k, 1, mann_value(node->in[0]) + at(s->a_outer, i, j),
                       s->a_row, s->a_col, mann_value(node->in[1]) + at(s->b_outer, i, j), s->b_row,
                       s->b_col, mann_value(node->out[0]) + at(s->y_outer, i, j), s->n, false);
        }
    }
}

/* da [m, k] += dy b^T, or as it is stored, da^T [k, m] += b dy^T. */
static void grad_a(const mann_kernels *k, const matmul_attr *s, const mann_real *b,
                   const mann_real *dy, mann_real *da)
{
    if (s->transpose_a) {
        k->product(s->k, s->m, s->n, 1, b, s->b_row, s->b_col, dy, 1, s->n, da, s->a_col, true);
    } else {
        k->product(s->m, s->k, s->n, 1, dy, s->n, 1, b, s->b_col, s->b_row, da, s->a_row, true);
    }
}

/* db [k, n] += a^T dy, or db^T [n, k] += dy^T a. */
static void grad_b(const mann_kernels *k, const matmul_attr *s, const mann_real *a,
                   const mann_real *dy, mann_real *db)
{
    if (s->transpose_b) {
        k->product(s->n, s->k, s->m, 1, dy, 1, s->n, a, s->a_row, s->a_col, db, s->b_col, true);
    } else {
        k->product(s->k, s->n, s->m, 1, a, s->a_col, s->a_row, dy, s->n, 1, db, s->b_row, true);
    }
}

static void matmul_backward(const mann_kernels *k, mann_node *node)
{
    const matmul_attr *s = node->attr;
    mann_real *da = mann_in_grad(node, 0), *db = mann_in_grad(node, 1);
    for (int32_t i = 0; i < s->outer[0]; i++) {
        for (int32_t j = 0; j < s->outer[1]; j++) {
            const mann_real *dy = mann_out_grad(node, 0) + at(s->y_outer, i, j);
            size_t in_a = at(s->a_outer, i, j), in_b = at(s->b_outer, i, j);
            if (da) {
                grad_a(k, s, mann_value(node->in[1]) + in_b, dy, da + in_a);
            }
            if (db) {
                grad_b(k, s, mann_value(node->in[0]) + in_a, dy, db + in_b);
            }
        }
    }
}

/* The leading axes of a factor: all of the result's or fewer, some of them 1. */
static int32_t example_leading(mann_rng *rng, int32_t rank, bool full, const int32_t *leading,
                               int32_t *n)
{
    int32_t own =
        full || mann_rng_below(rng, 2) ? rank : mann_rng_between(rng, (mann_range){2, rank});
    for (int32_t a = 0; a < own - 2; a++) {
        n[a] = mann_rng_below(rng, 4) ? leading[rank - own + a] : 1;
    }
    if (own == rank && rank > 2) {
        n[0] = leading[0] + mann_rng_between(rng, (mann_range){0, 1});
    }
    return own;
}

static mann_var matmul_random(mann_tape *tape, mann_rng *rng)
{
    int32_t rank = mann_rng_between(rng, (mann_range){2, MANN_MAX_RANK});
    int32_t leading[2] = {mann_random_size(rng, 3), mann_random_size(rng, 3)};
    int32_t m = mann_random_size(rng, 9), n = mann_random_size(rng, 20);
    int32_t k = mann_random_size(rng, 9), shape[MANN_MAX_RANK];
    bool transpose_a = mann_rng_below(rng, 2), transpose_b = mann_rng_below(rng, 2);
    bool a_full = mann_rng_below(rng, 2);
    int32_t own = example_leading(rng, rank, a_full, leading, shape);
    shape[own - 2] = transpose_a ? k : m;
    shape[own - 1] = transpose_a ? m : k;
    mann_var a = mann_random_shape(tape, rng, own, shape);
    own = example_leading(rng, rank, !a_full, leading, shape);
    shape[own - 2] = transpose_b ? n : k;
    shape[own - 1] = transpose_b ? k : n;
    return mann_matmul(tape, a, mann_random_shape(tape, rng, own, shape), transpose_a, transpose_b);
}

const mann_op mann_op_matmul = {"matmul", matmul_forward, matmul_backward, matmul_random};

/* Axis `axis` of the leading ones of a result of this rank, as x has it; 1 if x does not. */
static int32_t leading(const mann_tensor *x, int32_t rank, int32_t axis)
{
    return axis < rank - x->rank ? 1 : x->n[axis - (rank - x->rank)];
}

static int32_t leading_stride(const mann_tensor *x, int32_t rank, int32_t axis)
{
    return leading(x, rank, axis) == 1 ? 0 : x->stride[axis - (rank - x->rank)];
}

/* The shape of the result; false if it has none. */
static bool shape(mann_tape *tape, mann_var a, mann_var b, const matmul_attr *s, int32_t *rank,
                  int32_t n[MANN_MAX_RANK])
{
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int32_t axis = 0; axis < *rank - 2; axis++) {
        int32_t of_a = leading(a, *rank, axis), of_b = leading(b, *rank, axis);
        if (axis == 0 && a->rank == b->rank) {
            n[0] = of_a < of_b ? of_a : of_b;
        } else if (of_a == of_b || of_a == 1 || of_b == 1) {
            n[axis] = of_a > of_b ? of_a : of_b;
        } else {
            mann_shape_fail(tape, "matmul", 2, (mann_var[]){a, b}, "do not broadcast at axis %d",
                            axis);
            return false;
        }
    }
    n[*rank - 2] = s->m;
    n[*rank - 1] = s->n;
    return true;
}

/* Strides from matrix to matrix, of as few matrices as there can be. */
static void lay_out(matmul_attr *s, int32_t rank, const mann_tensor *a, const mann_tensor *b,
                    const mann_tensor *y)
{
    for (int32_t i = 0; i < 2; i++) {
        int32_t axis = rank - 4 + i;
        s->outer[i] = axis < 0 ? 1 : y->n[axis];
        s->y_outer[i] = axis < 0 ? 0 : y->stride[axis];
        s->a_outer[i] = axis < 0 ? 0 : leading_stride(a, rank, axis);
        s->b_outer[i] = axis < 0 ? 0 : leading_stride(b, rank, axis);
    }
    for (int32_t i = 1; i >= 0; i--) {
        bool inner = i == 1 || s->outer[1] == 1;
        bool tall =
            s->b_outer[i] == 0 && !s->transpose_a && (int64_t)s->m * s->a_row == s->a_outer[i];
        if (inner && tall) {
            s->m *= s->outer[i];
            s->outer[i] = 1;
        }
    }
}

mann_var mann_matmul(mann_tape *tape, mann_var a, mann_var b, bool transpose_a, bool transpose_b)
{
    mann_var in[2] = {a, b};
    if (a->rank < 2 || b->rank < 2) {
        return mann_shape_fail(tape, "matmul", 2, in, "are not matrices");
    }
    const int32_t *na = a->n + a->rank - 2, *nb = b->n + b->rank - 2;
    const int32_t *sa = a->stride + a->rank - 2, *sb = b->stride + b->rank - 2;
    matmul_attr s = {
        .m = na[transpose_a],
        .k = na[!transpose_a],
        .n = nb[!transpose_b],
        .transpose_a = transpose_a,
        .transpose_b = transpose_b,
        .a_row = sa[transpose_a],
        .a_col = sa[!transpose_a],
        .b_row = sb[transpose_b],
        .b_col = sb[!transpose_b],
    };
    if (nb[transpose_b] != s.k) {
        return mann_shape_fail(tape, "matmul", 2, in, "with%s: %d columns times %d rows",
                               transpose_a && transpose_b ? " both transposed"
                               : transpose_a              ? " the first transposed"
                               : transpose_b              ? " the second transposed"
                                                          : "out a transpose",
                               s.k, nb[transpose_b]);
    }
    int32_t rank, n[MANN_MAX_RANK];
    if (!shape(tape, a, b, &s, &rank, n)) {
        return &tape->dummy;
    }
    mann_node *node = mann_node_make(tape, &mann_op_matmul, 2, in, 1, sizeof s);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "matmul");
    }
    lay_out(&s, rank, a, b, mann_node_output(node, 0, rank, n));
    *(matmul_attr *)node->attr = s;
    return mann_node_run(node);
}
