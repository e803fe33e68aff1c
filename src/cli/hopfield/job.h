/* What `mann hopfield` was asked to do, and the pieces that do it. */
#ifndef MANN_CLI_HOPFIELD_JOB_H
#define MANN_CLI_HOPFIELD_JOB_H

#include "cli/cli.h"
#include "io/patterns.h"

#include <mann/hopfield.h>

enum { MANN_JOB_RULES = 8, MANN_JOB_VALUES = 512, MANN_JOB_CURVES = 16 };

/* What can be swept. */
typedef enum mann_sweep_key {
    MANN_SWEEP_LOAD,     /* P / N */
    MANN_SWEEP_PATTERNS, /* P */
    MANN_SWEEP_UNITS,    /* N, at the same load */
    MANN_SWEEP_CORRUPT,
    MANN_SWEEP_MASK,
    MANN_SWEEP_BETA,
    MANN_SWEEP_TEMPERATURE,
    MANN_SWEEP_ORDER, /* n of the dense rule */
    MANN_SWEEP_KEYS
} mann_sweep_key;

typedef struct mann_sweep_axis {
    mann_sweep_key key;
    int32_t count;
    double value[MANN_JOB_VALUES];
} mann_sweep_axis;

typedef struct mann_hopfield_job {
    mann_cli cli;
    mann_context *context; /* that of cli */
    const char *spec;      /* --patterns as typed */
    bool random;           /* units and count are drawn; otherwise loaded */
    int32_t units, count;
    mann_patterns loaded;
    mann_patterns_options reading;
    int32_t n_rules;
    mann_hopfield_options rule[MANN_JOB_RULES];
    char rule_name[MANN_JOB_RULES][24]; /* "dense:3" */
    mann_hopfield_dynamics dynamics;
    double corrupt, mask; /* corrupt < 0: not given */
    bool half;            /* the lower half of the picture is unknown */
    int32_t n_axes;       /* the first is x, the second makes curves */
    mann_sweep_axis axis[2];
    int32_t measure;      /* what is drawn: a mann_measure */
    int32_t cues, trials; /* 0: the default */
    int32_t threads;
    uint64_t seed;
    bool csv, dark;
    const char *output; /* NULL: no picture */
    bool view;
} mann_hopfield_job;

/* One point of a sweep, or the whole of a recall: everything a network and its cues depend on. */
typedef struct mann_hopfield_setting {
    mann_hopfield_options rule;
    mann_hopfield_dynamics dynamics;
    int32_t units, count, cues;
    double corrupt, mask;
    bool half;
} mann_hopfield_setting;

extern const char *const mann_sweep_key_names[MANN_SWEEP_KEYS];

/* What a sweep measures, each a mean over cues and networks. */
typedef enum mann_measure {
    MANN_MEASURE_OVERLAP,  /* with the pattern that was cued; at T > 0 over the later half */
    MANN_MEASURE_EXACT,    /* part of the cues that end on the pattern itself */
    MANN_MEASURE_RECALLED, /* part that ends with an overlap of at least 0.95 */
    MANN_MEASURE_STABLE,   /* part of the patterns that are fixed points */
    MANN_MEASURE_ONE_STEP, /* bits of a stored pattern that one synchronous step changes */
    MANN_MEASURE_SWEEPS,
    MANN_MEASURES
} mann_measure;

extern const char *const mann_measure_names[MANN_MEASURES];

/* Fills the job, of which cli and context are there already, from the command line. False if the
 * command ends with *code; the message has been printed. */
bool mann_hopfield_parse(mann_hopfield_job *job, int argc, char **argv, int *code);
void mann_hopfield_job_clear(mann_hopfield_job *job);

/* Values of options: what --patterns, --rule and --sweep take. MANN_E_INVAL. */
mann_status mann_hopfield_take_patterns(mann_hopfield_job *job, const char *text);
mann_status mann_hopfield_take_rules(mann_hopfield_job *job, const char *text);
mann_status mann_hopfield_take_sweep(mann_hopfield_job *job, const char *text);
/* The index of text in names; its message lists them, and names the nearest one. */
mann_status mann_hopfield_take_name(const mann_hopfield_job *job, const char *option,
                                    const char *what, const char *text, const char *const *names,
                                    int32_t count, int32_t *index);

/* The setting of rule r with the axes at those values (NULL where there is no such axis).
 * MANN_E_INVAL if it makes no sense. */
mann_status mann_hopfield_setting_make(const mann_hopfield_job *job, int32_t r, const double *x,
                                       const double *curve, mann_hopfield_setting *setting);

/* Pattern number `cue` of setting.cues that are spread evenly over the stored ones. */
int32_t mann_hopfield_cue_pattern(const mann_hopfield_setting *setting, int32_t cue);
/* Draws the cue of a pattern; rows: height of its picture. */
void mann_hopfield_cue_make(const mann_hopfield_setting *setting, const float *pattern,
                            int32_t height, mann_rng *rng, float *cue);
/* The patterns of network `trial`: drawn into pattern, or the loaded ones. Returns what to store.
 */
const float *mann_hopfield_trial_patterns(const mann_hopfield_job *job,
                                          const mann_hopfield_setting *setting, int32_t trial,
                                          float *pattern);

/* Both print their results and write the picture; the return value is the exit code. */
int mann_hopfield_recall_run(const mann_hopfield_job *job);
int mann_hopfield_sweep_run(const mann_hopfield_job *job);

/* Whether the output is the store itself, for the viewer: *.safetensors. */
bool mann_hopfield_is_store(const mann_hopfield_job *job);
mann_status mann_hopfield_store_save(const mann_hopfield_job *job, const float *pattern);
/* Opens the viewer on it. The return value is the exit code. */
int mann_hopfield_store_view(const mann_hopfield_job *job, const float *pattern);

/* The overlap of a state with a pattern, and how many units differ in sign. */
double mann_hopfield_overlap_with(const float *pattern, const float *state, int32_t units,
                                  int32_t *wrong);

/* "asynchronous, random order", "T 0.2" ... for headings. */
void mann_hopfield_describe_dynamics(const mann_hopfield_setting *setting, char *text, size_t size);
/* "20 % flipped", "lower half unknown" ... */
void mann_hopfield_describe_cue(const mann_hopfield_setting *setting, char *text, size_t size);
/* "png": the ending of the output. */
const char *mann_hopfield_format(const mann_hopfield_job *job);
/* Writes a picture into the output; frees data. */
mann_status mann_hopfield_save(const mann_hopfield_job *job, char *data, size_t size);

#endif
