#!/usr/bin/env python3
"""Writes tests/golden/memnn.h: small memory networks with hard addressing, run by NumPy, to the last
digit.

    python3 tests/golden/memnn.py > tests/golden/memnn.h

The equations are those of Weston, Chopra & Bordes 2015, written down with the feature vectors of
section 3 in full, one pair of sentences at a time.
"""
import numpy as np

from machine import softmax
from stories import MEMORIES, VOCABULARY, seen, write_case, write_header

WIDTH, FACTS, MARGIN, TIMES = 3, 2, 0.4, 4
STOP = None  # the sentence that stands for the end


def features_x(question, found):
    """Phi_x of the question and the sentences found: a count for each word in each part."""
    made = np.zeros(2 * VOCABULARY)
    for word in question:
        made[word] += word > 0
    for sentence in found:
        for word in sentence:
            made[VOCABULARY + word] += word > 0
    return made


def features_y(sentence):
    made = np.zeros(VOCABULARY + TIMES + 1)
    if sentence is STOP:
        made[-1] = 1
        return made
    for word in sentence:
        made[word] += word > 0
    return made


def older(a, b):
    """Whether sentence number a was told before b; a question, inf, and the end, None, have no part
    in that."""
    return a is not STOP and b is not STOP and a < b


def features_t(x, y, other):
    made = np.zeros(VOCABULARY + TIMES + 1)
    made[VOCABULARY : VOCABULARY + TIMES] = [older(x, y), older(x, other), older(y, other),
                                             older(other, y)]
    return made


def pair(p, case, story, question, found, y, other):
    """s_Ot: above 0 if sentence number y is preferred to the other one."""
    def words(n):
        return STOP if n is STOP else story[n]

    difference = features_y(words(y)) - features_y(words(other))
    if case["time"]:
        difference = difference + features_t(found[-1] if found else np.inf, y, other)
    x = features_x(question, [story[n] for n in found])
    return (x @ p["O.x"]) @ (difference @ p["O.y"])


def scores(p, story, question, found):
    return p["R.y"] @ (features_x(question, [story[n] for n in found]) @ p["R.x"])


def likely(r):
    return softmax(10 * r / MARGIN)


def hinge(x):
    return x if x.real > 0 else 0


def loss(p, case):
    total = 0
    for story, question, right, support in seen():
        order = [support.index(k + 1) for k in range(FACTS) if k + 1 in support]
        told = list(range(len(story))) + ([STOP] if case["stop"] else [])
        wanted = order + ([STOP] if case["stop"] and len(order) < FACTS else [])
        for k, y in enumerate(wanted):
            for f in told:
                if f != y:
                    total += hinge(MARGIN - pair(p, case, story, question, order[:k], y, f))
                    total += hinge(MARGIN + pair(p, case, story, question, order[:k], f, y))
        r = scores(p, story, question, order)
        total += sum(hinge(MARGIN - r[right] + r[w]) for w in range(VOCABULARY) if w != right)
    return total


def find(p, case, story, question):
    found = []
    for _ in range(FACTS):
        best = 0
        for n in list(range(1, len(story))) + ([STOP] if case["stop"] else []):
            if pair(p, case, story, question, found, n, best).real > 0:
                best = n
        if best is STOP:
            break
        found.append(best)
    return found


def case_of(name, case, seed):
    shapes = {"O.x": (2 * VOCABULARY, WIDTH), "O.y": (VOCABULARY + TIMES + 1, WIDTH),
              "R.x": (2 * VOCABULARY, WIDTH), "R.y": (VOCABULARY, WIDTH)}
    options = {"width": WIDTH, "facts": FACTS, "sentences": MEMORIES, "margin": MARGIN,
               **{key: str(value).lower() for key, value in case.items()}}

    def told(p):
        return [likely(scores(p, s, q, [k.index(n + 1) for n in range(FACTS) if n + 1 in k]))
                for s, q, _, k in seen()]

    def found(p):
        return [likely(scores(p, s, q, find(p, case, s, q))) for s, q, _, _ in seen()]

    return write_case(name, "memnn", options, shapes, seed, 0.5, lambda p: loss(p, case), told,
                      found)


def main():
    write_header("memnn", [lambda: case_of("memnn", dict(time=True, stop=True), 21),
                           lambda: case_of("memnn_plain", dict(time=False, stop=False), 22)])


if __name__ == "__main__":
    main()
