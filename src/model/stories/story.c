/* Packs stories. Each keeps its most recent sentences, and rows behind the last hold the null word
 * alone. */
#include "model/stories/story.h"

#include "ad/tape.h"

#include <math.h>
#include <string.h>

int32_t mann_stories_longest(const mann_batch *batch, int32_t most)
{
    int32_t longest = 1;
    for (int32_t b = 0; b < batch->size; b++) {
        const mann_array *told = mann_example_find(batch->example[b], "story");
        longest = told && told->n[0] > longest ? told->n[0] : longest;
    }
    return longest < most ? longest : most;
}

/* Writes the times of count sentences into every words'th place from row on. Which of the
 * count + blanks moments are empty is drawn; moments beyond the last row count as the last. */
static void tell_time(mann_rng *rng, mann_story_time time, int32_t count, int32_t rows,
                      int32_t words, int32_t *row)
{
    int32_t blanks = rng ? (int32_t)mann_rng_below(rng, (uint32_t)ceil(count * time.noise) + 1) : 0;
    for (int32_t at = count + blanks; count > 0; at--) {
        if (blanks && mann_rng_below(rng, (uint32_t)at) < (uint32_t)blanks) {
            blanks--;
            continue;
        }
        *row = time.first + (at < rows ? at : rows) - 1;
        row += words;
        count--;
    }
}

static void copy_real(const mann_array *from, int32_t count, mann_real *to)
{
    for (int32_t i = 0; i < count; i++) {
        to[i] = (mann_real)((const float *)from->data)[i];
    }
}

/* The numbers called name of the most recent sentences [B, N]; NULL where an example has not one
 * for each. */
static int32_t *of_sentences(mann_tape *tape, const mann_batch *batch, const char *name,
                             int32_t sentences)
{
    int32_t *made = mann_tape_scratch(tape, (size_t)batch->size * (size_t)sentences * sizeof *made);
    for (int32_t b = 0; b < batch->size && made; b++) {
        const mann_example *e = batch->example[b];
        int32_t S = mann_example_find(e, "story")->n[0];
        const mann_array *array = mann_example_find(e, name);
        if (!array || array->n[0] != S) {
            return NULL;
        }
        int32_t count = S < sentences ? S : sentences;
        memcpy(made + (size_t)b * (size_t)sentences, (const int32_t *)array->data + S - count,
               (size_t)count * sizeof *made);
    }
    return made;
}

/* An answer is one step. */
static mann_packed one_row_each(mann_tape *tape, int32_t B)
{
    int32_t *one = mann_tape_scratch(tape, (size_t)B * sizeof *one);
    for (int32_t b = 0; one && b < B; b++) {
        one[b] = 1;
    }
    return mann_pack(tape, B, one);
}

mann_stories mann_stories_pack(mann_tape *tape, const mann_batch *batch, const mann_io_shape *io,
                               int32_t sentences, mann_story_time time, int32_t classes)
{
    int32_t W = io->words, words = W + time.told, B = batch->size;
    size_t size = (size_t)B * (size_t)sentences * (size_t)words, row = (size_t)W * sizeof(int32_t);
    mann_stories s = {.sentences = sentences, .words = words};
    s.target = mann_input(tape, 2, (int32_t[]){B, classes});
    s.mask = mann_input(tape, 1, &B);
    s.present = mann_input(tape, 2, (int32_t[]){B, sentences});
    int32_t *story = mann_tape_scratch(tape, size * sizeof *story);
    int32_t *question = mann_tape_scratch(tape, (size_t)B * row);
    s.told = mann_tape_scratch(tape, (size_t)B * sizeof *s.told);
    s.rows = one_row_each(tape, B);
    if (!story || !question || !s.told || !mann_batch_fits(tape, batch, io)) {
        return s;
    }
    s.story = story;
    s.question = question;
    s.value = of_sentences(tape, batch, "value", sentences);
    s.support = of_sentences(tape, batch, "support", sentences);
    bool noisy = time.noise > 0 && tape->mode == MANN_TRAIN;
    for (int32_t b = 0; b < B; b++) {
        const mann_example *e = batch->example[b];
        const mann_array *told = mann_example_find(e, "story");
        int32_t count = told->n[0] < sentences ? told->n[0] : sentences;
        const int32_t *from =
            (const int32_t *)told->data + (size_t)(told->n[0] - count) * (size_t)W;
        s.told[b] = count;
        int32_t *to = story + (size_t)b * (size_t)sentences * (size_t)words;
        for (int32_t i = 0; i < count; i++) {
            mann_value(s.present)[(size_t)b * (size_t)sentences + (size_t)i] = 1;
            memcpy(to + (size_t)i * (size_t)words, from + (size_t)i * (size_t)W, row);
        }
        if (time.told) {
            mann_rng rng = mann_tape_stream(tape, "empty memories", b);
            tell_time(noisy ? &rng : NULL, time, count, sentences, words, to + W);
        }
        memcpy(question + (size_t)b * (size_t)W, mann_example_find(e, "question")->data, row);
        copy_real(mann_example_find(e, "target"), io->outputs,
                  mann_value(s.target) + (size_t)b * (size_t)classes);
        copy_real(mann_example_find(e, "mask"), 1, mann_value(s.mask) + b);
    }
    return s;
}

void mann_stories_support(const mann_stories *s, int32_t B, int32_t k, int32_t *sentence)
{
    int32_t N = s->sentences;
    for (int32_t b = 0; b < B; b++) {
        sentence[b] = N;
        for (int32_t n = 0; n < s->told[b]; n++) {
            sentence[b] = s->support[b * N + n] == k + 1 ? n : sentence[b];
        }
    }
}

const char *const mann_story_ports[] = {"story", "question", NULL};

void mann_stories_show(mann_tape *tape, mann_kind kind, int32_t hops, const mann_var *p)
{
    if (!mann_tape_observed(tape)) {
        return;
    }
    const mann_tag_info tag = {.name = "attention",
                               .kind = kind,
                               .axis = {"hop", "sentence"},
                               .role = MANN_ROLE_ATTENTION};
    mann_var *row = mann_tape_scratch(tape, (size_t)hops * sizeof(mann_var));
    for (int32_t k = 0; k < hops && row; k++) {
        row[k] = mann_flatten(tape, p[k]);
    }
    if (row) {
        mann_tag(tape, &tag, mann_split(tape, mann_concat(tape, 1, hops, row), hops));
    }
}
