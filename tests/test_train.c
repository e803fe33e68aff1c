/* Training: what it computes does not depend on threads; the curriculum goes by cost; epochs are
 * orders of all examples. */
#include "trained.h"

#include <io/safetensors.h>
#include <mann/run.h>
#include <math.h>
#include <network/epoch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <train/checkpoint.h>

static void test_threads(void **state)
{
    (void)state;
    /* Fewer groups than slots, more, a batch that does not divide; with and without a memory. */
    static const struct {
        const char *task, *model, *settings;
        int updates;
    } cases[] = {
        {"copy", "ntm", SMALL "train.batch=16 train.average=0.9", 20},
        {"copy", "ntm", SMALL "train.batch=100 train.optimiser=rmsprop-graves train.epsilon=1e-4",
         4},
        {"copy", "ntm", SMALL "train.batch=1 train.optimiser=sgd", 10},
        {"story", "memn2n", "model.linear_start=300 train.lr_steps=200:0.5", 20},
        {"story", "dmn", "model.hidden=6 model.fusion=true train.batch=20", 3},
        {"story", "memnn", "train.batch=20", 5},
        {"copy", "lstm", "model.hidden=12 task.length=1..9 train.batch=37 train.optimiser=rmsprop",
         8},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        mann_trainer *trainer[3];
        mann_network *network[3];
        mann_score score[3];
        for (int i = 0; i < 3; i++) {
            network[i] = network_of(cases[c].task, cases[c].model, cases[c].settings);
            trainer[i] = trainer_of(network[i], i + 1);
            train(trainer[i], cases[c].updates);
            good(mann_trainer_validate(trainer[i], false, &score[i]));
            assert_same_trainers(trainer[0], trainer[i]);
            assert_true(trainer[0]->progress.loss == trainer[i]->progress.loss);
            assert_true(trainer[0]->progress.grad_norm == trainer[i]->progress.grad_norm);
            for (int32_t m = 0; m < score[0].count; m++) {
                assert_true(score[0].metric[m].sum == score[i].metric[m].sum);
            }
        }
        for (int i = 0; i < 3; i++) {
            mann_trainer_free(trainer[i]);
            mann_network_free(network[i]);
        }
    }
}

static void test_evaluation(void **state)
{
    (void)state;
    mann_network *network = network_of("copy", "ntm", SMALL);
    /* Around the sizes of a group and of a round. */
    static const int32_t counts[] = {1, 7, 8, 100, 128, 129, 300};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        mann_score score[3];
        for (int32_t i = 0; i < 3; i++) {
            good(mann_network_evaluate(context, network, mann_network_task(network),
                                       MANN_SPLIT_TEST, 5, counts[c], i + 1, &score[i]));
            assert_int_equal(score[i].count, score[0].count);
            for (int32_t m = 0; m < score[0].count; m++) {
                assert_true(score[i].metric[m].sum == score[0].metric[m].sum);
                assert_true(score[i].metric[m].weight == score[0].metric[m].weight);
            }
        }
        assert_true(score[0].metric[0].weight == counts[c]);
    }
    /* What validation draws is not what the test draws, nor what training does. */
    mann_example a, b;
    good(mann_example_init(&a));
    good(mann_example_init(&b));
    const mann_task *task = mann_network_task(network);
    static const mann_split_kind splits[][2] = {{MANN_SPLIT_TRAIN, MANN_SPLIT_VALIDATION},
                                                {MANN_SPLIT_VALIDATION, MANN_SPLIT_TEST},
                                                {MANN_SPLIT_TRAIN, MANN_SPLIT_TEST}};
    for (int s = 0; s < 3; s++) {
        int same = 0;
        for (uint64_t i = 0; i < 20; i++) {
            good(mann_task_sample(task, splits[s][0], 1, i, &a));
            good(mann_task_sample(task, splits[s][1], 1, i, &b));
            size_t bytes = (size_t)a.steps * 9 * sizeof(float);
            same += a.steps == b.steps && !memcmp(mann_example_find(&a, "input")->data,
                                                  mann_example_find(&b, "input")->data, bytes);
        }
        assert_true(same < 3);
    }
    mann_example_clear(&a);
    mann_example_clear(&b);
    mann_network_free(network);
}

static int32_t lesson_after(const char *task, const char *model, const char *settings,
                            const char *lessons, double sequences)
{
    static int serial;
    char run[64];
    snprintf(run, sizeof run, "lesson-%d", serial++);
    mann_experiment *e = experiment_of(task, model, settings);
    good(mann_experiment_set(e, "train.lessons", lessons));
    mann_run_options options = {.folder = run, .max_sequences = sequences, .threads = 1};
    mann_run_result result;
    good(mann_run_train(context, e, &options, &result));
    mann_experiment_free(e);
    char path[256];
    mann_archive *archive;
    good(mann_checkpoint_resolve(context, run, "LATEST", path, sizeof path));
    good(mann_archive_open(context, path, &archive));
    int32_t lesson = atoi(mann_archive_metadata(archive, "lesson"));
    mann_archive_close(archive);
    return lesson;
}

static void test_lessons(void **state)
{
    (void)state;
    /* A network that guesses pays a bit per bit: below 2 it passes, below 0.5 it does not. Four
     * validations, three lessons. */
#define SCHOOL SMALL "task.length=5 train.batch=8 train.validate_every=2 train.lr=0 "
    static const char lessons[] = "length=1;length=2..3";
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=2", lessons, 16),
                     1);
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=2", lessons, 64),
                     2);
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=0.5", lessons, 64),
                     0);
    /* Classes: four guesses between four classes cost 2 bits each, 8 a sequence. */
    FILE *file = fopen("class.jsonl", "w");
    assert_non_null(file);
    for (int i = 0; i < 16; i++) {
        fprintf(file, "{\"input\": [[0], [1], [0], [1]], \"target\": [%d, %d, %d, %d]}\n", i % 4,
                i / 4, (i + 2) % 4, (i / 2) % 4);
    }
    assert_int_equal(fclose(file), 0);
#define OWN                                                                                        \
    "task.target=class task.validation=0 task.test=0 model.hidden=5 train.batch=8 "                \
    "train.validate_every=2 train.validate_sequences=16 train.lr=0 "
    static const char same[] = "test=0 test=0";
    assert_int_equal(
        lesson_after("file:class.jsonl", "lstm", OWN "train.lesson_threshold=2.6", same, 16), 1);
    assert_int_equal(
        lesson_after("file:class.jsonl", "lstm", OWN "train.lesson_threshold=1.4", same, 16), 0);
    /* Real numbers: the mean square. */
    file = fopen("real.jsonl", "w");
    assert_non_null(file);
    for (int i = 0; i < 16; i++) {
        fprintf(file, "{\"input\": [[0], [1], [0], [1]], \"target\": [[3], [-3], [3], [-3]]}\n");
    }
    assert_int_equal(fclose(file), 0);
#define REAL                                                                                       \
    "task.target=real task.validation=0 task.test=0 model.hidden=5 train.batch=8 "                 \
    "train.validate_every=2 train.validate_sequences=16 train.lr=0 "
    assert_int_equal(
        lesson_after("file:real.jsonl", "lstm", REAL "train.lesson_threshold=12", same, 16), 1);
    assert_int_equal(
        lesson_after("file:real.jsonl", "lstm", REAL "train.lesson_threshold=7", same, 16), 0);
}

static void test_review(void **state)
{
    (void)state;
    static const struct {
        double review, low, high; /* share of the present lesson */
    } rows[] = {{0, 1, 1}, {0.5, 0.4, 0.6}, {1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char settings[512];
        snprintf(settings, sizeof settings,
                 SMALL "task.length=7 train.batch=64 train.lesson_review=%g", rows[i].review);
        mann_experiment *e = experiment_of("copy", "ntm", settings);
        good(mann_experiment_set(e, "train.lessons", "length=2 length=4"));
        mann_network *network = mann_network_alloc(context, e);
        mann_experiment_free(e);
        assert_non_null(network);
        mann_trainer *trainer = trainer_of(network, 2);
        assert_int_equal(trainer->lessons, 3);
        int counts[8] = {0}, all = 0;
        for (int step = 0; step < 9; step++) {
            /* The first lesson has nothing to review. */
            trainer->progress.lesson = step ? 2 : 0;
            train(trainer, 1);
            for (int32_t n = 0; n < trainer->crew->count; n++) {
                int32_t length = (trainer->crew->example[n].steps - 1) / 2;
                assert_true(length == 2 || (step && (length == 4 || length == 7)));
                if (step) {
                    counts[length]++;
                    all++;
                }
            }
        }
        double share = (double)counts[7] / all;
        assert_true(share >= rows[i].low && share <= rows[i].high);
        if (rows[i].review > 0) { /* both earlier lessons come up */
            assert_true(counts[2] > all / 10 && counts[4] > all / 10);
        }
        mann_trainer_free(trainer);
        mann_network_free(network);
    }
}

/* Every example once an epoch, in another order in another epoch and for another seed. */
static void test_epochs(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 5, 64, 65, 1000, 9001};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        uint32_t n = counts[c], same_epoch = 0, same_seed = 0;
        char *seen = calloc(n, 1);
        assert_non_null(seen);
        for (uint64_t i = 0; i < 3 * n; i++) {
            uint64_t number = mann_epoch_example(7, i, n);
            assert_true(number < n);
            assert_int_equal(seen[number], i / n);
            seen[number]++;
            same_epoch += number == mann_epoch_example(7, i + n, n);
            same_seed += number == mann_epoch_example(8, i, n);
        }
        free(seen);
        /* One example a permutation keeps its place on average, whatever n. */
        assert_true(n < 64 || (same_epoch < 20 && same_seed < 20));
    }
}

/* All orders are equally likely: 6 of 3 examples, 24 of 4, 120 of 5. Five standard deviations of
 * chi squared. */
static void test_epochs_uniform(void **state)
{
    (void)state;
    for (uint32_t n = 3, orders = 6; n <= 5; n++, orders *= n) {
        double found[5 * 5 * 5 * 5 * 5] = {0}, expected = 500, chi2 = 0;
        for (uint64_t epoch = 0; epoch < 500 * orders; epoch++) {
            uint64_t name = 0;
            for (uint64_t i = 0; i < n; i++) {
                name = n * name + mann_epoch_example(3, epoch * n + i, n);
            }
            found[name]++;
        }
        uint64_t met = 0;
        for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
            met += found[i] > 0;
            chi2 += found[i] > 0 ? (found[i] - expected) * (found[i] - expected) / expected : 0;
        }
        assert_int_equal(met, orders);
        double freedom = (double)orders - 1;
        assert_true(fabs(chi2 - freedom) < 5 * sqrt(2 * freedom));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads), cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_lessons), cmocka_unit_test(test_review),
        cmocka_unit_test(test_epochs),  cmocka_unit_test(test_epochs_uniform),
    };
    return cmocka_run_group_tests_name("training", tests, trained_begin, trained_end);
}
