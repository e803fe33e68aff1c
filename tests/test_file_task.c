/* Tasks as files of one's own, good and bad, with what is said of the bad ones. */
#include "opened.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    int failed = folder_begin(state);
    snprintf(file_path, sizeof file_path, "%s", in_folder("task.jsonl"));
    return failed;
}

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
        cmocka_unit_test(file_bits),       cmocka_unit_test(file_real),
        cmocka_unit_test(file_class),      cmocka_unit_test(file_shares),
        cmocka_unit_test(file_long_lines), cmocka_unit_test(file_bad),
        cmocka_unit_test(file_absent),     cmocka_unit_test(file_damaged),
    };
    return cmocka_run_group_tests_name("file task", tests, set_up, folder_end);
}
