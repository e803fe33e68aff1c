/* Cross-entropy of rows of logits with integer classes, or with distributions over the classes:
 *
 *   cost[r] = log sum exp l[r] - q[r] . l[r]                 the sum over the classes mask leaves
 *   q       = (1 - smoothing) target + smoothing / K         K of them (Szegedy et al. 2016, sec.
 * 7)
 *
 * The kernel is that of mann_sequence_loss, a row at a time: q is made when it is needed, so that
 * large vocabularies need no one-hot rows. Classes that the mask leaves out get a logit so low that
 * their probability is exactly 0. */
#include "ad/random.h"

#include <string.h>

static const mann_real OUT = (mann_real)-1e30;

enum { LOGITS, MASK, TARGET, INPUTS };

typedef struct class_attr {
    const int32_t *target; /* [R], or NULL: the input TARGET */
    mann_real smoothing;
    mann_var prediction, cost;
    mann_real *logits, *q; /* [C]: a row as it goes to the kernel */
} class_attr;

static const mann_real *row_of(const mann_tensor *x, int32_t r)
{
    return (const mann_real *)x->value + (size_t)r * (size_t)x->stride[0];
}

/* Row r of the mask, NULL if all classes are in. */
static const mann_real *mask_row(const mann_tensor *mask, int32_t r)
{
    return !mask ? NULL : mask->rank == 1 ? (const mann_real *)mask->value : row_of(mask, r);
}

static int32_t classes_in(const mann_real *mask, int32_t C)
{
    int32_t in = mask ? 0 : C;
    for (int32_t c = 0; c < C && mask; c++) {
        in += mask[c] != 0;
    }
    return in;
}

/* Makes q of row r; false if the row does not count. */
static bool make_target(const mann_node *node, int32_t r)
{
    const class_attr *attr = node->attr;
    const mann_real *mask = mask_row(node->in[MASK], r);
    int32_t C = node->in[LOGITS]->n[1];
    bool counts = attr->target && attr->target[r] >= 0;
    if (attr->target) {
        memset(attr->q, 0, (size_t)C * sizeof *attr->q);
        if (counts) {
            attr->q[attr->target[r]] = 1;
        }
    } else {
        memcpy(attr->q, row_of(node->in[TARGET], r), (size_t)C * sizeof *attr->q);
        for (int32_t c = 0; c < C && !counts; c++) {
            counts = attr->q[c] != 0;
        }
    }
    if (counts && attr->smoothing > 0) {
        mann_real share = attr->smoothing / (mann_real)classes_in(mask, C);
        for (int32_t c = 0; c < C; c++) {
            bool in = !mask || mask[c] != 0;
            attr->q[c] = (1 - attr->smoothing) * attr->q[c] + (in ? share : 0);
        }
    }
    return counts;
}

/* Row r of the logits without the classes that the mask leaves out. */
static const mann_real *masked_logits(const mann_node *node, int32_t r)
{
    const class_attr *attr = node->attr;
    const mann_real *mask = mask_row(node->in[MASK], r), *logits = row_of(node->in[LOGITS], r);
    for (int32_t c = 0; c < node->in[LOGITS]->n[1] && mask; c++) {
        attr->logits[c] = mask[c] != 0 ? logits[c] : OUT;
    }
    return mask ? attr->logits : logits;
}

static void class_forward(const mann_kernels *k, mann_node *node)
{
    const class_attr *attr = node->attr;
    int32_t R = attr->cost->n[0], C = attr->prediction->n[1];
    double total = 0;
    memset(mann_value(attr->cost), 0, (size_t)R * sizeof(mann_real));
    for (int32_t r = 0; r < R; r++) {
        mann_real counts = make_target(node, r), *cost = mann_value(attr->cost) + r;
        mann_real *prediction = mann_value(attr->prediction) + (size_t)r * (size_t)C;
        k->loss(MANN_TARGET_CLASS, 1, C, masked_logits(node, r), C, attr->q, &counts, prediction,
                cost);
        if (classes_in(mask_row(node->in[MASK], r), C) == 0) {
            memset(prediction, 0, (size_t)C * sizeof *prediction);
        }
        total += (double)*cost;
    }
    *mann_value(node->out[0]) = (mann_real)total;
}

static void class_backward(const mann_kernels *k, mann_node *node)
{
    const class_attr *attr = node->attr;
    mann_var logits = node->in[LOGITS];
    int32_t R = attr->cost->n[0], C = attr->prediction->n[1];
    mann_real seed = *mann_out_grad(node, 0), *dlogits = mann_in_grad(node, LOGITS);
    for (int32_t r = 0; r < R && dlogits; r++) {
        mann_real counts = make_target(node, r);
        k->loss_grad(1, C, row_of(attr->prediction, r), attr->q, &counts, seed,
                     dlogits + (size_t)r * (size_t)logits->stride[0], C);
    }
}

/* --- examples --- */

/* Options of an example: often a mask, of one row or of each, that leaves class `keep[r]`. */
static mann_class_options example_options(mann_tape *tape, mann_rng *rng, int32_t R, int32_t C,
                                          const int32_t *keep)
{
    mann_class_options options = {0};
    uint32_t kind = mann_rng_below(rng, 3);
    if (kind) {
        options.mask =
            kind == 1 ? mann_input(tape, 1, &C) : mann_input(tape, 2, (int32_t[]){R + 1, C});
        for (size_t i = 0; i < mann_size(options.mask); i++) {
            mann_value(options.mask)[i] = (mann_real)mann_rng_below(rng, 2);
        }
        for (int32_t r = 0; r < R; r++) {
            int32_t row = kind == 1 ? 0 : r;
            mann_value(options.mask)[row * C + (keep[r] < 0 ? 0 : keep[r])] = 1;
        }
    }
    options.smoothing = mann_rng_below(rng, 2) ? (mann_real)mann_rng_uniform(rng) : 0;
    return options;
}

static mann_var example(mann_tape *tape, mann_rng *rng, bool distribution)
{
    int32_t n[2] = {mann_random_size(rng, 6), mann_random_size(rng, 20)};
    mann_var logits = mann_random_shape(tape, rng, 2, n);
    int32_t *label = mann_tape_scratch(tape, (size_t)n[0] * sizeof *label);
    for (int32_t r = 0; label && r < n[0]; r++) {
        label[r] = (int32_t)mann_rng_below(rng, (uint32_t)n[1] + 1) - 1;
    }
    mann_class_options options = example_options(tape, rng, n[0], n[1], label);
    if (!distribution) {
        return mann_class_loss(tape, logits, label, &options);
    }
    mann_var target = mann_input(tape, 2, n);
    for (int32_t r = 0; r < n[0]; r++) { /* in two halves, where the mask leaves two */
        const mann_real *mask = mask_row(options.mask, r);
        mann_real *row = mann_value(target) + r * n[1];
        int32_t also = (int32_t)mann_rng_below(rng, (uint32_t)n[1]);
        if (label[r] >= 0) {
            row[label[r]] = (mann_real)0.5;
            row[!mask || mask[also] != 0 ? also : label[r]] += (mann_real)0.5;
        }
    }
    return mann_distribution_loss(tape, logits, target, &options);
}

static mann_var class_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, false);
}

static mann_var distribution_random(mann_tape *tape, mann_rng *rng)
{
    return example(tape, rng, true);
}

const mann_op mann_op_class_loss = {"class_loss", class_forward, class_backward, class_random};
const mann_op mann_op_distribution_loss = {"distribution_loss", class_forward, class_backward,
                                           distribution_random};

/* --- builders --- */

/* What is wrong with row r as a target; false if something is. */
static bool class_good(mann_tape *tape, const mann_op *op, int32_t r, int32_t c, int32_t C,
                       const mann_real *mask)
{
    if (c >= C) {
        mann_op_fail(tape, op, "row %d: class %d of %d", r, c, C);
    } else if (c >= 0 && mask && mask[c] == 0) {
        mann_op_fail(tape, op, "row %d: its class %d is masked out", r, c);
    }
    return !tape->status;
}

static bool distribution_good(mann_tape *tape, const mann_op *op, int32_t r, const mann_real *row,
                              int32_t C, const mann_real *mask)
{
    const double off = 1e-3;
    double total = 0;
    bool empty = true;
    for (int32_t c = 0; c < C; c++) {
        total += (double)row[c];
        empty = empty && row[c] == 0;
        if (!(row[c] >= 0)) {
            mann_op_fail(tape, op, "row %d: class %d has probability %g", r, c, (double)row[c]);
            return false;
        }
        if (row[c] > 0) {
            class_good(tape, op, r, c, C, mask);
        }
    }
    if (!empty && !(total > 1 - off && total < 1 + off)) {
        mann_op_fail(tape, op, "row %d sums to %g, neither 1 nor 0", r, total);
    }
    return !tape->status;
}

/* Shapes and options; the number of rows, or 0 if something is wrong. */
static int32_t rows_of(mann_tape *tape, const mann_op *op, const mann_var in[INPUTS],
                       mann_real smoothing)
{
    mann_var logits = in[LOGITS], mask = in[MASK], target = in[TARGET];
    int32_t R = logits->n[0];
    bool fits = logits->rank == 2;
    if (target) {
        fits = fits && target->rank == 2 && target->n[1] == logits->n[1];
        R = target->n[0] < R ? target->n[0] : R;
    }
    if (mask) {
        fits =
            fits && (mask->rank == 1 || mask->rank == 2) && mask->n[mask->rank - 1] == logits->n[1];
        R = mask->rank == 2 && mask->n[0] < R ? mask->n[0] : R;
    }
    if (!fits) {
        mann_shape_fail(tape, op->name, INPUTS, in, "are not %s",
                        target ? "logits [R, C], a mask [R, C] or [C], and a target [R, C]"
                               : "logits [R, C] and a mask [R, C] or [C]");
    } else if ((mask && mask->needs_grad) || (target && target->needs_grad)) {
        mann_op_fail(tape, op, "the %s is a constant: give it to mann_constant first",
                     mask && mask->needs_grad ? "mask" : "target");
    } else if (!(smoothing >= 0 && smoothing <= 1)) {
        mann_op_fail(tape, op, "a smoothing of %g, which must be in 0..1", (double)smoothing);
    }
    return tape->status ? 0 : R;
}

static mann_var build(mann_tape *tape, const mann_op *op, mann_var logits, const int32_t *label,
                      mann_var target, const mann_class_options *options)
{
    static const mann_class_options none = {0};
    options = options ? options : &none;
    mann_var prediction = &tape->dummy, cost = &tape->dummy,
             in[INPUTS] = {logits, options->mask, target};
    int32_t R = tape->status ? 0 : rows_of(tape, op, in, options->smoothing), C = logits->n[1];
    bool good = R > 0;
    for (int32_t r = 0; r < R && good; r++) {
        const mann_real *mask = mask_row(options->mask, r);
        good = label ? class_good(tape, op, r, label[r], C, mask)
                     : distribution_good(tape, op, r, row_of(target, r), C, mask);
    }
    mann_node *node = good ? mann_node_make(tape, op, INPUTS, in, 1, sizeof(class_attr)) : NULL;
    if (node) {
        prediction = mann_tape_tensor(tape, 2, (int32_t[]){R, C}, false);
        cost = mann_tape_tensor(tape, 2, (int32_t[]){R, 1}, false);
        mann_real *rows = mann_tape_scratch(tape, 2 * (size_t)C * sizeof *rows);
        *(class_attr *)node->attr =
            (class_attr){label, options->smoothing, prediction, cost, rows, rows ? rows + C : NULL};
        mann_node_output(node, 0, 2, (int32_t[]){1, 1});
    }
    if (options->prediction) {
        *options->prediction = prediction;
    }
    if (options->cost) {
        *options->cost = cost;
    }
    return node ? mann_node_run(node) : mann_tape_fail(tape, MANN_E_NOMEM, "%s", op->name);
}

mann_var mann_class_loss(mann_tape *tape, mann_var logits, const int32_t *target,
                         const mann_class_options *options)
{
    return build(tape, &mann_op_class_loss, logits, target, NULL, options);
}

mann_var mann_distribution_loss(mann_tape *tape, mann_var logits, mann_var target,
                                const mann_class_options *options)
{
    return build(tape, &mann_op_distribution_loss, logits, NULL, target, options);
}
