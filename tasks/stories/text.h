/* What tasks of stories share: words as tokens, and the arrays of an example. */
#ifndef MANN_TASKS_STORIES_TEXT_H
#define MANN_TASKS_STORIES_TEXT_H

#include <mann/task.h>

/* Words and their tokens, in the order in which they were added. Token 0 is the null word, "". */
typedef struct mann_words {
    char *text;    /* one after the other, each with its 0 */
    int32_t *at;   /* [count], of each in text */
    int32_t *slot; /* [slots], a hash table: a token, 0 for none */
    int32_t count, room, slots;
    size_t used, size; /* of text */
    bool failed;       /* memory was short; sticks */
} mann_words;

/* Letters are kept in lower case. Returns the token, 0 if memory is short. */
int32_t mann_words_add(mann_words *words, const char *text, size_t length);
/* The token, 0 if there is none. */
int32_t mann_words_find(const mann_words *words, const char *text, size_t length);
/* NULL if there is no such token. */
const char *mann_words_text(const mann_words *words, int32_t token);
void mann_words_clear(mann_words *words);

/* The next word of *text (letters, digits and what else stands between blanks, without . , ; ? or !
 * at its end), which moves behind it; returns its length, 0 at the end. */
size_t mann_word_next(const char **text, const char *end, const char **word);

/* Adds the words of texts, but not those that begin with %. */
void mann_words_add_texts(mann_words *words, const char *const *texts, int32_t count);

/* The arrays of a question about a story; see mann_example. */
typedef struct mann_story_example {
    int32_t *story, *question, *support; /* [S, W], [W], [S] */
    float *target;                       /* [C] */
} mann_story_example;

/* Empty but for the mask. MANN_E_NOMEM if storage is short. */
mann_status mann_story_example_make(mann_example *out, const mann_io_shape *io, int32_t sentences,
                                    mann_story_example *made);

/* The example of a user's own story: the last line that ends in ? is asked about the sentences
 * before it. Lines may be numbered, an answer may follow. Unknown words are left out, with a
 * warning. MANN_E_FORMAT. */
mann_status mann_story_pose(mann_context *context, const mann_words *words, const mann_io_shape *io,
                            const char *name, const char *text, size_t size, mann_example *out);

#endif
