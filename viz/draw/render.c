/* Rendering: from paths and a state string to a file. */
#include "draw/render.h"
#include "draw/film.h"
#include "draw/pen/pen.h"
#include "draw/picture.h"
#include "draw/words.h"
#include "show/readout.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_COLUMNS = 100, LARGEST = 16384, MOST_SETTLING = 150 };

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

mann_status mann_render_size(mann_context *context, const char *text, int32_t *width,
                             int32_t *height)
{
    int end = -1;
    int32_t w = 0, h = 0;
    sscanf(text, "%5dx%5d%n", &w, &h, &end);
    if (end < 0 || text[end] || w < 1 || h < 1 || w > LARGEST || h > LARGEST) {
        return mann_fail(context, MANN_E_INVAL,
                         "size '%s' is not WIDTHxHEIGHT with numbers in 1..%d", text, LARGEST);
    }
    *width = w;
    *height = h;
    return MANN_OK;
}

static cairo_status_t write_picture(const mann_scene *scene, double scale, const char *path,
                                    const char *kind)
{
    bool png = !strcmp(kind, ".png");
    cairo_surface_t *surface =
        png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)lround(scene->width * scale),
                                         (int)lround(scene->height * scale))
        : !strcmp(kind, ".svg") ? cairo_svg_surface_create(path, scene->width, scene->height)
                                : cairo_pdf_surface_create(path, scene->width, scene->height);
    cairo_t *cr = cairo_create(surface);
    if (png) {
        cairo_scale(cr, scale, scale);
    }
    mann_scene_draw(cr, scene);
    cairo_status_t status = mann_pen_status(cr);
    cairo_destroy(cr);
    if (png && !status) {
        status = cairo_surface_write_to_png(surface, path);
    }
    cairo_surface_finish(surface);
    status = status ? status : cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

static mann_status write_words(mann_context *context, const mann_scene *scene, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        return mann_fail(context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    mann_scene_write(file, scene, TEXT_COLUMNS);
    bool bad = ferror(file);
    bad |= fclose(file) != 0;
    return bad ? mann_fail(context, MANN_E_IO, "%s: could not be written", path) : MANN_OK;
}

mann_status mann_render_scene(mann_context *context, const mann_scene *scene, double scale,
                              const char *output)
{
    static const char *const kinds[] = {".png", ".svg", ".pdf", ".txt"};
    const char *kind = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        kind = ends_with(output, kinds[i]) ? kinds[i] : kind;
    }
    if (!strcmp(output, "-")) {
        mann_scene_write(stdout, scene, TEXT_COLUMNS);
        return MANN_OK;
    }
    if (!kind) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s: the name ends in none of .png .svg .pdf .txt .gif .mp4", output);
    }
    char part[1024];
    if (strlen(output) + 16 > sizeof part) {
        return mann_fail(context, MANN_E_INVAL, "%s: the path is too long", output);
    }
    snprintf(part, sizeof part, "%s.part", output);
    mann_status status = MANN_OK;
    FILE *file = fopen(part, "w"); /* says why it cannot be, which Cairo does not */
    if (!file) {
        return mann_fail(context, MANN_E_IO, "%s: %s", output, strerror(errno));
    }
    fclose(file);
    if (!strcmp(kind, ".txt")) {
        status = write_words(context, scene, part);
    } else {
        cairo_status_t drawn = write_picture(scene, scale > 0 ? scale : 1, part, kind);
        if (drawn) {
            status = mann_fail(context, drawn == CAIRO_STATUS_NO_MEMORY ? MANN_E_NOMEM : MANN_E_IO,
                               "%s: %s", output, cairo_status_to_string(drawn));
        }
    }
    if (!status && rename(part, output)) {
        status = mann_fail(context, MANN_E_IO, "%s: %s", output, strerror(errno));
    }
    if (status) {
        remove(part);
    }
    return status;
}

typedef struct reel {
    mann_source *source;
    mann_over over;
    int32_t choice, frames, first_step;
    mann_stretch used[MANN_MAX_FAMILIES]; /* by any frame */
} reel;

/* Locations that any of the snapshots uses, so that the picture stands still while it learns. */
static mann_status find_used(mann_context *context, reel *film, const mann_scene *first)
{
    bool *used[MANN_MAX_FAMILIES] = {NULL};
    mann_scene scene = *first;
    mann_status status = MANN_OK;
    int32_t n = first->episode->n_families;
    for (int32_t f = 0; f < n; f++) {
        used[f] = calloc((size_t)first->episode->family[f].locations, sizeof *used[f]);
        status = used[f] ? status : mann_fail(context, MANN_E_NOMEM, "out of memory");
    }
    for (int32_t i = 0; !status && i < film->frames; i++) {
        status = mann_source_show(context, film->source, film->choice, i, &scene);
        for (int32_t f = 0; !status && f < n && f < scene.episode->n_families; f++) {
            if (scene.episode->family[f].locations == film->used[f].count) {
                mann_episode_mark_used(scene.episode, &scene.episode->family[f], used[f]);
            }
        }
    }
    for (int32_t f = 0; f < n; f++) {
        if (!status) {
            film->used[f] = mann_stretch_find(used[f], film->used[f].count);
        }
        free(used[f]);
    }
    return status;
}

/* The last picture stands still for a while: frames beyond the end repeat it. */
static mann_status show_frame(void *user, mann_context *context, int32_t i, mann_scene *scene)
{
    reel *film = user;
    i = i < film->frames ? i : film->frames - 1;
    mann_status status = MANN_OK;
    if (film->over == MANN_OVER_TRAINING) {
        status = mann_source_show(context, film->source, film->choice, i, scene);
    } else if (scene->lab) {
        mann_lab_go(scene->lab, (int64_t)i * scene->lab->frames / (film->frames - 1));
    } else {
        scene->step = film->first_step + i;
    }
    mann_state_print(scene, scene->state);
    return status;
}

static mann_status write_film(mann_context *context, mann_source *source, int32_t choice,
                              const mann_scene *scene, const mann_render_options *options)
{
    reel user = {.source = source, .over = options->over, .choice = choice};
    if (options->over == MANN_OVER_TRAINING) {
        user.frames = scene->n_snapshots;
        if (user.frames < 2) {
            return mann_fail(context, MANN_E_INVAL,
                             "a film over the training needs a run folder with several traces of "
                             "the same example");
        }
    } else {
        user.over = MANN_OVER_STEPS;
        user.first_step = scene->count > 0 ? scene->first : 0;
        int32_t steps = scene->episode->trace->steps - user.first_step;
        user.frames = scene->count > 0 && scene->count < steps ? scene->count : steps;
        if (scene->lab) { /* at most MOST_SETTLING of its frames, the last one among them */
            steps = scene->lab->frames + 1;
            user.frames = steps < 2 ? 2 : steps > MOST_SETTLING ? MOST_SETTLING : steps;
        }
    }
    mann_scene steady = *scene;
    for (int32_t f = 0; f < scene->episode->n_families; f++) {
        user.used[f] = (mann_stretch){0, scene->episode->family[f].locations};
    }
    if (user.over == MANN_OVER_TRAINING) {
        mann_status status = find_used(context, &user, scene);
        if (status) {
            return status;
        }
        steady.used = user.used;
    }
    double rate = options->rate > 0 ? options->rate : fmin(fmax(user.frames / 12.0, 4), 25);
    mann_film film = {.frames = user.frames + (int32_t)ceil(1.5 * rate),
                      .rate = rate,
                      .scale = options->scale > 0 ? options->scale : 1,
                      .frame = show_frame,
                      .user = &user};
    return mann_film_write(context, &film, &steady, options->output);
}

static mann_status make_scene(mann_context *context, mann_source *source,
                              const mann_render_options *options, int32_t *choice,
                              mann_scene *scene)
{
    mann_state state;
    mann_status status = mann_state_parse(context, options->at ? options->at : "", &state);
    if (status) {
        return status;
    }
    int32_t snapshot;
    *scene = mann_scene_make();
    scene->width = options->width > 0 ? options->width : scene->width;
    scene->height = options->height > 0 ? options->height : scene->height;
    scene->dark = !options->light;
    status = mann_source_show_state(context, source, &state, choice, &snapshot, scene);
    if (status) {
        return status;
    }
    if (!scene->episode && state.screen != MANN_SCREEN_TRAINING) {
        if (!scene->n_runs || options->over != MANN_OVER_NOTHING) {
            return mann_fail(context, MANN_E_IO, "%s: there is no trace to draw",
                             scene->n_runs ? scene->run[0]->path : "nothing");
        }
        state.screen = MANN_SCREEN_TRAINING;
    }
    scene->step = scene->episode ? mann_episode_middle(scene->episode) : 0;
    mann_state_apply(&state, scene);
    mann_state_print(scene, scene->state);
    return MANN_OK;
}

mann_status mann_render(mann_context *context, int32_t count, const char *const *path,
                        const mann_render_options *options)
{
    const char *output = options->output ? options->output : "";
    bool moving = ends_with(output, ".gif") || ends_with(output, ".mp4");
    if (!moving && options->over != MANN_OVER_NOTHING) {
        return mann_fail(context, MANN_E_INVAL, "%s: only .gif and .mp4 run over steps or training",
                         output);
    }
    mann_status status;
    mann_source *source = mann_source_open(context, count, path, &status);
    if (!source) {
        return status;
    }
    mann_scene scene;
    int32_t choice;
    status = make_scene(context, source, options, &choice, &scene);
    if (!status && moving) {
        status = scene.episode
                     ? write_film(context, source, choice, &scene, options)
                     : mann_fail(context, MANN_E_IO, "%s: there is no trace to draw", path[0]);
    } else if (!status && *output) {
        status = mann_render_scene(context, &scene, options->scale, output);
    }
    if (!status && options->readouts) {
        mann_scene_readouts(stdout, &scene);
    }
    mann_source_close(source);
    return status;
}
