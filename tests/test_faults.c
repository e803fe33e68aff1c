/* Every allocation fails once. The command is started again and again in a child process, in which
 * its allocation number 1, then 2, then 3 ... fails, until a run gets by without meeting it. Each
 * either does its work all the same, to the same result, or says that memory is short and exits
 * with 1; it never crashes, and a run's folder is good afterwards. Under the address sanitizer,
 * nothing leaks either.
 *
 * The clock, too: training does not mind that the time of day jumps.
 *
 * Usage: test_faults [EVERY [SCENARIO]]   EVERY: of the allocations only each so many-th (1)
 *
 * --wrap=main makes this file's main the program's, and the command's one a function. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "faults.h"

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

/* For the leak sanitizer, which asks before main: fontconfig keeps its tables for good. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static long every = 1;
static const char *only;
static bool *fired; /* shared with the child */

/* --- the command in a child --- */

enum { WORDS = 64 };

static void redirect(const char *path, int descriptor)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, descriptor) < 0) {
        _exit(126);
    }
    close(file);
}

/* Which allocations fail: one, that and all later ones, one of jansson's. Or the clock jumps. */
typedef enum fault { ONE, ALL, JSON, CLOCK } fault;

/* Runs the command's main in this process, which must be a child, and ends it. */
static void be_command(const char *line, long at, fault kind)
{
    static char text[2048];
    char *words[WORDS + 1] = {"mann"}, *rest = NULL;
    int count = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok_r(text, " ", &rest); word && count < WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    redirect("out.txt", 1);
    redirect("err.txt", 2);
    alarm(MOST_SECONDS);
    if (kind == JSON) {
        faults_arm_json(at);
    } else {
        faults_arm(at, kind == ALL);
    }
    if (kind == CLOCK) {
        faults_jump();
    }
    int code = __real_main(count, words);
    *fired = faults_fired();
    faults_arm(0, ONE);
    exit(code);
}

static int run(const char *line, long at, fault kind)
{
    *fired = false;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        be_command(line, at, kind);
    }
    int code = finish(child);
    collect();
    return code;
}

/* --- what is tried --- */

typedef struct scenario {
    const char *line;
    bool prints; /* what it prints without a fault, it prints in spite of one */
    void (*before)(void);
    void (*after)(const char *line, int code); /* of a run with a fault */
} scenario;

static void fresh(void)
{
    remove_folder("run");
}

static void half(void)
{
    remove_folder("run");
    copy_run("half", "run");
}

#define COURSE                                                                                     \
    "-p model.hidden=4 -p memory.locations=4 -p memory.width=3 -p task.length=1..2 -p "            \
    "train.batch=4 "                                                                               \
    "-p train.validate_every=2 -p train.validate_sequences=4 -p train.save_seconds=0 "             \
    "--threads 1 "

/* The folder of a run that met a fault: it goes on to where it would have come without. */
static void goes_on(const char *line, int code)
{
    const char *again = exists("run/run.json")
                            ? "train -q --resume -o run --threads 1 --sequences 24"
                            : "train copy -q -o run --sequences 24 "
                              "-p train.trace_every=1 " COURSE;
    int resumed = run(again, 0, ONE);
    if (resumed || !same_weights("run", "whole")) {
        fail_msg("%s\nexits with %d; after that\n%s\nexits with %d%s:\n%s", line, code, again,
                 resumed, resumed ? "" : ", and the weights are others", err);
    }
}

static const scenario scenarios[] = {
    {"train copy -q -o run --sequences 24 -p train.trace_every=1 " COURSE, false, fresh, goes_on},
    {"train -q --resume -o run --threads 1 --sequences 24", false, half, goes_on},
    {"train --config set.json -q -o run --sequences 4 --json", false, fresh, NULL},
    {"train file:own.jsonl -q -o run --model lstm --sequences 8 -p task.target=class "
     "-p model.hidden=4 -p train.trace_every=0 -p train.batch=4 --threads 1",
     false, fresh, NULL},
    {"train babi -q -o run --sequences 4 -p task.path=. -p task.id=3 -p task.validation=0 "
     "-p train.trace_every=0 -p train.batch=4 --threads 1",
     false, fresh, NULL},
    {"eval whole --length 2,3 --sequences 9 --threads 2 --json", true, NULL, NULL},
    {"eval whole --sequences 3 --threads 1", true, NULL, NULL},
    {"run whole --input in.txt --format text", true, NULL, NULL},
    {"info whole --json", true, NULL, NULL},
    {"info whole/checkpoints/LATEST.safetensors --json", true, NULL, NULL},
    {"info trace.safetensors", true, NULL, NULL},
    {"render whole -o picture.png", false, NULL, NULL},
    {"render whole -o -", true, NULL, NULL},
    {"render trace.safetensors -o picture.svg", false, NULL, NULL},
    {"render store.safetensors -o picture.svg", false, NULL, NULL},
    {"export trace.safetensors --npz out.npz", false, NULL, NULL},
    {"export whole --csv exported", false, NULL, NULL},
    {"export whole --weights weights.safetensors", false, NULL, NULL},
    {"hopfield --patterns letters.txt --rule hebb,storkey,pseudo-inverse --cues 2 --threads 1 "
     "-o picture.svg",
     true, NULL, NULL},
    {"hopfield --patterns images --rule dense:3,modern,continuous --cues 2 --threads 2 --json",
     true, NULL, NULL},
    {"hopfield --patterns random:20x3 --sweep load=0.1,0.2 --trials 2 --cues 2 --threads 2 --json "
     "-o picture.svg",
     true, NULL, NULL},
    {"hopfield --patterns letters.txt --rule dense:2,modern,continuous --sweep corrupt=0,0.2 "
     "--trials 1 --cues 1 --threads 1 --csv",
     true, NULL, NULL},
    {"hopfield --patterns random:20x3 -o kept.safetensors", false, NULL, NULL},
    {"report whole half --json", true, NULL, NULL},
    {"tasks copy --json", true, NULL, NULL},
    {"models --json", true, NULL, NULL},
};

/* What a command that met a fault may do. */
static void check_end(const scenario *s, long at, int code, const char *usual)
{
    bool caught = strstr(err, "Sanitizer") || strstr(err, "runtime error"); /* may exit with 1 */
    if (caught || (code != 0 && code != 1)) {
        fail_msg("mann %s\nexits with %d after allocation %ld failed; it says\n%s%.600s", s->line,
                 code, at, err, out);
    }
    if (code == 1 && !strstr(err, "memory") && !strstr(err, "could not start")) {
        fail_msg("mann %s\nexits with 1 after allocation %ld failed, and does not say that memory "
                 "is short:\n%s%s",
                 s->line, at, out, err);
    }
    if (code == 0 && s->prints && strcmp(out, usual) != 0) {
        size_t same = 0;
        while (out[same] == usual[same]) {
            same++;
        }
        fail_msg("mann %s\nexits with 0 after allocation %ld failed, but from byte %zu on prints"
                 "\n%.200s\ninstead of\n%.200s",
                 s->line, at, same, out + same, usual + same);
    }
}

static void try_all(const scenario *s, fault kind)
{
    if (s->before) {
        s->before();
    }
    check_code(s->line, run(s->line, 0, ONE), 0);
    char *usual = strdup(out);
    /* Those of jansson are many, and all end the command at one place. */
    long at = 1, failures = 0, step = kind == JSON ? 17 * every : every;
    for (;; at += step) {
        if (s->before) {
            s->before();
        }
        int code = run(s->line, at, kind);
        if (!*fired && !code) {
            break;
        }
        check_end(s, at, code, usual);
        failures += code == 1;
        if (s->after) {
            s->after(s->line, code);
        }
    }
    static const char *const names[] = {
        [ONE] = "one", [ALL] = "and all later", [JSON] = "jansson's"};
    print_message("%5ld allocations (%s), %ld of them exit with 1: %s\n", at - 1, names[kind],
                  failures, s->line);
    free(usual);
}

static void test_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        if (!only || strstr(scenarios[i].line, only)) {
            for (fault kind = ONE; kind <= JSON; kind++) {
                try_all(&scenarios[i], kind);
            }
        }
    }
}

/* Nothing but a date goes by the time of day: not the limit on time, not the count of seconds. */
static void test_clock(void **state)
{
    (void)state;
    const char *line = "train copy -q -o jumps --sequences 24 --max-time 1h " COURSE;
    check_code(line, run(line, 0, CLOCK), 0);
    assert_true(same_weights("jumps", "whole"));
    assert_string_equal(stopped_by("jumps"), "sequences");
    json_t *root = json_load_file("jumps/run.json", 0, NULL);
    double seconds = json_number_value(json_object_get(json_object_get(root, "run"), "seconds"));
    assert_true(seconds > 0 && seconds < MOST_SECONDS);
    json_decref(root);
}

/* --- what they work on --- */

static int set_up(void **state)
{
    (void)state;
    if (command_begin("mann-faults")) {
        return -1;
    }
    fired = mmap(NULL, sizeof *fired, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fired == MAP_FAILED || mkdir("images", 0777)) {
        return -1;
    }
    write_text("in.txt", "ab");
    write_text("set.json",
               "{\"task\": {\"name\": \"copy\", \"length\": \"1..2\"}, \"model\": "
               "{\"hidden\": 4}, \"memory\": {\"locations\": 4}, \"train\": {\"batch\": 4, "
               "\"trace_every\": 0}, \"seed\": 3}");
    write_text("own.jsonl", "{\"input\": [[0], [1]], \"target\": [1, 0]}\n"
                            "{\"input\": [[1], [1]], \"target\": [0, 2], \"mask\": [1, 0]}\n"
                            "{\"input\": [[1]], \"target\": [2], \"split\": \"test\"}\n"
                            "{\"input\": [[0]], \"target\": [2], \"split\": \"validation\"}\n");
    write_text("qa3_any_train.txt", "1 Mary went to the attic.\n2 Bo slept.\n"
                                    "3 Where is Mary?\tattic\t1\n");
    write_text("qa3_any_test.txt", "1 Bo ate.\n2 Who ate?\tBo\t1\n");
    write_text("letters.txt", "##..\n##..\n\n.##.\n.##.\n\n####\n....\n");
    write_text("images/1.pbm", "P1 3 3 1 1 1 0 0 0 0 0 0");
    write_text("images/2.pbm", "P1 3 3 1 0 0 1 0 0 1 0 0");
    check_code("whole",
               run("train copy -q -o whole --sequences 24 -p train.trace_every=1 " COURSE, 0, ONE),
               0);
    check_code("half",
               run("train copy -q -o half --sequences 12 -p train.trace_every=0 " COURSE, 0, ONE),
               0);
    check_code("store", run("hopfield --patterns letters.txt -o store.safetensors", 0, ONE), 0);
    char latest[512], trace[512];
    pointed("whole", "LATEST", latest, sizeof latest);
    copy_file(latest, "whole/checkpoints/LATEST.safetensors");
    snprintf(trace, sizeof trace, "whole/traces/length=20-s7-000000006.safetensors");
    copy_file(trace, "trace.safetensors");
    return 0;
}

int __wrap_main(int argc, char **argv)
{
    every = argc > 1 ? atol(argv[1]) : 1;
    only = argc > 2 ? argv[2] : NULL;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_clock), cmocka_unit_test(test_all)};
    return every < 1 ? 2 : cmocka_run_group_tests_name("faults", tests, set_up, command_end);
}
