"""Shares of the observations of a table, each with what every person, or area, adds to it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ratio:
    """A weighted ratio p = sum(w y) / sum(w d) and the scores of its units: persons, or areas.

    value : p, between 0 and 1 for shares; NaN for an empty denominator.
    scores : contribution of each cluster (by default each unit) to p: sum of w (y - p d) over its rows, over sum(w d).
    seen : True for clusters with a row in the denominator, length as `scores`.
    n, base : unweighted rows of the numerator and of the denominator. persons : distinct units in the numerator.
    """

    value: float
    scores: np.ndarray
    seen: np.ndarray
    n: int
    base: int
    persons: int


def ratio(
    numerator: np.ndarray,
    denominator: np.ndarray,
    unit: np.ndarray,
    weight: np.ndarray | None = None,
    cluster: np.ndarray | None = None,
) -> Ratio:
    """Share of `numerator` in `denominator` (boolean, length n) of units 0..P-1 in clusters 0..G-1 (else units)."""
    inside = np.flatnonzero(denominator)
    together = unit if cluster is None else cluster
    rows, who = numerator[inside], together[inside]
    w = np.ones(len(inside)) if weight is None else weight[inside]
    size = int(together.max()) + 1 if len(together) else 0
    total = w.sum()
    seen = np.bincount(who, minlength=size) > 0
    counts = (int(rows.sum()), len(inside), len(np.unique(unit[inside][rows])))
    if total <= 0:
        return Ratio(np.nan, np.zeros(size), seen, *counts)
    p = float((w * rows).sum() / total)
    scores = np.bincount(who, weights=w * (rows - p), minlength=size) / total
    return Ratio(p, scores, seen, *counts)
