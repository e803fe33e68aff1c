/* Sums, products and interpolations of rows, and the squashing functions.
 *
 * The derivatives are written in terms of the squashed value y where that is exact:
 * tanh' = 1 - y^2, sigmoid' = y (1 - y), softplus' = sigmoid(x). */
#include "kern/lanes/rows.h"

#define EACH(rows, cols)                                                                           \
    for (int32_t r = 0; r < (rows); r++)                                                           \
        for (int32_t n = 0; n < (cols); n += V)

/* Element n of row r. */
#define AT(p, ld) ((p) + (size_t)r * (size_t)(ld) + n)

void KERN(accumulate)(int32_t rows, int32_t cols, const mann_real *x, int32_t ldx, mann_real *y,
                      int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        v_store(AT(y, ldy), m, v_load(AT(y, ldy), m) + v_load(AT(x, ldx), m));
    }
}

void KERN(add)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda, const mann_real *b,
               int32_t ldb, mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        v_store(AT(y, ldy), m, v_load(AT(a, lda), m) + v_load(AT(b, ldb), m));
    }
}

void KERN(subtract)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda, const mann_real *b,
                    int32_t ldb, mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        v_store(AT(y, ldy), m, v_load(AT(a, lda), m) - v_load(AT(b, ldb), m));
    }
}

void KERN(multiply)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda, const mann_real *b,
                    int32_t ldb, mann_real *y, int32_t ldy, bool accumulate)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf product = v_load(AT(a, lda), m) * v_load(AT(b, ldb), m);
        if (accumulate) {
            product += v_load(AT(y, ldy), m);
        }
        v_store(AT(y, ldy), m, product);
    }
}

void KERN(interpolate)(int32_t rows, int32_t cols, const mann_real *g, int32_t ldg,
                       const mann_real *a, int32_t lda, const mann_real *b, int32_t ldb,
                       mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf gate = v_load(AT(g, ldg), m);
        vf mixed = gate * v_load(AT(a, lda), m) + (v_set(1) - gate) * v_load(AT(b, ldb), m);
        v_store(AT(y, ldy), m, mixed);
    }
}

void KERN(interpolate_grad)(int32_t rows, int32_t cols, const mann_real *g, int32_t ldg,
                            const mann_real *a, int32_t lda, const mann_real *b, int32_t ldb,
                            const mann_real *dy, int32_t lddy, mann_real *dg, int32_t lddg,
                            mann_real *da, int32_t ldda, mann_real *db, int32_t lddb)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf gate = v_load(AT(g, ldg), m), d = v_load(AT(dy, lddy), m);
        if (dg) {
            vf apart = v_load(AT(a, lda), m) - v_load(AT(b, ldb), m);
            v_store(AT(dg, lddg), m, v_load(AT(dg, lddg), m) + d * apart);
        }
        if (da) {
            v_store(AT(da, ldda), m, v_load(AT(da, ldda), m) + d * gate);
        }
        if (db) {
            v_store(AT(db, lddb), m, v_load(AT(db, lddb), m) + d * (v_set(1) - gate));
        }
    }
}

void KERN(maximum)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda, const mann_real *b,
                   int32_t ldb, mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf x = v_load(AT(a, lda), m), z = v_load(AT(b, ldb), m);
        /* If neither is larger: x, or NaN from either. Infinite ones have no difference. */
        vf other = v_above(v_abs(x), v_set(FLT_MAX), x, x + (x - z));
        v_store(AT(y, ldy), m, v_above(x, z, x, v_above(z, x, z, other)));
    }
}

void KERN(maximum_grad)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                        const mann_real *b, int32_t ldb, const mann_real *dy, int32_t lddy,
                        mann_real *da, int32_t ldda, mann_real *db, int32_t lddb)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf x = v_load(AT(a, lda), m), z = v_load(AT(b, ldb), m), d = v_load(AT(dy, lddy), m);
        vf none = v_set(0);
        if (da) {
            v_store(AT(da, ldda), m, v_load(AT(da, ldda), m) + v_above(z, x, none, d));
        }
        if (db) {
            v_store(AT(db, lddb), m, v_load(AT(db, lddb), m) + v_above(z, x, d, none));
        }
    }
}

void KERN(distance)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda, const mann_real *b,
                    int32_t ldb, mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        v_store(AT(y, ldy), m, v_abs(v_load(AT(a, lda), m) - v_load(AT(b, ldb), m)));
    }
}

void KERN(distance_grad)(int32_t rows, int32_t cols, const mann_real *a, int32_t lda,
                         const mann_real *b, int32_t ldb, const mann_real *dy, int32_t lddy,
                         mann_real *da, int32_t ldda, mann_real *db, int32_t lddb)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf x = v_load(AT(a, lda), m), z = v_load(AT(b, ldb), m), d = v_load(AT(dy, lddy), m);
        vf none = v_set(0), up = v_above(x, z, d, none), down = v_above(z, x, d, none);
        if (da) {
            v_store(AT(da, ldda), m, v_load(AT(da, ldda), m) + (up - down));
        }
        if (db) {
            v_store(AT(db, lddb), m, v_load(AT(db, lddb), m) + (down - up));
        }
    }
}

INLINE vf squash_one(mann_squash_kind kind, vf x)
{
    switch (kind) {
    case MANN_IDENTITY: return x;
    case MANN_TANH: return v_tanh(x);
    case MANN_SIGMOID: return v_sigmoid(x);
    case MANN_RELU: return v_max(v_set(0), x);
    case MANN_SOFTPLUS: return v_softplus(x);
    case MANN_ONEPLUS: return v_set(1) + v_softplus(x);
    case MANN_SOFTMAX: break;
    }
    return x;
}

INLINE vf squash_slope(mann_squash_kind kind, vf x, vf y)
{
    switch (kind) {
    case MANN_TANH: return v_set(1) - y * y;
    case MANN_SIGMOID: return y * (v_set(1) - y);
    case MANN_RELU: return v_above(x, v_set(0), v_set(1), v_set(0));
    case MANN_SOFTPLUS:
    case MANN_ONEPLUS: return v_sigmoid(x);
    case MANN_IDENTITY:
    case MANN_SOFTMAX: break;
    }
    return v_set(1);
}

INLINE void squash_kind(mann_squash_kind kind, int32_t rows, int32_t cols, mann_real limit,
                        const mann_real *x, int32_t ldx, mann_real *y, int32_t ldy)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        v_store(AT(y, ldy), m, squash_one(kind, clip(v_load(AT(x, ldx), m), limit)));
    }
}

INLINE void squash_kind_grad(mann_squash_kind kind, int32_t rows, int32_t cols, mann_real limit,
                             const mann_real *x, int32_t ldx, const mann_real *y, int32_t ldy,
                             const mann_real *dy, int32_t lddy, mann_real *dx, int32_t lddx)
{
    EACH(rows, cols)
    {
        vm m = v_tail(cols - n);
        vf at = v_load(AT(x, ldx), m);
        vf d = v_load(AT(dy, lddy), m) * squash_slope(kind, at, v_load(AT(y, ldy), m));
        if (limit > 0) {
            d = v_above(v_abs(at), v_set(limit), v_set(0), d);
        }
        v_store(AT(dx, lddx), m, v_load(AT(dx, lddx), m) + d);
    }
}

void KERN(squash)(mann_squash_kind kind, int32_t rows, int32_t cols, int32_t group, mann_real limit,
                  const mann_real *x, int32_t ldx, mann_real *y, int32_t ldy)
{
    switch (kind) {
#define CASE(k)                                                                                    \
    case k: squash_kind(k, rows, cols, limit, x, ldx, y, ldy); break;
        CASE(MANN_IDENTITY)
        CASE(MANN_TANH)
        CASE(MANN_SIGMOID)
        CASE(MANN_RELU)
        CASE(MANN_SOFTPLUS)
        CASE(MANN_ONEPLUS)
#undef CASE
    case MANN_SOFTMAX:
        for (int32_t r = 0; r < rows; r++) {
            for (int32_t n = 0; n + group <= cols; n += group) {
                softmax_row(group, limit, NULL, AT(x, ldx), AT(y, ldy));
            }
        }
        break;
    }
}

void KERN(squash_grad)(mann_squash_kind kind, int32_t rows, int32_t cols, int32_t group,
                       mann_real limit, const mann_real *x, int32_t ldx, const mann_real *y,
                       int32_t ldy, const mann_real *dy, int32_t lddy, mann_real *dx, int32_t lddx)
{
    switch (kind) {
#define CASE(k)                                                                                    \
    case k: squash_kind_grad(k, rows, cols, limit, x, ldx, y, ldy, dy, lddy, dx, lddx); break;
        CASE(MANN_IDENTITY)
        CASE(MANN_TANH)
        CASE(MANN_SIGMOID)
        CASE(MANN_RELU)
        CASE(MANN_SOFTPLUS)
        CASE(MANN_ONEPLUS)
#undef CASE
    case MANN_SOFTMAX:
        for (int32_t r = 0; r < rows; r++) {
            for (int32_t n = 0; n + group <= cols; n += group) {
                softmax_row_grad(group, limit, AT(x, ldx), AT(y, ldy), AT(dy, lddy), AT(dx, lddx));
            }
        }
        break;
    }
}
