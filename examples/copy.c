/* A Neural Turing Machine reads one copy example and says how far off its answer is.
 *
 * Against the installed library:  cc copy.c $(pkg-config --cflags --libs mann) -o copy && ./copy */
#include <mann/mann.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_context *context;

static void check(mann_status status)
{
    if (status) {
        fprintf(stderr, "copy: %s\n", mann_context_message(context));
        exit(1);
    }
}

static void *memory(size_t size)
{
    void *block = calloc(1, size ? size : 1);
    if (!block) {
        fprintf(stderr, "copy: out of memory\n");
        exit(1);
    }
    return block;
}

/* The options of a table at their defaults. */
static void *defaults(const mann_option *table, size_t size)
{
    void *config = memory(size);
    mann_options_default(table, config);
    return config;
}

int main(void)
{
    context = mann_context_alloc();
    if (!context) {
        return 1;
    }

    /* The task: sequences of five vectors of eight bits. */
    const mann_task_type *task = mann_task_find(context, "copy");
    if (!task) {
        check(MANN_E_INVAL);
    }
    void *task_config = defaults(task->options, task->config_size);
    check(mann_option_set(context, "task", task->options, task_config, "length", "5"));
    mann_model_setup setup = {.n_memories = 1};
    void *task_self = memory(task->self_size);
    check(task->open(context, task_self, task_config, &setup.io));

    /* The model: an LSTM that drives a memory matrix of 32 locations. */
    const mann_model_type *model = mann_models[0];
    void *model_config = defaults(model->options, model->config_size);
    const mann_memory_type *matrix = mann_memory_find(context, "matrix");
    if (!matrix) {
        check(MANN_E_INVAL);
    }
    void *matrix_config = defaults(matrix->options, matrix->config_size);
    check(mann_option_set(context, "memory", matrix->options, matrix_config, "slots", "32"));
    setup.config = model_config;
    setup.memory[0] = (mann_memory_config){matrix, matrix_config};
    mann_params *params = mann_params_alloc(context);
    void *self = memory(model->self_size);
    if (!params) {
        check(MANN_E_NOMEM);
    }
    check(model->init(context, self, &setup, params));
    check(mann_params_fill(params, 1));

    /* Example 0 of the stream that seed 1 names. */
    mann_example example;
    check(mann_example_init(&example));
    mann_rng rng = mann_rng_stream(1, "example", 0);
    check(task->sample(task_self, MANN_SPLIT_TEST, 0, &rng, &example));

    mann_tape *tape = mann_tape_alloc(context);
    if (!tape) {
        check(MANN_E_NOMEM);
    }
    check(mann_tape_bind(tape, params, NULL));
    mann_tape_reset(tape, MANN_EVALUATE);
    const mann_example *one = &example;
    mann_outputs outputs;
    memset(&outputs, 0, sizeof outputs);
    model->forward(self, tape, &(mann_batch){1, &one}, &outputs);
    if (mann_tape_status(tape)) {
        fprintf(stderr, "copy: %s\n", mann_tape_message(tape));
        return 1;
    }
    printf("%zu parameters, %d steps, loss %.3f nats\n", mann_params_count(params),
           (int)outputs.steps, (double)*mann_value(outputs.loss[0].value));

    mann_tape_free(tape);
    mann_example_clear(&example);
    if (model->close) {
        model->close(self);
    }
    if (task->close) {
        task->close(task_self);
    }
    mann_params_free(params);
    free(self);
    free(matrix_config);
    free(model_config);
    free(task_self);
    free(task_config);
    mann_context_free(context);
    return 0;
}
