/* Stories: words and tokens; the generated world against an oracle that reads its sentences; a
 * user's own stories. */
#include "told.h"

#include "stories/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void words(void **state)
{
    (void)state;
    mann_words w = {0};
    assert_int_equal(mann_words_find(&w, "any", 3), 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 1; i <= 5000; i++) {
            char text[32];
            int length = snprintf(text, sizeof text, "Word%d", i * 7);
            assert_int_equal(mann_words_add(&w, text, (size_t)length), i);
        }
    }
    assert_int_equal(w.count, 5001);
    assert_string_equal(mann_words_text(&w, 0), "");
    assert_string_equal(mann_words_text(&w, 3), "word21");
    assert_int_equal(mann_words_find(&w, "WORD21x", 6), 3);
    assert_int_equal(mann_words_find(&w, "word21x", 7), 0);
    assert_int_equal(mann_words_find(&w, "word2", 5), 0);
    assert_null(mann_words_text(&w, 5001));
    assert_null(mann_words_text(&w, -1));
    mann_words_clear(&w);
}

static void words_of_a_line(void **state)
{
    (void)state;
    const char *text = " Mary  went,\r to . the attic? ", *end = text + strlen(text), *word;
    static const char *const expected[] = {"Mary", "went", "to", "the", "attic"};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(mann_word_next(&text, end, &word), strlen(expected[i]));
        assert_memory_equal(word, expected[i], strlen(expected[i]));
    }
    assert_int_equal(mann_word_next(&text, end, &word), 0);
}

enum { MOST = 12, LONG = 500 };

/* What a reader of the story knows. */
typedef struct reading {
    int32_t count; /* of the story's sentences */
    char sentence[LONG][100];
    /* The first word, and whom or what each sentence is about. */
    char subject[LONG][20], object[LONG][20];
    enum { REMARK, MOVE, TAKE, PUT } what[LONG];
} reading;

static bool among(const char *text, const char *const *list)
{
    for (; *list; list++) {
        if (strstr(text, *list)) {
            return true;
        }
    }
    return false;
}

static void read_story(const opened *o, reading *r)
{
    static const char *const moves[] = {" walks to", " goes into", " heads for", " returns to",
                                        NULL};
    static const char *const takes[] = {" takes ", " lifts ", " packs ", " finds ", NULL};
    static const char *const puts[] = {" leaves ", " puts ", " forgets ", " unpacks ", NULL};
    r->count = sentences(o);
    for (int32_t s = 0; s < r->count; s++) {
        char *text = r->sentence[s];
        spell(o, row(o, "story", s), text, sizeof r->sentence[s]);
        const char *object = strstr(text, " the ");
        sscanf(text, "%19s", r->subject[s]);
        strcpy(r->object[s], "");
        if (object) {
            sscanf(object, " the %19s", r->object[s]);
        }
        r->what[s] = among(text, moves)   ? MOVE
                     : among(text, takes) ? TAKE
                     : among(text, puts)  ? PUT
                                          : REMARK;
    }
}

/* The last sentence before `before` that says where someone went, or -1. */
static int32_t last_move(const reading *r, const char *person, int32_t before)
{
    for (int32_t s = before - 1; s >= 0; s--) {
        if (r->what[s] == MOVE && !strcmp(r->subject[s], person)) {
            return s;
        }
    }
    return -1;
}

/* The last sentence before `before` in which someone took or put the thing, or -1. */
static int32_t last_change(const reading *r, const char *thing, int32_t before)
{
    for (int32_t s = before - 1; s >= 0; s--) {
        if ((r->what[s] == TAKE || r->what[s] == PUT) && !strcmp(r->object[s], thing)) {
            return s;
        }
    }
    return -1;
}

/* The sentence that says where the thing is before sentence `before`. */
static int32_t whereabouts(const reading *r, const char *thing, int32_t before)
{
    int32_t change = last_change(r, thing, before);
    return change < 0 ? -1
                      : last_move(r, r->subject[change], r->what[change] == TAKE ? before : change);
}

static void assert_supports(const opened *o, int32_t count, const int32_t *expected)
{
    for (int32_t s = 0; s < sentences(o); s++) {
        int32_t wanted = 0;
        for (int32_t k = 0; k < count; k++) {
            wanted = expected[k] == s ? k + 1 : wanted;
        }
        assert_int_equal(*row(o, "support", s), wanted);
    }
}

/* What is told must be possible: one takes what lies where one is, and puts what one has. */
static void check_possible(const reading *r)
{
    for (int32_t s = 0; s < r->count; s++) {
        if (r->what[s] == REMARK) {
            continue;
        }
        int32_t here = last_move(r, r->subject[s], s);
        if (r->what[s] == MOVE) {
            assert_true(here < 0 || strcmp(r->object[here], r->object[s]) != 0);
            continue;
        }
        int32_t change = last_change(r, r->object[s], s), there = whereabouts(r, r->object[s], s);
        assert_true(here >= 0);
        if (r->what[s] == TAKE) {
            assert_true(change < 0 || r->what[change] == PUT);
            assert_true(there < 0 || !strcmp(r->object[there], r->object[here]));
        } else {
            assert_true(r->what[change] == TAKE);
            assert_string_equal(r->subject[change], r->subject[s]);
        }
    }
}

static void check_one(const opened *o, const reading *r, const char *question)
{
    char person[20];
    assert_int_equal(sscanf(question, "where is %19s", person), 1);
    int32_t move = last_move(r, person, r->count);
    assert_string_equal(answer(o), r->object[move]);
    assert_supports(o, 1, &move);
}

static void check_two(const opened *o, const reading *r, const char *question)
{
    char thing[20];
    assert_int_equal(sscanf(question, "where is the %19s", thing), 1);
    int32_t supports[] = {last_change(r, thing, r->count), whereabouts(r, thing, r->count)};
    assert_string_equal(answer(o), r->object[supports[1]]);
    assert_supports(o, 2, supports);
}

/* Steps back through the story to where the thing's place last became the one asked about. */
static void check_three(const opened *o, const reading *r, const char *question)
{
    char thing[20], place[20];
    assert_int_equal(sscanf(question, "where was the %19s before the %19s", thing, place), 2);
    for (int32_t s = r->count; s > 0; s--) {
        int32_t now = whereabouts(r, thing, s), before = whereabouts(r, thing, s - 1);
        if (now >= 0 && before >= 0 && !strcmp(r->object[now], place) &&
            strcmp(r->object[before], place) != 0) {
            int32_t supports[] = {last_change(r, thing, s - 1), now, before};
            assert_string_equal(answer(o), r->object[before]);
            assert_supports(o, 3, supports);
            return;
        }
    }
    fail_msg("the %s was never brought to the %s", thing, place);
}

static void check_yes_no(const opened *o, const reading *r, const char *question)
{
    char person[20], place[20];
    assert_int_equal(sscanf(question, "is %19s in the %19s", person, place), 2);
    int32_t move = last_move(r, person, r->count);
    assert_string_equal(answer(o), strcmp(r->object[move], place) ? "no" : "yes");
    assert_supports(o, 1, &move);
}

static void check_hands(const opened *o, const reading *r, const char *question, bool list)
{
    static const char *const things[] = {"book", "coin", "key", "lamp", "map", "rope"};
    static const char *const numbers[] = {"none", "one", "two", "three"};
    char person[20], held[100] = "";
    const char *form = list ? "which things does %19s hold" : "how many things does %19s hold";
    assert_int_equal(sscanf(question, form, person), 1);
    int32_t count = 0, supports[LONG], changes = 0;
    for (size_t i = 0; i < 6; i++) {
        int32_t s = last_change(r, things[i], r->count);
        if (s >= 0 && r->what[s] == TAKE && !strcmp(r->subject[s], person)) {
            snprintf(held + strlen(held), sizeof held - strlen(held), "%s%s", count++ ? "," : "",
                     things[i]);
        }
    }
    for (int32_t s = 0; s < r->count; s++) {
        if ((r->what[s] == TAKE || r->what[s] == PUT) && !strcmp(r->subject[s], person)) {
            supports[changes++] = s;
        }
    }
    assert_string_equal(answer(o), !list ? numbers[count] : count ? held : "nothing");
    assert_supports(o, changes, supports);
}

static void check_answer(const opened *o, const reading *r)
{
    char question[200];
    spell(o, row(o, "question", 0), question, sizeof question);
    if (strstr(question, " before ")) {
        check_three(o, r, question);
    } else if (strstr(question, "where is the")) {
        check_two(o, r, question);
    } else if (strstr(question, "where is")) {
        check_one(o, r, question);
    } else if (strstr(question, "how many")) {
        check_hands(o, r, question, false);
    } else if (strstr(question, "which")) {
        check_hands(o, r, question, true);
    } else {
        check_yes_no(o, r, question);
    }
}

static void world(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "kind=one",
        "kind=two facts=2",
        "kind=three facts=3 persons=1 places=2 things=1",
        "kind=three facts=3..40",
        "kind=yes-no facts=1 places=2",
        "kind=count facts=1..60 things=6 persons=2",
        "kind=list facts=1..60 things=6 persons=2",
        "kind=mixed facts=3..20 distractors=0..10 persons=8 places=8 things=6",
        "kind=mixed facts=200 distractors=200",
    };
    static reading r;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        opened o;
        must_open(&o, "story", settings[i]);
        int32_t yes = 0, n = i == 8 ? 20 : 500;
        for (int32_t index = 0; index < n; index++) {
            draw(&o, MANN_SPLIT_TRAIN, 11, (uint64_t)index);
            check_example(&o);
            read_story(&o, &r);
            check_possible(&r);
            check_answer(&o, &r);
            yes += !strcmp(answer(&o), "yes");
        }
        assert_true(i != 4 || abs(yes - n / 2) < 56); /* five standard deviations */
        shut(&o, true);
    }
    opened o;
    assert_int_equal(try_open(&o, find("story"), "kind=three facts=2..9"), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "at least 3 facts, not 2"));
    shut(&o, false);
}

static char warning[300];

static void listen(void *user, mann_level level, const char *message)
{
    (void)user;
    if (level == MANN_LOG_WARNING) {
        snprintf(warning, sizeof warning, "%s", message);
    }
}

static void own_stories(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected, *warning;
    } good[] = {
        {"Ada walks to the barn.\nBela goes into the attic.\nWhere is Ada?",
         "ada walks to the barn/bela goes into the attic|where is ada||0 0", ""},
        {"1 Ada walks to the barn.\r\n2 Where is Ada?\tbarn\t1\r\n\r\n3 Ada goes into the attic.\n"
         "4 Where is ADA ?\tattic\t3\n5 Bela hums a tune\n",
         "ada walks to the barn/ada goes into the attic|where is ada|attic|0 0", ""},
        {"1 Ada walks to the barn.\n2 Where is Ada?\n1 Bela goes into the attic\n2 Where is "
         "Bela?\n",
         "bela goes into the attic|where is bela||0", ""},
        {"Ada flies to the big barn\nWhere is Zoe? \tpalace", "ada to the barn|where is||0",
         "own: unknown words are left out: 'flies', 'big', 'Zoe'"},
    };
    static const struct {
        const char *text, *message;
    } bad_ones[] = {
        {"", "own: no question; a story is"},
        {"Ada walks to the barn.", "own: no question"},
        {"Where is Ada?", "own: a question without a story"},
        {"1 Ada walks.\n1 Where is Ada?", "own: a question without a story"},
        {"Ada\xff walks.\nWhere is Ada?", "own:1: column 4: byte 0xff"},
        {"Ada walks\nthe the the the the the the the the\nwhere?",
         "own:2: more than 8 words; the network was made for no more"},
    };
    opened o;
    must_open(&o, "story", "");
    mann_context_listen(context, listen, NULL);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        *warning = '\0';
        if (pose(&o, good[i].text)) {
            fail_msg("%s: %s", good[i].text, mann_context_message(context));
        }
        assert_story(&o, good[i].expected);
        assert_string_equal(warning, good[i].warning);
    }
    mann_context_listen(context, NULL, NULL);
    for (size_t i = 0; i < sizeof bad_ones / sizeof bad_ones[0]; i++) {
        assert_int_equal(pose(&o, bad_ones[i].text), MANN_E_FORMAT);
        assert_non_null(strstr(mann_context_message(context), bad_ones[i].message));
    }
    shut(&o, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(words_of_a_line),
        cmocka_unit_test(world),
        cmocka_unit_test(own_stories),
    };
    return cmocka_run_group_tests_name("story", tests, context_begin, context_end);
}
