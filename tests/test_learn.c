/* The shipped defaults learn: seconds to minutes. */
#include "trained.h"

#include <inttypes.h>
#include <mann/run.h>
#include <stdio.h>

/* The shipped defaults, with nothing but a seed: solved as the task defines it, within a number of
 * sequences, so that the outcome is the same on slow and on busy machines. */
static void check_learning(const char *task, const char *model, int seed, double sequences)
{
    char run[64];
    snprintf(run, sizeof run, "%s-%s-%d", task, model, seed);
    mann_experiment *e = mann_experiment_alloc(context, task, model);
    assert_non_null(e);
    e->seed = (uint64_t)seed;
    mann_run_options options = {.folder = run,
                                .until = mann_experiment_task(e)->solved,
                                .max_sequences = sequences,
                                .threads = 2};
    mann_run_result result;
    good(mann_run_train(context, e, &options, &result));
    double wrong = mann_score_get(&result.last.score, "wrong_bits");
    print_message("%s, %s, seed %d: %s after %" PRId64 " sequences and %.1f s, %.3g wrong bits\n",
                  task, model, seed, mann_stop_name(result.stop), result.last.progress.sequences,
                  result.last.seconds, wrong);
    if (!result.until_met) {
        fail_msg("%s with %s, seed %d, is not solved after %.0f sequences: %g wrong bits", task,
                 model, seed, sequences, wrong);
    }
    mann_experiment_free(e);
}

static void test_copy(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++) {
        check_learning("copy", "ntm", seed, 1e5);
    }
}

static void test_copy_rnn(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++) {
        check_learning("copy", "ntm-rnn", seed, 1e5);
    }
}

static void test_recall(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 2; seed++) {
        check_learning("associative_recall", "ntm", seed, 4e5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_rnn),
        cmocka_unit_test(test_recall),
    };
    return cmocka_run_group_tests_name("learning", tests, trained_begin, trained_end);
}
