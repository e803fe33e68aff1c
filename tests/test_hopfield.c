/* The Hopfield store against theory, against an oracle written the slow way, and against NumPy.
 *
 * Sizes are small enough for seconds; docs/hopfield.md has the same measurements at full size.
 * Statistical bounds leave four standard errors of the fixed seeds' spread, so that they fail on a
 * wrong rule (a kept diagonal, a wrong sign) and not on a changed stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <io/patterns.h>
#include <mann/hopfield.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/modern_hopfield.h"

static mann_context *context;

static int set_up(void **state)
{
    (void)state;
    context = mann_context_alloc();
    return context ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mann_context_free(context);
    return 0;
}

static float *random_patterns(uint64_t seed, int32_t count, int32_t units)
{
    float *x = malloc((size_t)count * (size_t)units * sizeof *x);
    mann_rng rng = mann_rng_stream(seed, "test patterns", 0);
    for (int32_t k = 0; k < count; k++) {
        mann_hopfield_random(x + (size_t)k * (size_t)units, units, &rng);
    }
    return x;
}

static mann_hopfield *stored(const mann_hopfield_options *options, int32_t units, int32_t count,
                             const float *x)
{
    mann_hopfield *net;
    assert_int_equal(mann_hopfield_alloc(context, options, units, &net), MANN_OK);
    assert_int_equal(mann_hopfield_store(net, count, x), MANN_OK);
    return net;
}

static mann_hopfield_walk *walk_on(const mann_hopfield *net, const mann_hopfield_dynamics *dynamics)
{
    mann_hopfield_walk *walk;
    assert_int_equal(mann_hopfield_walk_alloc(net, dynamics, &walk), MANN_OK);
    return walk;
}

static double overlap(const float *a, const float *b, int32_t units)
{
    double sum = 0;
    for (int32_t i = 0; i < units; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum / units;
}

/* Means over networks and cues. */
typedef struct figures {
    double overlap, exact, stable, one_step;
} figures;

static figures measure(const mann_hopfield_options *options, int32_t units, int32_t count,
                       double corrupt, int32_t networks, int32_t cues)
{
    figures mean = {0, 0, 0, 0};
    float *cue = malloc((size_t)units * sizeof *cue);
    cues = cues < count ? cues : count;
    for (int32_t n = 0; n < networks; n++) {
        float *x = random_patterns((uint64_t)n, count, units);
        mann_hopfield *net = stored(options, units, count, x);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
        for (int32_t c = 0; c < cues; c++) {
            int32_t k = (int32_t)((int64_t)c * count / cues);
            const float *pattern = x + (size_t)k * (size_t)units;
            mann_rng rng = mann_rng_stream((uint64_t)n, "test cue", (uint64_t)k);
            double part = 1.0 / cues / networks;
            int32_t unstable = mann_hopfield_unstable(net, k);
            memcpy(cue, pattern, (size_t)units * sizeof *cue);
            mann_hopfield_flip(cue, units, corrupt, &rng);
            mann_hopfield_begin(walk, cue, &rng);
            mann_hopfield_settle(walk);
            double m = overlap(mann_hopfield_state(walk), pattern, units);
            mean.overlap += part * m;
            mean.exact += part * (m > 1 - 1e-9);
            mean.stable += part * (unstable == 0);
            mean.one_step += part * unstable / units;
        }
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
        free(x);
    }
    free(cue);
    return mean;
}

static void assert_between(double value, double low, double high)
{
    if (!(value >= low - 1e-9 && value <= high + 1e-9)) {
        fail_msg("%g is not in %g..%g", value, low, high);
    }
}

/* ---- theory ---- */

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

/* ---- the rules against their definitions ---- */

static void test_weights(void **state)
{
    (void)state;
    enum { N = 37, P = 70 };
    float *x = random_patterns(5, P, N);
    mann_hopfield *hebb = stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_HEBB}, N, P, x);
    mann_hopfield *storkey =
        stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_STORKEY}, N, 12, x);
    double w[N][N] = {{0}};
    for (int32_t k = 0; k < 12; k++) { /* the paper's formula, letter by letter */
        const float *p = x + k * N;
        double next[N][N];
        for (int32_t i = 0; i < N; i++) {
            for (int32_t j = 0; j < N; j++) {
                double h_ij = 0, h_ji = 0;
                for (int32_t m = 0; m < N; m++) {
                    h_ij += m != i && m != j ? w[i][m] * (double)p[m] : 0;
                    h_ji += m != i && m != j ? w[j][m] * (double)p[m] : 0;
                }
                double xi = (double)p[i], xj = (double)p[j];
                next[i][j] = i == j ? 0 : w[i][j] + (xi * xj - xi * h_ji - h_ij * xj) / N;
            }
        }
        memcpy(w, next, sizeof w);
    }
    for (int32_t i = 0; i < N; i++) {
        for (int32_t j = 0; j < N; j++) {
            double sum = 0;
            for (int32_t k = 0; k < P; k++) {
                sum += (double)x[k * N + i] * (double)x[k * N + j];
            }
            assert_between(mann_hopfield_weight(hebb, i, j) - (i == j ? 0 : sum / N), -1e-6, 1e-6);
            assert_between(mann_hopfield_weight(storkey, i, j) - w[i][j], -1e-5, 1e-5);
        }
    }
    mann_hopfield_free(hebb);
    mann_hopfield_free(storkey);
    free(x);
}

static void test_incremental(void **state)
{
    (void)state;
    enum { N = 50, P = 20 };
    float *x = random_patterns(6, P, N);
    for (int rule = 0; rule < MANN_HOPFIELD_RULES; rule++) {
        mann_hopfield_options options = {.rule = (mann_hopfield_rule)rule, .order = 3};
        mann_hopfield *once = stored(&options, N, P, x), *bit_by_bit = stored(&options, N, 1, x);
        assert_int_equal(mann_hopfield_store(bit_by_bit, 0, NULL), MANN_OK);
        assert_int_equal(mann_hopfield_store(bit_by_bit, 6, x + N), MANN_OK);
        assert_int_equal(mann_hopfield_store(bit_by_bit, P - 7, x + 7 * N), MANN_OK);
        assert_int_equal(mann_hopfield_count(bit_by_bit), P);
        for (int32_t i = 0; i < N; i++) {
            for (int32_t j = 0; j < N; j++) {
                assert_true(mann_hopfield_weight(once, i, j) ==
                            mann_hopfield_weight(bit_by_bit, i, j));
            }
        }
        assert_true(mann_hopfield_energy(once, x) == mann_hopfield_energy(bit_by_bit, x));
        mann_hopfield_free(once);
        mann_hopfield_free(bit_by_bit);
    }
    free(x);
}

/* Dense at order 2, plain, is Hebb but for the constant: the same fields times 2. */
static void test_dense_is_hebb(void **state)
{
    (void)state;
    enum { N = 40, P = 7 };
    float *x = random_patterns(8, P, N), a[N], b[N], s[N];
    mann_hopfield *hebb = stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_HEBB}, N, P, x);
    mann_hopfield *dense = stored(
        &(mann_hopfield_options){.rule = MANN_HOPFIELD_DENSE, .order = 2, .plain = true}, N, P, x);
    mann_rng rng = mann_rng_stream(1, "test", 0);
    mann_hopfield_random(s, N, &rng);
    mann_hopfield_fields(hebb, s, a);
    mann_hopfield_fields(dense, s, b);
    for (int32_t i = 0; i < N; i++) {
        assert_between((double)(2 * a[i] - b[i]), -1e-5, 1e-5);
    }
    mann_hopfield_free(hebb);
    mann_hopfield_free(dense);
    free(x);
}

/* A field is half of what setting the unit saves: by the energies themselves. */
static void test_fields(void **state)
{
    (void)state;
    enum { N = 24, P = 9 };
    float *x = random_patterns(9, P, N), field[N], s[N];
    for (int rule = MANN_HOPFIELD_HEBB; rule <= MANN_HOPFIELD_DENSE; rule++) {
        for (int32_t order = 1; order <= (rule == MANN_HOPFIELD_DENSE ? 6 : 1); order++) {
            mann_hopfield_options options = {.rule = (mann_hopfield_rule)rule, .order = order};
            mann_hopfield *net = stored(&options, N, P, x);
            mann_rng rng = mann_rng_stream(2, "test", (uint64_t)order);
            mann_hopfield_random(s, N, &rng);
            mann_hopfield_fields(net, s, field);
            for (int32_t i = 0; i < N; i++) {
                float kept = s[i];
                s[i] = -1;
                double low = mann_hopfield_energy(net, s);
                s[i] = 1;
                double high = mann_hopfield_energy(net, s);
                s[i] = kept;
                assert_between((low - high) / 2 - (double)field[i], -1e-4, 1e-4);
            }
            mann_hopfield_free(net);
        }
    }
    free(x);
}

/* ---- dynamics ---- */

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

/* ---- modern ---- */

static void test_modern_is_attention(void **state)
{
    (void)state;
    for (int b = 0; b < GOLDEN_BETAS; b++) {
        mann_hopfield_options options = {.rule = MANN_HOPFIELD_MODERN, .beta = golden_beta[b]};
        mann_hopfield *net = stored(&options, GOLDEN_UNITS, GOLDEN_PATTERNS, golden_stored);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 1});
        mann_rng rng = mann_rng_stream(1, "test", 0);
        for (int q = 0; q < GOLDEN_QUERIES; q++) {
            const float *query = golden_query + q * GOLDEN_UNITS;
            int row = b * GOLDEN_QUERIES + q;
            double weight[GOLDEN_PATTERNS];
            assert_true(mann_hopfield_softmax(net, query, weight));
            for (int k = 0; k < GOLDEN_PATTERNS; k++) {
                assert_between(weight[k] - golden_softmax[row * GOLDEN_PATTERNS + k], -1e-12,
                               1e-12);
            }
            assert_between(mann_hopfield_energy(net, query) - golden_energy[row], -1e-10, 1e-10);
            mann_hopfield_begin(walk, query, &rng);
            mann_hopfield_sweep(walk);
            for (int i = 0; i < GOLDEN_UNITS; i++) {
                assert_between((double)mann_hopfield_state(walk)[i] -
                                   golden_update[row * GOLDEN_UNITS + i],
                               -1e-6, 1e-6);
            }
        }
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
    }
}

static void test_modern(void **state)
{
    (void)state;
    /* Far beyond N: 5,000 patterns of 100 units, a fifth flipped. */
    figures got =
        measure(&(mann_hopfield_options){.rule = MANN_HOPFIELD_MODERN}, 100, 5000, 0.2, 1, 20);
    assert_between(got.exact, 0.95, 1);
    /* Low beta: the mean of all, and of two; the energy never rises. */
    enum { N = 64, P = 6 };
    float *x = random_patterns(15, P, N), cue[N];
    memcpy(x + N, x, N * sizeof *x);
    x[N] = -x[N]; /* 0 and 1 are close */
    mann_hopfield_options options = {.rule = MANN_HOPFIELD_MODERN, .beta = 0.1};
    mann_hopfield *net = stored(&options, N, P, x);
    mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
    mann_rng rng = mann_rng_stream(5, "test", 0);
    memcpy(cue, x, sizeof cue);
    mann_hopfield_flip(cue, N, 0.1, &rng);
    mann_hopfield_begin(walk, cue, &rng);
    double energy = mann_hopfield_walk_energy(walk);
    assert_true(energy >= 0);
    while (mann_hopfield_sweep(walk) == MANN_HOPFIELD_RUNNING) {
        assert_between(mann_hopfield_walk_energy(walk) - energy, -INFINITY, 1e-5);
        energy = mann_hopfield_walk_energy(walk);
    }
    mann_hopfield_verdict verdict;
    mann_hopfield_judge(net, mann_hopfield_state(walk), MANN_HOPFIELD_FIXED, &verdict);
    assert_int_equal(verdict.kind, MANN_HOPFIELD_RECALLED); /* all but one unit */
    double weight[P];
    mann_hopfield_softmax(net, mann_hopfield_state(walk), weight);
    assert_between(weight[0] - weight[1], -1e-3, 1e-3);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    free(x);
}

/* ---- continuous ---- */

static void test_continuous(void **state)
{
    (void)state;
    enum { N = 300, P = 12 };
    float *x = random_patterns(16, P, N), cue[N];
    mann_hopfield_options options = {.rule = MANN_HOPFIELD_CONTINUOUS};
    mann_hopfield *net = stored(&options, N, P, x);
    mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
    for (int32_t k = 0; k < P; k++) {
        mann_rng rng = mann_rng_stream(6, "test", (uint64_t)k);
        memcpy(cue, x + k * N, sizeof cue);
        mann_hopfield_flip(cue, N, 0.2, &rng);
        mann_hopfield_begin(walk, cue, &rng);
        double energy = mann_hopfield_walk_energy(walk);
        mann_hopfield_ending ending;
        do {
            ending = mann_hopfield_sweep(walk);
            assert_between(mann_hopfield_walk_energy(walk) - energy, -INFINITY, 1e-5);
            energy = mann_hopfield_walk_energy(walk);
        } while (ending == MANN_HOPFIELD_RUNNING);
        assert_int_equal(ending, MANN_HOPFIELD_FIXED);
        assert_between(energy - mann_hopfield_energy(net, mann_hopfield_state(walk)), -1e-3, 1e-3);
        mann_hopfield_verdict verdict;
        mann_hopfield_judge(net, mann_hopfield_state(walk), ending, &verdict);
        assert_int_equal(verdict.kind, MANN_HOPFIELD_RECALLED);
        assert_int_equal(verdict.pattern[0], k);
    }
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    free(x);
    /* Below the critical gain of 1 everything dies away. */
    float *y = random_patterns(17, 1, N);
    net = stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_CONTINUOUS, .beta = 0.8}, N, 1, y);
    walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
    mann_rng rng = mann_rng_stream(1, "test", 0);
    mann_hopfield_begin(walk, y, &rng);
    mann_hopfield_settle(walk);
    assert_between(overlap(mann_hopfield_state(walk), y, N), -0.01, 0.01);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    free(y);
}

/* ---- reproducibility, arguments ---- */

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

static void refused(mann_status status, mann_status wanted, const char *part)
{
    assert_int_equal(status, wanted);
    if (!strstr(mann_context_message(context), part)) {
        fail_msg("'%s' does not say '%s'", mann_context_message(context), part);
    }
}

static void test_bad_arguments(void **state)
{
    (void)state;
    enum { N = 10 };
    mann_hopfield *net;
    mann_hopfield_walk *walk;
    float *x = random_patterns(19, 40, N), bad[N];
    refused(mann_hopfield_alloc(context, &(mann_hopfield_options){.rule = 0}, 1, &net),
            MANN_E_INVAL, "1 units");
    refused(mann_hopfield_alloc(context, &(mann_hopfield_options){.rule = 9}, N, &net),
            MANN_E_INVAL, "no storage rule");
    refused(mann_hopfield_alloc(context, &(mann_hopfield_options){.rule = 3, .order = 65}, N, &net),
            MANN_E_INVAL, "order 65");
    refused(mann_hopfield_alloc(context, &(mann_hopfield_options){.rule = 4, .beta = -1}, N, &net),
            MANN_E_INVAL, "beta");
    refused(mann_hopfield_alloc(context, &(mann_hopfield_options){.rule = 0}, 1 << 19, &net),
            MANN_E_INVAL, "at most 32768");
    net = stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_PSEUDO_INVERSE}, N, 0, x);
    refused(mann_hopfield_walk_alloc(net, &(mann_hopfield_dynamics){.limit = 0}, &walk),
            MANN_E_INVAL, "nothing is stored");
    /* Patterns that span everything are refused and change nothing. */
    assert_int_equal(mann_hopfield_store(net, 3, x), MANN_OK);
    double before = mann_hopfield_weight(net, 0, 1);
    refused(mann_hopfield_store(net, 37, x + 3 * N), MANN_E_INVAL, "span all 10 dimensions");
    assert_int_equal(mann_hopfield_count(net), 3);
    assert_true(mann_hopfield_weight(net, 0, 1) == before);
    /* More patterns than units that span less are stored. */
    for (int k = 0; k < 10; k++) {
        assert_int_equal(mann_hopfield_store(net, 3, x), MANN_OK);
    }
    assert_int_equal(mann_hopfield_count(net), 33);
    assert_between(mann_hopfield_weight(net, 0, 1) - before, -1e-5, 1e-5);
    assert_int_equal(mann_hopfield_unstable(net, 32), 0);
    refused(mann_hopfield_store(net, -1, x), MANN_E_INVAL, "-1 patterns");
    memcpy(bad, x, sizeof bad);
    bad[4] = 0.5f;
    refused(mann_hopfield_store(net, 1, bad), MANN_E_INVAL, "unit 5 of pattern 1 is 0.5");
    refused(mann_hopfield_walk_alloc(net, &(mann_hopfield_dynamics){.temperature = -1}, &walk),
            MANN_E_INVAL, "temperature");
    mann_hopfield_free(net);
    net = stored(&(mann_hopfield_options){.rule = MANN_HOPFIELD_MODERN}, N, 1, bad);
    bad[4] = NAN;
    refused(mann_hopfield_store(net, 1, bad), MANN_E_INVAL, "finite");
    refused(mann_hopfield_walk_alloc(net, &(mann_hopfield_dynamics){.temperature = 1}, &walk),
            MANN_E_INVAL, "its softness is beta");
    mann_hopfield_free(net);
    mann_hopfield_free(NULL);
    mann_hopfield_walk_free(NULL);
    free(x);
}

/* ---- readers ---- */

static mann_status parse(const char *data, size_t size, mann_patterns *patterns)
{
    return mann_patterns_parse(context, "given", data, size,
                               &(mann_patterns_options){.threshold = 0}, patterns);
}

static void accepted(const char *data, size_t size, int32_t count, int32_t width, int32_t height,
                     const char *signs)
{
    mann_patterns patterns;
    if (parse(data, size, &patterns)) {
        fail_msg("%s", mann_context_message(context));
    }
    assert_int_equal(patterns.count, count);
    assert_int_equal(patterns.width, width);
    assert_int_equal(patterns.height, height);
    for (int32_t i = 0; i < count * width * height; i++) {
        assert_true(patterns.value[i] == (signs[i] == '#' ? 1.0f : -1.0f));
    }
    mann_patterns_clear(&patterns);
}

static void rejected(const char *data, size_t size, const char *part)
{
    mann_patterns patterns;
    refused(parse(data, size, &patterns), MANN_E_FORMAT, part);
    assert_null(patterns.value);
    assert_int_equal(patterns.count, 0);
    assert_memory_equal(mann_context_message(context), "given", 5);
}

#define ACCEPTED(text, ...) accepted(text, sizeof(text) - 1, __VA_ARGS__)
#define REJECTED(text, part) rejected(text, sizeof(text) - 1, part)

static void test_text(void **state)
{
    (void)state;
    ACCEPTED("; two letters\n#.\n.#\n\n##\r\n..\r\n", 2, 2, 2, "#..###..");
    ACCEPTED("#.#", 1, 3, 1, "#.#");
    ACCEPTED("\n\n#.\n; between\n##\n\n\n", 1, 2, 2, "#.##");
    REJECTED("#.\n#\n", "given:2: 1 columns, but line 1");
    REJECTED("#.\n##\n\n#.#\n###\n", "given:4: a pattern of 3 x 2, but the first one is 2 x 2");
    REJECTED("#.\n#x\n", "given:2: column 2 is 'x'");
    REJECTED("#\n", "at least 2 units");
    REJECTED("; nothing\n", "no pattern");
    REJECTED("", "empty");
    REJECTED("hello\n", "byte 0");
    REJECTED("#.\n.\0\n", "0x00");
}

static void test_images(void **state)
{
    (void)state;
    ACCEPTED("P1\n# made by hand\n3 2\n1 0 1\n010", 1, 3, 2, "#.#.#.");
    ACCEPTED("P4 10 2\n\xa0\x40\x00\x00", 1, 10, 2, "#.#......#..........");
    ACCEPTED("P2 2 2 15 0 15 7 8", 1, 2, 2, "#.#.");
    ACCEPTED("P5 2 1 255\n\x7f\x80", 1, 2, 1, "#.");
    ACCEPTED("P5 2 1 65535\n\x10\x00\xf0\x00", 1, 2, 1, "#.");
    REJECTED("P1 3 2 1 0 1 0", "truncated: 4 of 6 pixels");
    REJECTED("P1 2 1 1 2", "pixel 2 is not a number in 0..1");
    REJECTED("P4 10 2\n\xa0\x40\x00", "truncated: 3 of 4 bytes");
    REJECTED("P5 2 2 255\nabc", "truncated: 3 of 4 bytes");
    REJECTED("P5 2 1 100\n\x7f\x80", "pixel 1 is 127");
    REJECTED("P5 2 1 70000\n", "largest value");
    REJECTED("P5 0 1 255\n", "width");
    REJECTED("P5 99999 99999 255\nab", "width");
    REJECTED("P5 32767 32767 255\nab", "truncated");
    REJECTED("P4", "width");
    REJECTED("P6 1 1 255\nabc", "colour");
    REJECTED("P1 1 1 1", "at least 2 units");
    REJECTED("\x89PNG\r\n\x1a\n----", "PNG");
}

static void test_idx(void **state)
{
    (void)state;
    ACCEPTED("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2\xff\0\x7f\x80", 2, 2, 1, "#..#");
    ACCEPTED("\0\0\x08\x02\0\0\0\1\0\0\0\3\xff\0\xff", 1, 3, 1, "#.#");
    REJECTED("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2\xff\0\x7f",
             "byte 19: truncated: 2 patterns of 2 bytes are announced, 3 bytes are there");
    REJECTED("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2\xff\0\x7f\0\0", "too long");
    REJECTED("\0\0\x08\x03\0\0", "truncated idx header");
    REJECTED("\0\0\x08\x01\0\0\0\2ab", "labels?");
    REJECTED("\0\0\x0d\x03\0\0\0\2", "type 0x0d");
    REJECTED("\0\0\x08\x03\xff\xff\xff\xff\0\0\x7f\xff\x7f\xff\xff\xff"
             "ab",
             "truncated");
    REJECTED("\0\0\x08\x03\0\0\0\0\0\0\0\1\0\0\0\2", "0 patterns");
    REJECTED("\0\0", "truncated idx header");
}

static void test_csv(void **state)
{
    (void)state;
    ACCEPTED("0,16,8,7,3\n16,0,0,9,5\n", 2, 2, 2, ".##.#..#"); /* with a label */
    ACCEPTED("-1,1,1\n1,-1,1", 2, 3, 1, ".###.#");
    ACCEPTED("1, 0, 0, 1\r\n\r\n0, 1, 1, 0\r\n", 2, 2, 2, "#..#.##.");
    REJECTED("1,0,1\n1,0\n", "given:2: 2 values, but the first line has 3");
    REJECTED("1,0,a\n", "given:1: value 3 is not a number");
    REJECTED("1,0,\n1,0,1\n", "given:1: value 3");
    REJECTED("1,0,nan\n", "value 3 is not a number");
    REJECTED("3,3,3\n3,3,3\n", "every number is 3");
}

/* Whether there were values between the extremes, of which the threshold made +1 and -1. */
static void test_graded(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        bool graded;
    } given[] = {
        {"#.", 2, false},
        {"P1 2 1 1 0", 10, false},
        {"P2 2 1 15 0 15", 14, false},
        {"P2 2 1 15 1 15", 14, true},
        {"P5 2 1 9\n\0\x09", 11, false},
        {"P5 2 1 9\n\0\x08", 11, true},
        {"\0\0\x08\x02\0\0\0\1\0\0\0\2\xff\0", 14, false},
        {"\0\0\x08\x02\0\0\0\1\0\0\0\2\xfe\0", 14, true},
        {"-1,1\n1,-1\n", 10, false},
        {"-1,0\n1,-1\n", 10, true},
    };
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        mann_patterns patterns;
        assert_int_equal(parse(given[i].data, given[i].size, &patterns), MANN_OK);
        assert_int_equal(patterns.graded, given[i].graded);
        mann_patterns_clear(&patterns);
    }
}

/* Whatever is cut off or changed, an answer comes back (run this under the sanitizers). */
static void test_damage(void **state)
{
    (void)state;
    static const char *const whole[] = {"#.#\n.#.\n\n##.\n..#\n", "P1 3 2 1 0 1 0 1 0",
                                        "P2 2 2 15 0 15 7 8", "0,16,8,7,3\n16,0,0,9,5\n",
                                        "P5 4 2 255\nabcdefgh"};
    static const char idx[] = "\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2\xff\0\x7f\x80";
    mann_rng rng = mann_rng_stream(20, "test damage", 0);
    for (int trial = 0; trial < 20000; trial++) {
        char data[64];
        int which = (int)mann_rng_below(&rng, 6);
        size_t size = which < 5 ? strlen(whole[which]) : sizeof idx - 1;
        memcpy(data, which < 5 ? whole[which] : idx, size);
        for (uint32_t hits = mann_rng_below(&rng, 4); hits > 0; hits--) {
            data[mann_rng_below(&rng, (uint32_t)size)] = (char)mann_rng_bits(&rng);
        }
        size = trial % 2 ? size : mann_rng_below(&rng, (uint32_t)size + 1);
        mann_patterns patterns;
        mann_status status = parse(data, size, &patterns);
        assert_true(status == MANN_OK || status == MANN_E_FORMAT);
        assert_true((status == MANN_OK) == (patterns.count > 0));
        mann_patterns_clear(&patterns);
    }
}

static void test_files(void **state)
{
    (void)state;
    mann_patterns patterns;
    mann_patterns_options options = {.limit = 50};
    refused(mann_patterns_read(context, "/nowhere/at/all", &options, &patterns), MANN_E_IO,
            "/nowhere/at/all");
    const char *data = getenv("MANN_DATA");
    if (!data) {
        print_message("skipped: MANN_DATA, the folder of real data sets, is not set\n");
        return;
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/hopfield/digits8x8.csv.gz", data);
    assert_int_equal(mann_patterns_read(context, path, &options, &patterns), MANN_OK);
    assert_int_equal(patterns.count, 50);
    assert_int_equal(patterns.units, 64);
    assert_int_equal(patterns.width, 8);
    mann_patterns_clear(&patterns);
    /* 50 MNIST digits from a quarter flipped: Hebb finds none, the pseudo-inverse and modern all.
     */
    snprintf(path, sizeof path, "%s/mnist/train-images-idx3-ubyte.gz", data);
    assert_int_equal(mann_patterns_read(context, path, &options, &patterns), MANN_OK);
    assert_int_equal(patterns.count, 50);
    assert_int_equal(patterns.units, 784);
    static const struct {
        mann_hopfield_rule rule;
        int32_t least, most;
    } at[] = {{MANN_HOPFIELD_HEBB, 0, 0},
              {MANN_HOPFIELD_PSEUDO_INVERSE, 44, 50},
              {MANN_HOPFIELD_MODERN, 47, 50}};
    for (int r = 0; r < 3; r++) {
        mann_hopfield *net =
            stored(&(mann_hopfield_options){.rule = at[r].rule}, 784, 50, patterns.value);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
        int32_t exact = 0;
        for (int32_t k = 0; k < 50; k++) {
            float cue[784];
            mann_rng rng = mann_rng_stream(1, "test cue", (uint64_t)k);
            memcpy(cue, patterns.value + k * 784, sizeof cue);
            mann_hopfield_flip(cue, 784, 0.25, &rng);
            mann_hopfield_begin(walk, cue, &rng);
            mann_hopfield_settle(walk);
            int32_t wrong = 0; /* signs: softmax leaves a trace of the other patterns */
            for (int32_t i = 0; i < 784; i++) {
                wrong += mann_hopfield_state(walk)[i] * patterns.value[k * 784 + i] <= 0;
            }
            exact += wrong == 0;
        }
        assert_in_range(exact, at[r].least, at[r].most);
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
    }
    mann_patterns_clear(&patterns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_theory_values),
        cmocka_unit_test(test_one_step_bit_error),
        cmocka_unit_test(test_overlap_curve),
        cmocka_unit_test(test_fixed_point_table),
        cmocka_unit_test(test_dense_capacity),
        cmocka_unit_test(test_xor),
        cmocka_unit_test(test_temperature),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_incremental),
        cmocka_unit_test(test_dense_is_hebb),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_energy_never_rises),
        cmocka_unit_test(test_against_oracle),
        cmocka_unit_test(test_two_cycle),
        cmocka_unit_test(test_synchronous_ends),
        cmocka_unit_test(test_sign_of_zero),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_mixtures_are_stable),
        cmocka_unit_test(test_modern_is_attention),
        cmocka_unit_test(test_modern),
        cmocka_unit_test(test_continuous),
        cmocka_unit_test(test_same_seed),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_idx),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_graded),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("hopfield", tests, set_up, tear_down);
}
