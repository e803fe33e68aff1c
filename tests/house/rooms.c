/* The size of rooms (docs/design.md): no function of more than 60 lines, no file of more than 700,
 * no folder of src, tasks and viz with more than 2,500 lines of its own, folders in it not counted;
 * and no circle of includes but where two files are one object.
 *
 * An object is x.c with x.h. The graph of who includes whom is cut down, object by object, to those
 * that are in a circle or between two: what includes nothing that is left, and what is not included
 * by any that is left, goes.
 *
 * Usage: rooms ROOT */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_OBJECTS = 1024, MOST_EDGES = 8192, LONGEST = 256, FUNCTION = 60, FILE_ = 700 };
enum { ROOM = 2500 };

/* A header with what the files of one object share, and the object's own. */
static const char *const one_object[] = {
    "src/io/safetensors_format", "src/io/safetensors",    "viz/show/episode_parts",
    "viz/show/episode",          "viz/show/source_parts", "viz/show/source",
};

static char object[MOST_OBJECTS][LONGEST];
static bool gone[MOST_OBJECTS + 1];
static int from[MOST_EDGES], to[MOST_EDGES];
static int objects, edges, errors, files;
static const char *root;

static void wrong(const char *where, const char *what, int lines, int most)
{
    printf("%s: %s of %d lines; at most %d\n", where, what, lines, most);
    errors++;
}

static bool ends(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && !strcmp(text + a - b, end);
}

static bool is_file(const char *path)
{
    char name[4 * LONGEST];
    struct stat about;
    snprintf(name, sizeof name, "%s/%s", root, path);
    return !stat(name, &about);
}

/* The number of the object that a file belongs to. */
static int object_of(const char *path)
{
    char name[LONGEST];
    snprintf(name, sizeof name, "%.*s", (int)strlen(path) - 2, path);
    for (int i = 0; i < objects; i++) {
        if (!strcmp(object[i], name)) {
            return i;
        }
    }
    if (objects == MOST_OBJECTS) {
        printf("more than %d objects; enlarge MOST_OBJECTS\n", MOST_OBJECTS);
        exit(1);
    }
    strcpy(object[objects], name);
    return objects++;
}

/* The file that an include line of path names, if it is one of src, tasks or viz. */
static bool included(const char *path, const char *line, char *found, size_t size)
{
    static const char *const places[] = {"", "src/", "viz/", "tasks/"};
    char name[LONGEST];
    if (sscanf(line, "#include %*1[<\"]%255[^\">]", name) != 1) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        int folder = i ? 0 : (int)(strrchr(path, '/') - path) + 1;
        int wrote = snprintf(found, size, "%.*s%s%s", folder, path, places[i], name);
        if (wrote < (int)size && is_file(found)) {
            return true;
        }
    }
    return false;
}

static void add_edge(const char *path, const char *line)
{
    char found[LONGEST];
    if (included(path, line, found, sizeof found)) {
        int a = object_of(path), b = object_of(found);
        if (a != b && edges < MOST_EDGES) {
            from[edges] = a;
            to[edges++] = b;
        }
    }
}

/* Reads a file; returns its lines. A function begins where a line of its head stands after an empty
 * one, and ends with a brace in the first column. */
static int read_file(const char *path)
{
    char name[4 * LONGEST], line[1024];
    int lines = 0, head = 0, body = 0;
    snprintf(name, sizeof name, "%s/%s", root, path);
    FILE *file = fopen(name, "r");
    if (!file) {
        printf("%s: cannot be read\n", path);
        exit(1);
    }
    while (fgets(line, sizeof line, file)) {
        lines++;
        if (line[0] == '\n' || line[0] == '/' || line[0] == '#' || line[0] == ' ') {
            head = body ? head : line[0] == ' ' ? head : 0;
        } else if (line[0] == '{') {
            body = head ? lines : 0;
        } else if (line[0] == '}') {
            if (body && lines - head + 1 > FUNCTION) {
                char where[LONGEST + 32];
                snprintf(where, sizeof where, "%s:%d", path, head);
                wrong(where, "a function", lines - head + 1, FUNCTION);
            }
            head = body = 0;
        } else if (!head && !body) {
            head = lines;
        }
        add_edge(path, line);
    }
    fclose(file);
    files++;
    return lines;
}

static void walk(const char *folder, bool room)
{
    char name[4 * LONGEST];
    int own = 0;
    snprintf(name, sizeof name, "%s/%s", root, folder);
    DIR *open = opendir(name);
    for (struct dirent *entry = open ? readdir(open) : NULL; entry; entry = readdir(open)) {
        char path[2 * LONGEST];
        struct stat about;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(name, sizeof name, "%s/%.200s", root, path);
        if (entry->d_name[0] == '.' || stat(name, &about)) {
            continue;
        }
        if (S_ISDIR(about.st_mode)) {
            walk(path, room);
        } else if (ends(path, ".c") || ends(path, ".h")) {
            int lines = read_file(path);
            own += lines;
            if (lines > FILE_) {
                wrong(path, "a file", lines, FILE_);
            }
        }
    }
    if (open) {
        closedir(open);
    }
    if (room && own > ROOM) {
        wrong(folder, "a room", own, ROOM);
    }
}

static bool allowed(int a, int b)
{
    for (size_t i = 0; i < sizeof one_object / sizeof *one_object; i += 2) {
        if (!strcmp(object[a], one_object[i]) && !strcmp(object[b], one_object[i + 1])) {
            return true;
        }
    }
    return false;
}

/* Whether an object has a neighbour that is left, on the side that it would have in a circle. */
static bool has_neighbour(int o, const int *mine, const int *other)
{
    for (int e = 0; e < edges; e++) {
        if (mine[e] == o && !gone[other[e]]) {
            return true;
        }
    }
    return false;
}

static void find_circles(void)
{
    for (int e = 0; e < edges; e++) {
        if (allowed(from[e], to[e])) {
            to[e] = from[e] = objects; /* nowhere */
        }
    }
    gone[objects] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (int o = 0; o < objects; o++) {
            if (!gone[o] && !(has_neighbour(o, from, to) && has_neighbour(o, to, from))) {
                gone[o] = changed = true;
            }
        }
    }
    for (int o = 0; o < objects; o++) {
        if (!gone[o]) {
            printf("%s: in a circle of includes, or between two\n", object[o]);
            errors++;
        }
    }
}

int main(int argc, char **argv)
{
    static const char *const rooms[] = {"src", "tasks", "viz"}, *const others[] = {"bench",
                                                                                   "examples"};
    if (argc != 2) {
        fprintf(stderr, "Usage: rooms ROOT\n");
        return 2;
    }
    root = argv[1];
    for (int i = 0; i < 3; i++) {
        walk(rooms[i], true);
    }
    for (int i = 0; i < 2; i++) {
        walk(others[i], false);
    }
    find_circles();
    printf("%d files, %d objects, %d arrows, %d errors\n", files, objects, edges, errors);
    return errors || files < 100 || edges < 100;
}
