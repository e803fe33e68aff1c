/* The trained networks that come with the source still do what they have learned, and to the digit:
 * their costs on fixed sequences differ by less than a part in 10,000 between instruction sets, so
 * whatever moves an operation, a task or the reading of checkpoints is seen.
 *
 * Usage: test_shipped PATH-OF-MANN FOLDER-OF-NETWORKS */
#include "command.h"

#include <math.h>
#include <stdlib.h>

enum { LARGEST = 1000000 };

static const char *folder;

static int set_up(void **state)
{
    (void)state;
    return command_begin("mann-shipped");
}

/* A network, how it is tried, what is to hold, and its cost there. */
static const struct promise {
    const char *task, *options, *conditions;
    double cost;
} promises[] = {
    {"copy", "--length 120 -n 5", "wrong_bits<=0", 0.0248272},
    {"repeat_copy", "-n 40", "wrong_bits<=0", 0.0393280},
    {"associative_recall", "--items 6 -n 40", "wrong_bits<=0", 0.00140277},
    {"associative_recall", "--items 12 -n 40", "wrong_bits<=0", 0.00919338},
    {"ngram", "-n 20", "excess_bits<=1.33", 137.524},
    {"priority_sort", "-n 40", "cost_bits<=20", 17.3270},
};

static void keeps_its_promise(const struct promise *promise)
{
    char line[512], path[512];
    size_t size;
    snprintf(line, sizeof line, "eval %s/%s.safetensors %s --require %s --json --threads 1", folder,
             promise->task, promise->options, promise->conditions);
    json_t *root = json_of(line);
    assert_string_equal(json_string_value(json_object_get(root, "task")), promise->task);
    const json_t *result = json_array_get(json_object_get(root, "results"), 0);
    double cost = json_real_value(json_object_get(result, "cost_bits"));
    if (fabs(cost - promise->cost) > 1e-3 * promise->cost) {
        fail_msg("mann %s\ncosts %.9g bits instead of %.9g", line, cost, promise->cost);
    }
    /* Weights and little else. */
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, promise->task);
    char *data = read_file(path, &size);
    assert_non_null(data);
    size_t weights = (size_t)json_integer_value(json_object_get(root, "parameters")) * 4;
    assert_true(size < LARGEST && size < weights + 16384);
    free(data);
    json_decref(root);
}

static void test_promises(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        keeps_its_promise(&promises[i]);
    }
}

/* Every network is shown, at an example of its own. */
static void test_pictures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        check_code("render", mann("render %s/%s.safetensors -o -", folder, promises[i].task), 0);
        check_has("render", out, promises[i].task);
        check_has("render", out, "Read weights");
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "Usage: test_shipped PATH-OF-MANN FOLDER\n");
        return 2;
    }
    command_find(argv[1]);
    folder = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_promises),
        cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests_name("shipped", tests, set_up, command_end);
}
