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
    mann_dense layer[MANN_MAX_LAYERS]; /* ff, rnn, lstm: all gates */
    mann_gru gru[MANN_MAX_LAYERS];
} mann_controller;

typedef struct mann_controller_state {
    mann_var hidden[MANN_MAX_LAYERS], cell[MANN_MAX_LAYERS];
} mann_controller_state;

/* Announces the parameters; layer l reads the hidden state of layer l - 1. */
void mann_controller_init(mann_controller *self, mann_controller_kind kind, int32_t inputs,
                          int32_t hidden, int32_t layers, mann_params *params);

/* Numbers it hands on each step. */
int32_t mann_controller_outputs(const mann_controller *self);

/* Zero state of B fresh sequences. */
void mann_controller_begin(const mann_controller *self, mann_tape *tape, int32_t batch,
                           mann_controller_state *state);

/* [B, inputs] -> [B, outputs]. */
mann_var mann_controller_step(const mann_controller *self, mann_tape *tape,
                              mann_controller_state *state, mann_var x);

/* Multiply-adds of one sequence-step. */
double mann_controller_multiply_adds(const mann_controller *self);

#endif
