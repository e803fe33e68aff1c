/* Copy-like tasks. */
#include "episode.h"

#include <string.h>

mann_status mann_episode_open(mann_episode *self, const mann_episode_config *config,
                              mann_io_shape *io, mann_episode_order *order)
{
    *self = (mann_episode){*config, order};
    *io = (mann_io_shape){
        .target = MANN_TARGET_BITS, .inputs = config->bits + 1, .outputs = config->bits};
    return MANN_OK;
}

/* The vectors are rows [L, bits], or are drawn from rng. */
static mann_status make(const mann_episode *self, int32_t L, const float *row, mann_rng *rng,
                        mann_example *out)
{
    int32_t bits = self->config.bits;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, 2 * L + 1, bits + 1, bits, &e);
    int32_t *order = mann_example_int(out, "order", L, 0);
    if (status || !order) {
        return MANN_E_NOMEM;
    }
    out->label[0] = L;
    for (int32_t t = 0; t < L; t++) {
        if (row) {
            memcpy(mann_bits_row(&e, t), row + (size_t)t * (size_t)bits,
                   (size_t)bits * sizeof *row);
        } else {
            mann_bits_draw(rng, bits, mann_bits_row(&e, t));
        }
    }
    mann_bits_row(&e, L)[bits] = 1;
    self->order(&self->config, &e, L, order);
    for (int32_t t = 0; t < L; t++) {
        mann_bits_want(&e, L + 1 + t, bits, mann_bits_row(&e, order[t]));
    }
    return MANN_OK;
}

mann_status mann_episode_sample(const void *self_, mann_split_kind split, uint64_t index,
                                mann_rng *rng, mann_example *out)
{
    (void)split;
    (void)index;
    const mann_episode *self = self_;
    return make(self, mann_rng_between(rng, self->config.length), NULL, rng, out);
}

int32_t mann_episode_pose_width(const void *self)
{
    return ((const mann_episode *)self)->config.bits;
}

mann_status mann_episode_pose(mann_context *context, const void *self, const float *row,
                              int32_t rows, mann_example *out)
{
    return make(self, rows, row, NULL, out)
               ? mann_fail(context, MANN_E_NOMEM, "out of memory for %d rows", rows)
               : MANN_OK;
}

void mann_episode_annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    int32_t delimiter = truth->label[0];
    mann_notes_add(notes, "input", false, 0, delimiter - 1);
    mann_notes_add(notes, "delimiter", false, delimiter, delimiter);
    mann_notes_add(notes, "output", false, delimiter + 1, truth->steps - 1);
}

void mann_episode_mark_order(const mann_example *truth, int32_t count, mann_notes *notes)
{
    const int32_t *order = mann_example_find(truth, "order")->data;
    for (int32_t k = 0; k < count; k++) {
        mann_notes_add(notes, "ranked", true, order[k], order[k]);
    }
}
