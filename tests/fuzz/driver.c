/* Runs a fuzz target without libFuzzer: each file of its corpus as it is, then damaged: cut short,
 * bytes changed, pieces moved, numbers exchanged. The damage is the same every time.
 *
 *   fuzz_X FOLDER [MUTATIONS]     mutations of each file (default 300)
 *
 * What is being tried stands in the file that MANN_FUZZ_INPUT names, if set, so that it is there to
 * look at after a crash. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <mann/rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST = 1 << 16 };

static uint8_t *shown; /* of MANN_FUZZ_INPUT: the size in 8 bytes, then the input */

static void show_at(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (file >= 0 && !ftruncate(file, 8 + MOST)) {
        void *map = mmap(NULL, 8 + MOST, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        shown = map == MAP_FAILED ? NULL : map;
    }
    if (!shown) {
        perror(path);
        exit(1);
    }
    close(file);
}

/* A copy of its exact size, so that a sanitizer sees who reads behind it. */
static void try(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact) {
        exit(1);
    }
    memcpy(exact, data, size);
    if (shown) {
        uint64_t count = size;
        memcpy(shown, &count, 8);
        memcpy(shown + 8, data, size);
    }
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

/* Numbers at which readers break. */
static const char *const numbers[] = {"0",   "-1",  "1e999", "18446744073709551616", "2147483647",
                                      "nan", "1..", "[]",    "-9223372036854775808", "65536"};

static size_t below(mann_rng *rng, size_t bound)
{
    return bound ? mann_rng_below(rng, (uint32_t)bound) : 0;
}

static size_t insert(uint8_t *data, size_t size, size_t at, const void *piece, size_t length)
{
    if (size + length > MOST) {
        return size;
    }
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, piece, length);
    return size + length;
}

static size_t damage(mann_rng *rng, uint8_t *data, size_t size)
{
    size_t at = below(rng, size), length = below(rng, size - at < 16 ? size - at : 16);
    uint8_t piece[16];
    switch (below(rng, 7)) {
    case 0: return at;
    case 1:
        if (size) {
            data[at] ^= (uint8_t)(1 << below(rng, 8));
        }
        return size;
    case 2:
        if (size) {
            data[at] = (uint8_t)below(rng, 256);
        }
        return size;
    case 3: /* a piece goes */
        memmove(data + at, data + at + length, size - at - length);
        return size - length;
    case 4: /* a piece comes twice, elsewhere */
        memcpy(piece, data + at, length);
        return insert(data, size, below(rng, size), piece, length);
    case 5: {
        const char *number = numbers[below(rng, sizeof numbers / sizeof numbers[0])];
        return insert(data, size, at, number, strlen(number));
    }
    default: /* the digit of a number */
        for (size_t i = at; i < size; i++) {
            if (data[i] >= '0' && data[i] <= '9') {
                data[i] = (uint8_t)('0' + below(rng, 10));
                break;
            }
        }
        return size;
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv)
{
    static uint8_t original[MOST], changed[MOST];
    struct dirent **entry;
    int count = argc >= 2 ? scandir(argv[1], &entry, NULL, by_name) : -1, tried = 0;
    int mutations = argc > 2 ? atoi(argv[2]) : 300;
    if (getenv("MANN_FUZZ_INPUT")) {
        show_at(getenv("MANN_FUZZ_INPUT"));
    }
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry[i]->d_name);
        FILE *file = entry[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        free(entry[i]);
        if (!file) {
            continue;
        }
        size_t size = fread(original, 1, MOST, file);
        fclose(file);
        try(original, size);
        tried++;
        mann_rng rng = mann_rng_stream(1, path, 0);
        for (int m = 0; m < mutations; m++, tried++) {
            size_t now = size;
            memcpy(changed, original, size);
            for (size_t n = 1 + below(&rng, 4); n > 0; n--) {
                now = damage(&rng, changed, now);
            }
            try(changed, now);
        }
    }
    if (count >= 0) {
        free(entry);
    }
    printf("%d inputs\n", tried);
    return tried ? 0 : 1;
}
