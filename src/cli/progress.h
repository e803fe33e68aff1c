/* How training shows itself on standard error. */
#ifndef MANN_CLI_PROGRESS_H
#define MANN_CLI_PROGRESS_H

#include "cli/cli.h"

typedef struct cli_progress {
    const mann_cli *cli;
    bool bar;         /* a line that is drawn over: on a terminal */
    double limit;     /* sequences, for the bar */
    double last_line; /* seconds at which a plain line was printed */
    mann_score score; /* of the last validation */
    bool drawn;
} cli_progress;

/* The watch function of a run; user is the cli_progress. */
void cli_progress_watch(void *user, const mann_event *event);
/* Leaves the bar's line. */
void cli_progress_end(cli_progress *progress, const mann_event *event);

#endif
