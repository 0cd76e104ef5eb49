"""The search for the coefficients of standardised regressors: least squares, or maximum likelihood by statsmodels."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from mobility.models.links import LINKS

# In units of standardised columns, where the last ordinary step is far below this.
STEP_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """Coefficients (NaN where the information matrix became singular), iterations, and whether the steps ended."""

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
    return _maximise(y, Z, weights, estimator, LINKS[estimator].start * params, max_iterations)


def _maximise(
    y: np.ndarray, Z: np.ndarray, weights: np.ndarray | None, estimator: str, start: np.ndarray, max_iterations: int
) -> Solution:
    """Newton's method of statsmodels. Its ridge is off, since it would let a separated fit seem to converge."""
    # A separated sample overflows or meets a singular matrix; the fit is flagged for it, so these warnings add nothing.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = _model(y, Z, weights, estimator).fit(
                start_params=start,
                method="newton",
                maxiter=max_iterations,
                disp=0,
                warn_convergence=False,
                callback=lambda params: None,
                tol=STEP_TOLERANCE,
                ridge_factor=0.0,
            )
        except np.linalg.LinAlgError:
            return Solution(np.full(Z.shape[1], np.nan), max_iterations, False)
    found = result.mle_retvals
    return Solution(np.asarray(result.params), int(found["iterations"]), bool(found["converged"]))


def _model(y: np.ndarray, Z: np.ndarray, weights: np.ndarray | None, estimator: str) -> Any:
    """The statsmodels model; its Logit and Probit take no weights, its GLM does."""
    if weights is None:
        from statsmodels.discrete.discrete_model import Logit, Probit

        return {"logit": Logit, "probit": Probit}[estimator](y, Z, check_rank=False)
    from statsmodels.genmod.families import Binomial, links
    from statsmodels.genmod.generalized_linear_model import GLM

    link = {"logit": links.Logit, "probit": links.Probit}[estimator]()
    return GLM(y, Z, family=Binomial(link=link), freq_weights=weights)
