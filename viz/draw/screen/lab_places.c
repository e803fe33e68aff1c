/* Three columns under a row of what can be turned: what is stored; the cue, the state, what it is
 * and its energy; and what the store thinks of it. */
#include "draw/screen/lab_places.h"

#include <math.h>

enum { CHIPS = 40, GAP = 12, CAPTION = 13, LEAST_THUMB = 34, LOAD = 52, VERDICT = 30 };

mann_pattern mann_lab_pattern(const mann_lab *lab, const float *state)
{
    return (mann_pattern){state, lab->units, lab->width, lab->height};
}

/* As large as all of them fit, but not smaller than can be told apart: then some are shown, those
 * around the one of the cue. */
static void place_thumbs(mann_lab_places *places, const mann_lab *lab)
{
    mann_box room = {places->stored.x, places->stored.y + MANN_PANEL_TITLE + 2, places->stored.w,
                     fmax(1, places->stored.h - MANN_PANEL_TITLE - 2)};
    double shape = (double)lab->height / lab->width;
    shape = fmin(fmax(shape, 0.4), 1.6);
    int32_t columns = 1;
    double wide, high;
    for (;; columns++) {
        wide = floor(room.w / columns) - 8;
        high = floor(wide * shape) + CAPTION;
        int32_t rows = (int32_t)(room.h / (high + 6));
        if ((int64_t)rows * columns >= lab->count ||
            floor(room.w / (columns + 1)) - 8 < LEAST_THUMB) {
            places->rows = rows < 1 ? 1 : rows;
            break;
        }
    }
    places->columns = columns;
    places->thumb = (mann_box){room.x, room.y, wide, high - CAPTION};
    int32_t fit = places->rows * columns, current = lab->setting.pattern / columns * columns;
    places->first = lab->count <= fit ? 0 : current - (places->rows / 2) * columns;
    int32_t last = (lab->count - 1) / columns * columns - (places->rows - 1) * columns;
    places->first = places->first > last ? last : places->first;
    places->first = places->first < 0 ? 0 : places->first;
}

mann_box mann_lab_thumb(const mann_lab_places *places, const mann_lab *lab, int32_t pattern)
{
    int32_t i = pattern - places->first;
    if (i < 0 || i >= places->rows * places->columns || pattern >= lab->count) {
        return (mann_box){0, 0, 0, 0};
    }
    mann_box box = places->thumb;
    box.x += i % places->columns * (box.w + 8);
    box.y += floor((double)(i / places->columns)) * (box.h + CAPTION + 6);
    return box;
}

static mann_box inside(const mann_lab *lab, mann_box panel)
{
    mann_pattern pattern = mann_lab_pattern(lab, lab->cue);
    mann_box room = {panel.x, panel.y + MANN_PANEL_TITLE, panel.w, panel.h - MANN_PANEL_TITLE - 2};
    return mann_pattern_fit(&pattern, mann_box_inset(room, 1));
}

mann_lab_places mann_lab_places_make(const mann_lab *lab, mann_box body)
{
    mann_lab_places places = {.columns = 1};
    double x = body.x + 7, wide = body.w - 12, chip = floor(wide / MANN_CHIPS);
    for (int i = 0; i < MANN_CHIPS; i++) {
        places.chip[i] = (mann_box){x + i * chip, body.y, chip - 6, CHIPS - 4};
    }
    double y = body.y + CHIPS + 8, high = fmax(1, body.h - CHIPS - 8);
    double left = floor(wide * 0.22), right = floor(wide * 0.27);
    double middle = wide - left - right - 2 * GAP, half = floor((middle - GAP) / 2);
    places.stored = (mann_box){x, y, left, high};
    x += left + GAP;
    double top = floor(fmin(high * 0.62, half + MANN_PANEL_TITLE + 2));
    places.cue_panel = (mann_box){x, y, half, top};
    places.state_panel = (mann_box){x + half + GAP, y, half, top};
    places.cue = inside(lab, places.cue_panel);
    places.state = inside(lab, places.state_panel);
    places.verdict = (mann_box){x, y + top + 4, middle, VERDICT};
    double below = y + top + VERDICT + 8;
    places.energy = (mann_box){x, below, middle, fmax(1, y + high - below)};
    x += middle + GAP;
    double rest = high - LOAD, bars = floor(rest * 0.42);
    places.overlap = (mann_box){x, y, right, bars};
    places.matrix = (mann_box){x, y + bars + 4, right, fmax(1, rest - bars - 8)};
    places.load = (mann_box){x, y + high - LOAD, right, LOAD};
    place_thumbs(&places, lab);
    return places;
}
