/* The pseudo-inverse rule (Personnaz, Guyon & Dreyfus 1985): W = X^+ X, the projection on the span
 * of the patterns, so every one of them is its own field, however correlated they are.
 *
 * With the singular value decomposition of X^T = U S V^T (of X = U S V^T if there are more
 * patterns than units), W = sum of u_r u_r^T (v_r v_r^T) over the singular values that are not
 * zero to rounding. Zeroing the diagonal leaves x_i (1 - W_ii) as the field of a stored pattern:
 * still the right sign, unless the span is the whole space, where W is the identity and nothing
 * would be left; that is refused. Not incremental: the projection is computed from all patterns. */
#include "hopfield/internal.h"

#include <gsl/gsl_linalg.h>
#include <stdlib.h>
#include <string.h>

/* The decomposition in place: a [rows, columns], rows >= columns, becomes U. 0 as GSL has it. */
static int decompose(gsl_matrix *a, gsl_matrix *v, gsl_vector *s)
{
    gsl_vector *work = gsl_vector_alloc(a->size2);
    gsl_matrix *square = gsl_matrix_alloc(a->size2, a->size2);
    int error = work && square ? gsl_linalg_SV_decomp_mod(a, square, v, s, work) : GSL_ENOMEM;
    gsl_vector_free(work);
    gsl_matrix_free(square);
    return error;
}

/* weight += direction direction^T for every column of basis below rank. */
static mann_status project(mann_hopfield *net, const gsl_matrix *basis, int32_t rank)
{
    float *direction = mann_hopfield_zeroed(4 * net->stride, sizeof *direction);
    if (!direction) {
        return mann_hopfield_short(net);
    }
    memset(net->weight, 0, (size_t)net->units * net->stride * sizeof *net->weight);
    for (int32_t r = 0; r < rank; r += 4) {
        for (int32_t q = 0; q < 4; q++) {
            for (int32_t i = 0; i < net->units; i++) {
                direction[(size_t)q * net->stride + (size_t)i] =
                    r + q < rank ? (float)gsl_matrix_get(basis, (size_t)i, (size_t)(r + q)) : 0;
            }
        }
        for (int32_t i = 0; i < net->units; i++) {
            float factor[4];
            for (int32_t q = 0; q < 4; q++) {
                factor[q] = direction[(size_t)q * net->stride + (size_t)i];
            }
            net->loops->axpy4(net->units, factor, direction, net->stride,
                              net->weight + (size_t)i * net->stride);
        }
    }
    for (int32_t i = 0; i < net->units; i++) {
        net->weight[(size_t)i * net->stride + (size_t)i] = 0;
    }
    free(direction);
    return MANN_OK;
}

static mann_status learn(mann_hopfield *net, int32_t first)
{
    (void)first;
    bool tall = net->units >= net->count; /* decompose X^T, else X */
    size_t rows = (size_t)(tall ? net->units : net->count);
    size_t columns = (size_t)(tall ? net->count : net->units);
    gsl_matrix *a = gsl_matrix_alloc(rows, columns), *v = gsl_matrix_alloc(columns, columns);
    gsl_vector *s = gsl_vector_alloc(columns);
    mann_status status = MANN_OK;
    int error = GSL_ENOMEM;
    if (a && v && s) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < columns; c++) {
                size_t k = tall ? c : r, i = tall ? r : c;
                gsl_matrix_set(a, r, c, (double)mann_hopfield_row(net, (int32_t)k)[i]);
            }
        }
        error = decompose(a, v, s);
    }
    if (error) {
        status = mann_fail(net->context, error == GSL_ENOMEM ? MANN_E_NOMEM : MANN_E_INVAL,
                           "the singular value decomposition of %d patterns of %d units "
                           "failed: %s",
                           net->count, net->units, gsl_strerror(error));
    } else {
        int32_t rank = 0;
        double least = (double)rows * 2.3e-16 * gsl_vector_get(s, 0);
        while (rank < (int32_t)columns && gsl_vector_get(s, (size_t)rank) > least) {
            rank++;
        }
        if (rank == net->units) {
            status = mann_fail(net->context, MANN_E_INVAL,
                               "%d patterns span all %d dimensions, where the couplings of the "
                               "pseudo-inverse rule vanish: store fewer than %d independent "
                               "ones, or use the rule dense or modern",
                               net->count, net->units, net->units);
        } else {
            status = project(net, tall ? a : v, rank);
        }
    }
    gsl_matrix_free(a);
    gsl_matrix_free(v);
    gsl_vector_free(s);
    return status;
}

const mann_hopfield_engine mann_hopfield_pseudo_inverse_engine = {
    .open = mann_hopfield_couplings_open,
    .learn = learn,
    MANN_HOPFIELD_COUPLED,
};
