/* Repeat copy (Graves et al. 2014, section 4.2): a sequence of random bit vectors and the number
 * of times that it is wanted; the network gives it back that often, then marks the end on an
 * output channel of its own.
 *
 *   step      0 .. L-1    L                   L+1 .. L+LR       L+LR+1
 *   input     vectors     delimiter, count    0                 0
 *   target    -           -                   vectors, R times  end marker
 *
 *   input     0 .. bits-1: vectors;  bits: delimiter;  bits+1: the count
 *   output    0 .. bits-1: vectors;  bits: end marker, which is wanted as 0 during the vectors
 *
 * The count R is scaled to mean 0 and variance 1 over the range of training, as in the paper:
 * (R - mean) / deviation of a uniform draw. That range is an option of its own (count_range), so
 * that `repeats=20` asks a trained network for 20 in the units it has learned. The delimiter
 * stands beside the count because a scaled count may be 0, which alone could not be seen; the
 * paper mentions the channel of the count only.
 *
 * With `count=tally` the count is R steps of 1 on its channel, the first of them beside the
 * delimiter, and the answer follows: what can be counted down, and so beyond training. */
#include "bits.h"

#include <math.h>

typedef struct repeat_copy {
    int32_t bits, count;
    mann_range length, repeats, count_range;
} repeat_copy;

enum { NUMBER, TALLY };
static const char *const counts[] = {"number", "tally", NULL};

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(repeat_copy, bits), "8", 1, 1024, NULL, "bits per vector"},
    {"length", MANN_OPT_RANGE, offsetof(repeat_copy, length), "1..10", 1, 10000, NULL,
     "vectors per sequence"},
    {"repeats", MANN_OPT_RANGE, offsetof(repeat_copy, repeats), "1..10", 1, 1000, NULL,
     "times that the sequence is wanted"},
    {"count_range", MANN_OPT_RANGE, offsetof(repeat_copy, count_range), "1..10", 1, 1000, NULL,
     "repeats over which the count has mean 0 and variance 1: those of training"},
    {"count", MANN_OPT_CHOICE, offsetof(repeat_copy, count), "number", 0, 0, counts,
     "tally: a 1 on the channel of the count for as many steps as repeats are wanted"},
    {0},
};

enum { LENGTH, REPEATS }; /* labels */

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    repeat_copy *task = self;
    *task = *(const repeat_copy *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 2, .outputs = task->bits + 1};
    return MANN_OK;
}

static float scaled(int32_t repeats, mann_range range)
{
    double width = (double)range.high - range.low + 1;
    double mean = ((double)range.low + range.high) / 2, variance = (width * width - 1) / 12;
    return (float)((repeats - mean) / (variance > 0 ? sqrt(variance) : 1));
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const repeat_copy *task = self;
    int32_t bits = task->bits, L = mann_rng_between(rng, task->length);
    int32_t R = mann_rng_between(rng, task->repeats), tally = task->count == TALLY;
    int32_t answer = L + (tally ? R : 1), end = answer + L * R;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, end + 1, bits + 2, bits + 1, &e);
    if (status) {
        return status;
    }
    out->label[LENGTH] = L;
    out->label[REPEATS] = R;
    for (int32_t t = 0; t < L; t++) {
        mann_bits_draw(rng, bits, mann_bits_row(&e, t));
    }
    mann_bits_row(&e, L)[bits] = 1;
    for (int32_t t = L; t < answer; t++) {
        mann_bits_row(&e, t)[bits + 1] = tally ? 1 : scaled(R, task->count_range);
    }
    for (int32_t t = answer; t < end; t++) {
        mann_bits_want(&e, t, bits, mann_bits_row(&e, (t - answer) % L));
    }
    e.target[(size_t)end * (size_t)(bits + 1) + (size_t)bits] = 1;
    e.mask[end] = 1;
    return MANN_OK;
}

/* A mark "repeat" for each time the sequence is wanted: where a counter should move on. */
static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t L = truth->label[LENGTH], R = truth->label[REPEATS], end = truth->steps - 1;
    int32_t answer = end - L * R;
    mann_notes_add(notes, "input", false, 0, L - 1);
    mann_notes_add(notes, "count", false, L, answer - 1);
    mann_notes_add(notes, "output", false, answer, end - 1);
    mann_notes_add(notes, "end", false, end, end);
    for (int32_t r = 0; r < R; r++) {
        mann_notes_add(notes, "repeat", true, answer + r * L, answer + (r + 1) * L - 1);
    }
}

const mann_task_type mann_task_repeat_copy = {
    .name = "repeat_copy",
    .summary = "give back a sequence a given number of times, then stop (Graves et al. 2014, 4.2)",
    .options = options,
    .config_size = sizeof(repeat_copy),
    .self_size = sizeof(repeat_copy),
    .solved = "wrong_bits<=0.05",
    .model = "ntm-ff",
    .defaults = "train.batch=8 train.lessons=length=1..5,repeats=1..5 train.schedule=cosine "
                "train.decay_sequences=80000",
    .harder = "length=20",
    .traced = "repeats=5,length=10",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
