/* Controllers: what turns input and last reads into the vector that drives the memories. */
#ifndef MANN_NN_CONTROLLER_H
#define MANN_NN_CONTROLLER_H

#include "nn/gru.h"

#define MANN_MAX_LAYERS 8

typedef enum mann_controller_kind {
    MANN_CONTROLLER_NONE, /* passes its input on */
    MANN_CONTROLLER_FF,   /* tanh layers */
    MANN_CONTROLLER_RNN,  /* Elman 1990, tanh */
    MANN_CONTROLLER_LSTM, /* Hochreiter & Schmidhuber 1997 with forget gates */
    MANN_CONTROLLER_GRU   /* Cho et al. 2014 */
} mann_controller_kind;

typedef struct mann_controller {
    mann_controller_kind kind;
    int32_t inputs, hidden, layers;
    int32_t ahead; /* inputs that go through the first layer ahead of the steps; or 0 */
    mann_dense layer[MANN_MAX_LAYERS]; /* ff, rnn, lstm: all gates */
    mann_gru gru[MANN_MAX_LAYERS];
} mann_controller;

/* Announces the parameters; layer l reads the hidden state of layer l - 1. Of the inputs the first
 * known are known for all steps from the start. */
void mann_controller_init(mann_controller *self, mann_controller_kind kind, int32_t known,
                          int32_t inputs, int32_t hidden, int32_t layers, mann_params *params);

/* Numbers it hands on each step. */
int32_t mann_controller_outputs(const mann_controller *self);

/* Tensors of its state: the hidden state of every layer, then what else a kind keeps. */
int32_t mann_controller_states(const mann_controller *self);

/* The state of B fresh sequences: zeros. */
void mann_controller_begin(const mann_controller *self, mann_tape *tape, int32_t batch,
                           mann_var *state);

/* x [rows, k], the first k inputs of all steps, as steps are to get them: what the first layer
 * makes of them, for it does not depend on the state; or x itself, where that is not worth it. */
mann_var mann_controller_inputs(const mann_controller *self, mann_tape *tape, mann_var x);

/* One step: input [B, ...], rows of what mann_controller_inputs gave; more [B, inputs - k], the
 * rest of the input, or NULL where k is all of it -> [B, outputs]. */
mann_var mann_controller_step(const mann_controller *self, mann_tape *tape, mann_var *state,
                              mann_var input, mann_var more);

/* Multiply-adds of one sequence-step. */
double mann_controller_multiply_adds(const mann_controller *self);

#endif
