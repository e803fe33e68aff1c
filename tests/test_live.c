/* The viewer on a real run: what it runs itself is what training traced, rows go in and come out,
 * and what-if is the network's own arithmetic. */
#include "draw/render.h"
#include "follow.h"
#include "show/source.h"

#include <mann/run.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fontconfig keeps what it has read until the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static mann_context *context;
static char folder[64], run_path[128];

static const char *command(const char *format, const char *a, const char *b)
{
    static char text[512];
    snprintf(text, sizeof text, format, a, b);
    return text;
}

static void shell(const char *text)
{
    assert_int_equal(system(text), 0); /* NOLINT: paths of this test alone */
}

static int make_run(void **state)
{
    (void)state;
    context = mann_context_alloc();
    strcpy(folder, "/tmp/mann-live-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(run_path, sizeof run_path, "%s/copy-1", folder);
    mann_experiment *e = mann_experiment_alloc(context, "copy", NULL);
    assert_non_null(e);
    assert_int_equal(mann_experiment_settings(
                         e, "task.bits=4 task.length=1..5 model.hidden=16 memory.locations=12 "
                            "memory.width=6 memory.read_heads=2 memory.write_heads=2 "
                            "train.trace_every=1 train.trace_settings=length=6 "
                            "train.validate_every=10 train.validate_sequences=8"),
                     MANN_OK);
    mann_run_options options = {.folder = run_path, .max_sequences = 320, .threads = 1};
    mann_run_result result;
    assert_int_equal(mann_run_train(context, e, &options, &result), MANN_OK);
    mann_experiment_free(e);
    return 0;
}

static int remove_run(void **state)
{
    (void)state;
    shell(command("rm -rf '%s'%s", folder, ""));
    mann_context_free(context);
    return 0;
}

static mann_source *open_source(const char *path)
{
    mann_status status;
    mann_source *source = mann_source_open(context, 1, &path, &status);
    assert_int_equal(status, MANN_OK);
    return source;
}

static mann_view view_of(mann_source *source)
{
    mann_view view = mann_view_make();
    view.n_choices = mann_source_choices(source);
    mann_follow_show(context, source, &view);
    assert_non_null(view.scene.episode);
    return view;
}

static void press(mann_source *source, mann_view *view, int key)
{
    mann_gesture event = {.kind = MANN_GESTURE_KEY, .key = key};
    unsigned wishes = mann_view_event(view, &event);
    mann_follow_grant(context, source, view, wishes);
}

static const char *state_of(const mann_view *view)
{
    static char text[192];
    mann_state_print(&view->scene, text);
    return text;
}

static void a_checkpoint_gives_what_was_traced(void **state)
{
    (void)state;
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    assert_int_equal(mann_source_show(context, source, 0, INT32_MAX, &view.scene), MANN_OK);
    assert_false(view.scene.live);
    const mann_episode *traced = view.scene.episode;
    mann_live_wish wish = {.length = -1, .training = traced->trace->step};
    mann_status status;
    mann_episode *own = mann_live_run(context, run_path, &wish, NULL, &status);
    assert_non_null(own);
    assert_string_equal(own->trace->run, "copy-1");
    assert_int_equal(own->trace->step, traced->trace->step);
    assert_int_equal(own->trace->count, traced->trace->count);
    for (int32_t i = 0; i < traced->trace->count; i++) {
        const mann_trace_array *a = &traced->trace->array[i];
        const mann_trace_array *b = mann_trace_find(own->trace, a->name);
        size_t size = sizeof(float);
        for (int32_t k = 0; k < a->rank; k++) {
            size *= (size_t)a->n[k];
        }
        assert_non_null(b);
        assert_memory_equal(a->data, b->data, size);
    }
    mann_episode_free(own);
    mann_source_close(source);
}

static void new_examples_of_any_length(void **state)
{
    (void)state;
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    int64_t step = view.scene.episode->trace->step;
    char text[64];
    press(source, &view, 'n');
    assert_true(view.own && view.scene.live);
    assert_int_equal(view.scene.episode->trace->seed, 8);
    snprintf(text, sizeof text, "copy-1@%lld/L6/s8/t0", (long long)step);
    assert_string_equal(state_of(&view), text);
    press(source, &view, '>');
    assert_int_equal(view.scene.episode->trace->length, 7);
    assert_int_equal(view.scene.episode->trace->seed, 8);
    press(source, &view, '<');
    assert_int_equal(view.scene.episode->trace->length, 6);
    /* It stays while the run is looked at again, and goes when a choice is made. */
    const mann_episode *own = view.scene.episode;
    mann_follow_look(context, source, &view);
    assert_ptr_equal(view.scene.episode, own);
    press(source, &view, MANN_KEY_DOWN);
    assert_false(view.own);
    assert_int_equal(view.scene.episode->trace->seed, 7);
    /* An episode of any length, within reason. */
    mann_live_wish wish = {.length = MANN_LIVE_MOST_STEPS, .training = -1};
    assert_int_equal(mann_source_run(context, source, &wish, NULL, &view.scene), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "too long to show"));
    mann_source_close(source);
}

/* Traces of steps 5 and 20, and perhaps of others, but none of step 10, which is called best. (When
 * there is time to trace is not foreseeable.) */
static void set_best(void)
{
    char name[192];
    snprintf(name, sizeof name, "%s/checkpoints/BEST", run_path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs("step-000000010.safetensors", file);
    fclose(file);
    mann_trace *trace;
    snprintf(name, sizeof name, "%s/traces/length=6-s7-000000020.safetensors", run_path);
    assert_int_equal(mann_trace_load(context, name, &trace), MANN_OK);
    trace->step = 5;
    snprintf(name, sizeof name, "%s/traces/length=6-s7-000000005.safetensors", run_path);
    assert_int_equal(mann_trace_save(context, trace, name), MANN_OK);
    mann_trace_free(trace);
    shell(command("rm -f '%s'/traces/*-000000010%s", run_path, ".safetensors"));
}

static void a_run_that_has_ended_shows_its_best(void **state)
{
    (void)state;
    set_best();
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    const mann_scene *scene = &view.scene;
    assert_true(scene->best && scene->run[0]->finished);
    assert_int_equal(scene->run[0]->best, 10);
    assert_int_equal(scene->episode->trace->step, 10);
    assert_int_equal(scene->episode->trace->length, 6);
    assert_true(scene->live && scene->snapshots[scene->snapshot].step < 10);
    /* Later in training, earlier again, and back. */
    press(source, &view, ']');
    assert_true(!scene->best && !scene->live && scene->episode->trace->step > 10);
    while (scene->snapshot + 1 < scene->n_snapshots) {
        press(source, &view, ']');
    }
    assert_int_equal(scene->episode->trace->step, 20);
    mann_follow_show(context, source, &view);
    assert_int_equal(scene->episode->trace->step, 20);
    press(source, &view, 'b');
    assert_int_equal(scene->episode->trace->step, 10);
    press(source, &view, '[');
    assert_true(scene->episode->trace->step < 10 && !scene->live);
    mann_source_close(source);
    /* A checkpoint that cannot be read: the last trace stands for the run. */
    char name[192], kept[200];
    snprintf(name, sizeof name, "%s/checkpoints/step-000000010.safetensors", run_path);
    snprintf(kept, sizeof kept, "%s.kept", name);
    shell(command("mv '%s' '%s'", name, kept));
    source = open_source(run_path);
    view = view_of(source);
    assert_false(view.scene.best || view.scene.live);
    assert_int_equal(view.scene.episode->trace->step, 20);
    mann_source_close(source);
    shell(command("mv '%s' '%s'", kept, name));
}

static void the_input_can_be_edited(void **state)
{
    (void)state;
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    const mann_trace_array *input = mann_trace_find(view.scene.episode->trace, "input");
    size_t size = (size_t)input->n[0] * (size_t)input->n[1];
    float *before = malloc(size * sizeof *before);
    memcpy(before, input->data, size * sizeof *before);
    press(source, &view, 'e');
    assert_true(view.scene.editing);
    assert_int_equal(view.rows.rows, 6);
    assert_int_equal(view.rows.width, 4);
    press(source, &view, MANN_KEY_RIGHT);
    press(source, &view, MANN_KEY_UP);
    assert_int_equal(view.scene.edit_step, 1);
    assert_int_equal(view.scene.edit_channel, 1);
    press(source, &view, ' ');
    assert_true(view.scene.edited && view.scene.live && view.scene.editing);
    input = mann_trace_find(view.scene.episode->trace, "input");
    int32_t changed = 0;
    for (size_t i = 0; i < size; i++) {
        changed += input->data[i] != before[i];
    }
    assert_int_equal(changed, 1);
    assert_true(input->data[1 * 5 + 1] == 1 - before[1 * 5 + 1]);
    assert_non_null(strstr(state_of(&view), "/edited"));
    press(source, &view, '+'); /* the row again */
    assert_int_equal(view.scene.episode->trace->length, 7);
    assert_int_equal(view.scene.episode->trace->steps, 15);
    press(source, &view, '-');
    assert_int_equal(view.scene.episode->trace->length, 6);
    press(source, &view, 'e');
    assert_false(view.scene.editing);
    assert_true(view.scene.edited);
    free(before);
    mann_source_close(source);
}

/* Renders; the status, and the message if it fails. */
static mann_status render(const char *path, const char *at)
{
    char output[128];
    snprintf(output, sizeof output, "%s/x.png", folder);
    mann_render_options options = {.output = output, .at = at, .width = 320, .height = 300};
    return mann_render(context, 1, &path, &options);
}

static void every_source_that_can_be_run(void **state)
{
    (void)state;
    char bare[128], file[128], cut[128], numbered[160];
    snprintf(bare, sizeof bare, "%s/bare", folder);
    snprintf(file, sizeof file, "%s/alone.safetensors", folder);
    snprintf(cut, sizeof cut, "%s/cut.safetensors", folder);
    shell(command("cp -r '%s' '%s'", run_path, bare));
    shell(command("rm -r '%s/traces'%s", bare, ""));
    shell(command("cp '%s/checkpoints/step-000000020.safetensors' '%s'", run_path, file));
    assert_int_equal(render(run_path, "L9/s3"), MANN_OK);
    assert_int_equal(render(bare, NULL), MANN_OK);
    assert_int_equal(render(bare, "L2/t3"), MANN_OK);
    assert_int_equal(render(file, "L7"), MANN_OK);
    snprintf(numbered, sizeof numbered, "%s@20", run_path);
    assert_int_equal(render(numbered, NULL), MANN_OK);
    assert_int_equal(render(run_path, "@20"), MANN_OK);
    assert_int_equal(render(run_path, "@21/L9"), MANN_E_IO); /* no such checkpoint */
    assert_non_null(strstr(mann_context_message(context), "step-000000021"));
    shell(command("head -c 3000 '%s' > '%s'", file, cut));
    assert_int_equal(render(cut, NULL), MANN_E_FORMAT);
    assert_non_null(strstr(mann_context_message(context), "cut.safetensors"));
    shell(command("cp '%s/traces/'*-000000020.safetensors '%s'", run_path, cut));
    assert_int_equal(render(cut, NULL), MANN_OK);
    assert_int_equal(render(cut, "L9"), MANN_E_INVAL); /* a trace cannot be run */
}

static void what_if_is_the_networks_arithmetic(void **state)
{
    (void)state;
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    const mann_episode *episode = view.scene.episode;
    for (int32_t f = 0; f < episode->n_families; f++) {
        const mann_family *family = &episode->family[f];
        for (int32_t i = 0; i < family->heads * episode->trace->steps; i++) {
            int32_t head = i % family->heads, step = i / family->heads;
            mann_what_if asked = {.on = true};
            mann_what_if_result result;
            const char *reason;
            assert_true(mann_what_if_run(family, head, step, &asked, &result, &reason));
            for (int s = 0; s < MANN_STAGES; s++) {
                for (int32_t n = 0; n < family->locations; n++) {
                    float traced = mann_episode_value(family->stage[s], step, head, n);
                    assert_true(fabsf(result.stage[s][n] - traced) < 2e-5f);
                }
            }
            free(result.stage[0]);
            /* All by content, not moved, not sharpened: the weighting is the content's. */
            asked = (mann_what_if){
                .on = true, .turned = {false, true, true, true}, .value = {0, 1, 0, 1}};
            assert_true(mann_what_if_run(family, head, step, &asked, &result, &reason));
            for (int32_t n = 0; n < family->locations; n++) {
                float content =
                    mann_episode_value(family->stage[MANN_STAGE_CONTENT], step, head, n);
                assert_true(fabsf(result.stage[MANN_STAGE_FINAL][n] - content) < 2e-5f);
            }
            free(result.stage[0]);
        }
    }
    mann_source_close(source);
}

static void knobs_turn(void **state)
{
    (void)state;
    mann_source *source = open_source(run_path);
    mann_view view = view_of(source);
    press(source, &view, 'w');
    assert_true(view.scene.what_if.on);
    mann_layout layout = mann_layout_make(&view.scene);
    mann_box track = mann_layout_knob(&view.scene, &layout, MANN_KNOB_GATE);
    mann_gesture event = {
        .kind = MANN_GESTURE_PRESS, .x = track.x + track.w / 2, .y = track.y + track.h / 2};
    mann_view_event(&view, &event);
    assert_true(view.scene.what_if.turned[MANN_KNOB_GATE]);
    assert_true(fabs(view.scene.what_if.value[MANN_KNOB_GATE] - 0.5) < 0.01);
    event = (mann_gesture){.kind = MANN_GESTURE_MOVE, .x = 1e5, .y = 3};
    mann_view_event(&view, &event);
    assert_true(view.scene.what_if.value[MANN_KNOB_GATE] == 1);
    assert_non_null(strstr(state_of(&view), "/gate=1"));
    mann_state parsed;
    assert_int_equal(mann_state_parse(context, state_of(&view), &parsed), MANN_OK);
    assert_true(parsed.what_if.turned[MANN_KNOB_GATE] && parsed.what_if.value[MANN_KNOB_GATE] == 1);
    const mann_family *family = &view.scene.episode->family[0];
    for (int k = 0; k < MANN_KNOBS; k++) {
        for (double place = 0; place <= 1; place += 0.125) {
            double value = mann_what_if_value(family, (mann_knob)k, place);
            assert_true(fabs(mann_what_if_place(family, (mann_knob)k, value) - place) < 1e-6);
        }
    }
    mann_source_close(source);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_gives_what_was_traced),
        cmocka_unit_test(new_examples_of_any_length),
        cmocka_unit_test(a_run_that_has_ended_shows_its_best),
        cmocka_unit_test(the_input_can_be_edited),
        cmocka_unit_test(every_source_that_can_be_run),
        cmocka_unit_test(what_if_is_the_networks_arithmetic),
        cmocka_unit_test(knobs_turn),
    };
    return cmocka_run_group_tests(tests, make_run, remove_run);
}
