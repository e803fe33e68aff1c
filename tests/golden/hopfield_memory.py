#!/usr/bin/env python3
"""Writes tests/golden/hopfield_memory.h: machines with a Hopfield memory, run by NumPy.

    python3 tests/golden/hopfield_memory.py > tests/golden/hopfield_memory.h

It needs NumPy only, and only to make the header anew: the tests read the header. The fast weights
of Ba et al. 2016 are computed here without any matrix, by the identity that the paper states: what
A(t) does to a vector is decayed attention to the past states. The modern form (Ramsauer et al.
2020) is attention over a list of rows, the oldest of which is dropped.
"""
from functools import partial

import numpy as np

from machine import BITS, lstm, sigmoid, softmax, softplus, write_header

UNITS, STEPS, READOUT = 5, 2, 4  # fast weights
HIDDEN, ROWS, WIDTH = 4, 3, 3  # modern


def relu(x):
    return np.where(x.real > 0, x, 0)


def layer_norm(x, gain, bias):
    apart = x - x.mean()
    return gain * apart / np.sqrt((apart ** 2).mean() + 1e-5) + bias


def fast_weights(learned, p, inputs):
    rate = softplus(p["memory.rate"][0, 0]) if learned else 0.5
    decay = sigmoid(p["memory.decay"][0, 0]) if learned else 0.9
    past, h, logits = [], np.zeros(UNITS, complex), []
    for x in inputs:
        past = [h] + past  # the latest first
        slow = x @ p["interface.weight"] + p["interface.bias"][0] + h @ p["memory.recurrent"]
        settled = relu(slow)
        for _ in range(STEPS):
            fast = sum(rate * decay ** age * (settled @ old) * old for age, old in enumerate(past))
            settled = relu(layer_norm(slow + fast, p["memory.gain"][0], p["memory.bias"][0]))
        h = settled
        seen = relu(h @ p["readout.weight"] + p["readout.bias"][0])
        logits.append(seen @ p["output.weight"] + p["output.bias"][0])
    return np.array(logits)


def modern(p, inputs):
    beta = softplus(p["memory.beta"][0, 0])
    stored, read, logits = [], np.zeros(WIDTH, complex), []
    h, c = np.zeros(HIDDEN, complex), np.zeros(HIDDEN, complex)
    for x in inputs:
        h, c = lstm(p, np.concatenate([x, read]), h, c)
        interface = np.tanh(h @ p["interface.weight"] + p["interface.bias"][0])
        read, row = interface[:WIDTH], interface[WIDTH:]
        for _ in range(STEPS):
            rows = np.array(stored)
            read = softmax(beta * rows @ read) @ rows if stored else np.zeros(WIDTH, complex)
        stored = (stored + [row])[-ROWS:]
        logits.append(np.concatenate([h, read]) @ p["output.weight"] + p["output.bias"][0])
    return np.array(logits)


def fast_weights_case(name, learned, seed):
    shapes = {
        "interface.weight": (BITS + 1, UNITS),
        "interface.bias": (1, UNITS),
        "memory.recurrent": (UNITS, UNITS),
        "memory.rate": (1, 1),
        "memory.decay": (1, 1),
        "memory.gain": (1, UNITS),
        "memory.bias": (1, UNITS),
        "readout.weight": (UNITS, READOUT),
        "readout.bias": (1, READOUT),
        "output.weight": (READOUT, BITS),
        "output.bias": (1, BITS),
    }
    if not learned:
        del shapes["memory.rate"], shapes["memory.decay"]
    settings = (f"model.readout={READOUT} memory.width={UNITS} memory.steps={STEPS} "
                f"memory.rate=0.5 memory.decay=0.9 memory.learn={'true' if learned else 'false'}")
    return name, "fastweights", settings, shapes, partial(fast_weights, learned), seed


def modern_case(seed):
    shapes = {
        "controller.0.weight": (BITS + 1 + WIDTH + HIDDEN, 4 * HIDDEN),
        "controller.0.bias": (1, 4 * HIDDEN),
        "interface.weight": (HIDDEN, 2 * WIDTH),
        "interface.bias": (1, 2 * WIDTH),
        "memory.beta": (1, 1),
        "output.weight": (HIDDEN + WIDTH, BITS),
        "output.bias": (1, BITS),
    }
    settings = (f"model.hidden={HIDDEN} model.memory=hopfield memory.form=modern "
                f"memory.locations={ROWS} memory.width={WIDTH} memory.steps={STEPS}")
    return "modern", "lstm", settings, shapes, modern, seed


if __name__ == "__main__":
    write_header("hopfield_memory", "golden_hopfield",
                 [fast_weights_case("fast_weights", False, 1),
                  fast_weights_case("fast_weights_learned", True, 2), modern_case(6)])
