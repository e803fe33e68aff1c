/* Runs summed up: what `mann report` and what is built on it share. */
#ifndef MANN_CLI_REPORT_H
#define MANN_CLI_REPORT_H

#include "cli/cli.h"
#include "run/outcome.h"
#include "study/groups.h"
#include "study/values.h"

#include <mann/history.h>
#include <mann/statistics.h>

typedef struct report_run {
    char path[1024];
    bool restart; /* one of several tries at one result */
    mann_outcome outcome;
    mann_history *history;
    double solved_at;   /* sequences; infinite: never */
    double final, best; /* of the metric; infinite: diverged, NaN: there is none yet */
} report_run;

/* Runs that differ in nothing but the seed. */
typedef struct report_group {
    const char *label;
    int32_t count;
    report_run **run; /* by seed */
    /* Of restarts, the one with the lowest training loss; the test has no part in it. Else NULL. */
    report_run *selected;
    int32_t solved, diverged, unfinished;
    mann_quartiles solved_at, seconds, final, best;
} report_group;

typedef struct report {
    const mann_cli *cli;
    const char *metric; /* NULL: the first that the runs have */
    const char *solved; /* conditions; NULL: what the task calls solved */
    int32_t n_runs, room;
    report_run *run;
    mann_groups groups;
    report_group *group; /* [groups.count] */
    report_run **member; /* where the groups' lists are */
} report;

/* Adds a run, or all runs in a folder. MANN_E_INVAL: there is none. */
mann_status report_add(report *report, const char *path);
/* The sequences after which the conditions held for the first time; infinite: never. */
double report_first(const report_run *run, const mann_conditions *conditions);
/* Of training, at the end; NaN: there is none, or it diverged. */
double report_loss(const report_run *run);
/* Whether, of restarts, a run is to be selected before another, which may be NULL: its training
 * loss is lower. One that has none is not. */
bool report_precedes(const report_run *run, const report_run *other);
/* A metric on a line of metrics.jsonl; NaN if it is not there, or is of an easier lesson. */
double report_value(const report_run *run, const char *metric, int32_t line);
/* Makes and measures the groups. */
mann_status report_finish(report *report);
void report_clear(report *report);

/* How runs are tested: their best checkpoints, on fresh sequences. */
typedef struct report_test {
    int64_t sequences, threads; /* sequences 0: as many as usual */
    uint64_t seed;
    bool last; /* not the best checkpoints */
} report_test;

/* At a setting such as "length=40"; *sequences: of the test. */
mann_status report_score(const report *report, const report_run *run, const report_test *test,
                         const char *setting, int32_t *sequences, mann_score *score);

/* The scores of every group at one value. */
typedef struct report_tested {
    char value[MANN_VALUE_TEXT]; /* "": as trained */
    int32_t sequences;           /* of each test, at most */
    int32_t metrics;
    const char *metric[MANN_MAX_METRICS];
    mann_quartiles (*score)[MANN_MAX_METRICS]; /* [groups] */
} report_tested;

typedef struct report_tests {
    const char *option; /* NULL: as trained */
    int32_t count;
    report_tested *at; /* [count] */
} report_tests;

/* All runs of each group, or its selected one, at each value. */
mann_status report_tests_run(const report *report, const mann_values *values,
                             const report_test *test, report_tests *tests);
void report_tests_clear(report_tests *tests);

typedef enum report_style { REPORT_TEXT, REPORT_MARKDOWN, REPORT_CSV, REPORT_JSON } report_style;
/* On standard output. */
void report_print(const report *report, const report_tests *tests, report_style style);

/* Learning curves of the groups into a file, whose ending says how. */
typedef struct report_picture {
    const char *output, *title;
    bool dark, linear;
} report_picture;
mann_status report_draw(const report *report, const report_picture *picture);

#endif
