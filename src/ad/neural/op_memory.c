/* Reading and writing of Graves et al. 2014 (eq. 2-4) as operations. */
#include "ad/random.h"

/* Many heads at one memory: the same as matrix products, sequence by sequence. */
static void read_many(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], weights = node->in[1], reads = node->out[0];
    int32_t H = reads->n[1], M = reads->n[2], N = memory->n[2];
    for (int32_t b = 0; b < reads->n[0]; b++) {
        k->product(H, M, N, 1, mann_value(weights) + (size_t)b * (size_t)weights->stride[0], N, 1,
                   mann_value(memory) + (size_t)b * (size_t)memory->stride[0], 1, N,
                   mann_value(reads) + (size_t)b * (size_t)reads->stride[0], M, false);
    }
}

static void read_many_back(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], weights = node->in[1], reads = node->out[0];
    int32_t H = reads->n[1], M = reads->n[2], N = memory->n[2];
    mann_real *dmemory = mann_in_grad(node, 0), *dweights = mann_in_grad(node, 1);
    for (int32_t b = 0; b < reads->n[0]; b++) {
        size_t at_memory = (size_t)b * (size_t)memory->stride[0];
        size_t at_weights = (size_t)b * (size_t)weights->stride[0];
        const mann_real *dreads = mann_out_grad(node, 0) + (size_t)b * (size_t)reads->stride[0];
        if (dmemory) {
            k->product(M, N, H, 1, dreads, 1, M, mann_value(weights) + at_weights, N, 1,
                       dmemory + at_memory, N, true);
        }
        if (dweights) {
            k->product(H, N, M, 1, dreads, M, 1, mann_value(memory) + at_memory, N, 1,
                       dweights + at_weights, N, true);
        }
    }
}

static void read_forward(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], weights = node->in[1], reads = node->out[0];
    if (reads->n[1] >= MANN_MANY_QUERIES) {
        read_many(k, node);
        return;
    }
    k->read(reads->n[0], reads->n[1], memory->n[1], memory->n[2], mann_value(memory),
            memory->stride[0], mann_value(weights), weights->stride[0], mann_value(reads));
}

static void read_backward(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], weights = node->in[1], reads = node->out[0];
    if (reads->n[1] >= MANN_MANY_QUERIES) {
        read_many_back(k, node);
        return;
    }
    k->read_grad(reads->n[0], reads->n[1], memory->n[1], memory->n[2], mann_value(memory),
                 memory->stride[0], mann_value(weights), weights->stride[0], mann_out_grad(node, 0),
                 mann_in_grad(node, 0), mann_in_grad(node, 1));
}

static mann_var read_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 4), H = mann_random_heads(rng);
    int32_t M = mann_random_size(rng, 9), N = mann_random_size(rng, 40);
    int32_t more = mann_rng_between(rng, (mann_range){0, 1});
    mann_var memory = mann_random_normal(tape, rng, B + more, M, N);
    return mann_read(tape, memory, mann_random_weighting(tape, rng, B, H, N));
}

const mann_op mann_op_read = {"read", read_forward, read_backward, read_random};

mann_var mann_read(mann_tape *tape, mann_var memory, mann_var weights)
{
    if (memory->rank != 3 || weights->rank != 3 || memory->n[2] != weights->n[2] ||
        memory->n[0] < weights->n[0] || memory->stride[1] != memory->n[2] ||
        weights->stride[1] != weights->n[2]) {
        return mann_op_fail(tape, &mann_op_read, "memory [%d, %d, %d] with weights [%d, %d, %d]",
                            memory->n[0], memory->n[1], memory->n[2], weights->n[0], weights->n[1],
                            weights->n[2]);
    }
    mann_node *node = mann_node_make(tape, &mann_op_read, 2, (mann_var[]){memory, weights}, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "read");
    }
    mann_node_output(node, 0, 3, (int32_t[]){weights->n[0], weights->n[1], memory->n[1]});
    return mann_node_run(node);
}

enum { MEMORY, WEIGHTS, ERASE, ADD };

static mann_write_args arguments(const mann_node *node)
{
    const mann_var *in = node->in;
    return (mann_write_args){
        .B = node->out[0]->n[0],
        .H = in[WEIGHTS]->n[1],
        .M = in[MEMORY]->n[1],
        .N = in[MEMORY]->n[2],
        .memory = mann_value(in[MEMORY]),
        .ldb_memory = in[MEMORY]->stride[0],
        .weights = mann_value(in[WEIGHTS]),
        .ldb_weights = in[WEIGHTS]->stride[0],
        .erase = mann_value(in[ERASE]),
        .ldb_erase = in[ERASE]->stride[0],
        .ldh_erase = in[ERASE]->stride[1],
        .add = mann_value(in[ADD]),
        .ldb_add = in[ADD]->stride[0],
        .ldh_add = in[ADD]->stride[1],
        .new_memory = mann_value(node->out[0]),
    };
}

static void erase_add_forward(const mann_kernels *k, mann_node *node)
{
    mann_write_args args = arguments(node);
    k->erase_add(&args);
}

static void erase_add_backward(const mann_kernels *k, mann_node *node)
{
    mann_write_args args = arguments(node);
    args.dnew_memory = mann_out_grad(node, 0);
    args.dmemory = mann_in_grad(node, MEMORY);
    args.dweights = mann_in_grad(node, WEIGHTS);
    args.derase = mann_in_grad(node, ERASE);
    args.dadd = mann_in_grad(node, ADD);
    k->erase_add_grad(&args);
}

static mann_var erase_add_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 4), H = mann_random_size(rng, 3);
    int32_t M = mann_random_size(rng, 9), N = mann_random_size(rng, 40);
    int32_t more = mann_rng_between(rng, (mann_range){0, 1});
    mann_var memory = mann_random_normal(tape, rng, B + more, M, N);
    mann_var weights = mann_random_weighting(tape, rng, B, H, N);
    mann_var erase = mann_random_uniform(tape, rng, B, H, M, 0, 1);
    mann_var add = mann_random_normal(tape, rng, B, H, M);
    return mann_erase_add(tape, memory, weights, erase, add);
}

const mann_op mann_op_erase_add = {"erase_add", erase_add_forward, erase_add_backward,
                                   erase_add_random};

mann_var mann_erase_add(mann_tape *tape, mann_var memory, mann_var weights, mann_var erase,
                        mann_var add)
{
    int32_t B = weights->n[0], H = weights->n[1], M = memory->n[1], N = memory->n[2];
    if (memory->rank != 3 || weights->rank != 3 || erase->rank != 3 || add->rank != 3 ||
        weights->n[2] != N || erase->n[1] != H || erase->n[2] != M || add->n[1] != H ||
        add->n[2] != M || memory->n[0] < B || erase->n[0] < B || add->n[0] < B ||
        memory->stride[1] != N || weights->stride[1] != N) {
        return mann_op_fail(tape, &mann_op_erase_add,
                            "memory [%d, %d, %d], weights [%d, %d, %d], erase [%d, %d, %d], "
                            "add [%d, %d, %d]",
                            memory->n[0], M, N, B, H, weights->n[2], erase->n[0], erase->n[1],
                            erase->n[2], add->n[0], add->n[1], add->n[2]);
    }
    mann_node *node = mann_node_make(tape, &mann_op_erase_add, 4,
                                     (mann_var[]){memory, weights, erase, add}, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "erase_add");
    }
    mann_node_output(node, 0, 3, (int32_t[]){B, M, N});
    return mann_node_run(node);
}
