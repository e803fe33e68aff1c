#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_long seen;
static long armed_at;
static bool armed_on, armed_json;
static atomic_bool fired;

static void arm(long at, bool on, bool json)
{
    armed_at = at;
    armed_on = on;
    armed_json = json;
    atomic_store(&seen, 0);
    atomic_store(&fired, false);
}

void faults_arm(long at, bool on)
{
    arm(at, on, false);
}

void faults_arm_json(long at)
{
    arm(at, false, true);
}

bool faults_fired(void)
{
    return atomic_load(&fired);
}

static _Thread_local bool in_json;

static bool fails(void)
{
    if (in_json != armed_json) {
        return false;
    }
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

static atomic_bool jumps;

void faults_jump(void)
{
    atomic_store(&jumps, true);
}

static time_t jump(void)
{
    static atomic_uint asked;
    enum { YEAR = 365 * 24 * 3600 };
    return !atomic_load(&jumps) ? 0 : atomic_fetch_add(&asked, 1) % 2 ? YEAR : -YEAR;
}

time_t __real_time(time_t *to);
time_t __wrap_time(time_t *to);
time_t __wrap_time(time_t *to)
{
    time_t now = __real_time(NULL) + jump();
    if (to) {
        *to = now;
    }
    return now;
}

int __real_clock_gettime(clockid_t clock, struct timespec *to);
int __wrap_clock_gettime(clockid_t clock, struct timespec *to);
int __wrap_clock_gettime(clockid_t clock, struct timespec *to)
{
    int error = __real_clock_gettime(clock, to);
    if (clock == CLOCK_REALTIME) {
        to->tv_sec += jump();
    }
    return error;
}

static json_malloc_t lent;

static void *allocate_for_json(size_t size)
{
    in_json = true;
    void *memory = lent(size);
    in_json = false;
    return memory;
}

void __real_json_set_alloc_funcs(json_malloc_t allocate, json_free_t release);
void __wrap_json_set_alloc_funcs(json_malloc_t allocate, json_free_t release);
void __wrap_json_set_alloc_funcs(json_malloc_t allocate, json_free_t release)
{
    lent = allocate;
    __real_json_set_alloc_funcs(allocate_for_json, release);
}

/* Nothing here is to survive the machine: a test of thousands of runs need not wait for a disk. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    (void)file;
    return 0;
}

WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),
     (thread, attributes, start, argument), EAGAIN)
