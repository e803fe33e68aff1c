/* Many runs, several at a time, each in a process of its own. */
#ifndef MANN_CLI_MANY_JOBS_H
#define MANN_CLI_MANY_JOBS_H

#include "cli/cli.h"
#include "study/plan.h"

typedef struct cli_jobs {
    const mann_cli *cli;
    const mann_plan *plan;
    mann_run_options run; /* init, until and limits, for each; threads, for all together */
    int at_once;          /* 0: one for each thread */
    int *code;            /* [plan->count]: as `mann train` would exit */
} cli_jobs;

/* Trains what is not finished, in order. The first SIGINT or SIGTERM lets those that run finish
 * their update and save, the second ends them at once; what is left has CLI_INTERRUPTED. Returns an
 * exit code for all of them: the gravest. */
int cli_jobs_run(const cli_jobs *jobs);

/* How many are to run at once. */
int cli_jobs_at_once(const cli_jobs *jobs);

/* "8 of 10 runs done, 1 diverged, 1 failed". */
void cli_jobs_text(const cli_jobs *jobs, char *text, size_t size);

#endif
