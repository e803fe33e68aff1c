/* Bags of words as the columns of a memory. Tokens are not differentiable; the gradient goes to the
 * rows of the table that were used. */
#include "ad/random.h"

typedef struct embed_attr {
    int32_t words;
    const int32_t *token;
} embed_attr;

static mann_embed_args arguments(const mann_node *node)
{
    const embed_attr *attr = node->attr;
    mann_var table = node->in[0], weight = node->in[1], memory = node->out[0];
    return (mann_embed_args){
        .B = memory->n[0],
        .M = memory->n[1],
        .N = memory->n[2],
        .W = attr->words,
        .token = attr->token,
        .table = mann_value(table),
        .weight = weight ? mann_value(weight) : NULL,
        .memory = mann_value(memory),
    };
}

static void embed_forward(const mann_kernels *k, mann_node *node)
{
    mann_embed_args args = arguments(node);
    k->embed(&args);
}

static void embed_backward(const mann_kernels *k, mann_node *node)
{
    mann_embed_args args = arguments(node);
    args.dmemory = mann_out_grad(node, 0);
    args.dtable = mann_in_grad(node, 0);
    if (args.dtable) {
        k->embed_grad(&args);
    }
}

static mann_var embed_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 3), N = mann_random_size(rng, 20);
    int32_t W = mann_random_size(rng, 5), M = mann_random_size(rng, 9);
    int32_t size = B * N * W, words = 1 + mann_random_size(rng, 8);
    mann_var table = mann_random_parameter(tape, rng, words, M), weight = NULL;
    int32_t *token = mann_tape_scratch(tape, (size_t)size * sizeof *token);
    if (mann_rng_below(rng, 2)) {
        int32_t more = mann_rng_between(rng, (mann_range){0, 1});
        weight = mann_input(tape, 2, (int32_t[]){W + more, M});
        for (size_t i = 0; i < mann_size(weight); i++) {
            mann_value(weight)[i] = (mann_real)mann_rng_normal(rng);
        }
    }
    for (int32_t i = 0; token && i < size; i++) {
        token[i] = (int32_t)mann_rng_below(rng, (uint32_t)words);
    }
    return mann_embed(tape, table, B, N, W, token, weight);
}

const mann_op mann_op_embed = {"embed", embed_forward, embed_backward, embed_random};

mann_var mann_embed(mann_tape *tape, mann_var table, int32_t batch, int32_t sentences,
                    int32_t words, const int32_t *token, mann_var weight)
{
    int32_t M = table->n[1];
    if (table->rank != 2 || table->stride[0] != M ||
        (weight && (weight->rank != 2 || weight->n[0] < words || weight->n[1] != M ||
                    weight->stride[0] != M || weight->needs_grad))) {
        return mann_op_fail(tape, &mann_op_embed, "table [%d, %d], %d words weighed by [%d, %d]",
                            table->n[0], M, words, weight ? weight->n[0] : 0,
                            weight ? weight->n[1] : 0);
    }
    size_t size = (size_t)batch * (size_t)sentences * (size_t)words;
    for (size_t i = 0; token && i < size; i++) {
        if (token[i] < 0 || token[i] >= table->n[0]) {
            return mann_op_fail(tape, &mann_op_embed, "token %d of a table of %d words", token[i],
                                table->n[0]);
        }
    }
    mann_node *node = token ? mann_node_make(tape, &mann_op_embed, 2, (mann_var[]){table, weight},
                                             1, sizeof(embed_attr))
                            : NULL;
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "embed");
    }
    *(embed_attr *)node->attr = (embed_attr){words, token};
    mann_node_output(node, 0, 3, (int32_t[]){batch, M, sentences});
    return mann_node_run(node);
}
