/* Keys and mouse on a Hopfield store: what a chip shows is turned by its key or a click on it. */
#include "draw/screen/lab_places.h"
#include "view.h"

#include <math.h>

static mann_lab_places places_of(const mann_view *view)
{
    mann_layout layout = mann_layout_make(&view->scene);
    return mann_lab_places_make(view->scene.lab, layout.body);
}

static unsigned set(mann_view *view, const mann_lab_setting *setting)
{
    mann_lab_set(view->scene.lab, setting);
    view->scene.playing = false;
    return MANN_WISH_DRAW;
}

/* beta and gain by thirds of a doubling, the order by one. */
static void sharpen(mann_lab_setting *setting, int by)
{
    mann_hopfield_options *net = &setting->net;
    if (net->rule == MANN_HOPFIELD_DENSE) {
        int32_t order = (net->order ? net->order : 2) + by;
        net->order = order < 1 ? 1 : order > 64 ? 64 : order;
    } else if (net->rule > MANN_HOPFIELD_DENSE) {
        double usual = net->rule == MANN_HOPFIELD_MODERN ? 1 : 4;
        double beta = net->beta > 0 ? net->beta : usual;
        net->beta = fmin(fmax(beta * pow(2, by / 3.0), 1e-3), 1e3);
    }
}

/* The rule after this one, with its own sharpness. */
static void next_rule(mann_lab_setting *setting)
{
    setting->net.rule = (mann_hopfield_rule)((setting->net.rule + 1) % MANN_HOPFIELD_RULES);
    setting->net.order = setting->net.rule == MANN_HOPFIELD_DENSE ? 3 : 0;
    setting->net.beta = 0;
}

static unsigned turn(mann_view *view, mann_chip chip, int by)
{
    mann_lab_setting setting = view->scene.lab->setting;
    switch (chip) {
    case MANN_CHIP_RULE: next_rule(&setting); break;
    case MANN_CHIP_UPDATE:
        setting.update =
            setting.update == MANN_HOPFIELD_ASYNC ? MANN_HOPFIELD_SYNC : MANN_HOPFIELD_ASYNC;
        break;
    case MANN_CHIP_SHARPNESS: sharpen(&setting, by); break;
    case MANN_CHIP_PATTERN: setting.pattern += by; break;
    case MANN_CHIP_DAMAGE:
        setting.damage = (mann_damage)((setting.damage + 1) % MANN_DAMAGES);
        break;
    case MANN_CHIP_AMOUNT: setting.amount = round(100 * setting.amount + 5 * by) / 100; break;
    case MANN_CHIP_DRAW: setting.draw++; break;
    case MANN_CHIPS: break;
    }
    view->scene.lab->painted &=
        chip == MANN_CHIP_RULE || chip == MANN_CHIP_UPDATE || chip == MANN_CHIP_SHARPNESS;
    return set(view, &setting);
}

/* All units unknown: an empty sheet to paint on. */
static unsigned blank(mann_view *view)
{
    mann_lab *lab = view->scene.lab;
    for (int32_t i = 1; i < lab->units; i++) {
        lab->cue[i] = 0;
    }
    mann_lab_paint(lab, 0, 0);
    return MANN_WISH_DRAW;
}

unsigned mann_view_lab_key(mann_view *view, const mann_gesture *event, bool *taken)
{
    *taken = true;
    switch (event->key) {
    case 'm': return turn(view, MANN_CHIP_RULE, 1);
    case 'u': return turn(view, MANN_CHIP_UPDATE, 1);
    case '<':
    case ',': return turn(view, MANN_CHIP_SHARPNESS, -1);
    case '>':
    case '.': return turn(view, MANN_CHIP_SHARPNESS, 1);
    case MANN_KEY_UP: return turn(view, MANN_CHIP_PATTERN, -1);
    case MANN_KEY_DOWN: return turn(view, MANN_CHIP_PATTERN, 1);
    case 'd': return turn(view, MANN_CHIP_DAMAGE, 1);
    case '+':
    case '=': return turn(view, MANN_CHIP_AMOUNT, 1);
    case '-': return turn(view, MANN_CHIP_AMOUNT, -1);
    case 'n': return turn(view, MANN_CHIP_DRAW, 1);
    case 'x': return blank(view);
    default: *taken = false; return 0;
    }
}

static int32_t cue_unit(const mann_lab *lab, const mann_lab_places *places, double x, double y)
{
    mann_pattern pattern = mann_lab_pattern(lab, lab->cue);
    return mann_pattern_unit(&pattern, places->cue, x, y);
}

static unsigned go_along(mann_view *view, const mann_lab_places *places, double x)
{
    mann_box area = mann_panel_area(places->energy, true);
    double part = (x - area.x + 6) / fmax(area.w, 1);
    mann_lab_go(view->scene.lab, lround(fmin(fmax(part, 0), 1) * view->scene.lab->frames));
    return MANN_WISH_DRAW;
}

unsigned mann_view_lab_press(mann_view *view, double x, double y)
{
    mann_lab *lab = view->scene.lab;
    mann_lab_places places = places_of(view);
    for (int i = 0; i < MANN_CHIPS; i++) {
        if (mann_box_holds(places.chip[i], x, y)) {
            return turn(view, (mann_chip)i, 1);
        }
    }
    for (int32_t k = 0; k < lab->count; k++) {
        if (mann_box_holds(mann_lab_thumb(&places, lab, k), x, y)) {
            mann_lab_setting setting = lab->setting;
            setting.pattern = k;
            lab->painted = false;
            return set(view, &setting);
        }
    }
    int32_t unit = cue_unit(lab, &places, x, y);
    if (unit >= 0) { /* the first unit says what the drag paints */
        view->drag = MANN_DRAG_PAINT;
        view->paint = lab->cue[unit] > 0 ? -1 : 1;
        view->scene.playing = false;
        mann_lab_paint(lab, unit, view->paint);
        return MANN_WISH_DRAW;
    }
    if (mann_box_holds(places.energy, x, y)) {
        view->drag = MANN_DRAG_ENERGY;
        return go_along(view, &places, x);
    }
    return 0;
}

unsigned mann_view_lab_drag(mann_view *view, double x, double y)
{
    mann_lab *lab = view->scene.lab;
    mann_lab_places places = places_of(view);
    if (view->drag == MANN_DRAG_ENERGY) {
        return go_along(view, &places, x);
    }
    int32_t unit = cue_unit(lab, &places, x, y);
    if (unit < 0 || lab->cue[unit] == view->paint) {
        return 0;
    }
    mann_lab_paint(lab, unit, view->paint);
    return MANN_WISH_DRAW;
}
