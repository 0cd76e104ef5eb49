"""The manifest of a run: what was run, on what, with what, and what came out. Everything but `times` is the same again.

It names no folder of the machine, no user and no host: it is handed on with the package. Its keys are described in
`workflow/schemas/manifest.schema.yaml`.
"""

import os
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from mobility import __version__
from mobility.package.files import CHECKS, RELEASED, hashes, project_files, run_files
from mobility.progress import began_at, logged
from mobility.render.run_record import run_record
from mobility.render.words import ROUNDED_TO
from mobility.settings import Study
from mobility.statistics import PRINTED
from mobility.storage import read_csv, read_yaml

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.M)
COUNTED_FLAGS = ("suppressed", "low_base", "not_estimable", "not_converged")
WHOLE = "in the whole of"


@dataclass(frozen=True)
class Run:
    """What a manifest is made from.

    root : the project's folder. studies : in the order of the run, under the readings in force.
    places : names under which what was read lies. truths : comparisons with planted truth. outputs : files and folders
    that the jobs made. logs : of the jobs.
    """

    root: Path
    studies: Sequence[Study]
    places: Sequence[str]
    truths: Sequence[str] = ()
    outputs: Sequence[str] = ()
    logs: Sequence[str] = ()


def manifest(run: Run) -> dict[str, Any]:
    """The manifest, in the order of its schema."""
    root = run.root
    provenances = {place: root / CHECKS / place / "provenance.yaml" for place in run.places}
    record = run_record(root / "config.yaml", list(provenances.values()), run.truths)
    made = run_files(root, run.outputs, run.studies)
    cells = {study.name: cells_of(root, study) for study in run.studies}
    warnings = {study.name: warnings_of(root, study, cells[study.name]) for study in run.studies}
    provenance_files = [path.relative_to(root).as_posix() for path in provenances.values()]
    return {
        "manifest": 1,
        "project": {"name": "mobility", "version": __version__, **commit_of(root)},
        "software": software(root),
        "config": record["config"],
        "config_sha256": record["config_sha256"],
        "choices": {study.name: dict(study.readings) for study in run.studies if study.readings},
        "sources": {place: read_yaml(path) for place, path in provenances.items()},
        "truth": record["truth"],
        "rows": {study.name: rows_of(root, study) for study in run.studies},
        "cells": cells,
        "warnings": {name: found for name, found in warnings.items() if found},
        "files": {
            **{kind: hashes(root, names) for kind, names in project_files(root).items()},
            "outputs": hashes(root, made),
            "records": hashes(root, provenance_files),
        },
        "times": times(root, run.logs),
    }


def commit_of(root: Path) -> dict[str, Any]:
    """The commit of the project, and whether tracked files differ; empty where `root` is no clone of its own."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return {"commit": "", "changed": False}
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.SubprocessError):
        return {"commit": "", "changed": False}


def software(root: Path) -> dict[str, Any]:
    """Python, the system, and the installed packages among those of `requirements.lock`."""
    lock = root / "requirements.lock"
    names = PINNED.findall(lock.read_text(encoding="utf-8")) if lock.is_file() else []
    packages = {name: found for name in sorted(set(names), key=str.lower) if (found := _version(name))}
    return {"python": platform.python_version(), "system": platform.system(), "packages": packages}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def rows_of(root: Path, study: Study) -> dict[str, dict[str, int]]:
    """Of each table and model the rows delivered and the rows used, as far as the released losses tell them.

    Where these are rounded down, `rounded_to` is the multiple.
    """
    losses = read_csv(root / RELEASED / study.name / "losses.csv")
    found = {}
    for step, chain in losses.groupby("step", sort=False):
        ends = {"delivered": chain["rows_in"].iloc[0], "used": chain["rows_out"].iloc[-1]}
        if ROUNDED_TO in chain:
            ends[ROUNDED_TO] = chain[ROUNDED_TO].iloc[0]
        found[str(step)] = {name: int(rows) for name, rows in ends.items() if pd.notna(rows)}
    return found


def cells_of(root: Path, study: Study) -> dict[str, dict[str, int]]:
    """Of each table the released cells, and how many bear each flag."""
    found = {}
    for name, spec in study.tables.items():
        if spec.statistic.job != PRINTED:
            place = root / RELEASED / study.name / f"{name}.csv"
            flags = read_csv(place, usecols=["flag"], dtype="str", keep_default_na=False)["flag"]
            counts = Counter(flags.tolist())
            found[name] = {"cells": len(flags), **{flag: counts[flag] for flag in COUNTED_FLAGS if flag in counts}}
    return found


def warnings_of(root: Path, study: Study, cells: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What a reader must know: waves that are lost as a whole, and fits without a maximum, by what `cells_of` gives."""
    losses = read_csv(root / RELEASED / study.name / "losses.csv")
    found = [
        f"{row.step}: {reason}"
        for row in losses.itertuples()
        for reason in str(row.reason).split("; ")
        if WHOLE in reason
    ]
    for name, counted in cells.items():
        if count := counted.get("not_converged", 0):
            found.append(f"{name}: {count} numbers of fits that did not converge")
    return found


def times(root: Path, logs: Iterable[str]) -> dict[str, Any]:
    """When and on what: the only part of a manifest that another run has otherwise.

    It started when the first of its steps did whose output still stands, which may be in an earlier run.
    """
    now = datetime.now(UTC)
    steps = {Path(log).stem: found for log in sorted(logs) if (found := logged(root / log))}
    begun = [began for log in logs if (began := began_at(root / log))]
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "started": min([*begun, now]).isoformat(timespec="seconds"),
        "written": now.isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count() or 0,
            "memory_gb": round(pages / 2**30, 1),
        },
        "seconds": round(sum(step["seconds"] for step in steps.values()), 1),
        "peak_memory_mb": max((step.get("memory_mb", 0) for step in steps.values()), default=0),
        "steps": steps,
    }


def study_names(record: Mapping[str, Any]) -> list[str]:
    """Studies of a manifest in the order of the run."""
    return list(record["config"]["studies"])
