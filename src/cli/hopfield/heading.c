/* Headings: what a recall, a study, or one of its curves is about, in a line. */
#include "cli/hopfield/command.h"

#include <stdio.h>

/* "asynchronous, random order", "T 0.2" ... */
static void describe_dynamics(const mann_hopfield_setting *setting, char *text, size_t size)
{
    if (setting->rule.rule == MANN_HOPFIELD_MODERN) {
        snprintf(text, size, "beta %g", setting->rule.beta > 0 ? setting->rule.beta : 1);
    } else if (setting->rule.rule == MANN_HOPFIELD_CONTINUOUS) {
        snprintf(text, size, "gain %g", setting->rule.beta > 0 ? setting->rule.beta : 4);
    } else {
        char warm[32] = "";
        if (setting->dynamics.temperature > 0) {
            snprintf(warm, sizeof warm, ", T %g", setting->dynamics.temperature);
        }
        snprintf(text, size, "%s%s",
                 setting->dynamics.update == MANN_HOPFIELD_SYNC ? "synchronous"
                 : setting->dynamics.sequential                 ? "asynchronous in order"
                                                                : "asynchronous",
                 warm);
    }
}

/* "20 % flipped", "lower half unknown" ... */
static void describe_cue(const mann_hopfield_setting *setting, char *text, size_t size)
{
    char flipped[32] = "", masked[32] = "";
    if (setting->corrupt > 0) {
        snprintf(flipped, sizeof flipped, "%.3g %% flipped", 100 * setting->corrupt);
    }
    if (setting->mask > 0) {
        snprintf(masked, sizeof masked, "%s%.3g %% unknown", flipped[0] ? ", " : "",
                 100 * setting->mask);
    }
    snprintf(text, size, "%s%s%s", flipped, masked,
             !setting->half            ? (flipped[0] || masked[0] ? "" : "the patterns themselves")
             : flipped[0] || masked[0] ? ", lower half unknown"
                                       : "lower half unknown");
}

void hopfield_recall_heading(const mann_recall *recall, char *text, size_t size)
{
    const mann_hopfield_job *job = recall->job;
    const mann_attempt *by = &recall->by[0];
    char dynamics[64], cue[96];
    describe_dynamics(&by->setting, dynamics, sizeof dynamics);
    describe_cue(&by->setting, cue, sizeof cue);
    snprintf(text, size, "%s%s%d patterns of %d units (load %.3g)%s%s, cues: %s · seed %llu",
             job->n_rules == 1 ? job->rule_name[0] : "", job->n_rules == 1 ? ", " : "",
             by->setting.count, by->setting.units, (double)by->setting.count / by->setting.units,
             job->n_rules == 1 ? ", " : "", job->n_rules == 1 ? dynamics : "", cue,
             (unsigned long long)job->seed);
}

void hopfield_curve_name(const mann_hopfield_study *study, int32_t curve, char *text, size_t size)
{
    const mann_hopfield_job *job = study->job;
    const mann_hopfield_point *first = &study->points[(size_t)curve * (size_t)study->per_curve];
    char value[48] = "";
    if (job->n_axes > 1) {
        const char *key = mann_hopfield_key_names[job->axis[1].key];
        snprintf(value, sizeof value, "%s %g",
                 job->axis[1].key == MANN_HOPFIELD_KEY_UNITS ? "N" : key, first->curve);
    }
    bool named = job->n_rules > 1 || !value[0];
    snprintf(text, size, "%s%s%s", named ? job->rule_name[first->rule] : "",
             named && value[0] ? ", " : "", value);
}

void hopfield_sweep_heading(const mann_hopfield_study *study, char *text, size_t size)
{
    const mann_hopfield_job *job = study->job;
    const mann_hopfield_setting *first = &study->points[0].setting;
    char dynamics[64], cue[96], sizes[64] = "", rule[32] = "", trials[64];
    describe_dynamics(first, dynamics, sizeof dynamics);
    describe_cue(first, cue, sizeof cue);
    bool units = false, corrupt = false;
    for (int32_t a = 0; a < job->n_axes; a++) {
        units |= job->axis[a].key == MANN_HOPFIELD_KEY_UNITS;
        corrupt |= job->axis[a].key == MANN_HOPFIELD_KEY_CORRUPT ||
                   job->axis[a].key == MANN_HOPFIELD_KEY_MASK;
    }
    if (!units) {
        snprintf(sizes, sizeof sizes, "%d units, ", job->units);
    }
    if (job->n_rules == 1) {
        snprintf(rule, sizeof rule, "%s, ", job->rule_name[0]);
    }
    int32_t cues = first->cues;
    for (int32_t p = 0; p < study->n_points; p++) {
        cues = study->points[p].setting.cues > cues ? study->points[p].setting.cues : cues;
    }
    snprintf(trials, sizeof trials, "%d network%s of up to %d cues", study->trials,
             study->trials == 1 ? "" : "s", cues);
    snprintf(text, size, "%s%s%s, start: %s · %s, 95 %% intervals · seed %llu", rule, sizes,
             dynamics, corrupt ? "damaged patterns" : cue, trials, (unsigned long long)job->seed);
}
