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


def normal_interval(value: float, std_error: float) -> tuple[float, float]:
    """95 % interval value ± 1.96 errors; NaN twice where the error is 0 or unknown, which says nothing."""
    if not std_error > 0:
        return np.nan, np.nan
    return value - Z95 * std_error, value + Z95 * std_error


def share_interval(p: float, std_error: float, base: int, persons: int) -> tuple[float, float]:
    """95 % interval of a share by Korn and Graubard (1998); in R, but for their cap, `svyciprop(method = "beta")`.

    Clopper and Pearson's exact interval at the effective sample size m instead of the number of rows (`base`):

        m = min(base, p (1 - p) / se^2 * (t(base - 1) / t(persons - 1))^2)        t(d): 97.5 % point of t with d df

    A share of 0 or 1 has no error to go by: m is then the number of persons, as if all rows of a person were one.
    NaN twice where no error can be estimated, that is with fewer than two persons in the denominator.
    """
    if persons < 2 or np.isnan(p) or np.isnan(std_error):
        return np.nan, np.nan
    size = float(persons) if p in (0, 1) else effective_size(p, std_error, base, persons)
    return _beta_quantile(0.025, p * size, (1 - p) * size + 1), _beta_quantile(0.975, p * size + 1, (1 - p) * size)


def effective_size(p: float, std_error: float, base: int, persons: int) -> float:
    """Rows of a simple random sample that would tell as much, by `share_interval`'s formula for m; at most `base`."""
    from scipy.special import stdtrit

    if std_error == 0:
        return float(base)
    penalty = stdtrit(base - 1, 0.975) / stdtrit(persons - 1, 0.975)
    return float(min(base, p * (1 - p) / std_error**2 * penalty**2))


def _beta_quantile(share: float, a: float, b: float) -> float:
    """Quantile of the beta distribution, which stands at 0 for a = 0 and at 1 for b = 0."""
    from scipy.special import betaincinv

    if a == 0 or b == 0:
        return float(a > 0)
    return float(betaincinv(a, b, share))
