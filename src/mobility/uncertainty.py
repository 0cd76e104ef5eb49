"""Standard errors by clusters and strata, intervals of shares that stay inside 0 and 1, and stars."""

from collections.abc import Sequence

import numpy as np

Z95 = 1.959963984540054
LEVELS = (0.10, 0.05, 0.01)


def clustered_error(scores: np.ndarray, seen: np.ndarray, strata: np.ndarray | None = None) -> float:
    """Standard error from the scores of the G clusters seen: sqrt(G / (G - 1) * sum of squared scores).

    NaN for fewer than two clusters. This is Stata's `mean y, vce(cluster person)`, and `regress` with a constant only,
    whose factor is G/(G-1).

    strata : of each cluster its stratum 0..H-1, then sqrt(sum over strata h of G_h / (G_h - 1) * sum of squared
        deviations from the stratum's mean score), G_h all clusters of the stratum, those outside a domain with score 0
        (R's `svymean` of a `subset`). A stratum with one cluster is centred at 0, the mean over all clusters
        (`options(survey.lonely.psu = "adjust")`).
    """
    clusters = int(seen.sum())
    if clusters < 2:
        return np.nan
    if strata is None:
        return float(np.sqrt(clusters / (clusters - 1) * np.square(scores).sum()))
    of_stratum = np.bincount(strata)
    lone = of_stratum == 1
    means = np.where(lone, 0.0, np.bincount(strata, weights=scores) / np.maximum(of_stratum, 1))
    squares = np.bincount(strata, weights=np.square(scores - means[strata]))
    return float(np.sqrt(np.sum(squares * np.where(lone, 1.0, of_stratum / np.maximum(of_stratum - 1, 1)))))


def normal_interval(value: float, std_error: float) -> tuple[float, float]:
    """95 % interval value ± 1.96 errors; NaN twice where the error is 0 or unknown, which says nothing."""
    if not std_error > 0:
        return np.nan, np.nan
    return value - Z95 * std_error, value + Z95 * std_error


def contrast(values: Sequence[float], errors: Sequence[float], signs: Sequence[float]) -> tuple[float, float]:
    """Sum of signed estimates and its error as of independent ones, sqrt(sum of squared errors); NaN if one lacks."""
    value = float(np.dot(signs, np.asarray(values, dtype="float64")))
    return value, float(np.sqrt(np.square(np.asarray(errors, dtype="float64")).sum()))


def stars_of(p_value: float) -> str:
    """How many stars a two-sided p-value earns, empty for none."""
    return "" if np.isnan(p_value) else str(sum(p_value < level for level in LEVELS) or "")


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
