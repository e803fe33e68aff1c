/* Packs ragged sequences step by step. */
#include "model/sequence.h"

#include "ad/tape.h"

static const float *data(const mann_example *example, const char *name, int32_t width)
{
    const mann_array *array = mann_example_find(example, name);
    bool found = array && array->type == MANN_REAL && array->n[0] == example->steps &&
                 (array->rank == 1 ? 1 : array->n[1]) == width;
    return found ? array->data : NULL;
}

static void copy(const float *from, int32_t count, mann_real *to)
{
    for (int32_t i = 0; i < count; i++) {
        to[i] = (mann_real)from[i];
    }
}

static bool fits(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io)
{
    for (int32_t b = 0; b < batch->size; b++) {
        const mann_example *example = batch->example[b];
        if (!data(example, "input", io->inputs) || !data(example, "target", io->outputs) ||
            !data(example, "mask", 1)) {
            mann_tape_fail(tape, MANN_E_SHAPE,
                           "sequences: example %llu lacks input [T, %d], target [T, %d] or mask "
                           "[T, 1]",
                           (unsigned long long)example->index, io->inputs, io->outputs);
            return false;
        }
        if (b && example->steps > batch->example[b - 1]->steps) {
            mann_tape_fail(tape, MANN_E_SHAPE, "sequences: not ordered longest first");
            return false;
        }
    }
    return true;
}

mann_sequences mann_sequences_pack(mann_tape *tape, const mann_batch *batch,
                                   const mann_io_shape *io)
{
    mann_sequences s = {.steps = batch->example[0]->steps};
    size_t size = (size_t)s.steps * sizeof(mann_var);
    s.input = mann_tape_scratch(tape, size);
    s.target = mann_tape_scratch(tape, size);
    s.mask = mann_tape_scratch(tape, size);
    if (!s.mask || !fits(tape, batch, io)) {
        s.steps = 0;
        return s;
    }
    int32_t active = batch->size;
    for (int32_t t = 0; t < s.steps; t++) {
        while (batch->example[active - 1]->steps <= t) {
            active--;
        }
        s.input[t] = mann_input(tape, 2, (int32_t[]){active, io->inputs});
        s.target[t] = mann_input(tape, 2, (int32_t[]){active, io->outputs});
        s.mask[t] = mann_input(tape, 1, &active);
        for (int32_t b = 0; b < active && !mann_tape_status(tape); b++) {
            const mann_example *e = batch->example[b];
            copy(data(e, "input", io->inputs) + (size_t)t * (size_t)io->inputs, io->inputs,
                 mann_value(s.input[t]) + (size_t)b * (size_t)io->inputs);
            copy(data(e, "target", io->outputs) + (size_t)t * (size_t)io->outputs, io->outputs,
                 mann_value(s.target[t]) + (size_t)b * (size_t)io->outputs);
            copy(data(e, "mask", 1) + t, 1, mann_value(s.mask[t]) + b);
        }
    }
    return s;
}
