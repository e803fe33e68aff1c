/* From a job to the settings of its points: sizes, patterns and cues. */
#include "study/hopfield/job.h"

#include <math.h>
#include <string.h>

const char *const mann_hopfield_key_names[MANN_HOPFIELD_KEYS] = {
    "load", "patterns", "n", "corrupt", "mask", "beta", "temperature", "order"};

static mann_status whole(const mann_hopfield_job *job, mann_hopfield_key key, double value,
                         int32_t low, int32_t high, int32_t *result)
{
    if (value != floor(value) || value < low || value > high) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--sweep: %s: %.10g is not a whole number in %d..%d",
                         mann_hopfield_key_names[key], value, low, high);
    }
    *result = (int32_t)value;
    return MANN_OK;
}

static mann_status within(const mann_hopfield_job *job, mann_hopfield_key key, double value,
                          double low, double high, double *result)
{
    if (value < low || value > high) {
        return mann_fail(job->context, MANN_E_INVAL, "--sweep: %s: %.10g is outside %.10g..%.10g",
                         mann_hopfield_key_names[key], value, low, high);
    }
    *result = value;
    return MANN_OK;
}

/* Everything but the load, which needs the units first. */
static mann_status apply(const mann_hopfield_job *job, mann_hopfield_key key, double value,
                         mann_hopfield_setting *setting, double *load)
{
    switch (key) {
    case MANN_HOPFIELD_KEY_LOAD: return within(job, key, value, 1e-9, 1e6, load);
    case MANN_HOPFIELD_KEY_PATTERNS:
        *load = 0;
        return whole(job, key, value, 1, 1 << 24, &setting->count);
    case MANN_HOPFIELD_KEY_UNITS: return whole(job, key, value, 2, 1 << 20, &setting->units);
    case MANN_HOPFIELD_KEY_CORRUPT: return within(job, key, value, 0, 1, &setting->corrupt);
    case MANN_HOPFIELD_KEY_MASK: return within(job, key, value, 0, 1, &setting->mask);
    case MANN_HOPFIELD_KEY_BETA: return within(job, key, value, 1e-9, 1e9, &setting->rule.beta);
    case MANN_HOPFIELD_KEY_TEMPERATURE:
        return within(job, key, value, 0, 1e9, &setting->dynamics.temperature);
    case MANN_HOPFIELD_KEY_ORDER: return whole(job, key, value, 1, 64, &setting->rule.order);
    case MANN_HOPFIELD_KEYS: break;
    }
    return MANN_OK;
}

mann_status mann_hopfield_setting_make(const mann_hopfield_job *job, int32_t r, const double *x,
                                       const double *curve, mann_hopfield_setting *setting)
{
    *setting = (mann_hopfield_setting){.rule = job->rule[r],
                                       .dynamics = job->dynamics,
                                       .units = job->units,
                                       .count = job->count,
                                       .corrupt = job->corrupt,
                                       .mask = job->mask,
                                       .half = job->half};
    double load = 0;
    mann_status status = x ? apply(job, job->axis[0].key, *x, setting, &load) : MANN_OK;
    if (!status && curve) {
        status = apply(job, job->axis[1].key, *curve, setting, &load);
    }
    if (status) {
        return status;
    }
    if (load == 0 && setting->units != job->units && setting->count == job->count) {
        load = (double)job->count / job->units; /* other units at the same load */
    }
    if (load > 0) {
        double count = round(load * setting->units);
        setting->count = count < 1 ? 1 : count > 1 << 24 ? 1 << 24 : (int32_t)count;
    }
    if (!job->random && setting->count > job->count) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--sweep: %d patterns are wanted, but %s has %d", setting->count,
                         job->source, job->count);
    }
    int32_t wanted = job->cues ? job->cues : job->n_axes ? 50 : 10;
    setting->cues = wanted < setting->count ? wanted : setting->count;
    return MANN_OK;
}

int32_t mann_hopfield_cue_pattern(const mann_hopfield_setting *setting, int32_t cue)
{
    return (int32_t)((int64_t)cue * setting->count / setting->cues);
}

void mann_hopfield_cue_make(const mann_hopfield_setting *setting, const float *pattern,
                            int32_t height, mann_rng *rng, float *cue)
{
    int32_t units = setting->units;
    memcpy(cue, pattern, (size_t)units * sizeof *cue);
    mann_hopfield_flip(cue, units, setting->corrupt, rng);
    mann_hopfield_mask(cue, units, setting->mask, rng);
    if (setting->half) {
        /* Whole rows of a picture; of a single row, its second half. */
        int32_t known = height > 1 ? (height + 1) / 2 * (units / height) : (units + 1) / 2;
        memset(cue + known, 0, (size_t)(units - known) * sizeof *cue);
    }
}

const float *mann_hopfield_trial_patterns(const mann_hopfield_job *job,
                                          const mann_hopfield_setting *setting, int32_t trial,
                                          float *pattern)
{
    if (!job->random) {
        return job->loaded.value;
    }
    mann_rng rng = mann_rng_stream(job->seed, "hopfield patterns", (uint64_t)trial);
    for (int32_t k = 0; k < setting->count; k++) {
        mann_hopfield_random(pattern + (size_t)k * (size_t)setting->units, setting->units, &rng);
    }
    return pattern;
}

double mann_hopfield_overlap_with(const float *pattern, const float *state, int32_t units,
                                  int32_t *wrong)
{
    double sum = 0;
    *wrong = 0;
    for (int32_t i = 0; i < units; i++) {
        sum += (double)pattern[i] * (double)state[i];
        *wrong += pattern[i] * state[i] <= 0;
    }
    return sum / units;
}

void mann_hopfield_job_clear(mann_hopfield_job *job)
{
    mann_patterns_clear(&job->loaded);
}
