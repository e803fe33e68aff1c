/* The layering (docs/design.md): a folder may include only what stands to its right.
 *
 *   cli -> study -> run -> train -> network -> experiment -> model
 *   model -> memory -> nn -> ad -> kern -> base
 *   cli -> viz/draw -> viz/show -> public headers
 *   the viewer -> viz/draw, viz/show, public headers, SDL2
 *   experiment -> io -> base       tasks -> io, base, mann/task.h       hopfield -> kern, base, GSL
 *
 * This program reads the #include lines of every C file and fails on an arrow that runs back, on a
 * folder or a header that no rule names, and on a library where it does not belong (GSL outside of
 * random streams, tasks, statistics and the Hopfield store; SDL in more than one file).
 *
 * Usage: layers ROOT */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Paths are relative to the root. A list holds prefixes, separated by spaces; the longest matching
 * row decides. */
typedef struct rule {
    const char *from, *to;
} rule;

#define VALUES "include/mann/base.h include/mann/rng.h include/mann/option.h include/mann/tensor.h "
/* Kernels know the enums of op.h: kinds of targets and of squashing. */
#define NUMBERS                                                                                    \
    VALUES "include/mann/op.h include/mann/batch.h include/mann/param.h include/mann/tape.h "
#define EXAMPLES VALUES "include/mann/task.h "

#define ENGINE "src/model/ src/memory/ src/nn/ src/ad/ src/kern/ src/io/ src/base/ include/mann/"

static const rule layers[] = {
    {"include/mann", "include/mann/"},
    {"src/base", "src/base/ include/mann/gsl.h " VALUES},
    {"src/kern", "src/kern/ src/base/ " NUMBERS},
    {"src/ad", "src/ad/ src/kern/ src/base/ " NUMBERS},
    {"src/nn", "src/nn/ src/ad/ src/kern/ src/base/ " NUMBERS},
    {"src/memory",
     "src/memory/ src/nn/ src/ad/ src/kern/ src/base/ include/mann/memory.h " NUMBERS},
    {"src/model", "src/model/ src/memory/ src/nn/ src/ad/ src/kern/ src/base/ include/mann/model.h "
                  "include/mann/memory.h include/mann/task.h " NUMBERS},
    {"src/io", "src/io/ src/base/ include/mann/trace.h include/mann/tape.h " EXAMPLES},
    {"src/hopfield", "src/hopfield/ src/kern/ src/base/ include/mann/hopfield.h " VALUES},
    {"src/experiment", "src/experiment/ " ENGINE},
    {"src/network", "src/network/ src/experiment/ " ENGINE},
    {"src/train", "src/train/ src/network/ src/experiment/ " ENGINE},
    {"src/run", "src/run/ src/train/ src/network/ src/experiment/ " ENGINE},
    {"src/study", "src/study/ src/run/ src/train/ src/network/ src/experiment/ " ENGINE},
    {"src/cli", "src/ viz/draw/ viz/show/ include/mann/"},
    {"tasks", "tasks/ src/io/ src/base/ include/mann/gsl.h " EXAMPLES},
    {"viz/show", "viz/show/ include/mann/"},
    {"viz/draw", "viz/draw/ viz/show/ include/mann/"},
    {"viz", "viz/ include/mann/"},
    {"bench", "bench/ src/ include/mann/"},
    {"examples", "include/mann/"},
    {"tests", "tests/ src/ tasks/ viz/ include/mann/"},
};

/* Who may include a library's headers; a library that is not here is the C library's. */
static const rule libraries[] = {
    {"gsl/", "include/mann/gsl.h src/base/rng.c src/hopfield/ tasks/ src/study/ src/cli/ bench/ "
             "tests/"},
    {"jansson.h", "src/io/ src/experiment/ src/train/ src/run/ src/study/ src/cli/ tasks/ "
                  "viz/show/ bench/ tests/"},
    {"archive", "src/io/ tests/"},
    {"cblas", "src/kern/ bench/ tests/"},
    {"cairo", "viz/draw/ tests/"},
    {"SDL", "viz/ tests/"},
    {"cmocka.h", "tests/"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *root;
static int files, includes, errors;
static char sdl_file[1024]; /* the first file of viz that includes SDL */

static const rule *find(const rule *rules, size_t count, const char *path)
{
    const rule *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(rules[i].from);
        if (!strncmp(path, rules[i].from, length) && (!best || length > strlen(best->from))) {
            best = &rules[i];
        }
    }
    return best;
}

static bool listed(const char *list, const char *path)
{
    while (*list) {
        size_t length = strcspn(list, " ");
        if (!strncmp(path, list, length)) {
            return true;
        }
        list += length;
        list += strspn(list, " ");
    }
    return false;
}

static bool exists(const char *path)
{
    char name[2048];
    struct stat about;
    snprintf(name, sizeof name, "%s/%s", root, path);
    return !stat(name, &about);
}

/* Where a file of the project that includes name finds it: beside itself, or in one of the include
 * folders. False: it is none of ours. */
static bool resolve(const char *file, const char *name, bool quoted, char *path, size_t size)
{
    static const char *const places[] = {"include", "src", "viz", "tasks", "."};
    int folder = (int)(strrchr(file, '/') - file);
    snprintf(path, size, "%.*s/%s", folder, file, name);
    if (quoted && exists(path)) {
        return true;
    }
    for (size_t i = 0; i < COUNT(places); i++) {
        snprintf(path, size, "%s/%s", places[i], name);
        if (exists(path)) {
            return true;
        }
    }
    return false;
}

/* NULL if file may include name, else why not. */
static const char *judge(const char *file, const char *name, bool quoted)
{
    char path[1024];
    if (resolve(file, name, quoted, path, sizeof path)) {
        const rule *layer = find(layers, COUNT(layers), file);
        if (!layer) {
            return "no rule names the folder of this file (tests/house/layers.c)";
        }
        return listed(layer->to, path) ? NULL : "this arrow runs back";
    }
    if (quoted || !strncmp(name, "mann/", 5)) {
        return "there is no such file";
    }
    const rule *library = find(libraries, COUNT(libraries), name);
    return !library || listed(library->to, file) ? NULL : "this library does not belong here";
}

static void complain(const char *file, int line, const char *name, const char *why)
{
    printf("%s:%d: includes %s: %s\n", file, line, name, why);
    errors++;
}

static void read_file(const char *file)
{
    char text[4096];
    snprintf(text, sizeof text, "%s/%s", root, file);
    FILE *stream = fopen(text, "r");
    if (!stream) {
        printf("%s: cannot be read\n", file);
        errors++;
        return;
    }
    files++;
    for (int line = 1; fgets(text, sizeof text, stream); line++) {
        char open, name[256];
        if (sscanf(text, " # include %c%255[^>\"]", &open, name) != 2 ||
            (open != '<' && open != '"')) {
            continue;
        }
        includes++;
        const char *why = judge(file, name, open == '"');
        if (why) {
            complain(file, line, name, why);
        }
        if (!strncmp(name, "SDL", 3) && !strncmp(file, "viz/", 4)) {
            if (*sdl_file && strcmp(sdl_file, file) != 0) {
                complain(file, line, name, "one file of viz includes SDL already");
            }
            snprintf(sdl_file, sizeof sdl_file, "%s", file);
        }
    }
    fclose(stream);
}

static void walk(const char *folder)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *listing = opendir(path);
    if (!listing) {
        return; /* a folder that is still to come */
    }
    for (struct dirent *entry; (entry = readdir(listing));) {
        const char *dot = strrchr(entry->d_name, '.');
        struct stat about;
        char full[2048];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(full, sizeof full, "%s/%s", root, path);
        if (!stat(full, &about) && S_ISDIR(about.st_mode)) {
            walk(path);
        } else if (dot && (!strcmp(dot, ".c") || !strcmp(dot, ".h"))) {
            read_file(path);
        }
    }
    closedir(listing);
}

/* The rules themselves, on arrows whose answer is known. */
static void try_rules(void)
{
    static const struct {
        const char *file, *name;
        bool fine;
    } cases[] = {
        {"src/ad/tape.c", "kern/kern.h", true},
        {"src/kern/gemm.c", "ad/tape.h", false},
        {"src/base/arena.c", "io/file.h", false},
        {"src/nn/dense.c", "mann/memory.h", false},
        {"src/memory/matrix.c", "mann/memory.h", true},
        {"src/kern/gemm.c", "gsl/gsl_rng.h", false},
        {"src/base/rng.c", "gsl/gsl_rng.h", true},
        {"tasks/sequences/copy.c", "mann/task.h", true},
        {"tasks/sequences/copy.c", "kern/kern.h", false},
        {"src/io/trace/trace.c", "ad/tape.h", false},
        {"viz/draw/pen/heat.c", "base/arena.h", false},
        {"viz/draw/pen/heat.c", "show/looks.h", true},
        {"viz/draw/pen/heat.c", "cairo.h", true},
        {"viz/show/scene.c", "cairo.h", false},
        {"viz/show/scene.c", "draw/pen.h", false},
        {"viz/show/scene.c", "base/arena.h", false},
        {"viz/view.c", "cairo.h", false},
        {"viz/draw/pen/heat.c", "SDL.h", true}, /* the one file is checked apart */
        {"src/cli/main.c", "SDL.h", false},
        {"src/model/machine.c", "nn/controller.h", true},
        {"src/model/machine.c", "nn/no-such-file.h", false},
        {"examples/copy.c", "base/arena.h", false},
        {"somewhere/else.c", "mann/base.h", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool quoted = strncmp(cases[i].name, "gsl", 3) && strncmp(cases[i].name, "SDL", 3) &&
                      strcmp(cases[i].name, "cairo.h") != 0;
        if (!judge(cases[i].file, cases[i].name, quoted) != cases[i].fine) {
            printf("the rules should %s %s to include %s\n", cases[i].fine ? "allow" : "forbid",
                   cases[i].file, cases[i].name);
            errors++;
        }
    }
}

int main(int argc, char **argv)
{
    static const char *const folders[] = {"include", "src",   "tasks",    "viz",
                                          "bench",   "tests", "examples", "experiments"};
    if (argc != 2) {
        fprintf(stderr, "usage: layers ROOT\n");
        return 2;
    }
    root = argv[1];
    try_rules();
    for (size_t i = 0; i < COUNT(folders); i++) {
        walk(folders[i]);
    }
    printf("%d files, %d includes, %d errors\n", files, includes, errors);
    return errors || !files;
}
