/* Arenas: memory that is handed out in order, rewound as a whole and kept for the next round. */
#ifndef MANN_BASE_ARENA_H
#define MANN_BASE_ARENA_H

#include <mann/base.h>

typedef struct mann_arena mann_arena;

/* first_chunk: bytes of the first chunk; later ones double. NULL if memory is short. */
mann_arena *mann_arena_alloc(size_t first_chunk);
void mann_arena_free(mann_arena *arena);

/* size bytes, 64-byte aligned, not cleared; NULL if memory is short. */
void *mann_arena_take(mann_arena *arena, size_t size);

/* Everything taken becomes free for the next round; nothing goes back to the system. */
void mann_arena_reset(mann_arena *arena);

#endif
