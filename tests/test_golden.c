/* Models against independent implementations in NumPy: the Neural Turing Machine, fast weights, a
 * modern Hopfield store, and memory networks on stories.
 *
 * The scripts in tests/golden wrote the headers beside them: parameters, two copy sequences of
 * lengths 3 and 1, or three stories, the loss, every output and every gradient, exact to the last
 * digits of a double. Here the library's model gets the same parameters and runs all of them as one
 * group.
 *
 * Compiled twice. In double both sides round some thousand operations to 1e-16: 1e-11 of the
 * largest number of an array is allowed. In float it is 6e-8 a rounding, some hundred of them in a
 * row along 7 steps that partly add up, and gradients of addressing take differences of nearly
 * equal numbers: 3e-5 is allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "golden/dmn.h"
#include "golden/dmn_gates.h"
#include "golden/hopfield_memory.h"
#include "golden/memn2n.h"
#include "golden/memnn.h"
#include "golden/modern_hopfield.h"
#include "golden/ntm.h"
#include "golden/stories.h"
#include "group.h"

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef MANN_DOUBLE
static const double TOLERANCE = 1e-11;
#else
static const double TOLERANCE = 3e-5;
#endif

static double worst;

/* Compares count numbers; the tolerance is relative to the largest. */
static void check(const char *what, size_t count, const mann_real *found, const double *expected)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
    }
    for (size_t i = 0; i < count; i++) {
        double apart = fabs((double)found[i] - expected[i]);
        if (!(apart <= TOLERANCE * largest)) {
            fail_msg("%s, number %zu of %zu: %.17g instead of %.17g", what, i, count,
                     (double)found[i], expected[i]);
        }
        worst = fmax(worst, apart / (largest + 1e-300));
    }
}

/* The example as the task would give it: the target stands behind the delimiter. */
static void make_example(mann_example *example, const golden_sequence *golden)
{
    int32_t L = golden->length, T = 2 * L + 1, inputs = GOLDEN_BITS + 1;
    assert_int_equal(mann_example_init(example), MANN_OK);
    example->steps = T;
    float *input = mann_example_real(example, "input", T, inputs);
    float *target = mann_example_real(example, "target", T, GOLDEN_BITS);
    float *mask = mann_example_real(example, "mask", T, 0);
    assert_false(example->failed);
    for (int32_t i = 0; i < T * inputs; i++) {
        input[i] = (float)golden->input[i];
    }
    for (int32_t t = 0; t < L; t++) {
        mask[L + 1 + t] = 1;
        memcpy(target + (L + 1 + t) * GOLDEN_BITS, input + t * inputs,
               GOLDEN_BITS * sizeof *target);
    }
}

static void fill_parameters(mann_params *params, const golden_parameter *golden)
{
    int32_t number = 0;
    for (; golden->name; golden++, number++) {
        const mann_param_info *info = NULL;
        for (int32_t i = 0; i < mann_params_number(params); i++) {
            const mann_param_info *one = mann_params_info(params, i);
            info = strcmp(one->name, golden->name) ? info : one;
        }
        if (!info || info->rows != golden->rows || info->cols != golden->cols) {
            fail_msg("no parameter %s [%d, %d]", golden->name, golden->rows, golden->cols);
        }
        mann_real *value = mann_params_values(params) + info->offset;
        for (int32_t i = 0; i < info->rows * info->cols; i++) {
            value[i] = (mann_real)golden->value[i];
        }
    }
    assert_int_equal(number, mann_params_number(params));
    mann_params_refresh(params);
}

static void check_gradients(const mann_params *params, const mann_real *gradient,
                            const golden_parameter *golden)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        const golden_parameter *one = golden;
        while (strcmp(one->name, info->name)) {
            one++;
        }
        check(info->name, (size_t)info->rows * (size_t)info->cols, gradient + info->offset,
              one->gradient);
    }
}

static void machine_case(void **state)
{
    const golden_case *golden = *state;
    mann_context *context = mann_context_alloc();
    mann_experiment *e = mann_experiment_alloc(context, "copy", golden->preset);
    mann_tape *tape = mann_tape_alloc(context);
    assert_true(e && tape);
    if (mann_experiment_settings(e, golden->settings)) {
        fail_msg("%s", mann_context_message(context));
    }

    mann_network *network = mann_network_alloc(context, e);
    assert_non_null(network);
    mann_params *params = network->params;
    fill_parameters(params, golden->parameter);

    group g = {.size = GOLDEN_SEQUENCES};
    for (int i = 0; i < GOLDEN_SEQUENCES; i++) {
        make_example(&g.storage[i], &golden->sequence[i]);
        g.example[i] = &g.storage[i];
    }
    mann_real *gradient = calloc(mann_params_size(params), sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(mann_tape_bind(tape, params, gradient), MANN_OK);
    mann_outputs outputs;
    group_forward(&g, 0, g.size, network, tape, MANN_TRAIN, &outputs);
    assert_int_equal(outputs.n_losses, 1);
    if (group_backward(tape, &outputs)) {
        fail_msg("%s", mann_tape_message(tape));
    }

    worst = 0;
    check("loss", 1, mann_value(outputs.loss[0].value), &golden->loss);
    for (int i = 0; i < GOLDEN_SEQUENCES; i++) {
        for (int32_t t = 0; t < g.example[i]->steps; t++) {
            char what[64];
            snprintf(what, sizeof what, "output of sequence %d at step %d", i, t);
            check(what, GOLDEN_BITS, group_prediction(&outputs, i, t),
                  golden->sequence[i].output + t * GOLDEN_BITS);
        }
    }
    group_clear(&g);
    check_gradients(params, gradient, golden->parameter);
    print_message("    worst error %.1e, allowed %.1e\n", worst, TOLERANCE);

    free(gradient);
    mann_network_free(network);
    mann_tape_free(tape);
    mann_experiment_free(e);
    mann_context_free(context);
}

/* One update of the modern Hopfield network is attention: softmax(beta Q X^T) X. */
static void modern_update(void **state)
{
    (void)state;
    mann_context *context = mann_context_alloc();
    mann_tape *tape = mann_tape_alloc(context);
    assert_non_null(tape);
    int32_t n[] = {1, GOLDEN_UNITS, GOLDEN_PATTERNS};
    mann_var rows = mann_input(tape, 3, n);
    mann_var queries = mann_input(tape, 3, (int32_t[]){1, GOLDEN_QUERIES, GOLDEN_UNITS});
    assert_int_equal(mann_tape_status(tape), MANN_OK);
    for (int i = 0; i < GOLDEN_UNITS * GOLDEN_PATTERNS; i++) { /* a column per pattern */
        int unit = i / GOLDEN_PATTERNS, pattern = i % GOLDEN_PATTERNS;
        mann_value(rows)[i] = golden_stored[pattern * GOLDEN_UNITS + unit];
    }
    for (int i = 0; i < GOLDEN_QUERIES * GOLDEN_UNITS; i++) {
        mann_value(queries)[i] = golden_query[i];
    }
    worst = 0;
    for (int b = 0; b < GOLDEN_BETAS; b++) {
        mann_var scores = mann_match(tape, rows, queries, (mann_real)golden_beta[b]);
        mann_var update = mann_read(tape, rows, mann_attend(tape, scores, NULL));
        assert_int_equal(mann_tape_status(tape), MANN_OK);
        const double *expected = golden_update + b * GOLDEN_QUERIES * GOLDEN_UNITS;
        for (int i = 0; i < GOLDEN_QUERIES * GOLDEN_UNITS; i++) {
            double apart = fabs((double)mann_value(update)[i] - expected[i]);
            assert_true(apart <= 1e-6);
            worst = fmax(worst, apart);
        }
    }
    print_message("    worst error %.1e, allowed 1e-06\n", worst);
    mann_tape_free(tape);
    mann_context_free(context);
}

static void make_story(mann_example *example, const golden_story *golden)
{
    assert_int_equal(mann_example_init(example), MANN_OK);
    example->steps = 1;
    int32_t *story = mann_example_int(example, "story", golden->sentences, STORY_WORDS);
    int32_t *question = mann_example_int(example, "question", 1, STORY_WORDS);
    int32_t *support = mann_example_int(example, "support", golden->sentences, 0);
    float *target = mann_example_real(example, "target", 1, STORY_VOCABULARY);
    float *mask = mann_example_real(example, "mask", 1, 0);
    assert_false(example->failed);
    memcpy(story, golden->story, (size_t)(golden->sentences * STORY_WORDS) * sizeof *story);
    memcpy(support, golden->support, (size_t)golden->sentences * sizeof *support);
    memcpy(question, golden->question, STORY_WORDS * sizeof *question);
    target[golden->answer] = *mask = 1;
}

static const mann_model_type *find_model(const char *name)
{
    int i = 0;
    while (strcmp(mann_models[i]->name, name)) {
        i++;
    }
    return mann_models[i];
}

static void check_answers(const char *what, mann_var prediction, const double *golden)
{
    for (int i = 0; i < STORY_EXAMPLES; i++) {
        check(what, STORY_VOCABULARY, mann_value(prediction) + i * prediction->stride[0],
              golden + (size_t)i * STORY_VOCABULARY);
    }
}

static void run_stories(const mann_model_type *type, const void *self, mann_tape *tape,
                        mann_mode mode, const mann_params *params, mann_real *gradient,
                        const mann_batch *batch, mann_outputs *outputs)
{
    *outputs = (mann_outputs){0};
    mann_tape_reset(tape, mode);
    assert_int_equal(mann_tape_bind(tape, params, gradient), MANN_OK);
    type->forward(self, tape, batch, outputs);
    if (mann_tape_status(tape)) {
        fail_msg("%s", mann_tape_message(tape));
    }
}

static void question_case(void **state)
{
    const story_case *golden = *state;
    mann_context *context = mann_context_alloc();
    mann_tape *tape = mann_tape_alloc(context);
    mann_params *params = mann_params_alloc(context);
    const mann_model_type *type = find_model(golden->model);
    void *self = calloc(1, type->self_size), *config = calloc(1, type->config_size);
    assert_true(tape && params && self && config);
    mann_options_default(type->options, config);
    for (size_t i = 0; i < sizeof golden->option / sizeof golden->option[0]; i++) {
        const char *const *o = golden->option[i];
        if (o[0] && mann_option_set(context, "model", type->options, config, o[0], o[1])) {
            fail_msg("%s", mann_context_message(context));
        }
    }
    mann_model_setup setup = {.config = config,
                              .io = {.target = MANN_TARGET_CLASS,
                                     .outputs = STORY_VOCABULARY,
                                     .vocabulary = STORY_VOCABULARY,
                                     .words = STORY_WORDS,
                                     .story = STORY_MEMORIES + 1}};
    assert_int_equal(type->init(context, self, &setup, params), MANN_OK);
    assert_int_equal(mann_params_fill(params, 1), MANN_OK);
    fill_parameters(params, golden->parameter);

    mann_example storage[STORY_EXAMPLES];
    const mann_example *example[STORY_EXAMPLES];
    for (int i = 0; i < STORY_EXAMPLES; i++) {
        make_story(&storage[i], &golden_stories[i]);
        example[i] = &storage[i];
    }
    mann_batch batch = {STORY_EXAMPLES, example};
    mann_real *gradient = calloc(mann_params_size(params), sizeof *gradient);
    assert_non_null(gradient);
    worst = 0;
    mann_outputs outputs;
    run_stories(type, self, tape, MANN_TRAIN, params, gradient, &batch, &outputs);
    mann_real loss = (mann_real)group_loss(&outputs, NULL);
    check("loss", 1, &loss, &golden->loss);
    check_answers("output", outputs.prediction, golden->output);
    if (group_backward(tape, &outputs)) {
        fail_msg("%s", mann_tape_message(tape));
    }
    check_gradients(params, gradient, golden->parameter);
    run_stories(type, self, tape, MANN_EVALUATE, params, NULL, &batch, &outputs);
    check_answers("output in use", outputs.prediction, golden->evaluated);
    print_message("    worst error %.1e, allowed %.1e\n", worst, TOLERANCE);

    for (int i = 0; i < STORY_EXAMPLES; i++) {
        mann_example_clear(&storage[i]);
    }
    free(gradient);
    if (type->close) {
        type->close(self);
    }
    free(self);
    free(config);
    mann_params_free(params);
    mann_tape_free(tape);
    mann_context_free(context);
}

int main(void)
{
#ifdef MANN_DOUBLE
    unsetenv("MANN_CPU"); /* in double there are only the reference kernels */
#endif
    enum { MOST = 64 };
    struct CMUnitTest tests[MOST] = {cmocka_unit_test(modern_update)};
    size_t count = 1;
#define ADD(table, function)                                                                       \
    for (size_t i = 0; i < sizeof table / sizeof table[0] && count < MOST; i++) {                  \
        tests[count++] = (struct CMUnitTest){table[i].name, function, NULL, NULL,                  \
                                             (void *)(uintptr_t)&table[i]};                        \
    }
    ADD(golden_ntm, machine_case)
    ADD(golden_hopfield, machine_case)
    ADD(golden_memn2n, question_case)
    ADD(golden_dmn, question_case)
    ADD(golden_dmn_gates, question_case)
    ADD(golden_memnn, question_case)
    return _cmocka_run_group_tests("golden", tests, count, NULL, NULL);
}
