/* Files of patterns, good, bad and damaged; and real ones, where MANN_DATA says that there are
 * any. */
#include "stored.h"

#include <io/patterns/patterns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        cmocka_unit_test(test_text),  cmocka_unit_test(test_images), cmocka_unit_test(test_idx),
        cmocka_unit_test(test_csv),   cmocka_unit_test(test_graded), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("patterns", tests, context_begin, context_end);
}
