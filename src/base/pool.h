/* A pool of threads that share out numbered pieces of work. */
#ifndef MANN_BASE_POOL_H
#define MANN_BASE_POOL_H

#include <mann/base.h>

typedef struct mann_pool mann_pool;

/* piece: 0..pieces-1; worker: 0..threads-1, unique among the calls that run at one time. */
typedef void mann_pool_function(void *user, int32_t piece, int32_t worker);

/* threads >= 1; the caller of mann_pool_run is worker 0, so threads - 1 are started. */
mann_pool *mann_pool_alloc(mann_context *context, int32_t threads);
void mann_pool_free(mann_pool *pool);
int32_t mann_pool_threads(const mann_pool *pool);

/* Calls function for every piece and returns when all are done. */
void mann_pool_run(mann_pool *pool, int32_t pieces, mann_pool_function *function, void *user);

#endif
