/* A text, line by line, with messages that say where. */
#ifndef MANN_TASKS_STORIES_LINES_H
#define MANN_TASKS_STORIES_LINES_H

#include <mann/base.h>

typedef struct mann_lines {
    mann_context *context;
    const char *name;        /* of the file, for messages */
    const char *rest, *over; /* what is still to be read */
    int32_t number;          /* of the present line in the file, from 1 */
    const char *text, *end;  /* the present line, without its end */
} mann_lines;

/* The text has a 0 byte behind its size. */
mann_lines mann_lines_of(mann_context *context, const char *name, const char *text, size_t size);
/* Goes to the next line; false behind the last. */
bool mann_lines_next(mann_lines *lines);
/* MANN_E_FORMAT, with file and line. */
mann_status mann_lines_bad(const mann_lines *lines, const char *format, ...) MANN_PRINTF(2, 3);
/* Of ASCII text, tabs and a reasonable length? */
mann_status mann_lines_check(const mann_lines *lines);

/* The whole number at *text, which moves behind it and the blanks that follow; -1 if there is none;
 * never more than 10^8. */
int32_t mann_number_next(const char **text, const char *end);

#endif
