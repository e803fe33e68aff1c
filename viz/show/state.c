/* State strings, read and written. */
#include "show/state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const scales[MANN_SCALE_COUNT] = {"linear", "sqrt", "log"};

/* All of the text is the format's. */
static bool matches(const char *text, const char *format, void *a, void *b)
{
    char full[64];
    int end = -1;
    snprintf(full, sizeof full, "%s%%n", format);
    if (b) {
        sscanf(text, full, a, b, &end);
    } else {
        sscanf(text, full, a, &end);
    }
    return end >= 0 && !text[end];
}

static bool parse_pin(const char *text, mann_state *state)
{
    /* "read.1.57": the last two parts are numbers. */
    const char *last = strrchr(text, '.'), *middle = NULL;
    for (const char *c = text; last && c < last; c++) {
        middle = *c == '.' ? c : middle;
    }
    if (!middle || (size_t)(middle - text) >= sizeof state->pin_family) {
        return false;
    }
    if (!matches(middle + 1, "%" SCNd32 ".%" SCNd32, &state->pin_head, &state->pin_location) ||
        state->pin_head < 1 || state->pin_location < -1) {
        return false;
    }
    state->pin_head--;
    snprintf(state->pin_family, sizeof state->pin_family, "%.*s", (int)(middle - text), text);
    return true;
}

/* In the order of mann_knob. */
static const char *const knobs[MANN_KNOBS] = {"beta", "gate", "shift", "gamma"};

static bool parse_knob(const char *part, mann_state *state)
{
    for (int i = 0; i < MANN_KNOBS; i++) {
        size_t length = strlen(knobs[i]);
        if (!strncmp(part, knobs[i], length) && part[length] == '=') {
            char *end;
            double value = strtod(part + length + 1, &end);
            state->what_if.on = state->what_if.turned[i] = true;
            state->what_if.value[i] = value;
            return end != part + length + 1 && !*end && value >= -100 && value <= 100;
        }
    }
    return false;
}

/* "noise=0.2", "mask=0.5", "half". */
static bool parse_damage(const char *part, mann_state *state)
{
    for (int i = 0; i < MANN_DAMAGES; i++) {
        size_t length = strlen(mann_damage_names[i]);
        if (strncmp(part, mann_damage_names[i], length) != 0) {
            continue;
        }
        char *end;
        state->damaged = true;
        state->lab.damage = (mann_damage)i;
        if (i == MANN_DAMAGE_HALF) {
            return !part[length];
        }
        state->lab.amount = strtod(part + length + (part[length] == '='), &end);
        return part[length] == '=' && part[length + 1] && !*end && state->lab.amount >= 0 &&
               state->lab.amount <= 1;
    }
    return false;
}

static bool parse_store(const char *part, mann_state *state)
{
    if (!strncmp(part, "rule=", 5)) {
        return state->ruled = mann_lab_rule_find(part + 5, &state->lab.net);
    }
    if (!strcmp(part, "update=sync") || !strcmp(part, "update=async")) {
        state->updated = true;
        state->lab.update = part[7] == 's' ? MANN_HOPFIELD_SYNC : MANN_HOPFIELD_ASYNC;
        return true;
    }
    if (!strncmp(part, "cue=", 4)) {
        return matches(part + 4, "%" SCNd32, &state->cue, NULL) && --state->cue >= 0;
    }
    if (!strncmp(part, "question=", 9)) {
        return matches(part + 9, "%" SCNd32, &state->question, NULL) && --state->question >= 0;
    }
    if (!strncmp(part, "draw=", 5)) {
        return state->drawn = matches(part + 5, "%" SCNu64, &state->lab.draw, NULL);
    }
    return parse_damage(part, state);
}

static bool parse_word(const char *part, mann_state *state)
{
    int32_t number;
    if (parse_store(part, state)) {
        return true;
    }
    if (parse_knob(part, state)) {
        return true;
    }
    if (!strncmp(part, "screen=", 7) && matches(part + 7, "%" SCNd32, &number, NULL)) {
        state->screened = true;
        state->screen = (mann_screen)(number - 1);
        return number >= 1 && number <= MANN_SCREENS;
    }
    if (!strncmp(part, "map=", 4)) {
        state->map = mann_map_find(part + 4);
        return state->map != MANN_MAP_COUNT;
    }
    if (!strncmp(part, "scale=", 6)) {
        for (int i = 0; i < MANN_SCALE_COUNT; i++) {
            if (!strcmp(part + 6, scales[i])) {
                state->scale = (mann_scale_kind)i;
                return true;
            }
        }
        return false;
    }
    if (!strncmp(part, "zoom=", 5)) {
        return matches(part + 5, "%" SCNd32 "+%" SCNd32, &state->first, &state->count) &&
               state->first >= 0 && state->count >= 1;
    }
    if (!strncmp(part, "panel=", 6)) {
        return matches(part + 6, "%" SCNd32, &state->panel, NULL) && --state->panel >= 0;
    }
    if (!strncmp(part, "pin=", 4)) {
        return parse_pin(part + 4, state);
    }
    if (!strcmp(part, "light") || !strcmp(part, "dark")) {
        state->dark = *part == 'd';
        state->themed = true;
        return true;
    }
    if (!strcmp(part, "used") || !strcmp(part, "all")) {
        state->locations = *part == 'u' ? MANN_LOCATIONS_USED : MANN_LOCATIONS_ALL;
        return true;
    }
    bool *flag = !strcmp(part, "auto")   ? &state->automatic
                 : !strcmp(part, "full") ? &state->full
                                         : NULL;
    if (flag) {
        *flag = true;
    }
    return flag;
}

static bool parse_run(const char *part, mann_state *state)
{
    const char *at = strrchr(part, '@');
    size_t length = at ? (size_t)(at - part) : strlen(part);
    if (length >= sizeof state->run || strchr(part, '=')) {
        return false;
    }
    if (at && (!matches(at + 1, "%" SCNd64, &state->training, NULL) || state->training < 0)) {
        return false;
    }
    memcpy(state->run, part, length);
    state->run[length] = 0;
    return true;
}

static bool parse_part(const char *part, bool first, mann_state *state)
{
    if (*part == 'L' && matches(part + 1, "%" SCNd32, &state->length, NULL)) {
        return state->length >= 0;
    }
    if (*part == 's' && part[1] != '-' && matches(part + 1, "%" SCNu64, &state->seed, NULL)) {
        return state->seeded = true;
    }
    if (*part == 't' && matches(part + 1, "%" SCNd32, &state->step, NULL)) {
        return state->step >= 0;
    }
    return parse_word(part, state) || (first && parse_run(part, state));
}

mann_status mann_state_parse(mann_context *context, const char *text, mann_state *state)
{
    mann_state made = {.training = -1, .length = -1, .step = -1, .panel = -1, .cue = -1};
    bool first = true;
    while (*text) {
        char part[160];
        size_t length = strcspn(text, "/");
        if (length >= sizeof part) {
            return mann_fail(context, MANN_E_INVAL, "state: '%.40s…' is too long", text);
        }
        memcpy(part, text, length);
        part[length] = 0;
        if (length && !parse_part(part, first, &made)) {
            return mann_fail(context, MANN_E_INVAL,
                             "state: '%s' is not understood; a state looks like "
                             "copy-1@1500/L20/s7/t23",
                             part);
        }
        first = first && !length;
        text += length + (text[length] == '/');
    }
    *state = made;
    return MANN_OK;
}

static void apply_to_lab(const mann_state *state, mann_scene *scene)
{
    mann_lab_setting setting = scene->lab->setting;
    if (state->ruled) {
        setting.net = state->lab.net;
    }
    if (state->what_if.turned[MANN_KNOB_STRENGTH]) {
        setting.net.beta = state->what_if.value[MANN_KNOB_STRENGTH];
    }
    if (state->damaged) {
        setting.damage = state->lab.damage;
        setting.amount = state->lab.amount;
    }
    setting.update = state->updated ? state->lab.update : setting.update;
    setting.pattern = state->cue >= 0 ? state->cue : setting.pattern;
    setting.draw = state->drawn ? state->lab.draw : setting.draw;
    mann_lab_set(scene->lab, &setting);
    if (state->step >= 0) {
        mann_lab_go(scene->lab, state->step);
    }
    scene->what_if.on = false;
    scene->screen = state->screened ? state->screen : MANN_SCREEN_HOPFIELD;
}

void mann_state_apply(const mann_state *state, mann_scene *scene)
{
    if (state->step >= 0) {
        scene->step = state->step;
    }
    scene->screen = state->screen;
    scene->first = state->first;
    scene->count = state->count;
    scene->map = state->map;
    scene->scale = state->scale;
    scene->automatic = state->automatic;
    scene->locations = state->locations;
    scene->what_if = state->what_if;
    scene->focus = state->panel;
    scene->full = state->full;
    scene->dark = state->themed ? state->dark : scene->dark;
    scene->pin = (mann_pin){-1, 0, -1};
    const mann_episode *episode = scene->episode;
    for (int32_t f = 0; state->pin_family[0] && episode && f < episode->n_families; f++) {
        if (!strcmp(episode->family[f].name, state->pin_family)) {
            scene->pin = (mann_pin){f, state->pin_head, state->pin_location};
        }
    }
    if (scene->lab) {
        apply_to_lab(state, scene);
    }
    if (scene->tale && !state->screened) {
        scene->screen = MANN_SCREEN_HOPS;
    }
}

/* Adds a part where there is room for it. */
static void MANN_PRINTF(2, 3) add(char text[192], const char *format, ...)
{
    char part[160];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    size_t used = strlen(text);
    if (length > 0 && (size_t)length < sizeof part && used + (size_t)length < 192) {
        memcpy(text + used, part, (size_t)length + 1);
    }
}

static void print_lab(const mann_scene *scene, char text[192])
{
    const mann_lab *lab = scene->lab;
    const mann_lab_setting *setting = &lab->setting;
    char rule[24];
    mann_lab_rule_name(&setting->net, rule);
    add(text, "%s/rule=%s", scene->episode->trace->run, rule);
    if (setting->net.beta > 0) {
        add(text, "/beta=%.4g", setting->net.beta);
    }
    if (setting->update == MANN_HOPFIELD_SYNC) {
        add(text, "/update=sync");
    }
    add(text, "/cue=%" PRId32, setting->pattern + 1);
    if (setting->damage == MANN_DAMAGE_HALF) {
        add(text, "/half");
    } else {
        add(text, "/%s=%.4g", mann_damage_names[setting->damage], setting->amount);
    }
    add(text, "/draw=%" PRIu64, setting->draw);
    if (lab->painted) {
        add(text, "/edited");
    }
    if (lab->frame != lab->frames) {
        add(text, "/t%" PRId32, lab->frame);
    }
    if (!scene->dark) {
        add(text, "/light");
    }
}

/* Which episode it is. */
static void print_episode(const mann_scene *scene, char text[192])
{
    const mann_trace *trace = scene->episode->trace;
    add(text, "%s", trace->run[0] ? trace->run : "trace");
    if (trace->step >= 0) {
        add(text, "@%" PRId64, trace->step);
    }
    add(text, "/L%" PRId32 "/s%" PRIu64 "/t%" PRId32, trace->length, trace->seed, scene->step);
    if (scene->edited) {
        add(text, "/edited"); /* an input that a state cannot tell: not to be read again */
    }
}

static void print_head(const mann_scene *scene, char text[192])
{
    const mann_episode *episode = scene->episode;
    if (episode && scene->pin.family >= 0 && scene->pin.family < episode->n_families) {
        add(text, "/pin=%s.%" PRId32 ".%" PRId32, episode->family[scene->pin.family].name,
            scene->pin.head + 1, scene->pin.location);
    }
    for (int i = 0; scene->what_if.on && i < MANN_KNOBS; i++) {
        if (scene->what_if.turned[i]) {
            add(text, "/%s=%.4g", knobs[i], scene->what_if.value[i]);
        }
    }
}

/* What differs from the usual looks. */
static void print_looks(const mann_scene *scene, char text[192])
{
    if (scene->count > 0) {
        add(text, "/zoom=%" PRId32 "+%" PRId32, scene->first, scene->count);
    }
    if (scene->map != MANN_MAP_THEME) {
        add(text, "/map=%s", mann_map_name(scene->map));
    }
    if (scene->scale != MANN_SCALE_LINEAR) {
        add(text, "/scale=%s", scales[scene->scale]);
    }
    if (scene->focus >= 0 && scene->full) {
        add(text, "/panel=%" PRId32 "/full", scene->focus + 1);
    }
    if (scene->automatic) {
        add(text, "/auto");
    }
    if (scene->locations != MANN_LOCATIONS_USUAL) {
        add(text, scene->locations == MANN_LOCATIONS_USED ? "/used" : "/all");
    }
    if (!scene->dark) {
        add(text, "/light");
    }
}

void mann_state_print(const mann_scene *scene, char text[192])
{
    text[0] = 0;
    const mann_episode *episode = scene->episode;
    if (episode && scene->lab && scene->screen == MANN_SCREEN_HOPFIELD) {
        print_lab(scene, text);
        return;
    }
    if (episode && mann_scene_on_hops(scene)) {
        add(text, "%s/question=%" PRId32 "%s/screen=3%s", episode->trace->run,
            scene->tale->index + 1, scene->tale->own ? "/edited" : "", scene->dark ? "" : "/light");
        return;
    }
    if (episode) {
        print_episode(scene, text);
    } else if (scene->n_runs) {
        add(text, "%s", scene->run[0]->name);
    }
    bool usual = scene->screen == MANN_SCREEN_MEMORY && !scene->tale && !scene->lab;
    if (!usual) {
        add(text, "/screen=%d", (int)scene->screen + 1);
    }
    print_head(scene, text);
    print_looks(scene, text);
}
