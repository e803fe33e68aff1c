/* mann-view: the viewer's command line. */
#include "draw/render.h"
#include "follow.h"
#include "window.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_RUN = 1, EXIT_USAGE = 2, EXIT_FOREIGN = 4 };

static const char help[] =
    "usage: mann-view [options] RUN|CHECKPOINT|TRACE...\n"
    "\n"
    "Shows what the heads of a memory machine do: a run folder, also while it is\n"
    "still training, or episode traces.\n"
    "\n"
    "  --at STATE          open a picture again: copy-1@1500/L20/s7/t23\n"
    "  --theme dark|light  (dark)\n"
    "  --scale FACTOR      everything that much larger, 0.5 to 4\n"
    "  --size WxH          of the window (1280x800)\n"
    "  -h, --help          this\n"
    "  --version\n"
    "\n"
    "In the window, ? lists keys and mouse. Without a display: mann render.\n"
    "\n"
    "examples:\n"
    "  mann-view runs/copy-1\n"
    "  mann-view --theme light --at L20/s7/t23 runs/copy-1\n";

typedef struct options {
    mann_window_options window;
    const char *at;
    bool light, themed;
} options;

static int usage(const char *format, const char *word)
{
    fputs("mann-view: ", stderr);
    fprintf(stderr, format, word);
    fputs("; mann-view -h lists the options\n", stderr);
    return EXIT_USAGE;
}

/* -1: go on; else the exit code. */
static int parse(mann_context *context, int count, char **word, options *made)
{
    enum { AT = 256, THEME, SCALE, SIZE, VERSION };
    static const struct option table[] = {{"at", required_argument, NULL, AT},
                                          {"theme", required_argument, NULL, THEME},
                                          {"scale", required_argument, NULL, SCALE},
                                          {"size", required_argument, NULL, SIZE},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, VERSION},
                                          {NULL, 0, NULL, 0}};
    *made = (options){.window = {.scale = 1, .width = 1280, .height = 800}};
    for (int key; (key = getopt_long(count, word, "h", table, NULL)) != -1;) {
        char *end;
        switch (key) {
        case AT: made->at = optarg; break;
        case THEME:
            if (strcmp(optarg, "dark") && strcmp(optarg, "light")) {
                return usage("--theme: '%s' is neither dark nor light", optarg);
            }
            made->themed = true;
            made->light = *optarg == 'l';
            break;
        case SCALE:
            made->window.scale = strtod(optarg, &end);
            if (end == optarg || *end || !(made->window.scale >= 0.5) || made->window.scale > 4) {
                return usage("--scale: '%s' is not a number in 0.5..4", optarg);
            }
            break;
        case SIZE:
            if (mann_render_size(context, optarg, &made->window.width, &made->window.height)) {
                return usage("%s", mann_context_message(context));
            }
            break;
        case VERSION: puts("mann-view " MANN_VERSION); return 0;
        case 'h': fputs(help, stdout); return 0;
        default: return EXIT_USAGE;
        }
    }
    return optind < count ? -1 : usage("%s", "which run, checkpoint or trace?");
}

static int exit_code(mann_status status)
{
    return status == MANN_E_FORMAT ? EXIT_FOREIGN : status == MANN_E_INVAL ? EXIT_USAGE : EXIT_RUN;
}

static mann_status begin(mann_context *context, mann_source *source, const options *chosen,
                         mann_view *view)
{
    mann_state state;
    mann_status status = mann_state_parse(context, chosen->at ? chosen->at : "", &state);
    if (status) {
        return status;
    }
    view->n_choices = mann_source_choices(source);
    mann_scene *scene = &view->scene;
    scene->dark = !chosen->light;
    status = mann_source_show_state(context, source, &state, &view->choice, &view->snapshot, scene);
    if (status) {
        return status;
    }
    const mann_choice *choice = mann_source_choice(source, view->choice);
    view->own = scene->live && choice && !choice->live;
    scene->following = mann_follow_needed(view);
    scene->step = scene->episode ? mann_episode_middle(scene->episode) : 0;
    if (chosen->at || scene->lab || scene->tale) {
        mann_state_apply(&state, scene);
        scene->dark = chosen->themed ? !chosen->light : scene->dark;
    }
    mann_view_settle(view);
    return MANN_OK;
}

int main(int count, char **word)
{
    mann_context *context = mann_context_alloc();
    if (!context) {
        fputs("mann-view: out of memory\n", stderr);
        return EXIT_RUN;
    }
    options chosen;
    int code = parse(context, count, word, &chosen);
    if (code < 0) {
        mann_status status;
        mann_view view = mann_view_make();
        mann_source *source = mann_source_open(
            context, count - optind, (const char *const *)(void *)(word + optind), &status);
        status = source ? begin(context, source, &chosen, &view) : status;
        status = status ? status : mann_window_run(context, source, &view, &chosen.window);
        if (status) {
            fprintf(stderr, "mann-view: %s\n", mann_context_message(context));
        }
        code = status ? exit_code(status) : 0;
        mann_source_close(source);
    }
    mann_context_free(context);
    return code;
}
