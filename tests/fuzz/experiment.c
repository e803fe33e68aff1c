/* Experiment files. What is understood must say the same when it is written out and read again. */
#include "fuzz.h"

#include <mann/train.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    char *text = fuzz_text(data, size);
    mann_experiment *e = mann_experiment_parse(context, text, "input", NULL, NULL);
    if (!e) {
        fuzz_expect(context, MANN_E_INVAL);
    } else if (!mann_experiment_check(e)) {
        char *written = mann_experiment_text(e);
        mann_experiment *again = mann_experiment_parse(context, written, "written", NULL, NULL);
        char *twice = again ? mann_experiment_text(again) : NULL;
        if (!twice || strcmp(written, twice) != 0) {
            __builtin_trap();
        }
        mann_experiment_free(again);
        free(written);
        free(twice);
    }
    mann_experiment_free(e);
    free(text);
    mann_context_free(context);
    return 0;
}
