/* The bAbI tasks (Weston et al. 2015): twenty kinds of questions about short stories, read from the
 * files as they are distributed (tasks_1-20_v1-2).
 *
 * `task.path`, or else the folder babi in the folder that MANN_DATA names, is a folder or an
 * archive; in it the files qa3_..._train.txt and qa3_..._test.txt of each task are looked for, at
 * any depth and through archives. A training file must come from the folder of the size asked for
 * (en or en-10k) or from one that no size is known of; the test files of both sizes are the same.
 *
 * `task.id` is one task or a set of tasks, which are then learned together; they share a
 * vocabulary. It is that of the training and test files of the tasks in `task.vocabulary`, which
 * is `task.id` when a network is made and then stays, so that a network trained on all tasks can be
 * evaluated on each.
 *
 * The last questions of each training file, whole stories of them, are set aside for validation. */
#include "corpus.h"
#include "io/members.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TASKS = 20, LARGEST_FILE = 1 << 28 };

typedef struct config {
    char id[MANN_TEXT_SIZE], vocabulary[MANN_TEXT_SIZE], path[MANN_TEXT_SIZE];
    int32_t size, lacking;
    double validation;
} config;

enum { SMALL, LARGE };
static const char *const sizes[] = {"1k", "10k", NULL};
static const char *const size_folders[] = {"en", "en-10k"};
enum { REFUSE, FROM_SMALL };
static const char *const lackings[] = {"refuse", "1k", NULL};

#define FIELD(name) offsetof(config, name)
static const mann_option options[] = {
    {"id", MANN_OPT_TEXT, FIELD(id), "1", 0, 0, NULL,
     "the task, or tasks to learn together: 3, 1..20, 1..2+4..20"},
    {"size", MANN_OPT_CHOICE, FIELD(size), "1k", 0, 0, sizes, "questions for training, of each"},
    {"path", MANN_OPT_TEXT, FIELD(path), "", 0, 0, NULL,
     "folder or archive with the files; empty: babi in the folder that MANN_DATA names"},
    {"vocabulary", MANN_OPT_TEXT, FIELD(vocabulary), "", 0, 0, NULL,
     "the tasks whose words are known; empty: as id when the network is made"},
    {"validation", MANN_OPT_REAL, FIELD(validation), "0.1", 0, 0.9, NULL,
     "share of each task's training questions set aside, the last ones; 0: validate on all"},
    {"lacking", MANN_OPT_CHOICE, FIELD(lacking), "refuse", 0, 0, lackings,
     "what to do about a task without a 10k training file: take that of 1k?"},
    {0},
};

typedef struct pool {
    int32_t *asked; /* numbers in the corpus */
    int32_t count;
} pool;

typedef struct babi {
    mann_io_shape io;
    mann_corpus corpus;
    pool split[3];
} babi;

/* The task's number at *at, which moves behind it; 0 if there is none. */
static int number(const char **at)
{
    int value = 0;
    for (; **at >= '0' && **at <= '9' && value <= TASKS; (*at)++) {
        value = 10 * value + (**at - '0');
    }
    return value <= TASKS ? value : 0;
}

/* A set of tasks: bit i is task i. */
static mann_status parse_set(mann_context *context, const char *option, const char *text,
                             uint32_t *set)
{
    *set = 0;
    for (const char *at = text;; at++) {
        int low = number(&at), high = low;
        if (at[0] == '.' && at[1] == '.') {
            at += 2;
            high = number(&at);
        }
        if (!low || high < low || (*at && *at != '+')) {
            return mann_fail(context, MANN_E_INVAL,
                             "task.%s: '%s' is not a set of tasks of 1..%d, such as 3, 1..20 or "
                             "1..2+4..20",
                             option, text, TASKS);
        }
        for (int i = low; i <= high; i++) {
            *set |= (uint32_t)1 << i;
        }
        if (!*at) {
            return MANN_OK;
        }
    }
}

/* "1..2+4..20" */
static void format_set(uint32_t set, char *text, size_t size)
{
    size_t used = 0;
    *text = '\0';
    for (int i = 1; i <= TASKS; i++) {
        int last = i;
        while (set >> i & 1 && last < TASKS && set >> (last + 1) & 1) {
            last++;
        }
        if (set >> i & 1) {
            snprintf(text + used, size - used, last > i ? "%s%d..%d" : "%s%d", used ? "+" : "", i,
                     last);
            used = strlen(text);
            i = last;
        }
    }
}

/* --- files --- */

enum { TRAIN_FILE, TEST_FILE };

typedef struct found {
    char *name, *text;
    size_t size;
    int rank; /* how well it fits, 0: not there */
} found;

enum { OTHER_SIZE = 1, NO_SIZE, FITS };

typedef struct search {
    mann_context *context;
    const config *config;
    const char *path;
    uint32_t wanted;
    found file[TASKS + 1][2];
} search;

/* qa12_NAME_train.txt is the training file of task 12; 0: none. */
static int task_of(const char *name, int *kind)
{
    static const char *const ends[] = {"_train.txt", "_test.txt"};
    const char *base = strrchr(name, '/');
    int task = 0, read = 0;
    base = base ? base + 1 : name;
    if (sscanf(base, "qa%2d%n", &task, &read) != 1 || task < 1 || task > TASKS ||
        base[read] != '_') {
        return 0;
    }
    for (*kind = TRAIN_FILE; *kind <= TEST_FILE; (*kind)++) {
        size_t length = strlen(base), end = strlen(ends[*kind]);
        if (length > end && !strcmp(base + length - end, ends[*kind])) {
            return task;
        }
    }
    return 0;
}

/* How well a file in this folder fits. The distribution has other languages beside English. */
static int rank_of(const search *s, const char *name, int kind)
{
    static const char *const others[] = {"hn", "shuffled", "en-valid"};
    const char *base = strrchr(name, '/'), *folder = base;
    size_t length = 0;
    while (folder && folder > name && folder[-1] != '/') {
        folder--;
        length++;
    }
    char tag[64];
    snprintf(tag, sizeof tag, "%.*s", folder ? (int)length : 0, folder ? folder : "");
    bool direct = base && (size_t)(base - name) <= strlen(s->path);
    for (size_t i = 0; !direct && i < sizeof others / sizeof others[0]; i++) {
        if (!strncmp(tag, others[i], strlen(others[i]))) {
            return 0;
        }
    }
    if (kind == TEST_FILE || !strcmp(tag, size_folders[s->config->size])) {
        return FITS;
    }
    if (!strcmp(tag, size_folders[SMALL])) {
        return s->config->lacking == FROM_SMALL ? OTHER_SIZE : 0;
    }
    return strcmp(tag, size_folders[LARGE]) ? NO_SIZE : 0;
}

static bool wants(void *user, const char *name)
{
    const search *s = user;
    int kind, task = task_of(name, &kind);
    return task && s->wanted >> task & 1 && rank_of(s, name, kind) > s->file[task][kind].rank;
}

static mann_status take(void *user, const char *name, const char *data, size_t size)
{
    search *s = user;
    int kind, task = task_of(name, &kind);
    found *f = &s->file[task][kind];
    found taken = {strdup(name), malloc(size + 1), size, rank_of(s, name, kind)};
    free(f->name);
    free(f->text);
    *f = taken;
    if (!taken.name || !taken.text) {
        return mann_fail(s->context, MANN_E_NOMEM, "%s: out of memory", name);
    }
    memcpy(taken.text, data, size + 1);
    return MANN_OK;
}

static bool enough(void *user)
{
    const search *s = user;
    bool all = true;
    for (int i = 1; i <= TASKS; i++) {
        all = all && (!(s->wanted >> i & 1) ||
                      (s->file[i][TRAIN_FILE].rank == FITS && s->file[i][TEST_FILE].rank == FITS));
    }
    return all;
}

static mann_status absent(const search *s, const char *what)
{
    return mann_fail(
        s->context, MANN_E_IO,
        "%s: %s; the bAbI tasks v1-2 (tasks_1-20_v1-2.tar.gz, https://research.facebook.com/"
        "downloads/babi) are expected there, packed or unpacked: set MANN_DATA to the folder that "
        "has them in a folder babi, or task.path to where they are",
        s->path, what);
}

/* Says what is missing, if anything is. */
static mann_status check_found(const search *s)
{
    uint32_t complete = 0, untrained = 0, untested = 0;
    for (int i = 1; i <= TASKS; i++) {
        uint32_t bit = s->wanted & (uint32_t)1 << i;
        untrained |= s->file[i][TRAIN_FILE].rank ? 0 : bit;
        untested |= s->file[i][TEST_FILE].rank ? 0 : bit;
    }
    complete = s->wanted & ~untrained & ~untested;
    if (complete == s->wanted) {
        return MANN_OK;
    }
    if (untrained == s->wanted && untested == s->wanted) {
        return absent(s, "no files of the tasks asked for");
    }
    char train[128], test[128], others[128];
    format_set(untrained, train, sizeof train);
    format_set(untested, test, sizeof test);
    format_set(complete, others, sizeof others);
    const char *rescue = *train && s->config->size == LARGE && s->config->lacking == REFUSE
                             ? " (task.lacking=1k takes that of 1k)"
                             : "";
    return mann_fail(s->context, MANN_E_INVAL, "%s: %s%s%s%s%s%s%s%s%s%s", s->path,
                     *train ? "no training file of size " : "",
                     *train ? sizes[s->config->size] : "", *train ? " for task " : "", train,
                     rescue, *train && *test ? ", " : "", *test ? "no test file for task " : "",
                     test, *others ? "; the others are there: task.id=" : "", others);
}

/* --- reading --- */

static mann_status grow_pool(pool *p, int32_t from, int32_t to)
{
    size_t count = (size_t)p->count + (size_t)(to - from);
    int32_t *larger = realloc(p->asked, (count ? count : 1) * sizeof *larger);
    if (!larger) {
        return MANN_E_NOMEM;
    }
    p->asked = larger;
    for (int32_t i = from; i < to; i++) {
        larger[p->count++] = i;
    }
    return MANN_OK;
}

/* Where validation begins among the training questions from .. to: at the story nearest behind the
 * share, or in its midst if there is no other. */
static int32_t cut(const babi *task, double share, int32_t from, int32_t to)
{
    int32_t aimed = to - (int32_t)lround(share * (to - from)), at = aimed;
    while (at < to && !task->corpus.asked[at].opens) {
        at++;
    }
    return at < to || aimed == to ? at : aimed;
}

/* Reads a task's files; its questions go into the splits only if they are asked. */
static mann_status read_task(const search *s, babi *task, int id, bool asked)
{
    const found *train = &s->file[id][TRAIN_FILE], *test = &s->file[id][TEST_FILE];
    mann_corpus *corpus = &task->corpus;
    int32_t first = corpus->count;
    mann_status status =
        mann_corpus_read(s->context, corpus, train->name, train->text, train->size, id);
    int32_t last = corpus->count, begin = last;
    status = status ? status
                    : mann_corpus_read(s->context, corpus, test->name, test->text, test->size, id);
    if (status || !asked) {
        return status;
    }
    begin = cut(task, s->config->validation, first, last);
    if (grow_pool(&task->split[MANN_SPLIT_TRAIN], first, begin) ||
        grow_pool(&task->split[MANN_SPLIT_VALIDATION], s->config->validation > 0 ? begin : first,
                  last) ||
        grow_pool(&task->split[MANN_SPLIT_TEST], last, corpus->count)) {
        return mann_fail(s->context, MANN_E_NOMEM, "out of memory for task %d", id);
    }
    for (int32_t i = first; i < corpus->count; i++) {
        int32_t sentences = corpus->asked[i].sentences;
        task->io.story = sentences > task->io.story ? sentences : task->io.story;
    }
    if (train->rank == OTHER_SIZE) {
        mann_log(s->context, MANN_LOG_DEBUG, "task %d has no 10k training file here; 1k is taken",
                 id);
    }
    return MANN_OK;
}

static void close(void *self)
{
    babi *task = self;
    mann_corpus_clear(&task->corpus);
    for (int i = 0; i < 3; i++) {
        free(task->split[i].asked);
    }
    *task = (babi){0};
}

static mann_status find_files(search *s)
{
    const char *data = getenv("MANN_DATA");
    char path[MANN_TEXT_SIZE + 8];
    if (!*s->config->path && !(data && *data)) {
        s->path = "task babi";
        return absent(s, "neither task.path nor MANN_DATA is set");
    }
    snprintf(path, sizeof path, *s->config->path ? "%s" : "%s/babi",
             *s->config->path ? s->config->path : data);
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';) {
        path[--length] = '\0';
    }
    s->path = path;
    struct stat about;
    if (stat(path, &about)) {
        return absent(s, strerror(errno));
    }
    mann_members members = {s, LARGEST_FILE, wants, take, enough};
    mann_status status = mann_members_visit(s->context, path, &members);
    return status ? status : check_found(s);
}

static mann_status open(mann_context *context, void *self, const void *settings, mann_io_shape *io)
{
    const config *c = settings;
    babi *task = self;
    uint32_t ids, known;
    mann_status status = parse_set(context, "id", c->id, &ids);
    if (!status) {
        status = parse_set(context, "vocabulary", *c->vocabulary ? c->vocabulary : c->id, &known);
    }
    if (!status && (ids & ~known)) {
        status = mann_fail(context, MANN_E_INVAL,
                           "task.id: %s is not within task.vocabulary, %s: the network does not "
                           "know its words",
                           c->id, c->vocabulary);
    }
    if (status) {
        return status;
    }
    *task = (babi){.io = {.target = MANN_TARGET_CLASS}};
    search s = {.context = context, .config = c, .wanted = known};
    status = find_files(&s);
    for (int i = 1; i <= TASKS; i++) {
        if (!status && known >> i & 1) {
            status = read_task(&s, task, i, ids >> i & 1);
        }
        for (int kind = TRAIN_FILE; kind <= TEST_FILE; kind++) {
            free(s.file[i][kind].name);
            free(s.file[i][kind].text);
        }
    }
    if (!status && !task->split[MANN_SPLIT_TRAIN].count) {
        status = mann_fail(context, MANN_E_INVAL,
                           "task.validation: %g leaves no question for training", c->validation);
    }
    if (status) {
        close(task);
        return status;
    }
    task->io.outputs = task->io.vocabulary = task->corpus.words.count;
    task->io.words = task->corpus.longest_phrase;
    *io = task->io;
    return MANN_OK;
}

/* The vocabulary is that of the tasks learned, from then on. */
static void resolve(void *settings)
{
    config *c = settings;
    if (!*c->vocabulary) {
        memcpy(c->vocabulary, c->id, sizeof c->vocabulary);
    }
}

static int32_t count(const void *self, mann_split_kind split)
{
    return ((const babi *)self)->split[split].count;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)rng;
    const babi *task = self;
    const mann_asked *asked = &task->corpus.asked[task->split[split].asked[index]];
    return mann_corpus_example(&task->corpus, &task->io, asked, out);
}

static const char *word(const void *self, int32_t token)
{
    return mann_words_text(&((const babi *)self)->corpus.words, token);
}

static mann_status pose_text(mann_context *context, const void *self, const char *name,
                             const char *text, size_t size, mann_example *out)
{
    const babi *task = self;
    return mann_story_pose(context, &task->corpus.words, &task->io, name, text, size, out);
}

const mann_task_type mann_task_babi = {
    .name = "babi",
    .summary = "questions about stories: the bAbI tasks, from their files",
    .options = options,
    .config_size = sizeof(config),
    .self_size = sizeof(babi),
    .model = "memn2n",
    .solved = "error_rate<=0.05",
    .defaults = "train.validate_sequences=1000000",
    .resolve = resolve,
    .open = open,
    .count = count,
    .sample = sample,
    .word = word,
    .pose_text = pose_text,
    .close = close,
};
