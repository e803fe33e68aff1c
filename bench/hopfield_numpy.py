#!/usr/bin/env python3
"""One state's asynchronous sweep as one writes it in NumPy, for comparison with bench_hopfield.

    python3 bench/hopfield_numpy.py [units] [patterns] [repetitions]

Hebb's weights of random patterns, a cue with 20 % of its units flipped, units visited once in random
order, each with the dot product of its row of W and the state. Prints the median in microseconds.
"""
import sys
import time

import numpy as np


def sweep(weights, state, rng):
    for i in rng.permutation(len(state)):
        field = weights[i] @ state
        if field != 0:
            state[i] = 1 if field > 0 else -1


def main():
    units, patterns, repetitions = [int(v) for v in sys.argv[1:]] + [1000, 100, 200][len(sys.argv) - 1:]
    rng = np.random.default_rng(1)
    stored = rng.choice(np.array([-1, 1], np.float32), (patterns, units))
    weights = stored.T @ stored / units
    np.fill_diagonal(weights, 0)
    times, overlaps = [], []
    for _ in range(repetitions):
        k = rng.integers(patterns)
        state = stored[k].copy()
        state[rng.choice(units, units // 5, replace=False)] *= -1
        start = time.perf_counter()
        sweep(weights, state, rng)
        times.append(time.perf_counter() - start)
        overlaps.append(state @ stored[k] / units)
    print(f"numpy: {units} units, {patterns} patterns, 20 % flipped: one sweep {np.median(times) * 1e6:.1f} us, "
          f"mean overlap after it {np.mean(overlaps):.3f}")


main()
