/* SDL gives the window, its events and a texture; Cairo draws all of it. The loop sleeps until an
 * event comes, a step is due, or it is time to look at the run folder again; whatever has gathered
 * by then is one redraw. */
#include "window.h"
#include "draw/film.h"
#include "draw/picture.h"
#include "draw/render.h"
#include "follow.h"

#include <SDL.h>
#include <math.h>
#include <string.h>

typedef struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    cairo_surface_t *surface;
    int width, height; /* device pixels */
    double ratio;      /* device pixels per logical pixel */
    double scale;
    int began; /* the letter whose key began a question: it comes as text too, and is no part of it
                */
} window;

static double seconds(void)
{
    return (double)SDL_GetTicks64() / 1000;
}

/* After the size has changed: pixels to draw into. False if memory is short. */
static bool make_pixels(window *self)
{
    if (self->texture) {
        SDL_DestroyTexture(self->texture);
    }
    cairo_surface_destroy(self->surface);
    self->texture = SDL_CreateTexture(self->renderer, SDL_PIXELFORMAT_RGB888,
                                      SDL_TEXTUREACCESS_STREAMING, self->width, self->height);
    self->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, self->width, self->height);
    return self->texture && !cairo_surface_status(self->surface);
}

static bool measure(window *self, mann_view *view)
{
    int width = 1, height = 1, logical = 1;
    SDL_GetRendererOutputSize(self->renderer, &width, &height);
    SDL_GetWindowSize(self->window, &logical, NULL);
    width = width < 1 ? 1 : width;
    height = height < 1 ? 1 : height;
    self->ratio = self->scale * width / (logical < 1 ? 1 : logical);
    mann_gesture event = {
        .kind = MANN_GESTURE_RESIZE, .x = width / self->ratio, .y = height / self->ratio};
    mann_view_event(view, &event);
    if (self->texture && width == self->width && height == self->height) {
        return true;
    }
    self->width = width;
    self->height = height;
    return make_pixels(self);
}

static void redraw(window *self, mann_view *view)
{
    mann_state_print(&view->scene, view->scene.state);
    cairo_t *cr = cairo_create(self->surface);
    cairo_scale(cr, self->ratio, self->ratio);
    mann_scene_draw(cr, &view->scene);
    cairo_destroy(cr);
    cairo_surface_flush(self->surface);
    SDL_UpdateTexture(self->texture, NULL, cairo_image_surface_get_data(self->surface),
                      cairo_image_surface_get_stride(self->surface));
    SDL_RenderClear(self->renderer);
    SDL_RenderCopy(self->renderer, self->texture, NULL, NULL);
    SDL_RenderPresent(self->renderer);
}

static int key_of(const SDL_Keysym *symbol)
{
    switch (symbol->sym) {
    case SDLK_LEFT: return MANN_KEY_LEFT;
    case SDLK_RIGHT: return MANN_KEY_RIGHT;
    case SDLK_UP: return MANN_KEY_UP;
    case SDLK_DOWN: return MANN_KEY_DOWN;
    case SDLK_HOME: return MANN_KEY_HOME;
    case SDLK_END: return MANN_KEY_END;
    case SDLK_TAB: return MANN_KEY_TAB;
    case SDLK_ESCAPE: return MANN_KEY_ESCAPE;
    case SDLK_F1: return MANN_KEY_HELP;
    case SDLK_BACKSPACE: return MANN_KEY_BACKSPACE;
    case SDLK_RETURN: return MANN_KEY_ENTER;
    default: break;
    }
    if (symbol->sym >= 'a' && symbol->sym <= 'z') {
        return symbol->sym;
    }
    /* Other characters come as text, whatever keys the user's layout has for them. */
    return symbol->sym == ' ' || (symbol->sym >= '0' && symbol->sym <= '9') ? symbol->sym : 0;
}

/* False if the event means nothing to the view. */
static bool translate(const window *self, const mann_view *view, const SDL_Event *from,
                      mann_gesture *to)
{
    *to = (mann_gesture){.kind = MANN_GESTURE_MOVE};
    double part = 1 / self->scale;
    switch (from->type) {
    case SDL_KEYDOWN:
        to->kind = MANN_GESTURE_KEY;
        to->key = key_of(&from->key.keysym);
        if (view->scene.typing && to->key < MANN_KEY_LEFT && !(from->key.keysym.mod & KMOD_CTRL)) {
            return false; /* comes as text */
        }
        to->shift = from->key.keysym.mod & KMOD_SHIFT;
        to->control = from->key.keysym.mod & KMOD_CTRL;
        return to->key != 0;
    case SDL_TEXTINPUT:
        to->kind = view->scene.typing ? MANN_GESTURE_TYPE : MANN_GESTURE_KEY;
        to->key = (unsigned char)from->text.text[0];
        if (view->scene.typing) {
            return true;
        }
        return to->key && strchr("[]?+-=<>,.", to->key);
    case SDL_MOUSEMOTION:
        to->x = from->motion.x * part;
        to->y = from->motion.y * part;
        return true;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        to->kind = from->type == SDL_MOUSEBUTTONDOWN ? MANN_GESTURE_PRESS : MANN_GESTURE_RELEASE;
        to->x = from->button.x * part;
        to->y = from->button.y * part;
        return from->button.button == SDL_BUTTON_LEFT;
    case SDL_MOUSEWHEEL: {
        int x, y;
        SDL_GetMouseState(&x, &y);
        to->kind = MANN_GESTURE_WHEEL;
        to->x = x * part;
        to->y = y * part;
        to->amount = from->wheel.y;
        return true;
    }
    case SDL_WINDOWEVENT:
        to->kind = MANN_GESTURE_LEAVE;
        return from->window.event == SDL_WINDOWEVENT_LEAVE;
    default: return false;
    }
}

/* "copy-1@1500/L20/s7/t23" as the name of a file. */
static void file_name(const mann_scene *scene, const char *ending, char name[256])
{
    char state[192];
    mann_state_print(scene, state);
    for (char *c = state; *c; c++) {
        *c = strchr("/@+=", *c) ? '-' : *c;
    }
    SDL_snprintf(name, 256, "%s%s", *state ? state : "mann", ending);
}

static void save_picture(mann_context *context, const window *self, mann_view *view)
{
    char name[256];
    mann_scene scene = view->scene;
    scene.pointed = false;
    scene.message = NULL;
    file_name(&scene, ".png", name);
    if (mann_render_scene(context, &scene, self->ratio, name)) {
        mann_view_say(view, true, "%s", mann_context_message(context));
    } else {
        mann_view_say(view, false, "saved %s", name);
    }
}

static mann_status film_frame(void *user, mann_context *context, int32_t i, mann_scene *scene)
{
    const mann_scene *shown = user;
    int32_t first = shown->count > 0 ? shown->first : 0;
    int32_t last = shown->count > 0 ? first + shown->count - 1 : shown->episode->trace->steps - 1;
    (void)context;
    scene->step = first + i < last ? first + i : last;
    mann_state_print(scene, scene->state);
    return MANN_OK;
}

static void record_film(mann_context *context, window *self, mann_view *view)
{
    char name[256];
    mann_scene scene = view->scene;
    if (!scene.episode) {
        mann_view_say(view, true, "there is no episode to record");
        return;
    }
    scene.pointed = scene.playing = false;
    scene.message = NULL;
    file_name(&scene, ".gif", name);
    mann_view_say(view, false, "recording %s ...", name);
    view->scene.message = view->message;
    redraw(self, view);
    int32_t frames = scene.count > 0 ? scene.count : scene.episode->trace->steps;
    double rate = frames > 100 ? 20 : 8;
    mann_film film = {.frames = frames + (int32_t)rate,
                      .rate = rate,
                      .scale = 1,
                      .frame = film_frame,
                      .user = &scene};
    if (mann_film_write(context, &film, &scene, name)) {
        mann_view_say(view, true, "%s", mann_context_message(context));
    } else {
        mann_view_say(view, false, "saved %s", name);
    }
}

static void grant(mann_context *context, window *self, mann_source *source, mann_view *view,
                  unsigned wishes)
{
    mann_follow_grant(context, source, view, wishes);
    if (wishes & MANN_WISH_PICTURE) {
        save_picture(context, self, view);
    }
    if (wishes & MANN_WISH_FILM) {
        record_film(context, self, view);
    }
}

static bool is_expose(const SDL_Event *event)
{
    return event->type == SDL_WINDOWEVENT && (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
                                              event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED ||
                                              event->window.event == SDL_WINDOWEVENT_SHOWN);
}

/* The text of the key that began a question. */
static bool is_echo(window *self, const SDL_Event *event)
{
    bool echo = event->type == SDL_TEXTINPUT && self->began &&
                SDL_tolower(event->text.text[0]) == self->began;
    if (event->type == SDL_TEXTINPUT || event->type == SDL_KEYDOWN) {
        self->began = 0;
    }
    return echo;
}

static mann_status loop(mann_context *context, window *self, mann_source *source, mann_view *view)
{
    double look_due = seconds() + MANN_FOLLOW_PERIOD;
    unsigned wishes = MANN_WISH_DRAW;
    for (;;) {
        mann_gesture tick = {.kind = MANN_GESTURE_TICK, .now = seconds()};
        wishes |= mann_view_event(view, &tick);
        if (mann_follow_needed(view) && tick.now >= look_due) {
            wishes |= mann_follow_look(context, source, view);
            look_due = tick.now + MANN_FOLLOW_PERIOD;
        }
        grant(context, self, source, view, wishes);
        if (wishes & MANN_WISH_QUIT) {
            return MANN_OK;
        }
        if (wishes & MANN_WISH_DRAW) {
            view->scene.message = view->message_until ? view->message : NULL;
            redraw(self, view);
        }
        wishes = 0;
        double wait = mann_view_wait(view);
        if (mann_follow_needed(view)) {
            double look = fmax(look_due - seconds(), 0.01);
            wait = wait < 0 ? look : fmin(wait, look);
        }
        SDL_Event event;
        bool any = wait < 0 ? SDL_WaitEvent(&event)
                            : SDL_WaitEventTimeout(&event, (int)ceil(wait * 1000) + 1);
        for (; any; any = SDL_PollEvent(&event)) {
            mann_gesture translated;
            if (event.type == SDL_QUIT) {
                wishes |= MANN_WISH_QUIT;
            } else if (is_expose(&event)) {
                if (!measure(self, view)) {
                    return mann_fail(context, MANN_E_IO, "the window: %s", SDL_GetError());
                }
                wishes |= MANN_WISH_DRAW;
            } else if (!is_echo(self, &event) && translate(self, view, &event, &translated)) {
                bool typing = view->scene.typing;
                wishes |= mann_view_event(view, &translated);
                self->began = view->scene.typing && !typing ? translated.key : self->began;
            }
            if (event.type == SDL_KEYDOWN && (wishes & ~(unsigned)MANN_WISH_DRAW)) {
                break; /* the next key may build on what this one asked for */
            }
        }
    }
}

/* A driver that shows nothing is no display: a window nobody sees would only confuse. */
static bool shows_nothing(const char *driver)
{
    return !driver || !strcmp(driver, "dummy") || !strcmp(driver, "offscreen") ||
           !strcmp(driver, "evdev");
}

static mann_status no_display(mann_context *context, const char *why)
{
    return mann_fail(context, MANN_E_INVAL,
                     "no display (%s); 'mann render RUN -o picture.png' draws the same picture "
                     "without one, 'mann render RUN -o -' prints it as text",
                     why);
}

mann_status mann_window_run(mann_context *context, mann_source *source, mann_view *view,
                            const mann_window_options *options)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_Init(SDL_INIT_VIDEO)) {
        return no_display(context, SDL_GetError());
    }
    if (shows_nothing(SDL_GetCurrentVideoDriver())) {
        const char *driver = SDL_GetCurrentVideoDriver();
        mann_status status = no_display(context, driver ? driver : "no video driver");
        SDL_Quit();
        return status;
    }
    window self = {.scale = options->scale};
    const char *name = view->scene.n_runs    ? view->scene.run[0]->name
                       : view->scene.episode ? view->scene.episode->trace->run
                                             : "mann";
    self.window = SDL_CreateWindow(name, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                   (int)lround(options->width * self.scale),
                                   (int)lround(options->height * self.scale),
                                   SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    self.renderer = self.window ? SDL_CreateRenderer(self.window, -1, SDL_RENDERER_SOFTWARE) : NULL;
    mann_status status;
    if (!self.renderer || !measure(&self, view)) {
        status =
            mann_fail(context, MANN_E_IO, "the window could not be opened: %s", SDL_GetError());
    } else {
        SDL_StartTextInput();
        status = loop(context, &self, source, view);
    }
    cairo_surface_destroy(self.surface);
    if (self.texture) {
        SDL_DestroyTexture(self.texture);
    }
    if (self.renderer) {
        SDL_DestroyRenderer(self.renderer);
    }
    if (self.window) {
        SDL_DestroyWindow(self.window);
    }
    SDL_Quit();
    return status;
}
