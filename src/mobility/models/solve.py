"""The search for the coefficients of standardised regressors: least squares, or maximum likelihood by Newton."""

from dataclasses import dataclass

import numpy as np

from mobility.models.linear import weighted_gram
from mobility.models.links import LINKS, Likelihood

# In units of standardised columns, where the last ordinary step is far below this.
STEP_TOLERANCE = 1e-9
# A search over many rows begins where one over some of them ends: every so many, if these are rows enough. A prime, so
# that a regular order of the rows does not give one of its values only.
SOME = 17
ENOUGH = 2000
MOST_OF_SOME = 10
# How far from least squares some rows may lead, in units of standardised columns: further off Newton may not come back.
FARTHEST = 2


@dataclass(frozen=True, eq=False)
class Solution:
    """Coefficients (NaN where the information matrix became singular), iterations, and whether the steps ended.

    params : p. stopped : whether the last step was within the tolerance.
    """

    params: np.ndarray
    iterations: int = 0
    stopped: bool = True


def solve(
    y: np.ndarray, Z: np.ndarray, gram: np.ndarray, weights: np.ndarray | None, estimator: str, max_iterations: int
) -> Solution:
    """Coefficients of Z (n x k, independent columns) by the estimator.

    gram : Z' diag(weights) Z. Least squares solves it, which loses no digits that matter since the columns are
    standardised and independent; maximum likelihood starts where Newton's first step from zero would end.
    """
    target = y if estimator == "ols" else y - 0.5
    params = np.linalg.solve(gram, Z.T @ (target if weights is None else weights * target))
    if estimator == "ols":
        return Solution(params)
    link = LINKS[estimator]
    return _maximise(y, Z, weights, link, link.start * params, max_iterations)


def _maximise(
    y: np.ndarray, Z: np.ndarray, weights: np.ndarray | None, link: Likelihood, start: np.ndarray, max_iterations: int
) -> Solution:
    """Newton's method on the observed information; no line search, since these likelihoods are concave."""
    if len(Z) >= SOME * ENOUGH:
        start = _from_some(y, Z, weights, link, start)
    params, weight = start, 1.0 if weights is None else weights
    # A separated sample overflows or meets a singular matrix; the fit is flagged for it, so warnings add nothing.
    with np.errstate(all="ignore"):
        for iteration in range(1, max_iterations + 1):
            eta = Z @ params
            information = weighted_gram(Z, weight * link.curvature(y, eta))
            try:
                step = np.linalg.solve(information, Z.T @ (weight * link.score(y, eta)))
            except np.linalg.LinAlgError:
                return Solution(np.full(Z.shape[1], np.nan), iteration, False)
            params = params + step
            if not np.abs(step).max() > STEP_TOLERANCE:
                return Solution(params, iteration)
    return Solution(params, max_iterations, False)


def _from_some(
    y: np.ndarray, Z: np.ndarray, weights: np.ndarray | None, link: Likelihood, start: np.ndarray
) -> np.ndarray:
    """The coefficients of some of the rows; `start` where these rows alone have no maximum, or one far from it."""
    some = slice(None, None, SOME)
    own = None if weights is None else weights[some]
    found = _maximise(y[some], np.ascontiguousarray(Z[some]), own, link, start, MOST_OF_SOME)
    near = found.stopped and float(np.abs(found.params - start).max()) <= FARTHEST
    return found.params if near else start
