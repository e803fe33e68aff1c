/* Copy-like tasks: vectors of bits, a delimiter, and the same vectors in an order that the task
 * says.
 *
 *   step      0 .. L-1           L           L+1 .. 2L
 *   input     v(0) .. v(L-1)     delimiter   0
 *   target    -                  -           v(order(0)) .. v(order(L-1))
 *
 *   input     0 .. bits-1: vectors;  bits: delimiter
 *
 * A task has its options, an `open` that names its order, and the hooks below as they are. */
#ifndef MANN_TASKS_SEQUENCES_EPISODE_H
#define MANN_TASKS_SEQUENCES_EPISODE_H

#include "bits.h"

typedef struct mann_episode_config {
    int32_t bits, order; /* order: of tasks with a choice of it */
    mann_range length;
} mann_episode_config;

#define MANN_EPISODE_BITS(initial)                                                                 \
    {                                                                                              \
        "bits", MANN_OPT_INT, offsetof(mann_episode_config, bits), initial, 1, 1024, NULL,         \
            "bits per vector"                                                                      \
    }
#define MANN_EPISODE_LENGTH(initial, most)                                                         \
    {                                                                                              \
        "length", MANN_OPT_RANGE, offsetof(mann_episode_config, length), initial, 1, most, NULL,   \
            "vectors per sequence"                                                                 \
    }

/* Fills order [L]: the step whose vector is answered k-th. */
typedef void mann_episode_order(const mann_episode_config *config, const mann_bits_example *e,
                                int32_t L, int32_t *order);

/* A task's self. */
typedef struct mann_episode {
    mann_episode_config config;
    mann_episode_order *order;
} mann_episode;

/* The end of a task's `open`. */
mann_status mann_episode_open(mann_episode *self, const mann_episode_config *config,
                              mann_io_shape *io, mann_episode_order *order);

/* Hooks: see mann_task_type. label[0] is L; "order" [L] is an array of the example. */
mann_status mann_episode_sample(const void *self, mann_split_kind split, uint64_t index,
                                mann_rng *rng, mann_example *out);
int32_t mann_episode_pose_width(const void *self);
mann_status mann_episode_pose(mann_context *context, const void *self, const float *row,
                              int32_t rows, mann_example *out);
/* "input" up to the delimiter at step label[0], "output" after it, whatever its length: of other
 * tasks with a delimiter too. */
void mann_episode_annotate(const void *self, const mann_example *truth, mann_notes *notes);

/* Marks the first count steps of "order": the k-th mark "ranked" is the step that showed the k-th
 * vector of the answer. */
void mann_episode_mark_order(const mann_example *truth, int32_t count, mann_notes *notes);

#endif
