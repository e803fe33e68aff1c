/* A group of examples of a network's task, for the tests of tapes, gradients and golden numbers. */
#ifndef MANN_TESTS_GROUP_H
#define MANN_TESTS_GROUP_H

#include "network/network.h"

enum { MOST_EXAMPLES = 8 };

typedef struct group {
    int32_t size;
    mann_example storage[MOST_EXAMPLES];
    const mann_example *example[MOST_EXAMPLES]; /* of storage, longest first */
    uint64_t index[MOST_EXAMPLES];
} group;

/* Draws examples 0..size-1 of the stream seed; a failure fails the test. */
void group_draw(group *g, const mann_network *network, uint64_t seed, int32_t size);
void group_clear(group *g);

/* Starts the tape over and runs the members first..first+count on it. */
void group_forward(const group *g, int32_t first, int32_t count, const mann_network *network,
                   mann_tape *tape, mann_mode mode, mann_outputs *outputs);

/* Walks back from the weighted losses. */
mann_status group_backward(mann_tape *tape, const mann_outputs *outputs);

/* The weighted sum of the losses; *magnitude, if not NULL, is that of their magnitudes. */
double group_loss(const mann_outputs *outputs, double *magnitude);

/* What was predicted for sequence b at step t; it must be that long. */
const mann_real *group_prediction(const mann_outputs *outputs, int32_t b, int32_t t);

#endif
