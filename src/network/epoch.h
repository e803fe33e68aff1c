/* Epochs over a fixed set of examples. */
#ifndef MANN_NETWORK_EPOCH_H
#define MANN_NETWORK_EPOCH_H

#include <mann/rng.h>

/* The number, 0 .. count-1, of the example at index of an endless stream of epochs: each epoch
 * has every example once, in an order of its own drawn from (seed, "epoch", epoch). count >= 1. */
uint32_t mann_epoch_example(uint64_t seed, uint64_t index, uint32_t count);

#endif
