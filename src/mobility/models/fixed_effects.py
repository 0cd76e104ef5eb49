"""Least squares within persons: the robustness column beside Tables A1 to A4."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from mobility.models import identify
from mobility.models.covariance import meat, small_sample_factor
from mobility.models.design import Design
from mobility.models.fit import outcome_of
from mobility.models.identify import Dropped, Sample
from mobility.models.linear import standardise, weighted_gram
from mobility.models.result import IndexFit, spread, unfitted

ESTIMATOR = "ols_fixed_effects"
# Share of a column's norm that must be left when the persons' means are gone.
ABSORBED = 1e-5


def fit_fixed_effects(y: Any, design: Design, person: Any) -> IndexFit:
    """Least squares with an effect for each person, errors clustered by person.

    y_it - mean_i = (x_it - mean_i)' b + e_it, by least squares. Covariance as Stata's
    `xtreg, fe vce(cluster person)`: g/(g-1) * (n-1)/(n-k), k the coefficients and the constant, without the persons.

    Parameters
    ----------
    y : outcome, any number; like `person` one a row of the frame of `build_design` (or one a complete case).

    Returns
    -------
    IndexFit with estimator `ols_fixed_effects`; r_squared within persons. Terms that no person changes are NaN, reason
    `absorbed`, and so is the constant. Persons seen once count in n and inform nothing.

    Raises
    ------
    DataError
        Outcome infinite, wrong lengths or missing values.
    """
    outcome = outcome_of(y, design, binary=False)
    codes, persons = pd.factorize(design.align(person, "person"))
    sample = identify.whole(design)
    problem = identify.why_not_estimable(outcome, design, sample, binary_outcome=False)
    empty = replace(unfitted(outcome, design, sample, ESTIMATOR, "clustered", None, problem), clusters=len(persons))
    if problem:
        return empty
    X, target = _within(design.X, codes), _within(outcome[:, None], codes)[:, 0]
    sample, X = _identified(design, sample, X)
    empty = replace(empty, dropped=sample.dropped)
    if not np.any(target) or not len(sample.columns):
        what = "outcome" if not np.any(target) else "term of the model"
        return replace(empty, note=f"no person's {what} changes: nothing to compare within persons")
    if len(persons) < 2 or empty.n <= len(sample.columns) + 1:
        return replace(empty, note=f"{empty.n} rows of {len(persons)} persons for {len(sample.columns)} coefficients")
    return _estimate(empty, design, sample, codes, X, target)


def _within(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Columns (n x k) less their means by person."""
    size = np.bincount(codes)
    centred = np.empty_like(columns, order="F")
    for place in range(columns.shape[1]):
        means = np.bincount(codes, weights=columns[:, place]) / size
        centred[:, place] = columns[:, place] - means[codes]
    return centred


def _identified(design: Design, sample: Sample, X: np.ndarray) -> tuple[Sample, np.ndarray]:
    """The sample less the columns that do not vary within persons and those that are collinear there, and their X."""
    sample = identify.drop_empty(design, sample)
    absorbed = [int(column) for column in sample.columns if _still(X[:, column], design.X[:, column])]
    records = [_absorbed(design.names[column], design.terms[column]) for column in absorbed]
    sample = sample.without(absorbed, records)
    if len(sample.columns):
        # `standardise` leaves its first column, the constant, as it is; here that is a column of zeros.
        padded = np.column_stack([np.zeros(len(X)), X[:, sample.columns]])
        gram = weighted_gram(standardise(padded).Z[:, 1:]) / len(X)
        sample, _ = identify.drop_collinear(gram, design, sample)
    return sample, X[:, sample.columns]


def _still(centred: np.ndarray, column: np.ndarray) -> bool:
    """Whether the persons' means are all of a column, as linearmodels' PanelOLS judges it."""
    return bool(np.linalg.norm(centred) <= ABSORBED * np.linalg.norm(column))


def _absorbed(name: str, term: str) -> Dropped:
    return Dropped(
        name, term, "absorbed", 0, f"{name} does not change within any person; absorbed by the persons' effects"
    )


def _estimate(
    empty: IndexFit,
    design: Design,
    sample: Sample,
    codes: np.ndarray,
    X: np.ndarray,
    target: np.ndarray,
) -> IndexFit:
    """Coefficients, covariance to Stata's factor, diagnostics."""
    n, k = X.shape
    scale = np.linalg.norm(X, axis=0)
    Z = X / scale
    bread = np.linalg.inv(weighted_gram(Z))
    params = bread @ (Z.T @ target)
    residual = target - Z @ params
    factor = small_sample_factor("ols", "clustered", n, k + 1, empty.clusters)
    covariance = factor * bread @ meat(Z, residual, codes, empty.clusters) @ bread
    params, covariance = spread(params / scale, covariance / np.outer(scale, scale), sample, len(design.names))
    return replace(
        empty,
        params=params,
        covariance=covariance,
        rank=k,
        df=float(empty.clusters - 1),
        r_squared=float(1 - residual @ residual / (target @ target)),
        converged=True,
        gradient_norm=float(np.abs(X.T @ residual).max() / n),
    )
