/* The tracer: a copy of the network, a thread that runs fixed sequences through it and writes
 * what it saw.
 *
 * How often: every train.trace_every updates at first, then each time training has grown by a
 * tenth, so that the history stays readable and small; and never so often that tracing takes more
 * than BUDGET of the time, the first GRACE seconds of it not counted, so that a run of seconds has
 * a history too. What tracing takes is time of the processor, as a thread that waits costs training
 * nothing. A trace that falls due while the last one is being written is left out. The last weights
 * are always traced. */
#include "run/tracer.h"

#include "base/items.h"

#include "io/file.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUDGET 0.02
#define GRACE 0.2
enum { MOST_TRACED = 16 };

struct mann_tracer {
    mann_context *log;     /* the run's, for warnings */
    mann_context *context; /* the thread's own */
    mann_network *network; /* the thread's own */
    char folder[MANN_PATH_SIZE], run[128];
    int32_t every, count;
    uint64_t seed;
    struct {
        char setting[256];
        mann_task *task;
    } traced[MOST_TRACED];

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool started, quit;
    bool busy; /* weights were handed over and are not yet traced */
    int64_t step, sequences, next_step, last_step;
    double spent, idle_until; /* seconds of the processor; by the clock */
    bool failed;
};

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double now(void)
{
    return seconds(CLOCK_MONOTONIC);
}

static mann_status trace_one(mann_tracer *t, int32_t i, int64_t step, int64_t sequences)
{
    mann_example example;
    mann_trace *trace = mann_trace_alloc(t->context);
    mann_status status = trace ? mann_example_init(&example) : MANN_E_NOMEM;
    if (status) {
        mann_trace_free(trace);
        return status;
    }
    float *prediction = NULL;
    status = mann_task_sample(t->traced[i].task, MANN_SPLIT_TEST, t->seed, 0, &example);
    if (!status) {
        size_t size = (size_t)example.steps * (size_t)t->network->task->io.outputs;
        prediction = malloc(size * sizeof *prediction + 1);
        status = prediction ? mann_network_run(t->context, t->network, t->traced[i].task, &example,
                                               prediction, trace)
                            : MANN_E_NOMEM;
    }
    if (!status) {
        char path[MANN_INNER_PATH_SIZE];
        trace->step = step;
        trace->sequences = sequences;
        snprintf(trace->run, sizeof trace->run, "%s", t->run);
        snprintf(path, sizeof path, "%s/traces/%s-s%llu-%09lld.safetensors", t->folder,
                 t->traced[i].setting, (unsigned long long)t->seed, (long long)step);
        status = mann_trace_save(t->context, trace, path);
    }
    free(prediction);
    mann_example_clear(&example);
    mann_trace_free(trace);
    return status;
}

static void *tracer_main(void *argument)
{
    mann_tracer *t = argument;
    pthread_mutex_lock(&t->mutex);
    while (!t->quit || t->busy) {
        if (!t->busy) {
            pthread_cond_wait(&t->changed, &t->mutex);
            continue;
        }
        int64_t step = t->step, sequences = t->sequences;
        pthread_mutex_unlock(&t->mutex);
        double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        mann_status status = MANN_OK;
        for (int32_t i = 0; i < t->count && !status; i++) {
            status = trace_one(t, i, step, sequences);
        }
        double spent = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
        pthread_mutex_lock(&t->mutex);
        t->failed |= status != MANN_OK;
        t->spent += spent;
        t->idle_until = now() + fmin(spent, fmax(t->spent - GRACE, 0)) / BUDGET;
        t->busy = false;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

static mann_status open_tasks(mann_tracer *t, mann_context *context, const char *settings)
{
    mann_items items;
    mann_items_begin(&items, settings, " ");
    for (char *word; (word = mann_items_next(&items));) {
        if (t->count == MOST_TRACED || strlen(word) >= sizeof t->traced[0].setting ||
            strchr(word, '/')) {
            return mann_fail(context, MANN_E_INVAL,
                             "train.trace_settings: '%s' is too long, contains a / or is more "
                             "than the %dth",
                             word, MOST_TRACED);
        }
        mann_task *task = mann_task_open(context, t->network, word);
        if (!task) {
            return mann_context_status(context);
        }
        strcpy(t->traced[t->count].setting, word);
        t->traced[t->count++].task = task;
    }
    return MANN_OK;
}

static void release(mann_tracer *t)
{
    if (t->started) {
        pthread_mutex_destroy(&t->mutex);
        pthread_cond_destroy(&t->changed);
    }
    for (int32_t i = 0; i < t->count; i++) {
        mann_task_free(t->traced[i].task);
    }
    mann_network_free(t->network);
    mann_context_free(t->context);
    free(t);
}

static mann_status prepare(mann_tracer *t, mann_context *context, const mann_network *network)
{
    const mann_train_config *config = &network->experiment->train;
    const char *settings = *config->trace_settings             ? config->trace_settings
                           : network->experiment->task->traced ? network->experiment->task->traced
                                                               : "";
    char traces[MANN_INNER_PATH_SIZE];
    snprintf(traces, sizeof traces, "%s/traces", t->folder);
    t->context = mann_context_alloc();
    t->network = t->context ? mann_network_twin(t->context, network) : NULL;
    if (!t->network) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for traces");
    }
    mann_status status = open_tasks(t, context, settings);
    status = status ? status : mann_folder_make(context, traces);
    if (status || !t->count) {
        return status;
    }
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->started = !pthread_create(&t->thread, NULL, tracer_main, t);
    return t->started ? MANN_OK
                      : mann_fail(context, MANN_E_NOMEM, "could not start the thread of traces");
}

mann_status mann_tracer_start(mann_context *context, const mann_network *network,
                              const char *folder, mann_tracer **tracer)
{
    const mann_train_config *config = &network->experiment->train;
    *tracer = NULL;
    if (!config->trace_every) {
        return MANN_OK;
    }
    mann_tracer *t = calloc(1, sizeof *t);
    if (!t) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for traces");
    }
    t->log = context;
    t->every = config->trace_every;
    t->seed = (uint64_t)config->trace_seed;
    t->last_step = -1;
    snprintf(t->folder, sizeof t->folder, "%s", folder);
    const char *name = strrchr(folder, '/');
    snprintf(t->run, sizeof t->run, "%s", name && name[1] ? name + 1 : folder);
    mann_status status = prepare(t, context, network);
    if (status || !t->started) {
        release(t);
        return status;
    }
    *tracer = t;
    return MANN_OK;
}

/* With the mutex held and the thread idle. */
static void hand_over(mann_tracer *t, const mann_real *values, int64_t step, int64_t sequences)
{
    mann_params *params = t->network->params;
    memcpy(mann_params_values(params), values, mann_params_size(params) * sizeof *values);
    t->network->trained = (double)sequences;
    t->step = t->last_step = step;
    t->sequences = sequences;
    t->next_step = step + (step / 10 > t->every ? step / 10 : t->every);
    t->busy = true;
    pthread_cond_broadcast(&t->changed);
}

void mann_tracer_offer(mann_tracer *t, const mann_real *values, int64_t step, int64_t sequences)
{
    if (!t || step < t->next_step || pthread_mutex_trylock(&t->mutex)) {
        return;
    }
    if (!t->busy && now() >= t->idle_until) {
        hand_over(t, values, step, sequences);
    }
    pthread_mutex_unlock(&t->mutex);
}

void mann_tracer_finish(mann_tracer *t, const mann_real *values, int64_t step, int64_t sequences)
{
    if (!t) {
        return;
    }
    pthread_mutex_lock(&t->mutex);
    while (t->busy) {
        pthread_cond_wait(&t->changed, &t->mutex);
    }
    if (step != t->last_step) {
        hand_over(t, values, step, sequences);
    }
    t->quit = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->mutex);
    pthread_join(t->thread, NULL);
    if (t->failed) {
        mann_log(t->log, MANN_LOG_WARNING, "traces could not be written: %s",
                 mann_context_message(t->context));
    }
    release(t);
}
