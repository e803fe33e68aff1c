/* The numeric kernels: one function type each, and a table of them per instruction set.
 *
 * Kernels take whole batches and raw pointers; ld* are distances between rows, in elements.
 * Outputs are assigned, except gradients (d...), which are added to. A pointer that a comment
 * calls optional may be NULL. Arrays may overlap only where they are the same argument. */
#ifndef MANN_KERN_KERN_H
#define MANN_KERN_KERN_H

#include <mann/op.h>

/* --- products: w is [I, O], input-major --- */

/* y [B, O] = x [B, I] w + bias [O] (optional); with accumulate, y += x w. The sum of an element
 * starts at its bias, or at what y was, and goes along I in order: a product may be made in parts.
 */
typedef void mann_kernel_linear(int32_t B, int32_t I, int32_t O, const mann_real *x, int32_t ldx,
                                const mann_real *w, int32_t ldw, const mann_real *bias,
                                mann_real *y, int32_t ldy, bool accumulate);
/* dw [I, O] += x^T dy over K rows, x given row by row. */
typedef void mann_kernel_weight_grad(int32_t K, int32_t I, int32_t O, const mann_real *const *x,
                                     const mann_real *dy, int32_t lddy, mann_real *dw);
/* y [m, n] = scale x [m, k] w [k, n]; with accumulate, y += that. Element (i, j) of x stands at
 * i * x_row + j * x_col, of w at i * w_row + j * w_col, where w_row or w_col is 1. For large
 * products: stretches of w are copied together first. With scale 1 it sums as linear does. */
typedef void mann_kernel_product(int32_t m, int32_t n, int32_t k, mann_real scale,
                                 const mann_real *x, int32_t x_row, int32_t x_col,
                                 const mann_real *w, int32_t w_row, int32_t w_col, mann_real *y,
                                 int32_t ldy, bool accumulate);
/* As many queries of one memory make products worth their copies. */
enum { MANN_MANY_QUERIES = 16 };

/* db [O] += the rows of dy [K, O]. */
typedef void mann_kernel_row_sum(int32_t K, int32_t O, const mann_real *dy, int32_t lddy,
                                 mann_real *db);
/* y [cols, rows] = x [rows, cols] transposed; ldy >= rows between the rows of y. */
typedef void mann_kernel_transpose(int32_t rows, int32_t cols, const mann_real *x, mann_real *y,
                                   int32_t ldy);

/* --- elementwise --- */

/* y += x, both [rows, cols]. */
typedef void mann_kernel_accumulate(int32_t rows, int32_t cols, const mann_real *x, int32_t ldx,
                                    mann_real *y, int32_t ldy);
/* y = a + b. */
typedef void mann_kernel_add(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                             const mann_real *b, int32_t ldb, mann_real *y, int32_t ldy);
/* y = a - b. */
typedef void mann_kernel_subtract(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                  const mann_real *b, int32_t ldb, mann_real *y, int32_t ldy);
/* y = a b; with accumulate, y += a b. */
typedef void mann_kernel_multiply(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                  const mann_real *b, int32_t ldb, mann_real *y, int32_t ldy,
                                  bool accumulate);
/* y = g a + (1 - g) b. */
typedef void mann_kernel_interpolate(int32_t rows, int32_t cols, const mann_real *g, int32_t ldg,
                                     const mann_real *a, int32_t lda, const mann_real *b,
                                     int32_t ldb, mann_real *y, int32_t ldy);
/* Each of dg, da, db is optional. */
typedef void mann_kernel_interpolate_grad(int32_t rows, int32_t cols, const mann_real *g,
                                          int32_t ldg, const mann_real *a, int32_t lda,
                                          const mann_real *b, int32_t ldb, const mann_real *dy,
                                          int32_t lddy, mann_real *dg, int32_t lddg, mann_real *da,
                                          int32_t ldda, mann_real *db, int32_t lddb);
/* y = the larger of a and b; what is not finite stays so. */
typedef void mann_kernel_maximum(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                 const mann_real *b, int32_t ldb, mann_real *y, int32_t ldy);
/* To a where a = b. Each of da, db is optional. */
typedef void mann_kernel_maximum_grad(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                      const mann_real *b, int32_t ldb, const mann_real *dy,
                                      int32_t lddy, mann_real *da, int32_t ldda, mann_real *db,
                                      int32_t lddb);
/* y = |a - b|. */
typedef void mann_kernel_distance(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                  const mann_real *b, int32_t ldb, mann_real *y, int32_t ldy);
/* 0 where a = b. Each of da, db is optional. */
typedef void mann_kernel_distance_grad(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                                       const mann_real *b, int32_t ldb, const mann_real *dy,
                                       int32_t lddy, mann_real *da, int32_t ldda, mann_real *db,
                                       int32_t lddb);
/* y = squash(clip(x, ±limit)), in groups of group columns; limit 0: no clipping. */
typedef void mann_kernel_squash(mann_squash_kind kind, int32_t rows, int32_t cols, int32_t group,
                                mann_real limit, const mann_real *x, int32_t ldx, mann_real *y,
                                int32_t ldy);
typedef void mann_kernel_squash_grad(mann_squash_kind kind, int32_t rows, int32_t cols,
                                     int32_t group, mann_real limit, const mann_real *x,
                                     int32_t ldx, const mann_real *y, int32_t ldy,
                                     const mann_real *dy, int32_t lddy, mann_real *dx,
                                     int32_t lddx);

/* y = gain (x - mean) / sigma + bias, row by row; moments [rows, 2]: mean and 1 / sigma, kept for
 * the gradient. */
typedef void mann_kernel_layer_norm(int32_t rows, int32_t cols, const mann_real *x, int32_t ldx,
                                    const mann_real *gain, const mann_real *bias, mann_real *y,
                                    int32_t ldy, mann_real *moments);
/* dx, dgain and dbias are optional. */
typedef void mann_kernel_layer_norm_grad(int32_t rows, int32_t cols, const mann_real *x,
                                         int32_t ldx, const mann_real *gain,
                                         const mann_real *moments, const mann_real *dy,
                                         int32_t lddy, mann_real *dx, int32_t lddx,
                                         mann_real *dgain, mann_real *dbias);

/* --- recurrent cells --- */

/* gates [B, 4H]: input, forget, candidate, output. squashed [B, 4H] and tanh_cell [B, H] are kept
 * for the gradient. */
typedef void mann_kernel_lstm(int32_t B, int32_t H, const mann_real *gates, int32_t ldg,
                              const mann_real *cell, int32_t ldc, mann_real *squashed,
                              mann_real *new_cell, mann_real *tanh_cell, mann_real *hidden);
/* dgates and dcell are optional. */
typedef void mann_kernel_lstm_grad(int32_t B, int32_t H, const mann_real *squashed,
                                   const mann_real *cell, int32_t ldc, const mann_real *tanh_cell,
                                   const mann_real *dhidden, const mann_real *dnew_cell,
                                   mann_real *dgates, int32_t lddg, mann_real *dcell, int32_t lddc);

/* --- memory [B, M, N]: the N locations are contiguous --- */

/* Addressing by content and location of B sequences with H heads over N locations of width M.
 * ld* are distances between sequences; within one, key and dkey are [H, M] with ldh between
 * heads, shift is [H, S], the others [H] or [H, N], contiguous. */
typedef struct mann_address_args {
    int32_t B, H, M, N, S;
    const mann_real *memory, *key, *strength, *gate, *shift, *sharpening, *previous;
    int32_t ld_memory, ld_key, ld_strength, ld_gate, ld_shift, ld_sharpening, ld_previous;
    int32_t ldh_key, ldh_shift;
    /* Results: weights [B, H, N], and the stages [B, H, N] they went through. */
    mann_real *weights, *similarity, *content, *gated, *shifted;
    mann_real *memory_norm; /* [B, N]: 1 / |column| */
    mann_real *key_norm;    /* [B, H]: 1 / |key| */
    /* Gradients: dweights comes in; the others are optional. */
    const mann_real *dweights;
    mann_real *dmemory, *dkey, *dstrength, *dgate, *dshift, *dsharpening, *dprevious;
} mann_address_args;

typedef void mann_kernel_address(const mann_address_args *args);
/* Uses the stages and the norms up. */
typedef void mann_kernel_address_grad(const mann_address_args *args);

/* Similarity [B, H, N] of keys [B, H, M] and the columns of memory; ld_* are distances between
 * sequences, ldh_key between keys. */
typedef struct mann_cosine_args {
    int32_t B, H, M, N;
    const mann_real *memory, *key;
    int32_t ld_memory, ld_key, ldh_key;
    mann_real *similarity;
    mann_real *memory_norm; /* [B, N]: 1 / |column| */
    mann_real *key_norm;    /* [B, H]: 1 / |key| */
    const mann_real *dsimilarity;
    mann_real *ddot, *fall;    /* scratch of the gradient: [H, N], [N] */
    mann_real *dmemory, *dkey; /* optional */
} mann_cosine_args;

typedef void mann_kernel_cosine(const mann_cosine_args *args);
typedef void mann_kernel_cosine_grad(const mann_cosine_args *args);

/* reads [B, H, M] = weights [B, H, N] applied to memory; ldb_* between sequences. */
typedef void mann_kernel_read(int32_t B, int32_t H, int32_t M, int32_t N, const mann_real *memory,
                              int32_t ldb_memory, const mann_real *weights, int32_t ldb_weights,
                              mann_real *reads);
/* dmemory and dweights are optional. */
typedef void mann_kernel_read_grad(int32_t B, int32_t H, int32_t M, int32_t N,
                                   const mann_real *memory, int32_t ldb_memory,
                                   const mann_real *weights, int32_t ldb_weights,
                                   const mann_real *dreads, mann_real *dmemory,
                                   mann_real *dweights);

/* Erase and add: erase and add are [B, H, M] with ldb_* between sequences, ldh_* between heads. */
typedef struct mann_write_args {
    int32_t B, H, M, N;
    const mann_real *memory, *weights, *erase, *add;
    int32_t ldb_memory, ldb_weights, ldb_erase, ldh_erase, ldb_add, ldh_add;
    mann_real *new_memory; /* [B, M, N] */
    const mann_real *dnew_memory;
    mann_real *dmemory, *dweights, *derase, *dadd; /* optional */
} mann_write_args;

typedef void mann_kernel_erase_add(const mann_write_args *args);
typedef void mann_kernel_erase_add_grad(const mann_write_args *args);

/* --- words --- */

/* memory [B, M, N]: column n is the sum over j < W of weight[j] * table[token[n][j]]; token 0 adds
 * nothing. */
typedef struct mann_embed_args {
    int32_t B, M, N, W;
    const int32_t *token;    /* [B, N, W] */
    const mann_real *table;  /* [words, M] */
    const mann_real *weight; /* [W, M], optional */
    mann_real *memory;
    const mann_real *dmemory;
    mann_real *dtable;
} mann_embed_args;

typedef void mann_kernel_embed(const mann_embed_args *args);
typedef void mann_kernel_embed_grad(const mann_embed_args *args);

/* --- attention over memory [B, M, N] --- */

/* Scores [B, H, N] of queries [B, H, M] (ldb_ between sequences, ldh_ between heads) against the
 * columns of memory. */
typedef struct mann_match_args {
    int32_t B, H, M, N;
    mann_real scale; /* of dot products */
    const mann_real *memory, *query;
    const mann_real *v; /* [M], of additive scores */
    int32_t ldb_memory, ldb_query, ldh_query;
    mann_real *scores;
    const mann_real *dscores;
    mann_real *dmemory, *dquery, *dv; /* optional */
} mann_match_args;

/* scale query . memory[n]. */
typedef void mann_kernel_match(const mann_match_args *args);
typedef void mann_kernel_match_grad(const mann_match_args *args);
/* v . tanh(query + memory[n]). */
typedef void mann_kernel_match_additive(const mann_match_args *args);
typedef void mann_kernel_match_additive_grad(const mann_match_args *args);

/* weights [B, H, N] = the softmax over the N scores of each head whose mask is not 0, and 0 at the
 * others; mask is optional, ldh_mask 0 if heads share it. */
typedef void mann_kernel_attend(int32_t B, int32_t H, int32_t N, const mann_real *scores,
                                int32_t ldb_scores, const mann_real *mask, int32_t ldb_mask,
                                int32_t ldh_mask, mann_real *weights);
typedef void mann_kernel_attend_grad(int32_t B, int32_t H, int32_t N, const mann_real *weights,
                                     const mann_real *dweights, mann_real *dscores,
                                     int32_t ldb_scores);

/* --- associative matrices [B, M, N] --- */

/* new = decay memory + rate u v^T. decay and rate are [B, 1], u [B, M], v [B, N]; ld_* are
 * distances between sequences. */
typedef struct mann_hebb_args {
    int32_t B, M, N;
    const mann_real *memory, *decay, *rate, *u, *v;
    int32_t ld_memory, ld_decay, ld_rate, ld_u, ld_v;
    mann_real *new_memory; /* [B, M, N] */
    const mann_real *dnew_memory;
    mann_real *dmemory, *ddecay, *drate, *du, *dv; /* optional */
} mann_hebb_args;

typedef void mann_kernel_hebb(const mann_hebb_args *args);
typedef void mann_kernel_hebb_grad(const mann_hebb_args *args);

/* --- losses over B rows of O outputs; rows whose mask is 0 do not count --- */

/* cost [B] += the loss of the kind, in nats; prediction [B, O]: sigmoid, softmax, or the logits. */
typedef void mann_kernel_loss(mann_target kind, int32_t B, int32_t O, const mann_real *logits,
                              int32_t ldl, const mann_real *target, const mann_real *mask,
                              mann_real *prediction, mann_real *cost);
/* dlogits += seed (prediction - target), which holds for every kind. */
typedef void mann_kernel_loss_grad(int32_t B, int32_t O, const mann_real *prediction,
                                   const mann_real *target, const mann_real *mask, mann_real seed,
                                   mann_real *dlogits, int32_t lddl);

/* --- optimisers over n parameters; the gradient is clip(grad, ±clip) * scale; clip 0: none --- */

typedef struct mann_update {
    mann_real scale, clip, lr, momentum, decay, epsilon;
    mann_real beta1, beta2, correct1, correct2; /* Adam; correct = 1 / (1 - beta^t) */
    mann_real weight_decay;                     /* decoupled, times lr */
} mann_update;

/* y = the sum of count arrays in order. */
typedef void mann_kernel_sum(int32_t count, size_t n, const mann_real *const *x, mann_real *y);
/* x = clip(x, ±limit). */
typedef void mann_kernel_clamp(size_t n, mann_real limit, mann_real *x);
/* *sum = the sum of squares of clip(x), and *bad = how many x are not finite. */
typedef void mann_kernel_square_sum(size_t n, const mann_real *x, mann_real clip, double *sum,
                                    size_t *bad);
/* value -= lr velocity, velocity = momentum velocity + g. */
typedef void mann_kernel_sgd(const mann_update *u, size_t n, const mann_real *grad,
                             mann_real *value, mann_real *velocity);
/* Tieleman & Hinton 2012: square = decay square + (1 - decay) g^2; step by g / (sqrt(square) +
 * epsilon), with momentum. */
typedef void mann_kernel_rmsprop(const mann_update *u, size_t n, const mann_real *grad,
                                 mann_real *value, mann_real *velocity, mann_real *square);
/* Graves 2013, eq. 38-45: centred, epsilon inside the root. */
typedef void mann_kernel_rmsprop_graves(const mann_update *u, size_t n, const mann_real *grad,
                                        mann_real *value, mann_real *velocity, mann_real *square,
                                        mann_real *mean);
/* Kingma & Ba 2015. */
typedef void mann_kernel_adam(const mann_update *u, size_t n, const mann_real *grad,
                              mann_real *value, mann_real *mean, mann_real *square);
/* average = decay average + (1 - decay) value. */
typedef void mann_kernel_average(size_t n, mann_real decay, const mann_real *value,
                                 mann_real *average);

/* rounds rounds of multiply-adds on registers alone, 2 * lanes * MANN_PEAK_SUMS operations each:
 * what this machine can do at best. */
enum { MANN_PEAK_SUMS = 12 };
typedef void mann_kernel_peak(int64_t rounds, mann_real *sink);

#define MANN_KERNEL_LIST(K)                                                                        \
    K(linear)                                                                                      \
    K(weight_grad)                                                                                 \
    K(product)                                                                                     \
    K(row_sum)                                                                                     \
    K(transpose)                                                                                   \
    K(accumulate)                                                                                  \
    K(add)                                                                                         \
    K(subtract)                                                                                    \
    K(multiply)                                                                                    \
    K(interpolate)                                                                                 \
    K(interpolate_grad)                                                                            \
    K(maximum)                                                                                     \
    K(maximum_grad)                                                                                \
    K(distance)                                                                                    \
    K(distance_grad)                                                                               \
    K(squash)                                                                                      \
    K(squash_grad)                                                                                 \
    K(layer_norm)                                                                                  \
    K(layer_norm_grad)                                                                             \
    K(lstm)                                                                                        \
    K(lstm_grad)                                                                                   \
    K(address)                                                                                     \
    K(address_grad)                                                                                \
    K(cosine)                                                                                      \
    K(cosine_grad)                                                                                 \
    K(read)                                                                                        \
    K(read_grad)                                                                                   \
    K(erase_add)                                                                                   \
    K(erase_add_grad)                                                                              \
    K(embed)                                                                                       \
    K(embed_grad)                                                                                  \
    K(match)                                                                                       \
    K(match_grad)                                                                                  \
    K(match_additive)                                                                              \
    K(match_additive_grad)                                                                         \
    K(attend)                                                                                      \
    K(attend_grad)                                                                                 \
    K(hebb)                                                                                        \
    K(hebb_grad)                                                                                   \
    K(loss)                                                                                        \
    K(loss_grad)                                                                                   \
    K(sum)                                                                                         \
    K(clamp)                                                                                       \
    K(square_sum)                                                                                  \
    K(sgd)                                                                                         \
    K(rmsprop)                                                                                     \
    K(rmsprop_graves)                                                                              \
    K(adam)                                                                                        \
    K(average)                                                                                     \
    K(peak)

struct mann_kernels {
    const char *name; /* "ref", "avx2", "avx512" */
    int32_t lanes;    /* numbers per vector */
#define K(name) mann_kernel_##name *name;
    MANN_KERNEL_LIST(K)
#undef K
};

/* Every variant built in, fastest first, NULL-terminated; some may not run here. */
extern const mann_kernels *const mann_kernel_variants[];

/* Whether this processor can run a variant. */
bool mann_kernels_run_here(const mann_kernels *kernels);

/* The variant that MANN_CPU names, or else the fastest that runs here. NULL with a message if
 * MANN_CPU names none that does. */
const mann_kernels *mann_kernels_choose(mann_context *context);

#endif
