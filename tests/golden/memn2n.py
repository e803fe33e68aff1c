#!/usr/bin/env python3
"""Writes tests/golden/memn2n.h: small end-to-end memory networks, run by NumPy, to the last digit.

    python3 tests/golden/memn2n.py > tests/golden/memn2n.h

The equations are those of Sukhbaatar, Szlam, Weston & Fergus 2015, written down for one story at a
time, sentence by sentence and word by word; they share nothing with the C code but the names and
the layout of the parameters: a table has a row per word, then one per time.
"""
import numpy as np

from machine import softmax
from stories import MEMORIES, VOCABULARY, WORDS, seen, write_case, write_header

WIDTH, HOPS = 3, 3
ROWS = VOCABULARY + MEMORIES


def weight(position, component, encoding):
    """l of one word: position and component count from 1; a sentence has WORDS words and a time."""
    longest = WORDS + 1
    if encoding == "bag":
        return 1
    return 1 + 4 * (component - (WIDTH + 1) / 2) * (position - (longest + 1) / 2) / WIDTH / longest


def bag(table, words, encoding):
    total = np.zeros(WIDTH, complex)
    for j, word in enumerate(words, 1):
        if word:
            for k in range(WIDTH):
                total[k] += weight(j, k + 1, encoding) * table[word, k]
    return total


def logits(p, case, story, question):
    # The most recent sentence has time 0, which stands right behind the vocabulary.
    dated = [s + [VOCABULARY + len(story) - 1 - i] for i, s in enumerate(story)]
    dated += [[0]] * (MEMORIES - len(story))
    adjacent = case["tying"] == "adjacent"
    u = bag(p["A1"] if adjacent else p["B"], question, case["encoding"])
    for k in range(1, HOPS + 1):
        A = (p["A1"] if k == 1 else p[f"C{k - 1}"]) if adjacent else p["A"]
        C = p[f"C{k}"] if adjacent else p["C"]
        scores = np.array([u @ bag(A, s, case["encoding"]) for s in dated])
        weights = scores if case["linear"] else softmax(scores)
        o = sum(w * bag(C, s, case["encoding"]) for w, s in zip(weights, dated))
        u = (u if adjacent else u @ p["H"]) + o
        if case["nonlinear"]:
            u = np.where(u.real > 0, u, 0)
    return p[f"C{HOPS}"] @ u if adjacent else u @ p["W"]


def loss(p, case):
    return -sum(np.log(softmax(logits(p, case, s, q))[a]) for s, q, a, _ in seen())


def case_of(name, case, seed):
    if case["tying"] == "adjacent":
        shapes = {name: (ROWS, WIDTH) for name in ["A1"] + [f"C{k + 1}" for k in range(HOPS)]}
    else:
        shapes = {name: (ROWS, WIDTH) for name in "ACB"}
        shapes.update(H=(WIDTH, WIDTH), W=(WIDTH, VOCABULARY))
    options = {"width": WIDTH, "hops": HOPS, "sentences": MEMORIES, "noise": 0,
               "tying": case["tying"], "encoding": case["encoding"],
               "nonlinear": str(case["nonlinear"]).lower(),
               "linear_start": 1 if case["linear"] else 0}

    def output(p):
        return [softmax(logits(p, case, s, q))[:VOCABULARY] for s, q, _, _ in seen()]

    return write_case(name, "memn2n", options, shapes, seed, 0.5, lambda p: loss(p, case), output)


def main():
    case = dict(tying="adjacent", encoding="position", nonlinear=False, linear=False)
    write_header("memn2n", [
        lambda: case_of("adjacent", case, 1),
        lambda: case_of("linear", {**case, "linear": True}, 2),
        lambda: case_of("layerwise", {**case, "tying": "layerwise", "nonlinear": True}, 3),
        lambda: case_of("bag", {**case, "encoding": "bag", "nonlinear": True}, 4),
    ])


if __name__ == "__main__":
    main()
