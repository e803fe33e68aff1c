/* Files: whole or not at all, whatever happens while they are written; limits; pipes; folders. */
#include "fixture.h"

#include <fcntl.h>
#include <io/file.h>
#include <io/safetensors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_holds(const char *path, const char *text)
{
    char *data;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 1000, &data, &size), MANN_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static void file_round_trip(void **state)
{
    (void)state;
    const char *path = in_folder("round");
    int before = entries();
    assert_int_equal(mann_file_replace(context, path, "one", 3), MANN_OK);
    assert_holds(path, "one");
    assert_int_equal(mann_file_replace(context, path, "three", 5), MANN_OK);
    assert_holds(path, "three");
    assert_int_equal(mann_file_replace(context, path, NULL, 0), MANN_OK);
    assert_holds(path, "");
    assert_int_equal(entries(), before + 1);

    /* The umask, not mkstemp, decides who may read it. */
    mode_t mask = umask(022);
    assert_int_equal(mann_file_replace(context, path, "x", 1), MANN_OK);
    umask(mask);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0644);
}

static void file_relative_path(void **state)
{
    (void)state;
    int here = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(here >= 0);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mann_file_replace(context, "relative", "r", 1), MANN_OK);
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_holds(in_folder("relative"), "r");
}

static void file_limits(void **state)
{
    (void)state;
    const char *path = in_folder("limit");
    char *data;
    size_t size;
    put(path, "0123456789", 10);
    assert_int_equal(mann_file_read(context, path, 10, &data, &size), MANN_OK);
    assert_int_equal(size, 10);
    free(data);
    assert_int_equal(mann_file_read(context, path, 9, &data, &size), MANN_E_FORMAT);
    assert_null(data);
    assert_message(path);
    assert_int_equal(mann_file_read(context, in_folder("absent"), 9, &data, &size), MANN_E_IO);
    assert_message("absent");
    assert_int_equal(mann_file_read(context, folder, 9, &data, &size), MANN_E_IO);
    assert_int_equal(mann_file_read(NULL, folder, 9, &data, &size), MANN_E_IO);
}

static void file_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    static char many[20000];
    memset(many, 'm', sizeof many);
    assert_int_equal(write(ends[1], many, sizeof many), sizeof many);
    close(ends[1]);
    char path[64], *data;
    size_t size;
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(mann_file_read(context, path, 100000, &data, &size), MANN_OK);
    assert_int_equal(size, sizeof many);
    assert_memory_equal(data, many, sizeof many);
    free(data);
    close(ends[0]);
    /* Without an end, the limit is one. */
    assert_int_equal(mann_file_read(context, "/dev/zero", 100000, &data, &size), MANN_E_FORMAT);
}

static void file_refusals(void **state)
{
    (void)state;
    int before = entries();
    assert_int_equal(mann_file_replace(context, in_folder("no/such"), "x", 1), MANN_E_IO);
    assert_message("no/such");
    assert_int_equal(mann_file_replace(context, folder, "x", 1), MANN_E_IO);
    assert_message("a folder");
    assert_int_equal(mann_file_replace(context, "/dev/null", "x", 1), MANN_E_IO);
    assert_message("not a regular file");
    assert_int_equal(mann_file_replace(context, "", "x", 1), MANN_E_IO);
    assert_int_equal(entries(), before);
}

static void file_abandon(void **state)
{
    (void)state;
    const char *path = in_folder("abandoned");
    put(path, "old", 3);
    int before = entries();
    mann_replacement *replacement;
    assert_int_equal(mann_replacement_open(context, path, &replacement), MANN_OK);
    mann_replacement_write(replacement, "new", 3);
    assert_holds(path, "old");
    assert_int_equal(entries(), before + 1);
    mann_replacement_abandon(replacement);
    mann_replacement_abandon(NULL);
    assert_holds(path, "old");
    assert_int_equal(entries(), before);
}

/* A disk that fills up while writing, here by a limit on the size of files. */
static void file_failing_write(void **state)
{
    (void)state;
    const char *path = in_folder("full");
    put(path, "old", 3);
    int before = entries();
    struct rlimit kept, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    small = kept;
    small.rlim_cur = 1000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    static char large[100000];
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    mann_status status = mann_file_replace(context, path, large, sizeof large);
    mann_status buffered = mann_file_replace(context, path, large, 1500); /* fails in the flush */
    mann_stored tensor = {"t", MANN_F32, 1, {25000}, large, 100000};
    mann_status store = mann_archive_save(context, path, 1, &tensor, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, MANN_E_IO);
    assert_int_equal(buffered, MANN_E_IO);
    assert_int_equal(store, MANN_E_IO);
    assert_message(path);
    assert_holds(path, "old");
    assert_int_equal(entries(), before);
}

static void folder_make(void **state)
{
    (void)state;
    struct stat about;
    assert_int_equal(mann_folder_make(context, in_folder("a/b//c/")), MANN_OK);
    assert_int_equal(stat(in_folder("a/b/c"), &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_int_equal(mann_folder_make(context, in_folder("a/b/c")), MANN_OK);
    assert_int_equal(mann_folder_make(context, "/"), MANN_OK);
    assert_int_equal(mann_folder_make(context, "."), MANN_OK);
    put(in_folder("a/file"), "", 0);
    assert_int_equal(mann_folder_make(context, in_folder("a/file")), MANN_E_IO);
    assert_int_equal(mann_folder_make(context, in_folder("a/file/d")), MANN_E_IO);
    assert_message("a/file");
    assert_int_equal(mann_folder_make(context, ""), MANN_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_round_trip),    cmocka_unit_test(file_relative_path),
        cmocka_unit_test(file_limits),        cmocka_unit_test(file_pipe),
        cmocka_unit_test(file_refusals),      cmocka_unit_test(file_abandon),
        cmocka_unit_test(file_failing_write), cmocka_unit_test(folder_make),
    };
    return cmocka_run_group_tests_name("file", tests, folder_begin, folder_end);
}
