/* Examples, losses and predictions of a model. */
#include "model/outputs.h"

#include "ad/tape.h"

bool mann_batch_fits(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io)
{
    char why[256];
    for (int32_t b = 0; b < batch->size; b++) {
        if (!mann_example_fits(io, batch->example[b], why, sizeof why)) {
            mann_tape_fail(tape, MANN_E_SHAPE, "%s", why);
            return false;
        }
    }
    return true;
}

void mann_outputs_loss(mann_outputs *outputs, const char *name, double weight, mann_var value)
{
    outputs->loss[outputs->n_losses].name = name;
    outputs->loss[outputs->n_losses].weight = (mann_real)weight;
    outputs->loss[outputs->n_losses++].value = value;
}

void mann_outputs_answer(mann_tape *tape, const mann_io_shape *io, mann_packed rows,
                         mann_var logits, mann_var target, mann_var mask, mann_outputs *outputs)
{
    mann_var prediction;
    mann_var loss = mann_target_loss(tape, io->target, logits, target, mask, &prediction, NULL);
    if (mann_tape_status(tape)) {
        return;
    }
    outputs->rows = rows;
    outputs->prediction = mann_columns(tape, prediction, 0, io->outputs);
    mann_outputs_loss(outputs, "task", 1, loss);
}
