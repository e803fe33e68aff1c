/* Priority sort (Graves et al. 2014, section 4.5): random bit vectors, each with a priority drawn
 * uniformly from [-1, 1) on a channel of its own; the answer is those of highest priority, highest
 * first.
 *
 *   step      0 .. N-1               N           N+1 .. N+K
 *   input     vectors, priorities    delimiter   0
 *   target    -                      -           the K vectors of highest priority
 *
 *   input     0 .. bits-1: vectors;  bits: priority;  bits+1: delimiter
 *
 * N is 20 and K 16 in the paper, which shows no delimiter; ours lets N vary. A list shorter than K
 * is given back whole. Of equal priorities (24 bits of a draw are kept) the earlier comes first. */
#include "episode.h"

typedef struct priority_sort {
    int32_t bits, outputs;
    mann_range items;
} priority_sort;

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(priority_sort, bits), "8", 1, 1024, NULL, "bits per vector"},
    {"items", MANN_OPT_RANGE, offsetof(priority_sort, items), "20", 1, 10000, NULL,
     "vectors per sequence"},
    {"outputs", MANN_OPT_INT, offsetof(priority_sort, outputs), "16", 1, 10000, NULL,
     "vectors wanted, those of highest priority (all, if there are fewer)"},
    {0},
};

enum { ITEMS, OUTPUTS }; /* labels */

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    priority_sort *task = self;
    *task = *(const priority_sort *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 2, .outputs = task->bits};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const priority_sort *task = self;
    int32_t bits = task->bits, N = mann_rng_between(rng, task->items);
    int32_t K = task->outputs < N ? task->outputs : N;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, N + 1 + K, bits + 2, bits, &e);
    float *priority = mann_example_real(out, "priority", N, 0);
    int32_t *order = mann_example_int(out, "order", N, 0);
    if (status || out->failed) {
        return MANN_E_NOMEM;
    }
    out->label[ITEMS] = N;
    out->label[OUTPUTS] = K;
    for (int32_t n = 0; n < N; n++) {
        float *row = mann_bits_row(&e, n);
        mann_bits_draw(rng, bits, row);
        /* Steps of 2^-23 are exact in float and never round up to 1. */
        priority[n] = (float)(mann_rng_bits(rng) >> 40) * 0x1p-23f - 1;
        row[bits] = priority[n];
    }
    mann_bits_row(&e, N)[bits + 1] = 1;
    mann_rows_order(priority, 1, 1, true, N, order);
    for (int32_t k = 0; k < K; k++) {
        mann_bits_want(&e, N + 1 + k, bits, mann_bits_row(&e, order[k]));
    }
    return MANN_OK;
}

/* The k-th "ranked" mark is the step that showed the vector of the k-th highest priority; that
 * step's input has the priority itself on channel `bits`. So a viewer relates where a vector was
 * written (at that step) to its priority, and to where it is read (k steps after the delimiter). */
static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    mann_episode_annotate(self, truth, notes);
    mann_episode_mark_order(truth, truth->label[OUTPUTS], notes);
}

const mann_task_type mann_task_priority_sort = {
    .name = "priority_sort",
    .summary = "give back the vectors of highest priority, highest first (Graves et al. 2014, 4.5)",
    .options = options,
    .config_size = sizeof(priority_sort),
    .self_size = sizeof(priority_sort),
    .solved = "cost_bits<=20",
    .model = "ntm-ff",
    .defaults = "model.hidden=200 memory.read_heads=4 memory.write_heads=4 memory.shift_range=12 "
                "memory.initial=waves memory.initial_value=0.5 train.batch=8 train.lr=3e-3 "
                "train.beta2=0.99 train.schedule=steps "
                "train.lr_steps=0:1..0.033,100000:0.17..0.007,1000000:0.007 train.average=0.998 "
                "train.validate_every=500 train.validate_sequences=512",
    .traced = "items=20",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
