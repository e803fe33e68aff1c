/* Examples of stories, read back. */
#include "told.h"

#include <stdio.h>
#include <string.h>

const int32_t *row(const opened *o, const char *name, int32_t i)
{
    const mann_array *array = mann_example_find(&o->example, name);
    assert_non_null(array);
    return (const int32_t *)array->data + (array->n[1] ? i * array->n[1] : i);
}

void spell(const opened *o, const int32_t *tokens, char *text, size_t size)
{
    *text = '\0';
    for (int32_t i = 0; i < o->io.words && tokens[i]; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i ? " " : "", o->type->word(o->self, tokens[i]));
    }
}

const char *answer(const opened *o)
{
    const float *target = values(o, "target");
    for (int32_t i = 0; i < o->io.outputs; i++) {
        if (target[i] != 0) {
            return o->type->word(o->self, i);
        }
    }
    return "";
}

int32_t sentences(const opened *o)
{
    return mann_example_find(&o->example, "story")->n[0];
}

void assert_story(const opened *o, const char *expected)
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

mann_status pose(opened *o, const char *text)
{
    return o->type->pose_text(context, o->self, "own", text, strlen(text), &o->example);
}
