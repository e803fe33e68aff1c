/* Examples, their scores and their notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mann/task.h>
#include <math.h>
#include <string.h>

static void examples(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    for (int round = 0; round < 3; round++) {
        float *input = mann_example_real(&example, "input", 1000, 40);
        int32_t *tokens = mann_example_int(&example, "tokens", 7, 0);
        assert_false(example.failed);
        for (int i = 0; i < 40000; i++) {
            assert_true(input[i] == 0);
            input[i] = 1;
        }
        for (int i = 0; i < 7; i++) {
            assert_int_equal(tokens[i], 0);
            tokens[i] = i;
        }
        const mann_array *found = mann_example_find(&example, "tokens");
        assert_ptr_equal(found->data, tokens);
        assert_int_equal(found->rank, 1);
        assert_int_equal(found->type, MANN_INT32);
        found = mann_example_find(&example, "input");
        assert_int_equal(found->rank, 2);
        assert_int_equal(found->n[1], 40);
        assert_null(mann_example_find(&example, "mask"));
        example.label[2] = 5;
        mann_example_reset(&example);
        assert_int_equal(example.n_arrays, 0);
        assert_int_equal(example.label[2], 0);
    }
    assert_null(mann_example_real(&example, "huge", INT32_MAX, INT32_MAX));
    assert_true(example.failed);
    mann_example_reset(&example);
    assert_false(example.failed);
    mann_example_clear(&example);
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9)) {
        fail_msg("%.17g is not %.17g", value, expected);
    }
}

/* A target [steps, outputs] and its mask. */
static void set_example(mann_example *example, int32_t steps, int32_t outputs, const float *target,
                        const float *mask)
{
    mann_example_reset(example);
    example->steps = steps;
    float *to = mann_example_real(example, "target", steps, outputs);
    memcpy(to, target, sizeof *to * (size_t)steps * (size_t)outputs);
    if (mask) {
        memcpy(mann_example_real(example, "mask", steps, 0), mask, sizeof *mask * (size_t)steps);
    }
}

static void score_bits(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_BITS, .inputs = 1, .outputs = 2};
    const float target[] = {1, 1, 0, 1, 1, 0}, mask[] = {0, 1, 1};
    const float prediction[] = {0, NAN, 0.25f, 0.25f, 0.5f, 0.5f};
    set_example(&example, 3, 2, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "cost_bits"), -log2(0.75) + 2 + 1 + 1);
    assert_near(mann_score_get(&score, "wrong_bits"), 3); /* 1/2 is on neither side */
    assert_near(mann_score_get(&score, "bit_error_rate"), 0.75);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 1);
    assert_true(isnan(mann_score_get(&score, "accuracy")));

    /* A right answer, of certainty: it costs what the clamp leaves. */
    mann_score other = {0};
    const float right[] = {0, 0, 0, 1, 1, 0};
    mann_score_usual(&io, &example, right, &other);
    assert_near(mann_score_get(&other, "cost_bits"), -4 * log2(1 - 1e-7));
    const float opposite[] = {0, 0, 1, 0, 0, 1};
    mann_score wrong = {0};
    mann_score_usual(&io, &example, opposite, &wrong);
    assert_near(mann_score_get(&wrong, "cost_bits"), -2 * log2(1e-7) - 2 * log2(1 - (1 - 1e-7)));

    mann_score_merge(&score, &other);
    assert_near(mann_score_get(&score, "wrong_bits"), 1.5);
    assert_near(mann_score_get(&score, "bit_error_rate"), 3.0 / 8);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 0.5);

    /* Without a mask every step counts; a NaN is wrong and shows. */
    set_example(&example, 3, 2, target, NULL);
    mann_score all = {0};
    mann_score_usual(&io, &example, prediction, &all);
    assert_near(mann_score_get(&all, "wrong_bits"), 5);
    assert_true(isnan(mann_score_get(&all, "cost_bits")));
    mann_example_clear(&example);
}

static void score_classes(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_CLASS, .inputs = 1, .outputs = 3};
    const float target[] = {0, 1, 0, 1, 0, 0, 0, 0, 1}, mask[] = {1, 0, 1};
    const float prediction[] = {0.25f, 0.5f, 0.25f, 0, 0, 1, 0.5f, 0.25f, 0.25f};
    set_example(&example, 3, 3, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "cost_bits"), 3);
    assert_near(mann_score_get(&score, "accuracy"), 0.5);
    assert_near(mann_score_get(&score, "error_rate"), 0.5);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 1);

    const float broken[] = {NAN, NAN, NAN, 0, 0, 0, NAN, NAN, NAN};
    mann_score nan = {0};
    mann_score_usual(&io, &example, broken, &nan);
    assert_near(mann_score_get(&nan, "accuracy"), 0);
    mann_example_clear(&example);
}

static void score_reals(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_REAL, .inputs = 1, .outputs = 2};
    const float target[] = {1, 2, 3, 4}, mask[] = {1, 0}, prediction[] = {2, 4, 9, 9};
    set_example(&example, 2, 2, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "squared_error"), 2.5);
    assert_int_equal(score.count, 1);
    mann_example_clear(&example);
}

/* Places of examples differ in number; a step that does not count is not looked at. */
static void score_pointers(void **state)
{
    (void)state;
    mann_io_shape io = {.target = MANN_TARGET_POINTER};
    mann_score score = {0};
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    example.steps = 3;
    int32_t *target = mann_example_int(&example, "target", 3, 0);
    float *mask = mann_example_real(&example, "mask", 3, 0);
    mann_example_real(&example, "choices", 3, 4);
    target[0] = 3, target[1] = 0, mask[0] = mask[1] = 1;
    const float prediction[] = {0, 0.25f, 0.25f, 0.5f, 0.25f, 0.75f, 0, 0, NAN, NAN, NAN, NAN};
    assert_int_equal(mann_io_outputs(&io, &example), 4);
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "cost_bits"), 3);
    assert_near(mann_score_get(&score, "accuracy"), 0.5);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 1);
    mann_example_clear(&example);
}

/* Cross-entropy against a distribution that is not one-hot: least where they agree. */
static void score_distributions(void **state)
{
    (void)state;
    mann_io_shape io = {.target = MANN_TARGET_DISTRIBUTION, .outputs = 4};
    const float target[] = {0.5f, 0.25f, 0.25f, 0}, even[] = {0.25f, 0.25f, 0.25f, 0.25f};
    const float *const prediction[] = {target, even};
    const double cost[] = {1.5, 2};
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    set_example(&example, 1, 4, target, (const float[]){1});
    for (int i = 0; i < 2; i++) {
        mann_score score = {0};
        mann_score_usual(&io, &example, prediction[i], &score);
        assert_near(mann_score_get(&score, "cost_bits"), cost[i]);
        assert_near(mann_score_get(&score, "error_rate"), 0);
    }
    mann_example_clear(&example);
}

static void refused(const mann_io_shape *io, const mann_example *example, const char *expected)
{
    char why[256];
    assert_false(mann_example_fits(io, example, why, sizeof why));
    assert_string_equal(why, expected);
}

static void ports(void **state)
{
    (void)state;
    char text[256];
    mann_io_shape io = {.inputs = 3, .outputs = 2};
    mann_io_usual_ports(&io);
    mann_io_port_names(&io, text, sizeof text);
    assert_string_equal(text, "input, target, mask");
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    example.steps = 5;
    example.index = 7;
    refused(&io, &example, "example 7 lacks input [T, 3] of real numbers");
    mann_example_real(&example, "input", 5, 3);
    mann_example_real(&example, "target", 4, 2);
    mann_example_real(&example, "mask", 5, 0);
    refused(&io, &example, "example 7 lacks target [T, 2] of real numbers");
    example.array[1].n[0] = 5;
    assert_true(mann_example_fits(&io, &example, text, sizeof text));
    example.array[2].type = MANN_INT32;
    refused(&io, &example, "example 7 lacks mask [T] of real numbers");
    mann_example_reset(&example);

    io = (mann_io_shape){.outputs = 9, .vocabulary = 9, .words = 6};
    mann_io_usual_ports(&io);
    assert_true(mann_io_port(&io, "support")->optional);
    assert_null(mann_io_port(&io, "input"));
    example.steps = 1;
    mann_example_int(&example, "story", 2, 6);
    mann_example_int(&example, "question", 1, 6);
    mann_example_real(&example, "target", 1, 9);
    mann_example_real(&example, "mask", 1, 0);
    assert_true(mann_example_fits(&io, &example, text, sizeof text));
    mann_example_int(&example, "support", 0, 0);
    refused(&io, &example, "example 0 lacks support [?] of whole numbers");
    mann_example_clear(&example);

    io = (mann_io_shape){.target = MANN_TARGET_POINTER, .inputs = 2};
    mann_io_usual_ports(&io);
    mann_io_port_names(&io, text, sizeof text);
    assert_string_equal(text, "input, target, choices, mask");
}

static void notes(void **state)
{
    (void)state;
    mann_notes list = {0};
    mann_notes_add(&list, "input", false, 0, 3);
    mann_notes_add(&list, "nothing", false, 4, 3);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.span[0].name, "input");
    for (int i = 0; i < 2 * MANN_MAX_NOTES; i++) {
        mann_notes_add(&list, "mark", true, i, i);
    }
    assert_int_equal(list.count, MANN_MAX_NOTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(score_bits),
        cmocka_unit_test(score_classes),
        cmocka_unit_test(score_reals),
        cmocka_unit_test(notes),
        cmocka_unit_test(score_pointers),
        cmocka_unit_test(score_distributions),
        cmocka_unit_test(ports),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
