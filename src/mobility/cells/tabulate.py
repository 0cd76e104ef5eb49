"""The generic tabulator: a table spec over a study frame, in cells. Every count and share comes from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, CELL_COLUMNS, NOT_ESTIMABLE
from mobility.errors import DataError, nearest
from mobility.settings import Axis, Item, TableSpec
from mobility.settings.specs import PERSON
from mobility.statistics import shown_as
from mobility.transitions.ratios import Ratio, ratio
from mobility.uncertainty import clustered_error, normal_interval, share_interval, stars_of


class Counted(NamedTuple):
    """What is counted for one row and column.

    n : observations in the cell; base : of the denominator; persons : distinct persons in the cell.
    statistic : under which it stands in the cells, where that is not the table's.
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
    stars: str = ""
    statistic: str = ""


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


# From a row and its observations to what is counted of them in one column.
Count = Callable[[Item, np.ndarray], Counted]


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
    rows = [(row, observed.mask(spec.rows, row)) for row in spec.rows.items]
    columns = [(column.id, COUNTERS[spec.statistic.name](observed, column)) for column in spec.columns.items]
    cells = [(row.id, column, *count(row, mask)) for row, mask in rows for column, count in columns]
    table = pd.DataFrame(cells, columns=["row", "column", *Counted._fields])
    statistic = shown_as(spec.statistic.name).name
    own = table["statistic"].where(table["statistic"] != "", statistic)
    table = table.assign(study=study, table=spec.table, statistic=own, choice=choice)
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

    def count(_: Item, row: np.ndarray) -> Counted:
        return _share(ratio(row & there, row if within_row else there, observed.units, observed.weights))

    return count


def _proportions(observed: Observed, column: Item) -> Count:
    """Weighted share of 1 in the column item's `mean`, of 0 and 1, among the observations that have a value."""
    answers = observed.numbers(column.mean)
    there = observed.mask(observed.spec.columns, column)
    known, so = there & ~np.isnan(answers), there & (answers == 1)
    return lambda _, row: _share(ratio(row & so, row & known, observed.units, observed.weights))


def _counts(observed: Observed, column: Item) -> Count:
    """Number of observations; the base is the column's."""
    there = observed.mask(observed.spec.columns, column)

    def count(_: Item, row: np.ndarray) -> Counted:
        both = row & there
        n, people = int(both.sum()), len(np.unique(observed.units[both]))
        return Counted(float(n), n=n, base=int(there.sum()), persons=people)

    return count


def _rates(observed: Observed, column: Item) -> Count:
    """Sum of the column item's `sum`, which may be signed, over the sum of the spec's `exposure`."""
    events, exposure = observed.numbers(column.sum), observed.numbers(observed.spec.exposure)
    there = observed.mask(observed.spec.columns, column)
    return lambda _, row: _rate(events, exposure, row & there, observed.units)


def _means(observed: Observed, column: Item) -> Count:
    """Mean of the column item's `mean` over the rows that have a value, clustered by person."""
    values = observed.numbers(column.mean)
    summed, known = np.nan_to_num(values), (~np.isnan(values)).astype("float64")
    there = observed.mask(observed.spec.columns, column)
    return lambda _, row: _mean(summed, known, row & there, observed.units)


def _changes(observed: Observed, column: Item) -> Count:
    """Share of the row within the period `after` less that within the period `before`."""
    periods = observed.categories(observed.spec.columns.of)
    both = [periods == period for period in (column.before, column.after)]

    def count(_: Item, row: np.ndarray) -> Counted:
        return _change(*(ratio(row & period, period, observed.units, observed.weights) for period in both))

    return count


def _descriptions(observed: Observed, column: Item) -> Count:
    """What the column item `shows` (a key of `SHOWN`) of the column that a row is of, over the rows with a value."""
    there, show = observed.mask(observed.spec.columns, column), SHOWN[column.shows]

    def count(row: Item, mask: np.ndarray) -> Counted:
        values = observed.numbers(row.describes)
        known = mask & there & ~np.isnan(values)
        if not known.any():
            return Counted(flag=NOT_ESTIMABLE, note="no observation with a value", statistic=column.shows)
        return show(values[known], observed.units[known])._replace(statistic=column.shows)

    return count


def _compared(observed: Observed, column: Item) -> Count:
    """Share of a row within the column; of a column with `from` and `to`, the second's share less the first's.

    The test of the difference is one of unweighted proportions; of weighted shares it is by errors clustered by person.
    """
    if not column.before:
        return _shares(observed, column)
    groups = [observed.categories(observed.spec.columns.of) == group for group in (column.before, column.after)]

    def count(_: Item, row: np.ndarray) -> Counted:
        before, after = (ratio(row & group, group, observed.units, observed.weights) for group in groups)
        if observed.weights is None:
            return _tested(before, after, pooled=observed.spec.variance == "pooled")
        found = _change(before, after)
        p_value = erfc(abs(found.value) / found.std_error / sqrt(2)) if found.std_error > 0 else np.nan
        return found._replace(stars=stars_of(p_value), statistic="difference")

    return count


def _tested(before: Ratio, after: Ratio, pooled: bool) -> Counted:
    """Difference of the shares p1, p2 of two groups of n1, n2 persons, with the two-sample test of proportions.

    Variance p (1 - p) (1 / n1 + 1 / n2), p the share in both together (pooled; Stata's `prtest`), or
    p1 (1 - p1) / n1 + p2 (1 - p2) / n2. Stars by the normal distribution, two-sided.
    """
    n, base = before.n + after.n, before.base + after.base
    if min(before.base, after.base) == 0:
        note = "no observation in one of the two groups"
        return Counted(n=n, base=base, flag=NOT_ESTIMABLE, note=note, statistic="difference")
    value, spread = after.value - before.value, np.array([before.value, after.value])
    spread = np.full(2, n / base) if pooled else spread
    error = float(np.sqrt(np.sum(spread * (1 - spread) / [before.base, after.base])))
    p_value = erfc(abs(value) / error / sqrt(2)) if error > 0 else np.nan
    persons = min(filter(None, (before.persons, after.persons)), default=0)
    interval = normal_interval(value, error)
    return Counted(value, error, *interval, n, base, persons, stars=stars_of(p_value), statistic="difference")


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


def _described_mean(values: np.ndarray, units: np.ndarray) -> Counted:
    """Mean, clustered by person; of a column of 0 and 1 it rests on the fewer persons of the two."""
    found = _mean(values, np.ones(len(values)), np.ones(len(values), dtype=bool), units)
    return found._replace(persons=_behind(values, units))


def _deviation(values: np.ndarray, units: np.ndarray) -> Counted:
    """Standard deviation with n - 1."""
    if len(values) < 2:
        return Counted(n=1, base=1, persons=1, flag=NOT_ESTIMABLE, note="one observation has no spread")
    n = len(values)
    return Counted(float(np.std(values, ddof=1)), n=n, base=n, persons=_behind(values, units))


def _extreme(values: np.ndarray, units: np.ndarray, end: float) -> Counted:
    """The smallest or largest value, which rests on the persons who have it."""
    there = values == end
    return Counted(float(end), n=int(there.sum()), base=len(values), persons=len(np.unique(units[there])))


def _behind(values: np.ndarray, units: np.ndarray) -> int:
    """Persons behind a mean or spread: of 0 and 1 those of the rarer, since mean and number tell how many they are."""
    told = np.unique(values)
    sides = [values == value for value in told] if set(told) <= {0.0, 1.0} else [values == values]
    return min(len(np.unique(units[side])) for side in sides)


def _observations(values: np.ndarray, units: np.ndarray) -> Counted:
    return Counted(float(len(values)), n=len(values), base=len(values), persons=len(np.unique(units)))


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


SHOWN: Mapping[str, Callable[[np.ndarray, np.ndarray], Counted]] = {
    "mean": _described_mean,
    "sd": _deviation,
    "min": lambda values, units: _extreme(values, units, values.min()),
    "max": lambda values, units: _extreme(values, units, values.max()),
    "observations": _observations,
}
COUNTERS: Mapping[str, Callable[[Observed, Item], Count]] = {
    "share": _shares,
    "proportion": _proportions,
    "change": _changes,
    "count": _counts,
    "rate": _rates,
    "mean": _means,
    "description": _descriptions,
    "comparison": _compared,
}
