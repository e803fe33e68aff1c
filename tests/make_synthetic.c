/* Writes a made-up run folder, to work on pictures without training:
 *
 *     make_synthetic FOLDER [LENGTH LOCATIONS WORDS WRITE-HEADS READ-HEADS [TRACES]] */
#include "synthetic.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **word)
{
    synthetic_size size = {20, 128, 20, 1, 1};
    int32_t *field[] = {&size.length, &size.locations, &size.words, &size.write_heads,
                        &size.read_heads};
    for (int i = 2; i < count && i < 7; i++) {
        *field[i - 2] = atoi(word[i]);
    }
    mann_context *context = mann_context_alloc();
    if (count < 2 || !context) {
        fprintf(stderr,
                "usage: make_synthetic FOLDER [LENGTH LOCATIONS WORDS WRITE READ [TRACES]]\n");
        return 2;
    }
    mann_status status = synthetic_run(context, word[1], size, count > 7 ? atoi(word[7]) : 12);
    if (status) {
        fprintf(stderr, "%s\n", mann_context_message(context));
    }
    mann_context_free(context);
    return status ? 1 : 0;
}
