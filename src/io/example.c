/* Examples live in an arena that a reset rewinds: after the longest example of a run has been
 * drawn once, drawing asks the system for nothing. */
#include "base/arena.h"

#include <assert.h>
#include <mann/task.h>
#include <string.h>

enum { FIRST_CHUNK = 1 << 16 };

mann_status mann_example_init(mann_example *example)
{
    *example = (mann_example){.storage = mann_arena_alloc(FIRST_CHUNK)};
    return example->storage ? MANN_OK : MANN_E_NOMEM;
}

void mann_example_reset(mann_example *example)
{
    struct mann_arena *storage = example->storage;
    mann_arena_reset(storage);
    *example = (mann_example){.storage = storage};
}

void mann_example_clear(mann_example *example)
{
    mann_arena_free(example->storage);
    *example = (mann_example){0};
}

static void *add(mann_example *example, const char *name, mann_type type, size_t element,
                 int32_t n0, int32_t n1)
{
    assert(n0 >= 0 && n1 >= 0);
    assert(example->n_arrays < MANN_MAX_ARRAYS);
    assert(!mann_example_find(example, name));
    /* Two factors below 2^31 and one of 4: no overflow of 64 bits, and the arena refuses the rest.
     */
    uint64_t size = (uint64_t)n0 * (uint64_t)(n1 ? n1 : 1) * element;
    void *data = size > SIZE_MAX ? NULL : mann_arena_take(example->storage, (size_t)size);
    if (!data) {
        example->failed = true;
        return NULL;
    }
    memset(data, 0, (size_t)size);
    example->array[example->n_arrays++] =
        (mann_array){.name = name, .type = type, .rank = n1 ? 2 : 1, .n = {n0, n1}, .data = data};
    return data;
}

float *mann_example_real(mann_example *example, const char *name, int32_t n0, int32_t n1)
{
    return add(example, name, MANN_REAL, sizeof(float), n0, n1);
}

int32_t *mann_example_int(mann_example *example, const char *name, int32_t n0, int32_t n1)
{
    return add(example, name, MANN_INT32, sizeof(int32_t), n0, n1);
}

const mann_array *mann_example_find(const mann_example *example, const char *name)
{
    for (int32_t i = 0; i < example->n_arrays; i++) {
        if (!strcmp(example->array[i].name, name)) {
            return &example->array[i];
        }
    }
    return NULL;
}
