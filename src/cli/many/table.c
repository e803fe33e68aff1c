/* Tables. A cell that memory is too short for stays empty. */
#include "cli/many/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_table_add(cli_table *t, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (t->count == t->room) {
        int room = t->room ? 2 * t->room : 64;
        char **larger = realloc(t->cell, (size_t)room * sizeof *larger);
        if (!larger) {
            return;
        }
        t->cell = larger;
        t->room = room;
    }
    t->cell[t->count++] = strdup(text);
}

void cli_table_add_number(cli_table *t, double value)
{
    if (isfinite(value)) {
        cli_table_add(t, "%.9g", value);
    } else {
        cli_table_add(t, "%s", "");
    }
}

void cli_table_clear(cli_table *t)
{
    for (int i = 0; i < t->count; i++) {
        free(t->cell[i]);
    }
    free(t->cell);
    *t = (cli_table){.columns = t->columns, .words = t->words};
}

static const char *cell_at(const cli_table *t, int row, int column)
{
    const char *text = t->cell[row * t->columns + column];
    return text ? text : "";
}

/* Characters, not bytes: UTF-8 goes on with bytes 10xxxxxx. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}

static void pad(int count)
{
    printf("%*s", count > 0 ? count : 0, "");
}

static void print_row(const cli_table *t, int row, const int *width, bool markdown)
{
    for (int c = 0; c < t->columns; c++) {
        const char *text = cell_at(t, row, c);
        int space = width[c] - width_of(text);
        bool left = c < (t->words ? t->words : 1), end = c + 1 == t->columns && !markdown;
        fputs(markdown ? c ? " | " : "| " : c ? "  " : "", stdout);
        pad(left ? 0 : space);
        fputs(text, stdout);
        pad(left && !end ? space : 0);
    }
    puts(markdown ? " |" : "");
}

static void print_text(const cli_table *t, int rows, const int *width, bool markdown)
{
    for (int r = 0; r < rows; r++) {
        print_row(t, r, width, markdown);
        for (int c = 0; markdown && !r && c < t->columns; c++) {
            printf("%s%s", c ? "" : "|", c < (t->words ? t->words : 1) ? " --- |" : " ---: |");
        }
        if (markdown && !r) {
            putchar('\n');
        }
    }
}

static void print_csv_cell(const char *text)
{
    if (!text[strcspn(text, ",\"\n")]) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        if (*text == '"') {
            putchar('"');
        }
        putchar(*text);
    }
    putchar('"');
}

void cli_table_print(const cli_table *t, cli_style style)
{
    int rows = t->count / t->columns;
    int *width = calloc((size_t)t->columns, sizeof *width);
    for (int i = 0; width && i < rows * t->columns; i++) {
        int mine = width_of(cell_at(t, i / t->columns, i % t->columns));
        width[i % t->columns] = mine > width[i % t->columns] ? mine : width[i % t->columns];
    }
    if (style == CLI_CSV) {
        for (int i = 0; i < rows * t->columns; i++) {
            print_csv_cell(cell_at(t, i / t->columns, i % t->columns));
            putchar((i + 1) % t->columns ? ',' : '\n');
        }
    } else if (width) {
        print_text(t, rows, width, style == CLI_MARKDOWN);
    }
    free(width);
}
