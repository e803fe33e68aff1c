/* Patterns for the Hopfield store: text, images, idx, CSV, compressed or not. */
#include "fuzz.h"

#include <io/patterns/patterns.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    mann_patterns_options options = {.limit = 0};
    mann_patterns patterns;
    mann_status status =
        mann_patterns_parse(context, "input", (const char *)data, size, &options, &patterns);
    fuzz_expect(context, status);
    for (int64_t i = 0; !status && i < (int64_t)patterns.count * patterns.units; i++) {
        if (patterns.value[i] != 1 && patterns.value[i] != -1) {
            __builtin_trap();
        }
    }
    mann_patterns_clear(&patterns);
    mann_context_free(context);
    return 0;
}
