/* Files that an earlier version wrote are still read: a checkpoint of every model and memory, with
 * the option names of its time, gives the scores that it gave then; a run goes on, and its traces
 * are drawn.
 *
 * The files of tests/kept were written by version 0.1.0 as of checkpoint version 1; they are never
 * made again. scores.json has what `mann eval FILE --sequences 50 --seed 9` printed then.
 *
 * Usage: test_kept PATH-OF-MANN FOLDER */
#include "command.h"

#include <math.h>
#include <string.h>

static const char *folder;

static int set_up(void **state)
{
    (void)state;
    return command_begin("mann-kept");
}

static void same_score(const char *line, const char *name, const json_t *then, const json_t *now)
{
    double was = json_number_value(then), is = json_number_value(now);
    if (!now || fabs(is - was) > 1e-3 * fabs(was)) {
        fail_msg("mann %s\n%s is %.9g, and was %.9g", line, name, is, was);
    }
}

static void test_checkpoints(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/scores.json", folder);
    json_t *kept = json_load_file(path, 0, NULL), *scores;
    const char *file, *metric;
    assert_true(json_object_size(kept) > 10);
    json_object_foreach(kept, file, scores)
    {
        char line[600];
        snprintf(line, sizeof line, "eval %s/%s.safetensors --sequences 50 --seed 9 --json", folder,
                 file);
        json_t *root = json_of(line), *then;
        const json_t *result = json_array_get(json_object_get(root, "results"), 0);
        json_object_foreach(scores, metric, then)
        {
            bool whole = !strcmp(metric, "parameters");
            same_score(line, metric, then, json_object_get(whole ? root : result, metric));
        }
        /* Files keep their names of options without a word. */
        assert_string_equal(err, "");
        json_decref(root);
    }
    json_decref(kept);
}

static void test_run(void **state)
{
    (void)state;
    char from[512];
    snprintf(from, sizeof from, "%s/run", folder);
    copy_run(from, "run");
    check_code("info", mann("info run"), 0);
    check_code("train", mann("train --resume -o run --sequences 240 --threads 1 -q"), 0);
    json_t *run = json_load_file("run/run.json", 0, NULL);
    const json_t *memory = json_object_get(run, "memory");
    assert_int_equal(json_integer_value(json_object_get(memory, "locations")), 8);
    assert_null(json_object_get(memory, "slots"));
    json_decref(run);
}

/* The panels of a trace whose tags had names alone. */
static void test_trace(void **state)
{
    (void)state;
    static const char *const panels[] = {"Write weights", "Read weights", "Adds", "Reads"};
    int code = mann("render %s/run/traces/length=3-s7-000000020.safetensors -o -", folder);
    check_code("render", code, 0);
    for (size_t i = 0; i < sizeof panels / sizeof panels[0]; i++) {
        check_has("render", out, panels[i]);
    }
}

/* On the command line a former name does what it did, and says what it is called now. */
static void test_former_names(void **state)
{
    (void)state;
    static const expectation former[] = {
        {"train copy -o a --sequences 16 -p memory.slots=4 -p memory.width=3", 0,
         "memory.slots is called memory.locations now"},
        {"train copy -m ntm+hopfield -o b --sequences 16 -p memory2.rows=4", 0,
         "memory2.rows is called memory2.locations now"},
        {"train copy -o c --sequences 16 -p memory.slots=0", 2, "memory.locations: 0 is outside"},
    };
    CHECK_ALL(former);
    write_text("old.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"slots\": 5}}");
    check_code("train", mann("train --config old.json -o d --sequences 16 --threads 1 -q"), 0);
    assert_string_equal(err, "");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "Usage: test_kept PATH-OF-MANN FOLDER\n");
        return 2;
    }
    command_find(argv[1]);
    folder = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_former_names),
    };
    return cmocka_run_group_tests_name("kept", tests, set_up, command_end);
}
