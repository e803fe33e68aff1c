/* One state's asynchronous sweep, timed as bench/hopfield_numpy.py times NumPy's: the cue is given,
 * the fields are computed from nothing, every unit is visited once in random order.
 *
 *     bench_hopfield [units] [patterns] [repetitions] */
#include <mann/hopfield.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int32_t units = argc > 1 ? atoi(argv[1]) : 1000, patterns = argc > 2 ? atoi(argv[2]) : 100;
    int32_t repetitions = argc > 3 ? atoi(argv[3]) : 2000;
    if (units < 2 || patterns < 1 || repetitions < 1) {
        fprintf(stderr, "usage: bench_hopfield [units] [patterns] [repetitions]\n");
        return 2;
    }
    mann_context *context = mann_context_alloc();
    mann_rng rng = mann_rng_stream(1, "bench hopfield", 0);
    float *x = malloc((size_t)units * (size_t)patterns * sizeof *x);
    float *cue = malloc((size_t)units * sizeof *cue);
    double *seconds = malloc((size_t)repetitions * sizeof *seconds);
    mann_hopfield *net = NULL;
    if (!context || !x || !cue || !seconds ||
        mann_hopfield_alloc(context, &(mann_hopfield_options){0}, units, &net)) {
        fprintf(stderr, "bench_hopfield: %s\n", mann_context_message(context));
        return 1;
    }
    mann_hopfield_random(x, units * patterns, &rng);
    mann_hopfield_walk *walk = NULL;
    if (mann_hopfield_store(net, patterns, x) ||
        mann_hopfield_walk_alloc(net, &(mann_hopfield_dynamics){0}, &walk)) {
        fprintf(stderr, "bench_hopfield: %s\n", mann_context_message(context));
        return 1;
    }
    double overlap = 0, flips = 0;
    for (int32_t r = 0; r < repetitions; r++) {
        const float *pattern = x + (size_t)mann_rng_below(&rng, (uint32_t)patterns) * (size_t)units;
        memcpy(cue, pattern, (size_t)units * sizeof *cue);
        mann_hopfield_flip(cue, units, 0.2, &rng);
        double start = now();
        mann_hopfield_begin(walk, cue, &rng);
        mann_hopfield_sweep(walk);
        seconds[r] = now() - start;
        rng = mann_rng_stream(2, "bench hopfield", (uint64_t)r);
        flips += (double)mann_hopfield_flips(walk) / repetitions;
        for (int32_t i = 0; i < units; i++) {
            overlap += (double)(mann_hopfield_state(walk)[i] * pattern[i]) / units / repetitions;
        }
    }
    qsort(seconds, (size_t)repetitions, sizeof *seconds, ascending);
    printf("mann: %d units, %d patterns, 20 %% flipped: one sweep %.1f us (fastest %.1f), mean "
           "overlap after it %.3f, %.0f flips\n",
           units, patterns, seconds[repetitions / 2] * 1e6, seconds[0] * 1e6, overlap, flips);
    mann_hopfield_walk_free(walk);
    mann_hopfield_free(net);
    mann_context_free(context);
    free(seconds);
    free(cue);
    free(x);
    return 0;
}
