"""A table's sample as it is counted: its observations, whose they are, their weights and the design of their errors."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from mobility.errors import DataError, nearest
from mobility.settings import Axis, Item, TableSpec
from mobility.settings.frames import PERSON
from mobility.transitions.ratios import Ratio, ratio
from mobility.uncertainty import clustered_error


class Counted(NamedTuple):
    """What is counted for one row and column.

    n : observations in the cell; base : of the denominator; persons : distinct persons in the cell; NaN: not known.
    statistic : under which it stands in the cells, where that is not the table's. ties : of a median, distinct persons
    who have the value, or one of the two that it lies between. fewest : of a mean and a spread of few whole
    numbers, the most rows that they leave to the smallest or largest of these.
    std_error, ci_low, ci_high : of the value, NaN where none can be given. stars : of the test of a difference, `*` to
    `***`. flag, note : of the cell, as `cells` has them, with why there is no number.
    """

    value: float = np.nan
    std_error: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    n: float = 0
    base: float = 0
    persons: float = 0
    flag: str = ""
    note: str = ""
    stars: str = ""
    statistic: str = ""
    ties: float = np.nan
    fewest: float = np.nan


@dataclass(frozen=True, eq=False)
class Observed:
    """A table's sample.

    units : persons or areas, 0..P-1. weights : None for unweighted. clusters : within which errors are not
    independent, 0..G-1; by default the units. strata : of each cluster, 0..H-1. keys : columns, by `distinct_of`.
    """

    frame: pd.DataFrame
    spec: TableSpec
    units: np.ndarray
    weights: np.ndarray | None
    clusters: np.ndarray
    strata: np.ndarray | None = None
    keys: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def ratio(self, numerator: np.ndarray, denominator: np.ndarray) -> Ratio:
        """Weighted share of the observations `numerator` in `denominator`."""
        return ratio(numerator, denominator, self.units, self.weights, self.clusters)

    def error(self, scores: np.ndarray, seen: np.ndarray) -> float:
        """Standard error by the design of the sample: `clustered_error`."""
        return clustered_error(scores, seen, self.strata)

    def categories(self, column: str) -> np.ndarray:
        """A column as text, as `categories_of` gives it."""
        places, names = self._distinct(column)
        return names[places]

    def among(self, column: str, *categories: str) -> np.ndarray:
        """True for the observations whose category in a column is one of these."""
        places, names = self._distinct(column)
        return np.isin(names, categories)[places]

    def persons(self, mask: np.ndarray) -> int:
        """Number of distinct persons (or areas) among the observations where `mask`."""
        return int(np.count_nonzero(np.bincount(self.units[mask] + 1)))  # the unit of those without one is -1

    def _distinct(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        if column not in self.keys:
            self.keys[column] = distinct_of(self.frame, column, self.spec)
        return self.keys[column]

    def mask(self, axis: Axis, item: Item) -> np.ndarray:
        """True for the observations in one of an item's categories; everywhere on an axis that is of no column."""
        if item.everyone or not axis.of:
            return np.ones(len(self.frame), dtype=bool)
        return self.among(axis.of, *item.of)

    def numbers(self, column: str) -> np.ndarray:
        """A column as float64."""
        return column_of(self.frame, column, self.spec).to_numpy("float64")


def observe(
    frame: pd.DataFrame, spec: TableSpec, weight: str = "", unit: str = PERSON, design: tuple[str, str] = ("", "")
) -> Observed:
    """A table's sample with its units, weights and design; parameters as for `tabulate`."""
    cluster, stratum = design
    units = pd.factorize(frame[unit])[0]
    clusters = pd.factorize(column_of(frame, cluster, spec))[0] if cluster else units
    weights = frame[weight].to_numpy("float64") if weight else None
    strata = None
    if stratum:
        first = np.unique(clusters, return_index=True)[1]
        strata = pd.factorize(column_of(frame, stratum, spec))[0][first]
    return Observed(frame, spec, units, weights, clusters, strata)


def categories_of(frame: pd.DataFrame, column: str, spec: TableSpec) -> np.ndarray:
    """A column of the frame as text (whole numbers as such), for comparison with the spec's categories."""
    places, names = distinct_of(frame, column, spec)
    return names[places]


def distinct_of(frame: pd.DataFrame, column: str, spec: TableSpec) -> tuple[np.ndarray, np.ndarray]:
    """The distinct categories of a column: of each row (length n) the place of its own among the K, and these as text.

    A row's text would take a hundred bytes, its place takes eight. What is missing is the empty text.
    """
    places, values = pd.factorize(column_of(frame, column, spec), use_na_sentinel=False)
    return places, pd.Series(values).astype("str").to_numpy(dtype=object, na_value="").astype(str)


def column_of(frame: pd.DataFrame, column: str, spec: TableSpec) -> pd.Series:
    """A column of the frame; raises `DataError` where there is none of that name."""
    if column not in frame:
        hint = nearest(column, list(frame))
        raise DataError(f"{spec.where}: the frame has no column `{column}`; {hint}. Mend the table.")
    return frame[column]
