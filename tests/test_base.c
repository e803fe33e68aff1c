/* Random streams, option tables, the nearest name, the pool, the context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <base/items.h>
#include <base/pool.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <mann/gsl.h>
#include <mann/option.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_context *context;

static void assert_message(const char *expected)
{
    assert_string_equal(mann_context_message(context), expected);
}

/* --- streams --- */

/* Written anew in Python from the definitions (FNV-1a, splitmix64, xoshiro256++); the same for
 * good, or no run could be repeated. */
static void streams_are_known(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        const char *purpose;
        uint64_t index, bits[3];
    } known[] = {
        {0x0u, "", 0x0u, {0x11ea5d71ab27f4bfu, 0xcc84b97bd65164deu, 0x99539b09e7f2eab2u}},
        {0x1u, "train", 0x0u, {0x48400e54962ac649u, 0x53451e5d7aaf1e4eu, 0x40a3b9b90d8bbd5cu}},
        {0x1u, "train", 0x11u, {0xba3e87136d92086bu, 0x6cc997ad46380d86u, 0xc6b98cafb99a6625u}},
        {0xffffffffffffffffu,
         "validation",
         0x8000000000000005u,
         {0xa4766aa76a0844deu, 0x2eb07441ba51cdb7u, 0xc1f334fc7d5cfba8u}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        mann_rng rng = mann_rng_stream(known[i].seed, known[i].purpose, known[i].index);
        for (int n = 0; n < 3; n++) {
            assert_true(mann_rng_bits(&rng) == known[i].bits[n]);
        }
    }
}

/* xoshiro256++ from state 1, 2, 3, 4: the first outputs published with the generator. */
static void generator_is_xoshiro(void **state)
{
    (void)state;
    mann_rng rng = {{1, 2, 3, 4}};
    static const uint64_t bits[] = {
        41943041u,           58720359u, 3588806011781223u, 3591011842654386u, 9228616714210784205u,
        9973669472204895162u};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        assert_true(mann_rng_bits(&rng) == bits[i]);
    }
}

/* Pearson's statistic of count draws over cells cells, as a standard normal (Wilson & Hilferty). */
static double chi_square_deviation(const int64_t *found, int32_t cells, int64_t count)
{
    double expected = (double)count / cells, sum = 0, freedom = cells - 1;
    for (int32_t i = 0; i < cells; i++) {
        sum += ((double)found[i] - expected) * ((double)found[i] - expected) / expected;
    }
    double spread = 2 / (9 * freedom);
    return (cbrt(sum / freedom) - (1 - spread)) / sqrt(spread);
}

static void draws_are_uniform(void **state)
{
    (void)state;
    enum { COUNT = 200000, MOST = 97 };
    static const int32_t cells[] = {2, 3, 6, 16, MOST};
    mann_rng rng = mann_rng_stream(7, "uniform", 0);
    for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++) {
        int64_t below[MOST] = {0}, uniform[MOST] = {0}, low[MOST] = {0};
        for (int i = 0; i < COUNT; i++) {
            below[mann_rng_below(&rng, (uint32_t)cells[c])]++;
            double u = mann_rng_uniform(&rng);
            assert_true(u >= 0 && u < 1);
            uniform[(int)(u * cells[c])]++;
            low[(mann_rng_bits(&rng) & 0xffffffff) % (uint32_t)cells[c]]++;
        }
        /* Five standard deviations: this seed passes for good, others would in all but a millionth.
         */
        assert_true(fabs(chi_square_deviation(below, cells[c], COUNT)) < 5);
        assert_true(fabs(chi_square_deviation(uniform, cells[c], COUNT)) < 5);
        assert_true(fabs(chi_square_deviation(low, cells[c], COUNT)) < 5);
    }
}

/* First draws of streams whose names differ in one place only. */
static void neighbours_are_unrelated(void **state)
{
    (void)state;
    enum { COUNT = 100000, CELLS = 64 };
    int64_t found[3][CELLS] = {{0}};
    double product = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        mann_rng by_index = mann_rng_stream(1, "train", i);
        mann_rng by_seed = mann_rng_stream(i, "train", 1);
        mann_rng other = mann_rng_stream(1, "test", i);
        double u = mann_rng_uniform(&by_index), v = mann_rng_uniform(&other);
        found[0][(int)(u * CELLS)]++;
        found[1][(int)(mann_rng_uniform(&by_seed) * CELLS)]++;
        found[2][(int)(v * CELLS)]++;
        product += (u - 0.5) * (v - 0.5);
    }
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(chi_square_deviation(found[i], CELLS, COUNT)) < 5);
    }
    assert_true(fabs(product * 12 / sqrt(COUNT)) < 5); /* correlation, in standard deviations */
}

static void ranges_hold(void **state)
{
    (void)state;
    mann_rng rng = mann_rng_stream(3, "ranges", 0);
    static const mann_range range[] = {
        {5, 5}, {-2, 2}, {INT32_MIN, INT32_MAX}, {INT32_MAX - 1, INT32_MAX}, {INT32_MIN, -1}};
    for (size_t r = 0; r < sizeof range / sizeof range[0]; r++) {
        bool low = false, high = false;
        for (int i = 0; i < 1000; i++) {
            int32_t x = mann_rng_between(&rng, range[r]);
            assert_true(x >= range[r].low && x <= range[r].high);
            low |= x == range[r].low;
            high |= x == range[r].high;
        }
        bool narrow = (int64_t)range[r].high - range[r].low < 10;
        assert_true(!narrow || (low && high));
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(mann_rng_below(&rng, 1), 0);
        assert_true(mann_rng_below(&rng, UINT32_MAX) < UINT32_MAX);
    }
}

static void normal_moments(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    mann_rng rng = mann_rng_stream(5, "normal", 0);
    double sum[5] = {0};
    for (int i = 0; i < COUNT; i++) {
        double x = mann_rng_normal(&rng), power = 1;
        assert_true(isfinite(x));
        for (int k = 1; k < 5; k++) {
            sum[k] += power *= x;
        }
    }
    /* Moments 0, 1, 0, 3 with variances 1, 2, 15, 96 per draw; five standard deviations. */
    static const double moment[] = {1, 0, 1, 0, 3}, variance[] = {0, 1, 2, 15, 96};
    for (int k = 1; k < 5; k++) {
        assert_true(fabs(sum[k] / COUNT - moment[k]) < 5 * sqrt(variance[k] / COUNT));
    }
}

static void gsl_draws_from_the_stream(void **state)
{
    (void)state;
    mann_rng a = mann_rng_stream(1, "gsl", 0), b = a;
    gsl_rng gsl = mann_rng_as_gsl(&a);
    assert_true(gsl_rng_uniform(&gsl) == mann_rng_uniform(&b));
    assert_true(gsl_rng_get(&gsl) == (unsigned long)(mann_rng_bits(&b) >> 32));
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        sum += gsl_ran_exponential(&gsl, 2);
    }
    assert_true(fabs(sum / 10000 - 2) < 5 * 2 / sqrt(10000));
    assert_true(memcmp(&a, &b, sizeof a) != 0);
}

/* --- options --- */

typedef struct config {
    int32_t locations, kind;
    double rate;
    bool deep;
    mann_range length;
    mann_span start;
    char path[MANN_TEXT_SIZE];
} config;

static const char *const kinds[] = {"constant", "learned", "random", NULL};
#define FIELD(name) offsetof(config, name)
static const mann_option options[] = {
    {"locations", MANN_OPT_INT, FIELD(locations), "128", 1, 65536, NULL, ""},
    {"kind", MANN_OPT_CHOICE, FIELD(kind), "learned", 0, 0, kinds, ""},
    {"rate", MANN_OPT_REAL, FIELD(rate), "1e-3", 0, 10, NULL, ""},
    {"deep", MANN_OPT_BOOL, FIELD(deep), "true", 0, 0, NULL, ""},
    {"length", MANN_OPT_RANGE, FIELD(length), "1..20", 1, 100, NULL, ""},
    {"start", MANN_OPT_SPAN, FIELD(start), "20epochs", 0, 1e15, NULL, ""},
    {"path", MANN_OPT_TEXT, FIELD(path), "", 0, 0, NULL, ""},
    MANN_OPTION_FORMER("slots", "locations"),
    {0},
};

static void accepts(config *c, const char *name, const char *text, const char *printed)
{
    if (mann_option_set(context, "memory", options, c, name, text)) {
        fail_msg("%s=%s: %s", name, text, mann_context_message(context));
    }
    char back[2 * MANN_TEXT_SIZE];
    int length = mann_option_format(mann_option_find(options, name), c, back, sizeof back);
    assert_int_equal(length, strlen(back));
    assert_string_equal(back, printed);
}

static void refuses(config *c, const char *name, const char *text, const char *message)
{
    config before = *c;
    assert_int_equal(mann_option_set(context, "memory", options, c, name, text), MANN_E_INVAL);
    assert_message(message);
    assert_memory_equal(&before, c, sizeof before);
}

static void options_are_parsed(void **state)
{
    (void)state;
    config c = {0};
    mann_options_default(options, &c);
    assert_int_equal(c.locations, 128);
    assert_int_equal(c.kind, 1);
    assert_true(c.rate == 1e-3 && c.deep && c.length.low == 1 && c.length.high == 20);
    assert_string_equal(c.path, "");
    assert_null(mann_option_find(options, "slot"));

    accepts(&c, "locations", "65536", "65536");
    accepts(&c, "locations", "+7", "7");
    accepts(&c, "slots", "9", "9");
    assert_string_equal(mann_option_find(options, "slots")->name, "locations");
    accepts(&c, "kind", "random", "random");
    accepts(&c, "rate", "0", "0");
    accepts(&c, "rate", "1e-05", "1e-05");
    accepts(&c, "rate", "0.1", "0.1");
    accepts(&c, "rate", "0.12345678901234567", "0.12345678901234566");
    assert_true(c.rate == 0.12345678901234567);
    accepts(&c, "deep", "false", "false");
    accepts(&c, "length", "3", "3");
    assert_true(c.length.low == 3 && c.length.high == 3);
    accepts(&c, "length", "1..100", "1..100");
    accepts(&c, "length", "4..4", "4");
    assert_true(c.start.epochs && mann_span_sequences(c.start, 900) == 18000);
    accepts(&c, "start", "1e6", "1e+06");
    assert_true(!c.start.epochs && mann_span_sequences(c.start, 900) == 1e6);
    accepts(&c, "start", "0.5epochs", "0.5epochs");
    accepts(&c, "start", "0", "0");
    accepts(&c, "path", "a b=c,ä", "a b=c,ä");
    char longest[MANN_TEXT_SIZE];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    accepts(&c, "path", longest, longest);
    accepts(&c, "path", "short", "short");
}

static void options_are_refused(void **state)
{
    (void)state;
    config c = {0};
    mann_options_default(options, &c);
    refuses(&c, "locations", "0", "memory.locations: 0 is outside 1..65536");
    refuses(&c, "locations", "65537", "memory.locations: 65537 is outside 1..65536");
    refuses(&c, "locations", "", "memory.locations: '' is not a whole number");
    refuses(&c, "locations", "12x", "memory.locations: '12x' is not a whole number");
    refuses(&c, "locations", "1.5", "memory.locations: '1.5' is not a whole number");
    refuses(&c, "locations", "99999999999999999999",
            "memory.locations: '99999999999999999999' is not a whole number");
    refuses(&c, "locations", "4294967297", "memory.locations: '4294967297' is not a whole number");
    refuses(&c, "rate", "nan", "memory.rate: 'nan' is not a number");
    refuses(&c, "rate", "inf", "memory.rate: 'inf' is not a number");
    refuses(&c, "rate", "1e999", "memory.rate: '1e999' is not a number");
    refuses(&c, "rate", "-1", "memory.rate: -1 is outside 0..10");
    refuses(&c, "rate", "1 ", "memory.rate: '1 ' is not a number");
    refuses(&c, "deep", "yes", "memory.deep: 'yes' is neither true nor false");
    refuses(&c, "kind", "lerned",
            "memory.kind: unknown value 'lerned'; did you mean 'learned'?; it is one of constant, "
            "learned, random");
    refuses(&c, "kind", "",
            "memory.kind: unknown value ''; it is one of constant, learned, random");
    refuses(&c, "length", "5..2", "memory.length: the range 5..2 runs backwards; write 2..5");
    refuses(&c, "length", "0..2", "memory.length: 0 is outside 1..100");
    refuses(&c, "length", "1..101", "memory.length: 101 is outside 1..100");
    refuses(&c, "length", "1..",
            "memory.length: '1..' is neither a whole number nor a range such as 1..20");
    refuses(&c, "length", "1..2..3",
            "memory.length: '1..2..3' is neither a whole number nor a range such as 1..20");
    refuses(&c, "length", "1.2",
            "memory.length: '1.2' is neither a whole number nor a range such as 1..20");
    refuses(&c, "start", "-1epochs", "memory.start: -1 is outside 0..1e+15");
    static const char *const spans[] = {"", "epochs", "20 epochs", "20epoch", "nan", "20epochs "};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        char message[200];
        snprintf(message, sizeof message,
                 "memory.start: '%s' is neither a number of sequences nor one of epochs such as "
                 "25epochs",
                 spans[i]);
        refuses(&c, "start", spans[i], message);
    }
    refuses(&c, "locatoins", "1",
            "unknown option 'memory.locatoins'; did you mean 'memory.locations'?");
    refuses(&c, "", "1", "unknown option 'memory.'");
    char long_text[MANN_TEXT_SIZE + 1];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    refuses(&c, "path", long_text, "memory.path: longer than 1023 bytes");
    assert_int_equal(mann_option_set(NULL, "memory", options, &c, "locations", "0"), MANN_E_INVAL);
}

/* Messages are cut, not overrun. */
static void long_choices(void **state)
{
    (void)state;
    static char names[40][40];
    static const char *many[41];
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "a-choice-with-a-rather-long-name-%d", i);
        many[i] = names[i];
    }
    const mann_option table[] = {{"kind", MANN_OPT_CHOICE, 0, names[0], 0, 0, many, ""}, {0}};
    int32_t field = 0;
    assert_int_equal(mann_option_set(context, "x", table, &field, "kind", "?"), MANN_E_INVAL);
    assert_true(strlen(mann_context_message(context)) < 1024);
    assert_int_equal(mann_option_set(context, "x", table, &field, "kind", names[39]), MANN_OK);
    assert_int_equal(field, 39);
}

static void nearest_names(void **state)
{
    (void)state;
    static const char *const names[] = {"copy", "repeat_copy", "associative_recall", "sort"};
    assert_string_equal(mann_nearest("cpoy", names, 4), "copy");
    assert_string_equal(mann_nearest("copi", names, 4), "copy");
    assert_string_equal(mann_nearest("copy", names, 4), "copy");
    assert_string_equal(mann_nearest("repeat-copy", names, 4), "repeat_copy");
    assert_string_equal(mann_nearest("asociative_recal", names, 4), "associative_recall");
    assert_null(mann_nearest("lstm", names, 4));
    assert_null(mann_nearest("copy", names, 0));
    char word[200];
    memset(word, 'c', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_null(mann_nearest(word, names, 4));
}

/* --- context --- */

static void remember(void *user, mann_level level, const char *message)
{
    snprintf(user, 64, "%d %s", (int)level, message);
}

static void messages(void **state)
{
    (void)state;
    assert_int_equal(mann_fail(context, MANN_E_IO, "%s: %d", "file", 5), MANN_E_IO);
    assert_message("file: 5");
    mann_fail(context, MANN_E_IO, "again: %s", mann_context_message(context));
    assert_message("again: file: 5");
    assert_int_equal(mann_fail(NULL, MANN_E_NOMEM, "nobody"), MANN_E_NOMEM);
    assert_string_equal(mann_context_message(NULL), "");
    char log[64] = "";
    mann_log(context, MANN_LOG_INFO, "unheard");
    mann_context_listen(context, remember, log);
    mann_log(context, MANN_LOG_WARNING, "%s", "heard");
    assert_string_equal(log, "2 heard");
    mann_context_listen(context, NULL, NULL);
    mann_log(context, MANN_LOG_WARNING, "unheard");
    mann_log(NULL, MANN_LOG_WARNING, "unheard");
    assert_string_equal(log, "2 heard");
}

/* --- pool --- */

enum { PIECES = 100, WORKERS = 4 };

typedef struct tally {
    atomic_int done[PIECES], inside[WORKERS], wrong;
    int32_t sum[WORKERS]; /* one worker each: no atomics needed */
} tally;

static void count_piece(void *user, int32_t piece, int32_t worker)
{
    tally *t = user;
    if (worker < 0 || worker >= WORKERS || atomic_fetch_add(&t->inside[worker], 1)) {
        atomic_fetch_add(&t->wrong, 1);
        return;
    }
    atomic_fetch_add(&t->done[piece], 1);
    t->sum[worker] += piece;
    atomic_fetch_sub(&t->inside[worker], 1);
}

static void pool_hands_out_every_piece(void **state)
{
    (void)state;
    for (int32_t threads = 1; threads <= WORKERS; threads++) {
        mann_pool *pool = mann_pool_alloc(context, threads);
        assert_non_null(pool);
        assert_int_equal(mann_pool_threads(pool), threads);
        tally t = {0};
        enum { RUNS = 300 };
        int32_t expected = 0;
        for (int run = 0; run < RUNS; run++) {
            int32_t pieces = run % 3 == 0 ? PIECES : run % 7;
            mann_pool_run(pool, pieces, count_piece, &t);
            expected += pieces * (pieces - 1) / 2;
            int32_t sum = 0;
            for (int i = 0; i < WORKERS; i++) {
                sum += t.sum[i];
            }
            assert_int_equal(sum, expected); /* all done when it returns */
        }
        assert_int_equal(t.wrong, 0);
        for (int32_t piece = 7; piece < PIECES; piece++) {
            assert_int_equal(t.done[piece], RUNS / 3);
        }
        mann_pool_free(pool);
    }
    mann_pool_free(NULL);
}

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

static void items(void **state)
{
    (void)state;
    mann_items list;
    assert_true(mann_items_begin(&list, " a=1, b  c=x=y,", " ,"));
    char *word = mann_items_next(&list);
    assert_string_equal(mann_items_value(word), "1");
    assert_string_equal(word, "a");
    word = mann_items_next(&list);
    assert_string_equal(word, "b");
    assert_null(mann_items_value(word));
    word = mann_items_next(&list);
    assert_string_equal(mann_items_value(word), "x=y");
    assert_string_equal(word, "c");
    assert_null(mann_items_next(&list));
    assert_null(mann_items_next(&list));
    char longer[MANN_TEXT_SIZE + 1];
    memset(longer, 'a', sizeof longer);
    longer[MANN_TEXT_SIZE] = '\0';
    assert_false(mann_items_begin(&list, longer, ","));
    assert_null(mann_items_next(&list));
    longer[MANN_TEXT_SIZE - 1] = '\0';
    assert_true(mann_items_begin(&list, longer, ","));
    assert_string_equal(mann_items_next(&list), longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items),
        cmocka_unit_test(streams_are_known),
        cmocka_unit_test(generator_is_xoshiro),
        cmocka_unit_test(draws_are_uniform),
        cmocka_unit_test(neighbours_are_unrelated),
        cmocka_unit_test(ranges_hold),
        cmocka_unit_test(normal_moments),
        cmocka_unit_test(gsl_draws_from_the_stream),
        cmocka_unit_test(options_are_parsed),
        cmocka_unit_test(options_are_refused),
        cmocka_unit_test(long_choices),
        cmocka_unit_test(nearest_names),
        cmocka_unit_test(messages),
        cmocka_unit_test(pool_hands_out_every_piece),
    };
    return cmocka_run_group_tests_name("base", tests, set_up, tear_down);
}
