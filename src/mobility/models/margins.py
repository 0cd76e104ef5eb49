"""Margins: means of predictions over rows under set values; every effect, difference and contrast is made of them.

A margin is the mean over the (weighted) rows i of a group of F(x_i b), x_i with some terms set, or of its derivative by
a number z. With f and f' the derivatives of F,

    m = mean F(x_i b)              dm/db = mean f(x_i b) x_i
    m = mean f(x_i b) d_i b        dm/db = mean f'(x_i b) (d_i b) x_i + f(x_i b) d_i,      d_i = dx_i / dz

A contrast is a linear combination of margins, its error that of the delta method: J V J', the rows taken as given.
Stata: `margins, dydx() over() at()`, `margins r.x#r.z`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mobility.errors import SpecError, nearest
from mobility.models.count_result import offset_of
from mobility.models.design import CONSTANT, Block, Design
from mobility.models.links import Link, link_of
from mobility.models.result import Estimates, Fit, covariance_of, used_rows
from mobility.settings.terms import INTERACTION

Values = tuple[tuple[str, Any], ...]
# Margins whose rows are multiplied with the regressors at once.
TOGETHER = 16


@dataclass(frozen=True)
class Margin:
    """What a mean is of.

    at : (term, value) that every row is given: a level, 0 or 1, or a number; interactions follow.
    over : (term, value) of the rows that it is over; empty for all. slope : term of the number by which the prediction
    is differentiated; empty for the prediction itself.
    """

    at: Values = ()
    over: Values = ()
    slope: str = ""


@dataclass(frozen=True)
class Contrast:
    """A linear combination of margins, each behind its weight."""

    parts: tuple[tuple[float, Margin], ...]

    def where(self, at: Mapping[str, Any] | None = None, over: Mapping[str, Any] | None = None) -> "Contrast":
        """The same with further values that every row is given, or of the rows that it is over."""
        more, rows = tuple((at or {}).items()), tuple((over or {}).items())
        return Contrast(
            tuple((w, replace(margin, at=margin.at + more, over=margin.over + rows)) for w, margin in self.parts)
        )

    def less(self, other: "Contrast") -> "Contrast":
        """The difference of two contrasts: of two groups' effects, the contrast of contrasts."""
        return Contrast(self.parts + tuple((-weight, margin) for weight, margin in other.parts))


def effect(name: str, design: Design) -> Contrast:
    """Marginal effect of a regressor: of an indicator 1 against 0, of a level (its name) against the reference, of a
    number (id of a continuous term or polynomial) the derivative.

    Raises
    ------
    SpecError
        The design has no such regressor.
    """
    known = {name: block for block in _main(design) for name in _names(block, design)}
    if name not in known:
        raise SpecError(f"models: no effect `{name}`; {nearest(name, list(known))}.")
    block = known[name]
    if not block.binary:
        return Contrast(((1.0, Margin(slope=block.term)),))
    values = (name, block.reference) if block.kind == "factor" else (1, 0)
    to, base = (Margin(at=((block.term, value),)) for value in values)
    return Contrast(((1.0, to), (-1.0, base)))


def estimate(fit: Fit, design: Design, contrasts: Sequence[Contrast], offset: Any = None) -> Estimates:
    """Values of contrasts and their covariance, over the rows that the fit used.

    They are in units of the outcome: of a probability (logit, probit, and OLS of 0 and 1), of the number (OLS), or of
    the expected count, with `offset` as for the fit (Stata's `predict(n)`). NaN where a margin has no rows or needs a
    coefficient that was not estimated; dropped coefficients of other terms count as 0.

    Raises
    ------
    SpecError
        An unknown term or level.
    """
    margins = list(dict.fromkeys(margin for contrast in contrasts for _, margin in contrast.parts))
    weights = np.zeros((len(contrasts), len(margins)))
    for place, contrast in enumerate(contrasts):
        for weight, margin in contrast.parts:
            weights[place, margins.index(margin)] += weight
    if not np.isfinite(fit.params).any():
        values, jacobian = np.full(len(margins), np.nan), np.zeros((len(margins), len(fit.params)))
    else:
        values, jacobian = _evaluate(_Rows.of(fit, design, offset), margins)
    unknown = (weights[:, np.isnan(values)] != 0).any(axis=1)
    found = Estimates(weights @ np.nan_to_num(values), covariance_of(weights @ jacobian, fit))
    return found.without(unknown)


@dataclass(frozen=True, eq=False)
class Margins:
    """Average marginal effects in the order of the terms, in units of the outcome.

    names : name of the coefficient of an indicator or level; id of the term for a number (all its powers together).
    terms : the term of each. effects : m changes, of a unit of x for a number; NaN where the coefficient was dropped.
    covariance : m x m.
    """

    names: tuple[str, ...]
    terms: tuple[str, ...]
    effects: np.ndarray
    covariance: np.ndarray

    @property
    def std_errors(self) -> np.ndarray:
        """Standard errors, length m."""
        return np.sqrt(np.diag(self.covariance))


def average_marginal_effects(fit: Fit, design: Design, offset: Any = None) -> Margins:
    """Average marginal effect of each term over the rows that the fit used (Stata: `margins, dydx(*)`).

    Level j of a factor with base 0: mean of F(eta with j) - F(eta with 0), for an indicator 1 against 0.
    Continuous or polynomial x: mean of f(eta) (b1 + 2 b2 x + 3 b3 x^2 + ...). Interactions change with their terms.
    """
    named = [(name, block.term) for block in _main(design) for name in _names(block, design)]
    if fit.estimator == "ols" and not design.products:
        found = _coefficients_as_effects(fit, design)
    else:
        found = estimate(fit, design, [effect(name, design) for name, _ in named], offset)
    return Margins(tuple(name for name, _ in named), tuple(term for _, term in named), found.values, found.covariance)


def _coefficients_as_effects(fit: Fit, design: Design) -> Estimates:
    """Effects of least squares without interactions: the coefficients, of powers b1 + 2 b2 mean(x) + 3 b3 mean(x^2).

    The same numbers as by `estimate`, which goes through every row for every one of hundreds of levels.
    """
    names = [(block, name) for block in _main(design) for name in _names(block, design)]
    jacobian = np.zeros((len(names), len(fit.params)))
    for row, (block, name) in zip(jacobian, names, strict=True):
        if block.binary:
            row[design.names.index(name)] = 1
        else:
            x = used_rows(design, fit.rows)[:, block.columns[0]]
            row[list(block.columns)] = [
                (power + 1) * np.average(x**power, weights=fit.weights) for power in range(len(block.columns))
            ]
    known = ~np.isnan(fit.params)
    unknown = ~(jacobian[:, known] != 0).any(axis=1) if fit.rank else np.ones(len(names), dtype=bool)
    found = Estimates(jacobian @ np.nan_to_num(fit.params), covariance_of(jacobian, fit))
    return found.without(unknown)


def _main(design: Design) -> list[Block]:
    return [block for block in design.blocks.values() if block.kind not in (CONSTANT, INTERACTION)]


def _names(block: Block, design: Design) -> list[str]:
    return [design.names[column] for column in block.columns] if block.binary else [block.term]


@dataclass(frozen=True, eq=False)
class _Rows:
    """The used rows: X (n x k), their places, eta with dropped coefficients as 0, weights that add to 1, exposure.

    known : whether each coefficient was estimated. cleared : eta without some columns, as far as was asked before.
    """

    X: np.ndarray
    rows: np.ndarray
    eta: np.ndarray
    weights: np.ndarray
    exposure: np.ndarray | float
    params: np.ndarray
    known: np.ndarray
    link: Link
    design: Design
    cleared: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, fit: Fit, design: Design, offset: Any) -> "_Rows":
        """The rows that a fit used; offset : as the model names it, None for an exposure of 1."""
        X, params = used_rows(design, fit.rows), np.nan_to_num(fit.params)
        weights = np.full(fit.n, 1 / fit.n) if fit.weights is None else fit.weights / fit.n
        exposure = 1.0 if offset is None else np.exp(offset_of(offset, design)[fit.rows])
        known, link = ~np.isnan(fit.params), link_of(fit.estimator)
        return cls(X, fit.rows, X @ params, weights, exposure, params, known, link, design)

    def share(self, over: Values) -> np.ndarray:
        """What each row counts for in the mean over the rows with these values, times its exposure; 0 for others."""
        if not over:
            return self.weights * self.exposure
        here = self.design.rows_with(dict(over))[self.rows]
        own = self.weights * here
        return own / own.sum() * self.exposure if here.any() else own

    def given(self, at: Values) -> dict[int, np.ndarray | float]:
        """Columns that these values change, those of interactions with them: a number, or one a row."""
        found: dict[int, np.ndarray | float] = {}
        for term, value in at:
            found |= dict(zip(*self.design.columns_at(term, value), strict=True))
        if not found:
            return {}
        for column, factors in self.design.products.items():
            if not found.keys().isdisjoint(factors):
                found[column] = _times(found[one] if one in found else self.X[:, one] for one in factors)
        return found

    def predictor(self, given: Mapping[int, np.ndarray | float]) -> np.ndarray:
        """eta with the given columns."""
        columns = tuple(given)
        if columns not in self.cleared:
            self.cleared[columns] = self.eta - self.X[:, columns] @ self.params[list(columns)] if columns else self.eta
        moved = self.cleared[columns]
        for column, values in given.items():
            if np.ndim(values) or values:
                moved = moved + values * self.params[column]
        return moved

    def derivative(self, term: str, given: Mapping[int, np.ndarray | float]) -> dict[int, np.ndarray | float]:
        """Derivatives of the columns by the number of a term: of its powers, and of interactions with them."""
        own = self.design.blocks[term].columns
        x = given.get(own[0], self.X[:, own[0]])
        found: dict[int, np.ndarray | float] = {c: (p + 1) * x**p if p else 1.0 for p, c in enumerate(own)}
        for column, factors in self.design.products.items():
            if not found.keys().isdisjoint(factors):
                others = (found[one] if one in own else given.get(one, self.X[:, one]) for one in factors)
                found[column] = _times(others)
        return found


def _times(factors: Any) -> np.ndarray | float:
    result: np.ndarray | float = 1.0
    for one in factors:
        result = result * one
    return result


def _total(weight: np.ndarray, values: np.ndarray | float) -> float:
    return float(weight @ values if np.ndim(values) else weight.sum() * values)


@dataclass(frozen=True, eq=False)
class _Part:
    """A margin's value; what each row's X counts for in its derivative by b, what replaces or joins that by column."""

    value: float
    weight: np.ndarray
    instead: Mapping[int, float]
    beside: Mapping[int, float]


def _evaluate(rows: _Rows, margins: Sequence[Margin]) -> tuple[np.ndarray, np.ndarray]:
    """Values of the margins (m) and their derivatives by the coefficients (m x k)."""
    values, jacobian = np.empty(len(margins)), np.empty((len(margins), len(rows.params)))
    for first in range(0, len(margins), TOGETHER):
        parts = [_part(rows, margin) for margin in margins[first : first + TOGETHER]]
        jacobian[first : first + TOGETHER] = np.column_stack([part.weight for part in parts]).T @ rows.X
        for place, part in enumerate(parts, start=first):
            values[place] = part.value
            for column, total in part.instead.items():
                jacobian[place, column] = total
            for column, total in part.beside.items():
                jacobian[place, column] += total
    return values, jacobian


def _part(rows: _Rows, margin: Margin) -> _Part:
    share, given = rows.share(margin.over), rows.given(margin.at)
    eta = rows.predictor(given)
    density = rows.link.density(eta) * share
    if not margin.slope:
        lost = not share.any() or _needs_lost(rows, given, share)
        value, weight, beside = float(share @ rows.link.mean(eta)), density, {}
    else:
        by_x = rows.derivative(margin.slope, given)
        own = rows.design.blocks[margin.slope].columns
        through = {column: values for column, values in by_x.items() if column not in own}
        lost = not share.any() or not rows.known[list(own)].any() or _needs_lost(rows, {**given, **through}, share)
        change = sum(values * rows.params[column] for column, values in by_x.items())
        value, weight = _total(density, change), rows.link.slope(eta) * share * change
        beside = {column: _total(density, values) for column, values in by_x.items()}
    instead = {column: _total(weight, values) for column, values in given.items()}
    return _Part(np.nan if lost else value, weight, instead, beside)


def _needs_lost(rows: _Rows, values: Mapping[int, np.ndarray | float], share: np.ndarray) -> bool:
    """Whether a coefficient that was not estimated would count in any of the rows."""
    return any(not rows.known[column] and bool(np.any(share * own)) for column, own in values.items())
