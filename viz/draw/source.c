/* Sources. Of a run that is still training, the last trace is what there is to see. One that has
 * ended stands for its best checkpoint, which the last trace is not of: that is run again on the
 * traces' own example. */
#include "draw/source.h"
#include "draw/shelf.h"

#include <mann/checkpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 1024 };

struct mann_source {
    int32_t n_runs;
    mann_history *run[MANN_MAX_RUNS];
    int32_t n_files;
    char **file;
    char *checkpoint;  /* file, or NULL: the run's */
    mann_episode *own; /* of running it */
    int32_t n_choices;
    mann_choice *choice;
    mann_shelf shelf;
    mann_lab *lab; /* of the file below */
    int32_t lab_file;
    mann_reader *reader;
    int64_t reader_best; /* best step of the run when it was opened */
};

/* Whether there is something to run already. */
static bool has_checkpoint(const mann_source *source)
{
    char path[PATH_SIZE];
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
    if (source->checkpoint || (!most && has_checkpoint(source))) {
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
static bool run_of_checkpoint(const char *path, char run[PATH_SIZE])
{
    const char *found = NULL, *numbered = strrchr(path, '@');
    if (numbered && numbered > path && strlen(path) < PATH_SIZE) {
        snprintf(run, PATH_SIZE, "%.*s", (int)(numbered - path), path);
        if (mann_history_is_folder(run)) {
            return true;
        }
    }
    for (const char *at = path; (at = strstr(at, "checkpoints/")); at++) {
        found = at;
    }
    if (!found || (found != path && found[-1] != '/') || strlen(path) >= PATH_SIZE) {
        return false;
    }
    snprintf(run, PATH_SIZE, "%.*s", found == path ? 1 : (int)(found - path - 1),
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
    char run[PATH_SIZE];
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

/* Shows what the best checkpoint makes of the example of the scene's snapshots. False, after a line
 * in the log, if it does not. */
static bool show_best(mann_context *context, mann_source *source, mann_scene *scene)
{
    const mann_snapshot *snapshot = &scene->snapshots[scene->snapshot];
    mann_live_wish wish = {.setting = snapshot->setting,
                           .length = snapshot->length,
                           .seeded = true,
                           .seed = snapshot->seed,
                           .training = -1};
    if (mann_source_run(context, source, &wish, NULL, scene)) {
        mann_log(context, MANN_LOG_WARNING, "showing the last trace, not the best checkpoint: %s",
                 mann_context_message(context));
        return false;
    }
    return scene->best = true;
}

/* The last snapshot that the best checkpoint is not before. */
static int32_t before_best(const mann_history *run, const mann_choice *choice)
{
    int32_t k = choice->count - 1;
    while (k > 0 && run->snapshot[choice->first + k].step > run->best) {
        k--;
    }
    return k;
}

/* An episode that is a Hopfield store is one to play with. */
static mann_status show_lab(mann_context *context, mann_source *source, int32_t file,
                            mann_scene *scene)
{
    scene->lab = NULL;
    if (!mann_lab_is_store(scene->episode->trace)) {
        return MANN_OK;
    }
    if (!source->lab || source->lab_file != file) {
        mann_lab_free(source->lab);
        source->lab = mann_lab_alloc(context, scene->episode->trace);
        source->lab_file = file;
    }
    scene->lab = source->lab;
    return source->lab ? MANN_OK : mann_context_status(context);
}

mann_status mann_source_show(mann_context *context, mann_source *source, int32_t i, int32_t k,
                             mann_scene *scene)
{
    scene->n_runs = source->n_runs;
    for (int32_t r = 0; r < source->n_runs; r++) {
        scene->run[r] = source->run[r];
    }
    scene->n_snapshots = scene->snapshot = 0;
    scene->snapshots = NULL;
    scene->best = false;
    const mann_choice *choice = mann_source_choice(source, i);
    if (!choice) {
        return MANN_OK;
    }
    if (choice->live) {
        mann_live_wish usual = {.length = -1, .training = -1};
        return mann_source_run(context, source, &usual, NULL, scene);
    }
    char path[PATH_SIZE];
    if (choice->count) {
        const mann_history *run = source->run[0];
        bool best = k < 0 && run->finished && run->best >= 0 && !source->checkpoint;
        scene->snapshots = &run->snapshot[choice->first];
        scene->n_snapshots = choice->count;
        scene->snapshot = best                          ? before_best(run, choice)
                          : k < 0 || k >= choice->count ? choice->count - 1
                                                        : k;
        if (best && scene->snapshots[scene->snapshot].step != run->best) {
            if (show_best(context, source, scene)) {
                return MANN_OK;
            }
            scene->snapshot = choice->count - 1;
            best = false;
        }
        k = scene->snapshot;
        snprintf(path, sizeof path, "%s/traces/%s", run->path, scene->snapshots[k].file);
    } else {
        snprintf(path, sizeof path, "%s", source->file[choice->file]);
    }
    mann_status status;
    const mann_episode *episode = mann_shelf_get(context, &source->shelf, path, &status);
    if (episode) {
        scene->episode = episode;
        scene->live = false;
        scene->best = choice->count && source->run[0]->finished &&
                      source->run[0]->best == scene->snapshots[k].step;
        status = show_lab(context, source, choice->file, scene);
    }
    return status;
}

static const char *live_path(const mann_source *source)
{
    return source->checkpoint ? source->checkpoint : source->n_runs ? source->run[0]->path : NULL;
}

static mann_status no_checkpoint(mann_context *context)
{
    return mann_fail(context, MANN_E_INVAL,
                     "a trace alone cannot be run on another example; give its run folder or a "
                     "checkpoint");
}

mann_status mann_source_run(mann_context *context, mann_source *source, const mann_live_wish *wish,
                            mann_rows *rows, mann_scene *scene)
{
    const char *path = live_path(source);
    if (!path) {
        return no_checkpoint(context);
    }
    mann_live_wish own = *wish;
    own.training = source->checkpoint ? -1 : wish->training;
    mann_status status;
    mann_episode *episode = mann_live_run(context, path, &own, rows, &status);
    if (episode) {
        scene->episode = episode;
        scene->live = true;
        scene->best = false;
        scene->lab = NULL;
        mann_episode_free(source->own);
        source->own = episode;
    }
    return status;
}

mann_status mann_source_rows(mann_context *context, const mann_source *source,
                             const mann_live_wish *wish, const mann_scene *scene, mann_rows *rows)
{
    const char *path = live_path(source);
    mann_live_wish own = *wish;
    own.training = source->checkpoint ? -1 : wish->training;
    return path ? mann_live_rows(context, path, &own, scene->episode, rows)
                : no_checkpoint(context);
}

bool mann_scene_has_story(const mann_scene *scene)
{
    const mann_trace *trace = scene->episode ? scene->episode->trace : NULL;
    for (int32_t i = 0; trace && i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        if (array->rank >= 2 && !strcmp(array->axis[array->rank - 1], "sentence")) {
            return true;
        }
    }
    return false;
}

mann_status mann_source_tale(mann_context *context, mann_source *source, const mann_tale_wish *wish,
                             mann_scene *scene)
{
    const char *path = live_path(source);
    if (!path) {
        return no_checkpoint(context);
    }
    int64_t best = source->n_runs ? source->run[0]->best : -1;
    if (!source->reader || best != source->reader_best) {
        mann_status status;
        mann_reader *reader = mann_reader_open(context, path, -1, &status);
        if (!reader) {
            return status;
        }
        scene->tale = NULL;
        mann_reader_free(source->reader);
        source->reader = reader;
        source->reader_best = best;
        if (wish->ask) { /* about the story that was shown */
            mann_reader_show(reader, wish->index);
        }
    }
    const mann_tale *tale = wish->ask  ? mann_reader_ask(source->reader, wish->ask)
                            : wish->by ? mann_reader_wrong(source->reader, wish->index, wish->by)
                                       : mann_reader_show(source->reader, wish->index);
    scene->tale = tale ? tale : scene->tale;
    return tale ? MANN_OK : mann_context_status(context);
}

/* Whether the state names a training step that no trace is of but a checkpoint. */
static bool runs_better(const mann_source *source, const mann_state *state, int32_t i, int32_t k)
{
    const mann_choice *choice = mann_source_choice(source, i);
    if (state->training < 0 || !source->n_runs || !choice ||
        (choice->count && k >= 0 &&
         source->run[0]->snapshot[choice->first + k].step == state->training)) {
        return false;
    }
    char path[PATH_SIZE];
    struct stat info;
    snprintf(path, sizeof path, "%s/checkpoints/step-%09lld.safetensors", source->run[0]->path,
             (long long)state->training);
    return !stat(path, &info);
}

static mann_status show_episode(mann_context *context, mann_source *source, const mann_state *state,
                                int32_t *choice, int32_t *snapshot, mann_scene *scene)
{
    bool found = mann_source_find(source, state, choice, snapshot);
    found = found && !runs_better(source, state, *choice, *snapshot);
    mann_status status = mann_source_show(context, source, *choice, *snapshot, scene);
    const mann_trace *shown = status || !scene->episode ? NULL : scene->episode->trace;
    if (shown && !source->n_runs && !source->checkpoint) { /* a trace is known when it is read */
        found = (state->length < 0 || state->length == shown->length) &&
                (!state->seeded || state->seed == shown->seed);
    }
    if (found || !has_checkpoint(source)) {
        return status || found
                   ? status
                   : mann_fail(context, MANN_E_INVAL,
                               "there is no trace of that length and seed, and no checkpoint");
    }
    mann_live_wish wish = {.length = state->length,
                           .seeded = state->seeded,
                           .seed = state->seed,
                           .training = state->training};
    return mann_source_run(context, source, &wish, NULL, scene);
}

mann_status mann_source_show_state(mann_context *context, mann_source *source,
                                   const mann_state *state, int32_t *choice, int32_t *snapshot,
                                   mann_scene *scene)
{
    mann_status status = show_episode(context, source, state, choice, snapshot, scene);
    if (!status && mann_scene_has_story(scene) && live_path(source)) {
        status =
            mann_source_tale(context, source, &(mann_tale_wish){.index = state->question}, scene);
    }
    return status;
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

int32_t mann_episode_middle(const mann_episode *episode)
{
    int32_t first = -1, last = -1;
    for (int32_t t = 0; t < episode->trace->steps; t++) {
        if (mann_episode_counts(episode, t)) {
            first = first < 0 ? t : first;
            last = t;
        }
    }
    return first < 0 ? episode->trace->steps / 2 : first + (last - first) / 2;
}
