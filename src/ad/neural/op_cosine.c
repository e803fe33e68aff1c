/* Similarity of keys and the locations of a memory (Graves et al. 2014, eq. 6), for addressing by
 * content that is not that paper's. */
#include "ad/random.h"

enum { MEMORY, KEY };

/* What the gradient needs beside inputs and outputs. */
typedef struct cosine_attr {
    mann_real *memory_norm, *key_norm, *ddot, *fall;
} cosine_attr;

static mann_cosine_args arguments(const mann_node *node)
{
    const cosine_attr *attr = node->attr;
    mann_var memory = node->in[MEMORY], key = node->in[KEY], y = node->out[0];
    return (mann_cosine_args){
        .B = y->n[0],
        .H = y->n[1],
        .M = memory->n[1],
        .N = y->n[2],
        .memory = mann_value(memory),
        .ld_memory = memory->stride[0],
        .key = mann_value(key),
        .ld_key = key->stride[0],
        .ldh_key = key->stride[1],
        .similarity = mann_value(y),
        .memory_norm = attr->memory_norm,
        .key_norm = attr->key_norm,
        .ddot = attr->ddot,
        .fall = attr->fall,
    };
}

static void cosine_forward(const mann_kernels *k, mann_node *node)
{
    mann_cosine_args args = arguments(node);
    k->cosine(&args);
}

static void cosine_backward(const mann_kernels *k, mann_node *node)
{
    mann_cosine_args args = arguments(node);
    args.dsimilarity = mann_out_grad(node, 0);
    args.dmemory = mann_in_grad(node, MEMORY);
    args.dkey = mann_in_grad(node, KEY);
    k->cosine_grad(&args);
}

static mann_var cosine_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 3), H = mann_random_size(rng, 4);
    int32_t M = mann_random_size(rng, 9), N = mann_random_size(rng, 40);
    int32_t more = mann_rng_between(rng, (mann_range){-1, 1});
    mann_var memory = mann_random_shape(tape, rng, 3, (int32_t[]){B + (more > 0), M, N});
    return mann_cosine(tape, memory,
                       mann_random_shape(tape, rng, 3, (int32_t[]){B + (more < 0), H, M}));
}

const mann_op mann_op_cosine = {"cosine", cosine_forward, cosine_backward, cosine_random};

mann_var mann_cosine(mann_tape *tape, mann_var memory, mann_var key)
{
    mann_var in[2] = {memory, key};
    if (memory->rank != 3 || key->rank != 3 || key->n[2] != memory->n[1]) {
        return mann_shape_fail(tape, "cosine", 2, in,
                               "are not a memory [B, M, N] and its keys [B, H, M]");
    }
    int32_t B = memory->n[0] < key->n[0] ? memory->n[0] : key->n[0];
    int32_t H = key->n[1], N = memory->n[2];
    if (memory->n[1] > 1 && memory->stride[1] != N) { /* kernels want a location's rows together */
        in[MEMORY] = mann_permute(tape, memory, (int32_t[]){0, 1, 2});
    }
    mann_node *node = mann_node_make(tape, &mann_op_cosine, 2, in, 1, sizeof(cosine_attr));
    size_t keys = (size_t)B * (size_t)H, locations = (size_t)N;
    cosine_attr attr = {
        mann_tape_scratch(tape, (size_t)B * locations * sizeof(mann_real)),
        mann_tape_scratch(tape, keys * sizeof(mann_real)),
        mann_tape_scratch(tape, (size_t)H * locations * sizeof(mann_real)),
        mann_tape_scratch(tape, locations * sizeof(mann_real)),
    };
    if (!node || !attr.fall) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "cosine");
    }
    *(cosine_attr *)node->attr = attr;
    mann_node_output(node, 0, 3, (int32_t[]){B, H, N});
    return mann_node_run(node);
}
