/* How long a redraw takes, for docs/performance-viewer.md:
 *
 *     ninja tests/draw_speed && tests/draw_speed TRACE
 *
 * Draws the memory screen of a trace at every one of its steps, several times over, and prints the
 * median and the 95th percentile in milliseconds. */
#include "draw/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES = 400 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int count, char **word)
{
    mann_context *context = mann_context_alloc();
    mann_episode *episode = count == 2 ? mann_episode_load(context, word[1]) : NULL;
    if (!episode) {
        fprintf(stderr, "draw_speed: %s\n", count == 2 ? mann_context_message(context) : "TRACE");
        return 1;
    }
    mann_scene scene = mann_scene_make();
    scene.episode = episode;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene.width, scene.height);
    static double taken[TIMES];
    for (int i = 0; i < TIMES; i++) {
        scene.step = i % episode->trace->steps;
        double start = now();
        cairo_t *cr = cairo_create(surface);
        mann_scene_draw(cr, &scene);
        cairo_destroy(cr);
        cairo_surface_flush(surface);
        taken[i] = now() - start;
    }
    qsort(taken, TIMES, sizeof *taken, by_size);
    printf("%d steps: median %.2f ms, 95 %% within %.2f ms\n", episode->trace->steps,
           taken[TIMES / 2], taken[TIMES * 95 / 100]);
    cairo_surface_destroy(surface);
    mann_episode_free(episode);
    mann_context_free(context);
    return 0;
}
