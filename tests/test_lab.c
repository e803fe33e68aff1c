/* The Hopfield screen without a window: what settles, what keys and mouse turn, what is drawn. */
#include "draw/layout.h"
#include "draw/picture.h"
#include "draw/render.h"
#include "draw/screen/lab_places.h"
#include "show/state.h"
#include "view.h"

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

enum { UNITS = 64, SIDE = 8 };

static mann_context *context;
static char path[64];

/* Random patterns, as `mann hopfield -o store.safetensors` writes them. */
static mann_trace *make_store(int32_t count)
{
    mann_trace *trace = mann_trace_alloc(context);
    assert_non_null(trace);
    snprintf(trace->run, sizeof trace->run, "letters");
    snprintf(trace->task, sizeof trace->task, "hopfield");
    trace->steps = trace->length = count;
    static const char *const axes[] = {"row", "column"};
    mann_trace_array *array = mann_trace_add(context, trace, "patterns", MANN_KIND_SIGNED, 2,
                                             (int32_t[]){SIDE, SIDE}, axes);
    assert_non_null(array);
    array->role = MANN_ROLE_PATTERN;
    mann_rng rng = mann_rng_stream(5, "test", 0);
    for (int32_t k = 0; k < count; k++) {
        mann_hopfield_random(array->data + k * UNITS, UNITS, &rng);
    }
    return trace;
}

static mann_lab *make_lab(int32_t count)
{
    mann_trace *trace = make_store(count);
    assert_true(mann_lab_is_store(trace));
    mann_lab *lab = mann_lab_alloc(context, trace);
    assert_non_null(lab);
    mann_trace_free(trace);
    return lab;
}

static bool is_pattern(const mann_lab *lab, const float *state, int32_t k)
{
    return !memcmp(state, lab->pattern + k * UNITS, UNITS * sizeof *state);
}

static void a_cue_settles(void **state)
{
    (void)state;
    mann_lab *lab = make_lab(3);
    assert_int_equal(lab->width, SIDE);
    assert_int_equal(lab->height, SIDE);
    assert_int_equal(lab->verdict.kind, MANN_HOPFIELD_RECALLED);
    assert_true(is_pattern(lab, lab->state, 0));
    assert_true(fabs(lab->overlap[0] - 1) < 1e-9);
    /* Back to the cue and forth again: every frame is where it was, one change from the next. */
    int32_t last = lab->frames;
    assert_true(last >= 8);
    float seen[UNITS], before[UNITS];
    mann_lab_go(lab, 0);
    assert_memory_equal(lab->state, lab->cue, sizeof seen);
    assert_memory_equal(lab->before, lab->cue, sizeof seen);
    for (int32_t f = 1; f <= last; f++) {
        memcpy(before, lab->state, sizeof before);
        mann_lab_go(lab, f);
        assert_int_equal(lab->frame, f);
        assert_memory_equal(lab->before, before, sizeof before);
        int changed = 0;
        for (int i = 0; i < UNITS; i++) {
            changed += lab->state[i] != before[i];
        }
        assert_int_equal(changed, 1);
        assert_true(lab->energy[f] < lab->energy[f - 1] + 1e-9);
        assert_true(fabs(lab->energy[f] - mann_hopfield_energy(lab->net, lab->state)) < 1e-4);
    }
    memcpy(seen, lab->state, sizeof seen);
    mann_lab_go(lab, 2);
    mann_lab_go(lab, 1000);
    assert_memory_equal(lab->state, seen, sizeof seen);
    mann_lab_free(lab);
}

static void every_rule_and_damage(void **state)
{
    (void)state;
    mann_lab *lab = make_lab(3);
    for (int rule = 0; rule < MANN_HOPFIELD_RULES; rule++) {
        for (int damage = 0; damage < MANN_DAMAGES; damage++) {
            for (int update = 0; update < 2; update++) {
                mann_lab_setting setting = {.net = {.rule = (mann_hopfield_rule)rule,
                                                    .order = rule == MANN_HOPFIELD_DENSE ? 3 : 0},
                                            .update = (mann_hopfield_update)update,
                                            .pattern = 1,
                                            .damage = (mann_damage)damage,
                                            .amount = 0.15,
                                            .draw = 3};
                mann_lab_set(lab, &setting);
                assert_string_equal(lab->trouble, "");
                assert_int_equal(lab->verdict.kind, MANN_HOPFIELD_RECALLED);
                assert_int_equal(lab->verdict.pattern[0], 1);
                int32_t unknown = 0, wrong = 0;
                for (int i = 0; i < UNITS; i++) {
                    unknown += lab->cue[i] == 0;
                    wrong += lab->cue[i] != 0 && lab->cue[i] != lab->pattern[UNITS + i];
                }
                assert_int_equal(unknown, damage == MANN_DAMAGE_NOISE  ? 0
                                          : damage == MANN_DAMAGE_MASK ? 10
                                                                       : UNITS / 2);
                assert_int_equal(wrong, damage == MANN_DAMAGE_NOISE ? 10 : 0);
                assert_int_equal(lab->weight != NULL, rule < MANN_HOPFIELD_DENSE);
                if (rule == MANN_HOPFIELD_MODERN) {
                    assert_true(lab->softmax[1] > 0.99);
                }
                mann_lab_go(lab, 0);
                for (int i = 0; i < UNITS; i++) {
                    assert_true(lab->state[i] == lab->cue[i]);
                }
            }
        }
    }
    mann_lab_free(lab);
    /* More patterns than the rule can hold: told, not shown; another rule helps. */
    lab = make_lab(UNITS);
    mann_lab_setting setting = {.net.rule = MANN_HOPFIELD_PSEUDO_INVERSE, .amount = 0.1};
    mann_lab_set(lab, &setting);
    assert_true(lab->trouble[0] && !lab->net && !lab->frames);
    setting.net.rule = MANN_HOPFIELD_HEBB;
    mann_lab_set(lab, &setting);
    assert_true(!lab->trouble[0] && lab->frames > 0);
    mann_lab_free(lab);
}

static void a_painted_cue(void **state)
{
    (void)state;
    mann_lab *lab = make_lab(3);
    mann_lab_setting setting = lab->setting;
    for (int32_t i = 0; i < UNITS; i++) { /* the third pattern, by hand */
        mann_lab_paint(lab, i, lab->pattern[2 * UNITS + i]);
    }
    assert_true(lab->painted);
    assert_int_equal(lab->frame, 0);
    assert_int_equal(lab->verdict.pattern[0], 2);
    setting.net.rule = MANN_HOPFIELD_MODERN; /* stays under another rule, */
    mann_lab_set(lab, &setting);
    assert_true(lab->painted && is_pattern(lab, lab->cue, 2));
    setting.pattern = 1; /* and goes with another cue */
    mann_lab_set(lab, &setting);
    assert_true(!lab->painted && !is_pattern(lab, lab->cue, 2));
    mann_lab_free(lab);
}

/* ---- on the screen ---- */

static mann_source *open_store(mann_view *view, const char *at)
{
    const char *name = path;
    mann_status status;
    mann_source *source = mann_source_open(context, 1, &name, &status);
    assert_int_equal(status, MANN_OK);
    *view = mann_view_make();
    mann_state parsed;
    int32_t choice, snapshot;
    assert_int_equal(mann_state_parse(context, at, &parsed), MANN_OK);
    assert_int_equal(
        mann_source_show_state(context, source, &parsed, &choice, &snapshot, &view->scene),
        MANN_OK);
    mann_state_apply(&parsed, &view->scene);
    assert_true(mann_scene_on_lab(&view->scene));
    return source;
}

static unsigned key(mann_view *view, int key)
{
    mann_gesture event = {.kind = MANN_GESTURE_KEY, .key = key};
    return mann_view_event(view, &event);
}

static void mouse(mann_view *view, mann_gesture_kind kind, double x, double y)
{
    mann_gesture event = {.kind = kind, .x = x, .y = y};
    mann_view_event(view, &event);
}

static const char *state_of(const mann_view *view)
{
    static char text[192];
    mann_state_print(&view->scene, text);
    return text;
}

static void keys_turn_everything(void **state)
{
    (void)state;
    mann_view view;
    mann_source *source = open_store(&view, "");
    mann_lab *lab = view.scene.lab;
    assert_string_equal(state_of(&view), "letters/rule=hebb/cue=1/noise=0.2/draw=1");
    key(&view, MANN_KEY_DOWN);
    key(&view, 'u');
    key(&view, '+');
    key(&view, 'n');
    assert_string_equal(state_of(&view), "letters/rule=hebb/update=sync/cue=2/noise=0.25/draw=2");
    key(&view, MANN_KEY_UP);
    key(&view, MANN_KEY_UP); /* around */
    key(&view, 'd');
    assert_string_equal(state_of(&view), "letters/rule=hebb/update=sync/cue=3/mask=0.25/draw=2");
    key(&view, 'd');
    key(&view, 'm');
    key(&view, 'm');
    key(&view, 'm');
    key(&view, '>');
    assert_string_equal(state_of(&view), "letters/rule=dense:4/update=sync/cue=3/half/draw=2");
    key(&view, 'm');
    key(&view, '<');
    assert_int_equal(lab->setting.net.rule, MANN_HOPFIELD_MODERN);
    assert_true(fabs(lab->setting.net.beta - pow(2, -1.0 / 3)) < 1e-9);
    /* The first time line is the settling: back to the cue, a change on, all of it by playing. */
    source = (mann_source_close(source), open_store(&view, "noise=0.2"));
    lab = view.scene.lab;
    key(&view, MANN_KEY_HOME);
    assert_int_equal(lab->frame, 0);
    key(&view, MANN_KEY_RIGHT);
    assert_int_equal(lab->frame, 1);
    assert_string_equal(state_of(&view), "letters/rule=hebb/cue=1/noise=0.2/draw=1/t1");
    key(&view, MANN_KEY_HOME);
    key(&view, ' ');
    for (double now = 0; now < 30 && view.scene.playing; now += 0.1) {
        mann_gesture tick = {.kind = MANN_GESTURE_TICK, .now = now};
        mann_view_event(&view, &tick);
    }
    assert_int_equal(lab->frame, lab->frames);
    key(&view, 'x');
    assert_true(lab->painted && lab->cue[7] == 0);
    assert_non_null(strstr(state_of(&view), "/edited"));
    /* The other screens keep their keys. */
    key(&view, '1');
    assert_false(mann_scene_on_lab(&view.scene));
    assert_int_equal(mann_scene_steps(&view.scene), 3);
    mann_source_close(source);
}

static void the_mouse_paints_and_chooses(void **state)
{
    (void)state;
    mann_view view;
    mann_source *source = open_store(&view, "noise=0");
    mann_lab *lab = view.scene.lab;
    mann_layout layout = mann_layout_make(&view.scene);
    mann_lab_places places = mann_lab_places_make(lab, layout.body);
    mann_pattern picture = mann_lab_pattern(lab, lab->cue);
    mann_box a = mann_pattern_cell(&picture, places.cue, 9);
    mann_box b = mann_pattern_cell(&picture, places.cue, 10);
    float was = lab->cue[9], want = was > 0 ? -1 : 1;
    mouse(&view, MANN_GESTURE_PRESS, a.x + a.w / 2, a.y + a.h / 2);
    mouse(&view, MANN_GESTURE_MOVE, b.x + b.w / 2, b.y + b.h / 2);
    mouse(&view, MANN_GESTURE_RELEASE, 0, 0);
    assert_true(lab->cue[9] == want && lab->cue[10] == want && lab->painted);
    mann_box thumb = mann_lab_thumb(&places, lab, 2);
    mouse(&view, MANN_GESTURE_PRESS, thumb.x + 5, thumb.y + 5);
    mouse(&view, MANN_GESTURE_RELEASE, 0, 0);
    assert_int_equal(lab->setting.pattern, 2);
    assert_false(lab->painted);
    mann_box chip = places.chip[MANN_CHIP_RULE];
    mouse(&view, MANN_GESTURE_PRESS, chip.x + 5, chip.y + 5);
    assert_int_equal(lab->setting.net.rule, MANN_HOPFIELD_STORKEY);
    mouse(&view, MANN_GESTURE_PRESS, places.energy.x + places.energy.w - 10,
          places.energy.y + places.energy.h / 2);
    mouse(&view, MANN_GESTURE_MOVE, places.energy.x, places.energy.y);
    assert_int_equal(lab->frame, 0);
    mouse(&view, MANN_GESTURE_MOVE, 1e5, places.energy.y);
    assert_int_equal(lab->frame, lab->frames);
    mann_source_close(source);
}

static uint32_t *draw(const mann_scene *scene)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene->width, scene->height);
    cairo_t *cr = cairo_create(surface);
    mann_scene_draw(cr, scene);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    size_t size = (size_t)scene->width * (size_t)scene->height * 4;
    uint32_t *copy = malloc(size);
    assert_non_null(copy);
    for (int y = 0; y < scene->height; y++) {
        memcpy(copy + (size_t)y * (size_t)scene->width,
               cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface),
               (size_t)scene->width * 4);
    }
    cairo_surface_destroy(surface);
    return copy;
}

static uint32_t at(const mann_scene *scene, const uint32_t *pixel, double x, double y)
{
    return pixel[(size_t)y * (size_t)scene->width + (size_t)x] & 0xffffff;
}

static void cells_are_what_they_are(void **state)
{
    (void)state;
    mann_view view;
    mann_source *source = open_store(&view, "mask=0.3/t1");
    mann_scene *scene = &view.scene;
    mann_lab *lab = scene->lab;
    for (int dark = 0; dark < 2; dark++) {
        scene->dark = dark;
        uint32_t *pixel = draw(scene);
        mann_layout layout = mann_layout_make(scene);
        mann_lab_places places = mann_lab_places_make(lab, layout.body);
        mann_pattern picture = mann_lab_pattern(lab, lab->cue);
        mann_ink red = mann_theme_get(dark)->bad;
        for (int32_t i = 0; i < UNITS; i++) {
            mann_box cell = mann_pattern_cell(&picture, places.cue, i);
            uint32_t want = lab->cue[i] > 0 ? 0x0f0f0f : lab->cue[i] < 0 ? 0xfafafa : 0xd1b880;
            uint32_t is = at(scene, pixel, cell.x + cell.w / 2, cell.y + cell.h / 2);
            for (int shift = 0; shift < 24; shift += 8) {
                assert_true(abs((int)(is >> shift & 255) - (int)(want >> shift & 255)) <= 1);
            }
            /* The one that has just changed is outlined. */
            cell = mann_pattern_cell(&picture, places.state, i);
            is = at(scene, pixel, cell.x, cell.y + cell.h / 2);
            bool outlined = abs((int)(is >> 16 & 255) - (int)lround(red.red * 255)) < 12 &&
                            abs((int)(is >> 8 & 255) - (int)lround(red.green * 255)) < 40;
            assert_int_equal(outlined, lab->state[i] != lab->before[i]);
        }
        free(pixel);
    }
    /* At any size, for any store, with nothing to show. */
    static const int sizes[][2] = {{1, 1}, {40, 30}, {300, 200}, {960, 600}, {3000, 2000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        scene->width = sizes[i][0];
        scene->height = sizes[i][1];
        free(draw(scene));
        key(&view, 'm');
    }
    mann_source_close(source);
}

static int render(const char *name, const char *at)
{
    char output[96];
    snprintf(output, sizeof output, "%s%s", path, name);
    mann_render_options options = {.output = output, .at = at};
    const char *one = path;
    mann_status status = mann_render(context, 1, &one, &options);
    remove(output);
    return (int)status;
}

static void states_open_it_again(void **state)
{
    (void)state;
    mann_view view;
    mann_source *source = open_store(&view, "rule=modern/beta=0.5/cue=2/mask=0.25/draw=7/light/t1");
    char first[192];
    snprintf(first, sizeof first, "%s", state_of(&view));
    mann_source_close(source);
    source = open_store(&view, first);
    assert_string_equal(state_of(&view), first);
    mann_source_close(source);
    assert_int_equal(render(".png", first), MANN_OK);
    assert_int_equal(render(".svg", "rule=dense:3/half"), MANN_OK);
    assert_int_equal(render(".txt", "rule=storkey"), MANN_OK);
    assert_int_equal(render(".png", "L3/s0"), MANN_OK);
    assert_int_equal(render(".png", "L4"), MANN_E_INVAL);
    assert_int_equal(render(".png", "rule=hop"), MANN_E_INVAL);
    assert_int_equal(render(".png", "noise=2"), MANN_E_INVAL);
    assert_int_equal(render(".png", "noise="), MANN_E_INVAL);
    assert_int_equal(render(".png", "cue=0"), MANN_E_INVAL);
    assert_int_equal(render(".png", "half=1"), MANN_E_INVAL);
}

/* The values that a store inside a machine shows. */
static void a_store_inside_a_machine(void **state)
{
    (void)state;
    enum { T = 6, N = 8, K = 3, U = 5 };
    static const struct {
        mann_role role;
        mann_kind kind;
        int32_t rank, n[2];
        const char *axis[2];
    } values[] = {{MANN_ROLE_SETTLING, MANN_KIND_SIGNED, 2, {K, U}, {"settling", "unit"}},
                  {MANN_ROLE_ENERGY, MANN_KIND_ENERGY, 1, {K}, {"settling"}},
                  {MANN_ROLE_SIMILARITY, MANN_KIND_SIGNED, 1, {N}, {"row"}},
                  {MANN_ROLE_WEIGHTING, MANN_KIND_WEIGHTING, 1, {N}, {"row"}}};
    mann_trace *trace = mann_trace_alloc(context);
    trace->steps = T;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        mann_trace_array *array =
            mann_trace_add(context, trace, mann_role_name(values[i].role), values[i].kind,
                           values[i].rank, values[i].n, values[i].axis);
        assert_non_null(array);
        array->role = values[i].role;
        strcpy(array->group, "memory2");
        array->data[3 * (values[i].rank == 2 ? K * U : values[i].n[0]) + 2] = 1; /* at step 3 */
    }
    mann_episode *episode = mann_episode_alloc(context, trace);
    assert_non_null(episode);
    mann_scene scene = mann_scene_make();
    scene.episode = episode;
    scene.screen = MANN_SCREEN_HOPFIELD;
    assert_false(mann_scene_on_lab(&scene));
    uint32_t *drawn[2];
    for (int step = 2; step <= 3; step++) {
        scene.step = step;
        drawn[step - 2] = draw(&scene);
    }
    /* Of all that shows one step, the bar of row 2, in the right column, is there at step 3 only.
     */
    int changed = 0;
    for (int y = 50; y < 360; y++) {
        for (int x = 1090; x < 1250; x++) {
            changed += at(&scene, drawn[0], x, y) != at(&scene, drawn[1], x, y);
        }
    }
    assert_true(changed > 2000);
    free(drawn[0]);
    free(drawn[1]);
    for (int32_t size = 1; size < 400; size += 133) {
        scene.width = scene.height = size;
        free(draw(&scene));
    }
    mann_episode_free(episode);
}

static int start(void **state)
{
    (void)state;
    context = mann_context_alloc();
    strcpy(path, "/tmp/mann-lab-XXXXXX");
    int file = mkstemp(path);
    if (!context || file < 0) {
        return 1;
    }
    close(file);
    mann_trace *trace = make_store(3);
    mann_status status = mann_trace_save(context, trace, path);
    mann_trace_free(trace);
    return (int)status;
}

static int finish(void **state)
{
    (void)state;
    remove(path);
    mann_context_free(context);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cue_settles),
        cmocka_unit_test(every_rule_and_damage),
        cmocka_unit_test(a_painted_cue),
        cmocka_unit_test(keys_turn_everything),
        cmocka_unit_test(the_mouse_paints_and_chooses),
        cmocka_unit_test(cells_are_what_they_are),
        cmocka_unit_test(states_open_it_again),
        cmocka_unit_test(a_store_inside_a_machine),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
