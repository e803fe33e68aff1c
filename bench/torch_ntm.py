#!/usr/bin/env python3
"""The Neural Turing Machine of `mann train copy` in PyTorch, for comparison: the paper's sizes, one
read and one write head, LSTM controller, copy of one length, Adam, the norm of the gradient clipped.

    torch_ntm.py [--batch B] [--threads T] [--length L] [--seconds S] [--train SEQUENCES]

Prints one line of JSON: full training steps (draw, forward, backward, update) in sequences per second,
the best tenth of the time, as `mann bench` counts. --train learns for so many sequences instead and
prints the cost, which shows that this is the same model: it solves copy too.

Everything is over whole batches: one product for all head parameters, bmm for similarity, read and
write, torch.roll for the shift. The loop over time steps is the recurrence itself."""
import argparse
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

BITS, HIDDEN, SLOTS, WIDTH = 8, 100, 128, 20
HEAD = WIDTH + 1 + 1 + 3 + 1  # key, strength, gate, shift, sharpening


class Machine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = torch.nn.LSTMCell(BITS + 1 + WIDTH, HIDDEN)
        self.interface = torch.nn.Linear(HIDDEN, 2 * HEAD + 2 * WIDTH)
        self.output = torch.nn.Linear(HIDDEN + WIDTH, BITS)
        for cell_bias in (self.cell.bias_ih, self.cell.bias_hh):
            torch.nn.init.zeros_(cell_bias)
        with torch.no_grad():
            self.cell.bias_ih[HIDDEN:2 * HIDDEN] = 1  # forget gates start open

    def address(self, head, memory, previous):
        """Equations 5 to 9: head [B, HEAD], memory [B, N, M], previous [B, N]."""
        key, strength, gate, shift, sharpening = head.split([WIDTH, 1, 1, 3, 1], 1)
        key = torch.tanh(key)
        product = torch.bmm(memory, key.unsqueeze(2)).squeeze(2)
        norms = memory.norm(dim=2) * key.norm(dim=1, keepdim=True)
        content = torch.softmax(F.softplus(strength) * product / (norms + 1e-8), 1)
        gate = torch.sigmoid(gate)
        gated = gate * content + (1 - gate) * previous
        shift = torch.softmax(shift, 1)
        shifted = (shift[:, 0:1] * torch.roll(gated, -1, 1) + shift[:, 1:2] * gated
                   + shift[:, 2:3] * torch.roll(gated, 1, 1))
        sharp = (shifted + 1e-12) ** (1 + F.softplus(sharpening))
        return sharp / sharp.sum(1, keepdim=True)

    def forward(self, inputs):
        """inputs [T, B, BITS + 1] -> logits [T, B, BITS]."""
        batch = inputs.shape[1]
        memory = torch.full((batch, SLOTS, WIDTH), 1e-6)
        first = F.one_hot(torch.zeros(batch, dtype=torch.long), SLOTS).float()
        write, read_weights = first, first
        read = torch.zeros(batch, WIDTH)
        hidden = torch.zeros(batch, HIDDEN), torch.zeros(batch, HIDDEN)
        logits = []
        for x in inputs:
            hidden = self.cell(torch.cat([x, read], 1), hidden)
            interface = torch.clamp(self.interface(hidden[0]), -20, 20)
            write_head, erase, add, read_head = interface.split([HEAD, WIDTH, WIDTH, HEAD], 1)
            write = self.address(write_head, memory, write)
            column = write.unsqueeze(2)
            memory = (memory * (1 - torch.bmm(column, torch.sigmoid(erase).unsqueeze(1)))
                      + torch.bmm(column, torch.tanh(add).unsqueeze(1)))
            read_weights = self.address(read_head, memory, read_weights)
            read = torch.bmm(read_weights.unsqueeze(1), memory).squeeze(1)
            logits.append(self.output(torch.cat([hidden[0], read], 1)))
        return torch.stack(logits)


def draw(batch, length):
    bits = torch.randint(0, 2, (length, batch, BITS)).float()
    inputs = torch.zeros(2 * length + 1, batch, BITS + 1)
    inputs[:length, :, :BITS] = bits
    inputs[length, :, BITS] = 1
    return inputs, bits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--train", type=int, default=0, metavar="SEQUENCES")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(1)
    machine = Machine()
    optimiser = torch.optim.Adam(machine.parameters(), lr=5e-3 if given.train else 1e-5)

    def step(length):
        inputs, bits = draw(given.batch, length)
        logits = machine(inputs)[length + 1:]
        loss = F.binary_cross_entropy_with_logits(logits, bits)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(machine.parameters(), 0.1)
        optimiser.step()
        return loss

    if given.train:
        for update in range(given.train // given.batch):
            length = int(torch.randint(1, 21, ()))
            loss = step(length)
            if update % 100 == 99:
                cost = loss.item() / math.log(2) * length * BITS
                print(f"{(update + 1) * given.batch} sequences: {cost:.3f} bits at length {length}",
                      file=sys.stderr, flush=True)
        return
    step(given.length)
    best, began = 0, time.perf_counter()
    while time.perf_counter() - began < given.seconds:
        part, rounds = time.perf_counter(), 0
        while rounds == 0 or time.perf_counter() - part < given.seconds / 10:
            step(given.length)
            rounds += 1
        best = max(best, rounds * given.batch / (time.perf_counter() - part))
    print(json.dumps({"model": "torch", "batch": given.batch, "threads": given.threads,
                      "length": given.length, "sequences_per_second": best}))


if __name__ == "__main__":
    main()
