/* Views: other shapes of the same storage. They are not operations; gradients flow through the
 * owner. A constant is a copy, and gradients end there. */
#include "ad/tape.h"

#include <string.h>

static mann_tensor *view(mann_tape *tape, mann_var x)
{
    if (tape->status) {
        return &tape->dummy;
    }
    mann_tensor *made = mann_arena_take(tape->nodes, sizeof *made);
    if (!made) {
        return mann_tape_fail(tape, MANN_E_NOMEM, "out of memory for a view");
    }
    *made = *x;
    made->grad = NULL;
    made->keeps_grad = false;
    return made;
}

mann_var mann_slice(mann_tape *tape, mann_var x, int32_t axis, int32_t first, int32_t count)
{
    if (!tape->status && (first < 0 || count < 1 || first + count > x->n[axis])) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "slice: %d..%d of %d", first, first + count - 1,
                              x->n[axis]);
    }
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->n[axis] = count;
        made->value = mann_value(x) + (size_t)first * (size_t)x->stride[axis];
    }
    return made;
}

mann_var mann_columns(mann_tape *tape, mann_var x, int32_t first, int32_t count)
{
    int32_t last = x->rank - 1;
    if (!tape->status && (first < 0 || count < 1 || first + count > x->n[last])) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "columns: %d..%d of %d columns", first,
                              first + count - 1, x->n[last]);
    }
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->n[last] = count;
        made->value = mann_value(x) + first;
    }
    return made;
}

mann_var mann_split(mann_tape *tape, mann_var x, int32_t count)
{
    if (!tape->status && (x->rank != 2 || count < 1 || x->n[1] % count)) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "split: %d columns into %d parts", x->n[1],
                              count);
    }
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->rank = 3;
        made->n[1] = count;
        made->n[2] = x->n[1] / count;
        made->stride[1] = made->n[2];
        made->stride[2] = 1;
    }
    return made;
}

mann_var mann_flatten(mann_tape *tape, mann_var x)
{
    if (!tape->status && (x->rank != 3 || x->stride[1] != x->n[2])) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "flatten: not a contiguous [B, count, width]");
    }
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->rank = 2;
        made->n[1] = x->n[1] * x->n[2];
        made->n[2] = 1;
        made->stride[1] = 1;
    }
    return made;
}

mann_var mann_constant(mann_tape *tape, mann_var x)
{
    if (!tape->status && x->rank != 2) {
        return mann_tape_fail(tape, MANN_E_SHAPE, "constant: rank %d", x->rank);
    }
    mann_var made = mann_tape_tensor(tape, x->rank, x->n, false);
    for (int32_t b = 0; b < x->n[0] && made != &tape->dummy; b++) {
        memcpy(mann_value(made) + (size_t)b * (size_t)made->stride[0],
               mann_value(x) + (size_t)b * (size_t)x->stride[0],
               (size_t)x->n[1] * sizeof(mann_real));
    }
    return made;
}
