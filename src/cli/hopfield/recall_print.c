/* Recalls in words and as data. */
#include "cli/hopfield/command.h"

#include <jansson.h>

static const char *const endings[] = {"running", "fixed point", "2-cycle", "limit"};

/* The mean overlap between stored patterns, over pairs of at most 200 of them: random ones have
 * none, pictures a lot. */
static double likeness(const mann_hopfield_setting *setting, const float *pattern)
{
    enum { MOST = 200 };
    mann_hopfield_setting spread = *setting;
    spread.cues = setting->count < MOST ? setting->count : MOST;
    double sum = 0;
    int32_t pairs = 0, unused;
    for (int32_t a = 0; a < spread.cues; a++) {
        for (int32_t b = 0; b < a; b++, pairs++) {
            size_t first = (size_t)mann_hopfield_cue_pattern(&spread, a);
            size_t second = (size_t)mann_hopfield_cue_pattern(&spread, b);
            sum += mann_hopfield_overlap_with(pattern + first * (size_t)setting->units,
                                              pattern + second * (size_t)setting->units,
                                              setting->units, &unused);
        }
    }
    return pairs ? sum / pairs : 0;
}

static void print_table(const mann_recall *recall)
{
    const mann_hopfield_job *job = recall->job;
    char text[384];
    hopfield_recall_heading(recall, text, sizeof text);
    printf("%s\nmean overlap between the patterns %.3f\n", text,
           likeness(&recall->by[0].setting, recall->pattern));
    for (int32_t r = 0; r < job->n_rules; r++) {
        const mann_attempt *by = &recall->by[r];
        printf("\n%s%s%7s %9s %9s %7s %7s %12s %12s  %s\n",
               job->n_rules > 1 ? job->rule_name[r] : "", job->n_rules > 1 ? "\n" : "", "pattern",
               "cue", "overlap", "wrong", "sweeps", "energy from", "to", "verdict");
        for (int32_t c = 0; c < by->setting.cues; c++) {
            const mann_recalled *at = &by->cue[c];
            printf("%7d %9.4f %9.4f %7d %7d %12.5g %12.5g  %s\n", at->pattern + 1, at->cue_overlap,
                   at->overlap, at->wrong, at->sweeps, at->cue_energy, at->energy, at->text);
        }
        double load = (double)by->setting.count / by->setting.units;
        printf("%d of %d recalled exactly, %d with an overlap of at least %g; mean overlap %.4f\n",
               by->exact, by->setting.cues, by->named, MANN_HOPFIELD_NEAR, by->overlap);
        if (by->named < by->setting.cues && by->setting.rule.rule == MANN_HOPFIELD_HEBB &&
            load > MANN_HOPFIELD_CAPACITY) {
            printf("load %.3g is beyond what Hebb's rule can hold of random patterns, 0.138\n",
                   load);
        }
    }
}

static void print_csv(const mann_recall *recall)
{
    const mann_hopfield_job *job = recall->job;
    printf("rule,pattern,cue_overlap,overlap,wrong,sweeps,cue_energy,energy,ending,verdict\n");
    for (int32_t r = 0; r < job->n_rules; r++) {
        for (int32_t c = 0; c < recall->by[r].setting.cues; c++) {
            const mann_recalled *at = &recall->by[r].cue[c];
            printf("%s,%d,%.6g,%.6g,%d,%d,%.9g,%.9g,%s,\"%s\"\n", job->rule_name[r],
                   at->pattern + 1, at->cue_overlap, at->overlap, at->wrong, at->sweeps,
                   at->cue_energy, at->energy, endings[at->ending], at->text);
        }
    }
}

static json_t *cue_json(const mann_recalled *at)
{
    json_t *named = json_array();
    bool names = at->verdict.kind <= MANN_HOPFIELD_MIXTURE;
    for (int32_t q = 0; names && q < at->verdict.count; q++) {
        json_array_append_new(
            named,
            json_integer((at->verdict.pattern[q] + 1) *
                         (at->verdict.kind == MANN_HOPFIELD_INVERSE ? -1 : at->verdict.sign[q])));
    }
    return json_pack("{s:i, s:f, s:f, s:i, s:i, s:I, s:f, s:f, s:s, s:i, s:s, s:s, s:o}", "pattern",
                     at->pattern + 1, "cue_overlap", at->cue_overlap, "overlap", at->overlap,
                     "wrong", at->wrong, "sweeps", at->sweeps, "flips", (json_int_t)at->flips,
                     "cue_energy", at->cue_energy, "energy", at->energy, "ending",
                     endings[at->ending], "cycling", at->cycling, "verdict",
                     mann_hopfield_kind_names[at->verdict.kind], "text", at->text, "named", named);
}

static void print_json(const mann_recall *recall)
{
    const mann_hopfield_job *job = recall->job;
    json_t *rules = json_array();
    for (int32_t r = 0; r < job->n_rules; r++) {
        const mann_attempt *by = &recall->by[r];
        json_t *cues = json_array();
        for (int32_t c = 0; c < by->setting.cues; c++) {
            json_array_append_new(cues, cue_json(&by->cue[c]));
        }
        json_array_append_new(rules,
                              json_pack("{s:s, s:i, s:i, s:i, s:f, s:o}", "rule", job->rule_name[r],
                                        "cues", by->setting.cues, "exact", by->exact, "recalled",
                                        by->named, "mean_overlap", by->overlap, "results", cues));
    }
    const mann_hopfield_setting *setting = &recall->by[0].setting;
    json_t *name = json_string(job->source); /* NULL for a path that is not UTF-8 */
    json_t *root = json_pack(
        "{s:o*, s:i, s:i, s:f, s:f, s:f, s:f, s:b, s:f, s:s, s:I, s:o}", "patterns", name, "units",
        setting->units, "count", setting->count, "load", (double)setting->count / setting->units,
        "pattern_overlap", likeness(setting, recall->pattern), "corrupt", setting->corrupt, "mask",
        setting->mask, "half", setting->half, "temperature", setting->dynamics.temperature,
        "update", setting->dynamics.update == MANN_HOPFIELD_SYNC ? "sync" : "async", "seed",
        (json_int_t)job->seed, "rules", rules);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(root);
}

void hopfield_recall_print(const hopfield_command *command, const mann_recall *recall)
{
    (command->cli.json ? print_json : command->csv ? print_csv : print_table)(recall);
}
