/* Stories with questions, as text: the format of the bAbI tasks. */
#ifndef MANN_TASKS_STORIES_CORPUS_H
#define MANN_TASKS_STORIES_CORPUS_H

#include "text.h"

/* Tokens of a sentence or a question. */
typedef struct mann_phrase {
    int32_t at, length; /* in the corpus's token */
} mann_phrase;

/* A question, and the story so far: the sentences before it, questions left out. */
typedef struct mann_asked {
    mann_phrase question;
    int32_t first, sentences;  /* of the story, in the corpus's sentence */
    int32_t answer;            /* token */
    int32_t support, supports; /* in the corpus's support: numbers in the story, in order of use */
    int32_t task, line;        /* the caller's number; the line in its file */
    bool opens;                /* it is the first question of its story */
} mann_asked;

typedef struct mann_corpus {
    mann_words words;
    int32_t *token, *support;
    mann_phrase *sentence;
    mann_asked *asked;
    int32_t tokens, supports, sentences, count; /* count: of asked */
    int32_t token_room, support_room, sentence_room, asked_room;
    int32_t longest_story, longest_phrase; /* sentences, words; of what was read so far */
} mann_corpus;

/* Appends the questions of a text [size], which has a 0 byte behind it; name is for messages, task
 * goes into each question. MANN_E_FORMAT with file, line and reason, MANN_E_NOMEM. */
mann_status mann_corpus_read(mann_context *context, mann_corpus *corpus, const char *name,
                             const char *text, size_t size, int32_t task);
void mann_corpus_clear(mann_corpus *corpus);

/* The example of a question. */
mann_status mann_corpus_example(const mann_corpus *corpus, const mann_io_shape *io,
                                const mann_asked *asked, mann_example *out);

#endif
