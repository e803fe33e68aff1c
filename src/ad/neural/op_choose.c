/* Hard attention: one place is chosen, and REINFORCE (Williams 1992) trains what made the choice.
 *
 * The expected cost sum over n of p[n] L[n] has the gradient
 *
 *   E[ dL[n] + (L[n] - c) d log p[n] ]        n drawn from p, for any c that n does not change,
 *
 * whose first term is the task's loss on the path that was taken, and whose second is that of the
 * loss (L - c) log p[n] with L and c held constant: mann_reinforce. A baseline c near the expected
 * cost makes it vary less.
 *
 * Draw and factor are made when the operation is built; a replay keeps them. */
#include "ad/random.h"

#include <math.h>
#include <string.h>

/* Below this a weight counts as this: log of what underflowed. */
#define TINY ((mann_real)1e-30)

typedef struct choose_attr {
    int32_t *place; /* [B, H] */
} choose_attr;

static const mann_real *row_of(mann_var weights, int32_t b, int32_t h)
{
    return mann_value(weights) + (size_t)b * (size_t)weights->stride[0] +
           (size_t)h * (size_t)weights->n[2];
}

static mann_real not_tiny(mann_real p)
{
    return p > TINY ? p : TINY;
}

static void choose_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const choose_attr *attr = node->attr;
    mann_var weights = node->in[0], chosen = node->out[0], log_probability = node->out[1];
    int32_t H = weights->n[1], N = weights->n[2];
    memset(mann_value(chosen), 0, mann_size(chosen) * sizeof(mann_real));
    for (int32_t i = 0; i < weights->n[0] * H; i++) {
        mann_real p = row_of(weights, i / H, i % H)[attr->place[i]];
        mann_value(chosen)[(size_t)i * (size_t)N + (size_t)attr->place[i]] = 1;
        mann_value(log_probability)[i] = (mann_real)log((double)not_tiny(p));
    }
}

static void choose_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const choose_attr *attr = node->attr;
    mann_var weights = node->in[0];
    int32_t H = weights->n[1];
    const mann_real *d = mann_out_grad(node, 1);
    mann_real *dweights = mann_in_grad(node, 0);
    for (int32_t i = 0; i < weights->n[0] * H && dweights; i++) {
        const mann_real *row = row_of(weights, i / H, i % H);
        mann_real p = row[attr->place[i]];
        dweights[row - mann_value(weights) + attr->place[i]] += p > TINY ? d[i] / p : 0;
    }
}

static mann_var choose_random(mann_tape *tape, mann_rng *rng)
{
    int32_t B = mann_random_size(rng, 4), H = mann_random_size(rng, 3);
    mann_var log_probability;
    mann_var weights = mann_random_weighting(tape, rng, B, H, mann_random_size(rng, 40));
    mann_choose(tape, weights, "choose", &log_probability);
    return log_probability;
}

const mann_op mann_op_choose = {"choose", choose_forward, choose_backward, choose_random};

/* By weight, from one draw: the place where the running sum passes it. */
static int32_t draw(mann_rng *rng, const mann_real *weights, int32_t N)
{
    double total = 0, sum = 0;
    int32_t last = 0;
    for (int32_t n = 0; n < N; n++) {
        total += (double)weights[n];
    }
    double at = mann_rng_uniform(rng) * total;
    for (int32_t n = 0; n < N; n++) {
        sum += (double)weights[n];
        last = weights[n] > 0 ? n : last;
        if (sum > at) {
            return n;
        }
    }
    return last;
}

mann_var mann_choose(mann_tape *tape, mann_var weights, const char *purpose,
                     mann_var *log_probability)
{
    int32_t B = weights->n[0], H = weights->n[1], N = weights->n[2];
    *log_probability = &tape->dummy;
    if (weights->rank != 3 || weights->stride[1] != N) {
        return mann_op_fail(tape, &mann_op_choose, "weights [%d, %d, %d]", B, H, N);
    }
    mann_node *node =
        mann_node_make(tape, &mann_op_choose, 1, (mann_var[]){weights}, 2, sizeof(choose_attr));
    int32_t *place = mann_tape_scratch(tape, (size_t)B * (size_t)H * sizeof *place);
    if (!node || !place) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "choose");
    }
    for (int32_t b = 0; b < B; b++) {
        mann_rng rng = mann_tape_stream(tape, purpose, b);
        for (int32_t h = 0; h < H; h++) {
            const mann_real *row = row_of(weights, b, h);
            place[b * H + h] = tape->mode == MANN_TRAIN ? draw(&rng, row, N) : mann_largest(row, N);
        }
    }
    ((choose_attr *)node->attr)->place = place;
    mann_node_output(node, 0, 3, weights->n);
    *log_probability = mann_node_output(node, 1, 2, weights->n);
    return mann_node_run(node);
}

typedef struct reinforce_attr {
    mann_real *advantage; /* [B]: cost - baseline */
} reinforce_attr;

static void reinforce_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const reinforce_attr *attr = node->attr;
    double sum = 0;
    for (int32_t i = 0; i < node->n_in; i++) {
        mann_var l = node->in[i];
        for (int32_t b = 0; b < l->n[0]; b++) {
            for (int32_t h = 0; h < l->n[1]; h++) {
                sum += (double)attr->advantage[b] * (double)mann_value(l)[b * l->stride[0] + h];
            }
        }
    }
    *mann_value(node->out[0]) = (mann_real)sum;
}

static void reinforce_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const reinforce_attr *attr = node->attr;
    mann_real seed = *mann_out_grad(node, 0);
    for (int32_t i = 0; i < node->n_in; i++) {
        mann_var l = node->in[i];
        mann_real *d = mann_in_grad(node, i);
        for (int32_t b = 0; d && b < l->n[0]; b++) {
            for (int32_t h = 0; h < l->n[1]; h++) {
                d[b * l->stride[0] + h] += seed * attr->advantage[b];
            }
        }
    }
}

static mann_var reinforce_random(mann_tape *tape, mann_rng *rng)
{
    int32_t n[2] = {mann_random_size(rng, 4), 1};
    mann_var cost = mann_input(tape, 2, n), baseline = mann_input(tape, 2, n), logs[2];
    for (int32_t b = 0; b < n[0]; b++) {
        mann_value(cost)[b] = (mann_real)mann_rng_normal(rng);
        mann_value(baseline)[b] = (mann_real)mann_rng_normal(rng);
    }
    for (int i = 0; i < 2; i++) {
        logs[i] = mann_random_normal(tape, rng, n[0], mann_random_size(rng, 3), 0);
    }
    return mann_reinforce(tape, cost, mann_rng_below(rng, 2) ? baseline : NULL, 2, logs);
}

const mann_op mann_op_reinforce = {"reinforce", reinforce_forward, reinforce_backward,
                                   reinforce_random};

static bool column(mann_var x, int32_t rows)
{
    return x->rank == 2 && x->n[1] == 1 && x->n[0] >= rows;
}

static mann_real row_value(mann_var x, int32_t b)
{
    return mann_value(x)[(size_t)b * (size_t)x->stride[0]];
}

mann_var mann_reinforce(mann_tape *tape, mann_var cost, mann_var baseline, int32_t count,
                        const mann_var *log_probability)
{
    int32_t B = 1;
    for (int32_t i = 0; i < count; i++) {
        mann_var l = log_probability[i];
        B = l->n[0] > B ? l->n[0] : B;
        if (l->rank != 2 || !column(cost, B) || (baseline && !column(baseline, B))) {
            return mann_op_fail(tape, &mann_op_reinforce,
                                "cost [%d, %d], baseline [%d, %d], log probability [%d, %d]",
                                cost->n[0], cost->n[1], baseline ? baseline->n[0] : 0,
                                baseline ? baseline->n[1] : 0, l->n[0], l->n[1]);
        }
    }
    mann_node *node =
        mann_node_make(tape, &mann_op_reinforce, count, log_probability, 1, sizeof(reinforce_attr));
    mann_real *advantage = mann_tape_scratch(tape, (size_t)B * sizeof *advantage);
    if (!node || !advantage) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "reinforce");
    }
    for (int32_t b = 0; b < B; b++) {
        advantage[b] = row_value(cost, b) - (baseline ? row_value(baseline, b) : 0);
    }
    ((reinforce_attr *)node->attr)->advantage = advantage;
    mann_node_output(node, 0, 2, (int32_t[]){1, 1});
    return mann_node_run(node);
}
