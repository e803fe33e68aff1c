/* Presses, drags and the wheel: what is under the pointer decides. */
#include "view.h"

#include <math.h>

static int32_t clip(int64_t value, int64_t low, int64_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

static unsigned zoom(mann_view *view, int32_t centre, double factor)
{
    mann_scene *scene = &view->scene;
    int32_t all = mann_scene_steps(&view->scene), shown = scene->count > 0 ? scene->count : all;
    double part = shown > 1 ? (double)(centre - scene->first) / shown : 0.5;
    int32_t count = clip((int64_t)lround(shown * factor), shown < 4 ? shown : 4, all);
    count = factor > 1 && count == shown ? clip((int64_t)shown + 1, 1, all) : count;
    if (count >= all) {
        scene->first = scene->count = 0;
        return MANN_WISH_DRAW;
    }
    scene->first = clip(lround(centre - part * count), 0, all - count);
    scene->count = count;
    return MANN_WISH_DRAW;
}

static unsigned turn_knob(mann_view *view, double place)
{
    mann_scene *scene = &view->scene;
    mann_pin pin = mann_scene_pin(scene);
    if (pin.family < 0) {
        return 0;
    }
    scene->what_if.turned[view->drag_knob] = true;
    scene->what_if.value[view->drag_knob] =
        mann_what_if_value(&scene->episode->family[pin.family], view->drag_knob, place);
    return MANN_WISH_DRAW;
}

unsigned mann_view_drag(mann_view *view, double x, double y)
{
    mann_box area = view->drag_area;
    if (view->drag == MANN_DRAG_PAINT || view->drag == MANN_DRAG_ENERGY) {
        return mann_view_lab_drag(view, x, y);
    }
    double part = fmin(fmax((x - area.x - 6) / fmax(area.w - 12, 1), 0), 1);
    if (view->drag == MANN_DRAG_KNOB) {
        return turn_knob(view, part);
    }
    if (view->drag == MANN_DRAG_EPISODE) {
        return mann_view_go(view, lround(part * (mann_scene_steps(&view->scene) - 1)));
    }
    if (view->drag == MANN_DRAG_TRAINING) {
        return mann_view_snapshot(view, lround(part * (view->scene.n_snapshots - 1)));
    }
    mann_layout layout = mann_layout_make(&view->scene);
    return mann_view_go(view, mann_layout_step(&layout, area, x));
}

static unsigned press_pane(mann_view *view, const mann_layout *layout, const mann_pane *pane,
                           double x, double y)
{
    int32_t column, row;
    bool taken = false;
    if (!mann_pane_over_steps(pane)) {
        return 0;
    }
    if (view->scene.editing && pane->content == MANN_CONTENT_INPUT &&
        mann_heat_cell(&pane->heat, pane->area, x, y, &column, &row)) {
        unsigned wishes = mann_view_edit_press(view, layout->first + column, row, &taken);
        if (taken) {
            return wishes;
        }
    }
    view->drag = MANN_DRAG_STEPS;
    view->drag_area = pane->area;
    if (pane->family >= 0 && mann_heat_cell(&pane->heat, pane->area, x, y, &column, &row)) {
        view->scene.pin =
            (mann_pin){pane->family, pane->head, (pane->heat.first_row + row) % pane->heat.ring};
    }
    return mann_view_go(view, mann_layout_step(layout, pane->area, x));
}

static bool near(mann_box box, double x, double y)
{
    box.y -= 4;
    box.h += 8;
    return mann_box_holds(box, x, y);
}

unsigned mann_view_press(mann_view *view, double x, double y)
{
    mann_layout layout = mann_layout_make(&view->scene);
    if (view->scene.help) {
        view->scene.help = false;
        return MANN_WISH_DRAW;
    }
    for (int i = 0; i < MANN_SCREENS; i++) {
        if (mann_box_holds(layout.tab[i], x, y)) {
            view->scene.screen = (mann_screen)i;
            return MANN_WISH_DRAW;
        }
    }
    if (layout.footer.h > 0 && near(layout.play, x, y)) {
        return mann_view_play(view, !view->scene.playing);
    }
    if (layout.footer.h > 0 && near(layout.episode_bar, x, y)) {
        view->drag = MANN_DRAG_EPISODE;
        view->drag_area = layout.episode_bar;
        return mann_view_drag(view, x, y);
    }
    if (layout.footer.h > 0 && near(layout.training_bar, x, y)) {
        view->drag = MANN_DRAG_TRAINING;
        view->drag_area = layout.training_bar;
        return mann_view_drag(view, x, y);
    }
    if (mann_scene_on_lab(&view->scene)) {
        return mann_view_lab_press(view, x, y);
    }
    if (view->scene.screen == MANN_SCREEN_HOPS) {
        return mann_view_hops_press(view, &layout, x, y);
    }
    for (int i = 0; i < MANN_KNOBS && view->scene.screen == MANN_SCREEN_MEMORY; i++) {
        mann_box track = mann_layout_knob(&view->scene, &layout, (mann_knob)i);
        if (mann_box_holds(track, x, y)) {
            view->drag = MANN_DRAG_KNOB;
            view->drag_knob = (mann_knob)i;
            view->drag_area = track;
            return mann_view_drag(view, x, y);
        }
    }
    int32_t pane = mann_layout_pane(&layout, x, y);
    return pane >= 0 ? press_pane(view, &layout, &layout.pane[pane], x, y) : 0;
}

unsigned mann_view_wheel(mann_view *view, const mann_gesture *event)
{
    mann_layout layout = mann_layout_make(&view->scene);
    int32_t pane = mann_layout_pane(&layout, event->x, event->y);
    if (pane < 0 || !mann_pane_over_steps(&layout.pane[pane]) || event->amount == 0) {
        return 0;
    }
    return zoom(view, mann_layout_step(&layout, layout.pane[pane].area, event->x),
                pow(0.8, fmin(fmax(event->amount, -3), 3)));
}
