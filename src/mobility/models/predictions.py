"""Predicted probability of described persons: the baseline of Figures 3.2 to 3.6, and the probability by age."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mobility.models.design import Design
from mobility.models.links import link_of
from mobility.models.result import Estimates, Fit, covariance_of, used_rows


def predict_profiles(fit: Fit, design: Design, profiles: Sequence[Mapping[str, Any]]) -> Estimates:
    """F(x'b) for each profile, with errors by the delta method (Stata: `margins, at(...)`).

    A profile names terms and their values: {age: 30, qualification: postgraduate}. A term that it does not name is at
    its base: factors at the reference, indicators at 0, continuous terms and polynomials at the (weighted) mean of x
    over the rows used. `{}` is the baseline person of section 3.3. NaN where a profile needs a dropped coefficient.

    Raises
    ------
    SpecError
        A profile names an unknown term or level.
    """
    base = _base(fit, design)
    points = np.array([_point(base, profile, design) for profile in profiles])
    link, params, gone = link_of(fit.estimator), np.nan_to_num(fit.params), np.isnan(fit.params)
    eta = points @ params
    covariance = covariance_of(link.density(eta)[:, None] * points, fit)
    unknown = np.array([fit.rank == 0 or bool(point[gone].any()) for point in points])
    return Estimates(link.mean(eta), covariance).without(unknown)


def _base(fit: Fit, design: Design) -> np.ndarray:
    """The regressors of the baseline person, length k."""
    point = np.zeros(len(design.names))
    point[0] = 1
    X = used_rows(design, fit.rows)
    for block in design.blocks.values():
        if block.kind in ("polynomial", "continuous"):
            mean = np.average(X[:, block.columns[0]], weights=fit.weights) if fit.n else np.nan
            _set(point, block.term, mean, design)
    return point


def _point(base: np.ndarray, profile: Mapping[str, Any], design: Design) -> np.ndarray:
    """The baseline with the values that the profile names, and the interactions of all values."""
    point = base.copy()
    for term, value in profile.items():
        _set(point, term, value, design)
    for column, factors in design.products.items():
        point[column] = point[list(factors)].prod()
    return point


def _set(point: np.ndarray, term: str, value: Any, design: Design) -> None:
    columns, values = design.columns_at(term, value)
    point[list(columns)] = values
