/* Groups of examples, for tests. */
#include "group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

void group_draw(group *g, const mann_network *network, uint64_t seed, int32_t size)
{
    *g = (group){.size = size};
    for (int32_t b = 0; b < size; b++) {
        mann_example *e = &g->storage[b];
        assert_int_equal(mann_example_init(e), MANN_OK);
        if (mann_task_sample(network->task, MANN_SPLIT_TRAIN, seed, (uint64_t)b, e)) {
            fail_msg("%s", mann_context_message(network->context));
        }
        int32_t at = b;
        for (; at > 0 && e->steps > g->example[at - 1]->steps; at--) {
            g->example[at] = g->example[at - 1];
        }
        g->example[at] = e;
    }
    for (int32_t b = 0; b < size; b++) {
        g->index[b] = g->example[b]->index;
    }
}

void group_clear(group *g)
{
    for (int32_t b = 0; b < g->size; b++) {
        mann_example_clear(&g->storage[b]);
    }
    g->size = 0;
}

void group_forward(const group *g, int32_t first, int32_t count, const mann_network *network,
                   mann_tape *tape, mann_mode mode, mann_outputs *outputs)
{
    *outputs = (mann_outputs){0};
    mann_tape_reset(tape, mode);
    mann_tape_sequences(tape, network->experiment->seed, g->index + first);
    mann_tape_trained(tape, network->trained, network->epoch);
    mann_batch batch = {count, g->example + first};
    network->experiment->model->forward(network->model, tape, &batch, outputs);
}

mann_status group_backward(mann_tape *tape, const mann_outputs *outputs)
{
    mann_var loss[MANN_MAX_LOSSES];
    mann_real weight[MANN_MAX_LOSSES];
    for (int32_t i = 0; i < outputs->n_losses; i++) {
        loss[i] = outputs->loss[i].value;
        weight[i] = outputs->loss[i].weight;
    }
    return mann_tape_backward(tape, outputs->n_losses, loss, weight);
}

double group_loss(const mann_outputs *outputs, double *magnitude)
{
    double total = 0, sizes = 0;
    for (int32_t i = 0; i < outputs->n_losses; i++) {
        double part = (double)outputs->loss[i].weight * (double)*mann_value(outputs->loss[i].value);
        total += part;
        sizes += fabs(part);
    }
    if (magnitude) {
        *magnitude = sizes;
    }
    return total;
}

const mann_real *group_prediction(const mann_outputs *outputs, int32_t b, int32_t t)
{
    assert_true(t < outputs->rows.steps && b < mann_packed_active(&outputs->rows, t));
    return mann_value(outputs->prediction) +
           (size_t)(outputs->rows.start[t] + b) * (size_t)outputs->prediction->stride[0];
}
