/* `mann reproduce`: the runs of a recipe, then its measures beside the published ones. */
#include "cli/many/jobs.h"
#include "cli/many/reproduce.h"
#include "experiment/experiment.h"
#include "network/network.h"

#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "Usage: mann reproduce NAME|FILE.json|all... [OPTIONS]\n"
    "       mann reproduce --list\n\n"
    "Re-runs published results by recipes and prints the paper's figures beside ours. Runs that\n"
    "are finished are not run again; the same command goes on with those that are not. Of all,\n"
    "those whose data sets are not there are left out.\n\n"
    "      --list             the recipes, with the minutes of one core that each takes at most\n"
    "      --quick            a variant of seconds: that the recipe works, no results\n"
    "      --seeds LIST       1:10, or 1,5,7 (default: the recipe's)\n"
    "      --system NAME      of the recipe's systems this one alone; may be given again\n"
    "  -o, --output FOLDER    the runs are in FOLDER/NAME (default runs/reproduce)\n"
    "  -j, --jobs N           runs at once (default: as many as threads)\n"
    "      --threads N        of all runs together (default: the machine's)\n"
    "      --csv, --markdown  instead of a table for the terminal\n" CLI_COMMON_HELP "\n"
    "Exit codes: as those of mann sweep.\n\n"
    "Examples:\n"
    "  mann reproduce --list\n"
    "  mann reproduce ntm-copy\n"
    "  mann reproduce ntm-copy ntm-ngram --seeds 1:3 --markdown\n"
    "  mann reproduce ntm-copy --system ntm --seeds 1:20\n"
    "  mann reproduce all --quick\n";

enum { LIST = CLI_FIRST_FREE, QUICK, SEEDS, SYSTEM, THREADS, CSV, MARKDOWN, MOST_RECIPES = 256 };

static const struct option options[] = {
    {"list", no_argument, NULL, LIST},
    {"quick", no_argument, NULL, QUICK},
    {"seeds", required_argument, NULL, SEEDS},
    {"system", required_argument, NULL, SYSTEM},
    {"output", required_argument, NULL, 'o'},
    {"jobs", required_argument, NULL, 'j'},
    {"threads", required_argument, NULL, THREADS},
    {"csv", no_argument, NULL, CSV},
    {"markdown", no_argument, NULL, MARKDOWN},
    CLI_LONG,
};

typedef struct request {
    mann_cli cli;
    bool list, quick, all;
    const char *seeds, *output, *system[MANN_RECIPE_SYSTEMS];
    int32_t n_systems; /* 0: all */
    int64_t at_once, threads;
    cli_style style;
    char folder[MANN_PATH_SIZE];                /* of the recipes */
    char *path[MOST_RECIPES];                   /* asked for */
    char known[MOST_RECIPES][MANN_RECIPE_TEXT]; /* names in the folder */
    int n_paths, n_known;
    json_t *done;
} request;

/* --- finding recipes --- */

/* Where they are: beside an installed program, in the source that a build is of (the build folder
 * is somewhere in it), or where the installation put them. */
static void find_folder(request *q)
{
    char own[1024], up[64] = "";
    struct stat found;
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length > 0 ? length : 0] = '\0';
    const char *folder = length > 0 ? dirname(own) : ".";
    snprintf(q->folder, sizeof q->folder, "%s/../share/mann/experiments", folder);
    if (!stat(q->folder, &found)) {
        return;
    }
    for (int level = 0; level < 6; level++) {
        strcat(up, "../");
        snprintf(q->folder, sizeof q->folder, "%s/%sexperiments/meson.build", folder, up);
        if (!stat(q->folder, &found)) { /* a source, not its build */
            *strrchr(q->folder, '/') = '\0';
            return;
        }
    }
    snprintf(q->folder, sizeof q->folder, "%s", MANN_EXPERIMENTS);
}

static void list_folder(request *q)
{
    struct dirent **entry;
    int count = scandir(q->folder, &entry, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *dot = strrchr(entry[i]->d_name, '.');
        if (dot && !strcmp(dot, ".json") && dot > entry[i]->d_name && q->n_known < MOST_RECIPES) {
            *dot = '\0';
            snprintf(q->known[q->n_known++], MANN_RECIPE_TEXT, "%.95s", entry[i]->d_name);
        }
        free(entry[i]);
    }
    if (count >= 0) {
        free(entry);
    }
}

static bool add_path(request *q, const char *path)
{
    if (q->n_paths == MOST_RECIPES) {
        cli_usage(&q->cli, "more than %d recipes", MOST_RECIPES);
        return false;
    }
    q->path[q->n_paths] = strdup(path);
    q->n_paths += q->path[q->n_paths] != NULL;
    return true;
}

static bool add_known(request *q, const char *name)
{
    char path[MANN_INNER_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s.json", q->folder, name);
    return add_path(q, path);
}

/* A name, "all", or the path of a file. */
static bool add_recipe(request *q, const char *word)
{
    const char *dot = strrchr(word, '.'), *names[MOST_RECIPES];
    bool good = true, all = !strcmp(word, "all");
    q->all = q->all || all;
    if (strchr(word, '/') || (dot && !strcmp(dot, ".json"))) {
        return add_path(q, word);
    }
    for (int i = 0; good && i < q->n_known; i++) {
        names[i] = q->known[i];
        if (all || !strcmp(word, q->known[i])) {
            good = add_known(q, q->known[i]);
            if (!all) {
                return good;
            }
        }
    }
    if (!all) {
        const char *near = mann_nearest(word, names, (size_t)q->n_known);
        cli_usage(&q->cli, "unknown recipe '%s'%s%s%s; mann reproduce --list lists them", word,
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    return good && all;
}

static int print_list(const request *q)
{
    cli_table table = {.columns = 4, .words = 2};
    static const char *const head[] = {"recipe", "what", "version", "minutes"};
    json_t *list = json_array();
    int code = CLI_DONE;
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    for (int i = 0; i < q->n_known && !code; i++) {
        char path[MANN_INNER_PATH_SIZE], what[600];
        snprintf(path, sizeof path, "%s/%s.json", q->folder, q->known[i]);
        mann_recipe *recipe = mann_recipe_load(q->cli.context, path, false);
        if (!recipe) {
            code = cli_fail(&q->cli, cli_status(&q->cli));
            break;
        }
        snprintf(what, sizeof what, "%s (%s)", recipe->title, recipe->paper);
        cli_table_add(&table, "%s", recipe->name);
        cli_table_add(&table, "%s", what);
        cli_table_add(&table, "%d", recipe->version);
        cli_table_add(&table, "%.0f", recipe->minutes);
        json_array_append_new(list, json_pack("{s:s, s:i, s:f, s:s, s:s, s:s}", "recipe",
                                              recipe->name, "version", recipe->version, "minutes",
                                              recipe->minutes, "title", recipe->title, "paper",
                                              recipe->paper, "where", recipe->where));
        mann_recipe_free(recipe);
    }
    if (!code && q->cli.json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!code) {
        cli_table_print(&table, q->style);
    }
    cli_table_clear(&table);
    json_decref(list);
    return code;
}

/* --- one recipe --- */

static mann_status plan_run(const request *q, mann_plan *plan, const mann_recipe_system *system,
                            const char *seed, const mann_run_options *run)
{
    char name[MANN_GRID_NAME];
    mann_experiment *e = mann_experiment_copy(q->cli.context, system->experiment);
    if (!e) {
        return MANN_E_NOMEM;
    }
    mann_status status = mann_experiment_set(e, "seed", seed);
    if (status) {
        mann_experiment_free(e);
        return status;
    }
    snprintf(name, sizeof name, "%s,seed=%s", system->key, seed);
    return mann_plan_add(q->cli.context, plan, name, e, run);
}

/* The runs of a system, for its seeds. */
static mann_status plan_system(const request *q, mann_plan *plan, const mann_recipe_system *system,
                               const mann_run_options *run, int32_t *seeds)
{
    mann_grid grid = {0};
    mann_status status =
        mann_grid_seeds(q->cli.context, &grid, q->seeds ? q->seeds : system->seeds);
    for (int32_t i = 0; !status && i < grid.seeds.count; i++) {
        status = plan_run(q, plan, system, grid.seeds.value[i], run);
    }
    *seeds = grid.seeds.count;
    mann_grid_clear(&grid);
    return status;
}

static mann_status make_plan(const request *q, const mann_run_options *run, mann_plan *plan,
                             mann_reproduction *done)
{
    const mann_recipe *recipe = done->recipe;
    mann_status status = MANN_OK;
    size_t results = (size_t)recipe->measures * (size_t)recipe->systems;
    if (snprintf(plan->folder, sizeof plan->folder, "%s/%s%s", q->output, recipe->name,
                 q->quick ? "-quick" : "") >= (int)sizeof plan->folder) {
        return mann_fail(q->cli.context, MANN_E_INVAL, "--output: the path is too long");
    }
    for (int32_t s = 0; !status && s < recipe->systems; s++) {
        status = plan_system(q, plan, &recipe->system[s], run, &done->seeds[s]);
    }
    done->plan = plan;
    done->result = calloc(results, sizeof *done->result);
    return status || done->result ? status
                                  : mann_fail(q->cli.context, MANN_E_NOMEM, "out of memory");
}

/* Returns as `mann sweep` would. */
static int train(const request *q, const mann_recipe *recipe, const cli_jobs *jobs)
{
    char text[256];
    cli_note(&q->cli, "%s, version %d: %d runs · %d at once · %s", recipe->name, recipe->version,
             jobs->plan->count, cli_jobs_at_once(jobs), jobs->plan->folder);
    int code = cli_jobs_run(jobs);
    cli_jobs_text(jobs, text, sizeof text);
    cli_note(&q->cli, "%s%s", text,
             code == CLI_INTERRUPTED ? "; the same command again goes on" : "");
    return code;
}

/* The runs, then the measures; what went wrong with a run is in the exit code. */
static int run_plan(request *q, const mann_run_options *run, mann_reproduction *done)
{
    cli_jobs jobs = {.cli = &q->cli,
                     .plan = done->plan,
                     .run = *run,
                     .at_once = (int)q->at_once,
                     .code = calloc((size_t)done->plan->count, sizeof *jobs.code)};
    if (!jobs.code) {
        return cli_fail(&q->cli, mann_fail(q->cli.context, MANN_E_NOMEM, "out of memory"));
    }
    int code = train(q, done->recipe, &jobs);
    free(jobs.code);
    if (code == CLI_INTERRUPTED) {
        return code;
    }
    mann_status status = mann_reproduction_measure(q->cli.context, done, run->threads);
    if (status) {
        return cli_fail(&q->cli, status);
    }
    if (q->cli.json) {
        json_array_append_new(q->done, reproduce_json(done));
    } else {
        reproduce_print(done, q->style);
    }
    return code;
}

/* Whether files that its tasks read are not there; the context says which. */
static bool lacks_data(const request *q, const mann_recipe *recipe)
{
    bool lacks = false;
    for (int32_t s = 0; s < recipe->systems && !lacks; s++) {
        mann_experiment *e = mann_experiment_copy(q->cli.context, recipe->system[s].experiment);
        mann_network *network = e ? mann_network_announce(q->cli.context, e) : NULL;
        lacks = e && !network && cli_status(&q->cli) == MANN_E_IO;
        mann_network_free(network);
        mann_experiment_free(e);
    }
    return lacks;
}

static int skip(request *q, const mann_recipe *recipe)
{
    const char *reason = mann_context_message(q->cli.context);
    cli_note(&q->cli, "%s skipped: %s", recipe->name, reason);
    if (q->cli.json) {
        json_array_append_new(q->done,
                              json_pack("{s:s, s:s}", "recipe", recipe->name, "skipped", reason));
    }
    return CLI_DONE;
}

static int carry_out(request *q, mann_recipe *recipe)
{
    mann_run_options run = {.threads = (int32_t)q->threads};
    mann_plan plan = {.count = 0};
    mann_reproduction done = {.recipe = recipe, .quick = q->quick};
    mann_status status = make_plan(q, &run, &plan, &done);
    int code = status ? cli_fail(&q->cli, status) : run_plan(q, &run, &done);
    free(done.result);
    mann_plan_clear(&plan);
    return code;
}

/* Of all recipes, those whose data are not there are left out; one that was named fails. */
static int reproduce(request *q, const char *path)
{
    mann_recipe *recipe = mann_recipe_load(q->cli.context, path, q->quick);
    if (!recipe) {
        return cli_fail(&q->cli, cli_status(&q->cli));
    }
    mann_status status = MANN_OK;
    if (q->n_systems) {
        status = mann_recipe_keep(q->cli.context, recipe, q->system, q->n_systems);
    }
    int code;
    if (!status && !lacks_data(q, recipe)) {
        code = carry_out(q, recipe);
    } else if (!status && q->all) {
        code = skip(q, recipe);
    } else {
        code = cli_fail(&q->cli, cli_status(&q->cli));
    }
    mann_recipe_free(recipe);
    return code;
}

/* One after the other; what is graver than an unmet condition or a divergence ends it. */
static int reproduce_all(request *q)
{
    int code = CLI_DONE;
    q->done = json_array();
    for (int i = 0; i < q->n_paths; i++) {
        if (i && !q->cli.json && q->style != CLI_CSV) {
            putchar('\n');
        }
        int one = reproduce(q, q->path[i]);
        fflush(stdout);
        code = one ? one : code;
        if (one && one != CLI_DIVERGED && one != CLI_NOT_MET) {
            break;
        }
    }
    if (q->cli.json) {
        json_t *root = json_pack("{s:O}", "recipes", q->done);
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(root);
    }
    json_decref(q->done);
    return code;
}

/* --- the command line --- */

static bool add_system(request *q)
{
    if (q->n_systems == MANN_RECIPE_SYSTEMS) {
        cli_usage(&q->cli, "more than %d systems", MANN_RECIPE_SYSTEMS);
        return false;
    }
    q->system[q->n_systems++] = optarg;
    return true;
}

static bool parse_option(request *q, int option, char **argv, int *code)
{
    *code = CLI_USAGE;
    switch (option) {
    case LIST: q->list = true; return true;
    case QUICK: q->quick = true; return true;
    case SEEDS: q->seeds = optarg; return true;
    case SYSTEM: return add_system(q);
    case 'o': q->output = optarg; return true;
    case 'j': return cli_integer(&q->cli, "--jobs", optarg, 1, 64, &q->at_once);
    case THREADS: return cli_integer(&q->cli, "--threads", optarg, 1, 64, &q->threads);
    case CSV: q->style = CLI_CSV; return true;
    case MARKDOWN: q->style = CLI_MARKDOWN; return true;
    default: return !cli_common(&q->cli, option, argv, help, code);
    }
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":o:j:" CLI_SHORT, options, NULL)) != -1) {
        if (!parse_option(q, option, argv, code)) {
            return false;
        }
    }
    *code = CLI_USAGE;
    find_folder(q);
    list_folder(q);
    if (q->list && optind < argc) {
        cli_usage(&q->cli, "--list takes no names");
        return false;
    }
    if (!q->list && optind == argc) {
        cli_usage(&q->cli, "which recipe? mann reproduce --list lists them");
        return false;
    }
    for (; optind < argc; optind++) {
        if (!add_recipe(q, argv[optind])) {
            return false;
        }
    }
    return true;
}

int mann_cmd_reproduce(int argc, char **argv)
{
    int code;
    request *q = calloc(1, sizeof *q);
    if (!q) {
        fprintf(stderr, "mann reproduce: out of memory\n");
        return CLI_FAILED;
    }
    q->cli = cli_open("reproduce");
    q->cli.options = options;
    q->output = "runs/reproduce";
    q->threads = cli_threads();
    if (parse(q, argc, argv, &code)) {
        code = q->list ? print_list(q) : reproduce_all(q);
    }
    for (int i = 0; i < q->n_paths; i++) {
        free(q->path[i]);
    }
    cli_close(&q->cli);
    free(q);
    return code;
}
