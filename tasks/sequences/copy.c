/* Copy (Graves et al. 2014, section 4.1): a sequence of random bit vectors, a delimiter on a
 * channel of its own, then the network, seeing nothing any more, gives the sequence back.
 *
 *   step      0 .. L-1      L           L+1 .. 2L
 *   input     vectors       delimiter   0
 *   target    -             -           vectors */
#include "bits.h"

#include <string.h>

typedef struct copy {
    int32_t bits;
    mann_range length;
} copy;

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(copy, bits), "8", 1, 1024, NULL, "bits per vector"},
    {"length", MANN_OPT_RANGE, offsetof(copy, length), "1..20", 1, 100000, NULL,
     "vectors per sequence"},
    {0},
};

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    copy *task = self;
    *task = *(const copy *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 1, .outputs = task->bits};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const copy *task = self;
    int32_t bits = task->bits, L = mann_rng_between(rng, task->length);
    mann_bits_example e;
    mann_status status = mann_bits_episode_make(out, bits, L, &e);
    if (status) {
        return status;
    }
    for (int32_t t = 0; t < L; t++) {
        mann_bits_draw(rng, bits, mann_bits_row(&e, t));
        mann_bits_want(&e, L + 1 + t, bits, mann_bits_row(&e, t));
    }
    return MANN_OK;
}

static int32_t pose_width(const void *self)
{
    return ((const copy *)self)->bits;
}

static mann_status pose(mann_context *context, const void *self, const float *row, int32_t rows,
                        mann_example *out)
{
    const copy *task = self;
    int32_t bits = task->bits;
    mann_bits_example e;
    if (mann_bits_episode_make(out, bits, rows, &e)) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for %d rows", rows);
    }
    for (int32_t t = 0; t < rows; t++) {
        const float *vector = row + (size_t)t * (size_t)bits;
        memcpy(mann_bits_row(&e, t), vector, (size_t)bits * sizeof *vector);
        mann_bits_want(&e, rows + 1 + t, bits, vector);
    }
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    mann_bits_episode_annotate(truth, notes);
}

const mann_task_type mann_task_copy = {
    .name = "copy",
    .summary = "give back a sequence of random bit vectors (Graves et al. 2014, 4.1)",
    .options = options,
    .config_size = sizeof(copy),
    .self_size = sizeof(copy),
    .solved = "wrong_bits<=0.01",
    .harder = "length=80",
    .probe = "length=20",
    .open = open,
    .sample = sample,
    .pose_width = pose_width,
    .pose = pose,
    .annotate = annotate,
};
