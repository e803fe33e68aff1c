/* Tensors of unequal shapes side by side: the shape of what comes of them, and a walk through them
 * that hands rows to a kernel. */
#ifndef MANN_AD_ARRAY_WALK_H
#define MANN_AD_ARRAY_WALK_H

#include "ad/tape.h"

/* Operands of a walk: the output of a node, then up to three inputs. */
enum { MANN_WALK_MOST = 4 };

/* Rows of every operand, ld apart: 0 for one row again and again. Gradients have the strides of the
 * values; those that nobody wants are NULL. */
typedef struct mann_block {
    int32_t rows, cols, ld[MANN_WALK_MOST];
    mann_real *value[MANN_WALK_MOST], *grad[MANN_WALK_MOST];
    const void *attr;
} mann_block;

/* Computes a block: assigns value[0], or adds to gradients. */
typedef void mann_block_function(const mann_kernels *kernels, const mann_block *block);

/* The axes that the operands are walked along, with a stride of 0 where one is repeated. Axes that
 * follow each other evenly in all of them are one. */
typedef struct mann_walk {
    int32_t count, n[MANN_MAX_RANK], stride[MANN_WALK_MOST][MANN_MAX_RANK];
    bool scattered; /* some operand's last axis has a stride other than 1 */
} mann_walk;

/* The shape that inputs have together by the rule in mann/op.h. False if they have none; the tape
 * has failed then. */
bool mann_walk_shape(mann_tape *tape, const char *name, int32_t count, const mann_var *in,
                     int32_t *rank, int32_t *n);

/* A walk over a shape that each operand has, or is repeated to. `whole`: the last axis remains the
 * columns, for functions to which columns are not alike; all operands have it. */
void mann_walk_make(mann_walk *walk, int32_t rank, const int32_t *n, int32_t count,
                    const mann_var *operand, bool whole);

/* Calls the function with every block of `all`, which says where the operands begin. A scattered
 * operand goes through a buffer: its value is read and its gradient added to, but it cannot be
 * assigned. A walk of NULL: all is one block. */
void mann_walk_run(const mann_walk *walk, const mann_kernels *kernels,
                   mann_block_function *function, const mann_block *all);

/* The values of a node's first output and of its inputs, one block if these have rank 2 and its
 * width; grad is empty. */
mann_block mann_block_values(const mann_node *node);
/* The same with the gradients. */
mann_block mann_block_gradients(mann_node *node);

bool mann_is_contiguous(const mann_tensor *x);
/* x itself if it is contiguous, otherwise a copy. */
mann_var mann_contiguous(mann_tape *tape, mann_var x);

#endif
