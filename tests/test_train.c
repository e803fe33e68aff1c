/* Training: what it computes does not depend on threads, kills or resumptions; optimisers and
 * schedules are what their papers say; the curriculum goes by cost; and the shipped defaults learn.
 *
 * Usage: test_train             short tests
 *        test_train kill MANN [KILLS]
 *                               the command, killed at random moments and resumed; so often at
 * least test_train learn       convergence with the defaults: seconds to minutes */
#define _XOPEN_SOURCE 700 /* nftw */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <io/safetensors.h>
#include <jansson.h>
#include <mann/run.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <train/checkpoint.h>
#include <train/epoch.h>
#include <unistd.h>

static mann_context *context;
static char workplace[256];

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

static int set_up(void **state)
{
    (void)state;
    const char *top = getenv("TMPDIR");
    snprintf(workplace, sizeof workplace, "%s/mann-train-XXXXXX", top && *top ? top : "/tmp");
    context = mann_context_alloc();
    return !context || !mkdtemp(workplace) || chdir(workplace);
}

static int tear_down(void **state)
{
    (void)state;
    mann_context_free(context);
    return chdir("/") || nftw(workplace, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void good(mann_status status)
{
    if (status) {
        fail_msg("status %d: %s", (int)status, mann_context_message(context));
    }
}

/* --- small networks --- */

#define SMALL                                                                                      \
    "model.hidden=12 memory.slots=10 memory.width=7 task.length=1..5 train.validate_sequences=16 " \
    "train.trace_every=0 "

static mann_experiment *experiment_of(const char *task, const char *model, const char *settings)
{
    mann_experiment *e = mann_experiment_alloc(context, task, model);
    if (!e || mann_experiment_settings(e, settings)) {
        fail_msg("%s", mann_context_message(context));
    }
    return e;
}

static mann_network *network_of(const char *task, const char *model, const char *settings)
{
    mann_experiment *e = experiment_of(task, model, settings);
    mann_network *network = mann_network_alloc(context, e);
    mann_experiment_free(e);
    if (!network) {
        fail_msg("%s", mann_context_message(context));
    }
    return network;
}

static mann_trainer *trainer_of(mann_network *network, int32_t threads)
{
    mann_trainer *trainer = mann_trainer_alloc(context, network, threads);
    if (!trainer) {
        fail_msg("%s", mann_context_message(context));
    }
    return trainer;
}

static void train(mann_trainer *trainer, int updates)
{
    mann_progress progress;
    for (int i = 0; i < updates; i++) {
        good(mann_trainer_step(trainer, &progress));
    }
}

static void assert_same_numbers(const mann_real *a, const mann_real *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memcmp(&a[i], &b[i], sizeof a[i])) {
            fail_msg("number %zu of %zu: %.9g is not %.9g", i, size, (double)a[i], (double)b[i]);
        }
    }
}

/* Flat vectors, without the padding between parameters: 0 there may have either sign. */
static void assert_same_flat(const mann_params *params, const mann_real *a, const mann_real *b)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        assert_same_numbers(a + info->offset, b + info->offset,
                            (size_t)info->rows * (size_t)info->cols);
    }
}

/* Weights, their average and what the optimiser keeps. */
static void assert_same_trainers(const mann_trainer *a, const mann_trainer *b)
{
    mann_params *params = a->network->params;
    assert_int_equal(mann_params_size(b->network->params), mann_params_size(params));
    assert_same_flat(params, mann_params_values(params), mann_params_values(b->network->params));
    assert_int_equal(a->optimiser.moments, b->optimiser.moments);
    for (int32_t i = 0; i < a->optimiser.moments; i++) {
        assert_same_flat(params, a->optimiser.moment[i], b->optimiser.moment[i]);
    }
    assert_int_equal(a->average != NULL, b->average != NULL);
    if (a->average) {
        assert_same_flat(params, a->average, b->average);
    }
    assert_int_equal(a->progress.step, b->progress.step);
    assert_int_equal(a->progress.sequences, b->progress.sequences);
    assert_int_equal(a->progress.lesson, b->progress.lesson);
}

/* --- threads --- */

static void test_threads(void **state)
{
    (void)state;
    /* Fewer groups than slots, more, a batch that does not divide; with and without a memory. */
    static const struct {
        const char *task, *model, *settings;
        int updates;
    } cases[] = {
        {"copy", "ntm", SMALL "train.batch=16 train.average=0.9", 20},
        {"copy", "ntm", SMALL "train.batch=100 train.optimiser=rmsprop-graves train.epsilon=1e-4",
         4},
        {"copy", "ntm", SMALL "train.batch=1 train.optimiser=sgd", 10},
        {"story", "memn2n", "model.linear_start=300 train.lr_steps=200:0.5", 20},
        {"story", "dmn", "model.hidden=6 model.fusion=true train.batch=20", 3},
        {"story", "memnn", "train.batch=20", 5},
        {"copy", "lstm", "model.hidden=12 task.length=1..9 train.batch=37 train.optimiser=rmsprop",
         8},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        mann_trainer *trainer[3];
        mann_network *network[3];
        mann_score score[3];
        for (int i = 0; i < 3; i++) {
            network[i] = network_of(cases[c].task, cases[c].model, cases[c].settings);
            trainer[i] = trainer_of(network[i], i + 1);
            train(trainer[i], cases[c].updates);
            good(mann_trainer_validate(trainer[i], false, &score[i]));
            assert_same_trainers(trainer[0], trainer[i]);
            assert_true(trainer[0]->progress.loss == trainer[i]->progress.loss);
            assert_true(trainer[0]->progress.grad_norm == trainer[i]->progress.grad_norm);
            for (int32_t m = 0; m < score[0].count; m++) {
                assert_true(score[0].metric[m].sum == score[i].metric[m].sum);
            }
        }
        for (int i = 0; i < 3; i++) {
            mann_trainer_free(trainer[i]);
            mann_network_free(network[i]);
        }
    }
}

static void test_evaluation(void **state)
{
    (void)state;
    mann_network *network = network_of("copy", "ntm", SMALL);
    /* Around the sizes of a group and of a round. */
    static const int32_t counts[] = {1, 7, 8, 100, 128, 129, 300};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        mann_score score[3];
        for (int32_t i = 0; i < 3; i++) {
            good(mann_network_evaluate(context, network, mann_network_task(network),
                                       MANN_SPLIT_TEST, 5, counts[c], i + 1, &score[i]));
            assert_int_equal(score[i].count, score[0].count);
            for (int32_t m = 0; m < score[0].count; m++) {
                assert_true(score[i].metric[m].sum == score[0].metric[m].sum);
                assert_true(score[i].metric[m].weight == score[0].metric[m].weight);
            }
        }
        assert_true(score[0].metric[0].weight == counts[c]);
    }
    /* What validation draws is not what the test draws, nor what training does. */
    mann_example a, b;
    good(mann_example_init(&a));
    good(mann_example_init(&b));
    const mann_variant *task = mann_network_task(network);
    static const mann_split_kind splits[][2] = {{MANN_SPLIT_TRAIN, MANN_SPLIT_VALIDATION},
                                                {MANN_SPLIT_VALIDATION, MANN_SPLIT_TEST},
                                                {MANN_SPLIT_TRAIN, MANN_SPLIT_TEST}};
    for (int s = 0; s < 3; s++) {
        int same = 0;
        for (uint64_t i = 0; i < 20; i++) {
            good(mann_variant_sample(task, splits[s][0], 1, i, &a));
            good(mann_variant_sample(task, splits[s][1], 1, i, &b));
            size_t bytes = (size_t)a.steps * 9 * sizeof(float);
            same += a.steps == b.steps && !memcmp(mann_example_find(&a, "input")->data,
                                                  mann_example_find(&b, "input")->data, bytes);
        }
        assert_true(same < 3);
    }
    mann_example_clear(&a);
    mann_example_clear(&b);
    mann_network_free(network);
}

/* --- optimisers --- */

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
    static const struct {
        const char *steps, *message;
    } rows[] = {
        {"1", "'1' is not of the form FROM:FACTOR, such as 25epochs:0.5"},
        {"0:1,5epoch:2", "'5epoch:2' is not of the form FROM:FACTOR, such as 25epochs:0.5"},
        {"0:-1", "'0:-1' is not of the form FROM:FACTOR, such as 25epochs:0.5"},
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

/* --- curriculum --- */

static int32_t lesson_after(const char *task, const char *model, const char *settings,
                            const char *lessons, double sequences)
{
    static int serial;
    char folder[64];
    snprintf(folder, sizeof folder, "lesson-%d", serial++);
    mann_experiment *e = experiment_of(task, model, settings);
    good(mann_experiment_set(e, "train.lessons", lessons));
    mann_run_options options = {.folder = folder, .max_sequences = sequences, .threads = 1};
    mann_run_result result;
    good(mann_run_train(context, e, &options, &result));
    mann_experiment_free(e);
    char path[256];
    mann_store *store;
    good(mann_checkpoint_resolve(context, folder, "LATEST", path, sizeof path));
    good(mann_store_open(context, path, &store));
    int32_t lesson = atoi(mann_store_metadata(store, "lesson"));
    mann_store_close(store);
    return lesson;
}

static void test_lessons(void **state)
{
    (void)state;
    /* A network that guesses pays a bit per bit: below 2 it passes, below 0.5 it does not. Four
     * validations, three lessons. */
#define SCHOOL SMALL "task.length=5 train.batch=8 train.validate_every=2 train.lr=0 "
    static const char lessons[] = "length=1;length=2..3";
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=2", lessons, 16),
                     1);
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=2", lessons, 64),
                     2);
    assert_int_equal(lesson_after("copy", "ntm", SCHOOL "train.lesson_threshold=0.5", lessons, 64),
                     0);
    /* Classes: four guesses between four classes cost 2 bits each, 8 a sequence. */
    FILE *file = fopen("class.jsonl", "w");
    assert_non_null(file);
    for (int i = 0; i < 16; i++) {
        fprintf(file, "{\"input\": [[0], [1], [0], [1]], \"target\": [%d, %d, %d, %d]}\n", i % 4,
                i / 4, (i + 2) % 4, (i / 2) % 4);
    }
    assert_int_equal(fclose(file), 0);
#define OWN                                                                                        \
    "task.target=class task.validation=0 task.test=0 model.hidden=5 train.batch=8 "                \
    "train.validate_every=2 train.validate_sequences=16 train.lr=0 "
    static const char same[] = "test=0 test=0";
    assert_int_equal(
        lesson_after("file:class.jsonl", "lstm", OWN "train.lesson_threshold=2.6", same, 16), 1);
    assert_int_equal(
        lesson_after("file:class.jsonl", "lstm", OWN "train.lesson_threshold=1.4", same, 16), 0);
    /* Real numbers: the mean square. */
    file = fopen("real.jsonl", "w");
    assert_non_null(file);
    for (int i = 0; i < 16; i++) {
        fprintf(file, "{\"input\": [[0], [1], [0], [1]], \"target\": [[3], [-3], [3], [-3]]}\n");
    }
    assert_int_equal(fclose(file), 0);
#define REAL                                                                                       \
    "task.target=real task.validation=0 task.test=0 model.hidden=5 train.batch=8 "                 \
    "train.validate_every=2 train.validate_sequences=16 train.lr=0 "
    assert_int_equal(
        lesson_after("file:real.jsonl", "lstm", REAL "train.lesson_threshold=12", same, 16), 1);
    assert_int_equal(
        lesson_after("file:real.jsonl", "lstm", REAL "train.lesson_threshold=7", same, 16), 0);
}

static void test_review(void **state)
{
    (void)state;
    static const struct {
        double review, low, high; /* share of the present lesson */
    } rows[] = {{0, 1, 1}, {0.5, 0.4, 0.6}, {1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char settings[512];
        snprintf(settings, sizeof settings,
                 SMALL "task.length=7 train.batch=64 train.lesson_review=%g", rows[i].review);
        mann_experiment *e = experiment_of("copy", "ntm", settings);
        good(mann_experiment_set(e, "train.lessons", "length=2 length=4"));
        mann_network *network = mann_network_alloc(context, e);
        mann_experiment_free(e);
        assert_non_null(network);
        mann_trainer *trainer = trainer_of(network, 2);
        assert_int_equal(trainer->lessons, 3);
        int counts[8] = {0}, all = 0;
        for (int step = 0; step < 9; step++) {
            /* The first lesson has nothing to review. */
            trainer->progress.lesson = step ? 2 : 0;
            train(trainer, 1);
            for (int32_t n = 0; n < trainer->crew->count; n++) {
                int32_t length = (trainer->crew->example[n].steps - 1) / 2;
                assert_true(length == 2 || (step && (length == 4 || length == 7)));
                if (step) {
                    counts[length]++;
                    all++;
                }
            }
        }
        double share = (double)counts[7] / all;
        assert_true(share >= rows[i].low && share <= rows[i].high);
        if (rows[i].review > 0) { /* both earlier lessons come up */
            assert_true(counts[2] > all / 10 && counts[4] > all / 10);
        }
        mann_trainer_free(trainer);
        mann_network_free(network);
    }
}

/* --- checkpoints --- */

/* --- epochs --- */

/* Every example once an epoch, in another order in another epoch and for another seed. */
static void test_epochs(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 5, 64, 65, 1000, 9001};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        uint32_t n = counts[c], same_epoch = 0, same_seed = 0;
        char *seen = calloc(n, 1);
        assert_non_null(seen);
        for (uint64_t i = 0; i < 3 * n; i++) {
            uint64_t number = mann_epoch_example(7, i, n);
            assert_true(number < n);
            assert_int_equal(seen[number], i / n);
            seen[number]++;
            same_epoch += number == mann_epoch_example(7, i + n, n);
            same_seed += number == mann_epoch_example(8, i, n);
        }
        free(seen);
        /* One example a permutation keeps its place on average, whatever n. */
        assert_true(n < 64 || (same_epoch < 20 && same_seed < 20));
    }
}

/* All orders are equally likely: 6 of 3 examples, 24 of 4, 120 of 5. Five standard deviations of
 * chi squared. */
static void test_epochs_uniform(void **state)
{
    (void)state;
    for (uint32_t n = 3, orders = 6; n <= 5; n++, orders *= n) {
        double found[5 * 5 * 5 * 5 * 5] = {0}, expected = 500, chi2 = 0;
        for (uint64_t epoch = 0; epoch < 500 * orders; epoch++) {
            uint64_t name = 0;
            for (uint64_t i = 0; i < n; i++) {
                name = n * name + mann_epoch_example(3, epoch * n + i, n);
            }
            found[name]++;
        }
        uint64_t met = 0;
        for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
            met += found[i] > 0;
            chi2 += found[i] > 0 ? (found[i] - expected) * (found[i] - expected) / expected : 0;
        }
        assert_int_equal(met, orders);
        double freedom = (double)orders - 1;
        assert_true(fabs(chi2 - freedom) < 5 * sqrt(2 * freedom));
    }
}

static void test_checkpoint(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd", "rmsprop", "rmsprop-graves", "adam"};
    for (int i = 0; i < 8; i++) {
        char settings[512];
        snprintf(settings, sizeof settings, SMALL "train.optimiser=%s %s", rules[i % 4],
                 i < 4 ? "" : "train.average=0.9");
        mann_network *network = network_of("copy", "ntm", settings);
        mann_network *again = network_of("copy", "ntm", settings);
        mann_trainer *trainer = trainer_of(network, 2), *resumed = trainer_of(again, 1);
        train(trainer, 7);
        double kept = 0.1 + i, back = 0;
        mann_memo memo[] = {{"kept", &kept}, {NULL, NULL}};
        mann_memo memo_back[] = {{"kept", &back}, {NULL, NULL}};
        trainer->lr_scale = 0.3;
        good(mann_checkpoint_save(trainer, "round.safetensors", memo));
        good(mann_checkpoint_restore(resumed, "round.safetensors", memo_back));
        assert_true(back == kept); /* to the last bit */
        assert_true(resumed->lr_scale == trainer->lr_scale);
        assert_same_trainers(trainer, resumed);
        train(trainer, 5);
        train(resumed, 5);
        assert_same_trainers(trainer, resumed);

        /* What eval opens: the average, where there is one. */
        mann_status status;
        mann_checkpoint_info info;
        good(mann_checkpoint_save(trainer, "round.safetensors", memo));
        mann_network *opened =
            mann_checkpoint_open(context, "round.safetensors", NULL, &info, &status);
        good(status);
        assert_int_equal(info.step, 12);
        assert_int_equal(info.sequences, trainer->progress.sequences);
        assert_true(info.resumable);
        assert_same_flat(network->params, mann_params_values(opened->params),
                         trainer->average ? trainer->average : mann_params_values(network->params));
        mann_network_free(opened);

        /* Another optimiser's state is refused, and nothing changes. */
        snprintf(settings, sizeof settings, SMALL "train.optimiser=%s", rules[(i + 1) % 4]);
        mann_network *other = network_of("copy", "ntm", settings);
        mann_network *fresh = network_of("copy", "ntm", settings);
        mann_trainer *foreign = trainer_of(other, 1), *untouched = trainer_of(fresh, 1);
        assert_int_equal(mann_checkpoint_restore(foreign, "round.safetensors", memo_back),
                         MANN_E_FORMAT);
        assert_same_trainers(foreign, untouched);
        mann_trainer_free(foreign);
        mann_trainer_free(untouched);
        mann_network_free(other);
        mann_network_free(fresh);
        mann_trainer_free(trainer);
        mann_trainer_free(resumed);
        mann_network_free(network);
        mann_network_free(again);
    }
}

/* The weights that a run or a file stands for. */
static mann_network *open_run(const char *path)
{
    mann_status status;
    mann_network *network = mann_checkpoint_open(context, path, NULL, NULL, &status);
    good(status);
    return network;
}

static void test_init(void **state)
{
    (void)state;
    mann_run_result result;
    mann_experiment *e = experiment_of("copy", "ntm", SMALL "train.validate_every=5");
    mann_run_options first = {.folder = "first", .max_sequences = 160, .threads = 1};
    good(mann_run_train(context, e, &first, &result));
    assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
    /* Other options and another seed; the average starts from these weights too. */
    good(mann_experiment_settings(e, "task.length=1..3 seed=9 train.average=0.5"));
    mann_run_options second = {
        .folder = "second", .max_sequences = 160, .threads = 1, .init = "first"};
    good(mann_run_train(context, e, &second, &result));
    mann_network *given = open_run("first"), *begun = open_run("second@0");
    mann_network *ended = open_run("second@10");
    size_t size = mann_params_size(given->params);
    assert_same_flat(given->params, mann_params_values(given->params),
                     mann_params_values(begun->params));
    assert_memory_not_equal(mann_params_values(given->params), mann_params_values(ended->params),
                            size * sizeof(mann_real));
    mann_network_free(given);
    mann_network_free(begun);
    mann_network_free(ended);
    /* A network of another shape: refused, and no run is begun. */
    good(mann_experiment_set(e, "memory.slots", "11"));
    good(mann_experiment_set(e, "memory.width", "8"));
    mann_run_options third = {
        .folder = "third", .max_sequences = 160, .threads = 1, .init = "first"};
    assert_int_equal(mann_run_train(context, e, &third, &result), MANN_E_FORMAT);
    assert_false(mann_run_is_folder("third"));
    mann_experiment_free(e);
}

/* The latest checkpoints of two runs, which hold the same numbers. */
static void open_latest(const char *whole, const char *parts, mann_store *store[2])
{
    for (int i = 0; i < 2; i++) {
        char path[256];
        good(mann_checkpoint_resolve(context, i ? parts : whole, "LATEST", path, sizeof path));
        good(mann_store_open(context, path, &store[i]));
    }
    assert_int_equal(mann_store_count(store[0]), mann_store_count(store[1]));
    for (int32_t i = 0; i < mann_store_count(store[0]); i++) {
        const mann_stored *a = mann_store_tensor(store[0], i);
        const mann_stored *b = mann_store_find(store[1], a->name);
        assert_non_null(b);
        assert_same_numbers(a->data, b->data, a->bytes / sizeof(mann_real));
    }
}

/* A model that changes in the course of training: a run that stops, on both sides of the change,
 * goes on as if it had not, and its checkpoint is the model of its time. */
static void test_course(void **state)
{
    (void)state;
    mann_experiment *e = experiment_of(
        "story", "memn2n",
        "task.facts=3 model.linear_start=1epochs train.batch=20 train.max_sequences=2epochs "
        "train.validate_every=20 train.validate_sequences=8 train.trace_every=0");
    mann_run_result result;
    mann_run_options whole = {.folder = "course", .threads = 1};
    good(mann_run_train(context, e, &whole, &result));
    assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
    assert_int_equal(result.last.progress.sequences, 2 * MANN_EPOCH);
    static const int stops[] = {480, 500, 540, 1000, 2000};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        mann_run_options part = {
            .folder = "course-parts", .max_sequences = stops[i], .threads = 2, .resume = i > 0};
        good(mann_run_train(context, e, &part, &result));
    }
    mann_experiment_free(e);
    mann_store *store[2];
    open_latest("course", "course-parts", store);
    mann_store_close(store[0]);
    mann_store_close(store[1]);

    mann_status status;
    mann_checkpoint_info last;
    mann_network *network = mann_checkpoint_open(context, "course@last", NULL, &last, &status);
    assert_non_null(network);
    assert_int_equal(last.step, 100);
    assert_true(network->trained == 2000 && network->epoch == MANN_EPOCH);
    const mann_variant *task = mann_network_task(network);
    mann_score late, early;
    good(mann_network_evaluate(context, network, task, MANN_SPLIT_TEST, 1, 50, 1, &late));
    network->trained = 999;
    good(mann_network_evaluate(context, network, task, MANN_SPLIT_TEST, 1, 50, 1, &early));
    assert_true(fabs(late.metric[0].sum - early.metric[0].sum) > 1e-3);
    mann_network_free(network);
}

/* Stopped between validations, and before the first: what comes after is as if it had not. */
static void test_stop_anywhere(void **state)
{
    (void)state;
#define STEERED                                                                                    \
    SMALL "task.length=1..5 train.batch=4 train.validate_every=7 train.schedule=halve "            \
          "train.patience=1 "                                                                      \
          "train.lr=0.02 train.lesson_threshold=0.99 train.lr_final=1e-6 train.average=0.8"
    mann_experiment *e = experiment_of("copy", "ntm", STEERED);
    good(mann_experiment_set(e, "train.lessons", "length=1 length=1..2"));
    mann_run_result result;
    mann_run_options whole = {.folder = "whole", .max_sequences = 4 * 100, .threads = 1};
    good(mann_run_train(context, e, &whole, &result));
    static const int stops[] = {3, 5, 13, 14, 15, 40, 99, 100};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        mann_run_options part = {.folder = "parts",
                                 .max_sequences = 4 * stops[i],
                                 .threads = 1 + (int32_t)i % 3,
                                 .resume = i > 0};
        good(mann_run_train(context, e, &part, &result));
        assert_int_equal(result.stop, MANN_STOP_SEQUENCES);
        assert_int_equal(result.last.progress.step, stops[i]);
    }
    mann_experiment_free(e);
    mann_store *store[2];
    open_latest("whole", "parts", store);
    static const char *const same[] = {"lesson", "stale", "lr_scale", "best_cost", "best_step"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_string_equal(mann_store_metadata(store[0], same[i]),
                            mann_store_metadata(store[1], same[i]));
    }
    /* The run did steer, or this would show nothing. */
    assert_true(atoi(mann_store_metadata(store[0], "lesson")) > 0);
    assert_true(strtod(mann_store_metadata(store[0], "lr_scale"), NULL) < 1);
    mann_store_close(store[0]);
    mann_store_close(store[1]);
}

/* --- kills --- */

static char *program;
static int least_kills;

enum { MOST_WORDS = 64 };

/* Starts `mann` with a line's words; a tab stands for a space inside a word. */
static pid_t start(const char *line)
{
    char text[2048], *words[MOST_WORDS + 2], *rest = NULL;
    int count = 0;
    words[count++] = program;
    assert_true(snprintf(text, sizeof text, "%s", line) < (int)sizeof text);
    for (char *word = strtok_r(text, " ", &rest); word && count <= MOST_WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        for (char *c = word; *c; c++) {
            *c = *c == '\t' ? ' ' : *c;
        }
        words[count++] = word;
    }
    words[count] = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int err = open("err.txt", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(err, 2);
        alarm(120);
        execv(program, words);
        _exit(127);
    }
    return child;
}

static void said(char *text, size_t size)
{
    FILE *file = fopen("err.txt", "r");
    size_t got = file ? fread(text, 1, size - 1, file) : 0;
    text[got] = '\0';
    if (file) {
        fclose(file);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Lets the child run for so long, then kills it; true if it had ended by itself, well. */
static bool ended_within(pid_t child, double seconds)
{
    int status;
    double until = now() + seconds;
    while (now() < until) {
        pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child) {
            if (!WIFEXITED(status) || WEXITSTATUS(status)) {
                char text[1024];
                said(text, sizeof text);
                fail_msg("mann ended with status %d: %s", status, text);
            }
            return true;
        }
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

static mann_store *latest_of(const char *run)
{
    char path[512];
    mann_store *store = NULL;
    good(mann_checkpoint_resolve(context, run, "LATEST", path, sizeof path));
    good(mann_store_open(context, path, &store));
    return store;
}

static void assert_same_checkpoints(const char *run, const char *other)
{
    mann_store *a = latest_of(run), *b = latest_of(other);
    assert_int_equal(mann_store_count(a), mann_store_count(b));
    for (int32_t i = 0; i < mann_store_count(a); i++) {
        const mann_stored *x = mann_store_tensor(a, i), *y = mann_store_find(b, x->name);
        if (!y || x->bytes != y->bytes || memcmp(x->data, y->data, x->bytes)) {
            fail_msg("%s and %s: tensor %s differs", run, other, x->name);
        }
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)mann_store_metadata_all(a), key, value)
    {
        if (strcmp(key, "seconds")) { /* of the clock */
            assert_string_equal(json_string_value(value), mann_store_metadata(b, key));
        }
    }
    mann_store_close(a);
    mann_store_close(b);
}

/* BEST is whole if the run was saved just then, or else weights alone: what it stands for counts.
 */
static void assert_same_best(const char *run, const char *other)
{
    mann_checkpoint_info a, b;
    mann_status status;
    mann_network *x = mann_checkpoint_open(context, run, NULL, &a, &status);
    good(status);
    mann_network *y = mann_checkpoint_open(context, other, NULL, &b, &status);
    good(status);
    assert_int_equal(a.step, b.step);
    assert_true(a.step > 0);
    assert_same_numbers(mann_params_values(x->params), mann_params_values(y->params),
                        mann_params_size(x->params));
    mann_network_free(x);
    mann_network_free(y);
}

/* The lines of metrics.jsonl agree but for the clock. */
static void assert_same_metrics(const char *run, const char *other)
{
    char path[512], line[2][4096];
    FILE *file[2];
    const char *const folder[] = {run, other};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/metrics.jsonl", folder[i]);
        file[i] = fopen(path, "r");
        assert_non_null(file[i]);
    }
    int lines = 0;
    for (; fgets(line[0], sizeof line[0], file[0]); lines++) {
        assert_non_null(fgets(line[1], sizeof line[1], file[1]));
        json_t *a = json_loads(line[0], 0, NULL), *b = json_loads(line[1], 0, NULL);
        assert_true(a && b);
        json_object_del(a, "seconds");
        json_object_del(b, "seconds");
        assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
    }
    assert_null(fgets(line[1], sizeof line[1], file[1]));
    assert_true(lines > 0);
    fclose(file[0]);
    fclose(file[1]);
}

static int check_kills(const char *name, const char *settings, int sequences, mann_rng *rng)
{
    char line[2048], whole[32], killed[32];
    snprintf(whole, sizeof whole, "%s-whole", name);
    snprintf(killed, sizeof killed, "%s-killed", name);
    snprintf(line, sizeof line, "train copy -q -o %s --threads 2 --sequences %d %s", whole,
             sequences, settings);
    double began = now();
    assert_true(ended_within(start(line), 100));
    double full = now() - began; /* what the run takes here and now */
    int kills = 0, tries = 0;
    for (bool done = false; !done; tries++) {
        assert_true(tries < 300);
        int threads = 1 + (int)mann_rng_below(rng, 3);
        if (mann_run_is_folder(killed)) {
            snprintf(line, sizeof line, "train -q --resume -o %s --threads %d --sequences %d",
                     killed, threads, sequences);
        } else {
            snprintf(line, sizeof line, "train copy -q -o %s --threads %d --sequences %d %s",
                     killed, threads, sequences, settings);
        }
        /* Early at first, so that a machine that has become quicker is not done before the second
         * kill, or where many are asked for; then longer and longer, so that one that has become
         * slow gets there too. */
        double share = (kills < 2 || least_kills ? 0.05 : 0.3) * mann_rng_uniform(rng);
        double seconds = full * (0.02 + share) * (1 + tries / 20.0);
        done = ended_within(start(line), seconds);
        kills += !done;
    }
    print_message("%s: killed %d times\n", name, kills);
    assert_true(kills >= 2);
    assert_same_checkpoints(whole, killed);
    assert_same_best(whole, killed);
    assert_same_metrics(whole, killed);
    return kills;
}

static void start_over(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s-whole", name);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    snprintf(path, sizeof path, "%s-killed", name);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void test_kills(void **state)
{
    (void)state;
    int kills = 0;
    /* Where it is killed does not repeat; that nothing can be told from the result must. */
    mann_rng rng = mann_rng_stream((uint64_t)getpid(), "kills", (uint64_t)(now() * 1e9));
#define QUICK                                                                                      \
    "-p model.hidden=20 -p memory.slots=16 -p task.length=1..5 -p train.validate_every=30 "        \
    "-p train.validate_sequences=16 -p train.save_seconds=0.01 "
    do {
        start_over("plain");
        start_over("saving");
        start_over("steered");
        kills += check_kills("plain", QUICK, 16 * 1000, &rng);
        /* Most of the time goes into writing files. */
        kills += check_kills("saving", QUICK "-p train.save_seconds=0 -p train.trace_every=1",
                             16 * 100, &rng);
        kills += check_kills("steered",
                             QUICK "-p train.average=0.95 -p train.schedule=halve "
                                   "-p train.patience=2 -p train.lessons=length=1;length=1..3 "
                                   "-p train.lesson_threshold=0.8 -p train.lesson_review=0.3 "
                                   "-p train.optimiser=rmsprop -p train.lr=2e-3",
                             16 * 1000, &rng);
        mann_store *store = latest_of("steered-killed");
        assert_true(atoi(mann_store_metadata(store, "lesson")) > 0);
        mann_store_close(store);
        print_message("%d kills\n", kills);
    } while (kills < least_kills);
}

/* --- learning --- */

/* The shipped defaults, with nothing but a seed: solved as the task defines it, within a number of
 * sequences, so that the outcome is the same on slow and on busy machines. */
static void check_learning(const char *task, const char *model, int seed, double sequences)
{
    char folder[64];
    snprintf(folder, sizeof folder, "%s-%s-%d", task, model, seed);
    mann_experiment *e = mann_experiment_alloc(context, task, model);
    assert_non_null(e);
    e->seed = (uint64_t)seed;
    mann_run_options options = {.folder = folder,
                                .until = mann_experiment_task(e)->solved,
                                .max_sequences = sequences,
                                .threads = 2};
    mann_run_result result;
    good(mann_run_train(context, e, &options, &result));
    double wrong = mann_score_get(&result.last.score, "wrong_bits");
    print_message("%s, %s, seed %d: %s after %" PRId64 " sequences and %.1f s, %.3g wrong bits\n",
                  task, model, seed, mann_stop_name(result.stop), result.last.progress.sequences,
                  result.last.seconds, wrong);
    if (!result.until_met) {
        fail_msg("%s with %s, seed %d, is not solved after %.0f sequences: %g wrong bits", task,
                 model, seed, sequences, wrong);
    }
    mann_experiment_free(e);
}

static void test_copy(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++) {
        check_learning("copy", "ntm", seed, 1e5);
    }
}

static void test_copy_rnn(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++) {
        check_learning("copy", "ntm-rnn", seed, 1e5);
    }
}

static void test_recall(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 2; seed++) {
        check_learning("associative_recall", "ntm", seed, 4e5);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest quick[] = {
        cmocka_unit_test(test_threads),       cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_optimisers),    cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_step),          cmocka_unit_test(test_clip_each),
        cmocka_unit_test(test_bad_steps),     cmocka_unit_test(test_course),
        cmocka_unit_test(test_lessons),       cmocka_unit_test(test_review),
        cmocka_unit_test(test_epochs),        cmocka_unit_test(test_epochs_uniform),
        cmocka_unit_test(test_checkpoint),    cmocka_unit_test(test_init),
        cmocka_unit_test(test_stop_anywhere),
    };
    const struct CMUnitTest kills[] = {cmocka_unit_test(test_kills)};
    const struct CMUnitTest learning[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_rnn),
        cmocka_unit_test(test_recall),
    };
    if ((argc == 3 || argc == 4) && !strcmp(argv[1], "kill")) {
        least_kills = argc == 4 ? atoi(argv[3]) : 0;
        program = realpath(argv[2], NULL); /* tests change folders */
        if (!program) {
            perror(argv[2]);
            return 2;
        }
        return cmocka_run_group_tests_name("kills", kills, set_up, tear_down);
    }
    if (argc == 2 && !strcmp(argv[1], "learn")) {
        return cmocka_run_group_tests_name("learning", learning, set_up, tear_down);
    }
    if (argc != 1) {
        fprintf(stderr, "Usage: test_train [kill MANN [KILLS] | learn]\n");
        return 2;
    }
    return cmocka_run_group_tests_name("training", quick, set_up, tear_down);
}
