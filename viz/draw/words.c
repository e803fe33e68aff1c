/* A scene in characters. Every cell is one character, time runs right and locations up as in the
 * picture; only the locations that are used are written, and what does not fit is said. */
#include "draw/words.h"
#include "draw/layout.h"
#include "show/ranking.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { GUTTER = 6, MOST_ROWS = 32 };

static const char *weight_glyph(const mann_shade *shade, double value)
{
    static const char *const levels[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double place = mann_shade_place(shade, value);
    return isnan(place) ? "?" : levels[(int)(place * 8 + 0.5)];
}

static const char *bit_glyph(const mann_shade *shade, double value)
{
    static const char *const levels[] = {"·", "░", "▒", "▓", "█"};
    double place = mann_shade_place(shade, value);
    return isnan(place) ? "?" : levels[(int)(place * 4 + 0.5)];
}

static const char *signed_glyph(const mann_shade *shade, double value)
{
    if (isnan(value)) {
        return "?";
    }
    double size = fabs(value) / shade->high;
    return size < 0.1 ? "·" : value < 0 ? (size < 0.5 ? "-" : "=") : size < 0.5 ? "+" : "#";
}

static const char *glyph(const mann_pane *pane, double value)
{
    if (pane->shade.map == MANN_MAP_DIVERGING) {
        return signed_glyph(&pane->shade, value);
    }
    return pane->array->kind == MANN_KIND_WEIGHTING ? weight_glyph(&pane->shade, value)
                                                    : bit_glyph(&pane->shade, value);
}

static void write_pane(FILE *file, const mann_pane *pane, int32_t columns)
{
    static const char *const marker[] = {"", "▲ ", "● "};
    const mann_heat *heat = &pane->heat;
    int32_t rows = heat->rows < MOST_ROWS ? heat->rows : MOST_ROWS;
    int32_t shown = heat->columns < columns - GUTTER ? heat->columns : columns - GUTTER;
    fprintf(file, "\n%s%s%s%s  (%s up, %g to %g", marker[pane->access], pane->tag,
            pane->tag[0] ? " " : "", pane->title, pane->y_name ? pane->y_name : "row",
            pane->shade.low, pane->shade.high);
    if (rows < heat->ring) {
        fprintf(file, ", %" PRId32 " of %" PRId32 " shown", rows, heat->ring);
    }
    fprintf(file, shown < heat->columns ? ", steps %d of %d)\n" : ")\n", shown, heat->columns);
    for (int32_t r = rows; r-- > 0;) {
        fprintf(file, "%*d ", GUTTER - 1, (heat->first_row + r) % heat->ring);
        for (int32_t c = 0; c < shown; c++) {
            fputs(glyph(pane, (double)mann_heat_at(heat, c, r)), file);
        }
        fputc('\n', file);
    }
}

static void write_head(FILE *file, const mann_episode *episode)
{
    const mann_trace *trace = episode->trace;
    fprintf(file, "%s · task %s · %s · L=%" PRId32 " seed %" PRIu64, trace->run, trace->task,
            trace->model, trace->length, trace->seed);
    if (trace->sequences >= 0) {
        fprintf(file, " · %" PRId64 " sequences", trace->sequences);
    }
    if (episode->counted) {
        fprintf(file, " · %" PRId32 " of %" PRId32 " wrong", episode->wrong, episode->counted);
    }
    fputc('\n', file);
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        fprintf(file, "%s heads: focus %.3f", family->name, family->focus);
        if (!isnan(family->move_share)) {
            fprintf(file, ", commonest move %+" PRId32 " in %.0f %% of steps", family->move,
                    100 * family->move_share);
        }
        fputc('\n', file);
    }
    if (!isnan(episode->match)) {
        fprintf(file, "read follows write by %" PRId32 " steps: %.0f %%\n", episode->lag,
                100 * episode->match);
    }
}

static void write_ranking(FILE *file, const mann_episode *episode, const mann_ranking *ranking)
{
    if (ranking->family >= 0) {
        const mann_line *line = &ranking->line;
        fprintf(file, "W%" PRId32 " writes at location %.1f %+.1f × priority, R² %.2f",
                ranking->head + 1, line->offset, line->slope, line->fit);
        fprintf(file, line->cut ? " (of %" PRId32 " locations, cut before %" PRId32 ")\n" : "\n",
                episode->family[ranking->family].locations, line->cut);
    }
    if (ranking->read_family >= 0) {
        fprintf(file, "R%" PRId32 " reads %" PRId32 " of %" PRId32 " answers where it wrote them\n",
                ranking->read_head + 1, ranking->read_right, ranking->ranked);
    }
}

static void write_pattern(FILE *file, const mann_lab *lab, const float *state, const char *title,
                          int32_t columns)
{
    fprintf(file, "\n%s\n", title);
    for (int32_t i = 0; i < lab->units; i++) {
        if (i % lab->width < columns) {
            fputs(state[i] > 0 ? "#" : state[i] < 0 ? "." : "?", file);
        }
        if (i % lab->width == lab->width - 1 || i == lab->units - 1) {
            fputc('\n', file);
        }
    }
}

static void write_lab(FILE *file, const mann_scene *scene, int32_t columns)
{
    const mann_lab *lab = scene->lab;
    char text[192], rule[24];
    mann_lab_rule_name(&lab->setting.net, rule);
    fprintf(file, "%s · %s · %" PRId32 " patterns of %" PRId32 " units · load %.3f\n",
            scene->episode->trace->run, rule, lab->count, lab->units,
            (double)lab->count / lab->units);
    if (lab->trouble[0]) {
        fprintf(file, "%s\n", lab->trouble);
        return;
    }
    mann_hopfield_describe(&lab->verdict, text, sizeof text);
    write_pattern(file, lab, lab->cue, "cue", columns);
    write_pattern(file, lab, lab->state, "state", columns);
    fprintf(file, "\n%s after %" PRId32 " of %" PRId32 ", energy %.6g, overlap %.3f\n", text,
            lab->frame, lab->frames, lab->energy[lab->frame],
            lab->overlap[lab->verdict.pattern[0]]);
}

void mann_scene_write(FILE *file, const mann_scene *given, int32_t columns)
{
    if (mann_scene_on_lab(given)) {
        write_lab(file, given, columns);
        return;
    }
    if (!given->episode) {
        fprintf(file, "no episode trace yet\n");
        return;
    }
    mann_scene scene = *given;
    scene.screen = MANN_SCREEN_MEMORY;
    scene.locations = MANN_LOCATIONS_USED;
    mann_layout layout = mann_layout_make(&scene);
    columns = columns < 40 ? 40 : columns;
    write_head(file, scene.episode);
    write_ranking(file, scene.episode, &layout.ranking);
    for (int band = 0; band < MANN_BANDS; band++) {
        for (int32_t i = 0; i < layout.n_panes; i++) {
            const mann_pane *pane = &layout.pane[i];
            bool wanted = pane->band == band && band != MANN_BAND_ERROR &&
                          pane->form == MANN_FORM_HEAT && pane->array->kind != MANN_KIND_GATE;
            if (wanted) {
                write_pane(file, pane, columns);
            }
        }
    }
}
