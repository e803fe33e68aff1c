/* Sweeps: networks drawn again and again at each point, and what became of their cues.
 *
 * Trial t of every point draws its patterns from the stream (seed, "hopfield patterns", t) and the
 * cue of pattern k from (seed, "hopfield cue", t 2^32 + k), so results depend on the seed and on
 * nothing else, least of all on threads, and neighbouring points share their randomness, which
 * smooths curves. The interval is Student's t over the networks, the independent unit: cues of one
 * network are not. */
#include "study/hopfield/sweep.h"

#include "base/pool.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

const char *const mann_hopfield_measure_names[MANN_HOPFIELD_MEASURES] = {
    "overlap", "exact", "recalled", "stable", "one-step", "sweeps"};

/* Of one network. */
typedef struct outcome {
    mann_status status;
    char message[256];
    double measure[MANN_HOPFIELD_MEASURES];
    int32_t kinds[MANN_HOPFIELD_KINDS];
} outcome;

_Static_assert(sizeof(outcome) % sizeof(double) == 0, "outcomes are a strided array of measures");

/* The work of all points, how far it is, and who is told. */
typedef struct work {
    mann_hopfield_study *study;
    outcome *outcomes; /* [n_points, trials] */
    atomic_int done;
    mann_hopfield_progress *watch;
    void *user;
} work;

/* Settles the walk; returns the overlap with x, averaged over the later half at T > 0. */
static double settle(mann_hopfield_walk *walk, const mann_hopfield_setting *setting, const float *x)
{
    int32_t wrong;
    if (setting->dynamics.temperature == 0) {
        mann_hopfield_settle(walk);
        return mann_hopfield_overlap_with(x, mann_hopfield_state(walk), setting->units, &wrong);
    }
    int32_t limit = setting->dynamics.limit ? setting->dynamics.limit : 200, counted = 0;
    double sum = 0;
    while (mann_hopfield_sweep(walk) == MANN_HOPFIELD_RUNNING) {
        if (2 * mann_hopfield_sweeps(walk) >= limit) {
            sum += mann_hopfield_overlap_with(x, mann_hopfield_state(walk), setting->units, &wrong);
            counted++;
        }
    }
    return counted
               ? sum / counted
               : mann_hopfield_overlap_with(x, mann_hopfield_state(walk), setting->units, &wrong);
}

static mann_status recall_all(const mann_hopfield_job *job, const mann_hopfield_setting *setting,
                              const mann_hopfield *net, mann_hopfield_walk *walk, int32_t trial,
                              float *cue, outcome *out)
{
    double part = 1.0 / setting->cues;
    int32_t height = job->random ? 1 : job->loaded.height;
    for (int32_t c = 0; c < setting->cues; c++) {
        int32_t k = mann_hopfield_cue_pattern(setting, c), wrong;
        const float *x = mann_hopfield_patterns(net) + (size_t)k * (size_t)setting->units;
        int32_t unstable = mann_hopfield_unstable(net, k);
        if (unstable < 0) {
            return MANN_E_NOMEM;
        }
        uint64_t index = (uint64_t)trial << 32 | (uint64_t)k;
        mann_rng rng = mann_rng_stream(job->seed, "hopfield cue", index);
        mann_hopfield_cue_make(setting, x, height, &rng, cue);
        mann_hopfield_begin(walk, cue, &rng);
        double overlap = settle(walk, setting, x);
        mann_hopfield_overlap_with(x, mann_hopfield_state(walk), setting->units, &wrong);
        mann_hopfield_verdict verdict;
        mann_hopfield_ending ending = mann_hopfield_sweep(walk);
        mann_status status = mann_hopfield_judge(net, mann_hopfield_state(walk), ending, &verdict);
        if (status) {
            return status;
        }
        out->kinds[verdict.kind]++;
        out->measure[MANN_HOPFIELD_MEASURE_OVERLAP] += part * overlap;
        out->measure[MANN_HOPFIELD_MEASURE_EXACT] += part * (wrong == 0);
        out->measure[MANN_HOPFIELD_MEASURE_RECALLED] += part * (overlap >= MANN_HOPFIELD_NEAR);
        out->measure[MANN_HOPFIELD_MEASURE_STABLE] += part * (unstable == 0);
        out->measure[MANN_HOPFIELD_MEASURE_ONE_STEP] += part * unstable / setting->units;
        out->measure[MANN_HOPFIELD_MEASURE_SWEEPS] += part * mann_hopfield_sweeps(walk);
    }
    return MANN_OK;
}

/* One network. Its context is its own: pieces run side by side. */
static void run_trial(const mann_hopfield_job *job, const mann_hopfield_setting *setting,
                      int32_t trial, outcome *out)
{
    mann_context *context = mann_context_alloc();
    size_t numbers = (size_t)setting->count * (size_t)setting->units;
    float *room = job->random ? malloc(numbers * sizeof *room) : NULL;
    float *cue = malloc((size_t)setting->units * sizeof *cue);
    mann_hopfield *net = NULL;
    mann_hopfield_walk *walk = NULL;
    out->status = MANN_E_NOMEM;
    if (context && cue && (room || !job->random)) {
        out->status = mann_hopfield_alloc(context, &setting->rule, setting->units, &net);
    }
    if (!out->status) {
        const float *x = mann_hopfield_trial_patterns(job, setting, trial, room);
        out->status = mann_hopfield_store(net, setting->count, x);
    }
    if (!out->status) {
        out->status = mann_hopfield_walk_alloc(net, &setting->dynamics, &walk);
    }
    if (!out->status) {
        out->status = recall_all(job, setting, net, walk, trial, cue, out);
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

static void run_piece(void *user, int32_t piece, int32_t worker)
{
    work *all = user;
    const mann_hopfield_study *study = all->study;
    /* The last points are often the dearest: begin with them. */
    int32_t index = study->n_points * study->trials - 1 - piece;
    run_trial(study->job, &study->points[index / study->trials].setting, index % study->trials,
              &all->outcomes[index]);
    int32_t done = atomic_fetch_add(&all->done, 1) + 1, whole = study->n_points * study->trials;
    if (worker == 0 && all->watch && done < whole) {
        all->watch(all->user, done, whole);
    }
}

/* first: of the outcomes of all trials of the point. */
static void summarise(const mann_hopfield_study *study, mann_hopfield_point *at,
                      const outcome *first)
{
    size_t n = (size_t)study->trials;
    size_t stride = sizeof *first / sizeof(double);
    for (int32_t m = 0; m < MANN_HOPFIELD_MEASURES; m++) {
        at->mean[m] = gsl_stats_mean(&first->measure[m], stride, n);
        at->half[m] = n < 2 ? NAN
                            : gsl_stats_sd(&first->measure[m], stride, n) / sqrt((double)n) *
                                  gsl_cdf_tdist_Pinv(0.975, (double)n - 1);
        at->theory[m] = NAN;
    }
    for (int32_t t = 0; t < study->trials; t++) {
        for (int32_t k = 0; k < MANN_HOPFIELD_KINDS; k++) {
            at->kinds[k] += (double)first[t].kinds[k] / at->setting.cues / study->trials;
        }
    }
    const mann_hopfield_setting *setting = &at->setting;
    if (study->job->random && setting->rule.rule == MANN_HOPFIELD_HEBB) {
        double load = (double)setting->count / setting->units;
        /* Of a cue within the basin, which only the pattern itself is sure to be. */
        if (setting->corrupt == 0 && setting->mask == 0 && !setting->half) {
            at->theory[MANN_HOPFIELD_MEASURE_OVERLAP] =
                mann_hopfield_theory_overlap(load, setting->dynamics.temperature);
        }
        at->theory[MANN_HOPFIELD_MEASURE_ONE_STEP] = mann_hopfield_theory_bit_error(load);
    }
}

static mann_status make_points(mann_hopfield_study *study)
{
    const mann_hopfield_job *job = study->job;
    int32_t seconds = job->n_axes > 1 ? job->axis[1].count : 1;
    study->curves = job->n_rules * seconds;
    study->per_curve = job->axis[0].count;
    study->n_points = study->curves * study->per_curve;
    study->trials = job->trials ? job->trials : 10;
    if (study->curves > MANN_JOB_CURVES || (int64_t)study->n_points * study->trials > 1000000) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--sweep: %d curves of %d points with %d networks each is too much (%d "
                         "curves, a million networks)",
                         study->curves, study->per_curve, study->trials, MANN_JOB_CURVES);
    }
    study->points = calloc((size_t)study->n_points, sizeof *study->points);
    if (!study->points) {
        return mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d points",
                         study->n_points);
    }
    for (int32_t p = 0; p < study->n_points; p++) {
        int32_t curve = p / study->per_curve, rule = curve / seconds;
        mann_hopfield_point *at = &study->points[p];
        at->rule = rule;
        at->x = job->axis[0].value[p % study->per_curve];
        at->curve = job->n_axes > 1 ? job->axis[1].value[curve % seconds] : NAN;
        mann_status status = mann_hopfield_setting_make(
            job, rule, &at->x, job->n_axes > 1 ? &at->curve : NULL, &at->setting);
        if (status) {
            return status;
        }
    }
    return MANN_OK;
}

/* Runs all networks and sums them up. */
static mann_status run(mann_hopfield_study *study, mann_hopfield_progress *watch, void *user)
{
    const mann_hopfield_job *job = study->job;
    int32_t whole = study->n_points * study->trials;
    work all = {.study = study, .watch = watch, .user = user};
    mann_status status = MANN_OK;
    mann_pool *pool = mann_pool_alloc(job->context, job->threads);
    all.outcomes = calloc((size_t)whole, sizeof *all.outcomes);
    if (!pool || !all.outcomes) {
        status = mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d networks", whole);
    } else {
        mann_pool_run(pool, whole, run_piece, &all);
        if (watch) {
            watch(user, whole, whole);
        }
    }
    for (int32_t i = 0; !status && i < whole; i++) {
        status = all.outcomes[i].status;
        if (status) {
            mann_fail(job->context, status, "at %s = %g: %s",
                      mann_hopfield_key_names[job->axis[0].key], study->points[i / study->trials].x,
                      all.outcomes[i].message);
        }
    }
    for (int32_t p = 0; !status && p < study->n_points; p++) {
        summarise(study, &study->points[p], &all.outcomes[p * study->trials]);
    }
    mann_pool_free(pool);
    free(all.outcomes);
    return status;
}

mann_status mann_hopfield_study_run(const mann_hopfield_job *job, mann_hopfield_progress *watch,
                                    void *user, mann_hopfield_study *study)
{
    *study = (mann_hopfield_study){.job = job};
    mann_status status = make_points(study);
    return status ? status : run(study, watch, user);
}

void mann_hopfield_study_clear(mann_hopfield_study *study)
{
    free(study->points);
}
