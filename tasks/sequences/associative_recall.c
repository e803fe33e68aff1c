/* Associative recall (Graves et al. 2014, section 4.3): a list of items, each a few bit vectors
 * behind a delimiter; then one item between two query delimiters; the answer is the item that
 * followed it in the list.
 *
 *   channels    0 .. bits-1: vectors;  bits: item delimiter;  bits+1: query delimiter
 *   list        for each item: delimiter, then `vectors` vectors
 *   query       query delimiter, the vectors of an item that is not the last, query delimiter
 *   answer      `vectors` steps without input, whose target is the next item */
#include "bits.h"

#include <string.h>

typedef struct recall {
    int32_t bits, vectors;
    mann_range items;
} recall;

static const mann_option options[] = {
    {"bits", MANN_OPT_INT, offsetof(recall, bits), "6", 1, 1024, NULL, "bits per vector"},
    {"vectors", MANN_OPT_INT, offsetof(recall, vectors), "3", 1, 1000, NULL, "vectors per item"},
    {"items", MANN_OPT_RANGE, offsetof(recall, items), "2..6", 2, 10000, NULL, "items per list"},
    {0},
};

enum { ITEMS, QUERY }; /* labels: items in the list, the queried item */

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    recall *task = self;
    *task = *(const recall *)config;
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = task->bits + 2, .outputs = task->bits};
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const recall *task = self;
    int32_t bits = task->bits, vectors = task->vectors, per_item = vectors + 1;
    int32_t items = mann_rng_between(rng, task->items);
    int32_t query = (int32_t)mann_rng_below(rng, (uint32_t)items - 1);
    int32_t asked = items * per_item, answer = asked + vectors + 2;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, answer + vectors, bits + 2, bits, &e);
    if (status) {
        return status;
    }
    out->label[ITEMS] = items;
    out->label[QUERY] = query;
    for (int32_t i = 0; i < items; i++) {
        mann_bits_row(&e, i * per_item)[bits] = 1;
        for (int32_t v = 0; v < vectors; v++) {
            mann_bits_draw(rng, bits, mann_bits_row(&e, i * per_item + 1 + v));
        }
    }
    mann_bits_row(&e, asked)[bits + 1] = 1;
    mann_bits_row(&e, answer - 1)[bits + 1] = 1;
    for (int32_t v = 0; v < vectors; v++) {
        int32_t cue = query * per_item + 1 + v;
        memcpy(mann_bits_row(&e, asked + 1 + v), mann_bits_row(&e, cue),
               (size_t)bits * sizeof *e.input);
        mann_bits_want(&e, answer + v, bits, mann_bits_row(&e, cue + per_item));
    }
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    const recall *task = self;
    int32_t per_item = task->vectors + 1, asked = truth->label[ITEMS] * per_item;
    int32_t query = truth->label[QUERY] * per_item;
    mann_notes_add(notes, "items", false, 0, asked - 1);
    mann_notes_add(notes, "query", false, asked, asked + task->vectors + 1);
    mann_notes_add(notes, "answer", false, asked + task->vectors + 2, truth->steps - 1);
    mann_notes_add(notes, "query", true, query + 1, query + task->vectors);
    mann_notes_add(notes, "target", true, query + per_item + 1, query + per_item + task->vectors);
}

const mann_task_type mann_task_associative_recall = {
    .name = "associative_recall",
    .summary = "given an item of a list, give back the next one (Graves et al. 2014, 4.3)",
    .options = options,
    .config_size = sizeof(recall),
    .self_size = sizeof(recall),
    .solved = "wrong_bits<=0.01",
    .defaults = "train.lr=1e-3",
    .harder = "items=12",
    .traced = "items=6",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
