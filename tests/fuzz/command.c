/* The command's own option values, a line each: what stands before the first space says which.
 * "hopfield" has its whole command line; "at" is a state string; the others are numbers. */
#include "fuzz.h"

#include <cli/cli.h>
#include <cli/hopfield/command.h>
#include <cli/values.h>
#include <show/state.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 24 };

/* Messages go to standard error by way of stdio; sanitizers have ways of their own. */
static void be_quiet(void)
{
    static FILE *nowhere;
    if (!nowhere) {
        nowhere = fopen("/dev/null", "w");
        stderr = nowhere ? nowhere : stderr;
        stdout = nowhere ? nowhere : stdout;
    }
}

/* Reading a file that the user named is another target's work, and help is long. */
static int harmless(const char *word)
{
    return strncmp(word, "--pa", 4) && strncmp(word, "--he", 4) && strcmp(word, "-h");
}

static void hopfield(char *line)
{
    char program[] = "hopfield", option[] = "--patterns", *rest = NULL;
    char *words[WORDS + 1] = {program, option};
    char *patterns = strtok_r(line, " ", &rest);
    int count = 2;
    if (!patterns || strncmp(patterns, "random:", 7) != 0) {
        return;
    }
    words[count++] = patterns;
    for (char *word; count < WORDS && (word = strtok_r(NULL, " ", &rest));) {
        if (harmless(word)) {
            words[count++] = word;
        }
    }
    hopfield_command command = {.cli = cli_open("hopfield")};
    mann_hopfield_job *job = &command.job;
    job->context = command.cli.context;
    int code;
    optind = 0; /* getopt forgets the word in which it left off last time */
    getopt_long(1, words, "", &(struct option){0}, NULL);
    bool stop = !hopfield_parse(&command, count, words, &code);
    for (int32_t r = 0; !stop && r < job->n_rules; r++) {
        const double *x = job->n_axes > 0 ? job->axis[0].value : NULL;
        const double *curve = job->n_axes > 1 ? job->axis[1].value : NULL;
        mann_hopfield_setting setting;
        fuzz_expect(job->context, mann_hopfield_setting_make(job, r, x, curve, &setting));
    }
    mann_hopfield_job_clear(job);
    cli_close(&command.cli);
}

static void values(const mann_cli *cli, char *line)
{
    char program[] = "eval", *words[] = {program, line, NULL};
    mann_values list = {0};
    mann_cli copy = *cli;
    int code;
    optind = 2;
    optopt = 0;
    if (!cli_values_option(&copy, &list, '?', 2, words, "", &code)) {
        return;
    }
    const char *at = NULL;
    char value[MANN_VALUE_TEXT], setting[MANN_VALUE_SETTING];
    for (int i = 0; i < 100 && mann_values_next(&list, &at, value, setting); i++) {
        json_decref(cli_value_json(value));
    }
}

static void one(const mann_cli *cli, char *line)
{
    char *value = strchr(line, ' '), text[64];
    double number;
    int64_t whole;
    uint64_t seed;
    mann_state state;
    if (!value) {
        return;
    }
    *value++ = '\0';
    if (!strcmp(line, "hopfield")) {
        hopfield(value);
    } else if (!strcmp(line, "values")) {
        values(cli, value);
    } else if (!strcmp(line, "at")) {
        fuzz_expect(cli->context, mann_state_parse(cli->context, value, &state));
    } else if (!strcmp(line, "time") && cli_duration(cli, "--max-time", value, &number)) {
        cli_time(number, text);
    } else if (!strcmp(line, "count") && cli_count(cli, "--sequences", value, &number)) {
        cli_grouped(number, text);
    } else if (!strcmp(line, "whole")) {
        cli_integer(cli, "--threads", value, 1, 64, &whole);
    } else if (!strcmp(line, "seed")) {
        cli_seed(cli, value, &seed);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *rest = NULL;
    be_quiet();
    mann_cli cli = {.name = "eval", .context = mann_context_alloc()};
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        one(&cli, line);
    }
    mann_context_free(cli.context);
    free(text);
    return 0;
}
