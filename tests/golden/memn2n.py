#!/usr/bin/env python3
"""Writes tests/golden/memn2n.h: small end-to-end memory networks, run by NumPy, to the last digit.

    python3 tests/golden/memn2n.py > tests/golden/memn2n.h

The equations are those of Sukhbaatar, Szlam, Weston & Fergus 2015, written down for one story at a
time, sentence by sentence and word by word; they share nothing with the C code but the names and
the layout of the parameters: a table has a row per word, then one per time.

Gradients come from the complex step, as in machine.py.
"""
import numpy as np

from machine import numbers, softmax

WORDS, VOCABULARY, MEMORIES, WIDTH, HOPS = 4, 7, 5, 3, 3
ROWS = VOCABULARY + MEMORIES
# story, question, answer; word 0 is the null word. The third story is longer than the memory.
EXAMPLES = [
    ([[1, 2, 3, 0], [4, 2, 5, 6]], [6, 1, 0, 0], 3),
    ([[5, 0, 0, 0]], [2, 2, 3, 4], 5),
    ([[1, 2, 3, 4], [2, 3, 4, 0], [6, 5, 0, 0], [1, 1, 1, 1], [3, 6, 2, 0], [4, 1, 0, 0]],
     [1, 2, 6, 3], 1),
]


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
    recent = story[-MEMORIES:]
    # The most recent sentence has time 0, which stands right behind the vocabulary.
    dated = [s + [VOCABULARY + len(recent) - 1 - i] for i, s in enumerate(recent)]
    dated += [[0]] * (MEMORIES - len(recent))
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
    return -sum(np.log(softmax(logits(p, case, s, q))[a]) for s, q, a in EXAMPLES)


def draw_parameters(rng, case):
    if case["tying"] == "adjacent":
        shapes = {name: (ROWS, WIDTH) for name in ["A1"] + [f"C{k + 1}" for k in range(HOPS)]}
    else:
        shapes = {name: (ROWS, WIDTH) for name in "ACB"}
        shapes.update(H=(WIDTH, WIDTH), W=(WIDTH, VOCABULARY))
    return {n: np.round(rng.normal(0, 0.5, s), 3).astype(complex) for n, s in shapes.items()}


def write_case(name, case, seed):
    p = draw_parameters(np.random.default_rng(seed), case)
    rows = []
    for number, (parameter, value) in enumerate(p.items()):
        gradient = np.zeros(value.shape)
        for at in np.ndindex(value.shape):
            value[at] += 1e-30j
            gradient[at] = loss(p, case).imag / 1e-30
            value[at] = value[at].real
        print(f"static const double {name}_{number}_value[] = {numbers(value.real)};")
        print(f"static const double {name}_{number}_gradient[] = {numbers(gradient)};")
        rows.append(f'    {{"{parameter}", {value.shape[0]}, {value.shape[1]}, '
                    f"{name}_{number}_value, {name}_{number}_gradient}},")
    print(f"static const golden_parameter {name}_parameters[] = {{")
    print("\n".join(rows) + "\n    {0}};")
    outputs = [softmax(logits(p, case, s, q)).real[:VOCABULARY] for s, q, _ in EXAMPLES]
    print(f"static const double {name}_output[] = {numbers(outputs)};")
    options = (f'{{"width", "{WIDTH}"}}, {{"hops", "{HOPS}"}}, {{"sentences", "{MEMORIES}"}}, '
               f'{{"noise", "0"}}, {{"tying", "{case["tying"]}"}}, {{"encoding", "{case["encoding"]}"}}, '
               f'{{"nonlinear", "{str(case["nonlinear"]).lower()}"}}, '
               f'{{"linear_start", "{"1" if case["linear"] else "0"}"}}')
    return (f'    {{"{name}", {{{options}}}, {float(loss(p, case).real)!r}, {name}_parameters, '
            f"{name}_output}},")


def integers(values):
    return "{" + ", ".join(str(v) for v in np.ravel(values)) + "}"


def main():
    print("""/* Made by tests/golden/memn2n.py: do not edit. */
#ifndef MANN_GOLDEN_MEMN2N_H
#define MANN_GOLDEN_MEMN2N_H

#include "golden.h"

/* clang-format off */""")
    print(f"enum {{ STORY_WORDS = {WORDS}, STORY_VOCABULARY = {VOCABULARY}, "
          f"STORY_MEMORIES = {MEMORIES}, STORY_EXAMPLES = {len(EXAMPLES)} }};\n")
    for i, (story, question, _) in enumerate(EXAMPLES):
        print(f"static const int32_t story_{i}[] = {integers(story)};")
        print(f"static const int32_t question_{i}[] = {integers(question)};")
    each = ", ".join(f"{{{len(s)}, story_{i}, question_{i}, {a}}}"
                     for i, (s, _, a) in enumerate(EXAMPLES))
    print(f"""static const struct golden_story {{
    int32_t sentences;
    const int32_t *story, *question; /* [sentences, words], [words] */
    int32_t answer;
}} golden_stories[STORY_EXAMPLES] = {{{each}}};
""")
    case = dict(tying="adjacent", encoding="position", nonlinear=False, linear=False)
    cases = [
        write_case("adjacent", case, 1),
        write_case("linear", {**case, "linear": True}, 2),
        write_case("layerwise", {**case, "tying": "layerwise", "nonlinear": True}, 3),
        write_case("bag", {**case, "encoding": "bag", "nonlinear": True}, 4),
    ]
    print(f"""
static const struct story_case {{
    const char *name, *option[8][2];
    double loss; /* nats, of all examples */
    const golden_parameter *parameter;
    const double *output; /* [examples, vocabulary] */
}} story_cases[] = {{
{chr(10).join(cases)}
}};
/* clang-format on */

#endif""")


if __name__ == "__main__":
    main()
