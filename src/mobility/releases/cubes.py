"""Arrays that questions are answered from: sums over every dimension made ahead, years side by side.

A cube has an axis of occupations (unit groups, two-digit groups, all), then one axis for each of its dimensions, with
the codes and in the last place all of them, then the years, then the parts: of a sum its value; of a mean the sum of
value times jobs, and the jobs. So a question with one code a dimension is one place of the array, and its series lies
in one piece. A question with more dimensions than any cube has is summed from the cells, one array a year, as the study
wrote them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SUM, MEAN = "sum", "mean"
ALL = "all"
DIMENSIONS = ("occupation", "industry", "region", "gender", "status", "qualification")
OTHERS = DIMENSIONS[1:]
# Dimensions of each cube where the cells have all: industry and qualification together are asked for rarely, and would
# make the cube nine times as large.
TOGETHER = (("region", "gender", "status", "qualification"), ("industry", "region", "gender", "status"))


@dataclass(frozen=True)
class Source:
    """Cells of a measure as a study wrote them.

    kind : sum or mean. years : of the arrays. values, jobs : by year, arrays over `DIMENSIONS`; jobs of the year that
    weights it, none of a sum.
    """

    kind: str
    years: tuple[int, ...]
    values: Mapping[int, np.ndarray]
    jobs: Mapping[int, np.ndarray]


def with_totals(array: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    """The array with, at the end of each of the axes, the sum over it."""
    for axis in axes:
        array = np.concatenate([array, array.sum(axis=axis, keepdims=True)], axis=axis)
    return array


def parts_of(source: Source, place: int) -> np.ndarray:
    """Cells of one occupation: the other five dimensions, years, parts; what has no number adds nothing."""
    made = []
    for year in source.years:
        value = np.asarray(source.values[year][place], dtype="float64")
        if source.kind == SUM:
            made.append(np.nan_to_num(value)[..., None])
            continue
        jobs = np.where(np.isnan(value), 0.0, np.nan_to_num(np.asarray(source.jobs[year][place], dtype="float64")))
        made.append(np.stack([np.nan_to_num(value) * jobs, jobs], axis=-1))
    return np.stack(made, axis=-2)


def cube_of(cells: np.ndarray, dimensions: Sequence[str]) -> np.ndarray:
    """One occupation's cells summed to a cube's dimensions, with the totals of each."""
    left_out = tuple(axis for axis, name in enumerate(OTHERS) if name not in dimensions)
    kept = cells.sum(axis=left_out)
    return with_totals(kept, range(len(dimensions)))


def write_cubes(source: Source, groups: Sequence[str], folder: Path, name: str) -> Iterator[tuple[int, int]]:
    """Write the cubes of a measure, occupation by occupation; yields how many of how many are done.

    groups : the two-digit group of each unit group, in their order; groups of the cube stand in the order of their
    codes. Files `<name>.0.npy`, `<name>.1.npy` for `TOGETHER`.
    """
    coarse = sorted(set(groups))
    units, first = len(groups), parts_of(source, 0)
    outputs = []
    for number, dimensions in enumerate(TOGETHER):
        shape = (units + len(coarse) + 1, *cube_of(first, dimensions).shape)
        outputs.append(np.lib.format.open_memmap(folder / f"{name}.{number}.npy", "w+", dtype="float32", shape=shape))
    sums = [np.zeros((len(coarse) + 1, *output.shape[1:])) for output in outputs]
    for place, group in enumerate(groups):
        cells = parts_of(source, place)
        for dimensions, output, total in zip(TOGETHER, outputs, sums, strict=True):
            cube = cube_of(cells, dimensions)
            output[place] = cube
            total[coarse.index(group)] += cube
            total[-1] += cube
        yield place + 1, units
    for output, total in zip(outputs, sums, strict=True):
        output[units:] = total
        output.flush()


def open_array(path: Path) -> np.ndarray:
    """An array of a release, mapped and not read."""
    return np.load(path, mmap_mode="r", allow_pickle=False)


def taken(array: np.ndarray, occupation: int, chosen: Sequence[Any]) -> np.ndarray:
    """Places of a cube: its years and parts; before them, in order, those dimensions of which several places are kept.

    chosen : of each dimension of the cube one place, or several in a list.
    """
    if not any(isinstance(places, list) for places in chosen):
        return array[(occupation, *chosen)]
    part, axis = array[occupation], 0
    for places in chosen:
        part = part.take(places, axis=axis)
        axis += isinstance(places, list)
    return part
