"""Some 1,500 spoilt files through every reader, and that the fuzzing itself sees each kind of wrong end.

`make bench` reads a million (workflow/bench/fuzz.py). What it found stands in test_fuzz_found.py.
"""

import os
import time
from random import Random

import pytest

from fuzzing import run
from fuzzing.mutate import BYTES, TABLE, YAML, mutated
from fuzzing.run import Bench, Finding, Seed, Target, fuzz, spread
from fuzzing.targets import TARGETS
from mobility.errors import DataError

INPUTS = 1500
SEED = 20
COUNTS = spread(TARGETS, INPUTS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_spoilt_file_is_read_or_refused(tmp_path, target):
    bench = Bench(target, tmp_path)
    assert [bench.answer(seed.place, seed.data) for seed in bench.seeds] == [""] * len(bench.seeds)  # they are valid
    tally = fuzz(bench, SEED, range(COUNTS[target.name]))
    assert tally.findings == []
    assert tally.inputs == COUNTS[target.name] and tally.refused < tally.inputs


def _read(folder, place):
    """What a reader may do wrong, by the first letter of its file."""
    data = (folder / place).read_bytes()
    ends = {
        b"e": _error,
        b"d": lambda: os.kill(os.getpid(), 11),
        b"h": lambda: time.sleep(60),
        b"r": _refuse,
        b"s": _short,
    }
    ends.get(data[:1], lambda: None)()


def _error():
    raise KeyError("pidp 680000001")


def _refuse():
    raise DataError("what is wrong, where, and what to type next")


def _short():
    raise DataError("no")


def _bench(folder, letters, monkeypatch):
    monkeypatch.setattr(run, "HANG", 3)
    monkeypatch.setattr(run, "PATIENCE", 1)
    monkeypatch.setattr(Bench, "input_of", lambda bench, _, number: (bench.seeds[0], letters[number]))
    target = Target("t", 1, lambda _: [Seed("x.txt", b"fine")], _read, BYTES)
    return Bench(target, folder)


def test_each_kind_of_wrong_end_is_found(tmp_path, monkeypatch):
    bench = _bench(tmp_path, [b"fine", b"error", b"refused", b"dies", b"hangs", b"short", b"fine"], monkeypatch)
    tally = fuzz(bench, 1, range(7))
    assert (tally.inputs, tally.refused, tally.guarded) == (7, 1, 0)
    assert [(found.number, found.kind) for found in tally.findings] == [
        (1, "error"),
        (3, "died"),
        (4, "hang"),
        (5, "message"),
    ]
    assert tally.findings[1].what == "SIGSEGV"
    assert 0 < tally.seconds < run.HANG  # what is waited for a reader that sleeps is no computing
    assert (tmp_path / "x.txt").read_bytes() == b"fine"


def test_an_input_is_the_same_each_time(tmp_path):
    bench = Bench(TARGETS[0], tmp_path / "a"), Bench(TARGETS[0], tmp_path / "b")
    assert bench[0].input_of(1, 77) == bench[1].input_of(1, 77)
    assert len({bench[0].input_of(1, number)[1] for number in range(40)}) > 30


@pytest.mark.parametrize("mutators", [BYTES, TABLE, YAML])
def test_mutations_change_their_input_and_take_any(mutators):
    for data in (b"a,b\n1,2\n", b"a: 1\nb: [1, 2]\n", b"\xff\x00\x01", b"x"):
        inputs = [mutated(Random(number), data, [data, b"other"], mutators) for number in range(100)]
        assert sum(changed != data for changed in inputs) > 30


def test_inputs_are_spread_by_share():
    assert sum(target.share for target in TARGETS) == 1000
    assert sum(COUNTS.values()) == pytest.approx(INPUTS, rel=0.02)
    assert Finding("t", 1, 2, "hang", "x").number == 2
