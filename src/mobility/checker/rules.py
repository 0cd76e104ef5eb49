"""The rules of thumb of the SACRO guide, applied a second time to the evidence of every number that is to leave.

The disclosure step decided before; these look at its record with code of their own, so that one mistake has to be made
twice to pass.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mobility.cells import INTERVAL
from mobility.disclosure.judgement import NUMBERS_OF_ROWS

SMALLEST_RATIO = 0.1  # of everybody but the largest two to the largest
LARGEST_SHARE = 0.9  # of the largest two
NEAR = 1e-3  # of a count, within which an interval of sums of events is as wide as the rule asks
SHOWN, ROUNDED, HIDDEN = "shown", "rounded", "hidden"


@dataclass(frozen=True)
class Rule:
    """A rule: what it asks, of which cells, on which evidence, and which of them break it.

    asks : with `{threshold}` for the least number of persons. of : cells that are shown as they are, or rounded, or
    hidden. columns : of the record, of which at least one must be known for a cell to be judged. breaks : from the
    cells and the threshold to a mask.
    """

    name: str
    asks: str
    of: str
    columns: tuple[str, ...]
    without: str
    breaks: Callable[[pd.DataFrame, int], pd.Series]

    def judged(self, cells: pd.DataFrame) -> pd.Series:
        """Which of the cells it can judge: those with evidence for it."""
        return cells[list(self.columns)].notna().any(axis=1)


def between(values: pd.Series, threshold: int) -> pd.Series:
    """Which numbers are of somebody, but of fewer than the threshold."""
    return ((values > 0) & (values < threshold)).fillna(False)


def few(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether somebody, but fewer persons than the threshold, is behind a number or behind its base."""
    return between(cells["persons"], threshold) | between(cells["base_persons"], threshold)


def _outside(cells: pd.DataFrame, threshold: int) -> pd.Series:
    return between(cells["complement"], threshold)


def p_ratio(cells: pd.DataFrame, threshold: int = 0) -> pd.Series:
    """Whether all but the largest two contributors are together less than a tenth of the largest one."""
    rest = 1 - cells["dominance_2"]
    return (rest < SMALLEST_RATIO * cells["dominance_1"]).fillna(False)


def largest_two(cells: pd.DataFrame, threshold: int = 0) -> pd.Series:
    """Whether the largest two contributors make 90 per cent or more of the whole."""
    return (cells["dominance_2"] >= LARGEST_SHARE).fillna(False)


def few_freedom(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether an estimate has fewer residual degrees of freedom than the least number of persons."""
    return (cells["df"] < threshold).fillna(False)


def _one_side(cells: pd.DataFrame, threshold: int) -> pd.Series:
    return between(cells["fewest"], threshold)


def _left_out(cells: pd.DataFrame, threshold: int) -> pd.Series:
    few = between(cells["dropped"], threshold) | between(cells["droppable"], threshold)
    return few & cells["statistic"].isin(NUMBERS_OF_ROWS)


def _apart(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether a number of a fit, one beside an estimate, or an interval by t tells few persons with another number."""
    by_t = cells["tells"] == INTERVAL
    number = ~cells["tells"].isin(["", INTERVAL]) | cells["beside"].notna() | (by_t & cells["ends"].notna())
    return between(cells["differs"], threshold) & number


def _own_value(cells: pd.DataFrame, threshold: int) -> pd.Series:
    return (cells["near"] < threshold).fillna(False)


def _rounded_too_near(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether a rounded number of few persons can be fewer numbers than that to a multiple of which it is rounded."""
    at_risk = few(cells, threshold) | _outside(cells, threshold)
    return (at_risk & (cells["interval_high"] - cells["interval_low"] + 1 < cells["rounded_to"])).fillna(False)


def _too_near(cells: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether of few persons, or of all but few, a hidden count is left open over fewer numbers than these would be.

    One of enough persons that protects others could be shown itself, and that nobody is in a cell is nobody's secret.
    """
    at_risk = (cells["persons"] > 0) & (few(cells, threshold) | _outside(cells, threshold))
    return (at_risk & (cells["interval_high"] - cells["interval_low"] < threshold - NEAR)).fillna(False)


RULES = (
    Rule(
        "threshold",
        "at least {threshold} persons behind the number and behind its base",
        SHOWN,
        ("persons", "base_persons"),
        "no number is of persons",
        few,
    ),
    Rule(
        "outside",
        "at least {threshold} persons of the base outside the cell, or nobody",
        SHOWN,
        ("complement",),
        "no number is a share of persons",
        _outside,
    ),
    Rule(
        "dominance, p-ratio",
        "all but the largest two contributors make at least a tenth of the largest one",
        SHOWN,
        ("dominance_2",),
        "no number is a mean or sum of amounts of persons, and in a mean of yes and no each counts alike",
        p_ratio,
    ),
    Rule(
        "dominance, n-k",
        "the largest two contributors make less than 90 per cent",
        SHOWN,
        ("dominance_2",),
        "no number is a mean or sum of amounts of persons, and in a mean of yes and no each counts alike",
        largest_two,
    ),
    Rule(
        "degrees of freedom",
        "at least {threshold} residual degrees of freedom",
        SHOWN,
        ("df",),
        "no regression of persons is shown",
        few_freedom,
    ),
    Rule(
        "sides of a comparison",
        "at least {threshold} persons on each side of what an estimate compares",
        SHOWN,
        ("fewest",),
        "no estimate compares groups of persons with fewer than 1,000 rows on a side; amounts, and what is said of "
        "an area, have no sides",
        _one_side,
    ),
    Rule(
        "left out by a fit",
        "a number of rows tells nothing of fewer than {threshold} rows that a fit left out, or would have left out had "
        "a category been all alike",
        SHOWN,
        ("dropped", "droppable"),
        "no regression is shown",
        _left_out,
    ),
    Rule(
        "fits of nested rows",
        "a number of rows of a fit tells with that of another, or of its sample, nothing of fewer than {threshold} "
        "persons by whom they differ",
        SHOWN,
        ("differs",),
        "the rows of no two fits, and of no fit and its sample, are nested",
        _apart,
    ),
    Rule(
        "medians",
        "at least {threshold} persons have the median that is told, or one that rounds to the same number",
        SHOWN,
        ("near",),
        "no number is a median of persons",
        _own_value,
    ),
    Rule(
        "rounding",
        "a rounded number of fewer than {threshold} persons is left open over as many numbers as it is rounded to",
        ROUNDED,
        ("interval_low", "interval_high"),
        "nothing is rounded",
        _rounded_too_near,
    ),
    Rule(
        "subtraction",
        "what is shown leaves a hidden count of fewer than {threshold} persons, or of all but so few, open over at "
        "least {threshold} numbers",
        HIDDEN,
        ("interval_low", "interval_high"),
        "nothing is hidden, or no number of rows is",
        _too_near,
    ),
)
