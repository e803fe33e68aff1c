/* Tapes: errors that stick and say what was wrong, replays, groups of unequal lengths, the search
 * for what is not finite, and no allocation in a steady step.
 *
 * The linker sends every allocation of the program through the counting functions below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "group.h"

#include <cmocka.h>
#include <float.h>
#include <mann/train.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    atomic_fetch_add(&allocations, 1);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    atomic_fetch_add(&allocations, 1);
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    atomic_fetch_add(&allocations, 1);
    return __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    atomic_fetch_add(&allocations, 1);
    return __real_aligned_alloc(alignment, size);
}

static mann_context *context;
static mann_tape *tape;

/* --- errors --- */

static mann_var leaf(int32_t n0, int32_t n1, int32_t n2)
{
    return mann_leaf(tape, n2 ? 3 : 2, (int32_t[]){n0, n1, n2});
}

/* The tape has failed with this message, stays failed, and is as good as new after a reset. */
static void assert_failed(mann_var made, mann_status status, const char *message)
{
    assert_non_null(made);
    assert_int_equal(mann_tape_status(tape), status);
    assert_string_equal(mann_tape_message(tape), message);
    mann_var later = mann_add(tape, leaf(2, 3, 0), leaf(2, 4, 0)); /* wrong in another way */
    later = mann_linear(tape, made, later, made);
    mann_real one = 1;
    assert_int_equal(mann_tape_backward(tape, 1, &later, &one), status);
    assert_string_equal(mann_tape_message(tape), message);
    mann_tape_replay(tape);
    mann_tape_reset(tape, MANN_TRAIN);
    assert_int_equal(mann_tape_status(tape), MANN_OK);
    assert_string_equal(mann_tape_message(tape), "");
}

static void shapes_are_refused(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
#define REFUSED(made, message) assert_failed(made, MANN_E_SHAPE, message)
    REFUSED(mann_linear(tape, leaf(2, 3, 0), leaf(4, 5, 0), NULL),
            "linear: x [2, 3] with weight [4, 5], bias [0, 0]");
    REFUSED(mann_linear(tape, leaf(2, 4, 0), leaf(4, 5, 0), leaf(1, 6, 0)),
            "linear: x [2, 4] with weight [4, 5], bias [1, 6]");
    REFUSED(mann_add(tape, leaf(2, 3, 0), leaf(2, 4, 0)),
            "add: [2, 3] and [2, 4] do not broadcast at axis 1");
    REFUSED(mann_multiply(tape, leaf(2, 3, 0), leaf(2, 4, 0)),
            "multiply: [2, 3] and [2, 4] do not broadcast at axis 1");
    REFUSED(mann_interpolate(tape, leaf(2, 3, 0), leaf(2, 3, 0), leaf(2, 2, 0)),
            "interpolate: [2, 3] and [2, 2] do not broadcast at axis 1");
    mann_squash_part segment = {MANN_TANH, 4, 1};
    REFUSED(mann_squash(tape, leaf(2, 3, 0), 1, &segment, 0),
            "squash: [2, 3] with segments of 4 columns");
    mann_var cell;
    REFUSED(mann_lstm(tape, leaf(2, 12, 0), leaf(2, 4, 0), &cell),
            "lstm: gates [2, 12] with cell [2, 4]");
    REFUSED(mann_lstm(tape, leaf(2, 12, 0), leaf(1, 3, 0), &cell),
            "lstm: gates [2, 12] with cell [1, 3]");
    REFUSED(mann_concat(tape, 1, 2, (mann_var[]){leaf(2, 3, 0), leaf(2, 3, 4)}),
            "concat: [2, 3] and [2, 3, 4] (input 2) differ at an axis other than 1");
    REFUSED(mann_broadcast(tape, leaf(2, 3, 4), 5), "broadcast: not a whole parameter");
    REFUSED(mann_read(tape, leaf(2, 3, 4), leaf(2, 1, 5)),
            "read: memory [2, 3, 4] with weights [2, 1, 5]");
    REFUSED(mann_erase_add(tape, leaf(2, 3, 4), leaf(2, 1, 4), leaf(2, 1, 3), leaf(2, 1, 2)),
            "erase_add: memory [2, 3, 4], weights [2, 1, 4], erase [2, 1, 3], add [2, 1, 2]");
    REFUSED(mann_address(tape, leaf(2, 3, 4), leaf(2, 1, 5), leaf(2, 1, 0), leaf(2, 1, 0),
                         leaf(2, 1, 3), leaf(2, 1, 0), leaf(2, 1, 4), NULL),
            "address: memory [2, 3, 4], key [2, 1, 5], strength [2, 1], gate [2, 1], "
            "shift [2, 1, 3], sharpening [2, 1], previous [2, 1, 4]");
    mann_var logits = leaf(2, 3, 0), target = leaf(2, 4, 0), mask = leaf(2, 1, 0);
    REFUSED(mann_target_loss(tape, MANN_TARGET_BITS, logits, target, mask, NULL, NULL),
            "loss: logits [2, 3] with target [2, 4], mask [2]");
    REFUSED(mann_columns(tape, leaf(2, 3, 0), 2, 2),
            "slice: [2, 3] has no places 2 to 3 at axis 1");
    REFUSED(mann_split(tape, leaf(2, 3, 0), 2), "reshape: [2, 3] and [2, 2, 1] differ in size");
    assert_failed(mann_param(tape, 99), MANN_E_INVAL, "parameter 99 is not bound");
}

/* A batch smaller than the keys', a memory of which some columns are left out: each would be read
 * beyond its end, or crosswise. */
static void small_batches_are_refused(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
    for (int wrong = 0; wrong < 6; wrong++) {
        int32_t B[6] = {2, 2, 2, 2, 2, 2};
        B[wrong] = 1;
        mann_address(tape, leaf(B[0], 3, 4), leaf(2, 1, 3), leaf(B[1], 1, 0), leaf(B[2], 1, 0),
                     leaf(B[3], 1, 3), leaf(B[4], 1, 0), leaf(B[5], 1, 4), NULL);
        assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
        assert_non_null(strstr(mann_tape_message(tape), "address: "));
        mann_tape_reset(tape, MANN_TRAIN);
    }
    for (int wrong = 0; wrong < 3; wrong++) {
        int32_t B[3] = {2, 2, 2};
        B[wrong] = 1;
        mann_erase_add(tape, leaf(B[0], 3, 4), leaf(2, 1, 4), leaf(B[1], 1, 3), leaf(B[2], 1, 3));
        assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
        mann_tape_reset(tape, MANN_TRAIN);
    }
    mann_read(tape, leaf(1, 3, 4), leaf(2, 1, 4));
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    mann_tape_reset(tape, MANN_TRAIN);

    mann_var part = mann_columns(tape, leaf(2, 3, 6), 1, 4);
    mann_read(tape, part, leaf(2, 1, 4));
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    mann_tape_reset(tape, MANN_TRAIN);
    part = mann_columns(tape, leaf(2, 3, 6), 1, 4);
    mann_erase_add(tape, part, leaf(2, 1, 4), leaf(2, 1, 3), leaf(2, 1, 3));
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    mann_tape_reset(tape, MANN_TRAIN);
    part = mann_columns(tape, leaf(4, 6, 0), 1, 5);
    mann_linear(tape, leaf(2, 4, 0), part, NULL);
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var logits = leaf(2, 3, 0), mask = leaf(2, 1, 0);
    part = mann_columns(tape, leaf(2, 4, 0), 0, 3);
    mann_target_loss(tape, MANN_TARGET_BITS, logits, part, mask, NULL, NULL);
    assert_int_equal(mann_tape_status(tape), MANN_E_SHAPE);
    mann_tape_reset(tape, MANN_TRAIN);
}

static void sizes_are_refused(void **state)
{
    (void)state;
    mann_tape_reset(tape, MANN_TRAIN);
    assert_failed(leaf(2, 0, 0), MANN_E_SHAPE, "a tensor of 0 along dimension 1");
    assert_failed(leaf(-1, 2, 0), MANN_E_SHAPE, "a tensor of -1 along dimension 0");
    leaf(65536, 65536, 65536);
    assert_int_not_equal(mann_tape_status(tape), MANN_OK);
    mann_tape_reset(tape, MANN_TRAIN);
    mann_tape_scratch(tape, SIZE_MAX / 2);
    assert_int_equal(mann_tape_status(tape), MANN_E_NOMEM);
    mann_tape_reset(tape, MANN_EVALUATE);
    mann_var x = mann_add(tape, leaf(1, 1, 0), leaf(1, 1, 0));
    mann_real one = 1;
    assert_int_equal(mann_tape_backward(tape, 1, &x, &one), MANN_E_INVAL);
}

/* --- networks --- */

typedef struct fixture {
    mann_experiment *experiment;
    mann_network *network;
    mann_real *gradient;
    group group;
} fixture;

static void fixture_open(fixture *f, const char *settings, int32_t size)
{
    f->experiment = mann_experiment_alloc(context, "copy", "ntm");
    assert_non_null(f->experiment);
    if (mann_experiment_settings(f->experiment, settings)) {
        fail_msg("%s", mann_context_message(context));
    }
    f->network = mann_network_alloc(context, f->experiment);
    assert_non_null(f->network);
    f->gradient = calloc(mann_params_size(f->network->params), sizeof *f->gradient);
    assert_non_null(f->gradient);
    group_draw(&f->group, f->network, 11, size);
    assert_int_equal(mann_tape_bind(tape, f->network->params, f->gradient), MANN_OK);
}

static void fixture_close(fixture *f)
{
    group_clear(&f->group);
    free(f->gradient);
    mann_network_free(f->network);
    mann_experiment_free(f->experiment);
}

static const char *const presets[] = {
    "model.hidden=20 memory.locations=17 memory.width=9 memory.read_heads=2",
    ("model.controller=gru model.hidden=20 memory.locations=17 memory.width=9 "
     "memory.initial=random "
     "memory.initial_value=0.5"),
    "model.controller=rnn model.memory=none model.hidden=33 model.layers=2",
    ("model.controller=none model.feedback=false model.output=reads model.readout=7 "
     "model.memory=hopfield memory.width=17 memory.steps=2"),
    ("model.hidden=20 model.memory=hopfield memory.form=modern memory.width=9 memory.locations=7 "
     "memory.steps=2"),
};
enum { PRESETS = sizeof presets / sizeof presets[0] };

static void replays_are_equal(void **state)
{
    (void)state;
    for (int p = 0; p < PRESETS; p++) {
        fixture f;
        mann_outputs outputs;
        fixture_open(&f, presets[p], 5);
        group_forward(&f.group, 0, 5, f.network, tape, MANN_TRAIN, &outputs);
        mann_real loss = *mann_value(outputs.loss[0].value), last;
        int32_t end = outputs.rows.steps - 1;
        memcpy(&last, group_prediction(&outputs, 0, end), sizeof last);
        assert_true(isfinite(loss) && loss > 0);
        for (int round = 0; round < 2; round++) {
            *mann_value(outputs.loss[0].value) = -1;
            mann_tape_replay(tape);
            assert_memory_equal(mann_value(outputs.loss[0].value), &loss, sizeof loss);
            assert_memory_equal(group_prediction(&outputs, 0, end), &last, sizeof last);
            /* The reverse walk uses stages up; they must come back. */
            assert_int_equal(group_backward(tape, &outputs), MANN_OK);
        }
        /* Evaluation gives the same numbers and records nothing. */
        group_forward(&f.group, 0, 5, f.network, tape, MANN_EVALUATE, &outputs);
        assert_memory_equal(mann_value(outputs.loss[0].value), &loss, sizeof loss);
        assert_int_equal(group_backward(tape, &outputs), MANN_E_INVAL);
        fixture_close(&f);
    }
}

/* The slope of sixty factors of 10 is no float. */
static void clipping_keeps_slopes_finite(void **state)
{
    (void)state;
    static const mann_real limit[] = {0, 10}, seed = 1;
    for (int i = 0; i < 2; i++) {
        mann_tape_reset(tape, MANN_TRAIN);
        mann_tape_clip(tape, limit[i]);
        mann_var x = leaf(1, 1, 0), ten = mann_input(tape, 2, (int32_t[]){1, 1}), y = x;
        *mann_value(x) = (mann_real)1e-30;
        *mann_value(ten) = 10;
        for (int t = 0; t < 60; t++) {
            y = mann_multiply(tape, y, ten);
        }
        assert_int_equal(mann_tape_backward(tape, 1, &y, &seed), MANN_OK);
        /* Each product's own slope is at most the limit; that of the leaf is ten times it. */
        assert_true(i ? *(mann_real *)x->grad == 100 : isinf(*(mann_real *)x->grad));
    }
    mann_tape_clip(tape, 0);
}

/* The same gradient from the same tape, whatever stood on it before. */
static void steps_repeat(void **state)
{
    (void)state;
    fixture f;
    mann_outputs outputs;
    fixture_open(&f, presets[0], 6);
    size_t bytes = mann_params_size(f.network->params) * sizeof *f.gradient;
    mann_real *first = malloc(bytes);
    for (int round = 0; round < 4; round++) {
        memset(f.gradient, 0, bytes);
        group_forward(&f.group, 0, 6, f.network, tape, MANN_TRAIN, &outputs);
        assert_int_equal(group_backward(tape, &outputs), MANN_OK);
        if (round == 0) {
            memcpy(first, f.gradient, bytes);
        }
        assert_memory_equal(first, f.gradient, bytes);
        group_forward(&f.group, round, 2, f.network, tape, MANN_TRAIN, &outputs);
        assert_int_equal(group_backward(tape, &outputs), MANN_OK);
    }
    free(first);
    fixture_close(&f);
}

/* A sequence in a group gives what it gives alone. Kernels may cut a batch into blocks of another
 * size then and so add in another order, which moves each number by a few roundings; through a
 * sequence of steps these grow to some hundred. Gradients and losses are sums over the group, of
 * which the larger terms' roundings remain. */
static void groups_are_their_members(void **state)
{
    (void)state;
    const double tolerance = 300 * FLT_EPSILON;
    for (int p = 0; p < PRESETS; p++) {
        fixture f;
        mann_outputs outputs;
        fixture_open(&f, presets[p], MOST_EXAMPLES);
        const group *g = &f.group;
        size_t size = mann_params_size(f.network->params);
        int32_t outputs_wide = f.network->task->io.outputs;
        assert_true(g->example[0]->steps > g->example[g->size - 1]->steps);

        mann_real *together = calloc(size, sizeof *together);
        float *prediction[MOST_EXAMPLES];
        group_forward(g, 0, g->size, f.network, tape, MANN_TRAIN, &outputs);
        assert_int_equal(group_backward(tape, &outputs), MANN_OK);
        double loss = group_loss(&outputs, NULL), alone = 0;
        memcpy(together, f.gradient, size * sizeof *together);
        memset(f.gradient, 0, size * sizeof *f.gradient);
        for (int32_t b = 0; b < g->size; b++) {
            int32_t steps = g->example[b]->steps;
            prediction[b] = malloc((size_t)(steps * outputs_wide) * sizeof(float));
            for (int32_t t = 0; t < steps; t++) {
                memcpy(prediction[b] + t * outputs_wide, group_prediction(&outputs, b, t),
                       (size_t)outputs_wide * sizeof(float));
            }
            assert_true(steps == outputs.rows.steps ||
                        mann_packed_active(&outputs.rows, steps) <= b);
        }

        double largest = 0, apart = 0;
        for (int32_t b = 0; b < g->size; b++) {
            group_forward(g, b, 1, f.network, tape, MANN_TRAIN, &outputs);
            assert_int_equal(group_backward(tape, &outputs), MANN_OK);
            alone += group_loss(&outputs, NULL);
            assert_int_equal(outputs.rows.steps, g->example[b]->steps);
            for (int32_t t = 0; t < outputs.rows.steps; t++) {
                for (int32_t i = 0; i < outputs_wide; i++) {
                    double one = (double)group_prediction(&outputs, 0, t)[i];
                    apart = fmax(apart, fabs(one - (double)prediction[b][t * outputs_wide + i]));
                }
            }
            free(prediction[b]);
        }
        assert_true(apart < tolerance);
        assert_true(fabs(loss - alone) < tolerance * alone);
        apart = 0;
        for (size_t i = 0; i < size; i++) {
            largest = fmax(largest, fabs((double)together[i]));
            apart = fmax(apart, fabs((double)together[i] - (double)f.gradient[i]));
        }
        assert_true(largest > 0 && apart < tolerance * largest);
        free(together);
        fixture_close(&f);
    }
}

static void nothing_is_allocated(void **state)
{
    (void)state;
    for (int p = 0; p < PRESETS; p++) {
        fixture f;
        mann_outputs outputs;
        fixture_open(&f, presets[p], MOST_EXAMPLES);
        long before = 0;
        for (int round = 0; round < 20; round++) {
            before = round == 3 ? atomic_load(&allocations) : before;
            group_forward(&f.group, 0, MOST_EXAMPLES, f.network, tape, MANN_TRAIN, &outputs);
            assert_int_equal(group_backward(tape, &outputs), MANN_OK);
            mann_params_refresh(f.network->params);
        }
        assert_true(before > 0);
        assert_int_equal(atomic_load(&allocations), before);
        fixture_close(&f);
    }
}

/* Operations that broadcast, views and copies, on the kernels of this machine: every number of a
 * repeated row gets the sum over the rows. */
static void shapes_allocate_nothing(void **state)
{
    (void)state;
    enum { B = 5, H = 3, N = 37 };
    long before = 0;
    for (int round = 0; round < 6; round++) {
        before = round < 3 ? atomic_load(&allocations) : before;
        mann_tape_reset(tape, MANN_TRAIN);
        mann_var x = leaf(B, H, N), bias = mann_leaf(tape, 1, (int32_t[]){N});
        mann_var gate = mann_full(tape, 3, (int32_t[]){B, H, 1}, 2);
        mann_var y = mann_multiply(tape, mann_subtract(tape, x, bias), gate);
        mann_var rows = mann_slice(tape, mann_scale(tape, x, 3), 1, 1, 2); /* apart: a copy */
        rows = mann_reshape(tape, rows, 2, (int32_t[]){B * 2, N});
        mann_var most = mann_maximum(tape, mann_sum(tape, mann_max(tape, rows, 0), 1),
                                     mann_mean(tape, mann_softmax(tape, rows, 0), -1));
        mann_var loss[] = {mann_sum(tape, mann_sum(tape, mann_flatten(tape, y), -1), 0), most};
        const mann_real seed[] = {1, 1};
        assert_int_equal(mann_tape_backward(tape, 2, loss, seed), MANN_OK);
        for (int32_t n = 0; n < N; n++) {
            assert_true(bias->grad[n] == -2 * B * H);
        }
    }
    assert_int_equal(atomic_load(&allocations), before);
}

static void training_allocates_nothing(void **state)
{
    (void)state;
    mann_experiment *e = mann_experiment_alloc(context, "copy", "ntm");
    assert_non_null(e);
    assert_int_equal(mann_experiment_settings(e, "task.length=6 model.hidden=10 memory.locations=8 "
                                                 "memory.width=4 train.batch=16"),
                     MANN_OK);
    mann_network *network = mann_network_alloc(context, e);
    mann_trainer *trainer = network ? mann_trainer_alloc(context, network, 2) : NULL;
    assert_non_null(trainer);
    /* Which thread takes which group is a matter of chance: each warms up in its own time. */
    int steady = 0;
    for (int round = 0; round < 2000 && steady < 30; round++) {
        long before = atomic_load(&allocations);
        mann_progress progress;
        assert_int_equal(mann_trainer_step(trainer, &progress), MANN_OK);
        steady = atomic_load(&allocations) == before ? steady + 1 : 0;
    }
    assert_int_equal(steady, 30);
    mann_trainer_free(trainer);
    mann_network_free(network);
    mann_experiment_free(e);
}

/* Every operation, forth and back, the second time that it is asked for the same. */
static void operations_allocate_nothing(void **state)
{
    (void)state;
    for (int32_t i = 0; mann_ops[i]; i++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            long before = 0;
            for (int round = 0; round < 2; round++) {
                before = atomic_load(&allocations);
                mann_rng rng = mann_rng_stream(seed, mann_ops[i]->name, 0);
                mann_real one = 1;
                mann_tape_reset(tape, MANN_TRAIN);
                mann_var made = mann_ops[i]->random(tape, &rng);
                assert_int_equal(mann_tape_backward(tape, 1, &made, &one), MANN_OK);
            }
            assert_int_equal(atomic_load(&allocations), before);
        }
    }
}

/* Other parameters bound after the first ones are gone may stand where those stood. */
static void parameters_come_and_go(void **state)
{
    (void)state;
    for (int round = 0; round < 4; round++) {
        for (int p = 0; p < PRESETS; p++) {
            fixture f;
            mann_outputs outputs;
            fixture_open(&f, presets[p], 2);
            group_forward(&f.group, 0, 2, f.network, tape, MANN_TRAIN, &outputs);
            assert_int_equal(group_backward(tape, &outputs), MANN_OK);
            fixture_close(&f);
        }
    }
}

/* --- parameters --- */

/* Every row solves x(n - 1) + x(n + 1) = 2 cos(w) x(n) for a w between half a turn along the row
 * and a turn in 4 columns, and no two rows are alike. */
static void waves(void **state)
{
    (void)state;
    enum { ROWS = 20, N = 128 };
    mann_params *params = mann_params_alloc(context);
    assert_non_null(params);
    mann_params_add(params, ROWS, N, MANN_INIT_WAVES, 0.5, "waves");
    assert_int_equal(mann_params_fill(params, 1), MANN_OK);
    for (int r = 0; r < ROWS; r++) {
        const mann_real *x = mann_params_values(params) + (size_t)r * N;
        double both = 0, square = 0;
        for (int n = 1; n < N - 1; n++) {
            assert_true(x[n] >= (mann_real)-0.5 && x[n] <= (mann_real)0.5);
            both += x[n] * ((double)x[n - 1] + x[n + 1]);
            square += (double)x[n] * x[n];
        }
        double cosine = both / square / 2, turn = 6.283185307179586;
        assert_true(cosine > -1e-5 && cosine < cos(0.5 * turn / N) + 1e-5);
        for (int n = 1; n < N - 1; n++) {
            assert_float_equal((double)x[n - 1] + x[n + 1], 2 * cosine * x[n], 1e-5);
        }
        assert_true(r == 0 || x[0] != x[-N]);
    }
    mann_params_free(params);
}

static void parameter_names(void **state)
{
    (void)state;
    mann_params *params = mann_params_alloc(context);
    assert_non_null(params);
    mann_handle a = mann_params_add(params, 3, 5, MANN_INIT_UNIFORM, 0.5, "layer.%d.weight", 1);
    mann_handle b = mann_params_add(params, 2, 2, MANN_INIT_IDENTITY, 2, "b");
    mann_handle c = mann_params_add(params, 1, 7, MANN_INIT_CONSTANT, 3, "c");
    assert_int_equal(mann_params_fill(params, 9), MANN_OK);
    assert_int_equal(mann_params_count(params), 15 + 4 + 7);
    assert_string_equal(mann_params_info(params, a)->name, "layer.1.weight");
    const mann_real *value = mann_params_values(params), *shadow = mann_params_shadow(params);
    const mann_param_info *info = mann_params_info(params, a);
    for (int r = 0; r < 3; r++) {
        for (int k = 0; k < 5; k++) {
            mann_real x = value[info->offset + (size_t)(r * 5 + k)];
            assert_true(x != 0 && x >= (mann_real)-0.5 && x <= (mann_real)0.5);
            assert_true(shadow[info->offset + (size_t)(k * 3 + r)] == x);
        }
    }
    value += mann_params_info(params, b)->offset;
    assert_true(value[0] == 2 && value[1] == 0 && value[2] == 0 && value[3] == 2);
    assert_true(mann_params_values(params)[mann_params_info(params, c)->offset + 6] == 3);
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        assert_int_equal(mann_params_info(params, i)->offset * sizeof(mann_real) % 64, 0);
    }
    mann_params_free(params);

    /* A name used twice is an error, however often one asks. */
    params = mann_params_alloc(context);
    mann_params_add(params, 1, 1, MANN_INIT_CONSTANT, 0, "same");
    mann_params_add(params, 1, 1, MANN_INIT_CONSTANT, 0, "same");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mann_params_fill(params, 1), MANN_E_INVAL);
        assert_string_equal(mann_context_message(context), "two parameters are called 'same'");
    }
    mann_params_free(params);
}

/* --- what is not finite --- */

static void nonfinite_is_found(void **state)
{
    (void)state;
    char text[100];
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var x = leaf(2, 3, 0), y = leaf(2, 3, 0);
    for (int i = 0; i < 6; i++) {
        mann_value(x)[i] = mann_value(y)[i] = 3e38f;
    }
    mann_tape_step(tape, 4);
    mann_var fine = mann_interpolate(tape, leaf(2, 3, 0), x, y);
    mann_tape_step(tape, 5);
    assert_false(mann_tape_find_nonfinite(tape, text, sizeof text));
    mann_var sum = mann_add(tape, fine, y);
    mann_tape_step(tape, 6);
    mann_multiply(tape, sum, sum);
    assert_true(mann_tape_find_nonfinite(tape, text, sizeof text));
    assert_string_equal(text, "add at step 5 (operation 2 of 3)");

    /* In a network: a weight of the output layer overflows at the first step. */
    fixture f;
    mann_outputs outputs;
    fixture_open(&f, presets[2], 2);
    group_forward(&f.group, 0, 2, f.network, tape, MANN_TRAIN, &outputs);
    assert_false(mann_tape_find_nonfinite(tape, text, sizeof text));
    mann_params *params = f.network->params;
    const mann_param_info *info = mann_params_info(params, mann_params_number(params) - 1);
    mann_params_values(params)[info->offset] = NAN;
    group_forward(&f.group, 0, 2, f.network, tape, MANN_TRAIN, &outputs);
    assert_true(mann_tape_find_nonfinite(tape, text, sizeof text));
    assert_non_null(strstr(text, "linear at step 0 ("));
    fixture_close(&f);
}

/* --- observers and streams --- */

typedef struct seen {
    int32_t count, last_step;
} seen;

static void observe(void *user, const mann_tag_info *info, int32_t step, const mann_tensor *value)
{
    seen *s = user;
    assert_true(info->name && value->value && step >= s->last_step);
    s->count++;
    s->last_step = step;
}

static void observers_see_every_step(void **state)
{
    (void)state;
    fixture f;
    mann_outputs outputs;
    seen s = {0};
    fixture_open(&f, presets[0], 3);
    mann_tape_observe(tape, observe, &s);
    group_forward(&f.group, 0, 3, f.network, tape, MANN_EVALUATE, &outputs);
    assert_int_equal(s.last_step, outputs.rows.steps - 1);
    assert_int_equal(s.count % outputs.rows.steps, 0);
    assert_true(s.count / outputs.rows.steps > 20);
    mann_tape_observe(tape, NULL, NULL);
    int32_t before = s.count;
    group_forward(&f.group, 0, 3, f.network, tape, MANN_EVALUATE, &outputs);
    assert_int_equal(s.count, before);
    fixture_close(&f);
}

/* What observers see of a store: the last state, what it is like, and the
 * energies it settled through. */
typedef struct store_seen {
    int32_t steps, energies, rows;
    bool falls; /* energies must not rise */
} store_seen;

static void observe_store(void *user, const mann_tag_info *info, int32_t step,
                          const mann_tensor *value)
{
    store_seen *s = user;
    int32_t count = step < s->rows ? step : s->rows; /* rows stored before this step */
    const mann_real *one = value->value;             /* of the longest sequence */
    if (!strcmp(info->name, "store_energy")) {
        assert_int_equal(value->n[1], s->energies);
        for (int32_t i = 1; i < value->n[1]; i++) {
            assert_true(isfinite(one[i]));
            /* Rounded to float from double: a step of nought may rise by that. */
            assert_true(!s->falls || one[i] <= one[i - 1] + 1e-5f * fabsf(one[i - 1]));
        }
        s->steps++;
    } else if (!strcmp(info->name, "store_overlaps")) {
        for (int32_t n = 0; n < value->n[1]; n++) {
            assert_true(fabsf(one[n]) <= 1.0001f && (n < count || one[n] == 0));
        }
    } else if (!strcmp(info->name, "store_retrieval")) {
        mann_real sum = 0;
        for (int32_t n = 0; n < value->n[1]; n++) {
            assert_true(one[n] >= 0 && (n < count || one[n] == 0));
            sum += one[n];
        }
        assert_true(fabsf(sum - (count > 0)) < 1e-4f);
    }
}

static void observers_see_a_store(void **state)
{
    (void)state;
    static const int32_t rows[] = {128, 7};
    for (int form = 0; form < 2; form++) {
        fixture f;
        mann_outputs outputs, unseen;
        store_seen s = {.energies = 3, .rows = rows[form], .falls = form == 1};
        fixture_open(&f, presets[PRESETS - 2 + form], 3);
        group_forward(&f.group, 0, 3, f.network, tape, MANN_EVALUATE, &unseen);
        mann_real loss = *mann_value(unseen.loss[0].value);
        mann_tape_observe(tape, observe_store, &s);
        group_forward(&f.group, 0, 3, f.network, tape, MANN_EVALUATE, &outputs);
        mann_tape_observe(tape, NULL, NULL);
        assert_int_equal(s.steps, outputs.rows.steps);
        assert_true(loss == *mann_value(outputs.loss[0].value)); /* looking changes nothing */
        fixture_close(&f);
    }
}

static void streams_follow_the_sequence(void **state)
{
    (void)state;
    const uint64_t index[] = {7, 9};
    mann_tape_reset(tape, MANN_TRAIN);
    mann_tape_sequences(tape, 5, index);
    mann_rng in_group = mann_tape_stream(tape, "noise", 1);
    mann_tape_sequences(tape, 5, index + 1);
    mann_rng alone = mann_tape_stream(tape, "noise", 0);
    mann_rng named = mann_rng_stream(5, "noise", 9);
    assert_memory_equal(&in_group, &alone, sizeof alone);
    assert_memory_equal(&in_group, &named, sizeof named);
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
        cmocka_unit_test(shapes_are_refused),
        cmocka_unit_test(small_batches_are_refused),
        cmocka_unit_test(sizes_are_refused),
        cmocka_unit_test(replays_are_equal),
        cmocka_unit_test(steps_repeat),
        cmocka_unit_test(clipping_keeps_slopes_finite),
        cmocka_unit_test(groups_are_their_members),
        cmocka_unit_test(nothing_is_allocated),
        cmocka_unit_test(shapes_allocate_nothing),
        cmocka_unit_test(training_allocates_nothing),
        cmocka_unit_test(operations_allocate_nothing),
        cmocka_unit_test(parameters_come_and_go),
        cmocka_unit_test(parameter_names),
        cmocka_unit_test(waves),
        cmocka_unit_test(nonfinite_is_found),
        cmocka_unit_test(observers_see_every_step),
        cmocka_unit_test(observers_see_a_store),
        cmocka_unit_test(streams_follow_the_sequence),
    };
    return cmocka_run_group_tests_name("tape", tests, set_up, tear_down);
}
