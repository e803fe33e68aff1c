/* A group of texts word by word, for models that read them so. */
#ifndef MANN_MODEL_STORIES_TEXTS_H
#define MANN_MODEL_STORIES_TEXTS_H

#include <mann/op.h>

/* Rows 0 .. count-1 of a group, each with a length, in order of length: longest first, so that
 * those that have ended drop out from behind. All lists are scratch memory of the tape. */
typedef struct mann_ranks {
    int32_t count, steps; /* of the longest */
    int32_t *row;         /* [count]: the row of each rank */
    int32_t *rank;        /* [count]: the rank of each row */
    int32_t *active;      /* [steps]: ranks longer than t */
    int32_t *last;        /* [count]: the last step of each rank */
} mann_ranks;

/* length [count], >= 1 each. If memory is short, the tape fails and steps is 0. */
mann_ranks mann_ranks_make(mann_tape *tape, int32_t count, const int32_t *length);

typedef struct mann_texts {
    mann_ranks by_words;
    int32_t **token; /* [steps]: [active] */
    int32_t *end;    /* [B, N]: the step of the last word of each sentence */
} mann_texts;

/* sentence [B, N, W], tokens with zeros behind the last word; text b is its first told[b] >= 1
 * sentences. An end word behind each sentence; 0: none. If memory is short, the tape fails and
 * steps is 0. */
mann_texts mann_texts_make(mann_tape *tape, int32_t B, int32_t N, int32_t W,
                           const int32_t *sentence, const int32_t *told, int32_t end_word);

#endif
