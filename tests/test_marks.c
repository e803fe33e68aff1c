/* What the tasks' marks become on the memory screen: the line through priorities, the repeats, the
 * contexts of n-grams. */
#include "draw/layout.h"
#include "draw/picture.h"
#include "fixture.h"
#include "show/ranking.h"
#include "show/readout.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fontconfig keeps what it has read until the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

enum { BITS = 3, RING = 40 };

/* n0 and n1 as the role's axes need them. */
static float *add(mann_trace *trace, mann_role role, mann_access access, int32_t n0, int32_t n1)
{
    static const char *const axis[] = {"head", "location"}, *const one[] = {"channel"};
    const char *does = access ? mann_access_name(access) : "";
    char name[48];
    snprintf(name, sizeof name, "%s %s", does, mann_role_name(role));
    int32_t rank = n1 ? 2 : n0 ? 1 : 0;
    mann_trace_array *array =
        mann_trace_add(context, trace, name, access ? MANN_KIND_WEIGHTING : MANN_KIND_BITS, rank,
                       (int32_t[]){n0, n1}, rank == 1 ? one : axis);
    assert_non_null(array);
    array->role = role;
    array->access = access;
    snprintf(array->group, sizeof array->group, "%s", does);
    return array->data;
}

static mann_trace *start(int32_t steps, int32_t inputs, int32_t outputs)
{
    mann_trace *trace = mann_trace_alloc(context);
    assert_non_null(trace);
    trace->steps = trace->length = steps;
    trace->target = MANN_TARGET_BITS;
    add(trace, MANN_ROLE_INPUT, MANN_ACCESS_NONE, inputs, 0);
    add(trace, MANN_ROLE_TARGET, MANN_ACCESS_NONE, outputs, 0);
    add(trace, MANN_ROLE_MASK, MANN_ACCESS_NONE, 0, 0);
    add(trace, MANN_ROLE_OUTPUT, MANN_ACCESS_NONE, outputs, 0);
    return trace;
}

static float *data(const mann_trace *trace, mann_role role)
{
    return mann_trace_role(trace, role)->data;
}

static mann_scene scene_of(const mann_episode *episode, int32_t step)
{
    mann_scene scene = mann_scene_make();
    scene.episode = episode;
    scene.step = step;
    scene.locations = MANN_LOCATIONS_ALL;
    return scene;
}

static const mann_pane *find_pane(const mann_layout *layout, const char *tag, const char *title)
{
    for (int32_t i = 0; i < layout->n_panes; i++) {
        if (!strcmp(layout->pane[i].title, title) && !strcmp(layout->pane[i].tag, tag)) {
            return &layout->pane[i];
        }
    }
    fail_msg("no panel %s %s", tag, title);
    return NULL;
}

/* How many pixels of a box are of an ink. */
static int count_ink(const mann_scene *scene, mann_box box, mann_ink ink)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene->width, scene->height);
    cairo_t *cr = cairo_create(surface);
    mann_scene_draw(cr, scene);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    const unsigned char *pixel = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    int count = 0;
    for (int y = (int)box.y; y < (int)(box.y + box.h); y++) {
        for (int x = (int)box.x; x < (int)(box.x + box.w); x++) {
            const unsigned char *at = pixel + (size_t)y * stride + (size_t)x * 4;
            count += abs(at[2] - (int)lround(ink.red * 255)) < 3 &&
                     abs(at[1] - (int)lround(ink.green * 255)) < 3 &&
                     abs(at[0] - (int)lround(ink.blue * 255)) < 3;
        }
    }
    cairo_surface_destroy(surface);
    return count;
}

/* Ten vectors with priorities; the second of two writing heads puts a vector at a location that
 * follows from its priority, across the end of the ring; the reading head reads the best six. */
static mann_episode *sort_episode(double noise)
{
    enum { N = 10, K = 6, T = N + 1 + K, W = 2 };
    static const double priority[N] = {0.3, -0.9, 0.8, -0.2, 0.1, -0.6, 0.95, 0.5, -0.4, -0.75};
    static const int32_t order[K] = {6, 2, 7, 0, 4, 3};
    mann_trace *trace = start(T, BITS + 2, BITS);
    float *write = add(trace, MANN_ROLE_WEIGHTING, MANN_ACCESS_WRITE, W, RING);
    float *read = add(trace, MANN_ROLE_WEIGHTING, MANN_ACCESS_READ, 1, RING);
    int32_t where[N];
    for (int32_t t = 0; t < N; t++) {
        data(trace, MANN_ROLE_INPUT)[t * (BITS + 2) + BITS] = (float)priority[t];
        where[t] = ((int32_t)lround(33 + 10 * priority[t] + (t % 3 - 1) * noise) + RING) % RING;
    }
    for (int32_t t = 0; t < T; t++) {
        data(trace, MANN_ROLE_MASK)[t] = t > N;
        write[(t * W) * RING + 5] = 1;
        write[(t * W + 1) * RING + (t < N ? where[t] : 0)] = 1;
        read[t * RING + (t > N ? where[order[t - N - 1]] : 0)] = 1;
    }
    mann_trace_note(trace, "input", false, 0, N - 1);
    mann_trace_note(trace, "output", false, N + 1, T - 1);
    for (int32_t k = 0; k < K; k++) {
        mann_trace_note(trace, "ranked", true, order[k], order[k]);
    }
    mann_episode *episode = mann_episode_alloc(context, trace);
    assert_non_null(episode);
    return episode;
}

static void a_line_through_priorities(void **state)
{
    (void)state;
    mann_episode *episode = sort_episode(0);
    mann_ranking found = mann_ranking_find(episode);
    assert_int_equal(found.items, 10);
    assert_int_equal(found.ranked, 6);
    assert_int_equal(found.rank[0], 6);
    assert_int_equal(found.first_answer, 11);
    assert_string_equal(episode->family[found.family].name, "write");
    assert_int_equal(found.head, 1); /* the other one writes to one location: no line */
    assert_true(found.line.fit > 0.995 && fabs(found.line.slope - 10) < 0.3);
    for (int32_t t = 0; t < 10; t++) { /* rounded locations are at most one off */
        int32_t N = RING, expected = mann_ranking_location(episode, &found, t);
        int32_t written = mann_ranking_written(episode, &found, t) % N;
        int32_t apart = (expected - written + N) % N;
        assert_true(apart <= 1 || apart == N - 1);
    }
    assert_int_equal(found.read_right, 6);
    mann_episode_free(episode);
    episode = sort_episode(6);
    found = mann_ranking_find(episode);
    assert_true(found.line.fit > 0.2 && found.line.fit < 0.95);
    assert_int_equal(found.read_right, 6);
    mann_episode_free(episode);
}

static json_t *readouts_of(mann_episode *episode)
{
    mann_scene scene = scene_of(episode, 13);
    FILE *file = tmpfile();
    assert_non_null(file);
    mann_scene_readouts(file, &scene);
    rewind(file);
    json_t *root = json_loadf(file, 0, NULL);
    fclose(file);
    assert_non_null(root);
    return root;
}

static void readouts_as_json(void **state)
{
    (void)state;
    mann_episode *episode = sort_episode(0);
    mann_ranking found = mann_ranking_find(episode);
    json_t *root = readouts_of(episode), *line = json_object_get(root, "location_by_priority");
    double fit = json_number_value(json_object_get(line, "r_squared"));
    assert_true(fabs(fit - found.line.fit) < 1e-5);
    assert_string_equal(json_string_value(json_object_get(line, "head")), "W2");
    assert_string_equal(json_string_value(json_object_get(line, "read_by")), "R1");
    assert_int_equal(json_integer_value(json_object_get(line, "answers_read_where_written")), 6);
    json_t *lines = json_object_get(line, "lines");
    assert_int_equal(json_array_size(lines), 2);
    assert_true(json_is_null(json_object_get(json_array_get(lines, 0), "r_squared")));
    assert_true(json_number_value(json_object_get(json_array_get(lines, 1), "r_squared")) > 0.99);
    assert_int_equal(json_array_size(json_object_get(root, "heads")), 2);
    json_decref(root);
    mann_episode_free(episode);
    mann_trace *trace = start(4, BITS, BITS); /* of a task without priorities */
    episode = mann_episode_alloc(context, trace);
    root = readouts_of(episode);
    assert_int_equal(json_integer_value(json_object_get(root, "steps")), 4);
    assert_null(json_object_get(root, "location_by_priority"));
    json_decref(root);
    mann_episode_free(episode);
}

static void the_line_is_drawn(void **state)
{
    (void)state;
    mann_episode *episode = sort_episode(0);
    for (int dark = 0; dark < 2; dark++) {
        mann_scene scene = scene_of(episode, 13);
        scene.dark = dark;
        mann_ink amber = mann_theme_get(dark)->amber;
        mann_layout layout = mann_layout_make(&scene);
        const mann_pane *pane = find_pane(&layout, "W2", "Write weights");
        for (int32_t t = 0; t < 10; t++) {
            int32_t location = mann_ranking_location(episode, &layout.ranking, t);
            mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, t, location);
            cell = (mann_box){cell.x - 2, cell.y - 2, cell.w + 4, cell.h + 4};
            assert_true(count_ink(&scene, cell, amber) > 20);
        }
        assert_int_equal(count_ink(&scene, find_pane(&layout, "W1", "Write weights")->area, amber),
                         0);
        /* The input of the answer at the cursor, the third of rank: step 7. */
        pane = find_pane(&layout, "", "Inputs");
        mann_box cell = mann_heat_cell_box(&pane->heat, pane->area, 7, 1);
        assert_true(count_ink(&scene, cell, amber) > 4);
        assert_int_equal(
            count_ink(&scene, mann_heat_cell_box(&pane->heat, pane->area, 2, 1), amber), 0);
        /* The panel of its own, alone. */
        for (int32_t i = 0; i < layout.n_panes; i++) {
            scene.focus = layout.pane[i].form == MANN_FORM_SCATTER ? i : scene.focus;
        }
        assert_true(scene.focus >= 0);
        scene.full = true;
        layout = mann_layout_make(&scene);
        assert_int_equal(layout.n_placed, 1);
        assert_true(count_ink(&scene, layout.body, amber) > 200);
    }
    mann_episode_free(episode);
}

/* Two vectors, three times; the second time has a wrong bit. */
static void repeats_are_numbered(void **state)
{
    (void)state;
    enum { L = 8, R = 3, T = L + 1 + L * R };
    mann_trace *trace = start(T, BITS + 2, BITS);
    float *read = add(trace, MANN_ROLE_WEIGHTING, MANN_ACCESS_READ, 1, RING);
    for (int32_t t = 0; t < T; t++) {
        data(trace, MANN_ROLE_MASK)[t] = t > L;
        read[t * RING + (t > L ? (t - L - 1) % L : 0)] = 1;
    }
    data(trace, MANN_ROLE_OUTPUT)[(L + 1 + L + 1) * BITS] = 1;
    for (int32_t r = 0; r < R; r++) {
        mann_trace_note(trace, "repeat", true, L + 1 + r * L, L + (r + 1) * L);
    }
    mann_episode *episode = mann_episode_alloc(context, trace);
    mann_scene scene = scene_of(episode, 0);
    const mann_theme *theme = mann_theme_get(scene.dark);
    mann_layout layout = mann_layout_make(&scene);
    const mann_pane *pane = find_pane(&layout, "R1", "Read weights");
    double cell = pane->area.w / T;
    for (int32_t r = 0; r < R; r++) {
        mann_box number = {pane->area.x + (L + 1 + r * L) * cell, pane->area.y, 16, 16};
        assert_int_equal(count_ink(&scene, number, theme->good) > 3, r != 1);
        assert_int_equal(count_ink(&scene, number, theme->bad) > 3, r == 1);
    }
    mann_episode_free(episode);
}

/* 0 1 1 0 1 1 0 1 1 ...: what two bits are followed by. */
static void contexts_have_arrows(void **state)
{
    (void)state;
    enum { T = 30, C = 2 };
    mann_trace *trace = start(T, 1, 1);
    float *read = add(trace, MANN_ROLE_WEIGHTING, MANN_ACCESS_READ, 1, RING);
    for (int32_t t = 0; t < T; t++) {
        data(trace, MANN_ROLE_TARGET)[t] = t % 3 != 0;
        data(trace, MANN_ROLE_INPUT)[t] = t > 0 && (t - 1) % 3 != 0;
        data(trace, MANN_ROLE_MASK)[t] = 1;
        read[t * RING + RING / 2] = 1;
    }
    mann_trace_note(trace, "fair", false, 0, C - 1);
    mann_trace_note(trace, "prediction", false, C, T - 1);
    mann_episode *episode = mann_episode_alloc(context, trace);
    mann_scene scene = scene_of(episode, 15); /* 1 1, and a 0 follows */
    mann_ink amber = mann_theme_get(scene.dark)->amber;
    mann_layout layout = mann_layout_make(&scene);
    const mann_pane *pane = find_pane(&layout, "R1", "Read weights");
    double cell = pane->area.w / T;
    for (int32_t t = 0; t < T; t++) {
        mann_box above = {pane->area.x + t * cell, pane->area.y, cell, 8}, below = above;
        below.y = pane->area.y + pane->area.h - 8;
        assert_int_equal(count_ink(&scene, below, amber), 0);
        if (t != scene.step) { /* the cursor covers its own */
            assert_int_equal(count_ink(&scene, above, amber) > 4, t >= C && t % 3 == 0);
        }
    }
    scene.step = 16; /* 1 0, and a 1 follows */
    mann_box below = {pane->area.x + 4 * cell, pane->area.y + pane->area.h - 8, cell, 8};
    assert_true(count_ink(&scene, below, amber) > 4);
    mann_episode_free(episode);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_through_priorities), cmocka_unit_test(readouts_as_json),
        cmocka_unit_test(the_line_is_drawn),         cmocka_unit_test(repeats_are_numbered),
        cmocka_unit_test(contexts_have_arrows),
    };
    return cmocka_run_group_tests(tests, context_begin, context_end);
}
