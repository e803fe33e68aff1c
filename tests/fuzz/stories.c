/* Stories in the format of the bAbI tasks: read, and every question made an example. */
#include "fuzz.h"

#include "stories/corpus.h"
#include <stdlib.h>

static void walk(const mann_corpus *corpus)
{
    mann_io_shape io = {.target = MANN_TARGET_CLASS,
                        .outputs = corpus->words.count,
                        .vocabulary = corpus->words.count,
                        .words = corpus->longest_phrase,
                        .story = corpus->longest_story};
    mann_example example;
    if (mann_example_init(&example)) {
        return;
    }
    for (int32_t i = 0; i < corpus->count && i < 100; i++) {
        if (mann_corpus_example(corpus, &io, &corpus->asked[i], &example)) {
            break;
        }
        const mann_array *story = mann_example_find(&example, "story");
        const int32_t *token = story->data;
        for (int32_t n = 0; n < story->n[0] * story->n[1]; n++) {
            if (token[n] < 0 || token[n] >= io.vocabulary) {
                __builtin_trap();
            }
        }
    }
    mann_example_clear(&example);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    mann_corpus corpus = {0};
    char *text = calloc(1, size + 1); /* a 0 byte behind it, and perhaps others inside */
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)data[i];
    }
    mann_status status = mann_corpus_read(context, &corpus, "input", text, size, 1);
    fuzz_expect(context, status);
    if (!status) {
        walk(&corpus);
    }
    mann_corpus_clear(&corpus);
    free(text);
    mann_context_free(context);
    return 0;
}
