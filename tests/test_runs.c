/* What stands behind sweeps and reports: grids, plans, cohorts of runs, and their statistics. */
#include "fixture.h"

#include <mann/statistics.h>
#include <math.h>
#include <string.h>

#include "experiment/settings.h"
#include "study/cohorts.h"
#include "study/grid.h"

/* --- grids --- */

static void check_name(const mann_grid *grid, int32_t point, int32_t seed, const char *expected)
{
    char name[MANN_GRID_NAME];
    assert_int_equal(mann_grid_name(context, grid, point, seed, name), MANN_OK);
    assert_string_equal(name, expected);
}

static void test_grid(void **state)
{
    (void)state;
    mann_grid grid = {0};
    assert_int_equal(mann_grid_seeds(context, &grid, "3:9:3"), MANN_OK);
    assert_int_equal(grid.seeds.count, 3);
    assert_int_equal(mann_grid_points(&grid), 1);
    check_name(&grid, 0, 2, "seed=9");
    assert_int_equal(mann_grid_add(context, &grid, "train.lr=1e-3,5e-3,x"), MANN_OK);
    assert_int_equal(mann_grid_add(context, &grid, "memory.width=-1:1"), MANN_OK);
    assert_int_equal(mann_grid_points(&grid), 9);
    /* What would be too many runs is not taken. */
    assert_int_equal(mann_grid_add(context, &grid, "task.bits=1:1112"), MANN_E_INVAL);
    assert_int_equal(mann_grid_points(&grid), 9);
    for (int32_t point = 0; point < 9; point++) { /* the last axis changes fastest */
        static const char *const lr[] = {"1e-3", "5e-3", "x"}, *const width[] = {"-1", "0", "1"};
        assert_string_equal(mann_grid_value(&grid, point, 0), lr[point / 3]);
        assert_string_equal(mann_grid_value(&grid, point, 1), width[point % 3]);
    }
    check_name(&grid, 7, 0, "lr=x,width=0,seed=3");
    /* Keys that end alike are written in full; what file systems may not like is replaced. */
    assert_int_equal(mann_grid_add(context, &grid, "memory2.width=a/b"), MANN_OK);
    check_name(&grid, 7, 0, "lr=x,memory.width=0,memory2.width=a_b,seed=3");
    mann_grid_clear(&grid);
    /* Seeds are any 64 bits. */
    assert_int_equal(mann_grid_seeds(context, &grid, "18446744073709551615,7"), MANN_OK);
    check_name(&grid, 0, 0, "seed=18446744073709551615");
    mann_grid_clear(&grid);
}

/* Whatever is refused leaves a grid that can be used and freed. */
static void test_bad_grids(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "lr",        "=1",    "lr=",
        "lr=1,",    "lr=,1",     "a=2:1", "a=1:2:0",
        "a=1:2:-1", "a=1:99999", "a=1,1", "a=-9223372036854775808:9223372036854775807"};
    mann_grid grid = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mann_grid_add(context, &grid, bad[i]), MANN_E_INVAL);
        assert_int_equal(grid.axes, 0);
    }
    assert_int_equal(mann_grid_add(context, &grid, "a=1:2:3:4"), MANN_OK); /* a text */
    assert_int_equal(grid.axis[0].count, 1);
    assert_int_equal(mann_grid_add(context, &grid, "b=1:101"), MANN_OK);
    assert_int_equal(mann_grid_seeds(context, &grid, "1:100"), MANN_E_INVAL);
    assert_int_equal(mann_grid_seeds(context, &grid, "1:99"), MANN_OK);
    mann_grid_clear(&grid);
}

/* --- cohorts --- */

static mann_experiment *experiment(const char *task, const char *model, const char *settings)
{
    mann_experiment *e = mann_experiment_alloc(context, task, model);
    assert_non_null(e);
    assert_int_equal(mann_experiment_settings(e, settings), MANN_OK);
    return e;
}

static void test_groups(void **state)
{
    (void)state;
    enum { RUNS = 7 };
    mann_experiment *run[RUNS] = {
        experiment("copy", "ntm", "memory.locations=64 train.lr=1e-3 seed=2"),
        experiment("copy", "lstm", "train.lr=1e-3 seed=1"),
        experiment("copy", "ntm", "memory.locations=64 train.lr=1e-3 seed=1"),
        experiment("copy", "ntm", "memory.locations=64"),
        experiment("copy", "lstm", "train.lr=1e-3 model.hidden=64"),
        experiment("copy", "lstm", "seed=18446744073709551615 train.lr=1e-3"),
        experiment("copy", "lstm", "train.lr=0.001 seed=5"),
    };
    static const int32_t expected[RUNS] = {0, 1, 0, 2, 3, 1, 1};
    mann_cohorts cohorts;
    assert_int_equal(
        mann_cohorts_make(context, RUNS, (const mann_experiment *const *)run, &cohorts), MANN_OK);
    assert_int_equal(cohorts.count, 4);
    for (int32_t i = 0; i < RUNS; i++) {
        assert_int_equal(cohorts.of[i], expected[i]);
    }
    /* What a model brings along and what all share goes without saying. */
    assert_string_equal(cohorts.label[0], "ntm lr=0.001");
    assert_string_equal(cohorts.label[1], "lstm lr=0.001 hidden=100");
    assert_string_equal(cohorts.label[3], "lstm lr=0.001 hidden=64");
    mann_cohorts_clear(&cohorts);
    assert_int_equal(mann_cohorts_make(context, 1, (const mann_experiment *const *)run, &cohorts),
                     MANN_OK);
    assert_string_equal(cohorts.label[0], "copy ntm");
    mann_cohorts_clear(&cohorts);
    for (int32_t i = 0; i < RUNS; i++) {
        mann_experiment_free(run[i]);
    }
}

static void test_settings(void **state)
{
    (void)state;
    mann_experiment *e = experiment("copy", "ntm", "task.length=1..7 train.lr=0.1 seed=9");
    mann_experiment *same = experiment("copy", "ntm", "train.lr=1e-1 task.length=1..7");
    mann_experiment *other = experiment("copy", "lstm", "train.lr=1e-1 task.length=1..7");
    mann_settings a, b, c;
    assert_int_equal(mann_settings_read(context, e, &a), MANN_OK);
    assert_int_equal(mann_settings_read(context, same, &b), MANN_OK);
    assert_int_equal(mann_settings_read(context, other, &c), MANN_OK);
    assert_null(mann_settings_difference(&a, &b));
    assert_string_equal(mann_settings_difference(&a, &c), "model");
    assert_string_equal(mann_settings_get(&a, "task.length"), "1..7");
    assert_string_equal(mann_settings_get(&a, "train.lr"), "0.1");
    assert_string_equal(mann_settings_get(&a, "model.memory"), "matrix");
    assert_null(mann_settings_get(&a, "seed"));
    assert_null(mann_settings_get(&c, "memory.locations"));
    mann_settings_clear(&a);
    mann_settings_clear(&b);
    mann_settings_clear(&c);
    mann_experiment_free(e);
    mann_experiment_free(same);
    mann_experiment_free(other);
}

/* --- statistics --- */

static void test_quartiles(void **state)
{
    (void)state;
    double five[] = {5, 1, NAN, 4, 2, 3};
    mann_quartiles q = mann_quartiles_of(five, 6);
    assert_int_equal(q.count, 5);
    assert_true(q.low == 2 && q.median == 3 && q.high == 4);
    double four[] = {4, 2, 3, 1};
    q = mann_quartiles_of(four, 4);
    assert_true(q.low == 1.75 && q.median == 2.5 && q.high == 3.25);
    /* A failure is worse than any number, and weighs no more than one run. */
    double failed[] = {INFINITY, 1, INFINITY, 3, 2};
    q = mann_quartiles_of(failed, 5);
    assert_true(q.low == 2 && q.median == 3 && isinf(q.high));
    double even[] = {1, INFINITY, 2, INFINITY};
    q = mann_quartiles_of(even, 4);
    assert_true(q.low == 1.75 && isinf(q.median) && isinf(q.high));
    double none[] = {NAN};
    q = mann_quartiles_of(none, 1);
    assert_int_equal(q.count, 0);
    assert_true(isnan(q.median));
}

/* Against tables: order statistics for the median (binomial with a half), Clopper and Pearson. */
static void test_intervals(void **state)
{
    (void)state;
    static const struct {
        int32_t count;
        double low, high, confidence;
    } median[] = {{1, 1, 1, 0},        {2, 1, 2, 0.5},       {5, 1, 5, 0.9375},
                  {6, 1, 6, 0.96875},  {9, 2, 8, 0.9609},    {10, 2, 9, 0.9785},
                  {20, 6, 15, 0.9586}, {100, 40, 61, 0.9648}};
    for (size_t i = 0; i < sizeof median / sizeof median[0]; i++) {
        double value[100];
        for (int32_t k = 0; k < median[i].count; k++) {
            value[k] = median[i].count - k;
        }
        mann_interval found = mann_median_interval(value, median[i].count);
        assert_true(found.low == median[i].low && found.high == median[i].high);
        assert_true(fabs(found.confidence - median[i].confidence) < 5e-5);
    }
    mann_interval share = mann_share_interval(19, 20);
    assert_true(fabs(share.low - 0.7513) < 5e-5 && fabs(share.high - 0.9987) < 5e-5);
    share = mann_share_interval(0, 5);
    assert_true(share.low == 0 && fabs(share.high - 0.5218) < 5e-5);
    share = mann_share_interval(5, 5);
    assert_true(fabs(share.low - 0.4782) < 5e-5 && share.high == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),      cmocka_unit_test(test_bad_grids),
        cmocka_unit_test(test_groups),    cmocka_unit_test(test_settings),
        cmocka_unit_test(test_quartiles), cmocka_unit_test(test_intervals),
    };
    return cmocka_run_group_tests_name("runs", tests, context_begin, context_end);
}
