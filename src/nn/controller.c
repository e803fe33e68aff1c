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

/* Inputs that are known for all steps go ahead if they are as much work as a fourth of what is
 * left: a product of few inputs costs more to store and to read again than it saves. */
static int32_t worth(const mann_controller *self, int32_t known)
{
    int32_t left = layer_inputs(self, 0) - known;
    return self->layers && 4 * known >= left ? known : 0;
}

void mann_controller_init(mann_controller *self, mann_controller_kind kind, int32_t known,
                          int32_t inputs, int32_t hidden, int32_t layers, mann_params *params)
{
    *self = (mann_controller){.kind = kind,
                              .inputs = inputs,
                              .hidden = hidden,
                              .layers = kind == MANN_CONTROLLER_NONE ? 0 : layers};
    self->ahead = worth(self, known);
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

int32_t mann_controller_states(const mann_controller *self)
{
    switch (self->kind) {
    case MANN_CONTROLLER_LSTM: return 2 * self->layers;
    case MANN_CONTROLLER_RNN:
    case MANN_CONTROLLER_GRU: return self->layers;
    default: return 0;
    }
}

void mann_controller_begin(const mann_controller *self, mann_tape *tape, int32_t batch,
                           mann_var *state)
{
    for (int32_t i = 0; i < mann_controller_states(self); i++) {
        state[i] = mann_input(tape, 2, (int32_t[]){batch, self->hidden});
    }
}

mann_var mann_controller_inputs(const mann_controller *self, mann_tape *tape, mann_var x)
{
    if (!self->ahead) {
        return x;
    }
    return self->kind == MANN_CONTROLLER_GRU ? mann_gru_inputs(&self->gru[0], tape, x)
                                             : mann_dense_part(self->layer[0], tape, x, 0, NULL);
}

/* Side by side; either may be NULL. */
static mann_var join(mann_tape *tape, mann_var a, mann_var b)
{
    return a && b ? mann_concat(tape, 1, 2, (mann_var[]){a, b}) : a ? a : b;
}

/* product: what went ahead, or NULL; x: the rest of the layer's input, or NULL. */
static mann_var layer_step(const mann_controller *self, mann_tape *tape, int32_t l, mann_var *state,
                           mann_var product, mann_var x)
{
    if (self->kind == MANN_CONTROLLER_GRU) {
        return mann_gru_step(&self->gru[l], tape, product, x, state[l]);
    }
    mann_var rest = join(tape, x, self->kind == MANN_CONTROLLER_FF ? NULL : state[l]);
    int32_t first = product ? self->ahead : 0;
    mann_var y = rest ? mann_dense_part(self->layer[l], tape, rest, first, product) : product;
    return self->kind == MANN_CONTROLLER_LSTM
               ? mann_lstm(tape, y, state[self->layers + l], &state[self->layers + l])
               : mann_activate(tape, y, MANN_TANH);
}

mann_var mann_controller_step(const mann_controller *self, mann_tape *tape, mann_var *state,
                              mann_var input, mann_var more)
{
    mann_var x = self->ahead ? more : join(tape, input, more);
    for (int32_t l = 0; l < self->layers; l++) {
        x = layer_step(self, tape, l, state, l || !self->ahead ? NULL : input, x);
        if (self->kind != MANN_CONTROLLER_FF) {
            state[l] = x;
        }
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
