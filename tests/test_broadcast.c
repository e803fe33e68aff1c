/* Shapes, in double: operations that broadcast, reductions and views against loops over indices
 * written the obvious way.
 *
 * Inputs are parts of larger leaves, cut along any axis, and have numbers among which there are
 * equal ones. The gradient that a leaf receives is compared as a whole: what was cut off, and rows
 * that were not read, must have 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mann/op.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANK = MANN_MAX_RANK, ROUNDS = 400, MOST = 3 };

static mann_context *context;
static mann_tape *tape;
static mann_rng rng;

/* --- indices --- */

/* Counts an index of shape n up; false after the last. */
static bool count_up(int32_t rank, const int32_t *n, int32_t *index)
{
    for (int32_t a = rank - 1; a >= 0; a--) {
        if (++index[a] < n[a]) {
            return true;
        }
        index[a] = 0;
    }
    return false;
}

/* The distance of an element from the start of x's owner. */
static ptrdiff_t place(mann_var x, const int32_t *index)
{
    ptrdiff_t at = mann_value(x) - mann_value(x->owner);
    for (int32_t a = 0; a < x->rank; a++) {
        at += (ptrdiff_t)index[a] * x->stride[a];
    }
    return at;
}

static double element(mann_var x, const int32_t *index)
{
    return mann_value(x->owner)[place(x, index)];
}

/* Where an index of a result of that rank lies in one of its inputs. */
static ptrdiff_t repeated(mann_var x, int32_t rank, const int32_t *index)
{
    int32_t own[RANK] = {0};
    for (int32_t a = 0; a < x->rank; a++) {
        own[a] = x->n[a] == 1 ? 0 : index[rank - x->rank + a];
    }
    return place(x, own);
}

/* --- inputs --- */

static int32_t size(int32_t most)
{
    return mann_rng_below(&rng, 3) ? mann_rng_between(&rng, (mann_range){1, most}) : 1;
}

static mann_var draw(int32_t rank, const int32_t *n)
{
    int32_t wide[RANK], first[RANK];
    for (int32_t a = 0; a < rank; a++) {
        int32_t more = mann_rng_below(&rng, 2) ? 0 : mann_rng_between(&rng, (mann_range){1, 3});
        first[a] = mann_rng_between(&rng, (mann_range){0, more});
        wide[a] = n[a] + more;
    }
    mann_var x = mann_leaf(tape, rank, wide);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = mann_rng_between(&rng, (mann_range){-6, 6}) / 4.0;
    }
    for (int32_t a = 0; a < rank; a++) {
        x = mann_slice(tape, x, a - (int32_t)mann_rng_below(&rng, 2) * rank, first[a], n[a]);
    }
    return x;
}

/* A shape of up to four axes; the last is at times longer than any buffer. */
static int32_t draw_shape(int32_t least, int32_t *n)
{
    int32_t rank = mann_rng_between(&rng, (mann_range){least, RANK});
    for (int32_t a = 0; a < rank; a++) {
        n[a] = size(a < rank - 1 ? 4 : 9);
    }
    if (rank > 0 && mann_rng_below(&rng, 16) == 0) {
        n[rank - 1] = 600;
    }
    return rank;
}

/* --- gradients --- */

/* What the leaves are to receive, by place in their owner. */
typedef struct expected {
    double *gradient[MOST];
    mann_var leaf[MOST];
    int count;
} expected;

static expected expect(int count, const mann_var *x)
{
    expected e = {.count = count};
    for (int i = 0; i < count; i++) {
        e.leaf[i] = x[i]->owner;
        e.gradient[i] = calloc(mann_size(x[i]->owner), sizeof(double));
        assert_non_null(e.gradient[i]);
    }
    return e;
}

/* Walks back from y, its numbers weighed by weight, and compares. Each number is a loss: a view. */
static void assert_gradients(expected *e, mann_var y, const double *weight, const char *what)
{
    int32_t all = (int32_t)mann_size(y);
    mann_var line = mann_reshape(tape, y, 1, &all);
    mann_var *loss = calloc((size_t)all, sizeof *loss);
    assert_non_null(loss);
    for (int32_t i = 0; i < all; i++) {
        loss[i] = mann_slice(tape, line, 0, i, 1);
    }
    if (mann_tape_backward(tape, all, loss, weight)) {
        fail_msg("%s: %s", what, mann_tape_message(tape));
    }
    for (int l = 0; l < e->count; l++) {
        for (size_t i = 0; i < mann_size(e->leaf[l]); i++) {
            double found = e->leaf[l]->grad ? e->leaf[l]->grad[i] : 0, right = e->gradient[l][i];
            if (!(fabs(found - right) <= 1e-10 * (1 + fabs(right)))) {
                fail_msg("%s: input %d, number %zu: gradient %g, expected %g", what, l, i, found,
                         right);
            }
        }
        free(e->gradient[l]);
    }
    free(loss);
}

static double *draw_weights(mann_var y)
{
    double *weight = mann_tape_scratch(tape, mann_size(y) * sizeof *weight);
    assert_non_null(weight);
    for (size_t i = 0; i < mann_size(y); i++) {
        weight[i] = mann_rng_normal(&rng);
    }
    return weight;
}

static void assert_number(double found, double right, const char *what)
{
    if (!(fabs(found - right) <= 1e-12 * (1 + fabs(right)))) {
        fail_msg("%s: %.15g, expected %.15g", what, found, right);
    }
}

/* --- number by number --- */

/* The value, and the slope along each input. */
typedef double scalar_function(const double *x, double *slope);

static double sum_of(const double *x, double *slope)
{
    slope[0] = slope[1] = 1;
    return x[0] + x[1];
}

static double difference_of(const double *x, double *slope)
{
    slope[0] = 1;
    slope[1] = -1;
    return x[0] - x[1];
}

static double product_of(const double *x, double *slope)
{
    slope[0] = x[1];
    slope[1] = x[0];
    return x[0] * x[1];
}

static double larger_of(const double *x, double *slope)
{
    slope[0] = x[0] >= x[1];
    slope[1] = x[0] < x[1];
    return x[0] >= x[1] ? x[0] : x[1];
}

static double distance_of(const double *x, double *slope)
{
    slope[0] = x[0] > x[1] ? 1 : x[0] < x[1] ? -1 : 0;
    slope[1] = -slope[0];
    return fabs(x[0] - x[1]);
}

static double mixture_of(const double *x, double *slope)
{
    slope[0] = x[1] - x[2];
    slope[1] = x[0];
    slope[2] = 1 - x[0];
    return x[0] * x[1] + (1 - x[0]) * x[2];
}

static double scaled(const double *x, double *slope)
{
    slope[0] = 0.75;
    return 0.75 * x[0];
}

static double squashed(const double *x, double *slope)
{
    double y = tanh(x[0]);
    slope[0] = 1 - y * y;
    return y;
}

static mann_var build_interpolate(mann_var *x)
{
    return mann_interpolate(tape, x[0], x[1], x[2]);
}

static mann_var build_scale(mann_var *x)
{
    return mann_scale(tape, x[0], 0.75);
}

static mann_var build_tanh(mann_var *x)
{
    return mann_activate(tape, x[0], MANN_TANH);
}

typedef struct subject {
    const char *name;
    int count;
    scalar_function *reference;
    mann_var (*two)(mann_tape *, mann_var, mann_var);
    mann_var (*any)(mann_var *);
} subject;

static const subject subjects[] = {
    {"add", 2, sum_of, mann_add, NULL},
    {"subtract", 2, difference_of, mann_subtract, NULL},
    {"multiply", 2, product_of, mann_multiply, NULL},
    {"maximum", 2, larger_of, mann_maximum, NULL},
    {"distance", 2, distance_of, mann_distance, NULL},
    {"interpolate", 3, mixture_of, NULL, build_interpolate},
    {"scale", 1, scaled, NULL, build_scale},
    {"activate", 1, squashed, NULL, build_tanh},
};

/* Inputs that broadcast to a shape of that rank, one of them being of that rank; n is theirs
 * together. */
static void draw_inputs(int count, int32_t rank, int32_t *n, mann_var *x)
{
    int full = (int)mann_rng_below(&rng, (uint32_t)count);
    int32_t together[RANK] = {1, 1, 1, 1}, batch = INT32_MAX;
    for (int i = 0; i < count; i++) {
        bool less = i != full && mann_rng_below(&rng, 3) == 0;
        int32_t own = less ? mann_rng_between(&rng, (mann_range){0, rank}) : rank, m[RANK];
        for (int32_t a = 0; a < own; a++) {
            int32_t at = rank - own + a;
            m[a] = at == 0 ? n[0] + size(3) - 1 : mann_rng_below(&rng, 3) ? n[at] : 1;
            together[at] = m[a] > together[at] ? m[a] : together[at];
            batch = at == 0 && m[a] < batch ? m[a] : batch;
        }
        x[i] = draw(own, m);
    }
    memcpy(n, together, sizeof together);
    n[0] = rank > 0 ? batch : 1;
}

static void check_subject(const subject *s)
{
    int32_t n[RANK], rank = draw_shape(s == subjects + 7, n), index[RANK] = {0};
    mann_var x[MOST];
    draw_inputs(s->count, rank, n, x);
    mann_var y = s->two ? s->two(tape, x[0], x[1]) : s->any(x);
    assert_int_equal(y->rank, rank);
    for (int32_t a = 0; a < rank; a++) {
        assert_int_equal(y->n[a], n[a]);
    }
    expected e = expect(s->count, x);
    const double *weight = draw_weights(y);
    size_t at = 0;
    do {
        double value[MOST], slope[MOST];
        for (int i = 0; i < s->count; i++) {
            value[i] = mann_value(x[i]->owner)[repeated(x[i], rank, index)];
        }
        assert_number(element(y, index), s->reference(value, slope), s->name);
        for (int i = 0; i < s->count; i++) {
            e.gradient[i][repeated(x[i], rank, index)] += weight[at] * slope[i];
        }
        at++;
    } while (count_up(rank, n, index));
    assert_gradients(&e, y, weight, s->name);
}

static void shapes_broadcast(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof subjects / sizeof *subjects; s++) {
        rng = mann_rng_stream(1, subjects[s].name, 0);
        for (int round = 0; round < ROUNDS; round++) {
            mann_tape_reset(tape, MANN_TRAIN);
            check_subject(&subjects[s]);
        }
    }
}

/* --- along an axis --- */

typedef enum reduction { SUM, MEAN, LARGEST, SOFTMAX, REDUCTIONS } reduction;

static const char *const reduction_name[] = {"sum", "mean", "max", "softmax"};

/* Of a line of n numbers: results y, all of them one but for softmax, and the gradient. */
static void reduce(reduction kind, int32_t n, const double *x, double *y, const double *dy,
                   double *dx)
{
    double total = 0, powers = 0, dot = 0;
    int32_t first = 0;
    for (int32_t i = 0; i < n; i++) {
        total += x[i];
        powers += exp(x[i]);
        first = x[i] > x[first] ? i : first;
    }
    for (int32_t i = 0; i < n; i++) {
        double results[] = {total, total / n, x[first], exp(x[i]) / powers};
        y[i] = results[kind];
        dot += y[i] * dy[i];
    }
    for (int32_t i = 0; i < n; i++) {
        double gradients[] = {dy[0], dy[0] / n, i == first ? dy[0] : 0, y[i] * (dy[i] - dot)};
        dx[i] = gradients[kind];
    }
}

static void check_reduction(reduction kind)
{
    enum { LONGEST = 600 };
    double line[LONGEST], y_line[LONGEST], dy_line[LONGEST], dx_line[LONGEST];
    int32_t n[RANK], rank = draw_shape(1, n), index[RANK] = {0}, outer[RANK];
    int32_t axis = (int32_t)mann_rng_below(&rng, (uint32_t)rank);
    int32_t asked = mann_rng_below(&rng, 2) ? axis : axis - rank;
    mann_var x = draw(rank, n);
    mann_var (*const builder[])(mann_tape *, mann_var, int32_t) = {mann_sum, mann_mean, mann_max,
                                                                   mann_softmax};
    mann_var y = builder[kind](tape, x, asked);
    memcpy(outer, n, sizeof n);
    outer[axis] = 1;
    for (int32_t a = 0; a < rank; a++) {
        assert_int_equal(y->n[a], kind == SOFTMAX ? n[a] : outer[a]);
    }
    expected e = expect(1, &x);
    double *weight = draw_weights(y);
    do { /* a line starts at each index of `outer` */
        int32_t at[RANK];
        memcpy(at, index, sizeof at);
        for (int32_t i = 0; i < n[axis]; i++) {
            at[axis] = i;
            line[i] = element(x, at);
            dy_line[i] = weight[place(y, kind == SOFTMAX ? at : index)];
        }
        reduce(kind, n[axis], line, y_line, dy_line, dx_line);
        for (int32_t i = 0; i < n[axis]; i++) {
            at[axis] = i;
            e.gradient[0][place(x, at)] += dx_line[i];
            if (i == 0 || kind == SOFTMAX) {
                assert_number(element(y, at), y_line[i], reduction_name[kind]);
            }
        }
    } while (count_up(rank, outer, index));
    assert_gradients(&e, y, weight, reduction_name[kind]);
}

static void axes_are_reduced(void **state)
{
    (void)state;
    for (int kind = 0; kind < REDUCTIONS; kind++) {
        rng = mann_rng_stream(2, reduction_name[kind], 0);
        for (int round = 0; round < ROUNDS; round++) {
            mann_tape_reset(tape, MANN_TRAIN);
            check_reduction((reduction)kind);
        }
    }
}

/* --- views --- */

/* Axes of a random shape of that many numbers. */
static int32_t factors(int32_t numbers, int32_t *n)
{
    int32_t rank = 0;
    while (rank < RANK - 1 && mann_rng_below(&rng, 5)) {
        int32_t by = mann_rng_between(&rng, (mann_range){1, 6});
        n[rank] = numbers % by ? 1 : by;
        numbers /= n[rank++];
    }
    n[rank++] = numbers;
    return rank;
}

/* Numbers keep their order, whether the other shape is a view or a copy; twice, since a view of a
 * view is another. */
static void shapes_change(void **state)
{
    (void)state;
    int views = 0;
    rng = mann_rng_stream(3, "reshape", 0);
    for (int round = 0; round < ROUNDS; round++) {
        mann_tape_reset(tape, MANN_TRAIN);
        int32_t n[RANK], m[RANK], index[RANK] = {0}, other[RANK] = {0}, rank = draw_shape(0, n);
        mann_var x = draw(rank, n), y = x;
        int32_t numbers = (int32_t)mann_size(x), to = factors(numbers, m);
        y = mann_reshape(tape, mann_reshape(tape, y, 1, &numbers), to, m);
        assert_int_equal(mann_tape_status(tape), MANN_OK);
        views += y->owner == x->owner;
        expected e = expect(1, &x);
        double *weight = draw_weights(y);
        for (size_t i = 0; i < mann_size(x); i++) {
            assert_true(element(x, index) == element(y, other));
            e.gradient[0][place(x, index)] = weight[i];
            bool more = count_up(rank, n, index);
            assert_true(more == count_up(to, m, other));
        }
        assert_gradients(&e, y, weight, "reshape");
    }
    assert_true(views > ROUNDS / 10 && views < ROUNDS);
}

/* What has always been a view is one, whatever the distance of the rows. */
static void columns_split_without_copies(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
    for (int32_t B = 1; B < 3; B++) {
        mann_var wide = mann_leaf(tape, 2, (int32_t[]){B, 20});
        mann_var part = mann_columns(tape, wide, 3, 12), split = mann_split(tape, part, 4);
        assert_ptr_equal(split->owner, wide);
        assert_ptr_equal(split->value, mann_value(wide) + 3);
        assert_int_equal(split->stride[1], 3);
        mann_var one = mann_split(tape, part, 1), flat = mann_flatten(tape, split);
        assert_int_equal(one->stride[1], 12);
        assert_ptr_equal(flat->value, part->value);
        assert_true(flat->rank == 2 && flat->n[1] == 12 && (B == 1 || flat->stride[0] == 20));
    }
}

/* Rows of packed steps: taken before others are used and used after them, one twice, one never. */
static void rows_of_steps(void **state)
{
    (void)state;
    enum { T = 4, B = 3, N = 5 };
    mann_tape_reset(tape, MANN_TRAIN);
    rng = mann_rng_stream(4, "rows", 0);
    mann_var leaf = draw(2, (int32_t[]){T * B, N});
    mann_var all = mann_scale(tape, leaf, 2), step[T];
    for (int t = 0; t < T; t++) {
        step[t] = mann_slice(tape, all, 0, t * B, B);
    }
    mann_var first = mann_multiply(tape, step[3], step[0]);
    mann_var whole = mann_slice(tape, mann_reshape(tape, all, 3, (int32_t[]){T, B, N}), 0, 3, 1);
    mann_var second = mann_add(tape, mann_reshape(tape, whole, 2, (int32_t[]){B, N}),
                               mann_columns(tape, mann_slice(tape, step[1], 0, 1, 2), 2, 1));
    mann_var y = mann_concat(tape, 0, 2, (mann_var[]){first, second});
    expected e = expect(1, &leaf);
    double *weight = draw_weights(y);
    assert_int_equal(y->n[0], B + 2); /* second has the batch of the smaller */
    for (int32_t b = 0; b < B; b++) {
        for (int32_t n = 0; n < N; n++) {
            int32_t zero[] = {b, n}, three[] = {3 * B + b, n}, one[] = {B + 1 + b, 2};
            double w = weight[b * N + n], v = b < 2 ? weight[(B + b) * N + n] : 0;
            e.gradient[0][place(leaf, zero)] += 4 * w * element(leaf, three);
            e.gradient[0][place(leaf, three)] += 4 * w * element(leaf, zero) + 2 * v;
            if (b < 2) {
                e.gradient[0][place(leaf, one)] += 2 * v;
            }
        }
    }
    assert_gradients(&e, y, weight, "rows of steps");
}

/* --- parameters --- */

/* Views of a parameter as weights and as a bias; the reference is x W by hand. */
static void parts_of_parameters(void **state)
{
    (void)state;
    enum { I = 6, O = 4, B = 2 };
    mann_params *params = mann_params_alloc(context);
    mann_handle w = mann_params_add(params, I, O, MANN_INIT_NORMAL, 1, "weight");
    mann_handle c = mann_params_add(params, 1, O, MANN_INIT_NORMAL, 1, "bias");
    assert_int_equal(mann_params_fill(params, 1), MANN_OK);
    double *gradient = calloc(mann_params_size(params), sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(mann_tape_bind(tape, params, gradient), MANN_OK);
    rng = mann_rng_stream(5, "parameters", 0);
    /* Whole; two rows; the same numbers in another shape; a part that begins within a row. */
    static const struct {
        int32_t first, n[2];
    } part[] = {{0, {6, 4}}, {8, {2, 4}}, {0, {3, 8}}, {2, {4, 4}}, {3, {5, 2}}};
    for (size_t p = 0; p < sizeof part / sizeof *part; p++) {
        memset(gradient, 0, mann_params_size(params) * sizeof *gradient);
        mann_tape_reset(tape, MANN_TRAIN);
        int32_t inputs = part[p].n[0], outputs = part[p].n[1];
        mann_var x = draw(2, (int32_t[]){B, inputs}), weight = mann_param(tape, w);
        weight = mann_reshape(tape, weight, 1, (int32_t[]){I * O});
        weight = mann_slice(tape, weight, 0, part[p].first, inputs * outputs);
        weight = mann_reshape(tape, weight, 2, part[p].n);
        mann_var bias = mann_reshape(tape, mann_param(tape, c), 1, (int32_t[]){O});
        bias = outputs <= O ? mann_slice(tape, bias, 0, 0, outputs)
                            : mann_full(tape, 0, NULL, 0); /* too narrow */
        mann_var y = mann_add(tape, mann_linear(tape, x, weight, NULL), bias);
        expected e = expect(1, &x);
        double *dy = draw_weights(y), dw[I * O] = {0}, dc[O] = {0};
        const double *W = mann_value(mann_param(tape, w)) + part[p].first;
        for (int32_t b = 0; b < B; b++) {
            for (int32_t o = 0; o < outputs; o++) {
                double sum = outputs <= O ? mann_value(bias)[o] : 0, d = dy[b * outputs + o];
                dc[o % O] += outputs <= O ? d : 0;
                for (int32_t i = 0; i < inputs; i++) {
                    double value = element(x, (int32_t[]){b, i});
                    sum += value * W[i * outputs + o];
                    dw[part[p].first + i * outputs + o] += d * value;
                    e.gradient[0][place(x, (int32_t[]){b, i})] += d * W[i * outputs + o];
                }
                assert_number(element(y, (int32_t[]){b, o}), sum, "part of a parameter");
            }
        }
        assert_gradients(&e, y, dy, "part of a parameter");
        for (int32_t i = 0; i < I * O; i++) {
            assert_number(gradient[mann_params_info(params, w)->offset + (size_t)i], dw[i], "dw");
        }
        for (int32_t o = 0; o < O; o++) {
            assert_number(gradient[mann_params_info(params, c)->offset + (size_t)o], dc[o], "dc");
        }
    }
    mann_tape_reset(tape, MANN_TRAIN);
    free(gradient);
    mann_params_free(params);
}

/* --- constants --- */

static void constants_have_any_rank(void **state)
{
    (void)state;
    rng = mann_rng_stream(6, "constants", 0);
    for (int round = 0; round < ROUNDS; round++) {
        mann_tape_reset(tape, MANN_TRAIN);
        int32_t n[RANK], index[RANK] = {0}, rank = draw_shape(0, n);
        mann_var x = draw(rank, n), held = mann_constant(tape, x);
        mann_var seven = mann_full(tape, rank, n, 7);
        assert_false(held->needs_grad || seven->needs_grad);
        do {
            assert_true(element(held, index) == element(x, index));
            assert_true(element(seven, index) == 7);
        } while (count_up(rank, n, index));
    }
}

/* --- what does not fit --- */

static mann_var L(int32_t rank, int32_t a, int32_t b, int32_t c)
{
    return mann_leaf(tape, rank, (int32_t[]){a, b, c, 20});
}

static void assert_refused(mann_var made, const char *message)
{
    assert_non_null(made);
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    assert_string_equal(mann_tape_message(tape), message);
    mann_tape_reset(tape, MANN_TRAIN);
}

static void shapes_are_refused(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
    assert_refused(mann_add(tape, L(3, 8, 3, 20), L(3, 8, 4, 20)),
                   "add: [8, 3, 20] and [8, 4, 20] do not broadcast at axis 1");
    assert_refused(mann_multiply(tape, L(3, 8, 3, 20), L(1, 19, 0, 0)),
                   "multiply: [8, 3, 20] and [19] do not broadcast at axis 2");
    assert_refused(mann_interpolate(tape, L(2, 8, 1, 0), L(2, 8, 3, 0), L(2, 8, 2, 0)),
                   "interpolate: [8, 3] and [8, 2] do not broadcast at axis 1");
    assert_refused(mann_maximum(tape, L(4, 2, 3, 4), L(3, 2, 1, 20)),
                   "maximum: [2, 3, 4, 20] and [2, 1, 20] do not broadcast at axis 1");
    assert_refused(mann_slice(tape, L(2, 2, 3, 0), 2, 0, 1), "slice: [2, 3] has no axis 2");
    assert_refused(mann_slice(tape, L(2, 2, 3, 0), -3, 0, 1), "slice: [2, 3] has no axis -3");
    assert_refused(mann_slice(tape, L(2, 2, 3, 0), 0, 1, 2),
                   "slice: [2, 3] has no places 1 to 2 at axis 0");
    assert_refused(mann_slice(tape, L(2, 2, 3, 0), 0, 1, INT32_MAX),
                   "slice: [2, 3] has no places 1 to 2147483647 at axis 0");
    assert_refused(mann_slice(tape, L(2, 2, 3, 0), 1, 1, 0),
                   "slice: [2, 3] has no places 1 to 0 at axis 1");
    assert_refused(mann_reshape(tape, L(2, 2, 3, 0), 1, (int32_t[]){5}),
                   "reshape: [2, 3] and [5] differ in size");
    assert_refused(mann_reshape(tape, L(2, 2, 3, 0), 2, (int32_t[]){-2, -3}),
                   "reshape: [2, 3] and [-2, -3] differ in size");
    assert_refused(mann_reshape(tape, L(2, 2, 3, 0), 5, (int32_t[]){1, 1, 1, 2, 3}),
                   "reshape: [2, 3] has no shape of rank 5");
    assert_refused(mann_full(tape, 5, (int32_t[]){1, 1, 1, 1, 1}, 0), "a tensor of rank 5");
    assert_refused(mann_sum(tape, L(2, 2, 3, 0), 2), "sum: [2, 3] has no axis 2");
    assert_refused(mann_mean(tape, L(1, 2, 0, 0), -2), "mean: [2] has no axis -2");
    assert_refused(mann_max(tape, mann_full(tape, 0, NULL, 1), 0), "max: [] has no axis 0");
    assert_refused(mann_softmax(tape, L(1, 2, 0, 0), 1), "softmax: [2] has no axis 1");
    assert_refused(mann_activate(tape, mann_full(tape, 0, NULL, 1), MANN_TANH),
                   "squash: [] with segments of 0 columns");
}

static int set_up(void **state)
{
    (void)state;
    context = mann_context_alloc();
    tape = mann_tape_alloc(context);
    return context && tape ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mann_tape_free(tape);
    mann_context_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_broadcast),        cmocka_unit_test(axes_are_reduced),
        cmocka_unit_test(shapes_change),           cmocka_unit_test(columns_split_without_copies),
        cmocka_unit_test(rows_of_steps),           cmocka_unit_test(parts_of_parameters),
        cmocka_unit_test(constants_have_any_rank), cmocka_unit_test(shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
