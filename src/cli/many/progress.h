/* How training shows itself on standard error. */
#ifndef MANN_CLI_MANY_PROGRESS_H
#define MANN_CLI_MANY_PROGRESS_H

#include "cli/cli.h"

typedef struct cli_progress {
    const mann_cli *cli;
    bool bar;         /* a line that is drawn over: on a terminal */
    double last_line; /* seconds at which a plain line was printed */
    mann_score score; /* of the last validation */
    bool drawn;
} cli_progress;

/* The watch function of a run; user is the cli_progress. */
void cli_progress_watch(void *user, const mann_event *event);
/* Remembers what the validation says. */
void cli_progress_note(cli_progress *progress, const mann_event *event);
/* "step 1,500 · 24,000 sequences · cost 0.03 bits · ...". */
void cli_progress_text(const cli_progress *progress, const mann_event *event, char *text,
                       size_t size);
/* Draws the bar's line over. share: 0..1 */
void cli_progress_bar(const mann_cli *cli, double share, const char *text);
/* Leaves the bar's line. */
void cli_progress_end(cli_progress *progress, const mann_event *event);

#endif
