/* Stories of a small world, drawn without end: people go from place to place, take things and put
 * them down, and a question asks what follows.
 *
 *   kind      question                               sentences that the answer rests on
 *   one       where is Ada                           her last move
 *   two       where is the lamp                      who took it, and where they went
 *   three     where was the lamp before the barn     where it was, that it was taken, where it went
 *   yes-no    is Ada in the barn                     her last move
 *   count     how many things does Ada hold          what she took and put down
 *   list      which things does Ada hold             what she took and put down
 *
 * `facts` sentences change the world and `distractors` remarks do not; they are mixed. What happens
 * is drawn at random among what may happen; only when so few sentences are left that there might
 * be nothing to ask, what is still missing happens (see missing and complete). Then one of the
 * questions that the story answers is drawn.
 *
 * The vocabulary is the whole world's, whatever the options: a network trained on one setting can
 * be tried on any other. These are the kinds of question of Weston et al. 2015 (bAbI tasks 1, 2, 3,
 * 6, 7 and 8), in a world and words of our own. */
#include "world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const numbers[MANN_WORLD_HANDS + 1] = {"none", "one", "two", "three"};

typedef enum question { ONE, TWO, THREE, YES_NO, COUNT, LIST, MIXED } question;
static const char *const kinds[] = {"one",   "two",  "three", "yes-no",
                                    "count", "list", "mixed", NULL};
static const char *const question_texts[] = {"where is %p",
                                             "where is the %t",
                                             "where was the %t before the %l",
                                             "is %p in the %l",
                                             "how many things does %p hold",
                                             "which things does %p hold"};

typedef struct config {
    int32_t kind, persons, places, things;
    mann_range facts, distractors;
} config;

#define FIELD(name) offsetof(config, name)
static const mann_option options[] = {
    {"kind", MANN_OPT_CHOICE, FIELD(kind), "one", 0, 0, kinds, "of question; mixed: any of them"},
    {"facts", MANN_OPT_RANGE, FIELD(facts), "3..10", 1, MANN_WORLD_FACTS, NULL,
     "sentences that change the world"},
    {"distractors", MANN_OPT_RANGE, FIELD(distractors), "0", 0, MANN_WORLD_FACTS, NULL,
     "remarks that do not, anywhere between"},
    {"persons", MANN_OPT_INT, FIELD(persons), "4", 1, MANN_WORLD_PERSONS, NULL,
     "people in the world"},
    {"places", MANN_OPT_INT, FIELD(places), "6", 2, MANN_WORLD_PLACES, NULL, "places they go to"},
    {"things", MANN_OPT_INT, FIELD(things), "3", 1, MANN_WORLD_THINGS, NULL, "things they carry"},
    {0},
};

typedef struct story {
    config config;
    mann_io_shape io;
    mann_words words;
} story;

/* --- questions --- */

/* What the story answers: persons; things; things and the visit after the one asked for. */
static void askable(const mann_world *w, question kind, mann_choices *c)
{
    c->count = 0;
    for (int32_t p = 0; kind != TWO && kind != THREE && p < w->persons; p++) {
        if (w->person[p].place >= 0) {
            mann_choices_add(c, p, 0);
        }
    }
    for (int32_t t = 0; (kind == TWO || kind == THREE) && t < w->things; t++) {
        int32_t last = w->thing[t].visits - 1;
        for (int32_t k = kind == TWO ? last : 1; k >= 0 && k <= last; k++) {
            bool again = false; /* is the thing at this place later once more? */
            for (int32_t later = k + 1; later <= last; later++) {
                again = again || w->thing[t].visit[later].place == w->thing[t].visit[k].place;
            }
            if (!again) {
                mann_choices_add(c, t, k);
            }
        }
    }
}

/* How many sentences it takes at most until there is something to ask. A sentence adds one at most,
 * and what can be asked stays so. */
static int32_t missing(const mann_world *w, question kind)
{
    mann_choices c;
    askable(w, kind, &c);
    if (c.count || (kind != TWO && kind != THREE)) {
        return !c.count;
    }
    mann_world_held(w, -1, &c);
    if (c.count) {
        return 1;
    }
    mann_world_takes(w, -1, &c);
    return (kind == THREE) + (c.count ? 1 : 2);
}

/* The next sentence towards a question. */
static void complete(mann_world *w, question kind)
{
    mann_choices c = {0};
    bool things = kind == TWO || kind == THREE;
    if (things) {
        mann_world_held(w, -1, &c);
        if (c.count) {
            mann_world_go_anywhere(w, c.a[mann_world_below(w, c.count)]);
            return;
        }
        mann_world_takes(w, -1, &c);
        if (c.count) {
            int32_t i = mann_world_below(w, c.count);
            mann_world_take(w, c.a[i], c.b[i]);
            return;
        }
    }
    int32_t p = mann_world_below(w, w->persons), t = mann_world_below(w, w->things);
    if (things && mann_world_place_of(w, t) >= 0) {
        mann_world_go(w, p, mann_world_place_of(w, t)); /* nobody is there, or they could take it */
    } else {
        mann_world_go_anywhere(w, p);
    }
}

static int32_t token(const mann_world *w, const char *word)
{
    return mann_words_find(w->words, word, strlen(word));
}

/* A set of things (bit t: thing t) as one word. */
static void spell_list(uint32_t set, char list[64])
{
    size_t used = 0;
    strcpy(list, set ? "" : "nothing");
    for (int32_t t = 0; t < MANN_WORLD_THINGS; t++) {
        if (set >> t & 1) {
            used += (size_t)snprintf(list + used, 64 - used, "%s%s", used ? "," : "",
                                     mann_world_thing(t));
        }
    }
}

/* The things that person p holds, as a word. */
static int32_t list_of(const mann_world *w, int32_t p)
{
    char list[64];
    uint32_t set = 0;
    for (int32_t t = 0; t < w->things; t++) {
        set |= (uint32_t)(w->thing[t].holder == p) << t;
    }
    spell_list(set, list);
    return token(w, list);
}

static void ask(mann_world *w, question kind)
{
    mann_choices c;
    askable(w, kind, &c);
    assert(c.count);
    int32_t i = mann_world_below(w, c.count), p = c.a[i], t = c.a[i], k = c.b[i], place = 0,
            answer = 0;
    int32_t *support = w->out->support;
    const mann_visit *v = w->thing[kind == TWO || kind == THREE ? t : 0].visit + k;
    switch (kind) {
    case ONE:
    case YES_NO: {
        bool yes = kind == ONE || mann_world_below(w, 2);
        int32_t other = mann_world_below(w, w->places - 1);
        place = yes ? w->person[p].place : other + (other >= w->person[p].place);
        support[w->person[p].move] = 1;
        answer = token(w, kind == ONE ? mann_world_place(place) : yes ? "yes" : "no");
        break;
    }
    case TWO:
        support[w->thing[t].change] = 1;
        support[w->thing[t].where] = 2;
        answer = token(w, mann_world_place(v->place));
        break;
    case THREE:
        place = v->place;
        support[v->taken] = 1;
        support[v->move] = 2;
        support[v->from] = 3;
        answer = token(w, mann_world_place(v[-1].place));
        break;
    default:
        for (int32_t s = 0, order = 0; s < w->sentences; s++) {
            support[s] = w->hand[s] == p ? ++order : 0;
        }
        answer = kind == LIST ? list_of(w, p) : token(w, numbers[w->person[p].holds]);
    }
    mann_world_say(w, question_texts[kind], p, place, t, w->out->question);
    w->out->target[answer] = 1;
}

/* --- the task --- */

/* Every set of things that somebody may hold. */
static void add_lists(mann_words *words)
{
    for (uint32_t set = 0; set < (uint32_t)1 << MANN_WORLD_THINGS; set++) {
        char list[64];
        int32_t count = 0;
        for (uint32_t left = set; left; left &= left - 1) {
            count++;
        }
        if (count <= MANN_WORLD_HANDS) {
            spell_list(set, list);
            mann_words_add(words, list, strlen(list));
        }
    }
}

static void close(void *self)
{
    mann_words_clear(&((story *)self)->words);
}

static mann_status open(mann_context *context, void *self, const void *settings, mann_io_shape *io)
{
    static const int32_t needs[] = {1, 2, 3, 1, 1, 1, 3};
    story *task = self;
    *task = (story){.config = *(const config *)settings};
    const config *c = &task->config;
    if (c->facts.low < needs[c->kind]) {
        return mann_fail(context, MANN_E_INVAL,
                         "task.facts: a story for task.kind=%s has at least %d facts, not %d",
                         kinds[c->kind], needs[c->kind], c->facts.low);
    }
    mann_world_words(&task->words);
    mann_words_add_texts(&task->words, question_texts, MIXED);
    mann_words_add_texts(&task->words, (const char *const[]){"yes", "no"}, 2);
    mann_words_add_texts(&task->words, numbers, MANN_WORLD_HANDS + 1);
    add_lists(&task->words);
    if (task->words.failed) {
        close(task);
        return mann_fail(context, MANN_E_NOMEM, "out of memory for words");
    }
    task->io = (mann_io_shape){.target = MANN_TARGET_CLASS,
                               .outputs = task->words.count,
                               .vocabulary = task->words.count,
                               .words = MANN_WORLD_WORDS,
                               .story = c->facts.high + c->distractors.high};
    *io = task->io;
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)split;
    (void)index;
    const story *task = self;
    const config *c = &task->config;
    int32_t facts = mann_rng_between(rng, c->facts),
            remarks = mann_rng_between(rng, c->distractors);
    question kind = (question)c->kind;
    kind = kind == MIXED ? (question)mann_rng_below(rng, MIXED) : kind;
    mann_story_example made;
    mann_status status = mann_story_example_make(out, &task->io, facts + remarks, &made);
    if (status) {
        return status;
    }
    mann_world w = {&task->words,       rng, &made, .persons = c->persons, .places = c->places,
                    .things = c->things};
    mann_world_begin(&w);
    int32_t lacking = 1;
    while (facts + remarks) {
        lacking = lacking ? missing(&w, kind) : 0;
        if (mann_world_below(&w, facts + remarks) >= facts) {
            mann_world_remark(&w);
            remarks--;
            continue;
        }
        if (lacking && facts <= lacking + 1) {
            complete(&w, kind);
        } else {
            mann_world_happen(&w, mann_world_below(&w, c->persons), kind != ONE && kind != YES_NO);
        }
        facts--;
    }
    ask(&w, kind);
    return MANN_OK;
}

static const char *word(const void *self, int32_t token)
{
    return mann_words_text(&((const story *)self)->words, token);
}

static mann_status pose_text(mann_context *context, const void *self, const char *name,
                             const char *text, size_t size, mann_example *out)
{
    const story *task = self;
    return mann_story_pose(context, &task->words, &task->io, name, text, size, out);
}

const mann_task_type mann_task_story = {
    .name = "story",
    .summary = "questions about made-up stories of people, places and things",
    .options = options,
    .config_size = sizeof(config),
    .self_size = sizeof(story),
    .model = "memn2n",
    .solved = "error_rate<=0.01",
    .open = open,
    .sample = sample,
    .word = word,
    .pose_text = pose_text,
    .close = close,
};
