/* What tasks of stories share: words as tokens, and the arrays of an example. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Where a word is in the table, or where it belongs. */
static int32_t place(const mann_words *words, const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)lower(text[i])) * 0x100000001b3u;
    }
    for (uint64_t at = hash;; at++) {
        int32_t slot = (int32_t)(at % (uint64_t)words->slots);
        int32_t token = words->slot[slot];
        const char *known = words->text + words->at[token];
        size_t i = 0;
        while (i < length && known[i] == lower(text[i])) {
            i++;
        }
        if (!token || (i == length && !known[i])) {
            return slot;
        }
    }
}

/* Room for another word; the table stays at most half full. */
static bool grow(mann_words *words, size_t length)
{
    if (words->used + length + 1 > words->size) {
        size_t size = 2 * words->size + length + 1024;
        char *text = realloc(words->text, size);
        if (!text) {
            return false;
        }
        words->text = text;
        words->size = size;
    }
    if (words->count == words->room) {
        int32_t room = words->room ? 2 * words->room : 64;
        int32_t *at = realloc(words->at, (size_t)room * sizeof *at);
        if (!at) {
            return false;
        }
        words->at = at;
        int32_t *slot = calloc(2 * (size_t)room, sizeof *slot);
        if (!slot) {
            return false;
        }
        free(words->slot);
        words->slot = slot;
        words->slots = 2 * room;
        words->room = room;
        for (int32_t token = 1; token < words->count; token++) {
            const char *known = words->text + words->at[token];
            slot[place(words, known, strlen(known))] = token;
        }
    }
    return true;
}

static int32_t append(mann_words *words, const char *text, size_t length)
{
    if (words->failed || !grow(words, length)) {
        words->failed = true;
        return 0;
    }
    int32_t token = words->count++;
    words->at[token] = (int32_t)words->used;
    for (size_t i = 0; i < length; i++) {
        words->text[words->used++] = lower(text[i]);
    }
    words->text[words->used++] = '\0';
    if (token) {
        words->slot[place(words, text, length)] = token;
    }
    return token;
}

int32_t mann_words_find(const mann_words *words, const char *text, size_t length)
{
    return words->slots ? words->slot[place(words, text, length)] : 0;
}

int32_t mann_words_add(mann_words *words, const char *text, size_t length)
{
    if (!words->count) {
        append(words, "", 0);
    }
    int32_t known = mann_words_find(words, text, length);
    return known ? known : append(words, text, length);
}

const char *mann_words_text(const mann_words *words, int32_t token)
{
    return token >= 0 && token < words->count ? words->text + words->at[token] : NULL;
}

void mann_words_clear(mann_words *words)
{
    free(words->text);
    free(words->at);
    free(words->slot);
    *words = (mann_words){0};
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

size_t mann_word_next(const char **text, const char *end, const char **word)
{
    size_t length = 0;
    while (!length && *text < end) {
        while (*text < end && blank(**text)) {
            (*text)++;
        }
        *word = *text;
        while (*text < end && !blank(**text)) {
            (*text)++;
        }
        length = (size_t)(*text - *word);
        while (length && strchr(".,;?!", (*word)[length - 1])) {
            length--;
        }
    }
    return length;
}

void mann_words_add_texts(mann_words *words, const char *const *texts, int32_t count)
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

mann_status mann_story_example_make(mann_example *out, const mann_io_shape *io, int32_t sentences,
                                    mann_story_example *made)
{
    mann_example_reset(out);
    out->steps = 1;
    out->label[0] = sentences;
    made->story = mann_example_int(out, "story", sentences, io->words);
    made->question = mann_example_int(out, "question", 1, io->words);
    made->support = mann_example_int(out, "support", sentences, 0);
    made->target = mann_example_real(out, "target", 1, io->outputs);
    float *mask = mann_example_real(out, "mask", 1, 0);
    if (out->failed) {
        return MANN_E_NOMEM;
    }
    *mask = 1;
    return MANN_OK;
}
