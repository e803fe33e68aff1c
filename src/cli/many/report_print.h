/* How a report is shown. */
#ifndef MANN_CLI_MANY_REPORT_PRINT_H
#define MANN_CLI_MANY_REPORT_PRINT_H

#include "study/report.h"

typedef enum report_style { REPORT_TEXT, REPORT_MARKDOWN, REPORT_CSV, REPORT_JSON } report_style;

/* On standard output. */
void report_print(const mann_report *report, const mann_report_tests *tests, report_style style);

/* Learning curves of the cohorts into a file, whose ending says how. */
typedef struct report_picture {
    const char *output, *title;
    bool dark, linear;
} report_picture;

/* MANN_E_NOMEM, MANN_E_IO. */
mann_status report_draw(const mann_report *report, const report_picture *picture);

#endif
