/* Tables of words and numbers, as text, Markdown or CSV. */
#ifndef MANN_CLI_MANY_TABLE_H
#define MANN_CLI_MANY_TABLE_H

#include <mann/base.h>

typedef enum cli_style { CLI_TEXT, CLI_MARKDOWN, CLI_CSV } cli_style;

/* Zeroed but for columns. The first row is the heading. Columns of words stand at the left, those
 * of numbers at the right. */
typedef struct cli_table {
    int columns;
    int words;       /* columns of words, the first ones; 0: one */
    int count, room; /* cells */
    char **cell;
} cli_table;

/* Appends the next cell, from left to right. */
void cli_table_add(cli_table *table, const char *format, ...) MANN_PRINTF(2, 3);
/* A number in full; nothing if it is not finite. */
void cli_table_add_number(cli_table *table, double value);
/* On standard output. */
void cli_table_print(const cli_table *table, cli_style style);
void cli_table_clear(cli_table *table);

#endif
