/* Layouts of small examples, element by element, against plain restatements of the definition; and
 * exact theory where there is some (the Bayesian's cost of n-grams, the variance of the adding
 * problem). */
#include "opened.h"

#include <math.h>
#include <string.h>

/* Input row t, channels 0 .. bits-1, is made of bits; the others are as given. */
static void assert_vector(const opened *o, int32_t t, int32_t bits, float extra0, float extra1)
{
    for (int32_t i = 0; i < bits; i++) {
        float bit = at(o, "input", t, i);
        assert_true(bit == 0 || bit == 1);
    }
    assert_true(at(o, "input", t, bits) == extra0);
    if (o->io.inputs > bits + 1) {
        assert_true(at(o, "input", t, bits + 1) == extra1);
    }
}

static void assert_target_is_input(const opened *o, int32_t t, int32_t from, int32_t bits)
{
    for (int32_t i = 0; i < bits; i++) {
        assert_true(at(o, "target", t, i) == at(o, "input", from, i));
    }
}

static void layout_copy(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "copy", "bits=3 length=4");
    assert_int_equal(o.io.inputs, 4);
    assert_int_equal(o.io.outputs, 3);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 5, 8);
    for (int32_t t = 0; t < 4; t++) {
        assert_vector(&o, t, 3, 0, 0);
        assert_zero_row(&o, "target", t);
        assert_zero_row(&o, "input", 5 + t);
        assert_target_is_input(&o, 5 + t, t, 3);
    }
    assert_row(&o, "input", 4, (const float[]){0, 0, 0, 1}, 4);
    assert_zero_row(&o, "target", 4);
    shut(&o, true);
}

static void layout_reverse(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "reverse", "bits=3 length=4");
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 5, 8);
    for (int32_t t = 0; t < 4; t++) {
        assert_vector(&o, t, 3, 0, 0);
        assert_zero_row(&o, "input", 5 + t);
        assert_target_is_input(&o, 5 + t, 3 - t, 3);
    }
    assert_row(&o, "input", 4, (const float[]){0, 0, 0, 1}, 4);
    shut(&o, true);
}

static void layout_repeat_copy(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "repeat_copy", "bits=2 length=3 repeats=2");
    assert_int_equal(o.io.inputs, 4);
    assert_int_equal(o.io.outputs, 3);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 4, 10);
    for (int32_t t = 0; t < 3; t++) {
        assert_vector(&o, t, 2, 0, 0);
    }
    /* Over 1..10 the mean is 5.5 and the variance 8.25. */
    assert_row(&o, "input", 3, (const float[]){0, 0, 1, (float)((2 - 5.5) / sqrt(8.25))}, 4);
    for (int32_t t = 4; t < 10; t++) {
        assert_zero_row(&o, "input", t);
        assert_target_is_input(&o, t, (t - 4) % 3, 2);
        assert_true(at(&o, "target", t, 2) == 0);
    }
    assert_zero_row(&o, "input", 10);
    assert_row(&o, "target", 10, (const float[]){0, 0, 1}, 3);
    shut(&o, true);
    /* The scale stays that of training; a range of one number has no variance. */
    must_open(&o, "repeat_copy", "length=1 repeats=20");
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_true(at(&o, "input", 1, 9) == (float)(14.5 / sqrt(8.25)));
    shut(&o, true);
    must_open(&o, "repeat_copy", "length=1 repeats=5 count_range=3");
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_true(at(&o, "input", 1, 9) == 2);
    shut(&o, true);
}

/* The count as a tally: a 1 for each repeat, then the answer. */
static void layout_tally(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "repeat_copy", "bits=2 length=3 repeats=2 count=tally");
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 5, 11);
    assert_row(&o, "input", 3, (const float[]){0, 0, 1, 1}, 4);
    assert_row(&o, "input", 4, (const float[]){0, 0, 0, 1}, 4);
    for (int32_t t = 5; t < 11; t++) {
        assert_zero_row(&o, "input", t);
        assert_target_is_input(&o, t, (t - 5) % 3, 2);
    }
    assert_row(&o, "target", 11, (const float[]){0, 0, 1}, 3);
    shut(&o, true);
}

/* Over training, the count has mean 0 and variance 1. */
static void repeat_count_is_standard(void **state)
{
    (void)state;
    opened o;
    double sum = 0, squares = 0;
    enum { N = 4000 };
    must_open(&o, "repeat_copy", "bits=1 length=1");
    for (uint64_t index = 0; index < N; index++) {
        draw(&o, MANN_SPLIT_TRAIN, 5, index);
        double count = at(&o, "input", 1, 2);
        sum += count;
        squares += count * count;
    }
    assert_true(fabs(sum / N) < 0.05 && fabs(squares / N - 1) < 0.05);
    shut(&o, true);
}

static void layout_recall(void **state)
{
    (void)state;
    opened o;
    bool asked[3] = {false};
    must_open(&o, "associative_recall", "bits=4 vectors=2 items=3");
    assert_int_equal(o.io.inputs, 6);
    assert_int_equal(o.io.outputs, 4);
    for (uint64_t index = 0; index < 30; index++) {
        draw(&o, MANN_SPLIT_TRAIN, 5, index);
        /* d v v  d v v  d v v  q v v q  - - */
        assert_mask(&o, 13, 14);
        int32_t query = o.example.label[1];
        assert_in_range(query, 0, 1);
        asked[query] = true;
        for (int32_t t = 0; t < 9; t++) {
            if (t % 3) {
                assert_vector(&o, t, 4, 0, 0);
            } else {
                assert_row(&o, "input", t, (const float[]){0, 0, 0, 0, 1, 0}, 6);
            }
        }
        assert_row(&o, "input", 9, (const float[]){0, 0, 0, 0, 0, 1}, 6);
        assert_row(&o, "input", 12, (const float[]){0, 0, 0, 0, 0, 1}, 6);
        for (int32_t v = 0; v < 2; v++) {
            assert_vector(&o, 10 + v, 4, 0, 0);
            for (int32_t i = 0; i < 4; i++) {
                assert_true(at(&o, "input", 10 + v, i) == at(&o, "input", 3 * query + 1 + v, i));
            }
            assert_zero_row(&o, "input", 13 + v);
            assert_target_is_input(&o, 13 + v, 3 * query + 4 + v, 4);
        }
    }
    assert_true(asked[0] && asked[1]);
    shut(&o, true);
}

static void layout_priority_sort(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "priority_sort", "bits=4 items=6 outputs=4");
    assert_int_equal(o.io.inputs, 6);
    assert_int_equal(o.io.outputs, 4);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 7, 10);
    bool given[6] = {false};
    for (int32_t t = 0; t < 6; t++) {
        float priority = at(&o, "input", t, 4);
        assert_true(priority >= -1 && priority < 1 && priority == at(&o, "priority", t, 0));
        assert_vector(&o, t, 4, priority, 0);
    }
    assert_row(&o, "input", 6, (const float[]){0, 0, 0, 0, 0, 1}, 6);
    mann_notes notes = {0};
    o.type->annotate(o.self, &o.example, &notes);
    int32_t mark = 0;
    while (!notes.span[mark].mark) {
        mark++;
    }
    for (int32_t k = 0; k < 4; k++) {
        int32_t best = -1;
        for (int32_t t = 0; t < 6; t++) {
            if (!given[t] && (best < 0 || at(&o, "input", t, 4) > at(&o, "input", best, 4))) {
                best = t;
            }
        }
        given[best] = true;
        assert_target_is_input(&o, 7 + k, best, 4);
        assert_zero_row(&o, "input", 7 + k);
        assert_string_equal(notes.span[mark + k].name, "ranked");
        assert_int_equal(notes.span[mark + k].first, best);
    }
    shut(&o, true);
    must_open(&o, "priority_sort", "items=3"); /* fewer than outputs: all */
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 4, 6);
    shut(&o, true);
    must_open(&o, "priority_sort", ""); /* the paper's: 20 vectors, 16 wanted */
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 21, 36);
    shut(&o, true);
}

static int number_spelt(const opened *o, const char *name, int32_t t, int32_t bits)
{
    int number = 0;
    for (int32_t i = 0; i < bits; i++) {
        number = 2 * number + (at(o, name, t, i) != 0);
    }
    return number;
}

static void layout_sort(void **state)
{
    (void)state;
    for (int descending = 0; descending < 2; descending++) {
        opened o;
        must_open(&o, "sort",
                  descending ? "bits=3 length=12 order=descending" : "bits=3 length=12");
        draw(&o, MANN_SPLIT_TRAIN, 5, 0);
        assert_mask(&o, 13, 24);
        int in[8] = {0}, out[8] = {0};
        for (int32_t t = 0; t < 12; t++) {
            assert_vector(&o, t, 3, 0, 0);
            assert_zero_row(&o, "input", 13 + t);
            in[number_spelt(&o, "input", t, 3)]++;
            int number = number_spelt(&o, "target", 13 + t, 3);
            out[number]++;
            int before = t ? number_spelt(&o, "target", 12 + t, 3) : number;
            assert_true(descending ? before >= number : before <= number);
        }
        assert_memory_equal(in, out, sizeof in);
        assert_row(&o, "input", 12, (const float[]){0, 0, 0, 1}, 4);
        shut(&o, true);
    }
}

static void layout_adding(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "adding", "length=7");
    for (uint64_t index = 0; index < 50; index++) {
        draw(&o, MANN_SPLIT_TRAIN, 5, index);
        assert_mask(&o, 6, 6);
        float sum = 0;
        int halves[2] = {0};
        for (int32_t t = 0; t < 7; t++) {
            float number = at(&o, "input", t, 0), marked = at(&o, "input", t, 1);
            assert_true(number >= 0 && number < 1 && (marked == 0 || marked == 1));
            sum += number * marked;
            halves[t >= 3] += marked == 1;
            assert_true(t == 6 || at(&o, "target", t, 0) == 0);
        }
        assert_true(halves[0] == 1 && halves[1] == 1);
        assert_true(at(&o, "target", 6, 0) == sum);
    }
    shut(&o, true);
}

/* Always answering 1 leaves the variance of a sum of two uniform numbers, 1/6. */
static void adding_baseline(void **state)
{
    (void)state;
    opened o;
    mann_score score = {0};
    float ones[50];
    for (int i = 0; i < 50; i++) {
        ones[i] = 1;
    }
    must_open(&o, "adding", "");
    for (uint64_t index = 0; index < 20000; index++) {
        draw(&o, MANN_SPLIT_TRAIN, 5, index);
        mann_score_usual(&o.io, &o.example, ones, &score);
    }
    double mean = mann_score_get(&score, "squared_error");
    print_message("adding: always 1 has a squared error of %.4f\n", mean);
    assert_true(fabs(mean - 1.0 / 6) < 0.005);
    shut(&o, true);
}

/* The symbol of input row t, of which there is one: 0..25 letters, then ten digits, then ?. */
static int32_t symbol(const opened *o, int32_t t)
{
    int32_t found = -1;
    for (int32_t i = 0; i < o->io.inputs; i++) {
        float x = at(o, "input", t, i);
        assert_true(x == 0 || (x == 1 && found < 0));
        found = x == 1 ? i : found;
    }
    assert_true(found >= 0);
    return found;
}

static void layout_associative_retrieval(void **state)
{
    (void)state;
    opened o;
    must_open(&o, "associative_retrieval", "pairs=3..26");
    assert_true(o.io.inputs == 37 && o.io.outputs == 10);
    int32_t asked[26] = {0}; /* how often each place is asked for */
    for (uint64_t index = 0; index < 500; index++) {
        draw(&o, MANN_SPLIT_TRAIN, 5, index);
        int32_t pairs = (o.example.steps - 3) / 2, last = 2 * pairs + 2, answer = -1;
        bool seen[26] = {false};
        assert_mask(&o, last, last);
        for (int32_t i = 0; i < pairs; i++) {
            int32_t letter = symbol(&o, 2 * i), digit = symbol(&o, 2 * i + 1);
            assert_true(letter < 26 && digit >= 26 && digit < 36 && !seen[letter]);
            seen[letter] = true;
            if (letter == symbol(&o, last)) {
                answer = digit - 26;
                asked[i]++;
            }
        }
        assert_true(symbol(&o, last - 2) == 36 && symbol(&o, last - 1) == 36 && answer >= 0);
        for (int32_t i = 0; i < 10; i++) {
            assert_true(at(&o, "target", last, i) == (i == answer));
        }
    }
    for (int32_t i = 0; i < 20; i++) {
        assert_true(asked[i] > 0);
    }
    shut(&o, true);
}

/* The Bayesian's predictions restated with counts found by searching the past, in double. */
static void layout_ngram(void **state)
{
    (void)state;
    opened o;
    enum { T = 40, C = 2 };
    must_open(&o, "ngram", "context=2 length=40");
    assert_int_equal(o.io.inputs, 1);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 0, T - 1);
    const float *x = values(&o, "target");
    double cost = 0;
    assert_true(at(&o, "input", 0, 0) == 0);
    for (int32_t t = 0; t < T; t++) {
        double p = 0.5;
        assert_true(t == 0 || at(&o, "input", t, 0) == x[t - 1]);
        if (t >= C) {
            int n[2] = {0};
            for (int32_t s = C; s < t; s++) {
                if (x[s - 1] == x[t - 1] && x[s - 2] == x[t - 2]) {
                    n[x[s] == 1]++;
                }
            }
            p = (n[1] + 0.5) / (n[0] + n[1] + 1);
        }
        assert_true(fabs(at(&o, "optimal", t, 0) - p) < 1e-7);
        cost -= log2(x[t] == 1 ? p : 1 - p);
    }
    mann_score score = {0};
    o.type->score(o.self, &o.example, values(&o, "optimal"), &score);
    assert_true(fabs(mann_score_get(&score, "optimal_cost_bits") - cost) < 1e-4);
    assert_true(fabs(mann_score_get(&score, "cost_bits") - cost) < 1e-4);
    assert_true(fabs(mann_score_get(&score, "excess_bits")) < 1e-4);
    assert_string_equal(score.metric[0].name, "cost_bits");
    shut(&o, true);
}

static double mean_optimum(const char *settings, uint64_t sequences)
{
    opened o;
    double sum = 0, squares = 0;
    must_open(&o, "ngram", settings);
    for (uint64_t index = 0; index < sequences; index++) {
        mann_score score = {0};
        draw(&o, MANN_SPLIT_TEST, 5, index);
        o.type->score(o.self, &o.example, values(&o, "optimal"), &score);
        double cost = mann_score_get(&score, "optimal_cost_bits");
        sum += cost;
        squares += cost * cost;
    }
    shut(&o, true);
    double n = (double)sequences, mean = sum / n;
    print_message("n-gram %s: %.2f ± %.2f bits over %.0f sequences\n", settings, mean,
                  1.96 * sqrt((squares / n - mean * mean) / n), n);
    return mean;
}

static void ngram_optimum(void **state)
{
    (void)state;
    assert_true(fabs(mean_optimum("", 20000) - 133.0) < 0.5);
    assert_true(fabs(mean_optimum("context=2 length=50", 20000) - 31.0) < 0.5);
    assert_true(fabs(mean_optimum("context=2 length=100", 20000) - 57.3) < 0.5);
    assert_true(fabs(mean_optimum("context=3 length=100", 20000) - 61.0) < 0.5);
    assert_true(fabs(mean_optimum("context=0 length=200 alpha=1000", 100) - 200) < 0.5);
}

/* The probabilities have the moments of Beta(1/2, 1/2): 1/2 and 1/8. */
static void ngram_probabilities(void **state)
{
    (void)state;
    opened o;
    double sum = 0, squares = 0;
    must_open(&o, "ngram", "context=16 length=1");
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    const float *p = values(&o, "probability");
    for (int i = 0; i < 65536; i++) {
        sum += p[i];
        squares += (p[i] - 0.5) * (p[i] - 0.5);
    }
    assert_true(fabs(sum / 65536 - 0.5) < 0.006 && fabs(squares / 65536 - 0.125) < 0.002);
    shut(&o, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_copy),
        cmocka_unit_test(layout_reverse),
        cmocka_unit_test(layout_repeat_copy),
        cmocka_unit_test(layout_tally),
        cmocka_unit_test(repeat_count_is_standard),
        cmocka_unit_test(layout_recall),
        cmocka_unit_test(layout_priority_sort),
        cmocka_unit_test(layout_sort),
        cmocka_unit_test(layout_adding),
        cmocka_unit_test(layout_associative_retrieval),
        cmocka_unit_test(adding_baseline),
        cmocka_unit_test(layout_ngram),
        cmocka_unit_test(ngram_optimum),
        cmocka_unit_test(ngram_probabilities),
    };
    return cmocka_run_group_tests_name("layouts", tests, context_begin, context_end);
}
