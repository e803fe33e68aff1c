#!/usr/bin/env python3
"""mann against the same Neural Turing Machine in PyTorch, in turn on one machine.

    python3 bench/side_by_side.py build/src/cli/mann [--rounds 3] [--seconds 3]

Full training steps of copy, length 20, at several minibatches and numbers of threads. Each pair of
rows is measured in turn, `rounds` times over, and the best of each is kept: other work on the machine
disturbs both. Prints a table in Markdown; then the two ratios that matter: each at its own best
minibatch and number of threads, and one sequence at a time. Needs PyTorch (Debian: python3-torch) for
the Python that runs this."""
import argparse
import json
import os
import subprocess
import sys


def rate_of(command):
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    parsed = json.loads(answer)
    for row in parsed.get("rows", [parsed]):
        if row.get("mode", "train") == "train":
            return row["sequences_per_second"]
    sys.exit("no row of training in: " + answer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mann")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--batches", default="1,16,64,256")
    given = parser.parse_args()
    torch_ntm = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_ntm.py")
    ours, theirs = {}, {}
    for _ in range(given.rounds):
        for batch in map(int, given.batches.split(",")):
            for threads in range(1, (os.cpu_count() or 1) + 1):
                where = ["--batch", str(batch), "--threads", str(threads), "--seconds"]
                row = batch, threads
                mine = rate_of([given.mann, "bench", "--json", *where, str(given.seconds / 2)])
                other = rate_of([sys.executable, torch_ntm, *where, str(given.seconds)])
                ours[row] = max(mine, ours.get(row, 0))
                theirs[row] = max(other, theirs.get(row, 0))
    print("| batch | threads | mann, sequences/s | PyTorch, sequences/s | ratio |\n| --- | --- | --- | --- | --- |")
    for row in sorted(ours):
        print(f"| {row[0]} | {row[1]} | {ours[row]:,.0f} | {theirs[row]:,.1f} | {ours[row] / theirs[row]:.0f} |")
    best = [max(rates, key=rates.get) for rates in (ours, theirs)]
    ratio = ours[best[0]] / theirs[best[1]]
    print(f"\nbest against best: {ratio:.0f} (mann: batch {best[0][0]}, {best[0][1]} threads; "
          f"PyTorch: batch {best[1][0]}, {best[1][1]} threads)")
    alone = [max(rate for (batch, _), rate in rates.items() if batch == 1) for rates in (ours, theirs)]
    print(f"one sequence at a time: {alone[0] / alone[1]:.0f}")


if __name__ == "__main__":
    main()
