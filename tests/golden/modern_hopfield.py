#!/usr/bin/env python3
"""Writes modern_hopfield.h: attention in NumPy, double precision, for tests/test_hopfield.c.

    python3 tests/golden/modern_hopfield.py > tests/golden/modern_hopfield.h

With queries Q, keys and values X and scale beta, softmax(beta Q X^T) X is one update of the modern
Hopfield network (Ramsauer et al. 2020). X and Q are rounded to float first: both sides see the same.
"""
import numpy as np

PATTERNS, UNITS, QUERIES = 12, 16, 5
BETAS = [0.25, 1.0, 4.0]


def softmax(scores):
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def attention(queries, stored, beta):
    return softmax(beta * queries @ stored.T) @ stored


def energy(states, stored, beta):
    scores = beta * states @ stored.T
    most = scores.max(axis=-1)
    log_sum = most + np.log(np.exp(scores - most[:, None]).sum(axis=-1))
    return (-log_sum / beta + (states ** 2).sum(axis=-1) / 2 + np.log(len(stored)) / beta
            + (stored ** 2).sum(axis=-1).max() / 2)


def show(kind, name, values, shape):
    print(f"static const {kind} {name}{shape} = {{")
    suffix = "f" if kind == "float" else ""
    numbers = [f"{v:.9g}" if kind == "float" else f"{v:.17g}" for v in np.ravel(values)]
    numbers = [n if any(c in n for c in ".en") else n + ".0" for n in numbers]
    for i in range(0, len(numbers), 4):
        print("    " + " ".join(n + suffix + "," for n in numbers[i:i + 4]))
    print("};")


def main():
    rng = np.random.default_rng(7)
    stored = rng.normal(size=(PATTERNS, UNITS)).astype(np.float32).astype(np.float64)
    queries = rng.normal(size=(QUERIES, UNITS)).astype(np.float32).astype(np.float64)
    print("/* Made by tests/golden/modern_hopfield.py; do not edit. */")
    print(f"enum {{ GOLDEN_PATTERNS = {PATTERNS}, GOLDEN_UNITS = {UNITS}, GOLDEN_QUERIES = {QUERIES}, "
          f"GOLDEN_BETAS = {len(BETAS)} }};")
    print("// clang-format off")
    show("double", "golden_beta", BETAS, "[GOLDEN_BETAS]")
    show("float", "golden_stored", stored, "[GOLDEN_PATTERNS * GOLDEN_UNITS]")
    show("float", "golden_query", queries, "[GOLDEN_QUERIES * GOLDEN_UNITS]")
    once = [attention(queries, stored, b) for b in BETAS]
    show("double", "golden_update", once, "[GOLDEN_BETAS * GOLDEN_QUERIES * GOLDEN_UNITS]")
    show("double", "golden_softmax", [softmax(b * queries @ stored.T) for b in BETAS],
         "[GOLDEN_BETAS * GOLDEN_QUERIES * GOLDEN_PATTERNS]")
    show("double", "golden_energy", [energy(queries, stored, b) for b in BETAS],
         "[GOLDEN_BETAS * GOLDEN_QUERIES]")
    print("// clang-format on")


main()
