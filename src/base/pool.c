/* Workers sleep on a condition between runs. Runs of a training step follow each other within
 * microseconds, so a worker first spins for a moment before it sleeps, and so does the caller
 * while it waits for the last piece. */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SPINS = 2000 };

struct mann_pool {
    int32_t threads;
    pthread_t *thread;
    struct worker_argument {
        mann_pool *pool;
        int32_t worker;
    } * argument;
    pthread_mutex_t mutex;
    pthread_cond_t work;
    bool quit;
    mann_pool_function *function;
    void *user;
    int32_t pieces;
    atomic_int next;        /* piece to hand out */
    atomic_int busy;        /* workers that have not finished the present run */
    atomic_uint generation; /* of runs */
};

static void work(mann_pool *pool, int32_t worker)
{
    for (;;) {
        int32_t piece = atomic_fetch_add(&pool->next, 1);
        if (piece >= pool->pieces) {
            return;
        }
        pool->function(pool->user, piece, worker);
    }
}

static void relax(int spin)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#endif
    if (spin % 64 == 63) {
        sched_yield();
    }
}

static void *worker_main(void *argument)
{
    struct worker_argument *mine = argument;
    mann_pool *pool = mine->pool;
    unsigned seen = 0;
    for (;;) {
        for (int spin = 0; spin < SPINS && atomic_load(&pool->generation) == seen; spin++) {
            relax(spin);
        }
        pthread_mutex_lock(&pool->mutex);
        while (atomic_load(&pool->generation) == seen && !pool->quit) {
            pthread_cond_wait(&pool->work, &pool->mutex);
        }
        bool quit = pool->quit;
        seen = atomic_load(&pool->generation);
        pthread_mutex_unlock(&pool->mutex);
        if (quit) {
            return NULL;
        }
        work(pool, mine->worker);
        atomic_fetch_sub(&pool->busy, 1);
    }
}

mann_pool *mann_pool_alloc(mann_context *context, int32_t threads)
{
    mann_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a pool of %d threads", threads);
        return NULL;
    }
    pool->threads = 1;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pool->thread = calloc((size_t)threads, sizeof *pool->thread);
    pool->argument = calloc((size_t)threads, sizeof *pool->argument);
    bool good = pool->thread && pool->argument;
    for (int32_t i = 1; good && i < threads; i++) {
        pool->argument[i].pool = pool;
        pool->argument[i].worker = i;
        int error = pthread_create(&pool->thread[i], NULL, worker_main, &pool->argument[i]);
        if (error) {
            mann_fail(context, MANN_E_NOMEM, "could not start thread %d of %d: %s", i + 1, threads,
                      strerror(error));
            mann_pool_free(pool);
            return NULL;
        }
        pool->threads = i + 1;
    }
    if (!good) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a pool of %d threads", threads);
        mann_pool_free(pool);
        return NULL;
    }
    return pool;
}

void mann_pool_free(mann_pool *pool)
{
    if (!pool) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->quit = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (int32_t i = 1; i < pool->threads; i++) {
        pthread_join(pool->thread[i], NULL);
    }
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->thread);
    free(pool->argument);
    free(pool);
}

int32_t mann_pool_threads(const mann_pool *pool)
{
    return pool->threads;
}

void mann_pool_run(mann_pool *pool, int32_t pieces, mann_pool_function *function, void *user)
{
    pool->function = function;
    pool->user = user;
    pool->pieces = pieces;
    atomic_store(&pool->next, 0);
    if (pool->threads > 1 && pieces > 1) {
        pthread_mutex_lock(&pool->mutex);
        atomic_store(&pool->busy, pool->threads - 1);
        atomic_fetch_add(&pool->generation, 1);
        pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->mutex);
        work(pool, 0);
        for (int spin = 0; atomic_load(&pool->busy) > 0; spin++) {
            relax(spin);
        }
    } else {
        work(pool, 0);
    }
}
