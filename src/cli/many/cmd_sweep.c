/* `mann sweep`: an ordinary run for every point of a grid and every seed, side by side.
 *
 * What there is to do follows from the run folders alone, so the same command again finishes what
 * is not finished, and one with more seeds or values adds to it. */
#include "cli/many/jobs.h"
#include "cli/training.h"
#include "io/file.h"
#include "run/outcome.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: mann sweep TASK [--seeds 1:10] [--grid KEY=A,B,C]... [OPTIONS]\n\n"
    "Trains a run for every combination of the values of some options and for every seed, each\n"
    "in a folder of its own that says which; several at once. The same command again goes on\n"
    "with what is not finished; more seeds or values add to it. mann report sums it up.\n\n"
    "      --seeds LIST       1:10, or 1,5,7 (default 1)\n"
    "      --restarts K       the seeds 1:K, of which mann report selects the run with the lowest\n"
    "                         training loss\n"
    "  -g, --grid KEY=LIST    an option of task, model, memory or train with its values, as a,b,c\n"
    "                         or 1:20 or 10:100:10; `model` for names of models. Any number of it\n"
    "  -j, --jobs N           runs at once (default: as many as threads)\n"
    "  -m, --model NAME       one of `mann models` (default ntm)\n"
    "  -o, --output FOLDER    for the runs (default runs/TASK-sweep)\n" CLI_TRAINING_HELP
    "      --sequences K      of each run: stop after K sequences\n"
    "      --until EXPR       of each run: stop when EXPR holds on validation\n"
    "      --max-time T       of each run: stop after 60s, 10m, 3h of training\n"
    "      --threads N        of all runs together (default: the machine's)\n" CLI_COMMON_HELP "\n"
    "Exit codes: 0 all done; 3 a limit came before --until in one of them; 5 one diverged; 1, 2\n"
    "or 4 one failed otherwise; 75 stopped by a signal. The others are trained in any case.\n\n"
    "Examples:\n"
    "  mann sweep copy --seeds 1:10\n"
    "  mann sweep copy --seeds 1:5 --grid model=ntm,lstm --grid train.lr=1e-3,5e-3 -o runs/lr\n"
    "  mann sweep copy --restarts 10 -j 4 --until 'wrong_bits<=0.01' --max-time 5m\n";

enum { SEEDS = CLI_TRAINING_FREE, RESTARTS };

static const struct option options[] = {
    CLI_TRAINING_LONG,
    {"seeds", required_argument, NULL, SEEDS},
    {"restarts", required_argument, NULL, RESTARTS},
    {"grid", required_argument, NULL, 'g'},
    {"jobs", required_argument, NULL, 'j'},
    CLI_LONG,
};

typedef struct sweep {
    mann_cli cli;
    cli_training training;
    const char *seeds;
    int64_t restarts, at_once;
    mann_grid grid;
    mann_plan plan; /* by point, then seed */
} sweep;

/* --- the command line --- */

static bool parse_option(sweep *s, int option, char **argv, int *code)
{
    *code = CLI_USAGE;
    switch (option) {
    case SEEDS: s->seeds = optarg; return true;
    case RESTARTS:
        return cli_integer(&s->cli, "--restarts", optarg, 1, MANN_GRID_RUNS, &s->restarts);
    case 'j': return cli_integer(&s->cli, "--jobs", optarg, 1, 64, &s->at_once);
    case 'g':
        if (!mann_grid_add(s->cli.context, &s->grid, optarg)) {
            return true;
        }
        *code = cli_fail(&s->cli, cli_status(&s->cli));
        return false;
    case 'h':
        fputs(help, stdout);
        cli_training_print_options();
        *code = CLI_DONE;
        return false;
    default: return cli_training_option(&s->cli, &s->training, option, argv, help, code);
    }
}

static bool take_seeds(sweep *s, int *code)
{
    char range[32];
    *code = CLI_USAGE;
    if (s->restarts && s->seeds) {
        cli_usage(&s->cli,
                  "--restarts %" PRId64 " are the seeds 1:%" PRId64
                  "; leave out --seeds, or --restarts",
                  s->restarts, s->restarts);
        return false;
    }
    snprintf(range, sizeof range, "1:%" PRId64, s->restarts ? s->restarts : 1);
    if (mann_grid_seeds(s->cli.context, &s->grid, s->seeds ? s->seeds : range)) {
        *code = cli_fail(&s->cli, cli_status(&s->cli));
        return false;
    }
    return true;
}

static bool take_folder(sweep *s)
{
    const char *task = s->training.task ? s->training.task : "sweep";
    int length = s->training.output
                     ? snprintf(s->plan.folder, sizeof s->plan.folder, "%s", s->training.output)
                     : snprintf(s->plan.folder, sizeof s->plan.folder, "runs/%.*s-sweep",
                                (int)strcspn(task, ":"), task);
    if (length >= (int)sizeof s->plan.folder) {
        cli_usage(&s->cli, "--output: the path is too long");
        return false;
    }
    if (mann_run_is_folder(s->plan.folder)) {
        cli_usage(&s->cli, "%s: this is a run; a sweep needs a folder for its runs",
                  s->plan.folder);
        return false;
    }
    return true;
}

static bool parse(sweep *s, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":g:j:" CLI_TRAINING_SHORT CLI_SHORT, options,
                                 NULL)) != -1) {
        if (!parse_option(s, option, argv, code)) {
            return false;
        }
    }
    *code = CLI_USAGE;
    if (optind < argc) {
        s->training.task = argv[optind++];
    }
    if (optind < argc) {
        cli_usage(&s->cli, "one task at a time; '%s' is one too many", argv[optind]);
        return false;
    }
    if (!s->training.task && !s->training.config) {
        cli_usage(&s->cli, "which task? mann tasks lists them");
        return false;
    }
    return true;
}

/* --- what there is to do --- */

/* The experiment of a point and a seed; NULL after a message. */
static mann_experiment *experiment_at(const sweep *s, int32_t point, int32_t seed, int *code)
{
    cli_training training = s->training;
    char setting[MANN_GRID_AXES][MANN_TEXT_SIZE];
    training.seed = s->grid.seeds.value[seed];
    for (int32_t i = 0; i < s->grid.axes; i++) {
        const char *key = s->grid.axis[i].key, *value = mann_grid_value(&s->grid, point, i);
        if (!strcmp(key, "model")) {
            training.model = value;
        } else if (!strcmp(key, "seed")) {
            *code = cli_usage(&s->cli, "--grid seed: that is what --seeds is for");
            return NULL;
        } else if (training.settings == CLI_MAX_SETTINGS) {
            *code = cli_usage(&s->cli, "more than %d settings; use --config", CLI_MAX_SETTINGS);
            return NULL;
        } else {
            snprintf(setting[i], sizeof setting[i], "%s=%s", key, value);
            training.setting[training.settings++] = setting[i];
        }
    }
    return cli_training_experiment(&s->cli, &training, code);
}

/* Whether the model can be built at all, before anything is trained. */
static mann_status check_model(const sweep *s, const mann_experiment *e)
{
    mann_network *network = mann_network_alloc(s->cli.context, e);
    mann_status status = network ? MANN_OK : cli_status(&s->cli);
    mann_network_free(network);
    return status;
}

/* The run of a point and a seed. */
static bool plan_run(sweep *s, int32_t point, int32_t seed, int *code)
{
    char name[MANN_GRID_NAME];
    mann_experiment *e = experiment_at(s, point, seed, code);
    if (!e) {
        return false;
    }
    mann_status status = mann_grid_name(s->cli.context, &s->grid, point, seed, name);
    status = status || seed ? status : check_model(s, e);
    if (status) {
        mann_experiment_free(e);
    } else {
        status = mann_plan_add(s->cli.context, &s->plan, name, e, &s->training.run);
    }
    *code = status ? cli_fail(&s->cli, status) : CLI_DONE;
    return !status;
}

static bool plan_all(sweep *s, int *code)
{
    for (int32_t point = 0; point < mann_grid_points(&s->grid); point++) {
        for (int32_t seed = 0; seed < s->grid.seeds.count; seed++) {
            if (!plan_run(s, point, seed, code)) {
                return false;
            }
        }
    }
    return true;
}

/* --- training --- */

/* sweep.json: what mann report is to know beyond the runs themselves. */
static mann_status describe(const sweep *s)
{
    char path[MANN_INNER_PATH_SIZE];
    mann_status status = mann_folder_make(s->cli.context, s->plan.folder);
    json_t *root =
        json_pack("{s:s, s:I}", "version", MANN_VERSION, "restarts", (json_int_t)s->restarts);
    char *text = json_dumps(root, JSON_INDENT(2));
    snprintf(path, sizeof path, "%s/sweep.json", s->plan.folder);
    if (!status) {
        status = text ? mann_file_replace(s->cli.context, path, text, strlen(text))
                      : mann_fail(s->cli.context, MANN_E_NOMEM, "out of memory for %s", path);
    }
    free(text);
    json_decref(root);
    return status;
}

static void print_header(const sweep *s, const cli_jobs *jobs)
{
    char model[160], axes[256] = "";
    int32_t resumed = 0, finished = 0;
    for (int32_t i = 0; i < s->plan.count; i++) {
        resumed += s->plan.run[i].resumes;
        finished += s->plan.run[i].finished;
    }
    for (int32_t i = 0; i < s->grid.axes; i++) {
        size_t used = strlen(axes);
        snprintf(axes + used, sizeof axes - used, "%s × %d, ", s->grid.axis[i].key,
                 s->grid.axis[i].count);
    }
    mann_experiment_describe(s->plan.run[0].experiment, model, sizeof model);
    cli_note(&s->cli, "%s%s%s · %d runs (%sseed × %d) · %d at once · %s",
             mann_experiment_task_name(s->plan.run[0].experiment), s->grid.axes ? "" : " · ",
             s->grid.axes ? "" : model, s->plan.count, axes, s->grid.seeds.count,
             cli_jobs_at_once(jobs), s->plan.folder);
    if (finished || resumed) {
        cli_note(&s->cli, "%d finished before, %d to go on with", finished, resumed);
    }
}

static json_t *run_json(const sweep *s, const mann_planned *run, int code)
{
    mann_outcome found;
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, mann_experiment_seed(run->experiment));
    json_t *row = json_pack("{s:s, s:s, s:s, s:i}", "name", run->name, "run", run->folder, "seed",
                            seed, "exit", code);
    if (mann_run_is_folder(run->folder) &&
        !mann_outcome_read(s->cli.context, run->folder, &found)) {
        json_t *facts = json_pack("{s:s, s:I, s:I, s:f}", "stopped", mann_stop_name(found.stop),
                                  "step", (json_int_t)found.step, "sequences",
                                  (json_int_t)found.sequences, "seconds", found.seconds);
        json_object_update(row, facts);
        json_decref(facts);
        mann_outcome_clear(&found);
    }
    return row;
}

static void print_json(const sweep *s, const int *code)
{
    json_t *runs = json_array();
    for (int32_t i = 0; i < s->plan.count; i++) {
        json_array_append_new(runs, run_json(s, &s->plan.run[i], code[i]));
    }
    json_t *root =
        json_pack("{s:s, s:s, s:o}", "task", mann_experiment_task_name(s->plan.run[0].experiment),
                  "folder", s->plan.folder, "runs", runs);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static int run(sweep *s)
{
    int code;
    char text[256];
    if (!plan_all(s, &code)) {
        return code;
    }
    cli_jobs jobs = {.cli = &s->cli,
                     .plan = &s->plan,
                     .run = s->training.run,
                     .at_once = (int)s->at_once,
                     .code = calloc((size_t)s->plan.count, sizeof *jobs.code)};
    mann_status status =
        jobs.code ? describe(s) : mann_fail(s->cli.context, MANN_E_NOMEM, "out of memory");
    if (status) {
        free(jobs.code);
        return cli_fail(&s->cli, status);
    }
    print_header(s, &jobs);
    code = cli_jobs_run(&jobs);
    cli_jobs_text(&jobs, text, sizeof text);
    bool stopped = code == CLI_INTERRUPTED;
    cli_note(&s->cli, "%s; %s%s", text,
             stopped ? "the same command again goes on" : "try: mann report ",
             stopped ? "" : s->plan.folder);
    if (s->cli.json) {
        print_json(s, jobs.code);
    }
    free(jobs.code);
    return code;
}

int mann_cmd_sweep(int argc, char **argv)
{
    int code;
    sweep s = {.cli = cli_open("sweep"), .training.run.threads = cli_threads()};
    s.cli.options = options;
    if (parse(&s, argc, argv, &code) && take_folder(&s) && take_seeds(&s, &code)) {
        code = run(&s);
    }
    mann_plan_clear(&s.plan);
    mann_grid_clear(&s.grid);
    cli_close(&s.cli);
    return code;
}
