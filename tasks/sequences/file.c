/* One's own task, as a file of JSON Lines (jsonl.h).
 *
 * A split that no line names is taken from the training lines: `validation` and `test` are the
 * shares, drawn by a hash of the line's number, at least one line each, the same every time. A
 * share of 0 means the training lines themselves. Every line is drawn once an epoch. */
#include "bits.h"
#include "jsonl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct config {
    char path[MANN_TEXT_SIZE];
    int32_t target, classes;
    double validation, test;
} config;

static const char *const targets[] = {"bits", "class", "real", NULL}; /* in mann_target's order */

static const mann_option options[] = {
    {"path", MANN_OPT_TEXT, offsetof(config, path), "", 0, 0, NULL,
     "the file; file:PATH as the task's name sets it"},
    {"target", MANN_OPT_CHOICE, offsetof(config, target), "bits", 0, 0, targets,
     "what the target's numbers are"},
    {"classes", MANN_OPT_INT, offsetof(config, classes), "0", 0, MANN_JSONL_MOST_NUMBERS, NULL,
     "number of classes; 0: as the file has it (its largest class + 1)"},
    {"validation", MANN_OPT_REAL, offsetof(config, validation), "0.1", 0, 0.9, NULL,
     "share of the training lines set aside for validation, if no line has this split"},
    {"test", MANN_OPT_REAL, offsetof(config, test), "0.1", 0, 0.9, NULL,
     "share of the training lines set aside for the test, if no line has this split"},
    {0},
};

typedef struct pool {
    int32_t *line;
    int32_t count;
} pool;

typedef struct file_task {
    mann_jsonl file;
    pool split[3];
} file_task;

static mann_status no_memory(mann_context *context, const config *c)
{
    return mann_fail(context, MANN_E_NOMEM, "%.400s: out of memory for its examples", c->path);
}

typedef struct lot {
    uint64_t hash;
    int32_t line;
} lot;

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const lot *)a)->hash, y = ((const lot *)b)->hash;
    return x != y ? (x < y ? -1 : 1) : ((const lot *)a)->line - ((const lot *)b)->line;
}

/* How many of n lines a share takes, unless some line names the split. */
static int32_t taken(double share, int32_t n, bool named)
{
    int32_t count = (int32_t)lround(share * n);
    return named || share <= 0 ? 0 : count > 0 ? count : 1;
}

/* Decides the split of every line that has none. */
static mann_status draw_splits(mann_context *context, const config *c, mann_jsonl *file)
{
    bool named[3] = {false};
    lot *lots = malloc((size_t)file->count * sizeof *lots);
    if (!lots) {
        return no_memory(context, c);
    }
    int32_t n = 0;
    for (int32_t i = 0; i < file->count; i++) {
        mann_jsonl_line *l = &file->line[i];
        if (l->split > MANN_SPLIT_TRAIN) {
            named[l->split] = true;
            continue;
        }
        l->split = MANN_SPLIT_TRAIN;
        mann_rng rng = mann_rng_stream(0, "split of a line", (uint64_t)l->number);
        lots[n++] = (lot){mann_rng_bits(&rng), i};
    }
    int32_t validation = taken(c->validation, n, named[MANN_SPLIT_VALIDATION]);
    int32_t test = taken(c->test, n, named[MANN_SPLIT_TEST]);
    mann_status status = MANN_OK;
    if (!n) {
        status = mann_fail(context, MANN_E_FORMAT, "%.400s: no line is for training", c->path);
    } else if (validation + test >= n) {
        status = mann_fail(context, MANN_E_FORMAT,
                           "%.400s: %d training line%s, of which validation and test would take "
                           "%d: write more lines, or set task.validation=0 and task.test=0",
                           c->path, n, n == 1 ? "" : "s", validation + test);
    } else {
        qsort(lots, (size_t)n, sizeof *lots, by_hash);
    }
    for (int32_t i = 0; !status && i < validation + test; i++) {
        file->line[lots[i].line].split = i < validation ? MANN_SPLIT_VALIDATION : MANN_SPLIT_TEST;
    }
    free(lots);
    return status;
}

static mann_status collect(mann_context *context, const config *c, file_task *task)
{
    const mann_jsonl *file = &task->file;
    for (int s = 0; s < 3; s++) {
        task->split[s].line = malloc((size_t)file->count * sizeof *task->split[s].line);
        if (!task->split[s].line) {
            return no_memory(context, c);
        }
    }
    for (int32_t i = 0; i < file->count; i++) {
        pool *p = &task->split[file->line[i].split];
        p->line[p->count++] = i;
    }
    return MANN_OK;
}

static void close(void *self)
{
    file_task *task = self;
    mann_jsonl_clear(&task->file);
    for (int s = 0; s < 3; s++) {
        free(task->split[s].line);
    }
    *task = (file_task){0};
}

static mann_status open(mann_context *context, void *self, const void *settings, mann_io_shape *io)
{
    const config *c = settings;
    file_task *task = self;
    *task = (file_task){0};
    if (!c->path[0]) {
        return mann_fail(context, MANN_E_INVAL,
                         "task.path: which file? Write file:PATH as the task, or set task.path");
    }
    mann_jsonl *file = &task->file;
    mann_status status =
        mann_jsonl_read(context, c->path, (mann_target)c->target, c->classes, file);
    status = status ? status : draw_splits(context, c, file);
    status = status ? status : collect(context, c, task);
    if (status) {
        close(task);
        return status;
    }
    *io = (mann_io_shape){.target = file->target, .inputs = file->inputs, .outputs = file->outputs};
    return MANN_OK;
}

enum { STEPS, NUMBER }; /* labels: T, and the line's number in the file */

static const pool *pool_of(const file_task *task, mann_split_kind split)
{
    const pool *p = &task->split[split];
    return p->count ? p : &task->split[MANN_SPLIT_TRAIN];
}

static int32_t count(const void *self, mann_split_kind split)
{
    return pool_of(self, split)->count;
}

static mann_status sample(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out)
{
    (void)rng;
    const file_task *task = self;
    const mann_jsonl *file = &task->file;
    const mann_jsonl_line *l = &file->line[pool_of(task, split)->line[index]];
    size_t inputs = (size_t)file->inputs, outputs = (size_t)file->outputs;
    size_t width = (size_t)file->width, wanted = (size_t)l->wanted;
    size_t skipped = (size_t)l->steps - wanted;
    mann_bits_example e;
    mann_status status = mann_bits_example_make(out, l->steps, file->inputs, file->outputs, &e);
    if (status) {
        return status;
    }
    out->label[STEPS] = l->steps;
    out->label[NUMBER] = l->number;
    const float *value = file->value + l->at;
    memcpy(e.input, value, (size_t)l->steps * inputs * sizeof *value);
    value += (size_t)l->steps * inputs;
    float *row = e.target + skipped * outputs;
    for (size_t t = 0; t < wanted; t++, row += outputs, value += width) {
        if (file->target == MANN_TARGET_CLASS) {
            row[(size_t)*value] = 1;
        } else {
            memcpy(row, value, width * sizeof *value);
        }
    }
    memcpy(e.mask + skipped, value, wanted * sizeof *value);
    return MANN_OK;
}

/* Runs of steps that count, and of steps that do not. */
static void annotate(const void *self, const mann_example *truth, mann_notes *notes)
{
    (void)self;
    const float *counts = mann_example_find(truth, "mask")->data;
    for (int32_t first = 0, t = 1; t <= truth->steps; t++) {
        if (t == truth->steps || counts[t] != counts[first]) {
            mann_notes_add(notes, counts[first] != 0 ? "target" : "input", false, first, t - 1);
            first = t;
        }
    }
}

const mann_task_type mann_task_file = {
    .name = "file",
    .summary = "file:PATH: one's own examples, as JSON Lines",
    .options = options,
    .config_size = sizeof(config),
    .self_size = sizeof(file_task),
    .solved = "sequence_error_rate<=0.01",
    .open = open,
    .count = count,
    .sample = sample,
    .annotate = annotate,
    .close = close,
};
