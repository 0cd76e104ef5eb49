"""Log odds ratios of two groups with their tests: from four cells as annex B has it, and p-values for many tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, floor, log, sqrt

import numpy as np

TEN = 10


@dataclass(frozen=True)
class LogOdds:
    """A log odds ratio (or the difference of two) and its standard error; NaN twice where a cell is zero."""

    value: float
    std_error: float

    @property
    def z(self) -> float:
        """Test against equal odds, whose logarithm is 0."""
        return self.against(0.0)

    def against(self, null: float) -> float:
        """(value - null) / error."""
        return (self.value - null) / self.std_error if self.std_error > 0 else np.nan

    def less(self, earlier: "LogOdds") -> "LogOdds":
        """Change since an earlier, independent one: the squares of the errors add up."""
        return LogOdds(self.value - earlier.value, sqrt(self.std_error**2 + earlier.std_error**2))


def log_odds_ratio(a: float, b: float, c: float, d: float) -> LogOdds:
    """ln((a / b) / (c / d)) with the error sqrt(1/a + 1/b + 1/c + 1/d) (annex B, Testing for statistical significance).

    a, b : of the first group those with and without the outcome; c, d : of the second.
    """
    if min(a, b, c, d) <= 0:
        return LogOdds(np.nan, np.nan)
    return LogOdds(log((a / b) / (c / d)), sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def half_up(number: float, to: int = 1) -> int:
    """The nearest multiple of `to`, halves upwards; a float a rounding error below the half goes up too."""
    return to * floor(number / to + 0.5 + 1e-9)


def cells_of_share(share: float, n: int) -> tuple[int, int]:
    """Those with and without the outcome of n, by a share: share x n to the nearest whole, halves upwards; the rest.

    Nobody with either where there is no share.
    """
    if np.isnan(share):
        return 0, 0
    there = half_up(share * n)
    return there, n - there


def p_value(z: float) -> float:
    """Two-sided, by the normal distribution."""
    return np.nan if np.isnan(z) else erfc(abs(z) / sqrt(2))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted by Holm (1979) for as many tests as there are numbers; NaN, no test, stays and is not counted.

    The i-th smallest of m becomes the largest of (m - j + 1) p_j over j <= i, at most 1 (R's `p.adjust`).
    """
    p, order = _ranked(p_values)
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted.tolist()


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted by Benjamini and Hochberg (1995), under which a share of the findings are false; NaN as `holm`.

    The i-th smallest of m becomes the smallest of m p_j / j over j >= i, at most 1 (R's `p.adjust`).
    """
    p, order = _ranked(p_values)
    adjusted, m = np.full(len(p), np.nan), len(order)
    raised = (p[order] * m / np.arange(1, m + 1))[::-1]
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(raised))[::-1]
    return adjusted.tolist()


def _ranked(p_values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers, and the places of those that are tests from the smallest on."""
    p = np.asarray(p_values, dtype="float64")
    known = np.flatnonzero(~np.isnan(p))
    return p, known[np.argsort(p[known], kind="stable")]
