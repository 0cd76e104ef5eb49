"""Predicted probability of described persons: the baseline of Figures 3.2 to 3.6, and the probability by age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mobility.errors import SpecError, nearest
from mobility.models.design import Block, Design
from mobility.models.links import link_of
from mobility.models.result import Fit, covariance_of, used_rows


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predicted probabilities of m profiles (proportions) and their m x m covariance, NaN where not estimated."""

    values: np.ndarray
    covariance: np.ndarray

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length m."""
        return np.sqrt(np.diag(self.covariance))

    def change(self, profile: int, base: int) -> tuple[float, float]:
        """Probability of one profile (its place) less that of another, and the standard error of the difference."""
        pair = np.ix_([profile, base], [profile, base])
        sign = np.array([1.0, -1.0])
        variance = sign @ self.covariance[pair] @ sign
        return float(self.values[profile] - self.values[base]), float(np.sqrt(np.maximum(variance, 0)))


def predict_profiles(fit: Fit, design: Design, profiles: Sequence[Mapping[str, Any]]) -> Predictions:
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
    values = link.probability(eta)
    unknown = points[:, gone].any(axis=1) if fit.rank else np.ones(len(points), dtype=bool)
    values[unknown] = np.nan
    covariance[unknown] = np.nan
    covariance[:, unknown] = np.nan
    return Predictions(values, covariance)


def _base(fit: Fit, design: Design) -> np.ndarray:
    """The regressors of the baseline person, length k."""
    point = np.zeros(len(design.names))
    point[0] = 1
    X = used_rows(design, fit.rows)
    for block in design.blocks.values():
        if block.kind in ("polynomial", "continuous"):
            x = np.average(X[:, block.columns[0]], weights=fit.weights) if fit.n else np.nan
            _set_powers(point, block, x)
    return point


def _point(base: np.ndarray, profile: Mapping[str, Any], design: Design) -> np.ndarray:
    """The baseline with the values that the profile names."""
    point = base.copy()
    for term, value in profile.items():
        if term not in design.blocks:
            raise SpecError(f"models: profile: no term `{term}`; {nearest(term, list(design.blocks))}.")
        block = design.blocks[term]
        if block.kind == "factor":
            _set_level(point, block, str(value), design)
        else:
            _set_powers(point, block, float(value))
    return point


def _set_powers(point: np.ndarray, block: Block, x: float) -> None:
    point[list(block.columns)] = [x**power for power in range(1, len(block.columns) + 1)]


def _set_level(point: np.ndarray, block: Block, level: str, design: Design) -> None:
    levels = {design.names[column]: column for column in block.columns}
    if level != block.reference and level not in levels:
        raise SpecError(
            f"models: profile: `{block.term}` has no level `{level}`; {nearest(level, [*levels, block.reference])}."
        )
    point[list(block.columns)] = 0
    if level in levels:
        point[levels[level]] = 1
