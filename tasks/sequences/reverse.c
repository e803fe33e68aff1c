/* Reverse: as copy, but the sequence is given back from its end. What a stack does; it ships with
 * several implementations of the Neural Turing Machine and is one of the transductions of
 * Grefenstette et al. 2015 (there over symbols). */
#include "episode.h"

static const mann_option options[] = {
    MANN_EPISODE_BITS("8"),
    MANN_EPISODE_LENGTH("1..20", 100000),
    {0},
};

static void last_first(const mann_episode_config *config, const mann_bits_example *e, int32_t L,
                       int32_t *order)
{
    (void)config;
    (void)e;
    for (int32_t t = 0; t < L; t++) {
        order[t] = L - 1 - t;
    }
}

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    return mann_episode_open(self, config, io, last_first);
}

const mann_task_type mann_task_reverse = {
    .name = "reverse",
    .summary = "give back a sequence of random bit vectors, last first",
    .options = options,
    .config_size = sizeof(mann_episode_config),
    .self_size = sizeof(mann_episode),
    .solved = "wrong_bits<=0.01",
    .defaults = "train.lr=2e-3",
    .harder = "length=40",
    .traced = "length=20",
    .open = open,
    .sample = mann_episode_sample,
    .pose_width = mann_episode_pose_width,
    .pose = mann_episode_pose,
    .annotate = mann_episode_annotate,
};
