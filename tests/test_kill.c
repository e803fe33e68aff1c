/* The command, killed at random moments and resumed, ends as if it had not been.
 *
 * Usage: test_kill MANN [KILLS], at least so often */
#define _XOPEN_SOURCE 700 /* realpath */

#include "trained.h"

#include <fcntl.h>
#include <io/safetensors.h>
#include <jansson.h>
#include <mann/run.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <train/checkpoint.h>
#include <unistd.h>

static char *program;
static int least_kills;

enum { MOST_WORDS = 64 };

/* Starts `mann` with a line's words; a tab stands for a space inside a word. */
static pid_t start(const char *line)
{
    char text[2048], *words[MOST_WORDS + 2], *rest = NULL;
    int count = 0;
    words[count++] = program;
    assert_true(snprintf(text, sizeof text, "%s", line) < (int)sizeof text);
    for (char *word = strtok_r(text, " ", &rest); word && count <= MOST_WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        for (char *c = word; *c; c++) {
            *c = *c == '\t' ? ' ' : *c;
        }
        words[count++] = word;
    }
    words[count] = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int err = open("err.txt", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(err, 2);
        alarm(120);
        execv(program, words);
        _exit(127);
    }
    return child;
}

static void said(char *text, size_t size)
{
    FILE *file = fopen("err.txt", "r");
    size_t got = file ? fread(text, 1, size - 1, file) : 0;
    text[got] = '\0';
    if (file) {
        fclose(file);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Lets the child run for so long, then kills it; true if it had ended by itself, well. */
static bool ended_within(pid_t child, double seconds)
{
    int status;
    double until = now() + seconds;
    while (now() < until) {
        pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child) {
            if (!WIFEXITED(status) || WEXITSTATUS(status)) {
                char text[1024];
                said(text, sizeof text);
                fail_msg("mann ended with status %d: %s", status, text);
            }
            return true;
        }
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

static mann_archive *latest_of(const char *run)
{
    char path[512];
    mann_archive *archive = NULL;
    good(mann_checkpoint_resolve(context, run, "LATEST", path, sizeof path));
    good(mann_archive_open(context, path, &archive));
    return archive;
}

static void assert_same_checkpoints(const char *run, const char *other)
{
    mann_archive *a = latest_of(run), *b = latest_of(other);
    assert_int_equal(mann_archive_count(a), mann_archive_count(b));
    for (int32_t i = 0; i < mann_archive_count(a); i++) {
        const mann_stored *x = mann_archive_tensor(a, i), *y = mann_archive_find(b, x->name);
        if (!y || x->bytes != y->bytes || memcmp(x->data, y->data, x->bytes)) {
            fail_msg("%s and %s: tensor %s differs", run, other, x->name);
        }
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)mann_archive_metadata_all(a), key, value)
    {
        if (strcmp(key, "seconds")) { /* of the clock */
            assert_string_equal(json_string_value(value), mann_archive_metadata(b, key));
        }
    }
    mann_archive_close(a);
    mann_archive_close(b);
}

/* BEST is whole if the run was saved just then, or else weights alone: what it stands for counts.
 */
static void assert_same_best(const char *run, const char *other)
{
    mann_checkpoint_info a, b;
    mann_status status;
    mann_network *x = mann_checkpoint_open(context, run, NULL, &a, &status);
    good(status);
    mann_network *y = mann_checkpoint_open(context, other, NULL, &b, &status);
    good(status);
    assert_int_equal(a.step, b.step);
    assert_true(a.step > 0);
    assert_same_numbers(mann_params_values(x->params), mann_params_values(y->params),
                        mann_params_size(x->params));
    mann_network_free(x);
    mann_network_free(y);
}

/* The lines of metrics.jsonl agree but for the clock. */
static void assert_same_metrics(const char *run, const char *other)
{
    char path[512], line[2][4096];
    FILE *file[2];
    const char *const runs[] = {run, other};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/metrics.jsonl", runs[i]);
        file[i] = fopen(path, "r");
        assert_non_null(file[i]);
    }
    int lines = 0;
    for (; fgets(line[0], sizeof line[0], file[0]); lines++) {
        assert_non_null(fgets(line[1], sizeof line[1], file[1]));
        json_t *a = json_loads(line[0], 0, NULL), *b = json_loads(line[1], 0, NULL);
        assert_true(a && b);
        json_object_del(a, "seconds");
        json_object_del(b, "seconds");
        assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
    }
    assert_null(fgets(line[1], sizeof line[1], file[1]));
    assert_true(lines > 0);
    fclose(file[0]);
    fclose(file[1]);
}

static int check_kills(const char *name, const char *settings, int sequences, mann_rng *rng)
{
    char line[2048], whole[32], killed[32];
    snprintf(whole, sizeof whole, "%s-whole", name);
    snprintf(killed, sizeof killed, "%s-killed", name);
    snprintf(line, sizeof line, "train copy -q -o %s --threads 2 --sequences %d %s", whole,
             sequences, settings);
    double began = now();
    assert_true(ended_within(start(line), 100));
    double full = now() - began; /* what the run takes here and now */
    int kills = 0, tries = 0;
    for (bool done = false; !done; tries++) {
        assert_true(tries < 300);
        int threads = 1 + (int)mann_rng_below(rng, 3);
        if (mann_run_is_folder(killed)) {
            snprintf(line, sizeof line, "train -q --resume -o %s --threads %d --sequences %d",
                     killed, threads, sequences);
        } else {
            snprintf(line, sizeof line, "train copy -q -o %s --threads %d --sequences %d %s",
                     killed, threads, sequences, settings);
        }
        /* Early at first, so that a machine that has become quicker is not done before the second
         * kill, or where many are asked for; then longer and longer, so that one that has become
         * slow gets there too. */
        double share = (kills < 2 || least_kills ? 0.05 : 0.3) * mann_rng_uniform(rng);
        double seconds = full * (0.02 + share) * (1 + tries / 20.0);
        done = ended_within(start(line), seconds);
        kills += !done;
    }
    print_message("%s: killed %d times\n", name, kills);
    assert_true(kills >= 2);
    assert_same_checkpoints(whole, killed);
    assert_same_best(whole, killed);
    assert_same_metrics(whole, killed);
    return kills;
}

static void start_over(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s-whole", name);
    remove_tree(path);
    snprintf(path, sizeof path, "%s-killed", name);
    remove_tree(path);
}

static void test_kills(void **state)
{
    (void)state;
    int kills = 0;
    /* Where it is killed does not repeat; that nothing can be told from the result must. */
    mann_rng rng = mann_rng_stream((uint64_t)getpid(), "kills", (uint64_t)(now() * 1e9));
#define QUICK                                                                                      \
    "-p model.hidden=20 -p memory.locations=16 -p task.length=1..5 -p train.validate_every=30 "    \
    "-p train.validate_sequences=16 -p train.save_seconds=0.01 "
    do {
        start_over("plain");
        start_over("saving");
        start_over("steered");
        kills += check_kills("plain", QUICK, 16 * 1000, &rng);
        /* Most of the time goes into writing files. */
        kills += check_kills("saving", QUICK "-p train.save_seconds=0 -p train.trace_every=1",
                             16 * 100, &rng);
        kills += check_kills("steered",
                             QUICK "-p train.average=0.95 -p train.schedule=halve "
                                   "-p train.patience=2 -p train.lessons=length=1;length=1..3 "
                                   "-p train.lesson_threshold=0.8 -p train.lesson_review=0.3 "
                                   "-p train.optimiser=rmsprop -p train.lr=2e-3",
                             16 * 1000, &rng);
        mann_archive *archive = latest_of("steered-killed");
        assert_true(atoi(mann_archive_metadata(archive, "lesson")) > 0);
        mann_archive_close(archive);
        print_message("%d kills\n", kills);
    } while (kills < least_kills);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "Usage: test_kill MANN [KILLS]\n");
        return 2;
    }
    least_kills = argc == 3 ? atoi(argv[2]) : 0;
    program = realpath(argv[1], NULL); /* tests change folders */
    if (!program) {
        perror(argv[1]);
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kills),
    };
    return cmocka_run_group_tests_name("kills", tests, trained_begin, trained_end);
}
