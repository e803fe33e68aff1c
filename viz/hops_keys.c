/* Keys and mouse on the screen of hops. While a question is typed, every character asks the network
 * anew. */
#include "view.h"

#include <string.h>

static unsigned go(mann_view *view, int64_t index, int by)
{
    view->question = index;
    view->wrong_by = view->scene.wrong_only ? by : 0;
    view->scene.typing = false;
    return MANN_WISH_TALE | MANN_WISH_DRAW;
}

static unsigned step(mann_view *view, int by)
{
    int64_t index = view->scene.tale->index;
    return go(view, view->scene.wrong_only ? index : index + by, by < 0 ? -1 : 1);
}

static unsigned set_typing(mann_view *view, bool typing)
{
    view->scene.typing = typing;
    strcpy(view->typed, view->scene.tale->question);
    return MANN_WISH_DRAW;
}

static unsigned type(mann_view *view, int key)
{
    size_t length = strlen(view->typed);
    if (key == MANN_KEY_BACKSPACE && length) {
        view->typed[length - 1] = 0;
    } else if (key >= ' ' && key < 127 && length + 1 < sizeof view->typed) {
        view->typed[length] = (char)key;
        view->typed[length + 1] = 0;
    } else {
        return 0;
    }
    view->question = view->scene.tale->index;
    return MANN_WISH_TALE | MANN_WISH_DRAW;
}

unsigned mann_view_hops_key(mann_view *view, const mann_gesture *event, bool *taken)
{
    mann_scene *scene = &view->scene;
    *taken = mann_scene_on_hops(&view->scene);
    if (!*taken) {
        return 0;
    }
    if (scene->typing) {
        bool ends = event->key == MANN_KEY_ENTER || event->key == MANN_KEY_ESCAPE;
        return ends ? set_typing(view, false) : type(view, event->key);
    }
    switch (event->key) {
    case MANN_KEY_UP:
    case MANN_KEY_LEFT: return step(view, event->shift ? -10 : -1);
    case MANN_KEY_RIGHT:
    case MANN_KEY_DOWN: return step(view, event->shift ? 10 : 1);
    case 'n': return step(view, 1);
    case ' ': return 0;
    case MANN_KEY_HOME: return go(view, 0, 0);
    case 'w':
        scene->wrong_only = !scene->wrong_only;
        return scene->wrong_only && (scene->tale->right || scene->tale->own) ? step(view, 1)
                                                                             : MANN_WISH_DRAW;
    case 'e': return set_typing(view, true);
    case MANN_KEY_ESCAPE:
        *taken = scene->tale->own && !scene->help;
        return *taken ? go(view, scene->tale->index, 0) : 0;
    default: *taken = false; return 0;
    }
}

unsigned mann_view_hops_press(mann_view *view, const mann_layout *layout, double x, double y)
{
    if (!mann_scene_on_hops(&view->scene)) {
        return 0;
    }
    bool inside = mann_box_holds(mann_hops_question(layout), x, y);
    return inside != view->scene.typing ? set_typing(view, inside) : 0;
}
