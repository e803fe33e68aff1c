/* The Hopfield store against theory.
 *
 * Sizes are small enough for seconds; docs/hopfield.md has the same measurements at full size.
 * Statistical bounds leave four standard errors of the fixed seeds' spread, so that they fail on a
 * wrong rule (a kept diagonal, a wrong sign) and not on a changed stream. */
#include "stored.h"

#include <math.h>
#include <stdlib.h>

static void test_theory_values(void **state)
{
    (void)state;
    /* The table of shared figures: .105 .0010, .138 .0036, .185 .010, .37 .050, .61 .100 */
    assert_between(mann_hopfield_theory_bit_error(0.105), 0.00095, 0.00105);
    assert_between(mann_hopfield_theory_bit_error(0.138), 0.00350, 0.00365);
    assert_between(mann_hopfield_theory_bit_error(0.185), 0.0095, 0.0105);
    assert_between(mann_hopfield_theory_bit_error(0.37), 0.049, 0.051);
    assert_between(mann_hopfield_theory_bit_error(0.61), 0.099, 0.101);
    /* Amit, Gutfreund & Sompolinsky: m is 0.967 where retrieval is lost, at 0.1379. */
    assert_between(mann_hopfield_theory_overlap(0.1379, 0), 0.96, 0.975);
    assert_true(mann_hopfield_theory_overlap(0.1385, 0) == 0);
    assert_between(mann_hopfield_theory_overlap(0.05, 0), 0.9999, 1);
    assert_true(mann_hopfield_theory_overlap(0, 0) == 1);
    /* Without load m = tanh(m / T). */
    double m = mann_hopfield_theory_overlap(0, 0.5);
    assert_between(m - tanh(m / 0.5), -1e-5, 1e-5);
    assert_true(mann_hopfield_theory_overlap(0, 1.1) == 0);
}

static void test_one_step_bit_error(void **state)
{
    (void)state;
    static const double load[] = {0.138, 0.185, 0.37, 0.61};
    for (int i = 0; i < 4; i++) {
        int32_t count = (int32_t)lround(load[i] * 1000);
        figures got =
            measure(&(mann_hopfield_options){.rule = MANN_HOPFIELD_HEBB}, 1000, count, 0, 2, 100);
        double theory = mann_hopfield_theory_bit_error(load[i]);
        /* 200,000 bits, not quite independent. */
        double spread = 5 * sqrt(theory / 2e5) + 0.0002;
        assert_between(got.one_step, theory - spread, theory + spread);
    }
}

static void test_overlap_curve(void **state)
{
    (void)state;
    static const struct {
        int32_t count;
        double low, high;
    } at[] = {{25, 0.995, 1}, {50, 0.985, 1}, {60, 0.96, 1}, {80, 0.76, 0.93}, {100, 0.40, 0.66}};
    for (int i = 0; i < 5; i++) {
        figures got = measure(&(mann_hopfield_options){.rule = MANN_HOPFIELD_HEBB}, 500,
                              at[i].count, 0, 6, 60);
        assert_between(got.overlap, at[i].low, at[i].high);
    }
    /* The transition sharpens with N. */
    figures small = measure(&(mann_hopfield_options){.rule = 0}, 200, 36, 0, 6, 36);
    figures large = measure(&(mann_hopfield_options){.rule = 0}, 1000, 180, 0, 3, 60);
    assert_true(large.overlap < small.overlap - 0.15);
}

static void test_fixed_point_table(void **state)
{
    (void)state;
    static const struct {
        mann_hopfield_rule rule;
        int32_t count;
        double low, high;
    } at[] = {
        {MANN_HOPFIELD_HEBB, 20, 0.75, 1},
        {MANN_HOPFIELD_HEBB, 30, 0.30, 0.58},
        {MANN_HOPFIELD_HEBB, 60, 0, 0},
        {MANN_HOPFIELD_STORKEY, 30, 1, 1},
        {MANN_HOPFIELD_STORKEY, 60, 0.96, 1},
        {MANN_HOPFIELD_STORKEY, 80, 0.76, 0.92},
        {MANN_HOPFIELD_STORKEY, 100, 0.36, 0.56},
        {MANN_HOPFIELD_STORKEY, 160, 0.05, 0.18},
        {MANN_HOPFIELD_PSEUDO_INVERSE, 100, 1, 1},
        {MANN_HOPFIELD_PSEUDO_INVERSE, 190, 1, 1},
    };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        figures got =
            measure(&(mann_hopfield_options){.rule = at[i].rule}, 200, at[i].count, 0, 3, 200);
        assert_between(got.stable, at[i].low, at[i].high);
    }
    /* A fixed point is not a basin: 10 % flipped at load 0.6. */
    figures basin = measure(&(mann_hopfield_options){.rule = MANN_HOPFIELD_PSEUDO_INVERSE}, 200,
                            120, 0.1, 3, 120);
    assert_between(basin.stable, 1, 1);
    assert_between(basin.exact, 0, 0.3);
}

static void test_dense_capacity(void **state)
{
    (void)state;
    static const struct {
        int32_t order, count;
        double low, high;
    } at[] = {{2, 15, 0.6, 1},      {2, 30, 0.05, 0.5}, {3, 120, 0.97, 1}, {3, 250, 0.6, 0.95},
              {3, 500, 0.02, 0.35}, {4, 500, 0.99, 1},  {4, 1900, 0.9, 1}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        figures got =
            measure(&(mann_hopfield_options){.rule = MANN_HOPFIELD_DENSE, .order = at[i].order}, 60,
                    at[i].count, 0.1, 4, 60);
        assert_between(got.exact, at[i].low, at[i].high);
    }
}

/* Three units hold XOR: the last is to be found from the first two (Krotov & Hopfield 2016). */
static void test_xor(void **state)
{
    (void)state;
    static const float x[] = {-1, -1, -1, -1, 1, 1, 1, -1, 1, 1, 1, -1};
    for (int32_t plain = 0; plain < 2; plain++) {
        for (int32_t order = 1; order <= 7; order++) {
            mann_hopfield_options options = {
                .rule = MANN_HOPFIELD_DENSE, .order = order, .plain = plain};
            mann_hopfield *net = stored(&options, 3, 4, x);
            int32_t right = 0;
            for (int32_t k = 0; k < 4; k++) {
                float field[3], cue[3] = {x[3 * k], x[3 * k + 1], 0};
                mann_hopfield_fields(net, cue, field);
                right += field[2] * x[3 * k + 2] > 0;
            }
            bool solved = plain ? order % 2 == 1 && order >= 3 : order >= 2;
            assert_int_equal(right == 4, solved);
            mann_hopfield_free(net);
        }
    }
}

/* A temperature in the retrieval phase, where N = 500 is close to N = infinity. */
static void test_temperature(void **state)
{
    (void)state;
    enum { N = 500, P = 10 };
    float *x = random_patterns(3, P, N);
    mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, N, P, x);
    mann_hopfield_walk *walk =
        walk_on(net, &(mann_hopfield_dynamics){.temperature = 0.4, .limit = 400});
    mann_rng rng = mann_rng_stream(1, "test", 0);
    mann_hopfield_begin(walk, x, &rng);
    double sum = 0;
    while (mann_hopfield_sweep(walk) == MANN_HOPFIELD_RUNNING) {
        sum += mann_hopfield_sweeps(walk) >= 100 ? overlap(mann_hopfield_state(walk), x, N) : 0;
    }
    double theory = mann_hopfield_theory_overlap((double)P / N, 0.4);
    assert_between(sum / 300, theory - 0.01, theory + 0.01);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_theory_values),  cmocka_unit_test(test_one_step_bit_error),
        cmocka_unit_test(test_overlap_curve),  cmocka_unit_test(test_fixed_point_table),
        cmocka_unit_test(test_dense_capacity), cmocka_unit_test(test_xor),
        cmocka_unit_test(test_temperature),
    };
    return cmocka_run_group_tests_name("hopfield theory", tests, context_begin, context_end);
}
