#!/usr/bin/env python3
"""How the cost of a training step grows with the size of the machine and of the task.

    python3 bench/growth.py build/src/cli/mann [--rounds 3] [--seconds 1]

The Neural Turing Machine of the paper on copy, one size changed at a time, the others as they are
(128 locations of 20 numbers, 100 units, length 20, minibatch 16, one thread). Measured are the time of
a sequence, forward and backward with its share of the update, the fastest of all rounds, and the most
memory that the process ever had. Prints a table in Markdown for each size; "growth" is the exponent
of the time between a row and the one before: 1 is linear."""
import argparse
import json
import math
import os
import subprocess
import sys

SIZES = [
    ("locations N", ["-p", "memory.locations={}"], [32, 64, 128, 256, 512, 1024, 2048]),
    ("numbers per location M", ["-p", "memory.width={}"], [10, 20, 40, 80, 160]),
    ("units H", ["-p", "model.hidden={}"], [50, 100, 200, 400, 800]),
    ("vectors per sequence, of which T = 2 L + 1 steps", ["--length", "{}"], [10, 20, 40, 80, 160, 500]),
    ("minibatch", ["--batch", "{}"], [1, 4, 8, 16, 64, 256]),
    ("threads", ["--threads", "{}"], list(range(1, (os.cpu_count() or 1) + 1))),
    ("N = 1,024 and T = 1,001 by minibatch", ["-p", "memory.locations=1024", "--length", "500", "--batch", "{}"], [1, 8, 16]),
]


def measure(mann, options, seconds):
    """Microseconds of a sequence, and the peak of memory in MB."""
    usual = ["--batch", "16", "--threads", "1", "--seconds", str(seconds)]
    command = [mann, "bench", "--json", *usual, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("failed: " + " ".join(command))
    for row in json.loads(answer)["rows"]:
        if row["mode"] == "train":
            return 1e6 / row["sequences_per_second"], usage.ru_maxrss / 1024


def table(mann, name, options, values, rounds, seconds):
    best = {}
    for _ in range(rounds):
        for value in values:
            time, memory = measure(mann, [o.format(value) for o in options], seconds)
            best[value] = min(time, best.get(value, (math.inf, 0))[0]), memory
    print(f"\n| {name} | µs a sequence | growth | peak memory, MB |\n| ---: | ---: | ---: | ---: |")
    before = None
    for value in values:
        time, memory = best[value]
        growth = math.log(time / best[before][0]) / math.log(value / before) if before else None
        print(f"| {value:,} | {time:,.0f} | {'' if growth is None else format(growth, '.2f')} | {memory:,.0f} |")
        before = value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mann")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1)
    given = parser.parse_args()
    for name, options, values in SIZES:
        table(given.mann, name, options, values, given.rounds, given.seconds)


if __name__ == "__main__":
    main()
