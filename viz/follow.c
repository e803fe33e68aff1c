/* The folder is looked at from time to time: that works on every file system, and costs two stats
 * and one listing. A folder that disappears is said once; what was read stays on the screen. */
#include "follow.h"

#include <stdio.h>

/* The place of the same example in the new list; examples may have come in before it. */
static int32_t same_choice(const mann_source *source, const mann_choice *was, int32_t otherwise)
{
    for (int32_t i = 0; i < mann_source_choices(source); i++) {
        const mann_choice *choice = mann_source_choice(source, i);
        bool both_files = !choice->count && !was->count;
        if (both_files ? choice->file == was->file
                       : choice->count && was->count && choice->length == was->length &&
                             choice->seed == was->seed) {
            return i;
        }
    }
    return otherwise;
}

void mann_follow_show(mann_context *context, mann_source *source, mann_view *view)
{
    mann_scene *scene = &view->scene;
    view->n_choices = mann_source_choices(source);
    if (view->choice >= view->n_choices) {
        view->choice = 0;
    }
    if (mann_source_show(context, source, view->choice, view->snapshot, scene)) {
        mann_view_say(view, true, "%s", mann_context_message(context));
    } else {
        scene->editing = scene->edited = false;
    }
    scene->following = mann_follow_needed(view);
    mann_view_settle(view);
}

/* At the step of training that is shown if there is a checkpoint of it, else at the best. */
static void run_example(mann_context *context, mann_source *source, mann_view *view)
{
    mann_scene *scene = &view->scene;
    bool first = !scene->episode;
    mann_status status = mann_source_run(context, source, &view->wish, NULL, scene);
    if (status == MANN_E_IO && view->wish.training >= 0) {
        view->wish.training = -1;
        status = mann_source_run(context, source, &view->wish, NULL, scene);
    }
    if (status) {
        mann_view_say(view, true, "%s", mann_context_message(context));
        return;
    }
    view->own = true;
    scene->editing = scene->edited = false;
    if (first) {
        scene->step = mann_episode_middle(scene->episode);
    }
    mann_view_settle(view);
}

static void edit(mann_context *context, mann_source *source, mann_view *view)
{
    mann_scene *scene = &view->scene;
    const mann_trace *trace = scene->episode->trace;
    view->wish = (mann_live_wish){
        .length = trace->length, .seeded = true, .seed = trace->seed, .training = trace->step};
    mann_status status = mann_source_rows(context, source, &view->wish, scene, &view->rows);
    if (status == MANN_E_IO && view->wish.training >= 0) {
        view->wish.training = -1;
        status = mann_source_rows(context, source, &view->wish, scene, &view->rows);
    }
    if (status) {
        mann_view_say(view, true, "%s", mann_context_message(context));
        return;
    }
    scene->editing = true;
    view->edit_row = view->edit_bit = 0;
    mann_view_edit_place(view);
}

static void pose(mann_context *context, mann_source *source, mann_view *view)
{
    if (mann_source_run(context, source, &view->wish, &view->rows, &view->scene)) {
        mann_view_say(view, true, "%s", mann_context_message(context));
        return;
    }
    view->own = view->scene.edited = true;
    mann_view_edit_place(view);
    mann_view_settle(view);
}

/* The question that is wanted, or what the user has typed. */
static void tell(mann_context *context, mann_source *source, mann_view *view)
{
    mann_tale_wish wish = {.index = view->question,
                           .by = view->wrong_by,
                           .ask = view->scene.typing ? view->typed : NULL};
    if (mann_source_tale(context, source, &wish, &view->scene)) {
        mann_view_say(view, true, "%s", mann_context_message(context));
    }
}

void mann_follow_grant(mann_context *context, mann_source *source, mann_view *view, unsigned wishes)
{
    if (wishes & MANN_WISH_SHOW) {
        mann_follow_show(context, source, view);
    }
    if (wishes & MANN_WISH_EXAMPLE) {
        run_example(context, source, view);
    }
    if (wishes & MANN_WISH_EDIT) {
        edit(context, source, view);
    }
    if (wishes & MANN_WISH_POSE) {
        pose(context, source, view);
    }
    if (wishes & MANN_WISH_TALE) {
        tell(context, source, view);
    }
}

bool mann_follow_needed(const mann_view *view)
{
    bool needed = false;
    for (int32_t i = 0; i < view->scene.n_runs; i++) {
        needed |= !view->scene.run[i]->gone;
    }
    return needed;
}

unsigned mann_follow_look(mann_context *context, mann_source *source, mann_view *view)
{
    const mann_history *run = view->scene.n_runs ? view->scene.run[0] : NULL;
    const mann_choice *choice = mann_source_choice(source, view->choice);
    mann_choice was = choice ? *choice : (mann_choice){.length = -1};
    bool gone = run && run->gone, empty = !view->scene.episode;
    if (!mann_source_refresh(source)) {
        return 0;
    }
    view->choice = same_choice(source, &was, view->choice);
    if (run && run->gone && !gone) {
        mann_view_say(view, true, "%s: the run folder is gone; showing what was read", run->path);
    }
    if (view->scene.tale && !view->scene.typing && !view->scene.tale->own) {
        view->question = view->scene.tale->index;
        view->wrong_by = 0;
        tell(context, source, view); /* by the best checkpoint there is now */
    }
    if (view->own) { /* stays until another is asked for */
        view->n_choices = mann_source_choices(source);
    } else {
        mann_follow_show(context, source, view);
    }
    if (empty && view->scene.episode) {
        view->scene.step = mann_episode_middle(view->scene.episode);
    }
    return MANN_WISH_DRAW;
}
