/* The adding problem (Hochreiter & Schmidhuber 1997, section 5.4), in the form of Le, Jaitly and
 * Hinton 2015 that later work compares with: T random numbers of [0, 1), two of which are marked,
 * one in each half; after the last step, their sum is wanted.
 *
 *   input     channel 0: the number;  channel 1: 1 at the two marked steps, else 0
 *   target    at the last step: the sum; it is a real number, the loss its squared error
 *
 * Whoever always answers 1 has a mean squared error of 1/6 = 0.167 (the variance of the sum of two
 * uniform numbers): a network below that has begun to look at the marks. (The original draws from
 * [-1, 1], marks with -1 at both ends too, and wants 1/2 + sum/4.) */
#include "bits.h"

typedef struct adding {
    mann_range length;
} adding;

static const mann_option options[] = {
    {"length", MANN_OPT_RANGE, offsetof(adding, length), "50", 2, 100000, NULL,
     "numbers per sequence"},
    {0},
};

enum { LENGTH, FIRST, SECOND }; /* labels: the marked steps */

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    adding *task = self;
    *task = *(const adding *)config;
    *io = (mann_io_shape){.target = MANN_TARGET_REAL, .inputs = 2, .outputs = 1};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const adding *task = self;
    int32_t T = mann_rng_between(rng, task->length), half = T / 2;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, T, 2, 1, &e);
    if (status) {
        return status;
    }
    int32_t first = mann_rng_between(rng, (mann_range){0, half - 1});
    int32_t second = mann_rng_between(rng, (mann_range){half, T - 1});
    out->label[LENGTH] = T;
    out->label[FIRST] = first;
    out->label[SECOND] = second;
    for (int32_t t = 0; t < T; t++) {
        e.input[2 * t] = (float)(mann_rng_bits(rng) >> 40) * 0x1p-24f;
    }
    e.input[2 * first + 1] = e.input[2 * second + 1] = 1;
    e.target[T - 1] = e.input[2 * first] + e.input[2 * second];
    e.mask[T - 1] = 1;
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t T = truth->label[LENGTH];
    mann_notes_add(notes, "input", false, 0, T - 1);
    mann_notes_add(notes, "output", false, T - 1, T - 1);
    mann_notes_add(notes, "marked", true, truth->label[FIRST], truth->label[FIRST]);
    mann_notes_add(notes, "marked", true, truth->label[SECOND], truth->label[SECOND]);
}

const mann_task_type mann_task_adding = {
    .name = "adding",
    .summary = "the sum of the two marked numbers among many (Hochreiter & Schmidhuber 1997)",
    .options = options,
    .config_size = sizeof(adding),
    .self_size = sizeof(adding),
    .solved = "squared_error<=0.005",
    .harder = "length=100",
    .traced = "length=50",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
