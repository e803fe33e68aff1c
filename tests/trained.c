/* Small networks in training, for its tests. */
#include "trained.h"

#include <string.h>
#include <unistd.h>

int trained_begin(void **state)
{
    return folder_begin(state) || chdir(folder);
}

int trained_end(void **state)
{
    return chdir("/") || folder_end(state);
}

void good(mann_status status)
{
    if (status) {
        fail_msg("status %d: %s", (int)status, mann_context_message(context));
    }
}

mann_experiment *experiment_of(const char *task, const char *model, const char *settings)
{
    mann_experiment *e = mann_experiment_alloc(context, task, model);
    if (!e || mann_experiment_settings(e, settings)) {
        fail_msg("%s", mann_context_message(context));
    }
    return e;
}

mann_network *network_of(const char *task, const char *model, const char *settings)
{
    mann_experiment *e = experiment_of(task, model, settings);
    mann_network *network = mann_network_alloc(context, e);
    mann_experiment_free(e);
    if (!network) {
        fail_msg("%s", mann_context_message(context));
    }
    return network;
}

mann_trainer *trainer_of(mann_network *network, int32_t threads)
{
    mann_trainer *trainer = mann_trainer_alloc(context, network, threads);
    if (!trainer) {
        fail_msg("%s", mann_context_message(context));
    }
    return trainer;
}

void train(mann_trainer *trainer, int updates)
{
    mann_progress progress;
    for (int i = 0; i < updates; i++) {
        good(mann_trainer_step(trainer, &progress));
    }
}

void assert_same_numbers(const mann_real *a, const mann_real *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memcmp(&a[i], &b[i], sizeof a[i])) {
            fail_msg("number %zu of %zu: %.9g is not %.9g", i, size, (double)a[i], (double)b[i]);
        }
    }
}

void assert_same_flat(const mann_params *params, const mann_real *a, const mann_real *b)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        assert_same_numbers(a + info->offset, b + info->offset,
                            (size_t)info->rows * (size_t)info->cols);
    }
}

void assert_same_trainers(const mann_trainer *a, const mann_trainer *b)
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
