"""Weighted medians in cells, pooled over years where a table says so, and the gap between those of two groups."""

from collections.abc import Callable, Mapping

import numpy as np

from mobility.cells import NOT_ESTIMABLE
from mobility.cells.observed import Counted, Observed
from mobility.quantiles import weighted_median
from mobility.settings import Item
from mobility.uncertainty import Z95, normal_interval

# By what the median of a year weighs where years are pooled: from their observations' number and weight.
POOLED: Mapping[str, Callable[[float, float], float]] = {
    "n": lambda n, weight: float(n),
    "weight": lambda n, weight: weight,
    "equal": lambda n, weight: 1.0,
}

FEWEST = ("persons", "ties")  # of a number that is made from several medians, those of the one with the fewest


def medians(observed: Observed, column: Item) -> Callable[[Item, np.ndarray], Counted]:
    """Weighted median of the column item's `median`; of a column with `from` and `to` the gap between the two groups.

    Where the spec has `pooled_over`, the average of the medians of each of its categories, weighted by `pooled_by`;
    categories without a value drop out. n and base are the observations with a value.
    """
    values = observed.numbers(column.median)
    known = ~np.isnan(values)
    if not column.before:
        there = observed.mask(observed.spec.columns, column) & known
        return lambda _, row: _pooled(observed, values, row & there)
    groups = [known & observed.among(observed.spec.columns.of, name) for name in (column.before, column.after)]
    return lambda _, row: _gap(observed, *(_pooled(observed, values, row & group) for group in groups))


def _pooled(observed: Observed, values: np.ndarray, mask: np.ndarray) -> Counted:
    """Average of yearly medians, its error as of independent years: sqrt(sum of (part of the year x its error)^2)."""
    over = observed.spec.pooled_over
    if not over:
        return _median(observed, values, mask)
    years = observed.categories(over)
    found = {year: mask & (years == year) for year in np.unique(years[mask])}
    parts = [_median(observed, values, own) for own in found.values()]
    if not parts:
        return Counted(flag=NOT_ESTIMABLE, note="no observation with a value")
    by = POOLED[observed.spec.pooled_by]
    weights = np.array([by(part.n, _weight(observed, own)) for part, own in zip(parts, found.values(), strict=True)])
    weights /= weights.sum()
    value = float(weights @ [part.value for part in parts])
    error = float(np.sqrt(np.square(weights * [part.std_error for part in parts]).sum()))
    n, persons, ties = sum(part.n for part in parts), *(min(getattr(part, name) for part in parts) for name in FEWEST)
    return Counted(value, error, *normal_interval(value, error), n, n, persons, ties=ties)


def _weight(observed: Observed, mask: np.ndarray) -> float:
    return float(mask.sum() if observed.weights is None else observed.weights[mask].sum())


def _median(observed: Observed, values: np.ndarray, mask: np.ndarray) -> Counted:
    """The median of these observations, which rests on the fewer persons of those at or below and at or above it."""
    n = int(mask.sum())
    if n == 0:
        return Counted(flag=NOT_ESTIMABLE, note="no observation with a value")
    own = values[mask]
    weights = np.ones(n) if observed.weights is None else observed.weights[mask]

    def error_of_share(below: np.ndarray) -> tuple[float, float, int]:
        inside = mask.copy()
        inside[mask] = below
        found = observed.ratio(inside, mask)
        return found.value, observed.error(found.scores, found.seen), int(found.seen.sum())

    median = weighted_median(own, weights, error_of_share, observed.spec.rule)
    units = observed.units[mask]
    at_most, at_least = own <= median.value, own >= median.value
    persons = min(len(np.unique(units[side])) for side in (at_most, at_least))
    low, high = own[at_most].max(initial=own.min()), own[at_least].min(initial=own.max())
    ties = len(np.unique(units[(own >= low) & (own <= high)]))
    return Counted(median.value, median.std_error, median.ci_low, median.ci_high, n, n, persons, ties=ties)


def _gap(observed: Observed, first: Counted, second: Counted) -> Counted:
    """(first - second) / first, or over the second, its error by the delta method from those of the two medians."""
    n, persons, ties = first.n + second.n, *(min(getattr(one, name) for one in (first, second)) for name in FEWEST)
    if first.n == 0 or second.n == 0:
        return Counted(n=n, base=n, flag=NOT_ESTIMABLE, note="no observation in one of the two groups", statistic="gap")
    over, other = (first, second) if observed.spec.gap_over == "from" else (second, first)
    value = (first.value - second.value) / over.value
    error = float(np.hypot(other.std_error, other.value / over.value * over.std_error) / over.value)
    interval = (value - Z95 * error, value + Z95 * error)
    return Counted(value, error, *interval, n, n, persons, statistic="gap", ties=ties)
