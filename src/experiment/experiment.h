/* The inside of an experiment. */
#ifndef MANN_EXPERIMENT_EXPERIMENT_H
#define MANN_EXPERIMENT_EXPERIMENT_H

#include <mann/train.h>

struct mann_experiment {
    mann_context *context;
    const mann_task_type *task;
    char task_name[MANN_TEXT_SIZE]; /* as typed: "copy", "file:PATH" */
    void *task_config;
    const mann_model_type *model;
    char model_name[64];
    void *model_config;
    int32_t n_memories;
    mann_memory_config memory[MANN_MAX_MEMORIES];
    mann_train_config train;
    uint64_t seed;
    bool from_file; /* the settings being read come from a file, not from a user */
};

mann_experiment *mann_experiment_copy(mann_context *context, const mann_experiment *experiment);

/* "matrix+hopfield" or "none": what model.memory is. */
void mann_experiment_memories(const mann_experiment *experiment, char *text, size_t size);
/* The section of memory number i from 0: "memory", "memory2", ... */
void mann_experiment_memory_section(int32_t i, char section[16]);

#endif
