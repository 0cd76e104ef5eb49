"""Tests of a staged release: what the manifest's hashes cannot tell."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mobility.errors import MobilityError
from mobility.releases.cubes import DIMENSIONS, MEAN, open_array
from mobility.releases.layout import COLUMNS, MEASURES, OCCUPATIONS, REQUIRED
from mobility.releases.measures import JOBS, Index, Measure, axis_codes, read_index
from mobility.storage import read_rows

WITHIN = 1e-4  # of a total, that its parts may be off: numbers are held in single precision


def problems_of(folder: Path) -> list[str]:
    """What is wrong with a release: files, columns, codes without a text, shapes, totals that do not add up."""
    missing = [f"{name}: not there" for name in REQUIRED if not (folder / name).is_file()]
    if missing:
        return missing
    index = read_index(folder / MEASURES)
    found = [*_columns(folder), *_texts(folder, index)]
    for name, measure in index.measures.items():
        for file, dimensions, years in measure.cubes:
            try:
                array = open_array(folder / MEASURES / file)
            except (OSError, ValueError, EOFError):
                found.append(f"{file}: no whole array")
                continue
            found += [f"{name}, {file}: {problem}" for problem in _cube(index, measure, array, (dimensions, years))]
    return found


def _columns(folder: Path) -> Iterator[str]:
    for name, columns in COLUMNS.items():
        try:
            rows = read_rows(folder / name) if (folder / name).is_file() else []
        except MobilityError as error:
            yield str(error)
            continue
        if rows and tuple(rows[0]) != columns:
            yield f"{name}: columns {', '.join(rows[0])}; wanted are {', '.join(columns)}"


def _texts(folder: Path, index: Index) -> Iterator[str]:
    told = {row["soc"] for row in read_rows(folder / OCCUPATIONS)}
    codes = set(index.dimensions[0]["codes"])
    for code in sorted(codes ^ told):
        yield f"{OCCUPATIONS}: {code} is {'not there' if code in codes else 'no occupation of the measures'}"


def _cube(index: Index, measure: Measure, array: np.ndarray, of: tuple[Sequence[str], Sequence[int]]) -> Iterator[str]:
    dimensions, years = of
    if [one["name"] for one in index.dimensions] != list(DIMENSIONS):
        yield "dimensions of another order"
        return
    groups = next(level["of"] for level in index.dimensions[0]["levels"] if level["name"] == "sub_major")
    axes = [len(groups) + len(set(groups)) + 1, *(len(axis_codes(index, measure, name)) + 1 for name in dimensions)]
    shape = (*axes, len(years), 2 if measure.kind == MEAN else 1)
    if array.shape != shape:
        yield f"shape {array.shape}; wanted is {shape}"
    elif measure.judged_by == JOBS:  # printed totals hold what is not printed by its parts
        parts = array[: len(groups)].sum(axis=0, dtype="float64")
        off = np.abs(parts - array[-1]) > WITHIN * np.maximum(np.abs(parts), 1)
        if off.any():
            yield f"{int(off.sum())} totals over all occupations are not the sum of their unit groups"
