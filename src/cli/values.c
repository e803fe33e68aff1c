/* Options of a task on the command line of a sub-command that does not know the task yet. */
#include "cli/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool split(cli_values *v, int argc, char **argv)
{
    char *word = argv[optind - 1], *equals = strchr(word, '=');
    if (equals) {
        *equals = '\0';
        v->list = equals + 1;
    } else if (optind < argc) {
        v->list = argv[optind++];
    } else {
        return false;
    }
    v->name = word + 2;
    return true;
}

bool cli_values_take(const mann_cli *cli, cli_values *v, int argc, char **argv, bool *refused)
{
    const char *word = argv[optind - 1];
    *refused = false;
    if (optopt || strncmp(word, "--", 2) || !word[2]) {
        return false;
    }
    if (v->name) {
        cli_usage(cli, "one option of the task at a time: '%s' after --%s", word, v->name);
        *refused = true;
    } else if (!split(v, argc, argv)) {
        cli_usage(cli, "'%s': an option of the task needs values, such as 10,20,120", word);
        *refused = true;
    } else if (!v->list[strspn(v->list, ",")]) {
        cli_usage(cli, "--%s: which values? Such as 10,20,120", v->name);
        *refused = true;
    } else if (strlen(v->name) >= 64 || strlen(v->list) >= 4096) {
        cli_usage(cli, "--%s: too long", v->name);
        *refused = true;
    }
    return !*refused;
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
