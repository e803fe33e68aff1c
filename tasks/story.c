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
#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    PERSONS = 8,
    PLACES = 8,
    THINGS = 6,
    HANDS = 3,
    FACTS = 200,
    WORDS = 8,
    SENTENCES = 2 * FACTS
};

static const char *const person_names[PERSONS] = {"Ada",  "Bela", "Cleo", "Dov",
                                                  "Edda", "Femi", "Gita", "Hugo"};
static const char *const place_names[PLACES] = {"attic",   "barn",    "cellar",  "forge",
                                                "harbour", "library", "orchard", "tower"};
static const char *const thing_names[THINGS] = {"book", "coin", "key", "lamp", "map", "rope"};
static const char *const numbers[HANDS + 1] = {"none", "one", "two", "three"};

/* %p is a person, %l a place, %t a thing. */
enum { VARIANTS = 4 };
static const char *const go_texts[VARIANTS] = {"%p walks to the %l", "%p goes into the %l",
                                               "%p heads for the %l", "%p returns to the %l"};
static const char *const take_texts[VARIANTS] = {"%p takes the %t", "%p lifts the %t",
                                                 "%p packs the %t here", "%p finds the %t here"};
static const char *const put_texts[VARIANTS] = {"%p leaves the %t", "%p puts the %t down",
                                                "%p forgets the %t here", "%p unpacks the %t"};
static const char *const remark_texts[VARIANTS] = {"%p hums a tune", "%p talks about the %l",
                                                   "%p thinks of the %t", "it rains on the %l"};

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
    {"facts", MANN_OPT_RANGE, FIELD(facts), "3..10", 1, FACTS, NULL,
     "sentences that change the world"},
    {"distractors", MANN_OPT_RANGE, FIELD(distractors), "0", 0, FACTS, NULL,
     "remarks that do not, anywhere between"},
    {"persons", MANN_OPT_INT, FIELD(persons), "4", 1, PERSONS, NULL, "people in the world"},
    {"places", MANN_OPT_INT, FIELD(places), "6", 2, PLACES, NULL, "places they go to"},
    {"things", MANN_OPT_INT, FIELD(things), "3", 1, THINGS, NULL, "things they carry"},
    {0},
};

typedef struct story {
    config config;
    mann_io_shape io;
    mann_words words;
} story;

/* --- the world --- */

/* Sentences are known by their number in the story, from 0. */
typedef struct visit {
    int32_t place, move; /* the sentence that says who went there with the thing */
    int32_t taken, from; /* those that say that they had taken it, and where */
} visit;

typedef struct world {
    const story *task;
    mann_rng *rng;
    mann_story_example *out;
    int32_t sentences; /* so far */
    struct {
        int32_t place, move; /* where, or -1 if that was never said; and the sentence that did */
        int32_t holds;       /* number of things */
    } person[PERSONS];
    struct {
        int32_t holder, change; /* -1: nobody; the sentence that last took it or put it down */
        int32_t where;          /* the sentence that says where whoever did that is, or was */
        int32_t visits;         /* 0: never mentioned, so it may be anywhere */
        visit visit[FACTS];
    } thing[THINGS];
    int8_t hand[SENTENCES]; /* the person whose things a sentence changes, -1 if it does not */
} world;

static int32_t below(world *w, int32_t n)
{
    return (int32_t)mann_rng_below(w->rng, (uint32_t)n);
}

/* Writes a text into row [words], with the names of person p, place l and thing t. */
static void say(const story *task, const char *text, int32_t p, int32_t l, int32_t t, int32_t *row)
{
    const char *end = text + strlen(text), *word;
    for (size_t length; (length = mann_word_next(&text, end, &word));) {
        if (word[0] == '%') {
            word = word[1] == 'p'   ? person_names[p]
                   : word[1] == 'l' ? place_names[l]
                                    : thing_names[t];
            length = strlen(word);
        }
        *row++ = mann_words_find(&task->words, word, length);
    }
}

/* The next sentence of the story; returns its number. */
static int32_t tell(world *w, const char *const *texts, int32_t p, int32_t l, int32_t t)
{
    int32_t *row = w->out->story + (size_t)w->sentences * WORDS;
    say(w->task, texts[below(w, VARIANTS)], p, l, t, row);
    w->hand[w->sentences] = -1;
    return w->sentences++;
}

static void remark(world *w)
{
    const config *c = &w->task->config;
    tell(w, remark_texts, below(w, c->persons), below(w, c->places), below(w, c->things));
}

static void arrive(world *w, int32_t t, int32_t place, int32_t move)
{
    visit *v = &w->thing[t].visit[w->thing[t].visits++];
    *v = (visit){place, move, w->thing[t].change, w->thing[t].where};
    w->thing[t].where = move;
}

static void go(world *w, int32_t p, int32_t place)
{
    int32_t now = tell(w, go_texts, p, place, 0);
    w->person[p].place = place;
    w->person[p].move = now;
    for (int32_t t = 0; t < w->task->config.things; t++) {
        if (w->thing[t].holder == p) {
            arrive(w, t, place, now);
        }
    }
}

static void go_anywhere(world *w, int32_t p)
{
    int32_t places = w->task->config.places, at = w->person[p].place;
    int32_t place = below(w, at < 0 ? places : places - 1);
    go(w, p, place + (at >= 0 && place >= at));
}

static int32_t place_of(const world *w, int32_t t)
{
    return w->thing[t].visits ? w->thing[t].visit[w->thing[t].visits - 1].place : -1;
}

static void take(world *w, int32_t p, int32_t t)
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

static void put(world *w, int32_t p, int32_t t)
{
    int32_t now = tell(w, put_texts, p, 0, t);
    w->hand[now] = (int8_t)p;
    w->person[p].holds--;
    w->thing[t].holder = -1;
    w->thing[t].change = now;
}

/* --- what may happen --- */

/* Pairs to draw one from. */
typedef struct choices {
    int32_t count, a[FACTS * THINGS], b[FACTS * THINGS];
} choices;

static void add(choices *c, int32_t a, int32_t b)
{
    c->a[c->count] = a;
    c->b[c->count++] = b;
}

static bool may_take(const world *w, int32_t p, int32_t t)
{
    int32_t at = w->person[p].place, lies = place_of(w, t);
    return at >= 0 && w->person[p].holds < HANDS && w->thing[t].holder < 0 &&
           (lies < 0 || lies == at);
}

/* Person and thing; of person p only, or of anybody if p is -1. */
static void takes(const world *w, int32_t p, choices *c)
{
    c->count = 0;
    for (int32_t i = 0; i < w->task->config.persons; i++) {
        for (int32_t t = 0; t < w->task->config.things; t++) {
            if ((p < 0 || i == p) && may_take(w, i, t)) {
                add(c, i, t);
            }
        }
    }
}

static void held(const world *w, int32_t p, choices *c)
{
    c->count = 0;
    for (int32_t t = 0; t < w->task->config.things; t++) {
        if (w->thing[t].holder >= 0 && (p < 0 || w->thing[t].holder == p)) {
            add(c, w->thing[t].holder, t);
        }
    }
}

/* Something that may happen to person p. */
static void happen(world *w, int32_t p, bool things)
{
    choices c = {0};
    int32_t what = things ? below(w, 4) : 0;
    if (what == 1) {
        takes(w, p, &c);
    } else if (what == 2) {
        held(w, p, &c);
    }
    if (!c.count) {
        go_anywhere(w, p);
        return;
    }
    (what == 1 ? take : put)(w, p, c.b[below(w, c.count)]);
}

/* --- questions --- */

/* What the story answers: persons; things; things and the visit after the one asked for. */
static void askable(const world *w, question kind, choices *c)
{
    c->count = 0;
    for (int32_t p = 0; kind != TWO && kind != THREE && p < w->task->config.persons; p++) {
        if (w->person[p].place >= 0) {
            add(c, p, 0);
        }
    }
    for (int32_t t = 0; (kind == TWO || kind == THREE) && t < w->task->config.things; t++) {
        int32_t last = w->thing[t].visits - 1;
        for (int32_t k = kind == TWO ? last : 1; k >= 0 && k <= last; k++) {
            bool again = false; /* is the thing at this place later once more? */
            for (int32_t later = k + 1; later <= last; later++) {
                again = again || w->thing[t].visit[later].place == w->thing[t].visit[k].place;
            }
            if (!again) {
                add(c, t, k);
            }
        }
    }
}

/* How many sentences it takes at most until there is something to ask. A sentence adds one at most,
 * and what can be asked stays so. */
static int32_t missing(const world *w, question kind)
{
    choices c;
    askable(w, kind, &c);
    if (c.count || (kind != TWO && kind != THREE)) {
        return !c.count;
    }
    held(w, -1, &c);
    if (c.count) {
        return 1;
    }
    takes(w, -1, &c);
    return (kind == THREE) + (c.count ? 1 : 2);
}

/* The next sentence towards a question. */
static void complete(world *w, question kind)
{
    choices c = {0};
    bool things = kind == TWO || kind == THREE;
    if (things) {
        held(w, -1, &c);
        if (c.count) {
            go_anywhere(w, c.a[below(w, c.count)]);
            return;
        }
        takes(w, -1, &c);
        if (c.count) {
            int32_t i = below(w, c.count);
            take(w, c.a[i], c.b[i]);
            return;
        }
    }
    int32_t p = below(w, w->task->config.persons), t = below(w, w->task->config.things);
    if (things && place_of(w, t) >= 0) {
        go(w, p, place_of(w, t)); /* nobody is there, or they could take it */
    } else {
        go_anywhere(w, p);
    }
}

static int32_t token(const story *task, const char *word)
{
    return mann_words_find(&task->words, word, strlen(word));
}

/* The number of things that person p holds, or their names. */
static int32_t holding(const world *w, question kind, int32_t p)
{
    char list[64] = "";
    for (int32_t t = 0; t < THINGS; t++) {
        if (w->thing[t].holder == p) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used ? "," : "", thing_names[t]);
        }
    }
    return kind == COUNT ? token(w->task, numbers[w->person[p].holds])
                         : token(w->task, *list ? list : "nothing");
}

static void ask(world *w, question kind)
{
    const story *task = w->task;
    choices c;
    askable(w, kind, &c);
    assert(c.count);
    int32_t i = below(w, c.count), p = c.a[i], t = c.a[i], k = c.b[i], place = 0, answer = 0;
    int32_t *support = w->out->support;
    const visit *v = w->thing[kind == TWO || kind == THREE ? t : 0].visit + k;
    switch (kind) {
    case ONE:
    case YES_NO: {
        bool yes = kind == ONE || below(w, 2);
        int32_t other = below(w, task->config.places - 1);
        place = yes ? w->person[p].place : other + (other >= w->person[p].place);
        support[w->person[p].move] = 1;
        answer = token(task, kind == ONE ? place_names[place] : yes ? "yes" : "no");
        break;
    }
    case TWO:
        support[w->thing[t].change] = 1;
        support[w->thing[t].where] = 2;
        answer = token(task, place_names[v->place]);
        break;
    case THREE:
        place = v->place;
        support[v->taken] = 1;
        support[v->move] = 2;
        support[v->from] = 3;
        answer = token(task, place_names[v[-1].place]);
        break;
    default:
        for (int32_t s = 0, order = 0; s < w->sentences; s++) {
            support[s] = w->hand[s] == p ? ++order : 0;
        }
        answer = holding(w, kind, p);
    }
    say(task, question_texts[kind], p, place, t, w->out->question);
    w->out->target[answer] = 1;
}

/* --- the task --- */

static void add_texts(mann_words *words, const char *const *texts, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        const char *text = texts[i], *end = text + strlen(text), *word;
        for (size_t length; (length = mann_word_next(&text, end, &word));) {
            if (word[0] != '%') {
                mann_words_add(words, word, length);
            }
        }
    }
}

/* The empty hand, and every set of things that two hands and a pocket hold. */
static void add_lists(mann_words *words)
{
    mann_words_add(words, "nothing", 7);
    for (int32_t a = 0; a < THINGS; a++) {
        for (int32_t b = a; b < THINGS; b++) {
            for (int32_t c = b; c < THINGS; c++) {
                char list[64];
                if (b == c && a != b) {
                    continue; /* b = a, c > a is the pair */
                }
                int length =
                    a == c   ? snprintf(list, sizeof list, "%s", thing_names[a])
                    : a == b ? snprintf(list, sizeof list, "%s,%s", thing_names[a], thing_names[c])
                             : snprintf(list, sizeof list, "%s,%s,%s", thing_names[a],
                                        thing_names[b], thing_names[c]);
                mann_words_add(words, list, (size_t)length);
            }
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
    add_texts(&task->words, person_names, PERSONS);
    add_texts(&task->words, place_names, PLACES);
    add_texts(&task->words, thing_names, THINGS);
    add_texts(&task->words, go_texts, VARIANTS);
    add_texts(&task->words, take_texts, VARIANTS);
    add_texts(&task->words, put_texts, VARIANTS);
    add_texts(&task->words, remark_texts, VARIANTS);
    add_texts(&task->words, question_texts, MIXED);
    add_texts(&task->words, (const char *const[]){"yes", "no"}, 2);
    add_texts(&task->words, numbers, HANDS + 1);
    add_lists(&task->words);
    if (task->words.failed) {
        close(task);
        return mann_fail(context, MANN_E_NOMEM, "out of memory for words");
    }
    task->io = (mann_io_shape){.target = MANN_TARGET_CLASS,
                               .outputs = task->words.count,
                               .vocabulary = task->words.count,
                               .words = WORDS,
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
    int32_t facts = mann_rng_between(rng, task->config.facts);
    int32_t remarks = mann_rng_between(rng, task->config.distractors);
    question kind = (question)task->config.kind;
    kind = kind == MIXED ? (question)mann_rng_below(rng, MIXED) : kind;
    mann_story_example made;
    mann_status status = mann_story_example_make(out, &task->io, facts + remarks, &made);
    if (status) {
        return status;
    }
    world w = {.task = task, .rng = rng, .out = &made};
    for (int32_t p = 0; p < PERSONS; p++) {
        w.person[p].place = -1;
    }
    for (int32_t t = 0; t < THINGS; t++) {
        w.thing[t].holder = -1;
    }
    int32_t lacking = 1;
    while (facts + remarks) {
        lacking = lacking ? missing(&w, kind) : 0;
        if (below(&w, facts + remarks) >= facts) {
            remark(&w);
            remarks--;
            continue;
        }
        if (lacking && facts <= lacking + 1) {
            complete(&w, kind);
        } else {
            happen(&w, below(&w, task->config.persons), kind != ONE && kind != YES_NO);
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
    .solved = "error_rate<=0.01",
    .open = open,
    .sample = sample,
    .word = word,
    .pose_text = pose_text,
    .close = close,
};
