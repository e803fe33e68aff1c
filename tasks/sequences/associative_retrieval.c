/* Associative retrieval (Ba, Hinton, Mnih, Leibo & Ionescu 2016, section 4.1): letters, each
 * followed by a digit; then two question marks and one of the letters. Which digit followed it?
 *
 *   step      0   1   2   3   4   5   6   7   8   9   10
 *   input     c   9   k   8   j   3   f   1   ?   ?   c
 *   target                                            9
 *
 * The letters of a sequence differ, digits may repeat. A symbol is one of 26 letters, 10 digits and
 * the question mark, as a one-hot row; the target is one of the ten digits. (The paper embeds
 * symbols in 100 numbers, a linear map of the one-hot row.) */
#include "bits.h"

enum { LETTERS = 26, DIGITS = 10, QUESTION = LETTERS + DIGITS, SYMBOLS = QUESTION + 1 };

typedef struct retrieval {
    mann_range pairs;
} retrieval;

static const mann_option options[] = {
    {"pairs", MANN_OPT_RANGE, offsetof(retrieval, pairs), "4", 1, LETTERS, NULL,
     "pairs of a letter and a digit per sequence"},
    {0},
};

static mann_status open(mann_context *context, void *self, const void *config, mann_io_shape *io)
{
    (void)context;
    *(retrieval *)self = *(const retrieval *)config;
    *io = (mann_io_shape){.target = MANN_TARGET_CLASS, .inputs = SYMBOLS, .outputs = DIGITS};
    return MANN_OK;
}

/* label: pairs, and which of them is asked for. */
enum { PAIRS, ASKED };

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const retrieval *task = self;
    int32_t pairs = mann_rng_between(rng, task->pairs), last = 2 * pairs + 2;
    int32_t asked = (int32_t)mann_rng_below(rng, (uint32_t)pairs);
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, last + 1, SYMBOLS, DIGITS, &e);
    if (status) {
        return status;
    }
    out->label[PAIRS] = pairs;
    out->label[ASKED] = asked;
    int32_t letter[LETTERS];
    for (int32_t i = 0; i < LETTERS; i++) {
        letter[i] = i;
    }
    for (int32_t i = 0; i < pairs; i++) {
        int32_t other = mann_rng_between(rng, (mann_range){i, LETTERS - 1});
        int32_t key = letter[other], digit = (int32_t)mann_rng_below(rng, DIGITS);
        letter[other] = letter[i];
        letter[i] = key;
        e.input[2 * i * SYMBOLS + key] = 1;
        e.input[(2 * i + 1) * SYMBOLS + LETTERS + digit] = 1;
        if (i == asked) {
            e.input[last * SYMBOLS + key] = 1;
            e.target[last * DIGITS + digit] = 1;
        }
    }
    e.input[(last - 2) * SYMBOLS + QUESTION] = 1;
    e.input[(last - 1) * SYMBOLS + QUESTION] = 1;
    e.mask[last] = 1;
    return MANN_OK;
}

static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t asked = 2 * truth->label[ASKED], last = truth->steps - 1;
    mann_notes_add(notes, "pairs", false, 0, last - 3);
    mann_notes_add(notes, "query", false, last - 2, last);
    mann_notes_add(notes, "key", true, asked, asked);
    mann_notes_add(notes, "value", true, asked + 1, asked + 1);
}

const mann_task_type mann_task_associative_retrieval = {
    .name = "associative_retrieval",
    .summary = "which digit followed this letter? (Ba et al. 2016, 4.1)",
    .options = options,
    .config_size = sizeof(retrieval),
    .self_size = sizeof(retrieval),
    .solved = "error_rate<=0.02",
    .traced = "pairs=4",
    .defaults = "train.batch=128 train.lr=1e-3 train.clip_norm=5 train.max_sequences=4e6 "
                "train.validate_every=500 train.validate_sequences=1000",
    .open = open,
    .sample = sample,
    .annotate = annotate,
};
