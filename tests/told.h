/* Examples of stories, read back. */
#ifndef MANN_TESTS_TOLD_H
#define MANN_TESTS_TOLD_H

#include "opened.h"

/* Row i of an array of whole numbers; element i of a vector. */
const int32_t *row(const opened *o, const char *name, int32_t i);
/* The words of a row of tokens. */
void spell(const opened *o, const int32_t *tokens, char *text, size_t size);
/* The word that is wanted, "" if there is none. */
const char *answer(const opened *o);
/* How many there are. */
int32_t sentences(const opened *o);

/* "ada went/ben went|where is ada|attic|1 0": sentences, question, answer, supports. */
void assert_story(const opened *o, const char *expected);

/* The example of a user's own story, called "own" in messages. */
mann_status pose(opened *o, const char *text);

#endif
