/* A run opens its task once: trainer, validation, lessons, tracer and what is restored share it.
 * The program counts how often the task's file is read. */
#include "trained.h"

#include <io/file.h>
#include <mann/run.h>
#include <stdio.h>
#include <string.h>

static int readings;

mann_status __real_mann_file_read(mann_context *from, const char *path, size_t most, char **data,
                                  size_t *size);
mann_status __wrap_mann_file_read(mann_context *from, const char *path, size_t most, char **data,
                                  size_t *size);

mann_status __wrap_mann_file_read(mann_context *from, const char *path, size_t most, char **data,
                                  size_t *size)
{
    readings += strstr(path, "own.jsonl") != NULL;
    return __real_mann_file_read(from, path, most, data, size);
}

static void a_run_reads_its_file_once(void **state)
{
    (void)state;
    char line[4096] = "";
    for (int i = 0; i < 40; i++) {
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used,
                 "{\"input\": [[%d], [1]], \"target\": [[0], [%d]]}\n", i % 2, i % 2);
    }
    put("own.jsonl", line, strlen(line));
    mann_experiment *e = experiment_of("file:own.jsonl", "lstm",
                                       "model.hidden=4 train.batch=4 train.validate_every=4 "
                                       "train.trace_every=1 train.validate_sequences=8");
    mann_run_options options = {.folder = "once", .max_sequences = 64, .threads = 2};
    mann_run_result result;
    readings = 0;
    good(mann_run_train(context, e, &options, &result));
    assert_int_equal(readings, 1);

    options.resume = true;
    options.max_sequences = 128;
    good(mann_run_train(context, e, &options, &result));
    assert_int_equal(readings, 2);
    mann_experiment_free(e);
}

/* Other settings are another task, and the same again is not. */
static void settings_are_compared(void **state)
{
    (void)state;
    mann_network *network = network_of("copy", "ntm", SMALL);
    mann_task *same = mann_task_open(context, network, "length=1..5");
    mann_task *other = mann_task_open(context, network, "length=7");
    assert_ptr_equal(same, mann_network_task(network));
    assert_ptr_not_equal(other, mann_network_task(network));
    mann_task_free(other);
    mann_network_free(network);
    mann_example example; /* the task outlives the network */
    good(mann_example_init(&example));
    good(mann_task_sample(same, MANN_SPLIT_TEST, 1, 0, &example));
    mann_example_clear(&example);
    mann_task_free(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_reads_its_file_once),
        cmocka_unit_test(settings_are_compared),
    };
    return cmocka_run_group_tests_name("opened", tests, trained_begin, trained_end);
}
