"""mann export, from outside: its files are read with what Python brings along, and with NumPy where
that is installed, and compared with each other and with metrics.jsonl.

Usage: test_export.py MANN
"""
import ast
import csv
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import zipfile

MANN = os.path.abspath(sys.argv[1])
TINY = ("-p model.hidden=8 -p memory.locations=8 -p memory.width=6 -p task.length=1..3 -p train.batch=8 "
        "-p train.validate_every=10 -p train.validate_sequences=8 -p train.trace_every=10 "
        "-p train.trace_settings=length=4 --threads 1 -q").split()


def mann(*words, code=0):
    done = subprocess.run([MANN, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    assert code == 0 or done.stderr.startswith(f"mann {words[0]}: "), done.stderr
    return done.stdout if code == 0 else done.stderr


def read_npy(data):
    """An array as (type, shape, flat numbers), by the description of the format alone."""
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0 and data[10 + length - 1:10 + length] == b"\n"
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    assert sorted(header) == ["descr", "fortran_order", "shape"] and not header["fortran_order"]
    kind, shape, rest = header["descr"], header["shape"], data[10 + length:]
    if kind[1] == "S":
        return kind, shape, rest
    letter = {"<f4": "f", "<f8": "d"}[kind]
    assert len(rest) == math.prod(shape) * int(kind[2]), (kind, shape, len(rest))
    return kind, shape, struct.unpack(f"<{math.prod(shape)}{letter}", rest)


def read_npz(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name[:-4]: read_npy(archive.read(name)) for name in archive.namelist()}


def check_with_numpy(path, arrays):
    try:
        import numpy
    except ImportError:
        print("NumPy is not installed: numpy.load is not tried")
        return
    with numpy.load(path) as loaded:
        assert sorted(loaded.files) == sorted(arrays)
        for name, (kind, shape, numbers) in arrays.items():
            assert loaded[name].shape == shape and loaded[name].dtype == numpy.dtype(kind), name
            if kind[1] == "f":
                assert numpy.array_equal(loaded[name].ravel(), numbers, equal_nan=True), name
        json.loads(loaded["about"].item())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def fields(data):
    """The fields of a protocol buffer: {number: [value, ...]}."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        else:
            size = varint() if key & 7 == 2 else {1: 8, 5: 4}[key & 7]
            value, at = data[at:at + size], at + size
            assert len(value) == size
        found.setdefault(key >> 3, []).append(value)
    return found


def read_events(path):
    with open(path, "rb") as file:
        data = file.read()
    events = []
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12])[0] == masked(data[:8])
        assert struct.unpack("<I", data[12 + size:16 + size])[0] == masked(data[12:12 + size])
        events.append(fields(data[12:12 + size]))
        data = data[16 + size:]
    assert events[0][3] == [b"brain.Event:2"]
    scalars = {}
    for event in events[1:]:
        value = fields(fields(event[5][0])[1][0])
        tag, (number,) = value[1][0].decode(), struct.unpack("<f", value[2][0])
        scalars.setdefault(tag, []).append((event[2][0], struct.unpack("<d", event[1][0])[0],
                                            number))
    return scalars


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def flatten(line, outer=""):
    for key, value in line.items():
        if isinstance(value, dict):
            yield from flatten(value, outer + key + ".")
        else:
            yield outer + key, value


def check_npz(lines):
    mann("export", "tiny", "--npz", "a.npz")
    arrays = read_npz("a.npz")
    check_with_numpy("a.npz", arrays)
    about = json.loads(arrays["about"][2])
    assert about["run"] == "tiny" and about["task"] == "copy" and about["length"] == 4
    assert [note["name"] for note in about["notes"]] == ["input", "delimiter", "output"]
    for name, value in about["values"].items():
        kind, shape, numbers = arrays[name]
        assert kind == "<f4" and len(shape) == len(value["axes"]) and shape[0] == 9, name
        assert value["axes"][0] == "step" and all(math.isfinite(x) for x in numbers), name
    assert about["values"]["read_weights"] == {
        "kind": "weighting", "axes": ["step", "head", "location"],
        "role": "weighting", "access": "read", "group": "memory.read"}
    assert arrays["read_weights"][1] == (9, 1, 8)
    for at in range(9):
        assert abs(sum(arrays["read_weights"][2][8 * at:8 * at + 8]) - 1) < 1e-5
    for name, numbers in lines.items():
        assert list(arrays["metrics/" + name][2]) == numbers, name
    assert set(arrays) == {"about", *about["values"], *("metrics/" + name for name in lines)}
    # The same again is the same file; another episode is another.
    mann("export", "tiny", "--npz", "b.npz")
    with open("a.npz", "rb") as a, open("b.npz", "rb") as b:
        assert a.read() == b.read()
    mann("export", "tiny", "--npz", "b.npz", "--at", "L2/s5")
    other = json.loads(read_npz("b.npz")["about"][2])
    assert other["length"] == 2 and other["seed"] == "5"
    return arrays, about


def check_csv(arrays, about, lines):
    mann("export", "tiny", "--csv", "tables")
    assert sorted(os.listdir("tables")) == sorted(
        [name + ".csv" for name in [*about["values"], "metrics"]])
    for name, value in about["values"].items():
        with open(f"tables/{name}.csv", encoding="utf-8") as file:
            table = rows(file.read())
        assert list(table[0]) == value["axes"] + ["value"]
        _, shape, numbers = arrays[name]
        assert len(table) == len(numbers)
        for row in table:
            place = 0
            for axis, size in zip(value["axes"], shape):
                place = place * size + int(row[axis])
            assert struct.pack("<f", float(row["value"])) == struct.pack("<f", numbers[place])
    with open("tables/metrics.csv", encoding="utf-8") as file:
        table = rows(file.read())
    assert list(table[0]) == list(lines)
    for name, numbers in lines.items():
        assert [float(row[name]) for row in table] == numbers
    mann("export", "tiny", "--csv", "all.csv")
    with open("all.csv", encoding="utf-8") as file:
        text = file.read()
    assert mann("export", "tiny", "--csv", "-") == text
    long = rows(text)
    assert list(long[0]) == ["name", "step", "i", "j", "k", "value"]
    assert len(long) == sum(len(arrays[name][2]) for name in about["values"])
    mask = [row for row in long if row["name"] == "mask"]
    assert [float(row["value"]) for row in mask] == list(arrays["mask"][2])
    assert all(row["i"] == row["j"] == row["k"] == "" for row in mask)


def check_events(lines):
    assert crc32c(b"123456789") == 0xE3069283
    mann("export", "tiny", "--tensorboard", "board")
    mann("export", "tiny", "tiny/", "--tensorboard", "board")
    assert os.listdir("board") == ["tiny"] and len(os.listdir("board/tiny")) == 1
    (name,) = os.listdir("board/tiny")
    assert "tfevents" in name
    scalars = read_events("board/tiny/" + name)
    assert set(scalars) == set(lines) - {"step"}
    for tag, points in scalars.items():
        assert [step for step, _, _ in points] == lines["step"], tag
        assert [time for _, time, _ in points] == lines["seconds"], tag
        for (_, _, number), full in zip(points, lines[tag]):
            assert struct.pack("<f", number) == struct.pack("<f", full), tag


def check_weights():
    """The same network without what only training needs; what has been exported can be again."""
    for source in ("tiny", "tiny@last"):
        mann("export", source, "--weights", "w.safetensors")
        scores = [json.loads(mann("eval", path, "-n", "8", "--json"))
                  for path in (source, "w.safetensors")]
        assert scores[0]["results"] == scores[1]["results"]
        size = os.path.getsize("w.safetensors")
        assert size < 4 * scores[1]["parameters"] + 16384
    mann("export", "w.safetensors", "--weights", "again.safetensors")
    with open("w.safetensors", "rb") as a, open("again.safetensors", "rb") as b:
        assert a.read() == b.read()
    trace = "tiny/traces/" + os.listdir("tiny/traces")[0]
    assert "not a checkpoint" in mann("export", trace, "--weights", "v.safetensors", code=4)
    mann("export", "tiny", "w.safetensors", "--weights", "v.safetensors", code=2)
    mann("export", "tiny", "--weights", "no/folder/v.safetensors", code=1)
    assert not os.path.exists("v.safetensors")


def check_bad_input():
    mann("export", "tiny", code=2)
    mann("export", "--npz", "c.npz", code=2)
    mann("export", "tiny", "tiny", "--npz", "c.npz", code=2)
    mann("export", "nowhere", "--npz", "c.npz", code=1)
    mann("export", "tiny", "--npz", "c.npz", "--at", "nonsense=1", code=2)
    mann("export", "tiny", "--npz", "no/folder/c.npz", code=1)
    mann("export", "tiny", "--npz", "/dev/full", code=1)
    mann("export", "tables", "--tensorboard", "board", code=4)
    with open("junk.safetensors", "w", encoding="utf-8") as file:
        file.write("junk")
    mann("export", "junk.safetensors", "--csv", "junk", code=4)
    assert not os.path.exists("c.npz") and not os.path.exists("junk")
    trace = "tiny/traces/" + os.listdir("tiny/traces")[0]
    mann("export", trace, "--npz", "c.npz") # a trace alone has no metrics
    assert not any(name.startswith("metrics/") for name in read_npz("c.npz"))
    assert "'--npz'" in mann("export", "tiny", "--npy", "c.npz", code=2)


def main():
    with tempfile.TemporaryDirectory(prefix="mann-export-") as folder:
        os.chdir(folder)
        mann("train", "copy", "-o", "tiny", "--sequences", "240", *TINY)
        with open("tiny/metrics.jsonl", encoding="utf-8") as file:
            read = [dict(flatten(json.loads(line))) for line in file]
        lines = {name: [line[name] for line in read] for name in read[0]}
        arrays, about = check_npz(lines)
        check_csv(arrays, about, lines)
        check_events(lines)
        check_weights()
        check_bad_input()
        os.chdir("/")


main()
