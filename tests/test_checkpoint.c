/* Checkpoints: what is read back is what was saved, and a run that stops goes on as if it had
 * not. */
#include "trained.h"

#include <io/safetensors.h>
#include <mann/run.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <train/checkpoint.h>

/* What is remembered beside the trainer. */
typedef struct memory {
    double real;
    int64_t count;
    bool yes;
} memory;

static const mann_memo memo[] = {
    {"real", MANN_MEMO_REAL, offsetof(memory, real)},
    {"count", MANN_MEMO_COUNT, offsetof(memory, count)},
    {"yes", MANN_MEMO_BOOL, offsetof(memory, yes)},
    {0},
};

static void test_checkpoint(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd", "rmsprop", "rmsprop-graves", "adam"};
    for (int i = 0; i < 8; i++) {
        char settings[512];
        snprintf(settings, sizeof settings, SMALL "train.optimiser=%s %s", rules[i % 4],
                 i < 4 ? "" : "train.average=0.9");
        mann_network *network = network_of("copy", "ntm", settings);
        mann_network *again = network_of("copy", "ntm", settings);
        mann_trainer *trainer = trainer_of(network, 2), *resumed = trainer_of(again, 1);
        train(trainer, 7);
        memory kept = {0.1 + i, 1234567890123 + i, i % 2}, back = {0, 0, false};
        trainer->lr_scale = 0.3;
        good(mann_checkpoint_save(trainer, "round.safetensors", memo, &kept));
        good(mann_checkpoint_restore(resumed, "round.safetensors", memo, &back));
        assert_true(back.real == kept.real); /* to the last bit */
        assert_true(back.count == kept.count && back.yes == kept.yes);
        assert_true(resumed->lr_scale == trainer->lr_scale);
        assert_same_trainers(trainer, resumed);
        train(trainer, 5);
        train(resumed, 5);
        assert_same_trainers(trainer, resumed);

        /* What eval opens: the average, where there is one. */
        mann_status status;
        mann_checkpoint_info info;
        good(mann_checkpoint_save(trainer, "round.safetensors", memo, &kept));
        mann_network *opened =
            mann_checkpoint_open(context, "round.safetensors", NULL, &info, &status);
        good(status);
        assert_int_equal(info.step, 12);
        assert_int_equal(info.sequences, trainer->progress.sequences);
        assert_true(info.resumable);
        assert_same_flat(network->params, mann_params_values(opened->params),
                         trainer->average ? trainer->average : mann_params_values(network->params));
        mann_network_free(opened);

        /* Another optimiser's state is refused, and nothing changes. */
        snprintf(settings, sizeof settings, SMALL "train.optimiser=%s", rules[(i + 1) % 4]);
        mann_network *other = network_of("copy", "ntm", settings);
        mann_network *fresh = network_of("copy", "ntm", settings);
        mann_trainer *foreign = trainer_of(other, 1), *untouched = trainer_of(fresh, 1);
        assert_int_equal(mann_checkpoint_restore(foreign, "round.safetensors", memo, &back),
                         MANN_E_FORMAT);
        assert_same_trainers(foreign, untouched);
        mann_trainer_free(foreign);
        mann_trainer_free(untouched);
        mann_network_free(other);
        mann_network_free(fresh);
        mann_trainer_free(trainer);
        mann_trainer_free(resumed);
        mann_network_free(network);
        mann_network_free(again);
    }
}

/* The weights that a run or a file stands for. */
static mann_network *open_run(const char *path)
{
    mann_status status;
    mann_network *network = mann_checkpoint_open(context, path, NULL, NULL, &status);
    good(status);
    return network;
}

static void test_init(void **state)
{
    (void)state;
    mann_run_result result;
    mann_experiment *e = experiment_of("copy", "ntm", SMALL "train.validate_every=5");
    mann_run_options first = {.folder = "first", .max_sequences = 160, .threads = 1};
    good(mann_run_train(context, e, &first, &result));
    assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
    /* Other options and another seed; the average starts from these weights too. */
    good(mann_experiment_settings(e, "task.length=1..3 seed=9 train.average=0.5"));
    mann_run_options second = {
        .folder = "second", .max_sequences = 160, .threads = 1, .init = "first"};
    good(mann_run_train(context, e, &second, &result));
    mann_network *given = open_run("first"), *begun = open_run("second@0");
    mann_network *ended = open_run("second@10");
    size_t size = mann_params_size(given->params);
    assert_same_flat(given->params, mann_params_values(given->params),
                     mann_params_values(begun->params));
    assert_memory_not_equal(mann_params_values(given->params), mann_params_values(ended->params),
                            size * sizeof(mann_real));
    mann_network_free(given);
    mann_network_free(begun);
    mann_network_free(ended);
    /* A network of another shape: refused, and no run is begun. */
    good(mann_experiment_set(e, "memory.locations", "11"));
    good(mann_experiment_set(e, "memory.width", "8"));
    mann_run_options third = {
        .folder = "third", .max_sequences = 160, .threads = 1, .init = "first"};
    assert_int_equal(mann_run_train(context, e, &third, &result), MANN_E_FORMAT);
    assert_false(mann_run_is_folder("third"));
    mann_experiment_free(e);
}

/* The latest checkpoints of two runs, which hold the same numbers. */
static void open_latest(const char *whole, const char *parts, mann_archive *archive[2])
{
    for (int i = 0; i < 2; i++) {
        char path[256];
        good(mann_checkpoint_resolve(context, i ? parts : whole, "LATEST", path, sizeof path));
        good(mann_archive_open(context, path, &archive[i]));
    }
    assert_int_equal(mann_archive_count(archive[0]), mann_archive_count(archive[1]));
    for (int32_t i = 0; i < mann_archive_count(archive[0]); i++) {
        const mann_stored *a = mann_archive_tensor(archive[0], i);
        const mann_stored *b = mann_archive_find(archive[1], a->name);
        assert_non_null(b);
        assert_same_numbers(a->data, b->data, a->bytes / sizeof(mann_real));
    }
}

/* A model that changes in the course of training: a run that stops, on both sides of the change,
 * goes on as if it had not, and its checkpoint is the model of its time. */
static void test_course(void **state)
{
    (void)state;
    mann_experiment *e = experiment_of(
        "story", "memn2n",
        "task.facts=3 model.linear_start=1epochs train.batch=20 train.max_sequences=2epochs "
        "train.validate_every=20 train.validate_sequences=8 train.trace_every=0");
    mann_run_result result;
    mann_run_options whole = {.folder = "course", .threads = 1};
    good(mann_run_train(context, e, &whole, &result));
    assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
    assert_int_equal(result.last.progress.sequences, 2 * MANN_EPOCH);
    static const int stops[] = {480, 500, 540, 1000, 2000};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        mann_run_options part = {
            .folder = "course-parts", .max_sequences = stops[i], .threads = 2, .resume = i > 0};
        good(mann_run_train(context, e, &part, &result));
    }
    mann_experiment_free(e);
    mann_archive *archive[2];
    open_latest("course", "course-parts", archive);
    mann_archive_close(archive[0]);
    mann_archive_close(archive[1]);

    mann_status status;
    mann_checkpoint_info last;
    mann_network *network = mann_checkpoint_open(context, "course@last", NULL, &last, &status);
    assert_non_null(network);
    assert_int_equal(last.step, 100);
    assert_true(network->trained == 2000 && network->epoch == MANN_EPOCH);
    const mann_task *task = mann_network_task(network);
    mann_score late, early;
    good(mann_network_evaluate(context, network, task, MANN_SPLIT_TEST, 1, 50, 1, &late));
    network->trained = 999;
    good(mann_network_evaluate(context, network, task, MANN_SPLIT_TEST, 1, 50, 1, &early));
    assert_true(fabs(late.metric[0].sum - early.metric[0].sum) > 1e-3);
    mann_network_free(network);
}

/* Stopped between validations, and before the first: what comes after is as if it had not. */
static void test_stop_anywhere(void **state)
{
    (void)state;
#define STEERED                                                                                    \
    SMALL "task.length=1..5 train.batch=4 train.validate_every=7 train.schedule=halve "            \
          "train.patience=1 "                                                                      \
          "train.lr=0.02 train.lesson_threshold=0.99 train.lr_final=1e-6 train.average=0.8"
    mann_experiment *e = experiment_of("copy", "ntm", STEERED);
    good(mann_experiment_set(e, "train.lessons", "length=1 length=1..2"));
    mann_run_result result;
    mann_run_options whole = {.folder = "whole", .max_sequences = 4 * 100, .threads = 1};
    good(mann_run_train(context, e, &whole, &result));
    static const int stops[] = {3, 5, 13, 14, 15, 40, 99, 100};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        mann_run_options part = {.folder = "parts",
                                 .max_sequences = 4 * stops[i],
                                 .threads = 1 + (int32_t)i % 3,
                                 .resume = i > 0};
        good(mann_run_train(context, e, &part, &result));
        assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
        assert_int_equal(result.last.progress.step, stops[i]);
    }
    mann_experiment_free(e);
    mann_archive *archive[2];
    open_latest("whole", "parts", archive);
    static const char *const same[] = {"lesson", "stale", "lr_scale", "best_cost", "best_step"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_string_equal(mann_archive_metadata(archive[0], same[i]),
                            mann_archive_metadata(archive[1], same[i]));
    }
    /* The run did steer, or this would show nothing. */
    assert_true(atoi(mann_archive_metadata(archive[0], "lesson")) > 0);
    assert_true(strtod(mann_archive_metadata(archive[0], "lr_scale"), NULL) < 1);
    mann_archive_close(archive[0]);
    mann_archive_close(archive[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_course),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_stop_anywhere),
    };
    return cmocka_run_group_tests_name("checkpoints", tests, trained_begin, trained_end);
}
