/* Colour maps, scales, heat maps and axes: what a pixel must be. */
#include "canvas.h"
#include "draw/pen/axis.h"
#include "draw/pen/heat.h"
#include "draw/pen/panel.h"
#include "fixture.h"

#include <math.h>
#include <stdlib.h>

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
        cmocka_unit_test(axes_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
