"""Medians: a value that too few persons have is told rounded, so far that enough of them could be the one it is of.

A median, and each end of its interval, is one person's own value or lies between two. That enough persons lie below and
above it (`judgement.py`) hides neither whose it is nor what it is to the penny. So it is rounded to the finest multiple
of 1, 2 or 5 times a power of ten that at least the threshold of persons have in common.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from mobility.cells import MEDIAN_ROUNDED
from mobility.disclosure.links import Rows
from mobility.disclosure.numbers import Number, Table, Told
from mobility.quantiles import weighted_quantile

STEPS = (1, 2, 5)  # times a power of ten
FINEST, COARSEST = -6, 12  # powers of ten that are tried
NOTE_OF_ENDS = "the interval of the median is rounded"
COLUMNS = ("median_step", "near")  # of the record
ENDS = ("low_step", "high_step")
NUMBERS = ("value", "ci_low", "ci_high", "std_error")
LEAN = 1e-9  # of a step, by which a multiple may be missed
Side = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Part:
    """What one median is of.

    values : (n,) of its rows. units : (n,) persons, whose they are. median : of these. weight : the part that it makes
    of what it is pooled to.
    """

    values: np.ndarray
    units: np.ndarray
    median: float
    weight: float = 1.0

    def step(self, value: float, side: Side, threshold: int) -> tuple[float, int]:
        """To a multiple of what a value has to be rounded, 0 where it need not, and how many persons share that."""
        for step in (0.0, *_all_steps()):
            values, units = self._within(value, 2 * step)
            same = side(values / step) == side(np.array([value / step])) if step else values == value
            if (shared := len(np.unique(units[same]))) >= threshold:
                return step, shared
        return np.nan, 0

    def _within(self, value: float, distance: float) -> tuple[np.ndarray, np.ndarray]:
        """Values at most so far from one, and whose they are: only these can round to the same multiple."""
        values, units = self._ordered
        first, last = np.searchsorted(values, value - distance), np.searchsorted(values, value + distance, "right")
        return values[first:last], units[first:last]

    @cached_property
    def _ordered(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.values)
        return self.values[order], self.units[order]


def _all_steps() -> Iterator[float]:
    return (digit * 10.0**power for power in range(FINEST, COARSEST) for digit in STEPS)


def _nearest(values: np.ndarray) -> np.ndarray:
    return np.floor(values + 0.5 + LEAN)


def _down(values: np.ndarray) -> np.ndarray:
    return np.floor(values + LEAN)


def _up(values: np.ndarray) -> np.ndarray:
    return np.ceil(values - LEAN)


SIDES = (_nearest, _down, _up)  # of a median, and of the ends of its interval


class _Read(NamedTuple):
    """What medians of a table are made from, each read once: values by column, weights, and codes of `pooled_over`."""

    values: Mapping[str, np.ndarray]
    weights: np.ndarray
    kinds: np.ndarray


def _read(table: Table, rows: Rows, columns: Iterable[str]) -> _Read:
    frame, over = rows.frame, table.spec.pooled_over
    values = {column: frame[column].to_numpy("float64", na_value=np.nan) for column in dict.fromkeys(columns)}
    weights = frame[table.weight].to_numpy("float64") if table.weight else np.ones(len(frame))
    kinds = pd.factorize(frame[over])[0] if over else np.zeros(len(frame), dtype=np.int64)
    return _Read(values, weights, kinds)


def median_steps(table: Table, threshold: int) -> pd.DataFrame:
    """Of each cell the multiples to which its median and the ends of its interval are rounded, and who shares them.

    Columns are `COLUMNS` and `ENDS`; a median that is not rounded has no multiple (NaN), an end 0. near : the fewest
    persons whose values round to the same number. Of a pooled median what is enough for each part by itself, whatever
    is known of the others: its own multiple times the part that it makes of the whole; of a gap that over the median
    that it is in parts of. Their intervals do not end at values, and have no multiple.
    """
    found = np.full((len(table.cells), len(COLUMNS) + len(ENDS)), np.nan)
    if threshold <= 0 or table.frame is None or table.spec.statistic.name != "median":
        return pd.DataFrame(found, columns=[*COLUMNS, *ENDS])
    rows = Rows(table.spec.frame, table.frame, table.unit)
    kept = rows.kept(table.sample, table.weight)
    columns = {item.id: item.median for item in table.spec.columns.items}
    read = _read(table, rows, filter(None, columns.values()))
    for at, (told, cell) in enumerate(zip(table.told, table.cells.to_dict("records"), strict=True)):
        if pd.notna(cell["value"]):
            groups = [kept[rows.inside(number, kept)] for number in _groups(told)]
            pooled = [_pooled(table, rows.units, group, read, columns[cell["column"]]) for group in groups]
            single = len(pooled) == len(pooled[0]) == 1
            found[at] = _of_one(pooled[0][0], cell, threshold) if single else _of_many(table, pooled, threshold)
    return pd.DataFrame(found, columns=[*COLUMNS, *ENDS])


def _of_one(part: Part, cell: Mapping, threshold: int) -> list[float]:
    ends = [(float(cell[name]), side) for name, side in zip(("value", "ci_low", "ci_high"), SIDES, strict=True)]
    found = [part.step(value, side, threshold) if value == value else (0.0, np.inf) for value, side in ends]
    return [found[0][0] or np.nan, min(shared for _, shared in found), *(step for step, _ in found[1:])]


def _of_many(table: Table, groups: Sequence[Sequence[Part]], threshold: int) -> list[float]:
    found = [(part.weight, *part.step(part.median, _nearest, threshold)) for parts in groups for part in parts]
    step, near = max(weight * own for weight, own, _ in found), min(shared for *_, shared in found)
    if len(groups) > 1:
        over = groups[0 if table.spec.gap_over == "from" else 1]
        step /= abs(sum(part.weight * part.median for part in over))
    coarser = next((one for one in _all_steps() if one >= step), np.nan)
    return [coarser if step else np.nan, near, np.nan, np.nan]


def _groups(told: Told) -> Sequence[Number]:
    return (told.own,) if told.own is not None else told.parts


def _pooled(table: Table, units: np.ndarray, group: np.ndarray, read: _Read, column: str) -> list[Part]:
    """Each median that is averaged over the categories of `pooled_over`, of some rows; one where nothing is."""
    kinds, values, found = read.kinds[group], read.values[column], []
    for own in (group[kinds == kind] for kind in np.unique(kinds[kinds >= 0])):
        median = weighted_quantile(values[own], read.weights[own], 0.5, table.spec.rule)
        found.append(Part(values[own], units[own], median, len(own) / len(group)))
    return found


def rounded_medians(cells: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Released cells with their medians rounded to the multiples of `median_steps`, which their notes say.

    The ends of an interval among values go outwards, and the standard error is made from them; the interval of a pooled
    median or a gap moves with it.
    """
    places = np.flatnonzero((steps[["median_step", *ENDS]] > 0).any(axis=1))
    if not len(places):
        return cells.copy()
    numbers, notes = {name: cells[name].to_numpy("float64", copy=True) for name in NUMBERS}, cells["note"].tolist()
    for at in places:
        step, *ends = (float(steps[name].iloc[at]) for name in ("median_step", *ENDS))
        median, before = numbers["value"][at], [numbers[name][at] for name in NUMBERS[1:3]]
        numbers["value"][at] = _multiple(_nearest, median, step)
        moved = numbers["value"][at] - median
        for name, side, end in zip(NUMBERS[1:3], SIDES[1:], ends, strict=True):
            own = numbers[name][at]
            numbers[name][at] = _multiple(side, own, end) if end == end else own + moved
        wide = before[1] - before[0]
        if wide > 0:
            numbers["std_error"][at] *= (numbers["ci_high"][at] - numbers["ci_low"][at]) / wide
        said = f"{MEDIAN_ROUNDED}{step:g}" if step > 0 else NOTE_OF_ENDS
        notes[at] = f"{notes[at]}; {said}" if notes[at] else said
    return cells.assign(**numbers, note=notes)


def _multiple(side: Side, value: float, step: float) -> float:
    """A value rounded to a multiple; as it is where there is none."""
    if pd.isna(value) or not step > 0:
        return float(value)
    digits = max(0, int(-np.floor(np.log10(step))))
    return round(float(side(np.array([value / step]))[0] * step), digits)
