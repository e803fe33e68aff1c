/* Matrix products.
 *
 * Weights are input-major, so the innermost loop runs over outputs: it loads a stretch of a
 * weight row once and multiplies it by one broadcast number of each of up to ROWS rows of x.
 * ROWS x COLS vector accumulators stay in registers over the whole depth. The same block shape
 * serves weight gradients, where a row of x is broadcast along the inputs. The loops over rows and
 * columns of a block must be unrolled completely: block() is instantiated for every size.
 *
 * Weights of a layer stay in cache. A large product copies its second factor, a panel of COLS
 * vectors by DEPTH at a time, to where it is contiguous: otherwise rows whose distance is a power
 * of two would drive each other out of the cache. The copy may transpose. */
#include "kern/variant.h"

#if defined MANN_ISA_AVX512
enum { ROWS = 8, COLS = 3 };
#elif defined MANN_ISA_AVX2
enum { ROWS = 4, COLS = 3 };
#endif

#if defined MANN_ISA_AVX512 || defined MANN_ISA_AVX2

#define UNROLL _Pragma("GCC unroll 16")

/* y[0..rows) [cols * V, the last V cut by tail] (+)= x w. Element (r, k) of x stands at
 * x[r * step_row + k * step_k]. */
INLINE void block(int rows, int cols, int32_t depth, const float *x, size_t step_row, size_t step_k,
                  const float *w, size_t ldw, const float *bias, float *y, size_t ldy, vm tail,
                  bool accumulate)
{
    vf sum[ROWS][COLS];
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int c = 0; c < cols; c++)
        {
            vm m = c == cols - 1 ? tail : v_tail(V);
            sum[r][c] = accumulate ? v_load(y + (size_t)r * ldy + c * V, m)
                        : bias     ? v_load(bias + c * V, m)
                                   : v_set(0);
        }
    }
    for (int32_t k = 0; k < depth; k++) {
        vf row[COLS];
        UNROLL for (int c = 0; c < cols; c++)
        {
            row[c] = c == cols - 1 ? v_load(w + c * V, tail) : v_load_all(w + c * V);
        }
        UNROLL for (int r = 0; r < rows; r++)
        {
            vf one = v_set(x[(size_t)r * step_row]);
            UNROLL for (int c = 0; c < cols; c++)
            {
                sum[r][c] += one * row[c];
            }
        }
        x += step_k;
        w += ldw;
    }
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int c = 0; c < cols; c++)
        {
            vm m = c == cols - 1 ? tail : v_tail(V);
            v_store(y + (size_t)r * ldy + c * V, m, sum[r][c]);
        }
    }
}

INLINE void block_rows(int rows, int cols, int32_t depth, const float *x, size_t step_row,
                       size_t step_k, const float *w, size_t ldw, const float *bias, float *y,
                       size_t ldy, vm tail, bool accumulate)
{
    switch (rows) {
#define CASE(r)                                                                                    \
    case r:                                                                                        \
        block(r, cols, depth, x, step_row, step_k, w, ldw, bias, y, ldy, tail, accumulate);        \
        break;
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
#if defined MANN_ISA_AVX512
        CASE(5)
        CASE(6)
        CASE(7)
        CASE(8)
#endif
#undef CASE
    }
}

void KERN(linear)(int32_t B, int32_t I, int32_t O, const float *x, int32_t ldx, const float *w,
                  int32_t ldw, const float *bias, float *y, int32_t ldy, bool accumulate)
{
    for (int32_t b = 0; b < B; b += ROWS) {
        int rows = B - b < ROWS ? B - b : ROWS;
        const float *xb = x + (size_t)b * (size_t)ldx;
        for (int32_t o = 0; o < O; o += COLS * V) {
            int32_t left = O - o;
            int cols = left >= COLS * V ? COLS : (left + V - 1) / V;
            vm tail = v_tail(left - (cols - 1) * V);
            const float *at = bias ? bias + o : NULL;
            float *yb = y + (size_t)b * (size_t)ldy + o;
            switch (cols) {
#define CASE(c)                                                                                    \
    case c:                                                                                        \
        block_rows(rows, c, I, xb, (size_t)ldx, 1, w + o, (size_t)ldw, at, yb, (size_t)ldy, tail,  \
                   accumulate);                                                                    \
        break;
                CASE(1)
                CASE(2)
                CASE(3)
#undef CASE
            }
        }
    }
}

/* dw[0..rows) [cols * V] += sum over k of x[k][r] dy[k]. */
INLINE void grad_block(int rows, int cols, int32_t K, const float *const *x, size_t at,
                       const float *dy, size_t lddy, float *dw, size_t lddw, vm tail)
{
    vf sum[ROWS][COLS];
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int c = 0; c < cols; c++)
        {
            sum[r][c] = v_load(dw + (size_t)r * lddw + c * V, c == cols - 1 ? tail : v_tail(V));
        }
    }
    for (int32_t k = 0; k < K; k++) {
        const float *xk = x[k] + at;
        vf row[COLS];
        UNROLL for (int c = 0; c < cols; c++)
        {
            row[c] = c == cols - 1 ? v_load(dy + c * V, tail) : v_load_all(dy + c * V);
        }
        UNROLL for (int r = 0; r < rows; r++)
        {
            vf one = v_set(xk[r]);
            UNROLL for (int c = 0; c < cols; c++)
            {
                sum[r][c] += one * row[c];
            }
        }
        dy += lddy;
    }
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int c = 0; c < cols; c++)
        {
            v_store(dw + (size_t)r * lddw + c * V, c == cols - 1 ? tail : v_tail(V), sum[r][c]);
        }
    }
}

INLINE void grad_rows(int rows, int cols, int32_t K, const float *const *x, size_t at,
                      const float *dy, size_t lddy, float *dw, size_t lddw, vm tail)
{
    switch (rows) {
#define CASE(r)                                                                                    \
    case r: grad_block(r, cols, K, x, at, dy, lddy, dw, lddw, tail); break;
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
#if defined MANN_ISA_AVX512
        CASE(5)
        CASE(6)
        CASE(7)
        CASE(8)
#endif
#undef CASE
    }
}

void KERN(weight_grad)(int32_t K, int32_t I, int32_t O, const float *const *x, const float *dy,
                       int32_t lddy, float *dw)
{
    for (int32_t o = 0; o < O; o += COLS * V) {
        int32_t left = O - o;
        int cols = left >= COLS * V ? COLS : (left + V - 1) / V;
        vm tail = v_tail(left - (cols - 1) * V);
        for (int32_t i = 0; i < I; i += ROWS) {
            int rows = I - i < ROWS ? I - i : ROWS;
            float *dwi = dw + (size_t)i * (size_t)O + o;
            switch (cols) {
#define CASE(c)                                                                                    \
    case c: grad_rows(rows, c, K, x, (size_t)i, dy + o, (size_t)lddy, dwi, (size_t)O, tail); break;
                CASE(1)
                CASE(2)
                CASE(3)
#undef CASE
            }
        }
    }
}

/* V x V numbers, or what there is of them, turned: panel[k][j] = scale w[j][k]. Each round
 * exchanges blocks of d x d across the diagonal of blocks of twice that size. */
INLINE void pack_square(int32_t depth, int32_t cols, float scale, const float *w, size_t ldw,
                        float *panel)
{
    vf x[V];
    UNROLL for (int j = 0; j < V; j++)
    {
        x[j] = v_set(0);
        if (j < cols) {
            x[j] = v_set(scale) * v_load(w + (size_t)j * ldw, v_tail(depth));
        }
    }
    UNROLL for (int d = V / 2; d; d /= 2)
    {
        UNROLL for (int i = 0; i < V / 2; i++)
        {
            int j = i / d * 2 * d + i % d;
            v_exchange(d, x[j], x[j + d], &x[j], &x[j + d]);
        }
    }
    UNROLL for (int k = 0; k < V; k++)
    {
        if (k < depth) {
            v_store(panel + k * COLS * V, v_tail(V), x[k]);
        }
    }
}

/* panel [depth, COLS * V] = scale times columns 0..cols-1 of w. */
INLINE void pack(int32_t depth, int32_t cols, float scale, const float *w, size_t w_row,
                 size_t w_col, float *panel)
{
    if (w_col == 1) {
        for (int32_t k = 0; k < depth; k++) {
            for (int32_t j = 0; j < cols; j += V) {
                v_store(panel + k * COLS * V + j, v_tail(V),
                        v_set(scale) * v_load(w + (size_t)k * w_row + j, v_tail(cols - j)));
            }
        }
        return;
    }
    for (int32_t j = 0; j < cols; j += V) {
        for (int32_t k = 0; k < depth; k += V) {
            pack_square(depth - k, cols - j, scale, w + (size_t)j * w_col + k, w_col,
                        panel + k * COLS * V + j);
        }
    }
}

void KERN(product)(int32_t m, int32_t n, int32_t k, float scale, const float *x, int32_t x_row,
                   int32_t x_col, const float *w, int32_t w_row, int32_t w_col, float *y,
                   int32_t ldy, bool accumulate)
{
    enum { DEPTH = 128, WIDTH = COLS * V };
    _Alignas(64) float panel[DEPTH * WIDTH];
    for (int32_t j = 0; j < n; j += WIDTH) {
        int32_t left = n - j < WIDTH ? n - j : WIDTH;
        int cols = (left + V - 1) / V;
        vm tail = v_tail(left - (cols - 1) * V);
        for (int32_t p = 0; p < k; p += DEPTH) {
            int32_t depth = k - p < DEPTH ? k - p : DEPTH;
            const float *at = w + (size_t)p * (size_t)w_row + (size_t)j * (size_t)w_col;
            pack(depth, left, scale, at, (size_t)w_row, (size_t)w_col, panel);
            for (int32_t i = 0; i < m; i += ROWS) {
                int rows = m - i < ROWS ? m - i : ROWS;
                const float *xi = x + (size_t)i * (size_t)x_row + (size_t)p * (size_t)x_col;
                float *yi = y + (size_t)i * (size_t)ldy + j;
                for (int r = ROWS; r < 2 * ROWS && i + r < m; r++) { /* the block to come */
                    for (int c = 0; c < cols; c++) {
                        __builtin_prefetch(yi + (size_t)r * (size_t)ldy + c * V, 1);
                    }
                }
                switch (cols) {
#define CASE(c)                                                                                    \
    case c:                                                                                        \
        block_rows(rows, c, depth, xi, (size_t)x_row, (size_t)x_col, panel, WIDTH, NULL, yi,       \
                   (size_t)ldy, tail, accumulate || p);                                            \
        break;
                    CASE(1)
                    CASE(2)
                    CASE(3)
#undef CASE
                }
            }
        }
    }
}

#else

void KERN(product)(int32_t m, int32_t n, int32_t k, mann_real scale, const mann_real *x,
                   int32_t x_row, int32_t x_col, const mann_real *w, int32_t w_row, int32_t w_col,
                   mann_real *y, int32_t ldy, bool accumulate)
{
    for (int32_t i = 0; i < m; i++) {
        for (int32_t j = 0; j < n; j++) {
            mann_real *to = y + (size_t)i * (size_t)ldy + j;
            double sum = accumulate ? *to : 0;
            for (int32_t p = 0; p < k; p++) {
                sum += (double)scale * x[(size_t)i * (size_t)x_row + (size_t)p * (size_t)x_col] *
                       w[(size_t)p * (size_t)w_row + (size_t)j * (size_t)w_col];
            }
            *to = (mann_real)sum;
        }
    }
}

void KERN(linear)(int32_t B, int32_t I, int32_t O, const mann_real *x, int32_t ldx,
                  const mann_real *w, int32_t ldw, const mann_real *bias, mann_real *y, int32_t ldy,
                  bool accumulate)
{
    for (int32_t b = 0; b < B; b++) {
        for (int32_t o = 0; o < O; o++) {
            mann_real *to = y + (size_t)b * (size_t)ldy + o;
            double sum = accumulate ? *to : bias ? bias[o] : 0;
            for (int32_t i = 0; i < I; i++) {
                sum += (double)x[(size_t)b * (size_t)ldx + i] * w[(size_t)i * (size_t)ldw + o];
            }
            *to = (mann_real)sum;
        }
    }
}

void KERN(weight_grad)(int32_t K, int32_t I, int32_t O, const mann_real *const *x,
                       const mann_real *dy, int32_t lddy, mann_real *dw)
{
    for (int32_t i = 0; i < I; i++) {
        for (int32_t o = 0; o < O; o++) {
            double sum = dw[(size_t)i * (size_t)O + o];
            for (int32_t k = 0; k < K; k++) {
                sum += (double)x[k][i] * dy[(size_t)k * (size_t)lddy + o];
            }
            dw[(size_t)i * (size_t)O + o] = (mann_real)sum;
        }
    }
}

#endif

void KERN(row_sum)(int32_t K, int32_t O, const mann_real *dy, int32_t lddy, mann_real *db)
{
    for (int32_t o = 0; o < O; o += V) {
        vm m = v_tail(O - o);
        va sum = v_load(db + o, m);
        for (int32_t k = 0; k < K; k++) {
            sum += v_load(dy + (size_t)k * (size_t)lddy + o, m);
        }
        v_store(db + o, m, (vf)sum);
    }
}

/* Tiles, so that the scattered side of the copy stays in cache. */
void KERN(transpose)(int32_t rows, int32_t cols, const mann_real *x, mann_real *y, int32_t ldy)
{
    enum { TILE = 16 };
    for (int32_t r0 = 0; r0 < rows; r0 += TILE) {
        int32_t r1 = rows - r0 < TILE ? rows : r0 + TILE;
        for (int32_t c0 = 0; c0 < cols; c0 += TILE) {
            int32_t c1 = cols - c0 < TILE ? cols : c0 + TILE;
            for (int32_t c = c0; c < c1; c++) {
                for (int32_t r = r0; r < r1; r++) {
                    y[(size_t)c * (size_t)ldy + r] = x[(size_t)r * (size_t)cols + c];
                }
            }
        }
    }
}
