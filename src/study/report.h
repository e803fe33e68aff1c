/* Runs summed up: what `mann report` and what is built on it share. Run folders are collected, each
 * is measured by its metrics.jsonl, and those that differ in nothing but the seed are a cohort. */
#ifndef MANN_STUDY_REPORT_H
#define MANN_STUDY_REPORT_H

#include "run/outcome.h"
#include "study/cohorts.h"
#include "study/values.h"

#include <mann/history.h>
#include <mann/statistics.h>

typedef struct mann_report_run {
    char path[MANN_PATH_SIZE];
    bool restart; /* one of several tries at one result */
    mann_outcome outcome;
    mann_history *history;
    double solved_at;   /* sequences; infinite: never */
    double final, best; /* of the metric; infinite: diverged, NaN: there is none yet */
} mann_report_run;

/* Runs that differ in nothing but the seed. */
typedef struct mann_report_cohort {
    const char *label;
    int32_t count;
    mann_report_run **run; /* [count], by seed */
    /* Of restarts, the one with the lowest training loss; the test has no part in it. Else NULL. */
    mann_report_run *selected;
    int32_t solved, diverged, unfinished;           /* runs */
    mann_quartiles solved_at, seconds, final, best; /* over the runs */
} mann_report_cohort;

/* Zeroed but for the context, and the metric and the conditions if they are given. To be cleared,
 * also after an error. */
typedef struct mann_report {
    mann_context *context;
    const char *metric; /* NULL: the first that the runs have */
    const char *solved; /* conditions; NULL: what the task calls solved */
    int32_t n_runs, room;
    mann_report_run *run; /* [n_runs]; additions move it */
    mann_cohorts cohorts;
    mann_report_cohort *cohort; /* [cohorts.count] */
    mann_report_run **member;   /* where the cohorts' lists are */
} mann_report;

/* Adds a run, or all runs in a folder, in the order of their names. MANN_E_INVAL: there is none, or
 * the path is too long; MANN_E_IO, MANN_E_FORMAT: a run cannot be read; MANN_E_NOMEM. */
mann_status mann_report_add(mann_report *report, const char *path);
/* Measures all runs and makes the cohorts, once. MANN_E_INVAL: no run has the metric, or the
 * conditions are none; MANN_E_NOMEM. */
mann_status mann_report_finish(mann_report *report);
void mann_report_clear(mann_report *report);

/* The sequences after which the conditions held for the first time; infinite: never. */
double mann_report_first(const mann_report_run *run, const mann_conditions *conditions);
/* Of training, at the end; NaN: there is none, or it diverged. */
double mann_report_loss(const mann_report_run *run);
/* Whether, of restarts, a run is to be selected before another, which may be NULL: its training
 * loss is lower. One that has none is not. */
bool mann_report_precedes(const mann_report_run *run, const mann_report_run *other);
/* A metric on a line of metrics.jsonl; NaN if it is not there, or is of an easier lesson. */
double mann_report_value(const mann_report_run *run, const char *metric, int32_t line);

/* How runs are tested: their best checkpoints, on fresh sequences. */
typedef struct mann_report_test {
    int64_t sequences, threads; /* sequences 0: as many as usual */
    uint64_t seed;
    bool last; /* not the best checkpoints */
} mann_report_test;

/* The score of one run at a setting such as "length=40", "" for as trained; *sequences: of the
 * test. Errors are those of mann_checkpoint_open, mann_task_open and mann_network_evaluate. */
mann_status mann_report_score(mann_context *context, const mann_report_run *run,
                              const mann_report_test *test, const char *setting, int32_t *sequences,
                              mann_score *score);

/* The scores of every cohort at one value. */
typedef struct mann_report_tested {
    char value[MANN_VALUE_TEXT]; /* "": as trained */
    int32_t sequences;           /* of each test, at most */
    int32_t metrics;
    const char *metric[MANN_MAX_METRICS];
    mann_quartiles (*score)[MANN_MAX_METRICS]; /* [cohorts] */
} mann_report_tested;

typedef struct mann_report_tests {
    const char *option; /* NULL: as trained */
    int32_t count;
    mann_report_tested *at; /* [count] */
} mann_report_tests;

/* All runs of each cohort, or its selected one, at each value; the report is finished. To be
 * cleared, also after an error: those of mann_report_score; MANN_E_INVAL: too many values. */
mann_status mann_report_tests_run(const mann_report *report, const mann_values *values,
                                  const mann_report_test *test, mann_report_tests *tests);
void mann_report_tests_clear(mann_report_tests *tests);

#endif
