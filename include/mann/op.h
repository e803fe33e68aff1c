/* Operations: builders to call on a tape, and what it takes to write another one.
 *
 * Shapes, of rank 4 at most; inputs may be any views. Where inputs have the rank of the result,
 * their first axis is the batch.
 *
 * Leading rows: the batch of an operation is that of its smallest input; of a larger one the
 * leading rows are read. Sequences of a group are ordered by length, so those that have ended drop
 * out. The batch is never stretched: [1, n] is one sequence.
 *
 * Broadcasting, in operations that say so: axes are aligned at the last one, and an axis of 1 is
 * repeated to the size that it has in the others. An input of less rank than the result has no
 * batch, and is the same for every row: [8, 3, 20] goes with [8, 3, 1], [8, 1, 20], [3, 20], [3, 1]
 * and [20], but a parameter [1, 20] that is meant for every row is first given as [20] by
 * mann_reshape. Gradients of what is repeated are summed.
 *
 * Axes count from 0, or from the end: -1 is the last. */
#ifndef MANN_OP_H
#define MANN_OP_H

#include <mann/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_kernels mann_kernels;
typedef struct mann_node mann_node;

/* One row per operation, in the file of its builder. */
typedef struct mann_op {
    const char *name;
    void (*forward)(const mann_kernels *kernels, mann_node *node);
    void (*backward)(const mann_kernels *kernels, mann_node *node); /* adds to the inputs' grad */
    /* Builds one random use on leaves, for the gradient check. */
    mann_var (*random)(mann_tape *tape, mann_rng *rng);
} mann_op;

struct mann_node {
    const mann_op *op;
    mann_tape *tape;
    mann_var *in, *out; /* an optional input may be NULL */
    int32_t n_in, n_out;
    void *attr; /* the operation's own block */
};

/* All operations: X(name) stands for mann_op_name, in the file of its builder. */
#define MANN_OP_LIST(X)                                                                            \
    X(linear)                                                                                      \
    X(linear_transposed)                                                                           \
    X(matmul)                                                                                      \
    X(permute)                                                                                     \
    X(concat)                                                                                      \
    X(roll)                                                                                        \
    X(gather)                                                                                      \
    X(scatter_add)                                                                                 \
    X(broadcast)                                                                                   \
    X(add)                                                                                         \
    X(subtract)                                                                                    \
    X(multiply)                                                                                    \
    X(maximum)                                                                                     \
    X(distance)                                                                                    \
    X(interpolate)                                                                                 \
    X(squash)                                                                                      \
    X(sum)                                                                                         \
    X(max)                                                                                         \
    X(softmax)                                                                                     \
    X(sort)                                                                                        \
    X(cumulative_sum)                                                                              \
    X(cumulative_product)                                                                          \
    X(dropout)                                                                                     \
    X(layer_norm)                                                                                  \
    X(lstm)                                                                                        \
    X(address)                                                                                     \
    X(cosine)                                                                                      \
    X(read)                                                                                        \
    X(erase_add)                                                                                   \
    X(embed)                                                                                       \
    X(match)                                                                                       \
    X(match_additive)                                                                              \
    X(attend)                                                                                      \
    X(project)                                                                                     \
    X(choose)                                                                                      \
    X(reinforce)                                                                                   \
    X(hebb)                                                                                        \
    X(loss)                                                                                        \
    X(class_loss)                                                                                  \
    X(distribution_loss)                                                                           \
    X(margin)

/* Those of the list, NULL-terminated. */
MANN_API extern const mann_op *const mann_ops[];

/* --- writing an operation --- */

/* A node with its inputs copied and room for n_out outputs and attr_size bytes, or NULL once the
 * tape has failed. */
MANN_API mann_node *mann_node_make(mann_tape *tape, const mann_op *op, int32_t n_in,
                                   const mann_var *in, int32_t n_out, size_t attr_size);

/* Gives the node its output i, a new tensor. */
MANN_API mann_var mann_node_output(mann_node *node, int32_t i, int32_t rank, const int32_t *n);

/* Runs the node, records it when training, returns its first output. */
MANN_API mann_var mann_node_run(mann_node *node);

/* Fails the tape with a message that starts with the operation's name; returns the dummy. */
MANN_API mann_var mann_op_fail(mann_tape *tape, const mann_op *op, const char *format, ...)
    MANN_PRINTF(3, 4);

/* Fails the tape with shapes that do not fit and the reason why, as in "add: [8, 3, 20] and
 * [8, 4, 20] do not broadcast at axis 1"; x that are NULL are left out. Returns the dummy. */
MANN_API mann_var mann_shape_fail(mann_tape *tape, const char *name, int32_t count,
                                  const mann_var *x, const char *format, ...) MANN_PRINTF(5, 6);

/* Makes an axis that counts from the end (-1: the last) count from the front. Fails the tape and
 * returns false if x has no such axis. */
MANN_API bool mann_shape_axis(mann_tape *tape, const char *name, mann_var x, int32_t *axis);

/* The gradient of input or output i, zero before its first use; NULL for an input that needs
 * none. Strides are those of the tensor. */
MANN_API mann_real *mann_in_grad(mann_node *node, int32_t i);
MANN_API mann_real *mann_out_grad(mann_node *node, int32_t i);

/* --- views: share storage and gradient --- */

/* The places first..first+count-1 of an axis of x; of axis 0, these rows. */
MANN_API mann_var mann_slice(mann_tape *tape, mann_var x, int32_t axis, int32_t first,
                             int32_t count);
/* x in another shape of its size, the first axis too if need be: [T * B, n] as [T, B, n]. A view if
 * x is contiguous or the shape keeps apart what is apart, otherwise a copy. */
MANN_API mann_var mann_reshape(mann_tape *tape, mann_var x, int32_t rank, const int32_t *n);
/* Columns first..first+count-1: a slice of the last axis. */
MANN_API mann_var mann_columns(mann_tape *tape, mann_var x, int32_t first, int32_t count);
/* x [B, count * width] as [B, count, width]. */
MANN_API mann_var mann_split(mann_tape *tape, mann_var x, int32_t count);
/* x [B, ...] as [B, n]. */
MANN_API mann_var mann_flatten(mann_tape *tape, mann_var x);

/* --- constants: no gradient goes through them --- */

/* The present value of x. */
MANN_API mann_var mann_constant(mann_tape *tape, mann_var x);
/* A tensor that has one value everywhere. Rank 0 goes with every other: it is a number. */
MANN_API mann_var mann_full(mann_tape *tape, int32_t rank, const int32_t *n, mann_real value);
/* A constant [rows, classes]: in row r a 1 at place[r], which is below classes; below 0: nowhere.
 */
MANN_API mann_var mann_one_hot(mann_tape *tape, int32_t rows, int32_t classes,
                               const int32_t *place);

/* --- dense --- */

/* y = x W + b: x [B, I], W [I, O], b [1, O] or NULL -> [B, O]. W is a parameter or some of its rows
 * (mann_slice along axis 0), b a parameter. */
MANN_API mann_var mann_linear(mann_tape *tape, mann_var x, mann_var weight, mann_var bias);
/* y = to + x W: to [B, O]. A sum starts at `to` (or b) and goes along I in order, so that a product
 * in parts has the bits of the whole: [x1, x2] [W1; W2] + b is x2 W2 onto x1 W1 + b. */
MANN_API mann_var mann_linear_onto(mann_tape *tape, mann_var to, mann_var x, mann_var weight);
/* y = x W^T: x [B, I], a parameter W [O, I] -> [B, O]. */
MANN_API mann_var mann_linear_transposed(mann_tape *tape, mann_var x, mann_var weight);
/* Products of matrices: a [..., m, k], b [..., k, n] -> [..., m, n], of rank 2 to 4; a transposed
 * one is given as [..., k, m] or [..., n, k]. Leading axes broadcast: they are aligned at the last
 * one, and 1 is repeated; a factor of less rank is the same for every row. Of factors of equal rank
 * above 2, axis 0 is the batch: that of the smaller is taken. */
MANN_API mann_var mann_matmul(mann_tape *tape, mann_var a, mann_var b, bool transpose_a,
                              bool transpose_b);
/* A parameter [m, n], row after row, as every row of [B, m * n]. */
MANN_API mann_var mann_broadcast(mann_tape *tape, mann_var matrix, int32_t batch);

/* --- elementwise: inputs broadcast --- */

MANN_API mann_var mann_add(mann_tape *tape, mann_var a, mann_var b);
MANN_API mann_var mann_subtract(mann_tape *tape, mann_var a, mann_var b);
MANN_API mann_var mann_multiply(mann_tape *tape, mann_var a, mann_var b);
/* factor x. */
MANN_API mann_var mann_scale(mann_tape *tape, mann_var x, mann_real factor);
/* The larger number; where they are equal the gradient goes to a. */
MANN_API mann_var mann_maximum(mann_tape *tape, mann_var a, mann_var b);
/* gate * a + (1 - gate) * b. */
MANN_API mann_var mann_interpolate(mann_tape *tape, mann_var gate, mann_var a, mann_var b);
/* |a - b|; at 0 its derivative is taken as 0. */
MANN_API mann_var mann_distance(mann_tape *tape, mann_var a, mann_var b);

typedef enum mann_squash_kind {
    MANN_IDENTITY,
    MANN_TANH,
    MANN_SIGMOID,
    MANN_RELU,
    MANN_SOFTPLUS, /* log(1 + exp x) */
    MANN_ONEPLUS,  /* 1 + softplus */
    MANN_SOFTMAX   /* over the group */
} mann_squash_kind;

/* Squashes all of x, of any shape; softmax is over the last axis. */
MANN_API mann_var mann_activate(mann_tape *tape, mann_var x, mann_squash_kind kind);

/* width columns in groups of group columns, each squashed by kind. */
typedef struct mann_squash_part {
    mann_squash_kind kind;
    int32_t width, group;
} mann_squash_part;

/* Squashes consecutive columns of x [..., n], each segment in its own way. Pre-activations are
 * clipped to ±limit first (0: no clipping), which bounds strengths and sharpenings. */
MANN_API mann_var mann_squash(mann_tape *tape, mann_var x, int32_t count,
                              const mann_squash_part *segment, mann_real limit);

/* y = gain (x - mean) / sigma + bias over each row of x [B, n]: gain and bias [1, n] (Ba, Kiros &
 * Hinton 2016). */
MANN_API mann_var mann_layer_norm(mann_tape *tape, mann_var x, mann_var gain, mann_var bias);

/* --- numbers moved: any rank, any views; axes below 0 count from the end --- */

/* Axis a of the result is axis axes[a] of x: a copy. axes [rank] names each axis once. */
MANN_API mann_var mann_permute(mann_tape *tape, mann_var x, const int32_t *axes);
/* `count` tensors one after the other along an axis: [B, n1], [B, n2], ... -> [B, n1 + n2 + ...]
 * with axis 1. The other axes are equal; of axis 0, unless it is the one, the smallest counts. */
MANN_API mann_var mann_concat(mann_tape *tape, int32_t axis, int32_t count, const mann_var *x);
/* What stood at place i of the axis is at i + shift, round the end: as many places as x has. */
MANN_API mann_var mann_roll(mann_tape *tape, mann_var x, int32_t axis, int32_t shift);
/* Rows of `count` tensors [B_i, ...] alike but for the batch: row r of the result [rows, ...] is
 * row row[r] of x[of[r]]. A row may be taken any number of times; one that is not there is an
 * error. The lists are kept by the caller until the reset; of NULL: all are of x[0]. */
MANN_API mann_var mann_gather(mann_tape *tape, int32_t count, const mann_var *x, int32_t rows,
                              const int32_t *of, const int32_t *row);
/* Row r of x [R, ...] is added to row row[r] of the result [rows, ...], or to none if that is -1;
 * rows that get nothing are 0. row [R] is kept by the caller until the reset. The gradient of a
 * gather, and the other way round. */
MANN_API mann_var mann_scatter_add(mann_tape *tape, mann_var x, int32_t rows, const int32_t *row);

/* --- along an axis --- */

/* Sum, mean and largest number. The axis stays, with a size of 1, so that the result broadcasts
 * against x; along axis 0 it has a batch of 1. The gradient of the largest goes to the first of
 * those that are. */
MANN_API mann_var mann_sum(mann_tape *tape, mann_var x, int32_t axis);
MANN_API mann_var mann_mean(mann_tape *tape, mann_var x, int32_t axis);
MANN_API mann_var mann_max(mann_tape *tape, mann_var x, int32_t axis);
MANN_API mann_var mann_softmax(mann_tape *tape, mann_var x, int32_t axis);
/* Sorts along the last axis; equal numbers keep their order, NaN counts as the largest. index, if
 * not NULL, receives where each came from: of the shape of x, contiguous, valid until the reset;
 * NULL if the tape has failed. The gradient goes back to where the numbers came from; the order
 * itself has none. */
MANN_API mann_var mann_sort(mann_tape *tape, mann_var x, bool descending, int32_t **index);
/* y[i] = the sum, or product, of x[j] over j <= i of the axis. exclusive: over j < i, so the first
 * is 0, or 1. reverse: over j >= i, or j > i. Factors may be 0. */
MANN_API mann_var mann_cumulative_sum(mann_tape *tape, mann_var x, int32_t axis, bool exclusive,
                                      bool reverse);
MANN_API mann_var mann_cumulative_product(mann_tape *tape, mann_var x, int32_t axis, bool exclusive,
                                          bool reverse);

/* Dropout (Srivastava et al. 2014) of x [R, ...]: when the tape trains, each number is 0 with
 * probability `rate` (at least 0, below 1) and otherwise divided by 1 - rate; when it evaluates, or
 * at rate 0, the result is x itself. rows [R] says which sequence each row belongs to (see
 * mann_tape_sequences); NULL: row r is of sequence r. A sequence's rows draw one after the other
 * from its stream `purpose`: two dropouts of one purpose start alike. */
MANN_API mann_var mann_dropout(mann_tape *tape, mann_var x, mann_real rate, const char *purpose,
                               const int32_t *rows);

/* --- recurrent --- */

/* Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000).
 * gates [B, 4H] before squashing, in the order input, forget, candidate, output; cell [B, H].
 * Returns the hidden state [B, H] and stores the new cell. */
MANN_API mann_var mann_lstm(mann_tape *tape, mann_var gates, mann_var cell, mann_var *new_cell);

/* --- memory of Graves et al. 2014; memory [B, M, N]: one column per location --- */

/* What each stage made of a weighting, [B, H, N] each, without gradients, for observers. */
typedef struct mann_addressing {
    mann_var similarity, content, gated, shifted;
} mann_addressing;

/* Equations 5-9. key [B, H, M], strength, gate, sharpening [B, H], shift [B, H, S] (S odd, offsets
 * -S/2..S/2), previous [B, H, N] -> weights [B, H, N]; in hard mode, see mann_harden,
 * these alone become hard. stages may be NULL. */
MANN_API mann_var mann_address(mann_tape *tape, mann_var memory, mann_var key, mann_var strength,
                               mann_var gate, mann_var shift, mann_var sharpening,
                               mann_var previous, mann_addressing *stages);
/* Equation 6 alone, for other ways to address by content: memory [B, M, N], key [B, H, M] ->
 * [B, H, N], the cosine of the angle between key and location, with |x| = sqrt(x.x + 1e-8), so that
 * an empty location has similarity 0. */
MANN_API mann_var mann_cosine(mann_tape *tape, mann_var memory, mann_var key);
/* Equation 2. weights [B, H, N] -> reads [B, H, M]. */
MANN_API mann_var mann_read(mann_tape *tape, mann_var memory, mann_var weights);
/* Equations 3 and 4. weights [B, H, N], erase and add [B, H, M] -> memory [B, M, N]; all heads
 * erase, then all add. */
MANN_API mann_var mann_erase_add(mann_tape *tape, mann_var memory, mann_var weights, mann_var erase,
                                 mann_var add);

/* --- words --- */

/* Bags of words (Sukhbaatar et al. 2015, section 4.1). token [B, N, W] (kept by the caller until
 * the reset) numbers rows of a parameter table [words, M], or is 0 for the null word, which adds
 * nothing: column n of the memory [B, M, N] is the sum over j of weight[j] * table[token[n][j]].
 * weight [W, M] weighs positions and is a constant, of a taller one the leading rows; NULL: ones.
 */
MANN_API mann_var mann_embed(mann_tape *tape, mann_var table, int32_t batch, int32_t sentences,
                             int32_t words, const int32_t *token, mann_var weight);

/* --- attention over memory [B, M, N]: score the columns, weigh them, mann_read ---
 * Keys and values may be different memories of the same N. Bilinear scores q W memory[n] are dot
 * products with a query that went through mann_linear or with keys from mann_project. */

/* Dot products: query [B, H, M] -> scores [B, H, N], scale q . memory[n]. A scale of 1 / sqrt M is
 * that of Vaswani et al. 2017, any other the inverse temperature of Ramsauer et al. 2021. */
MANN_API mann_var mann_match(mann_tape *tape, mann_var memory, mann_var query, mann_real scale);
/* Additive scores (Bahdanau et al. 2015): v . tanh(q + memory[n]) with v [1, M] a parameter; query
 * and memory have gone through their layers. */
MANN_API mann_var mann_match_additive(mann_tape *tape, mann_var memory, mann_var query, mann_var v);
/* scores [B, H, N] -> weights [B, H, N], the softmax over the places whose mask is not 0; the
 * others weigh 0, and all do where none is left. In hard mode, see mann_harden. mask [B, N] or [B,
 * H, N] is a constant; NULL: all places. */
MANN_API mann_var mann_attend(mann_tape *tape, mann_var scores, mann_var mask);
/* Hard attention. weights [B, H, N] -> one-hot [B, H, N]: a place drawn by its weight when the tape
 * trains (from the stream `purpose`), the one that weighs most when it evaluates. No gradient goes
 * through the choice; log_probability [B, H], of what was chosen, has one, for mann_reinforce. */
MANN_API mann_var mann_choose(mann_tape *tape, mann_var weights, const char *purpose,
                              mann_var *log_probability);
/* A loss whose gradient is REINFORCE's (Williams 1992): the sum over sequences of
 * (cost - baseline) times their log probabilities [B, H_i], the factor being taken as constant.
 * cost and baseline [B, 1] (NULL: 0); the cost is what the task's loss charges the sequence. */
MANN_API mann_var mann_reinforce(mann_tape *tape, mann_var cost, mann_var baseline, int32_t count,
                                 const mann_var *log_probability);
/* weights [..., N] as they are, unless the tape evaluates in hard mode (mann_tape_hard): then the
 * first of the largest along the last axis counts as 1 and the others as 0; zeros alone stay 0. For
 * soft choices that none of the operations here makes. */
MANN_API mann_var mann_harden(mann_tape *tape, mann_var weights);
/* Each column through a weight [M, O]: memory -> [B, O, N]. */
MANN_API mann_var mann_project(mann_tape *tape, mann_var memory, mann_var weight);

/* --- associative matrices --- */

/* new = decay memory + rate u v^T: memory [B, M, N], decay and rate [B, 1], u [B, M], v [B, N]; u
 * and v may be the same (Ba et al. 2016, equation 1). It is read by mann_read. */
MANN_API mann_var mann_hebb(mann_tape *tape, mann_var memory, mann_var decay, mann_var rate,
                            mann_var u, mann_var v);

/* --- losses: scalars [1, 1] in nats, summed over the batch --- */

/* The loss of logits [R, O] against target [R, O] over the rows whose mask [R] is not 0: binary
 * cross-entropy of bits, cross-entropy of the softmax of classes and distributions, half the
 * squared error of real numbers (pointers: see mann_class_loss). Target and mask are constants.
 * prediction [R, O], if not NULL, receives sigmoid, softmax, or the logits themselves; cost [R, 1],
 * if not NULL, the part of each row; both are values without gradient. */
MANN_API mann_var mann_target_loss(mann_tape *tape, mann_target kind, mann_var logits,
                                   mann_var target, mann_var mask, mann_var *prediction,
                                   mann_var *cost);

/* Options of the losses of classes; all zero is the default. */
typedef struct mann_class_options {
    /* [R, C], or [C] for all rows: a class whose mask is 0 may not be chosen; its probability is 0,
     * and no gradient goes to its logit. A constant. NULL: all classes. */
    mann_var mask;
    /* So much of the target, 0 to 1, is spread evenly over the classes that the mask leaves, the
     * right one too (Szegedy et al. 2016, section 7). */
    mann_real smoothing;
    /* If not NULL, they receive the probabilities [R, C], and what each row costs [R, 1]: values
     * without gradients. */
    mann_var *prediction, *cost;
} mann_class_options;

/* Cross-entropy of integer classes: the sum over rows of -log softmax(logits)[target], in nats.
 * logits [R, C]; target [R] is kept by the caller until the reset, and a row where it is below 0
 * does not count. A target that is not a class, or that the mask leaves out, is an error. options
 * may be NULL. */
MANN_API mann_var mann_class_loss(mann_tape *tape, mann_var logits, const int32_t *target,
                                  const mann_class_options *options);
/* The same against a distribution over the classes for each row, target [R, C], a constant:
 * pointers that may go to several places, labels of several annotators. A row of zeros does not
 * count; any other must sum to 1. */
MANN_API mann_var mann_distribution_loss(mann_tape *tape, mann_var logits, mann_var target,
                                         const mann_class_options *options);

/* Margin ranking: the sum over sequences and over the places n that mask leaves of
 * max(0, margin - scores[target] + scores[n]), where target [B, N] is a one-hot row; the target
 * itself does not count, and a row of zeros has no loss. scores [B, N]; target and mask [B, N]
 * (NULL: all places) are constants. */
MANN_API mann_var mann_margin_loss(mann_tape *tape, mann_var scores, mann_var target, mann_var mask,
                                   mann_real margin);

#ifdef __cplusplus
}
#endif
#endif
