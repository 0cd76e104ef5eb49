"""Log odds ratios between two rows of a table of shares, and their tests, in cells (annex B, Testing)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mobility.cells import BASELINE, NOT_ESTIMABLE, SUPPRESSED, as_cells
from mobility.cells.fitted import Cell
from mobility.cells.observed import Observed
from mobility.odds import TEN, LogOdds, benjamini_hochberg, cells_of_share, half_up, holm, log_odds_ratio, p_value
from mobility.settings import Item, TableSpec
from mobility.settings.tables import ADJUSTS
from mobility.transitions.ratios import Ratio
from mobility.uncertainty import normal_interval

AS_PRINTED = "as printed, not a test of equal odds"
ZERO = "a cell of the four is zero: no test"
NOBODY = "nobody in one of the groups: no test"


@dataclass(frozen=True, eq=False)
class Group:
    """A cell of the table of shares: its share by the design, its rows with and without a known answer, its persons."""

    found: Ratio
    n: int
    fewest: int

    @property
    def unweighted(self) -> tuple[int, int]:
        """Rows with and without the outcome."""
        return self.found.n, self.found.base - self.found.n


@dataclass(frozen=True)
class Compared:
    """A row of the table: the log odds ratio from four cells, that by the design, and who is behind the two groups.

    n : rows with a known answer of all groups. fewest : of the smallest group. persons : of the smallest of the cells.
    """

    four: LogOdds
    design: LogOdds
    n: int
    fewest: int
    persons: int


# The four cells of two groups, by `cells` of the table. published: from the share and the number rounded to ten.
CELLS: Mapping[str, Callable[[Group], tuple[int, int]]] = {
    "published": lambda group: cells_of_share(group.found.value, half_up(group.n, TEN)),
    "exact": lambda group: cells_of_share(group.found.value, group.n),
    "microdata": lambda group: group.unweighted,
}
# What a column tells of a test that is one number.
TOLD: Mapping[str, Callable[[Compared], float]] = {
    "z": lambda test: test.four.z,
    "z_null_1_as_printed": lambda test: test.four.against(1.0),
    "p_value": lambda test: p_value(test.four.z),
    "design_p_value": lambda test: p_value(test.design.z),
}
# A column of p-values adjusted for many tests, the column of those that it adjusts, and how.
ADJUSTED: Mapping[str, tuple[str, Callable[[Sequence[float]], list[float]]]] = {
    name: (of, holm if name.endswith("p_holm") else benjamini_hochberg) for name, of in ADJUSTS.items()
}


def odds_cells(observed: Observed, shares: TableSpec, study: str, choice: str = BASELINE) -> pd.DataFrame:
    """Cells of a table of tests, in the order of its rows and columns.

    Each row compares row `from` with row `to` of the table `shares`, in its column `column`; one with `since` is the
    change since that column. p-values are adjusted over the rows that compare, and over those that are changes.

    observed : the sample of `shares`, observed under the table of tests.
    """
    spec, of_shares = observed.spec, replace(observed, spec=shares)
    groups = _Groups(of_shares)
    tests = {row.id: _test(row, groups, CELLS[spec.cells]) for row in spec.rows.items}
    adjusted = {
        name: dict(zip(tests, _adjusted([TOLD[of](test) for test in tests.values()], spec.rows.items, by), strict=True))
        for name, (of, by) in ADJUSTED.items()
    }
    found = [
        {"row": row, "column": column.id, **_told(test, column.tells, adjusted.get(column.tells, {}).get(row))}
        for row, test in tests.items()
        for column in spec.columns.items
    ]
    return as_cells(found, study, spec.table, choice)


def adjusted_as_shown(cells: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """Cells of a table of tests of which some are held back, their p-values adjusted over those that are shown alone.

    Adjusted over all, a p-value can be that of a test that is held back times a known number (the largest, or smallest,
    so far), and its rank tells between which others that of such a test lies.

    cells : as judged, with all values and the flag `suppressed` where one is held back.
    """
    names = [*zip(cells["row"], cells["column"], strict=True)]
    shown = dict(zip(names, cells["value"].where(cells["flag"] != SUPPRESSED), strict=True))
    columns = {column.tells: column.id for column in spec.columns.items}
    found = cells.assign(value=cells["value"])
    for tells in [name for name in ADJUSTED if name in columns and spec.tests]:
        of, by = ADJUSTED[tells]
        values = _adjusted([shown[row.id, columns[of]] for row in spec.rows.items], spec.rows.items, by)
        told = {(row.id, columns[tells]): value for row, value in zip(spec.rows.items, values, strict=True)}
        places = [at for at, name in enumerate(names) if name in told and cells["flag"].iloc[at] != SUPPRESSED]
        found.iloc[places, found.columns.get_loc("value")] = [told[names[at]] for at in places]
    return found


class _Groups:
    """Cells of a table of shares by row and column, each made once."""

    def __init__(self, observed: Observed) -> None:
        self.observed, self.made = observed, dict[tuple[str, str], Group]()

    def at(self, row: str, column: str) -> Group:
        """The group of a row and a column, by their ids."""
        if (row, column) not in self.made:
            self.made[row, column] = self._make(row, column)
        return self.made[row, column]

    def _make(self, row: str, column: str) -> Group:
        observed, spec = self.observed, self.observed.spec
        across = next(item for item in spec.columns.items if item.id == column)
        down = next(item for item in spec.rows.items if item.id == row)
        answers = observed.numbers(across.mean or down.mean)
        there = observed.mask(spec.rows, down) & observed.mask(spec.columns, across)
        known = there & ~np.isnan(answers)
        sides = [observed.units[known & (answers == side)] for side in (1.0, 0.0)]
        fewest = min(len(np.unique(side)) for side in sides)
        return Group(observed.ratio(known & (answers == 1), known), int(there.sum()), fewest)

    def by_design(self, parts: Sequence[tuple[float, Group]]) -> LogOdds:
        """Sum of the logits of shares, each with its sign; the scores of a cluster are joined before squaring."""
        if any(group.found.value in (0.0, 1.0) or np.isnan(group.found.value) for _, group in parts):
            return LogOdds(np.nan, np.nan)
        value, scores, seen = 0.0, np.zeros(len(parts[0][1].found.scores)), np.zeros(len(parts[0][1].found.seen), bool)
        for sign, group in parts:
            p = group.found.value
            value += sign * float(np.log(p / (1 - p)))
            scores, seen = scores + sign * group.found.scores / (p * (1 - p)), seen | group.found.seen
        return LogOdds(value, self.observed.error(scores, seen))


def _test(row: Item, groups: _Groups, four: Callable[[Group], tuple[int, int]]) -> Compared:
    places = [(1.0, row.column)] + ([(-1.0, row.since)] if row.since else [])
    parts = [(sign, groups.at(name, at), groups.at(other, at)) for sign, at in places for name, other in [_pair(row)]]
    ratios = [log_odds_ratio(*four(first), *four(second)) for _, first, second in parts]
    signed = [pair for sign, first, second in parts for pair in ((sign, first), (-sign, second))]
    behind = [group for _, group in signed]
    return Compared(
        ratios[0].less(ratios[1]) if row.since else ratios[0],
        groups.by_design(signed),
        sum(group.found.base for group in behind),
        min(group.found.base for group in behind),
        min(group.fewest for group in behind),
    )


def _pair(row: Item) -> tuple[str, str]:
    return row.before, row.after


def _adjusted(
    p_values: Sequence[float], rows: Sequence[Item], by: Callable[[Sequence[float]], list[float]]
) -> list[float]:
    """Adjusted over the rows that compare in one column, and over those that are changes."""
    adjusted = np.full(len(p_values), np.nan)
    for changes in (False, True):
        own = [place for place, row in enumerate(rows) if bool(row.since) == changes]
        adjusted[own] = by([p_values[place] for place in own])
    return adjusted.tolist()


def _told(test: Compared, tells: str, adjusted: float | None) -> Cell:
    """One cell of a test: a log odds ratio with its error and interval, or a number of the test."""
    counts: Cell = {"n": test.n, "base": test.n, "persons": test.persons, "statistic": tells}
    if tells in ("log_odds", "design_log_odds"):
        ratio = test.four if tells == "log_odds" else test.design
        low, high = normal_interval(ratio.value, ratio.std_error)
        numbers = {"value": ratio.value, "std_error": ratio.std_error, "ci_low": low, "ci_high": high}
        counts["statistic"] = "log_odds"  # of both, so that a figure draws them side by side
    else:
        numbers = {"value": TOLD[tells](test) if adjusted is None else adjusted}
    if np.isnan(numbers["value"]):
        return {**counts, "flag": NOT_ESTIMABLE, "note": ZERO if test.fewest else NOBODY}
    return {**counts, **numbers, "note": AS_PRINTED if tells == "z_null_1_as_printed" else ""}
