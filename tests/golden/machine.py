"""What the golden machines share: copy sequences, the loss, gradients, and the header they go to.

Gradients come from the complex step, df/dx = Im f(x + ih) / h with h = 1e-30, which has no
truncation and no cancellation: every function here is analytic (the rectifier where its argument
is not nought).
"""
import os
import sys

import numpy as np

BITS = 3
LENGTHS = [3, 1]  # a group: longest first


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def softmax(x):
    e = np.exp(x - x.real.max())
    return e / e.sum()


def lstm(p, x, h, c):
    """One step of controller 0: the new h and c."""
    g = np.concatenate([x, h]) @ p["controller.0.weight"] + p["controller.0.bias"][0]
    i, f, z, o = g.reshape(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(z)
    return sigmoid(o) * np.tanh(c), c


def copy_example(rng, length):
    bits = rng.integers(0, 2, (length, BITS)).astype(float)
    inputs = np.zeros((2 * length + 1, BITS + 1))
    inputs[:length, :BITS] = bits
    inputs[length, BITS] = 1
    return inputs, bits


def loss(p, run, examples):
    """Nats: binary cross-entropy over the second half of every sequence."""
    total = 0
    for inputs, bits in examples:
        answer = run(p, inputs)[len(bits) + 1 :]
        total = total + (softplus(answer) - bits * answer).sum()
    return total


def numbers(values):
    texts = [repr(float(v)) for v in np.ravel(values)]
    lines = [", ".join(texts[i : i + 4]) for i in range(0, len(texts), 4)]
    return "{\n    " + ",\n    ".join(lines) + "}"


def draw_parameters(rng, shapes, deviation):
    """Rounded to three digits, so that the same numbers go into the library in float and double."""
    return {n: np.round(rng.normal(0, deviation, s), 3).astype(complex) for n, s in shapes.items()}


def write_parameters(name, p, loss):
    """The parameters p, with the gradients of loss()."""
    rows = []
    for number, (parameter, value) in enumerate(p.items()):
        gradient = np.zeros(value.shape)
        for at in np.ndindex(value.shape):
            value[at] += 1e-30j
            gradient[at] = loss().imag / 1e-30
            value[at] = value[at].real
        print(f"static const double {name}_{number}_value[] = {numbers(value.real)};")
        print(f"static const double {name}_{number}_gradient[] = {numbers(gradient)};")
        rows.append(f'    {{"{parameter}", {value.shape[0]}, {value.shape[1]}, '
                    f"{name}_{number}_value, {name}_{number}_gradient}},")
    print(f"static const golden_parameter {name}_parameters[] = {{")
    print("\n".join(rows) + "\n    {0}};")


def write_case(name, preset, settings, shapes, run, seed):
    """The arrays of one machine; returns its row of the table."""
    rng = np.random.default_rng(seed)
    p = draw_parameters(rng, shapes, 0.7)
    examples = [copy_example(rng, length) for length in LENGTHS]
    write_parameters(name, p, lambda: loss(p, run, examples))
    for i, (inputs, bits) in enumerate(examples):
        output = sigmoid(run(p, inputs)).real
        print(f"static const double {name}_input_{i}[] = {numbers(inputs)};")
        print(f"static const double {name}_output_{i}[] = {numbers(output)};")
    each = ", ".join(f"{{{length}, {name}_input_{i}, {name}_output_{i}}}"
                     for i, length in enumerate(LENGTHS))
    total = float(loss(p, run, examples).real)
    settings = f"task.bits={BITS} {settings}"
    return (f'    {{"{name}", "{preset}",\n     "{settings}",\n     {total!r}, {name}_parameters, '
            f"{{{each}}}}},")


def begin(file):
    guard = f"MANN_GOLDEN_{file.upper()}_H"
    script = os.path.basename(sys.argv[0])
    print(f"/* Made by tests/golden/{script}: do not edit. */")
    print(f'#ifndef {guard}\n#define {guard}\n\n#include "golden.h"\n\n/* clang-format off */')


def end(kind, table, rows):
    print(f"\nstatic const {kind} {table}[] = {{")
    print("\n".join(rows) + "\n};\n/* clang-format on */\n\n#endif")


def write_header(file, table, cases):
    """cases: the arguments of write_case."""
    begin(file)
    end("golden_case", table, [write_case(*case) for case in cases])
