/* What tasks over sequences of bits share. */
#include "bits.h"

#include <string.h>

mann_status mann_bits_example_make(mann_example *out, int32_t steps, int32_t inputs,
                                   int32_t outputs, mann_bits_example *made)
{
    mann_example_reset(out);
    out->steps = steps;
    made->input = mann_example_real(out, "input", steps, inputs);
    made->target = mann_example_real(out, "target", steps, outputs);
    made->mask = mann_example_real(out, "mask", steps, 0);
    made->inputs = inputs;
    made->outputs = outputs;
    return out->failed ? MANN_E_NOMEM : MANN_OK;
}

float *mann_bits_row(const mann_bits_example *e, int32_t t)
{
    return e->input + (size_t)t * (size_t)e->inputs;
}

void mann_bits_want(const mann_bits_example *e, int32_t t, int32_t bits, const float *vector)
{
    memcpy(e->target + (size_t)t * (size_t)e->outputs, vector, (size_t)bits * sizeof *vector);
    e->mask[t] = 1;
}

void mann_bits_draw(mann_rng *rng, int32_t bits, float *row)
{
    uint64_t word = 0;
    for (int32_t i = 0; i < bits; i++) {
        word = i % 64 ? word >> 1 : mann_rng_bits(rng);
        row[i] = (float)(word & 1);
    }
}

static int compare(const float *a, const float *b, int32_t keys)
{
    for (int32_t i = 0; i < keys; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

void mann_rows_order(const float *rows, size_t stride, int32_t keys, bool descending, int32_t n,
                     int32_t *order)
{
    /* By insertion: lists are short, and a sort that allocates nothing may run while training. */
    for (int32_t i = 0; i < n; i++) {
        const float *row = rows + (size_t)i * stride;
        int32_t at = i;
        for (; at > 0; at--) {
            int sign = compare(row, rows + (size_t)order[at - 1] * stride, keys);
            if (descending ? sign <= 0 : sign >= 0) {
                break;
            }
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}
