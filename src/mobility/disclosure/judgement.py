"""Judgement: which cells may not be shown, and the first rule that each breaks. Pure rules on the evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TWO_HOLD = 0.9  # share of two contributors from which on they dominate (the n-k rule of the SACRO guide)
APART = "a number that with another one tells fewer than {threshold} by whom the rows of fits differ"
IN_LOSSES = "a number of rows that is hidden in the losses"
NUMBERS_OF_ROWS = ("observations", "count")  # statistics of cells that say with how many rows a model was fitted
REST = 0.1  # of the largest contributor, what all but the first two must be together (its p % rule)


@dataclass(frozen=True)
class Rule:
    """A rule. says : what a cell that breaks it does, with `{threshold}`, `{unit}` and `{base_unit}` to be filled in.

    breaks : of the evidence, which do.
    """

    says: str
    breaks: Callable[[pd.DataFrame, int], pd.Series]


def few(counts: Any, threshold: int) -> Any:
    """Of numbers, series or arrays whether somebody is counted, but fewer than the threshold.

    Nobody at all is nobody's secret.
    """
    return (counts > 0) & (counts < threshold)


def _dominated(evidence: pd.DataFrame, threshold: int) -> pd.Series:
    first, two = evidence["dominance_1"], evidence["dominance_2"]
    return (two >= TWO_HOLD) | ((1 - two) < REST * first)


RULES = (
    Rule("fewer than {threshold} {unit} in it", lambda found, least: few(found["persons"], least)),
    Rule(
        "fewer than {threshold} {base_unit} in its base",
        lambda found, least: few(found["base_persons"], least) | few(found["base"], least),
    ),
    Rule("fewer than {threshold} {unit} of its base outside it", lambda found, least: few(found["complement"], least)),
    Rule("one or two contributors dominate", _dominated),
    Rule("fewer than {threshold} residual degrees of freedom", lambda found, least: found["df"] < least),
    Rule(
        "fewer than {threshold} {unit} on one side of what it compares",
        lambda found, least: few(found["fewest"], least),
    ),
    Rule(
        "a number of rows that tells fewer than {threshold} left out by the fit",
        lambda found, least: few(found["dropped"], least) & found["statistic"].isin(NUMBERS_OF_ROWS),
    ),
    Rule(
        "a number of rows that tells whether fewer than {threshold} {unit} in a category are all alike",
        lambda found, least: few(found["droppable"], least) & found["statistic"].isin(NUMBERS_OF_ROWS),
    ),
)


def judge(evidence: pd.DataFrame, threshold: int) -> pd.Series:
    """The first rule that each cell breaks, empty where it breaks none; with a threshold of 0 nothing is judged.

    Parameters
    ----------
    evidence : as `evidence_of` gives it. threshold : smallest number of distinct persons.
    """
    reasons = pd.Series("", index=evidence.index, dtype="object")
    if threshold <= 0:
        return reasons
    for rule in reversed(RULES):
        broken = rule.breaks(evidence, threshold).fillna(False).astype(bool)
        said = evidence.loc[broken, ["unit", "base_unit"]].to_dict("records")
        reasons[broken] = np.array([rule.says.format(threshold=threshold, **units) for units in said], dtype=object)
    return reasons
