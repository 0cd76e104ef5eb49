"""The search for the maximum of a count model's likelihood: Newton's method jointly in coefficients and ln(alpha)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.linalg import solve

from mobility.models.count_sums import CountSums, Point

# Newton's decrement g'H^-1 g, by rows, that a maximum may have before the last step; its root is the distance in
# standard errors, of which the last step leaves no more than a square.
TOLERANCE = 1e-12
# Longest step of ln(alpha), and how often a step that lowers the likelihood is halved.
LONGEST = 2.0
HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Start:
    """Where a search begins. information : there, or near enough to it to step by; None: to be computed.

    params : p, coefficients of standardised columns, then ln(alpha) unless Poisson.
    """

    params: np.ndarray
    information: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended. decrement : at `point`, by the kept `information`. step : the last, not yet taken."""

    point: Point
    information: np.ndarray
    step: np.ndarray
    decrement: float
    iterations: int
    converged: bool

    @property
    def params(self) -> np.ndarray:
        """Parameters after the last step."""
        return self.point.params + self.step

    @property
    def log_likelihood(self) -> float:
        """Log likelihood after the last step, to second order."""
        return self.point.log_likelihood + 0.5 * self.decrement


@dataclass(frozen=True, eq=False)
class Prior:
    """Holds a search near `centre` where a sample of the rows says nothing: -weight |params - centre|^2 / 2."""

    centre: np.ndarray
    weight: float

    def add(self, point: Point) -> Point:
        """The point of the likelihood with the prior."""
        away = point.params - self.centre
        information = point.information
        return Point(
            point.params,
            point.log_likelihood - 0.5 * self.weight * float(away @ away),
            point.gradient - self.weight * away,
            information + self.weight * np.eye(len(away)) if point.has_information else information,
            point.meat,
            point.overdispersion,
        )


def search(sums: CountSums, start: Start, max_iterations: int, tolerance: float, prior: Prior | None = None) -> Found:
    """Steps uphill from `start` until the decrement that the next step should leave is at most `tolerance`.

    ln(alpha) is the parameter beyond k. A step of length s (of standardised coefficients and ln(alpha)) changes the
    information by about a share s, so that of decrement d it should leave d s^2, and another step by the information
    from before it d s^4: where that would do, the information after a step is not computed.
    """

    def at(params: np.ndarray, information: bool) -> Point:
        point = sums.evaluate(params, information)
        return point if prior is None else prior.add(point)

    k, before = len(sums.scale), np.inf
    point = at(start.params, start.information is None)
    information = point.information if start.information is None else start.information
    for iteration in range(max_iterations + 1):
        step, decrement = newton_step(point.gradient, information, k)
        progress = decrement / before if iteration else 1.0
        if iteration and not point.has_information and not decrement * progress <= tolerance:
            point = at(point.params, True)
            information = point.information
            step, decrement = newton_step(point.gradient, information, k)
        longest = float(np.abs(step).max())
        share = longest**2 if point.has_information else progress
        converged = decrement * min(share, 1.0) <= tolerance
        if converged or not np.isfinite(decrement) or iteration == max_iterations:
            break
        after = _uphill(at, point, step, not (point.has_information and decrement * longest**4 <= tolerance))
        if after is None:
            break
        if after.has_information:
            information = after.information
        point, before = after, decrement
    return Found(point, information, step, decrement, iteration, bool(converged))


def _uphill(at: Callable[[np.ndarray, bool], Point], point: Point, step: np.ndarray, information: bool) -> Point | None:
    """The point after the longest of step, step / 2, step / 4, ... that does not lower the likelihood."""
    slack = 1e-11 * abs(point.log_likelihood)
    for _ in range(HALVINGS):
        after = at(point.params + step, information)
        if after.log_likelihood >= point.log_likelihood - slack and np.isfinite(after.gradient).all():
            return after
        step = step / 2
    return None


def newton_step(gradient: np.ndarray, information: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """Newton's step and decrement; NaN where the information is not finite or singular.

    The coefficients' information is positive definite. What is left for ln(alpha) beside it may be negative far from
    the maximum: then ln(alpha) moves uphill by 1 instead.
    """
    try:
        solved = solve(information[:k, :k], np.column_stack([gradient[:k], information[:k, k:]]))
    except np.linalg.LinAlgError:
        return np.full(len(gradient), np.nan), np.nan
    step = solved[:, 0]
    if len(gradient) == k:
        return step, float(gradient @ step)
    left = information[k, k] - information[k, :k] @ solved[:, 1]
    slope = gradient[k] - information[k, :k] @ step
    move = np.sign(slope) if left <= 0 else np.clip(slope / left, -LONGEST, LONGEST)
    step = np.append(step - solved[:, 1] * move, move)
    return step, float(gradient @ step)
