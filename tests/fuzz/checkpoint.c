/* Checkpoints: the experiment inside, a network of it, its weights. */
#include "fuzz.h"

#include <mann/checkpoint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    mann_status status = MANN_OK;
    mann_checkpoint_info info;
    mann_network *network =
        mann_checkpoint_open(context, fuzz_file(data, size), NULL, &info, &status);
    fuzz_expect(context, status);
    if (!network != !!status) {
        __builtin_trap();
    }
    mann_network_free(network);
    mann_context_free(context);
    return 0;
}
