/* The world of the task story: people go from place to place, take things and put them down. */
#ifndef MANN_TASKS_STORIES_WORLD_H
#define MANN_TASKS_STORIES_WORLD_H

#include "text.h"

enum {
    MANN_WORLD_PERSONS = 8,
    MANN_WORLD_PLACES = 8,
    MANN_WORLD_THINGS = 6,
    MANN_WORLD_HANDS = 3,   /* things that a person holds at most */
    MANN_WORLD_FACTS = 200, /* sentences that change something, and remarks that do not */
    MANN_WORLD_WORDS = 8    /* of a sentence or question */
};

/* Sentences are known by their number in the story, from 0. */
typedef struct mann_visit {
    int32_t place, move; /* the sentence that says who went there with the thing */
    int32_t taken, from; /* those that say that they had taken it, and where */
} mann_visit;

/* What is known from a story so far. */
typedef struct mann_world {
    const mann_words *words;
    mann_rng *rng;
    mann_story_example *out;         /* where the story is written */
    int32_t persons, places, things; /* how many of them there are */
    int32_t sentences;
    struct {
        int32_t place, move; /* where, or -1 if that was never said; and the sentence that did */
        int32_t holds;       /* number of things */
    } person[MANN_WORLD_PERSONS];
    struct {
        int32_t holder, change; /* -1: nobody; the sentence that last took it or put it down */
        int32_t where;          /* the sentence that says where whoever did that is, or was */
        int32_t visits;         /* 0: never mentioned, so it may be anywhere */
        mann_visit visit[MANN_WORLD_FACTS];
    } thing[MANN_WORLD_THINGS];
    int8_t hand[2 * MANN_WORLD_FACTS]; /* the person whose things a sentence changes, or -1 */
} mann_world;

/* Names, which are also answers. */
const char *mann_world_place(int32_t place);
const char *mann_world_thing(int32_t thing);
/* Every word that a story can have. */
void mann_world_words(mann_words *words);

/* Nothing is known. words, rng, out and the numbers are set. */
void mann_world_begin(mann_world *w);
/* Uniform in 0 .. n-1. */
int32_t mann_world_below(mann_world *w, int32_t n);
/* Writes a text into row [MANN_WORLD_WORDS], where %p is person p, %l place l and %t thing t. */
void mann_world_say(const mann_world *w, const char *text, int32_t p, int32_t l, int32_t t,
                    int32_t *row);

/* What happens; each is a sentence of the story. */
void mann_world_remark(mann_world *w);
void mann_world_go(mann_world *w, int32_t p, int32_t place);
void mann_world_go_anywhere(mann_world *w, int32_t p);
void mann_world_take(mann_world *w, int32_t p, int32_t t);
/* Something that may happen to person p, with things or without. */
void mann_world_happen(mann_world *w, int32_t p, bool things);

/* Pairs to draw one from. */
typedef struct mann_choices {
    int32_t count;
    int32_t a[MANN_WORLD_FACTS * MANN_WORLD_THINGS], b[MANN_WORLD_FACTS * MANN_WORLD_THINGS];
} mann_choices;

void mann_choices_add(mann_choices *c, int32_t a, int32_t b);
/* Persons and things that they may take, or that they hold; of person p only, or of anybody if p
 * is -1. */
void mann_world_takes(const mann_world *w, int32_t p, mann_choices *c);
void mann_world_held(const mann_world *w, int32_t p, mann_choices *c);
/* Where a thing is; -1 if it was never mentioned. */
int32_t mann_world_place_of(const mann_world *w, int32_t t);

#endif
