/* The command from outside: the real `mann`, started in a folder of its own, judged by its exit
 * code, its two outputs and the files that it leaves.
 *
 * A command line is one string, cut at its spaces; a tab stands for a space inside a word. */
#ifndef MANN_TESTS_COMMAND_H
#define MANN_TESTS_COMMAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <io/safetensors.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/types.h>

/* A network, and a course of training, that take milliseconds. */
#define TINY                                                                                       \
    "-p model.hidden=8 -p memory.locations=8 -p memory.width=6 -p task.length=1..3 -p "            \
    "train.batch=8 "                                                                               \
    "-p train.validate_every=10 -p train.validate_sequences=8 -p train.trace_every=0 "             \
    "--threads 1"
/* Training that learns nothing, so that nothing but a limit or a signal ends it. */
#define ENDLESS TINY " -p train.lr=0 -p train.max_sequences=1e12"

/* --- before and after all tests --- */

/* Usage: TEST PATH-OF-MANN. Exits if there is none. */
void command_find(const char *path);
/* Makes a folder and goes there; not 0 if that fails. */
int command_begin(const char *name);
/* The same, with a run "base" in it: forty updates of copy. */
int command_base(void **state);
/* Removes it. */
int command_end(void **state);

/* --- starting it --- */

enum { MOST_SECONDS = 300 };

pid_t start(const char *line);
/* The exit code, or 256 + the signal that ended it. */
int finish(pid_t child);
/* What the last command wrote; collect reads it after finish, mann does by itself. */
extern char *out, *err;
extern size_t out_size;
void collect(void);
MANN_PRINTF(1, 2) int mann(const char *format, ...);

void check_code(const char *line, int code, int expected);
void check_has(const char *line, const char *text, const char *part);

/* A command line, its exit code, and a part of what it says on standard error. */
typedef struct expectation {
    const char *line;
    int code;
    const char *says;
} expectation;

void check(const expectation *e);

#define CHECK_ALL(table)                                                                           \
    for (size_t i_ = 0; i_ < sizeof(table) / sizeof((table)[0]); i_++) {                           \
        check(&(table)[i_]);                                                                       \
    }

json_t *parsed(const char *line, const char *text);
/* What a command that succeeds prints. */
json_t *json_of(const char *line);

/* --- files --- */

/* NULL: there is none. A 0 byte follows; size may be NULL. */
char *read_file(const char *path, size_t *size);
void write_file(const char *path, const char *data, size_t size);
void write_text(const char *path, const char *text);
void copy_file(const char *from, const char *to);
bool exists(const char *path);
void remove_folder(const char *path);
/* A number that changes with any name or byte of the files in a folder, whatever their order. */
uint64_t digest_of(const char *folder);

/* --- runs --- */

/* A copy of a run: run.json, metrics and checkpoints. */
void copy_run(const char *from, const char *to);
/* The file that LATEST or BEST of a run names. */
void pointed(const char *run, const char *mark, char *path, size_t size);
mann_archive *latest_of(const char *run);
/* Every tensor of LATEST: weights, moments, averages. */
bool same_weights(const char *run, const char *other);
/* "settled", "signal", ... of run.json. */
const char *stopped_by(const char *run);

void pause_ms(long ms);
/* Waits until the run has validated, so that it is well under way. */
void wait_for_metrics(const char *run);

#endif
