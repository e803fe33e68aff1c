/* A group of texts word by word, for models that read them so. */
#ifndef MANN_MODEL_STORIES_TEXTS_H
#define MANN_MODEL_STORIES_TEXTS_H

#include <mann/batch.h>

typedef struct mann_texts {
    mann_packed rows; /* of words */
    int32_t *token;   /* [rows] */
    int32_t *end;     /* [B, N]: the row of the last word of each sentence */
} mann_texts;

/* sentence [B, N, W], tokens with zeros after the last word; text b is its first told[b] >= 1
 * sentences. An end word after each sentence; 0: none. On failure of the tape there are no rows. */
mann_texts mann_texts_make(mann_tape *tape, int32_t B, int32_t N, int32_t W,
                           const int32_t *sentence, const int32_t *told, int32_t end_word);

#endif
