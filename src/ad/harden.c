/* Hard choices: in hard mode an evaluation takes the place that weighs most instead of a mixture.
 */
#include "ad/array/move.h"

void mann_tape_hard(mann_tape *tape, bool hard)
{
    tape->hard = hard;
    tape->hardened = false;
}

bool mann_tape_hardened(const mann_tape *tape)
{
    return tape->hardened;
}

int32_t mann_largest(const mann_real *value, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        best = value[i] > value[best] ? i : best;
    }
    return best;
}

mann_var mann_harden(mann_tape *tape, mann_var weights)
{
    if (!tape->hard || tape->mode == MANN_TRAIN) {
        return weights;
    }
    int32_t last = -1;
    if (!mann_shape_axis(tape, "harden", weights, &last)) {
        return &tape->dummy;
    }
    tape->hardened = true;
    mann_var made = mann_tape_tensor(tape, weights->rank, weights->n, true);
    for (size_t r = 0; made != &tape->dummy && r < mann_lines(made, last); r++) {
        const mann_real *row = mann_value(weights) + mann_line(weights, last, r);
        int32_t n = weights->n[last], best = mann_largest(row, n);
        mann_value(made)[r * (size_t)n + (size_t)best] = row[best] != 0;
    }
    return made;
}
