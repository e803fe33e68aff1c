/* Addressing (Graves et al. 2014, eq. 5-9) of all heads as one operation: fused, it costs a
 * third of the same equations as separate operations. The kernel documents the equations. */
#include "ad/random.h"

/* Inputs in the order of the builder. */
enum { MEMORY, KEY, STRENGTH, GATE, SHIFT, SHARPENING, PREVIOUS, INPUTS };

typedef struct address_attr {
    mann_addressing stages;
    mann_var memory_norm, key_norm;
} address_attr;

static mann_address_args arguments(const mann_node *node)
{
    const address_attr *attr = node->attr;
    const mann_var *in = node->in;
    return (mann_address_args){
        .B = node->out[0]->n[0],
        .H = in[KEY]->n[1],
        .M = in[MEMORY]->n[1],
        .N = in[MEMORY]->n[2],
        .S = in[SHIFT]->n[2],
        .memory = mann_value(in[MEMORY]),
        .ld_memory = in[MEMORY]->stride[0],
        .key = mann_value(in[KEY]),
        .ld_key = in[KEY]->stride[0],
        .ldh_key = in[KEY]->stride[1],
        .strength = mann_value(in[STRENGTH]),
        .ld_strength = in[STRENGTH]->stride[0],
        .gate = mann_value(in[GATE]),
        .ld_gate = in[GATE]->stride[0],
        .shift = mann_value(in[SHIFT]),
        .ld_shift = in[SHIFT]->stride[0],
        .ldh_shift = in[SHIFT]->stride[1],
        .sharpening = mann_value(in[SHARPENING]),
        .ld_sharpening = in[SHARPENING]->stride[0],
        .previous = mann_value(in[PREVIOUS]),
        .ld_previous = in[PREVIOUS]->stride[0],
        .weights = mann_value(node->out[0]),
        .similarity = mann_value(attr->stages.similarity),
        .content = mann_value(attr->stages.content),
        .gated = mann_value(attr->stages.gated),
        .shifted = mann_value(attr->stages.shifted),
        .memory_norm = mann_value(attr->memory_norm),
        .key_norm = mann_value(attr->key_norm),
    };
}

static void address_forward(const mann_kernels *k, mann_node *node)
{
    mann_address_args args = arguments(node);
    k->address(&args);
}

static void address_backward(const mann_kernels *k, mann_node *node)
{
    mann_address_args args = arguments(node);
    args.dweights = mann_out_grad(node, 0);
    args.dmemory = mann_in_grad(node, MEMORY);
    args.dkey = mann_in_grad(node, KEY);
    args.dstrength = mann_in_grad(node, STRENGTH);
    args.dgate = mann_in_grad(node, GATE);
    args.dshift = mann_in_grad(node, SHIFT);
    args.dsharpening = mann_in_grad(node, SHARPENING);
    args.dprevious = mann_in_grad(node, PREVIOUS);
    k->address_grad(&args);
}

static mann_var address_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 3), H = mann_random_size(rng, 3);
    int32_t M = mann_random_size(rng, 9), N = mann_random_size(rng, 40);
    int32_t S = 2 * mann_rng_between(rng, (mann_range){0, 2}) + 1;
    mann_var memory = mann_random_normal(tape, rng, B, M, N);
    mann_var key = mann_random_normal(tape, rng, B, H, M);
    mann_var strength = mann_random_uniform(tape, rng, B, H, 0, 0.1, 6);
    mann_var gate = mann_random_uniform(tape, rng, B, H, 0, 0.1, 0.9);
    mann_var shift = mann_random_weighting(tape, rng, B, H, S);
    mann_var sharpening = mann_random_uniform(tape, rng, B, H, 0, 1, 5);
    mann_var previous = mann_random_weighting(tape, rng, B, H, N);
    return mann_address(tape, memory, key, strength, gate, shift, sharpening, previous, NULL);
}

const mann_op mann_op_address = {"address", address_forward, address_backward, address_random};

mann_var mann_address(mann_tape *tape, mann_var memory, mann_var key, mann_var strength,
                      mann_var gate, mann_var shift, mann_var sharpening, mann_var previous,
                      mann_addressing *stages)
{
    int32_t B = key->n[0], H = key->n[1], M = memory->n[1], N = memory->n[2];
    bool ranks = memory->rank == 3 && key->rank == 3 && strength->rank == 2 && gate->rank == 2 &&
                 shift->rank == 3 && sharpening->rank == 2 && previous->rank == 3;
    bool heads = strength->n[1] == H && gate->n[1] == H && shift->n[1] == H &&
                 sharpening->n[1] == H && previous->n[1] == H;
    bool batches = memory->n[0] >= B && strength->n[0] >= B && gate->n[0] >= B &&
                   shift->n[0] >= B && sharpening->n[0] >= B && previous->n[0] >= B;
    bool fits = ranks && heads && batches && key->n[2] == M && shift->n[2] % 2 == 1 &&
                previous->n[2] == N && memory->stride[1] == N && previous->stride[1] == N;
    if (!fits) {
        mann_addressing none = {&tape->dummy, &tape->dummy, &tape->dummy, &tape->dummy};
        if (stages) {
            *stages = none;
        }
        return mann_op_fail(tape, &mann_op_address,
                            "memory [%d, %d, %d], key [%d, %d, %d], strength [%d, %d], "
                            "gate [%d, %d], shift [%d, %d, %d], sharpening [%d, %d], "
                            "previous [%d, %d, %d]",
                            memory->n[0], M, N, B, H, key->n[2], strength->n[0], strength->n[1],
                            gate->n[0], gate->n[1], shift->n[0], shift->n[1], shift->n[2],
                            sharpening->n[0], sharpening->n[1], previous->n[0], previous->n[1],
                            previous->n[2]);
    }
    mann_var in[INPUTS] = {memory, key, strength, gate, shift, sharpening, previous};
    mann_node *node = mann_node_make(tape, &mann_op_address, INPUTS, in, 1, sizeof(address_attr));
    mann_addressing made = {&tape->dummy, &tape->dummy, &tape->dummy, &tape->dummy};
    if (node) {
        int32_t n[3] = {B, H, N};
        address_attr *attr = node->attr;
        made.similarity = mann_tape_tensor(tape, 3, n, false);
        made.content = mann_tape_tensor(tape, 3, n, false);
        made.gated = mann_tape_tensor(tape, 3, n, false);
        made.shifted = mann_tape_tensor(tape, 3, n, false);
        attr->stages = made;
        attr->memory_norm = mann_tape_tensor(tape, 2, (int32_t[]){B, N}, false);
        attr->key_norm = mann_tape_tensor(tape, 2, (int32_t[]){B, H}, false);
        mann_node_output(node, 0, 3, n);
    }
    if (stages) {
        *stages = made;
    }
    return node ? mann_harden(tape, mann_node_run(node))
                : mann_tape_fail(tape, MANN_E_NOMEM, "address");
}
