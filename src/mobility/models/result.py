"""The result of a fit, the same for every estimator: one column of Tables A1 to A4."""

from dataclasses import dataclass

import numpy as np

from mobility.models.design import Design
from mobility.models.identify import Dropped, Sample


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model. Arrays follow `names`, the columns of the design; what was not estimated is NaN.

    estimator : lpm | logit | probit | lpm_fixed_effects. kind : classical | robust | clustered.
    params : k coefficients: changes of the probability (lpm) or of the linear predictor. covariance : k x k.
    n : rows used. n_dropped : complete cases not used. events : used rows with outcome 1. clusters : if clustered.
    rows : positions of the used rows in `design.X`. weights : of those rows, mean 1, None for unweighted.
    dropped : coefficients not estimated and why. df : degrees of freedom of t (lpm), infinite for z.
    r_squared : of lpm, within persons for fixed effects. pseudo_r_squared : McFadden's, of logit and probit.
    gradient_norm : largest mean score of a standardised column. rank : coefficients estimated.
    share_outside : share of lpm predictions outside [0, 1]. note : warnings in words, empty where there are none.
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
    weights: np.ndarray | None
    dropped: tuple[Dropped, ...]
    clusters: int = 0
    rank: int = 0
    df: float = np.nan
    log_likelihood: float = np.nan
    r_squared: float = np.nan
    pseudo_r_squared: float = np.nan
    converged: bool = False
    iterations: int = 0
    gradient_norm: float = np.nan
    share_outside: float = np.nan
    note: str = ""

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length k."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_values(self) -> np.ndarray:
        """Two-sided, by t with `df` degrees of freedom (lpm, as `regress`) or z (as `logit`); length k."""
        from scipy.stats import t

        return 2 * t.sf(np.abs(self.params / self.std_errors), self.df)

    def intervals(self, level: float = 0.95) -> np.ndarray:
        """Lower and upper bounds, k x 2, from the same distribution."""
        from scipy.stats import t

        half = t.ppf(0.5 + level / 2, self.df) * self.std_errors
        return np.column_stack([self.params - half, self.params + half])

    @property
    def flag(self) -> str:
        """Empty, or the flag that its cells carry: not_estimable | not_converged."""
        if self.converged:
            return ""
        return "not_estimable" if self.rank == 0 else "not_converged"


def unfitted(
    y: np.ndarray, design: Design, sample: Sample, estimator: str, kind: str, weights: np.ndarray | None, note: str
) -> Fit:
    """The fit before anything is estimated: the counts, and every coefficient NaN. y, weights: one a complete case."""
    k, rows = len(design.names), np.flatnonzero(sample.rows)
    used = weights[rows] / weights[rows].mean() if weights is not None and len(rows) else None
    nothing = (np.full(k, np.nan), np.full((k, k), np.nan))
    counts = (len(rows), design.n - len(rows), int(y[rows].sum()))
    return Fit(estimator, kind, design.names, *nothing, *counts, rows, used, sample.dropped, note=note)


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
