/* Files in the format of bAbI, good and bad, in folders and archives; and the real ones, where
 * MANN_DATA says that there are any. */
#include "told.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file in the folder; its own folder is made. */
static void write_file(const char *name, const char *text, size_t size)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = path + strlen(folder); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(!mkdir(path, 0777) || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text, 1, size, file);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

/* Task babi at a place in the folder. */
static void point(const char *name)
{
    snprintf(babi_path, sizeof babi_path, "%s/%s", folder, name);
}

static const char trained[] = "1 Mary went to the Attic.\n"
                              "2 Bo got the milk there.\r\n"
                              "3 Where is Mary?\tattic\t1\n"
                              "4 Mary dropped the egg.\n"
                              "5 What has who?  \tmilk,egg\t4 2\n"
                              "\n"
                              "1 Bo slept.\n"
                              "2 Who slept?\tBo\t1";
static const char tested[] = "1 Bo ate.\n2 Who ate?\tBo\t1\n";

static void layout(void **state)
{
    (void)state;
    opened o;
    write_text("plain/qa3_any-name_train.txt", trained);
    write_text("plain/qa3_any-name_test.txt", tested);
    point("plain");
    must_open(&o, "babi", "id=3 validation=0");
    check_vocabulary(&o);
    assert_int_equal(o.io.words, 5);
    assert_int_equal(o.io.story, 3);
    /* mary went to the attic bo got milk there where is dropped egg what has who milk,egg slept
     * ate, and the null word */
    assert_int_equal(o.io.vocabulary, 20);
    assert_int_equal(o.type->count(o.self, MANN_SPLIT_TRAIN), 3);
    assert_int_equal(o.type->count(o.self, MANN_SPLIT_VALIDATION), 3);
    assert_int_equal(o.type->count(o.self, MANN_SPLIT_TEST), 1);
    draw(&o, MANN_SPLIT_TRAIN, 1, 0);
    assert_story(&o, "mary went to the attic/bo got the milk there|where is mary|attic|1 0");
    assert_int_equal(o.example.label[1], 3);
    assert_int_equal(o.example.label[2], 3);
    draw(&o, MANN_SPLIT_TRAIN, 1, 1);
    assert_story(&o, "mary went to the attic/bo got the milk there/mary dropped the egg|"
                     "what has who|milk,egg|0 2 1");
    draw(&o, MANN_SPLIT_VALIDATION, 1, 2);
    assert_story(&o, "bo slept|who slept|bo|1");
    draw(&o, MANN_SPLIT_TEST, 1, 0);
    assert_story(&o, "bo ate|who ate|bo|1");
    check_score(&o);
    shut(&o, true);
}

/* Ten stories of n questions. */
static void write_stories(const char *name, int stories, int questions)
{
    char text[8000] = "";
    size_t used = 0;
    for (int s = 0; s < stories; s++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "1 Story %d.\n", s);
        for (int q = 0; q < questions; q++) {
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%d Which?\t%d\t1\n", q + 2, s);
        }
    }
    write_text(name, text);
}

/* Validation has the last questions, and no story of training. */
static void splits(void **state)
{
    (void)state;
    static const struct {
        int stories, questions;
        const char *share;
        int32_t validation;
    } cases[] = {{10, 5, "0.1", 5}, {10, 5, "0.15", 5}, {10, 3, "0.2", 6}, {10, 3, "0.25", 6},
                 {1, 10, "0.3", 3}, {4, 5, "0.9", 15},  {2, 1, "0.1", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        opened o;
        char setting[64];
        write_stories("cut/qa1_x_train.txt", cases[i].stories, cases[i].questions);
        write_text("cut/qa1_x_test.txt", tested);
        point("cut");
        snprintf(setting, sizeof setting, "validation=%s", cases[i].share);
        must_open(&o, "babi", setting);
        int32_t train = o.type->count(o.self, MANN_SPLIT_TRAIN),
                all = cases[i].stories * cases[i].questions;
        assert_int_equal(o.type->count(o.self, MANN_SPLIT_VALIDATION), cases[i].validation);
        assert_int_equal(train, all - cases[i].validation);
        draw(&o, MANN_SPLIT_TRAIN, 1, (uint64_t)train - 1);
        int last = atoi(answer(&o));
        if (cases[i].validation && cases[i].stories > 1) {
            draw(&o, MANN_SPLIT_VALIDATION, 1, 0);
            assert_int_equal(atoi(answer(&o)), last + 1);
        }
        shut(&o, true);
    }
}

/* One story for each file; the answer says which file it was. */
static void write_marked(const char *name, const char *mark)
{
    char text[200];
    snprintf(text, sizeof text, "1 Only %s.\n2 What?\t%s\t1\n", mark, mark);
    write_text(name, text);
}

static void assert_answer(const char *settings, mann_split_kind split, const char *expected)
{
    opened o;
    must_open(&o, "babi", settings);
    draw(&o, split, 1, 0);
    assert_string_equal(answer(&o), expected);
    shut(&o, true);
}

static void refused(const char *settings, mann_status expected, const char *message)
{
    opened o;
    mann_status status = try_open(&o, find("babi"), settings);
    if (status != expected || !strstr(mann_context_message(context), message)) {
        fail_msg("%s: got %d, \"%s\" instead of %d, \"%s\"", settings, (int)status,
                 mann_context_message(context), (int)expected, message);
    }
    shut(&o, status == MANN_OK);
}

/* The distribution: folders for sizes, other languages beside them; packed or not. */
static void distribution(void **state)
{
    (void)state;
    write_marked("all/v1-2/en/qa1_a_train.txt", "small1");
    write_marked("all/v1-2/en/qa1_a_test.txt", "test1");
    write_marked("all/v1-2/en/qa3_c_train.txt", "small3");
    write_marked("all/v1-2/en/qa3_c_test.txt", "test3");
    write_marked("all/v1-2/en-10k/qa1_a_train.txt", "large1");
    write_marked("all/v1-2/en-10k/qa1_a_test.txt", "test1");
    write_marked("all/v1-2/hn/qa1_a_train.txt", "hindi");
    write_marked("all/v1-2/hn/qa2_a_train.txt", "hindi");
    write_marked("all/v1-2/shuffled-10k/qa3_a_train.txt", "shuffled");
    write_text("all/v1-2/LICENSE.txt", "nothing to read");
    char command[700];
    snprintf(
        command, sizeof command,
        "cd '%s' && mkdir packed mixed && tar czf packed/all.tar.gz -C all v1-2 && "
        "tar czf mixed/large.tar.gz -C all v1-2/en-10k && tar cf mixed/small.tar -C all/v1-2 en",
        folder);
    assert_int_equal(system(command), 0);
    static const char *const places[] = {"all", "all/v1-2/", "packed", "packed/all.tar.gz",
                                         "mixed"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        point(places[i]);
        assert_answer("id=1 validation=0", MANN_SPLIT_TRAIN, "small1");
        assert_answer("id=1 validation=0 size=10k", MANN_SPLIT_TRAIN, "large1");
        assert_answer("id=1 validation=0 size=10k", MANN_SPLIT_TEST, "test1");
        assert_answer("id=3 validation=0 size=10k lacking=1k", MANN_SPLIT_TRAIN, "small3");
        refused("id=3 size=10k", MANN_E_INVAL,
                "no training file of size 10k for task 3 (task.lacking=1k takes that of 1k)");
        refused("id=1..3", MANN_E_INVAL,
                "no training file of size 1k for task 2, no test file for task 2; the others are "
                "there: task.id=1+3");
        refused("id=5", MANN_E_IO, "no files of the tasks asked for; the bAbI tasks v1-2");
    }
    point("all/v1-2/hn"); /* who names this folder means it */
    refused("id=1", MANN_E_INVAL, "no test file for task 1");
    point("nowhere");
    refused("id=1", MANN_E_IO, "nowhere: No such file or directory; the bAbI tasks v1-2");
}

static void absent_without_path(void **state)
{
    (void)state;
    char *kept = getenv("MANN_DATA") ? strdup(getenv("MANN_DATA")) : NULL;
    unsetenv("MANN_DATA");
    refused("path=", MANN_E_IO, "neither task.path nor MANN_DATA is set; the bAbI tasks v1-2");
    setenv("MANN_DATA", folder, 1);
    refused("path=", MANN_E_IO, "/babi: No such file or directory");
    if (kept) {
        setenv("MANN_DATA", kept, 1);
    } else {
        unsetenv("MANN_DATA");
    }
    free(kept);
}

/* Sets of tasks, learned together with one vocabulary, and evaluated one by one. */
static void sets(void **state)
{
    (void)state;
    for (int i = 1; i <= 4; i++) {
        char name[64], mark[16];
        snprintf(mark, sizeof mark, "mark%d", i);
        snprintf(name, sizeof name, "sets/qa%d_x_train.txt", i);
        write_marked(name, mark);
        snprintf(name, sizeof name, "sets/qa%d_x_test.txt", i);
        write_marked(name, mark);
    }
    point("sets");
    opened all, one;
    must_open(&all, "babi", "id=1+3..4 validation=0");
    assert_int_equal(all.type->count(all.self, MANN_SPLIT_TRAIN), 3);
    assert_int_equal(all.io.vocabulary, 1 + 2 + 3); /* only, what, three marks */
    all.type->resolve(all.config);
    must_open(&one, "babi", "id=3 vocabulary=1+3..4 validation=0");
    assert_memory_equal(&all.io, &one.io, sizeof all.io);
    draw(&one, MANN_SPLIT_TEST, 1, 0);
    assert_string_equal(answer(&one), "mark3");
    assert_int_equal(one.type->count(one.self, MANN_SPLIT_TEST), 1);
    char text[MANN_TEXT_SIZE];
    mann_option_format(mann_option_find(all.type->options, "vocabulary"), all.config, text,
                       sizeof text);
    assert_string_equal(text, "1+3..4");
    shut(&all, true);
    shut(&one, true);
    refused("id=2 vocabulary=1+3", MANN_E_INVAL, "2 is not within task.vocabulary, 1+3");
    static const char *const wrong[] = {"0",  "21", "3..2",  "1..",   "..3",   "1,2",  "1+",
                                        "+1", "x",  "1..21", "1..2x", "-1..3", "1...3"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char setting[64];
        snprintf(setting, sizeof setting, "id=%s", wrong[i]);
        refused(setting, MANN_E_INVAL, "is not a set of tasks");
    }
}

/* Whatever is wrong with a file is said with its place. */
static void bad(void **state)
{
    (void)state;
#define FIRST "1 Mary went to the attic.\n2 Where is Mary?\tattic\t1\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", ": empty; stories with questions"},
        {"\n\n", ": no question; stories with questions"},
        {"1 Mary went.\n2 Bo went.\n", ": no question; stories"},
        {"Mary went.\n", ":1: a line number is expected at its start"},
        {FIRST "Mary went.\n", ":3: a line number is expected"},
        {FIRST "3\n", ":3: no words behind the line's number"},
        {FIRST "3 .\n", ":3: no words behind"},
        {FIRST "3 \tattic\t1\n", ":3: no words behind"},
        {FIRST "5 Mary went.\n", ":3: line number 5 behind 2; 3 is expected, or 1"},
        {FIRST "2 Mary went.\n", ":3: line number 2 behind 2"},
        {FIRST "0 Mary went.\n", ":3: line number 0 behind 2"},
        {FIRST "99999999999999999999 Mary went.\n", ":3: line number"},
        {"2 Mary went.\n", ":1: line number 2 behind 0; 1 is expected"},
        {"1 Where is Mary?\tattic\t1\n", ":1: a question before the first sentence"},
        {FIRST "1 Where is Mary?\tattic\t1\n", ":3: a question before the first sentence"},
        {FIRST "3 Where is Mary? attic 1\n", ":3: a question without a tab"},
        {FIRST "3 Where is Mary? \r\n", ":3: a question without a tab"},
        {FIRST "3 Where is Mary?\tattic 1\n", ":3: a blank in the answer 'attic 1'"},
        {FIRST "3 Where is Mary?\t\t1\n", ":3: no answer behind the tab"},
        {FIRST "3 Where is Mary?\tattic\t7\n", ":3: the supporting line 7 does not exist before"},
        {FIRST "3 Where is Mary?\tattic\t3\n", ":3: the supporting line 3 does not exist before"},
        {FIRST "3 Where is Mary?\tattic\t0\n", ":3: the supporting line 0 does not exist"},
        {FIRST "3 Where is Mary?\tattic\t2\n", ":3: the supporting line 2 is a question"},
        {FIRST "3 Where is Mary?\tattic\t1 1\n", ":3: the supporting line 1 is named twice"},
        {FIRST "3 Where is Mary?\tattic\t1x\n", ":3: 'x': numbers of supporting lines"},
        {FIRST "3 Where is Mary?\tattic\tone\n", ":3: 'one': numbers of supporting lines"},
        {FIRST "3 Where is Mary?\tattic\t1\t1\n", ":3: '\t1': numbers"},
        {FIRST "3 M\xc3\xa4ry went.\n", ":3: column 4: byte 0xc3 is not ASCII text"},
        {FIRST "3 Mary\x01went.\n", ":3: column 7: byte 0x01"},
    };
    point("bad");
    write_text("bad/qa1_x_test.txt", tested);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_text("bad/qa1_x_train.txt", cases[i].text);
        char place[300];
        snprintf(place, sizeof place, "%s/bad/qa1_x_train.txt%s", folder, cases[i].message);
        refused("", MANN_E_FORMAT, place);
    }
    static char huge[1 << 20];
    memset(huge, 'a', sizeof huge);
    memcpy(huge, FIRST "3 ", strlen(FIRST) + 2);
    write_file("bad/qa1_x_train.txt", huge, sizeof huge);
    refused("", MANN_E_FORMAT, ":3: 1048525 bytes in a line; 1000 are the most");
    write_file("bad/qa1_x_train.txt", FIRST "3 a\0b\n", strlen(FIRST) + 6);
    refused("", MANN_E_FORMAT, ":3: column 4: byte 0x00");
    char *story = huge;
    for (int i = 1; i <= 2001; i++) {
        story += sprintf(story, "%d Mary went.\n", i);
    }
    write_file("bad/qa1_x_train.txt", huge, (size_t)(story - huge));
    refused("", MANN_E_FORMAT, ":2001: more than 2000 lines in a story");
    write_text("bad/qa1_x_train.txt", FIRST);
    write_text("bad/qa1_x_test.txt", "x");
    refused("", MANN_E_FORMAT, "bad/qa1_x_test.txt:1: a line number is expected");
}

static void bad_archives(void **state)
{
    (void)state;
    char command[700];
    write_stories("archive/en/qa1_x_train.txt", 30, 9);
    write_text("archive/en/qa1_x_test.txt", tested);
    snprintf(
        command, sizeof command,
        "cd '%s' && tar czf whole.tar.gz -C archive en && head -c 300 whole.tar.gz > cut.tar.gz",
        folder);
    assert_int_equal(system(command), 0);
    point("whole.tar.gz");
    assert_answer("", MANN_SPLIT_TRAIN, "0");
    point("cut.tar.gz");
    refused("", MANN_E_FORMAT, "cut.tar.gz: damaged: ");
    write_text("none.tar.gz", "this is no archive");
    point("none.tar.gz");
    refused("", MANN_E_FORMAT, "none.tar.gz: damaged: ");
    write_text("zero.tar.gz", "");
    point("zero.tar.gz");
    refused("", MANN_E_IO, "zero.tar.gz: no files of the tasks asked for");
}

/* Damage at random: any status, but never a crash, and what opens can be drawn from. */
static void damaged(void **state)
{
    (void)state;
    mann_rng rng = mann_rng_stream(1, "damage", 0);
    int opened_anyway = 0;
    point("damaged");
    write_text("damaged/qa1_x_test.txt", tested);
    for (int round = 0; round < 2000; round++) {
        char text[sizeof trained];
        memcpy(text, trained, sizeof trained);
        for (uint32_t n = 1 + mann_rng_below(&rng, 3); n; n--) {
            text[mann_rng_below(&rng, sizeof trained - 1)] =
                "0123456789?\t\n\r. aB,\x80"[mann_rng_below(&rng, 20)];
        }
        write_text("damaged/qa1_x_train.txt", text);
        opened o;
        bool was_open = !try_open(&o, find("babi"), round % 2 ? "validation=0.3" : "");
        for (int split = 0; was_open && split < 3; split++) {
            for (int32_t i = 0; i < o.type->count(o.self, (mann_split_kind)split); i++) {
                draw(&o, (mann_split_kind)split, 1, (uint64_t)i);
                check_example(&o);
            }
        }
        opened_anyway += was_open;
        shut(&o, was_open);
    }
    assert_in_range(opened_anyway, 1, 1999);
}

/* Questions for training and test, and words, as counted by other means. */
static void real(void **state)
{
    (void)state;
    static const int32_t vocabulary[] = {0,  19, 33, 34, 14, 39, 35, 43, 44, 23, 24,
                                         26, 20, 26, 25, 17, 17, 18, 18, 31, 35};
    const char *data = getenv("MANN_DATA");
    char path[300];
    struct stat about;
    snprintf(path, sizeof path, "%s/babi", data ? data : "");
    if (!data || stat(path, &about)) {
        print_message("the real bAbI files: MANN_DATA names no folder with babi in it\n");
        skip();
    }
    strcpy(babi_path, path);
    opened o;
    for (int i = 1; i <= 20; i++) {
        char setting[64];
        int32_t tests = i == 17 || i == 18 ? 504 : i == 20 ? 508 : 500;
        snprintf(setting, sizeof setting, "id=%d", i);
        must_open(&o, "babi", setting);
        assert_int_equal(o.type->count(o.self, MANN_SPLIT_TRAIN) +
                             o.type->count(o.self, MANN_SPLIT_VALIDATION),
                         1000);
        assert_in_range(o.type->count(o.self, MANN_SPLIT_VALIDATION), 90, 100);
        assert_int_equal(o.type->count(o.self, MANN_SPLIT_TEST), tests);
        assert_int_equal(o.io.vocabulary, vocabulary[i] + 1);
        for (int32_t n = 0; n < tests; n++) {
            draw(&o, MANN_SPLIT_TEST, 1, (uint64_t)n);
            check_example(&o);
        }
        shut(&o, true);
    }
    must_open(&o, "babi", "id=2");
    draw(&o, MANN_SPLIT_TRAIN, 1, 0);
    assert_story(&o, "mary moved to the bathroom/sandra journeyed to the bedroom/"
                     "mary got the football there/john went to the kitchen/"
                     "mary went back to the kitchen/mary went back to the garden|"
                     "where is the football|garden|0 0 1 0 0 2");
    shut(&o, true);
    must_open(&o, "babi", "id=1..20");
    assert_int_equal(o.io.vocabulary, 174);
    assert_int_equal(o.io.story, 224);
    assert_int_equal(o.type->count(o.self, MANN_SPLIT_TEST), 10016);
    shut(&o, true);
    must_open(&o, "babi", "id=1..20 size=10k lacking=1k");
    assert_int_equal(o.io.vocabulary, 177);
    shut(&o, true);
    refused("id=1..20 size=10k", MANN_E_INVAL,
            "for task 3 (task.lacking=1k takes that of 1k); the "
            "others are there: task.id=1..2+4..20");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout),
        cmocka_unit_test(splits),
        cmocka_unit_test(distribution),
        cmocka_unit_test(sets),
        cmocka_unit_test(absent_without_path),
        cmocka_unit_test(bad),
        cmocka_unit_test(bad_archives),
        cmocka_unit_test(damaged),
        cmocka_unit_test(real),
    };
    return cmocka_run_group_tests_name("babi", tests, folder_begin, folder_end);
}
