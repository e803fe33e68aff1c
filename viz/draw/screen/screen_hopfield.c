/* Screen 2, Hopfield: a store on its own. What is stored, the cue, the state as it settles with the
 * cells that changed last outlined, its energy, its overlap with every pattern, what the rule made
 * of the patterns (couplings, or the softmax of the modern rule), how full the store is, and a
 * verdict. */
#include "draw/pen/bars.h"
#include "draw/pen/plot.h"
#include "draw/screen/lab_places.h"
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct place {
    cairo_t *cr;
    const mann_theme *theme;
    const mann_lab *lab;
    const mann_lab_places *at;
} place;

/* ---- pictures ---- */

static void draw_title(const place *p, mann_box panel, const char *title, const char *note)
{
    double x = panel.x, y = panel.y + 12;
    x += mann_text_fit(p->cr, MANN_FONT_TITLE, p->theme->text, x, y, MANN_LEFT, panel.w, title) + 8;
    mann_text_fit(p->cr, MANN_FONT_TEXT, p->theme->muted, x, y, MANN_LEFT,
                  fmax(0, panel.x + panel.w - x), note);
}

static void draw_picture(const place *p, const float *state, mann_box box, mann_ink rim)
{
    mann_pattern pattern = mann_lab_pattern(p->lab, state);
    mann_pattern_paint(p->cr, &pattern, box);
    mann_frame(p->cr, (mann_box){box.x - 1, box.y - 1, box.w + 2, box.h + 2}, rim);
}

static void draw_stored(const place *p)
{
    const mann_lab *lab = p->lab;
    char note[64] = "";
    int32_t shown = p->at->rows * p->at->columns;
    if (shown < lab->count) {
        int32_t last = p->at->first + shown < lab->count ? p->at->first + shown : lab->count;
        snprintf(note, sizeof note, "#%d to #%d of %d", p->at->first + 1, last, lab->count);
    } else {
        snprintf(note, sizeof note, "%d × %d", lab->count, lab->units);
    }
    draw_title(p, p->at->stored, "Stored patterns", note);
    for (int32_t k = p->at->first; k < p->at->first + shown && k < lab->count; k++) {
        mann_box room = mann_lab_thumb(p->at, lab, k);
        const float *state = lab->pattern + (size_t)k * (size_t)lab->units;
        mann_pattern pattern = mann_lab_pattern(lab, state);
        mann_box box = mann_pattern_fit(&pattern, room);
        box.x = room.x + 1; /* captions start where pictures do */
        bool here = k == lab->setting.pattern && !lab->painted;
        draw_picture(p, state, box, here ? p->theme->cursor : p->theme->line);
        if (here) {
            mann_frame(p->cr, (mann_box){box.x - 2, box.y - 2, box.w + 4, box.h + 4},
                       p->theme->cursor);
        }
        char text[32];
        snprintf(text, sizeof text, "#%d", k + 1);
        mann_text_fit(p->cr, MANN_FONT_SMALL, here ? p->theme->cursor : p->theme->muted, box.x,
                      box.y + box.h + 11, MANN_LEFT, room.w, text);
    }
}

static void draw_changed(const place *p)
{
    const mann_lab *lab = p->lab;
    mann_pattern pattern = mann_lab_pattern(lab, lab->state);
    for (int32_t i = 0; i < lab->units; i++) {
        if ((lab->state[i] > 0) == (lab->before[i] > 0) &&
            (lab->state[i] < 0) == (lab->before[i] < 0)) {
            continue;
        }
        mann_box cell = mann_pattern_cell(&pattern, p->at->state, i);
        double grow = fmax(0, 5 - cell.w) / 2; /* as small as cells may be */
        mann_pen_ink(p->cr, p->theme->bad, 1);
        cairo_set_line_width(p->cr, 1.6);
        cairo_rectangle(p->cr, cell.x - grow + 0.8, cell.y - grow + 0.8, cell.w + 2 * grow - 1.6,
                        cell.h + 2 * grow - 1.6);
        cairo_stroke(p->cr);
    }
}

static void draw_cue(const place *p)
{
    const mann_lab *lab = p->lab;
    int32_t wrong = 0, unknown = 0;
    const float *whole = lab->pattern + (size_t)lab->setting.pattern * (size_t)lab->units;
    for (int32_t i = 0; i < lab->units; i++) {
        unknown += lab->cue[i] == 0;
        wrong += lab->cue[i] != 0 && lab->cue[i] != whole[i];
    }
    char note[96];
    if (lab->painted) {
        snprintf(note, sizeof note, "painted");
    } else if (unknown) {
        snprintf(note, sizeof note, "#%d, %d of %d unknown", lab->setting.pattern + 1, unknown,
                 lab->units);
    } else {
        snprintf(note, sizeof note, "#%d, %d of %d flipped", lab->setting.pattern + 1, wrong,
                 lab->units);
    }
    draw_title(p, p->at->cue_panel, "Cue", note);
    draw_picture(p, lab->cue, p->at->cue, p->theme->line);
}

static void draw_state(const place *p)
{
    const mann_lab *lab = p->lab;
    char note[96];
    bool stepwise = mann_lab_is_stepwise(lab);
    snprintf(note, sizeof note, "after %d of %d %s", lab->frame, lab->frames,
             stepwise ? "changes" : "updates");
    draw_title(p, p->at->state_panel, "State", note);
    draw_picture(p, lab->state, p->at->state, p->theme->line);
    draw_changed(p);
}

/* ---- findings ---- */

static void draw_verdict(const place *p)
{
    const mann_lab *lab = p->lab;
    const mann_font large = {.size = 15, .bold = true};
    mann_box box = p->at->verdict;
    double y = box.y + 20;
    if (lab->trouble[0]) {
        mann_text_fit(p->cr, MANN_FONT_TEXT, p->theme->bad, box.x, y, MANN_LEFT, box.w,
                      lab->trouble);
        return;
    }
    bool good = lab->verdict.kind == MANN_HOPFIELD_RECALLED &&
                (lab->painted || lab->verdict.pattern[0] == lab->setting.pattern);
    char text[128], more[96];
    mann_hopfield_describe(&lab->verdict, text, sizeof text);
    double x = box.x;
    if (lab->frame < lab->frames) {
        x += mann_text(p->cr, MANN_FONT_TEXT, p->theme->muted, x, y, MANN_LEFT, "in the end") + 8;
    }
    x += mann_text_fit(p->cr, large, good ? p->theme->good : p->theme->bad, x, y, MANN_LEFT, box.w,
                       text) +
         12;
    bool named = lab->verdict.kind <= MANN_HOPFIELD_MIXTURE;
    if (named && !lab->verdict.wrong) {
        snprintf(more, sizeof more, "exactly");
    } else if (named) {
        snprintf(more, sizeof more, "but for %d of %d units", lab->verdict.wrong, lab->units);
    } else {
        snprintf(more, sizeof more, "nearest is #%d, overlap %.2f", lab->verdict.pattern[0] + 1,
                 lab->verdict.overlap);
    }
    mann_text_fit(p->cr, MANN_FONT_TEXT, p->theme->muted, x, y, MANN_LEFT,
                  fmax(0, box.x + box.w - x), more);
}

static void draw_energy(const place *p)
{
    enum { MOST = 1024 };
    const mann_lab *lab = p->lab;
    double x[MOST], y[MOST], at_x = lab->frame, at_y = lab->energy[lab->frame];
    int32_t stride = lab->frames / MOST + 1, count = 0;
    for (int32_t f = 0; f <= lab->frames; f += stride) {
        x[count] = f;
        y[count++] = lab->energy[f];
    }
    bool stepwise = mann_lab_is_stepwise(lab);
    mann_curve curve[2] = {
        {.count = count,
         .x = x,
         .y = y,
         .ink = mann_curve_ink(p->theme->dark, 0),
         .dots = count < 40},
        {.count = 1, .x = &at_x, .y = &at_y, .ink = p->theme->cursor, .points = true}};
    mann_guide guide = {.upright = true, .value = lab->frame, .ink = p->theme->cursor};
    char title[64], number[32];
    snprintf(title, sizeof title, "Energy %s: lower is more stable", mann_number(number, at_y));
    mann_plot plot = {.title = title,
                      .x_name = stepwise ? "changes of a unit"
                                : lab->setting.net.rule == MANN_HOPFIELD_CONTINUOUS ? "time"
                                                                                    : "updates",
                      .whole_x = lab->setting.net.rule != MANN_HOPFIELD_CONTINUOUS,
                      .x_low = lab->frames ? 0 : -0.5,
                      .x_high = lab->frames ? lab->frames : 0.5,
                      .n_curves = 2,
                      .curve = curve,
                      .n_guides = lab->frames > 0,
                      .guide = &guide,
                      .empty = "there is no store"};
    plot.n_curves = lab->net ? 2 : 0;
    plot.n_guides = lab->net && lab->frames;
    mann_box box = p->at->energy;
    box.x -= 6;
    box.w += 10;
    mann_plot_draw(p->cr, p->theme, &plot, box);
}

static void draw_bars(const place *p, mann_box box, const char *title, const double *value,
                      double low, mann_ink ink)
{
    const mann_lab *lab = p->lab;
    char note[64], number[32];
    mann_bars bars = {.title = title,
                      .note = note,
                      .count = lab->count,
                      .value = value,
                      .low = low,
                      .ink = ink,
                      .chosen = lab->painted ? -1 : lab->setting.pattern,
                      .prefix = "#",
                      .base = 1};
    int32_t best = mann_bars_largest(&bars);
    snprintf(note, sizeof note, "largest: #%d, %s", best + 1, mann_number(number, value[best]));
    mann_bars_draw(p->cr, p->theme, &bars, box);
}

static void draw_weights(const place *p)
{
    const mann_lab *lab = p->lab;
    mann_box box = p->at->matrix;
    if (!lab->weight) {
        draw_title(p, box, "Couplings", "");
        mann_text_fit(p->cr, MANN_FONT_TEXT, p->theme->muted, box.x + box.w / 2, box.y + box.h / 2,
                      MANN_CENTRE, box.w - 8,
                      !lab->net                                           ? "there is no store"
                      : lab->setting.net.rule == MANN_HOPFIELD_CONTINUOUS ? "those of hebb"
                      : lab->setting.net.rule == MANN_HOPFIELD_DENSE ? "the dense rule has none"
                                                                     : "too many to show");
        return;
    }
    size_t n = (size_t)lab->units;
    double limit = 0;
    for (size_t i = 0; i < n * n; i++) {
        limit = fmax(limit, fabs((double)lab->weight[i]));
    }
    double digit = limit > 0 ? pow(10, floor(log10(limit))) : 1;
    limit = limit > 0 ? ceil(limit / digit) * digit : 1; /* one digit in the legend */
    mann_shade shade = {.low = -limit, .high = limit, .map = MANN_MAP_DIVERGING};
    mann_heat heat = {.value = lab->weight,
                      .column_stride = n,
                      .row_stride = 1,
                      .columns = lab->units,
                      .rows = lab->units,
                      .ring = lab->units};
    mann_box area = mann_panel_area(box, true);
    mann_heat_paint(p->cr, &heat, area, &shade, p->theme);
    mann_panel panel = {
        .title = "Couplings W", .x_name = "unit", .y_name = "unit", .shade = &shade};
    mann_panel_draw(p->cr, p->theme, &panel, box, area);
    mann_panel_rows(p->cr, p->theme, area, &heat, 0);
    mann_panel_columns(p->cr, p->theme, area, 0, lab->units);
}

/* How full the store is, beside what Hebb's rule holds of random patterns. */
static void draw_load(const place *p)
{
    const mann_lab *lab = p->lab;
    double load = (double)lab->count / lab->units, most = fmax(0.3, 1.15 * load);
    char text[96];
    snprintf(text, sizeof text, "P / N = %d / %d = %.3f", lab->count, lab->units, load);
    draw_title(p, p->at->load, "Load", text);
    mann_box bar = {p->at->load.x, p->at->load.y + MANN_PANEL_TITLE + 3, p->at->load.w - 4, 9};
    bool over = load > MANN_HOPFIELD_CAPACITY;
    mann_fill(p->cr, bar, p->theme->card);
    mann_fill(p->cr, (mann_box){bar.x, bar.y, bar.w * load / most, bar.h},
              over ? p->theme->amber : p->theme->good);
    mann_frame(p->cr, bar, p->theme->line);
    double x = floor(bar.x + bar.w * MANN_HOPFIELD_CAPACITY / most) + 0.5;
    mann_stroke(p->cr, x, bar.y - 4, x, bar.y + bar.h + 4, p->theme->text, 1.5);
    const char *name = "0.138: Hebb's, of random patterns";
    double room = bar.x + bar.w - mann_text_width(p->cr, MANN_FONT_SMALL, name);
    mann_text(p->cr, MANN_FONT_SMALL, p->theme->muted, fmax(bar.x, fmin(x - 4, room)),
              bar.y + bar.h + 14, MANN_LEFT, name);
}

static void draw_hover(const place *p, const mann_scene *scene)
{
    const mann_lab *lab = p->lab;
    mann_pattern pattern = mann_lab_pattern(lab, lab->cue);
    int32_t cue = mann_pattern_unit(&pattern, p->at->cue, scene->x, scene->y);
    int32_t state = mann_pattern_unit(&pattern, p->at->state, scene->x, scene->y);
    int32_t unit = cue >= 0 ? cue : state;
    char text[128], number[32];
    for (int32_t k = 0; unit < 0 && k < lab->count; k++) {
        if (mann_box_holds(mann_lab_thumb(p->at, lab, k), scene->x, scene->y)) {
            snprintf(text, sizeof text, "#%d · overlap with the state %s", k + 1,
                     mann_number(number, lab->overlap[k]));
            mann_draw_tip(p->cr, scene, scene->x, scene->y, text);
            return;
        }
    }
    if (unit >= 0) {
        double value = (double)(cue >= 0 ? lab->cue : lab->state)[unit];
        snprintf(text, sizeof text, "unit %d · row %d, column %d · %s%s", unit, unit / lab->width,
                 unit % lab->width, value == 0 ? "unknown" : mann_number(number, value),
                 cue >= 0 ? " · a click flips it" : "");
        mann_draw_tip(p->cr, scene, scene->x, scene->y, text);
    }
}

void mann_draw_lab(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_lab *lab = scene->lab;
    mann_lab_places places = mann_lab_places_make(lab, layout->body);
    place p = {cr, mann_theme_get(scene->dark), lab, &places};
    bool modern = lab->setting.net.rule == MANN_HOPFIELD_MODERN;
    mann_draw_chips(cr, scene, &places);
    draw_stored(&p);
    draw_cue(&p);
    draw_state(&p);
    draw_verdict(&p);
    draw_energy(&p);
    draw_bars(&p, places.overlap, "Overlaps of the state", lab->overlap, -1,
              mann_curve_ink(scene->dark, 0));
    if (modern && lab->net) {
        draw_bars(&p, places.matrix, "Softmax of β X s", lab->softmax, 0,
                  mann_curve_ink(scene->dark, 2));
    } else {
        draw_weights(&p);
    }
    draw_load(&p);
    if (scene->pointed) {
        draw_hover(&p, scene);
    }
}
