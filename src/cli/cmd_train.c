/* `mann train`: options into an experiment, signals into a flag, the result into an exit code. */
#include "cli/progress.h"

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
    "  -o, --output RUN       the run's folder (default runs/TASK-N)\n"
    "  -p, --set KEY=VALUE    an option of task, model, memory or train; 1..20 is a range\n"
    "      --config FILE      a JSON file of options, such as another run's run.json\n"
    "      --init CHECKPOINT  start from these weights\n"
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

enum { CONFIG = CLI_FIRST_FREE, INIT, RESUME, SEED, SEQUENCES, UNTIL, MAX_TIME, THREADS, VIEW };

static const struct option options[] = {
    {"model", required_argument, NULL, 'm'},
    {"output", required_argument, NULL, 'o'},
    {"set", required_argument, NULL, 'p'},
    {"config", required_argument, NULL, CONFIG},
    {"init", required_argument, NULL, INIT},
    {"resume", no_argument, NULL, RESUME},
    {"seed", required_argument, NULL, SEED},
    {"sequences", required_argument, NULL, SEQUENCES},
    {"until", required_argument, NULL, UNTIL},
    {"max-time", required_argument, NULL, MAX_TIME},
    {"threads", required_argument, NULL, THREADS},
    {"view", no_argument, NULL, VIEW},
    CLI_LONG,
};

enum { MAX_SETTINGS = 256 };

typedef struct request {
    mann_cli cli;
    const char *task, *model, *config, *seed;
    const char *setting[MAX_SETTINGS];
    int settings;
    char folder[512];
    bool view;
    mann_run_options run;
} request;

static volatile sig_atomic_t interrupted;

/* The first signal asks for an orderly stop, the second ends at once. */
static void on_signal(int number)
{
    (void)number;
    if (interrupted) {
        _exit(CLI_INTERRUPTED);
    }
    interrupted = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool parse_option(request *q, int option, char **argv, int *code)
{
    int64_t number;
    *code = CLI_USAGE;
    switch (option) {
    case 'm': q->model = optarg; return true;
    case 'o':
        if (snprintf(q->folder, sizeof q->folder, "%s", optarg) >= (int)sizeof q->folder) {
            cli_usage(&q->cli, "--output: the path is too long");
            return false;
        }
        return true;
    case 'p':
        if (q->settings == MAX_SETTINGS) {
            cli_usage(&q->cli, "more than %d settings; use --config", MAX_SETTINGS);
            return false;
        }
        q->setting[q->settings++] = optarg;
        return true;
    case CONFIG: q->config = optarg; return true;
    case INIT: q->run.init = optarg; return true;
    case RESUME: q->run.resume = true; return true;
    case SEED: q->seed = optarg; return true;
    case SEQUENCES: return cli_count(&q->cli, "--sequences", optarg, &q->run.max_sequences);
    case UNTIL: q->run.until = optarg; return true;
    case MAX_TIME: return cli_duration(&q->cli, "--max-time", optarg, &q->run.max_seconds);
    case THREADS:
        if (!cli_integer(&q->cli, "--threads", optarg, 1, 64, &number)) {
            return false;
        }
        q->run.threads = (int32_t)number;
        return true;
    case VIEW: q->view = true; return true;
    case 'h':
        fputs(help, stdout);
        puts("\nOptions of the training (tasks, models and memories list theirs):");
        cli_print_options("train", mann_train_options());
        *code = CLI_DONE;
        return false;
    default: return !cli_common(&q->cli, option, argv, help, code);
    }
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":m:o:p:" CLI_SHORT, options, NULL)) != -1) {
        if (!parse_option(q, option, argv, code)) {
            return false;
        }
    }
    *code = CLI_USAGE;
    if (optind < argc) {
        q->task = argv[optind++];
    }
    if (optind < argc) {
        cli_usage(&q->cli, "one task at a time; '%s' is one too many", argv[optind]);
        return false;
    }
    if (!q->task && !q->config && !q->run.resume) {
        cli_usage(&q->cli, "which task? mann tasks lists them");
        return false;
    }
    if (q->run.resume && !*q->folder) {
        cli_usage(&q->cli, "--resume needs -o RUN, the run to go on with");
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

static mann_status apply_settings(request *q, mann_experiment *e)
{
    for (int i = 0; i < q->settings; i++) {
        char text[MANN_TEXT_SIZE], *equals;
        if (snprintf(text, sizeof text, "%s", q->setting[i]) >= (int)sizeof text ||
            !(equals = strchr(text, '='))) {
            return mann_fail(q->cli.context, MANN_E_INVAL, "-p: '%s' is not of the form key=value",
                             q->setting[i]);
        }
        *equals = '\0';
        mann_status status = mann_experiment_set(e, text, equals + 1);
        if (status) {
            return status;
        }
    }
    return q->seed ? mann_experiment_set(e, "seed", q->seed) : MANN_OK;
}

/* The experiment of the request; NULL with *code after a message. */
static mann_experiment *make_experiment(request *q, int *code)
{
    mann_experiment *e;
    char own[640];
    if (q->run.resume) {
        snprintf(own, sizeof own, "%s/run.json", q->folder);
        if (!mann_run_is_folder(q->folder)) {
            *code =
                cli_usage(&q->cli, "%s: no run to resume here (run.json is missing)", q->folder);
            return NULL;
        }
        if (q->settings || q->seed || q->config || q->model || q->run.init) {
            *code = cli_usage(&q->cli, "--resume goes on as the run began; options of the "
                                       "experiment cannot be changed");
            return NULL;
        }
    }
    const char *file = q->run.resume ? own : q->config;
    e = file ? mann_experiment_load(q->cli.context, file, q->run.resume ? NULL : q->task, q->model)
             : mann_experiment_alloc(q->cli.context, q->task, q->model);
    if (!e) {
        *code = cli_fail(&q->cli, cli_status(&q->cli));
        return NULL;
    }
    if (q->run.resume && q->task && strcmp(q->task, mann_experiment_task_name(e))) {
        *code = cli_usage(&q->cli, "%s: this run's task is %s, not %s", q->folder,
                          mann_experiment_task_name(e), q->task);
        mann_experiment_free(e);
        return NULL;
    }
    mann_status status = apply_settings(q, e);
    status = status ? status : mann_experiment_check(e);
    if (status) {
        *code = cli_fail(&q->cli, status);
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
    bool until = q->run.until != NULL;
    cli_note(&q->cli, "%s; mann train --resume -o %s%s%s%s goes on", what, q->folder,
             until ? " --until '" : "", until ? q->run.until : "", until ? "'" : "");
}

static int finish(const request *q, const mann_run_result *result)
{
    switch (result->stop) {
    case MANN_STOP_SIGNAL: note_resume(q, "stopped and saved"); return CLI_INTERRUPTED;
    case MANN_STOP_SEQUENCES:
    case MANN_STOP_TIME:
        if (q->run.until && !result->until_met) {
            note_resume(q, "the limit came before the condition held");
            return CLI_NOT_MET;
        }
        break;
    default: break;
    }
    char best[64] = "";
    if (result->best_step > 0) {
        snprintf(best, sizeof best, "best at step %" PRId64 "; ", result->best_step);
    }
    cli_note(&q->cli, "done (%s); %stry: mann eval %s", mann_stop_name(result->stop), best,
             q->folder);
    return CLI_DONE;
}

int mann_cmd_train(int argc, char **argv)
{
    int code;
    request q = {.cli = cli_open("train"), .run = {.threads = cli_threads()}};
    q.cli.options = options;
    mann_experiment *e = parse(&q, argc, argv, &code) ? make_experiment(&q, &code) : NULL;
    if (e) {
        if (!*q.folder) {
            default_folder(&q, mann_experiment_task_name(e));
        }
        cli_progress progress = {.cli = &q.cli, .bar = isatty(STDERR_FILENO) != 0};
        progress.limit =
            q.run.max_sequences > 0 ? q.run.max_sequences : mann_experiment_train(e)->max_sequences;
        q.run.folder = q.folder;
        q.run.interrupted = &interrupted;
        q.run.watch = cli_progress_watch;
        q.run.user = &progress;
        catch_signals();
        print_header(&q, e);
        if (q.view) {
            start_viewer(&q);
        }
        mann_run_result result;
        mann_status status = mann_run_train(q.cli.context, e, &q.run, &result);
        if (result.last.progress.step) {
            cli_progress_end(&progress, &result.last);
        }
        code = status ? cli_fail(&q.cli, status) : finish(&q, &result);
        if (q.cli.json && !status) {
            print_json(&q, e, &result);
        }
        mann_experiment_free(e);
    }
    cli_close(&q.cli);
    return code;
}
