/* Options of a task on the command line of a sub-command that does not know the task yet. */
#include "cli/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Takes the option apart; returns the list, NULL if there is none. */
static const char *split(int argc, char **argv, const char **name)
{
    char *word = argv[optind - 1], *equals = strchr(word, '=');
    const char *list = NULL;
    if (equals) {
        *equals = '\0';
        list = equals + 1;
    } else if (optind < argc) {
        list = argv[optind++];
    }
    *name = word + 2;
    return list;
}

/* For '?' of getopt_long. False if it is nothing of the kind, or with *refused and *code after a
 * message. */
static bool take(const mann_cli *cli, mann_values *v, int argc, char **argv, bool *refused,
                 int *code)
{
    const char *word = argv[optind - 1], *name, *list;
    *refused = false;
    *code = CLI_USAGE;
    if (optopt || strncmp(word, "--", 2) || !word[2]) {
        return false;
    }
    if (v->name) {
        cli_usage(cli, "one option of the task at a time: '%s' after --%s", word, v->name);
        *refused = true;
    } else if (!(list = split(argc, argv, &name))) {
        cli_usage(cli, "'%s': an option of the task needs values, such as 10,20,120", word);
        *refused = true;
    } else if (!list[strspn(list, ",")]) {
        cli_usage(cli, "--%s: which values? Such as 10,20,120", name);
        *refused = true;
    } else if (strlen(name) >= MANN_VALUES_NAME || strlen(list) >= MANN_VALUES_LIST) {
        cli_usage(cli, "--%s: too long", name);
        *refused = true;
    } else if (mann_values_set(cli->context, v, name, list)) {
        *code = cli_fail(cli, cli_status(cli));
        *refused = true;
    }
    return !*refused;
}

bool cli_values_option(mann_cli *cli, mann_values *v, int option, int argc, char **argv,
                       const char *help, int *code)
{
    bool refused = false;
    if (option == '?' && take(cli, v, argc, argv, &refused, code)) {
        return true;
    }
    return !refused && !cli_common(cli, option, argv, help, code);
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
