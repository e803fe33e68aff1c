/* The format of the bAbI tasks (Weston et al. 2015), line by line:
 *
 *   1 Mary moved to the bathroom.
 *   2 John went to the hallway.
 *   3 Where is Mary?<tab>bathroom<tab>1
 *
 * A line with number 1 begins a story. A line with tabs is a question with its answer and the
 * numbers of the lines that support it; it is not part of the story. Words are what stands between
 * blanks, without case and without a mark at the end; an answer is one word, also a list such as
 * "milk,apple".
 *
 * Every question of a story keeps the place and number of the sentences before it, so that a story
 * is stored once. A file is data: whatever is wrong with it is said with its line. */
#include "corpus.h"

#include "lines.h"

#include <stdlib.h>
#include <string.h>

/* No bAbI file comes near these. */
enum { MOST_LINES = 2000 /* of a story */, MOST_TOKENS = 1 << 28 };

typedef struct reader {
    mann_lines at;
    mann_corpus *corpus;
    int32_t task;            /* of what is read */
    int32_t first, previous; /* first sentence of the present story, its last line's number */
    bool asked;              /* the present story has had a question */
    int32_t sentence_of[MOST_LINES + 1]; /* of each line of the story: its number there, from 0, or
                                          * -1 for a question */
} reader;

static mann_status no_memory(const reader *r)
{
    return mann_fail(r->at.context, MANN_E_NOMEM, "%.400s: out of memory for its stories",
                     r->at.name);
}

/* Room for one more element in an array. */
static bool reserve(void **array, int32_t count, int32_t *room, size_t size)
{
    if (count < *room) {
        return true;
    }
    int32_t larger = *room ? 2 * *room : 256;
    void *moved = larger <= MOST_TOKENS ? realloc(*array, (size_t)larger * size) : NULL;
    if (moved) {
        *array = moved;
        *room = larger;
    }
    return moved != NULL;
}

#define RESERVE(corpus, array, count)                                                              \
    reserve((void **)&(corpus)->array, (corpus)->count, &(corpus)->array##_room,                   \
            sizeof *(corpus)->array)

/* The words up to end, which become tokens. */
static mann_status phrase(reader *r, const char *text, const char *end, mann_phrase *made)
{
    mann_corpus *corpus = r->corpus;
    const char *word;
    *made = (mann_phrase){corpus->tokens, 0};
    for (size_t length; (length = mann_word_next(&text, end, &word));) {
        if (!RESERVE(corpus, token, tokens)) {
            return no_memory(r);
        }
        corpus->token[corpus->tokens++] = mann_words_add(&corpus->words, word, length);
        made->length++;
    }
    if (corpus->words.failed) {
        return no_memory(r);
    }
    if (made->length > corpus->longest_phrase) {
        corpus->longest_phrase = made->length;
    }
    return made->length ? MANN_OK : mann_lines_bad(&r->at, "no words behind the line's number");
}

static mann_status sentence(reader *r, const char *text, const char *end)
{
    mann_corpus *corpus = r->corpus;
    if (memchr(text, '?', (size_t)(end - text))) {
        return mann_lines_bad(&r->at,
                              "a question without a tab; QUESTION<tab>ANSWER<tab>SUPPORTING LINES "
                              "is expected");
    }
    mann_phrase made;
    mann_status status = phrase(r, text, end, &made);
    if (status) {
        return status;
    }
    if (!RESERVE(corpus, sentence, sentences)) {
        return no_memory(r);
    }
    r->sentence_of[r->previous] = corpus->sentences - r->first;
    corpus->sentence[corpus->sentences++] = made;
    return MANN_OK;
}

static mann_status supports(reader *r, const char *text, const char *end, mann_asked *asked)
{
    mann_corpus *corpus = r->corpus;
    asked->support = corpus->supports;
    while (text < end && *text == ' ') {
        text++;
    }
    while (text < end && *text != '\r') {
        int32_t line = mann_number_next(&text, end);
        if (line < 0) {
            return mann_lines_bad(
                &r->at, "'%.*s': numbers of supporting lines are expected behind the second tab",
                (int)(end - text), text);
        }
        if (line < 1 || line >= r->previous) {
            return mann_lines_bad(
                &r->at, "the supporting line %d does not exist before this line of the story",
                line);
        }
        if (r->sentence_of[line] < 0) {
            return mann_lines_bad(&r->at, "the supporting line %d is a question", line);
        }
        for (int32_t i = asked->support; i < corpus->supports; i++) {
            if (corpus->support[i] == r->sentence_of[line]) {
                return mann_lines_bad(&r->at, "the supporting line %d is named twice", line);
            }
        }
        if (!RESERVE(corpus, support, supports)) {
            return no_memory(r);
        }
        corpus->support[corpus->supports++] = r->sentence_of[line];
        asked->supports++;
    }
    return MANN_OK;
}

static mann_status question(reader *r, const char *text, const char *tab, const char *end)
{
    mann_corpus *corpus = r->corpus;
    mann_asked made = {.first = r->first,
                       .sentences = corpus->sentences - r->first,
                       .task = r->task,
                       .line = r->at.number,
                       .opens = !r->asked};
    const char *answer = tab + 1, *second = memchr(answer, '\t', (size_t)(end - answer)), *word;
    const char *stop = second ? second : end;
    if (!made.sentences) {
        return mann_lines_bad(&r->at, "a question before the first sentence of its story");
    }
    mann_status status = phrase(r, text, tab, &made.question);
    if (status) {
        return status;
    }
    size_t length = mann_word_next(&answer, stop, &word);
    if (!length) {
        return mann_lines_bad(&r->at, "no answer behind the tab");
    }
    made.answer = mann_words_add(&corpus->words, word, length);
    const char *rest = word;
    if (mann_word_next(&answer, stop, &rest)) {
        return mann_lines_bad(
            &r->at,
            "a blank in the answer '%.*s'; an answer is one word, and a tab stands "
            "between it and the supporting lines",
            (int)(stop - word), word);
    }
    status = second ? supports(r, second + 1, end, &made) : MANN_OK;
    if (status) {
        return status;
    }
    if (corpus->words.failed || !RESERVE(corpus, asked, count)) {
        return no_memory(r);
    }
    if (made.sentences > corpus->longest_story) {
        corpus->longest_story = made.sentences;
    }
    r->sentence_of[r->previous] = -1;
    r->asked = true;
    corpus->asked[corpus->count++] = made;
    return MANN_OK;
}

static mann_status read_line(reader *r)
{
    const char *text = r->at.text, *end = r->at.end;
    mann_status status = mann_lines_check(&r->at);
    int32_t n = status ? -1 : mann_number_next(&text, end);
    if (status || (n < 0 && text == end)) {
        return status; /* or a blank line */
    }
    if (n < 0) {
        return mann_lines_bad(&r->at, "a line number is expected at its start");
    }
    if (n != 1 && n != r->previous + 1) {
        return mann_lines_bad(&r->at,
                              "line number %d behind %d; %d is expected, or 1 for a new story", n,
                              r->previous, r->previous + 1);
    }
    if (n > MOST_LINES) {
        return mann_lines_bad(&r->at, "more than %d lines in a story", MOST_LINES);
    }
    if (n == 1) {
        r->first = r->corpus->sentences;
        r->asked = false;
    }
    r->previous = n;
    const char *tab = memchr(text, '\t', (size_t)(end - text));
    return tab ? question(r, text, tab, end) : sentence(r, text, end);
}

mann_status mann_corpus_read(mann_context *context, mann_corpus *corpus, const char *name,
                             const char *text, size_t size, int32_t task)
{
    reader r = {mann_lines_of(context, name, text, size), .corpus = corpus, .task = task};
    int32_t before = corpus->count;
    mann_status status = MANN_OK;
    while (!status && mann_lines_next(&r.at)) {
        status = read_line(&r);
    }
    if (!status && corpus->count == before) {
        status = mann_fail(context, MANN_E_FORMAT,
                           "%.400s: %s; stories with questions in the format of bAbI are expected",
                           name, size ? "no question" : "empty");
    }
    return status;
}

void mann_corpus_clear(mann_corpus *corpus)
{
    mann_words_clear(&corpus->words);
    free(corpus->token);
    free(corpus->support);
    free(corpus->sentence);
    free(corpus->asked);
    *corpus = (mann_corpus){0};
}

static void copy(const mann_corpus *corpus, mann_phrase from, int32_t *row)
{
    memcpy(row, corpus->token + from.at, (size_t)from.length * sizeof *row);
}

mann_status mann_corpus_example(const mann_corpus *corpus, const mann_io_shape *io,
                                const mann_asked *asked, mann_example *out)
{
    mann_story_example made;
    mann_status status = mann_story_example_make(out, io, asked->sentences, &made);
    if (status) {
        return status;
    }
    for (int32_t s = 0; s < asked->sentences; s++) {
        copy(corpus, corpus->sentence[asked->first + s],
             made.story + (size_t)s * (size_t)io->words);
    }
    copy(corpus, asked->question, made.question);
    for (int32_t k = 0; k < asked->supports; k++) {
        made.support[corpus->support[asked->support + k]] = k + 1;
    }
    made.target[asked->answer] = 1;
    out->label[1] = asked->task;
    out->label[2] = asked->line;
    return MANN_OK;
}
