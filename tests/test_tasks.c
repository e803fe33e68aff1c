/* Tasks. First what every task owes, read from its descriptor: shapes, determinism, targets, notes,
 * options at both ends. Then layouts of small examples, element by element, against plain
 * restatements of the definition; exact theory where there is some (the Bayesian's cost of n-grams,
 * the variance of the adding problem); and files of one's own, good and bad, with what is said of
 * the bad ones. */
#include "opened.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    (void)state;
    const char *base = getenv("TMPDIR");
    char path[200];
    snprintf(path, sizeof path, "%s/mann-tasks-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path)) {
        return -1;
    }
    snprintf(babi_path, sizeof babi_path, "%s", path);
    snprintf(file_path, sizeof file_path, "%s/task.jsonl", path);
    context = mann_context_alloc();
    write_usual_file();
    write_usual_stories("train", 20);
    write_usual_stories("test", 5);
    return context ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", babi_path);
    mann_context_free(context);
    return system(command);
}

/* --- rows --- */

static void assert_row(const opened *o, const char *name, int32_t t, const float *row, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (at(o, name, t, i) != row[i]) {
            fail_msg("%s[%d][%d] is %g, not %g", name, t, i, (double)at(o, name, t, i),
                     (double)row[i]);
        }
    }
}

static void assert_zero_row(const opened *o, const char *name, int32_t t)
{
    static const float zero[64];
    assert_row(o, name, t, zero, mann_example_find(&o->example, name)->n[1]);
}

/* mask is 0 before first, 1 from there to last, the last step. */
static void assert_mask(const opened *o, int32_t first, int32_t last)
{
    assert_int_equal(o->example.steps, last + 1);
    for (int32_t t = 0; t <= last; t++) {
        assert_true(at(o, "mask", t, 0) == (t >= first));
    }
}

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

/* --- what every task owes --- */

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
        for (const mann_option *row = mann_tasks[k]->options; row->name; row++) {
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

/* --- layouts --- */

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

/* --- files of one's own --- */

static void write_file(const char *text)
{
    FILE *file = fopen(file_path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

#define ALL "validation=0 test=0 "

static void file_bits(void **state)
{
    (void)state;
    opened o;
    /* A byte order mark, a carriage return, a blank line, no end of line at the end. */
    write_file("\xef\xbb\xbf{\"input\": [[1, 0.5], [0, -2], [3e1, 0]], \"target\": [[0, 1]], "
               "\"split\": \"train\"}\r\n"
               "\n"
               "{\"input\": [[1, 2], [3, 4]], \"target\": [[1, 0], [0, 1]], \"mask\": [1, 0], "
               "\"split\": \"test\"}\n"
               "{\"input\": [[5, 6]], \"target\": [[1, 1]], \"split\": \"validation\"}");
    must_open(&o, "file", "");
    assert_int_equal(o.io.target, MANN_TARGET_BITS);
    assert_int_equal(o.io.inputs, 2);
    assert_int_equal(o.io.outputs, 2);
    draw(&o, MANN_SPLIT_TRAIN, 5, 17);
    assert_mask(&o, 2, 2); /* the short form: the target belongs to the last step */
    assert_row(&o, "input", 0, (const float[]){1, 0.5}, 2);
    assert_row(&o, "input", 1, (const float[]){0, -2}, 2);
    assert_row(&o, "input", 2, (const float[]){30, 0}, 2);
    assert_row(&o, "target", 0, (const float[]){0, 0}, 2);
    assert_row(&o, "target", 2, (const float[]){0, 1}, 2);
    assert_int_equal(o.example.label[1], 1);
    mann_notes notes = {0};
    o.type->annotate(o.self, &o.example, &notes);
    assert_int_equal(notes.count, 2);
    assert_string_equal(notes.span[0].name, "input");
    assert_int_equal(notes.span[0].last, 1);
    assert_string_equal(notes.span[1].name, "target");
    draw(&o, MANN_SPLIT_TEST, 5, 3);
    assert_int_equal(o.example.label[1], 3);
    assert_row(&o, "target", 1, (const float[]){0, 1}, 2);
    assert_true(at(&o, "mask", 0, 0) == 1 && at(&o, "mask", 1, 0) == 0);
    draw(&o, MANN_SPLIT_VALIDATION, 5, 3);
    assert_int_equal(o.example.label[1], 4);
    shut(&o, true);
}

static void file_real(void **state)
{
    (void)state;
    opened o;
    write_file("{\"input\": [0.25, 2, 3], \"target\": [-1.5, 0.125, 7]}\n");
    must_open(&o, "file", ALL "target=real");
    assert_int_equal(o.io.target, MANN_TARGET_REAL);
    assert_int_equal(o.io.inputs, 1);
    assert_int_equal(o.io.outputs, 1);
    for (int split = 0; split < 3; split++) {
        draw(&o, (mann_split_kind)split, 5, 2);
        assert_mask(&o, 0, 2);
        assert_true(at(&o, "input", 0, 0) == 0.25f && at(&o, "target", 0, 0) == -1.5f);
        assert_true(at(&o, "input", 2, 0) == 3 && at(&o, "target", 2, 0) == 7);
    }
    shut(&o, true);
}

static void file_class(void **state)
{
    (void)state;
    opened o;
    write_file("{\"input\": [[1], [2], [3]], \"target\": [2, 0]}\n"
               "{\"input\": [[1]], \"target\": [3.0], \"split\": \"test\"}\n");
    must_open(&o, "file", "target=class validation=0");
    assert_int_equal(o.io.target, MANN_TARGET_CLASS);
    assert_int_equal(o.io.outputs, 4);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_mask(&o, 1, 2);
    assert_zero_row(&o, "target", 0);
    assert_row(&o, "target", 1, (const float[]){0, 0, 1, 0}, 4);
    assert_row(&o, "target", 2, (const float[]){1, 0, 0, 0}, 4);
    draw(&o, MANN_SPLIT_TEST, 5, 0);
    assert_row(&o, "target", 0, (const float[]){0, 0, 0, 1}, 4);
    check_score(&o);
    shut(&o, true);
    must_open(&o, "file", "target=class validation=0 classes=10");
    assert_int_equal(o.io.outputs, 10);
    shut(&o, true);
    write_file("{\"input\": [[1], [2]], \"target\": [[0, 0, 1], [1, 0, 0]]}\n");
    must_open(&o, "file", ALL "target=class");
    assert_int_equal(o.io.outputs, 3);
    draw(&o, MANN_SPLIT_TRAIN, 5, 0);
    assert_row(&o, "target", 0, (const float[]){0, 0, 1}, 3);
    assert_row(&o, "target", 1, (const float[]){1, 0, 0}, 3);
    shut(&o, true);
}

/* Shares: every line is in one split, the same every time, and comes once. */
static void file_shares(void **state)
{
    (void)state;
    enum { LINES = 200 };
    FILE *file = fopen(file_path, "w");
    for (int i = 0; i < LINES; i++) {
        fprintf(file, "{\"input\": [[%d]], \"target\": [[1]]}\n", i);
    }
    fclose(file);
    static const int32_t expected[] = {110, 30, 60};
    int owner[LINES + 1];
    opened o;
    memset(owner, -1, sizeof owner);
    must_open(&o, "file", "validation=0.15 test=0.3");
    for (int split = 0; split < 3; split++) {
        assert_int_equal(o.type->count(o.self, (mann_split_kind)split), expected[split]);
        for (int32_t index = 0; index < expected[split]; index++) {
            draw(&o, (mann_split_kind)split, 5, (uint64_t)index);
            assert_int_equal(owner[o.example.label[1]], -1);
            owner[o.example.label[1]] = split;
        }
    }
    draw(&o, MANN_SPLIT_VALIDATION, 5, 0);
    int32_t first = o.example.label[1];
    shut(&o, true);
    must_open(&o, "file", "validation=0.15 test=0.3");
    draw(&o, MANN_SPLIT_VALIDATION, 99, 0);
    assert_int_equal(o.example.label[1], first);
    shut(&o, true);
}

static void file_long_lines(void **state)
{
    (void)state;
    FILE *file = fopen(file_path, "w");
    for (int line = 0; line < 3; line++) {
        fprintf(file, "{\"input\": [[1]");
        for (int t = 1; t < 20000; t++) {
            fprintf(file, ",[%d]", t);
        }
        fprintf(file, "], \"target\": [[1]]}\n");
    }
    fclose(file);
    opened o;
    must_open(&o, "file", "");
    draw(&o, MANN_SPLIT_TEST, 5, 0);
    assert_mask(&o, 19999, 19999);
    assert_true(at(&o, "input", 19999, 0) == 19999);
    shut(&o, true);
}

static void file_bad(void **state)
{
    (void)state;
#define GOOD "{\"input\": [[0, 1]], \"target\": [[1]]}\n"
    static const struct {
        const char *text, *settings, *message;
    } cases[] = {
        {"", "", ": no examples"},
        {"\n \n", "", ": no examples"},
        {GOOD "nonsense\n", "", ":2: column 8: this is not JSON: "},
        {GOOD "\n{\"input\": [[0, 1]]\n", "", ":3: column"},
        {"{\"input\": [[0, NaN]], \"target\": [[1]]}\n", "", "this is not JSON: invalid token"},
        {"{\"input\": [[0, 1e999]], \"target\": [[1]]}\n", "", "this is not JSON: real number"},
        {"{\"input\": [[0, 1e39]], \"target\": [[1]]}\n", "", ":1: input[0][1] is beyond 3.4e38"},
        {"{\"input\": [[0, 1]], \"input\": [[0, 1]], \"target\": [[1]]}\n", "", "duplicate"},
        {"[1, 2]\n", "", ":1: an array; {\"input\""},
        {"7\n", "", ":1: "},
        {"{\"target\": [[1]]}\n", "", ":1: input is missing"},
        {"{\"input\": [[1]]}\n", "", ":1: target is missing"},
        {"{\"input\": [[1]], \"taget\": [[1]]}\n", "", "'taget'; did you mean 'target'?"},
        {"{\"input\": [[1]], \"target\": [[1]], \"x\": 1}\n", "", "unknown member 'x'; a line has"},
        {"{\"input\": [], \"target\": [[1]]}\n", "", ":1: input: an array of 1 to 100000 rows"},
        {"{\"input\": [[1]], \"target\": []}\n", "", ":1: target: an array of 1 to"},
        {"{\"input\": \"abc\", \"target\": [[1]]}\n", "", ":1: input: an array of 1 to"},
        {"{\"input\": [[]], \"target\": [[1]]}\n", "", "input[0] has 0 numbers; 1 to 65536"},
        {"{\"input\": [\"a\"], \"target\": [[1]]}\n", "", "input[0] is a string; a row"},
        {"{\"input\": [[1, \"a\"]], \"target\": [[1]]}\n", "",
         "input[0][1] is a string; a number is expected"},
        {"{\"input\": [[1, null]], \"target\": [[1]]}\n", "", "input[0][1] is null"},
        {"{\"input\": [[1, true]], \"target\": [[1]]}\n", "", "input[0][1] is a truth value"},
        {"{\"input\": [[1, [2]]], \"target\": [[1]]}\n", "", "input[0][1] is an array"},
        {"{\"input\": [[1, 2], [3]], \"target\": [[1]]}\n", "",
         ":1: input[1] has 1 number, but input[0] of line 1 has 2; all must agree"},
        {GOOD "\n{\"input\": [[1, 2, 3]], \"target\": [[1]]}\n", "",
         ":3: input[0] has 3 numbers, but input[0] of line 1 has 2"},
        {GOOD "{\"input\": [[1, 2]], \"target\": [[1, 0]]}\n", "",
         ":2: target[0] has 2 numbers, but target[0] of line 1 has 1"},
        {"{\"input\": [[1], [2]], \"target\": [[1], [0.5]]}\n", "",
         ":1: target[1][0] is 0.5; a bit is 0 or 1"},
        {"{\"input\": [[1]], \"target\": [[1], [0]]}\n", "",
         ":1: the target has 2 rows, but the input only 1"},
        {"{\"input\": [[1]], \"target\": [[1]], \"mask\": [1, 1]}\n", "",
         ":1: mask: 1 numbers, 0 or 1"},
        {"{\"input\": [[1]], \"target\": [[1]], \"mask\": 1}\n", "", ":1: mask: 1 numbers"},
        {"{\"input\": [[1]], \"target\": [[1]], \"mask\": [0.5]}\n", "", "mask[0] is neither"},
        {"{\"input\": [[1]], \"target\": [[1]], \"mask\": [0]}\n", "", ":1: mask has no 1"},
        {"{\"input\": [[1]], \"target\": [[1]], \"split\": \"dev\"}\n", "",
         ":1: split is \"train\", \"validation\" or \"test\", not \"dev\""},
        {"{\"input\": [[1]], \"target\": [[1]], \"split\": 3}\n", "", "\"test\", not a number"},
        {"{\"input\": [[1]], \"target\": [[1]], \"split\": \"test\"}\n", "",
         ": no line is for training"},
        {GOOD GOOD, "", ": 2 training lines, of which validation and test would take 2"},
        {"{\"input\": [[1]], \"target\": [1.5]}\n", "target=class",
         ":1: target[0] is no class; a whole number from 0 to 65535"},
        {"{\"input\": [[1]], \"target\": [-1]}\n", "target=class", "target[0] is no class"},
        {"{\"input\": [[1]], \"target\": [\"a\"]}\n", "target=class", "target[0] is no class"},
        {"{\"input\": [[1]], \"target\": [4]}\n", "target=class classes=4", "from 0 to 3"},
        {"{\"input\": [[1]], \"target\": [[0, 1, 1]]}\n", "target=class", "target[0] has 2 ones"},
        {"{\"input\": [[1]], \"target\": [[0, 0]]}\n", "target=class", "target[0] has 0 ones"},
        {"{\"input\": [[1]], \"target\": [[]]}\n", "target=class", "target[0] has 0 ones"},
        {"{\"input\": [[1]], \"target\": [[0, 0.5]]}\n", "target=class",
         "target[0][1] is 0.5; a row of a class has a single 1"},
        {"{\"input\": [[1]], \"target\": [[0, null]]}\n", "target=class", "target[0][1] is null"},
        {"{\"input\": [[1], [1]], \"target\": [[0, 1], [0, 0, 1]]}\n", "target=class",
         "target[1] has 3 numbers; a row of 2"},
        {"{\"input\": [[1]], \"target\": [[0, 1]]}\n", "target=class classes=3", "a row of 3"},
        {"{\"input\": [[1], [1]], \"target\": [[0, 1], 1]}\n", "target=class",
         "target[1] is no row, but the classes before are rows"},
        {"{\"input\": [[1], [1]], \"target\": [1, [0, 1]]}\n", "target=class",
         "target[1] is a row, but the classes before are numbers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        opened o;
        write_file(cases[i].text);
        mann_status status = try_open(&o, find("file"), cases[i].settings);
        const char *message = mann_context_message(context);
        if (status != MANN_E_FORMAT || strncmp(message, file_path, strlen(file_path)) != 0 ||
            !strstr(message, cases[i].message)) {
            fail_msg("%s%s: got %d, \"%s\" instead of \"%s\"", cases[i].text, cases[i].settings,
                     (int)status, message, cases[i].message);
        }
        shut(&o, false);
    }
}

static void file_absent(void **state)
{
    (void)state;
    opened o;
    assert_int_equal(try_open(&o, find("file"), "path=/nowhere/at.all"), MANN_E_IO);
    assert_string_equal(mann_context_message(context),
                        "/nowhere/at.all: cannot be read: No such file or directory");
    shut(&o, false);
    assert_int_equal(try_open(&o, find("file"), "path=/"), MANN_E_IO);
    shut(&o, false);
    assert_int_equal(try_open(&o, find("file"), "path="), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "task.path"));
    shut(&o, false);
}

/* Damage at random: any status, but never a crash, and what opens can be drawn from. */
static void file_damaged(void **state)
{
    (void)state;
    static const char good[] =
        "{\"input\": [[0, 1], [1, 0]], \"target\": [[1], [0]], \"mask\": [0, 1]}\n"
        "{\"input\": [[0, 1], [1, 0]], \"target\": [[1]], \"split\": \"test\"}\n"
        "{\"input\": [[1, 1]], \"target\": [[1]], \"split\": \"validation\"}\n";
    mann_rng rng = mann_rng_stream(1, "damage", 0);
    int opened_anyway = 0;
    for (int round = 0; round < 2000; round++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (uint32_t n = 1 + mann_rng_below(&rng, 3); n; n--) {
            text[mann_rng_below(&rng, sizeof good - 1)] =
                "0123456789[]{},:\".-e \n"[mann_rng_below(&rng, 22)];
        }
        write_file(text);
        opened o;
        bool was_open = !try_open(&o, find("file"), round % 2 ? "" : "target=class");
        if (was_open) {
            for (int split = 0; split < 3; split++) {
                draw(&o, (mann_split_kind)split, 1, 0);
                check_example(&o);
            }
            opened_anyway++;
        }
        shut(&o, was_open);
    }
    assert_in_range(opened_anyway, 1, 1999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generic_defaults),
        cmocka_unit_test(generic_deterministic),
        cmocka_unit_test(generic_option_ends),
        cmocka_unit_test(generic_harder),
        cmocka_unit_test(names),
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
        cmocka_unit_test(file_bits),
        cmocka_unit_test(file_real),
        cmocka_unit_test(file_class),
        cmocka_unit_test(file_shares),
        cmocka_unit_test(file_long_lines),
        cmocka_unit_test(file_bad),
        cmocka_unit_test(file_absent),
        cmocka_unit_test(file_damaged),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
