/* One step, with [x, h] the concatenation of input and hidden state:
 *
 *   r, z = sigmoid([x, h] W + b);  h~ = tanh([x, r h] V + d);  h = z h + (1 - z) h~
 *
 * which is Cho et al. 2014, equations 5-8. */
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

mann_var mann_gru_inputs(const mann_gru *self, mann_tape *tape, mann_var x)
{
    mann_var gates = mann_dense_part(self->gates, tape, x, 0, NULL);
    return mann_concat(tape, 1, 2,
                       (mann_var[]){gates, mann_dense_part(self->candidate, tape, x, 0, NULL)});
}

/* More of the input, if there is any, beside h. */
static mann_var join(mann_tape *tape, mann_var more, mann_var h)
{
    return more ? mann_concat(tape, 1, 2, (mann_var[]){more, h}) : h;
}

mann_var mann_gru_step(const mann_gru *self, mann_tape *tape, mann_var inputs, mann_var more,
                       mann_var h)
{
    int32_t H = self->hidden, first = self->inputs - (more ? more->n[1] : 0);
    mann_var to_gates = inputs ? mann_columns(tape, inputs, 0, 2 * H) : NULL;
    mann_var to_candidate = inputs ? mann_columns(tape, inputs, 2 * H, H) : NULL;
    mann_var both = mann_activate(
        tape, mann_dense_part(self->gates, tape, join(tape, more, h), first, to_gates),
        MANN_SIGMOID);
    mann_var r = mann_columns(tape, both, 0, H), z = mann_columns(tape, both, H, H);
    mann_var kept = join(tape, more, mann_multiply(tape, r, h));
    mann_var candidate = mann_activate(
        tape, mann_dense_part(self->candidate, tape, kept, first, to_candidate), MANN_TANH);
    return mann_interpolate(tape, z, h, candidate);
}

mann_var mann_gru_apply(const mann_gru *self, mann_tape *tape, mann_var x, mann_var h)
{
    return mann_gru_step(self, tape, NULL, x, h);
}

mann_var mann_gru_run(const mann_gru *self, mann_tape *tape, const mann_packed *rows, mann_var x,
                      bool backward)
{
    int32_t T = rows->steps;
    mann_var inputs = mann_gru_inputs(self, tape, x), last = NULL;
    mann_var *h = mann_tape_scratch(tape, (size_t)(T + 1) * sizeof *h);
    for (int32_t i = 0; h && i < T; i++) {
        int32_t t = backward ? T - 1 - i : i, active = mann_packed_active(rows, t);
        int32_t before = last ? last->n[0] : 0;
        if (before < active) { /* sequences that begin here */
            mann_var fresh = mann_input(tape, 2, (int32_t[]){active - before, self->hidden});
            last = last ? mann_concat(tape, 0, 2, (mann_var[]){last, fresh}) : fresh;
        }
        last = h[t] =
            mann_gru_step(self, tape, mann_packed_step(tape, rows, inputs, t), NULL, last);
    }
    return mann_tape_status(tape) ? x : mann_packed_join(tape, rows, h);
}

double mann_gru_multiply_adds(const mann_gru *self)
{
    return 3.0 * (self->inputs + self->hidden) * self->hidden;
}
