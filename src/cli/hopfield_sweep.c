/* Sweeps: networks drawn again and again at each point, and what became of their cues.
 *
 * Trial t of every point draws its patterns from the stream (seed, "hopfield patterns", t) and the
 * cue of pattern k from (seed, "hopfield cue", t 2^32 + k), so results depend on the seed and on
 * nothing else, least of all on threads, and neighbouring points share their randomness, which
 * smooths curves. The interval is Student's t over the networks, the independent unit: cues of one
 * network are not. */
#include "base/pool.h"
#include "cli/hopfield_job.h"
#include "draw/hopfield_plot.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <jansson.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Of one network. */
typedef struct outcome {
    mann_status status;
    char message[256];
    double measure[MANN_MEASURES];
    int32_t kinds[MANN_HOPFIELD_KINDS];
} outcome;

_Static_assert(sizeof(outcome) % sizeof(double) == 0, "outcomes are a strided array of measures");

/* Of one point. */
typedef struct point {
    mann_hopfield_setting setting;
    int32_t rule;
    double x, curve; /* the swept values; NaN for none */
    double mean[MANN_MEASURES];
    double half[MANN_MEASURES];        /* of the 95 % interval; NaN with one trial */
    double kinds[MANN_HOPFIELD_KINDS]; /* parts of the cues */
    double theory[MANN_MEASURES];      /* NaN where there is none */
} point;

typedef struct sweep {
    const mann_hopfield_job *job;
    int32_t n_points, trials, curves, per_curve;
    point *points;     /* [curves, per_curve] */
    outcome *outcomes; /* [n_points, trials] */
    atomic_int done;
    double started, told;
} sweep;

static const char *const titles[MANN_MEASURES] = {
    "Overlap after recall",
    "Recalled exactly",
    "Recalled with an overlap of at least 0.95",
    "Stored patterns that are fixed points",
    "Bits of a stored pattern that one step changes",
    "Sweeps until it settles",
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double overlap_of(const float *state, const float *x, int32_t units, int32_t *wrong)
{
    double sum = 0;
    *wrong = 0;
    for (int32_t i = 0; i < units; i++) {
        sum += (double)state[i] * (double)x[i];
        *wrong += state[i] * x[i] <= 0;
    }
    return sum / units;
}

/* Settles the walk; returns the overlap with x, averaged over the later half at T > 0. */
static double settle(mann_hopfield_walk *walk, const mann_hopfield_setting *setting, const float *x)
{
    int32_t wrong;
    if (setting->dynamics.temperature == 0) {
        mann_hopfield_settle(walk);
        return overlap_of(mann_hopfield_state(walk), x, setting->units, &wrong);
    }
    int32_t limit = setting->dynamics.limit ? setting->dynamics.limit : 200, counted = 0;
    double sum = 0;
    while (mann_hopfield_sweep(walk) == MANN_HOPFIELD_RUNNING) {
        if (2 * mann_hopfield_sweeps(walk) >= limit) {
            sum += overlap_of(mann_hopfield_state(walk), x, setting->units, &wrong);
            counted++;
        }
    }
    return counted ? sum / counted
                   : overlap_of(mann_hopfield_state(walk), x, setting->units, &wrong);
}

static mann_status recall_all(const sweep *all, const mann_hopfield_setting *setting,
                              const mann_hopfield *net, mann_hopfield_walk *walk, int32_t trial,
                              float *cue, outcome *out)
{
    double part = 1.0 / setting->cues;
    int32_t height = all->job->random ? 1 : all->job->loaded.height;
    for (int32_t c = 0; c < setting->cues; c++) {
        int32_t k = mann_hopfield_cue_pattern(setting, c), wrong;
        const float *x = mann_hopfield_patterns(net) + (size_t)k * (size_t)setting->units;
        int32_t unstable = mann_hopfield_unstable(net, k);
        if (unstable < 0) {
            return MANN_E_NOMEM;
        }
        uint64_t index = (uint64_t)trial << 32 | (uint64_t)k;
        mann_rng rng = mann_rng_stream(all->job->seed, "hopfield cue", index);
        mann_hopfield_cue_make(setting, x, height, &rng, cue);
        mann_hopfield_begin(walk, cue, &rng);
        double overlap = settle(walk, setting, x);
        overlap_of(mann_hopfield_state(walk), x, setting->units, &wrong);
        mann_hopfield_verdict verdict;
        mann_hopfield_ending ending = mann_hopfield_sweep(walk);
        mann_status status = mann_hopfield_judge(net, mann_hopfield_state(walk), ending, &verdict);
        if (status) {
            return status;
        }
        out->kinds[verdict.kind]++;
        out->measure[MANN_MEASURE_OVERLAP] += part * overlap;
        out->measure[MANN_MEASURE_EXACT] += part * (wrong == 0);
        out->measure[MANN_MEASURE_RECALLED] += part * (overlap >= MANN_HOPFIELD_NEAR);
        out->measure[MANN_MEASURE_STABLE] += part * (unstable == 0);
        out->measure[MANN_MEASURE_ONE_STEP] += part * unstable / setting->units;
        out->measure[MANN_MEASURE_SWEEPS] += part * mann_hopfield_sweeps(walk);
    }
    return MANN_OK;
}

/* One network. Its context is its own: pieces run side by side. */
static void run_trial(const sweep *all, const mann_hopfield_setting *setting, int32_t trial,
                      outcome *out)
{
    mann_context *context = mann_context_alloc();
    size_t numbers = (size_t)setting->count * (size_t)setting->units;
    float *room = all->job->random ? malloc(numbers * sizeof *room) : NULL;
    float *cue = malloc((size_t)setting->units * sizeof *cue);
    mann_hopfield *net = NULL;
    mann_hopfield_walk *walk = NULL;
    out->status = MANN_E_NOMEM;
    if (context && cue && (room || !all->job->random)) {
        out->status = mann_hopfield_alloc(context, &setting->rule, setting->units, &net);
    }
    if (!out->status) {
        const float *x = mann_hopfield_trial_patterns(all->job, setting, trial, room);
        out->status = mann_hopfield_store(net, setting->count, x);
    }
    if (!out->status) {
        out->status = mann_hopfield_walk_alloc(net, &setting->dynamics, &walk);
    }
    if (!out->status) {
        out->status = recall_all(all, setting, net, walk, trial, cue, out);
    }
    if (out->status) {
        const char *message = mann_context_message(context);
        snprintf(out->message, sizeof out->message, "%s", message[0] ? message : "out of memory");
    }
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    mann_context_free(context);
    free(room);
    free(cue);
}

/* On a terminal a line that is written over, elsewhere one every 10 s. */
static void progress(sweep *all, bool last)
{
    bool terminal = isatty(STDERR_FILENO);
    double time = now();
    if (all->job->quiet || (!last && time - all->told < (terminal ? 0.1 : 10)) ||
        (last && !terminal)) {
        return;
    }
    all->told = time;
    int32_t whole = all->n_points * all->trials;
    if (last) {
        fprintf(stderr, "\r\033[K");
    } else {
        fprintf(stderr, "%s%d of %d networks · %.0f s%s", terminal ? "\r\033[K" : "",
                atomic_load(&all->done), whole, time - all->started, terminal ? "" : "\n");
    }
}

static void run_piece(void *user, int32_t piece, int32_t worker)
{
    sweep *all = user;
    /* The last points are often the dearest: begin with them. */
    int32_t index = all->n_points * all->trials - 1 - piece;
    run_trial(all, &all->points[index / all->trials].setting, index % all->trials,
              &all->outcomes[index]);
    atomic_fetch_add(&all->done, 1);
    if (worker == 0) {
        progress(all, false);
    }
}

static void summarise(const sweep *all, int32_t p)
{
    point *at = &all->points[p];
    const outcome *first = &all->outcomes[(size_t)p * (size_t)all->trials];
    size_t n = (size_t)all->trials;
    size_t stride = sizeof *first / sizeof(double);
    for (int32_t m = 0; m < MANN_MEASURES; m++) {
        at->mean[m] = gsl_stats_mean(&first->measure[m], stride, n);
        at->half[m] = n < 2 ? NAN
                            : gsl_stats_sd(&first->measure[m], stride, n) / sqrt((double)n) *
                                  gsl_cdf_tdist_Pinv(0.975, (double)n - 1);
        at->theory[m] = NAN;
    }
    for (int32_t t = 0; t < all->trials; t++) {
        for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
            at->kinds[k] += (double)first[t].kinds[k] / at->setting.cues / all->trials;
        }
    }
    const mann_hopfield_setting *setting = &at->setting;
    if (all->job->random && setting->rule.rule == MANN_HOPFIELD_HEBB) {
        double load = (double)setting->count / setting->units;
        /* Of a cue within the basin, which only the pattern itself is sure to be. */
        if (setting->corrupt == 0 && setting->mask == 0 && !setting->half) {
            at->theory[MANN_MEASURE_OVERLAP] =
                mann_hopfield_theory_overlap(load, setting->dynamics.temperature);
        }
        at->theory[MANN_MEASURE_ONE_STEP] = mann_hopfield_theory_bit_error(load);
    }
}

static mann_status make_points(sweep *all)
{
    const mann_hopfield_job *job = all->job;
    int32_t seconds = job->n_axes > 1 ? job->axis[1].count : 1;
    all->curves = job->n_rules * seconds;
    all->per_curve = job->axis[0].count;
    all->n_points = all->curves * all->per_curve;
    all->trials = job->trials ? job->trials : 10;
    if (all->curves > MANN_JOB_CURVES || (int64_t)all->n_points * all->trials > 1000000) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--sweep: %d curves of %d points with %d networks each is too much (%d "
                         "curves, a million networks)",
                         all->curves, all->per_curve, all->trials, MANN_JOB_CURVES);
    }
    all->points = calloc((size_t)all->n_points, sizeof *all->points);
    all->outcomes = calloc((size_t)all->n_points * (size_t)all->trials, sizeof *all->outcomes);
    if (!all->points || !all->outcomes) {
        return mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d points", all->n_points);
    }
    for (int32_t p = 0; p < all->n_points; p++) {
        int32_t curve = p / all->per_curve, rule = curve / seconds;
        point *at = &all->points[p];
        at->rule = rule;
        at->x = job->axis[0].value[p % all->per_curve];
        at->curve = job->n_axes > 1 ? job->axis[1].value[curve % seconds] : NAN;
        mann_status status = mann_hopfield_setting_make(
            job, rule, &at->x, job->n_axes > 1 ? &at->curve : NULL, &at->setting);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

static void curve_name(const sweep *all, int32_t curve, char *text, size_t size)
{
    const mann_hopfield_job *job = all->job;
    const point *first = &all->points[(size_t)curve * (size_t)all->per_curve];
    char value[48] = "";
    if (job->n_axes > 1) {
        const char *key = mann_sweep_key_names[job->axis[1].key];
        snprintf(value, sizeof value, "%s %g", job->axis[1].key == MANN_SWEEP_UNITS ? "N" : key,
                 first->curve);
    }
    bool named = job->n_rules > 1 || !value[0];
    snprintf(text, size, "%s%s%s", named ? job->rule_name[first->rule] : "",
             named && value[0] ? ", " : "", value);
}

static void heading(const sweep *all, char *text, size_t size)
{
    const mann_hopfield_job *job = all->job;
    const mann_hopfield_setting *first = &all->points[0].setting;
    char dynamics[64], cue[96], sizes[64] = "", rule[32] = "", trials[64];
    mann_hopfield_describe_dynamics(first, dynamics, sizeof dynamics);
    mann_hopfield_describe_cue(first, cue, sizeof cue);
    bool units = false, corrupt = false;
    for (int32_t a = 0; a < job->n_axes; a++) {
        units |= job->axis[a].key == MANN_SWEEP_UNITS;
        corrupt |= job->axis[a].key == MANN_SWEEP_CORRUPT || job->axis[a].key == MANN_SWEEP_MASK;
    }
    if (!units) {
        snprintf(sizes, sizeof sizes, "%d units, ", job->units);
    }
    if (job->n_rules == 1) {
        snprintf(rule, sizeof rule, "%s, ", job->rule_name[0]);
    }
    int32_t cues = first->cues;
    for (int32_t p = 0; p < all->n_points; p++) {
        cues = all->points[p].setting.cues > cues ? all->points[p].setting.cues : cues;
    }
    snprintf(trials, sizeof trials, "%d network%s of up to %d cues", all->trials,
             all->trials == 1 ? "" : "s", cues);
    snprintf(text, size, "%s%s%s, start: %s · %s, 95 %% intervals · seed %llu", rule, sizes,
             dynamics, corrupt ? "damaged patterns" : cue, trials, (unsigned long long)job->seed);
}

static void print_table(const sweep *all)
{
    const mann_hopfield_job *job = all->job;
    char text[384];
    heading(all, text, sizeof text);
    printf("%s\n", text);
    for (int32_t curve = 0; curve < all->curves; curve++) {
        const point *first = &all->points[(size_t)curve * (size_t)all->per_curve];
        curve_name(all, curve, text, sizeof text);
        bool theory_known = isfinite(first->theory[MANN_MEASURE_ONE_STEP]);
        printf("\n%s\n%11s %6s %7s   %-16s %-16s %-8s %-8s %-9s %-6s%s\n", text,
               mann_sweep_key_names[job->axis[0].key], "N", "P", "overlap", "exact", "recalled",
               "fixed", "one-step", "sweeps", theory_known ? "  theory: overlap, one-step" : "");
        for (int32_t i = 0; i < all->per_curve; i++) {
            const point *at = &first[i];
            char overlap[48], exact[48], theory[80] = "";
            snprintf(overlap, sizeof overlap, "%.4f ± %.4f", at->mean[MANN_MEASURE_OVERLAP],
                     at->half[MANN_MEASURE_OVERLAP]);
            snprintf(exact, sizeof exact, "%.3f ± %.3f", at->mean[MANN_MEASURE_EXACT],
                     at->half[MANN_MEASURE_EXACT]);
            if (at->theory[MANN_MEASURE_OVERLAP] > 0) {
                snprintf(theory, sizeof theory, "  %-8.4f %.5f", at->theory[MANN_MEASURE_OVERLAP],
                         at->theory[MANN_MEASURE_ONE_STEP]);
            } else if (isfinite(at->theory[MANN_MEASURE_ONE_STEP])) {
                snprintf(theory, sizeof theory, "  %-8s %.5f",
                         isfinite(at->theory[MANN_MEASURE_OVERLAP]) ? "none" : "",
                         at->theory[MANN_MEASURE_ONE_STEP]);
            }
            /* ± is two bytes and one column. */
            printf("%11.6g %6d %7d   %-17s %-17s %-8.3f %-8.3f %-9.5f %-6.4g%s\n", at->x,
                   at->setting.units, at->setting.count, overlap, exact,
                   at->mean[MANN_MEASURE_RECALLED], at->mean[MANN_MEASURE_STABLE],
                   at->mean[MANN_MEASURE_ONE_STEP], at->mean[MANN_MEASURE_SWEEPS], theory);
        }
    }
}

static void print_number(double value)
{
    if (isfinite(value)) {
        printf(",%.6g", value);
    } else {
        printf(",");
    }
}

static void print_csv(const sweep *all)
{
    printf("rule,n,patterns,load,corrupt,mask,beta,temperature,order,trials,cues");
    for (int32_t m = 0; m < MANN_MEASURES; m++) {
        printf(",%s,%s_ci95", mann_measure_names[m], mann_measure_names[m]);
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        printf(",part_%s", mann_hopfield_kind_names[k]);
    }
    printf(",theory_overlap,theory_one-step\n");
    for (int32_t p = 0; p < all->n_points; p++) {
        const point *at = &all->points[p];
        const mann_hopfield_setting *setting = &at->setting;
        printf("%s,%d,%d,%.6g,%g,%g,%g,%g,%d,%d,%d", mann_hopfield_rule_names[setting->rule.rule],
               setting->units, setting->count, (double)setting->count / setting->units,
               setting->corrupt, setting->mask, setting->rule.beta, setting->dynamics.temperature,
               setting->rule.order, all->trials, setting->cues);
        for (int32_t m = 0; m < MANN_MEASURES; m++) {
            print_number(at->mean[m]);
            print_number(at->half[m]);
        }
        for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
            print_number(at->kinds[k]);
        }
        print_number(at->theory[MANN_MEASURE_OVERLAP]);
        print_number(at->theory[MANN_MEASURE_ONE_STEP]);
        printf("\n");
    }
}

/* What is not finite is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *point_json(const sweep *all, const point *at)
{
    const mann_hopfield_setting *setting = &at->setting;
    json_t *kinds = json_object(),
           *row = json_pack("{s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:i}", "rule",
                            all->job->rule_name[at->rule], "units", setting->units, "patterns",
                            setting->count, "load", (double)setting->count / setting->units,
                            "corrupt", setting->corrupt, "mask", setting->mask, "temperature",
                            setting->dynamics.temperature, "cues", setting->cues);
    if (setting->rule.beta > 0) {
        json_object_set_new(row, "beta", json_real(setting->rule.beta));
    }
    if (setting->rule.order > 0) {
        json_object_set_new(row, "order", json_integer(setting->rule.order));
    }
    for (int32_t m = 0; m < MANN_MEASURES; m++) {
        json_object_set_new(
            row, mann_measure_names[m],
            json_pack("{s:o, s:o}", "mean", number(at->mean[m]), "ci95", number(at->half[m])));
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        json_object_set_new(kinds, mann_hopfield_kind_names[k], number(at->kinds[k]));
    }
    json_object_set_new(row, "verdicts", kinds);
    json_object_set_new(row, "theory",
                        json_pack("{s:o, s:o}", "overlap", number(at->theory[MANN_MEASURE_OVERLAP]),
                                  "one-step", number(at->theory[MANN_MEASURE_ONE_STEP])));
    return row;
}

static void print_json(const sweep *all)
{
    json_t *rows = json_array();
    for (int32_t p = 0; p < all->n_points; p++) {
        json_array_append_new(rows, point_json(all, &all->points[p]));
    }
    json_t *name = json_string(all->job->spec); /* NULL for a path that is not UTF-8 */
    json_t *root = json_pack("{s:o*, s:s, s:I, s:i, s:o}", "patterns", name, "sweep",
                             mann_sweep_key_names[all->job->axis[0].key], "seed",
                             (json_int_t)all->job->seed, "trials", all->trials, "results", rows);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(7));
    printf("\n");
    json_decref(root);
}

static const char *axis_title(mann_sweep_key key)
{
    switch (key) {
    case MANN_SWEEP_LOAD: return "load P/N";
    case MANN_SWEEP_PATTERNS: return "patterns P";
    case MANN_SWEEP_UNITS: return "units N";
    case MANN_SWEEP_CORRUPT: return "part of the cue that is flipped";
    case MANN_SWEEP_MASK: return "part of the cue that is unknown";
    case MANN_SWEEP_BETA: return "beta";
    case MANN_SWEEP_TEMPERATURE: return "temperature T";
    case MANN_SWEEP_ORDER: return "order n";
    case MANN_SWEEP_KEYS: break;
    }
    return "";
}

enum { THEORY_POINTS = 121 };

/* Theory's curve over the axis, for Hebb's rule and random patterns. Points, or 0. */
static int32_t theory_curve(const sweep *all, double *x, double *y)
{
    const mann_hopfield_job *job = all->job;
    const mann_sweep_axis *axis = &job->axis[0];
    const point *first = &all->points[0], *last = &all->points[all->per_curve - 1];
    bool overlap = job->measure == MANN_MEASURE_OVERLAP;
    bool by_load = axis->key == MANN_SWEEP_LOAD || axis->key == MANN_SWEEP_PATTERNS;
    bool several = job->n_axes > 1 && job->axis[1].key != MANN_SWEEP_UNITS;
    if (!isfinite(first->theory[job->measure]) || several || axis->count < 2 ||
        !(overlap || job->measure == MANN_MEASURE_ONE_STEP) ||
        !(by_load || (axis->key == MANN_SWEEP_TEMPERATURE && overlap))) {
        return 0;
    }
    double scale = axis->key == MANN_SWEEP_PATTERNS ? first->setting.units : 1;
    int32_t count = 0;
    for (int32_t i = 0; i < THEORY_POINTS; i++) {
        x[count] = first->x + (last->x - first->x) * i / (THEORY_POINTS - 1);
        double load =
            by_load ? x[count] / scale : (double)first->setting.count / first->setting.units;
        double temperature = by_load ? first->setting.dynamics.temperature : x[count];
        y[count] = overlap ? mann_hopfield_theory_overlap(load, temperature)
                           : mann_hopfield_theory_bit_error(load);
        /* The retrieval state is lost at a stroke: the curve ends there. */
        if (overlap && count && y[count] == 0) {
            break;
        }
        count++;
    }
    return count;
}

static int draw(const sweep *all)
{
    const mann_hopfield_job *job = all->job;
    const mann_sweep_axis *axis = &job->axis[0];
    mann_hopfield_curve curve[MANN_JOB_CURVES + 2];
    char names[MANN_JOB_CURVES][64], subtitle[384];
    double theory_x[THEORY_POINTS], theory_y[THEORY_POINTS];
    double cue_x[2] = {axis->value[0], axis->value[axis->count - 1]};
    double cue_y[2] = {1 - 2 * cue_x[0], 1 - 2 * cue_x[1]};
    size_t width = (size_t)all->per_curve;
    double *numbers = calloc(4 * (size_t)all->n_points, sizeof *numbers);
    if (!numbers) {
        return mann_hopfield_report(
            job->context, mann_fail(job->context, MANN_E_NOMEM, "out of memory for the picture"));
    }
    /* An interval does not reach beyond what the measure can be. */
    double least = job->measure == MANN_MEASURE_OVERLAP ? -1 : 0;
    double most = job->measure == MANN_MEASURE_SWEEPS ? INFINITY : 1;
    int32_t count = 0;
    for (; count < all->curves; count++) {
        double *x = numbers + 4 * width * (size_t)count, *y = x + width, *low = y + width,
               *high = low + width;
        for (size_t i = 0; i < width; i++) {
            const point *at = &all->points[(size_t)count * width + i];
            double half = at->half[job->measure];
            x[i] = at->x;
            y[i] = at->mean[job->measure];
            low[i] = fmax(y[i] - (isfinite(half) ? half : 0), least);
            high[i] = fmin(y[i] + (isfinite(half) ? half : 0), most);
        }
        curve_name(all, count, names[count], sizeof names[count]);
        curve[count] = (mann_hopfield_curve){.name = names[count],
                                             .count = all->per_curve,
                                             .x = x,
                                             .y = y,
                                             .low = low,
                                             .high = high};
    }
    int32_t theory = theory_curve(all, theory_x, theory_y);
    if (theory) {
        curve[count++] = (mann_hopfield_curve){.name = "theory, N → ∞",
                                               .count = theory,
                                               .x = theory_x,
                                               .y = theory_y,
                                               .reference = true};
    }
    if (axis->key == MANN_SWEEP_CORRUPT && job->measure == MANN_MEASURE_OVERLAP) {
        curve[count++] = (mann_hopfield_curve){
            .name = "the cue itself", .count = 2, .x = cue_x, .y = cue_y, .reference = true};
    }
    heading(all, subtitle, sizeof subtitle);
    bool hebb = job->random && job->rule[0].rule == MANN_HOPFIELD_HEBB;
    bool part = job->measure != MANN_MEASURE_SWEEPS && job->measure != MANN_MEASURE_ONE_STEP;
    mann_hopfield_sweep_plot plot = {
        .title = axis->key == MANN_SWEEP_CORRUPT && job->measure == MANN_MEASURE_OVERLAP
                     ? "Basins of attraction: overlap after recall"
                     : titles[job->measure],
        .subtitle = subtitle,
        .x_name = axis_title(axis->key),
        .y_name = mann_measure_names[job->measure],
        .unit_range = part,
        .log_x = axis->value[0] > 0 && axis->value[axis->count - 1] / axis->value[0] >= 50,
        .mark = hebb && axis->key == MANN_SWEEP_LOAD ? MANN_HOPFIELD_CAPACITY : NAN,
        .mark_name = "0.138",
        .n_curves = count,
        .curve = curve,
    };
    char *data = NULL;
    size_t size = 0;
    mann_status status = mann_hopfield_draw_sweep(
        job->context, &plot, strrchr(job->output, '.') + 1, job->dark, &data, &size);
    free(numbers);
    return mann_hopfield_save(job, status, data, size);
}

static int finish(sweep *all)
{
    const mann_hopfield_job *job = all->job;
    for (int32_t i = 0; i < all->n_points * all->trials; i++) {
        const outcome *out = &all->outcomes[i];
        if (out->status) {
            const point *at = &all->points[i / all->trials];
            mann_fail(job->context, out->status, "at %s = %g: %s",
                      mann_sweep_key_names[job->axis[0].key], at->x, out->message);
            return mann_hopfield_report(job->context, out->status);
        }
    }
    for (int32_t p = 0; p < all->n_points; p++) {
        summarise(all, p);
    }
    (job->json ? print_json : job->csv ? print_csv : print_table)(all);
    return job->output ? draw(all) : 0;
}

int mann_hopfield_sweep_run(const mann_hopfield_job *job)
{
    sweep all = {.job = job, .started = now(), .told = now()};
    int code = 0;
    mann_status status = make_points(&all);
    mann_pool *pool = status ? NULL : mann_pool_alloc(job->context, job->threads);
    if (!pool) {
        code = mann_hopfield_report(job->context, status ? status : MANN_E_NOMEM);
    } else {
        mann_pool_run(pool, all.n_points * all.trials, run_piece, &all);
        progress(&all, true);
        code = finish(&all);
    }
    mann_pool_free(pool);
    free(all.points);
    free(all.outcomes);
    return code;
}
