/* The Hopfield store: its rules against their definitions and NumPy, and what it refuses. */
#include "stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "golden/modern_hopfield.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_incremental),
        cmocka_unit_test(test_dense_is_hebb),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_modern_is_attention),
        cmocka_unit_test(test_modern),
        cmocka_unit_test(test_continuous),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests_name("hopfield", tests, context_begin, context_end);
}
