/* Models: from examples to predictions and losses, on a tape. */
#ifndef MANN_MODEL_H
#define MANN_MODEL_H

#include <mann/batch.h>
#include <mann/memory.h>
#include <mann/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_MAX_MEMORIES 4
#define MANN_MAX_LOSSES 4

/* Everything a model is made of. */
typedef struct mann_model_setup {
    const void *config; /* by the model's option table */
    mann_io_shape io;
    int32_t n_memories; /* models without external memory have none */
    mann_memory_config memory[MANN_MAX_MEMORIES];
} mann_model_setup;

/* A group of examples, longest first. */
typedef struct mann_batch {
    int32_t size; /* B */
    const mann_example *const *example;
} mann_batch;

typedef struct mann_outputs {
    int32_t n_losses;
    struct {
        const char *name;
        mann_var value; /* [1, 1], nats, summed over the batch */
        mann_real weight;
    } loss[MANN_MAX_LOSSES];
    mann_packed rows;    /* where the steps of the examples stand */
    mann_var prediction; /* [rows, outputs]: probabilities of bits or classes, or real numbers */
} mann_outputs;

/* Tensors that a recurrent model or a memory may carry from step to step. */
#define MANN_MAX_STATE 64

typedef struct mann_model_type {
    const char *name, *summary;
    const mann_option *options;
    size_t config_size, self_size;
    /* Ports that it reads beside target and mask, a list that ends with NULL; and external memories
     * that it can drive at most. Who opens a network checks both. */
    const char *const *ports;
    int32_t memories;
    /* Keeps what it needs of setup in self and announces its parameters. */
    mann_status (*init)(mann_context *context, void *self, const mann_model_setup *setup,
                        mann_params *params);
    /* Step by step, for recurrent models (NULL otherwise). The state of B fresh sequences is
     * state[0 .. states(self)), the batch outermost in each; an entry may be NULL. A step takes
     * input [B, inputs], puts the new state in place of the old and gives logits [B, outputs], in
     * the same bits as forward. */
    int32_t (*states)(const void *self);
    void (*begin)(const void *self, mann_tape *tape, int32_t batch, mann_var *state);
    mann_var (*step)(const void *self, mann_tape *tape, mann_var *state, mann_var input);
    /* Whole examples. */
    void (*forward)(const void *self, mann_tape *tape, const mann_batch *batch,
                    mann_outputs *outputs);
    /* Releases what init took, also if init failed half way (self is zeroed before). May be NULL.
     */
    void (*close)(void *self);
    /* Multiply-adds of one sequence-step, forward. */
    double (*multiply_adds)(const mann_model_setup *setup);
} mann_model_type;

/* NULL-terminated. */
MANN_API extern const mann_model_type *const mann_models[];

/* A named choice of model and options. */
typedef struct mann_preset {
    const char *name, *summary;
    const mann_model_type *model;
    const char *settings; /* "model.controller=lstm memory.type=matrix" */
} mann_preset;

/* Ends with a row whose name is NULL. */
MANN_API extern const mann_preset mann_presets[];

#ifdef __cplusplus
}
#endif
#endif
