/* Storkey's rule (Storkey & Valabregue 1999): each pattern x changes
 *
 *     W_ij += (x_i x_j - x_i h_ji - h_ij x_j) / N,   h_ij = sum_{k not i, j} W_ik x_k.
 *
 * With H = W x and a zero diagonal h_ij = H_i - W_ij x_j, so, as x_i x_i = 1,
 *
 *     W_ij += (x_i x_j - x_i H_j - H_i x_j + 2 W_ij) / N:
 *
 * a product and a pass over W for each pattern. Local (i and j only) and incremental. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

static mann_status learn(mann_hopfield *net, int32_t first)
{
    float *field = mann_hopfield_zeroed((size_t)net->units, sizeof *field);
    if (!field) {
        return mann_hopfield_short(net);
    }
    for (int32_t k = first; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        memset(field, 0, (size_t)net->units * sizeof *field);
        mann_hopfield_couplings_fields(net, x, field);
        for (int32_t i = 0; i < net->units; i++) {
            float *row = net->weight + (size_t)i * net->stride;
            net->loops->storkey_row(net->units, x[i], field[i], x, field, row);
            row[i] = 0;
        }
    }
    free(field);
    return MANN_OK;
}

const mann_hopfield_engine mann_hopfield_storkey_engine = {
    .open = mann_hopfield_couplings_open,
    .learn = learn,
    MANN_HOPFIELD_COUPLED,
};
