/* The loss of all rows at once: one scalar, and the part of each row. Target and mask are constants
 * and stand among the inputs for their shapes. */
#include "ad/random.h"

#include <string.h>

typedef struct loss_attr {
    mann_target kind;
    mann_var prediction; /* [R, O] */
} loss_attr;

enum { LOGITS, TARGET, MASK };
enum { TOTAL, COST };

static void loss_forward(const mann_kernels *k, mann_node *node)
{
    const loss_attr *attr = node->attr;
    mann_var logits = node->in[LOGITS], cost = node->out[COST];
    memset(mann_value(cost), 0, mann_size(cost) * sizeof(mann_real));
    k->loss(attr->kind, logits->n[0], logits->n[1], mann_value(logits), logits->stride[0],
            mann_value(node->in[TARGET]), mann_value(node->in[MASK]), mann_value(attr->prediction),
            mann_value(cost));
    double total = 0;
    for (int32_t r = 0; r < cost->n[0]; r++) {
        total += (double)mann_value(cost)[r];
    }
    *mann_value(node->out[TOTAL]) = (mann_real)total;
}

static void loss_backward(const mann_kernels *k, mann_node *node)
{
    const loss_attr *attr = node->attr;
    mann_var logits = node->in[LOGITS];
    mann_real *dlogits = mann_in_grad(node, LOGITS);
    if (dlogits) {
        k->loss_grad(logits->n[0], logits->n[1], mann_value(attr->prediction),
                     mann_value(node->in[TARGET]), mann_value(node->in[MASK]),
                     *mann_out_grad(node, TOTAL), dlogits, logits->stride[0]);
    }
}

static mann_var loss_random(mann_tape *tape, mann_rng *rng)
{
    int32_t n[2] = {mann_random_size(rng, 12), mann_random_size(rng, 20)};
    mann_var logits = mann_random_normal(tape, rng, n[0], n[1], 0);
    mann_var target = mann_input(tape, 2, n), mask = mann_input(tape, 1, n);
    for (size_t i = 0; i < mann_size(target); i++) {
        mann_value(target)[i] = (mann_real)(i % (size_t)n[1] == 0); /* bits and one-hot */
    }
    for (int32_t r = 0; r < n[0]; r++) {
        mann_value(mask)[r] = (mann_real)(r == 0 || mann_rng_below(rng, 2));
    }
    mann_target kind = (mann_target)mann_rng_below(rng, MANN_TARGET_REAL + 1);
    return mann_target_loss(tape, kind, logits, target, mask, NULL, NULL);
}

const mann_op mann_op_loss = {"loss", loss_forward, loss_backward, loss_random};

mann_var mann_target_loss(mann_tape *tape, mann_target kind, mann_var logits, mann_var target,
                          mann_var mask, mann_var *prediction, mann_var *cost)
{
    mann_var unused;
    prediction = prediction ? prediction : &unused;
    cost = cost ? cost : &unused;
    *prediction = *cost = &tape->dummy;
    if (kind == MANN_TARGET_POINTER) {
        return mann_tape_fail(tape, MANN_E_INVAL,
                              "loss: a pointer's targets are whole numbers; use mann_class_loss");
    }
    if (logits->rank != 2 || target->n[0] != logits->n[0] || target->n[1] != logits->n[1] ||
        mask->n[0] != logits->n[0] || target->stride[0] != target->n[1] || mask->stride[0] != 1) {
        return mann_op_fail(tape, &mann_op_loss, "logits [%d, %d] with target [%d, %d], mask [%d]",
                            logits->n[0], logits->n[1], target->n[0], target->n[1], mask->n[0]);
    }
    mann_node *node = mann_node_make(tape, &mann_op_loss, 3, (mann_var[]){logits, target, mask}, 2,
                                     sizeof(loss_attr));
    if (!node) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "loss");
    }
    *prediction = mann_tape_tensor(tape, 2, logits->n, false);
    *(loss_attr *)node->attr = (loss_attr){kind, *prediction};
    mann_node_output(node, TOTAL, 2, (int32_t[]){1, 1});
    *cost = mann_node_output(node, COST, 2, (int32_t[]){logits->n[0], 1});
    return mann_node_run(node);
}
