/* The command line of `mann hopfield`. */
#include "cli/hopfield/command.h"
#include "draw/pen/image.h"

#include <string.h>

static const char help[] =
    "Usage: mann hopfield --patterns FILE|DIR|random:NxP [OPTION]...\n"
    "Stores patterns in a Hopfield network and recalls them from damaged cues.\n"
    "\n"
    "Patterns\n"
    "  --patterns random:NxP  P random patterns of N units\n"
    "  --patterns FILE|DIR    text (lines of # and ., an empty line between patterns), PBM, PGM,\n"
    "                         PNG, idx (MNIST), CSV, each also compressed; or a folder of images\n"
    "  --first P              only the first P patterns of a file or folder\n"
    "  --threshold F          where grey becomes black or white, 0..1 (0.5). In images dark is "
    "+1,\n"
    "                         in idx and CSV large is\n"
    "  --invert               exchange +1 and -1\n"
    "\n"
    "Network\n"
    "  --rule RULE[,RULE]...  hebb (default), storkey, pseudo-inverse, dense:ORDER, modern,\n"
    "                         continuous\n"
    "  --plain                dense: x^n for negative x too, instead of max(x, 0)^n\n"
    "  --beta B               modern: inverse temperature (1); continuous: gain (4)\n"
    "\n"
    "Dynamics\n"
    "  --update async|sync    one unit at a time (default), or all at once\n"
    "  --order random|sequential  of the asynchronous update\n"
    "  --temperature T        Glauber dynamics\n"
    "  --max-sweeps K         stop after that many (1000; 200 at a temperature)\n"
    "\n"
    "Cues\n"
    "  --corrupt F            part of the units that is flipped (0.2; 0 in a sweep or with --mask\n"
    "                         or --half)\n"
    "  --mask F               part of the units that is unknown\n"
    "  --half                 the lower half is unknown\n"
    "  --cues K               patterns recalled, spread over all (10; 50 in a sweep)\n"
    "\n"
    "Sweeps\n"
    "  --sweep KEY=A:B:STEP or KEY=A,B,...   KEY is load, patterns, n (units, at the same load),\n"
    "                         corrupt, mask, beta, temperature or order (of dense). Twice: the\n"
    "                         second makes a curve for each value\n"
    "  --measure NAME         what is drawn: overlap (default), exact, recalled, stable, "
    "one-step,\n"
    "                         sweeps\n"
    "  --trials K             networks a point (10); intervals are 95 %, Student's t over them\n"
    "  --threads K            (all cores)\n"
    "\n"
    "Output\n"
    "  -o FILE.png|svg|pdf    the picture; --theme light (default) or dark\n"
    "  -o FILE.safetensors    the store, for mann view, render and export\n"
    "      --view             the store in the viewer: paint a cue, damage it, watch it settle\n"
    "  --csv                  instead of the table\n"
    "  --seed S               of everything random (1)\n"
    "\n" CLI_COMMON_HELP "\n"
    "The diagonal of the couplings is zero, and a unit without a field keeps its value.\n"
    "\n"
    "Examples\n"
    "  mann hopfield --patterns random:1000x100\n"
    "  mann hopfield --patterns random:1000x100 --sweep load=0.02:0.2:0.02 -o capacity.png\n"
    "  mann hopfield --patterns train-images-idx3-ubyte.gz --first 50 --corrupt 0.25 \\\n"
    "                --rule hebb,storkey,pseudo-inverse,modern -o digits.png\n"
    "  mann hopfield --patterns letters.txt --half --json\n"
    "  mann hopfield --patterns random:500x25 --sweep corrupt=0:0.5:0.05 --sweep load=0.05,0.1\n";

enum {
    OPT_PATTERNS = CLI_FIRST_FREE,
    OPT_FIRST,
    OPT_THRESHOLD,
    OPT_INVERT,
    OPT_RULE,
    OPT_PLAIN,
    OPT_BETA,
    OPT_UPDATE,
    OPT_ORDER,
    OPT_TEMPERATURE,
    OPT_MAX_SWEEPS,
    OPT_CORRUPT,
    OPT_MASK,
    OPT_HALF,
    OPT_CUES,
    OPT_SWEEP,
    OPT_MEASURE,
    OPT_TRIALS,
    OPT_THREADS,
    OPT_THEME,
    OPT_CSV,
    OPT_SEED,
    OPT_VIEW
};

static const struct option table[] = {{"patterns", required_argument, NULL, OPT_PATTERNS},
                                      {"first", required_argument, NULL, OPT_FIRST},
                                      {"threshold", required_argument, NULL, OPT_THRESHOLD},
                                      {"invert", no_argument, NULL, OPT_INVERT},
                                      {"rule", required_argument, NULL, OPT_RULE},
                                      {"plain", no_argument, NULL, OPT_PLAIN},
                                      {"beta", required_argument, NULL, OPT_BETA},
                                      {"update", required_argument, NULL, OPT_UPDATE},
                                      {"order", required_argument, NULL, OPT_ORDER},
                                      {"temperature", required_argument, NULL, OPT_TEMPERATURE},
                                      {"max-sweeps", required_argument, NULL, OPT_MAX_SWEEPS},
                                      {"corrupt", required_argument, NULL, OPT_CORRUPT},
                                      {"mask", required_argument, NULL, OPT_MASK},
                                      {"half", no_argument, NULL, OPT_HALF},
                                      {"cues", required_argument, NULL, OPT_CUES},
                                      {"sweep", required_argument, NULL, OPT_SWEEP},
                                      {"measure", required_argument, NULL, OPT_MEASURE},
                                      {"trials", required_argument, NULL, OPT_TRIALS},
                                      {"threads", required_argument, NULL, OPT_THREADS},
                                      {"theme", required_argument, NULL, OPT_THEME},
                                      {"csv", no_argument, NULL, OPT_CSV},
                                      {"seed", required_argument, NULL, OPT_SEED},
                                      {"view", no_argument, NULL, OPT_VIEW},
                                      {"output", required_argument, NULL, 'o'},
                                      CLI_LONG};

/* What belongs to rules or dynamics, which may come later on the command line. */
typedef struct together {
    double beta;
    bool plain, dynamics;
} together;

static bool whole(const hopfield_command *command, const char *option, int32_t *value)
{
    int64_t parsed;
    bool good = cli_integer(&command->cli, option, optarg, 1, INT32_MAX, &parsed);
    *value = good ? (int32_t)parsed : 0;
    return good;
}

/* True if status is good; prints its message otherwise. */
static bool good(const hopfield_command *command, mann_status status)
{
    if (status) {
        cli_fail(&command->cli, status);
    }
    return !status;
}

static bool take_output(hopfield_command *command)
{
    const char *dot = strrchr(optarg, '.');
    if (!dot || (strcmp(dot, ".png") && strcmp(dot, ".svg") && strcmp(dot, ".pdf") &&
                 strcmp(dot, ".safetensors"))) {
        cli_usage(&command->cli,
                  "--output: '%s' is not a file name that ends in .png, .svg, .pdf or .safetensors",
                  optarg);
        return false;
    }
    command->output = optarg;
    return true;
}

/* False if the command ends with *code. */
static bool take(hopfield_command *command, int option, char **argv, together *given, int *code)
{
    const mann_cli *cli = &command->cli;
    mann_hopfield_job *job = &command->job;
    mann_hopfield_dynamics *dynamics = &job->dynamics;
    bool second = false;
    *code = CLI_USAGE;
    switch (option) {
    case OPT_PATTERNS: return good(command, hopfield_take_patterns(job, optarg));
    case OPT_FIRST: return whole(command, "--first", &command->reading.limit);
    case OPT_THRESHOLD:
        return cli_real(cli, "--threshold", optarg, 0.001, 0.999, &command->reading.threshold);
    case OPT_INVERT: return command->reading.invert = true;
    case OPT_RULE: return good(command, hopfield_take_rules(job, optarg));
    case OPT_PLAIN: return given->plain = true;
    case OPT_BETA: return cli_real(cli, "--beta", optarg, 1e-9, 1e9, &given->beta);
    case OPT_UPDATE:
        given->dynamics = true;
        if (!cli_choice(cli, "--update", optarg, "async", "sync", &second)) {
            return false;
        }
        dynamics->update = second ? MANN_HOPFIELD_SYNC : MANN_HOPFIELD_ASYNC;
        return true;
    case OPT_ORDER:
        given->dynamics = true;
        return cli_choice(cli, "--order", optarg, "random", "sequential", &dynamics->sequential);
    case OPT_TEMPERATURE:
        return cli_real(cli, "--temperature", optarg, 0, 1e9, &dynamics->temperature);
    case OPT_MAX_SWEEPS: return whole(command, "--max-sweeps", &dynamics->limit);
    case OPT_CORRUPT: return cli_real(cli, "--corrupt", optarg, 0, 1, &job->corrupt);
    case OPT_MASK: return cli_real(cli, "--mask", optarg, 0, 1, &job->mask);
    case OPT_HALF: return job->half = true;
    case OPT_CUES: return whole(command, "--cues", &job->cues);
    case OPT_SWEEP: return good(command, hopfield_take_sweep(job, optarg));
    case OPT_MEASURE:
        return good(command, hopfield_take_name(command->cli.context, "measure", "measure", optarg,
                                                mann_hopfield_measure_names, MANN_HOPFIELD_MEASURES,
                                                &command->measure));
    case OPT_TRIALS: return whole(command, "--trials", &job->trials);
    case OPT_THREADS: return whole(command, "--threads", &job->threads);
    case OPT_THEME: return cli_choice(cli, "--theme", optarg, "light", "dark", &command->dark);
    case OPT_CSV: return command->csv = true;
    case OPT_SEED: return cli_seed(cli, optarg, &job->seed);
    case OPT_VIEW: return command->view = true;
    case 'o': return take_output(command);
    default: return !cli_common(&command->cli, option, argv, help, code);
    }
}

static bool every_rule(const mann_hopfield_job *job, bool (*test)(mann_hopfield_rule rule))
{
    for (int32_t r = 0; r < job->n_rules; r++) {
        if (!test(job->rule[r].rule)) {
            return false;
        }
    }
    return true;
}

static bool is_binary(mann_hopfield_rule rule)
{
    return rule <= MANN_HOPFIELD_DENSE;
}

static bool has_beta(mann_hopfield_rule rule)
{
    return rule == MANN_HOPFIELD_MODERN || rule == MANN_HOPFIELD_CONTINUOUS;
}

static bool swept(const mann_hopfield_job *job, mann_hopfield_key key)
{
    return (job->n_axes > 0 && job->axis[0].key == key) ||
           (job->n_axes > 1 && job->axis[1].key == key);
}

/* What is swept, for itself. */
static mann_status check_keys(const mann_hopfield_job *job)
{
    if (swept(job, MANN_HOPFIELD_KEY_PATTERNS) &&
        (swept(job, MANN_HOPFIELD_KEY_LOAD) || swept(job, MANN_HOPFIELD_KEY_UNITS))) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "the swept key patterns goes with neither load nor n; sweep load and n");
    }
    if (!job->random && swept(job, MANN_HOPFIELD_KEY_UNITS)) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "the units of patterns from a file are given; the "
                         "swept key n needs --patterns random:NxP");
    }
    return MANN_OK;
}

/* What the options mean together. */
static mann_status check_together(hopfield_command *command, const together *given)
{
    mann_hopfield_job *job = &command->job;
    mann_context *context = job->context;
    if (!job->source) {
        return mann_fail(context, MANN_E_INVAL,
                         "--patterns is missing: a file, a folder, or random:1000x100");
    }
    if (job->n_rules == 0) {
        hopfield_take_rules(job, "hebb");
    }
    bool beta_rule = false, dense = false;
    for (int32_t r = 0; r < job->n_rules; r++) {
        bool has = has_beta(job->rule[r].rule);
        beta_rule |= has;
        dense |= job->rule[r].rule == MANN_HOPFIELD_DENSE;
        job->rule[r].beta = has ? given->beta : 0;
        job->rule[r].plain = given->plain;
    }
    if ((given->beta > 0 || swept(job, MANN_HOPFIELD_KEY_BETA)) && !beta_rule) {
        return mann_fail(context, MANN_E_INVAL, "beta belongs to the rules modern and continuous%s",
                         every_rule(job, is_binary) ? "; for noise use --temperature" : "");
    }
    if ((given->plain || swept(job, MANN_HOPFIELD_KEY_ORDER)) && !dense) {
        return mann_fail(context, MANN_E_INVAL, "%s belongs to the rule dense",
                         given->plain ? "--plain" : "the swept key order");
    }
    bool warm = job->dynamics.temperature > 0 || swept(job, MANN_HOPFIELD_KEY_TEMPERATURE);
    if ((given->dynamics || warm) && !every_rule(job, is_binary)) {
        return mann_fail(context, MANN_E_INVAL,
                         "the rules modern and continuous move all units at once by their own law; "
                         "--update, --order and temperature do not apply to them");
    }
    if (command->cli.json && command->csv) {
        return mann_fail(context, MANN_E_INVAL, "--json and --csv exclude each other");
    }
    if (job->n_axes && (command->view || hopfield_is_store(command))) {
        return mann_fail(context, MANN_E_INVAL,
                         "a sweep is of many networks: --view and -o FILE.safetensors are for one");
    }
    if (job->trials && !job->n_axes) {
        return mann_fail(
            context, MANN_E_INVAL,
            "--trials counts the networks of a sweep; here use --cues, or add --sweep");
    }
    if (job->corrupt < 0) {
        bool other = job->n_axes || job->mask > 0 || job->half;
        job->corrupt = other ? 0 : 0.2;
    }
    return check_keys(job);
}

static mann_status load(hopfield_command *command)
{
    mann_hopfield_job *job = &command->job;
    if (job->random) {
        if (command->reading.limit || command->reading.threshold > 0 || command->reading.invert) {
            return mann_fail(job->context, MANN_E_INVAL,
                             "--first, --threshold and --invert are for patterns from files");
        }
        return MANN_OK;
    }
    mann_status status =
        mann_patterns_read(job->context, job->source, &command->reading, &job->loaded);
    if (job->loaded.graded && !(command->reading.threshold > 0)) {
        cli_note(&command->cli,
                 "mann hopfield: %s: more than two values; half way between the extremes they "
                 "become +1 or -1 (--threshold)",
                 job->source);
    }
    job->units = job->loaded.units;
    job->count = job->loaded.count;
    return status;
}

bool hopfield_parse(hopfield_command *command, int argc, char **argv, int *code)
{
    together given = {0};
    int option;
    command->cli.options = table;
    mann_hopfield_job *job = &command->job;
    job->corrupt = -1;
    job->seed = 1;
    job->threads = cli_threads();
    command->reading.png = mann_image_png;
    while ((option = getopt_long(argc, argv, ":o:" CLI_SHORT, table, NULL)) != -1) {
        if (!take(command, option, argv, &given, code)) {
            return false;
        }
    }
    if (optind < argc) {
        *code = cli_usage(&command->cli, "what is '%s'? Patterns are named by --patterns",
                          argv[optind]);
        return false;
    }
    mann_status status = check_together(command, &given);
    if (!status) {
        status = load(command);
    }
    *code = cli_code(status);
    return good(command, status);
}
