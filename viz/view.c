/* Events. Playing is a matter of ticks: each tells the time, and steps that are due are taken. */
#include "view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double steps_per_second = 8, message_seconds = 6;

mann_view mann_view_make(void)
{
    return (mann_view){.scene = mann_scene_make(), .snapshot = -1};
}

void mann_view_say(mann_view *view, bool bad, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(view->message, sizeof view->message, format, arguments);
    va_end(arguments);
    view->scene.message_bad = bad;
    view->message_until = view->now + message_seconds;
}

static int32_t steps(const mann_view *view)
{
    return mann_scene_steps(&view->scene);
}

static int32_t clip(int64_t value, int64_t low, int64_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* Goes to a step; a zoomed view follows. */
unsigned mann_view_go(mann_view *view, int64_t step)
{
    mann_scene *scene = &view->scene;
    if (mann_scene_on_lab(scene)) {
        mann_lab_go(scene->lab, step);
        return MANN_WISH_DRAW;
    }
    if (mann_scene_on_hops(scene)) {
        view->question = clip(step, 0, steps(view) - 1);
        view->wrong_by = 0;
        scene->typing = false;
        return view->question == scene->tale->index ? 0 : MANN_WISH_TALE | MANN_WISH_DRAW;
    }
    scene->step = clip(step, 0, steps(view) - 1);
    if (scene->count > 0) {
        if (scene->step < scene->first) {
            scene->first = scene->step;
        } else if (scene->step >= scene->first + scene->count) {
            scene->first = scene->step - scene->count + 1;
        }
    }
    return MANN_WISH_DRAW;
}

unsigned mann_view_snapshot(mann_view *view, int64_t snapshot)
{
    int32_t last = view->scene.n_snapshots - 1;
    if (last < 0) {
        return 0;
    }
    const mann_scene *scene = &view->scene;
    int32_t wanted = clip(snapshot, 0, last);
    bool other = view->own || wanted != scene->snapshot || (scene->best && scene->live);
    bool ended = scene->n_runs && scene->run[0]->finished; /* then -1 is the best checkpoint */
    view->snapshot = wanted == last && !ended ? -1 : wanted;
    view->own = false;
    return other ? MANN_WISH_SHOW | MANN_WISH_DRAW : 0;
}

/* The best checkpoint of a run that has ended, the last trace of one that trains. */
static unsigned show_usual(mann_view *view)
{
    view->snapshot = -1;
    view->own = false;
    return MANN_WISH_SHOW | MANN_WISH_DRAW;
}

static unsigned show_choice(mann_view *view, int64_t choice)
{
    if (view->n_choices < 2 && !view->own) {
        mann_view_say(view, false, "there is one example; N makes another");
        return MANN_WISH_DRAW;
    }
    view->choice = (int32_t)((choice + view->n_choices) % view->n_choices);
    view->own = false;
    return MANN_WISH_SHOW | MANN_WISH_DRAW;
}

unsigned mann_view_play(mann_view *view, bool playing)
{
    mann_scene *scene = &view->scene;
    scene->playing = playing && scene->episode;
    if (scene->playing && mann_scene_step(scene) >= steps(view) - 1) {
        mann_view_go(view, 0);
    }
    view->step_due = view->now + 1 / (steps_per_second * scene->speed);
    return MANN_WISH_DRAW;
}

static unsigned next_pane(mann_view *view, int32_t by)
{
    mann_layout layout = mann_layout_make(&view->scene);
    if (layout.n_panes) {
        int32_t from = view->scene.focus < 0 && by < 0 ? 0 : view->scene.focus;
        view->scene.focus = (from + by + layout.n_panes) % layout.n_panes;
    }
    return MANN_WISH_DRAW;
}

static unsigned next_head(mann_view *view)
{
    const mann_episode *episode = view->scene.episode;
    mann_pin pin = mann_scene_pin(&view->scene);
    if (pin.family < 0) {
        mann_view_say(view, false, "this model has no heads");
        return MANN_WISH_DRAW;
    }
    if (++pin.head >= episode->family[pin.family].heads) {
        pin.head = 0;
        pin.family = (pin.family + 1) % episode->n_families;
    }
    pin.location = -1; /* the head's own place, wherever it goes */
    view->scene.pin = pin;
    return MANN_WISH_DRAW;
}

/* The next example of the same length, or this one shorter or longer by a tenth. */
static unsigned new_example(mann_view *view, int32_t longer)
{
    const mann_episode *episode = view->scene.episode;
    int32_t length = episode ? episode->trace->length : -1;
    int32_t by = length / 10 > 1 ? length / 10 : 1;
    view->wish = (mann_live_wish){.length = length, .seeded = episode != NULL, .training = -1};
    view->wish.seed = episode ? episode->trace->seed + (longer == 0) : 0;
    if (longer && length > 0) {
        view->wish.length = length + longer * by > 1 ? length + longer * by : 1;
    }
    if (episode && episode->trace->step >= 0) {
        view->wish.training = episode->trace->step;
    }
    return MANN_WISH_EXAMPLE | MANN_WISH_DRAW;
}

/* From the used locations to all, and back. */
static unsigned other_locations(mann_view *view)
{
    mann_scene *scene = &view->scene;
    mann_pin pin = mann_scene_pin(scene);
    const mann_family *family = pin.family >= 0 ? &scene->episode->family[pin.family] : NULL;
    int32_t shown = family ? mann_scene_stretch(scene, family).count : 0;
    bool used = family && shown < family->locations;
    scene->locations = MANN_LOCATIONS_USUAL;
    if (family &&
        mann_scene_stretch(scene, family).count == shown) { /* the usual is what there was */
        scene->locations = used ? MANN_LOCATIONS_ALL : MANN_LOCATIONS_USED;
    }
    return MANN_WISH_DRAW;
}

/* From what is most in the way to what is least. */
static unsigned escape(mann_view *view)
{
    mann_scene *scene = &view->scene;
    if (scene->help) {
        scene->help = false;
    } else if (scene->what_if.on) {
        scene->what_if.on = false;
    } else if (scene->full) {
        scene->full = false;
    } else if (scene->focus >= 0) {
        scene->focus = -1;
    } else if (scene->count > 0) {
        scene->first = scene->count = 0;
    } else {
        scene->pin = (mann_pin){-1, 0, -1};
    }
    return MANN_WISH_DRAW;
}

static unsigned letter(mann_view *view, int key)
{
    mann_scene *scene = &view->scene;
    switch (key) {
    case ' ': return mann_view_play(view, !scene->playing);
    case '+':
    case '=': scene->speed = fmin(scene->speed * 2, 16); return MANN_WISH_DRAW;
    case '-': scene->speed = fmax(scene->speed / 2, 0.25); return MANN_WISH_DRAW;
    case '[': /* what the viewer has run stands behind its snapshot */
        return mann_view_snapshot(view,
                                  (int64_t)scene->snapshot - (scene->best && scene->live ? 0 : 1));
    case ']': return mann_view_snapshot(view, (int64_t)scene->snapshot + 1);
    case 'b': return show_usual(view);
    case 'f':
        if (scene->focus < 0) {
            next_pane(view, 1);
        }
        scene->full = !scene->full;
        return MANN_WISH_DRAW;
    case 'h': return next_head(view);
    case 'w': /* on, and off with all knobs back */
        scene->what_if = (mann_what_if){.on = !scene->what_if.on};
        return MANN_WISH_DRAW;
    case 'c': scene->map = (mann_map)((scene->map + 1) % MANN_MAP_COUNT); return MANN_WISH_DRAW;
    case 'g':
        scene->scale = (mann_scale_kind)((scene->scale + 1) % MANN_SCALE_COUNT);
        return MANN_WISH_DRAW;
    case 'a': scene->automatic = !scene->automatic; return MANN_WISH_DRAW;
    case 'z': return other_locations(view);
    case 't': scene->dark = !scene->dark; return MANN_WISH_DRAW;
    case 'n': return new_example(view, 0);
    case '<':
    case ',': return new_example(view, -1);
    case '>':
    case '.': return new_example(view, 1);
    case 'e': return scene->episode ? MANN_WISH_EDIT | MANN_WISH_DRAW : 0;
    case 's': return MANN_WISH_PICTURE | MANN_WISH_DRAW;
    case 'r': return MANN_WISH_FILM | MANN_WISH_DRAW;
    case '?': scene->help = !scene->help; return MANN_WISH_DRAW;
    case '1':
    case '2':
    case '3':
    case '4': scene->screen = (mann_screen)(key - '1'); return MANN_WISH_DRAW;
    default: return 0;
    }
}

static unsigned key_event(mann_view *view, const mann_gesture *event)
{
    mann_scene *scene = &view->scene;
    int64_t by = event->shift ? 10 : 1;
    bool taken = false;
    unsigned wishes;
    if (event->control) {
        return event->key == 'q' || event->key == 'w' ? MANN_WISH_QUIT : 0;
    }
    if (scene->editing) {
        wishes = mann_view_edit_key(view, event, &taken);
        if (taken) {
            return wishes;
        }
    }
    wishes = mann_view_hops_key(view, event, &taken);
    if (taken) {
        return wishes;
    }
    if (mann_scene_on_lab(scene)) {
        wishes = mann_view_lab_key(view, event, &taken);
        if (taken) {
            return wishes;
        }
    }
    switch (event->key) {
    case MANN_KEY_LEFT: return mann_view_go(view, mann_scene_step(scene) - by);
    case MANN_KEY_RIGHT: return mann_view_go(view, mann_scene_step(scene) + by);
    case MANN_KEY_HOME: return mann_view_go(view, 0);
    case MANN_KEY_END: return mann_view_go(view, steps(view) - 1);
    case MANN_KEY_UP: return show_choice(view, (int64_t)view->choice - 1);
    case MANN_KEY_DOWN: return show_choice(view, (int64_t)view->choice + 1);
    case MANN_KEY_TAB: return next_pane(view, event->shift ? -1 : 1);
    case MANN_KEY_HELP: scene->help = !scene->help; return MANN_WISH_DRAW;
    case MANN_KEY_ESCAPE: return escape(view);
    default: return letter(view, event->key);
    }
}

static unsigned tick(mann_view *view, double now)
{
    unsigned wishes = 0;
    view->now = now;
    if (view->message_until && now >= view->message_until) {
        view->message_until = 0;
        wishes |= MANN_WISH_DRAW;
    }
    double period = 1 / (steps_per_second * view->scene.speed);
    if (view->scene.playing && now >= view->step_due) {
        int64_t due = 1 + (int64_t)fmin((now - view->step_due) / period, 1e6);
        /* A store settles in some seconds, whatever its size. */
        int64_t by = mann_scene_on_lab(&view->scene) ? 1 + steps(view) / 40 : 1;
        mann_view_go(view, mann_scene_step(&view->scene) + due * by);
        view->step_due += (double)due * period;
        view->scene.playing = mann_scene_step(&view->scene) < steps(view) - 1;
        wishes |= MANN_WISH_DRAW;
    }
    return wishes;
}

double mann_view_wait(const mann_view *view)
{
    double wait = -1;
    if (view->scene.playing) {
        wait = fmax(view->step_due - view->now, 0);
    }
    if (view->message_until) {
        double left = fmax(view->message_until - view->now, 0);
        wait = wait < 0 ? left : fmin(wait, left);
    }
    return wait;
}

void mann_view_settle(mann_view *view)
{
    mann_scene *scene = &view->scene;
    const mann_episode *episode = scene->episode;
    mann_view_go(view, mann_scene_step(scene));
    if (scene->count > 0 && scene->first + scene->count > steps(view)) {
        scene->first = scene->count = 0;
    }
    if (!episode || scene->pin.family >= episode->n_families) {
        scene->pin = (mann_pin){-1, 0, -1};
    }
    mann_layout layout = mann_layout_make(scene);
    scene->focus = scene->focus < layout.n_panes ? scene->focus : -1;
}

unsigned mann_view_event(mann_view *view, const mann_gesture *event)
{
    mann_scene *scene = &view->scene;
    unsigned wishes = 0;
    switch (event->kind) {
    case MANN_GESTURE_KEY: wishes = key_event(view, event); break;
    case MANN_GESTURE_TYPE: {
        bool taken;
        wishes = mann_view_hops_key(view, event, &taken);
        break;
    }
    case MANN_GESTURE_MOVE:
        scene->pointed = true;
        scene->x = event->x;
        scene->y = event->y;
        wishes = MANN_WISH_DRAW | (view->drag ? mann_view_drag(view, event->x, event->y) : 0);
        break;
    case MANN_GESTURE_LEAVE:
        wishes = scene->pointed ? MANN_WISH_DRAW : 0;
        scene->pointed = false;
        break;
    case MANN_GESTURE_PRESS: wishes = mann_view_press(view, event->x, event->y); break;
    case MANN_GESTURE_RELEASE: view->drag = MANN_DRAG_NONE; break;
    case MANN_GESTURE_WHEEL: wishes = mann_view_wheel(view, event); break;
    case MANN_GESTURE_RESIZE:
        scene->width = clip(lround(event->x), 1, 1 << 14);
        scene->height = clip(lround(event->y), 1, 1 << 14);
        wishes = MANN_WISH_DRAW;
        break;
    case MANN_GESTURE_TICK: wishes = tick(view, event->now); break;
    }
    scene->message = view->message_until ? view->message : NULL;
    return wishes;
}
