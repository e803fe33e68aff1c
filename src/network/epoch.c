/* Shuffled epochs without a shuffled list: which example comes at an index is computed from the
 * index, so any thread may ask for any index, and a resumed run goes on where it was.
 *
 * The order of an epoch is a permutation of 0 .. count-1 made of swaps (the swap-or-not shuffle of
 * Hoang, Morris & Rogaway 2012). In each round a number k is drawn, which pairs x with k - x, and
 * every pair is swapped or not by a bit that is a hash of it; so one x can be followed through all
 * rounds without the others. 32 rounds are far more than a test of uniformity can tell from more.
 */
#include "network/epoch.h"

enum { ROUNDS = 32 };

static uint64_t hash(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t mann_epoch_example(uint64_t seed, uint64_t index, uint32_t count)
{
    mann_rng rng = mann_rng_stream(seed, "epoch", index / count);
    uint32_t x = (uint32_t)(index % count);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t bits = mann_rng_bits(&rng);
        uint32_t k = (uint32_t)((bits >> 32) * count >> 32);
        uint32_t partner = k >= x ? k - x : k + (count - x);
        uint32_t larger = partner > x ? partner : x;
        x = hash(bits ^ larger) & 1 ? partner : x;
    }
    return x;
}
