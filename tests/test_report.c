/* `mann report` as a user meets it: numbers that can be worked out by hand, from runs whose records
 * are written here, and tests of checkpoints that agree with `mann eval`.
 *
 * Usage: test_report PATH-OF-MANN */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A run whose record says what the test wants: base, with another seed, end, and metrics. */
static void make_run(const char *path, int seed, const char *stopped, double seconds,
                     const char *metrics)
{
    char file[256], text[32];
    copy_run("base", path);
    snprintf(file, sizeof file, "%s/run.json", path);
    json_t *root = json_load_file(file, 0, NULL);
    assert_non_null(root);
    snprintf(text, sizeof text, "%d", seed);
    json_object_set_new(root, "seed", json_string(text));
    json_t *run = json_object_get(root, "run");
    json_object_set_new(run, "stopped", json_string(stopped));
    json_object_set_new(run, "seconds", json_real(seconds));
    assert_int_equal(json_dump_file(root, file, 0), 0);
    json_decref(root);
    snprintf(file, sizeof file, "%s/metrics.jsonl", path);
    write_text(file, metrics);
}

#define LINE(sequences, loss, cost, wrong)                                                         \
    "{\"step\":1,\"sequences\":" sequences ",\"seconds\":1,\"lesson\":0,\"loss\":" loss            \
    ",\"grad_norm\":1,\"lr\":1,\"cost_bits\":" cost ",\"wrong_bits\":" wrong "}\n"

static int set_up(void **state)
{
    (void)state;
    if (command_begin("mann-report") || mann("train copy -o base --sequences 320 " TINY) ||
        mkdir("made", 0777)) {
        return -1;
    }
    make_run("made/a", 2, "settled", 10,
             LINE("100", "0.5", "8", "3") LINE("200", "0.02", "0.5", "0.01")
                 LINE("300", "0.01", "0.25", "0"));
    make_run("made/b", 1, "until", 20,
             LINE("100", "0.5", "16", "4") LINE("200", "0.2", "4", "1")
                 LINE("300", "0.03", "1", "0.001"));
    make_run("made/c", 3, "sequences", 40,
             LINE("100", "0.5", "16", "4") LINE("200", "0.005", "2", "0.5")
                 LINE("300", "0.004", "3", "0.6"));
    make_run("made/d", 4, "diverged", 5, LINE("100", "0.001", "6", "2"));
    return 0;
}

static const json_t *path_of(const json_t *root, const char *path)
{
    char text[128], *rest = NULL;
    snprintf(text, sizeof text, "%s", path);
    for (char *key = strtok_r(text, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
        root = *key >= '0' && *key <= '9' ? json_array_get(root, (size_t)atoi(key))
                                          : json_object_get(root, key);
    }
    if (!root) {
        fail_msg("the report has no %s", path);
    }
    return root;
}

static void check_number(const json_t *root, const char *path, double expected)
{
    const json_t *value = path_of(root, path);
    double found = json_is_null(value) ? INFINITY : json_number_value(value);
    if (!(found == expected || fabs(found - expected) < 1e-12 * fabs(expected))) {
        fail_msg("%s is %g, not %g", path, found, expected);
    }
}

static void check_text(const json_t *root, const char *path, const char *expected)
{
    const char *found = json_string_value(path_of(root, path));
    assert_non_null(found);
    assert_string_equal(found, expected);
}

/* Four runs: solved at 200, at 300, never, diverged. */
static void test_numbers(void **state)
{
    (void)state;
    json_t *root = json_of("report made --json");
    check_text(root, "metric", "cost_bits");
    assert_int_equal(json_array_size(path_of(root, "groups")), 1);
    check_text(root, "groups.0.group", "copy ntm");
    check_number(root, "groups.0.solved", 2);
    check_number(root, "groups.0.diverged", 1);
    check_number(root, "groups.0.unfinished", 0);
    /* In order of seeds. */
    check_text(root, "groups.0.runs.0.run", "made/b");
    check_text(root, "groups.0.runs.3.stopped", "diverged");
    check_number(root, "groups.0.runs.0.sequences_to_solve", 300);
    check_number(root, "groups.0.runs.1.sequences_to_solve", 200);
    check_number(root, "groups.0.runs.2.sequences_to_solve", INFINITY);
    check_number(root, "groups.0.sequences_to_solve.low", 275);
    check_number(root, "groups.0.sequences_to_solve.median", INFINITY);
    check_number(root, "groups.0.seconds.low", 8.75);
    check_number(root, "groups.0.seconds.median", 15);
    check_number(root, "groups.0.seconds.high", 25);
    /* 0.25, 1, 3 and what diverged; the best of c is not its last. */
    check_number(root, "groups.0.final.median", 2);
    check_number(root, "groups.0.final.high", INFINITY);
    check_number(root, "groups.0.best.median", 1.5);
    check_number(root, "groups.0.best.high", 3);
    assert_true(json_is_null(path_of(root, "groups.0.selected")));
    json_decref(root);

    root = json_of("report made --json --solved cost_bits<=4 --metric wrong_bits");
    check_number(root, "groups.0.solved", 3);
    check_number(root, "groups.0.sequences_to_solve.median", 200);
    check_number(root, "groups.0.best.low", 0.00075);
    json_decref(root);

    check_code("report", mann("report made"), 0);
    check_has("report", out, "4, 1 diverged");
    check_has("report", out, "2 of 4");
    check_has("report", out, "– [275, –]");
    check_has("report", out, "solved: wrong_bits<=0.01");
}

/* Of restarts the one that trained best, which neither the validation nor a divergence decides. */
static void test_restarts(void **state)
{
    (void)state;
    write_text("made/sweep.json", "{\"restarts\": 4}");
    json_t *root = json_of("report made --json --length 2 -n 7");
    check_text(root, "groups.0.selected", "made/c");
    json_t *eval = json_of("eval made/c --length 2 -n 7 --json");
    check_number(root, "groups.0.tests.0.cost_bits.median",
                 json_number_value(path_of(eval, "results.0.cost_bits")));
    check_number(root, "groups.0.tests.0.length", 2);
    json_decref(eval);
    json_decref(root);
    check_code("report", mann("report made"), 0);
    check_has("report", out, "selected");
    remove("made/sweep.json");
}

/* Groups of a real sweep, and the test of all their checkpoints. */
static void test_groups(void **state)
{
    (void)state;
    check_code("sweep",
               mann("sweep copy -o real --seeds 1:3 --grid model=ntm-ff,lstm --sequences 160 "
                    "-p model.hidden=8 -p train.batch=8 -p task.length=1..3 "
                    "-p train.validate_every=10 -p train.validate_sequences=8 --threads 2"),
               0);
    json_t *root = json_of("report real --json --length 2,5 -n 20 --seed 4");
    check_text(root, "groups.0.group", "lstm");
    check_text(root, "groups.1.group", "ntm-ff");
    double cost[3];
    for (int i = 0; i < 3; i++) {
        char line[128];
        snprintf(line, sizeof line, "eval real/model=lstm,seed=%d --length 5 -n 20 --seed 4 --json",
                 i + 1);
        json_t *eval = json_of(line);
        cost[i] = json_number_value(path_of(eval, "results.0.cost_bits"));
        json_decref(eval);
    }
    double most = fmax(cost[0], fmax(cost[1], cost[2])),
           least = fmin(cost[0], fmin(cost[1], cost[2]));
    check_number(root, "groups.0.tests.1.cost_bits.median",
                 cost[0] + cost[1] + cost[2] - most - least);
    json_decref(root);

    /* Every row of CSV has the columns that the first names. */
    check_code("report --csv", mann("report real --csv --length 2,5 -n 5"), 0);
    assert_true(!strncmp(out, "group,task,model,runs,solved,", 29));
    int commas[2] = {0, 0}, lines = 0;
    for (const char *c = out; *c; c++) {
        commas[lines > 0] += *c == ',';
        lines += *c == '\n';
    }
    assert_int_equal(lines, 3);
    assert_int_equal(commas[1], 2 * commas[0]);
    check_has("report --csv", out, "wrong_bits@5.median");

    check_code("report --markdown", mann("report real --markdown --test -n 5"), 0);
    check_has("report --markdown", out, "| --- | ---: |");
    check_has("report --markdown", out, "as trained");
    check_code("report --last", mann("report real --markdown --last -n 5"), 0);
    check_has("report --last", out, "as trained");
    /* Runs from here and there, and a run by itself. */
    check_code("report", mann("report real/model=lstm,seed=1 made base"), 0);
    check_has("report", out, "lstm");
}

static void test_pictures(void **state)
{
    (void)state;
    static const char *const start[][2] = {{"png", "\x89PNG"}, {"svg", "<?xml"}, {"pdf", "%PDF"}};
    for (int i = 0; i < 3; i++) {
        char line[128], file[32];
        size_t size;
        snprintf(file, sizeof file, "curves.%s", start[i][0]);
        snprintf(line, sizeof line, "report made base -o %s --title Curves --linear --theme dark",
                 file);
        check_code(line, mann("%s", line), 0);
        char *data = read_file(file, &size);
        assert_non_null(data);
        assert_true(size > 2000 && !memcmp(data, start[i][1], strlen(start[i][1])));
        free(data);
    }
}

static void test_usage(void **state)
{
    (void)state;
    assert_int_equal(mkdir("empty", 0777), 0);
    assert_int_equal(mkdir("broken", 0777), 0);
    copy_run("base", "broken/run");
    write_text("broken/run/run.json", "{\"task\": {\"name\": \"copy\"}}");
    static const expectation table[] = {
        {"report", 2, "which runs?"},
        {"report empty", 2, "neither a run nor a folder of runs"},
        {"report missing", 2, "there is no such folder"},
        {"report broken", 4, "does not say what happened"},
        {"report made --metric cost", 2, "none of the runs has 'cost'"},
        {"report made --solved cost", 2, "is not a condition"},
        {"report made --width 2", 2, "width"},
        {"report made --length", 2, "needs values"},
        {"report made --length 2 --bits 3", 2, "one option of the task at a time"},
        {"report made -o curves.gif", 2, "does not end with"},
        {"report made --theme grey", 2, "neither light nor dark"},
    };
    CHECK_ALL(table);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_report PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_groups),  cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests_name("report", tests, set_up, command_end);
}
