"""The result of a count model: negative binomial, or Poisson where the counts are not overdispersed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import erfc, sqrt
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.models.design import Design
from mobility.models.result import Extra, Fit


@dataclass(frozen=True)
class LikelihoodRatio:
    """Test of alpha = 0: statistic 2 (ll - ll of Poisson), p of the mixture of 0 and chi-squared(1), half and half."""

    statistic: float
    p_value: float


@dataclass(frozen=True, eq=False)
class RateRatios:
    """exp(b) of each coefficient with its delta-method error exp(b) se(b); the constant's is the baseline rate.

    names : k coefficients. values, std_errors : k. bounds : k x 2, the interval of b exponentiated.
    """

    names: tuple[str, ...]
    values: np.ndarray
    std_errors: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True, eq=False)
class CountFit(Fit):
    """A fitted count model with mean exp(X b + offset) and variance mean + alpha mean^2 (Stata's `nbreg`).

    estimator : negbin, or poisson where alpha fell to 0.
    joint : covariance of the coefficients and, last, of ln(alpha), (k + 1) x (k + 1); `covariance` is its part.
    log_likelihood_poisson : of the same coefficients' Poisson model at its maximum.
    gradient_norm : largest mean score of a standardised column or of ln(alpha).
    """

    joint: np.ndarray = field(kw_only=True)
    ln_alpha: float = np.nan
    log_likelihood_poisson: float = np.nan

    @property
    def alpha(self) -> float:
        """Overdispersion; 0 for Poisson."""
        return float(np.exp(self.ln_alpha))

    @property
    def std_error_ln_alpha(self) -> float:
        """Standard error of ln(alpha); NaN for Poisson."""
        return float(np.sqrt(self.joint[-1, -1]))

    @property
    def extras(self) -> Mapping[str, Extra]:
        """With ln(alpha), which is estimated as a coefficient is."""
        return {**super().extras, "ln_alpha": Extra("coefficient", self.ln_alpha, self.std_error_ln_alpha)}

    def rate_ratios(self, level: float = 0.95) -> RateRatios:
        """Incidence-rate ratios; their bounds are those of the coefficients, exponentiated."""
        ratios = np.exp(self.params)
        return RateRatios(self.names, ratios, ratios * self.std_errors, np.exp(self.intervals(level)))

    @property
    def lr_test(self) -> LikelihoodRatio:
        """Likelihood-ratio test of alpha = 0."""
        statistic = 2 * (self.log_likelihood - self.log_likelihood_poisson)
        if np.isnan(statistic):
            return LikelihoodRatio(np.nan, np.nan)
        if statistic <= 0:
            return LikelihoodRatio(0.0, 1.0)
        return LikelihoodRatio(statistic, 0.5 * erfc(sqrt(statistic / 2)))


def predicted_counts(fit: CountFit, design: Design, offset: Any = None) -> np.ndarray:
    """Expected counts exp(X b + offset) of the complete cases, length n; 0 for rows dropped with a category of zeros.

    offset : as for `fit_negbin`; zeros give rates per unit of exposure. Terms dropped as collinear count as 0.

    Raises `DataError` of a fit that estimated nothing.
    """
    if fit.rank == 0:
        raise DataError(f"predicted counts: the model was not estimated: {fit.note}.")
    known = np.isfinite(fit.params)
    eta = design.X[:, known] @ fit.params[known] if not known.all() else design.X @ fit.params
    eta = eta if offset is None else eta + offset_of(offset, design)
    expected = np.zeros(design.n)
    expected[fit.rows] = np.exp(eta[fit.rows])
    return expected


def offset_of(offset: Any, design: Design) -> np.ndarray:
    """The offset of the complete cases as float64; DataError where it is not finite."""
    found = np.asarray(design.align(offset, "offset"), dtype="float64")
    bad = int((~np.isfinite(found)).sum())
    if bad:
        raise DataError(
            f"offset: {bad} of {design.n} complete cases are not finite; the offset is the logarithm of an exposure "
            "(population), which must be above 0. Drop those rows in the sample, where the loss table counts them."
        )
    return found
