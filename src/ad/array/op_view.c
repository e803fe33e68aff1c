/* Views: other shapes of the same storage. They are not operations; gradients flow through the
 * owner, which has one, zero where no view of it passes anything on. A constant is a copy, and
 * gradients end there. */
#include "ad/array/move.h"
#include "ad/array/walk.h"

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
    made->shadow = NULL;
    made->keeps_grad = false;
    return made;
}

mann_var mann_slice(mann_tape *tape, mann_var x, int32_t axis, int32_t first, int32_t count)
{
    if (!mann_shape_axis(tape, "slice", x, &axis)) {
        return &tape->dummy;
    }
    if (first < 0 || count < 1 || count > x->n[axis] - first) {
        return mann_shape_fail(tape, "slice", 1, &x, "has no places %d to %lld at axis %d", first,
                               (long long)first + count - 1, axis);
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
    return mann_slice(tape, x, x->rank - 1, first, count);
}

bool mann_is_contiguous(const mann_tensor *x)
{
    int64_t size = 1;
    for (int32_t i = x->rank - 1; i >= 0; size *= x->n[i], i--) {
        if (x->n[i] > 1 && x->stride[i] != size) {
            return false;
        }
    }
    return true;
}

static mann_var copy(mann_tape *tape, mann_var x)
{
    return mann_permute(tape, x, (int32_t[MANN_MAX_RANK]){0, 1, 2, 3});
}

mann_var mann_contiguous(mann_tape *tape, mann_var x)
{
    return mann_is_contiguous(x) ? x : copy(tape, x);
}

/* The strides of x in another shape of its size; false if only a copy can have it. Axes of x that
 * follow each other evenly are a stretch, and each new axis must lie within one. */
static bool restride(const mann_tensor *x, int32_t rank, const int32_t *n, int32_t *stride)
{
    int32_t size[MANN_MAX_RANK], step[MANN_MAX_RANK], axes = 0, a = rank - 1;
    for (int32_t i = 0; i < x->rank; i++) {
        if (x->n[i] > 1) {
            size[axes] = x->n[i];
            step[axes++] = x->stride[i];
        }
    }
    for (int32_t i = axes - 1; i >= 0; i--) {
        int64_t apart = step[i], old = size[i], done = 1;
        while (i > 0 && step[i - 1] == old * apart) {
            old *= size[--i];
        }
        for (; a >= 0 && done < old; a--) {
            stride[a] = (int32_t)(done * apart);
            done *= n[a];
        }
        if (done != old) {
            return false;
        }
    }
    for (a = rank - 1; a >= 0; a--) { /* an axis of 1 has the stride of what it encloses */
        if (n[a] == 1) {
            stride[a] = a == rank - 1 ? 1 : n[a + 1] * stride[a + 1];
        }
    }
    return rank == 0 || stride[rank - 1] == 1;
}

mann_var mann_reshape(mann_tape *tape, mann_var x, int32_t rank, const int32_t *n)
{
    if (rank < 0 || rank > MANN_MAX_RANK) {
        return mann_shape_fail(tape, "reshape", 1, &x, "has no shape of rank %d", rank);
    }
    mann_tensor shape = {.rank = rank};
    double size = 1;
    for (int32_t i = 0; i < rank; i++) {
        shape.n[i] = n[i];
        size *= n[i] > 0 ? n[i] : 0;
    }
    if (size != (double)mann_size(x)) {
        return mann_shape_fail(tape, "reshape", 2, (mann_var[]){x, &shape}, "differ in size");
    }
    if (!restride(x, rank, n, shape.stride)) {
        x = copy(tape, x);
        restride(x, rank, n, shape.stride);
    }
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->rank = rank;
        for (int32_t i = 0; i < MANN_MAX_RANK; i++) {
            made->n[i] = i < rank ? n[i] : 1;
            made->stride[i] = i < rank ? shape.stride[i] : 1;
        }
    }
    return made;
}

/* The common shapes of the next two, without a look at others: a step makes dozens of them. */
static mann_var view_of(mann_tape *tape, mann_var x, int32_t rank, int32_t n1, int32_t n2)
{
    mann_tensor *made = view(tape, x);
    if (made != &tape->dummy) {
        made->rank = rank;
        made->n[1] = n1;
        made->n[2] = n2;
        made->stride[1] = n2;
        made->stride[2] = 1;
    }
    return made;
}

mann_var mann_split(mann_tape *tape, mann_var x, int32_t count)
{
    if (x->rank == 2 && count > 0 && x->n[1] % count == 0) {
        return view_of(tape, x, 3, count, x->n[1] / count);
    }
    return mann_reshape(tape, x, 3, (int32_t[]){x->n[0], count, count > 0 ? x->n[1] / count : 0});
}

mann_var mann_flatten(mann_tape *tape, mann_var x)
{
    if (x->rank == 3 && x->stride[1] == x->n[2]) {
        return view_of(tape, x, 2, x->n[1] * x->n[2], 1);
    }
    return mann_reshape(tape, x, 2,
                        (int32_t[]){x->n[0], (int32_t)(mann_size(x) / (size_t)x->n[0])});
}

mann_var mann_constant(mann_tape *tape, mann_var x)
{
    mann_var made = mann_tape_tensor(tape, x->rank, x->n, false);
    if (made != &tape->dummy) {
        mann_move move = mann_move_make(x->rank, x->n, x->stride, made->stride);
        mann_move_copy(&move, mann_value(x), mann_value(made));
    }
    return made;
}

mann_var mann_full(mann_tape *tape, int32_t rank, const int32_t *n, mann_real value)
{
    mann_var made = mann_tape_tensor(tape, rank, n, false);
    size_t size = made == &tape->dummy ? 0 : mann_size(made);
    mann_real *to = mann_value(made);
    for (size_t i = 0; i < size; i++) {
        to[i] = value;
    }
    return made;
}

mann_var mann_one_hot(mann_tape *tape, int32_t rows, int32_t classes, const int32_t *place)
{
    mann_var made = mann_full(tape, 2, (int32_t[]){rows, classes}, 0);
    for (int32_t r = 0; made != &tape->dummy && r < rows; r++) {
        if (place[r] >= classes) {
            return mann_tape_fail(tape, MANN_E_INVAL, "one_hot: place %d of %d", place[r], classes);
        }
        if (place[r] >= 0) {
            mann_value(made)[(size_t)r * (size_t)classes + (size_t)place[r]] = 1;
        }
    }
    return made;
}
