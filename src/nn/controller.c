/* One step of each kind of controller, layer by layer, with x the layer's input, h its hidden
 * state and [x, h] their concatenation:
 *
 *   ff    h = tanh(x W + b)
 *   rnn   h = tanh([x, h] W + b)
 *   lstm  i, f, z, o = [x, h] W + b;  c = sigmoid(f) c + sigmoid(i) tanh(z);
 *         h = sigmoid(o) tanh(c)
 *   gru   see gru.c */
#include "nn/controller.h"

#include <stdio.h>

static int32_t gates(mann_controller_kind kind)
{
    return kind == MANN_CONTROLLER_LSTM ? 4 : 1;
}

static int32_t layer_inputs(const mann_controller *self, int32_t l)
{
    int32_t below = l ? self->hidden : self->inputs;
    return self->kind == MANN_CONTROLLER_FF ? below : below + self->hidden;
}

void mann_controller_init(mann_controller *self, mann_controller_kind kind, int32_t inputs,
                          int32_t hidden, int32_t layers, mann_params *params)
{
    *self = (mann_controller){.kind = kind,
                              .inputs = inputs,
                              .hidden = hidden,
                              .layers = kind == MANN_CONTROLLER_NONE ? 0 : layers};
    for (int32_t l = 0; l < self->layers; l++) {
        char name[64];
        snprintf(name, sizeof name, "controller.%d", l);
        if (kind == MANN_CONTROLLER_GRU) {
            self->gru[l] = mann_gru_init(params, name, l ? hidden : inputs, hidden);
            continue;
        }
        self->layer[l] = mann_dense_init(params, name, layer_inputs(self, l), gates(kind) * hidden);
        if (kind == MANN_CONTROLLER_LSTM) {
            /* Forget gates start open (Gers et al. 2000; Jozefowicz et al. 2015). */
            mann_params_set_columns(params, self->layer[l].bias, hidden, hidden, 1);
        }
    }
}

int32_t mann_controller_outputs(const mann_controller *self)
{
    return self->layers ? self->hidden : self->inputs;
}

void mann_controller_begin(const mann_controller *self, mann_tape *tape, int32_t batch,
                           mann_controller_state *state)
{
    int32_t n[2] = {batch, self->hidden};
    for (int32_t l = 0; l < self->layers; l++) {
        state->hidden[l] = mann_input(tape, 2, n);
        state->cell[l] = mann_input(tape, 2, n);
    }
}

static mann_var join(mann_tape *tape, mann_var x, mann_var h)
{
    return mann_concat(tape, 1, 2, (mann_var[]){x, h});
}

static mann_var layer_step(const mann_controller *self, mann_tape *tape, int32_t l,
                           mann_controller_state *state, mann_var x)
{
    mann_dense layer = self->layer[l];
    mann_var h = state->hidden[l];
    switch (self->kind) {
    case MANN_CONTROLLER_FF:
        return mann_activate(tape, mann_dense_apply(layer, tape, x), MANN_TANH);
    case MANN_CONTROLLER_RNN:
        return mann_activate(tape, mann_dense_apply(layer, tape, join(tape, x, h)), MANN_TANH);
    case MANN_CONTROLLER_LSTM:
        return mann_lstm(tape, mann_dense_apply(layer, tape, join(tape, x, h)), state->cell[l],
                         &state->cell[l]);
    case MANN_CONTROLLER_GRU: return mann_gru_step(&self->gru[l], tape, x, h);
    case MANN_CONTROLLER_NONE: break;
    }
    return x;
}

mann_var mann_controller_step(const mann_controller *self, mann_tape *tape,
                              mann_controller_state *state, mann_var x)
{
    for (int32_t l = 0; l < self->layers; l++) {
        x = state->hidden[l] = layer_step(self, tape, l, state, x);
    }
    return x;
}

double mann_controller_multiply_adds(const mann_controller *self)
{
    double total = 0;
    for (int32_t l = 0; l < self->layers; l++) {
        total += self->kind == MANN_CONTROLLER_GRU
                     ? mann_gru_multiply_adds(&self->gru[l])
                     : (double)layer_inputs(self, l) * gates(self->kind) * self->hidden;
    }
    return total;
}
