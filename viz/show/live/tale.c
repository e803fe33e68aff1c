/* The network stays open between questions: a task of stories may have to read its files first.
 *
 * What a hop attends to is the value of the trace with the axes "hop" and "sentence" (or "sentence"
 * alone); the sentences are the most recent ones, oldest first. A user's words are found among the
 * task's; the null word stands for those that it does not have. */
#include "show/live/tale.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TRIES = 1000 };

struct mann_reader {
    mann_context *context;
    mann_network *network;
    mann_example example; /* of the present question */
    mann_tale tale;
    float *prediction;
    uint64_t seed;
};

static const mann_io_shape *shape(const mann_reader *reader)
{
    return mann_network_io(reader->network);
}

static const char *word_of(const mann_reader *reader, int32_t token)
{
    const char *word = mann_task_word(mann_network_task(reader->network), token);
    return word ? word : "?";
}

/* The token of a word, in any case of its letters; 0 if there is none. */
static int32_t token_of(const mann_reader *reader, const char *word, size_t length)
{
    for (int32_t token = 1; token < shape(reader)->vocabulary; token++) {
        const char *known = word_of(reader, token);
        size_t i = 0;
        while (i < length && known[i] &&
               tolower((unsigned char)word[i]) == tolower((unsigned char)known[i])) {
            i++;
        }
        if (i == length && !known[i]) {
            return token;
        }
    }
    return 0;
}

/* Without the punctuation at its end. */
static size_t bare_length(const char *word, size_t length)
{
    while (length > 0 && strchr(".,;?!", word[length - 1])) {
        length--;
    }
    return length;
}

/* Tokens as a line of words; returns what it takes, with its 0. */
static size_t spell(const mann_reader *reader, const int32_t *token, int32_t count, char *text,
                    size_t room)
{
    size_t used = 0;
    for (int32_t i = 0; i < count && token[i]; i++) {
        int more = snprintf(text ? text + used : NULL, text ? room - used : 0, "%s%s", i ? " " : "",
                            word_of(reader, token[i]));
        used += more > 0 ? (size_t)more : 0;
        if (text && used >= room) {
            return room;
        }
    }
    return used + 1;
}

static void forget(mann_tale *tale)
{
    free(tale->text);
    free(tale->line);
    free(tale->support);
    free(tale->weight);
    int64_t step = tale->step;
    int32_t index = tale->index, count = tale->count;
    *tale = (mann_tale){.step = step, .index = index, .count = count};
}

/* ---- from an example and its trace to a tale ---- */

static mann_status fill_lines(mann_reader *reader, const mann_array *story)
{
    mann_tale *tale = &reader->tale;
    const mann_array *support = mann_example_find(&reader->example, "support");
    int32_t S = story->n[0], W = story->rank > 1 ? story->n[1] : 1;
    const int32_t *token = story->data;
    size_t size = 1;
    for (int32_t i = 0; i < S; i++) {
        size += spell(reader, token + (size_t)i * (size_t)W, W, NULL, 0);
    }
    tale->text = malloc(size);
    tale->line = calloc((size_t)S + 1, sizeof *tale->line);
    tale->support = calloc((size_t)S + 1, sizeof *tale->support);
    if (!tale->text || !tale->line || !tale->support) {
        return mann_fail(reader->context, MANN_E_NOMEM, "out of memory for a story");
    }
    tale->sentences = S;
    size_t used = 0;
    for (int32_t i = 0; i < S; i++) {
        tale->line[i] = tale->text + used;
        used += spell(reader, token + (size_t)i * (size_t)W, W, tale->text + used, size - used);
        if (support && support->type == MANN_INT32 && i < support->n[0]) {
            tale->support[i] = ((const int32_t *)support->data)[i];
        }
    }
    return MANN_OK;
}

static const mann_trace_array *find_hops(const mann_trace *trace)
{
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        if (array->rank >= 2 && !strcmp(array->axis[array->rank - 1], "sentence") &&
            (array->rank == 2 || (array->rank == 3 && !strcmp(array->axis[1], "hop")))) {
            return array;
        }
    }
    return NULL;
}

static mann_status fill_weights(mann_reader *reader, const mann_trace *trace)
{
    mann_tale *tale = &reader->tale;
    const mann_trace_array *hops = find_hops(trace);
    if (!hops) {
        return MANN_OK;
    }
    int32_t N = hops->n[hops->rank - 1], S = tale->sentences, seen = S < N ? S : N;
    tale->hops = hops->rank == 3 ? hops->n[1] : 1;
    tale->hops = tale->hops < MANN_TALE_HOPS ? tale->hops : MANN_TALE_HOPS;
    tale->signs = hops->kind == MANN_KIND_SIGNED;
    tale->weight = malloc((size_t)tale->hops * (size_t)S * sizeof *tale->weight + 1);
    if (!tale->weight) {
        return mann_fail(reader->context, MANN_E_NOMEM, "out of memory for a story");
    }
    for (int32_t k = 0; k < tale->hops; k++) {
        for (int32_t i = 0; i < S; i++) {
            int32_t place = i - (S - seen);
            tale->weight[k * S + i] =
                place < 0 ? NAN : hops->data[(size_t)k * (size_t)N + (size_t)place];
        }
    }
    return MANN_OK;
}

static void fill_answers(mann_reader *reader)
{
    mann_tale *tale = &reader->tale;
    const mann_array *target = mann_example_find(&reader->example, "target");
    int32_t classes = shape(reader)->outputs;
    for (int32_t i = 0; i < classes; i++) {
        double p = (double)reader->prediction[i];
        int32_t at = tale->answers;
        while (at > 0 && tale->answer[at - 1].probability < p) {
            at--;
        }
        if (at == MANN_TALE_ANSWERS) {
            continue;
        }
        tale->answers += tale->answers < MANN_TALE_ANSWERS;
        memmove(&tale->answer[at + 1], &tale->answer[at],
                (size_t)(tale->answers - at - 1) * sizeof tale->answer[0]);
        tale->answer[at].probability = p;
        snprintf(tale->answer[at].word, sizeof tale->answer[at].word, "%s",
                 i ? word_of(reader, i) : "(nothing)");
    }
    for (int32_t i = 0; !tale->own && target && i < classes; i++) {
        if (((const float *)target->data)[i] > 0.5f) {
            snprintf(tale->wanted, sizeof tale->wanted, "%s", word_of(reader, i));
        }
    }
    tale->right = tale->answers && !strcmp(tale->wanted, tale->answer[0].word);
}

/* Runs the example that is there. */
static const mann_tale *tell(mann_reader *reader, bool own)
{
    mann_tale *tale = &reader->tale;
    forget(tale);
    tale->own = own;
    const mann_array *story = mann_example_find(&reader->example, "story");
    const mann_array *question = mann_example_find(&reader->example, "question");
    if (!story || !question || story->type != MANN_INT32 || question->type != MANN_INT32) {
        mann_fail(reader->context, MANN_E_INVAL, "this task has no stories");
        return NULL;
    }
    mann_trace *trace = mann_trace_alloc(reader->context);
    mann_status status = trace ? mann_network_run(reader->context, reader->network,
                                                  mann_network_task(reader->network),
                                                  &reader->example, reader->prediction, trace)
                               : MANN_E_NOMEM;
    status = status ? status : fill_lines(reader, story);
    status = status ? status : fill_weights(reader, trace);
    mann_trace_free(trace);
    if (status) {
        forget(tale);
        return NULL;
    }
    spell(reader, question->data, question->n[question->rank - 1], tale->question,
          sizeof tale->question);
    fill_answers(reader);
    return tale;
}

/* ---- the reader ---- */

mann_reader *mann_reader_open(mann_context *context, const char *path, int64_t training,
                              mann_status *status)
{
    char numbered[1100];
    if (training >= 0) {
        snprintf(numbered, sizeof numbered, "%.1000s@%lld", path, (long long)training);
        path = numbered;
    }
    mann_checkpoint_info info;
    mann_network *network = mann_checkpoint_open(context, path, NULL, &info, status);
    if (!network) {
        return NULL;
    }
    if (!mann_network_io(network)->vocabulary) {
        mann_network_free(network);
        *status = mann_fail(context, MANN_E_INVAL, "this model answers no questions");
        return NULL;
    }
    mann_reader *reader = calloc(1, sizeof *reader);
    size_t outputs = (size_t)mann_network_io(network)->outputs;
    if (reader) {
        reader->prediction = malloc((outputs + 1) * sizeof *reader->prediction);
    }
    if (!reader || !reader->prediction || mann_example_init(&reader->example)) {
        free(reader ? reader->prediction : NULL);
        free(reader);
        mann_network_free(network);
        *status = mann_fail(context, MANN_E_NOMEM, "out of memory for a reader");
        return NULL;
    }
    reader->context = context;
    reader->network = network;
    reader->seed = (uint64_t)mann_experiment_train(mann_network_experiment(network))->trace_seed;
    reader->tale.count = mann_task_count(mann_network_task(network), MANN_SPLIT_TEST);
    reader->tale.step = info.step;
    return reader;
}

void mann_reader_free(mann_reader *reader)
{
    if (!reader) {
        return;
    }
    forget(&reader->tale);
    mann_example_clear(&reader->example);
    mann_network_free(reader->network);
    free(reader->prediction);
    free(reader);
}

const mann_tale *mann_reader_show(mann_reader *reader, int64_t index)
{
    int64_t count = reader->tale.count > 0 ? reader->tale.count : INT32_MAX;
    index = (index % count + count) % count;
    reader->tale.index = (int32_t)index;
    if (mann_task_sample(mann_network_task(reader->network), MANN_SPLIT_TEST, reader->seed,
                         (uint64_t)index, &reader->example)) {
        return NULL;
    }
    return tell(reader, false);
}

const mann_tale *mann_reader_wrong(mann_reader *reader, int64_t index, int by)
{
    for (int32_t i = 1; i <= MOST_TRIES; i++) {
        const mann_tale *tale = mann_reader_show(reader, index + (int64_t)by * i);
        if (!tale || !tale->right) {
            return tale;
        }
    }
    mann_reader_show(reader, index);
    mann_fail(reader->context, MANN_E_INVAL, "the next %d questions are all answered rightly",
              MOST_TRIES);
    return NULL;
}

const mann_tale *mann_reader_ask(mann_reader *reader, const char *question)
{
    const mann_array *asked = mann_example_find(&reader->example, "question");
    if (!asked || asked->type != MANN_INT32) {
        mann_fail(reader->context, MANN_E_INVAL, "there is no story to ask about");
        return NULL;
    }
    char kept[MANN_TALE_QUESTION];
    snprintf(kept, sizeof kept, "%s", question);
    int32_t W = asked->n[asked->rank - 1], count = 0;
    uint64_t unknown = 0;
    int32_t *token = asked->data, number = 0;
    memset(token, 0, (size_t)W * sizeof *token);
    for (const char *word = kept; *word;) {
        size_t length = strcspn(word, " "), bare = bare_length(word, length);
        int32_t known = bare ? token_of(reader, word, bare) : 0;
        if (known && count < W) {
            token[count++] = known;
        } else if (bare && number < 64) { /* a null word would end the question */
            unknown |= (uint64_t)1 << number;
        }
        number++;
        word += length + strspn(word + length, " ");
    }
    const mann_tale *tale = tell(reader, true);
    if (tale) { /* as it was typed */
        snprintf(reader->tale.question, sizeof reader->tale.question, "%s", kept);
        reader->tale.unknown = unknown;
    }
    return tale;
}
