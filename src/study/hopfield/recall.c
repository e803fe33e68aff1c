/* One network: every cue, and what became of it. */
#include "study/hopfield/recall.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_PATH = 4096 };

static void add_point(mann_energy_path *to, double energy)
{
    if (to->seen++ % to->every == 0) {
        if (to->count == LONGEST_PATH) {
            for (int32_t i = 0; i < LONGEST_PATH / 2; i++) {
                to->x[i] = to->x[2 * i];
                to->energy[i] = to->energy[2 * i];
            }
            to->count = LONGEST_PATH / 2;
            to->every *= 2;
        }
        to->x[to->count] = (double)(to->seen - 1);
        to->energy[to->count++] = energy;
    }
}

static void watch(void *user, int32_t unit, float value, double energy)
{
    (void)unit;
    (void)value;
    add_point(user, energy);
}

bool mann_recall_by_unit(const mann_hopfield_setting *setting)
{
    return setting->rule.rule <= MANN_HOPFIELD_DENSE &&
           setting->dynamics.update == MANN_HOPFIELD_ASYNC;
}

static mann_status recall_one(const mann_hopfield_job *job, const mann_attempt *by,
                              mann_hopfield_walk *walk, mann_recalled *out)
{
    const mann_hopfield_setting *setting = &by->setting;
    int32_t n = setting->units, unused;
    const float *x = mann_hopfield_patterns(by->net) + (size_t)out->pattern * (size_t)n;
    mann_rng rng = mann_rng_stream(job->seed, "hopfield cue", (uint64_t)out->pattern);
    mann_hopfield_cue_make(setting, x, job->random ? 1 : job->loaded.height, &rng, out->cue);
    out->cue_overlap = mann_hopfield_overlap_with(x, out->cue, n, &unused);
    mann_hopfield_watch(walk, mann_recall_by_unit(setting) ? watch : NULL, &out->path);
    mann_hopfield_begin(walk, out->cue, &rng);
    out->cue_energy = mann_hopfield_walk_energy(walk);
    add_point(&out->path, out->cue_energy);
    do {
        out->ending = mann_hopfield_sweep(walk);
        if (!mann_recall_by_unit(setting)) {
            add_point(&out->path, mann_hopfield_walk_energy(walk));
        }
    } while (out->ending == MANN_HOPFIELD_RUNNING);
    memcpy(out->state, mann_hopfield_state(walk), (size_t)n * sizeof *out->state);
    out->overlap = mann_hopfield_overlap_with(x, out->state, n, &out->wrong);
    out->energy = mann_hopfield_walk_energy(walk);
    out->sweeps = mann_hopfield_sweeps(walk);
    out->flips = mann_hopfield_flips(walk);
    const float *other = mann_hopfield_other(walk);
    for (int32_t i = 0; other && i < n; i++) {
        out->cycling += other[i] != out->state[i];
    }
    mann_status status = mann_hopfield_judge(by->net, out->state, out->ending, &out->verdict);
    mann_hopfield_describe(&out->verdict, out->text, sizeof out->text);
    return status;
}

static void attempt_clear(mann_attempt *by)
{
    for (int32_t c = 0; by->cue && c < by->setting.cues; c++) {
        free(by->cue[c].cue);
        free(by->cue[c].state);
        free(by->cue[c].path.x);
        free(by->cue[c].path.energy);
    }
    free(by->cue);
    mann_hopfield_free(by->net);
}

static mann_status make_room(mann_attempt *by)
{
    size_t n = (size_t)by->setting.units;
    by->cue = calloc((size_t)by->setting.cues, sizeof *by->cue);
    for (int32_t c = 0; by->cue && c < by->setting.cues; c++) {
        mann_recalled *at = &by->cue[c];
        at->pattern = mann_hopfield_cue_pattern(&by->setting, c);
        at->path.every = 1;
        at->cue = malloc(n * sizeof *at->cue);
        at->state = malloc(n * sizeof *at->state);
        at->path.x = malloc(LONGEST_PATH * sizeof *at->path.x);
        at->path.energy = malloc(LONGEST_PATH * sizeof *at->path.energy);
        if (!at->cue || !at->state || !at->path.x || !at->path.energy) {
            return MANN_E_NOMEM;
        }
    }
    return by->cue ? MANN_OK : MANN_E_NOMEM;
}

static mann_status run_rule(const mann_hopfield_job *job, int32_t r, const float *pattern,
                            mann_attempt *by)
{
    mann_status status = mann_hopfield_setting_make(job, r, NULL, NULL, &by->setting);
    if (!status && make_room(by)) {
        status =
            mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d cues", by->setting.cues);
    }
    if (!status) {
        status = mann_hopfield_alloc(job->context, &by->setting.rule, by->setting.units, &by->net);
    }
    if (!status) {
        status = mann_hopfield_store(by->net, by->setting.count, pattern);
    }
    mann_hopfield_walk *walk = NULL;
    if (!status) {
        status = mann_hopfield_walk_alloc(by->net, &by->setting.dynamics, &walk);
    }
    for (int32_t c = 0; !status && c < by->setting.cues; c++) {
        status = recall_one(job, by, walk, &by->cue[c]);
        by->exact += by->cue[c].wrong == 0;
        by->named += by->cue[c].overlap >= MANN_HOPFIELD_NEAR;
        by->overlap += by->cue[c].overlap / by->setting.cues;
    }
    mann_hopfield_walk_free(walk);
    return status;
}

mann_status mann_recall_run(const mann_hopfield_job *job, mann_recall *recall)
{
    mann_hopfield_setting whole;
    *recall = (mann_recall){.job = job};
    mann_status status = mann_hopfield_setting_make(job, 0, NULL, NULL, &whole);
    if (!status && job->random) {
        recall->drawn = malloc((size_t)job->units * (size_t)job->count * sizeof *recall->drawn);
        if (!recall->drawn) {
            status = mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d x %d numbers",
                               job->units, job->count);
        }
    }
    if (!status) {
        recall->pattern = mann_hopfield_trial_patterns(job, &whole, 0, recall->drawn);
    }
    for (int32_t r = 0; !status && r < job->n_rules; r++) {
        status = run_rule(job, r, recall->pattern, &recall->by[r]);
    }
    return status;
}

void mann_recall_clear(mann_recall *recall)
{
    for (int32_t r = 0; r < MANN_JOB_RULES; r++) {
        attempt_clear(&recall->by[r]);
    }
    free(recall->drawn);
}
