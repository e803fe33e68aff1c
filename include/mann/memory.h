/* External memories that a controller can drive. */
#ifndef MANN_MEMORY_H
#define MANN_MEMORY_H

#include <mann/op.h>
#include <mann/option.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_MAX_MEMORY_STATE 12

/* One file per memory; the table mann_memories lists them. The hooks must not fail for a config
 * that the option table allows and check accepts. */
typedef struct mann_memory_type {
    const char *name, *summary;
    const mann_option *options;
    size_t config_size, self_size;
    int32_t states; /* tensors of its state, at most MANN_MAX_MEMORY_STATE */
    /* Relations between options that the table cannot express. May be NULL. */
    mann_status (*check)(mann_context *context, const void *config);
    /* Numbers it wants from the controller each step, and numbers it hands back. */
    int32_t (*interface_width)(const void *config);
    int32_t (*read_width)(const void *config);
    /* Keeps what it needs of config in self and announces its parameters, named scope.*. */
    void (*init)(void *self, const void *config, const char *scope, mann_params *params);
    /* The state of B fresh sequences: state[0 .. states), the batch outermost in each. An entry may
     * be NULL. */
    void (*begin)(const void *self, mann_tape *tape, int32_t batch, mann_var *state);
    /* What a controller gets before the first step. NULL: zeros. */
    mann_var (*first_read)(const void *self, mann_tape *tape, int32_t batch, mann_var *state);
    /* interface [B, interface_width] -> read [B, read_width]; the new state takes the place of the
     * old. */
    mann_var (*step)(const void *self, mann_tape *tape, mann_var *state, mann_var interface);
    /* Multiply-adds of one sequence-step, for the bench. */
    double (*multiply_adds)(const void *config);
} mann_memory_type;

/* NULL-terminated. */
MANN_API extern const mann_memory_type *const mann_memories[];
MANN_API const mann_memory_type *mann_memory_find(mann_context *context, const char *name);

/* A memory and its options. */
typedef struct mann_memory_config {
    const mann_memory_type *type;
    void *config;
} mann_memory_config;

#ifdef __cplusplus
}
#endif
#endif
