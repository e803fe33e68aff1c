#!/usr/bin/env python3
"""What the golden networks that answer questions share: stories, parameters, gradients, headers.

    python3 tests/golden/stories.py > tests/golden/stories.h
"""
import numpy as np

from machine import begin, draw_parameters, end, numbers, write_parameters

WORDS, VOCABULARY, MEMORIES = 4, 7, 5
# story, question, answer, and for each sentence k if it is the k-th that the answer rests on; word
# 0 is the null word. The third story is longer than the memory.
EXAMPLES = [
    ([[1, 2, 3, 0], [4, 2, 5, 6]], [6, 1, 0, 0], 3, [1, 2]),
    ([[5, 0, 0, 0]], [2, 2, 3, 4], 5, [1]),
    ([[1, 2, 3, 4], [2, 3, 4, 0], [6, 5, 0, 0], [1, 1, 1, 1], [3, 6, 2, 0], [4, 1, 0, 0]],
     [1, 2, 6, 3], 1, [0, 2, 0, 0, 1, 0]),
]


def seen():
    """The examples as a network sees them, with its most recent sentences."""
    return [(s[-MEMORIES:], q, a, k[-MEMORIES:]) for s, q, a, k in EXAMPLES]


def integers(values):
    return "{" + ", ".join(str(v) for v in np.ravel(values)) + "}"


def write_case(name, model, options, shapes, seed, deviation, loss, output, evaluated=None):
    """The arrays of one network; returns its row of the table.

    loss(p), output(p) and evaluated(p) of the parameters p: nats of all examples, and their
    probabilities [examples, vocabulary] in training and, where they differ, in use.
    """
    p = draw_parameters(np.random.default_rng(seed), shapes, deviation)
    write_parameters(name, p, lambda: loss(p))
    print(f"static const double {name}_output[] = {numbers(np.real(output(p)))};")
    print(f"static const double {name}_evaluated[] = {numbers(np.real((evaluated or output)(p)))};")
    set_options = ", ".join(f'{{"{key}", "{value}"}}' for key, value in options.items())
    return (f'    {{"{name}", "{model}", {{{set_options}}}, {float(loss(p).real)!r}, '
            f"{name}_parameters, {name}_output, {name}_evaluated}},")


def write_header(file, cases):
    """cases: rows of write_case, made as they are asked for."""
    begin(file)
    end("story_case", f"golden_{file}", [case() for case in cases])


def main():
    begin("stories")
    print(f"enum {{ STORY_WORDS = {WORDS}, STORY_VOCABULARY = {VOCABULARY}, "
          f"STORY_MEMORIES = {MEMORIES}, STORY_EXAMPLES = {len(EXAMPLES)} }};\n")
    for i, (story, question, _, support) in enumerate(EXAMPLES):
        print(f"static const int32_t story_{i}[] = {integers(story)};")
        print(f"static const int32_t question_{i}[] = {integers(question)};")
        print(f"static const int32_t support_{i}[] = {integers(support)};")
    each = ", ".join(f"{{{len(s)}, story_{i}, question_{i}, support_{i}, {a}}}"
                     for i, (s, _, a, _) in enumerate(EXAMPLES))
    print(f"static const golden_story golden_stories[STORY_EXAMPLES] = {{{each}}};")
    print("/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
