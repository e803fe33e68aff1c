/* safetensors files, as such and as traces. */
#include "fuzz.h"

#include <io/safetensors.h>
#include <mann/trace.h>

static volatile unsigned sum; /* keeps the reads */

static void walk(const mann_archive *store)
{
    for (int32_t i = 0; i < mann_archive_count(store); i++) {
        const mann_stored *tensor = mann_archive_tensor(store, i);
        const uint8_t *bytes = tensor->data;
        if (tensor->bytes) {
            sum += bytes[0] + bytes[tensor->bytes - 1];
        }
        if (mann_archive_find(store, tensor->name) != tensor) {
            __builtin_trap(); /* names are unique */
        }
    }
}

static void walk_trace(const mann_trace *trace)
{
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        size_t size = 1;
        for (int32_t d = 0; d < array->rank; d++) {
            size *= (size_t)array->n[d];
        }
        if (size) {
            sum += array->data[0] > array->data[size - 1];
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    const char *path = fuzz_file(data, size);
    mann_archive *store = NULL;
    mann_trace *trace = NULL;
    mann_status status = mann_archive_open(context, path, &store);
    fuzz_expect(context, status);
    if (!status) {
        walk(store);
        fuzz_expect(context, mann_trace_load(context, path, &trace));
        if (trace) {
            walk_trace(trace);
        }
    }
    mann_trace_free(trace);
    mann_archive_close(store);
    mann_context_free(context);
    return 0;
}
