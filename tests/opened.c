/* Tasks that are opened for a test, and what every example owes. */
#include "opened.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char file_path[256], babi_path[256];

const mann_task_type *find(const char *name)
{
    const mann_task_type *type = mann_task_find(context, name);
    assert_non_null(type);
    return type;
}

mann_status try_open(opened *o, const mann_task_type *type, const char *settings)
{
    char text[512], *rest = NULL;
    *o = (opened){.type = type,
                  .config = calloc(1, type->config_size + 1),
                  .self = calloc(1, type->self_size + 1)};
    assert_non_null(o->config);
    assert_non_null(o->self);
    assert_int_equal(mann_example_init(&o->example), MANN_OK);
    mann_options_default(type->options, o->config);
    if (mann_option_find(type->options, "path")) {
        const char *path = strcmp(type->name, "babi") ? file_path : babi_path;
        assert_int_equal(mann_option_set(context, "task", type->options, o->config, "path", path),
                         MANN_OK);
    }
    snprintf(text, sizeof text, "%s", settings);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        if (mann_option_set(context, "task", type->options, o->config, word, equals + 1)) {
            fail_msg("%s", mann_context_message(context));
        }
    }
    return type->open(context, o->self, o->config, &o->io);
}

void shut(opened *o, bool was_open)
{
    if (was_open && o->type->close) {
        o->type->close(o->self);
    }
    mann_example_clear(&o->example);
    free(o->config);
    free(o->self);
}

void must_open(opened *o, const char *name, const char *settings)
{
    if (try_open(o, find(name), settings)) {
        fail_msg("%s %s: %s", name, settings, mann_context_message(context));
    }
}

void draw(opened *o, mann_split_kind split, uint64_t seed, uint64_t index)
{
    mann_rng rng = mann_rng_stream(seed, "test of tasks", index);
    index %= o->type->count ? (uint64_t)o->type->count(o->self, split) : UINT64_MAX;
    assert_int_equal(o->type->sample(o->self, split, index, &rng, &o->example), MANN_OK);
    assert_false(o->example.failed);
}

const float *values(const opened *o, const char *name)
{
    const mann_array *array = mann_example_find(&o->example, name);
    assert_non_null(array);
    return array->data;
}

float at(const opened *o, const char *name, int32_t t, int32_t i)
{
    const mann_array *array = mann_example_find(&o->example, name);
    assert_non_null(array);
    int32_t width = array->rank == 2 ? array->n[1] : 1;
    assert_true(t >= 0 && t < array->n[0] && i >= 0 && i < width);
    return ((const float *)array->data)[(size_t)t * (size_t)width + (size_t)i];
}

void assert_row(const opened *o, const char *name, int32_t t, const float *row, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (at(o, name, t, i) != row[i]) {
            fail_msg("%s[%d][%d] is %g, not %g", name, t, i, (double)at(o, name, t, i),
                     (double)row[i]);
        }
    }
}

void assert_zero_row(const opened *o, const char *name, int32_t t)
{
    static const float zero[64];
    assert_row(o, name, t, zero, mann_example_find(&o->example, name)->n[1]);
}

void assert_mask(const opened *o, int32_t first, int32_t last)
{
    assert_int_equal(o->example.steps, last + 1);
    for (int32_t t = 0; t <= last; t++) {
        assert_true(at(o, "mask", t, 0) == (t >= first));
    }
}

const mann_array *find_array(const mann_example *e, const char *name, mann_type type, int32_t n0,
                             int32_t n1)
{
    const mann_array *array = mann_example_find(e, name);
    assert_non_null(array);
    assert_int_equal(array->type, type);
    assert_int_equal(array->rank, n1 ? 2 : 1);
    assert_int_equal(array->n[0], n0);
    assert_int_equal(array->n[1], n1);
    return array;
}

static void check_array(const mann_example *e, const char *name, int32_t rank, int32_t n1)
{
    const mann_array *array = find_array(e, name, MANN_REAL, e->steps, rank == 2 ? n1 : 0);
    size_t size = (size_t)e->steps * (size_t)(rank == 2 ? n1 : 1);
    for (size_t i = 0; i < size; i++) {
        assert_true(isfinite(((const float *)array->data)[i]));
    }
}

static void check_target(const opened *o)
{
    bool any = false;
    for (int32_t t = 0; t < o->example.steps; t++) {
        float counts = at(o, "mask", t, 0);
        assert_true(counts == 0 || counts == 1);
        any = any || counts == 1;
        float sum = 0;
        for (int32_t i = 0; i < o->io.outputs; i++) {
            float wanted = at(o, "target", t, i);
            sum += wanted;
            assert_true(o->io.target == MANN_TARGET_REAL || wanted == 0 || wanted == 1);
        }
        assert_true(o->io.target != MANN_TARGET_CLASS || counts == 0 || sum == 1);
    }
    assert_true(any);
}

static void check_notes(const opened *o)
{
    if (!o->type->annotate) {
        return;
    }
    mann_notes notes = {0};
    o->type->annotate(o->self, &o->example, &notes);
    assert_true(notes.count > 0);
    for (int32_t i = 0; i < notes.count; i++) {
        assert_true(notes.span[i].name && notes.span[i].name[0]);
        assert_in_range(notes.span[i].first, 0, notes.span[i].last);
        assert_in_range(notes.span[i].last, notes.span[i].first, o->example.steps - 1);
    }
}

/* Words, then nothing but the null word, which is not one of them. */
static void check_words(const opened *o, const int32_t *row)
{
    assert_true(row[0] > 0);
    for (int32_t i = 0; i < o->io.words; i++) {
        assert_in_range(row[i], 0, o->io.vocabulary - 1);
        assert_true(i == 0 || !row[i] || row[i - 1]);
    }
}

static void check_story(const opened *o)
{
    const mann_array *story = mann_example_find(&o->example, "story");
    assert_non_null(story);
    int32_t S = story->n[0], W = o->io.words, supports = 0;
    assert_int_equal(o->example.steps, 1);
    assert_in_range(S, 1, o->io.story);
    find_array(&o->example, "story", MANN_INT32, S, W);
    for (int32_t s = 0; s < S; s++) {
        check_words(o, (const int32_t *)story->data + s * W);
    }
    check_words(o, find_array(&o->example, "question", MANN_INT32, 1, W)->data);
    const int32_t *support = find_array(&o->example, "support", MANN_INT32, S, 0)->data;
    for (int32_t s = 0; s < S; s++) {
        supports += support[s] != 0;
    }
    for (int32_t k = 1; k <= supports; k++) {
        int32_t found = 0;
        for (int32_t s = 0; s < S; s++) {
            found += support[s] == k;
        }
        assert_int_equal(found, 1);
    }
}

void check_vocabulary(const opened *o)
{
    assert_int_equal(o->io.target, MANN_TARGET_CLASS);
    assert_int_equal(o->io.inputs, 0);
    assert_int_equal(o->io.outputs, o->io.vocabulary);
    assert_string_equal(o->type->word(o->self, 0), "");
    for (int32_t i = 1; i < o->io.vocabulary; i++) {
        assert_true(strlen(o->type->word(o->self, i)) > 0);
    }
    assert_null(o->type->word(o->self, o->io.vocabulary));
}

void check_example(const opened *o)
{
    assert_true(o->example.steps >= 1);
    if (o->io.vocabulary) {
        check_story(o);
    } else {
        check_array(&o->example, "input", 2, o->io.inputs);
    }
    check_array(&o->example, "target", 2, o->io.outputs);
    check_array(&o->example, "mask", 1, 0);
    check_target(o);
    check_notes(o);
}

void check_score(const opened *o)
{
    mann_score score = {0};
    const float *target = values(o, "target");
    if (o->type->score) {
        o->type->score(o->self, &o->example, target, &score);
    } else {
        mann_score_usual(&o->io, &o->example, target, &score);
    }
    assert_true(score.count > 0);
    char metric[64];
    size_t length = strcspn(o->type->solved, "<");
    snprintf(metric, sizeof metric, "%.*s", (int)length, o->type->solved);
    double value = mann_score_get(&score, metric);
    assert_true(value <= strtod(o->type->solved + length + 2, NULL));
}
