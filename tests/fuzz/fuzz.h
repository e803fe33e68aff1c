/* What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, which hands the bytes
 * to one reader of the library and must neither crash, leak, nor ask for memory without bounds,
 * whatever they are. Linked with libFuzzer it is a fuzzer (tools/fuzz.sh); linked with driver.c it
 * runs its corpus and mutations of it, which every ./check does. */
#ifndef MANN_FUZZ_H
#define MANN_FUZZ_H

#include <mann/base.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file: a path to open, good until the next call. The file is in memory. */
const char *fuzz_file(const uint8_t *data, size_t size);
/* The bytes as a string, without those behind a first 0; to be freed. */
char *fuzz_text(const uint8_t *data, size_t size);
/* A failure must have a message; a success, none is asked of it. Stops the program otherwise. */
void fuzz_expect(mann_context *context, mann_status status);

#endif
