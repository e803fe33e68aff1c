/* Hopfield stores with random patterns, for their tests. */
#include "stored.h"

#include <stdlib.h>
#include <string.h>

float *random_patterns(uint64_t seed, int32_t count, int32_t units)
{
    float *x = malloc((size_t)count * (size_t)units * sizeof *x);
    mann_rng rng = mann_rng_stream(seed, "test patterns", 0);
    for (int32_t k = 0; k < count; k++) {
        mann_hopfield_random(x + (size_t)k * (size_t)units, units, &rng);
    }
    return x;
}

mann_hopfield *stored(const mann_hopfield_options *options, int32_t units, int32_t count,
                      const float *x)
{
    mann_hopfield *net;
    assert_int_equal(mann_hopfield_alloc(context, options, units, &net), MANN_OK);
    assert_int_equal(mann_hopfield_store(net, count, x), MANN_OK);
    return net;
}

mann_hopfield_walk *walk_on(const mann_hopfield *net, const mann_hopfield_dynamics *dynamics)
{
    mann_hopfield_walk *walk;
    assert_int_equal(mann_hopfield_walk_alloc(net, dynamics, &walk), MANN_OK);
    return walk;
}

double overlap(const float *a, const float *b, int32_t units)
{
    double sum = 0;
    for (int32_t i = 0; i < units; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum / units;
}

figures measure(const mann_hopfield_options *options, int32_t units, int32_t count, double corrupt,
                int32_t networks, int32_t cues)
{
    figures mean = {0, 0, 0, 0};
    float *cue = malloc((size_t)units * sizeof *cue);
    cues = cues < count ? cues : count;
    for (int32_t n = 0; n < networks; n++) {
        float *x = random_patterns((uint64_t)n, count, units);
        mann_hopfield *net = stored(options, units, count, x);
        mann_hopfield_walk *walk = walk_on(net, &(mann_hopfield_dynamics){.limit = 0});
        for (int32_t c = 0; c < cues; c++) {
            int32_t k = (int32_t)((int64_t)c * count / cues);
            const float *pattern = x + (size_t)k * (size_t)units;
            mann_rng rng = mann_rng_stream((uint64_t)n, "test cue", (uint64_t)k);
            double part = 1.0 / cues / networks;
            int32_t unstable = mann_hopfield_unstable(net, k);
            memcpy(cue, pattern, (size_t)units * sizeof *cue);
            mann_hopfield_flip(cue, units, corrupt, &rng);
            mann_hopfield_begin(walk, cue, &rng);
            mann_hopfield_settle(walk);
            double m = overlap(mann_hopfield_state(walk), pattern, units);
            mean.overlap += part * m;
            mean.exact += part * (m > 1 - 1e-9);
            mean.stable += part * (unstable == 0);
            mean.one_step += part * unstable / units;
        }
        mann_hopfield_walk_free(walk);
        mann_hopfield_free(net);
        free(x);
    }
    free(cue);
    return mean;
}

void assert_between(double value, double low, double high)
{
    if (!(value >= low - 1e-9 && value <= high + 1e-9)) {
        fail_msg("%g is not in %g..%g", value, low, high);
    }
}

void refused(mann_status status, mann_status wanted, const char *part)
{
    assert_int_equal(status, wanted);
    if (!strstr(mann_context_message(context), part)) {
        fail_msg("'%s' does not say '%s'", mann_context_message(context), part);
    }
}
