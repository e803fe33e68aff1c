/* The screen of hops: what is drawn of a question about a story, what keys and mouse ask for, and,
 * where there is a model of stories, a real one that reads. */
#include "draw/layout.h"
#include "draw/picture.h"
#include "fixture.h"
#include "follow.h"
#include "show/source.h"
#include "show/state.h"

#include <mann/run.h>
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

enum { S = 4, K = 2 };
static char *lines[S] = {"ada walks to the barn", "ada takes the lamp", "dov hums a tune",
                         "ada goes into the tower"};
static int32_t support[S] = {0, 1, 0, 2};
/* The network does not see the first line. */
static float weight[K * S] = {NAN, 0.9f, 0.1f, 0, NAN, 0, 0.25f, 0.75f};

static mann_tale make_tale(void)
{
    mann_tale tale = {.sentences = S,
                      .hops = K,
                      .line = lines,
                      .support = support,
                      .weight = weight,
                      .question = "where is the lamp",
                      .wanted = "tower",
                      .right = true,
                      .answers = 3,
                      .answer = {{"tower", 0.8}, {"barn", 0.15}, {"attic", 0.05}},
                      .index = 4,
                      .count = 10,
                      .step = 300};
    return tale;
}

static mann_scene scene_of(const mann_tale *tale)
{
    mann_scene scene = mann_scene_make();
    scene.tale = tale;
    scene.screen = MANN_SCREEN_HOPS;
    return scene;
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
    size_t size = (size_t)scene->width * (size_t)scene->height;
    uint32_t *copy = malloc(size * sizeof *copy);
    assert_non_null(copy);
    for (int y = 0; y < scene->height; y++) {
        memcpy(copy + (size_t)y * (size_t)scene->width,
               cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface),
               (size_t)scene->width * 4);
    }
    cairo_surface_destroy(surface);
    for (size_t i = 0; i < size; i++) {
        copy[i] &= 0xffffff;
    }
    return copy;
}

static uint32_t pixel_of(mann_ink ink)
{
    return (uint32_t)lround(ink.red * 255) << 16 | (uint32_t)lround(ink.green * 255) << 8 |
           (uint32_t)lround(ink.blue * 255);
}

static int count_in(const mann_scene *scene, const uint32_t *pixel, mann_box box, uint32_t value)
{
    int count = 0;
    for (int y = (int)box.y; y < (int)(box.y + box.h); y++) {
        for (int x = (int)box.x; x < (int)(box.x + box.w); x++) {
            count += pixel[y * scene->width + x] == value;
        }
    }
    return count;
}

static void weights_facts_and_answers(void **state)
{
    (void)state;
    mann_tale tale = make_tale();
    for (int dark = 0; dark < 2; dark++) {
        mann_scene scene = scene_of(&tale);
        scene.dark = dark;
        const mann_theme *theme = mann_theme_get(dark);
        const uint32_t *map = mann_map_table(MANN_MAP_THEME, dark);
        uint32_t *pixel = draw(&scene);
        mann_layout layout = mann_layout_make(&scene);
        mann_box question = mann_hops_question(&layout), body = layout.body;
        mann_box story = {body.x, body.y + 42, question.x - body.x - 20, 27 * S};
        /* A cell of each weight in its colour, and facts in green: rows 1 and 3, not 0 and 2. */
        mann_shade shade = {.high = 1};
        for (int i = 0; i < K * S; i++) {
            if (!isnan(weight[i]) && weight[i] > 0) {
                uint32_t ink = map[mann_shade_index(&shade, (double)weight[i])] & 0xffffff;
                mann_box row = {story.x, story.y + 27 * (i % S), story.w, 27};
                assert_true(count_in(&scene, pixel, row, ink) > 800);
            }
        }
        for (int i = 0; i < S; i++) {
            mann_box edge = {story.x + 30, story.y + 27 * i + 3, 12, 20};
            assert_int_equal(count_in(&scene, pixel, edge, pixel_of(theme->good)) > 40,
                             support[i] > 0);
        }
        /* The answer that is wanted has a green bar of its length, the others none. */
        mann_box answers = {question.x, question.y + question.h + 34, question.w, 140};
        int green = count_in(&scene, pixel, answers, pixel_of(theme->good));
        double bar = question.w - floor(question.w * 0.34) - 60;
        assert_true(green > 0.75 * bar * 15 && green < 0.95 * bar * 15);
        free(pixel);
        tale.right = false;
        snprintf(tale.wanted, sizeof tale.wanted, "barn");
        pixel = draw(&scene);
        int red = count_in(&scene, pixel, answers, pixel_of(theme->bad));
        assert_true(red > 0.75 * bar * 15);
        free(pixel);
        tale = make_tale();
    }
}

static void unknown_words_are_underlined(void **state)
{
    (void)state;
    mann_tale tale = make_tale();
    mann_scene scene = scene_of(&tale);
    tale.own = true;
    uint32_t red = pixel_of(mann_theme_get(scene.dark)->bad);
    mann_layout layout = mann_layout_make(&scene);
    mann_box box = mann_hops_question(&layout);
    for (int i = 0; i < 2; i++) {
        tale.unknown = i ? 1u << 3 : 0;
        uint32_t *pixel = draw(&scene);
        assert_int_equal(count_in(&scene, pixel, box, red) > 10, i);
        free(pixel);
    }
}

static void any_story_at_any_size(void **state)
{
    (void)state;
    enum { LONG = 400 };
    mann_tale tale = make_tale();
    char *many[LONG];
    int32_t facts[LONG] = {0};
    float weights[3 * LONG];
    for (int i = 0; i < LONG; i++) {
        many[i] = lines[i % S];
    }
    for (int i = 0; i < 3 * LONG; i++) {
        weights[i] = i % LONG < LONG - 50 ? NAN : 0.02f;
    }
    facts[7] = 1;
    mann_tale longer = tale, bare = tale;
    longer.sentences = LONG;
    longer.hops = 3;
    longer.line = many;
    longer.support = facts;
    longer.weight = weights;
    bare.hops = 0;
    bare.answers = 0;
    bare.question[0] = 0;
    const mann_tale *tales[] = {&tale, &longer, &bare};
    static const int sizes[][2] = {{1, 1}, {200, 120}, {960, 600}, {2000, 1500}};
    for (int t = 0; t < 3; t++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            mann_scene scene = scene_of(tales[t]);
            scene.width = sizes[i][0];
            scene.height = sizes[i][1];
            free(draw(&scene));
        }
    }
}

/* Hops where nothing is said, and the screen that is asked for. */
static void a_state_names_its_screen(void **state)
{
    (void)state;
    mann_tale tale = make_tale();
    static const struct {
        const char *at;
        mann_screen screen;
    } row[] = {{"question=2", MANN_SCREEN_HOPS},
               {"question=2/screen=1", MANN_SCREEN_MEMORY},
               {"screen=4", MANN_SCREEN_TRAINING}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        mann_scene scene = scene_of(&tale);
        mann_state at;
        char text[192];
        assert_int_equal(mann_state_parse(context, row[i].at, &at), MANN_OK);
        mann_state_apply(&at, &scene);
        assert_int_equal(scene.screen, row[i].screen);
        mann_state_print(&scene, text); /* and so back again */
        assert_int_equal(mann_state_parse(context, *text ? text + (*text == '/') : "", &at),
                         MANN_OK);
        mann_state_apply(&at, &scene);
        assert_int_equal(scene.screen, row[i].screen);
    }
}

static unsigned press(mann_view *view, mann_gesture_kind kind, int key)
{
    mann_gesture event = {.kind = kind, .key = key};
    return mann_view_event(view, &event);
}

static void keys_ask(void **state)
{
    (void)state;
    mann_tale tale = make_tale();
    mann_view view = mann_view_make();
    mann_scene *scene = &view.scene;
    scene->tale = &tale;
    scene->screen = MANN_SCREEN_HOPS;
    assert_int_equal(mann_scene_steps(scene), 10);
    assert_int_equal(mann_scene_step(scene), 4);
    assert_true(press(&view, MANN_GESTURE_KEY, MANN_KEY_DOWN) & MANN_WISH_TALE);
    assert_int_equal(view.question, 5);
    press(&view, MANN_GESTURE_KEY, MANN_KEY_UP);
    assert_int_equal(view.question, 3);
    assert_int_equal(view.wrong_by, 0);
    /* Wrong ones only: from this one on. */
    assert_true(press(&view, MANN_GESTURE_KEY, 'w') & MANN_WISH_TALE);
    assert_true(scene->wrong_only && view.wrong_by == 1 && view.question == 4);
    press(&view, MANN_GESTURE_KEY, MANN_KEY_UP);
    assert_int_equal(view.wrong_by, -1);
    press(&view, MANN_GESTURE_KEY, 'w');
    /* Typing: letters are letters, each asks anew. */
    press(&view, MANN_GESTURE_KEY, 'e');
    assert_true(scene->typing);
    assert_string_equal(view.typed, "where is the lamp");
    assert_true(press(&view, MANN_GESTURE_TYPE, 'w') & MANN_WISH_TALE);
    assert_string_equal(view.typed, "where is the lampw");
    press(&view, MANN_GESTURE_KEY, MANN_KEY_BACKSPACE);
    assert_string_equal(view.typed, "where is the lamp");
    for (int i = 0; i < 2 * MANN_TALE_QUESTION; i++) {
        press(&view, MANN_GESTURE_TYPE, 'x');
    }
    assert_int_equal(strlen(view.typed), MANN_TALE_QUESTION - 1);
    for (int i = 0; i < 2 * MANN_TALE_QUESTION; i++) {
        press(&view, MANN_GESTURE_KEY, MANN_KEY_BACKSPACE);
    }
    assert_string_equal(view.typed, "");
    press(&view, MANN_GESTURE_KEY, MANN_KEY_ENTER);
    assert_false(scene->typing);
    /* A question of one's own goes with Esc. */
    tale.own = true;
    assert_true(press(&view, MANN_GESTURE_KEY, MANN_KEY_ESCAPE) & MANN_WISH_TALE);
    assert_int_equal(view.question, 4);
    /* A click on the question types, one elsewhere ends it; the line of questions is dragged. */
    mann_layout layout = mann_layout_make(scene);
    mann_box box = mann_hops_question(&layout);
    mann_gesture click = {.kind = MANN_GESTURE_PRESS, .x = box.x + 5, .y = box.y + 5};
    mann_view_event(&view, &click);
    assert_true(scene->typing);
    click.x = 50;
    click.y = 300;
    mann_view_event(&view, &click);
    assert_false(scene->typing);
    click.x = layout.episode_bar.x + layout.episode_bar.w - 1;
    click.y = layout.episode_bar.y + 5;
    assert_true(mann_view_event(&view, &click) & MANN_WISH_TALE);
    assert_int_equal(view.question, 9);
}

/* ---- a network that reads ---- */

static void a_network_reads(void **state)
{
    (void)state;
    mann_experiment *e = mann_experiment_alloc(context, "story", "memn2n");
    if (!e) {
        print_message("no model of stories: nothing reads\n");
        return;
    }
    char path[256];
    snprintf(path, sizeof path, "%s", in_folder("tale"));
    assert_int_equal(mann_experiment_settings(e, "train.validate_every=50 train.batch=8 "
                                                 "train.validate_sequences=16"),
                     MANN_OK);
    mann_run_options options = {.folder = path, .max_sequences = 800, .threads = 1};
    mann_run_result result;
    assert_int_equal(mann_run_train(context, e, &options, &result), MANN_OK);
    mann_experiment_free(e);
    const char *one = path;
    mann_status status;
    mann_source *source = mann_source_open(context, 1, &one, &status);
    assert_int_equal(status, MANN_OK);
    mann_view view = mann_view_make();
    mann_state parsed;
    int32_t choice, snapshot;
    assert_int_equal(mann_state_parse(context, "question=3", &parsed), MANN_OK);
    assert_int_equal(
        mann_source_show_state(context, source, &parsed, &choice, &snapshot, &view.scene), MANN_OK);
    mann_state_apply(&parsed, &view.scene);
    assert_true(mann_scene_on_hops(&view.scene));
    const mann_tale *tale = view.scene.tale;
    assert_int_equal(tale->index, 2);
    assert_true(tale->sentences > 0 && tale->hops > 0 && tale->answers == MANN_TALE_ANSWERS);
    assert_true(tale->wanted[0] && !tale->own);
    char first[MANN_TALE_QUESTION], text[192];
    snprintf(first, sizeof first, "%s", tale->question);
    mann_state_print(&view.scene, text);
    assert_string_equal(text, "tale/question=3/screen=3");
    for (int32_t k = 0; !tale->signs && k < tale->hops; k++) {
        double sum = 0;
        for (int32_t i = 0; i < tale->sentences; i++) {
            sum += (double)tale->weight[k * tale->sentences + i];
        }
        assert_true(sum > 0 && sum < 1.0001);
    }
    /* The next, and the same again: the same answers. */
    double before = tale->answer[0].probability;
    mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_KEY, MANN_KEY_DOWN));
    assert_int_equal(view.scene.tale->index, 3);
    mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_KEY, MANN_KEY_UP));
    assert_string_equal(view.scene.tale->question, first);
    assert_true(view.scene.tale->answer[0].probability == before);
    /* Words that the world has, and one that it does not have. */
    press(&view, MANN_GESTURE_KEY, 'e');
    view.typed[0] = 0;
    static const char asked[] = "Where is zeppelin Ada?";
    for (size_t i = 0; i + 1 < sizeof asked; i++) {
        mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_TYPE, asked[i]));
    }
    tale = view.scene.tale;
    assert_string_equal(tale->question, asked);
    assert_true(tale->own && tale->unknown == 1u << 2);
    press(&view, MANN_GESTURE_KEY, MANN_KEY_ENTER);
    mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_KEY, MANN_KEY_ESCAPE));
    assert_string_equal(view.scene.tale->question, first);
    /* It has hardly learnt anything: wrong ones are found. */
    mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_KEY, 'w'));
    mann_follow_grant(context, source, &view, press(&view, MANN_GESTURE_KEY, MANN_KEY_DOWN));
    assert_false(view.scene.tale->right);
    mann_source_close(source);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_facts_and_answers),
        cmocka_unit_test(unknown_words_are_underlined),
        cmocka_unit_test(any_story_at_any_size),
        cmocka_unit_test(a_state_names_its_screen),
        cmocka_unit_test(keys_ask),
        cmocka_unit_test(a_network_reads),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
