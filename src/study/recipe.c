/* Reading recipes. A member that is not known is an error, so that a misspelt one is not lost. */
#include "study/recipe.h"

#include "io/file.h"
#include "io/json.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 20 };

typedef struct reader {
    mann_context *context;
    const char *path;
    json_t *quick; /* NULL: the recipe as it is */
    mann_recipe *recipe;
} reader;

static mann_status wrong(const reader *r, const char *where, const char *what)
{
    return mann_fail(r->context, MANN_E_FORMAT, "%s: %s: %s", r->path, where, what);
}

/* known: names between spaces. */
static mann_status check_members(const reader *r, const char *where, json_t *object,
                                 const char *known)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object)) {
        return wrong(r, where, "not an object");
    }
    json_object_foreach(object, name, value)
    {
        char word[64];
        if (snprintf(word, sizeof word, " %s ", name) >= (int)sizeof word || !strstr(known, word)) {
            return mann_fail(r->context, MANN_E_FORMAT,
                             "%s: %s: unknown member '%s' (there are:%s)", r->path, where, name,
                             known);
        }
    }
    return MANN_OK;
}

/* A text or, as one, a number. Missing is "", which is an error if it is needed. */
static mann_status take_text(const reader *r, const char *where, const json_t *object,
                             const char *name, bool needed, char *text, size_t size)
{
    const json_t *value = json_object_get(object, name);
    int length = 0;
    text[0] = '\0';
    if (json_is_string(value)) {
        length = snprintf(text, size, "%s", json_string_value(value));
    } else if (json_is_number(value)) {
        length = snprintf(text, size, "%.10g", json_number_value(value));
    } else if (value) {
        return mann_fail(r->context, MANN_E_FORMAT, "%s: %s: '%s' is neither a text nor a number",
                         r->path, where, name);
    }
    if (length >= (int)size || (needed && !length)) {
        return mann_fail(r->context, MANN_E_FORMAT, "%s: %s: '%s' is %s", r->path, where, name,
                         length ? "too long" : "missing");
    }
    return MANN_OK;
}

/* A number above 0; without one, other. */
static mann_status take_number(const reader *r, const char *where, const json_t *object,
                               const char *name, double other, double *number)
{
    const json_t *value = json_object_get(object, name);
    *number = value ? json_number_value(value) : other;
    if (!(*number > 0 && *number < 1e15)) {
        return mann_fail(r->context, MANN_E_FORMAT, "%s: %s: '%s' is not a number above 0", r->path,
                         where, name);
    }
    return MANN_OK;
}

/* --- systems --- */

/* Lays "run" of the recipe, the system and the quick variant over each other. */
static mann_experiment *make_experiment(const reader *r, const char *where, const json_t *root,
                                        const json_t *system)
{
    const json_t *layer[] = {json_object_get(root, "run"), json_object_get(system, "run"),
                             json_object_get(r->quick, "run")};
    json_t *all = json_object();
    bool good = all != NULL;
    for (size_t i = 0; i < sizeof layer / sizeof layer[0]; i++) {
        json_t *copy = layer[i] ? json_deep_copy(layer[i]) : NULL;
        good = good && (!layer[i] || !json_object_update_recursive(all, copy));
        json_decref(copy);
    }
    char *text = good ? json_dumps(all, 0) : NULL;
    char place[1200];
    snprintf(place, sizeof place, "%s: %s: run", r->path, where);
    mann_experiment *e = text ? mann_experiment_parse(r->context, text, place, NULL, NULL) : NULL;
    if (!text) {
        wrong(r, where, "'run' is not an object of options");
    }
    if (e && mann_experiment_check(e)) {
        mann_experiment_free(e);
        e = NULL;
    }
    free(text);
    json_decref(all);
    return e;
}

static mann_status take_systems(reader *r, const json_t *root)
{
    const char *key;
    json_t *value, *systems = json_object_get(root, "systems");
    mann_status status = MANN_OK;
    if (!json_object_size(systems) || json_object_size(systems) > MANN_RECIPE_SYSTEMS) {
        return wrong(r, "systems", "from 1 to 24 of them are needed, as an object");
    }
    json_object_foreach(systems, key, value)
    {
        mann_recipe_system *s = &r->recipe->system[r->recipe->systems++];
        char where[64];
        if (status || snprintf(where, sizeof where, "systems.%s", key) >= (int)sizeof where ||
            strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(key) ||
            snprintf(s->key, sizeof s->key, "%s", key) >= (int)sizeof s->key) {
            return status ? status : wrong(r, "systems", "names are short, of a-z, 0-9 and -");
        }
        status = check_members(r, where, value, " name seeds run ");
        status =
            status ? status : take_text(r, where, value, "name", true, s->name, sizeof s->name);
        status =
            status ? status : take_text(r, where, value, "seeds", false, s->seeds, sizeof s->seeds);
        if (r->quick || !*s->seeds) {
            strcpy(s->seeds, r->recipe->seeds);
        }
        s->experiment = status ? NULL : make_experiment(r, where, root, value);
        status = status || s->experiment ? status : mann_context_status(r->context);
    }
    return status;
}

/* --- measures --- */

static mann_status take_published(const reader *r, const char *where, json_t *published,
                                  mann_recipe_measure *m)
{
    const mann_recipe *recipe = r->recipe;
    const char *key;
    json_t *value;
    mann_status status = MANN_OK;
    json_object_foreach(published, key, value)
    {
        int32_t i = 0;
        while (i < recipe->systems && strcmp(recipe->system[i].key, key)) {
            i++;
        }
        if (status || i == recipe->systems) {
            return status ? status
                          : wrong(r, where, "'published' names a system that there is not");
        }
        status =
            take_text(r, where, published, key, false, m->published[i], sizeof m->published[i]);
    }
    return status;
}

static mann_status take_kind(const reader *r, const char *where, const json_t *object,
                             mann_recipe_measure *m)
{
    const json_t *at = json_object_get(object, "at"), *after = json_object_get(object, "after");
    const json_t *until = json_object_get(object, "until");
    if (!!at + !!after + !!until != 1 || !!until == !!json_object_get(object, "metric")) {
        return wrong(r, where, "give 'metric' with 'at' or 'after', or 'until' alone");
    }
    const json_t *weights = json_object_get(object, "weights");
    if (weights &&
        (!at || !json_is_string(weights) || strcmp(json_string_value(weights), "last"))) {
        return wrong(r, where, "'weights' is \"last\", and goes with 'at'");
    }
    m->kind = at ? MANN_MEASURE_AT : after ? MANN_MEASURE_AFTER : MANN_MEASURE_UNTIL;
    if (until) {
        const char *text = json_string_value(until);
        mann_status status =
            text ? mann_conditions_parse(r->context, text, &m->until) : MANN_E_FORMAT;
        return status ? wrong(r, where, "'until' is not a condition such as wrong_bits<=0.01")
                      : MANN_OK;
    }
    mann_status status = take_text(r, where, object, "metric", true, m->metric, sizeof m->metric);
    if (!status && at) {
        status = take_text(r, where, object, "at", false, m->at, sizeof m->at);
        m->last = weights != NULL;
    } else if (!status) {
        status = take_number(r, where, object, "after", 0, &m->after);
        status = status || !r->quick
                     ? status
                     : take_number(r, "quick", r->quick, "after", m->after, &m->after);
    }
    return status;
}

static mann_status take_measures(reader *r, const json_t *root)
{
    const json_t *list = json_object_get(root, "measures");
    mann_status status = MANN_OK;
    size_t count = json_array_size(list);
    if (!count || count > MANN_RECIPE_MEASURES) {
        return wrong(r, "measures", "from 1 to 32 of them are needed, as an array");
    }
    for (size_t i = 0; !status && i < count; i++) {
        json_t *object = json_array_get(list, i);
        mann_recipe_measure *m = &r->recipe->measure[r->recipe->measures++];
        char where[32];
        snprintf(where, sizeof where, "measures.%zu", i);
        status =
            check_members(r, where, object, " name metric at weights after until published mean ");
        status =
            status ? status : take_text(r, where, object, "name", true, m->name, sizeof m->name);
        status =
            status ? status : take_text(r, where, object, "mean", false, m->mean, sizeof m->mean);
        status = status ? status : take_kind(r, where, object, m);
        status =
            status ? status : take_published(r, where, json_object_get(object, "published"), m);
    }
    return status;
}

/* --- all of it --- */

static mann_status take_changes(reader *r, const json_t *root)
{
    const json_t *list = json_object_get(root, "changes");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || i == MANN_RECIPE_CHANGES) {
            return wrong(r, "changes", text ? "more than 24 of them" : "not a text");
        }
        r->recipe->change[i] = strdup(text);
        r->recipe->changes += r->recipe->change[i] != NULL;
    }
    return MANN_OK;
}

static mann_status take_numbers(reader *r, const json_t *root)
{
    mann_recipe *recipe = r->recipe;
    double version, tests = 0;
    const json_t *own = json_object_get(root, "test_sequences");
    const json_t *quick = json_object_get(r->quick, "test_sequences");
    mann_status status = take_number(r, "recipe", root, "version", 1, &version);
    status = status ? status : take_number(r, "recipe", root, "minutes", 1, &recipe->minutes);
    if (!status && (own || quick)) {
        status = take_number(r, quick ? "quick" : "recipe", quick ? r->quick : root,
                             "test_sequences", 0, &tests);
    }
    recipe->version = status ? 0 : (int32_t)version;
    recipe->test_sequences = status ? 0 : (int32_t)fmin(tests, 1e8);
    return status;
}

static mann_status take_all(reader *r, json_t *root)
{
    mann_recipe *recipe = r->recipe;
    const struct {
        const char *name;
        char *text;
        size_t size;
    } texts[] = {{"name", recipe->name, sizeof recipe->name},
                 {"title", recipe->title, sizeof recipe->title},
                 {"paper", recipe->paper, sizeof recipe->paper},
                 {"where", recipe->where, sizeof recipe->where},
                 {"seeds", recipe->seeds, sizeof recipe->seeds}};
    mann_status status =
        check_members(r, "recipe", root,
                      " name version title paper where minutes seeds test_sequences changes run "
                      "systems measures restarts quick ");
    for (size_t i = 0; !status && i < sizeof texts / sizeof texts[0]; i++) {
        status = take_text(r, "recipe", root, texts[i].name, true, texts[i].text, texts[i].size);
    }
    if (!status && r->quick) {
        status = check_members(r, "quick", r->quick, " seeds test_sequences after run ");
        status = status ? status
                        : take_text(r, "quick", r->quick, "seeds", true, recipe->seeds,
                                    sizeof recipe->seeds);
    }
    const json_t *restarts = json_object_get(root, "restarts");
    recipe->restarts = json_is_true(restarts);
    if (!status && restarts && !json_is_boolean(restarts)) {
        status = wrong(r, "recipe", "'restarts' is neither true nor false");
    }
    status = status ? status : take_numbers(r, root);
    status = status ? status : take_changes(r, root);
    status = status ? status : take_systems(r, root);
    return status ? status : take_measures(r, root);
}

mann_recipe *mann_recipe_load(mann_context *context, const char *path, bool quick)
{
    char *text;
    size_t size;
    json_error_t error;
    if (mann_file_read(context, path, LARGEST_FILE, &text, &size)) {
        return NULL;
    }
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!root && mann_json_shortage(&error)) {
        mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
        return NULL;
    }
    if (!root) {
        mann_fail(context, MANN_E_FORMAT, "%s:%d:%d: %s", path, error.line, error.column,
                  error.text);
        return NULL;
    }
    reader r = {.context = context, .path = path, .recipe = calloc(1, sizeof *r.recipe)};
    mann_status status = r.recipe ? MANN_OK : mann_fail(context, MANN_E_NOMEM, "out of memory");
    if (!status && quick) {
        r.quick = json_object_get(root, "quick");
        status = r.quick ? MANN_OK : wrong(&r, "recipe", "there is no quick variant");
    }
    status = status ? status : take_all(&r, root);
    json_decref(root);
    if (status) {
        mann_recipe_free(r.recipe);
        return NULL;
    }
    return r.recipe;
}

void mann_recipe_free(mann_recipe *recipe)
{
    if (!recipe) {
        return;
    }
    for (int32_t i = 0; i < recipe->systems; i++) {
        mann_experiment_free(recipe->system[i].experiment);
    }
    for (int32_t i = 0; i < recipe->changes; i++) {
        free(recipe->change[i]);
    }
    free(recipe);
}

static int32_t find_system(mann_context *context, const mann_recipe *recipe, const char *key)
{
    char list[MANN_RECIPE_SYSTEMS * 36] = "";
    for (int32_t i = 0; i < recipe->systems; i++) {
        if (!strcmp(recipe->system[i].key, key)) {
            return i;
        }
        strcat(strcat(list, i ? ", " : ""), recipe->system[i].key);
    }
    mann_fail(context, MANN_E_INVAL, "%s has no system '%s'; it has %s", recipe->name, key, list);
    return -1;
}

mann_status mann_recipe_keep(mann_context *context, mann_recipe *recipe, const char *const *keys,
                             int32_t count)
{
    bool keep[MANN_RECIPE_SYSTEMS] = {false};
    int32_t kept = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t found = find_system(context, recipe, keys[i]);
        if (found < 0) {
            return MANN_E_INVAL;
        }
        keep[found] = true;
    }
    for (int32_t i = 0; i < recipe->systems; i++) {
        if (!keep[i]) {
            mann_experiment_free(recipe->system[i].experiment);
            continue;
        }
        recipe->system[kept] = recipe->system[i];
        for (int32_t m = 0; m < recipe->measures && kept < i; m++) {
            strcpy(recipe->measure[m].published[kept], recipe->measure[m].published[i]);
        }
        kept++;
    }
    for (int32_t m = 0; m < recipe->measures && kept < recipe->systems; m++) {
        recipe->measure[m].mean[0] = '\0';
    }
    recipe->systems = kept;
    return MANN_OK;
}

double mann_recipe_value(const char *metric, double (*look_up)(void *user, const char *name),
                         void *user)
{
    char left[MANN_RECIPE_TEXT], right[MANN_RECIPE_TEXT], operation;
    int words = sscanf(metric, "%95s %c %95s", left, &operation, right);
    if (words < 1) {
        return NAN;
    }
    double a = look_up(user, left);
    if (words != 3) {
        return words == 1 ? a : NAN;
    }
    bool number = isdigit((unsigned char)right[0]) != 0;
    double b = number ? strtod(right, NULL) : look_up(user, right);
    switch (operation) {
    case '-': return a - b;
    case '+': return a + b;
    case '*': return a * b;
    case '/': return a / b;
    default: return NAN;
    }
}
