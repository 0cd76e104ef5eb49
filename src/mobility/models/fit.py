"""One fit by least squares, logit or probit with Stata's conventions: a column of Tables A1 to A4."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mobility.errors import DataError, SpecError, nearest
from mobility.models import identify
from mobility.models.covariance import Covariance, cluster_codes, covariance_matrix
from mobility.models.design import Design
from mobility.models.identify import Sample
from mobility.models.linear import Standardised, standardise, weighted_gram
from mobility.models.links import LINKS, Likelihood
from mobility.models.result import IndexFit, spread, unfitted, used_rows
from mobility.models.solve import Solution, solve

# Largest mean score of a standardised column that counts as zero.
GRADIENT_TOLERANCE = 1e-7
# Information left in the weakest direction, as a share of the strongest; below it a coefficient is running to infinity.
INFORMATION_TOLERANCE = 1e-13
# A row is completely determined where its fitted probability is this near to what happened.
DETERMINED = 1e-8


@dataclass(frozen=True, eq=False)
class _Problem:
    """What is left to solve: outcome (n), standardised regressors (n x k), Z'WZ, weights of mean 1, cluster codes."""

    y: np.ndarray
    columns: Standardised
    gram: np.ndarray
    weights: np.ndarray | None
    codes: np.ndarray | None
    sample: Sample

    def weigh(self, values: np.ndarray) -> np.ndarray:
        """Values (n) times their weights."""
        return values if self.weights is None else self.weights * values


def fit(
    y: Any,
    design: Design,
    estimator: str,
    covariance: Covariance,
    cluster: Any = None,
    weights: Any = None,
    max_iterations: int = 50,
) -> IndexFit:
    """Fit one model.

    Parameters
    ----------
    y : outcome, 0 or 1, of ols any number; like `cluster` and `weights` one a row of the frame of `build_design` (or
    one a complete case).
    estimator : ols, logit or probit.
    cluster : identifiers (persons); needed for clustered errors. weights : sampling weights, positive, on any scale.

    Returns
    -------
    IndexFit. What a sample cannot identify is NaN with its reason in `dropped`; where nothing can be estimated, all is
    NaN with the reason in `note`.

    Raises
    ------
    SpecError
        Unknown estimator, or clustered errors without a cluster.
    DataError
        Outcome not 0 or 1 (ols: infinite), weights not positive, wrong lengths or missing values.
    """
    _check(estimator, covariance, cluster)
    outcome = outcome_of(y, design, estimator != "ols")
    weight = None if weights is None else weights_of(weights, design)
    sample = identify.whole(design)
    if estimator != "ols":
        sample = identify.drop_perfect_predictors(outcome, design, sample)
    why = identify.why_not_estimable(outcome, design, sample, estimator != "ols")
    start = unfitted(outcome, design, sample, estimator, covariance.kind, weight, why)
    if why:
        return start
    codes, clusters = cluster_codes(cluster, design, sample.rows, covariance.kind)
    problem = _problem(outcome, design, identify.drop_empty(design, sample), start.weights, codes)
    start = replace(start, dropped=problem.sample.dropped, clusters=clusters)
    n, k = problem.columns.Z.shape
    if n <= k or (covariance.kind == "clustered" and clusters < 2):
        few = f"{n} rows for {k} coefficients" if n <= k else "one cluster: clustered errors need at least two"
        return replace(start, note=few)
    solution = solve(problem.y, problem.columns.Z, problem.gram, start.weights, estimator, max_iterations)
    df = np.inf if estimator != "ols" else (clusters - 1 if clusters else n - k)
    return _finish(replace(start, rank=k, df=float(df), iterations=solution.iterations), problem, solution)


def _check(estimator: str, covariance: Covariance, cluster: Any) -> None:
    if estimator not in LINKS:
        raise SpecError(f"models: estimator `{estimator}` is unknown; {nearest(estimator, list(LINKS))}.")
    covariance.fail_without(cluster)


def outcome_of(y: Any, design: Design, binary: bool) -> np.ndarray:
    """Outcome of the complete cases as float64; DataError where it is infinite, or for `binary` not 0 or 1."""
    outcome = np.asarray(design.align(y, "outcome"), dtype="float64")
    if not binary:
        infinite = int((~np.isfinite(outcome)).sum())
        if infinite:
            raise DataError(
                f"outcome: infinite in {infinite} of {design.n} complete cases, as the logarithm of 0 is. "
                "Drop those rows in the sample (samples.yaml), where the loss table counts them."
            )
        return outcome
    odd = np.unique(outcome[(outcome != 0) & (outcome != 1)])
    if len(odd):
        raise DataError(
            f"outcome: found {', '.join(f'{value:g}' for value in odd[:3])}; it must be 0 or 1 in every row."
        )
    return outcome


def weights_of(weights: Any, design: Design) -> np.ndarray:
    """Weights of the complete cases; DataError where one is not positive and finite."""
    found = np.asarray(design.align(weights, "weights"), dtype="float64")
    bad = int((~(found > 0) | np.isinf(found)).sum())
    if bad:
        raise DataError(
            f"weights: {bad} of {design.n} complete cases have no positive finite weight. "
            "Drop those rows in the sample (samples.yaml), where the loss table counts them."
        )
    return found


def _problem(
    y: np.ndarray, design: Design, sample: Sample, weights: np.ndarray | None, codes: np.ndarray | None
) -> _Problem:
    """Standardised, independent columns of the used rows and their cross-products."""
    X = used_rows(design, np.flatnonzero(sample.rows))
    columns = standardise(X if len(sample.columns) == X.shape[1] else X[:, sample.columns])
    gram = weighted_gram(columns.Z)
    sample, kept = identify.drop_collinear(gram / len(X), design, sample)
    columns = columns.select(kept)
    gram = gram[np.ix_(kept, kept)] if weights is None else weighted_gram(columns.Z, weights)
    return _Problem(y[sample.rows], columns, gram, weights, codes, sample)


def _finish(start: IndexFit, problem: _Problem, solution: Solution) -> IndexFit:
    """The fit with coefficients, covariance and diagnostics, in the units of the design."""
    if not np.isfinite(solution.params).all():
        note = "did not converge: the information matrix became singular; some combination of terms predicts perfectly"
        return replace(start, note=note)
    link, Z = LINKS[start.estimator], problem.columns.Z
    eta = Z @ solution.params
    score = problem.weigh(link.score(problem.y, eta))
    information = problem.gram
    if start.estimator != "ols":
        information = weighted_gram(Z, problem.weigh(link.curvature(problem.y, eta)))
    identified = _identified(information)
    gradient = float(np.abs(Z.T @ score).max() / len(eta))
    params, covariance = _own_units(start, problem, solution.params, score, information if identified else None)
    result = replace(
        start,
        params=params,
        covariance=covariance,
        gradient_norm=gradient,
        converged=solution.stopped and identified and gradient < GRADIENT_TOLERANCE * max(1, np.abs(problem.y).max()),
        **_quality(start.estimator, link, problem, eta),
    )
    return replace(result, note=_note(result, link, eta, problem.y))


def _identified(information: np.ndarray) -> bool:
    """Whether every combination of standardised columns still has information."""
    if not np.isfinite(information).all():
        return False
    size = np.linalg.eigvalsh(information)
    return bool(size[0] > INFORMATION_TOLERANCE * size[-1])


def _own_units(
    start: IndexFit, problem: _Problem, params: np.ndarray, score: np.ndarray, information: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and covariance of all columns of the design; no covariance without information."""
    T = problem.columns.transformation
    covariance = np.full(T.shape, np.nan)
    if information is not None:
        bread = np.linalg.inv(information)
        Z, clusters = problem.columns.Z, (problem.codes, start.clusters)
        covariance = covariance_matrix(start.kind, start.estimator, bread, Z, score, problem.weights, *clusters)
    return spread(T @ params, T @ covariance @ T.T, problem.sample, len(start.names))


def _quality(estimator: str, link: Likelihood, problem: _Problem, eta: np.ndarray) -> dict[str, Any]:
    """Log likelihood, R squared or McFadden's pseudo R squared, and the share of ols predictions outside [0, 1]."""
    y, n = problem.y, len(eta)
    centre = float(np.average(y, weights=problem.weights))
    # Separated rows have log 0, an exact fit a residual of 0.
    with np.errstate(divide="ignore"):
        if estimator == "ols":
            residual = float(problem.weigh((y - eta) ** 2).sum())
            total = float(problem.weigh((y - centre) ** 2).sum())
            weighing = 0.0 if problem.weights is None else 0.5 * float(np.log(problem.weights).sum())
            return {
                "log_likelihood": -n / 2 * (np.log(2 * np.pi * residual / n) + 1) + weighing,
                "r_squared": 1 - residual / total,
                "share_outside": float(np.mean((eta < 0) | (eta > 1))) if np.isin(y, (0, 1)).all() else np.nan,
            }
        found = float(problem.weigh(np.log(np.where(y == 1, link.mean(eta), link.rest(eta)))).sum())
    null = n * (centre * np.log(centre) + (1 - centre) * np.log(1 - centre))
    return {"log_likelihood": found, "pseudo_r_squared": 1 - found / null}


def _note(result: IndexFit, link: Likelihood, eta: np.ndarray, y: np.ndarray) -> str:
    """Non-convergence, and Stata's note on completely determined rows."""
    parts = [] if result.converged else [f"did not converge in {result.iterations} iterations"]
    determined = 0 if result.estimator == "ols" else int((np.abs(y - link.mean(eta)) < DETERMINED).sum())
    if determined:
        parts.append(f"{determined} {'row is' if determined == 1 else 'rows are'} completely determined")
    return "; ".join(parts)
