"""Shares with standard errors clustered by person, and intervals that stay inside 0 and 1."""

from dataclasses import dataclass

import numpy as np

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Ratio:
    """A weighted ratio p = sum(w y) / sum(w d) and its person scores.

    value : p, between 0 and 1 for shares; NaN for an empty denominator.
    scores : contribution of each person to p, length `clusters`: sum of w (y - p d) over its rows, over sum(w d).
    seen : True for persons with a row in the denominator, length as `scores`.
    n, base : unweighted rows of the numerator and of the denominator. persons : distinct persons in the numerator.
    """

    value: float
    scores: np.ndarray
    seen: np.ndarray
    n: int
    base: int
    persons: int


def ratio(
    numerator: np.ndarray, denominator: np.ndarray, person: np.ndarray, weight: np.ndarray | None = None
) -> Ratio:
    """Share of `numerator` in `denominator` (boolean, length n), clustered by `person` (codes 0..P-1)."""
    inside = np.flatnonzero(denominator)
    rows, who = numerator[inside], person[inside]
    w = np.ones(len(inside)) if weight is None else weight[inside]
    size = int(person.max()) + 1 if len(person) else 0
    total = w.sum()
    seen = np.bincount(who, minlength=size) > 0
    counts = (int(rows.sum()), len(inside), len(np.unique(who[rows])))
    if total <= 0:
        return Ratio(np.nan, np.zeros(size), seen, *counts)
    p = float((w * rows).sum() / total)
    scores = np.bincount(who, weights=w * (rows - p), minlength=size) / total
    return Ratio(p, scores, seen, *counts)


def clustered_error(scores: np.ndarray, seen: np.ndarray) -> float:
    """Standard error from the scores of the G persons seen: sqrt(G / (G - 1) * sum of squared scores).

    NaN for fewer than two persons. This is Stata's `mean y, vce(cluster person)`, and `regress` with a constant only,
    whose factor is G/(G-1).
    """
    clusters = int(seen.sum())
    if clusters < 2:
        return np.nan
    return float(np.sqrt(clusters / (clusters - 1) * np.square(scores).sum()))


def share_interval(p: float, std_error: float, base: int) -> tuple[float, float]:
    """95 % Wilson interval of a share with the effective sample size p (1 - p) / se^2 (Korn and Graubard 1998).

    Where the share is 0 or 1 its error is 0 and tells nothing, so `base`, the number of rows, is used.
    """
    if base == 0 or np.isnan(p):
        return np.nan, np.nan
    inner = p * (1 - p)
    size = inner / std_error**2 if inner > 0 and std_error > 0 else base
    centre = p + Z95**2 / (2 * size)
    half = Z95 * np.sqrt(inner / size + Z95**2 / (4 * size**2))
    scale = 1 + Z95**2 / size
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
