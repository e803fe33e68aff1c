/* Lists that people type, cut into words: "key=value key=value", "matrix+hopfield". */
#ifndef MANN_BASE_WORDS_H
#define MANN_BASE_WORDS_H

#include <mann/option.h>

/* A copy of a list and where it is read on. */
typedef struct mann_words {
    char text[MANN_TEXT_SIZE];
    char *rest;
    const char *between; /* bytes that stand between words; the caller's */
} mann_words;

/* False if text is too long; there are then no words. */
bool mann_words_begin(mann_words *words, const char *text, const char *between);

/* The next word, NULL at the end. Nothing stands between two bytes of `between`. */
char *mann_words_next(mann_words *words);

/* Cuts a word at its first '=' and returns what follows; NULL if there is none. */
char *mann_words_value(char *word);

#endif
