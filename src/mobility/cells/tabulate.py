"""The generic tabulator: a table spec over a study frame, in cells. Every count and share comes from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, CELL_COLUMNS, NOT_ESTIMABLE
from mobility.errors import DataError, nearest
from mobility.settings import Axis, Item, TableSpec
from mobility.settings.specs import PERSON
from mobility.statistics import shown_as
from mobility.transitions.ratios import Ratio, ratio
from mobility.uncertainty import clustered_error, normal_interval, share_interval


class Counted(NamedTuple):
    """What is counted for one row and column.

    n : observations in the cell; base : of the denominator; persons : distinct persons in the cell.
    """

    value: float = np.nan
    std_error: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    n: int = 0
    base: int = 0
    persons: int = 0
    flag: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Observed:
    """A table's sample. units : persons or areas, 0..P-1. weights : None for unweighted. keys : columns as text."""

    frame: pd.DataFrame
    spec: TableSpec
    units: np.ndarray
    weights: np.ndarray | None
    keys: dict[str, np.ndarray] = field(default_factory=dict)

    def categories(self, column: str) -> np.ndarray:
        """A column as text, by `categories_of`."""
        if column not in self.keys:
            self.keys[column] = categories_of(self.frame, column, self.spec)
        return self.keys[column]

    def mask(self, axis: Axis, item: Item) -> np.ndarray:
        """True for the observations in one of an item's categories; everywhere on an axis that is of no column."""
        if item.everyone or not axis.of:
            return np.ones(len(self.frame), dtype=bool)
        return np.isin(self.categories(axis.of), item.of)

    def numbers(self, column: str) -> np.ndarray:
        """A column as float64."""
        return _column(self.frame, column, self.spec).to_numpy("float64")


# From the observations in a row to what is counted of them in one column.
Count = Callable[[np.ndarray], Counted]


def tabulate(
    frame: pd.DataFrame, spec: TableSpec, study: str, weight: str = "", choice: str = BASELINE, unit: str = PERSON
) -> pd.DataFrame:
    """Cells of one table.

    Parameters
    ----------
    frame : the table's sample: one row an observation, with `unit` and the columns that the spec counts.
    spec : its statistic is one of `COUNTERS`. weight : column of weights, empty for unweighted.
    unit : column of the persons, or areas, whose rows belong together.

    Returns
    -------
    Frame with `CELL_COLUMNS`, shares as proportions, in the order of rows and columns.

    Raises
    ------
    DataError
        The frame lacks a column that the spec names.
    """
    units = pd.factorize(frame[unit])[0]
    observed = Observed(frame, spec, units, frame[weight].to_numpy("float64") if weight else None)
    rows = [(row.id, observed.mask(spec.rows, row)) for row in spec.rows.items]
    columns = [(column.id, COUNTERS[spec.statistic.name](observed, column)) for column in spec.columns.items]
    cells = [(row, column, *count(mask)) for row, mask in rows for column, count in columns]
    table = pd.DataFrame(cells, columns=["row", "column", *Counted._fields])
    statistic = shown_as(spec.statistic.name).name
    table = table.assign(study=study, table=spec.table, statistic=statistic, choice=choice, stars="")
    return table[CELL_COLUMNS]


def categories_of(frame: pd.DataFrame, column: str, spec: TableSpec) -> np.ndarray:
    """A column of the frame as text (whole numbers as such), for comparison with the spec's categories."""
    return _column(frame, column, spec).astype("str").to_numpy(dtype=object, na_value="").astype(str)


def _column(frame: pd.DataFrame, column: str, spec: TableSpec) -> pd.Series:
    if column not in frame:
        hint = nearest(column, list(frame))
        raise DataError(f"{spec.where}: the frame has no column `{column}`; {hint}. Mend the table.")
    return frame[column]


def _shares(observed: Observed, column: Item) -> Count:
    """Weighted share of the row's (or, within the column, the column's) observations, clustered by person."""
    there = observed.mask(observed.spec.columns, column)
    within_row = observed.spec.within == "row"

    def count(row: np.ndarray) -> Counted:
        return _share(ratio(row & there, row if within_row else there, observed.units, observed.weights))

    return count


def _counts(observed: Observed, column: Item) -> Count:
    """Number of observations; the base is the column's."""
    there = observed.mask(observed.spec.columns, column)

    def count(row: np.ndarray) -> Counted:
        both = row & there
        n, people = int(both.sum()), len(np.unique(observed.units[both]))
        return Counted(float(n), n=n, base=int(there.sum()), persons=people)

    return count


def _rates(observed: Observed, column: Item) -> Count:
    """Sum of the column item's `sum`, which may be signed, over the sum of the spec's `exposure`."""
    events, exposure = observed.numbers(column.sum), observed.numbers(observed.spec.exposure)
    there = observed.mask(observed.spec.columns, column)
    return lambda row: _rate(events, exposure, row & there, observed.units)


def _means(observed: Observed, column: Item) -> Count:
    """Mean of the column item's `mean` over the rows that have a value, clustered by person."""
    values = observed.numbers(column.mean)
    summed, known = np.nan_to_num(values), (~np.isnan(values)).astype("float64")
    there = observed.mask(observed.spec.columns, column)
    return lambda row: _mean(summed, known, row & there, observed.units)


def _changes(observed: Observed, column: Item) -> Count:
    """Share of the row within the period `after` less that within the period `before`."""
    periods = observed.categories(observed.spec.columns.of)
    both = [periods == period for period in (column.before, column.after)]

    def count(row: np.ndarray) -> Counted:
        return _change(*(ratio(row & period, period, observed.units, observed.weights) for period in both))

    return count


def _share(found: Ratio) -> Counted:
    if found.base == 0 or np.isnan(found.value):
        return Counted(base=found.base, flag=NOT_ESTIMABLE, note="no observation in the denominator")
    error = clustered_error(found.scores, found.seen)
    interval = share_interval(found.value, error, found.base, int(found.seen.sum()))
    return Counted(found.value, error, *interval, found.n, found.base, found.persons)


def _rate(counted: np.ndarray, exposure: np.ndarray, mask: np.ndarray, units: np.ndarray) -> Counted:
    """Events over exposure, both summed over the row; base the exposure, n and persons the events.

    Events may be signed (moves in less moves out): n then adds their sizes, and the interval may go below zero.
    """
    value, error, people = _quotient(counted, exposure, mask, units)
    n = round(float(np.nansum(np.abs(counted[mask]))))
    if np.isnan(value):
        note = "no exposure" if people <= 0 else "a row has no value of the sum or the exposure"
        return Counted(n=n, persons=n, flag=NOT_ESTIMABLE, note=note)
    low, high = normal_interval(value, error)
    # np.maximum, since max(0.0, nan) is 0.0.
    low = float(np.maximum(0.0, low)) if (counted[mask] >= 0).all() else low
    return Counted(value, error, low, high, n, round(people), n)


def _mean(summed: np.ndarray, known: np.ndarray, mask: np.ndarray, units: np.ndarray) -> Counted:
    """Mean over the row's observations with a value; n and base count these."""
    value, error, rows = _quotient(summed, known, mask, units)
    if rows <= 0:
        return Counted(flag=NOT_ESTIMABLE, note="no observation with a value")
    people = len(np.unique(units[mask & (known > 0)]))
    return Counted(value, error, *normal_interval(value, error), int(rows), int(rows), people)


def _quotient(summed: np.ndarray, over: np.ndarray, mask: np.ndarray, units: np.ndarray) -> tuple[float, float, float]:
    """Sum over sum within `mask`, its error clustered by person, and the lower sum; NaN twice for 0 or gaps."""
    base = float(over[mask].sum())
    value = float(summed[mask].sum()) / base if base > 0 else np.nan
    if np.isnan(value):
        return np.nan, np.nan, base
    scores = np.bincount(units[mask], weights=(summed - value * over)[mask]) / base
    return value, clustered_error(scores, np.bincount(units[mask]) > 0), base


def _change(before: Ratio, after: Ratio) -> Counted:
    """Difference of two shares of overlapping persons: the scores of a person are differenced before squaring."""
    if min(before.base, after.base) == 0 or np.isnan(after.value - before.value):
        note = "no observation in one of the two periods"
        return Counted(n=after.n, base=after.base, persons=after.persons, flag=NOT_ESTIMABLE, note=note)
    value = after.value - before.value
    error = clustered_error(after.scores - before.scores, before.seen | after.seen)
    persons = min(before.persons, after.persons)
    return Counted(value, error, *normal_interval(value, error), after.n, after.base, persons)


COUNTERS: Mapping[str, Callable[[Observed, Item], Count]] = {
    "share": _shares,
    "change": _changes,
    "count": _counts,
    "rate": _rates,
    "mean": _means,
}
