/* What stands around every screen: the two time lines, help, tips. */
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>

static void draw_transport(cairo_t *cr, const mann_theme *theme, mann_box box, bool playing)
{
    double y = box.y + box.h / 2;
    mann_pen_ink(cr, theme->text, 1);
    if (playing) {
        cairo_rectangle(cr, box.x, y - 6, 4, 12);
        cairo_rectangle(cr, box.x + 7, y - 6, 4, 12);
    } else {
        cairo_move_to(cr, box.x, y - 6);
        cairo_line_to(cr, box.x + 11, y);
        cairo_line_to(cr, box.x, y + 6);
        cairo_close_path(cr);
    }
    cairo_fill(cr);
}

static void draw_knob(cairo_t *cr, const mann_theme *theme, double x, double y)
{
    mann_pen_ink(cr, theme->cursor, 1);
    cairo_new_sub_path(cr);
    cairo_arc(cr, x, y, 5.5, 0, 6.283185307179586);
    cairo_fill(cr);
}

static double bar_place(mann_box bar, double part)
{
    return bar.x + 6 + fmin(fmax(part, 0), 1) * fmax(bar.w - 12, 0);
}

/* Snapshots stand at equal distances; what is between them, in proportion. */
static double training_place(const mann_scene *scene, mann_box bar, int64_t step)
{
    int32_t n = scene->n_snapshots, k = 0;
    while (k + 1 < n && scene->snapshots[k + 1].step <= step) {
        k++;
    }
    double place = k;
    if (k + 1 < n && step > scene->snapshots[k].step) {
        place += (double)(step - scene->snapshots[k].step) /
                 (double)(scene->snapshots[k + 1].step - scene->snapshots[k].step);
    }
    return bar_place(bar, n > 1 ? place / (n - 1) : 0.5);
}

/* A diamond under the line. */
static void draw_best(cairo_t *cr, const mann_theme *theme, double x, double y)
{
    mann_pen_ink(cr, theme->good, 1);
    cairo_move_to(cr, x, y - 4);
    cairo_line_to(cr, x + 4, y);
    cairo_line_to(cr, x, y + 4);
    cairo_line_to(cr, x - 4, y);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void draw_episode_line(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box bar = layout->episode_bar;
    double y = bar.y + bar.h / 2;
    bool hops = mann_scene_on_hops(scene), lab = mann_scene_on_lab(scene) || hops;
    mann_text(cr, MANN_FONT_TEXT, theme->muted, 12, y + 4, MANN_LEFT,
              hops  ? "question"
              : lab ? "settling"
                    : "episode");
    char text[64];
    if (!hops) {
        draw_transport(cr, theme, layout->play, scene->playing);
        snprintf(text, sizeof text, "%g×", scene->speed);
        mann_text(cr, MANN_FONT_SMALL, theme->muted, layout->play.x + 16, y + 3.5, MANN_LEFT, text);
    }
    mann_stroke(cr, bar.x, y, bar.x + bar.w, y, theme->line, 3);
    if (!scene->episode) {
        return;
    }
    const mann_trace *trace = scene->episode->trace;
    int32_t steps = mann_scene_steps(scene), step = mann_scene_step(scene);
    double last = fmax(steps - 1, 1);
    if (!lab && layout->count < steps) { /* the part that is zoomed into */
        double x0 = bar_place(bar, layout->first / last);
        double x1 = bar_place(bar, (layout->first + layout->count - 1) / last);
        mann_stroke(cr, x0, y, x1, y, theme->muted, 3);
    }
    for (int32_t i = 0; !lab && i < trace->notes.count && i < MANN_MAX_NOTES; i++) {
        if (!trace->notes.span[i].mark) {
            double x = floor(bar_place(bar, trace->notes.span[i].first / last)) + 0.5;
            mann_stroke(cr, x, y - 5, x, y + 5, theme->faint, 1);
        }
    }
    draw_knob(cr, theme, bar_place(bar, step / last), y);
    snprintf(text, sizeof text, "%s %d / %d", lab ? "frame" : "step", step, steps - 1);
    if (hops) {
        snprintf(text, sizeof text, "%d / %d", step + 1, steps);
    }
    mann_text(cr, MANN_FONT_DIGITS, theme->text, bar.x + bar.w + 12, y + 4, MANN_LEFT, text);
}

static void draw_training_line(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_box bar = layout->training_bar;
    double y = bar.y + bar.h / 2;
    mann_text(cr, MANN_FONT_TEXT, theme->muted, 12, y + 4, MANN_LEFT, "training");
    mann_stroke(cr, bar.x, y, bar.x + bar.w, y, theme->line, 3);
    const mann_history *run = scene->n_runs ? scene->run[0] : NULL;
    if (!scene->n_snapshots || !run) {
        mann_text(cr, MANN_FONT_SMALL, theme->muted, bar.x + bar.w + 12, y + 4, MANN_LEFT,
                  "one trace");
        return;
    }
    double first = -1;
    for (int32_t i = 0; i < scene->n_snapshots; i++) {
        double x =
            bar_place(bar, scene->n_snapshots > 1 ? (double)i / (scene->n_snapshots - 1) : 0.5);
        if (x - first >= 3) {
            mann_stroke(cr, floor(x) + 0.5, y - 4, floor(x) + 0.5, y + 4, theme->faint, 1);
            first = x;
        }
    }
    int64_t step = scene->snapshots[scene->snapshot].step;
    if (scene->live && scene->episode && scene->episode->trace->step >= 0) {
        step = scene->episode->trace->step;
    }
    if (run->finished && run->best >= 0) {
        double x = training_place(scene, bar, run->best);
        bool last = x + 40 > bar.x + bar.w;
        draw_best(cr, theme, x, y + 10);
        mann_text(cr, MANN_FONT_SMALL, theme->good, x + (last ? -8 : 8), y + 13.5,
                  last ? MANN_RIGHT : MANN_LEFT, "best");
    }
    draw_knob(cr, theme, training_place(scene, bar, step), y);
    char text[64], number[32];
    double sequences = mann_history_sequences(run, step);
    if (scene->live && scene->episode && scene->episode->trace->sequences >= 0) {
        sequences = (double)scene->episode->trace->sequences;
    }
    snprintf(text, sizeof text, "%s seq.", mann_count(number, (int64_t)sequences));
    double wide =
        mann_text(cr, MANN_FONT_DIGITS, theme->text, bar.x + bar.w + 12, y + 4, MANN_LEFT, text);
    if (scene->following && layout->footer.w - (bar.x + bar.w + 12 + wide) > 70) {
        mann_text(cr, MANN_FONT_SMALL, run->gone ? theme->bad : theme->good,
                  bar.x + bar.w + 20 + wide, y + 4, MANN_LEFT,
                  run->gone       ? "folder gone"
                  : run->finished ? "finished"
                                  : "following");
    }
}

void mann_draw_footer(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    mann_box box = layout->footer;
    if (box.h < 1) {
        return;
    }
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_fill(cr, box, theme->card);
    mann_stroke(cr, 0, box.y + 0.5, box.w, box.y + 0.5, theme->line, 1);
    draw_episode_line(cr, scene, layout);
    if (!mann_scene_on_lab(scene) && !mann_scene_on_hops(scene)) {
        draw_training_line(cr, scene, layout);
    }
    double y = box.y + box.h - 9, x = 12;
    char left_out[96] = "";
    if (layout->n_panes > layout->n_placed) {
        snprintf(left_out, sizeof left_out, "%d of %d panels shown: Tab, F for others",
                 layout->n_placed, layout->n_panes);
    }
    if (scene->editing && !scene->message) {
        x += mann_text_fit(cr, MANN_FONT_TEXT, theme->amber, x, y, MANN_LEFT, box.w * 0.6,
                           "editing the input: arrows move, Space or a click flips, + − rows, E "
                           "ends") +
             16;
    } else if (scene->message) {
        x += mann_text_fit(cr, MANN_FONT_TEXT, scene->message_bad ? theme->bad : theme->text, x, y,
                           MANN_LEFT, box.w * 0.6, scene->message) +
             16;
    } else {
        const char *keys =
            mann_scene_on_hops(scene) ? "↑ ↓ question · W wrong ones only · E ask another, "
                                        "answered as it is typed · ? help"
            : mann_scene_on_lab(scene)
                ? "Space run · ← → one change · Home cue · End settled · paint the cue "
                  "with the mouse · X blank · ? help"
            : box.w < 1100 ? "Space play · ← → step · [ ] training · ? help"
                           : "Space play · ← → step · [ ] training · ↑ ↓ example · H head · "
                             "Z locations · C colours · G scale · T theme · S picture · ? help";
        x += mann_text_fit(cr, MANN_FONT_SMALL, theme->faint, x, y, MANN_LEFT, box.w * 0.62, keys);
        x += 16;
    }
    double end = box.w - 12;
    if (scene->state[0]) {
        end -= mann_text_fit(cr, MANN_FONT_SMALL, theme->muted, end, y, MANN_RIGHT,
                             fmax(0, (end - x) * 0.6), scene->state) +
               16;
    }
    if (end - x > 60) {
        mann_text_fit(cr, MANN_FONT_SMALL, theme->faint, end, y, MANN_RIGHT, end - x, left_out);
    }
}

void mann_draw_tip(cairo_t *cr, const mann_scene *scene, double x, double y, const char *text)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    double w = mann_text_width(cr, MANN_FONT_TEXT, text) + 14, h = 22;
    double left = fmax(2, fmin(x + 14, scene->width - w - 2));
    double top = y - h - 8 < 2 ? y + 16 : y - h - 8;
    mann_box box = {floor(left), floor(top), ceil(w), h};
    mann_fill(cr, box, theme->card);
    mann_frame(cr, box, theme->muted);
    mann_text(cr, MANN_FONT_TEXT, theme->text, box.x + 7, box.y + 15, MANN_LEFT, text);
}

void mann_draw_placeholder(cairo_t *cr, const mann_scene *scene, mann_box box, const char *title,
                           const char *const *lines)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    double x = box.x + box.w / 2, y = box.y + box.h * 0.38;
    mann_text_fit(cr, (mann_font){.size = 18, .bold = true}, theme->text, x, y, MANN_CENTRE,
                  box.w - 20, title);
    for (int i = 0; lines[i]; i++) {
        mann_text_fit(cr, (mann_font){.size = 12.5}, theme->muted, x, y + 30 + 20 * i, MANN_CENTRE,
                      box.w - 20, lines[i]);
    }
}

void mann_draw_help(cairo_t *cr, const mann_scene *scene)
{
    static const char *const keys[][2] = {
        {"Space", "play, pause (+ −: faster, slower)"},
        {"← →", "one step back, forth (Shift: ten)"},
        {"Home End", "first, last step"},
        {"[ ]", "earlier, later in training"},
        {"B", "the best checkpoint; follow again"},
        {"↑ ↓", "another example"},
        {"1 2 3 4", "memory, Hopfield, hops, training"},
        {"Tab", "next panel (Shift: previous)"},
        {"F", "this panel alone"},
        {"H", "next head in the inspector"},
        {"W", "what if β, g, shift, γ were others"},
        {"C", "colour map"},
        {"G", "weights linear, √, logarithmic"},
        {"A", "weights scaled to their largest"},
        {"Z", "used locations only, all"},
        {"N", "new example, run by the viewer"},
        {"< >", "the same, shorter or longer"},
        {"E", "edit the input bits"},
        {"T", "dark, light"},
        {"S", "save this picture"},
        {"R", "record the episode as a film"},
        {"Esc", "back: help, panel, zoom, pin"},
        {"? F1", "this help"},
        {"Ctrl-Q", "quit"},
        {"Hopfield", "M rule, U update, < > sharpness, ↑ ↓ cue,"},
        {"", "D damage, + − how much, N draw, X blank"},
        {"Hops", "↑ ↓ question, W wrong ones, E ask"},
        {"Mouse", "hover reads out, click pins a cell,"},
        {"", "drag scrubs or paints, wheel zooms time"},
    };
    enum { ROWS = sizeof keys / sizeof keys[0] };
    const mann_theme *theme = mann_theme_get(scene->dark);
    double row = fmin(19, fmax(14, floor((scene->height - 64.0) / ROWS)));
    double w = 420, h = ROWS * row + 56;
    mann_box box = {floor((scene->width - w) / 2), floor((scene->height - h) / 2), w, h};
    mann_pen_ink(cr, theme->page, 0.75);
    cairo_paint(cr);
    mann_fill(cr, box, theme->card);
    mann_frame(cr, box, theme->muted);
    mann_text(cr, (mann_font){.size = 14, .bold = true}, theme->text, box.x + 20, box.y + 28,
              MANN_LEFT, "Keys and mouse");
    for (int i = 0; i < ROWS; i++) {
        double y = box.y + 54 + i * row;
        mann_text(cr, (mann_font){.size = 11.5, .bold = true}, theme->cursor, box.x + 20, y,
                  MANN_LEFT, keys[i][0]);
        mann_text(cr, (mann_font){.size = 11.5}, theme->text, box.x + 120, y, MANN_LEFT,
                  keys[i][1]);
    }
}
