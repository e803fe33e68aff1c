/* What is drawn is found by role, kind, axes and group (mann/tape.h), never by the name of a value:
 * a new memory or model gets its panels for nothing.
 *
 * This program collects the names of values from the source (`.name = "..."` of a mann_tag_info,
 * the arrays that tasks give, the table of names that traces of version 1 have) and fails where one
 * of them is a string in viz, or where viz asks a trace for a name. Strings that mean something
 * else are in a list, and an entry of the list that is not needed fails too.
 *
 * Usage: tags ROOT */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_NAMES = 1024, LONGEST = 48, MOST_TEXT = 1 << 20 };

static char names[MOST_NAMES][LONGEST];
static int n_names, n_strings, errors;
static const char *root;

/* Words of viz that are names of values elsewhere. */
static struct exception {
    const char *word, *file, *what;
    bool used;
} exceptions[] = {
    {"input", "viz/show/ranking.c", "a phase of the task", false},
    {"output", "viz/show/ranking.c", "a phase of the task", false},
    {"output", "viz/draw/inspector/inspector.c", "the head of a column", false},
    {"target", "viz/draw/marks.c", "a mark of the task", false},
    {"target", "viz/show/live/tale.c", "an array of the example", false},
    {"mask", "viz/show/live/lab.c", "a damage", false},
    {"patterns", "viz/show/readout.c", "a key of the read-outs", false},
    {"optimal", "viz/draw/screen/screen_training.c", "the end of a metric's name", false},
    {"priority", "viz/draw/marks_ranking.c", "the name of an axis", false},
};

static bool is_name(const char *word)
{
    for (int i = 0; i < n_names; i++) {
        if (!strcmp(names[i], word)) {
            return true;
        }
    }
    return false;
}

static void add_name(const char *word)
{
    if (n_names < MOST_NAMES && !is_name(word)) {
        snprintf(names[n_names++], LONGEST, "%s", word);
    }
}

/* Takes comments out, in place; strings stay. */
static void strip_comments(char *text)
{
    char *to = text;
    for (const char *c = text; *c;) {
        if (c[0] == '/' && (c[1] == '*' || c[1] == '/')) {
            const char *end = strstr(c + 2, c[1] == '*' ? "*/" : "\n");
            c = end ? end + (c[1] == '*' ? 2 : 0) : c + strlen(c);
        } else if (*c == '"' || *c == '\'') {
            char quote = *c;
            do {
                if (*c == '\\' && c[1]) {
                    *to++ = *c++;
                }
                *to++ = *c++;
            } while (*c && *c != quote && *c != '\n');
            if (*c) {
                *to++ = *c++;
            }
        } else {
            *to++ = *c++;
        }
    }
    *to = '\0';
}

/* The string that begins at or after from, before the first of the stops; false if there is none.
 * *next is behind it. */
static bool next_string(const char *from, const char *stops, char word[LONGEST], const char **next)
{
    const char *begin = from + strcspn(from, "\"");
    if (!*begin || (*stops && from + strcspn(from, stops) < begin)) {
        return false;
    }
    size_t length = 0;
    const char *c = begin + 1;
    for (; *c && *c != '"' && *c != '\n'; c++) {
        c += *c == '\\' && c[1];
        if (length + 1 < LONGEST) {
            word[length++] = *c;
        }
    }
    word[length] = '\0';
    *next = *c ? c + 1 : c;
    return true;
}

/* Strings that follow a word of the source at once, within the statement that begins with `start`:
 * both may be "". */
static void collect_after(const char *text, const char *start, const char *before)
{
    char word[LONGEST];
    for (const char *c = text; (c = strstr(c, *start ? start : before));) {
        const char *end = *start ? c + strcspn(c, ";") : c + strlen(before), *next = c;
        for (; *start && (next = strstr(next, before)) && next < end;) {
            next += strlen(before);
            if (next_string(next, ",;", word, &next)) {
                add_name(word);
            }
        }
        if (!*start && next_string(end, ";)", word, &next)) {
            add_name(word);
        }
        c = *end ? end + 1 : end;
    }
}

static void collect(const char *file, const char *text)
{
    collect_after(text, "mann_tag_info", ".name = ");
    if (!strncmp(file, "tasks/", 6)) {
        collect_after(text, "", "mann_example_real(");
    } else if (!strcmp(file, "src/io/trace/trace_names.c")) {
        collect_after(text, "known[]", "{");
    }
}

static bool excused(const char *file, const char *word)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (!strcmp(exceptions[i].word, word) && !strcmp(exceptions[i].file, file)) {
            return exceptions[i].used = true;
        }
    }
    return false;
}

static void search(const char *file, const char *text)
{
    char word[LONGEST];
    if (strstr(text, "mann_trace_find(")) {
        printf("%s: asks a trace for a name; ask for a role (mann_trace_role)\n", file);
        errors++;
    }
    for (const char *next = text; next_string(next, "", word, &next);) {
        char *bare = word;
        while (*bare == ' ') { /* of a head line that is padded */
            bare++;
        }
        n_strings++;
        if (is_name(bare) && !excused(file, bare)) {
            printf("%s: \"%s\" is the name of a value; go by its role\n", file, word);
            errors++;
        }
    }
}

static void walk(const char *folder, void (*look)(const char *file, const char *text))
{
    static char text[MOST_TEXT];
    char path[1024], full[2048];
    snprintf(full, sizeof full, "%s/%s", root, folder);
    DIR *listing = opendir(full);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        const char *dot = strrchr(entry->d_name, '.');
        struct stat about;
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(full, sizeof full, "%s/%s", root, path);
        if (!stat(full, &about) && S_ISDIR(about.st_mode)) {
            walk(path, look);
        } else if (dot && (!strcmp(dot, ".c") || !strcmp(dot, ".h"))) {
            FILE *file = fopen(full, "r");
            size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
            if (file) {
                fclose(file);
            }
            text[size] = '\0';
            strip_comments(text);
            look(path, text);
        }
    }
    if (listing) {
        closedir(listing);
    }
}

/* The collector and the search, on text whose answer is known. */
static void try_rules(void)
{
    int before = errors;
    collect("src/memory/none.c", "const mann_tag_info t = {.name = \"test_a\", .axis = {\"b\"}};");
    collect("tasks/none.c", "x = mann_example_real(out, \"test_c\", T, 0);");
    bool good = is_name("test_a") && is_name("test_c") && !is_name("b");
    char text[] = "f(\"test_a\"); /* \"test_a\" */ mann_trace_find(t, n); g(\"b\");";
    strip_comments(text);
    search("(a trial, which must find two)", text);
    good = good && errors == before + 2 && n_strings == 2;
    errors = before + !good;
    printf(good ? "(as it should)\n" : "the rules of this program are broken\n");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: tags ROOT\n");
        return 2;
    }
    root = argv[1];
    try_rules();
    walk("src", collect);
    walk("tasks", collect);
    walk("viz", search);
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (!exceptions[i].used) {
            printf("tests/house/tags.c: \"%s\" is not in %s any more\n", exceptions[i].word,
                   exceptions[i].file);
            errors++;
        }
    }
    printf("%d names, %d strings of viz, %d errors\n", n_names, n_strings, errors);
    return errors || n_names < 40 || n_strings < 100;
}
