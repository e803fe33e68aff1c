/* Attention: scores of queries against the columns of a memory, the weights that follow, and keys
 * or values made from the memory. mann_read takes weights to what they read.
 *
 *   match            s[h][n] = scale q[h] . memory[n]
 *   match_additive   s[h][n] = v . tanh(q[h] + memory[n])
 *   project          y[n] = W^T memory[n]
 *   attend           w[h] = softmax of s[h] over the places that the mask leaves */
#include "ad/random.h"

enum { MEMORY, QUERY, V };

static mann_match_args arguments(const mann_node *node)
{
    const mann_var *in = node->in;
    return (mann_match_args){
        .B = node->out[0]->n[0],
        .H = in[QUERY]->n[1],
        .M = in[MEMORY]->n[1],
        .N = in[MEMORY]->n[2],
        .scale = *(const mann_real *)node->attr,
        .memory = mann_value(in[MEMORY]),
        .ldb_memory = in[MEMORY]->stride[0],
        .query = mann_value(in[QUERY]),
        .ldb_query = in[QUERY]->stride[0],
        .ldh_query = in[QUERY]->stride[1],
        .v = in[V] ? mann_value(in[V]) : NULL,
        .scores = mann_value(node->out[0]),
    };
}

/* Many queries of one memory: the same as matrix products, sequence by sequence. */
static void match_many(const mann_kernels *k, const mann_match_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        k->product(a->H, a->N, a->M, a->scale, a->query + (size_t)b * (size_t)a->ldb_query,
                   a->ldh_query, 1, a->memory + (size_t)b * (size_t)a->ldb_memory, a->N, 1,
                   a->scores + (size_t)b * (size_t)a->H * (size_t)a->N, a->N, false);
    }
}

static void match_many_back(const mann_kernels *k, const mann_match_args *a)
{
    for (int32_t b = 0; b < a->B; b++) {
        size_t memory = (size_t)b * (size_t)a->ldb_memory;
        size_t query = (size_t)b * (size_t)a->ldb_query;
        const mann_real *dscores = a->dscores + (size_t)b * (size_t)a->H * (size_t)a->N;
        if (a->dmemory) {
            k->product(a->M, a->N, a->H, a->scale, a->query + query, 1, a->ldh_query, dscores, a->N,
                       1, a->dmemory + memory, a->N, true);
        }
        if (a->dquery) {
            k->product(a->H, a->M, a->N, a->scale, dscores, a->N, 1, a->memory + memory, 1, a->N,
                       a->dquery + query, a->ldh_query, true);
        }
    }
}

static void match_forward(const mann_kernels *k, mann_node *node)
{
    mann_match_args args = arguments(node);
    if (!args.v && args.H >= MANN_MANY_QUERIES) {
        match_many(k, &args);
        return;
    }
    (args.v ? k->match_additive : k->match)(&args);
}

static void match_backward(const mann_kernels *k, mann_node *node)
{
    mann_match_args args = arguments(node);
    args.dscores = mann_out_grad(node, 0);
    args.dmemory = mann_in_grad(node, MEMORY);
    args.dquery = mann_in_grad(node, QUERY);
    args.dv = mann_in_grad(node, V);
    if (!args.v && args.H >= MANN_MANY_QUERIES) {
        match_many_back(k, &args);
        return;
    }
    (args.v ? k->match_additive_grad : k->match_grad)(&args);
}

/* A memory, perhaps of more sequences than the queries that come with it. */
static mann_var match_leaves(mann_tape *tape, mann_rng *rng, mann_var *query)
{
    int32_t B = mann_random_size(rng, 3), H = mann_random_heads(rng);
    int32_t M = mann_random_size(rng, 9), N = mann_random_size(rng, 40);
    int32_t more = mann_rng_between(rng, (mann_range){0, 1});
    *query = mann_random_normal(tape, rng, B, H, M);
    return mann_random_normal(tape, rng, B + more, M, N);
}

static mann_var match_random(mann_tape *tape, mann_rng *rng)
{
    mann_var query, memory = match_leaves(tape, rng, &query);
    return mann_match(tape, memory, query, (mann_real)mann_rng_normal(rng));
}

static mann_var match_additive_random(mann_tape *tape, mann_rng *rng)
{
    mann_var query, memory = match_leaves(tape, rng, &query);
    return mann_match_additive(tape, memory, query,
                               mann_random_parameter(tape, rng, 1, memory->n[1]));
}

const mann_op mann_op_match = {"match", match_forward, match_backward, match_random};
const mann_op mann_op_match_additive = {"match_additive", match_forward, match_backward,
                                        match_additive_random};

static mann_var match(mann_tape *tape, const mann_op *op, mann_var memory, mann_var query,
                      mann_real scale, mann_var v)
{
    int32_t B = query->n[0], H = query->n[1], M = memory->n[1], N = memory->n[2];
    if (memory->rank != 3 || query->rank != 3 || query->n[2] != M || memory->n[0] < B ||
        memory->stride[1] != N || (v && (v->rank != 2 || v->n[0] != 1 || v->n[1] != M))) {
        return mann_op_fail(tape, op, "memory [%d, %d, %d], query [%d, %d, %d], v of %d",
                            memory->n[0], M, N, B, H, query->n[2], v ? v->n[1] : 0);
    }
    mann_var in[3] = {memory, query, v};
    mann_node *node = mann_node_make(tape, op, 3, in, 1, sizeof(mann_real));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "%s", op->name);
    }
    *(mann_real *)node->attr = scale;
    mann_node_output(node, 0, 3, (int32_t[]){B, H, N});
    return mann_node_run(node);
}

mann_var mann_match(mann_tape *tape, mann_var memory, mann_var query, mann_real scale)
{
    return match(tape, &mann_op_match, memory, query, scale, NULL);
}

mann_var mann_match_additive(mann_tape *tape, mann_var memory, mann_var query, mann_var v)
{
    return match(tape, &mann_op_match_additive, memory, query, 1, v);
}

static void attend_forward(const mann_kernels *k, mann_node *node)
{
    mann_var scores = node->in[0], mask = node->in[1], weights = node->out[0];
    k->attend(weights->n[0], weights->n[1], weights->n[2], mann_value(scores), scores->stride[0],
              mask ? mann_value(mask) : NULL, mask ? mask->stride[0] : 0,
              mask && mask->rank == 3 ? mask->stride[1] : 0, mann_value(weights));
}

static void attend_backward(const mann_kernels *k, mann_node *node)
{
    mann_var scores = node->in[0], weights = node->out[0];
    mann_real *dscores = mann_in_grad(node, 0);
    if (dscores) {
        k->attend_grad(weights->n[0], weights->n[1], weights->n[2], mann_value(weights),
                       mann_out_grad(node, 0), dscores, scores->stride[0]);
    }
}

static mann_var attend_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 4), H = mann_random_size(rng, 3);
    int32_t N = mann_random_size(rng, 40), kind = mann_rng_between(rng, (mann_range){0, 2});
    mann_var scores = mann_random_normal(tape, rng, B, H, N), mask = NULL;
    if (kind) {
        mask = kind == 1 ? mann_input(tape, 2, (int32_t[]){B + 1, N})
                         : mann_input(tape, 3, (int32_t[]){B, H, N});
        for (size_t i = 0; i < mann_size(mask); i++) {
            mann_value(mask)[i] = (mann_real)mann_rng_below(rng, 2);
        }
    }
    return mann_attend(tape, scores, mask);
}

const mann_op mann_op_attend = {"attend", attend_forward, attend_backward, attend_random};

static bool mask_fits(mann_var mask, const int32_t n[3])
{
    bool shared = mask->rank == 2 && mask->n[1] == n[2];
    bool own = mask->rank == 3 && mask->n[1] == n[1] && mask->n[2] == n[2];
    return mask->n[0] >= n[0] && (shared || own) && !mask->needs_grad;
}

mann_var mann_attend(mann_tape *tape, mann_var scores, mann_var mask)
{
    const int32_t *n = scores->n;
    if (scores->rank != 3 || scores->stride[1] != n[2] || (mask && !mask_fits(mask, n))) {
        return mann_op_fail(tape, &mann_op_attend, "scores [%d, %d, %d], mask [%d, %d, %d]", n[0],
                            n[1], n[2], mask ? mask->n[0] : 0, mask ? mask->n[1] : 0,
                            mask ? mask->n[2] : 0);
    }
    mann_node *node = mann_node_make(tape, &mann_op_attend, 2, (mann_var[]){scores, mask}, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "attend");
    }
    mann_node_output(node, 0, 3, n);
    return mann_harden(tape, mann_node_run(node));
}

static void project_forward(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], w = node->in[1], y = node->out[0];
    int32_t ld;
    const mann_real *transposed = mann_tape_transposed(node->tape, w, &ld);
    for (int32_t b = 0; b < y->n[0] && transposed; b++) {
        k->linear(w->n[1], w->n[0], y->n[2], transposed, ld,
                  mann_value(memory) + (size_t)b * (size_t)memory->stride[0], y->n[2], NULL,
                  mann_value(y) + (size_t)b * (size_t)y->stride[0], y->n[2], false);
    }
}

static void project_backward(const mann_kernels *k, mann_node *node)
{
    mann_var memory = node->in[0], w = node->in[1], y = node->out[0];
    int32_t M = w->n[0], O = w->n[1], N = y->n[2];
    mann_real *dmemory = mann_in_grad(node, 0), *dw = mann_in_grad(node, 1);
    mann_real *turned =
        dw ? mann_tape_scratch(node->tape, (size_t)N * (size_t)O * sizeof *turned) : NULL;
    for (int32_t b = 0; b < y->n[0]; b++) {
        size_t at = (size_t)b * (size_t)memory->stride[0];
        const mann_real *dy = mann_out_grad(node, 0) + (size_t)b * (size_t)y->stride[0];
        if (dmemory) {
            k->linear(M, O, N, mann_value(w), O, dy, N, NULL, dmemory + at, N, true);
        }
        if (turned) {
            k->transpose(O, N, dy, turned, O);
            k->linear(M, N, O, mann_value(memory) + at, N, turned, O, NULL, dw, O, true);
        }
    }
}

static mann_var project_random(mann_tape *tape, mann_rng *rng)
{
    int32_t M = mann_random_size(rng, 9);
    mann_var memory =
        mann_random_normal(tape, rng, mann_random_size(rng, 3), M, mann_random_size(rng, 40));
    mann_var w = mann_random_parameter(tape, rng, M, mann_random_size(rng, 9));
    return mann_project(tape, memory, w);
}

const mann_op mann_op_project = {"project", project_forward, project_backward, project_random};

mann_var mann_project(mann_tape *tape, mann_var memory, mann_var weight)
{
    int32_t N = memory->n[2];
    if (memory->rank != 3 || weight->rank != 2 || memory->n[1] != weight->n[0] ||
        memory->stride[1] != N || weight->stride[0] != weight->n[1]) {
        return mann_op_fail(tape, &mann_op_project, "memory [%d, %d, %d] with weight [%d, %d]",
                            memory->n[0], memory->n[1], N, weight->n[0], weight->n[1]);
    }
    mann_node *node = mann_node_make(tape, &mann_op_project, 2, (mann_var[]){memory, weight}, 1, 0);
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "project");
    }
    mann_node_output(node, 0, 3, (int32_t[]){memory->n[0], weight->n[1], N});
    return mann_node_run(node);
}
