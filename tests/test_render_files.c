/* What `mann render` and `mann report -o` write: every kind of file, films, learning curves. */
#include "canvas.h"
#include "draw/learning_plot.h"
#include "draw/pen/theme.h"
#include "draw/render.h"
#include "fixture.h"
#include "synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const synthetic_size usual = {20, 128, 20, 1, 1};

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
        cmocka_unit_test(every_kind_of_file),
        cmocka_unit_test(renderings_that_cannot_be),
        cmocka_unit_test(films),
        cmocka_unit_test(bands_count_what_has_ended),
        cmocka_unit_test(learning_curves_have_bands),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
