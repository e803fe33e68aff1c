/* Sweeps in words and as data. */
#include "cli/hopfield/sweep.h"
#include "cli/values.h"

#include <math.h>

void mann_sweep_curve_name(const mann_sweep *sweep, int32_t curve, char *text, size_t size)
{
    const mann_hopfield_job *job = sweep->job;
    const mann_sweep_point *first = &sweep->points[(size_t)curve * (size_t)sweep->per_curve];
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

void mann_sweep_heading(const mann_sweep *sweep, char *text, size_t size)
{
    const mann_hopfield_job *job = sweep->job;
    const mann_hopfield_setting *first = &sweep->points[0].setting;
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
    for (int32_t p = 0; p < sweep->n_points; p++) {
        cues = sweep->points[p].setting.cues > cues ? sweep->points[p].setting.cues : cues;
    }
    snprintf(trials, sizeof trials, "%d network%s of up to %d cues", sweep->trials,
             sweep->trials == 1 ? "" : "s", cues);
    snprintf(text, size, "%s%s%s, start: %s · %s, 95 %% intervals · seed %llu", rule, sizes,
             dynamics, corrupt ? "damaged patterns" : cue, trials, (unsigned long long)job->seed);
}

static void print_table(const mann_sweep *sweep)
{
    const mann_hopfield_job *job = sweep->job;
    char text[384];
    mann_sweep_heading(sweep, text, sizeof text);
    printf("%s\n", text);
    for (int32_t curve = 0; curve < sweep->curves; curve++) {
        const mann_sweep_point *first = &sweep->points[(size_t)curve * (size_t)sweep->per_curve];
        mann_sweep_curve_name(sweep, curve, text, sizeof text);
        bool theory_known = isfinite(first->theory[MANN_MEASURE_ONE_STEP]);
        printf("\n%s\n%11s %6s %7s   %-16s %-16s %-8s %-8s %-9s %-6s%s\n", text,
               mann_sweep_key_names[job->axis[0].key], "N", "P", "overlap", "exact", "recalled",
               "fixed", "one-step", "sweeps", theory_known ? "  theory: overlap, one-step" : "");
        for (int32_t i = 0; i < sweep->per_curve; i++) {
            const mann_sweep_point *at = &first[i];
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

static void print_csv(const mann_sweep *sweep)
{
    printf("rule,n,patterns,load,corrupt,mask,beta,temperature,order,trials,cues");
    for (int32_t m = 0; m < MANN_MEASURES; m++) {
        printf(",%s,%s_ci95", mann_measure_names[m], mann_measure_names[m]);
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        printf(",part_%s", mann_hopfield_kind_names[k]);
    }
    printf(",theory_overlap,theory_one-step\n");
    for (int32_t p = 0; p < sweep->n_points; p++) {
        const mann_sweep_point *at = &sweep->points[p];
        const mann_hopfield_setting *setting = &at->setting;
        printf("%s,%d,%d,%.6g,%g,%g,%g,%g,%d,%d,%d", mann_hopfield_rule_names[setting->rule.rule],
               setting->units, setting->count, (double)setting->count / setting->units,
               setting->corrupt, setting->mask, setting->rule.beta, setting->dynamics.temperature,
               setting->rule.order, sweep->trials, setting->cues);
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

static json_t *point_json(const mann_sweep *sweep, const mann_sweep_point *at)
{
    const mann_hopfield_setting *setting = &at->setting;
    json_t *kinds = json_object(),
           *row = json_pack("{s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:i}", "rule",
                            sweep->job->rule_name[at->rule], "units", setting->units, "patterns",
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
        json_object_set_new(row, mann_measure_names[m],
                            json_pack("{s:o, s:o}", "mean", cli_number_json(at->mean[m]), "ci95",
                                      cli_number_json(at->half[m])));
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        json_object_set_new(kinds, mann_hopfield_kind_names[k], cli_number_json(at->kinds[k]));
    }
    json_object_set_new(row, "verdicts", kinds);
    json_object_set_new(row, "theory",
                        json_pack("{s:o, s:o}", "overlap",
                                  cli_number_json(at->theory[MANN_MEASURE_OVERLAP]), "one-step",
                                  cli_number_json(at->theory[MANN_MEASURE_ONE_STEP])));
    return row;
}

static void print_json(const mann_sweep *sweep)
{
    json_t *rows = json_array();
    for (int32_t p = 0; p < sweep->n_points; p++) {
        json_array_append_new(rows, point_json(sweep, &sweep->points[p]));
    }
    json_t *name = json_string(sweep->job->spec); /* NULL for a path that is not UTF-8 */
    json_t *root =
        json_pack("{s:o*, s:s, s:I, s:i, s:o}", "patterns", name, "sweep",
                  mann_sweep_key_names[sweep->job->axis[0].key], "seed",
                  (json_int_t)sweep->job->seed, "trials", sweep->trials, "results", rows);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(7));
    printf("\n");
    json_decref(root);
}

void mann_sweep_print(const mann_sweep *sweep)
{
    const mann_hopfield_job *job = sweep->job;
    (job->cli.json ? print_json : job->csv ? print_csv : print_table)(sweep);
}
