/* One step, with [x, h] the concatenation of input and hidden state:
 *
 *   r, u = sigmoid([x, h] W + b);  h~ = tanh([x, r h] V + d);  h = u h + (1 - u) h~ */
#include "nn/gru.h"

#include <stdio.h>

mann_gru mann_gru_init(mann_params *params, const char *name, int32_t inputs, int32_t hidden)
{
    char candidate[64];
    snprintf(candidate, sizeof candidate, "%s.candidate", name);
    mann_gru made = {.inputs = inputs, .hidden = hidden};
    made.gates = mann_dense_init(params, name, inputs + hidden, 2 * hidden);
    made.candidate = mann_dense_init(params, candidate, inputs + hidden, hidden);
    return made;
}

static mann_var join(mann_tape *tape, mann_var x, mann_var h)
{
    return mann_concat(tape, 1, 2, (mann_var[]){x, h});
}

mann_var mann_gru_step(const mann_gru *self, mann_tape *tape, mann_var x, mann_var h)
{
    int32_t H = self->hidden;
    mann_var both =
        mann_activate(tape, mann_dense_apply(self->gates, tape, join(tape, x, h)), MANN_SIGMOID);
    mann_var reset = mann_columns(tape, both, 0, H), update = mann_columns(tape, both, H, H);
    mann_var kept = mann_multiply(tape, reset, h);
    mann_var candidate = mann_activate(
        tape, mann_dense_apply(self->candidate, tape, join(tape, x, kept)), MANN_TANH);
    return mann_interpolate(tape, update, h, candidate);
}

double mann_gru_multiply_adds(const mann_gru *self)
{
    return 3.0 * (self->inputs + self->hidden) * self->hidden;
}
