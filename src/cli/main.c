/* `mann SUB-COMMAND`: finds the sub-command and hands it the rest. */
#include "cli/cli.h"

#include <gsl/gsl_errno.h>
#include <jansson.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"train", "train a model on a task", mann_cmd_train},
    {"eval", "accuracy of a trained model on fresh sequences", mann_cmd_eval},
    {"sweep", "train over seeds and grids of options", mann_cmd_sweep},
    {"report", "sum runs up: tables and learning curves", mann_cmd_report},
    {"reproduce", "re-run published results, beside the paper's figures", mann_cmd_reproduce},
    {"run", "one's own sequence through a trained model", mann_cmd_run},
    {"info", "what a run, checkpoint or trace holds", mann_cmd_info},
    {"tasks", "the tasks and their options", mann_cmd_tasks},
    {"models", "the models and their options", mann_cmd_models},
    {"memories", "the external memories and their options", mann_cmd_memories},
    {"view", "watch a run in the viewer", mann_cmd_view},
    {"render", "the viewer's pictures, to a file", mann_cmd_render},
    {"export", "traces and metrics for other tools: NPZ, CSV, TensorBoard", mann_cmd_export},
    {"hopfield", "the associative store on its own", mann_cmd_hopfield},
    {"bench", "speed of this machine and this build", mann_cmd_bench},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* Without memory jansson reads texts cut short, and what is printed would lack members. The command
 * ends instead, as if it had been killed: no file is half written by that. */
static void *json_memory(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        fputs("mann: out of memory\n", stderr);
        _exit(CLI_FAILED);
    }
    return memory;
}

static void help(FILE *to)
{
    fputs("Usage: mann SUB-COMMAND [OPTIONS]\n\n"
          "Memory-augmented neural networks: train them, test them, watch them.\n\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\nmann SUB-COMMAND --help explains each. Example:\n\n"
          "  mann train copy -o runs/copy\n"
          "  mann eval runs/copy --length 10,20,40,120\n",
          to);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    json_set_alloc_funcs(json_memory, free);
    gsl_set_error_handler_off(); /* GSL's default is to abort; the library checks instead */
    if (argc < 2) {
        help(stderr);
        return CLI_USAGE;
    }
    if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
        help(stdout);
        return CLI_DONE;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        puts("mann " MANN_VERSION);
        return CLI_DONE;
    }
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (!strcmp(argv[1], commands[i].name)) {
            int code = commands[i].run(argc - 1, argv + 1);
            if (fflush(stdout) || ferror(stdout)) {
                fprintf(stderr, "mann %s: standard output could not be written\n", argv[1]);
                return code ? code : CLI_FAILED;
            }
            return code;
        }
    }
    const char *near = mann_nearest(argv[1], names, COMMANDS);
    fprintf(stderr, "mann: unknown sub-command '%s'%s%s%s (mann --help)\n", argv[1],
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return CLI_USAGE;
}
