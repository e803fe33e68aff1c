/* How long a redraw takes, for docs/performance-viewer.md:
 *
 *     ninja tests/draw_speed && tests/draw_speed TRACE
 *
 * Draws the memory screen of a trace at every one of its steps, several times over, and prints the
 * median and the 95th percentile in milliseconds: by the clock, and of the processor, which other
 * programs disturb less. */
#include "draw/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES = 400 };

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
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
    static const clockid_t clocks[2] = {CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID};
    static double taken[2][TIMES];
    for (int i = 0; i < TIMES; i++) {
        scene.step = i % episode->trace->steps;
        double start[2] = {now(clocks[0]), now(clocks[1])};
        cairo_t *cr = cairo_create(surface);
        mann_scene_draw(cr, &scene);
        cairo_destroy(cr);
        cairo_surface_flush(surface);
        for (int k = 0; k < 2; k++) {
            taken[k][i] = now(clocks[k]) - start[k];
        }
    }
    printf("%d steps", episode->trace->steps);
    for (int k = 0; k < 2; k++) {
        qsort(taken[k], TIMES, sizeof *taken[k], by_size);
        printf("%s median %.2f ms, 95 %% within %.2f ms", k ? "; of the processor" : ":",
               taken[k][TIMES / 2], taken[k][TIMES * 95 / 100]);
    }
    printf("\n");
    cairo_surface_destroy(surface);
    mann_episode_free(episode);
    mann_context_free(context);
    return 0;
}
