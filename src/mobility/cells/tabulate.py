"""The generic tabulator: a table spec over a study frame, in cells. Every count and share comes from here."""

from collections.abc import Callable, Mapping
from math import erfc, sqrt

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, CELL_COLUMNS, NOT_ESTIMABLE
from mobility.cells.medians import medians
from mobility.cells.observed import Counted, Observed, observe
from mobility.errors import DataError
from mobility.odds import half_up
from mobility.settings import Item, TableSpec
from mobility.settings.frames import PERSON
from mobility.statistics import shown_as
from mobility.transitions.ratios import Ratio
from mobility.uncertainty import normal_interval, share_interval, stars_of

FEW_WHOLE = 12  # from the smallest to the largest of whole numbers, of which so few can be told from their moments
# From a row and its observations to what is counted of them in one column.
Count = Callable[[Item, np.ndarray], Counted]


def tabulate(
    frame: pd.DataFrame,
    spec: TableSpec,
    study: str,
    weight: str = "",
    choice: str = BASELINE,
    unit: str = PERSON,
    design: tuple[str, str] = ("", ""),
) -> pd.DataFrame:
    """Cells of one table.

    Parameters
    ----------
    frame : the table's sample: one row an observation, with `unit` and the columns that the spec counts.
    spec : its statistic is one of `COUNTERS`. weight : column of weights, empty for unweighted.
    unit : column of the persons, or areas, whose rows belong together.
    design : columns of the clusters and of the strata of the errors; empty for the units, and for none.

    Returns
    -------
    Frame with `CELL_COLUMNS`, shares as proportions, in the order of rows and columns; of medians
    also `ties`, of descriptions `fewest`.

    Raises
    ------
    DataError
        The frame lacks a column that the spec names.
    """
    observed = observe(frame, spec, weight, unit, design)
    rows = [(row, observed.mask(spec.rows, row)) for row in spec.rows.items]
    columns = [(column.id, COUNTERS[spec.statistic.name](observed, column)) for column in spec.columns.items]
    cells = [(row.id, column, *count(row, mask)) for row, mask in rows for column, count in columns]
    table = pd.DataFrame(cells, columns=["row", "column", *Counted._fields])
    statistic = shown_as(spec.statistic.name).name
    own = table["statistic"].where(table["statistic"] != "", statistic)
    table = table.assign(study=study, table=spec.table, statistic=own, choice=choice)
    return table[[*CELL_COLUMNS, *(name for name in ("ties", "fewest") if table[name].notna().any())]]


def _shares(observed: Observed, column: Item) -> Count:
    """Weighted share of the row's (or, within the column, the column's) observations, clustered by person."""
    there = observed.mask(observed.spec.columns, column)
    within_row = observed.spec.within == "row"

    def count(_: Item, row: np.ndarray) -> Counted:
        return _share(observed, observed.ratio(row & there, row if within_row else there))

    return count


def _proportions(observed: Observed, column: Item) -> Count:
    """Weighted share of 1 in the column item's `mean`, of 0 and 1, among the observations that have a value."""
    answers = observed.numbers(column.mean)
    there = observed.mask(observed.spec.columns, column)
    known, so = there & ~np.isnan(answers), there & (answers == 1)
    return lambda _, row: _share(observed, observed.ratio(row & so, row & known))


def _counts(observed: Observed, column: Item) -> Count:
    """Number of observations, rounded where the spec says so; the base is the column's."""
    there = observed.mask(observed.spec.columns, column)

    def count(_: Item, row: np.ndarray) -> Counted:
        both = row & there
        n, base = int(both.sum()), int(there.sum())
        return Counted(float(half_up(n, observed.spec.rounded_to)), n=n, base=base, persons=observed.persons(both))

    return count


def _rates(observed: Observed, column: Item) -> Count:
    """Sum of the column item's `sum`, which may be signed, over the sum of the spec's `exposure`."""
    events, exposure = observed.numbers(column.sum), observed.numbers(observed.spec.exposure)
    there = observed.mask(observed.spec.columns, column)
    return lambda _, row: _rate(observed, events, exposure, row & there)


def _means(observed: Observed, column: Item) -> Count:
    """Mean of the column item's `mean` over the rows that have a value, clustered by person."""
    values = observed.numbers(column.mean)
    summed, known = np.nan_to_num(values), (~np.isnan(values)).astype("float64")
    there = observed.mask(observed.spec.columns, column)
    return lambda _, row: _mean(observed, summed, known, row & there)


def _changes(observed: Observed, column: Item) -> Count:
    """Share of the row within the period `after` less that within the period `before`."""
    both = [observed.among(observed.spec.columns.of, period) for period in (column.before, column.after)]

    def count(_: Item, row: np.ndarray) -> Counted:
        return _change(observed, *(observed.ratio(row & period, period) for period in both))

    return count


def _descriptions(observed: Observed, column: Item) -> Count:
    """What the column item `shows` (a key of `SHOWN`) of the column that a row is of, over the rows with a value."""
    there, show = observed.mask(observed.spec.columns, column), SHOWN[column.shows]

    def count(row: Item, mask: np.ndarray) -> Counted:
        values = observed.numbers(row.describes)
        known = mask & there & ~np.isnan(values)
        if not known.any():
            return Counted(flag=NOT_ESTIMABLE, note="no observation with a value", statistic=column.shows)
        return show(observed, values, known)._replace(statistic=column.shows)

    return count


def _compared(observed: Observed, column: Item) -> Count:
    """Share of a row within the column; of a column with `from` and `to`, the second's share less the first's.

    The test of the difference is one of unweighted proportions; of weighted shares it is by the design of the sample.
    """
    if not column.before:
        return _shares(observed, column)
    groups = [observed.among(observed.spec.columns.of, group) for group in (column.before, column.after)]

    def count(_: Item, row: np.ndarray) -> Counted:
        before, after = (observed.ratio(row & group, group) for group in groups)
        if observed.weights is None:
            return _tested(before, after, pooled=observed.spec.variance == "pooled")
        found = _change(observed, before, after)
        p_value = erfc(abs(found.value) / found.std_error / sqrt(2)) if found.std_error > 0 else np.nan
        return found._replace(stars=stars_of(p_value), statistic="difference")

    return count


def _levels(observed: Observed, column: Item) -> Count:
    """The one value of a row and column, with its std_error, n and note; where there is none the note says why."""
    there = observed.mask(observed.spec.columns, column)
    values, errors, sizes = (observed.numbers(name) for name in ("value", "std_error", "n"))
    notes = observed.categories("note")

    def count(row: Item, mask: np.ndarray) -> Counted:
        at = _only_row(mask & there, observed.spec, row, column)
        if at is None or np.isnan(values[at]):
            note = str(notes[at]) if at is not None else "no value published"
            return Counted(n=np.nan, base=np.nan, persons=np.nan, flag=NOT_ESTIMABLE, note=note)
        value, error, size = float(values[at]), float(errors[at]), float(np.round(sizes[at]))
        interval, note = normal_interval(value, error), str(notes[at])
        return Counted(value, error, *interval, size, np.nan, np.nan, note=note)

    return count


def _remarks(observed: Observed, column: Item) -> Count:
    """What the one row says in the column item's `words`."""
    there, words = observed.mask(observed.spec.columns, column), observed.categories(column.words)

    def count(row: Item, mask: np.ndarray) -> Counted:
        at = _only_row(mask & there, observed.spec, row, column)
        return Counted(n=np.nan, base=np.nan, persons=np.nan, note="" if at is None else str(words[at]))

    return count


def _only_row(mask: np.ndarray, spec: TableSpec, row: Item, column: Item) -> int | None:
    """Place of the one row where `mask`, None where there is none; raises `DataError` where there are several."""
    found = np.flatnonzero(mask)
    if len(found) > 1:
        raise DataError(
            f"{spec.where}: {len(found)} values in row `{row.id}`, column `{column.id}`. Narrow the sample or `of`."
        )
    return int(found[0]) if len(found) else None


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


def _share(observed: Observed, found: Ratio) -> Counted:
    if found.base == 0 or np.isnan(found.value):
        return Counted(base=found.base, flag=NOT_ESTIMABLE, note="no observation in the denominator")
    error = observed.error(found.scores, found.seen)
    interval = share_interval(found.value, error, found.base, int(found.seen.sum()))
    return Counted(found.value, error, *interval, found.n, found.base, found.persons)


def _rate(observed: Observed, counted: np.ndarray, exposure: np.ndarray, mask: np.ndarray) -> Counted:
    """Events over exposure, both summed over the row; base the exposure, n and persons the events.

    Events may be signed (moves in less moves out): n then adds their sizes, and the interval may go below zero.
    """
    value, error, people = _quotient(observed, counted, exposure, mask)
    n = round(float(np.nansum(np.abs(counted[mask]))))
    if np.isnan(value):
        note = "no exposure" if people <= 0 else "a row has no value of the sum or the exposure"
        return Counted(n=n, persons=n, flag=NOT_ESTIMABLE, note=note)
    low, high = normal_interval(value, error)
    # np.maximum, since max(0.0, nan) is 0.0.
    low = float(np.maximum(0.0, low)) if (counted[mask] >= 0).all() else low
    return Counted(value, error, low, high, n, round(people), n)


def _mean(observed: Observed, summed: np.ndarray, known: np.ndarray, mask: np.ndarray) -> Counted:
    """Mean over the row's observations with a value; n and base count these."""
    value, error, rows = _quotient(observed, summed, known, mask)
    if rows <= 0:
        return Counted(flag=NOT_ESTIMABLE, note="no observation with a value")
    people = observed.persons(mask & (known > 0))
    return Counted(value, error, *normal_interval(value, error), int(rows), int(rows), people)


def _described_mean(observed: Observed, values: np.ndarray, known: np.ndarray) -> Counted:
    """Mean with its clustered error; of a column of 0 and 1 it rests on the fewer persons of the two."""
    found = _mean(observed, np.nan_to_num(values), known.astype("float64"), known)
    return found._replace(persons=_behind(values[known], observed.units[known]), fewest=_fewest(values[known]))


def _deviation(observed: Observed, values: np.ndarray, known: np.ndarray) -> Counted:
    """Standard deviation with n - 1."""
    n = int(known.sum())
    if n < 2:
        return Counted(n=1, base=1, persons=1, flag=NOT_ESTIMABLE, note="one observation has no spread")
    deviation = float(np.std(values[known], ddof=1))
    people = _behind(values[known], observed.units[known])
    return Counted(deviation, n=n, base=n, persons=people, fewest=_fewest(values[known]))


def _extreme(observed: Observed, end: float, values: np.ndarray, known: np.ndarray) -> Counted:
    """The smallest or largest value, which rests on the persons who have it."""
    there = known & (values == end)
    return Counted(float(end), n=int(there.sum()), base=int(known.sum()), persons=observed.persons(there))


def _behind(values: np.ndarray, units: np.ndarray) -> int:
    """Persons behind a mean or spread: of 0 and 1 those of the rarer, since mean and number tell how many they are."""
    told = np.unique(values)
    sides = [values == value for value in told] if set(told) <= {0.0, 1.0} else [values == values]
    return min(len(np.unique(units[side])) for side in sides)


def _fewest(values: np.ndarray) -> float:
    """The most rows that an end of few whole numbers can be had by, as mean, spread and number tell; NaN of others.

    How many have the other end is told too, where they are not few.
    """
    from scipy.optimize import LinearConstraint, milp

    span = values.max() - values.min()
    if not 1 < span <= FEW_WHOLE or (values % 1).any():
        return np.nan
    counts = np.bincount((values - values.min()).astype(int))
    ends, found = np.eye(len(counts))[[0, -1]], []
    for own, other in (ends, ends[::-1]):
        known = np.vstack([np.vander(np.arange(len(counts)), 3).T, other])  # squares, sum, number
        told = LinearConstraint(known, known @ counts, known @ counts)
        found.append(-milp(-own, integrality=np.ones(len(counts)), constraints=told).fun)
    return float(np.round(min(found)))


def _observations(observed: Observed, values: np.ndarray, known: np.ndarray) -> Counted:
    n = int(known.sum())
    return Counted(float(n), n=n, base=n, persons=observed.persons(known))


def _quotient(observed: Observed, summed: np.ndarray, over: np.ndarray, mask: np.ndarray) -> tuple[float, float, float]:
    """Sum over sum within `mask`, its error by the design, and the lower sum; NaN twice for 0 or gaps."""
    base = float(over[mask].sum())
    value = float(summed[mask].sum()) / base if base > 0 else np.nan
    if np.isnan(value):
        return np.nan, np.nan, base
    clusters, size = observed.clusters[mask], int(observed.clusters.max()) + 1
    scores = np.bincount(clusters, weights=(summed - value * over)[mask], minlength=size) / base
    return value, observed.error(scores, np.bincount(clusters, minlength=size) > 0), base


def _change(observed: Observed, before: Ratio, after: Ratio) -> Counted:
    """Difference of two shares of overlapping persons: the scores of a person are differenced before squaring."""
    if min(before.base, after.base) == 0 or np.isnan(after.value - before.value):
        note = "no observation in one of the two periods"
        return Counted(n=after.n, base=after.base, persons=after.persons, flag=NOT_ESTIMABLE, note=note)
    value = after.value - before.value
    error = observed.error(after.scores - before.scores, before.seen | after.seen)
    persons = min(before.persons, after.persons)
    return Counted(value, error, *normal_interval(value, error), after.n, after.base, persons)


SHOWN: Mapping[str, Callable[[Observed, np.ndarray, np.ndarray], Counted]] = {
    "mean": _described_mean,
    "sd": _deviation,
    "min": lambda observed, values, known: _extreme(observed, values[known].min(), values, known),
    "max": lambda observed, values, known: _extreme(observed, values[known].max(), values, known),
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
    "level": _levels,
    "percentage": _levels,
    "remark": _remarks,
    "median": medians,
}
