/* Pictures, tested without a display: what a pixel must be, whatever the layout. */
#include "draw/axis.h"
#include "draw/layout.h"
#include "draw/learning_plot.h"
#include "draw/render.h"
#include "fixture.h"
#include "synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fontconfig keeps what it has read until the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static const synthetic_size usual = {20, 128, 20, 1, 1};

typedef struct canvas {
    cairo_surface_t *surface;
    cairo_t *cr;
} canvas;

static canvas canvas_make(int width, int height)
{
    canvas made;
    made.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    made.cr = cairo_create(made.surface);
    return made;
}

static void canvas_free(canvas *self)
{
    assert_int_equal(cairo_status(self->cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(self->cr);
    cairo_surface_destroy(self->surface);
}

static uint32_t pixel(const canvas *self, double x, double y)
{
    cairo_surface_flush(self->surface);
    const unsigned char *data = cairo_image_surface_get_data(self->surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(self->surface);
    uint32_t value;
    memcpy(&value, data + (size_t)y * stride + (size_t)x * 4, sizeof value);
    return value | 0xff000000u;
}

static uint32_t pixel_of(mann_ink ink)
{
    return 0xff000000u | (uint32_t)lround(ink.red * 255) << 16 |
           (uint32_t)lround(ink.green * 255) << 8 | (uint32_t)lround(ink.blue * 255);
}

static int apart(uint32_t a, uint32_t b)
{
    int most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int difference = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        most = difference > most ? difference : most;
    }
    return most;
}

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

static void maps_end_where_they_should(void **state)
{
    (void)state;
    assert_int_equal(mann_map_table(MANN_MAP_THEME, true)[0], 0xff000004u);
    assert_int_equal(mann_map_table(MANN_MAP_THEME, true)[255], 0xfffcfdbfu);
    assert_int_equal(mann_map_table(MANN_MAP_THEME, false)[0], 0xffffffffu);
    assert_int_equal(mann_map_table(MANN_MAP_THEME, false)[255], 0xff000000u);
    assert_int_equal(mann_map_table(MANN_MAP_VIRIDIS, true)[0], 0xff440154u);
    for (int map = 0; map < MANN_MAP_COUNT; map++) { /* more is always brighter, or darker */
        for (int dark = 0; dark < 2; dark++) {
            const uint32_t *table = mann_map_table((mann_map)map, dark);
            double first = mann_ink_lightness(mann_ink_from_pixel(table[0]));
            double last = mann_ink_lightness(mann_ink_from_pixel(table[255])), before = first;
            for (int i = 1; i < 256; i++) {
                double now = mann_ink_lightness(mann_ink_from_pixel(table[i]));
                assert_true((now - before) * (last - first) > -0.004);
                before = now;
            }
        }
        assert_int_equal(mann_map_find(mann_map_name((mann_map)map)), map);
    }
}

/* The paper's uniform start must not look like attention: within 8 of 255 of the background. */
static void uniform_weights_look_like_the_background(void **state)
{
    (void)state;
    mann_shade shade = {.low = 0, .high = 1};
    for (int dark = 0; dark < 2; dark++) {
        const uint32_t *table = mann_map_table(MANN_MAP_THEME, dark);
        uint32_t uniform = table[mann_shade_index(&shade, 1.0 / 128)];
        assert_true(apart(uniform, table[0]) <= 8);
        assert_true(apart(table[0], pixel_of(mann_theme_get(dark)->page)) <= 20);
    }
}

static void diverging_map_is_symmetric(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        const uint32_t *table = mann_map_table(MANN_MAP_DIVERGING, dark);
        for (int i = 0; i < 128; i++) {
            double low = mann_ink_lightness(mann_ink_from_pixel(table[i]));
            double high = mann_ink_lightness(mann_ink_from_pixel(table[255 - i]));
            assert_true(fabs(low - high) < 0.02);
        }
        assert_true(apart(table[0], table[255]) > 100);
        assert_true(apart(table[127], table[128]) < 6);
    }
}

static void scales_place_numbers(void **state)
{
    (void)state;
    mann_shade shade = {.low = 0, .high = 1};
    assert_int_equal(mann_shade_index(&shade, -3), 0);
    assert_int_equal(mann_shade_index(&shade, 0), 0);
    assert_int_equal(mann_shade_index(&shade, 1), 255);
    assert_int_equal(mann_shade_index(&shade, INFINITY), 255);
    assert_int_equal(mann_shade_index(&shade, NAN), -1);
    shade.scale = MANN_SCALE_ROOT;
    assert_true(fabs(mann_shade_place(&shade, 0.25) - 0.5) < 1e-12);
    assert_true(isnan(mann_shade_place(&shade, NAN)));
    shade.scale = MANN_SCALE_LOG;
    assert_true(fabs(mann_shade_place(&shade, 1e-2) - 0.5) < 1e-12);
    assert_true(mann_shade_place(&shade, 0) == 0);
    assert_true(isnan(mann_shade_place(&shade, NAN)));
}

static void cells_are_where_they_belong(void **state)
{
    (void)state;
    /* Column c, row r is 2 c + r tenths; row 0 at the bottom; one number is missing. */
    float value[] = {0, 0.1f, 0.2f, 0.3f, 0.4f, NAN};
    mann_heat heat = {value, 2, 1, 3, 2, 0, 2};
    mann_shade shade = {.low = 0, .high = 1};
    for (int dark = 0; dark < 2; dark++) {
        canvas to = canvas_make(40, 30);
        mann_heat_paint(to.cr, &heat, (mann_box){5, 5, 30, 20}, &shade, mann_theme_get(dark));
        const uint32_t *table = mann_map_table(MANN_MAP_THEME, dark);
        for (int c = 0; c < 3; c++) {
            for (int r = 0; r < 2; r++) {
                uint32_t want = isnan(value[2 * c + r])
                                    ? pixel_of(mann_theme_get(dark)->missing)
                                    : table[mann_shade_index(&shade, (double)value[2 * c + r])];
                assert_int_equal(pixel(&to, 5 + 10 * c, 5 + 10 * (1 - r)), want);
                assert_int_equal(pixel(&to, 14 + 10 * c, 14 + 10 * (1 - r)), want);
            }
        }
        assert_int_equal(pixel(&to, 4, 10), 0xff000000u);
        assert_int_equal(pixel(&to, 35, 10), 0xff000000u);
        canvas_free(&to);
        for (int map = 0; map <= MANN_MAP_DIVERGING; map++) { /* a missing number is on no map */
            for (int i = 0; i < 256; i++) {
                assert_true(apart(mann_map_table((mann_map)map, dark)[i],
                                  pixel_of(mann_theme_get(dark)->missing)) > 24);
            }
        }
    }
}

static void locations_wrap_around(void **state)
{
    (void)state;
    float value[] = {0, 0.25f, 0.5f, 0.75f, 1};
    mann_heat heat = {value, 5, 1, 1, 3, 4, 5}; /* rows 4, 0, 1 */
    assert_true(mann_heat_at(&heat, 0, 0) == 1);
    assert_true(mann_heat_at(&heat, 0, 1) == 0);
    mann_shade shade = {.low = 0, .high = 1};
    canvas to = canvas_make(1, 3);
    mann_heat_paint(to.cr, &heat, (mann_box){0, 0, 1, 3}, &shade, mann_theme_get(true));
    const uint32_t *table = mann_map_table(MANN_MAP_THEME, true);
    assert_int_equal(pixel(&to, 0, 2), table[255]);
    assert_int_equal(pixel(&to, 0, 1), table[0]);
    assert_int_equal(pixel(&to, 0, 0), table[64]);
    canvas_free(&to);
}

/* One weight among a million, in a panel of 40 pixels: still there. */
static void a_peak_survives_pooling(void **state)
{
    (void)state;
    enum { STEPS = 2000, LOCATIONS = 512 };
    float *value = calloc((size_t)STEPS * LOCATIONS, sizeof *value);
    value[1234 * LOCATIONS + 77] = 1;
    mann_heat heat = {value, LOCATIONS, 1, STEPS, LOCATIONS, 0, LOCATIONS};
    mann_shade shade = {.low = 0, .high = 1};
    canvas to = canvas_make(40, 40);
    mann_heat_paint(to.cr, &heat, (mann_box){0, 0, 40, 40}, &shade, mann_theme_get(true));
    int bright = 0;
    for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 40; x++) {
            bright += pixel(&to, x, y) == mann_map_table(MANN_MAP_THEME, true)[255];
        }
    }
    assert_int_equal(bright, 1);
    assert_int_equal(pixel(&to, 1234 * 40 / STEPS, 39 - 77 * 40 / LOCATIONS),
                     mann_map_table(MANN_MAP_THEME, true)[255]);
    canvas_free(&to);
    free(value);
}

static void a_legend_shows_its_limits(void **state)
{
    (void)state;
    for (int map = 0; map <= MANN_MAP_DIVERGING; map++) {
        mann_shade shade = {.low = -1, .high = 1, .map = (mann_map)map};
        canvas to = canvas_make(120, 20);
        mann_legend(to.cr, mann_theme_get(true), &shade, false, 110, 12);
        const uint32_t *table = mann_map_table((mann_map)map, true);
        int first = -1, last = -1;
        for (int x = 0; x < 120; x++) { /* row 8 is inside of the bar */
            first = first < 0 && pixel(&to, x, 8) == table[0] && pixel(&to, x, 5) == table[0] &&
                            pixel(&to, x, 11) == table[0]
                        ? x
                        : first;
            last = pixel(&to, x, 8) == table[255] && pixel(&to, x, 5) == table[255] ? x : last;
        }
        assert_true(last > 0);
        if (table[0] != 0xff000000u) {
            assert_true(first >= 0 && last - first >= 40 && last - first <= 44);
        }
        canvas_free(&to);
    }
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
            if (pane->placed && pane->role == MANN_ROLE_WEIGHTING) {
                weightings++;
                assert_true(pane->area.h >= 34 && pane->area.w >= 250);
                assert_true(pane->tag[0] == (pane->marker == MANN_MARKER_WRITE ? 'W' : 'R'));
            }
        }
        assert_int_equal(weightings, 8);
    }
    for (int a = 0; a < 4; a++) { /* no two heads of a kind share a colour */
        for (int b = 0; b < a; b++) {
            for (int dark = 0; dark < 2; dark++) {
                assert_true(apart(pixel_of(mann_head_ink(dark, MANN_MARKER_READ, a)),
                                  pixel_of(mann_head_ink(dark, MANN_MARKER_READ, b))) > 40);
                assert_true(apart(pixel_of(mann_head_ink(dark, MANN_MARKER_WRITE, a)),
                                  pixel_of(mann_head_ink(dark, MANN_MARKER_WRITE, b))) > 30);
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
                                                mann_head_ink(scene.dark, pane->marker, k), part);
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

static void axes_can_be_read(void **state)
{
    (void)state;
    double tick[MANN_MAX_TICKS];
    mann_axis short_one = {.low = 0, .high = 6};
    assert_int_equal(mann_axis_ticks(&short_one, 2, tick), 2); /* 0 alone would say nothing */
    assert_true(tick[0] == 0 && tick[1] == 6);
    mann_axis count = {.low = 0, .high = 1, .whole = true};
    assert_int_equal(mann_axis_ticks(&count, 8, tick), 2);
    mann_axis narrow = mann_axis_make(135, 195, true);
    assert_true(fabs(narrow.low - 100) < 1e-9 && fabs(narrow.high - 200) < 1e-9);
    assert_int_equal(mann_axis_ticks(&narrow, 9, tick), 3);
    assert_true(fabs(tick[1] - 150) < 1e-9);
    mann_axis wide = mann_axis_make(3, 700, true);
    assert_true(fabs(wide.low - 1) < 1e-9 && fabs(wide.high - 1000) < 1e-9);
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

static long file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) ? -1 : (long)info.st_size;
}

static void every_kind_of_file(void **state)
{
    (void)state;
    static const char *const name[] = {"a.png", "a.svg", "a.pdf", "a.txt"};
    static const char *const starts[] = {"\x89PNG", "<?xml", "%PDF", "copy-1"};
    char run[256], out[256];
    snprintf(run, sizeof run, "%s", in_folder("copy-1"));
    assert_int_equal(synthetic_run(context, run, usual, 4), MANN_OK);
    const char *path = run;
    for (int i = 0; i < 4; i++) {
        snprintf(out, sizeof out, "%s", in_folder(name[i]));
        mann_render_options options = {.output = out, .at = "L20/s7/t23/used", .light = i % 2};
        assert_int_equal(mann_render(context, 1, &path, &options), MANN_OK);
        assert_true(file_size(out) > 1000);
        char head[8] = "";
        FILE *file = fopen(out, "rb");
        assert_int_equal(fread(head, 1, 7, file), 7);
        fclose(file);
        assert_memory_equal(head, starts[i], strlen(starts[i]));
    }
    /* The text marks what is read where. */
    char text[20000] = "";
    FILE *file = fopen(out, "rb");
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(length > 2000);
    assert_non_null(strstr(text, "Read weights"));
    assert_non_null(strstr(text, "0 of 160 wrong"));
    assert_non_null(strstr(text, "█"));
}

static void renderings_that_cannot_be(void **state)
{
    (void)state;
    char run[256], out[256], trace[256];
    snprintf(run, sizeof run, "%s", in_folder("copy-1"));
    snprintf(out, sizeof out, "%s", in_folder("b.png"));
    const char *path = run;
    mann_render_options options = {.output = in_folder("b.jpeg")};
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_INVAL);
    options = (mann_render_options){.output = out, .at = "L20/s8"};
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_INVAL);
    options.at = "t5/nonsense=3";
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "nonsense=3"));
    options = (mann_render_options){.output = out, .over = MANN_OVER_STEPS};
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_INVAL);
    options = (mann_render_options){.output = out};
    path = in_folder("nowhere");
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_IO);
    /* A foreign file, and a trace cut short. */
    snprintf(trace, sizeof trace, "%s", in_folder("cut.safetensors"));
    FILE *file = fopen(trace, "wb");
    fputs("this is no trace", file);
    fclose(file);
    path = trace;
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_FORMAT);
    assert_non_null(strstr(mann_context_message(context), "cut.safetensors"));
    mann_trace *good = synthetic_copy(context, usual, 1, 7);
    assert_int_equal(mann_trace_save(context, good, trace), MANN_OK);
    mann_trace_free(good);
    assert_int_equal(truncate(trace, file_size(trace) - 1000), 0);
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_FORMAT);
    assert_int_equal(file_size(out), -1);
    /* A folder that cannot be written to. */
    path = run;
    options.output = in_folder("no/such/folder.png");
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_IO);
}

static void films(void **state)
{
    (void)state;
    char run[256], out[256];
    snprintf(run, sizeof run, "%s", in_folder("copy-1"));
    const char *path = run, *kept = getenv("PATH");
    char *before = strdup(kept ? kept : "");
    snprintf(out, sizeof out, "%s", in_folder("c.gif"));
    mann_render_options options = {.output = out, .width = 320, .height = 320, .rate = 10};
    setenv("PATH", folder, 1);
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_INVAL);
    assert_non_null(strstr(mann_context_message(context), "ffmpeg"));
    setenv("PATH", before, 1);
    free(before);
    if (system("ffmpeg -version >/dev/null 2>&1")) {
        print_message("ffmpeg is missing: films are not made\n");
        return;
    }
    options.over = MANN_OVER_TRAINING;
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_OK);
    assert_true(file_size(out) > 1000);
    snprintf(out, sizeof out, "%s", in_folder("c.mp4"));
    options.over = MANN_OVER_STEPS;
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_OK);
    assert_true(file_size(out) > 1000);
    /* What was being made is not left behind when ffmpeg fails. */
    options.output = in_folder("no/such/folder.gif");
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_E_IO);
}

/* Five runs: one settles early, one diverges early, one was stopped early, two go on. */
static void bands_count_what_has_ended(void **state)
{
    (void)state;
    static double x[] = {100, 200, 300, 400},
                  y[5][4] = {
                      {8, 1, 0, 0}, {6, 7, 0, 0}, {4, 3, 0, 0}, {10, 5, 4, 3}, {12, 9, 8, 2}};
    static const int32_t lines[] = {2, 2, 2, 4, 4};
    static const char *const ends[] = {"settled", "diverged", "signal", "sequences", "running"};
    mann_series series[5];
    mann_history run[5];
    const mann_history *all[5];
    for (int i = 0; i < 5; i++) {
        series[i] = (mann_series){.name = "cost", .count = lines[i], .x = x, .y = y[i]};
        run[i] = (mann_history){.n_series = 1, .series = &series[i]};
        snprintf(run[i].exit_reason, sizeof run[i].exit_reason, "%s", ends[i]);
        all[i] = &run[i];
    }
    mann_band band;
    mann_band_make(&band, all, 5, "cost", 1);
    assert_int_equal(band.count, 4);
    assert_true(band.x[1] == 200 && band.x[3] == 400);
    assert_true(band.low[0] == 6 && band.median[0] == 8 && band.high[0] == 10);
    assert_true(band.low[1] == 3 && band.median[1] == 5 && band.high[1] == 7);
    /* 1 of the settled one, 4, 8, and worse than anything; the stopped one is silent. */
    assert_true(band.median[2] == 6 && isinf(band.high[2]));
    assert_true(band.median[3] == 2.5 && band.low[3] == 1.75);
    mann_band_make(&band, all, 5, "cost", 5);
    assert_int_equal(band.count, 2);
    mann_band_make(&band, all, 5, "loss", 1);
    assert_int_equal(band.count, 0);
}

/* What is between the quartiles is tinted, and the names of several curves do not hide the plot. */
static void learning_curves_have_bands(void **state)
{
    (void)state;
    static mann_band band = {
        .count = 2, .x = {0, 100}, .low = {2, 2}, .median = {5, 5}, .high = {9, 9}};
    static const mann_band nothing;
    mann_learning_curve curve[] = {{"first of two", &band}, {"second", &nothing}};
    mann_learning_plot plot = {.title = "t",
                               .subtitle = "s",
                               .y_name = "y",
                               .n_curves = 2,
                               .curve = curve,
                               .n_marks = 1,
                               .mark = &(mann_learning_mark){"published", 0}};
    char *data;
    size_t size;
    assert_int_equal(mann_learning_draw(context, &plot, "gif", false, &data, &size), MANN_E_INVAL);
    assert_int_equal(mann_learning_draw(context, &plot, "png", false, &data, &size), MANN_OK);
    FILE *file = fopen(in_folder("curves.png"), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
    free(data);
    canvas c = {.surface = cairo_image_surface_create_from_png(in_folder("curves.png"))};
    c.cr = cairo_create(c.surface);
    const mann_theme *theme = mann_theme_get(false);
    mann_ink ink = mann_curve_ink(false, 0);
    uint32_t line = pixel_of(ink), tint = pixel_of(mann_ink_mix(theme->page, ink, 0.22));
    int lines = 0, tints = 0, width = cairo_image_surface_get_width(c.surface);
    int height = cairo_image_surface_get_height(c.surface);
    for (int y = 160; y < height; y++) { /* below the names */
        lines += apart(pixel(&c, width / 2 + 20, y), line) < 12;
        tints += apart(pixel(&c, width / 2 + 20, y), tint) < 6;
    }
    assert_true(lines >= 1 && lines <= 4);
    assert_true(tints > (height - 160) / 2 && tints < height - 160);
    canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_end_where_they_should),
        cmocka_unit_test(uniform_weights_look_like_the_background),
        cmocka_unit_test(diverging_map_is_symmetric),
        cmocka_unit_test(scales_place_numbers),
        cmocka_unit_test(cells_are_where_they_belong),
        cmocka_unit_test(locations_wrap_around),
        cmocka_unit_test(a_peak_survives_pooling),
        cmocka_unit_test(a_legend_shows_its_limits),
        cmocka_unit_test(drawn_panels_are_their_numbers),
        cmocka_unit_test(wrong_answers_are_counted_and_outlined),
        cmocka_unit_test(findings_hold_on_a_perfect_copy),
        cmocka_unit_test(sizes_down_to_one_pixel),
        cmocka_unit_test(eight_heads_are_legible),
        cmocka_unit_test(gates_name_their_heads),
        cmocka_unit_test(axes_can_be_read),
        cmocka_unit_test(the_inspector_reads_out),
        cmocka_unit_test(unknown_values_get_a_panel),
        cmocka_unit_test(every_kind_of_file),
        cmocka_unit_test(renderings_that_cannot_be),
        cmocka_unit_test(films),
        cmocka_unit_test(bands_count_what_has_ended),
        cmocka_unit_test(learning_curves_have_bands),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
