/* An episode: a trace, and what the panels need to know of all of it, found once. */
#ifndef MANN_SHOW_EPISODE_H
#define MANN_SHOW_EPISODE_H

#include "show/looks.h"
#include <mann/trace.h>

enum { MANN_MAX_FAMILIES = 16 };

/* What addressing makes of a weighting, one stage after the other. */
typedef enum mann_stage {
    MANN_STAGE_SIMILARITY,
    MANN_STAGE_CONTENT,
    MANN_STAGE_GATED,
    MANN_STAGE_SHIFTED,
    MANN_STAGE_FINAL,
    MANN_STAGES
} mann_stage;

/* Some locations of a ring. */
typedef struct mann_stretch {
    int32_t first, count;
} mann_stretch;

/* The values of one group of heads. Those that the model does not have are NULL. */
typedef struct mann_family {
    char name[48];               /* "write", and "read2" for those of the second memory */
    char owner[MANN_GROUP_SIZE]; /* the group of the memory that they act on */
    int32_t memory;              /* its number, from 1 on */
    mann_access access;
    int32_t heads, locations;
    const mann_trace_array *stage[MANN_STAGES]; /* [T, head, location]; FINAL is always there */
    const mann_trace_array *key, *strength, *gate, *shift, *sharpening;
    const mann_trace_array *matrix; /* [T, word, location] of its memory */
    int32_t *peak;                  /* [T][heads]: location of most weight, -1 for none */
    double focus;                   /* mean of the largest weight */
    mann_stretch used;              /* the shortest that holds all locations that any head uses */
    int32_t move;                   /* commonest change of peak from a step to the next, */
    double move_share;              /* and how often; NaN: too few steps */
} mann_family;

typedef struct mann_extent {
    double low, high; /* of the finite numbers; 0, 0 if there are none */
    bool missing;     /* some are not finite */
} mann_extent;

typedef struct mann_episode {
    mann_trace *trace;
    mann_extent *extent; /* of each array of the trace */
    int32_t n_families;
    mann_family family[MANN_MAX_FAMILIES];
    mann_trace_array error; /* output - target where the target counts; data NULL without them */
    int32_t wrong, counted; /* answers on the wrong side, of how many; counted 0: unknown */
    /* The steps that answer whose reading head looks where a writing head was `lag` steps before,
     * for the pair of heads and the lag where they are most; NaN if nothing answers. */
    double match;
    int32_t lag;
} mann_episode;

/* Takes the trace over, also when it fails (NULL, with a message). */
mann_episode *mann_episode_alloc(mann_context *context, mann_trace *trace);
void mann_episode_free(mann_episode *episode);

/* Reads a trace file. NULL with a message. */
mann_episode *mann_episode_load(mann_context *context, const char *path);

mann_extent mann_episode_extent(const mann_episode *episode, const mann_trace_array *array);

/* The array of a role, group and rank; NULL. */
const mann_trace_array *mann_episode_find(const mann_trace *trace, mann_role role,
                                          const char *group, int32_t rank);

/* The group of the memory that a value is of: its own, or what its heads' is within. */
void mann_episode_owner(const mann_trace_array *array, char owner[MANN_GROUP_SIZE]);
/* The number at the end of a memory's group, 1 for none. */
int32_t mann_episode_memory(const char *owner);

/* Sets used[location] where any head uses the family's memory, and leaves it elsewhere. */
void mann_episode_mark_used(const mann_episode *episode, const mann_family *family, bool *used);
/* The shortest stretch of n locations that holds those, with a margin; all of a small memory. */
mann_stretch mann_stretch_find(const bool *used, int32_t n);

/* The family that a weighting belongs to, -1 for none. */
int32_t mann_episode_family(const mann_episode *episode, const mann_trace_array *weights);

/* True where the target counts; everywhere if there is no mask. */
bool mann_episode_counts(const mann_episode *episode, int32_t step);

/* value[step][head][i] of an array [T, head, ...]; NaN where the array is NULL or shorter. */
float mann_episode_value(const mann_trace_array *array, int32_t step, int32_t head, int32_t i);

#endif
