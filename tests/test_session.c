/* Sessions: stepping gives the bits of the whole sequence, for every recurrent preset and whatever
 * the memory begins with; sequences are dropped, kept and continued in several ways; what cannot
 * be is refused. */
#include "trained.h"

#include <mann/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 3, SEED = 11 };

static const char *const settings[] = {
    "",
    "memory.initial=random memory.initial_weights=learned memory.order=read-first",
    "memory.initial=learned memory.read_heads=2 memory.write_heads=2 memory.shift_range=2",
    "model.layers=2 model.readout=9",
    "model.memory=matrix+hopfield memory2.form=modern memory2.locations=3 memory2.steps=2",
    "model.memory=hopfield memory.form=hebbian",
    "model.feedback=false model.output=reads",
};

/* Three sequences of equal length. */
static void draw(const mann_network *network, mann_example *example)
{
    for (int b = 0; b < BATCH; b++) {
        good(mann_example_init(&example[b]));
        good(mann_task_sample(mann_network_task(network), MANN_SPLIT_TEST, SEED, (uint64_t)b,
                              &example[b]));
    }
}

/* The inputs of step t. */
static void gather(const mann_example *example, int32_t t, int32_t inputs, float *input)
{
    for (int b = 0; b < BATCH; b++) {
        const float *all = mann_example_find(&example[b], "input")->data;
        memcpy(input + b * inputs, all + t * inputs, (size_t)inputs * sizeof *input);
    }
}

static void steps_as_a_whole(const char *model, const char *more)
{
    char text[512];
    snprintf(text, sizeof text, "task.bits=5 task.length=4 model.hidden=9 %s", more);
    mann_network *network = network_of("copy", model, text);
    const mann_io_shape *io = mann_network_io(network);
    mann_example example[BATCH];
    draw(network, example);
    int32_t T = example[0].steps, O = io->outputs;
    float *whole[BATCH], *input = calloc((size_t)(BATCH * io->inputs), sizeof *input);
    for (int b = 0; b < BATCH; b++) {
        whole[b] = calloc((size_t)(T * O), sizeof(float));
        good(mann_network_run(context, network, mann_network_task(network), &example[b], whole[b],
                              NULL));
    }
    mann_session *session = mann_session_alloc(context, network);
    assert_non_null(session);
    for (int round = 0; round < 2; round++) { /* a session can begin again */
        good(mann_session_begin(session, BATCH, SEED, 0));
        for (int32_t t = 0; t < T; t++) {
            assert_int_equal(mann_session_steps(session), t);
            gather(example, t, io->inputs, input);
            const float *output = mann_session_step(session, input);
            assert_non_null(output);
            for (int b = 0; b < BATCH; b++) {
                if (memcmp(output + b * O, whole[b] + t * O, (size_t)O * sizeof(float))) {
                    fail_msg("%s %s: sequence %d differs at step %d", model, more, b, t);
                }
            }
        }
    }
    mann_session_free(session);
    for (int b = 0; b < BATCH; b++) {
        free(whole[b]);
        mann_example_clear(&example[b]);
    }
    free(input);
    mann_network_free(network);
}

static void stepping_is_forward(void **state)
{
    (void)state;
    for (const mann_preset *p = mann_presets; p->name; p++) {
        if (p->model->step) {
            steps_as_a_whole(p->name, "");
        }
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        steps_as_a_whole("ntm", settings[i]);
        steps_as_a_whole("ntm-gru", settings[i]);
    }
}

/* Each sequence of a session is what it would be alone, and goes on from where it was said to. */
static void sequences_are_reordered(void **state)
{
    (void)state;
    static const int32_t order[] = {2, 0, 0, 2, 1};
    enum { AFTER = sizeof order / sizeof order[0] };
    mann_network *network = network_of("copy", "ntm", SMALL "task.bits=5 memory.initial=random");
    int32_t I = mann_network_io(network)->inputs, O = mann_network_io(network)->outputs;
    mann_session *many = mann_session_alloc(context, network);
    mann_session *one = mann_session_alloc(context, network);
    float *input = calloc((size_t)(AFTER * I), sizeof *input);
    for (int r = 0; r < AFTER; r++) {
        good(mann_session_begin(many, BATCH, SEED, 5));
        good(mann_session_begin(one, 1, SEED, 5 + (uint64_t)order[r]));
        for (int t = 0; t < 3; t++) {
            for (int b = 0; b < BATCH; b++) {
                input[b * I + (t + b) % I] = 1;
            }
            assert_non_null(mann_session_step(many, input));
            assert_non_null(mann_session_step(one, input + order[r] * I));
        }
        good(mann_session_reorder(many, AFTER, order));
        assert_int_equal(mann_session_batch(many), AFTER);
        for (int t = 0; t < 3; t++) {
            for (int b = 0; b < AFTER; b++) {
                memcpy(input + b * I, input, (size_t)I * sizeof *input);
            }
            const float *all = mann_session_step(many, input);
            const float *alone = mann_session_step(one, input);
            assert_memory_equal(all + r * O, alone, (size_t)O * sizeof *alone);
        }
    }
    free(input);
    mann_session_free(many);
    mann_session_free(one);
    mann_network_free(network);
}

static void count(void *user, const mann_tag_info *info, int32_t step, const mann_tensor *value)
{
    int32_t *last = user;
    assert_non_null(info->name);
    assert_int_equal(value->n[0], 2);
    *last = step;
}

static void observers_see_steps(void **state)
{
    (void)state;
    mann_network *network = network_of("copy", "ntm", SMALL);
    mann_session *session = mann_session_alloc(context, network);
    float input[2 * 9] = {0};
    int32_t last = -1;
    mann_session_observe(session, count, &last);
    good(mann_session_begin(session, 2, SEED, 0));
    for (int t = 0; t < 3; t++) {
        assert_non_null(mann_session_step(session, input));
        assert_int_equal(last, t);
    }
    mann_session_free(session);
    mann_network_free(network);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    float input[9] = {0};
    mann_network *network = network_of("story", "memn2n", "");
    assert_null(mann_session_alloc(context, network));
    assert_message("memn2n does not run step by step");
    mann_network_free(network);

    network = network_of("copy", "ntm", SMALL);
    mann_session *session = mann_session_alloc(context, network);
    assert_null(mann_session_step(session, input));
    assert_message("once mann_session_begin has");
    assert_int_equal(mann_session_begin(session, 0, SEED, 0), MANN_E_INVAL);
    assert_message("a session of 0 sequences");
    good(mann_session_begin(session, 1, SEED, 0));
    assert_int_equal(mann_session_reorder(session, 1, (int32_t[]){1}), MANN_E_INVAL);
    assert_message("sequence 0 of a session is to go on from 1, but there are 1");
    assert_non_null(mann_session_step(session, input)); /* it goes on */
    assert_int_equal(mann_session_reorder(session, 0, NULL), MANN_E_INVAL);
    mann_session_free(session);
    mann_session_free(NULL);
    mann_network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stepping_is_forward),
        cmocka_unit_test(sequences_are_reordered),
        cmocka_unit_test(observers_see_steps),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests_name("session", tests, trained_begin, trained_end);
}
