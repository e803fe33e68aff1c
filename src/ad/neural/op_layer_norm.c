/* Layer normalisation as an operation. */
#include "ad/random.h"

enum { X, GAIN, BIAS, INPUTS };

static void norm_forward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[X], y = node->out[0];
    k->layer_norm(y->n[0], y->n[1], mann_value(x), x->stride[0], mann_value(node->in[GAIN]),
                  mann_value(node->in[BIAS]), mann_value(y), y->stride[0],
                  mann_value(node->out[1]));
}

static void norm_backward(const mann_kernels *k, mann_node *node)
{
    mann_var x = node->in[X], y = node->out[0];
    k->layer_norm_grad(y->n[0], y->n[1], mann_value(x), x->stride[0], mann_value(node->in[GAIN]),
                       mann_value(node->out[1]), mann_out_grad(node, 0), y->stride[0],
                       mann_in_grad(node, X), x->stride[0], mann_in_grad(node, GAIN),
                       mann_in_grad(node, BIAS));
}

static mann_var norm_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 5), n = mann_random_size(rng, 40);
    mann_var x = mann_random_normal(tape, rng, B, n, 0);
    mann_var gain = mann_random_parameter(tape, rng, 1, n);
    return mann_layer_norm(tape, x, gain, mann_random_parameter(tape, rng, 1, n));
}

const mann_op mann_op_layer_norm = {"layer_norm", norm_forward, norm_backward, norm_random};

mann_var mann_layer_norm(mann_tape *tape, mann_var x, mann_var gain, mann_var bias)
{
    if (x->rank != 2 || gain->rank != 2 || gain->n[0] != 1 || gain->n[1] != x->n[1] ||
        bias->rank != 2 || bias->n[0] != 1 || bias->n[1] != x->n[1]) {
        return mann_op_fail(tape, &mann_op_layer_norm, "x [%d, %d], gain [%d, %d], bias [%d, %d]",
                            x->n[0], x->n[1], gain->n[0], gain->n[1], bias->n[0], bias->n[1]);
    }
    mann_var in[INPUTS] = {x, gain, bias};
    mann_node *node = mann_node_make(tape, &mann_op_layer_norm, INPUTS, in, 2, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "layer_norm");
    }
    mann_node_output(node, 0, 2, x->n);
    mann_node_output(node, 1, 2, (int32_t[]){x->n[0], 2}); /* moments, for the gradient */
    return mann_node_run(node);
}
