/* Sort: a sequence of random bit vectors is given back in ascending order of the number that each
 * spells, channel 0 being its highest bit. Bit vectors rather than real numbers, because then the
 * answer is exact, is scored in bits as copy is, and cannot be had by regressing to the mean; this
 * is also what published sorters of this family are given (Neural GPU, NRAM and the hierarchical
 * attentive memory sort symbols or binary keys).
 *
 * Equal vectors are all given back: the target is a permutation of the input. */
#include "episode.h"

enum { ASCENDING, DESCENDING };
static const char *const orders[] = {"ascending", "descending", NULL};

static const mann_option options[] = {
    MANN_EPISODE_BITS("4"),
    MANN_EPISODE_LENGTH("1..8", 10000),
    {"order", MANN_OPT_CHOICE, offsetof(mann_episode_config, order), "ascending", 0, 0, orders,
     "smallest or largest number first"},
    {0},
};

static void by_number(const mann_episode_config *config, const mann_bits_example *e, int32_t L,
                      int32_t *order)
{
    mann_rows_order(e->input, (size_t)e->inputs, config->bits, config->order == DESCENDING, L,
                    order);
}

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    return mann_episode_open(self, config, io, by_number);
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    mann_episode_annotate(self, truth, notes);
    mann_episode_mark_order(truth, truth->label[0], notes);
}

const mann_task_type mann_task_sort = {
    .name = "sort",
    .summary = "give back random bit vectors in the order of the numbers they spell",
    .options = options,
    .config_size = sizeof(mann_episode_config),
    .self_size = sizeof(mann_episode),
    .solved = "wrong_bits<=0.1",
    .harder = "length=12",
    .traced = "length=8",
    .open = open,
    .sample = mann_episode_sample,
    .pose_width = mann_episode_pose_width,
    .pose = mann_episode_pose,
    .annotate = annotate,
};
