#!/usr/bin/env python3
"""What watching a training costs, for docs/performance-viewer.md.

    tools/measure-view.py build/src/cli/mann [PAIRS [SECONDS]]      (5 pairs of 20 s)

Needs Xvfb. Trains in turn with and without --view (at a rate at which nothing is learnt, so that
it does not end), and compares processor time per sequence of the training, which other work on the
machine disturbs less than the time by the clock, and sequences per second; then the viewer's own
processor time, and that of a viewer with nothing to do."""
import json, os, signal, statistics, subprocess, sys, tempfile, time

mann = os.path.realpath(sys.argv[1])
pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
tick = os.sysconf("SC_CLK_TCK")


def viewers(run):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline").read().split("\0")
        except OSError:
            continue
        if words[0] == "mann-view" and run in words:
            yield int(pid)


def spent(pid):
    field = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(field[11]) + int(field[12])) / tick


def train(run, view):
    command = [mann, "train", "copy", "-o", run, "--seed", "3", "--threads", "1", "-q",
               "--max-time", f"{seconds}s", "-p", "train.lr=1e-9"]
    process = subprocess.Popen(command + (["--view"] if view else []))
    usage = os.wait4(process.pid, 0)[2]
    last = json.loads(open(f"{run}/metrics.jsonl").readlines()[-1])
    used = None
    for pid in viewers(run):
        used = spent(pid)
        time.sleep(2)
        before = spent(pid)
        time.sleep(10)
        print(f"  idle viewer: {100 * (spent(pid) - before) / 10:.2f} % of a processor")
        os.kill(pid, signal.SIGTERM)
        while pid in viewers(run):
            time.sleep(0.1)
    return ((usage.ru_utime + usage.ru_stime) / last["sequences"],
            last["sequences"] / last["seconds"], used)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.environ.update(DISPLAY=":" + os.read(read, 16).decode().strip(), SDL_VIDEODRIVER="x11")
    cpu, rate, own = [], [], []
    for i in range(pairs):
        order = [True, False] if i % 2 else [False, True]
        result = {view: train(f"run-{i}-{view}", view) for view in order}
        cpu.append(result[True][0] / result[False][0])
        rate.append(result[True][1] / result[False][1])
        own.append(result[True][2] / seconds)
        print(f"pair {i + 1}: processor time per sequence x{cpu[-1]:.3f}, "
              f"sequences per second x{rate[-1]:.3f}, viewer {100 * own[-1]:.1f} % of a processor",
              flush=True)
    print(f"median: processor time x{statistics.median(cpu):.3f}, sequences per second "
          f"x{statistics.median(rate):.3f}, viewer {100 * statistics.median(own):.1f} %")
    server.terminate()
