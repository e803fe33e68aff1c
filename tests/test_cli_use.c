/* The command on trained networks: eval, run, info, listings and pictures.
 *
 * Usage: test_cli_use PATH-OF-MANN */
#include "command.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- eval --- */

#define TINY_LSTM                                                                                  \
    "-p model.hidden=8 -p task.length=1..3 -p train.batch=8 -p train.validate_sequences=8 "        \
    "-p train.trace_every=0 --threads 1"

static void test_eval(void **state)
{
    (void)state;
    json_t *root = json_of("eval base --length 2,3,5 -n 10 --threads 2 --json");
    assert_string_equal(json_string_value(json_object_get(root, "task")), "copy");
    assert_string_equal(json_string_value(json_object_get(root, "model")), "ntm");
    assert_true(json_integer_value(json_object_get(root, "parameters")) > 100);
    json_t *results = json_object_get(root, "results");
    assert_int_equal(json_array_size(results), 3);
    static const char *const metrics[] = {"cost_bits", "wrong_bits", "bit_error_rate",
                                          "sequence_error_rate"};
    static const int lengths[] = {2, 3, 5};
    for (size_t i = 0; i < 3; i++) {
        json_t *row = json_array_get(results, i);
        assert_int_equal(json_integer_value(json_object_get(row, "length")), lengths[i]);
        assert_int_equal(json_integer_value(json_object_get(row, "sequences")), 10);
        for (size_t m = 0; m < 4; m++) {
            assert_true(json_is_number(json_object_get(row, metrics[m])));
        }
        double rate = json_number_value(json_object_get(row, "bit_error_rate"));
        double wrong = json_number_value(json_object_get(row, "wrong_bits"));
        assert_true(fabs(wrong - rate * 8 * lengths[i]) < 1e-9);
    }
    json_decref(root);

    assert_int_equal(mann("eval base --length 2,3 -n 5"), 0);
    check_has("eval", out, "wrong_bits");
    check_has("eval", out, "\n2 ");
    char *first = strdup(out);
    assert_int_equal(mann("eval base --length=2,3 -n 5 --threads 3"), 0);
    assert_string_equal(out, first); /* the same sequences, whoever scores them */
    assert_int_equal(mann("eval base --length 2,3 -n 5 --seed 2"), 0);
    assert_string_not_equal(out, first);
    free(first);

    char checkpoint[512], line[640];
    pointed("base", "BEST", checkpoint, sizeof checkpoint);
    assert_int_equal(mann("eval base -n 5"), 0);
    first = strdup(out);
    snprintf(line, sizeof line, "eval %s -n 5", checkpoint);
    check_code(line, mann("%s", line), 0);
    assert_string_equal(out, first); /* a run stands for its best checkpoint */
    free(first);
    assert_int_equal(mann("eval base@0 -n 5"), 0); /* the weights that it began with */

    static const struct {
        const char *line;
        int code;
        const char *says;
    } table[] = {
        {"eval base -n 5 --require wrong_bits<=1000", 0, ""},
        {"eval base -n 5 --require wrong_bits>=0,cost_bits<=1e9", 0, ""},
        {"eval base -n 5 --require wrong_bits<=-1", 3, "not met: wrong_bits<=-1 (it is"},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@3", 0, ""},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@length=3", 0, ""},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=-1@3", 3, "wrong_bits<=-1@3"},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@4", 2, "no result at '4'"},
        {"eval base -n 5 --length 3:5 --require wrong_bits<=1000@4", 0, ""},
        {"eval base -n 5 --length 5:3", 2, "'5:3' is no range"},
        {"eval base -n 5 --length 1:9000", 2, "--length: too long"},
        {"eval base -n 5 --require wrong_bit<=3", 2, "did you mean 'wrong_bits'?"},
        {"eval base -n 5 --require wrong_bits=3", 2, "is not a condition"},
        {"eval base -n 5 --require wrong_bits<=nan", 2, "is not a condition"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        check_code(table[i].line, mann("%s", table[i].line), table[i].code);
        check_has(table[i].line, err, table[i].says);
    }
    /* What is not met is still reported. */
    root = parsed("eval", (mann("eval base -n 5 --json --require wrong_bits<=-1"), out));
    assert_int_equal(json_array_size(json_object_get(root, "results")), 1);
    json_decref(root);
}

/* The same network with hard choices, beside the soft score, which stays what it is. */
static void test_eval_hard(void **state)
{
    (void)state;
    json_t *soft = json_of("eval base --length 2,3 -n 20 --json");
    json_t *both = json_of("eval base --length 2,3 -n 20 --hard --json");
    for (size_t i = 0; i < 2; i++) {
        json_t *was = json_array_get(json_object_get(soft, "results"), i);
        json_t *row = json_array_get(json_object_get(both, "results"), i);
        json_t *hard = json_object_get(row, "hard");
        assert_true(json_is_number(json_object_get(hard, "wrong_bits")));
        double apart = json_number_value(json_object_get(hard, "cost_bits")) -
                       json_number_value(json_object_get(row, "cost_bits"));
        assert_true(apart != 0);
        json_object_del(row, "hard");
        assert_true(json_equal(row, was));
    }
    json_decref(soft);
    json_decref(both);

    assert_int_equal(mann("eval base --length 2,3 -n 5 --hard"), 0);
    check_has("eval --hard", out, "\n2 ");
    check_has("eval --hard", out, "\n2 hard ");
    check_has("eval --hard", out, "\n3 hard ");
    char *first = strdup(out);
    assert_int_equal(mann("eval base --length 2,3 -n 5 --hard --threads 3"), 0);
    assert_string_equal(out, first);
    free(first);
    assert_int_equal(mann("eval base -n 5 --hard"), 0);
    check_has("eval --hard", out, "\nhard ");

    assert_int_equal(mann("train copy -m lstm -o soft --sequences 8 " TINY_LSTM), 0);
    static const expectation table[] = {
        {"eval base -n 5 --hard --require hard_wrong_bits<=1000", 0, ""},
        {"eval base -n 5 --hard --require hard_wrong_bits<=-1", 3, "not met: hard_wrong_bits<=-1"},
        {"eval base -n 5 --hard --require wrong_bits<=-1", 3, "not met: wrong_bits<=-1"},
        {"eval base -n 5 --hard --require hard_wrong_bit<=3", 2, "did you mean 'wrong_bits'?"},
        {"eval base -n 5 --require hard_wrong_bits<=3", 2, "hard_wrong_bits"},
        {"eval soft -n 5 --hard", 2, "lstm makes no soft choices"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        check_code(table[i].line, mann("%s", table[i].line), table[i].code);
        check_has(table[i].line, err, table[i].says);
    }
}

/* A fixed set of examples is scored whole, each once. */
static void test_eval_fixed(void **state)
{
    (void)state;
    char text[4000];
    size_t used = 0;
    for (int i = 0; i < 30; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{\"input\": [[%d]], \"target\": [[%d]], \"split\": \"%s\"}\n",
                                 i % 2, i % 2,
                                 i < 20   ? "train"
                                 : i < 27 ? "test"
                                          : "validation");
    }
    write_text("fixed.jsonl", text);
    assert_int_equal(mann("train file:fixed.jsonl -m lstm -o fixed --sequences 32 --threads 1"), 0);
    static const struct {
        const char *options;
        int sequences;
    } table[] = {{"", 7},
                 {"-n 3", 3},
                 {"-n 1000", 7},
                 {"--split train", 20},
                 {"--split train -n 19", 19},
                 {"--split validation", 3}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char line[128];
        snprintf(line, sizeof line, "eval fixed --json %s", table[i].options);
        json_t *root = json_of(line);
        json_t *row = json_array_get(json_object_get(root, "results"), 0);
        assert_int_equal(json_integer_value(json_object_get(row, "sequences")), table[i].sequences);
        json_decref(root);
    }
    check_code("--split", mann("eval fixed --split dev"), 2);
    check_has("--split", err, "'dev' is neither train, validation nor test");
}

/* --- run --- */

static int run_on(const char *input, size_t size, const char *line)
{
    write_file("in.txt", input, size);
    int code = mann("%s", line);
    remove("in.txt");
    return code;
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++) {
        count += *text == '\n';
    }
    return count;
}

static void test_run(void **state)
{
    (void)state;
    static const char bits[] = "10110010\n0110 0001\n\n";
    assert_int_equal(run_on(bits, strlen(bits), "run base --input -"), 0);
    assert_int_equal(lines_of(out), 2); /* copy answers as many vectors as it was shown */
    assert_int_equal(strlen(out), 2 * 9);
    assert_int_equal(strspn(out, "01\n"), strlen(out));
    assert_int_equal(run_on(bits, strlen(bits), "run base -i in.txt --raw"), 0);
    assert_int_equal(lines_of(out), 2);
    assert_non_null(strstr(out, "0."));
    /* As wide as the network's input: every step answers. */
    static const char whole[] = "101100100\n000000001\n000000000\n";
    assert_int_equal(run_on(whole, strlen(whole), "run base -i -"), 0);
    assert_int_equal(lines_of(out), 3);
    assert_int_equal(run_on("hello", 5, "run base -i - --format text"), 0);
    assert_int_equal(out_size, 6); /* a byte for a byte, and the end of the line */

    static const struct {
        const char *input;
        size_t size;
        const char *line;
        const char *says;
    } bad[] = {
        {"10110010\n011\n", 13, "run base -i -", "-:2: 3 bits where the lines before have 8"},
        {"1011\n0110\n", 10, "run base -i -", "4 bits per step, but this model takes 9, or 8"},
        {"10110012\n", 9, "run base -i -", "-:1: '2' is neither 0 nor 1"},
        {"10110010\0\n", 10, "run base -i -", "is neither 0 nor 1"},
        {"", 0, "run base -i -", "no steps in it"},
        {"\n \n", 3, "run base -i -", "no steps in it"},
        {"", 0, "run base -i - --format text", "no steps in it"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_code(bad[i].line, run_on(bad[i].input, bad[i].size, bad[i].line), 4);
        check_has(bad[i].line, err, bad[i].says);
        assert_string_equal(out, "");
    }
    assert_int_equal(mann("run base -i nosuch"), 1);

    /* Other kinds of targets print as what they are. */
    write_text("class.jsonl", "{\"input\": [[0], [1]], \"target\": [2, 0]}\n"
                              "{\"input\": [[1], [1]], \"target\": [1, 0]}\n");
    assert_int_equal(mann("train file:class.jsonl -m lstm -o class --sequences 8 --threads 1 "
                          "-p task.target=class -p task.validation=0 -p task.test=0 "
                          "-p train.validate_sequences=4"),
                     0);
    assert_int_equal(run_on("1\n0\n1\n", 6, "run class -i -"), 0);
    assert_int_equal(strlen(out), 6);
    assert_int_equal(strspn(out, "012\n"), 6);
    write_text("real.jsonl", "{\"input\": [[0], [1]], \"target\": [[0.5], [-3]]}\n");
    assert_int_equal(mann("train file:real.jsonl -m lstm -o real --sequences 8 --threads 1 "
                          "-p task.target=real -p task.validation=0 -p task.test=0 "
                          "-p train.validate_sequences=4"),
                     0);
    assert_int_equal(run_on("1\n0\n", 4, "run real -i -"), 0);
    double first, second;
    assert_int_equal(sscanf(out, "%lf %lf", &first, &second), 2);
    assert_true(first != floor(first));
}

/* A story with a question: the best words first, which is what the network gave. */
static void test_run_story(void **state)
{
    (void)state;
    static const char story[] = "1 Ada walks to the barn.\n2 Where is Ada?\tbarn\t1\n";
    assert_int_equal(mann("train story -o tale --sequences 64 --threads 1"), 0);
    assert_int_equal(run_on(story, strlen(story), "run tale -i -"), 0);
    assert_int_equal(lines_of(out), 5);
    char first[64];
    double probability, before = 1, sum = 0;
    assert_int_equal(sscanf(out, "%63s %lf", first, &probability), 2);
    assert_int_equal(run_on(story, strlen(story), "run tale -i - --format text --raw --json"), 0);
    json_t *words = parsed("run --json", out);
    assert_true(json_array_size(words) > 50);
    assert_string_equal(json_string_value(json_object_get(json_array_get(words, 0), "word")),
                        first);
    for (size_t i = 0; i < json_array_size(words); i++) {
        probability = json_number_value(json_object_get(json_array_get(words, i), "probability"));
        assert_true(probability <= before);
        before = probability;
        sum += probability;
    }
    assert_true(sum > 0.5 && sum < 1.0001); /* some of it is on times, which are no words */
    json_decref(words);

    static const char strange[] = "Ada flies to the barn.\nWhere is Ada?";
    assert_int_equal(run_on(strange, strlen(strange), "run tale -i -"), 0);
    check_has("run", err, "unknown words are left out: 'flies'");
    static const struct {
        const char *input, *line;
        int code;
        const char *says;
    } bad[] = {
        {story, "run tale -i - --format bits", 2, "questions about stories, which are text"},
        {"Where is Ada?", "run tale -i -", 4, "-: a question without a story"},
        {"Ada walks.", "run tale -i -", 4, "-: no question"},
        {"", "run tale -i -", 4, "-: no question"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_code(bad[i].line, run_on(bad[i].input, strlen(bad[i].input), bad[i].line),
                   bad[i].code);
        check_has(bad[i].line, err, bad[i].says);
        assert_string_equal(out, "");
    }
}

/* --- info, listings, pictures --- */

/* The first file in a run's traces whose name begins with start. */
static void trace_of(const char *run, char *path, size_t size)
{
    char folder[256];
    path[0] = '\0';
    snprintf(folder, sizeof folder, "%s/traces", run);
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] != '.') {
            snprintf(path, size, "%s/%s", folder, entry->d_name);
        }
    }
    closedir(listing);
    assert_true(*path);
}

/* What info says of a trace's array: "bits", "signed", ...; "" if it has none of that name. */
static void kind_in_trace(const char *path, const char *array, char *kind, size_t size)
{
    char line[512];
    snprintf(line, sizeof line, "info %s --json", path);
    json_t *root = json_of(line);
    const char *text =
        json_string_value(json_object_get(json_object_get(root, "metadata"), "arrays"));
    assert_non_null(text);
    json_t *arrays = parsed(line, text);
    const char *found = json_string_value(json_object_get(json_object_get(arrays, array), "kind"));
    snprintf(kind, size, "%s", found ? found : "");
    json_decref(arrays);
    json_decref(root);
}

static void test_traces(void **state)
{
    (void)state;
    char path[512], kind[32];
    assert_int_equal(mann("train ngram -o ngram --sequences 8 -m lstm -p model.hidden=4 "
                          "-p task.length=9 -p train.batch=4 -p train.validate_sequences=4 "
                          "-p train.trace_settings=length=12 --threads 1"),
                     0);
    trace_of("ngram", path, sizeof path);
    kind_in_trace(path, "input", kind, sizeof kind);
    assert_string_equal(kind, "bits");
    kind_in_trace(path, "optimal", kind, sizeof kind);
    assert_string_equal(kind, "bits");
    kind_in_trace(path, "optimal_cost", kind, sizeof kind);
    assert_string_not_equal(kind, "");
    kind_in_trace(path, "probability", kind, sizeof kind);
    assert_string_equal(kind, ""); /* per context, not per step */

    assert_int_equal(mann("train priority_sort -o sort --sequences 8 -m lstm -p model.hidden=4 "
                          "-p train.batch=4 -p train.validate_sequences=4 --threads 1 "
                          "-p train.trace_settings=items=5,outputs=3"),
                     0);
    trace_of("sort", path, sizeof path);
    kind_in_trace(path, "input", kind, sizeof kind);
    assert_string_equal(kind, "signed"); /* priorities lie in -1..1 */
    kind_in_trace(path, "target", kind, sizeof kind);
    assert_string_equal(kind, "bits");

    /* Settings with which no trace could be made are said before anything is begun. */
    assert_int_equal(mann("train copy -o late -p train.trace_settings=bits=3 %s "
                          "-p train.trace_every=5",
                          TINY),
                     2);
    assert_false(exists("late/run.json"));
}

static void test_info(void **state)
{
    (void)state;
    char path[512], line[600];
    assert_int_equal(mann("info base"), 0);
    check_has("info base", out, "\"stopped\": \"sequences\"");
    check_has("info base", out, "verified");
    json_decref(json_of("info base --json"));
    pointed("base", "LATEST", path, sizeof path);
    snprintf(line, sizeof line, "info %s", path);
    check_code(line, mann("%s", line), 0);
    check_has(line, out, "mann.checkpoint");
    check_has(line, out, "all verified");
    snprintf(line, sizeof line, "info %s --json", path);
    json_t *root = json_of(line);
    json_t *metadata = json_object_get(root, "metadata");
    assert_string_equal(json_string_value(json_object_get(metadata, "step")), "40");
    assert_true(json_array_size(json_object_get(root, "tensors")) > 5);
    json_decref(root);
    assert_int_equal(mkdir("empty", 0777), 0);
    static const expectation table[] = {
        {"info empty", 4, "empty: not a run (run.json is missing)"},
        {"info /dev/null", 1, "/dev/null: cannot be read"},
    };
    CHECK_ALL(table);
}

static void test_listings(void **state)
{
    (void)state;
    static const struct {
        const char *command, *one, *key;
    } lists[] = {{"tasks", "copy", "task.length"},
                 {"models", "ntm", "model.hidden"},
                 {"memories", "matrix", "memory.locations"}};
    for (size_t i = 0; i < 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "%s --json", lists[i].command);
        json_t *root = json_of(line);
        bool found = false;
        for (size_t n = 0; n < json_array_size(root); n++) {
            json_t *item = json_array_get(root, n);
            const char *name = json_string_value(json_object_get(item, "name"));
            assert_non_null(name);
            assert_true(json_is_string(json_object_get(item, "summary")));
            found = found || !strcmp(name, lists[i].one);
            /* Each can be asked for. */
            check_code(name, mann("%s %s", lists[i].command, name), 0);
            check_has(name, out, name);
        }
        assert_true(found);
        json_decref(root);
        assert_int_equal(mann("%s", lists[i].command), 0);
        check_has(line, out, lists[i].one);
        snprintf(line, sizeof line, "%s %s --json", lists[i].command, lists[i].one);
        root = json_of(line);
        assert_string_equal(json_string_value(json_object_get(root, "name")), lists[i].one);
        json_t *options = json_object_get(root, "options");
        found = false;
        for (size_t n = 0; n < json_array_size(options); n++) {
            json_t *row = json_array_get(options, n);
            static const char *const members[] = {"key", "summary", "values", "default"};
            for (size_t m = 0; m < 4; m++) {
                assert_true(json_is_string(json_object_get(row, members[m])));
            }
            found = found || !strcmp(json_string_value(json_object_get(row, "key")), lists[i].key);
        }
        assert_true(found);
        json_decref(root);
    }
}

static void test_render(void **state)
{
    (void)state;
    assert_int_equal(mann("render base -o picture.txt"), 0);
    char *text = read_file("picture.txt", NULL);
    assert_non_null(text);
    check_has("render", text, "copy");
    assert_int_equal(mann("render base -o -"), 0);
    assert_string_equal(out, text);
    free(text);
    assert_int_equal(mann("render base -o picture.png --size 640x400"), 0);
    size_t size;
    char *data = read_file("picture.png", &size);
    assert_non_null(data);
    assert_true(size > 1000 && !memcmp(data, "\x89PNG\r\n\x1a\n", 8));
    free(data);
    static const expectation table[] = {
        {"render base -o picture.jpeg", 2, "picture.jpeg: the name ends in none of .png"},
        {"render base", 2, "-o FILE"},
        {"render -o x.png", 2, "which run, checkpoint or trace?"},
        {"render base -o x.png --size big", 2, "big"},
        {"render base -o x.png --theme pink", 2, "'pink' is neither dark nor light"},
        {"render base -o x.png --scale 0", 2, "--scale: '0'"},
        {"render nosuch -o x.png", 1, "nosuch"},
        {"render base -o a-file/x.png", 1, "a-file/x.png"},
    };
    CHECK_ALL(table);
    assert_false(exists("x.png"));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_cli_use PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval),      cmocka_unit_test(test_eval_fixed),
        cmocka_unit_test(test_eval_hard), cmocka_unit_test(test_run),
        cmocka_unit_test(test_run_story), cmocka_unit_test(test_traces),
        cmocka_unit_test(test_info),      cmocka_unit_test(test_listings),
        cmocka_unit_test(test_render),
    };
    return cmocka_run_group_tests_name("cli use", tests, command_base, command_end);
}
