"""Deciles of pay from its mean and median (LMI for All, C.7.5), and shapes that print gives besides.

    ln D_p = ln median + z_p sigma

The published rule takes sigma from the mean: of a log-normal distribution mean / median = exp(sigma^2 / 2).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

PERCENTS = (10, 20, 25, 30, 40, 60, 70, 75, 80, 90)
TENTHS = (10, 20, 30, 40, 60, 70, 80, 90)


def percentile(percent: int) -> str:
    """Name of the column of a percentile: p10."""
    return f"p{percent}"


def z_of(percents: Sequence[int]) -> np.ndarray:
    """Standard normal quantiles."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.array(percents) / 100))


def sigma_of_mean(mean: Any, median: Any) -> np.ndarray:
    """sqrt(2 ln(mean / median)): the spread that a log-normal distribution with this mean and median has.

    NaN where the mean is below the median: no log-normal distribution has such a pair.
    """
    log = np.log(np.asarray(mean, dtype="float64") / np.asarray(median, dtype="float64"))
    return np.sqrt(2 * np.where(log >= 0, log, np.nan))


def sigma_of_quartiles(low: Any, high: Any) -> np.ndarray:
    """ln(p75 / p25) / (z75 - z25): the spread of a log-normal distribution with these quartiles."""
    ratio = np.asarray(high, dtype="float64") / np.asarray(low, dtype="float64")
    return np.asarray(np.log(ratio) / (2 * z_of([75])[0]))


def by_sigma(median: Any, sigma: np.ndarray, percents: Sequence[int]) -> np.ndarray:
    """Deciles of n distributions with these medians and sigmas, n x percents."""
    return np.asarray(median, dtype="float64")[:, None] * np.exp(sigma[:, None] * z_of(percents))


def _published(pay: pd.DataFrame, undefined: str, percents: Sequence[int]) -> np.ndarray:
    sigma = sigma_of_mean(pay["mean"], pay["median"])
    below = (pay["mean"] < pay["median"]).to_numpy()
    return by_sigma(pay["median"], np.where(below & (undefined == "median"), 0.0, sigma), percents)


def _quartiles(pay: pd.DataFrame, undefined: str, percents: Sequence[int]) -> np.ndarray:
    return by_sigma(pay["median"], sigma_of_quartiles(pay["p25"], pay["p75"]), percents)


def _parent(pay: pd.DataFrame, undefined: str, percents: Sequence[int]) -> np.ndarray:
    """Percentiles over the median of the nearest group with more than one part, times the occupation's own median."""
    columns = [percentile(percent) for percent in percents]
    relative, found = pay[columns].div(pay["median"], axis=0), pd.DataFrame(np.nan, index=pay.index, columns=columns)
    codes = pay.index.to_series()
    for number in (3, 2, 1):
        parents = codes.str[:number].where(codes.str.len() > number)
        alone = parents.map(codes[codes.str.len() == 4].str[:number].value_counts()).eq(1)
        found = found.fillna(relative.reindex(parents.where(~alone)).set_axis(pay.index))
    return found.mul(pay["median"], axis=0).to_numpy("float64")


# From printed pay by code (mean, median, p10 to p90) to percentiles, rows x percents; the first is that of the report.
SHAPES: Mapping[str, Callable[[pd.DataFrame, str, Sequence[int]], np.ndarray]] = {
    "mean": _published,
    "quartiles": _quartiles,
    "parent": _parent,
}


def deciles(
    pay: pd.DataFrame, shape: str = "mean", undefined: str = "median", percents: Sequence[int] = TENTHS
) -> pd.DataFrame:
    """Percentiles of pay of every code, by one of `SHAPES`.

    Parameters
    ----------
    pay : printed mean, median and percentiles, index the codes of occupations and of their groups.
    shape : mean, the published rule; quartiles, sigma from p25 and p75; parent, percentiles over the median as in the
        nearest group of occupations (minor, sub-major, major) with more than one part.
    undefined : of the published rule, where the mean is below the median: `median`, no spread; `none`, no number.
    """
    columns = [percentile(percent) for percent in percents]
    return pd.DataFrame(SHAPES[shape](pay, undefined, percents), index=pay.index, columns=columns)
