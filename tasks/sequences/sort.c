/* Sort: a sequence of random bit vectors is given back in ascending order of the number that each
 * spells, channel 0 being its highest bit. Bit vectors rather than real numbers, because then the
 * answer is exact, is scored in bits as copy is, and cannot be had by regressing to the mean; this
 * is also what published sorters of this family are given (Neural GPU, NRAM and the hierarchical
 * attentive memory sort symbols or binary keys).
 *
 *   step      0 .. L-1           L           L+1 .. 2L
 *   input     v(0) .. v(L-1)     delimiter   0
 *   target    -                  -           the same vectors, smallest first
 *
 * Equal vectors are all given back: the target is a permutation of the input. */
#include "bits.h"

typedef struct sort {
    int32_t bits, order;
    mann_range length;
} sort;

enum { ASCENDING, DESCENDING };
static const char *const orders[] = {"ascending", "descending", NULL};

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(sort, bits), "4", 1, 1024, NULL, "bits per vector"},
    {"length", MANN_OPT_RANGE, offsetof(sort, length), "1..8", 1, 10000, NULL,
     "vectors per sequence"},
    {"order", MANN_OPT_CHOICE, offsetof(sort, order), "ascending", 0, 0, orders,
     "smallest or largest number first"},
    {0},
};

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    sort *task = self;
    *task = *(const sort *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 1, .outputs = task->bits};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const sort *task = self;
    int32_t bits = task->bits, L = mann_rng_between(rng, task->length);
    mann_bits_example e;
    mann_status status = mann_bits_episode_make(out, bits, L, &e);
    int32_t *order = mann_example_int(out, "order", L, 0);
    if (status || !order) {
        return MANN_E_NOMEM;
    }
    for (int32_t t = 0; t < L; t++) {
        mann_bits_draw(rng, bits, mann_bits_row(&e, t));
    }
    mann_rows_order(e.input, (size_t)e.inputs, bits, task->order == DESCENDING, L, order);
    for (int32_t t = 0; t < L; t++) {
        mann_bits_want(&e, L + 1 + t, bits, mann_bits_row(&e, order[t]));
    }
    return MANN_OK;
}

/* The k-th "ranked" mark is the step that showed the k-th vector of the answer. */
static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t L = truth->label[0];
    const int32_t *order = mann_example_find(truth, "order")->data;
    mann_bits_episode_annotate(truth, notes);
    for (int32_t k = 0; k < L; k++) {
        mann_notes_add(notes, "ranked", true, order[k], order[k]);
    }
}

const mann_task_type mann_task_sort = {
    .name = "sort",
    .summary = "give back random bit vectors in the order of the numbers they spell",
    .options = options,
    .config_size = sizeof(sort),
    .self_size = sizeof(sort),
    .solved = "wrong_bits<=0.1",
    .harder = "length=12",
    .probe = "length=8",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
