/* The header of every screen: what is shown, and the tabs. */
#include "draw/screen/screen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const char *const screen_name[MANN_SCREENS] = {"Memory", "Hopfield", "Hops", "Training"};

/* What is shown, in full or in fewer words: SHORT without what can be guessed, SHORTEST with what
 * tells one episode from another. */
enum { FULL, SHORT, SHORTEST };

static void describe_episode(const mann_scene *scene, int form, char *text, size_t size)
{
    const mann_episode *episode = scene->episode;
    const mann_trace *trace = episode->trace;
    char number[32], step[32], example[48], trained[96] = "", wrong[48] = "";
    const char *origin = scene->edited ? "own input "
                         : scene->best ? "best on probe "
                         : scene->live ? "example "
                                       : "probe ";
    snprintf(example, sizeof example, "L=%d", trace->length);
    if (!scene->edited) { /* no seed draws an input of one's own */
        snprintf(example, sizeof example, "L=%d seed %" PRIu64, trace->length, trace->seed);
    }
    if (trace->sequences >= 0) {
        mann_count(number, trace->sequences);
    }
    if (trace->sequences >= 0 && form != FULL) {
        snprintf(trained, sizeof trained, " · %s seq.", number);
    } else if (trace->sequences >= 0 && trace->step >= 0) {
        snprintf(trained, sizeof trained, " · training step %s, %s sequences",
                 mann_count(step, trace->step), number);
    } else if (trace->step >= 0) {
        snprintf(trained, sizeof trained, " · training step %s", mann_count(step, trace->step));
    }
    if (episode->counted) {
        snprintf(wrong, sizeof wrong, " · %s wrong", mann_count(number, episode->wrong));
    }
    snprintf(text, size, "%s%s · %s%s%s%s", form == FULL ? "task " : "", trace->task,
             form == SHORTEST ? "" : origin, example, trained, wrong);
}

static void describe(const mann_scene *scene, int form, char *text, size_t size)
{
    const mann_history *run = scene->n_runs ? scene->run[0] : NULL;
    if (scene->lab) {
        char rule[24];
        mann_lab_rule_name(&scene->lab->setting.net, rule);
        snprintf(text, size, "%s%s · %d patterns of %d units", form ? "" : "Hopfield store · ",
                 rule, scene->lab->count, scene->lab->units);
    } else if (mann_scene_on_hops(scene)) {
        char steps[32];
        snprintf(text, size,
                 form ? "%s · training step %s"
                      : "task %s · questions of the test set · training step %s",
                 scene->episode ? scene->episode->trace->task : "",
                 mann_count(steps, scene->tale->step));
    } else if (scene->episode) {
        describe_episode(scene, form, text, size);
    } else {
        snprintf(text, size, "%s%s%s%s", run && run->task[0] ? "task " : "", run ? run->task : "",
                 run && run->task[0] && run->model[0] ? " · " : "", run ? run->model : "");
    }
}

void mann_draw_header(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box box = layout->header;
    mann_fill(cr, box, theme->card);
    mann_stroke(cr, 0, box.h - 0.5, box.w, box.h - 0.5, theme->line, 1);
    const mann_history *run = scene->n_runs ? scene->run[0] : NULL;
    const char *name = scene->episode && scene->episode->trace->run[0] ? scene->episode->trace->run
                       : run                                           ? run->name
                                                                       : "mann";
    double room = layout->tab[0].x - 12 - 14, x = 12;
    mann_font bold = {.size = 13, .bold = true}, plain = {.size = 12};
    x += mann_text_fit(cr, bold, theme->text, x, 23, MANN_LEFT, room, name) + 10;
    char text[512];
    room = fmax(0, layout->tab[0].x - 14 - x);
    for (int form = FULL; form <= SHORTEST; form++) {
        describe(scene, form, text, sizeof text);
        if (mann_text_width(cr, plain, text) <= room) {
            break;
        }
    }
    mann_text_fit(cr, plain, theme->muted, x, 23, MANN_LEFT, room, text);
    for (int i = 0; i < MANN_SCREENS; i++) {
        mann_box tab = layout->tab[i];
        bool here = (int)scene->screen == i;
        if (here) {
            mann_fill(cr, tab, mann_ink_mix(theme->card, theme->cursor, 0.18));
            mann_fill(cr, (mann_box){tab.x, tab.y + tab.h - 2, tab.w, 2}, theme->cursor);
        }
        char label[24];
        snprintf(label, sizeof label, "%d %s", i + 1, screen_name[i]);
        mann_text_fit(cr, (mann_font){.size = tab.w > 70 ? 11.5 : 10, .bold = here},
                      here ? theme->text : theme->muted, tab.x + tab.w / 2, tab.y + 16, MANN_CENTRE,
                      tab.w - 2, label);
    }
}
