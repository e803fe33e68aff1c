/* What tests of the library share: a context, and a folder that is gone afterwards.
 *
 * context_begin and context_end, or folder_begin and folder_end, which see to both, go before and
 * after all tests of a program. */
#ifndef MANN_TESTS_FIXTURE_H
#define MANN_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mann/base.h>

extern mann_context *context;
extern char folder[200];

int context_begin(void **state);
int context_end(void **state);
int folder_begin(void **state);
int folder_end(void **state);

/* The path of a file in the folder; good for three more calls. */
const char *in_folder(const char *name);
/* How many there are. */
int entries(void);
/* Writes one, plainly and without syncing. */
void put(const char *path, const void *data, size_t size);

/* With all that is in it; links are not followed. */
void remove_tree(const char *path);

/* The context's message has this part. */
void assert_message(const char *part);

/* The same numbers in each run of a program. */
uint32_t random_below(uint32_t n);

#endif
