/* Which panels a trace asks for.
 *
 * Values of some roles have their fixed places, those of the figures of the NTM paper. Any other
 * value gets a panel by its kind and its axes alone:
 *
 *   [T, n]             cells, steps to the right
 *   [T, n] >= 0        curves, if there are few
 *   [T, head, n]       cells, a panel for every head
 *   [T, a, b]          a matrix, at the step that is shown
 */
#include "draw/layout.h"
#include "show/title.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CURVES = 8 };

/* Roles that have their place; the first come first. */
static const struct place {
    mann_role role;
    bool heads; /* of heads alone */
    mann_content content;
    int32_t side, band;
} places[] = {
    {MANN_ROLE_INPUT, false, MANN_CONTENT_INPUT, 0, MANN_BAND_INPUT},
    {MANN_ROLE_OUTPUT, false, MANN_CONTENT_OUTPUT, 1, MANN_BAND_INPUT},
    {MANN_ROLE_TARGET, false, MANN_CONTENT_TARGET, 1, MANN_BAND_TARGET},
    {MANN_ROLE_ERROR, false, MANN_CONTENT_ERROR, 1, MANN_BAND_ERROR},
    {MANN_ROLE_GATE, true, MANN_CONTENT_OTHER, 0, MANN_BAND_TARGET},
    {MANN_ROLE_ERASE, true, MANN_CONTENT_VECTOR, 0, MANN_BAND_ERROR},
    {MANN_ROLE_ADD, true, MANN_CONTENT_VECTOR, 0, MANN_BAND_VECTOR},
    {MANN_ROLE_READ, true, MANN_CONTENT_VECTOR, 1, MANN_BAND_VECTOR},
    {MANN_ROLE_OPTIMAL, false, MANN_CONTENT_OTHER, 0, MANN_BAND_EXTRA},
    {MANN_ROLE_OPTIMAL_COST, false, MANN_CONTENT_OTHER, 1, MANN_BAND_EXTRA},
    {MANN_ROLE_USAGE, false, MANN_CONTENT_OTHER, 0, MANN_BAND_EXTRA},
    {MANN_ROLE_ALLOCATION, false, MANN_CONTENT_OTHER, 0, MANN_BAND_EXTRA},
    {MANN_ROLE_FREE, false, MANN_CONTENT_OTHER, 1, MANN_BAND_EXTRA},
    {MANN_ROLE_MODE, false, MANN_CONTENT_OTHER, 1, MANN_BAND_EXTRA},
    {MANN_ROLE_PUSH, false, MANN_CONTENT_OTHER, 0, MANN_BAND_EXTRA},
    {MANN_ROLE_POP, false, MANN_CONTENT_OTHER, 1, MANN_BAND_EXTRA},
    {MANN_ROLE_MASK, false, MANN_CONTENT_OTHER, 0, MANN_BAND_NONE},
    {MANN_ROLE_HIDDEN, false, MANN_CONTENT_OTHER, 0, MANN_BAND_NONE},
};

static const struct place *look_up(const mann_trace_array *array)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i].role == array->role && (array->access || !places[i].heads)) {
            return &places[i];
        }
    }
    return NULL;
}

/* The smallest number of one digit that is at least value; 1 for 0. */
static double round_limit(double value)
{
    if (!(value > 0)) {
        return 1;
    }
    double power = pow(10, floor(log10(value)));
    return power * ceil(value / power - 1e-6);
}

static mann_shade make_shade(const mann_scene *scene, const mann_trace_array *array)
{
    mann_extent extent = mann_episode_extent(scene->episode, array);
    mann_shade shade = {.low = 0, .high = 1, .map = scene->map};
    double size = fmax(fabs(extent.low), fabs(extent.high));
    switch (array->kind) {
    case MANN_KIND_WEIGHTING:
    case MANN_KIND_DISTRIBUTION:
        shade.scale = scene->scale;
        shade.automatic = scene->automatic && extent.high > 0;
        shade.high = shade.automatic ? extent.high : 1;
        return shade;
    case MANN_KIND_BITS:
    case MANN_KIND_GATE:
        if (extent.low >= -1e-6 && extent.high <= 1 + 1e-6) {
            return shade;
        }
        break;
    case MANN_KIND_POSITIVE:
        if (extent.low >= 0) {
            shade.high = round_limit(size);
            return shade;
        }
        break;
    case MANN_KIND_SIGNED:
    case MANN_KIND_ENERGY: break;
    }
    shade.map = MANN_MAP_DIVERGING;
    shade.high = round_limit(size);
    shade.low = -shade.high;
    return shade;
}

/* Steps run right, the numbers of the last axis up. */
static mann_heat heat_over_steps(const mann_trace_array *array, int32_t head, int32_t first,
                                 int32_t count)
{
    int32_t last = array->rank - 1, rows = array->rank > 1 ? array->n[last] : 1;
    size_t step = 1;
    for (int32_t i = 1; i < array->rank; i++) {
        step *= (size_t)array->n[i];
    }
    return (mann_heat){.value = array->data + (size_t)first * step +
                                (head > 0 ? (size_t)head * (size_t)rows : 0),
                       .column_stride = step,
                       .row_stride = 1,
                       .columns = count,
                       .rows = rows,
                       .ring = rows};
}

/* The matrix of the last two axes [a, b], b up, at a step. */
static mann_heat heat_at_step(const mann_trace_array *array, int32_t head, int32_t step)
{
    int32_t a = array->n[array->rank - 2], b = array->n[array->rank - 1];
    size_t size = (size_t)a * (size_t)b, heads = array->rank == 4 ? (size_t)array->n[1] : 1;
    return (mann_heat){.value = array->data +
                                ((size_t)step * heads + (head > 0 ? (size_t)head : 0)) * size,
                       .column_stride = (size_t)b,
                       .row_stride = 1,
                       .columns = a,
                       .rows = b,
                       .ring = b};
}

static void add_pane(const mann_scene *scene, mann_layout *layout, const mann_pane *model,
                     int32_t head)
{
    if (layout->n_panes == MANN_MAX_PANES) {
        return;
    }
    mann_pane *pane = &layout->pane[layout->n_panes++];
    *pane = *model;
    pane->head = head;
    const mann_trace_array *array = pane->array;
    bool matrix = array->rank - (head >= 0) > 2;
    bool few = array->rank == 1 || array->n[array->rank - 1] <= MOST_CURVES;
    bool lines = array->kind == MANN_KIND_POSITIVE || array->kind == MANN_KIND_ENERGY;
    pane->form = matrix                                                           ? MANN_FORM_MATRIX
                 : (array->rank - (head >= 0) == 1 && head < 0) || (few && lines) ? MANN_FORM_CURVE
                                                                                  : MANN_FORM_HEAT;
    pane->y_name = array->rank > 1 ? array->axis[array->rank - 1] : NULL;
    pane->x_name = matrix ? array->axis[array->rank - 2] : "step";
    pane->heat = matrix ? heat_at_step(array, head, scene->step)
                        : heat_over_steps(array, head, layout->first, layout->count);
    const mann_family *family = pane->family >= 0 ? &scene->episode->family[pane->family] : NULL;
    if (family) {
        mann_stretch shown = mann_scene_stretch(scene, family);
        pane->heat.first_row = shown.first;
        pane->heat.rows = shown.count;
    }
    pane->ink = mann_head_ink(scene->dark, pane->access, head > 0 ? head : 0);
    if (head >= 0) {
        snprintf(pane->tag, sizeof pane->tag, "%s%d",
                 pane->access == MANN_ACCESS_WRITE  ? "W"
                 : pane->access == MANN_ACCESS_READ ? "R"
                                                    : "",
                 head + 1);
    }
}

/* A value that the inspector shows needs no place on the sheet. */
static bool inspected(const mann_episode *episode, const mann_trace_array *array)
{
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        bool is = array == family->key || array == family->strength || array == family->shift ||
                  array == family->sharpening || array == family->matrix || array == family->gate;
        for (int i = 0; i < MANN_STAGE_FINAL; i++) {
            is |= array == family->stage[i];
        }
        if (is) {
            return true;
        }
    }
    return false;
}

static void add_array(const mann_scene *scene, mann_layout *layout, const mann_trace_array *array,
                      int32_t *extras)
{
    const mann_episode *episode = scene->episode;
    const struct place *row = look_up(array);
    mann_pane pane = {.array = array,
                      .content = MANN_CONTENT_OTHER,
                      .band = MANN_BAND_NONE,
                      .family = mann_episode_family(episode, array),
                      .access = array->access,
                      .shade = make_shade(scene, array),
                      .missing = mann_episode_extent(episode, array).missing};
    mann_value_title(array, pane.title);
    if (row) {
        pane.content = row->content;
        pane.side = row->side;
        pane.band = row->band;
        if (array->role == MANN_ROLE_HIDDEN && !episode->n_families) {
            pane.band = MANN_BAND_EXTRA;
        }
    } else if (pane.family >= 0) {
        pane.content = MANN_CONTENT_WEIGHTING;
        pane.side = pane.access == MANN_ACCESS_READ;
        pane.band = MANN_BAND_WEIGHTING;
    } else if (!inspected(episode, array)) {
        pane.side = (*extras)++ % 2;
        pane.band = MANN_BAND_EXTRA;
    }
    bool heads = array->rank >= 3 && !strcmp(array->axis[1], "head");
    if (array->rank - heads > 3) {
        return; /* no picture for more than a matrix a step */
    }
    for (int32_t head = 0; head < (heads ? array->n[1] : 1); head++) {
        add_pane(scene, layout, &pane, heads ? head : -1);
    }
}

/* The stages of addressing, in every head, are the inspector's alone. */
static bool is_stage(const mann_episode *episode, const mann_trace_array *array)
{
    for (int32_t f = 0; f < episode->n_families; f++) {
        for (int i = 0; i < MANN_STAGE_FINAL; i++) {
            if (episode->family[f].stage[i] == array) {
                return true;
            }
        }
    }
    return false;
}

static void add_ranking(const mann_scene *scene, mann_layout *layout)
{
    const mann_ranking *ranking = &layout->ranking;
    if (ranking->family < 0 || layout->n_panes == MANN_MAX_PANES) {
        return;
    }
    const mann_family *family = &scene->episode->family[ranking->family];
    mann_pane *pane = &layout->pane[layout->n_panes++];
    *pane = (mann_pane){.title = "Write location against priority",
                        .content = MANN_CONTENT_OTHER,
                        .form = MANN_FORM_SCATTER,
                        .array = family->stage[MANN_STAGE_FINAL],
                        .head = ranking->head,
                        .family = -1,
                        .access = MANN_ACCESS_WRITE,
                        .ink = mann_head_ink(scene->dark, MANN_ACCESS_WRITE, ranking->head),
                        .band = MANN_BAND_NONE}; /* the inspector has it */
    snprintf(pane->tag, sizeof pane->tag, "W%d", ranking->head + 1);
}

void mann_panes_collect(const mann_scene *scene, mann_layout *layout)
{
    const mann_episode *episode = scene->episode;
    layout->n_panes = 0;
    if (!episode) {
        return;
    }
    const mann_trace *trace = episode->trace;
    layout->ranking = mann_ranking_find(episode);
    int32_t extras = 0;
    /* Those that have their place, in the order of the table, so that panels stand where people
     * look; what writes before what reads. */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i].role == MANN_ROLE_ERROR && episode->error.data) {
            add_array(scene, layout, &episode->error, &extras);
        }
        for (int access = MANN_ACCESS_NONE; access <= MANN_ACCESS_READ; access++) {
            for (int32_t k = 0; k < trace->count; k++) {
                const mann_trace_array *array = &trace->array[k];
                if ((int)array->access == access && look_up(array) == &places[i]) {
                    add_array(scene, layout, array, &extras);
                }
            }
        }
    }
    for (int32_t k = 0; k < trace->count; k++) {
        const mann_trace_array *array = &trace->array[k];
        if (!look_up(array) && !is_stage(episode, array)) {
            add_array(scene, layout, array, &extras);
        }
    }
    add_ranking(scene, layout);
}
