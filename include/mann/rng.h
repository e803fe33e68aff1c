/* Random streams. A stream is named by (seed, purpose, index): example 17 of a run is the same
 * whoever draws it, in whatever order, on whatever thread. The generator is xoshiro256++
 * (Blackman & Vigna 2019), its state filled by splitmix64 from a hash of the name. */
#ifndef MANN_RNG_H
#define MANN_RNG_H

#include <mann/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_rng {
    uint64_t state[4];
} mann_rng;

/* low..high, both included. */
typedef struct mann_range {
    int32_t low, high;
} mann_range;

MANN_API mann_rng mann_rng_stream(uint64_t seed, const char *purpose, uint64_t index);

/* 64 random bits. */
MANN_API uint64_t mann_rng_bits(mann_rng *rng);

/* Uniform in [0, 1), 53 bits. */
MANN_API double mann_rng_uniform(mann_rng *rng);

/* Uniform in 0..n-1, without bias; n >= 1. */
MANN_API uint32_t mann_rng_below(mann_rng *rng, uint32_t n);

/* Uniform in range.low..range.high. */
MANN_API int32_t mann_rng_between(mann_rng *rng, mann_range range);

/* Standard normal. */
MANN_API double mann_rng_normal(mann_rng *rng);

#ifdef __cplusplus
}
#endif
#endif
