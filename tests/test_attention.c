/* Attention in double: what masks do, which places hard attention draws, and REINFORCE against
 * enumeration.
 *
 * A reader with two hard hops has N * N ways to go. The expected gradient that mann_reinforce
 * gives, the sum over ways of their probability times the gradient on them, is compared with
 * differences of the expected cost itself, which needs no REINFORCE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mann/op.h>
#include <math.h>
#include <string.h>

static mann_context *context;
static mann_tape *tape;

static mann_var filled(int32_t n0, int32_t n1, int32_t n2, mann_rng *rng)
{
    mann_var x = mann_leaf(tape, n2 ? 3 : 2, (int32_t[]){n0, n1, n2});
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = mann_rng_normal(rng);
    }
    return x;
}

/* --- soft --- */

static void masked_places_weigh_nothing(void **state)
{
    (void)state;
    enum { B = 3, H = 2, N = 21 };
    mann_rng rng = mann_rng_stream(1, "scores", 0);
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var scores = filled(B, H, N, &rng), mask = mann_input(tape, 2, (int32_t[]){B, N});
    for (int n = 0; n < N; n++) {
        mann_value(mask)[n] = n % 3 != 0;
        mann_value(mask)[N + n] = n == 20;
        mann_value(scores)[n] += 1000; /* no overflow */
        mann_value(scores)[3 * (n / 3)] = INFINITY;
    } /* the last sequence has no place at all */
    mann_var weights = mann_attend(tape, scores, mask);
    assert_int_equal(mann_tape_status(tape), MANN_OK);
    for (int b = 0; b < B; b++) {
        for (int h = 0; h < H; h++) {
            const double *s = mann_value(scores) + (b * H + h) * N;
            const double *w = mann_value(weights) + (b * H + h) * N;
            double total = 0;
            for (int n = 0; n < N; n++) {
                total += mann_value(mask)[b * N + n] != 0 ? exp(s[n] - 1000 * (b + h == 0)) : 0;
            }
            for (int n = 0; n < N; n++) {
                bool in = mann_value(mask)[b * N + n] != 0;
                double expected = in ? exp(s[n] - 1000 * (b + h == 0)) / total : 0;
                assert_true(fabs(w[n] - expected) <= 1e-12);
            }
        }
    }
}

/* All kinds of scores, on numbers that can be added up by hand. */
static void scores(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var memory = mann_leaf(tape, 3, (int32_t[]){1, 2, 3});
    mann_var query = mann_leaf(tape, 3, (int32_t[]){1, 1, 2});
    mann_var weight = mann_leaf(tape, 2, (int32_t[]){2, 2});
    mann_var v = mann_leaf(tape, 2, (int32_t[]){1, 2});
    memcpy(memory->value, (double[]){1, 2, 3, -1, 0, 1}, 6 * sizeof(double));
    memcpy(query->value, (double[]){10, 1}, 2 * sizeof(double));
    memcpy(weight->value, (double[]){0, 1, 2, 0}, 4 * sizeof(double));
    memcpy(v->value, (double[]){1, 0.5}, 2 * sizeof(double));
    const double *dot = mann_value(mann_match(tape, memory, query, 0.5));
    assert_true(dot[0] == 4.5 && dot[1] == 10 && dot[2] == 15.5);
    mann_var keys = mann_project(tape, memory, weight); /* rows swapped, the new first doubled */
    const double *bilinear = mann_value(mann_match(tape, keys, query, 1));
    assert_true(bilinear[0] == -19 && bilinear[1] == 2 && bilinear[2] == 23);
    const double *additive = mann_value(mann_match_additive(tape, memory, query, v));
    assert_true(fabs(additive[1] - (tanh(12) + 0.5 * tanh(1))) < 1e-15);
    assert_int_equal(mann_tape_status(tape), MANN_OK);
}

static void shapes_are_refused(void **state)
{
    (void)state;
    mann_rng rng = mann_rng_stream(1, "shapes", 0);
    int32_t token[4] = {0, 1, 2, 3};
    mann_var logs;
#define REFUSED(made, message)                                                                     \
    mann_tape_reset(tape, MANN_TRAIN);                                                             \
    (void)(made);                                                                                  \
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);                                        \
    assert_string_equal(mann_tape_message(tape), message)
#define L(a, b, c) filled(a, b, c, &rng)
    REFUSED(mann_match(tape, L(2, 3, 4), L(2, 1, 5), 1),
            "match: memory [2, 3, 4], query [2, 1, 5], v of 0");
    REFUSED(mann_match(tape, L(1, 3, 4), L(2, 1, 3), 1),
            "match: memory [1, 3, 4], query [2, 1, 3], v of 0");
    REFUSED(mann_match(tape, mann_columns(tape, L(2, 3, 4), 0, 2), L(2, 1, 3), 1),
            "match: memory [2, 3, 2], query [2, 1, 3], v of 0");
    REFUSED(mann_match_additive(tape, L(2, 3, 4), L(2, 1, 3), L(1, 4, 0)),
            "match_additive: memory [2, 3, 4], query [2, 1, 3], v of 4");
    REFUSED(mann_attend(tape, L(2, 3, 4), mann_input(tape, 2, (int32_t[]){2, 3})),
            "attend: scores [2, 3, 4], mask [2, 3, 1]");
    REFUSED(mann_attend(tape, L(2, 3, 4), mann_input(tape, 3, (int32_t[]){1, 3, 4})),
            "attend: scores [2, 3, 4], mask [1, 3, 4]");
    REFUSED(mann_attend(tape, L(2, 3, 4), L(2, 4, 0)), /* a mask takes no gradient */
            "attend: scores [2, 3, 4], mask [2, 4, 1]");
    REFUSED(mann_project(tape, L(2, 3, 4), L(4, 5, 0)),
            "project: memory [2, 3, 4] with weight [4, 5]");
    REFUSED(mann_choose(tape, L(2, 3, 0), "", &logs), "choose: weights [2, 3, 1]");
    logs = L(2, 1, 0);
    REFUSED(mann_reinforce(tape, L(1, 1, 0), NULL, 1, (mann_var[]){L(2, 1, 0)}),
            "reinforce: cost [1, 1], baseline [0, 0], log probability [2, 1]");
    REFUSED(mann_reinforce(tape, L(2, 1, 0), L(2, 2, 0), 1, (mann_var[]){L(2, 1, 0)}),
            "reinforce: cost [2, 1], baseline [2, 2], log probability [2, 1]");
    REFUSED(mann_linear_transposed(tape, L(2, 3, 0), L(3, 5, 0)),
            "linear_transposed: x [2, 3] with weight [3, 5]");
    REFUSED(mann_embed(tape, L(3, 5, 0), 1, 2, 2, token, NULL),
            "embed: token 3 of a table of 3 words");
    token[1] = -1;
    REFUSED(mann_embed(tape, L(4, 5, 0), 1, 2, 2, token, NULL),
            "embed: token -1 of a table of 4 words");
    REFUSED(mann_embed(tape, L(4, 5, 0), 1, 2, 2, token, mann_input(tape, 2, (int32_t[]){1, 5})),
            "embed: table [4, 5], 2 words weighed by [1, 5]");
    int32_t row[] = {0, 2};
    REFUSED(mann_gather(tape, 2, (mann_var[]){L(2, 3, 0), L(2, 4, 0)}, 1, NULL, row),
            "gather: [2, 3] and [2, 4] (input 2) have rows of different shapes");
    REFUSED(mann_gather(tape, 1, (mann_var[]){L(2, 3, 0)}, 2, NULL, row),
            "gather: row 2 of input 1 of 1");
    REFUSED(mann_gather(tape, 1, (mann_var[]){L(2, 3, 0)}, 1, row + 1, row),
            "gather: row 0 of input 3 of 1");
    REFUSED(mann_distance(tape, L(2, 3, 0), L(2, 4, 0)),
            "distance: [2, 3] and [2, 4] do not broadcast at axis 1");
    REFUSED(mann_margin_loss(tape, L(2, 3, 0), L(2, 4, 0), NULL, 1),
            "margin_loss: scores [2, 3], target [2, 4], mask [0, 0]");
}

/* --- hard --- */

/* As often as they weigh, within five standard deviations, and the heaviest when evaluating. */
static void places_are_drawn_by_weight(void **state)
{
    (void)state;
    enum { N = 5, DRAWS = 20000 };
    static const double p[N] = {0.1, 0, 0.45, 0.4, 0.05};
    int count[N] = {0};
    for (int evaluate = 0; evaluate < 2; evaluate++) {
        for (uint64_t i = 0; i < (evaluate ? 20 : DRAWS); i++) {
            mann_var log_probability;
            mann_tape_reset(tape, evaluate ? MANN_EVALUATE : MANN_TRAIN);
            mann_tape_sequences(tape, 3, &i);
            mann_var weights = mann_input(tape, 3, (int32_t[]){1, 1, N});
            memcpy(weights->value, p, sizeof p);
            const double *one = mann_value(mann_choose(tape, weights, "place", &log_probability));
            double total = 0;
            for (int n = 0; n < N; n++) {
                assert_true(one[n] == 0 || one[n] == 1);
                total += one[n];
                count[n] += !evaluate && one[n] == 1;
                assert_true(one[n] == 0 || *mann_value(log_probability) == log(p[n]));
            }
            assert_true(total == 1 && (!evaluate || one[2] == 1));
        }
    }
    for (int n = 0; n < N; n++) {
        assert_true(fabs(count[n] - DRAWS * p[n]) <= 5 * sqrt(DRAWS * p[n] * (1 - p[n])));
    }
}

enum { WIDTH = 3, PLACES = 4, CLASSES = 3, LEAVES = 3, MOST_NUMBERS = 32 };

typedef struct reader {
    mann_var leaf[LEAVES]; /* memory, query, output weight */
    mann_var place[2], log_probability[2], cost, loss[2];
} reader;

/* Two hops, each reading one place: u <- u + memory[n], n drawn from the softmax of 0.3 u . memory.
 */
static reader read_twice(uint64_t seed, double baseline)
{
    reader r;
    mann_rng rng = mann_rng_stream(1, "numbers", 0); /* the same every time */
    mann_tape_reset(tape, MANN_TRAIN);
    mann_tape_sequences(tape, seed, NULL);
    mann_var memory = r.leaf[0] = filled(1, WIDTH, PLACES, &rng);
    mann_var u = r.leaf[1] = filled(1, WIDTH, 0, &rng);
    r.leaf[2] = filled(WIDTH, CLASSES, 0, &rng);
    for (int hop = 0; hop < 2; hop++) {
        mann_var scores = mann_match(tape, memory, mann_split(tape, u, 1), 0.3);
        r.place[hop] = mann_choose(tape, mann_attend(tape, scores, NULL), hop ? "second" : "first",
                                   &r.log_probability[hop]);
        u = mann_add(tape, u, mann_flatten(tape, mann_read(tape, memory, r.place[hop])));
    }
    mann_var logits = mann_linear(tape, u, r.leaf[2], NULL);
    mann_var target = mann_input(tape, 2, (int32_t[]){1, CLASSES});
    mann_var mask = mann_input(tape, 1, (int32_t[]){1}), b = mann_input(tape, 2, (int32_t[]){1, 1});
    mann_value(target)[1] = *mann_value(mask) = 1;
    *mann_value(b) = baseline;
    r.loss[0] = mann_target_loss(tape, MANN_TARGET_CLASS, logits, target, mask, NULL, &r.cost);
    r.loss[1] = mann_reinforce(tape, r.cost, b, 2, r.log_probability);
    assert_int_equal(mann_tape_status(tape), MANN_OK);
    return r;
}

static int way_of(const reader *r)
{
    int way = 0;
    for (int hop = 0; hop < 2; hop++) {
        for (int n = 0; n < PLACES; n++) {
            way += mann_value(r->place[hop])[n] == 1 ? n * (hop ? PLACES : 1) : 0;
        }
    }
    return way;
}

static double probability(const reader *r)
{
    return exp(*mann_value(r->log_probability[0]) + *mann_value(r->log_probability[1]));
}

/* This way's part of the expected cost; a replay keeps the way. */
static double part(const reader *r)
{
    mann_tape_replay(tape);
    return probability(r) * *mann_value(r->cost);
}

/* By fourth-order differences. */
static double slope(const reader *r, double *number)
{
    const double h = 1e-3, kept = *number;
    double f[4];
    for (int i = 0; i < 4; i++) {
        *number = kept + h * (double[]){-2, -1, 1, 2}[i];
        f[i] = part(r);
    }
    *number = kept;
    part(r);
    return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h);
}

static void reinforce_is_enumeration(void **state)
{
    (void)state;
    enum { WAYS = PLACES * PLACES };
    for (int turn = 0; turn < 2; turn++) {
        double exact[LEAVES][MOST_NUMBERS] = {0}, found[LEAVES][MOST_NUMBERS] = {0}, total = 0;
        bool gone[WAYS] = {false};
        for (uint64_t seed = 0; seed < 20000 && total < 1 - 1e-12; seed++) {
            reader r = read_twice(seed, turn ? 1.7 : 0);
            if (gone[way_of(&r)]) {
                continue;
            }
            gone[way_of(&r)] = true;
            double p = probability(&r);
            total += p;
            assert_int_equal(mann_tape_backward(tape, 2, r.loss, (double[]){1, 1}), MANN_OK);
            for (int l = 0; l < LEAVES; l++) {
                size_t size = mann_size(r.leaf[l]);
                assert_true(size <= MOST_NUMBERS && r.leaf[l]->grad);
                for (size_t i = 0; i < size; i++) {
                    found[l][i] += p * r.leaf[l]->grad[i];
                    exact[l][i] += slope(&r, &mann_value(r.leaf[l])[i]);
                }
            }
        }
        assert_true(fabs(total - 1) < 1e-12); /* every way was gone */
        for (int l = 0; l < LEAVES; l++) {
            for (int i = 0; i < MOST_NUMBERS; i++) {
                assert_true(fabs(found[l][i] - exact[l][i]) <= 1e-9);
            }
            assert_true(fabs(exact[l][0]) > 1e-3);
        }
    }
}

/* Constants stop gradients and keep their value through replays. */
static void constants(void **state)
{
    (void)state;
    mann_rng rng = mann_rng_stream(2, "numbers", 0);
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var x = filled(1, 1, 0, &rng), y = mann_multiply(tape, x, mann_constant(tape, x));
    double was = *mann_value(x);
    assert_int_equal(mann_tape_backward(tape, 1, &y, (double[]){1}), MANN_OK);
    assert_true(*x->grad == was);
    *mann_value(x) = 3;
    mann_tape_replay(tape);
    assert_true(*mann_value(y) == 3 * was);
}

static int set_up(void **state)
{
    (void)state;
    context = mann_context_alloc();
    tape = mann_tape_alloc(context);
    return context && tape ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mann_tape_free(tape);
    mann_context_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masked_places_weigh_nothing), cmocka_unit_test(scores),
        cmocka_unit_test(shapes_are_refused),          cmocka_unit_test(places_are_drawn_by_weight),
        cmocka_unit_test(reinforce_is_enumeration),    cmocka_unit_test(constants),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
