#!/usr/bin/env python3
"""One state's asynchronous sweep: mann against the loop that one writes in NumPy, in turn.

    ninja -C build bench/bench_hopfield
    python3 bench/hopfield_numpy.py build/bench/bench_hopfield [units] [patterns] [rounds]

Hebb's weights of random patterns, a cue with 20 % of its units flipped, fields computed from nothing,
every unit visited once in random order. Each round is the median of 100 sweeps here and of 2,000
there; the last line compares the medians over the rounds.
"""
import re
import subprocess
import sys
import time

import numpy as np


def sweep(weights, state, rng):
    for i in rng.permutation(len(state)):
        field = weights[i] @ state
        if field != 0:
            state[i] = 1 if field > 0 else -1


class Network:
    def __init__(self, units, patterns):
        self.rng = np.random.default_rng(1)
        self.stored = self.rng.choice(np.array([-1, 1], np.float32), (patterns, units))
        self.weights = self.stored.T @ self.stored / units
        np.fill_diagonal(self.weights, 0)

    def round(self, repetitions=100):
        """Median microseconds of a sweep, and the mean overlap after it."""
        patterns, units = self.stored.shape
        times, overlaps = [], []
        for _ in range(repetitions):
            k = self.rng.integers(patterns)
            state = self.stored[k].copy()
            state[self.rng.choice(units, units // 5, replace=False)] *= -1
            start = time.perf_counter()
            sweep(self.weights, state, self.rng)
            times.append(time.perf_counter() - start)
            overlaps.append(state @ self.stored[k] / units)
        return np.median(times) * 1e6, np.mean(overlaps)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    units, patterns, rounds = [int(v) for v in sys.argv[2:]] + [1000, 100, 5][len(sys.argv) - 2:]
    network = Network(units, patterns)
    there, here = [], []
    for _ in range(rounds):
        line = subprocess.run([sys.argv[1], str(units), str(patterns)], check=True, capture_output=True, text=True).stdout
        there.append(float(re.search(r"one sweep ([0-9.]+) us", line)[1]))
        time_here, overlap = network.round()
        here.append(time_here)
        print(line.rstrip())
        print(f"numpy: {units} units, {patterns} patterns, 20 % flipped: one sweep {time_here:.1f} us, "
              f"mean overlap after it {overlap:.3f}", flush=True)
    print(f"medians: {np.median(there):.1f} us against {np.median(here):.1f} us, {np.median(here) / np.median(there):.0f} times")


main()
