#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_long seen;
static long armed_at;
static bool armed_on;
static atomic_bool fired;

void faults_arm(long at, bool on)
{
    armed_at = at;
    armed_on = on;
    atomic_store(&seen, 0);
    atomic_store(&fired, false);
    json_set_alloc_funcs(malloc, free); /* the wrapped ones */
}

bool faults_fired(void)
{
    return atomic_load(&fired);
}

static bool fails(void)
{
    long number = atomic_fetch_add(&seen, 1) + 1;
    bool now = armed_at && (armed_on ? number >= armed_at : number == armed_at);
    if (now) {
        atomic_store(&fired, true);
        errno = ENOMEM;
    }
    return now;
}

#define WRAP(type, name, parameters, arguments, failure)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails() ? (failure) : __real_##name arguments;                                      \
    }

WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), NULL)
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size), NULL)
WRAP(char *, strdup, (const char *text), (text), NULL)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WRAP(FILE *, fdopen, (int file, const char *mode), (file, mode), NULL)
WRAP(DIR *, opendir, (const char *path), (path), NULL)
WRAP(int, pthread_create,
     (pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),
     (thread, attributes, start, argument), EAGAIN)
