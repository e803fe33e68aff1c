/* Read-outs as JSON: the inspector's, those of the task's overlay, or of a store on its own. */
#include "show/readout.h"
#include "show/ranking.h"

#include <jansson.h>
#include <math.h>

static void put(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, isfinite(value) ? json_real(value) : json_null());
}

static void put_count(json_t *object, const char *name, int64_t value)
{
    json_object_set_new(object, name, value >= 0 ? json_integer(value) : json_null());
}

static void put_text(json_t *object, const char *name, const char *value)
{
    json_object_set_new(object, name, json_string(value));
}

/* "W1", and "R2" of the second reading head; null without a family. */
static void put_head(json_t *object, const char *name, const mann_family *family, int32_t head)
{
    json_object_set_new(
        object, name,
        family
            ? json_sprintf("%s%d", family->access == MANN_ACCESS_WRITE ? "W" : "R", (int)head + 1)
            : json_null());
}

static json_t *heads_json(const mann_family *family)
{
    json_t *out = json_object();
    put_text(out, "name", family->name);
    put_count(out, "heads", family->heads);
    put_count(out, "locations", family->locations);
    put_count(out, "locations_used", family->used.count);
    put(out, "focus", family->focus);
    bool moves = !isnan(family->move_share);
    json_object_set_new(out, "move", moves ? json_integer(family->move) : json_null());
    put(out, "move_share", family->move_share);
    return out;
}

/* The lines of all writing heads; the best one is the picture's. */
static json_t *ranking_json(const mann_episode *episode, const mann_ranking *ranking)
{
    json_t *out = json_object(), *lines = json_array();
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        for (int32_t h = 0; family->access == MANN_ACCESS_WRITE && h < family->heads; h++) {
            mann_line line = mann_ranking_fit(episode, ranking, f, h);
            json_t *one = json_object();
            put_head(one, "head", family, h);
            put(one, "r_squared", line.fit);
            put(one, "locations_per_priority", isnan(line.fit) ? NAN : line.slope);
            json_array_append_new(lines, one);
        }
    }
    const mann_family *write = ranking->family >= 0 ? &episode->family[ranking->family] : NULL;
    const mann_family *read = NULL;
    if (ranking->read_family >= 0) {
        read = &episode->family[ranking->read_family];
    }
    put_head(out, "head", write, ranking->head);
    put(out, "r_squared", write ? ranking->line.fit : NAN);
    json_object_set_new(out, "lines", lines);
    put_count(out, "answers", ranking->ranked);
    put_count(out, "answers_read_where_written", ranking->read_right);
    put_head(out, "read_by", read, ranking->read_head);
    return out;
}

static void put_episode(json_t *out, const mann_episode *episode)
{
    const mann_trace *trace = episode->trace;
    put_text(out, "task", trace->task);
    put_text(out, "model", trace->model);
    put_count(out, "length", trace->length);
    put_count(out, "seed", (int64_t)trace->seed);
    put_count(out, "steps", trace->steps);
    put_count(out, "training_step", trace->step);
    put_count(out, "sequences", trace->sequences);
    put_count(out, "answers", episode->counted ? episode->counted : -1);
    put_count(out, "wrong", episode->counted ? episode->wrong : -1);
    json_t *heads = json_array();
    for (int32_t f = 0; f < episode->n_families; f++) {
        json_array_append_new(heads, heads_json(&episode->family[f]));
    }
    json_object_set_new(out, "heads", heads);
    if (!isnan(episode->match)) {
        json_t *match = json_object();
        put_count(match, "steps", episode->lag);
        put(match, "share", episode->match);
        json_object_set_new(out, "read_follows_write", match);
    }
    mann_ranking ranking = mann_ranking_find(episode);
    if (ranking.items > 0) {
        json_object_set_new(out, "location_by_priority", ranking_json(episode, &ranking));
    }
}

static void put_lab(json_t *out, const mann_lab *lab)
{
    char text[192];
    mann_lab_rule_name(&lab->setting.net, text);
    put_text(out, "rule", text);
    put_count(out, "patterns", lab->count);
    put_count(out, "units", lab->units);
    put(out, "load", (double)lab->count / lab->units);
    if (lab->trouble[0]) {
        put_text(out, "trouble", lab->trouble);
        return;
    }
    mann_hopfield_describe(&lab->verdict, text, sizeof text);
    put_text(out, "verdict", text);
    put_count(out, "frame", lab->frame);
    put_count(out, "frames", lab->frames);
    put(out, "energy", lab->energy[lab->frame]);
    put(out, "overlap", lab->overlap[lab->verdict.pattern[0]]);
}

void mann_scene_readouts(FILE *file, const mann_scene *scene)
{
    json_t *out = json_object();
    put_text(out, "state", scene->state);
    if (scene->lab) {
        put_lab(out, scene->lab);
    } else if (scene->episode) {
        put_episode(out, scene->episode);
    }
    json_dumpf(out, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    fputc('\n', file);
    json_decref(out);
}
