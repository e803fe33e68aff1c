/* What is asked of Hopfield networks: patterns, rules, dynamics, cues, and what is swept; and from
 * that to a single network. */
#ifndef MANN_STUDY_HOPFIELD_JOB_H
#define MANN_STUDY_HOPFIELD_JOB_H

#include "io/patterns/patterns.h"

#include <mann/hopfield.h>

enum { MANN_JOB_RULES = 8, MANN_JOB_VALUES = 512, MANN_JOB_CURVES = 16 };

/* What can be swept. */
typedef enum mann_hopfield_key {
    MANN_HOPFIELD_KEY_LOAD,     /* P / N */
    MANN_HOPFIELD_KEY_PATTERNS, /* P */
    MANN_HOPFIELD_KEY_UNITS,    /* N, at the same load */
    MANN_HOPFIELD_KEY_CORRUPT,
    MANN_HOPFIELD_KEY_MASK,
    MANN_HOPFIELD_KEY_BETA,
    MANN_HOPFIELD_KEY_TEMPERATURE,
    MANN_HOPFIELD_KEY_ORDER, /* n of the dense rule */
    MANN_HOPFIELD_KEYS
} mann_hopfield_key;

extern const char *const mann_hopfield_key_names[MANN_HOPFIELD_KEYS];

typedef struct mann_hopfield_axis {
    mann_hopfield_key key;
    int32_t count;
    double value[MANN_JOB_VALUES];
} mann_hopfield_axis;

typedef struct mann_hopfield_job {
    mann_context *context;
    const char *source;   /* of the patterns, for messages and results; the caller's */
    bool random;          /* units and count are drawn; otherwise loaded */
    int32_t units, count; /* N, P */
    mann_patterns loaded; /* the job's */
    int32_t n_rules;
    mann_hopfield_options rule[MANN_JOB_RULES];
    char rule_name[MANN_JOB_RULES][24]; /* "dense:3" */
    mann_hopfield_dynamics dynamics;
    double corrupt, mask; /* parts of the units, 0..1 */
    bool half;            /* the lower half of the picture is unknown */
    int32_t n_axes;       /* the first is x, the second makes curves */
    mann_hopfield_axis axis[2];
    int32_t cues, trials; /* 0: the default, 10 (50 in a sweep) and 10 */
    int32_t threads;
    uint64_t seed;
} mann_hopfield_job;

/* Frees the patterns. */
void mann_hopfield_job_clear(mann_hopfield_job *job);

/* One point of a sweep, or the whole of a recall: everything a network and its cues depend on. */
typedef struct mann_hopfield_setting {
    mann_hopfield_options rule;
    mann_hopfield_dynamics dynamics;
    int32_t units, count, cues;
    double corrupt, mask;
    bool half;
} mann_hopfield_setting;

/* The setting of rule r with the axes at those values (NULL where there is no such axis).
 * MANN_E_INVAL if it makes no sense. */
mann_status mann_hopfield_setting_make(const mann_hopfield_job *job, int32_t r, const double *x,
                                       const double *curve, mann_hopfield_setting *setting);

/* Pattern number `cue` of setting.cues that are spread evenly over the stored ones. */
int32_t mann_hopfield_cue_pattern(const mann_hopfield_setting *setting, int32_t cue);
/* Draws the cue [N] of a pattern [N]; rows: height of its picture. */
void mann_hopfield_cue_make(const mann_hopfield_setting *setting, const float *pattern,
                            int32_t height, mann_rng *rng, float *cue);
/* The patterns [P, N] of network `trial`: drawn into pattern, or the loaded ones. Returns what to
 * store. */
const float *mann_hopfield_trial_patterns(const mann_hopfield_job *job,
                                          const mann_hopfield_setting *setting, int32_t trial,
                                          float *pattern);

/* The overlap of a state with a pattern, and how many units differ in sign. */
double mann_hopfield_overlap_with(const float *pattern, const float *state, int32_t units,
                                  int32_t *wrong);

#endif
