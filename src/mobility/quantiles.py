"""Weighted medians, and their intervals by Woodruff's method."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

STEP, INTERPOLATED = "step", "interpolated"
EXACT = 1e-12  # of the whole weight: cumulated weights that meet a part of it but for rounding


@dataclass(frozen=True)
class Median:
    """A weighted median. std_error : width of the interval over two t; NaN where an end of it is not known."""

    value: float
    std_error: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan


def weighted_quantile(values: np.ndarray, weights: np.ndarray, part: float, rule: str = STEP) -> float:
    """Quantile of n values with positive weights; NaN for none.

    step : the first value whose cumulated weight reaches `part` of the whole, where it is exactly that the mean of this
        and the next (Hyndman and Fan's type 2, R survey's `school`, Stata's `_pctile`).
    interpolated : the cumulated part between two values taken as a straight line (type 4, R survey's `hf4`).
    """
    if not len(values):
        return np.nan
    order = np.argsort(values, kind="stable")
    return RULES[rule](values[order], np.cumsum(weights[order]) / weights.sum(), part)


def _step(values: np.ndarray, reached: np.ndarray, part: float) -> float:
    at = min(int(np.searchsorted(reached, part - EXACT)), len(values) - 1)
    exact = abs(reached[at] - part) <= EXACT and at + 1 < len(values)
    return float((values[at] + values[at + 1]) / 2 if exact else values[at])


def _interpolated(values: np.ndarray, reached: np.ndarray, part: float) -> float:
    return float(np.interp(part, reached, values))


RULES: Mapping[str, Callable[[np.ndarray, np.ndarray, float], float]] = {STEP: _step, INTERPOLATED: _interpolated}


def weighted_median(
    values: np.ndarray,
    weights: np.ndarray,
    error_of_share: Callable[[np.ndarray], tuple[float, float, int]],
    rule: str = STEP,
) -> Median:
    """Weighted median with its 95 % interval by Woodruff (1952), as R's `svyquantile(interval.type = "mean")`.

    The share p of the weight at or below the median has an error by the design; the interval p +- t se, t with as many
    degrees of freedom as clusters less one, is read back on the values. Pay is heaped at round sums, where the density
    that a linearised error divides by cannot be estimated: this way needs none, and its ends are values of pay.

    Parameters
    ----------
    values, weights : length n, weights positive.
    error_of_share : from the values at or below the median (boolean, length n) to the weighted share of them, its
        standard error and the number of clusters.
    rule : `STEP` or `INTERPOLATED`, for the median and for the ends.
    """
    from scipy.special import stdtrit

    value = weighted_quantile(values, weights, 0.5, rule)
    if np.isnan(value):
        return Median(value)
    share, error, clusters = error_of_share(values <= value)
    if not error > 0:
        return Median(value)
    t = float(stdtrit(clusters - 1, 0.975))
    low, high = (
        weighted_quantile(values, weights, end, rule) if 0 <= end <= 1 else np.nan
        for end in (share - t * error, share + t * error)
    )
    return Median(value, (high - low) / (2 * t), low, high)
