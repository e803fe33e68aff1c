/* A Neural Turing Machine learns to copy short sequences, then copies one that is longer than any
 * it has seen.
 *
 * Against the installed library:  cc copy.c $(pkg-config --cflags --libs mann) -o copy && ./copy */
#include <mann/mann.h>
#include <stdio.h>
#include <stdlib.h>

static mann_context *context;

static void check(bool good)
{
    if (!good) {
        fprintf(stderr, "copy: %s\n", mann_context_message(context));
        exit(1);
    }
}

/* Where the mask counts, the target and the prediction: a line per step, a column per bit. */
static void show(const mann_example *example, const float *prediction, int32_t bits)
{
    const float *target = mann_example_find(example, "target")->data;
    const float *mask = mann_example_find(example, "mask")->data;
    for (int32_t t = 0; t < example->steps; t++) {
        if (mask[t] > 0) {
            for (int32_t i = 0; i < bits; i++) {
                putchar(target[t * bits + i] > 0.5F ? '#' : '.');
            }
            printf("  ");
            for (int32_t i = 0; i < bits; i++) {
                putchar(prediction[t * bits + i] > 0.5F ? '#' : '.');
            }
            putchar('\n');
        }
    }
}

int main(void)
{
    context = mann_context_alloc();
    if (!context) {
        return 1;
    }

    mann_experiment *experiment = mann_experiment_alloc(context, "copy", "ntm");
    check(experiment);
    check(!mann_experiment_settings(
        experiment, "task.bits=4 task.length=1..5 model.hidden=32 memory.locations=16 "
                    "memory.width=8 memory.initial_weights=first train.lr=3e-3 train.batch=4"));
    char text[256];
    mann_experiment_describe(experiment, text, sizeof text);
    mann_network *network = mann_network_alloc(context, experiment);
    check(network);
    printf("%s: %zu parameters\n", text, mann_params_count(mann_network_params(network)));

    mann_trainer *trainer = mann_trainer_alloc(context, network, 1);
    check(trainer);
    /* The validation sequences are none of those it learns from. */
    mann_progress progress = {0};
    double wrong;
    do {
        for (int i = 0; i < 250; i++) {
            check(!mann_trainer_step(trainer, &progress));
        }
        mann_score score = {0};
        check(!mann_trainer_validate(trainer, false, &score));
        wrong = mann_score_get(&score, "wrong_bits");
        printf("%6lld sequences, loss %.4f, wrong bits a sequence %.2f\n",
               (long long)progress.sequences, progress.loss, wrong);
    } while (wrong > 0.01 && progress.sequences < 50000);

    /* Example 0 of the test stream of seed 7, 10 vectors long. */
    int32_t bits = mann_network_io(network)->outputs;
    mann_task *longer = mann_task_open(context, network, "length=10");
    check(longer);
    mann_example example;
    check(!mann_example_init(&example));
    check(!mann_task_sample(longer, MANN_SPLIT_TEST, 7, 0, &example));
    float *prediction = calloc((size_t)(example.steps * bits), sizeof *prediction);
    check(prediction);
    check(!mann_network_run(context, network, longer, &example, prediction, NULL));
    show(&example, prediction, bits);

    free(prediction);
    mann_example_clear(&example);
    mann_task_free(longer);
    mann_trainer_free(trainer);
    mann_network_free(network);
    mann_experiment_free(experiment);
    mann_context_free(context);
    return 0;
}
