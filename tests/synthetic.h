/* Made-up episodes of an NTM on the copy task, for tests of pictures. */
#ifndef MANN_TESTS_SYNTHETIC_H
#define MANN_TESTS_SYNTHETIC_H

#include <mann/trace.h>

typedef struct synthetic_size {
    int32_t length, locations, words, write_heads, read_heads;
} synthetic_size;

/* skill 0: nothing learnt, weightings near uniform; 1: copies without an error. */
mann_trace *synthetic_copy(mann_context *context, synthetic_size size, double skill, uint64_t seed);

/* A run folder with metrics and traces over a training. */
mann_status synthetic_run(mann_context *context, const char *path, synthetic_size size,
                          int32_t snapshots);

#endif
