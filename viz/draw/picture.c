/* The picture as a whole: which screen, and what surrounds it. */
#include "draw/picture.h"
#include "draw/screen/screen.h"
#include "show/live/settling.h"

static void draw_hopfield(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    static const char *const lines[] = {
        "Stored patterns, a cue to paint and corrupt, the state as it settles,",
        "its energy, its overlap with every pattern, and a verdict.", "",
        "This model has no Hopfield store. One on its own: mann hopfield --patterns FILE --view",
        NULL};
    mann_draw_placeholder(cr, scene, layout->body, "Hopfield", lines);
}

static void explain_hops(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    static const char *const lines[] = {
        "Story lines against hops with their probabilities, the supporting facts,",
        "the question and the best answers.", "",
        "This model has no story to read: mann train story, mann train babi.", NULL};
    mann_draw_placeholder(cr, scene, layout->body, "Hops", lines);
}

void mann_scene_draw(cairo_t *cr, const mann_scene *given)
{
    mann_scene scene = *given;
    mann_settling settling;
    if (scene.episode) {
        int32_t last = scene.episode->trace->steps - 1;
        scene.step = scene.step < 0 ? 0 : scene.step > last ? last : scene.step;
    }
    const mann_theme *theme = mann_theme_get(scene.dark);
    mann_layout layout = mann_layout_make(&scene);
    mann_fill(cr, (mann_box){0, 0, scene.width, scene.height}, theme->page);
    mann_draw_header(cr, &scene, &layout);
    mann_draw_footer(cr, &scene, &layout);
    switch (scene.screen) {
    case MANN_SCREEN_HOPFIELD:
        (scene.lab                               ? mann_draw_lab
         : mann_settling_find(&scene, &settling) ? mann_draw_store
                                                 : draw_hopfield)(cr, &scene, &layout);
        break;
    case MANN_SCREEN_HOPS: (scene.tale ? mann_draw_hops : explain_hops)(cr, &scene, &layout); break;
    case MANN_SCREEN_TRAINING: mann_draw_training(cr, &scene, &layout); break;
    case MANN_SCREEN_MEMORY:
    case MANN_SCREENS: mann_draw_memory(cr, &scene, &layout); break;
    }
    if (scene.help) {
        mann_draw_help(cr, &scene);
    }
}
