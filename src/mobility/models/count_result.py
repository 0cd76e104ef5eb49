"""The result of a count model: negative binomial, or Poisson where the counts are not overdispersed."""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any

import numpy as np

from mobility.errors import DataError
from mobility.models.design import Design
from mobility.models.identify import Dropped


@dataclass(frozen=True)
class LikelihoodRatio:
    """Test of alpha = 0: statistic 2 (ll - ll of Poisson), p of the mixture of 0 and chi-squared(1), half and half."""

    statistic: float
    p_value: float


@dataclass(frozen=True, eq=False)
class RateRatios:
    """exp(b) of each coefficient with its delta-method error exp(b) se(b); the constant's is the baseline rate."""

    names: tuple[str, ...]
    values: np.ndarray
    std_errors: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted count model with mean exp(X b + offset) and variance mean + alpha mean^2 (Stata's `nbreg`).

    Arrays follow `names`, the columns of the design; what was not estimated is NaN.

    estimator : negbin, or poisson where alpha fell to 0. kind : classical | robust | clustered.
    params : k coefficients. joint : covariance of the coefficients and, last, of ln(alpha), (k + 1) x (k + 1).
    n : rows used. n_dropped : complete cases not used. events : used rows with a count above 0.
    rows : positions of the used rows in `design.X`. dropped : coefficients not estimated and why.
    rank : coefficients estimated. log_likelihood_poisson : of the same coefficients' Poisson model at its maximum.
    gradient_norm : largest mean score of a standardised column or of ln(alpha). note : warnings in words.
    """

    estimator: str
    kind: str
    names: tuple[str, ...]
    params: np.ndarray
    joint: np.ndarray
    n: int
    n_dropped: int
    events: int
    rows: np.ndarray
    dropped: tuple[Dropped, ...]
    clusters: int = 0
    rank: int = 0
    ln_alpha: float = np.nan
    log_likelihood: float = np.nan
    log_likelihood_poisson: float = np.nan
    converged: bool = False
    iterations: int = 0
    gradient_norm: float = np.nan
    note: str = ""

    @property
    def alpha(self) -> float:
        """Overdispersion; 0 for Poisson."""
        return float(np.exp(self.ln_alpha))

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the coefficients, k x k."""
        return self.joint[:-1, :-1]

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors of the coefficients, length k."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def std_error_ln_alpha(self) -> float:
        """Standard error of ln(alpha); NaN for Poisson."""
        return float(np.sqrt(self.joint[-1, -1]))

    @property
    def std_error_alpha(self) -> float:
        """Delta-method error of alpha: alpha times that of ln(alpha)."""
        return self.alpha * self.std_error_ln_alpha

    @property
    def p_values(self) -> np.ndarray:
        """Two-sided, by z; length k."""
        return np.array([erfc(z / sqrt(2)) for z in np.abs(self.params / self.std_errors).tolist()])

    def intervals(self, level: float = 0.95) -> np.ndarray:
        """Lower and upper bounds of the coefficients by z, k x 2."""
        half = _quantile(level) * self.std_errors
        return np.column_stack([self.params - half, self.params + half])

    def alpha_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Bounds of alpha: those of ln(alpha), exponentiated."""
        half = _quantile(level) * self.std_error_ln_alpha
        return float(np.exp(self.ln_alpha - half)), float(np.exp(self.ln_alpha + half))

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

    @property
    def flag(self) -> str:
        """Empty, or the flag that its cells carry: not_estimable | not_converged."""
        if self.converged:
            return ""
        return "not_estimable" if self.rank == 0 else "not_converged"


def _quantile(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def predicted_counts(fit: CountFit, design: Design, offset: Any = None) -> np.ndarray:
    """Expected counts exp(X b + offset) of the complete cases, length n; 0 for rows dropped with a category of zeros.

    offset : as for `fit_negbin`; zeros give rates per unit of exposure. Terms dropped as collinear count as 0.
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
