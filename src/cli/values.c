/* Options of a task on the command line of a sub-command that does not know the task yet. */
#include "cli/values.h"

#include "study/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The name goes into v; returns the list, NULL if there is none. */
static const char *split(cli_values *v, int argc, char **argv)
{
    char *word = argv[optind - 1], *equals = strchr(word, '=');
    const char *list = NULL;
    if (equals) {
        *equals = '\0';
        list = equals + 1;
    } else if (optind < argc) {
        list = argv[optind++];
    }
    v->name = list ? word + 2 : NULL;
    return list;
}

/* Keeps the list, a range such as 1:20 spelled out. */
static bool keep(const mann_cli *cli, cli_values *v, const char *list)
{
    char text[CLI_VALUES + 64];
    mann_grid grid = {0};
    if (!strchr(list, ':')) {
        strcpy(v->list, list);
        return true;
    }
    snprintf(text, sizeof text, "%s=%s", v->name, list);
    bool good = !mann_grid_add(cli->context, &grid, text);
    for (int32_t i = 0; good && i < grid.axis[0].count; i++) {
        size_t used = strlen(v->list);
        int size = snprintf(v->list + used, CLI_VALUES - used, "%s,", grid.axis[0].value[i]);
        if (size >= (int)(CLI_VALUES - used)) {
            mann_fail(cli->context, MANN_E_INVAL, "--%s: too long", v->name);
            good = false;
        }
    }
    mann_grid_clear(&grid);
    return good;
}

/* For '?' of getopt_long. False if it is nothing of the kind, or with *refused and *code after a
 * message. */
static bool take(const mann_cli *cli, cli_values *v, int argc, char **argv, bool *refused,
                 int *code)
{
    const char *word = argv[optind - 1], *list = NULL;
    *refused = false;
    *code = CLI_USAGE;
    if (optopt || strncmp(word, "--", 2) || !word[2]) {
        return false;
    }
    if (v->name) {
        cli_usage(cli, "one option of the task at a time: '%s' after --%s", word, v->name);
        *refused = true;
    } else if (!(list = split(v, argc, argv))) {
        cli_usage(cli, "'%s': an option of the task needs values, such as 10,20,120", word);
        *refused = true;
    } else if (!list[strspn(list, ",")]) {
        cli_usage(cli, "--%s: which values? Such as 10,20,120", v->name);
        *refused = true;
    } else if (strlen(v->name) >= 64 || strlen(list) >= CLI_VALUES) {
        cli_usage(cli, "--%s: too long", v->name);
        *refused = true;
    } else if (!keep(cli, v, list)) {
        *code = cli_fail(cli, cli_status(cli));
        *refused = true;
    }
    return !*refused;
}

bool cli_values_option(mann_cli *cli, cli_values *v, int option, int argc, char **argv,
                       const char *help, int *code)
{
    bool refused = false;
    if (option == '?' && take(cli, v, argc, argv, &refused, code)) {
        return true;
    }
    return !refused && !cli_common(cli, option, argv, help, code);
}

bool cli_values_next(const cli_values *v, const char **at, char value[CLI_VALUE],
                     char setting[CLI_VALUE + 64])
{
    if (!v->name) {
        bool first = !*at;
        *at = "";
        value[0] = setting[0] = '\0';
        return first;
    }
    const char *from = *at ? *at : v->list;
    from += strspn(from, ",");
    size_t length = strcspn(from, ",");
    snprintf(value, CLI_VALUE, "%.*s", (int)length, from);
    snprintf(setting, CLI_VALUE + 64, "%s=%s", v->name, value);
    *at = from + length;
    return length > 0;
}

json_t *cli_value_json(const char *value)
{
    char *end;
    long long whole = strtoll(value, &end, 10);
    return *end ? json_string(value) : json_integer(whole);
}

json_t *cli_number_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}
