"""The result of a fit: what every estimator gives (`Fit`), and what only least squares, logit and probit give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mobility.models.design import Design
from mobility.models.identify import Dropped, Sample

OBSERVATIONS = "observations"
CONSTANT_OUTCOME = "the outcome is the same in every row: no variance to explain"


class Extra(NamedTuple):
    """A number of a fit beside its coefficients, with the statistic of the register as which it is shown.

    note : why there is no number, empty where there is one.
    """

    statistic: str
    value: float
    std_error: float = np.nan
    note: str = ""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model. Arrays follow `names`, the columns of the design; what was not estimated is NaN.

    estimator : how it was fitted in the end. kind : classical | robust | clustered.
    params : k coefficients. covariance : k x k.
    n : rows used. n_dropped : complete cases not used. events : used rows with an outcome above 0. clusters : if
    clustered. rows : positions of the used rows in `design.X`. dropped : coefficients not estimated and why.
    weights : of those rows, mean 1, None for unweighted. rank : coefficients estimated.
    df : degrees of freedom of t, infinite for z.
    gradient_norm : largest mean score of a standardised column. note : warnings in words, empty where there are none.
    """

    estimator: str
    kind: str
    names: tuple[str, ...]
    params: np.ndarray
    covariance: np.ndarray
    n: int
    n_dropped: int
    events: int
    rows: np.ndarray
    dropped: tuple[Dropped, ...]
    weights: np.ndarray | None = None
    clusters: int = 0
    rank: int = 0
    df: float = np.inf
    log_likelihood: float = np.nan
    converged: bool = False
    iterations: int = 0
    gradient_norm: float = np.nan
    note: str = ""

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length k."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_values(self) -> np.ndarray:
        """Two-sided, by t with `df` degrees of freedom (as `regress`) or, infinite, z (as `logit`); length k."""
        return two_sided(self.params / self.std_errors, self.df)

    def intervals(self, level: float = 0.95) -> np.ndarray:
        """Lower and upper bounds, k x 2, from the same distribution."""
        half = quantile(level, self.df) * self.std_errors
        return np.column_stack([self.params - half, self.params + half])

    @property
    def extras(self) -> Mapping[str, Extra]:
        """Numbers that a row of a table of coefficients can name beside them."""
        return {OBSERVATIONS: Extra(OBSERVATIONS, float(self.n))}

    @property
    def flag(self) -> str:
        """Empty, or the flag that its cells carry: not_estimable | not_converged."""
        if self.converged:
            return ""
        return "not_estimable" if self.rank == 0 else "not_converged"


@dataclass(frozen=True, eq=False)
class IndexFit(Fit):
    """A model of the index X b: least squares, logit or probit.

    estimator : ols | logit | probit | ols_fixed_effects. params : changes of the outcome (ols) or of the linear
    predictor.
    r_squared : of ols, within persons for fixed effects. pseudo_r_squared : McFadden's, of logit and probit.
    share_outside : share of the predictions of ols outside [0, 1], of an outcome of 0 and 1.
    """

    r_squared: float = np.nan
    pseudo_r_squared: float = np.nan
    share_outside: float = np.nan

    @property
    def extras(self) -> Mapping[str, Extra]:
        """With the R squared of a linear model; that within persons is another one."""
        why = CONSTANT_OUTCOME if np.isnan(self.r_squared) else ""
        own = {"r_squared": Extra("r_squared", self.r_squared, note=why)} if self.estimator == "ols" else {}
        return {**super().extras, **own}


@dataclass(frozen=True, eq=False)
class Estimates:
    """m numbers made from a fit's coefficients, and their m x m covariance; NaN where not estimated.

    values : m. covariance : m x m.
    """

    values: np.ndarray
    covariance: np.ndarray

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length m."""
        return np.sqrt(np.diag(self.covariance))

    def without(self, unknown: np.ndarray) -> "Estimates":
        """The same with NaN where `unknown` (m) is true."""
        covariance = np.where(unknown | unknown[:, None], np.nan, self.covariance)
        return Estimates(np.where(unknown, np.nan, self.values), covariance)

    def change(self, one: int, base: int) -> tuple[float, float]:
        """One number (its place) less another, and the standard error of the difference."""
        pair = np.ix_([one, base], [one, base])
        sign = np.array([1.0, -1.0])
        variance = sign @ self.covariance[pair] @ sign
        return float(self.values[one] - self.values[base]), float(np.sqrt(np.maximum(variance, 0)))


def two_sided(ratio: np.ndarray, df: float) -> np.ndarray:
    """P-values of estimates over their errors, by t with `df` degrees of freedom, by z where they are infinite."""
    from scipy.special import stdtr

    return 2 * stdtr(df, -np.abs(ratio))


def quantile(level: float, df: float) -> float:
    """How many errors an interval of this level reaches to either side."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(0.5 + level / 2) if np.isinf(df) else stdtrit(df, 0.5 + level / 2))


def nothing_yet(y: np.ndarray, design: Design, sample: Sample, kind: str) -> dict[str, Any]:
    """Fields of a `Fit` before anything is estimated: the counts, every coefficient NaN. y : one a complete case."""
    k, rows = len(design.names), np.flatnonzero(sample.rows)
    return {
        "kind": kind,
        "names": design.names,
        "params": np.full(k, np.nan),
        "covariance": np.full((k, k), np.nan),
        "n": len(rows),
        "n_dropped": design.n - len(rows),
        "events": int(np.count_nonzero(y[rows])),
        "rows": rows,
        "dropped": sample.dropped,
    }


def unfitted(
    y: np.ndarray, design: Design, sample: Sample, estimator: str, kind: str, weights: np.ndarray | None, note: str
) -> IndexFit:
    """A model before anything is estimated. y, weights : one a complete case."""
    rows = np.flatnonzero(sample.rows)
    used = weights[rows] / weights[rows].mean() if weights is not None and len(rows) else None
    return IndexFit(estimator, **nothing_yet(y, design, sample, kind), weights=used, note=note)


def spread(params: np.ndarray, covariance: np.ndarray, sample: Sample, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and covariance of `sample.columns` at their places among all k columns, NaN elsewhere."""
    found, matrix = np.full(k, np.nan), np.full((k, k), np.nan)
    found[sample.columns] = params
    matrix[np.ix_(sample.columns, sample.columns)] = covariance
    return found, matrix


def used_rows(design: Design, rows: np.ndarray) -> np.ndarray:
    """Rows of X at these positions, n x k; X itself, not a copy, where they are all of them."""
    return design.X if len(rows) == design.n else design.X[rows]


def covariance_of(jacobian: np.ndarray, fit: Fit) -> np.ndarray:
    """J V J' over the estimated coefficients (delta method); J is m x k."""
    estimated = ~np.isnan(fit.params)
    J = jacobian[:, estimated]
    return J @ fit.covariance[np.ix_(estimated, estimated)] @ J.T
