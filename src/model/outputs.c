/* Losses and predictions of a model. */
#include "model/outputs.h"

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
