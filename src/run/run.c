/* Training in a folder: update, validate, keep BEST and LATEST, know when to stop.
 *
 * What decides the course of training depends on the updates alone; the clock only decides when
 * files are written and when a time limit ends it. So a run that was killed and resumed ends with
 * the same weights as one that was not. BEST is kept in memory when validation finds it and
 * written before LATEST, so that what LATEST remembers of it is never ahead of the file.
 *
 * A run begins with a checkpoint of its first weights, which --init may have given, and only then
 * gets its run.json: where that stands, LATEST does too, and resuming never starts over. */
#include "run/folder.h"
#include "run/tracer.h"

#include "io/safetensors.h"

#include <inttypes.h>
#include <mann/run.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WATCH_SECONDS 0.1
/* Stands for "no cost yet". */
#define NO_COST 1e15

/* What LATEST remembers of a run beside the trainer. */
typedef struct state {
    double best_cost; /* of BEST, at training's setting and the harder one */
    bool best_solved, best_solved_harder;
    int64_t best_step, best_sequences;
    int64_t stale; /* validations since BEST */
    bool solved;   /* at least once */
    double loss_sum;
    int64_t losses; /* in loss_sum */
    double seconds; /* of training */
} state;

#define MEMO(name, kind)                                                                           \
    {                                                                                              \
#name, MANN_MEMO_##kind, offsetof(state, name)                                             \
    }
static const mann_memo memo[] = {
    MEMO(best_cost, REAL),
    MEMO(best_solved, BOOL),
    MEMO(best_solved_harder, BOOL),
    MEMO(best_step, COUNT),
    MEMO(best_sequences, COUNT),
    MEMO(stale, COUNT),
    MEMO(solved, BOOL),
    MEMO(loss_sum, REAL),
    MEMO(losses, COUNT),
    MEMO(seconds, REAL),
    {0},
};

typedef struct run {
    mann_context *context;
    const mann_run_options *options;
    mann_network *network;
    mann_trainer *trainer;
    mann_folder folder;
    mann_tracer *tracer;
    mann_conditions until, solved;
    state state;     /* its seconds are those before this start */
    mann_real *best; /* weights of BEST */
    bool best_unsaved;
    double started, last_saved, last_watched;
    int64_t last_watched_sequences;
    int64_t update; /* the one that is being made, or was made last */
    mann_event event;
    mann_stop stop;
    bool until_met;
} run;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double seconds(const run *r)
{
    return r->state.seconds + now() - r->started;
}

const char *mann_stop_name(mann_stop stop)
{
    static const char *const names[] = {"running", "settled", "until",   "sequences",
                                        "time",    "signal",  "diverged"};
    return names[stop];
}

static mann_status save_best(run *r)
{
    char name[64], path[MANN_INNER_PATH_SIZE];
    if (!r->best_unsaved) {
        return MANN_OK;
    }
    mann_folder_step_name(r->state.best_step, name, sizeof name);
    snprintf(path, sizeof path, "%s/checkpoints/%s", r->folder.path, name);
    mann_status status = mann_checkpoint_save_weights(
        r->context, r->network, r->best, r->state.best_step, r->state.best_sequences, path);
    status = status ? status : mann_folder_point(&r->folder, "BEST", r->state.best_step);
    r->best_unsaved = status != MANN_OK;
    return status;
}

static mann_status save(run *r)
{
    char name[64], path[MANN_INNER_PATH_SIZE];
    state now_is = r->state;
    int64_t step = mann_trainer_progress(r->trainer)->step;
    now_is.seconds = seconds(r);
    mann_status status = save_best(r);
    mann_folder_step_name(step, name, sizeof name);
    snprintf(path, sizeof path, "%s/checkpoints/%s", r->folder.path, name);
    status = status ? status : mann_checkpoint_save(r->trainer, path, memo, &now_is);
    status = status ? status : mann_folder_point(&r->folder, "LATEST", step);
    if (!status) {
        mann_folder_thin(&r->folder, step, r->state.best_step);
        status = mann_folder_describe(&r->folder, r->network->experiment,
                                      mann_trainer_progress(r->trainer), now_is.seconds,
                                      mann_stop_name(r->stop), NULL);
    }
    r->last_saved = now();
    return status;
}

/* The cost that BEST minimises: at training's setting, and at the harder one if there is one. */
static double cost_of(const mann_event *event)
{
    double cost =
        event->score.count ? mann_score_get(&event->score, event->score.metric[0].name) : NAN;
    if (event->harder.count) {
        cost += mann_score_get(&event->harder, event->harder.metric[0].name);
    }
    return cost;
}

static bool all_hold(const mann_conditions *conditions, const mann_event *event)
{
    bool hold = true;
    for (int32_t i = 0; i < conditions->count; i++) {
        const mann_condition *c = &conditions->condition[i];
        hold = hold &&
               mann_condition_holds(c, !strcmp(c->at, "harder") ? &event->harder : &event->score);
    }
    return hold;
}

/* Whether a score is what the task calls solved. */
static bool solves(const run *r, const mann_score *score)
{
    bool hold = r->solved.count > 0;
    for (int32_t i = 0; i < r->solved.count; i++) {
        hold = hold && mann_condition_holds(&r->solved.condition[i], score);
    }
    return hold;
}

/* Weights that solve the task at training's setting come before those that do not, whatever the
 * harder setting costs; among equals the lower cost counts. */
static void keep_if_best(run *r)
{
    double cost = cost_of(&r->event);
    bool solved = solves(r, &r->event.score);
    bool better = solved > r->state.best_solved ||
                  (solved == r->state.best_solved && cost < r->state.best_cost);
    if (better && isfinite(cost)) {
        mann_trainer *t = r->trainer;
        r->state.best_cost = cost;
        r->state.best_solved = solved;
        r->state.best_solved_harder = solves(r, &r->event.harder);
        r->state.best_step = t->progress.step;
        r->state.best_sequences = t->progress.sequences;
        r->state.stale = 0;
        memcpy(r->best, t->average ? t->average : mann_params_values(r->network->params),
               mann_params_size(r->network->params) * sizeof *r->best);
        r->best_unsaved = true;
    } else {
        r->state.stale++;
    }
}

/* Curriculum and the halving schedule follow the validation. Every score begins with the sum of the
 * cost over its sequences: bits, or squared errors. */
static void adapt(run *r)
{
    mann_trainer *t = r->trainer;
    double cost = r->event.score.count ? r->event.score.metric[0].sum : NAN;
    double per_number = cost / t->validated_targets;
    if (t->progress.lesson + 1 < t->lessons && per_number <= t->config->lesson_threshold) {
        t->progress.lesson++;
        r->state.stale = 0;
        r->state.best_cost = NO_COST; /* costs of different lessons do not compare */
        r->state.best_solved = r->state.best_solved_harder = false;
    } else if (t->config->schedule == MANN_SCHEDULE_HALVE && r->state.stale > 0 &&
               r->state.stale % t->config->patience == 0) {
        t->lr_scale /= 2;
    }
}

static bool schedule_ended(const mann_trainer *t)
{
    bool falling =
        t->config->schedule == MANN_SCHEDULE_LINEAR || t->config->schedule == MANN_SCHEDULE_COSINE;
    return falling && (double)t->progress.sequences >= t->rate.decay;
}

/* Validations without improvement after which training has settled: more while the best weights do
 * not solve the harder setting, since that often comes late. */
static double patience_of(const run *r)
{
    return r->trainer->config->settle * (r->state.best_solved_harder ? 1.0 : 4.0);
}

static void decide(run *r)
{
    mann_trainer *t = r->trainer;
    bool last_lesson = t->progress.lesson + 1 == t->lessons;
    if (last_lesson && solves(r, &r->event.score)) {
        r->state.solved = true;
    }
    r->until_met = r->until.count && last_lesson && all_hold(&r->until, &r->event);
    if (r->until_met) {
        r->stop = MANN_STOP_UNTIL;
    } else if (!r->until.count && r->state.solved &&
               (r->state.stale >= patience_of(r) || schedule_ended(t))) {
        r->stop = MANN_STOP_SETTLED;
    }
}

static mann_status score(run *r)
{
    mann_status status = mann_trainer_validate(r->trainer, false, &r->event.score);
    status = status ? status : mann_trainer_validate(r->trainer, true, &r->event.harder);
    r->event.seconds = seconds(r);
    r->event.validated = !status;
    return status;
}

/* The loss of a line is the mean since the line before: of one minibatch it says little. */
static mann_status append(run *r)
{
    mann_progress progress = r->event.progress;
    progress.loss = r->state.loss_sum / (double)r->state.losses;
    return mann_folder_append(&r->folder, &progress, r->event.seconds, &r->event.score,
                              &r->event.harder);
}

static mann_status validate(run *r)
{
    mann_status status = score(r);
    if (!status) {
        keep_if_best(r);
        decide(r);
        adapt(r);
        status = append(r);
        r->state.loss_sum = r->state.losses = 0;
    }
    return status;
}

/* Of training that ends, or ends again, without a validation since it began or was resumed: a look
 * at the scores that leaves no trace in what training goes by, so that going on later is as if it
 * had never stopped. A line about it is written only where there is no other. */
static mann_status validate_late(run *r)
{
    mann_status status = score(r);
    if (!status) {
        bool last_lesson = r->trainer->progress.lesson + 1 == r->trainer->lessons;
        r->until_met = r->until.count && last_lesson && all_hold(&r->until, &r->event);
        r->stop = r->until_met ? MANN_STOP_UNTIL : r->stop;
    }
    bool first = r->event.progress.step < r->trainer->config->validate_every;
    return status || !first ? status : append(r);
}

static void watch(run *r)
{
    double time = now(), since = time - r->last_watched;
    bool due = since >= WATCH_SECONDS || r->event.validated;
    if (!due) {
        return;
    }
    if (since >= WATCH_SECONDS) {
        int64_t seen = r->event.progress.sequences - r->last_watched_sequences;
        r->event.sequences_rate = (double)seen / since;
        r->last_watched = time;
        r->last_watched_sequences = r->event.progress.sequences;
    }
    r->event.seconds = seconds(r);
    if (r->options->watch) {
        r->options->watch(r->options->user, &r->event);
    }
    r->event.validated = false;
}

static void check_limits(run *r)
{
    if (r->stop) {
        return;
    }
    if (r->options->interrupted && *r->options->interrupted) {
        r->stop = MANN_STOP_SIGNAL;
    } else if ((double)r->trainer->progress.sequences >= r->event.limit) {
        r->stop = MANN_STOP_SEQUENCES;
    } else if (r->options->max_seconds > 0 && now() - r->started >= r->options->max_seconds) {
        r->stop = MANN_STOP_TIME;
    }
}

/* The minibatch that broke training, for whoever wants to know why. */
static mann_status save_batch(run *r)
{
    char path[MANN_INNER_PATH_SIZE];
    const mann_crew *crew = r->trainer->crew;
    size_t capacity = (size_t)crew->count * MANN_MAX_ARRAYS;
    mann_stored *tensor = calloc(capacity ? capacity : 1, sizeof *tensor);
    if (!tensor) {
        return mann_fail(r->context, MANN_E_NOMEM, "out of memory for the offending minibatch");
    }
    int32_t count = 0;
    for (int32_t i = 0; i < crew->count; i++) {
        const mann_example *example = &crew->example[i];
        for (int32_t a = 0; a < example->n_arrays; a++) {
            const mann_array *array = &example->array[a];
            mann_stored *t = &tensor[count++];
            snprintf(t->name, sizeof t->name, "example%d.%s", i, array->name);
            t->dtype = array->type == MANN_REAL ? MANN_F32 : MANN_I32;
            t->rank = array->rank;
            t->bytes = 4;
            for (int32_t d = 0; d < array->rank; d++) {
                t->shape[d] = array->n[d];
                t->bytes *= (size_t)array->n[d];
            }
            t->data = array->data;
        }
    }
    snprintf(path, sizeof path, "%s/diverged-%09lld.safetensors", r->folder.path,
             (long long)r->update);
    mann_status status = mann_archive_save(r->context, path, count, tensor, NULL);
    free(tensor);
    return status;
}

/* The first parameter with a weight that is not finite, NULL if there is none. An update of finite
 * gradients may have overflowed them, or they began like that. */
static const char *bad_weights(const run *r)
{
    const mann_params *params = r->network->params;
    const mann_real *value = mann_params_values(r->network->params);
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        for (size_t n = 0; n < (size_t)info->rows * (size_t)info->cols; n++) {
            if (!isfinite(value[info->offset + n])) {
                return info->name;
            }
        }
    }
    return NULL;
}

/* LATEST is never worse than what it replaces. */
static mann_status save_good(run *r)
{
    const char *bad = bad_weights(r);
    return bad ? mann_fail(r->context, MANN_E_DIVERGED, "update %lld: it overflowed %s",
                           (long long)r->update, bad)
               : save(r);
}

/* Where what is needed to look into it is. */
static void describe_loss(const run *r, const char *bad, char *text, size_t size)
{
    if (!bad) {
        snprintf(text, size, "the last good weights and the minibatch are in %s", r->folder.path);
    } else if (r->state.best_step >= 1) {
        snprintf(text, size,
                 "%s is not finite; the last good weights (BEST, step %lld) and the minibatch are "
                 "in %s",
                 bad, (long long)r->state.best_step, r->folder.path);
    } else {
        snprintf(text, size, "%s is not finite; the minibatch is in %s", bad, r->folder.path);
    }
}

/* Nothing has changed since the last good update: save that, and what broke it. */
static mann_status diverged(run *r)
{
    char reason[512], kept[MANN_INNER_PATH_SIZE], message[2048];
    const char *bad = bad_weights(r);
    snprintf(reason, sizeof reason, "%s", mann_context_message(r->context));
    r->stop = MANN_STOP_DIVERGED;
    describe_loss(r, bad, kept, sizeof kept);
    snprintf(message, sizeof message, "diverged at %s; %s; try a lower train.lr or train.clip_norm",
             reason, kept);
    mann_status status = bad ? save_best(r) : save(r); /* LATEST is older, or as it was given */
    status = status ? status : save_batch(r);
    status = status
                 ? status
                 : mann_folder_describe(&r->folder, r->network->experiment, &r->trainer->progress,
                                        seconds(r), mann_stop_name(r->stop), message);
    return status ? status : mann_fail(r->context, MANN_E_DIVERGED, "%s", message);
}

static mann_status loop(run *r)
{
    mann_status status = MANN_OK;
    int64_t first = r->trainer->progress.sequences;
    r->started = r->last_watched = now();
    r->last_watched_sequences = r->trainer->progress.sequences;
    r->event.limit =
        r->options->max_sequences > 0
            ? r->options->max_sequences
            : mann_span_sequences(r->trainer->config->max_sequences, r->network->epoch);
    check_limits(r);
    while (!status && !r->stop) {
        r->update = r->trainer->progress.step + 1;
        status = mann_trainer_step(r->trainer, &r->event.progress);
        if (status) {
            break;
        }
        r->state.loss_sum += r->event.progress.loss;
        r->state.losses++;
        mann_tracer_offer(r->tracer, mann_params_values(r->network->params), r->event.progress.step,
                          r->event.progress.sequences);
        if (r->event.progress.step % r->trainer->config->validate_every == 0) {
            status = validate(r);
        }
        watch(r);
        check_limits(r);
        if (!status && !r->stop && now() - r->last_saved >= r->trainer->config->save_seconds) {
            status = save_good(r);
        }
    }
    if (r->event.sequences_rate == 0) { /* over before it was measured */
        r->event.sequences_rate =
            (double)(r->trainer->progress.sequences - first) / (now() - r->started);
    }
    if (!status && r->stop != MANN_STOP_SIGNAL && !r->event.score.count) {
        status = validate_late(r);
        watch(r);
    }
    status = status ? status : save_good(r);
    return status == MANN_E_DIVERGED ? diverged(r) : status;
}

/* BEST is written before LATEST, so after a kill between the two it may be ahead of what LATEST
 * remembers, and thinning would not spare it: BEST goes back to the step that LATEST knows. */
static mann_status restore_best(run *r)
{
    char path[MANN_INNER_PATH_SIZE];
    if (r->state.best_step < 1) {
        snprintf(path, sizeof path, "%s/checkpoints/BEST", r->folder.path);
        remove(path);
        return MANN_OK;
    }
    snprintf(path, sizeof path, "%s@%lld", r->folder.path, (long long)r->state.best_step);
    mann_network *best = mann_network_twin(r->context, r->network);
    mann_status status = best ? mann_checkpoint_weights(r->context, best, path) : MANN_E_NOMEM;
    if (!status) {
        memcpy(r->best, mann_params_values(best->params),
               mann_params_size(best->params) * sizeof *r->best);
        status = mann_folder_point(&r->folder, "BEST", r->state.best_step);
    }
    mann_network_free(best);
    return status;
}

static mann_status restore(run *r)
{
    char file[MANN_INNER_PATH_SIZE];
    mann_status status =
        mann_checkpoint_resolve(r->context, r->folder.path, "LATEST", file, sizeof file);
    status = status ? status : mann_checkpoint_restore(r->trainer, file, memo, &r->state);
    status = status ? status : restore_best(r);
    r->event.progress = r->trainer->progress;
    return status;
}

/* Of a call that returned NULL. */
static mann_status failure(const run *r)
{
    mann_status status = mann_context_status(r->context);
    return status ? status : MANN_E_NOMEM;
}

/* A condition on a metric that the task lacks would never hold. Which there are, one validation
 * sequence tells. */
static mann_status check_until(run *r)
{
    mann_trainer *t = r->trainer;
    for (int32_t i = 0; i < r->until.count; i++) {
        const mann_condition *c = &r->until.condition[i];
        bool harder = !strcmp(c->at, "harder");
        if ((*c->at && !harder) || (harder && !t->harder)) {
            return mann_fail(r->context, MANN_E_INVAL,
                             "'@%s' in the condition: validation is as training%s", c->at,
                             t->harder ? ", or @harder" : "; this task has no @harder");
        }
        mann_score found;
        mann_status status =
            mann_crew_evaluate(t->validation_crew, harder ? t->harder : t->lesson[0],
                               MANN_SPLIT_VALIDATION, r->network->experiment->seed, 1, &found);
        status = status ? status : mann_condition_check(r->context, c, &found);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

static mann_status prepare(run *r, const mann_experiment *experiment)
{
    const mann_run_options *o = r->options;
    const char *solved = mann_experiment_task(experiment)->solved;
    mann_status status = MANN_OK;
    if (o->until) {
        status = mann_conditions_parse(r->context, o->until, &r->until);
    }
    if (!status && solved) {
        status = mann_conditions_parse(r->context, solved, &r->solved);
    }
    if (status) {
        return status;
    }
    r->network = mann_network_alloc(r->context, experiment);
    if (!r->network) {
        return failure(r);
    }
    if (o->init && !o->resume) {
        status = mann_checkpoint_weights(r->context, r->network, o->init);
        if (status) {
            return status;
        }
    }
    /* After the weights: their average starts from them. */
    r->trainer = mann_trainer_alloc(r->context, r->network, o->threads);
    if (!r->trainer) {
        return failure(r);
    }
    r->best = calloc(mann_params_size(r->network->params) + 1, sizeof *r->best);
    if (!r->best) {
        return mann_fail(r->context, MANN_E_NOMEM, "out of memory for the best weights");
    }
    status = check_until(r);
    status = status ? status : mann_folder_open(r->context, &r->folder, o->folder, o->resume);
    r->folder.until = o->until;
    r->folder.epoch = r->network->epoch;
    if (!status && o->resume) {
        status = restore(r);
    }
    /* The first checkpoint, and with it run.json, comes when nothing else can be wrong. */
    status = status ? status : mann_folder_metrics(&r->folder, r->trainer->progress.step);
    status =
        status ? status : mann_tracer_start(r->context, r->network, r->folder.path, &r->tracer);
    r->last_saved = now();
    return status || o->resume ? status : save(r);
}

mann_status mann_run_train(mann_context *context, const mann_experiment *experiment,
                           const mann_run_options *options, mann_run_result *result)
{
    run r = {.context = context,
             .options = options,
             .state = {.best_cost = NO_COST},
             .folder = {.lock = -1}};
    *result = (mann_run_result){0};
    r.started = now();
    mann_status status = prepare(&r, experiment);
    status = status ? status : loop(&r);
    if (r.tracer) {
        mann_tracer_finish(r.tracer, mann_params_values(r.network->params),
                           r.trainer->progress.step, r.trainer->progress.sequences);
    }
    result->stop = r.stop;
    result->until_met = r.until_met;
    result->last = r.event;
    result->best_cost = r.state.best_cost < NO_COST ? r.state.best_cost : NAN;
    result->best_step = r.state.best_step;
    mann_folder_close(&r.folder);
    mann_trainer_free(r.trainer);
    mann_network_free(r.network);
    free(r.best);
    return status;
}
