/* Questions to a base of facts, which is collected from the examples. */
#include "told.h"

#include <stdio.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts),
        cmocka_unit_test(own_question),
    };
    return cmocka_run_group_tests_name("knowledge", tests, context_begin, context_end);
}
