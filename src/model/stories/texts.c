/* Texts of unequal lengths as packed words. */
#include "model/stories/texts.h"

static int32_t *list(mann_tape *tape, int32_t count)
{
    return mann_tape_scratch(tape, (size_t)count * sizeof(int32_t));
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
    for (int32_t b = 0; b < B && !mann_tape_status(tape); b++) {
        for (int32_t n = 0; n < told[b]; n++) {
            length[b] += words_of(sentence + (b * N + n) * W, W) + (end_word > 0);
        }
    }
    texts.rows = mann_pack(tape, B, length);
    texts.token = list(tape, texts.rows.rows);
    for (int32_t b = 0; b < B && !mann_tape_status(tape); b++) {
        const int32_t *row = texts.rows.start;
        int32_t place = texts.rows.place[b];
        for (int32_t n = 0; n < told[b]; n++) {
            const int32_t *word = sentence + (b * N + n) * W;
            for (int32_t words = words_of(word, W); words; words--) {
                texts.token[*row++ + place] = *word++;
            }
            if (end_word) {
                texts.token[*row++ + place] = end_word;
            }
            texts.end[b * N + n] = row[-1] + place;
        }
    }
    return texts;
}
