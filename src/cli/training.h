/* What to train, and until when: the options that `mann train` and what is built on it share. */
#ifndef MANN_CLI_TRAINING_H
#define MANN_CLI_TRAINING_H

#include "cli/cli.h"

enum { CLI_MAX_SETTINGS = 256 };

/* The texts belong to the command line. */
typedef struct cli_training {
    const char *task, *model, *config, *seed, *output;
    const char *setting[CLI_MAX_SETTINGS];
    int settings;
    mann_run_options run; /* init, until, max_sequences, max_seconds, threads */
} cli_training;

/* For getopt_long. */
enum {
    CLI_CONFIG = CLI_FIRST_FREE,
    CLI_INIT,
    CLI_SEQUENCES,
    CLI_UNTIL,
    CLI_MAX_TIME,
    CLI_THREADS,
    CLI_TRAINING_FREE
};
#define CLI_TRAINING_SHORT "m:o:p:"
#define CLI_TRAINING_LONG                                                                          \
    {"model", required_argument, NULL, 'm'}, {"output", required_argument, NULL, 'o'},             \
        {"set", required_argument, NULL, 'p'}, {"config", required_argument, NULL, CLI_CONFIG},    \
        {"init", required_argument, NULL, CLI_INIT},                                               \
        {"sequences", required_argument, NULL, CLI_SEQUENCES},                                     \
        {"until", required_argument, NULL, CLI_UNTIL},                                             \
        {"max-time", required_argument, NULL, CLI_MAX_TIME},                                       \
    {                                                                                              \
        "threads", required_argument, NULL, CLI_THREADS                                            \
    }
#define CLI_TRAINING_HELP                                                                          \
    "  -p, --set KEY=VALUE    an option of task, model, memory or train; 1..20 is a range\n"       \
    "      --config FILE      a JSON file of options, such as another run's run.json\n"            \
    "      --init CHECKPOINT  start from these weights\n"

/* Takes an option; cli_common handles the ones that are not here. *code is set if the sub-command
 * is to return. */
bool cli_training_option(mann_cli *cli, cli_training *training, int option, char **argv,
                         const char *help, int *code);

/* The experiment of config, task, model, settings and seed, checked. NULL after a message, with its
 * exit code. */
mann_experiment *cli_training_experiment(const mann_cli *cli, const cli_training *training,
                                         int *code);

/* The options of section train, for --help. */
void cli_training_print_options(void);

/* Exit code of a run that ended so. */
int cli_training_code(const mann_run_options *options, const mann_run_result *result);

/* The flag that SIGINT and SIGTERM raise from now on, one more each time; the last of `most`
 * signals ends the program at once. */
const volatile sig_atomic_t *cli_catch_signals(int most);

#endif
