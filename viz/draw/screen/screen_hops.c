/* Screen 3, hops: the lines of a story, how much each hop of the network attends to each of them,
 * the facts that the answer rests on, the question, and the answers that the network thinks of. */
#include "draw/screen/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_LINES = 256,
    ROW = 20,
    LEAST_ROW = 13,
    MOST_ROW = 27,
    HEAD = 42,
    NUMBERS = 50, /* left of a line: its number, its place among the facts */
    GAP = 14,
    ANSWER = 30
};

/* ---- which lines have room ---- */

/* All, or those that matter and then the last ones; returns how many. */
static int32_t choose_lines(const mann_tale *tale, int32_t room, int32_t line[MOST_LINES])
{
    bool shown[MOST_LINES] = {false};
    int32_t S = tale->sentences, first = S > MOST_LINES ? S - MOST_LINES : 0, count = 0;
    room = room < MOST_LINES ? room : MOST_LINES;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = S; i-- > first && count < room;) {
            bool matters = tale->support[i] > 0;
            for (int32_t k = 0; k < tale->hops; k++) {
                matters |= fabsf(tale->weight[k * S + i]) >= 0.05f;
            }
            if ((pass || matters || S <= room) && !shown[i - first]) {
                shown[i - first] = true;
                count++;
            }
        }
    }
    count = 0;
    for (int32_t i = first; i < S; i++) {
        if (shown[i - first]) {
            line[count++] = i;
        }
    }
    return count;
}

/* ---- drawing ---- */

static void draw_cell(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, mann_box cell,
                      float weight)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    mann_shade shade = {.low = 0, .high = 1, .scale = scene->scale, .map = scene->map};
    if (tale->signs) {
        shade = (mann_shade){.low = -5, .high = 5, .map = MANN_MAP_DIVERGING};
    }
    int index = mann_shade_index(&shade, (double)weight);
    if (index < 0) { /* the network does not see it */
        mann_stroke(cr, cell.x + 4, cell.y + cell.h / 2, cell.x + cell.w - 4, cell.y + cell.h / 2,
                    theme->line, 1);
        return;
    }
    mann_ink ink = mann_ink_from_pixel(mann_map_table(shade.map, scene->dark)[index]);
    mann_fill(cr, mann_box_inset(cell, 1), ink);
    if (cell.w >= 38 && (tale->signs || weight >= 0.005f)) {
        char text[16];
        snprintf(text, sizeof text, "%.2f", (double)weight);
        bool bright = mann_ink_lightness(ink) > 0.6;
        mann_ink on = bright ? (mann_ink){0.05, 0.05, 0.06} : (mann_ink){0.95, 0.95, 0.96};
        mann_text(cr, MANN_FONT_DIGITS, on, cell.x + cell.w / 2, cell.y + cell.h / 2 + 4,
                  MANN_CENTRE, text);
    }
}

typedef struct table { /* where the story's rows and columns are */
    mann_box box;
    int32_t count, line[MOST_LINES];
    double row, cell, left; /* of the hops */
    mann_font font;
} table;

/* Hops stand beside the longest line. */
static table make_table(cairo_t *cr, const mann_tale *tale, mann_box box)
{
    table made = {.box = box};
    int32_t S = tale->sentences;
    double high = fmax(box.h - HEAD, 0), longest = 0;
    int32_t room = (int32_t)(high / (S * ROW > high ? LEAST_ROW : ROW));
    made.count = choose_lines(tale, room, made.line);
    made.row = made.count ? fmin(MOST_ROW, high / made.count) : ROW;
    made.font = (mann_font){.size = made.row >= 20 ? 13 : made.row >= 16 ? 12 : 10};
    for (int32_t i = 0; i < made.count; i++) {
        longest = fmax(longest, mann_text_width(cr, made.font, tale->line[made.line[i]]));
    }
    made.cell = tale->hops ? floor(fmin(76, box.w * 0.45 / tale->hops)) : 0;
    made.left = floor(fmin(box.x + NUMBERS + longest + 24, box.x + box.w - tale->hops * made.cell));
    return made;
}

static void draw_head(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, const table *at)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    double x = at->box.x, y = at->box.y;
    char text[96];
    x += mann_text(cr, MANN_FONT_TITLE, theme->text, x, y + 13, MANN_LEFT, "Story") + 8;
    snprintf(text, sizeof text, "%d lines", tale->sentences);
    if (at->count < tale->sentences) {
        snprintf(text, sizeof text, "%d lines, %d of them without weight left out", tale->sentences,
                 tale->sentences - at->count);
    }
    x += mann_text(cr, MANN_FONT_TEXT, theme->muted, x, y + 13, MANN_LEFT, text) + 16;
    mann_fill(cr, (mann_box){x, y + 4, 3, 11}, theme->good);
    mann_text(cr, MANN_FONT_TEXT, theme->muted, x + 8, y + 13, MANN_LEFT,
              "the answer rests on it, in this order");
    for (int32_t k = 0; k < tale->hops; k++) {
        snprintf(text, sizeof text, at->cell >= 44 ? "hop %d" : "%d", k + 1);
        mann_text(cr, MANN_FONT_TITLE, theme->text, at->left + (k + 0.5) * at->cell, y + 34,
                  MANN_CENTRE, text);
    }
}

static void draw_line(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, const table *at,
                      int32_t i)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    int32_t line = at->line[i], S = tale->sentences;
    double y = at->box.y + HEAD + i * at->row, x = at->box.x, base = y + at->row / 2;
    char text[16];
    if (line != (i ? at->line[i - 1] + 1 : 0)) { /* lines were left out above */
        mann_stroke(cr, x, y, at->left - 6, y, theme->amber, 1);
    }
    snprintf(text, sizeof text, "%d", line + 1);
    mann_text(cr, MANN_FONT_SMALL, theme->faint, x + 20, base + 3.5, MANN_RIGHT, text);
    if (tale->support[line]) {
        mann_fill(cr, (mann_box){x + 28, y + 2, 3, at->row - 4}, theme->good);
        snprintf(text, sizeof text, "%d", tale->support[line]);
        mann_text(cr, MANN_FONT_TITLE, theme->good, x + 35, base + 4, MANN_LEFT, text);
    }
    mann_text_fit(cr, at->font, tale->support[line] ? theme->text : theme->muted, x + NUMBERS,
                  base + 4.5, MANN_LEFT, at->left - x - NUMBERS - 8, tale->line[line]);
    for (int32_t k = 0; k < tale->hops; k++) {
        draw_cell(cr, scene, tale, (mann_box){at->left + k * at->cell, y, at->cell, at->row},
                  tale->weight[k * S + line]);
    }
}

static void draw_story(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, mann_box box)
{
    table at = make_table(cr, tale, box);
    draw_head(cr, scene, tale, &at);
    for (int32_t i = 0; i < at.count; i++) {
        draw_line(cr, scene, tale, &at, i);
    }
    if (tale->hops) {
        mann_box frame = {at.left - 1, box.y + HEAD - 1, tale->hops * at.cell + 2,
                          at.count * at.row + 2};
        mann_frame(cr, frame, mann_theme_get(scene->dark)->line);
    }
}

mann_box mann_hops_question(const mann_layout *layout)
{
    double wide = fmax(220, floor(layout->body.w * 0.33));
    return (mann_box){layout->body.x + layout->body.w - wide - 4, layout->body.y + 22, wide, 32};
}

/* Words that the task does not have are underlined. */
static void draw_question(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, mann_box box)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    char title[96];
    snprintf(title, sizeof title, tale->own ? "Your question" : "Question %d", tale->index + 1);
    double x = box.x;
    x += mann_text(cr, MANN_FONT_TITLE, theme->text, x, box.y - 7, MANN_LEFT, title) + 8;
    if (!tale->own && tale->count) {
        snprintf(title, sizeof title, "of %d%s", tale->count,
                 scene->wrong_only ? ", wrong ones only" : "");
    } else {
        snprintf(title, sizeof title, "%s",
                 tale->own           ? "of the same story"
                 : scene->wrong_only ? "wrong ones only"
                                     : "");
    }
    mann_text_fit(cr, MANN_FONT_TEXT, scene->wrong_only ? theme->amber : theme->muted, x, box.y - 7,
                  MANN_LEFT, box.x + box.w - x, title);
    mann_fill(cr, box, theme->card);
    mann_frame(cr, box, scene->typing ? theme->cursor : theme->line);
    mann_font font = {.size = 13};
    double y = box.y + 21, end = box.x + box.w - 10;
    int32_t number = 0;
    x = box.x + 10;
    for (const char *word = tale->question; *word; number++) {
        size_t length = strcspn(word, " ");
        char one[MANN_TALE_QUESTION];
        snprintf(one, sizeof one, "%.*s", (int)length, word);
        double wide = mann_text_fit(cr, font, theme->text, x, y, MANN_LEFT, end - x, one);
        if (number < 64 && tale->unknown >> number & 1) {
            mann_stroke(cr, x, floor(y) + 4, x + wide, floor(y) + 4, theme->bad, 2);
        }
        x += wide + mann_text_width(cr, font, " ");
        word += length + strspn(word + length, " ");
    }
    if (scene->typing) {
        mann_stroke(cr, fmin(x, end) + 0.5, box.y + 7, fmin(x, end) + 0.5, box.y + 25,
                    theme->cursor, 1.5);
    }
    char hint[96];
    snprintf(hint, sizeof hint, "%s",
             tale->unknown   ? "underlined words are not known"
             : scene->typing ? "Enter or Esc ends"
                             : "E, or a click, to ask another");
    mann_text_fit(cr, MANN_FONT_SMALL, tale->unknown ? theme->bad : theme->faint, box.x,
                  box.y + box.h + 13, MANN_LEFT, box.w, hint);
}

static void draw_answers(cairo_t *cr, const mann_scene *scene, const mann_tale *tale, mann_box box)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    double x = box.x;
    x += mann_text(cr, MANN_FONT_TITLE, theme->text, x, box.y + 12, MANN_LEFT, "Answers") + 10;
    if (!tale->own) {
        mann_text(cr, MANN_FONT_TITLE, tale->right ? theme->good : theme->bad, x, box.y + 12,
                  MANN_LEFT, tale->right ? "right" : "wrong");
    }
    double names = floor(box.w * 0.34), bar = box.w - names - 60;
    for (int32_t i = 0; i < tale->answers; i++) {
        double y = box.y + 22 + i * ANSWER;
        bool wanted = !tale->own && !strcmp(tale->answer[i].word, tale->wanted);
        mann_ink ink = wanted                 ? theme->good
                       : i == 0 && !tale->own ? theme->bad
                                              : mann_curve_ink(scene->dark, 0);
        double p = tale->answer[i].probability;
        mann_text_fit(cr, (mann_font){.size = 13, .bold = i == 0},
                      wanted ? theme->good : theme->text, box.x, y + 18, MANN_LEFT, names - 8,
                      tale->answer[i].word);
        mann_fill(cr, (mann_box){box.x + names, y + 6, bar, 15}, theme->card);
        mann_fill(cr, (mann_box){box.x + names, y + 6, fmax(1, bar * fmin(fmax(p, 0), 1)), 15},
                  ink);
        char text[32];
        snprintf(text, sizeof text, "%.1f %%", 100 * p);
        mann_text(cr, MANN_FONT_DIGITS, theme->text, box.x + box.w, y + 18, MANN_RIGHT, text);
    }
    double y = box.y + 22 + tale->answers * ANSWER + 16;
    bool listed = false;
    for (int32_t i = 0; i < tale->answers; i++) {
        listed |= !strcmp(tale->answer[i].word, tale->wanted);
    }
    if (!tale->own && !listed) {
        char text[128];
        snprintf(text, sizeof text, "wanted: %s, not among the best five", tale->wanted);
        mann_text_fit(cr, MANN_FONT_TEXT, theme->good, box.x, y, MANN_LEFT, box.w, text);
    }
}

void mann_draw_hops(cairo_t *cr, const mann_scene *scene, const mann_layout *layout)
{
    const mann_tale *tale = scene->tale;
    mann_box body = layout->body, question = mann_hops_question(layout);
    mann_box story = {body.x + 7, body.y, question.x - body.x - 7 - GAP - 6, body.h};
    draw_story(cr, scene, tale, story);
    draw_question(cr, scene, tale, question);
    double top = question.y + question.h + 34;
    draw_answers(cr, scene, tale,
                 (mann_box){question.x, top, question.w, fmax(1, body.y + body.h - top)});
}
