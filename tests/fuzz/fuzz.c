#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int file = -1;
    if (file < 0) {
        file = memfd_create("mann-fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (file < 0 || pwrite(file, data, size, 0) != (ssize_t)size || ftruncate(file, (off_t)size)) {
        perror("fuzz: a file in memory");
        exit(1);
    }
    return path;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    if (text && size) {
        memcpy(text, data, size);
    }
    return text;
}

void fuzz_expect(mann_context *context, mann_status status)
{
    if (status && !*mann_context_message(context)) {
        fprintf(stderr, "fuzz: status %d without a message\n", (int)status);
        abort();
    }
}
