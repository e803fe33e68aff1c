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
  memory.initial        [1, width * slots], where learned: width-major
  memory.*_weights      [1, heads * slots]: logits of the weightings before the first step
  output.weight         [hidden + reads, outputs]

What the paper leaves open is done as the library says it does it: keys and adds are tanh, |x| is
sqrt(x.x + 1e-8), the matrix is written before it is read, the output sees this step's reads.

Gradients come from the complex step, df/dx = Im f(x + ih) / h with h = 1e-30, which has no
truncation and no cancellation: every function here is analytic.
"""
import numpy as np

HIDDEN, SLOTS, WIDTH, READS, WRITES, SHIFTS, BITS = 5, 6, 4, 2, 1, 3, 3
LENGTHS = [3, 1]  # a group: longest first


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def softmax(x):
    e = np.exp(x - x.real.max())
    return e / e.sum()


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


def run(p, controller, inputs):
    """The logits of every step of one sequence."""
    if "memory.initial" in p:
        memory = p["memory.initial"].reshape(WIDTH, SLOTS).T
    else:
        memory = np.full((SLOTS, WIDTH), 1e-6, complex)
    write_w = [softmax(x) for x in p["memory.write_weights"].reshape(WRITES, SLOTS)]
    read_w = [softmax(x) for x in p["memory.read_weights"].reshape(READS, SLOTS)]
    reads = np.zeros(READS * WIDTH, complex)
    h, c = np.zeros(HIDDEN, complex), np.zeros(HIDDEN, complex)
    logits = []
    for x in inputs:
        if controller == "lstm":
            g = np.concatenate([x, reads, h]) @ p["controller.0.weight"]
            i, f, z, o = (g + p["controller.0.bias"][0]).reshape(4, HIDDEN)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(z)
            h = sigmoid(o) * np.tanh(c)
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


def copy_example(rng, length):
    bits = rng.integers(0, 2, (length, BITS)).astype(float)
    inputs = np.zeros((2 * length + 1, BITS + 1))
    inputs[:length, :BITS] = bits
    inputs[length, BITS] = 1
    return inputs, bits


def loss(p, controller, examples):
    """Nats: binary cross-entropy over the second half of every sequence."""
    total = 0
    for inputs, bits in examples:
        answer = run(p, controller, inputs)[len(bits) + 1 :]
        total = total + (softplus(answer) - bits * answer).sum()
    return total


def draw_parameters(rng, controller, learned):
    reads = READS * WIDTH
    interface = WRITES * (3 * WIDTH + 3 + SHIFTS) + READS * (WIDTH + 3 + SHIFTS)
    into = BITS + 1 + reads + (HIDDEN if controller == "lstm" else 0)
    gates = 4 if controller == "lstm" else 1
    shapes = {
        "controller.0.weight": (into, gates * HIDDEN),
        "controller.0.bias": (1, gates * HIDDEN),
        "interface.weight": (HIDDEN, interface),
        "interface.bias": (1, interface),
        "memory.initial": (1, WIDTH * SLOTS),
        "memory.write_weights": (1, WRITES * SLOTS),
        "memory.read_weights": (1, READS * SLOTS),
        "output.weight": (HIDDEN + reads, BITS),
        "output.bias": (1, BITS),
    }
    if not learned:
        del shapes["memory.initial"]
    # Rounded to three digits, so that the same numbers go into the library in float and double.
    return {n: np.round(rng.normal(0, 0.7, s), 3).astype(complex) for n, s in shapes.items()}


def numbers(values):
    texts = [repr(float(v)) for v in np.ravel(values)]
    lines = [", ".join(texts[i : i + 4]) for i in range(0, len(texts), 4)]
    return "{\n    " + ",\n    ".join(lines) + "}"


def write_case(name, controller, learned, seed):
    rng = np.random.default_rng(seed)
    p = draw_parameters(rng, controller, learned)
    examples = [copy_example(rng, length) for length in LENGTHS]
    rows = []
    for number, (parameter, value) in enumerate(p.items()):
        gradient = np.zeros(value.shape)
        for at in np.ndindex(value.shape):
            value[at] += 1e-30j
            gradient[at] = loss(p, controller, examples).imag / 1e-30
            value[at] = value[at].real
        print(f"static const double {name}_{number}_value[] = {numbers(value.real)};")
        print(f"static const double {name}_{number}_gradient[] = {numbers(gradient)};")
        rows.append(f'    {{"{parameter}", {value.shape[0]}, {value.shape[1]}, '
                    f"{name}_{number}_value, {name}_{number}_gradient}},")
    print(f"static const golden_parameter {name}_parameters[] = {{")
    print("\n".join(rows) + "\n    {0}};")
    for i, (inputs, bits) in enumerate(examples):
        output = sigmoid(run(p, controller, inputs)).real
        print(f"static const double {name}_input_{i}[] = {numbers(inputs)};")
        print(f"static const double {name}_output_{i}[] = {numbers(output)};")
    each = ", ".join(f"{{{length}, {name}_input_{i}, {name}_output_{i}}}"
                     for i, length in enumerate(LENGTHS))
    total = float(loss(p, controller, examples).real)
    return (f'    {{"{controller}", "{"learned" if learned else "constant"}", {total!r}, '
            f"{name}_parameters, {{{each}}}}},")


def main():
    print("""/* Made by tests/golden/ntm.py: do not edit. */
#ifndef MANN_GOLDEN_NTM_H
#define MANN_GOLDEN_NTM_H

#include <stdint.h>

/* clang-format off */
typedef struct golden_parameter {
    const char *name;
    int32_t rows, cols;
    const double *value, *gradient;
} golden_parameter;

typedef struct golden_sequence {
    int32_t length;              /* steps: 2 length + 1 */
    const double *input, *output; /* [steps, bits + 1], [steps, bits] */
} golden_sequence;
""")
    print(f"enum {{ GOLDEN_HIDDEN = {HIDDEN}, GOLDEN_SLOTS = {SLOTS}, GOLDEN_WIDTH = {WIDTH}, "
          f"GOLDEN_READS = {READS},\n       GOLDEN_WRITES = {WRITES}, GOLDEN_BITS = {BITS}, "
          f"GOLDEN_SEQUENCES = {len(LENGTHS)} }};\n")
    cases = [write_case("lstm", "lstm", False, 1), write_case("ff", "ff", True, 2)]
    print(f"""
static const struct golden_case {{
    const char *controller, *initial;
    double loss; /* nats, of both sequences */
    const golden_parameter *parameter;
    golden_sequence sequence[GOLDEN_SEQUENCES];
}} golden_cases[] = {{
{chr(10).join(cases)}
}};
/* clang-format on */

#endif""")


if __name__ == "__main__":
    main()
