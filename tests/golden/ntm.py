#!/usr/bin/env python3
"""Writes tests/golden/ntm.h: a small Neural Turing Machine, run by NumPy, to the last digit.

    python3 tests/golden/ntm.py > tests/golden/ntm.h

It needs NumPy only, and only to make the header anew: the tests read the header. The equations are
those of Graves, Wayne & Danihelka 2014, written down from the paper for one sequence at a time, and
share nothing with the C code but the names and the layout of the parameters:

  controller.0.weight   [inputs + reads (+ hidden), gates * hidden], LSTM gates: input, forget,
                        candidate, output
  interface.weight      [hidden, ...]: for the write heads all keys, strengths, gates, shifts,
                        sharpenings, erases, adds; for the read heads the first five
  memory.initial        [width, slots], where learned
  memory.*_weights      [1, heads * slots]: logits of the weightings before the first step
  output.weight         [hidden + reads, outputs]

What the paper leaves open is done as the library says it does it: keys and adds are tanh, |x| is
sqrt(x.x + 1e-8), the matrix is written before it is read, the output sees this step's reads.
"""
from functools import partial

import numpy as np

from machine import BITS, lstm, sigmoid, softmax, softplus, write_header

HIDDEN, SLOTS, WIDTH, READS, WRITES, SHIFTS = 5, 6, 4, 2, 1, 3


def parse_head(v, heads, h, writes):
    """Head h of an interface vector v whose parts stand heads by heads; what is left of v."""
    widths = [WIDTH, 1, 1, SHIFTS, 1] + ([WIDTH, WIDTH] if writes else [])
    parts, at = [], 0
    for w in widths:
        parts.append(v[at + h * w : at + (h + 1) * w])
        at += heads * w
    key, strength, gate, shift, sharpening = parts[:5]
    head = dict(
        key=np.tanh(key),
        strength=softplus(strength[0]),
        gate=sigmoid(gate[0]),
        shift=softmax(shift),
        sharpening=1 + softplus(sharpening[0]),
    )
    if writes:
        head["erase"], head["add"] = sigmoid(parts[5]), np.tanh(parts[6])
    return head, v[at:]


def address(memory, head, previous):
    """memory [SLOTS, WIDTH]; equations 5 to 9."""
    key = head["key"]
    norm = np.sqrt(key @ key + 1e-8)
    similarity = np.array([key @ row / norm / np.sqrt(row @ row + 1e-8) for row in memory])
    content = softmax(head["strength"] * similarity)
    gated = head["gate"] * content + (1 - head["gate"]) * previous
    shifted = np.zeros(SLOTS, complex)
    for i in range(SLOTS):
        for j in range(SHIFTS):
            shifted[i] += gated[(i - (j - SHIFTS // 2)) % SLOTS] * head["shift"][j]
    sharp = np.exp(head["sharpening"] * np.log(shifted))
    return sharp / sharp.sum()


def run(controller, p, inputs):
    """The logits of every step of one sequence."""
    if "memory.initial" in p:
        memory = p["memory.initial"].T
    else:
        memory = np.full((SLOTS, WIDTH), 1e-6, complex)
    write_w = [softmax(x) for x in p["memory.write_weights"].reshape(WRITES, SLOTS)]
    read_w = [softmax(x) for x in p["memory.read_weights"].reshape(READS, SLOTS)]
    reads = np.zeros(READS * WIDTH, complex)
    h, c = np.zeros(HIDDEN, complex), np.zeros(HIDDEN, complex)
    logits = []
    for x in inputs:
        if controller == "lstm":
            h, c = lstm(p, np.concatenate([x, reads]), h, c)
        else:
            h = np.concatenate([x, reads]) @ p["controller.0.weight"]
            h = np.tanh(h + p["controller.0.bias"][0])
        v = h @ p["interface.weight"] + p["interface.bias"][0]
        assert np.abs(v.real).max() < 20  # where the library would clip
        writers = [parse_head(v, WRITES, i, True)[0] for i in range(WRITES)]
        v = parse_head(v, WRITES, 0, True)[1]
        readers = [parse_head(v, READS, i, False)[0] for i in range(READS)]
        write_w = [address(memory, head, w) for head, w in zip(writers, write_w)]
        for head, w in zip(writers, write_w):
            memory = memory * (1 - np.outer(w, head["erase"]))
        for head, w in zip(writers, write_w):
            memory = memory + np.outer(w, head["add"])
        read_w = [address(memory, head, w) for head, w in zip(readers, read_w)]
        reads = np.concatenate([w @ memory for w in read_w])
        logits.append(np.concatenate([h, reads]) @ p["output.weight"] + p["output.bias"][0])
    return np.array(logits)


def shapes(controller, learned):
    reads = READS * WIDTH
    interface = WRITES * (3 * WIDTH + 3 + SHIFTS) + READS * (WIDTH + 3 + SHIFTS)
    into = BITS + 1 + reads + (HIDDEN if controller == "lstm" else 0)
    gates = 4 if controller == "lstm" else 1
    found = {
        "controller.0.weight": (into, gates * HIDDEN),
        "controller.0.bias": (1, gates * HIDDEN),
        "interface.weight": (HIDDEN, interface),
        "interface.bias": (1, interface),
        "memory.initial": (WIDTH, SLOTS),
        "memory.write_weights": (1, WRITES * SLOTS),
        "memory.read_weights": (1, READS * SLOTS),
        "output.weight": (HIDDEN + reads, BITS),
        "output.bias": (1, BITS),
    }
    if not learned:
        del found["memory.initial"]
    return found


def case(controller, learned, seed):
    settings = (f"model.controller={controller} model.hidden={HIDDEN} memory.locations={SLOTS} "
                f"memory.width={WIDTH} memory.read_heads={READS} memory.write_heads={WRITES} "
                f"memory.shift_range={SHIFTS // 2} memory.order=write-first "
                f"memory.initial={'learned' if learned else 'constant'} memory.initial_value=1e-6 "
                "memory.initial_weights=learned")
    return (controller, "ntm", settings, shapes(controller, learned), partial(run, controller),
            seed)


if __name__ == "__main__":
    write_header("ntm", "golden_ntm", [case("lstm", False, 1), case("ff", True, 2)])
