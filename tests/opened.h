/* Tasks that are opened for a test, and what every example owes. */
#ifndef MANN_TESTS_OPENED_H
#define MANN_TESTS_OPENED_H

#include "fixture.h"

#include <mann/task.h>

/* What task.path is for file and babi: of the test program, which sets them up. */
extern char file_path[256], babi_path[256];

typedef struct opened {
    const mann_task_type *type;
    void *config, *self;
    mann_io_shape io;
    mann_example example;
} opened;

/* Fails if there is none. */
const mann_task_type *find(const char *name);
/* Settings "key=value key=value"; open is called, and its status returned. */
mann_status try_open(opened *o, const mann_task_type *type, const char *settings);
/* The same, and a failure fails the test. */
void must_open(opened *o, const char *name, const char *settings);
void shut(opened *o, bool was_open);
/* Of a fixed set, example index modulo its size. */
void draw(opened *o, mann_split_kind split, uint64_t seed, uint64_t index);

/* Array name of the example, of floats. */
const float *values(const opened *o, const char *name);
float at(const opened *o, const char *name, int32_t t, int32_t i);
/* Row t of array name begins with these n numbers; is all 0. */
void assert_row(const opened *o, const char *name, int32_t t, const float *row, int32_t n);
void assert_zero_row(const opened *o, const char *name, int32_t t);
/* mask is 0 before first, 1 from there to last, the last step. */
void assert_mask(const opened *o, int32_t first, int32_t last);
/* Of exactly this type and shape; n1 is 0 for a vector. */
const mann_array *find_array(const mann_example *e, const char *name, mann_type type, int32_t n0,
                             int32_t n1);

/* Shapes, finite numbers, targets that count, stories whose supports are there, notes. */
void check_example(const opened *o);
/* Every token has a text. */
void check_vocabulary(const opened *o);
/* Scored against itself, an example has nothing wrong; the metric of `solved` is among the
 * scores, and a perfect answer is a solved task. */
void check_score(const opened *o);

#endif
