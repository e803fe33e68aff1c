/* A list of chunks, each at least twice as large as the one before, so that a workload that
 * repeats itself soon runs without asking the system for memory. Under AddressSanitizer, memory
 * that has not been handed out since the reset is poisoned. */
#include "base/arena.h"

#include <stdlib.h>

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { ALIGNMENT = 64 };

typedef struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes behind the header */
} chunk;

struct mann_arena {
    chunk *first, *current;
};

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static unsigned char *chunk_data(chunk *piece)
{
    return (unsigned char *)piece + round_up(sizeof *piece);
}

static chunk *chunk_alloc(size_t size)
{
    if (size > SIZE_MAX / 4) {
        return NULL;
    }
    chunk *piece = aligned_alloc(ALIGNMENT, round_up(sizeof *piece) + round_up(size));
    if (!piece) {
        return NULL;
    }
    *piece = (chunk){.size = round_up(size)};
    ASAN_POISON_MEMORY_REGION(chunk_data(piece), piece->size);
    return piece;
}

mann_arena *mann_arena_alloc(size_t first_chunk)
{
    mann_arena *arena = calloc(1, sizeof *arena);
    if (!arena) {
        return NULL;
    }
    arena->first = arena->current = chunk_alloc(first_chunk);
    if (!arena->first) {
        free(arena);
        return NULL;
    }
    return arena;
}

void mann_arena_free(mann_arena *arena)
{
    if (!arena) {
        return;
    }
    for (chunk *piece = arena->first, *next; piece; piece = next) {
        next = piece->next;
        ASAN_UNPOISON_MEMORY_REGION(chunk_data(piece), piece->size);
        free(piece);
    }
    free(arena);
}

void *mann_arena_take(mann_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4) {
        return NULL;
    }
    size = round_up(size ? size : 1);
    while (arena->current->size - arena->current->used < size) {
        if (!arena->current->next) {
            size_t doubled = 2 * arena->current->size;
            arena->current->next = chunk_alloc(doubled > size ? doubled : size);
            if (!arena->current->next) {
                return NULL;
            }
        }
        arena->current = arena->current->next;
        arena->current->used = 0;
    }
    void *taken = chunk_data(arena->current) + arena->current->used;
    arena->current->used += size;
    ASAN_UNPOISON_MEMORY_REGION(taken, size);
    return taken;
}

void mann_arena_reset(mann_arena *arena)
{
    for (chunk *piece = arena->first; piece; piece = piece->next) {
        piece->used = 0;
        ASAN_POISON_MEMORY_REGION(chunk_data(piece), piece->size);
        if (piece == arena->current) {
            break;
        }
    }
    arena->current = arena->first;
}
