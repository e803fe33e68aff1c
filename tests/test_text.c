/* Tasks of stories: words and tokens; the generated world against an oracle that reads its
 * sentences; files in the format of bAbI, good and bad, in folders and archives; a user's own
 * stories; and the real bAbI files, where MANN_DATA says that there are any. */
#include "opened.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text.h>

/* --- words --- */

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

/* --- reading an example back --- */

static const int32_t *row(const opened *o, const char *name, int32_t i)
{
    const mann_array *array = mann_example_find(&o->example, name);
    assert_non_null(array);
    return (const int32_t *)array->data + (array->n[1] ? i * array->n[1] : i);
}

static void spell(const opened *o, const int32_t *tokens, char *text, size_t size)
{
    *text = '\0';
    for (int32_t i = 0; i < o->io.words && tokens[i]; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i ? " " : "", o->type->word(o->self, tokens[i]));
    }
}

static const char *answer(const opened *o)
{
    const float *target = values(o, "target");
    for (int32_t i = 0; i < o->io.outputs; i++) {
        if (target[i] != 0) {
            return o->type->word(o->self, i);
        }
    }
    return "";
}

static int32_t sentences(const opened *o)
{
    return mann_example_find(&o->example, "story")->n[0];
}

/* "ada went/ben went|where is ada|attic|1 0": sentences, question, answer, supports. */
static void assert_story(const opened *o, const char *expected)
{
    char text[2000] = "";
    for (int32_t s = 0; s < sentences(o); s++) {
        char sentence[200];
        spell(o, row(o, "story", s), sentence, sizeof sentence);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", s ? "/" : "", sentence);
    }
    char question[200];
    spell(o, row(o, "question", 0), question, sizeof question);
    snprintf(text + strlen(text), sizeof text - strlen(text), "|%s|%s|", question, answer(o));
    for (int32_t s = 0; s < sentences(o); s++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", s ? " " : "",
                 *row(o, "support", s));
    }
    assert_string_equal(text, expected);
}

/* --- the generated world --- */

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

/* --- the base of facts --- */

enum { MOST_FACTS = 1000 };

/* Facts as examples show them. */
typedef struct base {
    int32_t count;
    struct {
        int32_t key[2], value, split; /* that asks about it, -1 if none does */
    } fact[MOST_FACTS];
} base;

/* The number of a fact, which is added if it is new. Nobody has two objects of a relation. */
static int32_t fact_of(base *b, const int32_t *key, int32_t value)
{
    for (int32_t i = 0; i < b->count; i++) {
        if (b->fact[i].key[0] == key[0] && b->fact[i].key[1] == key[1]) {
            assert_int_equal(b->fact[i].value, value);
            return i;
        }
    }
    assert_true(b->count < MOST_FACTS);
    b->fact[b->count].key[0] = key[0];
    b->fact[b->count].key[1] = key[1];
    b->fact[b->count].value = value;
    b->fact[b->count].split = -1;
    return b->count++;
}

static bool in_question(const opened *o, int32_t token)
{
    bool found = false;
    for (int32_t i = 0; i < o->io.words; i++) {
        found = found || row(o, "question", 0)[i] == token;
    }
    return found;
}

/* What an example shows goes into the base; its answer is the object of the fact that is marked,
 * which is about whom the question names, and which only this split asks about. */
static void read_facts(const opened *o, int32_t split, base *b)
{
    int32_t marked = 0;
    const int32_t *value = find_array(&o->example, "value", MANN_INT32, sentences(o), 0)->data;
    for (int32_t s = 0; s < sentences(o); s++) {
        int32_t i = fact_of(b, row(o, "story", s), value[s]);
        if (*row(o, "support", s)) {
            marked++;
            assert_true(b->fact[i].split == -1 || b->fact[i].split == split);
            b->fact[i].split = split;
            assert_string_equal(answer(o), o->type->word(o->self, value[s]));
            assert_true(in_question(o, row(o, "story", s)[0]));
        }
    }
    assert_int_equal(marked, 1);
}

/* Handed over are just the facts that share a word with the question, if it is not too frequent. */
static void check_hashing(const opened *o, const base *b, int32_t frequency)
{
    int32_t expected = 0;
    for (int32_t i = 0; i < b->count; i++) {
        bool shared = false;
        for (int k = 0; k < 2; k++) {
            int32_t keys = 0;
            for (int32_t j = 0; j < b->count; j++) {
                keys += b->fact[j].key[k] == b->fact[i].key[k];
            }
            shared = shared || (keys <= frequency && in_question(o, b->fact[i].key[k]));
        }
        expected += shared;
    }
    assert_int_equal(sentences(o), expected);
}

static void facts(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int32_t frequency, facts, splits[3];
    } cases[] = {
        {"", 100, 300, {210, 30, 60}},
        {"triples=400 persons=50 frequency=8 validation=0.25 test=0.25", 8, 400, {200, 100, 100}},
        {"triples=10 persons=2 validation=0.001 test=0.001 world=7", 100, 10, {8, 1, 1}}};
    static base b;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        opened o;
        b.count = 0;
        must_open(&o, "knowledge", cases[c].settings);
        check_vocabulary(&o);
        for (int pass = 0; pass < 2; pass++) {
            for (int32_t split = 0; split < 3; split++) {
                int32_t count = o.type->count(o.self, (mann_split_kind)split);
                assert_int_equal(count, 4 * cases[c].splits[split]);
                for (int32_t i = 0; i < count; i += pass ? 7 : 1) {
                    draw(&o, (mann_split_kind)split, 1, (uint64_t)i);
                    check_example(&o);
                    if (pass) {
                        check_hashing(&o, &b, cases[c].frequency);
                    } else {
                        read_facts(&o, split, &b);
                    }
                }
            }
        }
        assert_int_equal(b.count, cases[c].facts);
        shut(&o, true);
    }
    opened o;
    assert_int_equal(try_open(&o, find("knowledge"), "triples=17 persons=2"), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "at most 16 facts about 2 persons"));
    shut(&o, false);
}

static mann_status pose(opened *o, const char *text)
{
    return o->type->pose_text(context, o->self, "own", text, strlen(text), &o->example);
}

static void own_question(void **state)
{
    (void)state;
    opened o;
    char text[200], question[100];
    must_open(&o, "knowledge", "");
    draw(&o, MANN_SPLIT_TEST, 1, 2);
    int32_t handed = sentences(&o);
    spell(&o, row(&o, "question", 0), question, sizeof question);
    snprintf(text, sizeof text, "is this read?\n%s ?\n\n", question);
    assert_int_equal(pose(&o, text), MANN_OK);
    assert_int_equal(sentences(&o), handed);
    spell(&o, row(&o, "question", 0), text, sizeof text);
    assert_string_equal(text, question);
    assert_string_equal(answer(&o), "");
    assert_int_equal(pose(&o, "who is it?"), MANN_E_FORMAT);
    assert_non_null(strstr(mann_context_message(context), "own: no fact has a word"));
    assert_int_equal(pose(&o, ""), MANN_E_FORMAT);
    assert_int_equal(pose(&o, "is is is is is is is is is is is"), MANN_E_FORMAT);
    assert_non_null(strstr(mann_context_message(context), "own:1: more than 10 words"));
    shut(&o, true);
}

/* --- files --- */

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

/* --- a user's own story --- */

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

/* --- the real files --- */

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
        cmocka_unit_test(words),        cmocka_unit_test(words_of_a_line),
        cmocka_unit_test(world),        cmocka_unit_test(facts),
        cmocka_unit_test(own_question), cmocka_unit_test(layout),
        cmocka_unit_test(splits),       cmocka_unit_test(distribution),
        cmocka_unit_test(sets),         cmocka_unit_test(absent_without_path),
        cmocka_unit_test(bad),          cmocka_unit_test(bad_archives),
        cmocka_unit_test(damaged),      cmocka_unit_test(own_stories),
        cmocka_unit_test(real),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
