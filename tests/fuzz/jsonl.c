/* A user's own task as JSON Lines: opened, and examples of every split drawn and scored. */
#include "fuzz.h"

#include <mann/task.h>
#include <mann/train.h>
#include <stdlib.h>
#include <string.h>

static void draw(const mann_task_type *task, const void *self)
{
    mann_example example;
    if (mann_example_init(&example)) {
        return;
    }
    for (int split = 0; split < 3; split++) {
        mann_rng rng = mann_rng_stream(1, "fuzz", (uint64_t)split);
        if (!task->sample(self, (mann_split_kind)split, 0, &rng, &example)) {
            const mann_array *input = mann_example_find(&example, "input");
            const mann_array *target = mann_example_find(&example, "target");
            if (!input || !target || input->n[0] != example.steps ||
                target->n[0] != example.steps) {
                __builtin_trap();
            }
        }
    }
    mann_example_clear(&example);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) {
        return 0;
    }
    mann_context *context = mann_context_alloc();
    const mann_task_type *task = mann_task_find(context, "file");
    static const char *const targets[] = {"bits", "class", "real"};
    char *config = calloc(1, task->config_size), *self = calloc(1, task->self_size);
    /* The first byte chooses the kind of target. */
    const char *path = fuzz_file(data + 1, size - 1);
    mann_options_default(task->options, config);
    mann_option_set(context, "task", task->options, config, "path", path);
    mann_option_set(context, "task", task->options, config, "target", targets[data[0] % 3]);
    mann_io_shape io;
    mann_status status = task->open(context, self, config, &io);
    fuzz_expect(context, status);
    if (!status) {
        draw(task, self);
        task->close(self);
    }
    free(config);
    free(self);
    mann_context_free(context);
    return 0;
}
