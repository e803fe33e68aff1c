/* From a command line to an experiment and the options of its run. */
#include "cli/training.h"

#include "base/items.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool take(mann_cli *cli, cli_training *t, int option)
{
    int64_t number;
    switch (option) {
    case 'm': t->model = optarg; return true;
    case 'o': t->output = optarg; return true;
    case 'p':
        if (t->settings == CLI_MAX_SETTINGS) {
            cli_usage(cli, "more than %d settings; use --config", CLI_MAX_SETTINGS);
            return false;
        }
        t->setting[t->settings++] = optarg;
        return true;
    case CLI_CONFIG: t->config = optarg; return true;
    case CLI_INIT: t->run.init = optarg; return true;
    case CLI_SEQUENCES: return cli_count(cli, "--sequences", optarg, &t->run.max_sequences);
    case CLI_UNTIL: t->run.until = optarg; return true;
    case CLI_MAX_TIME: return cli_duration(cli, "--max-time", optarg, &t->run.max_seconds);
    default:
        if (!cli_integer(cli, "--threads", optarg, 1, 64, &number)) {
            return false;
        }
        t->run.threads = (int32_t)number;
        return true;
    }
}

bool cli_training_option(mann_cli *cli, cli_training *t, int option, char **argv, const char *help,
                         int *code)
{
    bool mine = option == 'm' || option == 'o' || option == 'p' ||
                (option >= CLI_CONFIG && option < CLI_TRAINING_FREE);
    *code = CLI_USAGE;
    return mine ? take(cli, t, option) : !cli_common(cli, option, argv, help, code);
}

static mann_status apply_settings(const mann_cli *cli, const cli_training *t, mann_experiment *e)
{
    for (int i = 0; i < t->settings; i++) {
        char text[MANN_TEXT_SIZE], *value;
        if (snprintf(text, sizeof text, "%s", t->setting[i]) >= (int)sizeof text ||
            !(value = mann_items_value(text))) {
            return mann_fail(cli->context, MANN_E_INVAL, "-p: '%s' is not of the form key=value",
                             t->setting[i]);
        }
        mann_status status = mann_experiment_set(e, text, value);
        if (status) {
            return status;
        }
    }
    return t->seed ? mann_experiment_set(e, "seed", t->seed) : MANN_OK;
}

mann_experiment *cli_training_experiment(const mann_cli *cli, const cli_training *t, int *code)
{
    mann_experiment *e = t->config
                             ? mann_experiment_load(cli->context, t->config, t->task, t->model)
                             : mann_experiment_alloc(cli->context, t->task, t->model);
    if (!e) {
        *code = cli_fail(cli, cli_status(cli));
        return NULL;
    }
    mann_status status = apply_settings(cli, t, e);
    status = status ? status : mann_experiment_check(e);
    if (status) {
        *code = cli_fail(cli, status);
        mann_experiment_free(e);
        return NULL;
    }
    return e;
}

void cli_training_print_options(void)
{
    puts("\nOptions of the training (tasks, models and memories list theirs):");
    cli_print_options("train", mann_train_options());
}

int cli_training_code(const mann_run_options *options, const mann_run_result *result)
{
    bool limit = result->stop == MANN_STOP_SEQUENCES || result->stop == MANN_STOP_TIME;
    return result->stop == MANN_STOP_SIGNAL                ? CLI_INTERRUPTED
           : limit && options->until && !result->until_met ? CLI_NOT_MET
                                                           : CLI_DONE;
}

static volatile sig_atomic_t signals_seen, signals_borne;

static void on_signal(int number)
{
    (void)number;
    signals_seen++;
    if (signals_seen >= signals_borne) {
        _exit(CLI_INTERRUPTED);
    }
}

const volatile sig_atomic_t *cli_catch_signals(int most)
{
    struct sigaction action = {.sa_handler = on_signal};
    signals_seen = 0;
    signals_borne = most;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &signals_seen;
}
