/* Operations that move, sort, add up and multiply numbers, and losses of classes, against the same
 * written the slow way: an element at a time, by its indices. Inputs are views of random shape;
 * gradients are compared over the whole of the tensor that a view is part of.
 *
 * Compiled in float and in double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ad/random.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 100, MOST_INPUTS = 3 };

static const double CLOSE = sizeof(mann_real) == sizeof(double) ? 1e-12 : 1e-4;

static mann_context *context;
static mann_tape *tape;
static mann_rng rng;

/* --- elements by their indices --- */

static mann_real *element(const mann_tensor *x, const int32_t *i)
{
    size_t at = 0;
    for (int32_t a = 0; a < x->rank; a++) {
        at += (size_t)i[a] * (size_t)x->stride[a];
    }
    return (mann_real *)x->value + at;
}

/* The indices that follow i in the shape n; false, and all 0, after the last. */
static bool next(int32_t rank, const int32_t *n, int32_t *i)
{
    for (int32_t a = rank - 1; a >= 0; a--) {
        if (++i[a] < n[a]) {
            return true;
        }
        i[a] = 0;
    }
    return false;
}

#define EACH(i, x)                                                                                 \
    for (int32_t more = 1, i[MANN_MAX_RANK] = {0}; more; more = next((x)->rank, (x)->n, i))

static void close_to(double got, double expected)
{
    if (!(fabs(got - expected) <= CLOSE * (1 + fabs(expected)))) {
        fail_msg("%.17g instead of %.17g", got, expected);
    }
}

static int32_t below(int32_t n)
{
    return (int32_t)mann_rng_below(&rng, (uint32_t)n);
}

static int32_t size(int32_t most)
{
    return mann_random_size(&rng, most);
}

static int32_t draw_shape(int32_t least, int32_t *n)
{
    int32_t rank = mann_rng_between(&rng, (mann_range){least, MANN_MAX_RANK});
    for (int32_t a = 0; a < rank; a++) {
        n[a] = size(5);
    }
    return rank;
}

static void fresh(void)
{
    mann_tape_reset(tape, MANN_TRAIN);
}

/* --- gradients: what is expected of each input, over all of its owner --- */

static struct {
    int32_t count;
    mann_var x[MOST_INPUTS];
    double *gradient[MOST_INPUTS];
    mann_var y;
    const mann_real *dy; /* of the layout of y */
} under_test;

static void begin(mann_var y, int32_t count, const mann_var *x)
{
    if (mann_tape_status(tape)) {
        fail_msg("%s", mann_tape_message(tape));
    }
    under_test.y = y;
    under_test.count = count;
    for (int32_t k = 0; k < count; k++) {
        under_test.x[k] = x[k];
        under_test.gradient[k] = calloc(mann_size(x[k]->owner), sizeof(double));
        assert_non_null(under_test.gradient[k]);
    }
    enum { ROUNDED_UP = 64 };
    mann_real *dy = mann_tape_scratch(tape, mann_size(y) * sizeof *dy + ROUNDED_UP);
    mann_real *copy = mann_tape_scratch(tape, mann_size(y) * sizeof *copy);
    assert_true(dy && copy);
    for (size_t i = 0; i < mann_size(y); i++) {
        copy[i] = dy[i] = (mann_real)mann_rng_normal(&rng);
    }
    y->grad = dy; /* as if it had arrived */
    under_test.dy = copy;
}

static double arrived(const int32_t *i)
{
    return (double)under_test.dy[element(under_test.y, i) - mann_value(under_test.y)];
}

static void expect(int32_t k, const int32_t *i, double gradient)
{
    mann_var x = under_test.x[k];
    under_test.gradient[k][element(x, i) - mann_value(x->owner)] += gradient;
}

static void finish(void)
{
    assert_int_equal(mann_tape_backward(tape, 0, NULL, NULL), MANN_OK);
    for (int32_t k = 0; k < under_test.count; k++) {
        const mann_tensor *owner = under_test.x[k]->owner;
        for (size_t i = 0; i < mann_size(owner); i++) {
            close_to(owner->grad ? (double)owner->grad[i] : 0, under_test.gradient[k][i]);
        }
        free(under_test.gradient[k]);
    }
}

/* Element i of the result came from element j of input k, unchanged. */
static void came_from(const int32_t *i, int32_t k, const int32_t *j)
{
    assert_true(*element(under_test.y, i) == *element(under_test.x[k], j));
    expect(k, j, arrived(i));
}

/* --- numbers moved --- */

static void permute(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], axes[MANN_MAX_RANK], given[MANN_MAX_RANK];
        int32_t rank = draw_shape(1, n);
        for (int32_t a = 0; a < rank; a++) {
            int32_t at = below(a + 1);
            axes[a] = axes[at];
            axes[at] = a;
        }
        for (int32_t a = 0; a < rank; a++) {
            given[a] = below(2) ? axes[a] : axes[a] - rank;
        }
        mann_var x = mann_random_shape(tape, &rng, rank, n);
        mann_var y = mann_permute(tape, x, given);
        begin(y, 1, &x);
        EACH(i, y)
        {
            int32_t j[MANN_MAX_RANK];
            for (int32_t a = 0; a < rank; a++) {
                j[axes[a]] = i[a];
            }
            came_from(i, 0, j);
        }
        finish();
    }
}

static void concat(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), axis = below(rank), count = size(3);
        int32_t total = 0, batch = INT32_MAX;
        mann_var x[3];
        for (int32_t k = 0; k < count; k++) {
            n[0] = axis ? size(5) : n[0];
            n[axis] = size(5);
            x[k] = mann_random_shape(tape, &rng, rank, n);
            total += n[axis];
            batch = n[0] < batch ? n[0] : batch;
        }
        mann_var y = mann_concat(tape, below(2) ? axis : axis - rank, count, x);
        begin(y, count, x);
        assert_int_equal(y->n[axis], total);
        assert_int_equal(y->n[0], axis ? batch : total);
        EACH(i, y)
        {
            int32_t j[MANN_MAX_RANK], k = 0;
            memcpy(j, i, sizeof j);
            while (j[axis] >= x[k]->n[axis]) {
                j[axis] -= x[k++]->n[axis];
            }
            came_from(i, k, j);
        }
        finish();
    }
}

static void roll(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), axis = below(rank);
        int32_t shift = below(21) - 10;
        mann_var x = mann_random_shape(tape, &rng, rank, n);
        mann_var y = mann_roll(tape, x, below(2) ? axis : axis - rank, shift);
        begin(y, 1, &x);
        EACH(i, y)
        {
            int32_t j[MANN_MAX_RANK];
            memcpy(j, i, sizeof j);
            j[axis] = ((i[axis] - shift) % n[axis] + n[axis]) % n[axis];
            came_from(i, 0, j);
        }
        finish();
    }
}

static void gather(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), count = size(3), rows = size(9);
        int32_t of[9], row[9];
        mann_var x[3];
        for (int32_t k = 0; k < count; k++) {
            n[0] = size(5);
            x[k] = mann_random_shape(tape, &rng, rank, n);
        }
        for (int32_t r = 0; r < rows; r++) {
            of[r] = below(count);
            row[r] = below(x[of[r]]->n[0]);
        }
        mann_var y = mann_gather(tape, count, x, rows, count > 1 ? of : NULL, row);
        begin(y, count, x);
        assert_int_equal(y->n[0], rows);
        EACH(i, y)
        {
            int32_t j[MANN_MAX_RANK];
            memcpy(j, i, sizeof j);
            j[0] = row[i[0]];
            came_from(i, of[i[0]], j);
        }
        finish();
    }
}

static void scatter_add(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), rows = size(5), row[5];
        mann_var x = mann_random_shape(tape, &rng, rank, n);
        for (int32_t r = 0; r < n[0]; r++) {
            row[r] = below(rows + 1) - 1;
        }
        mann_var y = mann_scatter_add(tape, x, rows, row);
        begin(y, 1, &x);
        assert_int_equal(y->n[0], rows);
        EACH(i, y)
        {
            double sum = 0;
            int32_t j[MANN_MAX_RANK];
            memcpy(j, i, sizeof j);
            for (j[0] = 0; j[0] < n[0]; j[0]++) {
                if (row[j[0]] == i[0]) {
                    sum += (double)*element(x, j);
                    expect(0, j, arrived(i));
                }
            }
            close_to((double)*element(y, i), sum);
        }
        finish();
    }
}

/* --- products --- */

/* Where x, aligned at the last axis, has the element (i[..rank-2), row, col). */
static void within(const mann_tensor *x, int32_t rank, const int32_t *i, int32_t row, int32_t col,
                   int32_t *j)
{
    for (int32_t a = 0; a < x->rank - 2; a++) {
        j[a] = x->n[a] == 1 ? 0 : i[rank - x->rank + a];
    }
    j[x->rank - 2] = row;
    j[x->rank - 1] = col;
}

/* A factor with these rows and columns, of the leading axes of the result or fewer. */
static mann_var factor(int32_t rank, const int32_t *leading, bool full, int32_t rows, int32_t cols)
{
    int32_t own = full ? rank : mann_rng_between(&rng, (mann_range){2, rank}), n[MANN_MAX_RANK];
    for (int32_t a = 0; a < own - 2; a++) {
        n[a] = below(3) ? leading[rank - own + a] : 1;
    }
    if (own == rank && rank > 2) {
        n[0] = leading[0] + below(2);
    }
    n[own - 2] = rows;
    n[own - 1] = cols;
    return mann_random_shape(tape, &rng, own, n);
}

static void matmul(void **state)
{
    (void)state;
    for (int round = 0; round < 40 * ROUNDS; round++) {
        fresh();
        int32_t rank = mann_rng_between(&rng, (mann_range){2, 4}), leading[2] = {size(3), size(3)};
        int32_t most = round % 10 ? 4 : 60, m = size(most), n = size(most), k = size(most);
        bool at = below(2), bt = below(2), a_full = below(2);
        mann_var x[2];
        x[0] = factor(rank, leading, a_full, at ? k : m, at ? m : k);
        x[1] = factor(rank, leading, !a_full, bt ? n : k, bt ? k : n);
        mann_var y = mann_matmul(tape, x[0], x[1], at, bt);
        begin(y, 2, x);
        assert_true(y->rank == rank && y->n[rank - 2] == m && y->n[rank - 1] == n);
        EACH(i, y)
        {
            int32_t row = i[rank - 2], col = i[rank - 1], ja[MANN_MAX_RANK], jb[MANN_MAX_RANK];
            double sum = 0;
            for (int32_t p = 0; p < k; p++) {
                within(x[0], rank, i, at ? p : row, at ? row : p, ja);
                within(x[1], rank, i, bt ? col : p, bt ? p : col, jb);
                double a = (double)*element(x[0], ja), b = (double)*element(x[1], jb);
                sum += a * b;
                expect(0, ja, arrived(i) * b);
                expect(1, jb, arrived(i) * a);
            }
            close_to((double)*element(y, i), sum);
        }
        finish();
    }
}

/* |x| as equation 6 takes it. */
static double norm(double square)
{
    return sqrt(square + 1e-8);
}

static void cosine(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t B = size(3), H = size(4), M = size(9), N = size(40);
        mann_var x[2];
        x[0] = mann_random_shape(tape, &rng, 3, (int32_t[]){B + below(2), M, N});
        x[1] = mann_random_shape(tape, &rng, 3, (int32_t[]){B, H, M});
        if (below(3) == 0) { /* an empty location */
            for (int32_t m = 0; m < M; m++) {
                *element(x[0], (int32_t[]){0, m, 0}) = 0;
            }
        }
        mann_var y = mann_cosine(tape, x[0], x[1]);
        begin(y, 2, x);
        EACH(i, y)
        {
            double dot = 0, of_memory = 0, of_key = 0;
            for (int32_t m = 0; m < M; m++) {
                double u = (double)*element(x[0], (int32_t[]){i[0], m, i[2]});
                double v = (double)*element(x[1], (int32_t[]){i[0], i[1], m});
                dot += u * v;
                of_memory += u * u;
                of_key += v * v;
            }
            double K = dot / (norm(of_memory) * norm(of_key));
            close_to((double)*element(y, i), K);
            for (int32_t m = 0; m < M; m++) {
                int32_t j[2][3] = {{i[0], m, i[2]}, {i[0], i[1], m}};
                double u = (double)*element(x[0], j[0]), v = (double)*element(x[1], j[1]);
                double both = norm(of_memory) * norm(of_key);
                expect(0, j[0], arrived(i) * (v / both - K * u / (of_memory + 1e-8)));
                expect(1, j[1], arrived(i) * (u / both - K * v / (of_key + 1e-8)));
            }
        }
        if (sizeof(mann_real) == sizeof(double)) {
            finish();
        } else { /* an empty location's slope is 1e4 times steeper: doubles only */
            free(under_test.gradient[0]);
            free(under_test.gradient[1]);
        }
    }
}

/* --- order --- */

/* With ties: the result is ordered, equal numbers keep their order, and each came from where the
 * index says. */
static void sort(void **state)
{
    (void)state;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), last = rank - 1;
        n[last] = size(round % 2 ? 9 : 70);
        bool descending = below(2);
        mann_var x = mann_random_shape(tape, &rng, rank, n);
        EACH(i, x)
        {
            *element(x, i) = (mann_real)below(n[last]) - 2;
        }
        int32_t *index;
        mann_var y = mann_sort(tape, x, descending, &index);
        begin(y, 1, &x);
        const int32_t *from = index;
        EACH(i, y)
        {
            int32_t j[MANN_MAX_RANK];
            memcpy(j, i, sizeof j);
            j[last] = *from;
            came_from(i, 0, j);
            if (i[last] > 0) {
                mann_real now = *element(y, i), then = (element(y, i))[-1];
                assert_true(descending ? then >= now : then <= now);
                assert_true(then != now || from[-1] < from[0]);
            }
            from++;
        }
        finish();
    }
    /* NaN is the largest, and loses nothing else. */
    fresh();
    mann_var x = mann_input(tape, 1, (int32_t[]){5});
    memcpy(x->value, (mann_real[]){2, NAN, 1, NAN, 3}, 5 * sizeof(mann_real));
    int32_t *index;
    mann_sort(tape, x, false, &index);
    assert_memory_equal(index, ((int32_t[]){2, 0, 4, 1, 3}), 5 * sizeof *index);
    mann_sort(tape, x, true, &index);
    assert_memory_equal(index, ((int32_t[]){1, 3, 4, 0, 2}), 5 * sizeof *index);
}

/* Whether place j of the axis goes into place i of a running sum. */
static bool goes_in(int32_t j, int32_t i, bool exclusive, bool reverse)
{
    return j == i ? !exclusive : reverse ? j > i : j < i;
}

static void cumulative(void **state)
{
    (void)state;
    for (int round = 0; round < 4 * ROUNDS; round++) {
        fresh();
        int32_t n[MANN_MAX_RANK], rank = draw_shape(1, n), axis = below(rank), zeros = below(4);
        bool exclusive = below(2), reverse = below(2), product = below(2);
        mann_var x = mann_random_shape(tape, &rng, rank, n);
        EACH(i, x)
        {
            *element(x, i) = below(6) < zeros ? 0 : *element(x, i);
        }
        mann_var y = (product ? mann_cumulative_product : mann_cumulative_sum)(
            tape, x, below(2) ? axis : axis - rank, exclusive, reverse);
        begin(y, 1, &x);
        EACH(i, y)
        {
            double total = product;
            int32_t j[MANN_MAX_RANK], l[MANN_MAX_RANK];
            memcpy(j, i, sizeof j);
            memcpy(l, i, sizeof l);
            for (j[axis] = 0; j[axis] < n[axis]; j[axis]++) {
                if (!goes_in(j[axis], i[axis], exclusive, reverse)) {
                    continue;
                }
                double here = (double)*element(x, j), others = 1;
                for (l[axis] = 0; l[axis] < n[axis]; l[axis]++) {
                    bool in = l[axis] != j[axis] && goes_in(l[axis], i[axis], exclusive, reverse);
                    others *= in ? (double)*element(x, l) : 1;
                }
                total = product ? total * here : total + here;
                expect(0, j, arrived(i) * (product ? others : 1));
            }
            close_to((double)*element(y, i), total);
        }
        finish();
    }
}

/* --- dropout --- */

static mann_var ones(int32_t rank, const int32_t *n)
{
    mann_var x = mann_leaf(tape, rank, n);
    for (size_t i = 0; i < mann_size(x); i++) {
        mann_value(x)[i] = 1;
    }
    return x;
}

/* As many are dropped as the rate says, within five standard deviations, and the mean stays. */
static void dropout_drops_by_rate(void **state)
{
    (void)state;
    static const double rates[] = {0.1, 0.5, 0.9};
    enum { R = 50, N = 400 };
    for (int r = 0; r < 3; r++) {
        fresh();
        mann_tape_sequences(tape, 7, NULL);
        mann_var x = ones(2, (int32_t[]){R, N});
        mann_var y = mann_dropout(tape, x, (mann_real)rates[r], "drop", NULL);
        int32_t dropped = 0;
        begin(y, 1, &x);
        EACH(i, y)
        {
            double kept = 1 / (1 - (double)(mann_real)rates[r]), now = (double)*element(y, i);
            assert_true(now == 0 || fabs(now - kept) < 1e-5);
            dropped += now == 0;
            expect(0, i, arrived(i) * now);
        }
        finish();
        double expected = rates[r] * R * N, deviation = sqrt(expected * (1 - rates[r]));
        assert_true(fabs(dropped - expected) < 5 * deviation);
    }
    fresh();
    mann_var x = ones(2, (int32_t[]){2, 3});
    assert_ptr_equal(mann_dropout(tape, x, 0, "drop", NULL), x);
    mann_tape_reset(tape, MANN_EVALUATE);
    x = ones(2, (int32_t[]){2, 3});
    assert_ptr_equal(mann_dropout(tape, x, (mann_real)0.5, "drop", NULL), x);
}

/* The numbers of sequences 10..13, of as many rows each as `length` says, in groups of any kind:
 * the packed rows of all four, step by step, against each sequence alone. */
static void dropout_does_not_depend_on_groups(void **state)
{
    (void)state;
    enum { B = 4, N = 17, STEPS = 5, MOST = B * STEPS };
    static const int32_t length[B] = {5, 4, 4, 1};
    static const uint64_t index[B] = {10, 11, 12, 13};
    int32_t rows[MOST], count = 0, step[MOST];
    mann_real packed[MOST][N];
    for (int32_t t = 0; t < STEPS; t++) {
        for (int32_t b = 0; b < B; b++) {
            if (t < length[b]) {
                step[count] = t;
                rows[count++] = b;
            }
        }
    }
    fresh();
    mann_tape_sequences(tape, 3, index);
    mann_var y = mann_dropout(tape, ones(2, (int32_t[]){count, N}), (mann_real)0.5, "drop", rows);
    memcpy(packed, y->value, (size_t)count * sizeof packed[0]);
    assert_memory_not_equal(packed[0], packed[B], sizeof packed[0]); /* the first sequence's */
    *mann_value(y) = 99;
    mann_tape_replay(tape); /* keeps the mask */
    assert_memory_equal(packed, y->value, (size_t)count * sizeof packed[0]);
    mann_var other = mann_dropout(tape, ones(2, (int32_t[]){count, N}), (mann_real)0.5, "o", rows);
    assert_memory_not_equal(packed, other->value, (size_t)count * sizeof packed[0]);
    for (int32_t b = 0; b < B; b++) {
        fresh();
        mann_tape_sequences(tape, 3, &index[b]);
        int32_t zeros[STEPS] = {0};
        mann_var alone =
            mann_dropout(tape, ones(2, (int32_t[]){length[b], N}), (mann_real)0.5, "drop", zeros);
        for (int32_t r = 0; r < count; r++) {
            if (rows[r] == b) {
                assert_memory_equal(packed[r], mann_value(alone) + step[r] * N, sizeof packed[r]);
            }
        }
    }
    fresh();
    mann_tape_sequences(tape, 3, index); /* without a list, row b is sequence b */
    y = mann_dropout(tape, ones(2, (int32_t[]){B, N}), (mann_real)0.5, "drop", NULL);
    assert_memory_equal(packed, y->value, B * sizeof packed[0]);
}

/* --- losses of classes --- */

/* Integer classes cost what one-hot rows cost mann_sequence_loss, and so do their gradients and
 * probabilities; so do one-hot rows as distributions. */
static void class_loss_is_sequence_loss(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fresh();
        int32_t n[2] = {size(6), size(30)}, target[6];
        mann_var from = mann_random_shape(tape, &rng, 2, n), logits[3], loss[3], p[3], cost[3];
        mann_var hot = mann_input(tape, 2, n), counts = mann_input(tape, 1, n);
        for (int k = 0; k < 3; k++) {
            logits[k] = mann_leaf(tape, 2, n);
            for (int32_t r = 0; r < n[0]; r++) {
                memcpy(element(logits[k], (int32_t[]){r, 0}), element(from, (int32_t[]){r, 0}),
                       (size_t)n[1] * sizeof(mann_real));
            }
        }
        for (int32_t r = 0; r < n[0]; r++) {
            target[r] = below(n[1] + 1) - 1;
            mann_value(counts)[r] = target[r] >= 0;
            if (target[r] >= 0) {
                *element(hot, (int32_t[]){r, target[r]}) = 1;
            }
        }
        loss[0] =
            mann_target_loss(tape, MANN_TARGET_CLASS, logits[0], hot, counts, &p[0], &cost[0]);
        mann_class_options one = {.prediction = &p[1], .cost = &cost[1]};
        mann_class_options two = {.prediction = &p[2], .cost = &cost[2]};
        loss[1] = mann_class_loss(tape, logits[1], target, &one);
        loss[2] = mann_distribution_loss(tape, logits[2], hot, &two);
        assert_int_equal(mann_tape_backward(tape, 3, loss, (mann_real[]){2, 2, 2}), MANN_OK);
        for (int k = 1; k < 3; k++) {
            close_to((double)*mann_value(loss[k]), (double)*mann_value(loss[0]));
            assert_false(p[k]->needs_grad || cost[k]->needs_grad);
            EACH(i, p[0])
            {
                close_to((double)*element(p[k], i), (double)*element(p[0], i));
                size_t at = (size_t)(i[0] * n[1] + i[1]);
                close_to((double)logits[k]->grad[at], (double)logits[0]->grad[at]);
            }
            EACH(i, cost[0])
            {
                close_to((double)*element(cost[k], i), (double)*element(cost[0], i));
            }
        }
    }
}

/* By the formula, with masks of all kinds, smoothing and distributions. */
static void class_loss_by_formula(void **state)
{
    (void)state;
    for (int round = 0; round < 3 * ROUNDS; round++) {
        fresh();
        int32_t R = size(6), C = 1 + size(20), target[7], kind = below(3);
        mann_real smoothing = below(2) ? (mann_real)mann_rng_uniform(&rng) : 0;
        mann_var logits = mann_random_shape(tape, &rng, 2, (int32_t[]){R + below(2), C}), p, cost;
        mann_var mask = kind == 0   ? NULL
                        : kind == 1 ? mann_input(tape, 1, &C)
                                    : mann_input(tape, 2, (int32_t[]){R, C});
        mann_var given = mann_input(tape, 2, (int32_t[]){R, C});
        bool in[6][21], as_distribution = below(2);
        for (int32_t r = 0; r < R; r++) {
            target[r] = below(5) ? below(C) : -1;
            for (int32_t c = 0; c < C; c++) {
                in[r][c] = kind == 1 && r > 0 ? in[0][c] : !mask || below(2);
            }
            if (target[r] >= 0 && !in[r][target[r]]) {
                target[r] = -1;
            }
            for (int32_t c = 0; c < C && mask; c++) {
                mann_value(mask)[(kind == 1 ? 0 : r) * C + c] = in[r][c];
            }
            if (target[r] >= 0) { /* half of it may go elsewhere */
                int32_t also = below(C);
                *element(given, (int32_t[]){r, target[r]}) = (mann_real)0.5;
                *element(given, (int32_t[]){r, in[r][also] ? also : target[r]}) += (mann_real)0.5;
            }
        }
        mann_class_options options = {mask, smoothing, &p, &cost};
        target[R] = -1; /* where the logits have a row more */
        mann_var loss = as_distribution ? mann_distribution_loss(tape, logits, given, &options)
                                        : mann_class_loss(tape, logits, target, &options);
        begin(loss, 1, &logits);
        double total = 0;
        for (int32_t r = 0; r < R; r++) {
            double Z = 0, K = 0, expected = 0;
            for (int32_t c = 0; c < C; c++) {
                Z += in[r][c] ? exp((double)*element(logits, (int32_t[]){r, c})) : 0;
                K += in[r][c];
            }
            for (int32_t c = 0; c < C; c++) {
                int32_t at[2] = {r, c};
                double hot = as_distribution ? (double)*element(given, at) : c == target[r];
                double q = (1 - (double)smoothing) * hot + (double)smoothing / K;
                double l = (double)*element(logits, at), probability = exp(l) / Z;
                if (!in[r][c]) {
                    assert_true(*element(p, at) == 0);
                    continue;
                }
                close_to((double)*element(p, at), probability);
                if (target[r] >= 0) {
                    expected -= q * log(probability);
                    expect(0, at, arrived((int32_t[]){0, 0}) * (probability - q));
                }
            }
            close_to((double)mann_value(cost)[r], expected);
            total += expected;
        }
        close_to((double)*mann_value(loss), total);
        finish();
    }
}

/* --- hard mode --- */

static mann_var weighting(const mann_real *value)
{
    mann_var x = mann_input(tape, 3, (int32_t[]){1, 2, 4});
    memcpy(x->value, value, 8 * sizeof *value);
    return x;
}

static const mann_real soft[8] = {(mann_real)0.2, (mann_real)0.4, (mann_real)0.4, 0, 0, 0, 0, 0};
static const mann_real hard[8] = {0, 1, 0, 0, 0, 0, 0, 0};

static void hard_mode(void **state)
{
    (void)state;
    mann_tape_hard(tape, true);
    assert_false(mann_tape_hardened(tape));
    mann_tape_reset(tape, MANN_TRAIN); /* soft while it trains */
    mann_var x = weighting(soft);
    assert_ptr_equal(mann_harden(tape, x), x);
    assert_false(mann_tape_hardened(tape));
    for (int round = 0; round < 2; round++) {
        mann_tape_reset(tape, MANN_EVALUATE); /* keeps the mode */
        x = weighting(soft);
        mann_var y = mann_harden(tape, x);
        assert_memory_equal(y->value, hard, sizeof hard);
        assert_memory_equal(x->value, soft, sizeof soft);
        assert_true(mann_tape_hardened(tape));
    }
    int32_t n[MANN_MAX_RANK] = {2, 3, 2, 5};
    for (int32_t rank = 1; rank <= MANN_MAX_RANK; rank++) {
        x = mann_random_shape(tape, &rng, rank, n);
        mann_var y = mann_harden(tape, x);
        EACH(i, x)
        {
            int32_t j[MANN_MAX_RANK];
            bool largest = true;
            memcpy(j, i, sizeof j);
            for (j[rank - 1] = 0; j[rank - 1] < n[rank - 1]; j[rank - 1]++) {
                largest = largest && *element(x, j) <= *element(x, i);
            }
            assert_true(*element(y, i) == (mann_real)largest);
        }
    }
    mann_tape_hard(tape, false);
    assert_ptr_equal(mann_harden(tape, x), x);
    assert_false(mann_tape_hardened(tape));
    assert_int_equal(mann_tape_status(tape), MANN_OK);
}

/* One head at a memory of five locations that looks at the second with a strength of 1. */
static mann_var addressed(mann_addressing *stages)
{
    static const mann_real columns[10] = {1, 0, -1, 0, 1, 0, 1, 0, -1, 1};
    mann_var memory = mann_input(tape, 3, (int32_t[]){1, 2, 5});
    mann_var key = mann_input(tape, 3, (int32_t[]){1, 1, 2});
    mann_var shift = mann_input(tape, 3, (int32_t[]){1, 1, 1});
    memcpy(memory->value, columns, sizeof columns);
    mann_value(key)[1] = 1;
    mann_value(shift)[0] = 1;
    int32_t one[2] = {1, 1};
    return mann_address(tape, memory, key, ones(2, one), ones(2, one), shift, ones(2, one),
                        mann_input(tape, 3, (int32_t[]){1, 1, 5}), stages);
}

static void operations_honour_hard_mode(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_EVALUATE);
    mann_addressing stages;
    mann_var log_probability, was = addressed(&stages);
    assert_true(mann_value(was)[1] > 0 && mann_value(was)[1] < 1);
    mann_tape_hard(tape, true);
    mann_var now = addressed(&stages);
    for (int n = 0; n < 5; n++) {
        assert_true(mann_value(now)[n] == (n == 1)); /* the final weighting, and no stage */
        assert_true(mann_value(stages.shifted)[n] == mann_value(stages.content)[n]);
        assert_true(mann_value(stages.content)[n] > 0);
    }
    static const mann_real scores[8] = {1, 3, 2, 0, 5, 1, 1, 1};
    mann_var mask = mann_input(tape, 3, (int32_t[]){1, 2, 4});
    mann_value(mask)[0] = mann_value(mask)[1] = mann_value(mask)[2] = 1; /* of the second, none */
    assert_memory_equal(mann_attend(tape, weighting(scores), mask)->value, hard, sizeof hard);
    mann_var chosen = mann_choose(tape, weighting(scores), "choose", &log_probability);
    assert_true(mann_value(chosen)[1] == 1 && mann_value(chosen)[4] == 1);
    mann_tape_hard(tape, false);
}

/* --- what is refused --- */

static mann_var leaf(int32_t rank, int32_t n0, int32_t n1, int32_t n2)
{
    return mann_leaf(tape, rank, (int32_t[]){n0, n1, n2});
}

static void refused(mann_var made, const char *message)
{
    assert_ptr_equal(made->value, tape->dummy_value);
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    assert_string_equal(mann_tape_message(tape), message);
    fresh();
}

static void shapes_are_refused(void **state)
{
    (void)state;
    fresh();
    refused(mann_permute(tape, leaf(3, 2, 3, 4), (int32_t[]){0, 1, 3}),
            "permute: [2, 3, 4] has no axis 3");
    refused(mann_permute(tape, leaf(3, 2, 3, 4), (int32_t[]){0, 2, -1}),
            "permute: [2, 3, 4] with axis 2 twice");
    refused(mann_concat(tape, 2, 2, (mann_var[]){leaf(3, 2, 3, 4), leaf(3, 2, 4, 4)}),
            "concat: [2, 3, 4] and [2, 4, 4] (input 2) differ at an axis other than 2");
    refused(mann_concat(tape, -3, 1, (mann_var[]){leaf(2, 2, 3, 0)}),
            "concat: [2, 3] has no axis -3");
    refused(mann_roll(tape, leaf(2, 2, 3, 0), 2, 1), "roll: [2, 3] has no axis 2");
    refused(mann_matmul(tape, leaf(2, 2, 3, 0), leaf(2, 4, 5, 0), false, false),
            "matmul: [2, 3] and [4, 5] without a transpose: 3 columns times 4 rows");
    refused(mann_matmul(tape, leaf(2, 2, 3, 0), leaf(2, 3, 5, 0), false, true),
            "matmul: [2, 3] and [3, 5] with the second transposed: 3 columns times 5 rows");
    refused(mann_matmul(tape, leaf(1, 3, 0, 0), leaf(2, 3, 5, 0), false, false),
            "matmul: [3] and [3, 5] are not matrices");
    refused(mann_matmul(tape, mann_leaf(tape, 4, (int32_t[]){2, 3, 4, 5}), leaf(3, 2, 5, 6), false,
                        false),
            "matmul: [2, 3, 4, 5] and [2, 5, 6] do not broadcast at axis 1");
    refused(mann_cosine(tape, leaf(3, 2, 3, 4), leaf(3, 2, 1, 4)),
            "cosine: [2, 3, 4] and [2, 1, 4] are not a memory [B, M, N] and its keys [B, H, M]");
    refused(mann_cumulative_sum(tape, leaf(2, 2, 3, 0), 2, false, false),
            "cumulative_sum: [2, 3] has no axis 2");
    refused(mann_cumulative_product(tape, leaf(2, 2, 3, 0), -3, false, false),
            "cumulative_product: [2, 3] has no axis -3");
    refused(mann_dropout(tape, leaf(2, 2, 3, 0), 1, "drop", NULL),
            "dropout: [2, 3] at a rate of 1: it must be at least 0 and below 1");
    refused(mann_dropout(tape, leaf(2, 2, 3, 0), (mann_real)0.5, "drop", (int32_t[]){0, -1}),
            "dropout: row 1 is of sequence -1");
}

static void rows_are_refused(void **state)
{
    (void)state;
    fresh();
    mann_var x = leaf(3, 2, 3, 4);
    refused(mann_gather(tape, 1, &x, 2, NULL, (int32_t[]){0, 2}), "gather: row 2 of input 1 of 1");
    x = leaf(3, 2, 3, 4);
    refused(mann_gather(tape, 1, &x, 1, NULL, (int32_t[]){-1}), "gather: row -1 of input 1 of 1");
    refused(mann_scatter_add(tape, leaf(3, 2, 3, 4), 3, (int32_t[]){0, 3}),
            "scatter_add: row 1 goes to row 3 of 3");
    refused(mann_scatter_add(tape, leaf(3, 2, 3, 4), 3, (int32_t[]){-2, 0}),
            "scatter_add: row 0 goes to row -2 of 3");
    refused(mann_scatter_add(tape, leaf(3, 2, 3, 4), 0, (int32_t[]){-1, -1}),
            "scatter_add: [2, 3, 4] into 0 rows");
}

static void classes_are_refused(void **state)
{
    (void)state;
    fresh();
    int32_t target[2] = {1, 3};
    refused(mann_class_loss(tape, leaf(2, 2, 3, 0), target, NULL),
            "class_loss: row 1: class 3 of 3");
    target[1] = 2;
    mann_class_options options = {.mask = mann_input(tape, 1, (int32_t[]){3})};
    mann_value(options.mask)[1] = 1;
    refused(mann_class_loss(tape, leaf(2, 2, 3, 0), target, &options),
            "class_loss: row 1: its class 2 is masked out");
    options.mask = leaf(1, 3, 0, 0);
    refused(mann_class_loss(tape, leaf(2, 2, 3, 0), target, &options),
            "class_loss: the mask is a constant: give it to mann_constant first");
    options.mask = mann_input(tape, 1, (int32_t[]){4});
    refused(mann_class_loss(tape, leaf(2, 2, 3, 0), target, &options),
            "class_loss: [2, 3] and [4] are not logits [R, C] and a mask [R, C] or [C]");
    options = (mann_class_options){.smoothing = 2};
    refused(mann_class_loss(tape, leaf(2, 2, 3, 0), target, &options),
            "class_loss: a smoothing of 2, which must be in 0..1");
    mann_var given = mann_input(tape, 2, (int32_t[]){2, 3});
    mann_value(given)[0] = (mann_real)0.75;
    refused(mann_distribution_loss(tape, leaf(2, 2, 3, 0), given, NULL),
            "distribution_loss: row 0 sums to 0.75, neither 1 nor 0");
    given = mann_input(tape, 2, (int32_t[]){2, 3});
    mann_value(given)[4] = -1;
    mann_var prediction = NULL;
    options = (mann_class_options){.prediction = &prediction};
    refused(mann_distribution_loss(tape, leaf(2, 2, 3, 0), given, &options),
            "distribution_loss: row 1: class 1 has probability -1");
    assert_ptr_equal(prediction->value, tape->dummy_value);
}

static int begin_tests(void **state)
{
    (void)state;
    context = mann_context_alloc();
    tape = context ? mann_tape_alloc(context) : NULL;
    rng = mann_rng_stream(1, "operations", 0);
    return tape ? 0 : -1;
}

static int end_tests(void **state)
{
    (void)state;
    mann_tape_free(tape);
    mann_context_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permute),
        cmocka_unit_test(concat),
        cmocka_unit_test(roll),
        cmocka_unit_test(gather),
        cmocka_unit_test(scatter_add),
        cmocka_unit_test(matmul),
        cmocka_unit_test(cosine),
        cmocka_unit_test(sort),
        cmocka_unit_test(cumulative),
        cmocka_unit_test(dropout_drops_by_rate),
        cmocka_unit_test(dropout_does_not_depend_on_groups),
        cmocka_unit_test(class_loss_is_sequence_loss),
        cmocka_unit_test(class_loss_by_formula),
        cmocka_unit_test(hard_mode),
        cmocka_unit_test(operations_honour_hard_mode),
        cmocka_unit_test(shapes_are_refused),
        cmocka_unit_test(rows_are_refused),
        cmocka_unit_test(classes_are_refused),
    };
    return cmocka_run_group_tests_name("operations", tests, begin_tests, end_tests);
}
