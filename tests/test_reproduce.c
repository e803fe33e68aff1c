/* `mann reproduce` as a user meets it: every recipe that is installed, in its quick variant, and a
 * small one whose figures can be had another way.
 *
 * Usage: test_reproduce PATH-OF-MANN */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
    (void)state;
    return command_begin("mann-reproduce");
}

static const json_t *at(const json_t *root, const char *key, size_t i)
{
    const json_t *found = json_array_get(json_object_get(root, key), i);
    assert_non_null(found);
    return found;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_non_null(value);
    return json_is_null(value) ? INFINITY : json_number_value(value);
}

/* Every recipe can be read and carried out, and each measure has a number of each run; those whose
 * data are not there are left out. */
static void test_quick(void **state)
{
    (void)state;
    json_t *list = json_of("reproduce --list --json");
    size_t skipped = 0;
    json_t *root = json_of("reproduce all --quick --json -o quick --threads 2");
    size_t recipes = json_array_size(list);
    assert_true(recipes >= 6);
    assert_int_equal(json_array_size(json_object_get(root, "recipes")), recipes);
    for (size_t i = 0; i < recipes; i++) {
        const json_t *listed = json_array_get(list, i), *recipe = at(root, "recipes", i);
        assert_true(
            json_equal(json_object_get(listed, "recipe"), json_object_get(recipe, "recipe")));
        assert_true(number(listed, "minutes") > 0);
        if (json_object_get(recipe, "skipped")) {
            skipped++;
            continue;
        }
        size_t measures = json_array_size(json_object_get(recipe, "measures"));
        assert_true(measures > 0);
        for (size_t m = 0; m < measures; m++) {
            const json_t *measure = at(recipe, "measures", m);
            size_t systems = json_array_size(json_object_get(measure, "results"));
            assert_true(systems > 0);
            for (size_t s = 0; s < systems; s++) {
                const json_t *result = at(measure, "results", s);
                bool selected = json_object_get(result, "selected") != NULL;
                assert_int_equal(number(result, "runs"), selected ? 1 : number(result, "seeds"));
            }
        }
    }
    assert_true(recipes - skipped >= 6);
    json_decref(list);
    json_decref(root);
}

/* A recipe whose data are not there fails if it is named, with where they can be had. */
static void test_no_data(void **state)
{
    (void)state;
    char *kept = getenv("MANN_DATA") ? strdup(getenv("MANN_DATA")) : NULL;
    unsetenv("MANN_DATA");
    assert_int_equal(mann("reproduce babi-1k --quick -o lacking"), 1);
    check_has("babi-1k", err, "neither task.path nor MANN_DATA is set; the bAbI tasks v1-2");
    assert_string_equal(out, "");
    assert_false(exists("lacking"));
    if (kept) {
        setenv("MANN_DATA", kept, 1);
    }
    free(kept);
}

#define OPTIONS                                                                                    \
    "\"run\": {\"task\": {\"name\": \"copy\", \"length\": \"1..3\"}, \"model\": {\"hidden\": 8}, " \
    "\"memory\": {\"locations\": 8, \"width\": 6}, \"train\": {\"batch\": 8, \"validate_every\": " \
    "10, "                                                                                         \
    "\"validate_sequences\": 8, \"trace_every\": 0, \"max_sequences\": 320}}"
#define HEAD                                                                                       \
    "{\"name\": \"small\", \"version\": 3, \"title\": \"Title\", \"paper\": \"Paper\", "           \
    "\"where\": \"figure 1\", \"minutes\": 1, \"seeds\": \"1:3\", \"test_sequences\": 20, "        \
    "\"changes\": [\"everything\"], " OPTIONS ", "
#define SYSTEMS                                                                                    \
    "\"systems\": {\"ntm\": {\"name\": \"the machine\"}, \"plain\": {\"name\": \"without "         \
    "gates\", "                                                                                    \
    "\"seeds\": \"7\", \"run\": {\"model\": {\"name\": \"ntm-ff\"}, \"train\": {\"lr\": "          \
    "0.02}}}}, "
#define MEASURES                                                                                   \
    "\"measures\": [{\"name\": \"cost, 5\", \"metric\": \"cost_bits\", \"at\": \"length=5\", "     \
    "\"published\": {\"ntm\": 0.25, \"plain\": \"none\"}}, {\"name\": \"right\", \"metric\": "     \
    "\"cost_bits - wrong_bits\", \"at\": \"\"}, {\"name\": \"later\", \"metric\": "                \
    "\"cost_bits / 2\", \"after\": 200}, {\"name\": \"soon\", \"until\": \"cost_bits<=1e9\"}, "    \
    "{\"name\": \"too far\", \"metric\": \"cost_bits\", \"after\": 1000}, {\"name\": \"at "        \
    "last\", "                                                                                     \
    "\"metric\": \"cost_bits\", \"at\": \"\", \"weights\": \"last\"}]"

static double evaluated(const char *run, const char *options, const char *metric)
{
    char line[256];
    snprintf(line, sizeof line, "eval small/small/%s -n 20 --json %s", run, options);
    json_t *root = json_of(line);
    double found = number(at(root, "results", 0), metric);
    json_decref(root);
    return found;
}

/* The cost on the line of metrics.jsonl at 160 sequences, the last one before 200. */
static double cost_at_160(const char *run)
{
    char path[128];
    snprintf(path, sizeof path, "small/small/%s/metrics.jsonl", run);
    char *text = read_file(path, NULL), *line = text ? strstr(text, "\"sequences\":160,") : NULL;
    assert_non_null(line);
    double found = atof(strstr(line, "\"cost_bits\":") + 12);
    free(text);
    return found;
}

static void near(double found, double expected)
{
    if (fabs(found - expected) > 1e-9 * fabs(expected)) {
        fail_msg("%.12g instead of %.12g", found, expected);
    }
}

static void test_measures(void **state)
{
    (void)state;
    write_text("small.json", HEAD SYSTEMS MEASURES "}");
    json_t *root = json_of("reproduce small.json --json -o small --threads 2");
    const json_t *recipe = at(root, "recipes", 0);
    assert_int_equal(number(recipe, "version"), 3);
    /* Three seeds of one system, one of the other. */
    static const char *const runs[] = {"ntm,seed=1", "ntm,seed=2", "ntm,seed=3"};
    double cost[3], right[3], later[3];
    for (int i = 0; i < 3; i++) {
        cost[i] = evaluated(runs[i], "--length 5", "cost_bits");
        right[i] = evaluated(runs[i], "", "cost_bits") - evaluated(runs[i], "", "wrong_bits");
        later[i] = cost_at_160(runs[i]) / 2;
    }
    const double *of[] = {cost, right, later};
    for (size_t m = 0; m < 3; m++) {
        const json_t *result = at(at(recipe, "measures", m), "results", 0);
        double least = fmin(of[m][0], fmin(of[m][1], of[m][2]));
        double most = fmax(of[m][0], fmax(of[m][1], of[m][2]));
        near(number(result, "median"), of[m][0] + of[m][1] + of[m][2] - least - most);
        near(json_number_value(at(result, "interval", 0)), least);
        near(json_number_value(at(result, "interval", 1)), most);
        near(number(result, "confidence"), 0.75);
    }
    const json_t *plain = at(at(recipe, "measures", 0), "results", 1);
    near(number(plain, "median"), evaluated("plain,seed=7", "--length 5", "cost_bits"));
    assert_int_equal(number(plain, "seeds"), 1);
    assert_string_equal(json_string_value(json_object_get(plain, "paper")), "none");
    assert_int_equal(number(at(at(recipe, "measures", 3), "results", 0), "median"), 80);
    assert_int_equal(number(at(at(recipe, "measures", 4), "results", 0), "runs"), 0);
    plain = at(at(recipe, "measures", 5), "results", 1);
    near(number(plain, "median"), evaluated("plain,seed=7@last", "", "cost_bits"));
    json_decref(root);

    /* Again: nothing is trained, in other words the same. */
    uint64_t before = digest_of("small");
    check_code("reproduce", mann("reproduce ./small.json -o small"), 0);
    assert_true(digest_of("small") == before);
    check_has("reproduce", out, "small, version 3: Title");
    check_has("reproduce", out, "- everything");
    check_has("reproduce", out, "without gates");
    check_has("reproduce", out, "0.25");
    check_code("reproduce", mann("reproduce small.json -o small --csv --seeds 1"), 0);
    check_has("reproduce", out, "small,\"cost, 5\",ntm,0.25,1,");
    check_code("reproduce", mann("reproduce small.json -o small --markdown"), 0);
    check_has("reproduce", out, "| --- | --- | ---: |");

    /* One system: its rows of the table, with its own published figures. */
    json_t *all = json_of("reproduce small.json --json -o small");
    json_t *one = json_of("reproduce small.json --json -o small --system plain");
    json_t *both = json_of("reproduce small.json --json -o small --system plain --system ntm");
    assert_true(json_equal(all, both));
    for (size_t m = 0; m < 5; m++) {
        const json_t *measure = at(at(one, "recipes", 0), "measures", m);
        assert_int_equal(json_array_size(json_object_get(measure, "results")), 1);
        assert_true(json_equal(at(measure, "results", 0),
                               at(at(at(all, "recipes", 0), "measures", m), "results", 1)));
    }
    json_decref(all);
    json_decref(one);
    json_decref(both);
}

/* The training loss on the last line of metrics.jsonl. */
static double final_loss(const char *run)
{
    char path[128];
    snprintf(path, sizeof path, "small/small/%s/metrics.jsonl", run);
    char *text = read_file(path, NULL), *last = NULL;
    for (char *c = text; c && (c = strstr(c, "\"loss\":")); c++) {
        last = c;
    }
    assert_non_null(last);
    double loss = atof(last + 7);
    free(text);
    return loss;
}

/* Of restarts the run with the lowest training loss is measured; the mean is over the systems. */
static void test_restarts(void **state)
{
    (void)state;
    write_text("tries.json",
               HEAD "\"restarts\": true, " SYSTEMS
                    "\"measures\": [{\"name\": \"cost\", \"metric\": \"cost_bits\", \"at\": \"\", "
                    "\"mean\": \"about 5\"}]}");
    static const char *const runs[] = {"ntm,seed=1", "ntm,seed=2", "ntm,seed=3"};
    json_t *root = json_of("reproduce tries.json --json -o small --threads 2");
    int best = 0;
    for (int i = 1; i < 3; i++) {
        best = final_loss(runs[i]) < final_loss(runs[best]) ? i : best;
    }
    const json_t *measure = at(at(root, "recipes", 0), "measures", 0);
    const json_t *ntm = at(measure, "results", 0), *plain = at(measure, "results", 1);
    assert_int_equal(number(ntm, "seeds"), 3);
    assert_int_equal(number(ntm, "runs"), 1);
    check_has("selected", json_string_value(json_object_get(ntm, "selected")), runs[best]);
    near(number(ntm, "median"), evaluated(runs[best], "", "cost_bits"));
    const json_t *mean = json_object_get(measure, "mean");
    assert_string_equal(json_string_value(json_object_get(mean, "paper")), "about 5");
    near(number(mean, "ours"), (number(ntm, "median") + number(plain, "median")) / 2);
    json_decref(root);

    char seed[16];
    check_code("reproduce", mann("reproduce tries.json -o small"), 0);
    snprintf(seed, sizeof seed, "%d of 3", best + 1);
    check_has("reproduce", out, seed);
    check_has("reproduce", out, "about 5");
    check_has("reproduce", out, "the one with the lowest training loss");
    /* Of some of the systems there is no mean. */
    check_code("reproduce", mann("reproduce tries.json -o small --system plain"), 0);
    assert_null(strstr(out, "about 5"));
}

typedef struct bad_recipe {
    const char *text, *says;
} bad_recipe;

static void test_bad_recipes(void **state)
{
    (void)state;
    static const bad_recipe table[] = {
        {"{", "bad.json:1:"},
        {"[]", "recipe: not an object"},
        {"{\"name\": \"x\"}", "'title' is missing"},
        {HEAD SYSTEMS MEASURES ", \"systms\": {}}", "unknown member 'systms'"},
        {HEAD MEASURES "}", "systems: from 1 to 24"},
        {HEAD "\"systems\": {\"A/\": {\"name\": \"a\"}}, " MEASURES "}", "names are short"},
        {HEAD "\"systems\": {\"a\": {\"nam\": \"a\"}}, " MEASURES "}",
         "systems.a: unknown member 'nam'"},
        {HEAD
         "\"systems\": {\"a\": {\"name\": \"a\", \"run\": {\"train\": {\"lrr\": 1}}}}, " MEASURES
         "}",
         "systems.a: run: "},
        {HEAD "\"restarts\": 3, " SYSTEMS MEASURES "}", "'restarts' is neither true nor false"},
        {HEAD SYSTEMS "\"measures\": []}", "measures: from 1 to 32"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"metric\": \"b\"}]}", "measures.0: give"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"metric\": \"b\", \"until\": \"b<=1\"}]}",
         "measures.0: give"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"metric\": \"b\", \"after\": 1, "
                      "\"weights\": \"last\"}]}",
         "measures.0: 'weights' is \"last\", and goes with 'at'"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"until\": \"b\"}]}", "is not a condition"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"metric\": \"b\", \"after\": \"x\"}]}",
         "'after' is not a number above 0"},
        {HEAD SYSTEMS "\"measures\": [{\"name\": \"a\", \"metric\": \"b\", \"at\": \"\", "
                      "\"published\": {\"other\": 1}}]}",
         "names a system that there is not"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        write_text("bad.json", table[i].text);
        int code = mann("reproduce bad.json -o bad");
        check_has(table[i].text, err, table[i].says);
        assert_true(code == 4 || code == 2);
        assert_string_equal(out, "");
    }
    assert_false(exists("bad"));
}

static void test_usage(void **state)
{
    (void)state;
    write_text("none.json", HEAD SYSTEMS MEASURES "}");
    write_text("metric.json", HEAD SYSTEMS
               "\"measures\": [{\"name\": \"a\", \"metric\": \"cost\", \"at\": \"\"}]}");
    static const expectation table[] = {
        {"reproduce", 2, "which recipe?"},
        {"reproduce ntm-coyp", 2, "did you mean 'ntm-copy'"},
        {"reproduce --list ntm-copy", 2, "--list takes no names"},
        {"reproduce missing.json", 1, "missing.json"},
        {"reproduce none.json --quick", 4, "there is no quick variant"},
        {"reproduce none.json --seeds x", 2, "seed: 'x' is not a whole number"},
        {"reproduce none.json --system lstm", 2, "small has no system 'lstm'; it has ntm, plain"},
        {"reproduce none.json -j 0", 2, "--jobs: '0'"},
        {"reproduce metric.json -o metric", 2, "has no 'cost'"},
    };
    CHECK_ALL(table);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_reproduce PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quick),       cmocka_unit_test(test_no_data),
        cmocka_unit_test(test_measures),    cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_bad_recipes), cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests_name("reproduce", tests, set_up, command_end);
}
