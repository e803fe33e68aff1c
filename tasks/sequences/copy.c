/* Copy (Graves et al. 2014, section 4.1): a sequence of random bit vectors, a delimiter on a
 * channel of its own, then the network, seeing nothing any more, gives the sequence back. */
#include "episode.h"

static const mann_option options[] = {
    MANN_EPISODE_BITS("8"),
    MANN_EPISODE_LENGTH("1..20", 100000),
    {0},
};

static void as_given(const mann_episode_config *config, const mann_bits_example *e, int32_t L,
                     int32_t *order)
{
    (void)config;
    (void)e;
    for (int32_t t = 0; t < L; t++) {
        order[t] = t;
    }
}

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    return mann_episode_open(self, config, io, as_given);
}

const mann_task_type mann_task_copy = {
    .name = "copy",
    .summary = "give back a sequence of random bit vectors (Graves et al. 2014, 4.1)",
    .options = options,
    .config_size = sizeof(mann_episode_config),
    .self_size = sizeof(mann_episode),
    .solved = "wrong_bits<=0.01",
    .harder = "length=80",
    .traced = "length=20",
    .open = open,
    .sample = mann_episode_sample,
    .pose_width = mann_episode_pose_width,
    .pose = mann_episode_pose,
    .annotate = mann_episode_annotate,
};
