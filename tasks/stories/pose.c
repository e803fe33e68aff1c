/* A user's own story with a question, for a network that has learned to answer.
 *
 * Twice over the lines: to find the last question and how many sentences stand before it in its
 * story, then to fill the example. */
#include "lines.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

typedef struct posed {
    const mann_words *words;
    const mann_io_shape *io;
    mann_lines at;
    char unknown[256];
} posed;

/* What a line says: its text, without its number and what stands behind a tab, which answers. */
typedef struct told {
    const char *text, *end, *answer;
    bool question, opens;
} told;

static told parse(const mann_lines *at)
{
    told t = {.text = at->text, .answer = at->end};
    const char *behind = at->text;
    int32_t n = mann_number_next(&behind, at->end);
    if (n >= 0 && behind > at->text && behind[-1] == ' ') {
        t.text = behind;
        t.opens = n == 1;
    }
    t.end = memchr(t.text, '\t', (size_t)(at->end - t.text));
    t.answer = t.end ? t.end + 1 : at->end;
    t.end = t.end ? t.end : at->end;
    while (t.end > t.text && (t.end[-1] == ' ' || t.end[-1] == '\r')) {
        t.end--;
    }
    t.question = t.end > t.text && t.end[-1] == '?';
    return t;
}

/* Lines before the last question's story, the line of the question, and the sentences between. */
typedef struct survey {
    int32_t before, asked, sentences;
} survey;

static mann_status look(mann_lines at, survey *found)
{
    int32_t before = 0, sentences = 0;
    *found = (survey){0};
    while (mann_lines_next(&at)) {
        mann_status status = mann_lines_check(&at);
        if (status) {
            return status;
        }
        told t = parse(&at);
        if (t.opens) {
            before = at.number - 1;
            sentences = 0;
        }
        if (t.question) {
            *found = (survey){before, at.number, sentences};
        } else {
            sentences += t.end > t.text;
        }
    }
    return MANN_OK;
}

/* The tokens of what is told, without the words that the network does not know. */
static mann_status known(posed *p, told t, int32_t *row)
{
    const char *word;
    int32_t count = 0;
    for (size_t length; (length = mann_word_next(&t.text, t.end, &word));) {
        int32_t token = mann_words_find(p->words, word, length);
        size_t used = strlen(p->unknown);
        if (!token && used < sizeof p->unknown) {
            snprintf(p->unknown + used, sizeof p->unknown - used, "%s'%.*s'", used ? ", " : "",
                     (int)(length < 40 ? length : 40), word);
        }
        if (token && count == p->io->words) {
            return mann_lines_bad(&p->at, "more than %d words; the network was made for no more",
                                  p->io->words);
        }
        if (token) {
            row[count++] = token;
        }
    }
    return MANN_OK;
}

static mann_status fill(posed *p, const survey *found, const mann_story_example *made)
{
    mann_status status = MANN_OK;
    for (int32_t s = 0; !status && p->at.number < found->asked && mann_lines_next(&p->at);) {
        told t = parse(&p->at);
        if (t.question) {
            const char *word;
            size_t length = mann_word_next(&t.answer, p->at.end, &word);
            int32_t answer = length ? mann_words_find(p->words, word, length) : 0;
            if (p->at.number == found->asked) {
                made->target[answer] = answer != 0;
                status = known(p, t, made->question);
            }
        } else if (p->at.number > found->before && t.end > t.text) {
            status = known(p, t, made->story + (size_t)s++ * (size_t)p->io->words);
        }
    }
    return status;
}

mann_status mann_story_pose(mann_context *context, const mann_words *words, const mann_io_shape *io,
                            const char *name, const char *text, size_t size, mann_example *out)
{
    posed p = {.words = words, .io = io, .at = mann_lines_of(context, name, text, size)};
    survey found;
    mann_story_example made;
    mann_status status = look(p.at, &found);
    if (!status && !found.sentences) {
        status = mann_fail(context, MANN_E_FORMAT,
                           "%s: %s; a story is a sentence a line, then a question that ends in ?",
                           name, found.asked ? "a question without a story" : "no question");
    }
    status = status ? status : mann_story_example_make(out, io, found.sentences, &made);
    status = status ? status : fill(&p, &found, &made);
    if (!status && *p.unknown) {
        mann_log(context, MANN_LOG_WARNING, "%s: unknown words are left out: %s", name, p.unknown);
    }
    return status;
}
