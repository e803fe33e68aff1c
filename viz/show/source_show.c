/* Showing what a source has. Of a run that is still training, the last trace is what there is to
 * see. One that has ended stands for its best checkpoint, which the last trace is not of: that is
 * run again on the traces' own example. */
#include "show/source_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
    char path[MANN_SHELF_PATH];
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
    char path[MANN_SHELF_PATH];
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
    if (found || !mann_source_has_checkpoint(source)) {
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
