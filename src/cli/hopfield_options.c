/* The command line of `mann hopfield`. */
#include "cli/cli.h"
#include "cli/hopfield_job.h"
#include "draw/image.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const mann_sweep_key_names[MANN_SWEEP_KEYS] = {
    "load", "patterns", "n", "corrupt", "mask", "beta", "temperature", "order"};

const char *const mann_measure_names[MANN_MEASURES] = {"overlap", "exact",    "recalled",
                                                       "stable",  "one-step", "sweeps"};

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

static mann_status usage(mann_hopfield_job *job, const char *option, const char *text,
                         const char *wanted)
{
    return mann_fail(job->context, MANN_E_INVAL, "--%s: '%s' is not %s", option, text, wanted);
}

static mann_status parse_real(mann_hopfield_job *job, const char *option, const char *text,
                              double low, double high, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value)) {
        return usage(job, option, text, "a number");
    }
    if (*value < low || *value > high) {
        return mann_fail(job->context, MANN_E_INVAL, "--%s: %s is outside %.10g..%.10g", option,
                         text, low, high);
    }
    return MANN_OK;
}

static mann_status parse_integer(mann_hopfield_job *job, const char *option, const char *text,
                                 int32_t low, int32_t *value)
{
    char *end;
    errno = 0;
    long parsed = strtol(text, &end, 10);
    if (end == text || *end) {
        return usage(job, option, text, "a whole number");
    }
    if (errno || parsed < low || parsed > INT32_MAX) {
        return mann_fail(job->context, MANN_E_INVAL, "--%s: %s is outside %d..%d", option, text,
                         low, INT32_MAX);
    }
    *value = (int32_t)parsed;
    return MANN_OK;
}

/* The index of text in names, or the nearest name in a message. */
static mann_status parse_name(mann_hopfield_job *job, const char *option, const char *what,
                              const char *text, const char *const *names, int32_t count,
                              int32_t *index)
{
    char list[256] = "";
    size_t used = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!strcmp(text, names[i])) {
            *index = i;
            return MANN_OK;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = mann_nearest(text, names, (size_t)count);
    return mann_fail(job->context, MANN_E_INVAL, "--%s: unknown %s '%s'%s%s%s; it is one of %s",
                     option, what, text, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "", list);
}

static mann_status parse_patterns(mann_hopfield_job *job, const char *text)
{
    job->spec = text;
    job->random = !strncmp(text, "random:", 7);
    if (!job->random) {
        return MANN_OK;
    }
    char *end, *stop;
    errno = 0;
    long units = strtol(text + 7, &end, 10);
    long count = *end == 'x' ? strtol(end + 1, &stop, 10) : 0;
    if (end == text + 7 || *end != 'x' || stop == end + 1 || *stop || errno) {
        return usage(job, "patterns", text, "random:UNITSxPATTERNS, as in random:1000x100");
    }
    if (units < 2 || units > 1 << 20) {
        return mann_fail(
            job->context, MANN_E_INVAL,
            "--patterns: %s: %ld units; a network has 2..%d (a unit has no coupling to "
            "itself)",
            text, units, 1 << 20);
    }
    if (count < 1 || count > 1 << 24) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--patterns: %s: %ld patterns is outside 1..%d", text, count, 1 << 24);
    }
    job->units = (int32_t)units;
    job->count = (int32_t)count;
    return MANN_OK;
}

static mann_status parse_rule(mann_hopfield_job *job, const char *text)
{
    if (job->n_rules == MANN_JOB_RULES) {
        return mann_fail(job->context, MANN_E_INVAL, "--rule: more than %d rules", MANN_JOB_RULES);
    }
    char name[24];
    size_t length = strcspn(text, ":");
    if (length >= sizeof name) {
        return usage(job, "rule", text, "a rule");
    }
    memcpy(name, text, length);
    name[length] = 0;
    int32_t index;
    mann_status status = parse_name(job, "rule", "rule", name, mann_hopfield_rule_names,
                                    MANN_HOPFIELD_RULES, &index);
    if (status) {
        return status;
    }
    mann_hopfield_options *rule = &job->rule[job->n_rules];
    *rule = (mann_hopfield_options){.rule = (mann_hopfield_rule)index};
    if (text[length] == ':') {
        if (rule->rule != MANN_HOPFIELD_DENSE) {
            return mann_fail(job->context, MANN_E_INVAL, "--rule: %s: only dense has an order",
                             text);
        }
        char *end;
        long order = strtol(text + length + 1, &end, 10);
        if (end == text + length + 1 || *end || order < 1 || order > 64) {
            return usage(job, "rule", text, "dense:ORDER with an order in 1..64");
        }
        rule->order = (int32_t)order;
    }
    char *shown = job->rule_name[job->n_rules++];
    if (rule->rule == MANN_HOPFIELD_DENSE) {
        rule->order = rule->order ? rule->order : 3;
        snprintf(shown, sizeof job->rule_name[0], "dense:%d", rule->order);
    } else {
        snprintf(shown, sizeof job->rule_name[0], "%s", name);
    }
    return MANN_OK;
}

static mann_status parse_rules(mann_hopfield_job *job, const char *text)
{
    mann_status status = MANN_OK;
    job->n_rules = 0;
    while (!status) {
        char one[64];
        size_t length = strcspn(text, ",");
        if (length >= sizeof one) {
            return usage(job, "rule", text, "a list of rules");
        }
        memcpy(one, text, length);
        one[length] = 0;
        status = parse_rule(job, one);
        if (!text[length]) {
            break;
        }
        text += length + 1;
    }
    return status;
}

static mann_status push_value(mann_hopfield_job *job, mann_sweep_axis *axis, double value)
{
    if (axis->count == MANN_JOB_VALUES) {
        return mann_fail(job->context, MANN_E_INVAL, "--sweep: more than %d values",
                         MANN_JOB_VALUES);
    }
    axis->value[axis->count++] = value;
    return MANN_OK;
}

/* A:B:STEP, or A,B,... */
static mann_status parse_values(mann_hopfield_job *job, const char *text, mann_sweep_axis *axis)
{
    double part[3];
    int parts = 0;
    const char *p = text;
    char separator = strchr(text, ':') ? ':' : ',';
    mann_status status = MANN_OK;
    while (!status) {
        char *end;
        double value = strtod(p, &end);
        if (end == p || (*end && *end != separator) || !isfinite(value) ||
            (separator == ':' && parts == 3)) {
            return usage(job, "sweep", text, "FROM:TO:STEP or a list A,B,...");
        }
        if (separator == ':') {
            part[parts++] = value;
        } else {
            status = push_value(job, axis, value);
        }
        if (!*end) {
            break;
        }
        p = end + 1;
    }
    if (status || separator == ',') {
        return status;
    }
    if (parts != 3 || part[2] == 0 || (part[1] - part[0]) / part[2] < 0) {
        return usage(job, "sweep", text, "FROM:TO:STEP with a step that leads from FROM to TO");
    }
    double steps = floor((part[1] - part[0]) / part[2] + 1e-9);
    for (int32_t i = 0; !status && i <= steps; i++) {
        /* 0.30000000000000004 is 0.3 */
        char text_of_value[32];
        snprintf(text_of_value, sizeof text_of_value, "%.12g", part[0] + i * part[2]);
        status = push_value(job, axis, strtod(text_of_value, NULL));
    }
    return status;
}

static mann_status parse_sweep(mann_hopfield_job *job, const char *text)
{
    char key[24];
    size_t length = strcspn(text, "=");
    if (text[length] != '=' || length >= sizeof key) {
        return usage(job, "sweep", text, "KEY=FROM:TO:STEP or KEY=A,B,...");
    }
    if (job->n_axes == 2) {
        return mann_fail(job->context, MANN_E_INVAL, "--sweep: at most two keys can be swept");
    }
    memcpy(key, text, length);
    key[length] = 0;
    mann_sweep_axis *axis = &job->axis[job->n_axes];
    int32_t index = MANN_SWEEP_UNITS;
    mann_status status = MANN_OK;
    if (strcmp(key, "units") && strcmp(key, "N")) {
        status =
            parse_name(job, "sweep", "key", key, mann_sweep_key_names, MANN_SWEEP_KEYS, &index);
    }
    axis->key = (mann_sweep_key)index;
    axis->count = 0;
    if (!status && job->n_axes == 1 && job->axis[0].key == axis->key) {
        status = mann_fail(job->context, MANN_E_INVAL, "--sweep: %s is swept twice", key);
    }
    if (!status) {
        status = parse_values(job, text + length + 1, axis);
    }
    if (!status && job->n_axes == 1 && axis->count > MANN_JOB_CURVES) {
        status = mann_fail(job->context, MANN_E_INVAL, "--sweep: %d curves; at most %d",
                           axis->count, MANN_JOB_CURVES);
    }
    job->n_axes += !status;
    return status;
}

static mann_status parse_seed(mann_hopfield_job *job, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-') {
        return usage(job, "seed", text, "a whole number from 0");
    }
    job->seed = seed;
    return MANN_OK;
}

static mann_status parse_output(mann_hopfield_job *job, const char *text)
{
    const char *dot = strrchr(text, '.');
    if (!dot || (strcmp(dot, ".png") && strcmp(dot, ".svg") && strcmp(dot, ".pdf") &&
                 strcmp(dot, ".safetensors"))) {
        return usage(job, "output", text,
                     "a file name that ends in .png, .svg, .pdf or .safetensors");
    }
    job->output = text;
    return MANN_OK;
}

bool mann_hopfield_is_store(const mann_hopfield_job *job)
{
    const char *dot = job->output ? strrchr(job->output, '.') : NULL;
    return dot && !strcmp(dot, ".safetensors");
}

static mann_status parse_choice(mann_hopfield_job *job, const char *option, const char *text,
                                const char *first, const char *second, bool *is_second)
{
    const char *const names[] = {first, second};
    int32_t index = 0;
    mann_status status = parse_name(job, option, "value", text, names, 2, &index);
    *is_second = index == 1;
    return status;
}

static mann_status take(mann_hopfield_job *job, int option, const char *text, double *beta,
                        bool *plain)
{
    bool second = false;
    mann_status status = MANN_OK;
    switch (option) {
    case OPT_PATTERNS: return parse_patterns(job, text);
    case OPT_FIRST: return parse_integer(job, "first", text, 1, &job->reading.limit);
    case OPT_THRESHOLD:
        return parse_real(job, "threshold", text, 0.001, 0.999, &job->reading.threshold);
    case OPT_INVERT: job->reading.invert = true; return MANN_OK;
    case OPT_RULE: return parse_rules(job, text);
    case OPT_PLAIN: *plain = true; return MANN_OK;
    case OPT_BETA: return parse_real(job, "beta", text, 1e-9, 1e9, beta);
    case OPT_UPDATE:
        status = parse_choice(job, "update", text, "async", "sync", &second);
        job->dynamics.update = second ? MANN_HOPFIELD_SYNC : MANN_HOPFIELD_ASYNC;
        return status;
    case OPT_ORDER:
        return parse_choice(job, "order", text, "random", "sequential", &job->dynamics.sequential);
    case OPT_TEMPERATURE:
        return parse_real(job, "temperature", text, 0, 1e9, &job->dynamics.temperature);
    case OPT_MAX_SWEEPS: return parse_integer(job, "max-sweeps", text, 1, &job->dynamics.limit);
    case OPT_CORRUPT: return parse_real(job, "corrupt", text, 0, 1, &job->corrupt);
    case OPT_MASK: return parse_real(job, "mask", text, 0, 1, &job->mask);
    case OPT_HALF: job->half = true; return MANN_OK;
    case OPT_CUES: return parse_integer(job, "cues", text, 1, &job->cues);
    case OPT_SWEEP: return parse_sweep(job, text);
    case OPT_MEASURE:
        return parse_name(job, "measure", "measure", text, mann_measure_names, MANN_MEASURES,
                          &job->measure);
    case OPT_TRIALS: return parse_integer(job, "trials", text, 1, &job->trials);
    case OPT_THREADS: return parse_integer(job, "threads", text, 1, &job->threads);
    case OPT_THEME: return parse_choice(job, "theme", text, "light", "dark", &job->dark);
    case CLI_JSON: job->json = true; return MANN_OK;
    case OPT_VIEW: job->view = true; return MANN_OK;
    case OPT_CSV: job->csv = true; return MANN_OK;
    case OPT_SEED: return parse_seed(job, text);
    case 'o': return parse_output(job, text);
    case CLI_COLOR: { /* nothing here is coloured but the pictures */
        static const char *const when[] = {"auto", "always", "never"};
        int32_t unused;
        return parse_name(job, "color", "value", text, when, 3, &unused);
    }
    case 'q': job->quiet = true; return MANN_OK;
    default: return MANN_OK;
    }
}

static mann_status unknown(mann_hopfield_job *job, const char *text)
{
    const char *names[sizeof table / sizeof *table];
    size_t count = 0;
    char word[64];
    while (table[count].name) {
        names[count] = table[count].name;
        count++;
    }
    snprintf(word, sizeof word, "%s", text + strspn(text, "-"));
    word[strcspn(word, "=")] = 0;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(word, names[i])) {
            return mann_fail(job->context, MANN_E_INVAL,
                             table[i].has_arg ? "--%s needs a value" : "--%s takes no value", word);
        }
    }
    const char *near = mann_nearest(word, names, count);
    return mann_fail(job->context, MANN_E_INVAL, "unknown option '%s'%s%s%s", text,
                     near ? "; did you mean '--" : "", near ? near : "", near ? "'?" : "");
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

static bool swept(const mann_hopfield_job *job, mann_sweep_key key)
{
    return (job->n_axes > 0 && job->axis[0].key == key) ||
           (job->n_axes > 1 && job->axis[1].key == key);
}

/* What the options mean together. */
static mann_status check_together(mann_hopfield_job *job, double beta, bool plain,
                                  bool dynamics_given)
{
    mann_context *context = job->context;
    if (!job->spec) {
        return mann_fail(context, MANN_E_INVAL,
                         "--patterns is missing: a file, a folder, or random:1000x100");
    }
    if (job->n_rules == 0) {
        parse_rule(job, "hebb");
    }
    bool beta_rule = false, dense = false;
    for (int32_t r = 0; r < job->n_rules; r++) {
        bool has = has_beta(job->rule[r].rule);
        beta_rule |= has;
        dense |= job->rule[r].rule == MANN_HOPFIELD_DENSE;
        job->rule[r].beta = has ? beta : 0;
        job->rule[r].plain = plain;
    }
    if ((beta > 0 || swept(job, MANN_SWEEP_BETA)) && !beta_rule) {
        return mann_fail(context, MANN_E_INVAL, "beta belongs to the rules modern and continuous%s",
                         every_rule(job, is_binary) ? "; for noise use --temperature" : "");
    }
    if ((plain || swept(job, MANN_SWEEP_ORDER)) && !dense) {
        return mann_fail(context, MANN_E_INVAL, "%s belongs to the rule dense",
                         plain ? "--plain" : "the swept key order");
    }
    bool warm = job->dynamics.temperature > 0 || swept(job, MANN_SWEEP_TEMPERATURE);
    if ((dynamics_given || warm) && !every_rule(job, is_binary)) {
        return mann_fail(context, MANN_E_INVAL,
                         "the rules modern and continuous move all units at once by their own law; "
                         "--update, --order and temperature do not apply to them");
    }
    if (job->json && job->csv) {
        return mann_fail(context, MANN_E_INVAL, "--json and --csv exclude each other");
    }
    if (job->n_axes && (job->view || mann_hopfield_is_store(job))) {
        return mann_fail(context, MANN_E_INVAL,
                         "a sweep is of many networks: --view and -o FILE.safetensors are for one");
    }
    if (job->trials && !job->n_axes) {
        return mann_fail(
            context, MANN_E_INVAL,
            "--trials counts the networks of a sweep; here use --cues, or add --sweep");
    }
    if (swept(job, MANN_SWEEP_PATTERNS) &&
        (swept(job, MANN_SWEEP_LOAD) || swept(job, MANN_SWEEP_UNITS))) {
        return mann_fail(context, MANN_E_INVAL,
                         "the swept key patterns goes with neither load nor n; sweep load and n");
    }
    if (!job->random && swept(job, MANN_SWEEP_UNITS)) {
        return mann_fail(context, MANN_E_INVAL,
                         "the units of patterns from a file are given; the "
                         "swept key n needs --patterns random:NxP");
    }
    if (job->corrupt < 0) {
        bool other = job->n_axes || job->mask > 0 || job->half;
        job->corrupt = other ? 0 : 0.2;
    }
    return MANN_OK;
}

static mann_status load(mann_hopfield_job *job)
{
    if (job->random) {
        if (job->reading.limit || job->reading.threshold > 0 || job->reading.invert) {
            return mann_fail(job->context, MANN_E_INVAL,
                             "--first, --threshold and --invert are for patterns from files");
        }
        return MANN_OK;
    }
    mann_status status = mann_patterns_read(job->context, job->spec, &job->reading, &job->loaded);
    job->units = job->loaded.units;
    job->count = job->loaded.count;
    return status;
}

int mann_hopfield_report(mann_context *context, mann_status status)
{
    return cli_fail(&(mann_cli){.name = "hopfield", .context = context}, status);
}

int mann_hopfield_parse(mann_hopfield_job *job, int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    job->corrupt = -1;
    job->seed = 1;
    job->threads = cores > 0 && cores < 256 ? (int32_t)cores : 1;
    job->reading.png = mann_image_png;
    double beta = 0;
    bool plain = false, dynamics_given = false;
    mann_status status = MANN_OK;
    opterr = 0;
    optind = 1;
    while (!status) {
        int before = optind, option = getopt_long(argc, argv, ":o:" CLI_SHORT, table, NULL);
        if (option == -1) {
            break;
        }
        if (option == 'h') {
            fputs(help, stdout);
            return 1;
        }
        if (option == '?' || option == ':') {
            status = option == ':' && optopt == 'o'
                         ? mann_fail(job->context, MANN_E_INVAL, "-o needs a file name")
                         : unknown(job, argv[before]);
            break;
        }
        dynamics_given |= option == OPT_UPDATE || option == OPT_ORDER;
        status = take(job, option, optarg, &beta, &plain);
    }
    if (!status && optind < argc) {
        status = mann_fail(job->context, MANN_E_INVAL,
                           "what is '%s'? Patterns are named by "
                           "--patterns",
                           argv[optind]);
    }
    if (!status) {
        status = check_together(job, beta, plain, dynamics_given);
    }
    if (!status) {
        status = load(job);
    }
    if (status) {
        return 1 + mann_hopfield_report(job->context, status);
    }
    return 0;
}

void mann_hopfield_job_clear(mann_hopfield_job *job)
{
    mann_patterns_clear(&job->loaded);
}
