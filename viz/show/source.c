/* What the paths of the command line are, and the examples that they offer. */
#include "show/source_parts.h"

#include <mann/checkpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool mann_source_has_checkpoint(const mann_source *source)
{
    char path[MANN_SHELF_PATH];
    struct stat info;
    if (source->checkpoint || !source->n_runs) {
        return source->checkpoint != NULL;
    }
    snprintf(path, sizeof path, "%s/checkpoints/LATEST", source->run[0]->path);
    return !stat(path, &info);
}

static mann_status find_choices(mann_source *source)
{
    const mann_history *run = source->n_runs ? source->run[0] : NULL;
    int32_t most = source->n_files + (run ? run->n_snapshots : 0);
    mann_choice *list = calloc((size_t)most + 2, sizeof *list);
    if (!list) {
        return MANN_E_NOMEM;
    }
    int32_t count = 0;
    if (source->checkpoint || (!most && mann_source_has_checkpoint(source))) {
        list[count++] = (mann_choice){.length = -1, .file = -1, .live = true};
    }
    for (int32_t i = 0; run && i < run->n_snapshots; i++) {
        const mann_snapshot *snapshot = &run->snapshot[i];
        mann_choice *last = count ? &list[count - 1] : NULL;
        if (last && last->count && last->seed == snapshot->seed &&
            !strcmp(run->snapshot[last->first].setting, snapshot->setting)) {
            last->count++;
        } else {
            list[count++] = (mann_choice){snapshot->length, snapshot->seed, i, 1, -1, false};
        }
    }
    for (int32_t i = 0; i < source->n_files; i++) {
        list[count++] = (mann_choice){.length = -1, .file = i};
    }
    free(source->choice);
    source->choice = list;
    source->n_choices = count;
    return MANN_OK;
}

/* Of RUN/checkpoints/step-....safetensors or RUN@step, the run. */
static bool run_of_checkpoint(const char *path, char run[MANN_SHELF_PATH])
{
    const char *found = NULL, *numbered = strrchr(path, '@');
    if (numbered && numbered > path && strlen(path) < MANN_SHELF_PATH) {
        snprintf(run, MANN_SHELF_PATH, "%.*s", (int)(numbered - path), path);
        if (mann_history_is_folder(run)) {
            return true;
        }
    }
    for (const char *at = path; (at = strstr(at, "checkpoints/")); at++) {
        found = at;
    }
    if (!found || (found != path && found[-1] != '/') || strlen(path) >= MANN_SHELF_PATH) {
        return false;
    }
    snprintf(run, MANN_SHELF_PATH, "%.*s", found == path ? 1 : (int)(found - path - 1),
             found == path ? "." : path);
    return true;
}

static mann_status add_file(mann_context *context, mann_source *source, const char *path)
{
    mann_status status;
    mann_network *network = mann_checkpoint_open(context, path, NULL, NULL, &status);
    char *copy = malloc(strlen(path) + 1);
    if (!copy) {
        mann_network_free(network);
        return mann_fail(context, MANN_E_NOMEM, "out of memory");
    }
    strcpy(copy, path);
    if (!network) { /* what is no trace either is told when it is to be shown */
        source->file[source->n_files++] = copy;
    } else if (source->checkpoint) {
        free(copy);
        status = mann_fail(context, MANN_E_INVAL, "%s: more than one checkpoint", path);
    } else {
        source->checkpoint = copy;
    }
    mann_network_free(network);
    return network ? status : MANN_OK;
}

static mann_status add_path(mann_context *context, mann_source *source, const char *path)
{
    char run[MANN_SHELF_PATH];
    struct stat info;
    if (stat(path, &info) && !run_of_checkpoint(path, run)) {
        return mann_fail(context, MANN_E_IO, "%s: no such run folder, checkpoint or trace", path);
    }
    bool folder = mann_history_is_folder(path);
    mann_status status = folder ? MANN_OK : add_file(context, source, path);
    if (status) {
        return status;
    }
    if (!folder && source->checkpoint && run_of_checkpoint(path, run)) {
        path = run;
        folder = true;
    }
    if (folder) {
        if (source->n_runs == MANN_MAX_RUNS) {
            return mann_fail(context, MANN_E_INVAL, "more than %d runs", MANN_MAX_RUNS);
        }
        status = mann_history_open(context, path, &source->run[source->n_runs]);
        source->n_runs += !status;
    }
    return status;
}

mann_source *mann_source_open(mann_context *context, int32_t count, const char *const *path,
                              mann_status *status)
{
    mann_source *source = calloc(1, sizeof *source);
    if (source) {
        source->file = calloc((size_t)count + 1, sizeof *source->file);
    }
    if (!source || !source->file) {
        free(source);
        *status = mann_fail(context, MANN_E_NOMEM, "out of memory");
        return NULL;
    }
    *status = MANN_OK;
    for (int32_t i = 0; !*status && i < count; i++) {
        *status = add_path(context, source, path[i]);
    }
    if (!*status) {
        *status = find_choices(source);
    }
    if (*status) {
        mann_source_close(source);
        return NULL;
    }
    return source;
}

void mann_source_close(mann_source *source)
{
    if (!source) {
        return;
    }
    mann_shelf_clear(&source->shelf);
    for (int32_t i = 0; i < source->n_runs; i++) {
        mann_history_close(source->run[i]);
    }
    for (int32_t i = 0; i < source->n_files; i++) {
        free(source->file[i]);
    }
    mann_episode_free(source->own);
    mann_lab_free(source->lab);
    mann_reader_free(source->reader);
    free(source->checkpoint);
    free(source->file);
    free(source->choice);
    free(source);
}

bool mann_source_refresh(mann_source *source)
{
    bool changed = false;
    for (int32_t i = 0; i < source->n_runs; i++) {
        changed |= mann_history_refresh(source->run[i]);
    }
    if (changed) {
        find_choices(source);
    }
    return changed;
}

int32_t mann_source_choices(const mann_source *source)
{
    return source->n_choices;
}

const mann_choice *mann_source_choice(const mann_source *source, int32_t i)
{
    return i >= 0 && i < source->n_choices ? &source->choice[i] : NULL;
}

bool mann_source_find(const mann_source *source, const mann_state *state, int32_t *choice,
                      int32_t *snapshot)
{
    *choice = 0;
    *snapshot = -1;
    bool asked = state->length >= 0 || state->seeded, found = !asked;
    for (int32_t i = 0; asked && !found && i < source->n_choices; i++) {
        const mann_choice *one = &source->choice[i];
        found = (state->length < 0 || one->length == state->length) &&
                (!state->seeded || one->seed == state->seed);
        *choice = found ? i : 0;
    }
    if (*choice < source->n_choices && state->training >= 0) {
        const mann_choice *one = &source->choice[*choice];
        int64_t nearest = INT64_MAX;
        for (int32_t k = 0; k < one->count; k++) {
            int64_t apart = source->run[0]->snapshot[one->first + k].step - state->training;
            apart = apart < 0 ? -apart : apart;
            if (apart < nearest) {
                nearest = apart;
                *snapshot = k;
            }
        }
    }
    return found;
}
