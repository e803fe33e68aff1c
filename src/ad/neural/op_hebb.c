/* Hebbian learning of an associative matrix as an operation. */
#include "ad/random.h"

/* Inputs in the order of the builder. */
enum { MEMORY, DECAY, RATE, U, V, INPUTS };

static mann_hebb_args arguments(const mann_node *node)
{
    const mann_var *in = node->in;
    return (mann_hebb_args){
        .B = node->out[0]->n[0],
        .M = in[MEMORY]->n[1],
        .N = in[MEMORY]->n[2],
        .memory = mann_value(in[MEMORY]),
        .ld_memory = in[MEMORY]->stride[0],
        .decay = mann_value(in[DECAY]),
        .ld_decay = in[DECAY]->stride[0],
        .rate = mann_value(in[RATE]),
        .ld_rate = in[RATE]->stride[0],
        .u = mann_value(in[U]),
        .ld_u = in[U]->stride[0],
        .v = mann_value(in[V]),
        .ld_v = in[V]->stride[0],
        .new_memory = mann_value(node->out[0]),
    };
}

static void hebb_forward(const mann_kernels *k, mann_node *node)
{
    mann_hebb_args args = arguments(node);
    k->hebb(&args);
}

static void hebb_backward(const mann_kernels *k, mann_node *node)
{
    mann_hebb_args args = arguments(node);
    args.dnew_memory = mann_out_grad(node, 0);
    args.dmemory = mann_in_grad(node, MEMORY);
    args.ddecay = mann_in_grad(node, DECAY);
    args.drate = mann_in_grad(node, RATE);
    args.du = mann_in_grad(node, U);
    args.dv = mann_in_grad(node, V);
    k->hebb_grad(&args);
}

static mann_var hebb_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 4), M = mann_random_size(rng, 9);
    int32_t N = mann_rng_below(rng, 3) ? mann_random_size(rng, 40) : M;
    int32_t more = mann_rng_between(rng, (mann_range){0, 1});
    mann_var memory = mann_random_normal(tape, rng, B + more, M, N);
    mann_var decay = mann_random_uniform(tape, rng, B, 1, 0, 0, 1);
    mann_var rate = mann_random_uniform(tape, rng, B + more, 1, 0, 0, 1);
    mann_var u = mann_random_normal(tape, rng, B, M, 0);
    /* Often u itself, as in Hebb's rule. */
    mann_var v = M == N ? u : mann_random_normal(tape, rng, B, N, 0);
    return mann_hebb(tape, memory, decay, rate, u, v);
}

const mann_op mann_op_hebb = {"hebb", hebb_forward, hebb_backward, hebb_random};

mann_var mann_hebb(mann_tape *tape, mann_var memory, mann_var decay, mann_var rate, mann_var u,
                   mann_var v)
{
    mann_var in[INPUTS] = {memory, decay, rate, u, v};
    int32_t n[3] = {memory->n[0], memory->n[1], memory->n[2]};
    for (int32_t i = DECAY; i < INPUTS; i++) {
        n[0] = in[i]->n[0] < n[0] ? in[i]->n[0] : n[0];
    }
    if (memory->rank != 3 || memory->stride[1] != n[2] || decay->rank != 2 || decay->n[1] != 1 ||
        rate->rank != 2 || rate->n[1] != 1 || u->rank != 2 || u->n[1] != n[1] || v->rank != 2 ||
        v->n[1] != n[2]) {
        return mann_op_fail(tape, &mann_op_hebb,
                            "memory [%d, %d, %d], decay [%d, %d], rate [%d, %d], u [%d, %d], "
                            "v [%d, %d]",
                            memory->n[0], n[1], n[2], decay->n[0], decay->n[1], rate->n[0],
                            rate->n[1], u->n[0], u->n[1], v->n[0], v->n[1]);
    }
    mann_node *node = mann_node_make(tape, &mann_op_hebb, INPUTS, in, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "hebb");
    }
    mann_node_output(node, 0, 3, n);
    return mann_node_run(node);
}
