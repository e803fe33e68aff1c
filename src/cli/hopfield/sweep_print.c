/* Sweeps in words and as data. */
#include "cli/hopfield/command.h"
#include "cli/values.h"

#include <math.h>

static void print_table(const mann_hopfield_study *study)
{
    const mann_hopfield_job *job = study->job;
    char text[384];
    hopfield_sweep_heading(study, text, sizeof text);
    printf("%s\n", text);
    for (int32_t curve = 0; curve < study->curves; curve++) {
        const mann_hopfield_point *first = &study->points[(size_t)curve * (size_t)study->per_curve];
        hopfield_curve_name(study, curve, text, sizeof text);
        bool theory_known = isfinite(first->theory[MANN_HOPFIELD_MEASURE_ONE_STEP]);
        printf("\n%s\n%11s %6s %7s   %-16s %-16s %-8s %-8s %-9s %-6s%s\n", text,
               mann_hopfield_key_names[job->axis[0].key], "N", "P", "overlap", "exact", "recalled",
               "fixed", "one-step", "sweeps", theory_known ? "  theory: overlap, one-step" : "");
        for (int32_t i = 0; i < study->per_curve; i++) {
            const mann_hopfield_point *at = &first[i];
            char overlap[48], exact[48], theory[80] = "";
            snprintf(overlap, sizeof overlap, "%.4f ± %.4f",
                     at->mean[MANN_HOPFIELD_MEASURE_OVERLAP],
                     at->half[MANN_HOPFIELD_MEASURE_OVERLAP]);
            snprintf(exact, sizeof exact, "%.3f ± %.3f", at->mean[MANN_HOPFIELD_MEASURE_EXACT],
                     at->half[MANN_HOPFIELD_MEASURE_EXACT]);
            if (at->theory[MANN_HOPFIELD_MEASURE_OVERLAP] > 0) {
                snprintf(theory, sizeof theory, "  %-8.4f %.5f",
                         at->theory[MANN_HOPFIELD_MEASURE_OVERLAP],
                         at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP]);
            } else if (isfinite(at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP])) {
                snprintf(theory, sizeof theory, "  %-8s %.5f",
                         isfinite(at->theory[MANN_HOPFIELD_MEASURE_OVERLAP]) ? "none" : "",
                         at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP]);
            }
            /* ± is two bytes and one column. */
            printf("%11.6g %6d %7d   %-17s %-17s %-8.3f %-8.3f %-9.5f %-6.4g%s\n", at->x,
                   at->setting.units, at->setting.count, overlap, exact,
                   at->mean[MANN_HOPFIELD_MEASURE_RECALLED], at->mean[MANN_HOPFIELD_MEASURE_STABLE],
                   at->mean[MANN_HOPFIELD_MEASURE_ONE_STEP], at->mean[MANN_HOPFIELD_MEASURE_SWEEPS],
                   theory);
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

static void print_csv(const mann_hopfield_study *study)
{
    printf("rule,n,patterns,load,corrupt,mask,beta,temperature,order,trials,cues");
    for (int32_t m = 0; m < MANN_HOPFIELD_MEASURES; m++) {
        printf(",%s,%s_ci95", mann_hopfield_measure_names[m], mann_hopfield_measure_names[m]);
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        printf(",part_%s", mann_hopfield_kind_names[k]);
    }
    printf(",theory_overlap,theory_one-step\n");
    for (int32_t p = 0; p < study->n_points; p++) {
        const mann_hopfield_point *at = &study->points[p];
        const mann_hopfield_setting *setting = &at->setting;
        printf("%s,%d,%d,%.6g,%g,%g,%g,%g,%d,%d,%d", mann_hopfield_rule_names[setting->rule.rule],
               setting->units, setting->count, (double)setting->count / setting->units,
               setting->corrupt, setting->mask, setting->rule.beta, setting->dynamics.temperature,
               setting->rule.order, study->trials, setting->cues);
        for (int32_t m = 0; m < MANN_HOPFIELD_MEASURES; m++) {
            print_number(at->mean[m]);
            print_number(at->half[m]);
        }
        for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
            print_number(at->kinds[k]);
        }
        print_number(at->theory[MANN_HOPFIELD_MEASURE_OVERLAP]);
        print_number(at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP]);
        printf("\n");
    }
}

static json_t *point_json(const mann_hopfield_study *study, const mann_hopfield_point *at)
{
    const mann_hopfield_setting *setting = &at->setting;
    json_t *kinds = json_object(),
           *row = json_pack("{s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:i}", "rule",
                            study->job->rule_name[at->rule], "units", setting->units, "patterns",
                            setting->count, "load", (double)setting->count / setting->units,
                            "corrupt", setting->corrupt, "mask", setting->mask, "temperature",
                            setting->dynamics.temperature, "cues", setting->cues);
    if (setting->rule.beta > 0) {
        json_object_set_new(row, "beta", json_real(setting->rule.beta));
    }
    if (setting->rule.order > 0) {
        json_object_set_new(row, "order", json_integer(setting->rule.order));
    }
    for (int32_t m = 0; m < MANN_HOPFIELD_MEASURES; m++) {
        json_object_set_new(row, mann_hopfield_measure_names[m],
                            json_pack("{s:o, s:o}", "mean", cli_number_json(at->mean[m]), "ci95",
                                      cli_number_json(at->half[m])));
    }
    for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
        json_object_set_new(kinds, mann_hopfield_kind_names[k], cli_number_json(at->kinds[k]));
    }
    json_object_set_new(row, "verdicts", kinds);
    json_object_set_new(row, "theory",
                        json_pack("{s:o, s:o}", "overlap",
                                  cli_number_json(at->theory[MANN_HOPFIELD_MEASURE_OVERLAP]),
                                  "one-step",
                                  cli_number_json(at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP])));
    return row;
}

static void print_json(const mann_hopfield_study *study)
{
    json_t *rows = json_array();
    for (int32_t p = 0; p < study->n_points; p++) {
        json_array_append_new(rows, point_json(study, &study->points[p]));
    }
    json_t *name = json_string(study->job->source); /* NULL for a path that is not UTF-8 */
    json_t *root =
        json_pack("{s:o*, s:s, s:I, s:i, s:o}", "patterns", name, "sweep",
                  mann_hopfield_key_names[study->job->axis[0].key], "seed",
                  (json_int_t)study->job->seed, "trials", study->trials, "results", rows);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(7));
    printf("\n");
    json_decref(root);
}

void hopfield_sweep_print(const hopfield_command *command, const mann_hopfield_study *study)
{
    (command->cli.json ? print_json : command->csv ? print_csv : print_table)(study);
}
