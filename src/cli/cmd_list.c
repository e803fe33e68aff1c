/* `mann tasks`, `mann models`, `mann memories`: what there is, from the descriptors. */
#include "cli/cli.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A thing with a name, a summary and options. */
typedef struct item {
    const char *name, *summary;
    const mann_option *options;
    const char *settings; /* presets: the options they stand for */
} item;

enum { MAX_ITEMS = 128 };

static const struct option long_options[] = {CLI_LONG};

static const char *const kind_names[] = {
    [MANN_OPT_INT] = "whole number",
    [MANN_OPT_REAL] = "number",
    [MANN_OPT_BOOL] = "true or false",
    [MANN_OPT_CHOICE] = "one of",
    [MANN_OPT_RANGE] = "range",
    [MANN_OPT_TEXT] = "text",
    [MANN_OPT_SPAN] = "sequences or 25epochs",
};

static void domain_text(const mann_option *row, char *text, size_t size)
{
    size_t used = 0;
    switch (row->kind) {
    case MANN_OPT_INT:
    case MANN_OPT_REAL:
    case MANN_OPT_RANGE:
    case MANN_OPT_SPAN:
        snprintf(text, size, "%s in %.10g..%.10g", kind_names[row->kind], row->low, row->high);
        break;
    case MANN_OPT_CHOICE:
        text[0] = '\0';
        for (int i = 0; row->choices[i] && used < size; i++) {
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s", i ? "|" : "", row->choices[i]);
        }
        break;
    case MANN_OPT_BOOL:
    case MANN_OPT_TEXT: snprintf(text, size, "%s", kind_names[row->kind]); break;
    case MANN_OPT_FORMER: break;
    }
}

void cli_print_options(const char *section, const mann_option *options)
{
    for (const mann_option *row = options; mann_option_is(row); row++) {
        char key[96], domain[256];
        snprintf(key, sizeof key, "%s.%s", section, row->name);
        domain_text(row, domain, sizeof domain);
        printf("  %-24s %s\n  %-24s %s; default %s\n", key, row->summary, "", domain,
               *row->initial ? row->initial : "(empty)");
    }
}

static json_t *options_json(const char *section, const mann_option *options)
{
    json_t *list = json_array();
    for (const mann_option *row = options; mann_option_is(row); row++) {
        char key[96], domain[256];
        snprintf(key, sizeof key, "%s.%s", section, row->name);
        domain_text(row, domain, sizeof domain);
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s}", "key", key, "summary", row->summary,
                                        "values", domain, "default", row->initial));
    }
    return list;
}

static int print_one(const mann_cli *cli, const item *it, const char *section)
{
    if (cli->json) {
        json_t *object =
            json_pack("{s:s, s:s, s:s*, s:o}", "name", it->name, "summary", it->summary, "settings",
                      it->settings, "options", options_json(section, it->options));
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(object);
        return CLI_DONE;
    }
    printf("%s: %s\n", it->name, it->summary);
    if (it->settings) {
        printf("%s: %s\n", strcmp(section, "task") ? "stands for" : "its own defaults",
               it->settings);
    }
    putchar('\n');
    cli_print_options(section, it->options);
    if (!strcmp(section, "model")) {
        printf("  %-24s external memories, joined by +; default as the model's name says\n",
               "model.memory");
    }
    return CLI_DONE;
}

static int print_all(const mann_cli *cli, const item *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (cli->json) {
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "name", items[i].name, "summary", items[i].summary));
        } else {
            printf("%-20s %s\n", items[i].name, items[i].summary);
        }
    }
    if (cli->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(list);
    return CLI_DONE;
}

static int unknown(const mann_cli *cli, const char *what, const char *name, const item *items,
                   size_t count)
{
    const char *names[MAX_ITEMS];
    for (size_t i = 0; i < count; i++) {
        names[i] = items[i].name;
    }
    const char *near = mann_nearest(name, names, count);
    return cli_usage(cli, "unknown %s '%s'%s%s%s", what, name, near ? "; did you mean '" : "",
                     near ? near : "", near ? "'?" : "");
}

/* section: of the options; what: in messages. */
static int list(int argc, char **argv, const char *command, const char *what, const char *section,
                const item *items, size_t count)
{
    char help[1024];
    int option, code = CLI_DONE;
    mann_cli cli = cli_open(command);
    snprintf(help, sizeof help,
             "Usage: mann %s [NAME]\n\nLists the %s, or the options of one.\n\n%s\n"
             "Example:\n  mann %s %s\n",
             command, command, CLI_COMMON_HELP, command, items[0].name);
    optind = 1;
    bool stop = false;
    cli.options = long_options;
    while (!stop && (option = getopt_long(argc, argv, ":" CLI_SHORT, long_options, NULL)) != -1) {
        stop = cli_common(&cli, option, argv, help, &code);
    }
    if (!stop && optind + 1 < argc) {
        code = cli_usage(&cli, "one %s at a time; '%s' is one too many", what, argv[optind + 1]);
    } else if (!stop && optind < argc) {
        size_t i = 0;
        while (i < count && strcmp(items[i].name, argv[optind])) {
            i++;
        }
        code = i < count ? print_one(&cli, &items[i], section)
                         : unknown(&cli, what, argv[optind], items, count);
    } else if (!stop) {
        code = print_all(&cli, items, count);
    }
    cli_close(&cli);
    return code;
}

int mann_cmd_tasks(int argc, char **argv)
{
    item items[MAX_ITEMS];
    size_t count = 0;
    for (; mann_tasks[count] && count < MAX_ITEMS; count++) {
        const mann_task_type *t = mann_tasks[count];
        items[count] = (item){t->name, t->summary, t->options, t->defaults};
    }
    return list(argc, argv, "tasks", "task", "task", items, count);
}

int mann_cmd_models(int argc, char **argv)
{
    item items[MAX_ITEMS];
    size_t count = 0;
    for (; mann_presets[count].name && count < MAX_ITEMS; count++) {
        const mann_preset *p = &mann_presets[count];
        items[count] = (item){p->name, p->summary, p->model->options, p->settings};
    }
    return list(argc, argv, "models", "model", "model", items, count);
}

int mann_cmd_memories(int argc, char **argv)
{
    item items[MAX_ITEMS];
    size_t count = 0;
    for (; mann_memories[count] && count < MAX_ITEMS; count++) {
        const mann_memory_type *m = mann_memories[count];
        items[count] = (item){m->name, m->summary, m->options, NULL};
    }
    return list(argc, argv, "memories", "memory", "memory", items, count);
}
