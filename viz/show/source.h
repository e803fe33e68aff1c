/* What the command line names: run folders and traces; and the episodes in them, read when they
 * are wanted and kept for a while. */
#ifndef MANN_SHOW_SOURCE_H
#define MANN_SHOW_SOURCE_H

#include "show/live/live.h"
#include "show/live/tale.h"
#include "show/state.h"

/* An example: the same sequence in the course of training. */
typedef struct mann_choice {
    int32_t length;
    uint64_t seed;
    int32_t first, count; /* snapshots of run[0]; count 0: a trace file, or live */
    int32_t file;
    bool live; /* a checkpoint, to be run on the example that is usual */
} mann_choice;

typedef struct mann_source mann_source;

/* Paths of runs (folders), traces and checkpoints (files); a checkpoint in a run folder brings
 * its run along. A run without traces is shown by running its checkpoint.
 * NULL with a message; status tells why. */
mann_source *mann_source_open(mann_context *context, int32_t count, const char *const *path,
                              mann_status *status);
void mann_source_close(mann_source *source);

/* Reads what is new in the runs; true if anything is. */
bool mann_source_refresh(mann_source *source);

int32_t mann_source_choices(const mann_source *source);
const mann_choice *mann_source_choice(const mann_source *source, int32_t i);

/* Fills the scene's runs and snapshots for choice i and its episode from snapshot k. k = -1: the
 * last of a run that is training; of one that has ended what its best checkpoint makes of the same
 * example, with the snapshot before it. The episode lasts until some others were shown. MANN_E_IO,
 * MANN_E_FORMAT leave the scene's episode as it was. */
mann_status mann_source_show(mann_context *context, mann_source *source, int32_t i, int32_t k,
                             mann_scene *scene);

/* Runs the checkpoint (or the run's: the best, or the one of wish->training) and shows that, until
 * the next time. rows: as for mann_live_run. MANN_E_INVAL if there are traces only. */
mann_status mann_source_run(mann_context *context, mann_source *source, const mann_live_wish *wish,
                            mann_rows *rows, mann_scene *scene);

/* The rows that pose the scene's episode. */
mann_status mann_source_rows(mann_context *context, const mann_source *source,
                             const mann_live_wish *wish, const mann_scene *scene, mann_rows *rows);

/* Shows what a state means: a trace if there is one of it, else what running the checkpoint gives.
 * The looks of the scene are left as they are. */
mann_status mann_source_show_state(mann_context *context, mann_source *source,
                                   const mann_state *state, int32_t *choice, int32_t *snapshot,
                                   mann_scene *scene);

/* What of the questions of a task of stories is to be shown. */
typedef struct mann_tale_wish {
    int64_t index;
    int by;          /* not 0: the next one answered wrongly, from index on */
    const char *ask; /* a question about the story that is shown; NULL */
} mann_tale_wish;

/* Shows a question of the checkpoint, opened anew if the best one has changed. MANN_E_INVAL for
 * models that answer none. */
mann_status mann_source_tale(mann_context *context, mann_source *source, const mann_tale_wish *wish,
                             mann_scene *scene);
/* Whether the scene's episode is of a model that answers questions about stories. */
bool mann_scene_has_story(const mann_scene *scene);

/* The choice and snapshot a state means: those given, the nearest training step, the first
 * choice and the last snapshot where nothing is said. False if it asks for what there is not. */
bool mann_source_find(const mann_source *source, const mann_state *state, int32_t *choice,
                      int32_t *snapshot);

/* The step that says most about an episode: the middle of its answers. */
int32_t mann_episode_middle(const mann_episode *episode);

#endif
