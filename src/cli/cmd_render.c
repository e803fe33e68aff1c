/* `mann render` and `mann view`: the same picture without a display, and in a window. */
#include "cli/cli.h"
#include "draw/render.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char render_help[] =
    "Usage: mann render RUN|CHECKPOINT|TRACE... -o FILE|--json [OPTIONS]\n\n"
    "Draws what the viewer would show, without a display.\n\n"
    "  -o, --output FILE      .png, .svg, .pdf, .txt, .gif or .mp4; - prints text\n"
    "      --at STATE         what to show: copy-1@1500/L20/s7/t23, in parts or whole\n"
    "      --over WHAT        films: steps of the episode, or training\n"
    "      --size WxH         in pixels (default 1280x800)\n"
    "      --scale F          device pixels per pixel (default 1)\n"
    "      --rate F           frames per second\n"
    "      --theme THEME      light or dark\n" CLI_COMMON_HELP "\n"
    "--json prints the read-outs of the picture: wrong answers, focus, moves, how\n"
    "often reads follow writes; of priority sort R² of location by priority. It needs\n"
    "no -o.\n\n"
    "Examples:\n"
    "  mann render runs/copy-1 -o copy.png\n"
    "  mann render runs/copy-1 -o -\n"
    "  mann render runs/copy-1 -o learning.gif --over training\n"
    "  mann render runs/sort-1 --json --at s8\n";

enum { AT = CLI_FIRST_FREE, OVER, SIZE, SCALE, RATE, THEME };

static const struct option render_options[] = {
    {"output", required_argument, NULL, 'o'},  {"at", required_argument, NULL, AT},
    {"over", required_argument, NULL, OVER},   {"size", required_argument, NULL, SIZE},
    {"scale", required_argument, NULL, SCALE}, {"rate", required_argument, NULL, RATE},
    {"theme", required_argument, NULL, THEME}, CLI_LONG,
};

static bool factor(const mann_cli *cli, const char *option, const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !(*value > 0 && *value <= 1000)) {
        cli_usage(cli, "%s: '%s' is not a number above 0", option, text);
        return false;
    }
    return true;
}

static bool render_option(mann_cli *cli, int option, char **argv, mann_render_options *r, int *code)
{
    bool second;
    *code = CLI_USAGE;
    switch (option) {
    case 'o': r->output = optarg; return true;
    case AT: r->at = optarg; return true;
    case SCALE: return factor(cli, "--scale", optarg, &r->scale);
    case RATE: return factor(cli, "--rate", optarg, &r->rate);
    case THEME: return cli_choice(cli, "--theme", optarg, "dark", "light", &r->light);
    case OVER:
        if (!cli_choice(cli, "--over", optarg, "steps", "training", &second)) {
            return false;
        }
        r->over = second ? MANN_OVER_TRAINING : MANN_OVER_STEPS;
        return true;
    case SIZE:
        if (mann_render_size(cli->context, optarg, &r->width, &r->height)) {
            cli_fail(cli, MANN_E_INVAL);
            return false;
        }
        return true;
    default: return !cli_common(cli, option, argv, render_help, code);
    }
}

int mann_cmd_render(int argc, char **argv)
{
    int option, code = CLI_USAGE;
    bool good = true;
    mann_cli cli = cli_open("render");
    cli.options = render_options;
    mann_render_options r = {0};
    optind = 1;
    while (good &&
           (option = getopt_long(argc, argv, ":o:" CLI_SHORT, render_options, NULL)) != -1) {
        good = render_option(&cli, option, argv, &r, &code);
    }
    r.readouts = cli.json;
    if (good && (optind == argc || (!r.output && !r.readouts))) {
        code = cli_usage(&cli, optind == argc ? "which run, checkpoint or trace?"
                                              : "where to? Give -o FILE, or --json");
    } else if (good && r.readouts && r.output && !strcmp(r.output, "-")) {
        code = cli_usage(&cli, "text or --json? Both go to standard output");
    } else if (good) {
        mann_status status =
            mann_render(cli.context, argc - optind, (const char *const *)argv + optind, &r);
        code = status ? cli_fail(&cli, status) : CLI_DONE;
    }
    cli_close(&cli);
    return code;
}

void cli_exec_viewer(char *const *arguments)
{
    /* Beside this program when it runs from a build or an unusual place, else on the PATH. */
    char own[1024], beside[1100];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length > 0) {
        own[length] = '\0';
        const char *folder = dirname(own);
        snprintf(beside, sizeof beside, "%s/mann-view", folder);
        execv(beside, arguments);
        snprintf(beside, sizeof beside, "%s/../../viz/mann-view", folder);
        execv(beside, arguments);
    }
    execvp("mann-view", arguments);
    fprintf(stderr,
            "mann: mann-view could not be started: %s; is it installed? mann render draws "
            "the same pictures to files\n",
            strerror(errno));
}

int mann_cmd_view(int argc, char **argv)
{
    (void)argc;
    char name[] = "mann-view";
    argv[0] = name; /* its options are the viewer's */
    cli_exec_viewer(argv);
    return CLI_FAILED;
}
