/* What every task owes, read from its descriptor: shapes, determinism, targets, notes, options at
 * both ends. */
#include "opened.h"

#include <stdio.h>
#include <string.h>

/* Ten lines of bits, two inputs, one output, lengths 1 to 10. */
static void write_usual_file(void)
{
    FILE *file = fopen(file_path, "w");
    assert_non_null(file);
    for (int i = 1; i <= 10; i++) {
        fprintf(file, "{\"input\": [[0, 1]");
        for (int t = 1; t < i; t++) {
            fprintf(file, ", [1, 0.5]");
        }
        fprintf(file, "], \"target\": [[%d]]}\n", i % 2);
    }
    fclose(file);
}

/* Task 1 of babi, two questions a story. */
static void write_usual_stories(const char *kind, int stories)
{
    static const char *const places[] = {"attic", "barn", "cellar"};
    char path[300];
    snprintf(path, sizeof path, "%s/qa1_usual_%s.txt", babi_path, kind);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < stories; i++) {
        const char *first = places[i % 3], *second = places[i / 3 % 3];
        fprintf(file, "1 Ada went to the %s.\n2 Where is Ada?\t%s\t1\n", first, first);
        fprintf(file, "3 Ben went to the %s.\n4 Where is Ben?\t%s\t3\n", second, second);
    }
    fclose(file);
}

static int set_up(void **state)
{
    if (folder_begin(state)) {
        return -1;
    }
    snprintf(babi_path, sizeof babi_path, "%s", folder);
    snprintf(file_path, sizeof file_path, "%s", in_folder("task.jsonl"));
    write_usual_file();
    write_usual_stories("train", 20);
    write_usual_stories("test", 5);
    return 0;
}

static void generic_defaults(void **state)
{
    (void)state;
    for (int k = 0; mann_tasks[k]; k++) {
        opened o;
        const char *name = mann_tasks[k]->name;
        must_open(&o, name, "");
        assert_ptr_equal(find(name), mann_tasks[k]);
        assert_true(mann_tasks[k]->summary && mann_tasks[k]->solved);
        assert_true(o.io.outputs >= 1);
        if (o.io.vocabulary) {
            check_vocabulary(&o);
        } else {
            assert_true(o.io.inputs >= 1);
        }
        for (uint64_t index = 0; index < 50; index++) {
            draw(&o, (mann_split_kind)(index % 3), 1, index);
            check_example(&o);
            check_score(&o);
        }
        shut(&o, true);
    }
}

static bool same_example(const mann_example *a, const mann_example *b)
{
    bool same = a->steps == b->steps && a->n_arrays == b->n_arrays &&
                !memcmp(a->label, b->label, sizeof a->label);
    for (int32_t i = 0; same && i < a->n_arrays; i++) {
        const mann_array *x = &a->array[i], *y = &b->array[i];
        same = !strcmp(x->name, y->name) && x->n[0] == y->n[0] && x->n[1] == y->n[1] &&
               !memcmp(x->data, y->data, 4 * (size_t)x->n[0] * (size_t)(x->n[1] ? x->n[1] : 1));
    }
    return same;
}

/* The same stream gives the same example, whatever was drawn before; another gives another. */
static void generic_deterministic(void **state)
{
    (void)state;
    for (int k = 0; mann_tasks[k]; k++) {
        opened a, b;
        int different = 0;
        must_open(&a, mann_tasks[k]->name, "");
        must_open(&b, mann_tasks[k]->name, "");
        for (uint64_t index = 0; index < 20; index++) {
            draw(&a, MANN_SPLIT_TRAIN, 1, index);
            draw(&b, MANN_SPLIT_TRAIN, 1, 19 - index);
            draw(&b, MANN_SPLIT_TRAIN, 1, index);
            assert_true(same_example(&a.example, &b.example));
            draw(&b, MANN_SPLIT_TRAIN, 2, index);
            different += !same_example(&a.example, &b.example);
        }
        /* Of a fixed set the number alone says which example it is. */
        assert_true(mann_tasks[k]->count ? different == 0 : different >= 15);
        shut(&a, true);
        shut(&b, true);
    }
}

/* Opens and draws with one option changed. An open that refuses must say why. */
static void try_setting(const mann_task_type *type, const char *settings)
{
    opened o;
    bool good = !try_open(&o, type, settings);
    if (good) {
        draw(&o, MANN_SPLIT_TRAIN, 3, 0);
        draw(&o, MANN_SPLIT_TEST, 3, 1);
        check_example(&o);
    } else {
        assert_true(strlen(mann_context_message(context)) > 0);
    }
    shut(&o, good);
}

static void generic_option_ends(void **state)
{
    (void)state;
    for (int k = 0; mann_tasks[k]; k++) {
        for (const mann_option *row = mann_tasks[k]->options; mann_option_is(row); row++) {
            char setting[128];
            assert_true(row->summary && row->summary[0]);
            if (row->kind == MANN_OPT_CHOICE) {
                for (int i = 0; row->choices[i]; i++) {
                    snprintf(setting, sizeof setting, "%s=%s", row->name, row->choices[i]);
                    try_setting(mann_tasks[k], setting);
                }
            } else if (row->kind != MANN_OPT_TEXT && row->kind != MANN_OPT_BOOL) {
                snprintf(setting, sizeof setting, "%s=%.10g", row->name, row->low);
                try_setting(mann_tasks[k], setting);
                snprintf(setting, sizeof setting, "%s=%.10g", row->name, row->high);
                try_setting(mann_tasks[k], setting);
            }
        }
    }
}

/* What validation also watches must be a valid setting that leaves the shapes alone. */
static void generic_harder(void **state)
{
    (void)state;
    for (int k = 0; mann_tasks[k]; k++) {
        if (mann_tasks[k]->harder) {
            opened o, harder;
            must_open(&o, mann_tasks[k]->name, "");
            must_open(&harder, mann_tasks[k]->name, mann_tasks[k]->harder);
            assert_memory_equal(&o.io, &harder.io, sizeof o.io);
            draw(&harder, MANN_SPLIT_VALIDATION, 1, 0);
            check_example(&harder);
            shut(&o, true);
            shut(&harder, true);
        }
    }
}

static void names(void **state)
{
    (void)state;
    assert_ptr_equal(find("file:some/where.jsonl"), find("file"));
    assert_null(mann_task_find(context, "cpoy"));
    assert_non_null(strstr(mann_context_message(context), "did you mean 'copy'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generic_defaults),
        cmocka_unit_test(generic_deterministic),
        cmocka_unit_test(generic_option_ends),
        cmocka_unit_test(generic_harder),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("tasks", tests, set_up, folder_end);
}
