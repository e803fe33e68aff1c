/* A cohort is called by what tells it from the others: task and model where they differ, then
 * options that it has otherwise than task and model set them by themselves, or than another cohort
 * of that task and model. So two models are told apart by their names, not by the forty options
 * that come with them. */
#include "study/cohorts.h"

#include "experiment/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 32 };

typedef struct member {
    mann_settings own, usual; /* usual: as task and model are by themselves */
} member;

typedef struct naming {
    int32_t count; /* cohorts */
    member *cohort;
    const char *key[MOST_KEYS]; /* options to name */
    int32_t keys;
} naming;

static bool is_changed(const member *g, const char *key)
{
    const char *own = mann_settings_get(&g->own, key), *usual = mann_settings_get(&g->usual, key);
    return own && (!usual || strcmp(usual, own));
}

/* Whether a cohort of the same task and model has another value. */
static bool is_varied(const naming *n, const member *g, const char *key)
{
    static const char *const names[] = {"task", "model"};
    for (int32_t i = 0; i < n->count; i++) {
        const member *other = &n->cohort[i];
        bool same = true;
        for (int k = 0; k < 2; k++) {
            same = same && !strcmp(mann_settings_get(&g->own, names[k]),
                                   mann_settings_get(&other->own, names[k]));
        }
        const char *mine = mann_settings_get(&g->own, key);
        const char *its = mann_settings_get(&other->own, key);
        if (same && mine && its && strcmp(mine, its)) {
            return true;
        }
    }
    return false;
}

static bool differs(const naming *n, const char *key)
{
    const char *first = NULL;
    for (int32_t i = 0; i < n->count; i++) {
        const char *value = mann_settings_get(&n->cohort[i].own, key);
        if (value && first && strcmp(value, first)) {
            return true;
        }
        first = value ? value : first;
    }
    return false;
}

static bool is_named(const naming *n, const char *key)
{
    for (int32_t i = 0; i < n->keys; i++) {
        if (!strcmp(n->key[i], key)) {
            return true;
        }
    }
    return false;
}

static void collect_keys(naming *n)
{
    for (int32_t i = 0; i < n->count; i++) {
        const member *g = &n->cohort[i];
        for (int32_t k = 0; k < g->own.count && n->keys < MOST_KEYS; k++) {
            const char *key = g->own.setting[k].key;
            bool name = !strchr(key, '.'); /* task, model: named apart */
            if (!name && is_changed(g, key) && !is_named(n, key) && differs(n, key)) {
                n->key[n->keys++] = key;
            }
        }
    }
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

/* "lr" of "train.lr", unless another key ends so too. */
static const char *short_key(const naming *n, int32_t k)
{
    const char *mine = last_part(n->key[k]);
    for (int32_t i = 0; i < n->keys; i++) {
        if (i != k && !strcmp(last_part(n->key[i]), mine)) {
            return n->key[k];
        }
    }
    return mine;
}

static void append(char label[MANN_GROUP_LABEL], const char *name, const char *value)
{
    size_t used = strlen(label);
    snprintf(label + used, MANN_GROUP_LABEL - used, "%s%s%s%s", used ? " " : "", name,
             *name ? "=" : "", value);
}

static void make_label(const naming *n, int32_t i, char label[MANN_GROUP_LABEL])
{
    const mann_settings *own = &n->cohort[i].own;
    label[0] = '\0';
    if (n->count == 1 || differs(n, "task")) {
        append(label, "", mann_settings_get(own, "task"));
    }
    if (n->count == 1 || differs(n, "model")) {
        append(label, "", mann_settings_get(own, "model"));
    }
    for (int32_t k = 0; k < n->keys; k++) {
        const char *value = mann_settings_get(own, n->key[k]);
        if (value &&
            (is_changed(&n->cohort[i], n->key[k]) || is_varied(n, &n->cohort[i], n->key[k]))) {
            append(label, short_key(n, k), value);
        }
    }
}

static mann_status read_member(mann_context *context, const mann_experiment *e, member *out)
{
    *out = (member){.own = {0}};
    mann_experiment *usual =
        mann_experiment_alloc(context, mann_experiment_task_name(e), mann_experiment_model_name(e));
    mann_status status = usual ? mann_settings_read(context, usual, &out->usual) : MANN_E_NOMEM;
    mann_experiment_free(usual);
    return status ? status : mann_settings_read(context, e, &out->own);
}

/* Puts a run into the cohort that it belongs to, or a new one. */
static mann_status place(mann_context *context, naming *n, const mann_experiment *e,
                         int32_t *cohort)
{
    member *made = &n->cohort[n->count];
    mann_status status = read_member(context, e, made);
    n->count++; /* to be cleared in any case */
    for (*cohort = 0; !status && *cohort < n->count - 1; (*cohort)++) {
        if (!mann_settings_difference(&made->own, &n->cohort[*cohort].own)) {
            mann_settings_clear(&made->own);
            mann_settings_clear(&made->usual);
            n->count--;
            break;
        }
    }
    return status;
}

mann_status mann_cohorts_make(mann_context *context, int32_t runs,
                              const mann_experiment *const *experiment, mann_cohorts *cohorts)
{
    naming n = {.cohort = calloc((size_t)runs + 1, sizeof *n.cohort)};
    *cohorts = (mann_cohorts){.of = calloc((size_t)runs + 1, sizeof *cohorts->of),
                              .label = calloc((size_t)runs + 1, sizeof *cohorts->label)};
    mann_status status = n.cohort && cohorts->of && cohorts->label
                             ? MANN_OK
                             : mann_fail(context, MANN_E_NOMEM, "out of memory for cohorts");
    for (int32_t i = 0; !status && i < runs; i++) {
        status = place(context, &n, experiment[i], &cohorts->of[i]);
    }
    if (!status) {
        cohorts->count = n.count;
        collect_keys(&n);
        for (int32_t i = 0; i < n.count; i++) {
            make_label(&n, i, cohorts->label[i]);
        }
    } else {
        mann_cohorts_clear(cohorts);
    }
    for (int32_t i = 0; n.cohort && i < n.count; i++) {
        mann_settings_clear(&n.cohort[i].own);
        mann_settings_clear(&n.cohort[i].usual);
    }
    free(n.cohort);
    return status;
}

void mann_cohorts_clear(mann_cohorts *cohorts)
{
    free(cohorts->of);
    free(cohorts->label);
    *cohorts = (mann_cohorts){.count = 0};
}
