/* Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up when training, so that
 * nothing need be done when evaluating. The mask is drawn when the operation is built; a replay
 * keeps it. */
#include "ad/array/move.h"
#include "ad/random.h"

typedef struct dropout_attr {
    const mann_real *factor; /* of each number of y: 0 or 1 / (1 - rate) */
} dropout_attr;

/* to (+)= factor from, where x and y are the strides of either side. */
static void apply(const mann_kernels *k, const mann_node *node, const mann_tensor *x,
                  const mann_real *from, const mann_tensor *y, mann_real *to, bool accumulate)
{
    const mann_real *factor = ((const dropout_attr *)node->attr)->factor;
    int32_t last = x->rank - 1, n = x->n[last];
    for (size_t r = 0; r < mann_lines(x, last); r++) {
        k->multiply(1, n, from + mann_line(x, last, r), 0, factor + r * (size_t)n, 0,
                    to + mann_line(y, last, r), 0, accumulate);
    }
}

static void dropout_forward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], y = node->out[0];
    apply(k, node, x, mann_value(x), y, mann_value(y), false);
}

static void dropout_backward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[0], y = node->out[0];
    mann_real *dx = mann_in_grad(node, 0);
    if (dx) {
        apply(k, node, y, mann_out_grad(node, 0), x, dx, true);
    }
}

static mann_var dropout_random(mann_tape *tape, mann_rng *rng)
{
    int32_t rank = mann_rng_between(rng, (mann_range){1, MANN_MAX_RANK}), n[MANN_MAX_RANK];
    for (int32_t a = 0; a < rank; a++) {
        n[a] = mann_random_size(rng, a < rank - 1 ? 4 : 40);
    }
    int32_t *rows = NULL;
    if (mann_rng_below(rng, 2)) {
        rows = mann_tape_scratch(tape, (size_t)n[0] * sizeof *rows);
        for (int32_t r = 0; rows && r < n[0]; r++) {
            rows[r] = (int32_t)mann_rng_below(rng, 3);
        }
    }
    mann_real rate = (mann_real)mann_rng_uniform(rng);
    return mann_dropout(tape, mann_random_shape(tape, rng, rank, n), rate, "dropout", rows);
}

const mann_op mann_op_dropout = {"dropout", dropout_forward, dropout_backward, dropout_random};

/* Row after row, each from where the row before of its sequence left the stream. NULL if a row has
 * no sequence or memory is short; the tape has failed then. */
static mann_real *draw(mann_tape *tape, mann_var x, mann_real rate, const char *purpose,
                       const int32_t *rows)
{
    int32_t R = x->n[0], sequences = rows ? 0 : R;
    size_t width = mann_size(x) / (size_t)R;
    for (int32_t r = 0; rows && r < R; r++) {
        if (rows[r] < 0 || rows[r] == INT32_MAX) {
            mann_op_fail(tape, &mann_op_dropout, "row %d is of sequence %d", r, rows[r]);
            return NULL;
        }
        sequences = rows[r] >= sequences ? rows[r] + 1 : sequences;
    }
    mann_real *factor = mann_tape_scratch(tape, mann_size(x) * sizeof *factor);
    mann_rng *stream = mann_tape_scratch(tape, (size_t)sequences * sizeof *stream);
    bool *begun = mann_tape_scratch(tape, (size_t)sequences * sizeof *begun);
    for (int32_t r = 0; r < R && factor && stream && begun; r++) {
        int32_t s = rows ? rows[r] : r;
        if (!begun[s]) {
            stream[s] = mann_tape_stream(tape, purpose, s);
            begun[s] = true;
        }
        for (size_t i = (size_t)r * width; i < ((size_t)r + 1) * width; i++) {
            bool keep = mann_rng_uniform(&stream[s]) >= (double)rate;
            factor[i] = keep ? 1 / (1 - rate) : 0;
        }
    }
    return begun ? factor : NULL;
}

mann_var mann_dropout(mann_tape *tape, mann_var x, mann_real rate, const char *purpose,
                      const int32_t *rows)
{
    if (x->rank < 1 || !(rate >= 0 && rate < 1)) {
        return mann_shape_fail(tape, "dropout", 1, &x,
                               "at a rate of %g: it must be at least 0 and below 1", (double)rate);
    }
    if (tape->mode == MANN_EVALUATE || rate == 0) {
        return x;
    }
    mann_node *node = mann_node_make(tape, &mann_op_dropout, 1, &x, 1, sizeof(dropout_attr));
    mann_real *factor = node ? draw(tape, x, rate, purpose, rows) : NULL;
    if (!factor) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "dropout");
    }
    ((dropout_attr *)node->attr)->factor = factor;
    mann_node_output(node, 0, x->rank, x->n);
    return mann_node_run(node);
}
