"""The careers database: its earnings function, prediction and raking of 12 million cells, each in a process of its own.

Peak memory is that of the process by the system's own count (`getrusage`), with Python, the libraries and the data.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.cells.estimates import fit_models
from mobility.intake.losses import LossTable
from mobility.lmi.dimensions import Dimension, load_dimensions
from mobility.lmi.earnings import fit_earnings, predicted_pay, qualification_profile
from mobility.models.raking import Axes, Target, rake
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from timing import ROOT, best

PERSONS, YEARS = 63_640, 2
EMPLOYEES = 2  # kinds of status
SIZES = {"occupation": 369, "industry": 75, "region": 12, "gender": 2, "status": 2, "qualification": 9}
SMALL = {"type": 4, "region": 12, "occupation": 369, "industry": 75}  # 1.3 million cells
# Five margins that no other implies.
MARGINS = (
    ("industry", "region", "gender", "status"),
    ("occupation", "region", "gender", "status"),
    ("region", "gender", "status", "qualification"),
    ("occupation", "qualification"),
    ("industry", "qualification"),
)
SMALL_MARGINS = (
    ("type", "region", "occupation"),
    ("type", "region", "industry"),
    ("occupation", "industry"),
    ("region", "occupation"),
)
SEED = 7


def measure(_: Path) -> dict[str, Any]:
    """Seconds and peak memory of each of `TASKS`."""
    found = {}
    for name in TASKS:
        command = [sys.executable, __file__, name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found[name] = json.loads(done.stdout)
    return {"pay": found}


def drawn_persons(dimensions: Mapping[str, Dimension]) -> pd.DataFrame:
    """Invented employees, as many as the full-time ones of the report (C.7.2)."""
    rng = np.random.default_rng(SEED)
    names = ("occupation", "industry", "region", "gender", "qualification")
    codes = {
        name: pd.Categorical.from_codes(rng.integers(0, len(dimensions[name].codes), PERSONS), dimensions[name].codes)
        for name in names
    }
    age, t = rng.integers(16, 66, PERSONS), rng.integers(0, YEARS, PERSONS)
    log_pay = 5.0 + 0.06 * age - 0.0006 * age**2 + rng.normal(0, 0.4, PERSONS)
    return pd.DataFrame({**codes, "age": age, "t": t, "weekly_pay": np.exp(log_pay)})


def earnings_function() -> dict[str, Any]:
    """1,275 columns on 63,640 persons with robust errors."""
    dimensions = load_dimensions(ROOT)
    persons = drawn_persons(dimensions)
    with _timed() as took:
        fit = fit_earnings(persons, dimensions).fit
    return {**took, "columns": len(fit.names), "persons": fit.n}


def predict_and_rake() -> dict[str, Any]:
    """12 million cells from the equation to five margins."""
    dimensions = load_dimensions(ROOT)
    earnings = fit_earnings(drawn_persons(dimensions), dimensions)
    ages = np.full((SIZES["occupation"], SIZES["gender"]), 40.0)
    bills = np.empty(tuple(SIZES.values()))
    with _timed() as predicted:
        pay, profile = predicted_pay(earnings, dimensions, ages), qualification_profile(earnings, dimensions)
        for status in range(EMPLOYEES):
            np.multiply(pay[..., None], profile, out=bills[..., status, :])
    axes, targets = Axes(tuple(SIZES)), wanted(bills, SIZES, MARGINS)
    with _timed() as took:
        raked = rake(bills, axes, targets, copy=False)
    told = {"cells": bills.size, "sweeps": raked.sweeps, "gap": raked.gap}
    return {**took, **told, "predict_seconds": predicted["seconds"]}


def wanted(start: np.ndarray, sizes: Mapping[str, int], margins: Sequence[tuple[str, ...]]) -> list[Target]:
    """Margins that agree: those of the array times factors of its margins, from a half to two."""
    rng, axes = np.random.default_rng(SEED), Axes(tuple(sizes))
    factors = [
        rng.uniform(0.5, 2, [size if name in margin else 1 for name, size in sizes.items()]) for margin in margins
    ]
    sums = [np.zeros([sizes[name] for name in margin]) for margin in margins]
    for at in range(len(start)):  # a slice of the first axis at a time: the whole would be a second array
        own = start[at : at + 1].copy()
        for factor in factors:
            own *= factor[at : at + 1] if len(factor) > 1 else factor
        for margin, found in zip(margins, sums, strict=True):
            part = found[at : at + 1] if axes.names[0] in margin else found
            part += own.sum(axis=axes.others(margin))
    return [Target(" by ".join(margin), margin, values) for margin, values in zip(margins, sums, strict=True)]


def beside_ipfn() -> dict[str, Any]:
    """1.3 million cells to four margins, ours and ipfn; ours alone where it is not there."""
    start = np.random.default_rng(SEED).uniform(0.5, 1.5, tuple(SMALL.values()))
    axes, targets = Axes(tuple(SMALL)), wanted(start, SMALL, SMALL_MARGINS)
    ours = best(lambda: rake(start, axes, targets))
    found: dict[str, Any] = {"ours_seconds": ours, "cells": start.size}
    try:
        from ipfn.ipfn import ipfn
    except ImportError:
        return found
    sums = [target.values for target in targets]
    places = [axes.places(target.axes) for target in targets]
    with _timed() as took:
        theirs = ipfn(start.copy(), sums, places, convergence_rate=1e-9, max_iteration=1000).iteration()
    found["ipfn_seconds"] = took["seconds"]
    ours_values = rake(start, axes, targets).values
    return {**found, "largest_relative_difference": float(np.abs(theirs / ours_values - 1).max())}


def gss() -> dict[str, Any]:
    """The earnings functions of 32,265 real persons, with 523 occupations in two of them (`gss_earnings`)."""
    study = load_study(ROOT, "gss_earnings")
    frames = make_frames(Inputs.of(read_table(study.folder, ROOT).panel, study, study.readings, LossTable()))
    with _timed() as took:
        fit_models(frames, study, [])
    return {**took, "models": len(study.models)}


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Wall seconds and seconds of the processor of what is done within."""
    took: dict[str, float] = {}
    wall, own = time.perf_counter(), time.process_time()
    yield took
    took |= {"seconds": round(time.perf_counter() - wall, 3), "cpu_seconds": round(time.process_time() - own, 3)}


TASKS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "earnings_function": earnings_function,
    "predict_and_rake": predict_and_rake,
    "beside_ipfn": beside_ipfn,
    "gss": gss,
}


if __name__ == "__main__":
    told = TASKS[sys.argv[1]]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**told, "peak_mb": round(peak)}))
