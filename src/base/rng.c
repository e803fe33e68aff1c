/* Streams: xoshiro256++ (Blackman & Vigna 2019), seeded from a hash of (seed, purpose, index).
 *
 * The hash is FNV-1a over the purpose, mixed with seed and index by splitmix64, whose successive
 * outputs fill the state; different names give unrelated streams. */
#include <mann/gsl.h>
#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

mann_rng mann_rng_stream(uint64_t seed, const char *purpose, uint64_t index)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = purpose; *c; c++) {
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    }
    uint64_t state = seed;
    state = splitmix64(&state) ^ hash;
    state = splitmix64(&state) ^ index;
    mann_rng rng;
    for (int i = 0; i < 4; i++) {
        rng.state[i] = splitmix64(&state);
    }
    return rng;
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t mann_rng_bits(mann_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double mann_rng_uniform(mann_rng *rng)
{
    return (double)(mann_rng_bits(rng) >> 11) * 0x1p-53;
}

uint32_t mann_rng_below(mann_rng *rng, uint32_t n)
{
    /* Lemire 2019: the high half of a product, rejecting the few values that would favour some. */
    uint32_t threshold = -n % n;
    for (;;) {
        uint64_t product = (mann_rng_bits(rng) >> 32) * n;
        if ((uint32_t)product >= threshold) {
            return (uint32_t)(product >> 32);
        }
    }
}

int32_t mann_rng_between(mann_rng *rng, mann_range range)
{
    uint32_t width = (uint32_t)range.high - (uint32_t)range.low;
    if (width == UINT32_MAX) {
        return (int32_t)(mann_rng_bits(rng) >> 32);
    }
    return (int32_t)((uint32_t)range.low + mann_rng_below(rng, width + 1));
}

double mann_rng_normal(mann_rng *rng)
{
    /* Box and Muller 1958; one of the pair, so that a draw never depends on the one before. */
    double radius = sqrt(-2 * log(1 - mann_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * mann_rng_uniform(rng));
}

static void gsl_set(void *state, unsigned long seed)
{
    *(mann_rng *)state = mann_rng_stream(seed, "gsl", 0);
}

static unsigned long gsl_get(void *state)
{
    return (unsigned long)(mann_rng_bits(state) >> 32);
}

static double gsl_get_double(void *state)
{
    return mann_rng_uniform(state);
}

static const gsl_rng_type gsl_type = {
    .name = "mann",
    .max = 0xffffffffu,
    .min = 0,
    .size = sizeof(mann_rng),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};

gsl_rng mann_rng_as_gsl(mann_rng *rng)
{
    return (gsl_rng){.type = &gsl_type, .state = rng};
}
