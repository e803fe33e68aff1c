/* What a model is handed and hands back: examples, predictions and losses. */
#ifndef MANN_MODEL_OUTPUTS_H
#define MANN_MODEL_OUTPUTS_H

#include <mann/model.h>

/* Whether every example has the ports of io; otherwise the tape fails. */
bool mann_batch_fits(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io);

/* Adds a loss [1, 1], nats, summed over the batch. */
void mann_outputs_loss(mann_outputs *outputs, const char *name, double weight, mann_var value);

/* The task's loss of logits [rows, classes] against target [rows, classes] where mask [rows] is not
 * 0, and the predictions. classes >= io->outputs; those beyond are never the answer. */
void mann_outputs_answer(mann_tape *tape, const mann_io_shape *io, mann_packed rows,
                         mann_var logits, mann_var target, mann_var mask, mann_outputs *outputs);

#endif
