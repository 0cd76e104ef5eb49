"""Average marginal effects with delta-method errors: what a logit says in the units of the linear probability model."""

from dataclasses import dataclass

import numpy as np

from mobility.models.design import CONSTANT, Block, Design
from mobility.models.links import Link, link_of
from mobility.models.result import Fit, covariance_of, used_rows


@dataclass(frozen=True, eq=False)
class Margins:
    """Average marginal effects on the probability, in the order of the terms.

    names : name of the coefficient of an indicator or level; id of the term for a polynomial (all its powers together).
    terms : the term of each. effects : m changes of the probability (proportions; a unit of x for a continuous term),
    NaN where the coefficient was dropped. covariance : m x m.
    """

    names: tuple[str, ...]
    terms: tuple[str, ...]
    effects: np.ndarray
    covariance: np.ndarray

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length m."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, eq=False)
class _Rows:
    """The used rows: X (n x k), eta with dropped coefficients as 0 (n), weights over their sum (n); the fit's parts."""

    X: np.ndarray
    eta: np.ndarray
    share: np.ndarray
    params: np.ndarray
    link: Link


def average_marginal_effects(fit: Fit, design: Design) -> Margins:
    """Average marginal effect of each term over the rows that the fit used (Stata: `margins, dydx(*)`).

    Level j of a factor with base 0: mean of F(eta with j) - F(eta with 0), for an indicator 1 against 0.
    Continuous or polynomial x: mean of f(eta) (b1 + 2 b2 x + 3 b3 x^2 + ...).
    The errors take the rows as given: J V J', J the derivatives by the coefficients.
    """
    blocks = [block for block in design.blocks.values() if block.kind != CONSTANT]
    names = tuple(name for block in blocks for name in _names(block, design))
    terms = tuple(block.term for block in blocks for _ in _names(block, design))
    if not np.isfinite(fit.params).any():
        return Margins(names, terms, np.full(len(names), np.nan), np.full((len(names), len(names)), np.nan))
    rows = _rows(fit, design)
    parts = [_contrasts(block, rows) if block.binary else _derivative(block, rows) for block in blocks]
    effects = np.concatenate([effect for effect, _ in parts])
    jacobian = np.vstack([slopes for _, slopes in parts])
    gone = np.concatenate([_dropped(block, fit) for block in blocks])
    covariance = covariance_of(jacobian, fit)
    effects[gone] = np.nan
    covariance[gone] = np.nan
    covariance[:, gone] = np.nan
    return Margins(names, terms, effects, covariance)


def _names(block: Block, design: Design) -> list[str]:
    return [design.names[column] for column in block.columns] if block.binary else [block.term]


def _rows(fit: Fit, design: Design) -> _Rows:
    X, params = used_rows(design, fit.rows), np.nan_to_num(fit.params)
    share = np.full(fit.n, 1 / fit.n) if fit.weights is None else fit.weights / fit.n
    return _Rows(X, X @ params, share, params, link_of(fit.estimator))


def _dropped(block: Block, fit: Fit) -> np.ndarray:
    """Which effects of the block were not estimated: each dropped level, or a polynomial without any power left."""
    gone = np.isnan(fit.params[list(block.columns)])
    return gone if block.binary else np.array([gone.all()])


def _contrasts(block: Block, rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    """Discrete changes against the base (m) and their derivatives by the coefficients (m x k)."""
    columns = list(block.columns)
    shifts = rows.params[columns]
    base = rows.eta - rows.X[:, columns] @ shifts
    with_level = base[:, None] + shifts
    probability, density = rows.link.probability, rows.link.density
    effects = rows.share @ (probability(with_level) - probability(base)[:, None])
    densities = density(with_level) * rows.share[:, None]
    jacobian = (densities - (density(base) * rows.share)[:, None]).T @ rows.X
    jacobian[:, columns] = np.diag(densities.sum(axis=0))
    return effects, jacobian


def _derivative(block: Block, rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    """Mean derivative by x of all its powers (1) and its derivatives by the coefficients (1 x k)."""
    columns = list(block.columns)
    x = rows.X[:, columns[0]]
    powers = np.column_stack([(power + 1) * x**power for power in range(len(columns))])
    change = powers @ rows.params[columns]
    density = rows.link.density(rows.eta) * rows.share
    jacobian = (rows.link.slope(rows.eta) * rows.share * change) @ rows.X
    jacobian[columns] += density @ powers
    return np.array([density @ change]), jacobian[None, :]
