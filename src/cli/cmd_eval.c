/* `mann eval`: scores on fresh sequences, over a sweep of any option of the task. */
#include "cli/values.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: mann eval RUN|CHECKPOINT [OPTIONS]\n\n"
    "Scores the best checkpoint of a run (or a checkpoint) on fresh sequences that training and\n"
    "validation never drew.\n\n"
    "      --OPTION A,B,C     for each value of an option of the task, such as\n"
    "                         --length 10,20,120, --items 6,12 or --id 1:20\n"
    "  -n, --sequences N      sequences per value (default 100; of a task with a fixed set of\n"
    "                         examples, such as babi, each once, and never more)\n"
    "      --seed S           of the sequences (default 1)\n"
    "      --split NAME       test, or train or validation of a fixed set (default test)\n"
    "      --hard             also with hard choices: attention and addressing take the one\n"
    "                         place that weighs most\n"
    "      --require EXPR     exit with 3 unless it holds: 'wrong_bits<=0.1', or\n"
    "                         'wrong_bits<=0.1@20' for one value of the sweep; with --hard,\n"
    "                         'hard_wrong_bits<=0.1' for the hard score\n"
    "      --threads N        (default: the machine's)\n" CLI_COMMON_HELP "\n"
    "cost_bits is cross-entropy in bits a sequence; wrong_bits counts outputs on the wrong side\n"
    "of 1/2 a sequence.\n\n"
    "Examples:\n"
    "  mann eval runs/copy-1 --length 10,20,40,120\n"
    "  mann eval runs/copy-1 --length 20 --require 'wrong_bits<=0.1@20' --json\n";

enum { SEED = CLI_FIRST_FREE, SPLIT, HARD, REQUIRE, THREADS };

static const struct option options[] = {
    {"sequences", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, SEED},
    {"split", required_argument, NULL, SPLIT},
    {"hard", no_argument, NULL, HARD},
    {"require", required_argument, NULL, REQUIRE},
    {"threads", required_argument, NULL, THREADS},
    CLI_LONG,
};

typedef struct request {
    mann_cli cli;
    const char *path, *require;
    mann_values values;
    int64_t sequences, threads; /* sequences 0: as many as usual */
    uint64_t seed;
    mann_split_kind split;
    bool hard;
    mann_conditions conditions;
} request;

static bool parse_split(request *q)
{
    static const char *const names[] = {"train", "validation", "test"};
    for (int i = 0; i < 3; i++) {
        if (!strcmp(optarg, names[i])) {
            q->split = (mann_split_kind)i;
            return true;
        }
    }
    cli_usage(&q->cli, "--split: '%s' is neither train, validation nor test", optarg);
    return false;
}

static bool parse_option(request *q, int option, int argc, char **argv, int *code)
{
    *code = CLI_USAGE;
    switch (option) {
    case 'n': return cli_integer(&q->cli, "--sequences", optarg, 1, 100000000, &q->sequences);
    case SEED: return cli_seed(&q->cli, optarg, &q->seed);
    case SPLIT: return parse_split(q);
    case HARD: q->hard = true; return true;
    case REQUIRE: q->require = optarg; return true;
    case THREADS: return cli_integer(&q->cli, "--threads", optarg, 1, 64, &q->threads);
    default: return cli_values_option(&q->cli, &q->values, option, argc, argv, help, code);
    }
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":n:" CLI_SHORT, options, NULL)) != -1) {
        if (!parse_option(q, option, argc, argv, code)) {
            return false;
        }
    }
    *code = CLI_USAGE;
    if (optind + 1 != argc) {
        cli_usage(&q->cli, optind < argc ? "one run or checkpoint at a time" : "which run?");
        return false;
    }
    q->path = argv[optind];
    if (q->require && mann_conditions_parse(q->cli.context, q->require, &q->conditions)) {
        *code = cli_fail(&q->cli, MANN_E_INVAL);
        return false;
    }
    return true;
}

/* Does a condition's @ mean this value of the sweep? */
static bool concerns(const mann_condition *c, const request *q, const char *value)
{
    char full[160];
    snprintf(full, sizeof full, "%s=%s", q->values.name ? q->values.name : "", value);
    return !*c->at || !strcmp(c->at, value) || !strcmp(c->at, full);
}

/* Scores of one value of the sweep, with soft choices and, if asked for, with hard ones. */
enum { SOFT, HARDENED, CHOICES };

/* The score that a condition speaks about, and the condition as it is of that score. */
static const mann_score *score_of(const request *q, const mann_condition *c,
                                  const mann_score score[CHOICES], mann_condition *plain)
{
    static const char prefix[] = "hard_";
    size_t length = sizeof prefix - 1;
    bool hard = q->hard && !strncmp(c->metric, prefix, length);
    *plain = *c;
    if (hard) {
        memmove(plain->metric, c->metric + length, sizeof plain->metric - length);
    }
    return &score[hard ? HARDENED : SOFT];
}

typedef struct outcome {
    json_t *results;
    bool met;
    int used[MANN_MAX_CONDITIONS]; /* how many values each condition concerned */
} outcome;

static void require(const request *q, const char *value, const mann_score score[CHOICES],
                    outcome *o)
{
    for (int32_t i = 0; i < q->conditions.count; i++) {
        const mann_condition *c = &q->conditions.condition[i];
        if (!concerns(c, q, value)) {
            continue;
        }
        o->used[i]++;
        mann_condition plain;
        const mann_score *of = score_of(q, c, score, &plain);
        if (!mann_condition_holds(&plain, of)) {
            double got = mann_score_get(of, plain.metric);
            o->met = false;
            fprintf(stderr, "mann eval: not met: %s%s%g%s%s (it is %g%s%s)\n", c->metric,
                    c->at_most ? "<=" : ">=", c->bound, *c->at ? "@" : "", c->at, got,
                    *value ? " at " : "", value);
        }
    }
}

static void print_score(const char *setting, int32_t sequences, const mann_score *score)
{
    printf("%-12s %10d", setting, sequences);
    for (int32_t i = 0; i < score->count; i++) {
        printf(" %19.6g", mann_score_get(score, score->metric[i].name));
    }
    putchar('\n');
}

static void print_row(const request *q, const char *value, int32_t sequences,
                      const mann_score score[CHOICES], bool first)
{
    if (q->cli.json) {
        return;
    }
    const char *axis = q->values.name ? q->values.name : "setting";
    if (first) {
        printf("%-12s %10s", axis, "sequences");
        for (int32_t i = 0; i < score->count; i++) {
            printf(" %19s", score->metric[i].name);
        }
        putchar('\n');
    }
    print_score(*value ? value : "as trained", sequences, &score[SOFT]);
    if (q->hard) {
        char setting[MANN_VALUE_TEXT + 8];
        snprintf(setting, sizeof setting, "%s%shard", value, *value ? " " : "");
        print_score(setting, sequences, &score[HARDENED]);
    }
}

static void add_score(json_t *row, const mann_score *score)
{
    for (int32_t i = 0; i < score->count; i++) {
        double mean = mann_score_get(score, score->metric[i].name);
        json_object_set_new(row, score->metric[i].name, cli_number_json(mean));
    }
}

static void add_result(const request *q, const char *value, int32_t sequences,
                       const mann_score score[CHOICES], outcome *o)
{
    json_t *row = json_object();
    if (q->values.name) {
        json_object_set_new(row, q->values.name, cli_value_json(value));
    }
    json_object_set_new(row, "sequences", json_integer(sequences));
    add_score(row, &score[SOFT]);
    if (q->hard) {
        json_t *hard = json_object();
        add_score(hard, &score[HARDENED]);
        json_object_set_new(row, "hard", hard);
    }
    json_array_append_new(o->results, row);
}

static mann_status evaluate(const request *q, mann_network *network, const char *value,
                            const char *setting, outcome *o)
{
    mann_task *task = mann_task_open(q->cli.context, network, setting);
    mann_score score[CHOICES];
    mann_status status = task ? MANN_OK : cli_status(&q->cli);
    int32_t sequences = task ? mann_task_sequences(task, q->split, q->sequences) : 0;
    for (int hard = SOFT; !status && hard <= (q->hard ? HARDENED : SOFT); hard++) {
        mann_network_hard(network, hard == HARDENED);
        status = mann_network_evaluate(q->cli.context, network, task, q->split, q->seed, sequences,
                                       (int32_t)q->threads, &score[hard]);
    }
    for (int32_t i = 0; !status && i < q->conditions.count; i++) {
        mann_condition plain;
        const mann_score *of = score_of(q, &q->conditions.condition[i], score, &plain);
        status = mann_condition_check(q->cli.context, &plain, of);
    }
    if (!status) {
        print_row(q, value, sequences, score, json_array_size(o->results) == 0);
        add_result(q, value, sequences, score, o);
        require(q, value, score, o);
    }
    mann_task_free(task);
    return status;
}

static int print_json(const mann_network *network, outcome *o)
{
    const mann_experiment *e = mann_network_experiment(network);
    json_t *root = json_pack("{s:s, s:s, s:I, s:O}", "task", mann_experiment_task_name(e), "model",
                             mann_experiment_model_name(e), "parameters",
                             (json_int_t)mann_params_count(mann_network_params(network)), "results",
                             o->results);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
    return CLI_DONE;
}

static int run(request *q)
{
    mann_status status;
    mann_checkpoint_info info;
    mann_network *network = mann_checkpoint_open(q->cli.context, q->path, NULL, &info, &status);
    if (!network) {
        return cli_fail(&q->cli, status);
    }
    outcome o = {.results = json_array(), .met = true};
    if (q->cli.verbose) {
        cli_note(&q->cli, "%s (step %lld)", info.path, (long long)info.step);
    }
    const char *at = NULL;
    char value[MANN_VALUE_TEXT], setting[MANN_VALUE_SETTING];
    while (!status && mann_values_next(&q->values, &at, value, setting)) {
        status = evaluate(q, network, value, setting, &o);
    }
    int code = status ? cli_fail(&q->cli, status) : CLI_DONE;
    if (!status && q->cli.json) {
        print_json(network, &o);
    }
    for (int32_t i = 0; !status && i < q->conditions.count; i++) {
        if (!o.used[i]) {
            code =
                cli_usage(&q->cli, "--require: no result at '%s'", q->conditions.condition[i].at);
        }
    }
    if (!code && !o.met) {
        code = CLI_NOT_MET;
    }
    json_decref(o.results);
    mann_network_free(network);
    return code;
}

int mann_cmd_eval(int argc, char **argv)
{
    int code;
    request q = {
        .cli = cli_open("eval"), .seed = 1, .split = MANN_SPLIT_TEST, .threads = cli_threads()};
    q.cli.options = options;
    if (parse(&q, argc, argv, &code)) {
        code = run(&q);
    }
    cli_close(&q.cli);
    return code;
}
