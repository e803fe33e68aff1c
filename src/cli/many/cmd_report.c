/* `mann report`: cohorts of runs in a table, as data, and as curves. */
#include "cli/many/report_print.h"
#include "cli/values.h"

#include <string.h>

static const char help[] =
    "Usage: mann report RUN|FOLDER... [OPTIONS]\n\n"
    "Sums runs up: those that differ in nothing but the seed are a cohort. FOLDER holds runs, as\n"
    "mann sweep makes them. Of restarts the run with the lowest training loss is selected.\n\n"
    "      --solved EXPR      what counts as solved, as for --until (default: the task's own)\n"
    "      --metric NAME      of the validation: final, best and curves (default: the cost)\n"
    "      --OPTION A,B,C     test the best checkpoints for each value of an option of the task,\n"
    "                         such as --length 10,20,120; of restarts, the selected one\n"
    "      --test             test them as trained\n"
    "      --last             test the last checkpoints instead\n"
    "  -n, --sequences N      of a test, per value (default as mann eval)\n"
    "      --seed S           of the test sequences (default 1)\n"
    "      --threads N        (default: the machine's)\n"
    "      --csv, --markdown  instead of a table for the terminal\n"
    "  -o, --output FILE      the learning curves as .png, .svg or .pdf\n"
    "      --linear           with a linear axis instead of a logarithmic one\n"
    "      --title TEXT       above the curves\n"
    "      --theme THEME      light (default) or dark\n" CLI_COMMON_HELP "\n"
    "Numbers are medians with [lower, upper quartile]. A run that never solves the task counts as\n"
    "slower than any that does.\n\n"
    "Examples:\n"
    "  mann report runs/copy-sweep\n"
    "  mann report runs/lr --length 10,20,40,120 --markdown\n"
    "  mann report runs/a runs/b --solved 'cost_bits<=0.1' -o curves.pdf\n";

enum {
    SOLVED = CLI_FIRST_FREE,
    METRIC,
    TEST,
    LAST,
    SEED,
    THREADS,
    CSV,
    MARKDOWN,
    LINEAR,
    TITLE,
    THEME
};

static const struct option options[] = {
    {"solved", required_argument, NULL, SOLVED},
    {"metric", required_argument, NULL, METRIC},
    {"test", no_argument, NULL, TEST},
    {"last", no_argument, NULL, LAST},
    {"sequences", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, SEED},
    {"threads", required_argument, NULL, THREADS},
    {"csv", no_argument, NULL, CSV},
    {"markdown", no_argument, NULL, MARKDOWN},
    {"output", required_argument, NULL, 'o'},
    {"linear", no_argument, NULL, LINEAR},
    {"title", required_argument, NULL, TITLE},
    {"theme", required_argument, NULL, THEME},
    CLI_LONG,
};

typedef struct request {
    mann_cli cli;
    mann_report report;
    report_picture picture;
    mann_report_test test;
    mann_report_tests tests;
    mann_values values;
    report_style style;
    bool testing;
} request;

/* --- the command line --- */

static bool take_theme(request *q)
{
    q->picture.dark = !strcmp(optarg, "dark");
    if (!q->picture.dark && strcmp(optarg, "light")) {
        cli_usage(&q->cli, "--theme: '%s' is neither light nor dark", optarg);
        return false;
    }
    return true;
}

static bool take_output(request *q)
{
    const char *dot = strrchr(optarg, '.');
    q->picture.output = optarg;
    if (!dot || (strcmp(dot, ".png") && strcmp(dot, ".svg") && strcmp(dot, ".pdf"))) {
        cli_usage(&q->cli, "--output: '%s' does not end with .png, .svg or .pdf", optarg);
        return false;
    }
    return true;
}

static bool parse_option(request *q, int option, int argc, char **argv, int *code)
{
    *code = CLI_USAGE;
    switch (option) {
    case SOLVED: q->report.solved = optarg; return true;
    case METRIC: q->report.metric = optarg; return true;
    case TEST: q->testing = true; return true;
    case LAST: q->testing = q->test.last = true; return true;
    case 'n': return cli_integer(&q->cli, "--sequences", optarg, 1, 100000000, &q->test.sequences);
    case SEED: return cli_seed(&q->cli, optarg, &q->test.seed);
    case THREADS: return cli_integer(&q->cli, "--threads", optarg, 1, 64, &q->test.threads);
    case CSV: q->style = REPORT_CSV; return true;
    case MARKDOWN: q->style = REPORT_MARKDOWN; return true;
    case 'o': return take_output(q);
    case LINEAR: q->picture.linear = true; return true;
    case TITLE: q->picture.title = optarg; return true;
    case THEME: return take_theme(q);
    default: return cli_values_option(&q->cli, &q->values, option, argc, argv, help, code);
    }
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":n:o:" CLI_SHORT, options, NULL)) != -1) {
        if (!parse_option(q, option, argc, argv, code)) {
            return false;
        }
    }
    *code = CLI_USAGE;
    if (optind == argc) {
        cli_usage(&q->cli, "which runs?");
        return false;
    }
    q->style = q->cli.json ? REPORT_JSON : q->style;
    for (; optind < argc; optind++) {
        mann_status status = mann_report_add(&q->report, argv[optind]);
        if (status) {
            *code = cli_fail(&q->cli, status);
            return false;
        }
    }
    return true;
}

static int run(request *q)
{
    mann_status status = mann_report_finish(&q->report);
    if (!status && (q->testing || q->values.name)) {
        status = mann_report_tests_run(&q->report, &q->values, &q->test, &q->tests);
    }
    if (!status) {
        report_print(&q->report, &q->tests, q->style);
    }
    if (!status && q->picture.output) {
        status = report_draw(&q->report, &q->picture);
    }
    return status ? cli_fail(&q->cli, status) : CLI_DONE;
}

int mann_cmd_report(int argc, char **argv)
{
    int code;
    request q = {.cli = cli_open("report"), .test = {.seed = 1, .threads = cli_threads()}};
    q.cli.options = options;
    q.report.context = q.cli.context;
    if (parse(&q, argc, argv, &code)) {
        code = run(&q);
    }
    mann_report_tests_clear(&q.tests);
    mann_report_clear(&q.report);
    cli_close(&q.cli);
    return code;
}
