/* The world of the task story: what is in it, what may happen, and how that is told. */
#include "world.h"

#include <string.h>

enum { VARIANTS = 4 };

static const char *const person_names[MANN_WORLD_PERSONS] = {"Ada",  "Bela", "Cleo", "Dov",
                                                             "Edda", "Femi", "Gita", "Hugo"};
static const char *const place_names[MANN_WORLD_PLACES] = {
    "attic", "barn", "cellar", "forge", "harbour", "library", "orchard", "tower"};
static const char *const thing_names[MANN_WORLD_THINGS] = {"book", "coin", "key",
                                                           "lamp", "map",  "rope"};

/* %p is a person, %l a place, %t a thing. */
static const char *const go_texts[VARIANTS] = {"%p walks to the %l", "%p goes into the %l",
                                               "%p heads for the %l", "%p returns to the %l"};
static const char *const take_texts[VARIANTS] = {"%p takes the %t", "%p lifts the %t",
                                                 "%p packs the %t here", "%p finds the %t here"};
static const char *const put_texts[VARIANTS] = {"%p leaves the %t", "%p puts the %t down",
                                                "%p forgets the %t here", "%p unpacks the %t"};
static const char *const remark_texts[VARIANTS] = {"%p hums a tune", "%p talks about the %l",
                                                   "%p thinks of the %t", "it rains on the %l"};

const char *mann_world_place(int32_t place)
{
    return place_names[place];
}

const char *mann_world_thing(int32_t thing)
{
    return thing_names[thing];
}

void mann_world_words(mann_words *words)
{
    mann_words_add_texts(words, person_names, MANN_WORLD_PERSONS);
    mann_words_add_texts(words, place_names, MANN_WORLD_PLACES);
    mann_words_add_texts(words, thing_names, MANN_WORLD_THINGS);
    mann_words_add_texts(words, go_texts, VARIANTS);
    mann_words_add_texts(words, take_texts, VARIANTS);
    mann_words_add_texts(words, put_texts, VARIANTS);
    mann_words_add_texts(words, remark_texts, VARIANTS);
}

void mann_world_begin(mann_world *w)
{
    for (int32_t p = 0; p < MANN_WORLD_PERSONS; p++) {
        w->person[p].place = -1;
    }
    for (int32_t t = 0; t < MANN_WORLD_THINGS; t++) {
        w->thing[t].holder = -1;
    }
}

int32_t mann_world_below(mann_world *w, int32_t n)
{
    return (int32_t)mann_rng_below(w->rng, (uint32_t)n);
}

void mann_world_say(const mann_world *w, const char *text, int32_t p, int32_t l, int32_t t,
                    int32_t *row)
{
    const char *end = text + strlen(text), *word;
    for (size_t length; (length = mann_word_next(&text, end, &word));) {
        if (word[0] == '%') {
            word = word[1] == 'p'   ? person_names[p]
                   : word[1] == 'l' ? place_names[l]
                                    : thing_names[t];
            length = strlen(word);
        }
        *row++ = mann_words_find(w->words, word, length);
    }
}

/* The next sentence of the story; returns its number. */
static int32_t tell(mann_world *w, const char *const *texts, int32_t p, int32_t l, int32_t t)
{
    int32_t *row = w->out->story + (size_t)w->sentences * MANN_WORLD_WORDS;
    mann_world_say(w, texts[mann_world_below(w, VARIANTS)], p, l, t, row);
    w->hand[w->sentences] = -1;
    return w->sentences++;
}

void mann_world_remark(mann_world *w)
{
    tell(w, remark_texts, mann_world_below(w, w->persons), mann_world_below(w, w->places),
         mann_world_below(w, w->things));
}

static void arrive(mann_world *w, int32_t t, int32_t place, int32_t move)
{
    mann_visit *v = &w->thing[t].visit[w->thing[t].visits++];
    *v = (mann_visit){place, move, w->thing[t].change, w->thing[t].where};
    w->thing[t].where = move;
}

void mann_world_go(mann_world *w, int32_t p, int32_t place)
{
    int32_t now = tell(w, go_texts, p, place, 0);
    w->person[p].place = place;
    w->person[p].move = now;
    for (int32_t t = 0; t < w->things; t++) {
        if (w->thing[t].holder == p) {
            arrive(w, t, place, now);
        }
    }
}

void mann_world_go_anywhere(mann_world *w, int32_t p)
{
    int32_t places = w->places, at = w->person[p].place;
    int32_t place = mann_world_below(w, at < 0 ? places : places - 1);
    mann_world_go(w, p, place + (at >= 0 && place >= at));
}

int32_t mann_world_place_of(const mann_world *w, int32_t t)
{
    return w->thing[t].visits ? w->thing[t].visit[w->thing[t].visits - 1].place : -1;
}

void mann_world_take(mann_world *w, int32_t p, int32_t t)
{
    int32_t now = tell(w, take_texts, p, 0, t);
    w->hand[now] = (int8_t)p;
    w->person[p].holds++;
    w->thing[t].holder = p;
    w->thing[t].change = now;
    w->thing[t].where = w->person[p].move;
    if (!w->thing[t].visits) {
        arrive(w, t, w->person[p].place, w->person[p].move);
    }
}

static void put(mann_world *w, int32_t p, int32_t t)
{
    int32_t now = tell(w, put_texts, p, 0, t);
    w->hand[now] = (int8_t)p;
    w->person[p].holds--;
    w->thing[t].holder = -1;
    w->thing[t].change = now;
}

/* --- what may happen --- */

void mann_choices_add(mann_choices *c, int32_t a, int32_t b)
{
    c->a[c->count] = a;
    c->b[c->count++] = b;
}

static bool may_take(const mann_world *w, int32_t p, int32_t t)
{
    int32_t at = w->person[p].place, lies = mann_world_place_of(w, t);
    return at >= 0 && w->person[p].holds < MANN_WORLD_HANDS && w->thing[t].holder < 0 &&
           (lies < 0 || lies == at);
}

void mann_world_takes(const mann_world *w, int32_t p, mann_choices *c)
{
    c->count = 0;
    for (int32_t i = 0; i < w->persons; i++) {
        for (int32_t t = 0; t < w->things; t++) {
            if ((p < 0 || i == p) && may_take(w, i, t)) {
                mann_choices_add(c, i, t);
            }
        }
    }
}

void mann_world_held(const mann_world *w, int32_t p, mann_choices *c)
{
    c->count = 0;
    for (int32_t t = 0; t < w->things; t++) {
        if (w->thing[t].holder >= 0 && (p < 0 || w->thing[t].holder == p)) {
            mann_choices_add(c, w->thing[t].holder, t);
        }
    }
}

void mann_world_happen(mann_world *w, int32_t p, bool things)
{
    mann_choices c = {0};
    int32_t what = things ? mann_world_below(w, 4) : 0;
    if (what == 1) {
        mann_world_takes(w, p, &c);
    } else if (what == 2) {
        mann_world_held(w, p, &c);
    }
    if (!c.count) {
        mann_world_go_anywhere(w, p);
        return;
    }
    (what == 1 ? mann_world_take : put)(w, p, c.b[mann_world_below(w, c.count)]);
}
