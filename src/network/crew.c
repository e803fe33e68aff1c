/* Rounds of examples, dealt into groups of up to MANN_GROUP.
 *
 * Examples of a round are ordered by length and dealt like cards, so that groups carry about the
 * same work; within a group the longest comes first and those that have ended drop out. Which
 * examples meet in a group depends on the round alone, never on threads. */
#include "network/crew.h"

#include <stdlib.h>
#include <string.h>

mann_crew *mann_crew_alloc(mann_context *context, const mann_network *network, int32_t threads,
                           int32_t capacity)
{
    mann_crew *crew = calloc(1, sizeof *crew);
    if (!crew) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a crew");
        return NULL;
    }
    crew->context = context;
    crew->network = network;
    crew->pool = mann_pool_alloc(context, threads);
    crew->worker = calloc((size_t)threads, sizeof *crew->worker);
    crew->example = calloc((size_t)capacity, sizeof *crew->example);
    crew->order = calloc((size_t)capacity, sizeof *crew->order);
    bool good = crew->pool && crew->worker && crew->example && crew->order;
    for (; good && crew->capacity < capacity; crew->capacity++) {
        good = !mann_example_init(&crew->example[crew->capacity]);
    }
    for (int32_t i = 0; good && i < threads; i++) {
        crew->worker[i].tape = mann_tape_alloc(context);
        good = crew->worker[i].tape != NULL;
    }
    if (!good) {
        mann_crew_free(crew);
        if (mann_context_status(context) != MANN_E_NOMEM) {
            mann_fail(context, MANN_E_NOMEM, "out of memory for a crew");
        }
        return NULL;
    }
    return crew;
}

void mann_crew_free(mann_crew *crew)
{
    if (!crew) {
        return;
    }
    for (int32_t i = 0; crew->worker && crew->pool && i < mann_pool_threads(crew->pool); i++) {
        mann_tape_free(crew->worker[i].tape);
        free(crew->worker[i].prediction);
    }
    for (int32_t i = 0; i < crew->capacity; i++) {
        mann_example_clear(&crew->example[i]);
    }
    mann_pool_free(crew->pool);
    free(crew->worker);
    free(crew->example);
    free(crew->order);
    free(crew);
}

typedef struct drawing {
    mann_crew *crew;
    mann_crew_source *source;
    void *user;
} drawing;

/* Pieces of MANN_GROUP examples. */
static void draw_piece(void *user, int32_t piece, int32_t worker)
{
    const drawing *d = user;
    for (int32_t i = piece * MANN_GROUP; i < d->crew->count && i < (piece + 1) * MANN_GROUP; i++) {
        mann_status status = d->source(d->user, i, &d->crew->example[i]);
        if (status) {
            d->crew->worker[worker].status = status;
        }
    }
}

static mann_status crew_status(mann_crew *crew, const char *doing)
{
    mann_status status = MANN_OK;
    for (int32_t i = 0; i < mann_pool_threads(crew->pool); i++) {
        mann_status mine = crew->worker[i].status;
        if (mine && !status) {
            const char *message = mann_tape_message(crew->worker[i].tape);
            status = mann_fail(crew->context, mine, "%s: %s", doing,
                               *message ? message : "out of memory");
        }
        crew->worker[i].status = MANN_OK;
    }
    return status;
}

/* Longest first; insertion keeps equal lengths in order. Rounds are small. */
static void sort_by_length(mann_crew *crew)
{
    for (int32_t i = 0; i < crew->count; i++) {
        const mann_example *example = &crew->example[i];
        int32_t at = i;
        for (; at > 0 && crew->order[at - 1]->steps < example->steps; at--) {
            crew->order[at] = crew->order[at - 1];
        }
        crew->order[at] = example;
    }
}

/* Card i goes to group i mod groups; groups end up one after the other. */
static void deal(mann_crew *crew)
{
    int32_t groups = mann_crew_groups(crew);
    const mann_example *dealt[MANN_GROUP * 64];
    if (groups > 64) { /* many groups: neighbours in length waste nothing and balance anyway */
        return;
    }
    int32_t at = 0;
    for (int32_t g = 0; g < groups; g++) {
        for (int32_t i = g; i < crew->count; i += groups) {
            dealt[at++] = crew->order[i];
        }
    }
    memcpy(crew->order, dealt, (size_t)at * sizeof *dealt);
}

mann_status mann_crew_draw(mann_crew *crew, int32_t count, mann_crew_source *source, void *user)
{
    drawing d = {crew, source, user};
    crew->count = count;
    mann_pool_run(crew->pool, (count + MANN_GROUP - 1) / MANN_GROUP, draw_piece, &d);
    mann_status status = crew_status(crew, "drawing examples");
    if (!status) {
        sort_by_length(crew);
        deal(crew);
    }
    return status;
}

double mann_crew_targets(const mann_crew *crew)
{
    const mann_io_shape *io = &crew->network->task->io;
    double count = 0;
    for (int32_t i = 0; i < crew->count; i++) {
        const mann_array *mask = mann_example_find(&crew->example[i], "mask");
        const float *value = mask ? mask->data : NULL;
        for (int32_t n = 0; value && n < crew->example[i].steps; n++) {
            count += value[n] != 0;
        }
    }
    bool choice = io->target != MANN_TARGET_BITS && io->target != MANN_TARGET_REAL;
    return choice ? count : count * io->outputs;
}

int32_t mann_crew_groups(const mann_crew *crew)
{
    return (crew->count + MANN_GROUP - 1) / MANN_GROUP;
}

/* Sizes as deal() makes them: the first count mod groups groups have one more. */
mann_batch mann_crew_group(const mann_crew *crew, int32_t g)
{
    int32_t groups = mann_crew_groups(crew), first, size;
    if (groups > 64) {
        first = g * MANN_GROUP;
        size = crew->count - first < MANN_GROUP ? crew->count - first : MANN_GROUP;
    } else {
        int32_t low = crew->count / groups, more = crew->count % groups;
        size = low + (g < more);
        first = g * low + (g < more ? g : more);
    }
    return (mann_batch){size, crew->order + first};
}

mann_status mann_crew_forward(mann_crew *crew, mann_worker *worker, const mann_batch *batch,
                              mann_mode mode, mann_real *grad, mann_outputs *outputs)
{
    const mann_network *network = crew->network;
    for (int32_t b = 0; b < batch->size; b++) {
        worker->index[b] = batch->example[b]->index;
    }
    mann_status status = mann_network_ready(network, worker->tape, mode, grad,
                                            batch->example[0]->seed, worker->index);
    if (status) {
        return status;
    }
    *outputs = (mann_outputs){0};
    network->experiment->model->forward(network->model, worker->tape, batch, outputs);
    worker->hardened |= mann_tape_hardened(worker->tape);
    return mann_tape_status(worker->tape);
}

const float *mann_crew_prediction(mann_crew *crew, mann_worker *worker, const mann_batch *batch,
                                  const mann_outputs *outputs, int32_t b)
{
    /* Examples with fewer places than the longest of the group have theirs first. */
    int32_t steps = batch->example[b]->steps;
    int32_t width = mann_io_outputs(&crew->network->task->io, batch->example[b]);
    size_t size = (size_t)steps * (size_t)width;
    if (size > worker->prediction_size) {
        float *grown = realloc(worker->prediction, size * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        worker->prediction = grown;
        worker->prediction_size = size;
    }
    for (int32_t t = 0; t < steps; t++) {
        const mann_real *row =
            mann_value(outputs->prediction) +
            (size_t)(outputs->rows.start[t] + b) * (size_t)outputs->prediction->stride[0];
        for (int32_t i = 0; i < width; i++) {
            worker->prediction[(size_t)t * (size_t)width + (size_t)i] = (float)row[i];
        }
    }
    return worker->prediction;
}

typedef struct evaluation {
    mann_crew *crew;
    const mann_task *task;
    mann_split_kind split;
    uint64_t seed;
    int32_t first; /* index of the round's first example */
    mann_score *group_score;
} evaluation;

static mann_status draw_example(void *user, int32_t i, mann_example *out)
{
    const evaluation *e = user;
    return mann_task_sample(e->task, e->split, e->seed, (uint64_t)(e->first + i), out);
}

static void score_group(void *user, int32_t g, int32_t w)
{
    const evaluation *e = user;
    mann_worker *worker = &e->crew->worker[w];
    mann_batch batch = mann_crew_group(e->crew, g);
    mann_outputs outputs;
    mann_score *score = &e->group_score[g];
    score->count = 0;
    mann_status status = mann_crew_forward(e->crew, worker, &batch, MANN_EVALUATE, NULL, &outputs);
    for (int32_t b = 0; !status && b < batch.size; b++) {
        const float *prediction = mann_crew_prediction(e->crew, worker, &batch, &outputs, b);
        if (prediction) {
            mann_task_score(e->task, batch.example[b], prediction, score);
        } else {
            status = MANN_E_NOMEM;
        }
    }
    if (status) {
        worker->status = status;
    }
}

mann_status mann_crew_evaluate(mann_crew *crew, const mann_task *task, mann_split_kind split,
                               uint64_t seed, int32_t sequences, mann_score *score)
{
    mann_score group_score[64];
    evaluation e = {crew, task, split, seed, 0, group_score};
    int32_t round = crew->capacity < 64 * MANN_GROUP ? crew->capacity : 64 * MANN_GROUP;
    *score = (mann_score){0};
    crew->evaluated_targets = 0;
    for (; e.first < sequences; e.first += round) {
        int32_t count = sequences - e.first < round ? sequences - e.first : round;
        mann_status status = mann_crew_draw(crew, count, draw_example, &e);
        if (status) {
            return status;
        }
        int32_t groups = mann_crew_groups(crew);
        crew->evaluated_targets += mann_crew_targets(crew);
        mann_pool_run(crew->pool, groups, score_group, &e);
        status = crew_status(crew, "evaluating");
        if (status) {
            return status;
        }
        for (int32_t g = 0; g < groups; g++) {
            mann_score_merge(score, &group_score[g]);
        }
    }
    return MANN_OK;
}

/* Hard mode must have changed something: what is soft already would be reported as hard. */
static mann_status check_hard(const mann_crew *crew)
{
    bool hardened = !crew->network->hard;
    for (int32_t i = 0; i < mann_pool_threads(crew->pool); i++) {
        hardened |= crew->worker[i].hardened;
    }
    return hardened ? MANN_OK
                    : mann_fail(crew->context, MANN_E_INVAL,
                                "%s makes no soft choices (attention, addressing), so hard ones "
                                "change nothing",
                                mann_experiment_model_name(crew->network->experiment));
}

mann_status mann_network_evaluate(mann_context *context, const mann_network *network,
                                  const mann_task *task, mann_split_kind split, uint64_t seed,
                                  int32_t sequences, int32_t threads, mann_score *score)
{
    mann_crew *crew = mann_crew_alloc(context, network, threads, 16 * MANN_GROUP);
    mann_status status =
        crew ? mann_crew_evaluate(crew, task, split, seed, sequences, score) : MANN_E_NOMEM;
    if (!status && sequences > 0) {
        status = check_hard(crew);
    }
    mann_crew_free(crew);
    return status;
}
