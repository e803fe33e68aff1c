/* The margin ranking loss (Weston, Chopra & Bordes 2015, eq. 6-8): what is right must score more
 * than everything else, by a margin.
 *
 *   L = sum over b and n != t of max(0, margin - s[b][t] + s[b][n])        t the target of b
 *
 * It has a kink where a place is just at the margin; its derivative there is taken as 0. */
#include "ad/random.h"

enum { SCORES, TARGET, MASK };

static int32_t target_of(mann_var target, int32_t b)
{
    for (int32_t n = 0; n < target->n[1]; n++) {
        if (mann_value(target)[(size_t)b * (size_t)target->stride[0] + (size_t)n] != 0) {
            return n;
        }
    }
    return -1;
}

/* The sum over the places too near the target, and its gradient if one is wanted. */
static mann_real violations(const mann_node *node, mann_real seed, mann_real *dscores)
{
    mann_var scores = node->in[SCORES], target = node->in[TARGET], mask = node->in[MASK];
    mann_real margin = *(const mann_real *)node->attr;
    double total = 0;
    for (int32_t b = 0; b < scores->n[0]; b++) {
        size_t at = (size_t)b * (size_t)scores->stride[0];
        const mann_real *row = mann_value(scores) + at;
        int32_t right = target_of(target, b);
        for (int32_t n = 0; right >= 0 && n < scores->n[1]; n++) {
            bool counts = !mask || mann_value(mask)[b * mask->stride[0] + n] != 0;
            mann_real excess = margin - row[right] + row[n];
            if (n == right || !counts || !(excess > 0)) {
                continue;
            }
            total += (double)excess;
            if (dscores) {
                dscores[at + (size_t)n] += seed;
                dscores[at + (size_t)right] -= seed;
            }
        }
    }
    return (mann_real)total;
}

static void margin_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    *mann_value(node->out[0]) = violations(node, 0, NULL);
}

static void margin_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    mann_real *dscores = mann_in_grad(node, SCORES);
    if (dscores) {
        violations(node, *mann_out_grad(node, 0), dscores);
    }
}

static mann_var margin_random(mann_tape *tape, mann_rng *rng)
{
    int32_t n[2] = {mann_random_size(rng, 5), 1 + mann_random_size(rng, 20)};
    mann_var scores = mann_random_normal(tape, rng, n[0], n[1], 0);
    mann_var target = mann_input(tape, 2, n), mask = mann_input(tape, 2, n);
    for (int32_t b = 0; b < n[0]; b++) {
        uint32_t right = mann_rng_below(rng, (uint32_t)n[1] + (b > 0));
        if (right < (uint32_t)n[1]) {
            mann_value(target)[b * n[1] + (int32_t)right] = 1;
        }
    }
    for (size_t i = 0; i < mann_size(mask); i++) {
        mann_value(mask)[i] = (mann_real)(i == 0 || mann_rng_below(rng, 4));
    }
    return mann_margin_loss(tape, scores, target, mann_rng_below(rng, 2) ? mask : NULL,
                            (mann_real)0.5);
}

const mann_op mann_op_margin = {"margin_loss", margin_forward, margin_backward, margin_random};

static bool as_wide(mann_var x, mann_var scores)
{
    return x->rank == 2 && x->n[0] >= scores->n[0] && x->n[1] == scores->n[1];
}

mann_var mann_margin_loss(mann_tape *tape, mann_var scores, mann_var target, mann_var mask,
                          mann_real margin)
{
    if (scores->rank != 2 || !as_wide(target, scores) || (mask && !as_wide(mask, scores))) {
        return mann_op_fail(
            tape, &mann_op_margin, "scores [%d, %d], target [%d, %d], mask [%d, %d]", scores->n[0],
            scores->n[1], target->n[0], target->n[1], mask ? mask->n[0] : 0, mask ? mask->n[1] : 0);
    }
    mann_node *node = mann_node_make(tape, &mann_op_margin, 3, (mann_var[]){scores, target, mask},
                                     1, sizeof(mann_real));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "margin_loss");
    }
    *(mann_real *)node->attr = margin;
    mann_node_output(node, 0, 2, (int32_t[]){1, 1});
    return mann_node_run(node);
}
