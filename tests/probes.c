/* The probes of all kernels. The table is made from MANN_KERNEL_LIST, so a kernel without a probe
 * does not compile.
 *
 * Shapes are small, often 1, and straddle the block sizes of the kernels (8 rows, 16 lanes, 48
 * columns); distances between rows are often larger than the rows. Arrays that a kernel takes as
 * optional are left out half of the time. */
#include "probe.h"

#include <math.h>

typedef mann_prober *prober;

static int32_t below(prober p, int32_t n)
{
    return (int32_t)mann_rng_below(&p->rng, (uint32_t)n);
}

static int32_t size(prober p, int32_t most)
{
    switch (below(p, 4)) {
    case 0: return 1;
    case 1: return (most + 1) / 2;
    default: return 1 + below(p, most);
    }
}

static mann_real between(prober p, double low, double high)
{
    return p->scalar(p, low + (high - low) * mann_rng_uniform(&p->rng));
}

static int32_t apart(prober p, int32_t width)
{
    return width + (below(p, 2) ? below(p, 9) : 0);
}

static mann_probe_shape flat(int32_t n)
{
    return (mann_probe_shape){{1, 1, n}, {n, n}};
}

/* [n0, n1] with distance ld between rows. */
static mann_probe_shape rows(int32_t n0, int32_t n1, int32_t ld)
{
    return (mann_probe_shape){{1, n0, n1}, {n0 * ld, ld}};
}

/* [n0, n1, n2], ld0 between blocks, ld1 between rows. */
static mann_probe_shape blocks(int32_t n0, int32_t n1, int32_t n2, int32_t ld0, int32_t ld1)
{
    return (mann_probe_shape){{n0, n1, n2}, {ld0, ld1}};
}

static const mann_real *in(prober p, mann_probe_content content, mann_probe_shape shape)
{
    return p->array(p, MANN_PROBE_READ, content, shape);
}

static const mann_real *numbers(prober p, mann_probe_shape shape)
{
    return in(p, MANN_PROBE_SIGNED, shape);
}

static mann_real *set(prober p, mann_probe_shape shape)
{
    return p->array(p, MANN_PROBE_SET, MANN_PROBE_SIGNED, shape);
}

static mann_real *change(prober p, mann_probe_shape shape)
{
    return p->array(p, MANN_PROBE_CHANGE, MANN_PROBE_SIGNED, shape);
}

/* The same, or nothing. */
static mann_real *perhaps(prober p, mann_probe_shape shape)
{
    return below(p, 2) ? change(p, shape) : NULL;
}

/* --- products --- */

static void probe_linear(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 19), I = size(p, 40), O = size(p, 100);
    int32_t ldx = apart(p, I), ldy = apart(p, O);
    bool accumulate = below(p, 3) == 0;
    int32_t ldw = apart(p, O);
    const mann_real *x = numbers(p, rows(B, I, ldx)), *w = numbers(p, rows(I, O, ldw));
    const mann_real *bias = !accumulate && below(p, 2) ? numbers(p, flat(O)) : NULL;
    mann_real *y = accumulate ? change(p, rows(B, O, ldy)) : set(p, rows(B, O, ldy));
    k->linear(B, I, O, x, ldx, w, ldw, bias, y, ldy, accumulate);
}

static void probe_weight_grad(prober p, const mann_kernels *k)
{
    enum { MOST = 40 };
    int32_t K = size(p, MOST), I = size(p, 40), O = size(p, 100);
    int32_t ldx = apart(p, I), lddy = apart(p, O);
    const mann_real *x = numbers(p, rows(K, I, ldx)), *dy = numbers(p, rows(K, O, lddy));
    const mann_real *row[MOST];
    for (int32_t i = 0; i < K; i++) { /* in any order */
        row[i] = x + (size_t)(K - 1 - i) * (size_t)ldx;
    }
    k->weight_grad(K, I, O, row, dy, lddy, change(p, rows(I, O, O)));
}

static void probe_product(prober p, const mann_kernels *k)
{
    int32_t m = size(p, 19), n = size(p, 100), depth = size(p, below(p, 4) ? 20 : 150);
    bool turned_x = below(p, 2), turned_w = below(p, 2), accumulate = below(p, 2);
    int32_t ldx = apart(p, turned_x ? m : depth), ldw = apart(p, turned_w ? depth : n);
    int32_t ldy = apart(p, n);
    mann_real scale = between(p, -2, 2);
    const mann_real *x = numbers(p, turned_x ? rows(depth, m, ldx) : rows(m, depth, ldx));
    const mann_real *w = numbers(p, turned_w ? rows(n, depth, ldw) : rows(depth, n, ldw));
    mann_real *y = accumulate ? change(p, rows(m, n, ldy)) : set(p, rows(m, n, ldy));
    k->product(m, n, depth, scale, x, turned_x ? 1 : ldx, turned_x ? ldx : 1, w, turned_w ? 1 : ldw,
               turned_w ? ldw : 1, y, ldy, accumulate);
}

static void probe_row_sum(prober p, const mann_kernels *k)
{
    int32_t K = size(p, 40), O = size(p, 100), lddy = apart(p, O);
    const mann_real *dy = numbers(p, rows(K, O, lddy));
    k->row_sum(K, O, dy, lddy, change(p, flat(O)));
}

static void probe_transpose(prober p, const mann_kernels *k)
{
    int32_t n0 = size(p, 50), n1 = size(p, 50);
    const mann_real *x = numbers(p, rows(n0, n1, n1));
    int32_t ldy = n0 + size(p, 3) - 1;
    k->transpose(n0, n1, x, set(p, rows(n1, n0, ldy)), ldy);
}

/* --- elementwise --- */

/* The extent that elementwise kernels work on, and distances for each array. */
typedef struct extent {
    int32_t n0, n1, ld[8];
} extent;

static extent draw_extent(prober p)
{
    extent e = {.n0 = size(p, 6), .n1 = size(p, 50)};
    for (int i = 0; i < 8; i++) {
        e.ld[i] = apart(p, e.n1);
    }
    return e;
}

static mann_probe_shape part(const extent *e, int i)
{
    return rows(e->n0, e->n1, e->ld[i]);
}

static void probe_accumulate(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *x = numbers(p, part(&e, 0));
    k->accumulate(e.n0, e.n1, x, e.ld[0], change(p, part(&e, 1)), e.ld[1]);
}

static void probe_add(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    k->add(e.n0, e.n1, a, e.ld[0], b, e.ld[1], set(p, part(&e, 2)), e.ld[2]);
}

static void probe_subtract(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    k->subtract(e.n0, e.n1, a, e.ld[0], b, e.ld[1], set(p, part(&e, 2)), e.ld[2]);
}

static void probe_multiply(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    bool accumulate = below(p, 2);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    mann_real *y = accumulate ? change(p, part(&e, 2)) : set(p, part(&e, 2));
    k->multiply(e.n0, e.n1, a, e.ld[0], b, e.ld[1], y, e.ld[2], accumulate);
}

static void probe_interpolate(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *g = in(p, MANN_PROBE_FRACTION, part(&e, 0));
    const mann_real *a = numbers(p, part(&e, 1)), *b = numbers(p, part(&e, 2));
    k->interpolate(e.n0, e.n1, g, e.ld[0], a, e.ld[1], b, e.ld[2], set(p, part(&e, 3)), e.ld[3]);
}

static void probe_interpolate_grad(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *g = in(p, MANN_PROBE_FRACTION, part(&e, 0));
    const mann_real *a = numbers(p, part(&e, 1)), *b = numbers(p, part(&e, 2));
    const mann_real *dy = numbers(p, part(&e, 3));
    mann_real *dg = perhaps(p, part(&e, 4)), *da = perhaps(p, part(&e, 5));
    mann_real *db = perhaps(p, part(&e, 6));
    k->interpolate_grad(e.n0, e.n1, g, e.ld[0], a, e.ld[1], b, e.ld[2], dy, e.ld[3], dg, e.ld[4],
                        da, e.ld[5], db, e.ld[6]);
}

static void probe_maximum(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    k->maximum(e.n0, e.n1, a, e.ld[0], b, e.ld[1], set(p, part(&e, 2)), e.ld[2]);
}

static void probe_maximum_grad(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    const mann_real *dy = numbers(p, part(&e, 2));
    mann_real *da = perhaps(p, part(&e, 3)), *db = perhaps(p, part(&e, 4));
    k->maximum_grad(e.n0, e.n1, a, e.ld[0], b, e.ld[1], dy, e.ld[2], da, e.ld[3], db, e.ld[4]);
}

static void probe_distance(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    k->distance(e.n0, e.n1, a, e.ld[0], b, e.ld[1], set(p, part(&e, 2)), e.ld[2]);
}

static void probe_distance_grad(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *a = numbers(p, part(&e, 0)), *b = numbers(p, part(&e, 1));
    const mann_real *dy = numbers(p, part(&e, 2));
    mann_real *da = perhaps(p, part(&e, 3)), *db = perhaps(p, part(&e, 4));
    k->distance_grad(e.n0, e.n1, a, e.ld[0], b, e.ld[1], dy, e.ld[2], da, e.ld[3], db, e.ld[4]);
}

typedef struct squashing {
    mann_squash_kind kind;
    int32_t n0, n1, group;
    mann_real limit;
} squashing;

static squashing draw_squashing(prober p)
{
    squashing s = {.kind = (mann_squash_kind)below(p, MANN_SOFTMAX + 1), .n0 = size(p, 6)};
    s.group = size(p, 40);
    s.n1 = s.group * size(p, 3);
    s.limit = below(p, 2) ? (mann_real)1.5 : 0;
    return s;
}

static void probe_squash(prober p, const mann_kernels *k)
{
    squashing s = draw_squashing(p);
    int32_t ldx = apart(p, s.n1), ldy = apart(p, s.n1);
    const mann_real *x = numbers(p, rows(s.n0, s.n1, ldx));
    mann_real *y = set(p, rows(s.n0, s.n1, ldy));
    k->squash(s.kind, s.n0, s.n1, s.group, s.limit, x, ldx, y, ldy);
}

static void probe_squash_grad(prober p, const mann_kernels *k)
{
    squashing s = draw_squashing(p);
    int32_t ldx = apart(p, s.n1), ldy = apart(p, s.n1), lddy = apart(p, s.n1);
    int32_t lddx = apart(p, s.n1);
    const mann_real *x = numbers(p, rows(s.n0, s.n1, ldx));
    const mann_real *y = in(p, MANN_PROBE_FRACTION, rows(s.n0, s.n1, ldy));
    const mann_real *dy = numbers(p, rows(s.n0, s.n1, lddy));
    mann_real *dx = change(p, rows(s.n0, s.n1, lddx));
    k->squash_grad(s.kind, s.n0, s.n1, s.group, s.limit, x, ldx, y, ldy, dy, lddy, dx, lddx);
}

static void probe_layer_norm(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *x = numbers(p, part(&e, 0));
    const mann_real *gain = numbers(p, flat(e.n1)), *bias = numbers(p, flat(e.n1));
    mann_real *y = set(p, part(&e, 1));
    k->layer_norm(e.n0, e.n1, x, e.ld[0], gain, bias, y, e.ld[1], set(p, flat(2 * e.n0)));
}

static void probe_layer_norm_grad(prober p, const mann_kernels *k)
{
    extent e = draw_extent(p);
    const mann_real *x = numbers(p, part(&e, 0)), *gain = numbers(p, flat(e.n1));
    const mann_real *moments = in(p, MANN_PROBE_POSITIVE, flat(2 * e.n0));
    const mann_real *dy = numbers(p, part(&e, 1));
    mann_real *dx = perhaps(p, part(&e, 2));
    mann_real *dgain = perhaps(p, flat(e.n1)), *dbias = perhaps(p, flat(e.n1));
    k->layer_norm_grad(e.n0, e.n1, x, e.ld[0], gain, moments, dy, e.ld[1], dx, e.ld[2], dgain,
                       dbias);
}

/* --- recurrent cells --- */

static void probe_lstm(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 5), H = size(p, 40), ldg = apart(p, 4 * H), ldc = apart(p, H);
    const mann_real *gates = numbers(p, rows(B, 4 * H, ldg)), *cell = numbers(p, rows(B, H, ldc));
    mann_real *squashed = set(p, flat(4 * B * H)), *new_cell = set(p, flat(B * H));
    mann_real *tanh_cell = set(p, flat(B * H)), *hidden = set(p, flat(B * H));
    k->lstm(B, H, gates, ldg, cell, ldc, squashed, new_cell, tanh_cell, hidden);
}

static void probe_lstm_grad(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 5), H = size(p, 40), lddg = apart(p, 4 * H), ldc = apart(p, H);
    int32_t lddc = apart(p, H);
    const mann_real *squashed = in(p, MANN_PROBE_FRACTION, flat(4 * B * H));
    const mann_real *cell = numbers(p, rows(B, H, ldc));
    const mann_real *tanh_cell = in(p, MANN_PROBE_FRACTION, flat(B * H));
    const mann_real *dhidden = numbers(p, flat(B * H)), *dnew_cell = numbers(p, flat(B * H));
    mann_real *dgates = perhaps(p, rows(B, 4 * H, lddg)), *dcell = perhaps(p, rows(B, H, lddc));
    k->lstm_grad(B, H, squashed, cell, ldc, tanh_cell, dhidden, dnew_cell, dgates, lddg, dcell,
                 lddc);
}

/* --- memory --- */

/* Shapes and inputs that addressing and its gradient share. */
static mann_address_args draw_address(prober p)
{
    mann_address_args a = {.B = size(p, 3), .H = size(p, 3), .M = size(p, 12), .N = size(p, 70)};
    a.S = 2 * below(p, 3) + 1;
    a.ld_memory = apart(p, a.M * a.N);
    a.ldh_key = apart(p, a.M);
    a.ld_key = apart(p, a.H * a.ldh_key);
    a.ldh_shift = apart(p, a.S);
    a.ld_shift = apart(p, a.H * a.ldh_shift);
    a.ld_strength = apart(p, a.H);
    a.ld_gate = apart(p, a.H);
    a.ld_sharpening = apart(p, a.H);
    a.ld_previous = apart(p, a.H * a.N);
    a.memory = numbers(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.key = numbers(p, blocks(a.B, a.H, a.M, a.ld_key, a.ldh_key));
    a.strength = in(p, MANN_PROBE_POSITIVE, rows(a.B, a.H, a.ld_strength));
    a.gate = in(p, MANN_PROBE_FRACTION, rows(a.B, a.H, a.ld_gate));
    a.shift = in(p, MANN_PROBE_WEIGHTING, blocks(a.B, a.H, a.S, a.ld_shift, a.ldh_shift));
    a.sharpening = in(p, MANN_PROBE_POSITIVE, rows(a.B, a.H, a.ld_sharpening));
    a.previous = in(p, MANN_PROBE_WEIGHTING, blocks(a.B, a.H, a.N, a.ld_previous, a.N));
    return a;
}

static void probe_address(prober p, const mann_kernels *k)
{
    mann_address_args a = draw_address(p);
    mann_probe_shape each = flat(a.B * a.H * a.N);
    a.weights = set(p, each);
    a.similarity = set(p, each);
    a.content = set(p, each);
    a.gated = set(p, each);
    a.shifted = set(p, each);
    a.memory_norm = set(p, flat(a.B * a.N));
    a.key_norm = set(p, flat(a.B * a.H));
    k->address(&a);
}

static void probe_address_grad(prober p, const mann_kernels *k)
{
    mann_address_args a = draw_address(p);
    mann_probe_shape each = rows(a.B * a.H, a.N, a.N);
    a.weights = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_WEIGHTING, each);
    a.similarity = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_FRACTION, each);
    a.content = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_WEIGHTING, each);
    a.gated = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_WEIGHTING, each);
    a.shifted = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_WEIGHTING, each);
    a.memory_norm = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_POSITIVE, flat(a.B * a.N));
    a.key_norm = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_POSITIVE, flat(a.B * a.H));
    a.dweights = numbers(p, each);
    a.dmemory = perhaps(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.dkey = perhaps(p, blocks(a.B, a.H, a.M, a.ld_key, a.ldh_key));
    a.dstrength = perhaps(p, rows(a.B, a.H, a.ld_strength));
    a.dgate = perhaps(p, rows(a.B, a.H, a.ld_gate));
    a.dshift = perhaps(p, blocks(a.B, a.H, a.S, a.ld_shift, a.ldh_shift));
    a.dsharpening = perhaps(p, rows(a.B, a.H, a.ld_sharpening));
    a.dprevious = perhaps(p, blocks(a.B, a.H, a.N, a.ld_previous, a.N));
    k->address_grad(&a);
}

/* Shapes and inputs that similarity and its gradient share. */
static mann_cosine_args draw_cosine(prober p)
{
    mann_cosine_args a = {.B = size(p, 3), .H = size(p, 3), .M = size(p, 12), .N = size(p, 70)};
    a.ld_memory = apart(p, a.M * a.N);
    a.ldh_key = apart(p, a.M);
    a.ld_key = apart(p, a.H * a.ldh_key);
    a.memory = numbers(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.key = numbers(p, blocks(a.B, a.H, a.M, a.ld_key, a.ldh_key));
    return a;
}

static void probe_cosine(prober p, const mann_kernels *k)
{
    mann_cosine_args a = draw_cosine(p);
    a.similarity = set(p, flat(a.B * a.H * a.N));
    a.memory_norm = set(p, flat(a.B * a.N));
    a.key_norm = set(p, flat(a.B * a.H));
    k->cosine(&a);
}

static void probe_cosine_grad(prober p, const mann_kernels *k)
{
    mann_cosine_args a = draw_cosine(p);
    mann_probe_shape each = rows(a.B * a.H, a.N, a.N);
    a.similarity = p->array(p, MANN_PROBE_READ, MANN_PROBE_FRACTION, each);
    a.memory_norm = p->array(p, MANN_PROBE_READ, MANN_PROBE_POSITIVE, flat(a.B * a.N));
    a.key_norm = p->array(p, MANN_PROBE_READ, MANN_PROBE_POSITIVE, flat(a.B * a.H));
    a.dsimilarity = numbers(p, each);
    a.ddot = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_SIGNED, flat(a.H * a.N));
    a.fall = p->array(p, MANN_PROBE_SPEND, MANN_PROBE_SIGNED, flat(a.N));
    a.dmemory = perhaps(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.dkey = perhaps(p, blocks(a.B, a.H, a.M, a.ld_key, a.ldh_key));
    k->cosine_grad(&a);
}

static void probe_read(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 4), H = size(p, 3), M = size(p, 12), N = size(p, 70);
    int32_t ld_memory = apart(p, M * N), ld_weights = apart(p, H * N);
    const mann_real *memory = numbers(p, rows(B, M * N, ld_memory));
    const mann_real *weights = in(p, MANN_PROBE_WEIGHTING, blocks(B, H, N, ld_weights, N));
    k->read(B, H, M, N, memory, ld_memory, weights, ld_weights, set(p, flat(B * H * M)));
}

static void probe_read_grad(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 4), H = size(p, 3), M = size(p, 12), N = size(p, 70);
    int32_t ld_memory = apart(p, M * N), ld_weights = apart(p, H * N);
    const mann_real *memory = numbers(p, rows(B, M * N, ld_memory));
    const mann_real *weights = in(p, MANN_PROBE_WEIGHTING, blocks(B, H, N, ld_weights, N));
    const mann_real *dreads = numbers(p, flat(B * H * M));
    mann_real *dmemory = perhaps(p, rows(B, M * N, ld_memory));
    mann_real *dweights = perhaps(p, blocks(B, H, N, ld_weights, N));
    k->read_grad(B, H, M, N, memory, ld_memory, weights, ld_weights, dreads, dmemory, dweights);
}

static mann_write_args draw_write(prober p)
{
    mann_write_args a = {.B = size(p, 4), .H = size(p, 3), .M = size(p, 12), .N = size(p, 70)};
    a.ldb_memory = apart(p, a.M * a.N);
    a.ldb_weights = apart(p, a.H * a.N);
    a.ldh_erase = apart(p, a.M);
    a.ldb_erase = apart(p, a.H * a.ldh_erase);
    a.ldh_add = apart(p, a.M);
    a.ldb_add = apart(p, a.H * a.ldh_add);
    a.memory = numbers(p, rows(a.B, a.M * a.N, a.ldb_memory));
    a.weights = in(p, MANN_PROBE_WEIGHTING, blocks(a.B, a.H, a.N, a.ldb_weights, a.N));
    a.erase = in(p, MANN_PROBE_FRACTION, blocks(a.B, a.H, a.M, a.ldb_erase, a.ldh_erase));
    a.add = numbers(p, blocks(a.B, a.H, a.M, a.ldb_add, a.ldh_add));
    return a;
}

static void probe_erase_add(prober p, const mann_kernels *k)
{
    mann_write_args a = draw_write(p);
    a.new_memory = set(p, flat(a.B * a.M * a.N));
    k->erase_add(&a);
}

static void probe_erase_add_grad(prober p, const mann_kernels *k)
{
    mann_write_args a = draw_write(p);
    a.dnew_memory = numbers(p, flat(a.B * a.M * a.N));
    a.dmemory = perhaps(p, rows(a.B, a.M * a.N, a.ldb_memory));
    a.dweights = perhaps(p, blocks(a.B, a.H, a.N, a.ldb_weights, a.N));
    a.derase = perhaps(p, blocks(a.B, a.H, a.M, a.ldb_erase, a.ldh_erase));
    a.dadd = perhaps(p, blocks(a.B, a.H, a.M, a.ldb_add, a.ldh_add));
    k->erase_add_grad(&a);
}

/* --- words --- */

enum { MOST_TOKENS = 3 * 40 * 6 };

static mann_embed_args draw_embed(prober p, int32_t *words, int32_t token[MOST_TOKENS])
{
    mann_embed_args a = {.B = size(p, 3), .M = size(p, 40), .N = size(p, 40), .W = size(p, 6)};
    *words = 1 + size(p, 9);
    for (int32_t i = 0; i < a.B * a.N * a.W; i++) {
        token[i] = below(p, *words);
    }
    a.token = token;
    a.weight = below(p, 2) ? numbers(p, rows(a.W, a.M, a.M)) : NULL;
    return a;
}

static void probe_embed(prober p, const mann_kernels *k)
{
    int32_t words, token[MOST_TOKENS];
    mann_embed_args a = draw_embed(p, &words, token);
    a.table = numbers(p, rows(words, a.M, a.M));
    a.memory = set(p, flat(a.B * a.M * a.N));
    k->embed(&a);
}

static void probe_embed_grad(prober p, const mann_kernels *k)
{
    int32_t words, token[MOST_TOKENS];
    mann_embed_args a = draw_embed(p, &words, token);
    a.dmemory = numbers(p, flat(a.B * a.M * a.N));
    a.dtable = change(p, rows(words, a.M, a.M));
    k->embed_grad(&a);
}

/* --- attention --- */

static mann_match_args draw_match(prober p)
{
    mann_match_args a = {.B = size(p, 3), .H = size(p, 3), .M = size(p, 12), .N = size(p, 70)};
    a.ldb_memory = apart(p, a.M * a.N);
    a.ldh_query = apart(p, a.M);
    a.ldb_query = apart(p, a.H * a.ldh_query);
    a.scale = between(p, -2, 2);
    a.memory = numbers(p, rows(a.B, a.M * a.N, a.ldb_memory));
    a.query = numbers(p, blocks(a.B, a.H, a.M, a.ldb_query, a.ldh_query));
    a.v = numbers(p, flat(a.M));
    return a;
}

static void probe_match(prober p, const mann_kernels *k)
{
    mann_match_args a = draw_match(p);
    a.scores = set(p, flat(a.B * a.H * a.N));
    k->match(&a);
}

static void probe_match_additive(prober p, const mann_kernels *k)
{
    mann_match_args a = draw_match(p);
    a.scores = set(p, flat(a.B * a.H * a.N));
    k->match_additive(&a);
}

static void draw_match_gradients(prober p, mann_match_args *a)
{
    a->dscores = numbers(p, flat(a->B * a->H * a->N));
    a->dmemory = perhaps(p, rows(a->B, a->M * a->N, a->ldb_memory));
    a->dquery = perhaps(p, blocks(a->B, a->H, a->M, a->ldb_query, a->ldh_query));
}

static void probe_match_grad(prober p, const mann_kernels *k)
{
    mann_match_args a = draw_match(p);
    draw_match_gradients(p, &a);
    k->match_grad(&a);
}

static void probe_match_additive_grad(prober p, const mann_kernels *k)
{
    mann_match_args a = draw_match(p);
    draw_match_gradients(p, &a);
    a.dv = perhaps(p, flat(a.M));
    k->match_additive_grad(&a);
}

static void probe_attend(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 4), H = size(p, 3), N = size(p, 70);
    int32_t ld_scores = apart(p, H * N), ldh_mask = below(p, 2) ? N : 0, ldb_mask = apart(p, H * N);
    const mann_real *scores = numbers(p, blocks(B, H, N, ld_scores, N)), *mask = NULL;
    if (below(p, 2)) {
        mask = in(p, MANN_PROBE_SWITCH, blocks(B, ldh_mask ? H : 1, N, ldb_mask, N));
    }
    k->attend(B, H, N, scores, ld_scores, mask, ldb_mask, ldh_mask, set(p, flat(B * H * N)));
}

static void probe_attend_grad(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 4), H = size(p, 3), N = size(p, 70), ld_scores = apart(p, H * N);
    const mann_real *weights = in(p, MANN_PROBE_WEIGHTING, blocks(B, H, N, H * N, N));
    const mann_real *dweights = numbers(p, flat(B * H * N));
    k->attend_grad(B, H, N, weights, dweights, change(p, blocks(B, H, N, ld_scores, N)), ld_scores);
}

/* --- associative matrices --- */

static mann_hebb_args draw_hebb(prober p)
{
    mann_hebb_args a = {.B = size(p, 4), .M = size(p, 12), .N = size(p, 70)};
    a.ld_memory = apart(p, a.M * a.N);
    a.ld_decay = apart(p, 1);
    a.ld_rate = apart(p, 1);
    a.ld_u = apart(p, a.M);
    a.ld_v = apart(p, a.N);
    a.memory = numbers(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.decay = in(p, MANN_PROBE_FRACTION, rows(a.B, 1, a.ld_decay));
    a.rate = in(p, MANN_PROBE_POSITIVE, rows(a.B, 1, a.ld_rate));
    a.u = numbers(p, rows(a.B, a.M, a.ld_u));
    a.v = numbers(p, rows(a.B, a.N, a.ld_v));
    return a;
}

static void probe_hebb(prober p, const mann_kernels *k)
{
    mann_hebb_args a = draw_hebb(p);
    a.new_memory = set(p, flat(a.B * a.M * a.N));
    k->hebb(&a);
}

static void probe_hebb_grad(prober p, const mann_kernels *k)
{
    mann_hebb_args a = draw_hebb(p);
    a.dnew_memory = numbers(p, flat(a.B * a.M * a.N));
    a.dmemory = perhaps(p, rows(a.B, a.M * a.N, a.ld_memory));
    a.ddecay = perhaps(p, rows(a.B, 1, a.ld_decay));
    a.drate = perhaps(p, rows(a.B, 1, a.ld_rate));
    a.du = perhaps(p, rows(a.B, a.M, a.ld_u));
    a.dv = perhaps(p, rows(a.B, a.N, a.ld_v));
    k->hebb_grad(&a);
}

/* --- losses --- */

static void probe_loss(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 6), O = size(p, 50), ldl = apart(p, O);
    mann_target kind = (mann_target)below(p, MANN_TARGET_REAL + 1);
    const mann_real *logits = numbers(p, rows(B, O, ldl));
    const mann_real *target = in(p, MANN_PROBE_SWITCH, flat(B * O));
    const mann_real *mask = in(p, MANN_PROBE_SWITCH, flat(B));
    mann_real *prediction = set(p, flat(B * O)), *cost = change(p, flat(B));
    k->loss(kind, B, O, logits, ldl, target, mask, prediction, cost);
}

static void probe_loss_grad(prober p, const mann_kernels *k)
{
    int32_t B = size(p, 6), O = size(p, 50), lddl = apart(p, O);
    mann_real seed = between(p, -2, 2);
    const mann_real *prediction = in(p, MANN_PROBE_FRACTION, flat(B * O));
    const mann_real *target = in(p, MANN_PROBE_SWITCH, flat(B * O));
    const mann_real *mask = in(p, MANN_PROBE_SWITCH, flat(B));
    mann_real *dlogits = change(p, rows(B, O, lddl));
    k->loss_grad(B, O, prediction, target, mask, seed, dlogits, lddl);
}

/* --- optimisers --- */

static void probe_sum(prober p, const mann_kernels *k)
{
    enum { MOST = 5 };
    int32_t count = size(p, MOST), n = size(p, 100);
    const mann_real *x[MOST];
    for (int32_t i = 0; i < count; i++) {
        x[i] = numbers(p, flat(n));
    }
    k->sum(count, (size_t)n, x, set(p, flat(n)));
}

static void probe_clamp(prober p, const mann_kernels *k)
{
    mann_probe_shape each = flat(size(p, 100));
    mann_real limit = below(p, 2) ? (mann_real)0.7 : 0;
    k->clamp((size_t)each.n[2], limit, change(p, each));
}

static void probe_square_sum(prober p, const mann_kernels *k)
{
    int32_t n = size(p, below(p, 4) ? 100 : 3000);
    mann_real limit = below(p, 2) ? (mann_real)1.5 : 0;
    const mann_real *x = numbers(p, flat(n));
    double sum;
    size_t bad;
    k->square_sum((size_t)n, x, limit, &sum, &bad);
    mann_real *result = set(p, flat(2));
    result[0] = (mann_real)sqrt(sum); /* the norm, which is what is asked for */
    result[1] = (mann_real)bad;
}

static mann_update draw_update(prober p)
{
    return (mann_update){.scale = between(p, 0.1, 2),
                         .clip = below(p, 2) ? 1 : 0,
                         .lr = between(p, 1e-4, 1e-1),
                         .momentum = between(p, 0, 0.95),
                         .decay = between(p, 0.5, 0.99),
                         .epsilon = p->scalar(p, below(p, 2) ? 1e-4 : 1e-8),
                         .beta1 = between(p, 0.5, 0.95),
                         .beta2 = between(p, 0.9, 0.999),
                         .correct1 = between(p, 1, 10),
                         .correct2 = between(p, 1, 100),
                         .weight_decay = p->scalar(p, below(p, 2) ? 1e-2 : 0)};
}

static void probe_sgd(prober p, const mann_kernels *k)
{
    mann_update u = draw_update(p);
    mann_probe_shape each = flat(size(p, 100));
    const mann_real *grad = numbers(p, each);
    mann_real *value = change(p, each), *velocity = change(p, each);
    k->sgd(&u, (size_t)each.n[2], grad, value, velocity);
}

static mann_real *change_positive(prober p, mann_probe_shape shape)
{
    return p->array(p, MANN_PROBE_CHANGE, MANN_PROBE_POSITIVE, shape);
}

static void probe_rmsprop(prober p, const mann_kernels *k)
{
    mann_update u = draw_update(p);
    mann_probe_shape each = flat(size(p, 100));
    const mann_real *grad = numbers(p, each);
    mann_real *value = change(p, each), *velocity = change(p, each);
    k->rmsprop(&u, (size_t)each.n[2], grad, value, velocity, change_positive(p, each));
}

static void probe_rmsprop_graves(prober p, const mann_kernels *k)
{
    mann_update u = draw_update(p);
    mann_probe_shape each = flat(size(p, 100));
    const mann_real *grad = numbers(p, each);
    mann_real *value = change(p, each), *velocity = change(p, each);
    mann_real *square = change_positive(p, each), *mean = change(p, each);
    k->rmsprop_graves(&u, (size_t)each.n[2], grad, value, velocity, square, mean);
}

static void probe_adam(prober p, const mann_kernels *k)
{
    mann_update u = draw_update(p);
    mann_probe_shape each = flat(size(p, 100));
    const mann_real *grad = numbers(p, each);
    mann_real *value = change(p, each), *mean = change(p, each);
    k->adam(&u, (size_t)each.n[2], grad, value, mean, change_positive(p, each));
}

static void probe_average(prober p, const mann_kernels *k)
{
    mann_probe_shape each = flat(size(p, 100));
    mann_real decay = between(p, 0.5, 1);
    const mann_real *value = numbers(p, each);
    k->average((size_t)each.n[2], decay, value, change(p, each));
}

/* Its result is that of the arithmetic; what it is for is its time. */
static void probe_peak(prober p, const mann_kernels *k)
{
    /* Sums of `lanes` lanes: one lane's worth compares across variants. */
    mann_real sink;
    k->peak(size(p, 100), &sink);
    *change(p, flat(1)) += sink / (mann_real)k->lanes;
}

const mann_probe mann_probes[] = {
#define K(name) {#name, probe_##name},
    MANN_KERNEL_LIST(K)
#undef K
        {NULL, NULL},
};
