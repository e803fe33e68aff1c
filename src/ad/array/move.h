/* Numbers from one place to another: two shapes alike whose strides differ. */
#ifndef MANN_AD_ARRAY_MOVE_H
#define MANN_AD_ARRAY_MOVE_H

#include "ad/tape.h"

/* Up to four axes, the last innermost, 1 long where there are fewer; strides of either side. */
typedef struct mann_move {
    int32_t n[MANN_MAX_RANK], from[MANN_MAX_RANK], to[MANN_MAX_RANK];
} mann_move;

mann_move mann_move_make(int32_t rank, const int32_t *n, const int32_t *from, const int32_t *to);

/* to = from. */
void mann_move_copy(const mann_move *move, const mann_real *from, mann_real *to);
/* to += from. */
void mann_move_add(const mann_kernels *kernels, const mann_move *move, const mann_real *from,
                   mann_real *to);

/* Lines along an axis: how many a tensor has, and how far line number i is from its start. */
size_t mann_lines(const mann_tensor *x, int32_t axis);
size_t mann_line(const mann_tensor *x, int32_t axis, size_t i);

/* Whether x and y are as long as each other along each axis from `first` on but `except` (-1:
 * none), and of the same rank. */
bool mann_shapes_agree(const mann_tensor *x, const mann_tensor *y, int32_t first, int32_t except);

#endif
