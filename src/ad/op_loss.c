/* The loss over all steps of a group at once: one scalar, and the part of each sequence. Inputs are
 * the logits of every step; targets and masks are constants and stand among them for their shapes.
 */
#include "ad/example.h"

#include <string.h>

/* Inputs: logits of every step, then targets, then masks. */
typedef struct loss_attr {
    mann_target kind;
    int32_t steps;
    mann_var *prediction; /* [steps] */
} loss_attr;

static void loss_forward(const mann_kernels *k, mann_node *node)
{
    const loss_attr *attr = node->attr;
    mann_var cost = node->out[1];
    memset(mann_value(cost), 0, mann_size(cost) * sizeof(mann_real));
    for (int32_t t = 0; t < attr->steps; t++) {
        mann_var logits = node->in[t], target = node->in[attr->steps + t];
        mann_var mask = node->in[2 * attr->steps + t];
        k->loss(attr->kind, logits->n[0], logits->n[1], mann_value(logits), logits->stride[0],
                mann_value(target), mann_value(mask), mann_value(attr->prediction[t]),
                mann_value(cost));
    }
    double total = 0;
    for (int32_t b = 0; b < cost->n[0]; b++) {
        total += (double)mann_value(cost)[b];
    }
    *mann_value(node->out[0]) = (mann_real)total;
}

static void loss_backward(const mann_kernels *k, mann_node *node)
{
    const loss_attr *attr = node->attr;
    mann_real seed = *mann_out_grad(node, 0);
    for (int32_t t = 0; t < attr->steps; t++) {
        mann_var logits = node->in[t], target = node->in[attr->steps + t];
        mann_var mask = node->in[2 * attr->steps + t];
        mann_real *dlogits = mann_in_grad(node, t);
        if (dlogits) {
            k->loss_grad(logits->n[0], logits->n[1], mann_value(attr->prediction[t]),
                         mann_value(target), mann_value(mask), seed, dlogits, logits->stride[0]);
        }
    }
}

static mann_var loss_example(mann_tape *tape, mann_rng *rng)
{
    enum { STEPS = 3 };
    mann_var logits[STEPS], target[STEPS], mask[STEPS];
    int32_t B = mann_example_size(rng, 5) + STEPS, O = mann_example_size(rng, 20);
    for (int t = 0; t < STEPS; t++) {
        int32_t n[2] = {B - t, O};
        logits[t] = mann_example_normal(tape, rng, n[0], n[1], 0);
        target[t] = mann_input(tape, 2, n);
        mask[t] = mann_input(tape, 1, n);
        for (size_t i = 0; i < mann_size(target[t]); i++) {
            mann_value(target[t])[i] = (mann_real)(i % (size_t)O == 0); /* bits and one-hot */
        }
        for (int32_t b = 0; b < n[0]; b++) {
            mann_value(mask[t])[b] = (mann_real)(b == 0 || mann_rng_below(rng, 2));
        }
    }
    mann_target kind = (mann_target)mann_rng_below(rng, MANN_TARGET_REAL + 1);
    return mann_sequence_loss(tape, kind, STEPS, logits, target, mask, NULL, NULL);
}

const mann_op mann_op_loss = {"loss", loss_forward, loss_backward, loss_example};

mann_var mann_sequence_loss(mann_tape *tape, mann_target kind, int32_t steps,
                            const mann_var *logits, const mann_var *target, const mann_var *mask,
                            mann_var *prediction, mann_var *cost)
{
    if (cost) {
        *cost = &tape->dummy;
    }
    size_t count = (size_t)steps;
    mann_var *in = mann_tape_scratch(tape, 3 * count * sizeof *in);
    mann_var *made = mann_tape_scratch(tape, count * sizeof *made);
    for (int32_t t = 0; t < steps && in && made; t++) {
        if (logits[t]->rank != 2 || target[t]->n[0] != logits[t]->n[0] ||
            target[t]->n[1] != logits[t]->n[1] || mask[t]->n[0] != logits[t]->n[0] ||
            target[t]->stride[0] != target[t]->n[1] || mask[t]->stride[0] != 1) {
            return mann_op_fail(
                tape, &mann_op_loss, "step %d: logits [%d, %d] with target [%d, %d], mask [%d]", t,
                logits[t]->n[0], logits[t]->n[1], target[t]->n[0], target[t]->n[1], mask[t]->n[0]);
        }
        in[t] = logits[t];
        in[count + (size_t)t] = target[t];
        in[2 * count + (size_t)t] = mask[t];
        made[t] = mann_tape_tensor(tape, 2, logits[t]->n, false);
        if (prediction) {
            prediction[t] = made[t];
        }
    }
    mann_node *node = in && made
                          ? mann_node_make(tape, &mann_op_loss, 3 * steps, in, 2, sizeof(loss_attr))
                          : NULL;
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "loss");
    }
    *(loss_attr *)node->attr = (loss_attr){kind, steps, made};
    mann_node_output(node, 0, 2, (int32_t[]){1, 1});
    mann_node_output(node, 1, 2, (int32_t[]){logits[0]->n[0], 1});
    if (cost) {
        *cost = node->out[1];
    }
    return mann_node_run(node);
}
