/* Screens, tested without a display: what a pixel must be, whatever the layout. */
#include "canvas.h"
#include "draw/layout.h"
#include "draw/picture.h"
#include "fixture.h"
#include "synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const synthetic_size usual = {20, 128, 20, 1, 1};

static mann_scene scene_of(mann_episode *episode)
{
    mann_scene scene = mann_scene_make();
    scene.episode = episode;
    scene.step = 30;
    return scene;
}

static mann_episode *copy_episode(synthetic_size size)
{
    mann_episode *episode = mann_episode_alloc(context, synthetic_copy(context, size, 1, 7));
    assert_non_null(episode);
    return episode;
}

static const mann_pane *find_pane(const mann_layout *layout, const char *title)
{
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (!strcmp(layout->pane[i].title, title)) {
            return &layout->pane[i];
        }
    }
    return NULL;
}

static void drawn_panels_are_their_numbers(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode(usual);
    for (int dark = 0; dark < 2; dark++) {
        mann_scene scene = scene_of(episode);
        scene.dark = dark;
        mann_layout layout = mann_layout_make(&scene);
        canvas to = canvas_make(scene.width, scene.height);
        mann_scene_draw(to.cr, &scene);
        const mann_pane *read = find_pane(&layout, "Read weights");
        assert_non_null(read);
        assert_true(read->placed && read->family >= 0);
        const mann_family *family = &episode->family[read->family];
        for (int32_t t = 0; t < 10; t++) { /* far from cursor and marks */
            int32_t ring = read->heat.ring;
            int32_t peak = (family->peak[t * family->heads] - read->heat.first_row + ring) % ring;
            mann_box cell = mann_heat_cell_box(&read->heat, read->area, t, peak);
            uint32_t want = mann_map_table(
                MANN_MAP_THEME,
                dark)[mann_shade_index(&read->shade, (double)mann_heat_at(&read->heat, t, peak))];
            assert_int_equal(pixel(&to, cell.x + cell.w / 2, cell.y + cell.h / 2), want);
        }
        /* The frame of the cursor is at its step. */
        mann_box cell = mann_heat_cell_box(&read->heat, read->area, scene.step, 5);
        uint32_t ink = pixel_of(mann_theme_get(dark)->cursor);
        assert_true(apart(pixel(&to, floor(cell.x) - 1, cell.y), ink) < 40);
        assert_true(apart(pixel(&to, cell.x + cell.w / 2, cell.y), ink) > 100);
        canvas_free(&to);
    }
    mann_episode_free(episode);
}

static void wrong_answers_are_counted_and_outlined(void **state)
{
    (void)state;
    mann_trace *trace = synthetic_copy(context, usual, 1, 7);
    float *output = (float *)mann_trace_find(trace, "output")->data;
    output[30 * 8 + 3] = 1 - output[30 * 8 + 3];
    output[2 * 8 + 3] = NAN; /* does not count: the mask is 0 there */
    mann_episode *episode = mann_episode_alloc(context, trace);
    assert_int_equal(episode->wrong, 1);
    assert_int_equal(episode->counted, 160);
    mann_scene scene = scene_of(episode);
    scene.step = 5;
    mann_layout layout = mann_layout_make(&scene);
    canvas to = canvas_make(scene.width, scene.height);
    mann_scene_draw(to.cr, &scene);
    const mann_pane *pane = find_pane(&layout, "Outputs");
    assert_true(pane->missing);
    mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 30, 3);
    uint32_t bad = pixel_of(mann_theme_get(true)->bad);
    assert_true(apart(pixel(&to, cell.x + cell.w / 2, cell.y + 0.5), bad) < 60);
    canvas_free(&to);
    mann_episode_free(episode);
}

static void findings_hold_on_a_perfect_copy(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode(usual);
    assert_int_equal(episode->n_families, 2);
    assert_true(episode->match == 1 && episode->lag == 21);
    for (int f = 0; f < 2; f++) {
        const mann_family *family = &episode->family[f];
        assert_true(family->focus > 0.99);
        assert_true(family->move == 1 && family->move_share == 1);
        assert_true(family->used.count < 60 && family->used.first > 40);
    }
    mann_episode_free(episode);
    episode = mann_episode_alloc(context, synthetic_copy(context, usual, 0, 7));
    assert_true(episode->family[0].focus < 0.1);
    assert_int_equal(episode->family[0].used.count, 128); /* nothing stands out: all is shown */
    mann_episode_free(episode);
}

/* Every size, theme and mode draws, and stays inside. */
static void sizes_down_to_one_pixel(void **state)
{
    (void)state;
    static const int size[][2] = {{1, 1},     {2, 500},   {500, 2},   {60, 40},
                                  {300, 301}, {640, 480}, {960, 600}, {1920, 1200}};
    static const synthetic_size models[] = {{20, 128, 20, 1, 1}, {1, 1, 1, 1, 1}, {3, 16, 4, 4, 4}};
    for (size_t m = 0; m < 3; m++) {
        mann_episode *episode = copy_episode(models[m]);
        for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
            for (int screen = 0; screen < MANN_SCREENS; screen++) {
                mann_scene scene = scene_of(episode);
                scene.width = size[i][0];
                scene.height = size[i][1];
                scene.screen = (mann_screen)screen;
                scene.dark = i % 2;
                scene.automatic = scene.help = i % 3 == 0;
                scene.locations = (mann_locations)(i % 3);
                scene.pointed = true;
                scene.x = scene.width / 2;
                scene.y = scene.height / 2;
                scene.step = 1000;
                canvas to = canvas_make(scene.width, scene.height);
                mann_scene_draw(to.cr, &scene);
                canvas_free(&to);
                mann_layout layout = mann_layout_make(&scene);
                for (int32_t k = 0; k < layout.n_panes; k++) {
                    const mann_pane *pane = &layout.pane[k];
                    if (pane->placed && scene.height >= 300 && scene.width >= 300) {
                        assert_true(pane->area.x >= 0 && pane->area.y >= 0);
                        assert_true(pane->area.x + pane->area.w <= scene.width);
                        assert_true(pane->area.y + pane->area.h <= layout.footer.y + 1);
                    }
                }
            }
        }
        mann_episode_free(episode);
    }
}

static void eight_heads_are_legible(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode((synthetic_size){20, 128, 20, 4, 4});
    static const int size[][2] = {{1280, 800}, {960, 600}};
    for (int i = 0; i < 2; i++) {
        mann_scene scene = scene_of(episode);
        scene.width = size[i][0];
        scene.height = size[i][1];
        mann_layout layout = mann_layout_make(&scene);
        int weightings = 0;
        for (int32_t k = 0; k < layout.n_panes; k++) {
            const mann_pane *pane = &layout.pane[k];
            if (pane->placed && pane->content == MANN_CONTENT_WEIGHTING) {
                weightings++;
                assert_true(pane->area.h >= 34 && pane->area.w >= 250);
                assert_true(pane->tag[0] == (pane->access == MANN_ACCESS_WRITE ? 'W' : 'R'));
            }
        }
        assert_int_equal(weightings, 8);
    }
    for (int a = 0; a < 4; a++) { /* no two heads of a kind share a colour */
        for (int b = 0; b < a; b++) {
            for (int dark = 0; dark < 2; dark++) {
                assert_true(apart(pixel_of(mann_head_ink(dark, MANN_ACCESS_READ, a)),
                                  pixel_of(mann_head_ink(dark, MANN_ACCESS_READ, b))) > 40);
                assert_true(apart(pixel_of(mann_head_ink(dark, MANN_ACCESS_WRITE, a)),
                                  pixel_of(mann_head_ink(dark, MANN_ACCESS_WRITE, b))) > 30);
            }
        }
    }
    mann_episode_free(episode);
}

/* Every row of a gate's panel has the colour of its head beside it. */
static void gates_name_their_heads(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode((synthetic_size){20, 128, 20, 2, 4});
    mann_scene scene = scene_of(episode);
    mann_layout layout = mann_layout_make(&scene);
    canvas to = canvas_make(scene.width, scene.height);
    mann_scene_draw(to.cr, &scene);
    static const char *const title[] = {"Write gate", "Read gate"};
    for (int i = 0; i < 2; i++) {
        const mann_pane *pane = find_pane(&layout, title[i]);
        assert_true(pane && pane->placed);
        assert_int_equal(pane->heat.rows, i ? 4 : 2);
        for (int32_t h = 0; h < pane->heat.rows; h++) {
            mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 0, h);
            uint32_t page = pixel_of(mann_theme_get(scene.dark)->page), mark = page;
            for (int x = -9; x < -2; x++) { /* the pixel that is most unlike the page */
                uint32_t here = pixel(&to, pane->area.x + x, cell.y + cell.h / 2);
                mark = apart(here, page) > apart(mark, page) ? here : mark;
            }
            int32_t nearest = 0;
            int least = 255;
            for (int32_t k = 0; k < 4; k++) {
                for (double part = 0.4; part < 1.01; part += 0.05) { /* small marks are faint */
                    mann_ink ink = mann_ink_mix(mann_theme_get(scene.dark)->page,
                                                mann_head_ink(scene.dark, pane->access, k), part);
                    int off = apart(mark, pixel_of(ink));
                    nearest = off < least ? k : nearest;
                    least = off < least ? off : least;
                }
            }
            assert_int_equal(nearest, h);
        }
    }
    canvas_free(&to);
    mann_episode_free(episode);
}

/* Pointing at something writes a tip above it. */
static void the_inspector_reads_out(void **state)
{
    (void)state;
    mann_episode *episode = copy_episode(usual);
    mann_scene scene = scene_of(episode);
    mann_layout layout = mann_layout_make(&scene);
    mann_box box = layout.inspector;
    const double place[][2] = {{0.6, 0.11}, {0.6, 0.6}}; /* bars, memory */
    canvas plain = canvas_make(scene.width, scene.height);
    mann_scene_draw(plain.cr, &scene);
    for (int i = 0; i < 2; i++) {
        scene.pointed = true;
        scene.x = box.x + place[i][0] * box.w;
        scene.y = box.y + place[i][1] * box.h;
        canvas to = canvas_make(scene.width, scene.height);
        mann_scene_draw(to.cr, &scene);
        int changed = 0;
        for (int k = 0; k < 20 * 60; k++) { /* above the pointer, to its right */
            double at_x = scene.x + 20 + k % 60, at_y = scene.y - 10 - k / 60;
            changed += pixel(&to, at_x, at_y) != pixel(&plain, at_x, at_y);
        }
        assert_true(changed > 100);
        canvas_free(&to);
    }
    canvas_free(&plain);
    mann_episode_free(episode);
}

static void unknown_values_get_a_panel(void **state)
{
    (void)state;
    static const int32_t five[3] = {5, 6, 7};
    static const char *const axes[] = {"head", "slot", "slot"};
    mann_trace *trace = synthetic_copy(context, usual, 1, 7);
    assert_non_null(mann_trace_add(context, trace, "usage", MANN_KIND_GATE, 1, five, axes + 1));
    assert_non_null(mann_trace_add(context, trace, "link", MANN_KIND_SIGNED, 3, five, axes));
    assert_non_null(mann_trace_add(context, trace, "energy", MANN_KIND_ENERGY, 0, NULL, NULL));
    assert_non_null(mann_trace_add(context, trace, "halting", MANN_KIND_POSITIVE, 1, five, axes));
    mann_episode *episode = mann_episode_alloc(context, trace);
    mann_scene scene = scene_of(episode);
    scene.height = 1400;
    mann_layout layout = mann_layout_make(&scene);
    assert_true(find_pane(&layout, "Usage")->placed);
    assert_int_equal(find_pane(&layout, "Usage")->form, MANN_FORM_HEAT);
    assert_int_equal(find_pane(&layout, "Link")->form, MANN_FORM_MATRIX);
    assert_int_equal(find_pane(&layout, "Energy")->form, MANN_FORM_CURVE);
    assert_int_equal(find_pane(&layout, "Halting")->form, MANN_FORM_CURVE);
    canvas to = canvas_make(scene.width, scene.height);
    mann_scene_draw(to.cr, &scene);
    canvas_free(&to);
    mann_episode_free(episode);
}

/* A value of a memory nobody knows; its name says nothing. */
static float *tell(mann_trace *trace, mann_role role, mann_kind kind, mann_access access,
                   const char *group, const char *axis0, int32_t n0, const char *axis1, int32_t n1)
{
    char name[16];
    snprintf(name, sizeof name, "v%d", trace->count);
    mann_trace_array *array =
        mann_trace_add(context, trace, name, kind, axis1 ? 2 : 1, (int32_t[]){n0, n1},
                       (const char *const[]){axis0, axis1});
    assert_non_null(array);
    array->role = role;
    array->access = access;
    strcpy(array->group, group);
    return array->data;
}

static void a_memory_nobody_knows_is_shown(void **state)
{
    (void)state;
    enum { T = 6, N = 24, M = 4 };
    mann_trace *trace = mann_trace_alloc(context);
    trace->steps = trace->length = T;
    float *w = tell(trace, MANN_ROLE_WEIGHTING, MANN_KIND_WEIGHTING, MANN_ACCESS_READ, "ring.look",
                    "head", 1, "location", N);
    float *mode = tell(trace, MANN_ROLE_MODE, MANN_KIND_WEIGHTING, MANN_ACCESS_READ, "ring.look",
                       "head", 1, "mode", 3);
    float *put = tell(trace, MANN_ROLE_WEIGHTING, MANN_KIND_WEIGHTING, MANN_ACCESS_WRITE,
                      "ring.leave", "head", 1, "location", N);
    float *usage = tell(trace, MANN_ROLE_USAGE, MANN_KIND_GATE, MANN_ACCESS_NONE, "ring",
                        "location", N, NULL, 0);
    tell(trace, MANN_ROLE_MEMORY, MANN_KIND_SIGNED, MANN_ACCESS_NONE, "ring", "word", M, "location",
         N);
    float *link = tell(trace, MANN_ROLE_LINK, MANN_KIND_GATE, MANN_ACCESS_NONE, "ring", "location",
                       N, "location", N);
    tell(trace, MANN_ROLE_USAGE, MANN_KIND_GATE, MANN_ACCESS_NONE, "ring2", "location", N, NULL, 0);
    for (int32_t t = 0; t < T; t++) {
        w[t * N + t] = put[t * N + t] = mode[3 * t + 1] = 1;
        usage[t * N + t] = 0.5f;
        link[(t * N + t) * N + (t + 1) % N] = 1;
    }
    mann_episode *episode = mann_episode_alloc(context, trace);
    assert_int_equal(episode->n_families, 2);
    assert_string_equal(episode->family[0].name, "look");
    assert_int_equal(episode->family[0].access, MANN_ACCESS_READ);
    assert_ptr_equal(episode->family[0].matrix, mann_trace_role(trace, MANN_ROLE_MEMORY));
    assert_ptr_equal(episode->family[0].matrix, episode->family[1].matrix);
    mann_scene scene = scene_of(episode);
    scene.step = 3;
    mann_layout layout = mann_layout_make(&scene);
    static const struct {
        const char *title, *tag;
        mann_pane_form form;
    } panes[] = {{"Read weights", "R1", MANN_FORM_HEAT},  {"Write weights", "W1", MANN_FORM_HEAT},
                 {"Read mode", "R1", MANN_FORM_HEAT},     {"Usage", "", MANN_FORM_HEAT},
                 {"Usage, memory 2", "", MANN_FORM_HEAT}, {"Link", "", MANN_FORM_MATRIX}};
    for (size_t i = 0; i < sizeof panes / sizeof panes[0]; i++) {
        const mann_pane *pane = find_pane(&layout, panes[i].title);
        assert_non_null(pane);
        assert_true(pane->placed);
        assert_string_equal(pane->tag, panes[i].tag);
        assert_int_equal(pane->form, panes[i].form);
    }
    assert_false(find_pane(&layout, "Memory")->placed); /* the inspector has it */
    /* The inspector tells usage, link and mode of the pinned location and head. */
    float *const told[] = {&usage[3 * N + 3], &link[(3 * N + 3) * N + 9], &mode[3 * 3]};
    canvas before = canvas_make(scene.width, scene.height);
    mann_scene_draw(before.cr, &scene);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        *told[i] = 2;
        canvas after = canvas_make(scene.width, scene.height);
        mann_scene_draw(after.cr, &scene);
        int changed = 0;
        for (int y = 0; y < 250; y++) {
            for (int x = 0; x < (int)layout.inspector.w; x++) {
                double at_x = layout.inspector.x + x, at_y = layout.inspector.y + y;
                changed += pixel(&before, at_x, at_y) != pixel(&after, at_x, at_y);
            }
        }
        assert_true(changed > 5);
        canvas_free(&before);
        before = after;
    }
    canvas_free(&before);
    mann_episode_free(episode);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_panels_are_their_numbers),
        cmocka_unit_test(wrong_answers_are_counted_and_outlined),
        cmocka_unit_test(findings_hold_on_a_perfect_copy),
        cmocka_unit_test(sizes_down_to_one_pixel),
        cmocka_unit_test(eight_heads_are_legible),
        cmocka_unit_test(gates_name_their_heads),
        cmocka_unit_test(the_inspector_reads_out),
        cmocka_unit_test(unknown_values_get_a_panel),
        cmocka_unit_test(a_memory_nobody_knows_is_shown),
    };
    return cmocka_run_group_tests(tests, context_begin, context_end);
}
