/* How a Hopfield store settles: energies, orders of update, ends and verdicts, against an oracle
 * written the slow way. */
#include "stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct watched {
    double energy, rise;
    int64_t changes;
} watched;

static void watch(void *user, int32_t unit, float value, double energy)
{
    watched *seen = user;
    (void)unit;
    (void)value;
    seen->rise = fmax(seen->rise, energy - seen->energy);
    seen->energy = energy;
    seen->changes++;
}

/* Thousands of random networks: no change of a unit raises the energy, and what is kept on the way
 * is what is computed from nothing at the end. */
static void test_energy_never_rises(void **state)
{
    (void)state;
    int64_t changes = 0;
    for (uint64_t trial = 0; trial < 4000; trial++) {
        mann_rng rng = mann_rng_stream(11, "test energy", trial);
        int32_t n = 2 + (int32_t)mann_rng_below(&rng, 60);
        int32_t p = 1 + (int32_t)mann_rng_below(&rng, 40);
        mann_hopfield_options options = {.rule = (mann_hopfield_rule)(trial % 4),
                                         .order = 1 + (int32_t)mann_rng_below(&rng, 8),
                                         .plain = trial % 8 >= 4};
        if (options.rule == MANN_HOPFIELD_PSEUDO_INVERSE) {
            p = p < n ? p : n - 1;
        }
        float x[40 * 61], cue[61];
        for (int32_t k = 0; k < p; k++) {
            mann_hopfield_random(x + k * n, n, &rng);
        }
        mann_hopfield_random(cue, n, &rng);
        mann_hopfield *net = stored(&options, n, p, x);
        mann_hopfield_walk *walk =
            walk_on(net, &(mann_hopfield_dynamics){.sequential = trial % 2 == 1});
        mann_hopfield_begin(walk, cue, &rng);
        watched seen = {mann_hopfield_walk_energy(walk), -INFINITY, 0};
        mann_hopfield_watch(walk, watch, &seen);
        assert_int_equal(mann_hopfield_settle(walk), MANN_HOPFIELD_FIXED);
        double size = 1 + fabs(seen.energy);
        assert_between(seen.changes ? seen.rise : 0, -INFINITY, 1e-6 * size);
        double afresh = mann_hopfield_energy(net, mann_hopfield_state(walk));
        assert_between(afresh - mann_hopfield_walk_energy(walk), -1e-5 * size, 1e-5 * size);
        assert_int_equal(mann_hopfield_flips(walk), seen.changes);
        changes += seen.changes;
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
    }
    assert_true(changes > 20000);
}

/* The field vector that follows every flip, against a sweep that computes each field from W. */
static void test_against_oracle(void **state)
{
    (void)state;
    enum { N = 97, P = 20 };
    float *x = random_patterns(12, P, N), s[N];
    for (int rule = MANN_HOPFIELD_HEBB; rule <= MANN_HOPFIELD_PSEUDO_INVERSE; rule++) {
        mann_hopfield *net =
            stored(&(mann_hopfield_options){.rule = (mann_hopfield_rule)rule}, N, P, x);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.sequential = true});
        mann_rng rng = mann_rng_stream(3, "test", 0);
        mann_hopfield_random(s, N, &rng);
        mann_hopfield_begin(walk, s, &rng);
        for (int sweep = 0; sweep < 3; sweep++) {
            mann_hopfield_sweep(walk);
            for (int32_t i = 0; i < N; i++) {
                double h = 0;
                for (int32_t j = 0; j < N; j++) {
                    h += mann_hopfield_weight(net, i, j) * (double)s[j];
                }
                s[i] = h > 1e-5 ? 1 : h < -1e-5 ? -1 : s[i];
            }
            assert_memory_equal(s, mann_hopfield_state(walk), sizeof s);
        }
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
    }
    free(x);
}

/* Two units that want to be equal and are not exchange their values for ever. */
static void test_two_cycle(void **state)
{
    (void)state;
    static const float x[] = {1, 1}, cue[] = {1, -1};
    for (int rule = MANN_HOPFIELD_HEBB; rule <= MANN_HOPFIELD_DENSE; rule++) {
        mann_hopfield *net = stored(
            &(mann_hopfield_options){.rule = (mann_hopfield_rule)rule, .plain = true}, 2, 1, x);
        mann_hopfield_walk *walk =
            walk_on(net, &(mann_hopfield_dynamics){.update = MANN_HOPFIELD_SYNC});
        mann_rng rng = mann_rng_stream(1, "test", 0);
        mann_hopfield_begin(walk, cue, &rng);
        assert_int_equal(mann_hopfield_settle(walk), MANN_HOPFIELD_CYCLE);
        assert_int_equal(mann_hopfield_sweeps(walk), 2);
        const float *now = mann_hopfield_state(walk), *other = mann_hopfield_other(walk);
        assert_non_null(other);
        assert_true(now[0] == -other[0] && now[1] == -other[1]);
        mann_hopfield_verdict verdict;
        char text[64];
        mann_hopfield_judge(net, now, MANN_HOPFIELD_CYCLE, &verdict);
        mann_hopfield_describe(&verdict, text, sizeof text);
        assert_string_equal(text, "limit cycle (synchronous)");
        /* From the pattern itself, both orders stay. */
        mann_hopfield_begin(walk, x, &rng);
        assert_int_equal(mann_hopfield_settle(walk), MANN_HOPFIELD_FIXED);
        assert_null(mann_hopfield_other(walk));
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
    }
}

/* With symmetric couplings a synchronous walk ends in a fixed point or a 2-cycle, never otherwise.
 */
static void test_synchronous_ends(void **state)
{
    (void)state;
    int32_t cycles = 0;
    for (uint64_t trial = 0; trial < 300; trial++) {
        enum { N = 60, P = 8 };
        float *x = random_patterns(trial, P, N), cue[N];
        mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, N, P, x);
        mann_hopfield_walk *walk =
            walk_on(net, &(mann_hopfield_dynamics){.update = MANN_HOPFIELD_SYNC});
        mann_rng rng = mann_rng_stream(trial, "test", 0);
        mann_hopfield_random(cue, N, &rng);
        mann_hopfield_begin(walk, cue, &rng);
        mann_hopfield_ending ending = mann_hopfield_settle(walk);
        assert_true(ending == MANN_HOPFIELD_FIXED || ending == MANN_HOPFIELD_CYCLE);
        cycles += ending == MANN_HOPFIELD_CYCLE;
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
        free(x);
    }
    assert_between(cycles, 10, 250);
}

/* Units 0..3, 6 and 7 are coupled to each other, and so are 4 and 5; between the two groups the
 * patterns cancel. A group without a cue has no field and stays unknown. */
static void test_sign_of_zero(void **state)
{
    (void)state;
    static const float x[] = {1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, -1, -1};
    static const float cue[] = {0, 0, 0, 0, 1, -1, 0, 0};
    mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, 8, 2, x);
    for (int32_t i = 0; i < 8; i++) {
        assert_true(mann_hopfield_weight(net, i, i) == 0);
    }
    mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
    mann_rng rng = mann_rng_stream(1, "test", 0);
    mann_hopfield_begin(walk, cue, &rng);
    assert_int_equal(mann_hopfield_settle(walk), MANN_HOPFIELD_FIXED);
    const float *s = mann_hopfield_state(walk);
    assert_true(s[0] == 0 && s[1] == 0 && s[2] == 0 && s[3] == 0 && s[6] == 0 && s[7] == 0);
    assert_true(s[4] == s[5] && s[4] != 0);
    assert_int_equal(mann_hopfield_flips(walk), 1);
    mann_hopfield_walk_free(walk);
    walk = walk_on(net, &(mann_hopfield_dynamics){.sequential = true});
    static const float alone[] = {0, 0, 0, 0, 0, 0, 1, -1};
    mann_hopfield_begin(walk, alone, &rng);
    mann_hopfield_sweep(walk);
    s = mann_hopfield_state(walk);
    /* Units 0..3 see +1 and -1, a tie, and stay unknown; 6 then follows 7. */
    assert_true(s[0] == 0 && s[3] == 0 && s[6] == -1 && s[7] == -1);
    mann_hopfield_settle(walk);
    s = mann_hopfield_state(walk);
    assert_true(s[0] == 1 && s[3] == 1);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
}

static void test_verdicts(void **state)
{
    (void)state;
    enum { N = 400, P = 9 };
    float *x = random_patterns(14, P, N), s[N];
    mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, N, P, x);
    mann_hopfield_verdict verdict;
    char text[128];
    for (int32_t i = 0; i < N; i++) {
        s[i] = -x[2 * N + i];
    }
    assert_int_equal(mann_hopfield_judge(net, s, MANN_HOPFIELD_FIXED, &verdict), MANN_OK);
    mann_hopfield_describe(&verdict, text, sizeof text);
    assert_string_equal(text, "inverse of #3");
    assert_int_equal(verdict.wrong, 0);
    memcpy(s, x + 4 * N, sizeof s);
    s[0] = -s[0];
    mann_hopfield_judge(net, s, MANN_HOPFIELD_FIXED, &verdict);
    mann_hopfield_describe(&verdict, text, sizeof text);
    assert_string_equal(text, "recalled #5");
    assert_int_equal(verdict.wrong, 1);
    for (int32_t i = 0; i < N; i++) {
        s[i] = x[i] + x[3 * N + i] - x[7 * N + i] > 0 ? 1.0f : -1.0f;
    }
    mann_hopfield_judge(net, s, MANN_HOPFIELD_FIXED, &verdict);
    assert_int_equal(verdict.kind, MANN_HOPFIELD_MIXTURE);
    assert_int_equal(verdict.count, 3);
    int32_t named = 0;
    for (int q = 0; q < 3; q++) {
        named += verdict.pattern[q] * verdict.sign[q];
    }
    assert_int_equal(named, 0 + 3 - 7);
    mann_rng rng = mann_rng_stream(4, "test", 0);
    mann_hopfield_random(s, N, &rng);
    mann_hopfield_judge(net, s, MANN_HOPFIELD_FIXED, &verdict);
    assert_int_equal(verdict.kind, MANN_HOPFIELD_SPURIOUS);
    mann_hopfield_judge(net, s, MANN_HOPFIELD_LIMIT, &verdict);
    assert_int_equal(verdict.kind, MANN_HOPFIELD_UNSETTLED);
    mann_hopfield_free(net);
    free(x);
}

/* Three-pattern mixtures are stable in most draws at N = 500, P = 15 (0.75 in the shared figures).
 */
static void test_mixtures_are_stable(void **state)
{
    (void)state;
    enum { N = 500, P = 15, DRAWS = 60 };
    int32_t exact = 0, named = 0;
    for (uint64_t trial = 0; trial < DRAWS; trial++) {
        float *x = random_patterns(trial, P, N), s[N];
        mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, N, P, x);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
        mann_rng rng = mann_rng_stream(trial, "test", 0);
        for (int32_t i = 0; i < N; i++) {
            s[i] = x[i] + x[N + i] + x[2 * N + i] > 0 ? 1.0f : -1.0f;
        }
        mann_hopfield_begin(walk, s, &rng);
        mann_hopfield_ending ending = mann_hopfield_settle(walk);
        exact += mann_hopfield_flips(walk) == 0;
        mann_hopfield_verdict verdict;
        mann_hopfield_judge(net, mann_hopfield_state(walk), ending, &verdict);
        named += verdict.kind == MANN_HOPFIELD_MIXTURE;
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
        free(x);
    }
    assert_between((double)exact / DRAWS, 0.5, 0.95);
    assert_true(named >= exact);
}

static void test_same_seed(void **state)
{
    (void)state;
    enum { N = 300, P = 50 };
    float *x = random_patterns(18, P, N), first[N];
    mann_hopfield *net = stored(&(mann_hopfield_options){.rule = 0}, N, P, x);
    mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.temperature = 0.5});
    mann_rng rng = mann_rng_stream(7, "test", 0);
    mann_hopfield_begin(walk, x, &rng);
    mann_hopfield_settle(walk);
    memcpy(first, mann_hopfield_state(walk), sizeof first);
    mann_hopfield_begin(walk, x, &rng);
    mann_hopfield_settle(walk);
    assert_memory_equal(first, mann_hopfield_state(walk), sizeof first);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_energy_never_rises),  cmocka_unit_test(test_against_oracle),
        cmocka_unit_test(test_two_cycle),           cmocka_unit_test(test_synchronous_ends),
        cmocka_unit_test(test_sign_of_zero),        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_mixtures_are_stable), cmocka_unit_test(test_same_seed),
    };
    return cmocka_run_group_tests_name("hopfield walk", tests, context_begin, context_end);
}
