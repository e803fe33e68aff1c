#!/usr/bin/env python3
"""How many questions a second the end-to-end memory network is trained on, by mann and by NumPy.

    MANN_DATA=... python3 bench/memn2n_numpy.py build/src/cli/mann [TASK]

NumPy trains the same model on the same bAbI task with the same settings: 3 hops, width 20,
adjacent tying, position and temporal encoding with noise, minibatches of 32. All tables stand side
by side in one matrix, so that a minibatch is gathered and summed once, and the gradient of the
tables is one product with the one-hot tokens. Both sides use one thread, one after the other, three times
in turn; the best of each counts, and the times of starting and reading are left out.
"""
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

HOPS, WIDTH, BATCH, MEMORIES, NOISE = 3, 20, 32, 50, 0.1
RATE, BOUND = 0.005, 40  # of the loss summed over the minibatch


def read(task):
    """The training questions: sentences before it, question, answer, in words."""
    path = os.path.join(os.environ["MANN_DATA"], "babi", "babi_en_train.tar.gz")
    questions, story = [], []
    with tarfile.open(path) as tar:
        name = next(n for n in tar.getnames() if f"/qa{task}_" in "/" + n)
        for line in tar.extractfile(name).read().decode().lower().splitlines():
            number, text = line.split(" ", 1)
            story = [] if number == "1" else story
            if "\t" in text:
                question, answer, _ = text.split("\t")
                questions.append((list(story), question.rstrip("? ").split(), answer))
            else:
                story.append(text.rstrip(". ").split())
    return questions[: len(questions) * 9 // 10]


class Network:
    def __init__(self, questions):
        words = sorted({w for s, q, a in questions for w in sum(s, []) + q + [a]})
        token = {w: i + 1 for i, w in enumerate(words)}  # 0 is the null word
        self.words = max(len(x) for s, q, _ in questions for x in s + [q])
        self.places = min(MEMORIES, max(len(s) for s, _, _ in questions))
        self.vocabulary = len(words) + 1
        self.rows = self.vocabulary + self.places
        self.story = np.zeros((len(questions), self.places, self.words), np.int32)
        self.question = np.zeros((len(questions), self.words), np.int32)
        self.count = np.zeros(len(questions), np.int32)
        self.answer = np.array([token[a] for _, _, a in questions])
        for i, (s, q, _) in enumerate(questions):
            recent = s[-self.places :]
            self.count[i] = len(recent)
            for n, sentence in enumerate(recent):
                self.story[i, n, : len(sentence)] = [token[w] for w in sentence]
            self.question[i, : len(q)] = [token[w] for w in q]
        longest = self.words + 1
        j, k = np.arange(1, longest + 1)[:, None], np.arange(1, WIDTH + 1)
        weight = 1 + 4 * (k - (WIDTH + 1) / 2) * (j - (longest + 1) / 2) / WIDTH / longest
        self.weight = np.tile(weight, HOPS + 1).astype(np.float32)  # [longest, tables * width]
        rng = self.rng = np.random.default_rng(1)
        self.table = rng.normal(0, 0.1, (self.rows, (HOPS + 1) * WIDTH)).astype(np.float32)
        self.table[0] = 0
        self.one_hot = np.eye(self.rows, dtype=np.float32)
        self.one_hot[0] = 0  # nothing is learned about the null word

    def times(self, count):
        """Times of the sentences, the last one first in the vocabulary, with empty memories."""
        blanks = self.rng.integers(0, np.ceil(count * NOISE).astype(int) + 1)
        most = self.places + int(np.ceil(self.places * NOISE))
        key = self.rng.random((len(count), most))
        key[np.arange(most) >= (count + blanks)[:, None]] = 2
        chosen = key.argsort(1)
        chosen[np.arange(most) >= count[:, None]] = -1
        ordered = -np.sort(-chosen, 1)[:, : self.places]  # the oldest has the largest time
        dated = np.minimum(ordered, self.places - 1) + self.vocabulary
        return np.where(ordered >= 0, dated, 0)

    def step(self, linear):
        at = self.rng.integers(0, len(self.answer), BATCH)
        token = np.concatenate([self.story[at], self.times(self.count[at])[:, :, None]], 2)
        question, answer, rows = self.question[at], self.answer[at], np.arange(BATCH)
        memory = np.einsum("bnjd,jd->bnd", self.table[token], self.weight)
        memory = memory.reshape(BATCH, self.places, HOPS + 1, WIDTH).transpose(2, 0, 1, 3)
        lq = self.weight[:-1, :WIDTH]
        u = [np.einsum("bjd,jd->bd", self.table[question, :WIDTH], lq)]
        p = []
        for k in range(HOPS):
            s = (memory[k] @ u[k][:, :, None])[:, :, 0]
            if not linear:
                s = np.exp(s - s.max(1, keepdims=True))
                s /= s.sum(1, keepdims=True)
            p.append(s)
            u.append(u[k] + (s[:, None] @ memory[k + 1])[:, 0])
        last = self.table[:, HOPS * WIDTH :]
        dz = u[HOPS] @ last.T
        dz = np.exp(dz - dz.max(1, keepdims=True))
        dz /= dz.sum(1, keepdims=True)
        dz[rows, answer] -= 1

        du = dz @ last
        dmemory = np.zeros((BATCH, self.places, HOPS + 1, WIDTH), np.float32)
        for k in reversed(range(HOPS)):
            dmemory[:, :, k + 1] += p[k][:, :, None] * du[:, None]
            dp = (memory[k + 1] @ du[:, :, None])[:, :, 0]
            ds = dp if linear else p[k] * (dp - (p[k] * dp).sum(1, keepdims=True))
            dmemory[:, :, k] += ds[:, :, None] * u[k][:, None]
            du = du + (ds[:, None] @ memory[k])[:, 0]
        spread = dmemory.reshape(BATCH, self.places, 1, -1) * self.weight
        gradient = self.one_hot[token.ravel()].T @ spread.reshape(-1, (HOPS + 1) * WIDTH)
        gradient[:, HOPS * WIDTH :] += dz.T @ u[HOPS]
        spread = (du[:, None] * lq).reshape(-1, WIDTH)
        gradient[:, :WIDTH] += self.one_hot[question.ravel()].T @ spread
        for k in range(HOPS + 1):
            part = gradient[:, k * WIDTH : (k + 1) * WIDTH]
            norm = np.sqrt((part * part).sum())
            part *= RATE * BOUND / max(norm, BOUND)
        gradient[0] = 0
        self.table -= gradient
        return (dz.argmax(1) != answer).mean()


def time_numpy(network, updates):
    start = time.perf_counter()
    for i in range(updates):
        network.step(i < updates // 6)
    return updates * BATCH / (time.perf_counter() - start)


def time_mann(mann, task, epochs):
    with tempfile.TemporaryDirectory() as folder:
        run = os.path.join(folder, "run")
        text = subprocess.run(
            [mann, "train", "babi", "-q", "--json", "-m", "memn2n", "-p", f"task.id={task}",
             "-p", f"train.max_sequences={epochs}epochs", "-p", "train.trace_every=0",
             "-p", "train.validate_every=1000000", "--threads", "1", "-o", run],
            check=True, capture_output=True, text=True).stdout
        result = json.loads(text)
    return result["sequences"] / result["seconds"]


def main():
    if len(sys.argv) < 2 or "MANN_DATA" not in os.environ:
        sys.exit(__doc__)
    mann, task = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    network = Network(read(task))
    best = [0, 0]
    for _ in range(3):
        best[0] = max(best[0], time_mann(mann, task, 120))
        best[1] = max(best[1], time_numpy(network, 600))
    print(f"task {task}, one thread: mann {best[0]:,.0f} questions/s, NumPy {best[1]:,.0f}, "
          f"ratio {best[0] / best[1]:.1f}")


if __name__ == "__main__":
    main()
