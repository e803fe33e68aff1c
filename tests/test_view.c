/* The viewer without its window, and the run folders that it follows. */
#include "fixture.h"
#include "follow.h"
#include "show/source.h"
#include "synthetic.h"
#include "view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const synthetic_size usual = {20, 128, 20, 2, 2};

static unsigned press_key(mann_view *view, int key, bool shift)
{
    mann_gesture event = {.kind = MANN_GESTURE_KEY, .key = key, .shift = shift};
    return mann_view_event(view, &event);
}

static unsigned at(mann_view *view, mann_gesture_kind kind, double x, double y)
{
    mann_gesture event = {.kind = kind, .x = x, .y = y};
    return mann_view_event(view, &event);
}

static unsigned tick(mann_view *view, double now)
{
    mann_gesture event = {.kind = MANN_GESTURE_TICK, .now = now};
    return mann_view_event(view, &event);
}

static mann_view view_of(mann_episode *episode)
{
    mann_view view = mann_view_make();
    view.scene.episode = episode;
    view.n_choices = 3;
    return view;
}

static mann_episode *copy_episode(void)
{
    mann_episode *episode = mann_episode_alloc(context, synthetic_copy(context, usual, 1, 7));
    assert_non_null(episode);
    return episode;
}

static void steps_stay_within_the_episode(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    assert_int_equal(press_key(&view, MANN_KEY_LEFT, false), MANN_WISH_DRAW);
    assert_int_equal(view.scene.step, 0);
    press_key(&view, MANN_KEY_RIGHT, true);
    press_key(&view, MANN_KEY_RIGHT, false);
    assert_int_equal(view.scene.step, 11);
    press_key(&view, MANN_KEY_END, false);
    assert_int_equal(view.scene.step, 40);
    press_key(&view, MANN_KEY_RIGHT, true);
    assert_int_equal(view.scene.step, 40);
    press_key(&view, MANN_KEY_HOME, false);
    assert_int_equal(view.scene.step, 0);
    mann_episode_free(episode);
}

static void without_an_episode_nothing_breaks(void **state)
{
    (void)state;
    mann_view view = mann_view_make();
    for (int key = 0; key <= MANN_KEY_HELP; key++) {
        press_key(&view, key, key % 2);
    }
    for (int kind = 0; kind <= MANN_GESTURE_TICK; kind++) {
        at(&view, (mann_gesture_kind)kind, 300, 300);
    }
    assert_false(view.scene.playing);
}

static void playing_follows_the_clock(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    assert_true(mann_view_wait(&view) < 0);
    tick(&view, 10);
    press_key(&view, ' ', false);
    assert_true(view.scene.playing);
    assert_true(fabs(mann_view_wait(&view) - 0.125) < 1e-9);
    assert_int_equal(tick(&view, 10.1), 0);
    assert_int_equal(tick(&view, 10.126), MANN_WISH_DRAW);
    assert_int_equal(view.scene.step, 1);
    tick(&view, 11.001); /* the steps that a slow machine has missed are skipped */
    assert_int_equal(view.scene.step, 8);
    tick(&view, 100);
    assert_int_equal(view.scene.step, 40);
    assert_false(view.scene.playing);
    press_key(&view, ' ', false); /* from the end: again */
    assert_int_equal(view.scene.step, 0);
    press_key(&view, '+', false);
    assert_true(view.scene.speed == 2);
    press_key(&view, ' ', false);
    assert_false(view.scene.playing);
    mann_episode_free(episode);
}

static void modes_go_round(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    for (int i = 0; i < MANN_MAP_COUNT; i++) {
        press_key(&view, 'c', false);
    }
    assert_int_equal(view.scene.map, MANN_MAP_THEME);
    press_key(&view, 'g', false);
    assert_int_equal(view.scene.scale, MANN_SCALE_ROOT);
    press_key(&view, 'a', false);
    press_key(&view, 'z', false);
    press_key(&view, 't', false);
    assert_true(view.scene.automatic && view.scene.locations == MANN_LOCATIONS_ALL &&
                !view.scene.dark);
    press_key(&view, '4', false);
    assert_int_equal(view.scene.screen, MANN_SCREEN_TRAINING);
    press_key(&view, MANN_KEY_HELP, false);
    assert_true(view.scene.help);
    press_key(&view, MANN_KEY_ESCAPE, false);
    assert_false(view.scene.help);
    assert_int_equal(press_key(&view, 's', false), MANN_WISH_PICTURE | MANN_WISH_DRAW);
    assert_int_equal(press_key(&view, 'r', false), MANN_WISH_FILM | MANN_WISH_DRAW);
    assert_int_equal(press_key(&view, 'n', false), MANN_WISH_EXAMPLE | MANN_WISH_DRAW);
    mann_gesture quit = {.kind = MANN_GESTURE_KEY, .key = 'q', .control = true};
    assert_int_equal(mann_view_event(&view, &quit), MANN_WISH_QUIT);
    assert_int_equal(press_key(&view, 'q', false), 0);
    mann_episode_free(episode);
}

static void heads_go_round(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    mann_pin first = mann_scene_pin(&view.scene);
    assert_int_equal(episode->family[first.family].access, MANN_ACCESS_READ);
    for (int i = 0; i < 4; i++) { /* two that write, two that read */
        press_key(&view, 'h', false);
        mann_pin now = mann_scene_pin(&view.scene);
        assert_true(i == 3 || now.family != first.family || now.head != first.head);
    }
    mann_pin last = mann_scene_pin(&view.scene);
    assert_true(last.family == first.family && last.head == first.head);
    mann_episode_free(episode);
}

static const mann_pane *weights_pane(const mann_layout *layout)
{
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (layout->pane[i].placed && !strcmp(layout->pane[i].tag, "W2") &&
            layout->pane[i].content == MANN_CONTENT_WEIGHTING) {
            return &layout->pane[i];
        }
    }
    return NULL;
}

static void a_click_pins_a_drag_scrubs(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    view.scene.locations = MANN_LOCATIONS_ALL;
    mann_layout layout = mann_layout_make(&view.scene);
    const mann_pane *pane = weights_pane(&layout);
    assert_non_null(pane);
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 12, 77);
    at(&view, MANN_GESTURE_PRESS, cell.x + cell.w / 2, cell.y + cell.h / 2);
    assert_int_equal(view.scene.step, 12);
    assert_int_equal(view.scene.pin.head, 1);
    assert_int_equal(view.scene.pin.location, 77);
    mann_box other = mann_heat_cell_box(&pane->heat, pane->area, 20, 0);
    at(&view, MANN_GESTURE_MOVE, other.x + other.w / 2, 5);
    assert_int_equal(view.scene.step, 20);
    at(&view, MANN_GESTURE_MOVE, 1e6, 5);
    assert_int_equal(view.scene.step, 40);
    at(&view, MANN_GESTURE_RELEASE, 0, 0);
    at(&view, MANN_GESTURE_MOVE, other.x, 5);
    assert_int_equal(view.scene.step, 40);
    mann_box bar = layout.episode_bar;
    at(&view, MANN_GESTURE_PRESS, bar.x + bar.w / 2, bar.y + bar.h / 2);
    assert_int_equal(view.scene.step, 20);
    at(&view, MANN_GESTURE_RELEASE, 0, 0);
    at(&view, MANN_GESTURE_PRESS, layout.tab[3].x + 5, layout.tab[3].y + 5);
    assert_int_equal(view.scene.screen, MANN_SCREEN_TRAINING);
    mann_episode_free(episode);
}

static void the_wheel_zooms_about_the_pointer(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_view view = view_of(episode);
    mann_layout layout = mann_layout_make(&view.scene);
    const mann_pane *pane = weights_pane(&layout);
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 30, 10);
    mann_gesture event = {
        .kind = MANN_GESTURE_WHEEL, .x = cell.x + cell.w / 2, .y = cell.y, .amount = 1};
    for (int i = 0; i < 5; i++) {
        mann_view_event(&view, &event);
        assert_true(view.scene.count >= 4 && view.scene.first >= 0);
        assert_true(view.scene.first + view.scene.count <= 41);
        assert_true(view.scene.first <= 30 && 30 < view.scene.first + view.scene.count);
    }
    assert_true(view.scene.count < 20);
    press_key(&view, MANN_KEY_HOME, false); /* the zoom follows the cursor */
    assert_int_equal(view.scene.first, 0);
    event.amount = -1;
    for (int i = 0; i < 20; i++) {
        mann_view_event(&view, &event);
    }
    assert_int_equal(view.scene.count, 0);
    mann_episode_free(episode);
}

static void states_survive_the_round_trip(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode();
    mann_scene scene = mann_scene_make(), again = mann_scene_make();
    scene.episode = again.episode = episode;
    scene.step = 23;
    char text[192], other[192];
    mann_state_print(&scene, text);
    assert_string_equal(text, "copy-1/L20/s7/t23");
    episode->trace->step = 1500;
    scene.screen = MANN_SCREEN_TRAINING;
    scene.pin = (mann_pin){1, 1, 57};
    scene.first = 3;
    scene.count = 30;
    scene.map = MANN_MAP_VIRIDIS;
    scene.scale = MANN_SCALE_LOG;
    scene.automatic = true;
    scene.locations = MANN_LOCATIONS_USED;
    scene.dark = false;
    mann_state_print(&scene, text);
    assert_string_equal(text, "copy-1@1500/L20/s7/t23/screen=4/pin=read.2.57/zoom=3+30/map=viridis/"
                              "scale=log/auto/used/light");
    mann_state parsed;
    assert_int_equal(mann_state_parse(context, text, &parsed), MANN_OK);
    assert_string_equal(parsed.run, "copy-1");
    assert_int_equal(parsed.training, 1500);
    assert_int_equal(parsed.length, 20);
    assert_int_equal(parsed.seed, 7);
    mann_state_apply(&parsed, &again);
    mann_state_print(&again, other);
    assert_string_equal(text, other);
    mann_episode_free(episode);
}

static void states_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"a@b",         "x@1/L",        "run/t-3",
                                      "run/zoom=3",  "run/zoom=0+0", "run/screen=9",
                                      "run/map=red", "run/pin=read", "run/pin=read.0.3",
                                      "run/L2x",     "run/ /"};
    mann_state parsed = {.step = 77};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mann_state_parse(context, bad[i], &parsed), MANN_E_INVAL);
        assert_int_equal(parsed.step, 77);
    }
    assert_int_equal(mann_state_parse(context, "t5", &parsed), MANN_OK);
    assert_int_equal(parsed.step, 5);
    assert_int_equal(mann_state_parse(context, "sort-2@0", &parsed), MANN_OK);
    assert_string_equal(parsed.run, "sort-2");
    assert_int_equal(mann_state_parse(context, "", &parsed), MANN_OK);
}

static void write_file(const char *name, const char *mode, const char *text)
{
    FILE *file = fopen(in_folder(name), mode);
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void metrics_grow_line_by_line(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s", in_folder("."));
    write_file("metrics.jsonl", "w",
               "{\"step\":1,\"sequences\":16,\"loss\":0.5,\"validation\":{\"cost_bits\":3}}\n"
               "{\"step\":2,\"sequences\":32,\"loss\":null}\n{\"step\":3,\"sequ");
    mann_history *run;
    assert_int_equal(mann_history_open(context, path, &run), MANN_OK);
    const mann_series *loss = mann_history_series(run, "loss");
    assert_int_equal(loss->count, 2);
    assert_true(isnan(loss->y[1]) && loss->x[1] == 32);
    assert_int_equal(mann_history_series(run, "validation.cost_bits")->count, 1);
    assert_true(mann_history_sequences(run, 2) == 32 && mann_history_sequences(run, 4) == 64);
    assert_false(mann_history_refresh(run));
    write_file("metrics.jsonl", "a", "ences\":48,\"loss\":0.25}\nnot JSON\n");
    assert_true(mann_history_refresh(run));
    loss = mann_history_series(run, "loss");
    assert_int_equal(loss->count, 3);
    assert_true(loss->y[2] == 0.25);
    assert_int_equal(run->bad_lines, 1);
    write_file("metrics.jsonl", "w", "{\"step\":1,\"sequences\":16,\"loss\":7}\n"); /* cut */
    assert_true(mann_history_refresh(run));
    assert_int_equal(mann_history_series(run, "loss")->count, 1);
    write_file("run.json", "w", "{\"task\":{\"name\":\"copy\"},\"run\":{\"stopped\":\"solved\"}}");
    assert_true(mann_history_refresh(run));
    assert_true(run->finished);
    assert_string_equal(run->task, "copy");
    mann_history_close(run);
}

static void a_run_is_followed_until_it_is_gone(void **state)
{
    (void)state;
    char path[256], moved[300];
    snprintf(path, sizeof path, "%s", in_folder("run"));
    assert_int_equal(synthetic_run(context, path, usual, 3), MANN_OK);
    const char *paths[] = {path};
    mann_status status;
    mann_source *source = mann_source_open(context, 1, paths, &status);
    assert_non_null(source);
    mann_view view = mann_view_make();
    mann_follow_show(context, source, &view);
    assert_int_equal(view.scene.n_snapshots, 3);
    assert_int_equal(view.scene.snapshot, 2);
    assert_true(view.scene.following);
    assert_int_equal(mann_follow_look(context, source, &view), 0);
    /* A new trace comes in: the last one is followed. */
    assert_int_equal(synthetic_run(context, path, usual, 5), MANN_OK);
    assert_int_equal(mann_follow_look(context, source, &view), MANN_WISH_DRAW);
    assert_int_equal(view.scene.snapshot, 4);
    assert_int_equal(view.scene.episode->trace->step, 400);
    /* Who looks at an earlier one stays there. */
    assert_int_equal(press_key(&view, '[', false), MANN_WISH_SHOW | MANN_WISH_DRAW);
    mann_follow_show(context, source, &view);
    assert_int_equal(view.scene.snapshot, 3);
    assert_int_equal(synthetic_run(context, path, usual, 7), MANN_OK);
    mann_follow_look(context, source, &view);
    assert_int_equal(view.scene.snapshot, 3);
    assert_int_equal(view.scene.n_snapshots, 7);
    snprintf(moved, sizeof moved, "%s-away", path);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mann_follow_look(context, source, &view), MANN_WISH_DRAW);
    assert_true(view.scene.run[0]->gone && view.message_until > 0);
    assert_non_null(strstr(view.message, "gone"));
    assert_non_null(view.scene.episode);
    assert_false(mann_follow_needed(&view));
    mann_source_close(source);
}

static void a_damaged_trace_leaves_the_picture(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s", in_folder("damaged"));
    assert_int_equal(synthetic_run(context, path, usual, 3), MANN_OK);
    write_file("damaged/traces/L20-s7-000000100.safetensors", "w", "junk");
    const char *paths[] = {path};
    mann_status status;
    mann_source *source = mann_source_open(context, 1, paths, &status);
    mann_view view = mann_view_make();
    mann_follow_show(context, source, &view);
    const mann_episode *before = view.scene.episode;
    press_key(&view, '[', false);
    mann_follow_show(context, source, &view);
    assert_ptr_equal(view.scene.episode, before);
    assert_true(view.message_until > 0 && view.scene.message_bad);
    mann_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_stay_within_the_episode),
        cmocka_unit_test(without_an_episode_nothing_breaks),
        cmocka_unit_test(playing_follows_the_clock),
        cmocka_unit_test(modes_go_round),
        cmocka_unit_test(heads_go_round),
        cmocka_unit_test(a_click_pins_a_drag_scrubs),
        cmocka_unit_test(the_wheel_zooms_about_the_pointer),
        cmocka_unit_test(states_survive_the_round_trip),
        cmocka_unit_test(states_that_are_none),
        cmocka_unit_test(metrics_grow_line_by_line),
        cmocka_unit_test(a_run_is_followed_until_it_is_gone),
        cmocka_unit_test(a_damaged_trace_leaves_the_picture),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
