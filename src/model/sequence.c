/* Packs ragged sequences. */
#include "model/sequence.h"

#include "ad/tape.h"
#include "model/outputs.h"

static bool fits(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io)
{
    for (int32_t b = 1; b < batch->size; b++) {
        if (batch->example[b]->steps > batch->example[b - 1]->steps) {
            mann_tape_fail(tape, MANN_E_SHAPE, "sequences: not ordered longest first");
            return false;
        }
    }
    return mann_batch_fits(tape, batch, io);
}

/* The array called name of every example, as packed rows of width numbers. */
static void fill(const mann_packed *rows, const mann_batch *batch, const char *name, int32_t width,
                 mann_var to)
{
    for (int32_t b = 0; b < rows->batch; b++) {
        const float *from = mann_example_find(batch->example[b], name)->data;
        for (int32_t t = 0; t < rows->length[b]; t++) {
            mann_real *row = mann_value(to) + (size_t)(rows->start[t] + b) * (size_t)width;
            for (int32_t i = 0; i < width; i++) {
                row[i] = (mann_real)*from++;
            }
        }
    }
}

mann_sequences mann_sequences_pack(mann_tape *tape, const mann_batch *batch,
                                   const mann_io_shape *io)
{
    mann_sequences s = {.rows = {0}};
    int32_t *length = mann_tape_scratch(tape, (size_t)batch->size * sizeof *length);
    if (!length || !fits(tape, batch, io)) {
        return s;
    }
    for (int32_t b = 0; b < batch->size; b++) {
        length[b] = batch->example[b]->steps;
    }
    s.rows = mann_pack(tape, batch->size, length);
    mann_tape_rows(tape, s.rows.steps, s.rows.start);
    s.input = mann_input(tape, 2, (int32_t[]){s.rows.rows, io->inputs});
    s.target = mann_input(tape, 2, (int32_t[]){s.rows.rows, io->outputs});
    s.mask = mann_input(tape, 1, &s.rows.rows);
    if (mann_tape_status(tape)) {
        return (mann_sequences){.rows = {0}};
    }
    fill(&s.rows, batch, "input", io->inputs, s.input);
    fill(&s.rows, batch, "target", io->outputs, s.target);
    fill(&s.rows, batch, "mask", 1, s.mask);
    return s;
}
