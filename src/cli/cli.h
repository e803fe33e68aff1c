/* What the sub-commands share: arguments, messages, exit codes. */
#ifndef MANN_CLI_CLI_H
#define MANN_CLI_CLI_H

#include <getopt.h>
#include <mann/run.h>
#include <stdio.h>

/* Exit codes. */
enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_NOT_MET = 3,
    CLI_CORRUPT = 4,
    CLI_DIVERGED = 5,
    CLI_INTERRUPTED = 75
};

/* The options of every sub-command. */
typedef struct mann_cli {
    const char *name; /* of the sub-command */
    mann_context *context;
    bool quiet, verbose, json, color;
    const struct option *options; /* of getopt_long, for suggestions; may be NULL */
} mann_cli;

/* Values of getopt_long for the common options. */
enum { CLI_COLOR = 1000, CLI_JSON, CLI_VERSION, CLI_FIRST_FREE };

#define CLI_SHORT "hqv"
#define CLI_LONG                                                                                   \
    {"help", no_argument, NULL, 'h'}, {"quiet", no_argument, NULL, 'q'},                           \
        {"verbose", no_argument, NULL, 'v'}, {"color", required_argument, NULL, CLI_COLOR},        \
        {"json", no_argument, NULL, CLI_JSON}, {"version", no_argument, NULL, CLI_VERSION},        \
    {                                                                                              \
        NULL, 0, NULL, 0                                                                           \
    }

#define CLI_COMMON_HELP                                                                            \
    "  -q, --quiet          only errors\n"                                                         \
    "  -v, --verbose        more about what is going on\n"                                         \
    "      --json           data as JSON on standard output\n"                                     \
    "      --color WHEN     auto, always or never\n"                                               \
    "      --version        of this program\n"                                                     \
    "  -h, --help           this text\n"

/* The context is freed by cli_close. Exits if memory is short. */
mann_cli cli_open(const char *name);
void cli_close(mann_cli *cli);

/* Handles a common option. True if the sub-command is to return *code. */
bool cli_common(mann_cli *cli, int option, char **argv, const char *help, int *code);

/* The status behind a NULL that the library returned: that of the context's message. */
mann_status cli_status(const mann_cli *cli);
/* The exit code of a status. */
int cli_code(mann_status status);
/* "mann NAME: MESSAGE", with the context's message; returns the exit code of the status. */
int cli_fail(const mann_cli *cli, mann_status status);
/* The same with a message of its own; returns CLI_USAGE. */
int cli_usage(const mann_cli *cli, const char *format, ...) MANN_PRINTF(2, 3);
/* A line on standard error, unless quiet. */
void cli_note(const mann_cli *cli, const char *format, ...) MANN_PRINTF(2, 3);

/* Numbers, one of two words, and durations ("60s", "10m", "3h") of options. False after a message.
 */
bool cli_integer(const mann_cli *cli, const char *option, const char *text, int64_t low,
                 int64_t high, int64_t *value);
bool cli_real(const mann_cli *cli, const char *option, const char *text, double low, double high,
              double *value);
bool cli_choice(const mann_cli *cli, const char *option, const char *text, const char *first,
                const char *second, bool *is_second);
bool cli_duration(const mann_cli *cli, const char *option, const char *text, double *seconds);
/* Counts, also as 1e5. */
bool cli_count(const mann_cli *cli, const char *option, const char *text, double *value);
bool cli_seed(const mann_cli *cli, const char *text, uint64_t *seed);

/* The rows of an option table, as the listings show them. */
void cli_print_options(const char *section, const mann_option *options);

/* Threads of this machine. */
int32_t cli_threads(void);

/* 12345678 as 12,345,678; text [32]. */
const char *cli_grouped(double value, char *text);

/* A clock that only goes forward. */
double cli_seconds(void);
/* 1.2 s, 45 s, 3.2 min, 45 min, 3.2 h; text [32]. */
const char *cli_time(double seconds, char *text);

/* Becomes mann-view; returns, after a message, only if there is none. */
void cli_exec_viewer(char *const *arguments);

/* The sub-commands. */
int mann_cmd_train(int argc, char **argv);
int mann_cmd_sweep(int argc, char **argv);
int mann_cmd_report(int argc, char **argv);
int mann_cmd_reproduce(int argc, char **argv);
int mann_cmd_eval(int argc, char **argv);
int mann_cmd_run(int argc, char **argv);
int mann_cmd_info(int argc, char **argv);
int mann_cmd_tasks(int argc, char **argv);
int mann_cmd_models(int argc, char **argv);
int mann_cmd_memories(int argc, char **argv);
int mann_cmd_bench(int argc, char **argv);
int mann_cmd_hopfield(int argc, char **argv);
int mann_cmd_export(int argc, char **argv);
int mann_cmd_render(int argc, char **argv);
int mann_cmd_view(int argc, char **argv);

#endif
