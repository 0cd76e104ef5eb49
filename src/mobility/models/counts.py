"""Parts of the negative binomial log likelihood that a count and alpha alone decide: once a distinct count, not a row.

With theta = 1 / alpha, mean m, linear predictor ln m and s = (y - m) / (1 + alpha m), the log likelihood of a row is

    ll = C(y) + y ln(1 - s / y) + theta ln(1 + alpha s)

where C(y) is what a mean equal to the count would give. No term is larger than the answer by more than |s|, so that
counts of 1e9 keep their digits; lgamma(y + theta) - lgamma(theta) - lgamma(y + 1) would lose seven of them.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Sums over 0..y-1 are taken term by term up to here; from here on the asymptotic series are exact to the last digit.
DIRECT = 64
# Below it ln Gamma is taken directly, above it by Stirling's series, exact from there.
STIRLING_FROM = 16
# Below it t - ln(1 + t) is taken from its series.
SMALL = 0.01
# Below it 1 + t has lost too many digits of t.
NEAR_MINUS_ONE = -0.999


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts y of n rows (float64), the distinct `values` with their `frequency`, and each row's place in them.

    codes : n, place of each row's count in `values`. frequency : weighted number of rows of each value.
    """

    y: np.ndarray
    values: np.ndarray
    frequency: np.ndarray
    codes: np.ndarray


def tabulate(y: np.ndarray) -> Counts:
    """The distinct counts among y (n, float64 with whole values), in their order."""
    if y.max(initial=0) < len(y):
        whole = y.astype("int64")
        frequency = np.bincount(whole)
        values = np.flatnonzero(frequency)
        return Counts(y, values.astype(float), frequency[values].astype(float), (np.cumsum(frequency > 0) - 1)[whole])
    codes, values = pd.factorize(y, sort=True)
    return Counts(y, values, np.bincount(codes, minlength=len(values)).astype(float), codes)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Functions of the distinct counts y at one alpha.

    saturated : C(y). slope : K(y) = theta ln(1 + alpha y) - sum of 1 / (1 + alpha j), j = 0..y-1, the part of the
    derivative by ln(alpha). curvature : T(y) = sum of 1 - 1 / (1 + alpha j)^2, the part of the second derivative.
    """

    saturated: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray


def pieces(values: np.ndarray, alpha: float) -> Pieces:
    """The pieces of counts `values` at alpha >= 0; alpha = 0 is Poisson."""
    nothing = np.zeros(len(values))
    if alpha == 0:
        return Pieces(_saturated(values, nothing, alpha), nothing, nothing)
    theta = 1 / alpha
    return Pieces(
        _saturated(values, stirling_error(values + theta) - stirling_error(np.array([theta])), alpha),
        _slope(values, theta),
        _curvature(values, theta),
    )


def log_ratio(t: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """ln(1 + t) for `ratio` = 1 + t, exact for small t and for t near -1."""
    log = np.log1p(t)
    if not t.min(initial=0) > NEAR_MINUS_ONE:
        low = t < NEAR_MINUS_ONE
        log[low] = np.log(ratio[low])
    return log


def excess(t: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """t - ln(1 + t), not negative, for `ratio` = 1 + t; to all digits where t is small throughout."""
    if max(t.max(initial=0), -t.min(initial=0)) < SMALL:
        return t * t * (1 / 2 - t * (1 / 3 - t * (1 / 4 - t * (1 / 5 - t * (1 / 6 - t * (1 / 7 - t / 8))))))
    return t - log_ratio(t, ratio)


def stirling_error(z: np.ndarray) -> np.ndarray:
    """ln Gamma(z + 1) - (z + 1/2) ln z + z - ln(2 pi) / 2 for z > 0, and 0 for z = 0."""
    low = z < STIRLING_FROM
    inverse = 1 / np.where(low, STIRLING_FROM, z)
    square = inverse * inverse
    error = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    error[low] = [_small_stirling_error(value) for value in z[low].tolist()]
    return error


def _small_stirling_error(z: float) -> float:
    if z == 0:
        return 0.0
    return math.lgamma(z + 1) - (z + 0.5) * math.log(z) + z - 0.5 * math.log(2 * math.pi)


def _saturated(values: np.ndarray, correction: np.ndarray, alpha: float) -> np.ndarray:
    """C(y) = e(y + theta) - e(theta) - e(y) - ln(2 pi y (1 + alpha y)) / 2, with e Stirling's error; C(0) = 0."""
    some = np.maximum(values, 1)
    found = correction - stirling_error(values) - 0.5 * np.log(2 * np.pi * some * (1 + alpha * some))
    return np.where(values == 0, 0.0, found)


def _summed(terms: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum of the terms j = 0..y-1 for each y, of the first `DIRECT` for larger ones."""
    sums = np.concatenate([[0.0], np.cumsum(terms)])
    return sums[np.minimum(values, DIRECT).astype(int)]


def _slope(values: np.ndarray, theta: float) -> np.ndarray:
    """K(y): minus theta times the sum of excess(1 / (theta + j)); differences of psi(z) - ln z beyond `DIRECT`."""
    t = 1 / (theta + np.arange(DIRECT))
    found = -theta * _summed(excess(t, 1 + t), values)
    start, end = theta + DIRECT, theta + np.maximum(values, DIRECT)
    return found + theta * ((start - end) / (2 * start * end) + _digamma_rest(end) - _digamma_rest(start))


def _digamma_rest(z: np.ndarray | float) -> np.ndarray | float:
    """ln z - psi(z) - 1 / (2 z) for z of at least `DIRECT`."""
    square = 1 / (z * z)
    return square * (1 / 12 - square * (1 / 120 - square / 252))


def _curvature(values: np.ndarray, theta: float) -> np.ndarray:
    """T(y): term by term, then from differences of the trigamma function beyond `DIRECT`."""
    j = np.arange(DIRECT)
    found = _summed(j * (2 * theta + j) / (theta + j) ** 2, values)
    start, end = theta + DIRECT, theta + np.maximum(values, DIRECT)
    more = np.maximum(values - DIRECT, 0)
    lead = more * (theta * (DIRECT + values) + DIRECT * values) / (start * end)
    return found + lead - theta**2 * (_trigamma_rest(start) - _trigamma_rest(end))


def _trigamma_rest(z: np.ndarray | float) -> np.ndarray | float:
    """psi'(z) - 1 / z for z of at least `DIRECT`."""
    square = 1 / (z * z)
    return square / 2 + square / z * (1 / 6 - square * (1 / 30 - square / 42))
