/* What `mann export` writes. */
#ifndef MANN_CLI_EXPORT_EXPORT_H
#define MANN_CLI_EXPORT_EXPORT_H

#include <mann/history.h>
#include <mann/trace.h>

typedef struct mann_export {
    mann_context *context;
    const mann_trace *trace; /* NULL: there is none */
    const mann_history *run; /* NULL: not of a run */
    double *metrics; /* [run->n_lines, run->n_series]; NaN where a line has no such number */
} mann_export;

/* A name of a file's trace or metric as part of a path: nothing in it leads elsewhere. */
void mann_export_name(const char *name, char safe[64]);

/* A long table of the trace, or a folder with a table for each value and for the metrics.
 * MANN_E_IO, MANN_E_INVAL, MANN_E_NOMEM. */
mann_status mann_export_csv_file(const mann_export *what, const char *path);
mann_status mann_export_csv_folder(const mann_export *what, const char *path);

#endif
