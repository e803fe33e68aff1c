/* Reverse: as copy, but the sequence is given back from its end. What a stack does; it ships with
 * several implementations of the Neural Turing Machine and is one of the transductions of
 * Grefenstette et al. 2015 (there over symbols).
 *
 *   step      0 .. L-1           L           L+1 .. 2L
 *   input     v(0) .. v(L-1)     delimiter   0
 *   target    -                  -           v(L-1) .. v(0) */
#include "bits.h"

typedef struct reverse {
    int32_t bits;
    mann_range length;
} reverse;

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(reverse, bits), "8", 1, 1024, NULL, "bits per vector"},
    {"length", MANN_OPT_RANGE, offsetof(reverse, length), "1..20", 1, 100000, NULL,
     "vectors per sequence"},
    {0},
};

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    reverse *task = self;
    *task = *(const reverse *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 1, .outputs = task->bits};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const reverse *task = self;
    int32_t bits = task->bits, L = mann_rng_between(rng, task->length);
    mann_bits_example e;
    mann_status status = mann_bits_episode_make(out, bits, L, &e);
    if (status) {
        return status;
    }
    for (int32_t t = 0; t < L; t++) {
        mann_bits_draw(rng, bits, mann_bits_row(&e, t));
        mann_bits_want(&e, 2 * L - t, bits, mann_bits_row(&e, t));
    }
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    mann_bits_episode_annotate(truth, notes);
}

const mann_task_type mann_task_reverse = {
    .name = "reverse",
    .summary = "give back a sequence of random bit vectors, last first",
    .options = options,
    .config_size = sizeof(reverse),
    .self_size = sizeof(reverse),
    .solved = "wrong_bits<=0.01",
    .defaults = "train.lr=2e-3",
    .harder = "length=40",
    .probe = "length=20",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
