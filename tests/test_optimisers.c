/* Optimisers, clipping and schedules are what their papers say. */
#include "trained.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 37, STEPS = 60 }; /* no multiple of any vector's width */

/* One update of one number in double, from the state before: the textbook's lines. */
typedef struct reference {
    double value, velocity, square, mean;
} reference;

static void reference_update(const mann_train_config *c, int updates, double g, double lr,
                             reference *r)
{
    double step = 0;
    switch ((mann_optimiser)c->optimiser) {
    case MANN_SGD:
        r->velocity = c->momentum * r->velocity + g;
        step = lr * r->velocity;
        break;
    case MANN_RMSPROP:
        r->square = c->decay * r->square + (1 - c->decay) * g * g;
        r->velocity = c->momentum * r->velocity + g / (sqrt(r->square) + c->epsilon);
        step = lr * r->velocity;
        break;
    case MANN_RMSPROP_GRAVES: /* Graves 2013, equations 38-41 */
        r->square = c->decay * r->square + (1 - c->decay) * g * g;
        r->mean = c->decay * r->mean + (1 - c->decay) * g;
        r->velocity =
            c->momentum * r->velocity + g / sqrt(r->square - r->mean * r->mean + c->epsilon);
        step = lr * r->velocity;
        break;
    case MANN_ADAM: /* Kingma & Ba 2015, algorithm 1 */
        r->mean = c->beta1 * r->mean + (1 - c->beta1) * g;
        r->square = c->beta2 * r->square + (1 - c->beta2) * g * g;
        step = lr * (r->mean / (1 - pow(c->beta1, updates))) /
               (sqrt(r->square / (1 - pow(c->beta2, updates))) + c->epsilon);
        break;
    }
    r->value -= step + lr * c->weight_decay * r->value;
}

static void assert_near(const char *what, double made, double expected)
{
    double scale = fabs(expected) > 1 ? fabs(expected) : 1;
    if (!(fabs(made - expected) <= 1e-6 * scale)) {
        fail_msg("%s: %.9g instead of %.9g", what, made, expected);
    }
}

/* A quadratic bowl, its slopes disturbed by noise. The reference starts each update from the
 * optimiser's own state, so that rounding does not add up over the steps. */
static void check_optimiser(const char *settings)
{
    mann_experiment *e = experiment_of("copy", "lstm", settings);
    mann_train_config config = *mann_experiment_train(e);
    mann_experiment_free(e);
    /* The averages forget at the rates that floats can hold: 1 - 0.999 is off in the fifth digit.
     */
    config.decay = (double)(float)config.decay;
    config.beta1 = (double)(float)config.beta1;
    config.beta2 = (double)(float)config.beta2;
    mann_optimiser_state o;
    good(mann_optimiser_init(context, &o, &config, SIZE));
    /* Where the reference's fields are among the moments. */
    int velocity = -1, square = -1, mean = -1;
    for (int32_t m = 0; m < o.moments; m++) {
        velocity = strcmp(o.moment_name[m], "velocity") ? velocity : m;
        square = strcmp(o.moment_name[m], "square") ? square : m;
        mean = strcmp(o.moment_name[m], "mean") ? mean : m;
    }
    mann_rng rng = mann_rng_stream(3, "quadratic", 0);
    mann_real value[SIZE], grad[SIZE];
    double curve[SIZE], centre[SIZE], first = 0, last = 0;
    for (int i = 0; i < SIZE; i++) {
        curve[i] = 0.2 + 2 * mann_rng_uniform(&rng);
        centre[i] = mann_rng_normal(&rng);
        value[i] = (mann_real)(3 * mann_rng_normal(&rng));
        first += curve[i] * pow((double)value[i] - centre[i], 2);
    }
    for (int step = 1; step <= STEPS; step++) {
        double norm = 0, clipped[SIZE];
        for (int i = 0; i < SIZE; i++) {
            grad[i] = (mann_real)(curve[i] * ((double)value[i] - centre[i]) +
                                  0.5 * mann_rng_normal(&rng));
            clipped[i] = (double)grad[i];
            if (config.clip > 0) {
                clipped[i] = fmax(-config.clip, fmin(config.clip, clipped[i]));
            }
            norm += clipped[i] * clipped[i];
        }
        norm = sqrt(norm);
        double scale =
            config.clip_norm > 0 && norm > config.clip_norm ? config.clip_norm / norm : 1;
        reference r[SIZE];
        for (int i = 0; i < SIZE; i++) {
            r[i] = (reference){.value = (double)value[i]};
            r[i].velocity = velocity < 0 ? 0 : (double)o.moment[velocity][i];
            r[i].square = square < 0 ? 0 : (double)o.moment[square][i];
            r[i].mean = mean < 0 ? 0 : (double)o.moment[mean][i];
            reference_update(&config, step, scale * clipped[i], config.lr, &r[i]);
        }
        /* The norm is that after elementwise clipping, as the trainer's kernel gives it. */
        double square_sum;
        size_t bad;
        o.kernels->square_sum(SIZE, grad, (mann_real)config.clip, &square_sum, &bad);
        assert_int_equal(bad, 0);
        assert_near("norm", sqrt(square_sum), norm);
        mann_update u = mann_optimiser_begin(&o, config.lr, sqrt(square_sum));
        mann_optimiser_apply(&o, &u, 0, o.size, grad, value);
        for (int i = 0; i < SIZE; i++) {
            assert_near(settings, (double)value[i], r[i].value);
            if (velocity >= 0) {
                assert_near("velocity", (double)o.moment[velocity][i], r[i].velocity);
            }
            if (square >= 0) {
                assert_near("square", (double)o.moment[square][i], r[i].square);
            }
            if (mean >= 0) {
                assert_near("mean", (double)o.moment[mean][i], r[i].mean);
            }
        }
    }
    assert_int_equal(o.updates, STEPS);
    for (int i = 0; i < SIZE; i++) {
        last += curve[i] * pow((double)value[i] - centre[i], 2);
    }
    assert_true(last < first); /* downhill */
    mann_optimiser_clear(&o);
}

static void test_optimisers(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "train.optimiser=sgd train.lr=0.02",
        "train.optimiser=sgd train.lr=0.1 train.momentum=0",
        "train.optimiser=rmsprop train.lr=1e-2 train.epsilon=1e-4",
        "train.optimiser=rmsprop-graves train.lr=3e-3 train.epsilon=1e-2",
        "train.optimiser=adam train.lr=3e-2",
        "train.optimiser=adam train.lr=3e-2 train.beta1=0.5 train.beta2=0.9 train.epsilon=1e-3"};
    static const char *const clips[] = {"train.clip=0 train.clip_norm=0",
                                        "train.clip=0.7 train.clip_norm=0",
                                        "train.clip=0 train.clip_norm=2",
                                        "train.clip=0.7 train.clip_norm=2 train.weight_decay=0.1"};
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        for (size_t c = 0; c < sizeof clips / sizeof clips[0]; c++) {
            char settings[512];
            snprintf(settings, sizeof settings, "%s %s", rules[r], clips[c]);
            check_optimiser(settings);
        }
    }
}

static void test_schedules(void **state)
{
    (void)state;
#define STEPS "train.schedule=steps train.lr_steps=0:0.5,20epochs:1,2250:0.25"
#define FALLS "train.schedule=steps train.lr_steps=2epochs:1..0.2,300:.5...1,2000:1e-1"
    static const struct {
        const char *settings;
        double sequences, scale, expected;
    } rows[] = {
        {"train.schedule=constant", 0, 1, 0.1},
        {"train.schedule=constant", 1e9, 1, 0.1},
        {"train.schedule=linear", 0, 1, 0.1},
        {"train.schedule=linear", 250, 1, 0.1 - 0.09 * 0.25},
        {"train.schedule=linear", 1000, 1, 0.01},
        {"train.schedule=linear", 5000, 1, 0.01},
        {"train.schedule=cosine", 0, 1, 0.1},
        {"train.schedule=cosine", 500, 1, 0.055},
        {"train.schedule=cosine", 250, 1, 0.01 + 0.09 * (1 + 0.70710678118654752) / 2},
        {"train.schedule=cosine", 2000, 1, 0.01},
        {"train.schedule=halve", 700, 1, 0.1},
        {"train.schedule=halve", 700, 0.25, 0.025},
        {"train.schedule=halve", 700, 0.03125, 0.01}, /* no lower than lr_final */
        {"train.warmup_sequences=99", 0, 1, 0.001},
        {"train.warmup_sequences=99", 49, 1, 0.05},
        {"train.warmup_sequences=99", 98, 1, 0.099},
        {"train.warmup_sequences=99", 99, 1, 0.1},
        {"train.warmup_sequences=2epochs", 49, 1, 0.1 * 50 / 101},
        {"train.schedule=steps", 1e6, 1, 0.1},
        {STEPS, 0, 1, 0.05},
        {STEPS, 999, 1, 0.05},
        {STEPS, 1000, 1, 0.1},
        {STEPS, 2249, 1, 0.1},
        {STEPS, 2250, 1, 0.025},
        {STEPS, 1e9, 1, 0.025},
        {FALLS, 99, 1, 0.1},
        {FALLS, 100, 1, 0.1},
        {FALLS, 150, 1, 0.1 * (0.2 + 0.8 * (1 + 0.70710678118654752) / 2)},
        {FALLS, 200, 1, 0.1 * 0.6},
        {FALLS, 300, 1, 0.1 * 0.5},
        {FALLS, 300 + 850, 1, 0.1 * 0.3},
        {FALLS, 2000, 1, 0.1 * 0.1},
        {FALLS, 1e9, 1, 0.1 * 0.1},
        {"train.schedule=linear train.warmup_sequences=999", 499, 1, (0.1 - 0.09 * 0.499) / 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char settings[256];
        snprintf(settings, sizeof settings,
                 "train.lr=0.1 train.lr_final=0.01 train.decay_sequences=1000 "
                 "train.warmup_sequences=0 %s",
                 rows[i].settings);
        mann_experiment *e = experiment_of("copy", "lstm", settings);
        mann_rate rate;
        assert_int_equal(mann_rate_init(context, &rate, mann_experiment_train(e), 50), MANN_OK);
        double lr = mann_rate_at(&rate, rows[i].sequences, rows[i].scale);
        if (!(fabs(lr - rows[i].expected) < 1e-12)) {
            fail_msg("%s after %g sequences: %.15g instead of %.15g", rows[i].settings,
                     rows[i].sequences, lr, rows[i].expected);
        }
        mann_experiment_free(e);
    }
}

/* What a trainer reports is what it clipped and how fast it went. */
static void test_step(void **state)
{
    (void)state;
    mann_network *network =
        network_of("copy", "ntm",
                   SMALL "train.optimiser=sgd train.momentum=0 train.lr=0.5 train.clip=0 "
                         "train.clip_norm=1e-3");
    mann_trainer *trainer = trainer_of(network, 1);
    size_t size = mann_params_size(network->params);
    mann_real *before = malloc(size * sizeof *before);
    assert_non_null(before);
    memcpy(before, mann_params_values(network->params), size * sizeof *before);
    train(trainer, 1);
    double moved = 0;
    for (size_t i = 0; i < size; i++) {
        moved += pow((double)mann_params_values(network->params)[i] - (double)before[i], 2);
    }
    assert_true(trainer->progress.grad_norm > 1e-3);
    assert_true(trainer->progress.lr == 0.5);
    /* The step is lr times a gradient cut to its norm. */
    assert_true(fabs(sqrt(moved) - 0.5e-3) < 1e-6);
    assert_true(trainer->progress.loss > 0.6 && trainer->progress.loss < 0.8); /* about ln 2 */
    free(before);
    mann_trainer_free(trainer);
    mann_network_free(network);
}

/* Each parameter by itself. */
static void test_clip_each(void **state)
{
    (void)state;
    mann_network *network =
        network_of("copy", "ntm",
                   SMALL "train.optimiser=sgd train.momentum=0 train.lr=0.5 train.clip=0 "
                         "train.clip_norm=0 train.clip_each=1e-4");
    mann_trainer *trainer = trainer_of(network, 1);
    const mann_params *params = network->params;
    size_t size = mann_params_size(params);
    mann_real *before = malloc(size * sizeof *before);
    assert_non_null(before);
    memcpy(before, mann_params_values(network->params), size * sizeof *before);
    train(trainer, 1);
    double all = 0;
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        double moved = 0;
        for (size_t n = 0; n < (size_t)info->rows * (size_t)info->cols; n++) {
            moved += pow((double)mann_params_values(network->params)[info->offset + n] -
                             (double)before[info->offset + n],
                         2);
        }
        all += moved;
        assert_true(sqrt(moved) < 0.5e-4 * (1 + 1e-3));
    }
    assert_true(sqrt(all) > 1.2 * 0.5e-4); /* more than one of them was long */
    assert_true(fabs(sqrt(all) - 0.5 * trainer->progress.grad_norm) < 1e-7);
    free(before);
    mann_trainer_free(trainer);
    mann_network_free(network);
}

/* What is wrong with a schedule is said before training. */
static void test_bad_steps(void **state)
{
    (void)state;
#define OR_TWO ", or FROM:FACTOR..FACTOR"
    static const struct {
        const char *steps, *message;
    } rows[] = {
        {"1", "'1' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:1,5epoch:2", "'5epoch:2' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:-1", "'0:-1' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:1..", "'0:1..' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:..1", "'0:..1' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:1..2x", "'0:1..2x' is not of the form FROM:FACTOR, such as 25epochs:0.5" OR_TWO},
        {"0:1,5:1..0.5", "'5:1..0.5' falls until the next step, and there is none"},
        {"0:1,2epochs:0.5,1500:0.1", "'1500:0.1' does not come after the step before it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mann_network *network = network_of("copy", "ntm", SMALL);
        char message[200];
        good(mann_experiment_set(network->experiment, "train.lr_steps", rows[i].steps));
        assert_null(mann_trainer_alloc(context, network, 1));
        snprintf(message, sizeof message, "train.lr_steps: %s", rows[i].message);
        assert_string_equal(mann_context_message(context), message);
        mann_network_free(network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimisers), cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_step),       cmocka_unit_test(test_clip_each),
        cmocka_unit_test(test_bad_steps),
    };
    return cmocka_run_group_tests_name("optimisers", tests, trained_begin, trained_end);
}
