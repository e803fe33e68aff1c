/* Copies and sums over strides. Where both sides are contiguous along the last axis, whole rows go
 * to the C library or to a kernel. */
#include "ad/array/move.h"

#include <string.h>

enum { LAST = MANN_MAX_RANK - 1 };

mann_move mann_move_make(int32_t rank, const int32_t *n, const int32_t *from, const int32_t *to)
{
    mann_move move = {.n = {1, 1, 1, 1}, .from = {1, 1, 1, 1}, .to = {1, 1, 1, 1}};
    for (int32_t a = 0; a < rank; a++) {
        int32_t at = MANN_MAX_RANK - rank + a;
        move.n[at] = n[a];
        move.from[at] = from[a];
        move.to[at] = to[a];
    }
    return move;
}

static size_t at(const int32_t *stride, int32_t i, int32_t j, int32_t k)
{
    return (size_t)i * (size_t)stride[0] + (size_t)j * (size_t)stride[1] +
           (size_t)k * (size_t)stride[2];
}

static bool whole_rows(const mann_move *move)
{
    return move->from[LAST] == 1 && move->to[LAST] == 1;
}

void mann_move_copy(const mann_move *move, const mann_real *from, mann_real *to)
{
    const int32_t *n = move->n;
    size_t from_step = (size_t)move->from[LAST], to_step = (size_t)move->to[LAST];
    bool whole = whole_rows(move);
    for (int32_t i = 0; i < n[0]; i++) {
        for (int32_t j = 0; j < n[1]; j++) {
            for (int32_t k = 0; k < n[2]; k++) {
                const mann_real *x = from + at(move->from, i, j, k);
                mann_real *y = to + at(move->to, i, j, k);
                if (whole) {
                    memcpy(y, x, (size_t)n[LAST] * sizeof *y);
                    continue;
                }
                for (int32_t l = 0; l < n[LAST]; l++) {
                    y[(size_t)l * to_step] = x[(size_t)l * from_step];
                }
            }
        }
    }
}

static void add_scattered(const mann_move *move, const mann_real *from, mann_real *to)
{
    size_t from_step = (size_t)move->from[LAST], to_step = (size_t)move->to[LAST];
    for (int32_t k = 0; k < move->n[2]; k++) {
        const mann_real *x = from + at(move->from, 0, 0, k);
        mann_real *y = to + at(move->to, 0, 0, k);
        for (int32_t l = 0; l < move->n[LAST]; l++) {
            y[(size_t)l * to_step] += x[(size_t)l * from_step];
        }
    }
}

void mann_move_add(const mann_kernels *kernels, const mann_move *move, const mann_real *from,
                   mann_real *to)
{
    const int32_t *n = move->n;
    bool whole = whole_rows(move);
    for (int32_t i = 0; i < n[0]; i++) {
        for (int32_t j = 0; j < n[1]; j++) {
            const mann_real *x = from + at(move->from, i, j, 0);
            mann_real *y = to + at(move->to, i, j, 0);
            if (whole) {
                kernels->accumulate(n[2], n[LAST], x, move->from[2], y, move->to[2]);
            } else {
                add_scattered(move, x, y);
            }
        }
    }
}

size_t mann_lines(const mann_tensor *x, int32_t axis)
{
    return mann_size(x) / (size_t)x->n[axis];
}

size_t mann_line(const mann_tensor *x, int32_t axis, size_t i)
{
    size_t from_start = 0;
    for (int32_t a = x->rank - 1; a >= 0; a--) {
        if (a != axis) {
            from_start += i % (size_t)x->n[a] * (size_t)x->stride[a];
            i /= (size_t)x->n[a];
        }
    }
    return from_start;
}

bool mann_shapes_agree(const mann_tensor *x, const mann_tensor *y, int32_t first, int32_t except)
{
    bool agree = x->rank == y->rank;
    for (int32_t a = first; a < x->rank && agree; a++) {
        agree = a == except || x->n[a] == y->n[a];
    }
    return agree;
}
