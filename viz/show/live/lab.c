/* The whole settling is recorded as changes of units, so that any frame is found by applying or
 * taking back what lies between. Networks that flip for long are recorded up to a limit. */
#include "show/live/lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FRAMES = 1 << 15, MOST_CHANGES = 1 << 22, MOST_WEIGHTS = 1500, MOST_SWEEPS = 400 };

const char *const mann_damage_names[MANN_DAMAGES] = {"noise", "mask", "half"};

bool mann_lab_is_store(const mann_trace *trace)
{
    const mann_trace_array *patterns = mann_trace_role(trace, MANN_ROLE_PATTERN);
    return !strcmp(trace->task, "hopfield") && patterns && patterns->rank >= 2;
}

void mann_lab_rule_name(const mann_hopfield_options *options, char text[24])
{
    if (options->rule == MANN_HOPFIELD_DENSE) {
        snprintf(text, 24, "dense:%d", options->order ? options->order : 2);
    } else {
        snprintf(text, 24, "%s", mann_hopfield_rule_names[options->rule]);
    }
}

bool mann_lab_rule_find(const char *text, mann_hopfield_options *options)
{
    size_t length = strcspn(text, ":");
    for (int i = 0; i < MANN_HOPFIELD_RULES; i++) {
        const char *name = mann_hopfield_rule_names[i];
        if (strlen(name) != length || strncmp(text, name, length) != 0) {
            continue;
        }
        long order = text[length] ? strtol(text + length + 1, NULL, 10) : 0;
        options->rule = (mann_hopfield_rule)i;
        options->order = order >= 1 && order <= 64  ? (int32_t)order
                         : i == MANN_HOPFIELD_DENSE ? 3
                                                    : 0;
        return true;
    }
    return false;
}

/* ---- recording ---- */

static void add_change(mann_lab *lab, int32_t unit, float from, float to)
{
    if (lab->n_changes == lab->change_room && lab->n_changes < MOST_CHANGES) {
        int32_t room = lab->change_room ? 2 * lab->change_room : 1024;
        mann_lab_change *larger = realloc(lab->change, (size_t)room * sizeof *larger);
        lab->change = larger ? larger : lab->change;
        lab->change_room = larger ? room : lab->change_room;
    }
    if (lab->n_changes < lab->change_room) {
        lab->change[lab->n_changes++] = (mann_lab_change){unit, from, to};
    }
}

static bool make_frames(mann_lab *lab, int32_t room)
{
    double *energy = realloc(lab->energy, (size_t)room * sizeof *energy);
    lab->energy = energy ? energy : lab->energy;
    int32_t *begin = realloc(lab->begin, (size_t)room * sizeof *begin);
    lab->begin = begin ? begin : lab->begin;
    lab->frame_room = energy && begin ? room : lab->frame_room;
    return energy && begin;
}

/* Ends a frame: what was added since the last one leads to it. */
static void add_frame(mann_lab *lab, double energy)
{
    int32_t next = lab->frames + 1;
    if (next < MOST_FRAMES && (next < lab->frame_room || make_frames(lab, 2 * lab->frame_room))) {
        lab->frames = next;
        lab->energy[next] = energy;
        lab->begin[next] = lab->n_changes;
    }
}

/* Of an asynchronous sweep. lab->state runs along. */
static void one_change(void *user, int32_t unit, float value, double energy)
{
    mann_lab *lab = user;
    add_change(lab, unit, lab->state[unit], value);
    lab->state[unit] = value;
    add_frame(lab, energy);
}

bool mann_lab_has_update(const mann_lab *lab)
{
    return lab->setting.net.rule <= MANN_HOPFIELD_DENSE;
}

bool mann_lab_is_stepwise(const mann_lab *lab)
{
    return mann_lab_has_update(lab) && lab->setting.update == MANN_HOPFIELD_ASYNC;
}

static void record(mann_lab *lab, mann_hopfield_walk *walk)
{
    for (int32_t sweep = 0; lab->ending == MANN_HOPFIELD_RUNNING && sweep < MOST_SWEEPS; sweep++) {
        lab->ending = mann_hopfield_sweep(walk);
        const float *now = mann_hopfield_state(walk);
        if (mann_lab_is_stepwise(lab)) {
            continue;
        }
        int32_t before = lab->n_changes;
        for (int32_t i = 0; i < lab->units; i++) {
            if (now[i] != lab->state[i]) {
                add_change(lab, i, lab->state[i], now[i]);
                lab->state[i] = now[i];
            }
        }
        if (lab->n_changes > before) {
            add_frame(lab, mann_hopfield_walk_energy(walk));
        }
    }
    if (lab->ending == MANN_HOPFIELD_RUNNING) {
        lab->ending = MANN_HOPFIELD_LIMIT;
    }
}

static void trouble(mann_lab *lab, const char *what)
{
    snprintf(lab->trouble, sizeof lab->trouble, "%s", what);
}

/* Lets the cue settle. */
static void settle(mann_lab *lab)
{
    mann_hopfield_dynamics dynamics = {.update = lab->setting.update};
    if (lab->setting.net.rule > MANN_HOPFIELD_DENSE) {
        dynamics.update = MANN_HOPFIELD_ASYNC; /* these rules have dynamics of their own */
    }
    lab->frames = lab->frame = lab->n_changes = 0;
    lab->ending = MANN_HOPFIELD_RUNNING;
    lab->begin[0] = 0;
    memcpy(lab->state, lab->cue, (size_t)lab->units * sizeof *lab->state);
    mann_hopfield_walk *walk;
    if (!lab->net || mann_hopfield_walk_alloc(lab->net, &dynamics, &walk)) {
        return;
    }
    mann_rng rng = mann_rng_stream(lab->setting.draw, "lab order", 0);
    mann_hopfield_begin(walk, lab->cue, &rng);
    /* The walk may have to bring the cue into its range first. */
    lab->energy[0] = mann_hopfield_energy(lab->net, lab->cue);
    if (mann_lab_is_stepwise(lab)) {
        mann_hopfield_watch(walk, one_change, lab);
    }
    record(lab, walk);
    mann_hopfield_walk_free(walk);
    if (mann_hopfield_judge(lab->net, lab->state, lab->ending, &lab->verdict)) {
        trouble(lab, "out of memory");
    }
    lab->frame = lab->frames;
    mann_lab_go(lab, lab->frames);
}

void mann_lab_go(mann_lab *lab, int64_t frame)
{
    int32_t to = (int32_t)(frame < 0 ? 0 : frame > lab->frames ? lab->frames : frame);
    for (; lab->frame < to; lab->frame++) {
        for (int32_t i = lab->begin[lab->frame]; i < lab->begin[lab->frame + 1]; i++) {
            lab->state[lab->change[i].unit] = lab->change[i].to;
        }
    }
    for (; lab->frame > to; lab->frame--) {
        for (int32_t i = lab->begin[lab->frame]; i-- > lab->begin[lab->frame - 1];) {
            lab->state[lab->change[i].unit] = lab->change[i].from;
        }
    }
    memcpy(lab->before, lab->state, (size_t)lab->units * sizeof *lab->before);
    for (int32_t i = lab->frame ? lab->begin[lab->frame - 1] : 0; i < lab->begin[lab->frame]; i++) {
        lab->before[lab->change[i].unit] = lab->change[i].from;
    }
    if (lab->net) {
        mann_hopfield_overlaps(lab->net, lab->state, lab->overlap);
        mann_hopfield_softmax(lab->net, lab->state, lab->softmax);
    }
}

/* ---- the store ---- */

static void make_weights(mann_lab *lab)
{
    mann_hopfield_rule rule = lab->setting.net.rule;
    free(lab->weight);
    lab->weight = NULL;
    if (rule >= MANN_HOPFIELD_DENSE || lab->units > MOST_WEIGHTS) {
        return;
    }
    size_t n = (size_t)lab->units;
    lab->weight = malloc(n * n * sizeof *lab->weight);
    for (size_t i = 0; lab->weight && i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            lab->weight[i * n + j] = (float)mann_hopfield_weight(lab->net, (int32_t)i, (int32_t)j);
        }
    }
}

static void make_net(mann_lab *lab)
{
    mann_hopfield_free(lab->net);
    lab->net = NULL;
    lab->trouble[0] = 0;
    mann_status status =
        mann_hopfield_alloc(lab->context, &lab->setting.net, lab->units, &lab->net);
    status = status ? status : mann_hopfield_store(lab->net, lab->count, lab->pattern);
    if (status) {
        trouble(lab, mann_context_message(lab->context));
        mann_hopfield_free(lab->net);
        lab->net = NULL;
    } else {
        make_weights(lab);
    }
}

static void make_cue(mann_lab *lab)
{
    const mann_lab_setting *setting = &lab->setting;
    int32_t units = lab->units;
    mann_rng rng = mann_rng_stream(setting->draw, "lab cue", (uint64_t)setting->pattern);
    memcpy(lab->cue, lab->pattern + (size_t)setting->pattern * (size_t)units,
           (size_t)units * sizeof *lab->cue);
    if (setting->damage == MANN_DAMAGE_NOISE) {
        mann_hopfield_flip(lab->cue, units, setting->amount, &rng);
    } else if (setting->damage == MANN_DAMAGE_MASK) {
        mann_hopfield_mask(lab->cue, units, setting->amount, &rng);
    } else {
        int32_t known = (lab->height + 1) / 2 * lab->width;
        for (int32_t i = known; i < units; i++) {
            lab->cue[i] = 0;
        }
    }
    lab->painted = false;
}

static bool same_net(const mann_hopfield_options *a, const mann_hopfield_options *b)
{
    return a->rule == b->rule && a->order == b->order && a->plain == b->plain && a->beta == b->beta;
}

void mann_lab_set(mann_lab *lab, const mann_lab_setting *setting)
{
    mann_lab_setting old = lab->setting;
    bool painted = lab->painted;
    lab->setting = *setting;
    lab->setting.pattern = (setting->pattern % lab->count + lab->count) % lab->count;
    lab->setting.amount = fmin(fmax(setting->amount, 0), 1);
    bool same_cue = old.pattern == lab->setting.pattern && old.damage == setting->damage &&
                    old.amount == lab->setting.amount && old.draw == setting->draw;
    if (!lab->net || !same_net(&old.net, &setting->net)) {
        make_net(lab);
    }
    if (!painted || !same_cue) {
        make_cue(lab);
    }
    settle(lab);
}

void mann_lab_paint(mann_lab *lab, int32_t unit, float value)
{
    lab->cue[unit] = value;
    lab->painted = true;
    settle(lab);
    mann_lab_go(lab, 0);
}

void mann_lab_free(mann_lab *lab)
{
    if (!lab) {
        return;
    }
    mann_hopfield_free(lab->net);
    free(lab->pattern);
    free(lab->weight);
    free(lab->cue);
    free(lab->state);
    free(lab->before);
    free(lab->energy);
    free(lab->change);
    free(lab->begin);
    free(lab->overlap);
    free(lab->softmax);
    mann_context_free(lab->context);
    free(lab);
}

/* The shape of the pictures: the array's own, or about a square. */
static void find_shape(mann_lab *lab, const mann_trace_array *patterns)
{
    bool shaped = patterns->rank == 3 && patterns->n[1] > 1;
    lab->units = patterns->rank == 3 ? patterns->n[1] * patterns->n[2] : patterns->n[1];
    lab->width = shaped ? patterns->n[2] : (int32_t)ceil(sqrt(lab->units));
    lab->height = shaped ? patterns->n[1] : (lab->units + lab->width - 1) / lab->width;
}

mann_lab *mann_lab_alloc(mann_context *context, const mann_trace *trace)
{
    const mann_trace_array *patterns = mann_trace_role(trace, MANN_ROLE_PATTERN);
    if (patterns->rank > 3) {
        mann_fail(context, MANN_E_FORMAT, "the patterns have more than rows and columns");
        return NULL;
    }
    mann_lab *lab = calloc(1, sizeof *lab);
    if (!lab) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for a Hopfield store");
        return NULL;
    }
    find_shape(lab, patterns);
    lab->count = patterns->n[0];
    size_t units = (size_t)lab->units, all = units * (size_t)lab->count;
    lab->pattern = malloc(all * sizeof *lab->pattern);
    lab->cue = calloc(units, sizeof *lab->cue);
    lab->state = calloc(units, sizeof *lab->state);
    lab->before = calloc(units, sizeof *lab->before);
    lab->overlap = calloc((size_t)lab->count, sizeof *lab->overlap);
    lab->softmax = calloc((size_t)lab->count, sizeof *lab->softmax);
    lab->context = mann_context_alloc();
    if (!lab->pattern || !lab->cue || !lab->state || !lab->before || !lab->overlap ||
        !lab->softmax || !lab->context || !make_frames(lab, 1024)) {
        mann_lab_free(lab);
        mann_fail(context, MANN_E_NOMEM, "out of memory for a Hopfield store");
        return NULL;
    }
    memcpy(lab->pattern, patterns->data, all * sizeof *lab->pattern);
    lab->energy[0] = 0;
    mann_lab_setting usual = {.amount = 0.2, .draw = 1};
    mann_lab_set(lab, &usual);
    return lab;
}
