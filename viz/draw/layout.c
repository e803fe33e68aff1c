/* Places.
 *
 * The memory screen is a sheet of bands, as the figures of the NTM paper are: what a band has on
 * the left has its partner on the right, and all panels of a side share the axis of steps. Bands
 * get what they need; what is left over goes to the weightings. Where there is too little, whole
 * bands leave the sheet in a fixed order, and remain within reach of the Tab key. */
#include "draw/layout.h"

#include <math.h>
#include <string.h>

enum { HEADER = 36, FOOTER = 88, MARGIN = 10, GAP = 5 };

typedef struct need {
    double least, good, most;
} need;

static need needs(const mann_pane *pane)
{
    double rows = pane->form == MANN_FORM_CURVE ? 8 : pane->heat.rows;
    double head = MANN_PANEL_TITLE + 2 + GAP;
    need content = {24, fmin(fmax(6 * rows, 36), 64), fmax(14 * rows, 40)};
    if (pane->content == MANN_CONTENT_VECTOR) {
        content = (need){18, fmin(fmax(4 * rows, 26), 84), fmax(12 * rows, 40)};
    } else if (pane->content == MANN_CONTENT_WEIGHTING) {
        content = (need){34, fmin(fmax(2.6 * rows, 60), 130), fmax(28 * rows, 60)};
    } else if (pane->array->kind == MANN_KIND_GATE) {
        content = (need){8, fmin(fmax(11 * rows, 12), 60), 18 * rows};
    } else if (!mann_pane_over_steps(pane)) {
        content = (need){60, 120, 300};
    }
    return (need){content.least + head, content.good + head, content.most + head};
}

static void add_need(need *sum, need more)
{
    sum->least += more.least;
    sum->good += more.good;
    sum->most += more.most;
}

/* What a band needs: as much as the needier of its sides. */
static need band_needs(const mann_layout *layout, int32_t band)
{
    need side[2] = {{0, 0, 0}, {0, 0, 0}};
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (layout->pane[i].band == band) {
            add_need(&side[layout->pane[i].side], needs(&layout->pane[i]));
        }
    }
    return (need){fmax(side[0].least, side[1].least), fmax(side[0].good, side[1].good),
                  fmax(side[0].most, side[1].most)};
}

/* Heights of the bands, 0 for those that are left out. */
static void share_height(const mann_layout *layout, double height, double band[MANN_BANDS])
{
    static const int leave[] = {MANN_BAND_EXTRA, MANN_BAND_ERROR, MANN_BAND_TARGET,
                                MANN_BAND_VECTOR};
    need of[MANN_BANDS], sum = {0, 0, 0};
    for (int i = 0; i < MANN_BANDS; i++) {
        of[i] = band_needs(layout, i);
        add_need(&sum, of[i]);
    }
    bool weights = of[MANN_BAND_WEIGHTING].least > 0;
    for (size_t i = 0; weights && i < sizeof leave / sizeof leave[0] && sum.least > height; i++) {
        sum.least -= of[leave[i]].least;
        sum.good -= of[leave[i]].good;
        sum.most -= of[leave[i]].most;
        of[leave[i]] = (need){0, 0, 0};
    }
    double spare = height - sum.good;
    for (int i = 0; i < MANN_BANDS; i++) {
        if (sum.least >= height) {
            band[i] = of[i].least * height / fmax(sum.least, 1);
        } else if (spare <= 0) {
            double part = (height - sum.least) / fmax(sum.good - sum.least, 1e-9);
            band[i] = of[i].least + part * (of[i].good - of[i].least);
        } else {
            band[i] = of[i].good;
        }
    }
    if (spare > 0 && weights) {
        double room = of[MANN_BAND_WEIGHTING].most - of[MANN_BAND_WEIGHTING].good;
        double taken = fmin(spare, room);
        band[MANN_BAND_WEIGHTING] += taken;
        spare -= taken;
    }
    for (int i = 0; spare > 0 && i < MANN_BANDS; i++) {
        double room = fmax(sum.most - sum.good, 1e-9);
        band[i] += fmin(spare / room, 1) * (of[i].most - of[i].good) *
                   (i == MANN_BAND_WEIGHTING && weights ? 0 : 1);
    }
}

static void place_pane(mann_layout *layout, mann_pane *pane, mann_box box, bool foot)
{
    pane->placed = true;
    pane->foot = foot || !mann_pane_over_steps(pane);
    pane->box = box;
    pane->area = mann_panel_area(box, pane->foot);
    layout->n_placed++;
}

/* Panels of some bands on a side, one below the other. */
typedef struct stack {
    int32_t side, from, to; /* bands from..to-1 */
    const double *band;     /* heights; 0 leaves a band out */
    double height;
    int32_t n_plain; /* inputs, outputs, targets, errors: all of one height */
    need others;
} stack;

static bool is_plain(const mann_pane *pane)
{
    return pane->content <= MANN_CONTENT_ERROR;
}

static bool in_stack(const stack *of, const mann_pane *pane)
{
    return pane->side == of->side && pane->band >= of->from && pane->band < of->to &&
           of->band[pane->band] > 0;
}

static stack make_stack(const mann_layout *layout, int32_t side, int32_t from, int32_t to,
                        const double band[MANN_BANDS])
{
    stack of = {.side = side, .from = from, .to = to, .band = band};
    for (int32_t b = from; b < to; b++) {
        of.height += band[b];
    }
    for (int32_t i = 0; i < layout->n_panes; i++) {
        const mann_pane *pane = &layout->pane[i];
        if (in_stack(&of, pane) && is_plain(pane)) {
            of.n_plain++;
        } else if (in_stack(&of, pane)) {
            add_need(&of.others, needs(pane));
        }
    }
    return of;
}

/* What one of the plain panels can have for the others to get the least that they need. */
static double plain_height(const stack *of)
{
    double left = of->height - of->others.least;
    return of->n_plain ? fmax(left, 0.4 * of->height) / of->n_plain : INFINITY;
}

static double place_stack(mann_layout *layout, const stack *of, mann_box box, double plain,
                          int32_t last)
{
    double rest = of->height - (of->n_plain ? plain * of->n_plain : 0), at = box.y;
    double spare = (rest - of->others.least) / fmax(of->others.good - of->others.least, 1e-9);
    for (int32_t b = of->from; b < of->to; b++) {
        for (int32_t i = 0; i < layout->n_panes; i++) {
            mann_pane *pane = &layout->pane[i];
            if (pane->band != b || !in_stack(of, pane)) {
                continue;
            }
            need own = needs(pane);
            double height = is_plain(pane) ? plain
                            : spare >= 1   ? rest * own.good / of->others.good
                            : spare >= 0   ? own.least + spare * (own.good - own.least)
                                           : rest * own.least / of->others.least;
            double foot = i == last ? MANN_PANEL_FOOT : 0;
            double high = floor(at + height) - floor(at) - GAP + foot;
            place_pane(layout, pane, (mann_box){box.x, floor(at), box.w, fmax(1, high)}, i == last);
            at += height;
        }
    }
    return box.y + of->height;
}

static int32_t last_pane(const mann_layout *layout, int32_t side, const double band[MANN_BANDS])
{
    int32_t last = -1;
    for (int32_t i = 0; i < layout->n_panes; i++) {
        const mann_pane *pane = &layout->pane[i];
        if (pane->side == side && pane->band < MANN_BANDS && band[pane->band] > 0 &&
            (last < 0 || pane->band >= layout->pane[last].band)) {
            last = i;
        }
    }
    return last;
}

/* The bands above those of vectors are one stack, in which inputs, outputs, targets and errors
 * are of one height; without weightings below, everything is. */
static void place_sides(mann_layout *layout, const mann_box side[2], const double band[MANN_BANDS])
{
    bool weights = band[MANN_BAND_WEIGHTING] > 0;
    int32_t end = weights ? MANN_BAND_VECTOR : MANN_BANDS;
    stack top[2] = {make_stack(layout, 0, 0, end, band), make_stack(layout, 1, 0, end, band)};
    double plain = fmin(plain_height(&top[0]), plain_height(&top[1]));
    for (int s = 0; s < 2; s++) {
        mann_box box = side[s];
        int32_t last = last_pane(layout, s, band);
        box.y = place_stack(layout, &top[s], box, plain, last);
        for (int32_t b = end; b < MANN_BANDS; b++) {
            stack one = make_stack(layout, s, b, b + 1, band);
            box.y = place_stack(layout, &one, box, plain, last);
        }
    }
}

static void place_panes(const mann_scene *scene, mann_layout *layout)
{
    mann_box body = layout->body;
    bool alone = scene->focus >= 0 && scene->focus < layout->n_panes && scene->full;
    double band[MANN_BANDS];
    share_height(layout, fmax(1, body.h - MANN_PANEL_FOOT), band);
    double left = floor((body.w - MARGIN) / 2);
    mann_box side[2] = {{body.x, body.y, left, body.h},
                        {body.x + left + MARGIN, body.y, left, body.h}};
    place_sides(layout, side, band);
    if (!alone && scene->focus >= 0 && scene->focus < layout->n_panes) {
        alone = !layout->pane[scene->focus].placed;
    }
    if (alone) {
        for (int32_t i = 0; i < layout->n_panes; i++) {
            layout->pane[i].placed = false;
        }
        layout->n_placed = 0;
        layout->full = true;
        place_pane(layout, &layout->pane[scene->focus], body, true);
    }
}

static void place_chrome(const mann_scene *scene, mann_layout *layout)
{
    double w = fmax(scene->width, 1), h = fmax(scene->height, 1);
    double footer = h >= 300 ? FOOTER : 0;
    bool memory = scene->screen == MANN_SCREEN_MEMORY;
    layout->header = (mann_box){0, 0, w, HEADER};
    layout->footer = (mann_box){0, h - footer, w, footer};
    double inspector = memory && w >= 640 ? floor(fmin(fmax(w * 0.235, 222), 340)) : 0;
    double top = HEADER + MARGIN - 2, bottom = h - footer - 4;
    layout->inspector =
        (mann_box){w - inspector - MARGIN, top, inspector, fmax(0, bottom - top - 4)};
    layout->body = (mann_box){MARGIN / 2, top,
                              fmax(0, w - (inspector ? inspector + MARGIN : 0) - 1.5 * MARGIN),
                              fmax(0, bottom - top)};
    double tab = w >= 900 ? 92 : 66, x = w - MANN_SCREENS * tab - MARGIN + 4;
    for (int i = 0; i < MANN_SCREENS; i++) {
        layout->tab[i] = (mann_box){x + i * tab, 6, tab - 4, HEADER - 12};
    }
    double bar = 132, end = w >= 900 ? 200 : 120;
    layout->play = (mann_box){78, h - footer + 8, 46, 20};
    layout->episode_bar = (mann_box){bar, h - footer + 8, fmax(1, w - bar - end), 20};
    layout->training_bar = (mann_box){bar, h - footer + 36, fmax(1, w - bar - end), 20};
}

mann_layout mann_layout_make(const mann_scene *given)
{
    mann_scene clipped = *given, *scene = &clipped;
    mann_layout layout = {.n_panes = 0};
    place_chrome(scene, &layout);
    if (scene->episode) {
        int32_t steps = scene->episode->trace->steps;
        scene->step = scene->step < 0 ? 0 : scene->step >= steps ? steps - 1 : scene->step;
        layout.first = scene->count > 0 ? scene->first : 0;
        layout.first = layout.first < 0 ? 0 : layout.first >= steps ? steps - 1 : layout.first;
        layout.count = scene->count > 0 ? scene->count : steps;
        if (layout.count > steps - layout.first) {
            layout.count = steps - layout.first;
        }
    }
    if (scene->screen == MANN_SCREEN_MEMORY && scene->episode) {
        mann_panes_collect(scene, &layout);
        place_panes(scene, &layout);
    }
    return layout;
}

mann_box mann_layout_knob(const mann_scene *scene, const mann_layout *layout, mann_knob knob)
{
    if (!scene->what_if.on || layout->inspector.w < 1) {
        return (mann_box){0, 0, 0, 0};
    }
    mann_box inner = mann_box_inset(layout->inspector, MANN_INSPECTOR_PAD);
    double stage = MANN_INSPECTOR_LINE + MANN_INSPECTOR_KNOB + MANN_INSPECTOR_BARS;
    return (mann_box){inner.x, inner.y + MANN_INSPECTOR_HEAD + knob * stage + MANN_INSPECTOR_LINE,
                      inner.w, MANN_INSPECTOR_KNOB};
}

bool mann_pane_over_steps(const mann_pane *pane)
{
    return pane->form == MANN_FORM_HEAT || pane->form == MANN_FORM_CURVE;
}

int32_t mann_layout_pane(const mann_layout *layout, double x, double y)
{
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (layout->pane[i].placed && mann_box_holds(layout->pane[i].area, x, y)) {
            return i;
        }
    }
    return -1;
}

int32_t mann_layout_step(const mann_layout *layout, mann_box area, double x)
{
    double place = floor((x - area.x) / area.w * layout->count);
    double last = layout->count > 0 ? layout->count - 1 : 0;
    return layout->first + (int32_t)fmin(fmax(place, 0), last);
}
