/* What a system does to a training: a full disk, a folder that cannot be written or goes away, a
 * second process, and numbers that are not finite. The command says what and where, exits as
 * documented, and what the folder holds goes on to the same weights.
 *
 * Usage: test_system MANN */
#define _DEFAULT_SOURCE /* SIGXFSZ */
#include "command.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG "--sequences 800"

static void must(const char *line)
{
    check_code(line, mann("%s", line), 0);
}

static void fails(const char *line, int code, const char *says, const char *where)
{
    check_code(line, mann("%s", line), code);
    check_has(line, err, says);
    check_has(line, err, where);
}

/* Goes on to the end that a run without faults has. */
static void goes_on(const char *run)
{
    char line[512];
    snprintf(line, sizeof line, "train --resume -q -o %s --threads 1 " LONG, run);
    must(line);
    assert_true(same_weights(run, "whole"));
}

static bool is_temporary(const char *folder)
{
    char line[512];
    snprintf(line, sizeof line, "test -n \"$(find %s -name '.mann-*')\"", folder);
    return !system(line);
}

/* --- disks --- */

/* Files of no more than a few bytes: what a quota or a disk that fills up looks like to fwrite. */
static void test_no_room(void **state)
{
    (void)state;
    struct rlimit usual, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    small = usual;
    small.rlim_cur = 2000;
    copy_run("half", "no-room");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int begun = finish(start("train copy -q -o no-room-at-all " TINY));
    int resumed = finish(start("train --resume -q -o no-room --threads 1 " LONG));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    collect();
    check_code("train in no room", begun, 1);
    check_code("train --resume in no room", resumed, 1);
    check_has("train --resume in no room", err, "be written: File too large");
    assert_false(exists("no-room-at-all/run.json")); /* there is nothing to resume */
    assert_false(is_temporary("no-room-at-all"));
    assert_false(is_temporary("no-room"));
    goes_on("no-room");
}

/* A file system of that many bytes. */
static bool mount_small(const char *folder, const char *options)
{
    assert_int_equal(mkdir(folder, 0777), 0);
    return !mount("tmpfs", folder, "tmpfs", 0, options);
}

static void test_full_disk(void **state)
{
    (void)state;
    if (!mount_small("disk", "size=96k")) {
        print_message("a full disk: only root may mount one\n");
        skip();
    }
    int code = mann("train copy -q -o disk/run -p train.save_seconds=0 " TINY " " LONG);
    bool left = is_temporary("disk"), resumable = exists("disk/run/run.json");
    assert_int_equal(mount("tmpfs", "disk", "tmpfs", MS_REMOUNT, "size=64m"), 0);
    int resumed = mann("train --resume -q -o disk/run --threads 1 " LONG);
    bool same = !resumed && same_weights("disk/run", "whole");
    assert_int_equal(umount("disk"), 0);
    check_code("train on a full disk", code, 1);
    assert_true(resumable);
    assert_false(left);
    check_code("train --resume with room again", resumed, 0);
    assert_true(same);
}

static void test_unwritable(void **state)
{
    (void)state;
    write_text("file", "");
    fails("train copy -q -o file/run " TINY, 1, "Not a directory", "file");
    fails("train copy -q -o /proc/run " TINY, 1, "/proc/run", "cannot be made");
    bool mounted = geteuid() == 0 && mount_small("closed", "size=1m") &&
                   !mount("tmpfs", "closed", "tmpfs", MS_REMOUNT | MS_RDONLY, "");
    if (geteuid() != 0) {
        assert_int_equal(mkdir("closed", 0500), 0);
    } else if (!mounted) {
        print_message("a folder that cannot be written: root needs a mount for that\n");
        skip();
    }
    int code = mann("train copy -q -o closed/run " TINY);
    int picture = mann("render whole -o closed/picture.svg");
    if (mounted) {
        umount("closed");
    }
    check_code("train in a closed folder", code, 1);
    check_code("render into a closed folder", picture, 1);
    check_has("render into a closed folder", err, "closed/picture.svg");
}

/* --- others at work --- */

static void test_deleted(void **state)
{
    (void)state;
    pid_t child = start("train copy -q -o deleted -p train.save_seconds=0.02 " ENDLESS);
    wait_for_metrics("deleted");
    assert_int_equal(rename("deleted", "gone"), 0); /* at once: it goes on writing meanwhile */
    remove_folder("gone");
    int code = finish(child);
    collect();
    check_code("train in a deleted folder", code, 1);
    check_has("train in a deleted folder", err, "deleted/");
    check_has("train in a deleted folder", err, "No such file or directory");
}

static void test_two(void **state)
{
    (void)state;
    pid_t child = start("train copy -q -o shared " ENDLESS);
    wait_for_metrics("shared");
    uint64_t before = digest_of("shared/checkpoints");
    fails("train --resume -q -o shared", 2, "another process is training here", "shared");
    fails("train copy -q -o shared " TINY, 2, "there is a run here already", "shared");
    assert_true(digest_of("shared/checkpoints") == before);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(finish(child), 256 + SIGKILL);
    must("train --resume -q -o shared --threads 1 --sequences 8"); /* the lock is gone with it */
}

/* --- what is not finite --- */

/* A copy of a checkpoint with one number replaced. */
static void plant(const char *from, const char *to, const char *name, float number)
{
    mann_archive *archive;
    assert_int_equal(mann_archive_open(NULL, from, &archive), MANN_OK);
    int32_t count = mann_archive_count(archive);
    mann_stored *tensor = calloc((size_t)count, sizeof *tensor);
    assert_non_null(tensor);
    for (int32_t i = 0; i < count; i++) {
        tensor[i] = *mann_archive_tensor(archive, i);
        if (!strcmp(tensor[i].name, name)) {
            ((float *)(uintptr_t)tensor[i].data)[1] = number;
        }
    }
    assert_int_equal(mann_archive_save(NULL, to, count, tensor, mann_archive_metadata_all(archive)),
                     MANN_OK);
    free(tensor);
    mann_archive_close(archive);
}

static bool is_finite(const char *run)
{
    mann_archive *archive = latest_of(run);
    bool finite = true;
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const mann_stored *tensor = mann_archive_tensor(archive, i);
        const float *value = tensor->data;
        for (size_t n = 0; n < tensor->bytes / sizeof *value; n++) {
            finite = finite && (isfinite(value[n]) || !strncmp(tensor->name, "optimiser.", 10));
        }
    }
    mann_archive_close(archive);
    return finite;
}

/* In a weight that training begins with: there is none better to keep, but it is named. */
static void test_weight(void **state)
{
    (void)state;
    char latest[512];
    pointed("whole", "LATEST", latest, sizeof latest);
    plant(latest, "bad.safetensors", "controller.0.weight", NAN);
    fails("train copy -q -o planted --init bad.safetensors " TINY, 5,
          "diverged at update 1: not finite: linear at step 0",
          "controller.0.weight is not finite");
    assert_string_equal(stopped_by("planted"), "diverged");
    must("info planted/diverged-000000001.safetensors");
    check_has("info", out, "example0.input");
    fails("train --resume -q -o planted", 5, "linear at step 0", "controller.0.weight");
}

/* In the checkpoint from which a run goes on: BEST stays as it was. */
static void test_resumed_weight(void **state)
{
    (void)state;
    char latest[512], best[512];
    copy_run("half", "damaged");
    pointed("damaged", "BEST", best, sizeof best);
    pointed("damaged", "LATEST", latest, sizeof latest);
    if (!strcmp(best, latest)) { /* they are not to be one file */
        snprintf(latest, sizeof latest, "damaged/checkpoints/step-000000999.safetensors");
        copy_file(best, latest);
        write_text("damaged/checkpoints/LATEST", "step-000000999.safetensors\n");
    }
    size_t size, after;
    char *kept = read_file(best, &size);
    plant(latest, latest, "output.bias", INFINITY);
    fails("train --resume -q -o damaged --threads 1 " LONG, 5,
          "output.bias is not finite; the last "
          "good weights (BEST, step",
          "and the minibatch are in damaged");
    char *now = read_file(best, &after);
    assert_true(now && size == after && !memcmp(kept, now, size));
    free(kept);
    free(now);
}

/* Steps so large that an update overflows the weights: the update before is what is kept. */
static void test_overflow(void **state)
{
    (void)state;
    const char *line = "train copy -q -o overflow -p train.lr=1e3 -p train.clip_norm=0 "
                       "-p train.clip=0 -p train.weight_decay=1 -p train.optimiser=sgd "
                       "-p train.save_seconds=0 " TINY;
    fails(line, 5, "it overflowed ", "try a lower train.lr");
    assert_true(is_finite("overflow"));
    long update;
    assert_int_equal(sscanf(err, "mann train: diverged at update %ld:", &update), 1);
    assert_int_equal(mann("info overflow/diverged-%09ld.safetensors", update), 0);
    assert_int_equal(mann("train --resume -q -o overflow --threads 1"), 5);
    assert_true(is_finite("overflow"));
}

static void test_input(void **state)
{
    (void)state;
    write_text("null.jsonl", "{\"input\": [[1], [null]], \"target\": [[1], [0]]}\n");
    write_text("huge.jsonl", "{\"input\": [[1], [1e39]], \"target\": [[1], [0]]}\n");
    write_text("large.jsonl", "{\"input\": [[1], [3e38]], \"target\": [[3e38], [0]]}\n");
    fails("train file:null.jsonl -q -o null", 4, "null.jsonl:1: ", "is null");
    fails("train file:huge.jsonl -q -o huge", 4, "huge.jsonl:1: ", "beyond 3.4e38");
    fails("train file:large.jsonl -q -m lstm -o large -p task.target=real -p task.test=0 "
          "-p task.validation=0 --threads 1",
          5, "diverged at update 1: not finite: loss at step 0",
          "the last good weights and the minibatch are in large");
    assert_true(is_finite("large"));
    must("info large/diverged-000000001.safetensors");
}

static int set_up(void **state)
{
    (void)state;
    if (command_begin("mann-system")) {
        return -1;
    }
    return finish(start("train copy -q -o whole " TINY " " LONG)) ||
           finish(start("train copy -q -o half " TINY " --sequences 240"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_unwritable),
        cmocka_unit_test(test_deleted),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_weight),
        cmocka_unit_test(test_resumed_weight),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_input),
    };
    if (argc != 2) {
        fprintf(stderr, "Usage: test_system MANN\n");
        return 2;
    }
    command_find(argv[1]);
    return cmocka_run_group_tests_name("system", tests, set_up, command_end);
}
