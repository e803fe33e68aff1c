/* Screens against stored pictures. These are an eighth of the size, each pixel the mean of a
 * square, so that type that is set a little differently on another system stays within the
 * tolerance: at most 1 % of the squares may be more than 24 of 255 apart in any of red, green and
 * blue. A panel that moves and another colour map are far beyond it.
 *
 * The argument is the folder of the pictures. After a wanted change, with MANN_WRITE_PICTURES=1 in
 * the environment, they are written anew; look at them before they are committed. */
#include "draw/render.h"
#include "synthetic.h"

#include <cairo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SQUARE = 8, FAR = 24 };
static const double most_far = 0.01;

/* Fontconfig keeps what it has read until the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static mann_context *context;
static const char *pictures;
static char folder[64];

static const struct picture {
    const char *name, *run, *at;
    int32_t width, height;
    bool light;
} stored[] = {
    {"memory-dark", "one", "", 1280, 800, false},
    {"memory-light", "one", "", 1280, 800, true},
    {"memory-small", "one", "", 960, 600, false},
    {"memory-four-heads", "four", "", 1280, 800, false},
    {"memory-untrained", "one", "@100", 1280, 800, false},
    {"memory-what-if", "one", "beta=20/gate=0.9/gamma=1.5", 1280, 800, true},
    {"training", "one", "screen=4", 1280, 800, false},
    {"training-lessons", "lessons", "screen=4", 1280, 800, false},
};
enum { PICTURES = sizeof stored / sizeof stored[0] };

static cairo_surface_t *draw(const struct picture *picture)
{
    char run[128], file[128];
    snprintf(run, sizeof run, "%s/%s", folder, picture->run);
    snprintf(file, sizeof file, "%s/full.png", folder);
    const char *path = run;
    mann_render_options options = {.output = file,
                                   .at = picture->at,
                                   .width = picture->width,
                                   .height = picture->height,
                                   .light = picture->light};
    assert_int_equal(mann_render(context, 1, &path, &options), MANN_OK);
    cairo_surface_t *full = cairo_image_surface_create_from_png(file);
    assert_int_equal(cairo_surface_status(full), CAIRO_STATUS_SUCCESS);
    remove(file);
    return full;
}

static const unsigned char *pixel_at(cairo_surface_t *surface, int x, int y)
{
    return cairo_image_surface_get_data(surface) +
           (ptrdiff_t)y * cairo_image_surface_get_stride(surface) + (ptrdiff_t)x * 4;
}

static cairo_surface_t *reduce(cairo_surface_t *full)
{
    int w = cairo_image_surface_get_width(full) / SQUARE;
    int h = cairo_image_surface_get_height(full) / SQUARE;
    cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_surface_flush(small);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            unsigned sum[3] = {0};
            for (int i = 0; i < SQUARE * SQUARE; i++) {
                const unsigned char *from =
                    pixel_at(full, x * SQUARE + i % SQUARE, y * SQUARE + i / SQUARE);
                for (int c = 0; c < 3; c++) {
                    sum[c] += from[c];
                }
            }
            unsigned char *to = cairo_image_surface_get_data(small) +
                                (ptrdiff_t)y * cairo_image_surface_get_stride(small) +
                                (ptrdiff_t)x * 4;
            for (int c = 0; c < 3; c++) {
                to[c] = (unsigned char)(sum[c] / (SQUARE * SQUARE));
            }
        }
    }
    cairo_surface_mark_dirty(small);
    cairo_surface_destroy(full);
    return small;
}

/* The share of pixels that are too far apart; 1 if the sizes differ. */
static double difference(cairo_surface_t *a, cairo_surface_t *b)
{
    int w = cairo_image_surface_get_width(a), h = cairo_image_surface_get_height(a), far = 0;
    if (cairo_image_surface_get_width(b) != w || cairo_image_surface_get_height(b) != h) {
        return 1;
    }
    for (int i = 0; i < w * h; i++) {
        const unsigned char *p = pixel_at(a, i % w, i / w), *q = pixel_at(b, i % w, i / w);
        far += abs(p[0] - q[0]) > FAR || abs(p[1] - q[1]) > FAR || abs(p[2] - q[2]) > FAR;
    }
    return (double)far / (w * h);
}

static cairo_surface_t *load(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.png", pictures, name);
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    if (cairo_surface_status(surface)) {
        fail_msg("%s: %s", path, cairo_status_to_string(cairo_surface_status(surface)));
    }
    return surface;
}

static void screens_are_as_stored(void **state)
{
    (void)state;
    bool good = true;
    for (int i = 0; i < PICTURES; i++) {
        cairo_surface_t *now = reduce(draw(&stored[i]));
        char path[512];
        snprintf(path, sizeof path, "%s/%s.png", pictures, stored[i].name);
        if (getenv("MANN_WRITE_PICTURES")) {
            assert_int_equal(cairo_surface_write_to_png(now, path), CAIRO_STATUS_SUCCESS);
        }
        cairo_surface_t *then = load(stored[i].name);
        double share = difference(now, then);
        if (share > most_far) {
            print_error("%s: %.1f %% of the squares differ\n", stored[i].name, 100 * share);
            good = false;
        }
        cairo_surface_destroy(now);
        cairo_surface_destroy(then);
    }
    assert_true(good);
}

/* No two of them are within the tolerance of each other, so that it tells them apart. */
static void the_tolerance_is_small(void **state)
{
    (void)state;
    for (int i = 0; i < PICTURES; i++) {
        cairo_surface_t *a = load(stored[i].name);
        for (int k = 0; k < i; k++) {
            cairo_surface_t *b = load(stored[k].name);
            assert_true(difference(a, b) > 2 * most_far);
            cairo_surface_destroy(b);
        }
        cairo_surface_destroy(a);
    }
}

/* A training of two lessons, in the second of which guessing costs twenty times as much. */
static mann_status lessons_run(const char *path)
{
    char name[160];
    mkdir(path, 0777);
    snprintf(name, sizeof name, "%s/run.json", path);
    FILE *file = fopen(name, "w");
    if (!file) {
        return MANN_E_IO;
    }
    fprintf(file,
            "{\"task\": {\"name\": \"copy\"}, \"model\": {\"name\": \"ntm\"}, \"seed\": \"1\","
            " \"run\": {\"stopped\": \"signal\"}}\n");
    fclose(file);
    snprintf(name, sizeof name, "%s/metrics.jsonl", path);
    file = fopen(name, "w");
    for (int i = 1; file && i <= 10; i++) {
        double bits = i > 5 ? 200 : 10, rate = 0.4 / (i > 5 ? i - 5 : i);
        fprintf(file,
                "{\"step\": %d, \"sequences\": %d, \"lesson\": %d, \"grad_norm\": 0.1, "
                "\"cost_bits\": %g, \"wrong_bits\": %g, \"bit_error_rate\": %g}\n",
                i, 16 * i, i > 5, 1.5 * rate * bits, rate * bits, rate);
    }
    return file && !fclose(file) ? MANN_OK : MANN_E_IO;
}

static int make_runs(void **state)
{
    (void)state;
    char path[128];
    context = mann_context_alloc();
    snprintf(folder, sizeof folder, "/tmp/mann-pictures-XXXXXX");
    if (!context || !mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/one", folder);
    mann_status status = synthetic_run(context, path, (synthetic_size){20, 128, 20, 1, 1}, 4);
    snprintf(path, sizeof path, "%s/four", folder);
    if (!status) {
        status = synthetic_run(context, path, (synthetic_size){20, 128, 20, 4, 4}, 2);
    }
    snprintf(path, sizeof path, "%s/lessons", folder);
    return status || lessons_run(path) ? -1 : 0;
}

static int remove_runs(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    mann_context_free(context);
    return system(command);
}

int main(int count, char **word)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_stored),
        cmocka_unit_test(the_tolerance_is_small),
    };
    pictures = count > 1 ? word[1] : "pictures";
    return cmocka_run_group_tests(tests, make_runs, remove_runs);
}
