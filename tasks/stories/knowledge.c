/* Questions about a small base of facts, made up: subject, relation, object.
 *
 *   key                  value
 *   kalomi birthplace    tuvesta
 *   kalomi trade         baker
 *   sorabe birthplace    milonta      "in which town did kalomi come into the world" -> tuvesta
 *
 * For key-value memories (Miller et al. 2016). As there, a question is handed the facts whose key
 * shares a word with it (key hashing), words that stand in too many keys left out: those about
 * whoever is asked about, and all of a relation if the question names it. The words of a key stand
 * in "story", the object in "value"; the question may say neither in these words.
 *
 * The facts are drawn from the option `world`, not from the run's seed: all splits and variants ask
 * about the same ones. No fact that validation or test ask about is asked about in training, so
 * that answers are read from the memory, not learned. A question is one fact in one of the
 * relation's wordings; there are so many of each split, and no more. */
#include "lines.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDINGS = 4, RELATIONS = 8, MOST_PERSONS = 1000, MOST_TRIPLES = 1000, WORDS = 10, KEY = 2 };

typedef enum thing { PERSON, TOWN, TRADE, INSTRUMENT, YEAR, KINDS } thing;

/* %p is who is asked about. */
static const struct {
    const char *name;
    thing object;
    const char *question[WORDINGS];
} relations[RELATIONS] = {
    {"birthplace",
     TOWN,
     {"where was %p born", "in which town did %p come into the world",
      "what is the birthplace of %p", "which town does %p come from"}},
    {"home",
     TOWN,
     {"where does %p live", "in which town does %p sleep at night", "what is the home of %p",
      "which town should a letter to %p go to"}},
    {"birthyear",
     YEAR,
     {"when was %p born", "in which year did %p come into the world", "what is the birthyear of %p",
      "since when has %p been alive"}},
    {"trade",
     TRADE,
     {"what does %p do for a living", "how does %p earn money", "what is the trade of %p",
      "which work has %p learned"}},
    {"instrument",
     INSTRUMENT,
     {"what does %p play in the evening", "on what does %p make music",
      "what is the instrument of %p", "what is heard when %p makes music"}},
    {"teacher",
     PERSON,
     {"who taught %p", "from whom did %p learn", "who is the teacher of %p", "whose pupil was %p"}},
    {"friend",
     PERSON,
     {"whom does %p trust", "with whom is %p often seen", "who is the friend of %p",
      "who stands by %p"}},
    {"rival",
     PERSON,
     {"whom does %p fear", "who stands against %p", "who is the rival of %p",
      "with whom does %p compete"}},
};

static const char *const trades[] = {"baker",   "carter", "cooper", "dyer",   "farrier", "fisher",
                                     "glazier", "mason",  "miller", "potter", "roofer",  "saddler",
                                     "smith",   "tailor", "tanner", "weaver"};
static const char *const instruments[] = {"bagpipe", "cello", "drum",    "fiddle",
                                          "flute",   "harp",  "horn",    "lute",
                                          "oboe",    "organ", "trumpet", "zither"};
enum {
    N_TRADES = sizeof trades / sizeof trades[0],
    N_INSTRUMENTS = sizeof instruments / sizeof instruments[0],
    TOWNS = 60,
    YEARS = 80,
    FIRST_YEAR = 1710
};

typedef struct config {
    int32_t triples, persons, frequency, world;
    double validation, test;
} config;

#define FIELD(name) offsetof(config, name)
static const mann_option options[] = {
    {"triples", MANN_OPT_INT, FIELD(triples), "300", 10, MOST_TRIPLES, NULL, "facts"},
    {"persons", MANN_OPT_INT, FIELD(persons), "100", 2, MOST_PERSONS, NULL,
     "people whom the facts are about; each has eight relations at most"},
    {"frequency", MANN_OPT_INT, FIELD(frequency), "100", RELATIONS, MOST_TRIPLES, NULL,
     "a word that stands in more keys than these calls up no facts"},
    {"world", MANN_OPT_INT, FIELD(world), "1", 0, 1000000000, NULL, "which facts: a seed"},
    {"validation", MANN_OPT_REAL, FIELD(validation), "0.1", 0.001, 0.4, NULL,
     "share of the facts that only validation asks about"},
    {"test", MANN_OPT_REAL, FIELD(test), "0.2", 0.001, 0.4, NULL,
     "share of the facts that only the test asks about"},
    {0},
};

/* Persons are numbers; the rest are tokens. */
typedef struct fact {
    int32_t subject, relation;
    int32_t key[KEY], value;
} fact;

typedef struct knowledge {
    config config;
    mann_io_shape io;
    mann_words words;
    fact *facts;      /* [triples], those of training first, then validation, then test */
    int32_t first[4]; /* where each split begins, and the end */
    int32_t *keys;    /* [vocabulary], in how many keys a word stands */
} knowledge;

/* --- the world --- */

/* The i-th made-up name; all are different. */
static void spell(uint32_t i, const char *end, char name[32])
{
    static const char *const syllables[] = {"ka", "lo", "mi", "tu", "ve", "so", "ra", "be",
                                            "ni", "pu", "de", "ho", "ja", "gi", "fe", "zu"};
    snprintf(name, 32, "%s%s%s%s", syllables[i % 16], syllables[i / 16 % 16],
             syllables[i / 256 % 16], end);
}

static int32_t add_word(mann_words *words, const char *text)
{
    return mann_words_add(words, text, strlen(text));
}

/* Thing i of a kind. 1009 is prime: names that follow one another do not look alike. */
static int32_t object(mann_words *words, thing kind, uint32_t i)
{
    char name[32];
    switch (kind) {
    case PERSON: spell(i * 1009 % 4096, "", name); break;
    case TOWN: spell(i * 1009 % 4096, "sta", name); break;
    case YEAR: snprintf(name, sizeof name, "%u", FIRST_YEAR + i); break;
    case TRADE: return add_word(words, trades[i]);
    default: return add_word(words, instruments[i]);
    }
    return add_word(words, name);
}

static uint32_t number_of(const config *c, thing kind)
{
    const uint32_t number[KINDS] = {(uint32_t)c->persons, TOWNS, N_TRADES, N_INSTRUMENTS, YEARS};
    return number[kind];
}

/* Every word there is, whether a fact has it or not. */
static void add_vocabulary(knowledge *task)
{
    for (int k = PERSON; k < KINDS; k++) {
        for (uint32_t i = 0; i < number_of(&task->config, (thing)k); i++) {
            object(&task->words, (thing)k, i);
        }
    }
    for (int r = 0; r < RELATIONS; r++) {
        add_word(&task->words, relations[r].name);
        mann_words_add_texts(&task->words, relations[r].question, WORDINGS);
    }
}

/* Draws facts, no two about the same subject and relation, and nobody related to themselves: a
 * shuffle of all such pairs, of which the first are taken. */
static mann_status draw_facts(knowledge *task)
{
    const config *c = &task->config;
    mann_rng rng = mann_rng_stream((uint64_t)c->world, "knowledge", 0);
    int32_t pairs = c->persons * RELATIONS;
    int32_t *pair = malloc((size_t)pairs * sizeof *pair);
    task->facts = calloc((size_t)c->triples, sizeof *task->facts);
    task->keys = calloc((size_t)task->words.count, sizeof *task->keys);
    if (!pair || !task->facts || !task->keys || task->words.failed) {
        free(pair);
        return MANN_E_NOMEM;
    }
    for (int32_t i = 0; i < pairs; i++) {
        pair[i] = i;
    }
    for (int32_t i = 0; i < c->triples; i++) {
        int32_t other = i + (int32_t)mann_rng_below(&rng, (uint32_t)(pairs - i)), taken;
        taken = pair[other];
        pair[other] = pair[i];
        fact *f = &task->facts[i];
        f->subject = taken / RELATIONS;
        f->relation = taken % RELATIONS;
        thing kind = relations[f->relation].object;
        uint32_t n = number_of(c, kind), which = mann_rng_below(&rng, kind == PERSON ? n - 1 : n);
        which += kind == PERSON && which >= (uint32_t)f->subject;
        f->key[0] = object(&task->words, PERSON, (uint32_t)f->subject);
        f->key[1] = add_word(&task->words, relations[f->relation].name);
        f->value = object(&task->words, kind, which);
        for (int k = 0; k < KEY; k++) {
            task->keys[f->key[k]]++;
        }
    }
    free(pair);
    return MANN_OK;
}

/* --- questions --- */

static bool has(const int32_t *row, int32_t count, int32_t token)
{
    bool found = false;
    for (int32_t i = 0; i < count; i++) {
        found = found || row[i] == token;
    }
    return found;
}

/* Does this fact share a word with the question that is not too frequent? */
static bool called_up(const knowledge *task, const fact *f, const int32_t *question)
{
    bool shared = false;
    for (int k = 0; k < KEY; k++) {
        shared = shared || (task->keys[f->key[k]] <= task->config.frequency &&
                            has(question, WORDS, f->key[k]));
    }
    return shared;
}

/* The example of a question, about the fact asked (NULL: unknown); without facts if none is called
 * up. */
static mann_status make(const knowledge *task, const int32_t *question, const fact *asked,
                        mann_example *out)
{
    int32_t facts = 0, S = 0;
    for (int32_t i = 0; i < task->config.triples; i++) {
        facts += called_up(task, &task->facts[i], question);
    }
    mann_story_example made;
    mann_status status = mann_story_example_make(out, &task->io, facts, &made);
    int32_t *value = mann_example_int(out, "value", facts, 0);
    if (status || !value) {
        return MANN_E_NOMEM;
    }
    memcpy(made.question, question, WORDS * sizeof *question);
    for (int32_t i = 0; i < task->config.triples; i++) {
        const fact *f = &task->facts[i];
        if (called_up(task, f, question)) {
            memcpy(made.story + (size_t)S * WORDS, f->key, sizeof f->key);
            value[S] = f->value;
            made.support[S++] = f == asked;
        }
    }
    if (asked) {
        made.target[asked->value] = 1;
    }
    return MANN_OK;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)rng;
    const knowledge *task = self;
    const fact *f = &task->facts[task->first[split] + (int32_t)(index / WORDINGS)];
    const char *text = relations[f->relation].question[index % WORDINGS],
               *end = text + strlen(text), *word;
    int32_t question[WORDS] = {0}, count = 0;
    for (size_t length; (length = mann_word_next(&text, end, &word));) {
        question[count++] =
            word[0] == '%' ? f->key[0] : mann_words_find(&task->words, word, length);
    }
    return make(task, question, f, out);
}

static int32_t count(const void *self, mann_split_kind split)
{
    const knowledge *task = self;
    return WORDINGS * (task->first[split + 1] - task->first[split]);
}

/* A user's own question: the last line with a word in it. */
static mann_status pose_text(mann_context *context, const void *self, const char *name,
                             const char *text, size_t size, mann_example *out)
{
    const knowledge *task = self;
    mann_lines lines = mann_lines_of(context, name, text, size);
    int32_t question[WORDS] = {0};
    while (mann_lines_next(&lines)) {
        const char *at = lines.text, *word;
        int32_t row[WORDS] = {0}, n = 0;
        mann_status status = mann_lines_check(&lines);
        for (size_t length; !status && (length = mann_word_next(&at, lines.end, &word));) {
            int32_t token = mann_words_find(&task->words, word, length);
            if (token && n == WORDS) {
                status = mann_lines_bad(&lines, "more than %d words", WORDS);
            } else if (token) {
                row[n++] = token;
            }
        }
        if (status) {
            return status;
        }
        if (n) {
            memcpy(question, row, sizeof question);
        }
    }
    mann_status status = make(task, question, NULL, out);
    if (!status && !out->label[0]) {
        return mann_fail(context, MANN_E_FORMAT,
                         "%s: no fact has a word of this question in its key; ask about somebody "
                         "of whom there are facts, such as %s",
                         name, mann_words_text(&task->words, task->facts[0].key[0]));
    }
    return status;
}

/* --- the task --- */

static void close(void *self)
{
    knowledge *task = self;
    mann_words_clear(&task->words);
    free(task->facts);
    free(task->keys);
    *task = (knowledge){0};
}

static int32_t at_least_one(double share, int32_t n)
{
    int32_t count = (int32_t)(share * n + 0.5);
    return count > 0 ? count : 1;
}

static mann_status open(mann_context *context, void *self, const void *settings, mann_io_shape *io)
{
    knowledge *task = self;
    *task = (knowledge){.config = *(const config *)settings};
    const config *c = &task->config;
    if (c->triples > c->persons * RELATIONS) {
        return mann_fail(context, MANN_E_INVAL,
                         "task.triples: there are at most %d facts about %d persons, not %d",
                         c->persons * RELATIONS, c->persons, c->triples);
    }
    add_vocabulary(task);
    if (draw_facts(task)) {
        close(task);
        return mann_fail(context, MANN_E_NOMEM, "out of memory for facts");
    }
    int32_t test = at_least_one(c->test, c->triples),
            validation = at_least_one(c->validation, c->triples);
    task->first[MANN_SPLIT_VALIDATION] = c->triples - test - validation;
    task->first[MANN_SPLIT_TEST] = c->triples - test;
    task->first[MANN_SPLIT_TEST + 1] = c->triples;
    task->io = (mann_io_shape){.target = MANN_TARGET_CLASS,
                               .outputs = task->words.count,
                               .vocabulary = task->words.count,
                               .words = WORDS,
                               .story = c->triples};
    *io = task->io;
    return MANN_OK;
}

static const char *word(const void *self, int32_t token)
{
    return mann_words_text(&((const knowledge *)self)->words, token);
}

const mann_task_type mann_task_knowledge = {
    .name = "knowledge",
    .summary = "questions about a base of facts, for key-value memories",
    .options = options,
    .config_size = sizeof(config),
    .self_size = sizeof(knowledge),
    .model = "kvmemnn",
    .solved = "error_rate<=0.05",
    .defaults = "train.validate_sequences=1000000",
    .open = open,
    .count = count,
    .sample = sample,
    .pose_text = pose_text,
    .word = word,
    .close = close,
};
