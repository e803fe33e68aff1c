/* Random patterns and damaged cues. */
#include <mann/hopfield.h>
#include <math.h>

void mann_hopfield_random(float *pattern, int32_t units, mann_rng *rng)
{
    uint64_t bits = 0;
    for (int32_t i = 0; i < units; i++) {
        bits = i % 64 ? bits >> 1 : mann_rng_bits(rng);
        pattern[i] = bits & 1 ? 1.0f : -1.0f;
    }
}

/* Multiplies exactly round(fraction units) entries by factor: one pass that takes each unit with
 * the chance (still to take) / (still to come), which gives every subset the same chance. */
static void damage(float *state, int32_t units, double fraction, float factor, mann_rng *rng)
{
    int32_t left = (int32_t)lround(fraction * units);
    for (int32_t i = 0; i < units && left > 0; i++) {
        if ((int32_t)mann_rng_below(rng, (uint32_t)(units - i)) < left) {
            state[i] *= factor;
            left--;
        }
    }
}

void mann_hopfield_flip(float *state, int32_t units, double fraction, mann_rng *rng)
{
    damage(state, units, fraction, -1, rng);
}

void mann_hopfield_mask(float *state, int32_t units, double fraction, mann_rng *rng)
{
    damage(state, units, fraction, 0, rng);
}
