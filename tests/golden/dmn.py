#!/usr/bin/env python3
"""Writes a small dynamic memory network, run by NumPy, to the last digit: the plain one, or the one
whose gates are taught.

    python3 tests/golden/dmn.py dmn > tests/golden/dmn.h
    python3 tests/golden/dmn.py dmn_gates > tests/golden/dmn_gates.h

The equations are those of Kumar et al. 2016, written down for one story at a time, word by word and
fact by fact; they share nothing with the C code but the names and the layout of the parameters.
"""
import sys

import numpy as np

from machine import sigmoid, softmax, softplus
from stories import MEMORIES, VOCABULARY, seen, write_case, write_header

WIDTH, HIDDEN, PASSES, GATES = 3, 4, 2, 0.7
END = VOCABULARY  # the word behind a sentence


def dense(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"][0]


def gru(p, name, x, h):
    r, u = sigmoid(dense(p, name, np.concatenate([x, h]))).reshape(2, -1)
    candidate = np.tanh(dense(p, f"{name}.candidate", np.concatenate([x, r * h])))
    return u * h + (1 - u) * candidate


def words_of(sentence):
    return [w for w in sentence if w]


def distance(a, b):
    """|a - b|, analytic where they differ."""
    return np.where((a - b).real > 0, a - b, b - a)


def facts(p, story, fusion):
    h, made = np.zeros(HIDDEN, complex), []
    for sentence in story:
        for word in words_of(sentence) + [END]:
            h = gru(p, "input", p["L"][word], h)
        made.append(h)
    if not fusion:
        return made
    b, fused = np.zeros(HIDDEN, complex), []
    for c in reversed(made):
        b = gru(p, "fusion", c, b)
        fused.insert(0, c + b)
    return fused


def gate(p, c, m, q):
    """Before the sigmoid."""
    z = np.concatenate([c, m, q, c * q, c * m, distance(c, q), distance(c, m),
                        [c @ p["Wb"] @ q, c @ p["Wb"] @ m]])
    return dense(p, "gate.2", np.tanh(dense(p, "gate.1", z)))[0]


def answer(p, story, question, fusion):
    """The logits of the answer, and the gates before the sigmoid, [pass][fact]."""
    c, gates = facts(p, story, fusion), []
    q = np.zeros(HIDDEN, complex)
    for word in words_of(question):
        q = gru(p, "question", p["L"][word], q)
    m = q
    for _ in range(PASSES):
        gates.append([gate(p, fact, m, q) for fact in c])
        h = np.zeros(HIDDEN, complex)
        for g, fact in zip(sigmoid(np.array(gates[-1])), c):
            h = g * gru(p, "episode", fact, h) + (1 - g) * h
        m = gru(p, "memory", h, m)
    return dense(p, "Wa", gru(p, "answer", q, m)), gates


def loss(p, fusion, weight):
    total = 0
    for story, question, right, support in seen():
        logits, gates = answer(p, story, question, fusion)
        total = total - np.log(softmax(logits)[right])
        for i, row in enumerate(gates):
            for g, k in zip(row, support):
                total = total + weight * (softplus(g) - (k == i + 1) * g)
    return total


def case_of(name, fusion, weight, seed):
    shapes = {"L": (VOCABULARY + 1, WIDTH), "Wb": (HIDDEN, HIDDEN)}

    def layer(of, inputs, outputs):
        shapes[f"{of}.weight"], shapes[f"{of}.bias"] = (inputs, outputs), (1, outputs)

    inputs = {"input": WIDTH, "question": WIDTH, "episode": HIDDEN, "memory": HIDDEN,
              "answer": HIDDEN, **({"fusion": HIDDEN} if fusion else {})}
    for of, n in inputs.items():
        layer(of, n + HIDDEN, 2 * HIDDEN)
        layer(f"{of}.candidate", n + HIDDEN, HIDDEN)
    layer("gate.1", 7 * HIDDEN + 2, HIDDEN)
    layer("gate.2", HIDDEN, 1)
    layer("Wa", HIDDEN, VOCABULARY)
    options = {"width": WIDTH, "hidden": HIDDEN, "passes": PASSES, "sentences": MEMORIES,
               "gates": weight, "fusion": str(fusion).lower()}

    def output(p):
        return [softmax(answer(p, s, q, fusion)[0]) for s, q, _, _ in seen()]

    return write_case(name, "dmn", options, shapes, seed, 0.7,
                      lambda p: loss(p, fusion, weight), output)


def main():
    name = sys.argv[1]
    fusion, weight, seed = {"dmn": (False, 0, 11), "dmn_gates": (True, GATES, 12)}[name]
    write_header(name, [lambda: case_of(name, fusion, weight, seed)])


if __name__ == "__main__":
    main()
