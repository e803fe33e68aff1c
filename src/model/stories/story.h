/* A group of stories as tokens in rows of equal length. */
#ifndef MANN_MODEL_STORIES_STORY_H
#define MANN_MODEL_STORIES_STORY_H

#include "model/outputs.h"

typedef struct mann_stories {
    int32_t sentences, words; /* N, and words of a row */
    int32_t *story;           /* [B, N, words]: the most recent N sentences, oldest first; then 0 */
    int32_t *question;        /* [B, 1, W] */
    int32_t *told;            /* [B]: how many sentences each has, >= 1 */
    int32_t *value; /* [B, N, 1]: what each sentence is the key of; NULL: the task has none */
    int32_t
        *support; /* [B, N]: k for the k-th sentence that the answer rests on, else 0; or NULL */
    mann_var present;      /* [B, N]: 1 where there is a sentence, else 0 */
    mann_packed rows;      /* of the answers, one each */
    mann_var target, mask; /* [B, classes], [B] */
} mann_stories;

/* What follows the words of a sentence: when it was told. Sentence i of n told times counts back
 * from the last, which is 1. With noise, empty memories are thought in between while the tape
 * trains: up to noise n of them, rounded up (Sukhbaatar et al. 2015, section 4.1). */
typedef struct mann_story_time {
    bool told;     /* whether rows have the time as their last word */
    int32_t first; /* the token of time 1 */
    double noise;
} mann_story_time;

/* The ports that a model of stories reads. */
extern const char *const mann_story_ports[];

/* Sentences of the longest story of a group, at most `most`. */
int32_t mann_stories_longest(const mann_batch *batch, int32_t most);

/* Examples must carry story, question, target and mask of the shapes of io; otherwise the tape
 * fails and the lists are NULL. classes >= io->outputs: those behind are never the answer. */
mann_stories mann_stories_pack(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io,
                               int32_t sentences, mann_story_time time, int32_t classes);

/* The sentence that is k-th of those that the answer of each of B stories rests on; N: there is
 * none. The task must tell them. */
void mann_stories_support(const mann_stories *s, int32_t B, int32_t k, int32_t *sentence);

/* For observers: shows p[0..hops-1], [B, 1, N] each, as one value "attention" [hop, sentence]: of a
 * weighting, of gates, or else signed. */
void mann_stories_show(mann_tape *tape, mann_kind kind, int32_t hops, const mann_var *p);

#endif
