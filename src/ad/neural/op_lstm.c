/* The LSTM cell as one operation with two outputs, the hidden state and the new cell. */
#include "ad/random.h"

typedef struct lstm_attr {
    mann_real *squashed, *tanh_cell; /* [B, 4H], [B, H] */
} lstm_attr;

static void lstm_forward(const mann_kernels *k, mann_node *node)
{
    const lstm_attr *attr = node->attr;
    mann_var gates = node->in[0], cell = node->in[1], hidden = node->out[0];
    k->lstm(hidden->n[0], hidden->n[1], mann_value(gates), gates->stride[0], mann_value(cell),
            cell->stride[0], attr->squashed, mann_value(node->out[1]), attr->tanh_cell,
            mann_value(hidden));
}

static void lstm_backward(const mann_kernels *k, mann_node *node)
{
    const lstm_attr *attr = node->attr;
    mann_var gates = node->in[0], cell = node->in[1], hidden = node->out[0];
    k->lstm_grad(hidden->n[0], hidden->n[1], attr->squashed, mann_value(cell), cell->stride[0],
                 attr->tanh_cell, mann_out_grad(node, 0), mann_out_grad(node, 1),
                 mann_in_grad(node, 0), gates->stride[0], mann_in_grad(node, 1), cell->stride[0]);
}

static mann_var lstm_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 5), H = mann_random_size(rng, 20);
    mann_var gates = mann_random_normal(tape, rng, B, 4 * H, 0);
    mann_var cell =
        mann_random_normal(tape, rng, B + mann_rng_between(rng, (mann_range){0, 2}), H, 0);
    mann_var new_cell, hidden = mann_lstm(tape, gates, cell, &new_cell);
    return mann_concat(tape, 1, 2, (mann_var[]){hidden, new_cell});
}

const mann_op mann_op_lstm = {"lstm", lstm_forward, lstm_backward, lstm_random};

mann_var mann_lstm(mann_tape *tape, mann_var gates, mann_var cell, mann_var *new_cell)
{
    int32_t n[2] = {gates->n[0], cell->n[1]};
    if (gates->rank != 2 || cell->rank != 2 || gates->n[1] != 4 * cell->n[1] ||
        cell->n[0] < gates->n[0]) {
        return *new_cell = mann_op_fail(tape, &mann_op_lstm, "gates [%d, %d] with cell [%d, %d]",
                                        gates->n[0], gates->n[1], cell->n[0], cell->n[1]);
    }
    mann_node *node =
        mann_node_make(tape, &mann_op_lstm, 2, (mann_var[]){gates, cell}, 2, sizeof(lstm_attr));
    if (!node) {
        return *new_cell = mann_tape_fail(tape, MANN_E_NOMEM, "lstm");
    }
    lstm_attr *attr = node->attr;
    attr->squashed = mann_value(mann_tape_tensor(tape, 2, gates->n, false));
    attr->tanh_cell = mann_value(mann_tape_tensor(tape, 2, n, false));
    mann_node_output(node, 0, 2, n);
    *new_cell = mann_node_output(node, 1, 2, n);
    return mann_node_run(node);
}
