/* The command in training: limits, metrics, divergence, signals, and a second one beside it.
 *
 * Usage: test_cli_train PATH-OF-MANN */
#include "command.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* --- limits --- */

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(mann("train copy -o u1 --until wrong_bits<=-1 --sequences 160 %s", ENDLESS),
                     3);
    check_has("train", err, "mann train --resume -o u1 --until 'wrong_bits<=-1' goes on");
    assert_string_equal(stopped_by("u1"), "sequences");
    assert_int_equal(mann("train copy -o u2 --until wrong_bits<=1e6 --sequences 1e6 %s", ENDLESS),
                     0);
    assert_string_equal(stopped_by("u2"), "until");
    assert_int_equal(mann("train copy -o u3 --until wrong_bits<=1e6@harder %s", ENDLESS), 0);
    assert_int_equal(mann("train copy -o u4 --until wrong_bits<=-1 --max-time 0.2s %s", ENDLESS),
                     3);
    assert_string_equal(stopped_by("u4"), "time");
    assert_int_equal(mann("train copy -o u5 --max-time 0.2s %s", ENDLESS), 0);
    /* Fewer updates than one validation: there is one all the same, at the end. */
    assert_int_equal(mann("train copy -o u6 --until wrong_bits<=1e6 --sequences 16 %s", ENDLESS),
                     0);
    assert_int_equal(mann("eval u6 -n 2"), 0);
    /* Going on after a limit. */
    assert_int_equal(mann("train --resume -o u1 --sequences 320 --threads 1"), 0);
    json_t *root = json_load_file("u1/run.json", 0, NULL);
    json_t *sequences = json_object_get(json_object_get(root, "run"), "sequences");
    assert_int_equal(json_integer_value(sequences), 320);
    json_decref(root);
    /* Without -o, the next free folder under runs/. */
    assert_int_equal(mann("train copy --sequences 8 %s", TINY), 0);
    assert_int_equal(mann("train copy --sequences 8 %s", TINY), 0);
    assert_true(exists("runs/copy-1/run.json") && exists("runs/copy-2/run.json"));
    remove_folder("runs");
    /* JSON, whatever the folder is called. */
    assert_int_equal(mann("train copy -q --json -o a\"b\\c --sequences 8 %s", TINY), 0);
    assert_string_equal(err, "");
    root = parsed("train --json", out);
    assert_string_equal(json_string_value(json_object_get(root, "run")), "a\"b\\c");
    assert_string_equal(json_string_value(json_object_get(root, "stopped")), "sequences");
    assert_int_equal(json_integer_value(json_object_get(root, "sequences")), 8);
    json_decref(root);
}

static void test_metrics(void **state)
{
    (void)state;
    char *text = read_file("base/metrics.jsonl", NULL), *rest = NULL;
    assert_non_null(text);
    int64_t lines = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *root = parsed("train", line);
        static const char *const keys[] = {"step",      "sequences", "seconds",
                                           "loss",      "cost_bits", "wrong_bits",
                                           "grad_norm", "lr",        "lesson"};
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            if (!json_is_number(json_object_get(root, keys[i]))) {
                fail_msg("metrics.jsonl lacks %s: %s", keys[i], line);
            }
        }
        assert_true(json_is_number(json_object_get(json_object_get(root, "harder"), "wrong_bits")));
        lines++;
        assert_int_equal(json_integer_value(json_object_get(root, "step")), 10 * lines);
        assert_int_equal(json_integer_value(json_object_get(root, "sequences")), 80 * lines);
        json_decref(root);
    }
    free(text);
    assert_int_equal(lines, 4);
}

/* --- divergence --- */

static void test_divergence(void **state)
{
    (void)state;
    char path[512];
    write_text("huge.jsonl", "{\"input\": [[1], [2]], \"target\": [[1e30], [1]]}\n");
    /* The square of the error is beyond any float: the first update cannot be made. */
    const char *line = "train file:huge.jsonl -m lstm -p task.target=real -p task.validation=0 "
                       "-p task.test=0 -o huge --threads 2";
    check_code(line, mann("%s", line), 5);
    check_has(line, err, "diverged at update 1:");
    check_has(line, err, "not finite: loss at step ");
    check_has(line, err, "huge");
    assert_string_equal(stopped_by("huge"), "diverged");
    assert_int_equal(mann("info huge/diverged-000000001.safetensors"), 0);
    check_has("info", out, "example0.target");
    pointed("huge", "LATEST", path, sizeof path);
    assert_int_equal(mann("info %s", path), 0);
    assert_int_equal(mann("train --resume -o huge"), 5); /* it is no other the second time */

    /* Weights that run away until something overflows: the last good ones are kept. */
    write_text("steep.jsonl", "{\"input\": [[1], [2]], \"target\": [[1e5], [-1e5]]}\n");
    line = "train file:steep.jsonl -m lstm -p task.target=real -p task.validation=0 "
           "-p task.test=0 -p train.optimiser=sgd -p train.lr=1e3 -p train.clip=0 "
           "-p train.clip_norm=0 -o steep --threads 1";
    check_code(line, mann("%s", line), 5);
    check_has(line, err, "diverged at update ");
    check_has(line, err, " at step ");
    check_has(line, err, "try a lower train.lr");
    mann_archive *archive = latest_of("steep");
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const mann_stored *t = mann_archive_tensor(archive, i);
        const float *value = t->data;
        bool weights = strncmp(t->name, "optimiser.", 10) != 0;
        for (size_t n = 0; weights && n < t->bytes / sizeof *value; n++) {
            assert_true(isfinite(value[n]));
        }
    }
    mann_archive_close(archive);
}

/* --- signals and company --- */

static void test_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        char line[1024], run[16];
        snprintf(run, sizeof run, "signal%d", i);
        snprintf(line, sizeof line, "train copy -o %s %s", run, ENDLESS);
        pid_t child = start(line);
        wait_for_metrics(run);
        assert_int_equal(kill(child, signals[i]), 0);
        int code = finish(child);
        collect();
        check_code(line, code, 75);
        snprintf(line, sizeof line, "mann train --resume -o %s goes on", run);
        check_has("train", err, line);
        assert_string_equal(stopped_by(run), "signal");
        mann_archive *archive = latest_of(run);
        long long sequences = atoll(mann_archive_metadata(archive, "sequences"));
        mann_archive_close(archive);
        assert_true(sequences >= 80);
        assert_int_equal(
            mann("train --resume -o %s --threads 1 --sequences %lld", run, sequences + 160), 0);
        archive = latest_of(run);
        assert_int_equal(atoll(mann_archive_metadata(archive, "sequences")), sequences + 160);
        mann_archive_close(archive);
    }
}

static void test_company(void **state)
{
    (void)state;
    char line[1024];
    snprintf(line, sizeof line, "train copy -o shared %s", ENDLESS);
    pid_t child = start(line);
    wait_for_metrics("shared");
    int fresh = mann("train copy -o shared %s", TINY);
    char *fresh_says = strdup(err);
    int resumed = mann("train --resume -o shared");
    char *resumed_says = strdup(err);
    /* Looking on is allowed. */
    int looked = mann("info shared");
    assert_int_equal(kill(child, SIGINT), 0);
    assert_int_equal(finish(child), 75);
    assert_int_equal(fresh, 2);
    check_has("train", fresh_says, "there is a run here already");
    assert_int_equal(resumed, 2);
    check_has("train --resume", resumed_says, "another process is training here");
    assert_int_equal(looked, 0);
    free(fresh_says);
    free(resumed_says);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_cli_train PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_divergence), cmocka_unit_test(test_signals),
        cmocka_unit_test(test_company),
    };
    return cmocka_run_group_tests_name("cli train", tests, command_base, command_end);
}
