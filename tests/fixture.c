/* What tests of the library share: a context, and a folder that is gone afterwards. */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mann_context *context;
char folder[200];

int context_begin(void **state)
{
    (void)state;
    context = mann_context_alloc();
    return context ? 0 : -1;
}

int context_end(void **state)
{
    (void)state;
    mann_context_free(context);
    return 0;
}

int folder_begin(void **state)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/mann-test-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? context_begin(state) : -1;
}

void remove_tree(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *listing = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (listing) {
        for (struct dirent *entry; (entry = readdir(listing));) {
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
                char name[1024];
                snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
                remove_tree(name);
            }
        }
        closedir(listing);
    }
    remove(path);
}

int folder_end(void **state)
{
    remove_tree(folder);
    return context_end(state);
}

const char *in_folder(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

int entries(void)
{
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    int count = 0;
    while (readdir(listing)) {
        count++;
    }
    closedir(listing);
    return count - 2;
}

void put(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void assert_message(const char *part)
{
    if (!strstr(mann_context_message(context), part)) {
        fail_msg("'%s' is not in the message '%s'", part, mann_context_message(context));
    }
}

uint32_t random_below(uint32_t n)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}
