/* `mann sweep` as a user meets it: what runs it makes, that it goes on where it was, and that one
 * run's end is not that of the others.
 *
 * Usage: test_sweep PATH-OF-MANN */
#include "command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state)
{
    (void)state;
    return command_begin("mann-sweep");
}

static const char *text_at(const json_t *root, size_t row, const char *key)
{
    const json_t *value = json_object_get(json_array_get(json_object_get(root, "runs"), row), key);
    const char *text = json_string_value(value);
    assert_non_null(text);
    return text;
}

static int exit_at(const json_t *root, size_t row)
{
    const json_t *runs = json_object_get(root, "runs");
    return (int)json_integer_value(json_object_get(json_array_get(runs, row), "exit"));
}

/* The runs are those that `mann train` would make, named by grid point and seed. */
static void test_grid(void **state)
{
    (void)state;
    const char *line = "sweep copy -o grid --json --seeds 1:2 --grid model=ntm,ntm-ff "
                       "--grid train.lr=1e-3,1e-2 --sequences 160 " TINY;
    static const char *const names[] = {
        "model=ntm,lr=1e-3,seed=1",    "model=ntm,lr=1e-3,seed=2",    "model=ntm,lr=1e-2,seed=1",
        "model=ntm,lr=1e-2,seed=2",    "model=ntm-ff,lr=1e-3,seed=1", "model=ntm-ff,lr=1e-3,seed=2",
        "model=ntm-ff,lr=1e-2,seed=1", "model=ntm-ff,lr=1e-2,seed=2"};
    enum { COUNT = sizeof names / sizeof names[0] };
    json_t *root = json_of(line);
    assert_string_equal(json_string_value(json_object_get(root, "task")), "copy");
    assert_int_equal(json_array_size(json_object_get(root, "runs")), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        char folder[256];
        snprintf(folder, sizeof folder, "grid/%s", names[i]);
        assert_string_equal(text_at(root, i, "name"), names[i]);
        assert_string_equal(text_at(root, i, "run"), folder);
        assert_string_equal(text_at(root, i, "seed"), i % 2 ? "2" : "1");
        assert_string_equal(text_at(root, i, "stopped"), "sequences");
        assert_int_equal(exit_at(root, i), 0);
    }
    json_decref(root);
    check_has(line, err, "copy · 8 runs (model × 2, train.lr × 2, seed × 2)");
    check_has(line, err, "8 of 8 runs done; try: mann report grid");
    check_has(line, err, "model=ntm-ff,lr=1e-2,seed=2: done (sequences) · step 20 · 160 sequences");
    assert_int_equal(mann("train copy -o alone --model ntm-ff --seed 2 -p train.lr=1e-2 "
                          "--sequences 160 " TINY),
                     0);
    assert_true(same_weights("alone", "grid/model=ntm-ff,lr=1e-2,seed=2"));
    assert_false(same_weights("alone", "grid/model=ntm-ff,lr=1e-2,seed=1"));
    assert_false(same_weights("alone", "grid/model=ntm-ff,lr=1e-3,seed=2"));
}

/* The same command again does nothing; more seeds add runs, a later limit goes on. */
static void test_again(void **state)
{
    (void)state;
    assert_int_equal(mann("sweep copy -o again --seeds 1:2 --sequences 160 " TINY), 0);
    uint64_t before = digest_of("again");
    assert_int_equal(mann("sweep copy -o again --seeds 1:2 --sequences 160 " TINY), 0);
    check_has("sweep", err, "2 finished before, 0 to go on with");
    check_has("sweep", err, "2 of 2 runs done");
    assert_true(digest_of("again") == before);
    assert_int_equal(mann("sweep copy -o again --seeds 1,2,7 --sequences 160 " TINY), 0);
    check_has("sweep", err, "2 finished before, 0 to go on with");
    assert_string_equal(stopped_by("again/seed=7"), "sequences");
    assert_int_equal(mann("sweep copy -o again --seeds 1:2 --sequences 320 " TINY), 0);
    check_has("sweep", err, "0 finished before, 2 to go on with");
    assert_int_equal(mann("train copy -o whole --seed 2 --sequences 320 " TINY), 0);
    assert_true(same_weights("whole", "again/seed=2"));
    /* Another experiment is not mixed in. */
    before = digest_of("again");
    assert_int_equal(mann("sweep copy -o again --seeds 1:2 -p train.lr=0.5 " TINY), 2);
    check_has("sweep", err,
              "again/seed=1: a run with other options is here already: train.lr is "
              "0.005, not 0.5");
    assert_true(digest_of("again") == before);
}

/* So it is with a task that settles an option when it is opened: bAbI its vocabulary. */
static void test_again_settled(void **state)
{
    (void)state;
    char stories[2048] = "";
    for (int i = 0; i < 20; i++) {
        const char *where = i % 2 ? "home" : "out";
        snprintf(stories + strlen(stories), sizeof stories - strlen(stories),
                 "1 Mary went %s.\n2 Where is Mary?\t%s\t1\n", where, where);
    }
    const char *line =
        "sweep babi -o settled --seeds 1 -p task.path=stories -p train.trace_every=0 "
        "--sequences 32";
    assert_int_equal(mkdir("stories", 0777), 0);
    write_text("stories/qa1_x_train.txt", stories);
    write_text("stories/qa1_x_test.txt", stories);
    check_code(line, mann("%s", line), 0);
    check_code(line, mann("%s", line), 0);
    check_has(line, err, "1 finished before, 0 to go on with");
}

/* Ctrl-C and SIGTERM: everything saved, exit code 75, and the same command goes on. */
static void test_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        char line[1024], run[2][64];
        snprintf(line, sizeof line, "sweep copy -o signal%d --seeds 1:3 -j 2 " ENDLESS, i);
        pid_t child = start(line);
        for (int k = 0; k < 2; k++) {
            snprintf(run[k], sizeof run[k], "signal%d/seed=%d", i, k + 1);
            wait_for_metrics(run[k]);
        }
        assert_int_equal(kill(child, signals[i]), 0);
        int code = finish(child);
        collect();
        check_code(line, code, 75);
        check_has(line, err, "0 of 3 runs done, 3 to go on with; the same command again goes on");
        check_has(line, err, "seed=2: stopped and saved (signal)");
        assert_string_equal(stopped_by(run[0]), "signal");
        assert_string_equal(stopped_by(run[1]), "signal");
        mann_archive *archive = latest_of(run[1]);
        long long sequences = atoll(mann_archive_metadata(archive, "sequences"));
        mann_archive_close(archive);
        snprintf(line, sizeof line,
                 "sweep copy -o signal%d --seeds 1:3 -j 2 --sequences %lld " ENDLESS, i,
                 sequences + 160);
        check_code(line, mann("%s", line), 0);
        check_has(line, err, "3 of 3 runs done");
        check_has(line, err, "2 to go on with");
        archive = latest_of(run[1]);
        assert_true(atoll(mann_archive_metadata(archive, "sequences")) >= sequences + 160);
        mann_archive_close(archive);
    }
}

/* The process that trains in a run folder, as the kernel knows by its lock; waits for one. */
static pid_t trainer_of(const char *run)
{
    char path[256];
    snprintf(path, sizeof path, "%s/.lock", run);
    for (int i = 0; i < 100 * MOST_SECONDS; i++) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(path, O_RDWR);
        assert_true(file >= 0);
        assert_int_equal(fcntl(file, F_GETLK, &whole), 0);
        close(file);
        if (whole.l_type == F_WRLCK) {
            return whole.l_pid;
        }
        pause_ms(10);
    }
    fail_msg("%s: nothing trains there", run);
    return 0;
}

/* A run that is killed is one failure; the next one starts, and the same command takes it up. */
static void test_crash(void **state)
{
    (void)state;
    const char *line = "sweep copy -o crash --seeds 1:3 -j 2 " ENDLESS;
    pid_t child = start(line);
    wait_for_metrics("crash/seed=1");
    wait_for_metrics("crash/seed=2");
    assert_int_equal(kill(trainer_of("crash/seed=2"), SIGKILL), 0);
    wait_for_metrics("crash/seed=3");
    assert_int_equal(kill(child, SIGTERM), 0);
    int code = finish(child);
    collect();
    check_code(line, code, 75);
    check_has(line, err, "mann sweep: seed=2: ended by signal 9");
    check_has(line, err, "0 of 3 runs done, 1 failed, 2 to go on with");
    assert_string_equal(stopped_by("crash/seed=1"), "signal");
    assert_string_equal(stopped_by("crash/seed=2"), "running");
    assert_string_equal(stopped_by("crash/seed=3"), "signal");
    line = "sweep copy -o crash --seeds 2 " ENDLESS;
    child = start(line);
    assert_int_equal(kill(trainer_of("crash/seed=2"), SIGKILL), 0);
    code = finish(child);
    collect();
    check_code(line, code, 1);
    check_has(line, err, "0 finished before, 1 to go on with");
    check_has(line, err, "0 of 1 runs done, 1 failed");
}

/* Runs whose sweep was killed stop by themselves, as if by a signal. */
static void test_orphans(void **state)
{
    (void)state;
    pid_t child = start("sweep copy -o orphan --seeds 1:2 -j 2 " ENDLESS);
    wait_for_metrics("orphan/seed=1");
    wait_for_metrics("orphan/seed=2");
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(finish(child), 256 + SIGKILL);
    for (int i = 0; i < 100 * MOST_SECONDS && strcmp(stopped_by("orphan/seed=1"), "signal"); i++) {
        pause_ms(10);
    }
    for (int i = 0; i < 100 * MOST_SECONDS && strcmp(stopped_by("orphan/seed=2"), "signal"); i++) {
        pause_ms(10);
    }
    assert_string_equal(stopped_by("orphan/seed=1"), "signal");
    assert_string_equal(stopped_by("orphan/seed=2"), "signal");
}

static void test_codes(void **state)
{
    (void)state;
    /* One of two diverges, at its first update. */
    write_text("mild.jsonl", "{\"input\": [[1], [2]], \"target\": [[1], [1]]}\n");
    write_text("huge.jsonl", "{\"input\": [[1], [2]], \"target\": [[1e30], [1]]}\n");
    const char *line = "sweep file:mild.jsonl -m lstm -p task.target=real -p task.validation=0 "
                       "-p task.test=0 -p model.hidden=8 --grid task.path=huge.jsonl,mild.jsonl "
                       "-o diverge --sequences 1600 --threads 1";
    for (int i = 0; i < 2; i++) {
        check_code(line, mann("%s", line), 5);
        check_has(line, err, "1 of 2 runs done, 1 diverged");
    }
    check_has(line, err, "2 finished before");
    assert_string_equal(stopped_by("diverge/path=huge.jsonl,seed=1"), "diverged");
    assert_string_equal(stopped_by("diverge/path=mild.jsonl,seed=1"), "sequences");
    /* A condition that does not come true, then another one that holds. */
    line = "sweep copy -o until --seeds 1:2 --until cost_bits<=0 --sequences 160 " TINY;
    for (int i = 0; i < 2; i++) {
        check_code(line, mann("%s", line), 3);
        check_has(line, err, "2 reached a limit before the condition held");
    }
    line = "sweep copy -o until --seeds 1:2 --until cost_bits<=1e9 --sequences 320 " TINY;
    check_code(line, mann("%s", line), 0);
    check_has(line, err, "2 to go on with");
    assert_string_equal(stopped_by("until/seed=1"), "until");
    check_code(line, mann("%s", line), 0);
    check_has(line, err, "2 finished before");
}

static void test_usage(void **state)
{
    (void)state;
    assert_int_equal(mkdir("held", 0777), 0);
    assert_int_equal(mann("train copy -o held/seed=1 --sequences 80 " TINY), 0);
    uint64_t before = digest_of("held");
    static const expectation table[] = {
        {"sweep", 2, "which task?"},
        {"sweep copy recall", 2, "'recall' is one too many"},
        {"sweep cpoy", 2, "did you mean 'copy'"},
        {"sweep copy -o held/seed=1", 2, "held/seed=1: this is a run"},
        {"sweep copy -o new --seeds 1:5 --restarts 5", 2, "leave out --seeds"},
        {"sweep copy -o new --seeds 5:1", 2, "'5:1' is no range"},
        {"sweep copy -o new --seeds 1:99999", 2, "'1:99999' is no range"},
        {"sweep copy -o new --seeds 1,,2", 2, "a value is missing"},
        {"sweep copy -o new --seeds 1,1", 2, "seed: 1 is there twice"},
        {"sweep copy -o new --seeds one", 2, "seed: 'one' is not a whole number"},
        {"sweep copy -o new --grid lr", 2, "'lr' is not of the form key=a,b,c"},
        {"sweep copy -o new --grid train.lr=", 2, "a value is missing"},
        {"sweep copy -o new --grid train.lr=1,2 --grid train.lr=3", 2, "is in the grid twice"},
        {"sweep copy -o new --grid train.lrr=1,2", 2, "did you mean 'train.lr'"},
        {"sweep copy -o new --grid train.lr=1,x", 2, "train.lr"},
        {"sweep copy -o new --grid model=ntm,nmt", 2, "did you mean 'ntm'"},
        {"sweep copy -o new --grid seed=1,2", 2, "--seeds is for"},
        {"sweep copy -o new --grid train.batch=1:1000 --grid task.length=1:1000", 2,
         "1000000 runs"},
        {"sweep copy -o new --grid train.lessons=length=1,length:1", 2,
         "two runs would be called lessons=length_1,seed=1"},
        {"sweep copy -o new -j 0", 2, "--jobs: '0'"},
        {"sweep copy -o new --resume", 2, "unknown option '--resume'"},
        {"sweep copy -o new --until wrong", 2, "is not a condition"},
    };
    CHECK_ALL(table);
    assert_false(exists("new/seed=1"));
    assert_true(digest_of("held") == before);
    check_code("--help", mann("sweep --help"), 0);
    check_has("--help", out, "train.save_seconds");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_sweep PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),          cmocka_unit_test(test_again),
        cmocka_unit_test(test_again_settled), cmocka_unit_test(test_signals),
        cmocka_unit_test(test_crash),         cmocka_unit_test(test_orphans),
        cmocka_unit_test(test_codes),         cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests_name("sweep", tests, set_up, command_end);
}
