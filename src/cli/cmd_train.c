/* `mann train`: options into an experiment, signals into a flag, the result into an exit code. */
#include "cli/many/progress.h"
#include "cli/training.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "Usage: mann train TASK [OPTIONS]\n"
    "       mann train --resume -o RUN\n\n"
    "Trains a model on a task; with the defaults it converges and stops by itself. TASK is one\n"
    "of `mann tasks`, or file:PATH for a task of one's own (JSON Lines).\n\n"
    "  -m, --model NAME       one of `mann models` (default ntm)\n"
    "  -o, --output RUN       the run's folder (default runs/TASK-N)\n" CLI_TRAINING_HELP
    "      --resume           go on with the run in RUN\n"
    "      --seed S           of everything random (default 1)\n"
    "      --sequences K      stop after K sequences\n"
    "      --until EXPR       stop when EXPR holds on validation: 'wrong_bits<=0.01'\n"
    "      --max-time T       stop after 60s, 10m, 3h\n"
    "      --threads N        (default: the machine's)\n"
    "      --view             watch it in the viewer\n" CLI_COMMON_HELP "\n"
    "Exit codes: 0 done; 3 a limit came before --until (resumable); 5 diverged; 75 stopped by a\n"
    "signal (resumable).\n\n"
    "Examples:\n"
    "  mann train copy\n"
    "  mann train copy -p task.length=1..10 -p model.hidden=64 --until 'wrong_bits<=0.01'\n"
    "  mann train associative_recall --model ntm-ff -o runs/recall --max-time 5m\n"
    "  mann train file:my-task.jsonl --model lstm\n";

enum { RESUME = CLI_TRAINING_FREE, SEED, VIEW };

static const struct option options[] = {
    CLI_TRAINING_LONG,
    {"resume", no_argument, NULL, RESUME},
    {"seed", required_argument, NULL, SEED},
    {"view", no_argument, NULL, VIEW},
    CLI_LONG,
};

typedef struct request {
    mann_cli cli;
    cli_training training;
    char folder[MANN_PATH_SIZE];
    bool view;
} request;

static bool parse_option(request *q, int option, char **argv, int *code)
{
    switch (option) {
    case RESUME: q->training.run.resume = true; return true;
    case SEED: q->training.seed = optarg; return true;
    case VIEW: q->view = true; return true;
    case 'h':
        fputs(help, stdout);
        cli_training_print_options();
        *code = CLI_DONE;
        return false;
    default: return cli_training_option(&q->cli, &q->training, option, argv, help, code);
    }
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":" CLI_TRAINING_SHORT CLI_SHORT, options, NULL)) !=
           -1) {
        if (!parse_option(q, option, argv, code)) {
            return false;
        }
    }
    cli_training *t = &q->training;
    *code = CLI_USAGE;
    if (optind < argc) {
        t->task = argv[optind++];
    }
    if (optind < argc) {
        cli_usage(&q->cli, "one task at a time; '%s' is one too many", argv[optind]);
        return false;
    }
    if (!t->task && !t->config && !t->run.resume) {
        cli_usage(&q->cli, "which task? mann tasks lists them");
        return false;
    }
    if (t->run.resume && !t->output) {
        cli_usage(&q->cli, "--resume needs -o RUN, the run to go on with");
        return false;
    }
    if (t->output &&
        snprintf(q->folder, sizeof q->folder, "%s", t->output) >= (int)sizeof q->folder) {
        cli_usage(&q->cli, "--output: the path is too long");
        return false;
    }
    return true;
}

/* runs/TASK-1, or the first number that is free. */
static void default_folder(request *q, const char *task)
{
    struct stat found;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(task, ":"), task);
    for (int i = 1; i < 1000000; i++) {
        snprintf(q->folder, sizeof q->folder, "runs/%s-%d", name, i);
        if (stat(q->folder, &found)) {
            return;
        }
    }
}

/* The experiment of a run that is to go on; NULL with *code after a message. */
static mann_experiment *resumed_experiment(const request *q, int *code)
{
    const cli_training *t = &q->training;
    char own[MANN_INNER_PATH_SIZE];
    snprintf(own, sizeof own, "%s/run.json", q->folder);
    if (!mann_run_is_folder(q->folder)) {
        *code = cli_usage(&q->cli, "%s: no run to resume here (run.json is missing)", q->folder);
        return NULL;
    }
    if (t->settings || t->seed || t->config || t->model || t->run.init) {
        *code = cli_usage(&q->cli, "--resume goes on as the run began; options of the "
                                   "experiment cannot be changed");
        return NULL;
    }
    cli_training as_it_began = {.config = own};
    mann_experiment *e = cli_training_experiment(&q->cli, &as_it_began, code);
    if (e && t->task && strcmp(t->task, mann_experiment_task_name(e))) {
        *code = cli_usage(&q->cli, "%s: this run's task is %s, not %s", q->folder,
                          mann_experiment_task_name(e), t->task);
        mann_experiment_free(e);
        return NULL;
    }
    return e;
}

static void print_header(const request *q, const mann_experiment *e)
{
    char model[160], parameters[32];
    mann_network *network = mann_network_alloc(q->cli.context, e);
    mann_experiment_describe(e, model, sizeof model);
    if (network) {
        cli_note(&q->cli, "%s · %s · %s parameters · seed %" PRIu64 " · %s",
                 mann_experiment_task_name(e), model,
                 cli_grouped((double)mann_params_count(mann_network_params(network)), parameters),
                 mann_experiment_seed(e), q->folder);
    }
    mann_network_free(network);
}

/* Until the run has its folder; false if training has ended before. */
static bool wait_for_run(const request *q, pid_t training)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    do {
        nanosleep(&pause, NULL);
    } while (getppid() == training && !mann_run_is_folder(q->folder));
    return getppid() == training;
}

/* In a session of its own: closing the terminal's job does not close it, and training never waits
 * for it. */
static void start_viewer(const request *q)
{
    pid_t own = getpid(), child = fork();
    if (child == 0) {
        setsid();
        if (!wait_for_run(q, own)) {
            _exit(CLI_DONE);
        }
        char name[] = "mann-view", folder[sizeof q->folder];
        memcpy(folder, q->folder, sizeof folder);
        cli_exec_viewer((char *const[]){name, folder, NULL});
        _exit(CLI_FAILED);
    }
}

static void print_json(const request *q, const mann_experiment *e, const mann_run_result *result)
{
    char seed[32]; /* a string: JSON readers do not all keep 64 bits */
    snprintf(seed, sizeof seed, "%" PRIu64, mann_experiment_seed(e));
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:I}", "task", mann_experiment_task_name(e),
        "model", mann_experiment_model_name(e), "seed", seed, "run", q->folder, "stopped",
        mann_stop_name(result->stop), "step", (json_int_t)result->last.progress.step, "sequences",
        (json_int_t)result->last.progress.sequences, "seconds", result->last.seconds, "best_step",
        (json_int_t)result->best_step);
    json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

/* How to go on, for a note. */
static void note_resume(const request *q, const char *what)
{
    const char *until = q->training.run.until;
    cli_note(&q->cli, "%s; mann train --resume -o %s%s%s%s goes on", what, q->folder,
             until ? " --until '" : "", until ? until : "", until ? "'" : "");
}

static int finish(const request *q, const mann_run_result *result)
{
    int code = cli_training_code(&q->training.run, result);
    if (code == CLI_INTERRUPTED) {
        note_resume(q, "stopped and saved");
    } else if (code == CLI_NOT_MET) {
        note_resume(q, "the limit came before the condition held");
    } else {
        char best[64] = "";
        if (result->best_step > 0) {
            snprintf(best, sizeof best, "best at step %" PRId64 "; ", result->best_step);
        }
        cli_note(&q->cli, "done (%s); %stry: mann eval %s", mann_stop_name(result->stop), best,
                 q->folder);
    }
    return code;
}

static int train(request *q, const mann_experiment *e)
{
    mann_run_options *run = &q->training.run;
    cli_progress progress = {.cli = &q->cli, .bar = isatty(STDERR_FILENO) != 0};
    run->folder = q->folder;
    run->interrupted = cli_catch_signals(2);
    run->watch = cli_progress_watch;
    run->user = &progress;
    print_header(q, e);
    if (q->view) {
        start_viewer(q);
    }
    mann_run_result result;
    mann_status status = mann_run_train(q->cli.context, e, run, &result);
    if (result.last.progress.step) {
        cli_progress_end(&progress, &result.last);
    }
    int code = status ? cli_fail(&q->cli, status) : finish(q, &result);
    if (q->cli.json && !status) {
        print_json(q, e, &result);
    }
    return code;
}

int mann_cmd_train(int argc, char **argv)
{
    int code;
    request q = {.cli = cli_open("train"), .training.run.threads = cli_threads()};
    q.cli.options = options;
    mann_experiment *e = NULL;
    if (parse(&q, argc, argv, &code)) {
        e = q.training.run.resume ? resumed_experiment(&q, &code)
                                  : cli_training_experiment(&q.cli, &q.training, &code);
    }
    if (e) {
        if (!*q.folder) {
            default_folder(&q, mann_experiment_task_name(e));
        }
        code = train(&q, e);
        mann_experiment_free(e);
    }
    cli_close(&q.cli);
    return code;
}
