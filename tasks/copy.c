/* Copy (Graves et al. 2014, section 4.1): a sequence of random bit vectors, a delimiter on a
 * channel of its own, then the network, seeing nothing any more, gives the sequence back.
 *
 *   step      0 .. L-1      L           L+1 .. 2L
 *   input     vectors       delimiter   0
 *   target    -             -           vectors */
#include "bits.h"

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

/* The episode of L vectors that are already in place at the front of the input. */
static void complete(int32_t bits, int32_t L, mann_bits_example e, mann_example *out)
{
    size_t inputs = (size_t)bits + 1;
    out->label[0] = L;
    e.input[(size_t)L * inputs + (size_t)bits] = 1;
    for (int32_t t = 0; t < L; t++) {
        for (int32_t i = 0; i < bits; i++) {
            e.target[(size_t)(L + 1 + t) * (size_t)bits + (size_t)i] =
                e.input[(size_t)t * inputs + (size_t)i];
        }
        e.mask[L + 1 + t] = 1;
    }
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const copy *task = self;
    int32_t bits = task->bits, L = mann_rng_between(rng, task->length);
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, 2 * L + 1, bits + 1, bits, &e);
    if (status) {
        return status;
    }
    for (int32_t t = 0; t < L; t++) {
        mann_bits_draw(rng, bits, e.input + (size_t)t * (size_t)(bits + 1));
    }
    complete(bits, L, e, out);
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
    if (mann_bits_example_make(out, 2 * rows + 1, bits + 1, bits, &e)) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for %d rows", rows);
    }
    for (int32_t t = 0; t < rows; t++) {
        for (int32_t i = 0; i < bits; i++) {
            e.input[(size_t)t * (size_t)(bits + 1) + (size_t)i] =
                row[(size_t)t * (size_t)bits + (size_t)i];
        }
    }
    complete(bits, rows, e, out);
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t L = truth->label[0];
    mann_notes_add(notes, "input", false, 0, L - 1);
    mann_notes_add(notes, "delimiter", false, L, L);
    mann_notes_add(notes, "output", false, L + 1, 2 * L);
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
