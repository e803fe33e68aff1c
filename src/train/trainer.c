/* One update: draw a minibatch, run its groups forward and back, sum the gradient slots in order,
 * clip, and move the parameters.
 *
 * The loss is the mean over the target numbers of the minibatch, in nats. */
#include "train/trainer.h"

#include "base/items.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BETWEEN_LESSONS " ;"

int32_t mann_lessons_before(const mann_train_config *config)
{
    mann_items items;
    int32_t count = 0;
    for (mann_items_begin(&items, config->lessons, BETWEEN_LESSONS); mann_items_next(&items);) {
        count++;
    }
    return count;
}

/* The lessons of the curriculum, and the task as it is set, which is the last. */
static mann_status open_lessons(mann_trainer *t)
{
    mann_items items;
    mann_items_begin(&items, t->config->lessons, BETWEEN_LESSONS);
    for (bool last = false; !last;) {
        const char *word = mann_items_next(&items);
        last = !word;
        if (t->lessons == MANN_MAX_LESSONS) {
            return mann_fail(t->context, MANN_E_INVAL, "train.lessons: more than %d lessons",
                             MANN_MAX_LESSONS - 1);
        }
        t->lesson[t->lessons] = mann_task_open(t->context, t->network, last ? "" : word);
        if (!t->lesson[t->lessons]) {
            return mann_context_status(t->context);
        }
        t->lessons++;
    }
    return MANN_OK;
}

static mann_real *flat(size_t size)
{
    size_t bytes = (size * sizeof(mann_real) + 64) / 64 * 64;
    mann_real *made = aligned_alloc(64, bytes);
    if (made) {
        memset(made, 0, bytes);
    }
    return made;
}

mann_trainer *mann_trainer_alloc(mann_context *context, mann_network *network, int32_t threads)
{
    mann_trainer *t = calloc(1, sizeof *t);
    if (!t) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a trainer");
        return NULL;
    }
    t->context = context;
    t->network = network;
    t->config = mann_experiment_train(network->experiment);
    t->lr_scale = 1;
    size_t size = mann_params_size(network->params);
    mann_status status = open_lessons(t);
    const char *harder = network->experiment->task->harder;
    if (!status && harder) {
        t->harder = mann_task_open(context, network, harder);
        status = t->harder ? MANN_OK : mann_context_status(context);
    }
    if (!status) {
        t->crew = mann_crew_alloc(context, network, threads, t->config->batch);
        status = t->crew ? MANN_OK : MANN_E_NOMEM;
    }
    if (!status) {
        t->validation_crew = mann_crew_alloc(context, network, threads, 128);
        status = t->validation_crew ? MANN_OK : MANN_E_NOMEM;
    }
    status = status ? status : mann_rate_init(context, &t->rate, t->config, network->epoch);
    if (!status) {
        status = mann_optimiser_init(context, &t->optimiser, t->config, size);
    }
    t->grad = flat(size);
    t->pieces = (int32_t)((size + MANN_PIECE - 1) / MANN_PIECE);
    t->piece_square = calloc((size_t)t->pieces + 1, sizeof *t->piece_square);
    t->piece_bad = calloc((size_t)t->pieces + 1, sizeof *t->piece_bad);
    bool good = t->grad && t->piece_square && t->piece_bad;
    if (t->config->average > 0) {
        t->average = flat(size);
        good = good && t->average;
    }
    int32_t groups = (t->config->batch + MANN_GROUP - 1) / MANN_GROUP;
    for (int32_t i = 0; i < MANN_SLOTS && i < groups; i++) {
        t->slot[i] = flat(size);
        good = good && t->slot[i];
    }
    if (!status && !good) {
        status = mann_fail(context, MANN_E_NOMEM, "out of memory for gradients");
    }
    if (status) {
        mann_trainer_free(t);
        return NULL;
    }
    if (t->average) {
        memcpy(t->average, mann_params_values(network->params), size * sizeof(mann_real));
    }
    return t;
}

void mann_trainer_free(mann_trainer *t)
{
    if (!t) {
        return;
    }
    for (int32_t i = 0; i < MANN_MAX_LESSONS; i++) {
        mann_task_free(t->lesson[i]);
    }
    mann_task_free(t->harder);
    mann_crew_free(t->crew);
    mann_crew_free(t->validation_crew);
    mann_optimiser_clear(&t->optimiser);
    for (int32_t i = 0; i < MANN_SLOTS; i++) {
        free(t->slot[i]);
    }
    free(t->grad);
    free(t->piece_square);
    free(t->piece_bad);
    free(t->average);
    free(t);
}

/* Example i of this minibatch; some review earlier lessons. */
static mann_status draw_example(void *user, int32_t i, mann_example *out)
{
    const mann_trainer *t = user;
    uint64_t seed = t->network->experiment->seed;
    uint64_t index = (uint64_t)(t->progress.sequences + i);
    int32_t lesson = t->progress.lesson;
    if (lesson > 0) {
        mann_rng rng = mann_rng_stream(seed, "lesson", index);
        if (mann_rng_uniform(&rng) < t->config->lesson_review) {
            lesson = (int32_t)mann_rng_below(&rng, (uint32_t)lesson);
        }
    }
    return mann_task_sample(t->lesson[lesson], MANN_SPLIT_TRAIN, seed, index, out);
}

static void run_group(mann_trainer *t, int32_t g, int32_t slot, mann_worker *worker)
{
    mann_batch batch = mann_crew_group(t->crew, g);
    mann_outputs outputs;
    mann_status status =
        mann_crew_forward(t->crew, worker, &batch, MANN_TRAIN, t->slot[slot], &outputs);
    if (!status) {
        mann_var loss[MANN_MAX_LOSSES];
        mann_real seed[MANN_MAX_LOSSES];
        for (int32_t i = 0; i < outputs.n_losses; i++) {
            loss[i] = outputs.loss[i].value;
            seed[i] = outputs.loss[i].weight * (mann_real)t->seed_scale;
            double value = (double)*mann_value(loss[i]) * (double)seed[i];
            t->slot_loss[slot] += value;
            if (!isfinite(value)) {
                char place[128] = "the loss";
                mann_tape_find_nonfinite(worker->tape, place, sizeof place);
                mann_op_fail(worker->tape, &(mann_op){.name = "not finite"}, "%s", place);
                worker->status = MANN_E_DIVERGED;
                return;
            }
        }
        mann_tape_clip(worker->tape, (mann_real)t->config->clip);
        status = mann_tape_backward(worker->tape, outputs.n_losses, loss, seed);
    }
    if (status) {
        worker->status = status;
    }
}

static void run_slot(void *user, int32_t slot, int32_t w)
{
    mann_trainer *t = user;
    memset(t->slot[slot], 0, mann_params_size(t->network->params) * sizeof(mann_real));
    t->slot_loss[slot] = 0;
    int32_t groups = mann_crew_groups(t->crew);
    for (int32_t g = slot; g < groups && !t->crew->worker[w].status; g += MANN_SLOTS) {
        run_group(t, g, slot, &t->crew->worker[w]);
    }
}

static mann_status gather_status(mann_trainer *t)
{
    mann_status status = MANN_OK;
    for (int32_t i = 0; i < mann_pool_threads(t->crew->pool); i++) {
        mann_worker *worker = &t->crew->worker[i];
        if (worker->status && !status) {
            const char *message = mann_tape_message(worker->tape);
            status =
                mann_fail(t->context, worker->status, "update %lld: %s",
                          (long long)t->progress.step + 1, *message ? message : "out of memory");
        }
        worker->status = MANN_OK;
    }
    return status;
}

/* The parameter that holds the first component of the gradient that is not finite. */
static const char *first_bad(const mann_trainer *t)
{
    const mann_params *params = t->network->params;
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        for (size_t n = 0; n < (size_t)info->rows * (size_t)info->cols; n++) {
            if (!isfinite(t->grad[info->offset + n])) {
                return info->name;
            }
        }
    }
    return "a sum over all";
}

static size_t piece_size(const mann_trainer *t, int32_t piece)
{
    size_t left = mann_params_size(t->network->params) - (size_t)piece * MANN_PIECE;
    return left < MANN_PIECE ? left : MANN_PIECE;
}

static void square_piece(void *user, int32_t piece, int32_t worker)
{
    (void)worker;
    mann_trainer *t = user;
    t->optimiser.kernels->square_sum(piece_size(t, piece), t->grad + (size_t)piece * MANN_PIECE,
                                     (mann_real)t->config->clip, &t->piece_square[piece],
                                     &t->piece_bad[piece]);
}

static void sum_piece(void *user, int32_t piece, int32_t worker)
{
    (void)worker;
    mann_trainer *t = user;
    const mann_kernels *k = t->optimiser.kernels;
    size_t first = (size_t)piece * MANN_PIECE, count = piece_size(t, piece);
    const mann_real *slot[MANN_SLOTS];
    for (int32_t i = 0; i < t->slots; i++) {
        slot[i] = t->slot[i] + first;
    }
    k->sum(t->slots, count, slot, t->grad + first);
    square_piece(t, piece, worker);
}

/* Brings the gradient of one parameter down to the bound. */
static void clip_parameter(void *user, int32_t i, int32_t worker)
{
    (void)worker;
    mann_trainer *t = user;
    const mann_param_info *info = mann_params_info(t->network->params, i);
    size_t count = (size_t)info->rows * (size_t)info->cols, bad;
    mann_real *grad = t->grad + info->offset;
    double square;
    t->optimiser.kernels->square_sum(count, grad, (mann_real)t->config->clip, &square, &bad);
    double scale = t->config->clip_each / sqrt(square);
    for (size_t n = 0; n < count && scale < 1; n++) {
        grad[n] *= (mann_real)scale;
    }
}

static void move_piece(void *user, int32_t piece, int32_t worker)
{
    (void)worker;
    mann_trainer *t = user;
    size_t first = (size_t)piece * MANN_PIECE, count = piece_size(t, piece);
    mann_real *value = mann_params_values(t->network->params);
    mann_optimiser_apply(&t->optimiser, &t->update, first, count, t->grad, value);
    if (t->average) {
        t->optimiser.kernels->average(count, (mann_real)t->config->average, value + first,
                                      t->average + first);
    }
}

static void refresh_piece(void *user, int32_t piece, int32_t worker)
{
    (void)worker;
    mann_trainer *t = user;
    mann_params_refresh_part(t->network->params, piece, t->pieces);
}

mann_status mann_trainer_step(mann_trainer *t, mann_progress *progress)
{
    size_t size = mann_params_size(t->network->params);
    mann_status status = mann_crew_draw(t->crew, t->config->batch, draw_example, t);
    if (status) {
        return status;
    }
    double targets = mann_crew_targets(t->crew);
    t->seed_scale = 1 / (targets > 0 ? targets : t->crew->count);
    int32_t groups = mann_crew_groups(t->crew);
    int32_t slots = groups < MANN_SLOTS ? groups : MANN_SLOTS;
    mann_pool_run(t->crew->pool, slots, run_slot, t);
    status = gather_status(t);
    if (status) {
        return status;
    }
    t->slots = slots;
    mann_pool_run(t->crew->pool, t->pieces, sum_piece, t);
    if (t->config->clip_each > 0) {
        mann_pool_run(t->crew->pool, mann_params_number(t->network->params), clip_parameter, t);
        mann_pool_run(t->crew->pool, t->pieces, square_piece, t);
    }
    double square = 0;
    size_t bad = 0;
    for (int32_t i = 0; i < t->pieces; i++) {
        square += t->piece_square[i];
        bad += t->piece_bad[i];
    }
    if (bad) {
        return mann_fail(t->context, MANN_E_DIVERGED,
                         "update %lld: %zu of %zu gradient components are not finite, the first "
                         "that of %s",
                         (long long)t->progress.step + 1, bad, size, first_bad(t));
    }
    t->progress.loss = 0;
    for (int32_t i = 0; i < slots; i++) {
        t->progress.loss += t->slot_loss[i];
    }
    t->progress.grad_norm = sqrt(square);
    t->progress.lr = mann_rate_at(&t->rate, (double)t->progress.sequences, t->lr_scale);
    t->update = mann_optimiser_begin(&t->optimiser, t->progress.lr, t->progress.grad_norm);
    mann_pool_run(t->crew->pool, t->pieces, move_piece, t);
    mann_pool_run(t->crew->pool, t->pieces, refresh_piece, t);
    t->progress.step++;
    t->progress.sequences += t->config->batch;
    t->network->trained = (double)t->progress.sequences;
    *progress = t->progress;
    return MANN_OK;
}

static void swap_average(mann_trainer *t)
{
    if (!t->average) {
        return;
    }
    mann_real *value = mann_params_values(t->network->params);
    for (size_t i = 0; i < mann_params_size(t->network->params); i++) {
        mann_real kept = value[i];
        value[i] = t->average[i];
        t->average[i] = kept;
    }
}

mann_status mann_trainer_validate(mann_trainer *t, bool harder, mann_score *score)
{
    const mann_task *task = harder ? t->harder : t->lesson[t->progress.lesson];
    *score = (mann_score){0};
    if (!task) {
        return MANN_OK;
    }
    swap_average(t);
    /* Harder sequences are long; a quarter of them costs about as much and tells as much. */
    int32_t sequences = t->config->validate_sequences;
    sequences = harder ? (sequences + 3) / 4 : sequences;
    sequences = mann_task_sequences(task, MANN_SPLIT_VALIDATION, sequences);
    mann_status status = mann_crew_evaluate(t->validation_crew, task, MANN_SPLIT_VALIDATION,
                                            t->network->experiment->seed, sequences, score);
    swap_average(t);
    if (!harder) {
        t->validated_targets = t->validation_crew->evaluated_targets;
    }
    return status;
}

const mann_progress *mann_trainer_progress(const mann_trainer *t)
{
    return &t->progress;
}

void mann_trainer_profile(mann_trainer *t, mann_profile *profile)
{
    mann_tape_profile(t->crew->worker[0].tape, profile);
}
