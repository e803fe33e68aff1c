/* Starting the command and looking at what it leaves. */
#define _XOPEN_SOURCE 700 /* nftw */

#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *program;

/* --- files --- */

char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    char *text = NULL;
    size_t used = 0, room = 0;
    for (;;) {
        if (used + 1 >= room) {
            room = room ? 2 * room : 4096;
            text = realloc(text, room);
            assert_non_null(text);
        }
        size_t got = fread(text + used, 1, room - used - 1, file);
        if (!got) {
            break;
        }
        used += got;
    }
    fclose(file);
    text[used] = '\0';
    if (size) {
        *size = used;
    }
    return text;
}

void write_file(const char *path, const char *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

void copy_file(const char *from, const char *to)
{
    size_t size;
    char *data = read_file(from, &size);
    assert_non_null(data);
    write_file(to, data, size);
    free(data);
}

bool exists(const char *path)
{
    struct stat found;
    return !stat(path, &found);
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

void remove_folder(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A number that changes with any name or byte of the files in a folder, whatever their order. */
static uint64_t digest;

static int digest_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)place;
    uint64_t hash = 14695981039346656037u;
    for (const char *c = path; *c; c++) {
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    }
    size_t size = 0;
    char *data = kind == FTW_F ? read_file(path, &size) : NULL;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)data[i]) * 1099511628211u;
    }
    free(data);
    digest += hash;
    return 0;
}

uint64_t digest_of(const char *folder)
{
    digest = 0;
    assert_int_equal(nftw(folder, digest_one, 16, FTW_PHYS), 0);
    return digest;
}

/* A copy of a run: run.json, metrics and checkpoints. */
void copy_run(const char *from, const char *to)
{
    char a[512], b[512];
    snprintf(b, sizeof b, "%s/checkpoints", to);
    assert_int_equal(mkdir(to, 0777), 0);
    assert_int_equal(mkdir(b, 0777), 0);
    static const char *const top[] = {"run.json", "metrics.jsonl"};
    for (int i = 0; i < 2; i++) {
        snprintf(a, sizeof a, "%s/%s", from, top[i]);
        snprintf(b, sizeof b, "%s/%s", to, top[i]);
        copy_file(a, b);
    }
    snprintf(a, sizeof a, "%s/checkpoints", from);
    DIR *folder = opendir(a);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] != '.') {
            snprintf(a, sizeof a, "%s/checkpoints/%s", from, entry->d_name);
            snprintf(b, sizeof b, "%s/checkpoints/%s", to, entry->d_name);
            copy_file(a, b);
        }
    }
    closedir(folder);
}

/* --- starting the command --- */

enum { MOST_WORDS = 128 };

pid_t start(const char *line)
{
    static char text[8192];
    char *words[MOST_WORDS + 2], *rest = NULL;
    int count = 0;
    words[count++] = program;
    assert_true(snprintf(text, sizeof text, "%s", line) < (int)sizeof text);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < MOST_WORDS);
        for (char *c = word; *c; c++) {
            *c = *c == '\t' ? ' ' : *c;
        }
        words[count++] = word;
    }
    words[count] = NULL;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int input = open(exists("in.txt") ? "in.txt" : "/dev/null", O_RDONLY);
        int output = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int error = open("err.txt", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) {
            _exit(126);
        }
        alarm(MOST_SECONDS); /* survives the exec */
        execv(program, words);
        _exit(127);
    }
    return child;
}

/* The exit code, or 256 + the signal that ended it. */
int finish(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

char *out, *err;
size_t out_size;

void collect(void)
{
    free(out);
    free(err);
    out = read_file("out.txt", &out_size);
    err = read_file("err.txt", NULL);
    assert_non_null(out);
    assert_non_null(err);
}

int mann(const char *format, ...)
{
    char line[8192];
    va_list arguments;
    va_start(arguments, format);
    assert_true(vsnprintf(line, sizeof line, format, arguments) < (int)sizeof line);
    va_end(arguments);
    int code = finish(start(line));
    collect();
    return code;
}

void check_code(const char *line, int code, int expected)
{
    if (code != expected) {
        fail_msg("mann %s\nexits with %d instead of %d; it says\n%s%s", line, code, expected, out,
                 err);
    }
}

void check_has(const char *line, const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("mann %s\ndoes not say '%s' but\n%s", line, part, text);
    }
}

void check(const expectation *e)
{
    check_code(e->line, mann("%s", e->line), e->code);
    check_has(e->line, err, e->says);
    if (e->code == 2 || e->code == 4) {
        /* An error is no data. */
        assert_string_equal(out, "");
    }
}

json_t *parsed(const char *line, const char *text)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        fail_msg("mann %s\nprints no JSON (%d:%d: %s):\n%s", line, error.line, error.column,
                 error.text, text);
    }
    return root;
}

json_t *json_of(const char *line)
{
    check_code(line, mann("%s", line), 0);
    return parsed(line, out);
}

/* --- a folder to work in --- */

static char workplace[256];

void command_find(const char *path)
{
    program = realpath(path, NULL); /* tests change folders */
    if (!program) {
        perror(path);
        exit(2);
    }
}

int command_begin(const char *name)
{
    char leaks[512];
    const char *top = getenv("TMPDIR");
    snprintf(workplace, sizeof workplace, "%s/%s-XXXXXX", top && *top ? top : "/tmp", name);
    if (!mkdtemp(workplace) || chdir(workplace)) {
        return -1;
    }
    unsetenv("NO_COLOR");
    /* Under the address sanitizer: fontconfig keeps its tables for good. */
    write_text("leaks", "leak:libfontconfig\n");
    snprintf(leaks, sizeof leaks, "suppressions=%s/leaks:print_suppressions=0", workplace);
    setenv("LSAN_OPTIONS", leaks, 0);
    return 0;
}

int command_base(void **state)
{
    (void)state;
    if (command_begin("mann-cli")) {
        return -1;
    }
    int code = mann("train copy -o base --sequences 320 %s", TINY);
    if (code) {
        fprintf(stderr, "mann train exits with %d: %s\n", code, err);
    }
    return code;
}

int command_end(void **state)
{
    (void)state;
    free(out);
    free(err);
    out = err = NULL;
    if (chdir("/")) {
        return -1;
    }
    remove_folder(workplace);
    return 0;
}

/* --- runs --- */

void pointed(const char *run, const char *mark, char *path, size_t size)
{
    char pointer[512];
    snprintf(pointer, sizeof pointer, "%s/checkpoints/%s", run, mark);
    char *name = read_file(pointer, NULL);
    assert_non_null(name);
    name[strcspn(name, "\n")] = '\0';
    snprintf(path, size, "%s/checkpoints/%s", run, name);
    free(name);
}

mann_archive *latest_of(const char *run)
{
    char path[512];
    mann_archive *archive = NULL;
    pointed(run, "LATEST", path, sizeof path);
    assert_int_equal(mann_archive_open(NULL, path, &archive), MANN_OK);
    return archive;
}

bool same_weights(const char *run, const char *other)
{
    mann_archive *a = latest_of(run), *b = latest_of(other);
    bool same = mann_archive_count(a) == mann_archive_count(b);
    for (int32_t i = 0; same && i < mann_archive_count(a); i++) {
        const mann_stored *x = mann_archive_tensor(a, i), *y = mann_archive_find(b, x->name);
        same = y && x->bytes == y->bytes && !memcmp(x->data, y->data, x->bytes);
    }
    mann_archive_close(a);
    mann_archive_close(b);
    return same;
}

const char *stopped_by(const char *run)
{
    static char text[32];
    char path[256];
    snprintf(path, sizeof path, "%s/run.json", run);
    json_t *root = json_load_file(path, 0, NULL);
    const char *stopped =
        json_string_value(json_object_get(json_object_get(root, "run"), "stopped"));
    snprintf(text, sizeof text, "%s", stopped ? stopped : "");
    json_decref(root);
    return text;
}

void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

void wait_for_metrics(const char *run)
{
    char path[256];
    struct stat found;
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    for (int i = 0; i < 100 * MOST_SECONDS; i++) {
        if (!stat(path, &found) && found.st_size > 0) {
            return;
        }
        pause_ms(10);
    }
    fail_msg("%s: nothing is trained", run);
}
