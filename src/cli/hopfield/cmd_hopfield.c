/* `mann hopfield`: the associative store on its own. The options are in options.c; the networks run
 * in src/study/hopfield/. */
#include "cli/hopfield/command.h"

#include <unistd.h>

static int recall(const hopfield_command *command)
{
    mann_recall found;
    mann_status status = mann_recall_run(&command->job, &found);
    if (!status) {
        hopfield_recall_print(command, &found);
    }
    if (!status && command->output) {
        status = hopfield_is_store(command) ? hopfield_store_save(command, found.pattern)
                                            : hopfield_recall_draw(command, &found);
    }
    int code = status ? cli_fail(&command->cli, status) : CLI_DONE;
    if (!status && command->view) {
        fflush(stdout);
        code = hopfield_store_view(command, found.pattern);
    }
    mann_recall_clear(&found);
    return code;
}

typedef struct stopwatch {
    double started, told; /* in seconds */
} stopwatch;

/* On a terminal a line that is written over, elsewhere one every 10 s. */
static void show_progress(void *user, int32_t done, int32_t whole)
{
    stopwatch *at = user;
    bool terminal = isatty(STDERR_FILENO), last = done == whole;
    double time = cli_seconds();
    if ((!last && time - at->told < (terminal ? 0.1 : 10)) || (last && !terminal)) {
        return;
    }
    at->told = time;
    if (last) {
        fprintf(stderr, "\r\033[K");
    } else {
        fprintf(stderr, "%s%d of %d networks · %.0f s%s", terminal ? "\r\033[K" : "", done, whole,
                time - at->started, terminal ? "" : "\n");
    }
}

static int sweep(const hopfield_command *command)
{
    mann_hopfield_study study;
    stopwatch at = {.started = cli_seconds(), .told = cli_seconds()};
    mann_status status = mann_hopfield_study_run(
        &command->job, command->cli.quiet ? NULL : show_progress, &at, &study);
    if (!status) {
        hopfield_sweep_print(command, &study);
    }
    if (!status && command->output) {
        status = hopfield_sweep_draw(command, &study);
    }
    mann_hopfield_study_clear(&study);
    return status ? cli_fail(&command->cli, status) : CLI_DONE;
}

int mann_cmd_hopfield(int argc, char **argv)
{
    hopfield_command command = {.cli = cli_open("hopfield")};
    int code;
    command.job.context = command.cli.context;
    if (hopfield_parse(&command, argc, argv, &code)) {
        code = command.job.n_axes ? sweep(&command) : recall(&command);
    }
    if (!code && (fflush(stdout) || ferror(stdout))) {
        fprintf(stderr, "mann hopfield: the results could not be written\n");
        code = CLI_FAILED;
    }
    mann_hopfield_job_clear(&command.job);
    cli_close(&command.cli);
    return code;
}
