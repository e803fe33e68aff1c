/* Texts of unequal lengths, step by step. */
#include "model/stories/texts.h"

static int32_t *list(mann_tape *tape, int32_t count)
{
    return mann_tape_scratch(tape, (size_t)count * sizeof(int32_t));
}

mann_ranks mann_ranks_make(mann_tape *tape, int32_t count, const int32_t *length)
{
    mann_ranks r = {.count = count};
    int32_t longest = 1;
    for (int32_t b = 0; length && b < count; b++) {
        longest = length[b] > longest ? length[b] : longest;
    }
    r.row = list(tape, count);
    r.rank = list(tape, count);
    r.last = list(tape, count);
    r.active = list(tape, longest);
    if (!length || mann_tape_status(tape)) {
        return r;
    }
    for (int32_t b = 0; b < count; b++) {
        int32_t at = b;
        for (; at > 0 && length[r.row[at - 1]] < length[b]; at--) {
            r.row[at] = r.row[at - 1];
        }
        r.row[at] = b;
    }
    for (int32_t i = 0; i < count; i++) {
        r.rank[r.row[i]] = i;
        r.last[i] = length[r.row[i]] - 1;
        for (int32_t t = 0; t <= r.last[i]; t++) {
            r.active[t]++;
        }
    }
    r.steps = longest;
    return r;
}

static int32_t words_of(const int32_t *sentence, int32_t W)
{
    while (W > 1 && !sentence[W - 1]) {
        W--;
    }
    return W;
}

mann_texts mann_texts_make(mann_tape *tape, int32_t B, int32_t N, int32_t W,
                           const int32_t *sentence, const int32_t *told, int32_t end_word)
{
    mann_texts texts = {.end = list(tape, B * N)};
    int32_t *length = list(tape, B);
    for (int32_t b = 0; b < B && sentence && !mann_tape_status(tape); b++) {
        for (int32_t n = 0; n < told[b]; n++) {
            length[b] += words_of(sentence + (b * N + n) * W, W) + (end_word > 0);
            texts.end[b * N + n] = length[b] - 1;
        }
    }
    texts.by_words = mann_ranks_make(tape, B, length);
    mann_ranks *r = &texts.by_words;
    texts.token = mann_tape_scratch(tape, (size_t)r->steps * sizeof *texts.token);
    for (int32_t t = 0; texts.token && t < r->steps; t++) {
        texts.token[t] = list(tape, r->active[t]);
    }
    if (mann_tape_status(tape)) {
        r->steps = 0;
    }
    for (int32_t b = 0; b < B && r->steps; b++) {
        for (int32_t n = 0, t = 0; n < told[b]; n++) {
            const int32_t *word = sentence + (b * N + n) * W;
            for (int32_t words = words_of(word, W); words; words--) {
                texts.token[t++][r->rank[b]] = *word++;
            }
            if (end_word) {
                texts.token[t++][r->rank[b]] = end_word;
            }
        }
    }
    return texts;
}
