"""Raking of an array of any number of axes to targets over some of them (RAS, iterative proportional fitting).

    x <- x * target / (sum of x over the axes that the target does not have),   target after target, sweep after sweep

LMI for All (C.8.2) rakes pay bills of gender and status by region by occupation by industry by qualification in this
way, 12 million cells. Zeros stay 0. The result is the array with these sums that is nearest to the one it began with
(least relative entropy), whatever the order of the targets; the order decides only how soon it is reached.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import SupportsIndex

import numpy as np

from mobility.errors import DataError, SpecError, nearest

TOLERANCE = 1e-9
# Sweeps over which the gap must fall by a tenth at least: where it does not, no array has these sums and zeros.
PATIENCE, FALL = 50, 0.9
# Cells that are worked on at a time: they stay in a core's cache between the product and the next sum.
CHUNK = 1 << 18


@dataclass(frozen=True, eq=False)
class Target:
    """What the sums of an array over all other axes must be.

    name : for messages. axes : names of its axes, in the array's order. values : at least 0, a dimension an axis.
    """

    name: str
    axes: tuple[str, ...]
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Axes:
    """Axes of an array.

    names : of the dimensions. labels : by name, of the places on it, for messages; numbers from 0 where there are none.
    """

    names: tuple[str, ...]
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def cell(self, names: Sequence[str], place: Iterable[SupportsIndex]) -> str:
        """A cell in words: `region London, gender female`."""
        pairs = zip(names, place, strict=True)
        own = [f"{name} {self.labels[name][int(at)] if name in self.labels else at}" for name, at in pairs]
        return ", ".join(own) or "the total"

    def places(self, names: Sequence[str]) -> list[int]:
        """Dimensions of these axes."""
        return [self.names.index(name) for name in names]

    def others(self, names: Sequence[str]) -> tuple[int, ...]:
        """Dimensions of the axes that are not among them."""
        return tuple(at for at, name in enumerate(self.names) if name not in names)


@dataclass(frozen=True, eq=False)
class Raked:
    """A raked array.

    values : float64, dimensions as in `axes`. gap : largest |sum / target - 1| of the result, over all targets.
    gaps : of each sweep, the largest of them before the target was scaled to.
    factors : by target, what each of its cells was multiplied by in all; 0 where the target is 0.
    """

    values: np.ndarray
    axes: Axes
    gap: float
    gaps: tuple[float, ...]
    factors: Mapping[str, np.ndarray]

    @property
    def sweeps(self) -> int:
        """How often all targets were scaled to."""
        return len(self.gaps)

    def largest_change(self, target: str) -> tuple[float, tuple[int, ...]]:
        """The factor of a target that is furthest from 1 in logs, and the place of its cell."""
        factor = self.factors[target]
        distance = np.abs(np.log(np.where(factor > 0, factor, 1.0)))
        place = np.unravel_index(int(np.argmax(distance)), factor.shape)
        return float(factor[place]), tuple(int(at) for at in place)


def rake(
    values: np.ndarray, axes: Axes, targets: Sequence[Target], tolerance: float = TOLERANCE, copy: bool = True
) -> Raked:
    """Rake an array to all targets, in their order.

    Parameters
    ----------
    values : at least 0, a dimension an axis. tolerance : the largest |sum / target - 1| that the result may have.
    copy : False works in the array itself, which is then changed; it saves the memory of a second one.

    Raises
    ------
    SpecError
        A target has an axis that the array does not have, or axes in another order.
    DataError
        A number is negative, missing or infinite; a target has another shape; two targets contradict each other; a
        target is above 0 where the array has only zeros; the zeros leave no array with these sums. Names the cell and
        the two totals.
    """
    _check(values, axes, targets, tolerance)
    x = np.array(values, dtype="float64", order="C") if copy else np.ascontiguousarray(values, dtype="float64")
    factors = {target.name: np.ones(target.values.shape) for target in targets}
    gaps: list[float] = []
    step = np.ones((1,) * x.ndim)
    while not gaps or gaps[-1] > tolerance:
        gap = 0.0
        for target in targets:
            own = _factor(target, _multiply_and_sum(x, step, axes, target.axes), axes)
            gap = max(gap, _largest_gap(own))
            factors[target.name] *= own
            step = np.expand_dims(own, axes.others(target.axes))
        gaps.append(gap)
        if len(gaps) > PATIENCE and gaps[-1] > max(tolerance, FALL * gaps[-1 - PATIENCE]):
            _multiply_and_sum(x, step, axes, ())
            raise _impossible(x, axes, targets, len(gaps))
    _multiply_and_sum(x, step, axes, ())
    left = [_largest_gap(_factor(target, _sums(x, axes, target.axes), axes)) for target in targets]
    return Raked(x, axes, max(left), tuple(gaps), factors)


def _check(values: np.ndarray, axes: Axes, targets: Sequence[Target], tolerance: float) -> None:
    """`rake`'s errors on what it is given."""
    if np.ndim(values) != len(axes.names):
        raise SpecError(f"raking: the array has {np.ndim(values)} dimensions and {len(axes.names)} names of axes.")
    _check_numbers("the array", values, axes, axes.names)
    for target in targets:
        for name in target.axes:
            if name not in axes.names:
                raise SpecError(f"raking: target `{target.name}`: no axis `{name}`; {nearest(name, axes.names)}.")
        if axes.places(target.axes) != sorted(axes.places(target.axes)):
            raise SpecError(f"raking: target `{target.name}`: name its axes in the array's order {axes.names}.")
        expected = tuple(np.shape(values)[at] for at in axes.places(target.axes))
        if target.values.shape != expected:
            raise DataError(
                f"raking: target `{target.name}` has {target.values.shape} values by {', '.join(target.axes)}; "
                f"the array has {expected}."
            )
        _check_numbers(f"target `{target.name}`", target.values, axes, target.axes)
    for one, other in combinations(targets, 2):
        _check_pair(one, other, tolerance, axes)


def _check_numbers(what: str, values: np.ndarray, axes: Axes, names: Sequence[str]) -> None:
    """DataError where a number is negative, missing or infinite."""
    if np.min(values) >= 0 and np.max(values) < np.inf:
        return
    bad = ~(np.isfinite(values) & (values >= 0))
    place = np.argwhere(bad)[0]
    raise DataError(
        f"raking: {what}: {int(bad.sum())} of {values.size} numbers are negative, missing or infinite; the first is "
        f"{values[tuple(place)]:g} at {axes.cell(names, place)}. Mend what it is made from."
    )


def _check_pair(one: Target, other: Target, tolerance: float, axes: Axes) -> None:
    """DataError where two targets have different sums over the axes that they share."""
    shared = [name for name in one.axes if name in other.axes]
    first, second = (
        target.values.sum(axis=tuple(at for at, name in enumerate(target.axes) if name not in shared))
        for target in (one, other)
    )
    apart = np.abs(first - second)
    bad = np.atleast_1d(apart > tolerance * np.maximum(first, second))
    if bad.any():
        worst = np.unravel_index(int(np.argmax(apart)), np.shape(apart))
        raise DataError(
            f"raking: targets `{one.name}` and `{other.name}` contradict each other in {int(bad.sum())} of {bad.size} "
            f"sums by {', '.join(shared) or 'nothing'}: furthest apart at {axes.cell(shared, worst)}, "
            f"{float(np.asarray(first)[worst]):.10g} and {float(np.asarray(second)[worst]):.10g}. "
            "Scale one to the other before raking."
        )


def _factor(target: Target, sums: np.ndarray, axes: Axes) -> np.ndarray:
    """Target over sums: 1 where both are 0; DataError where only the sum is."""
    lost = (sums == 0) & (target.values > 0)
    if lost.any():
        place = np.argwhere(lost)[0]
        raise DataError(
            f"raking: target `{target.name}`: {axes.cell(target.axes, place)} must be "
            f"{target.values[tuple(place)]:.10g}, and every cell of the array there is 0 ({int(lost.sum())} such). "
            "Give the array a number there, or the target 0."
        )
    return np.asarray(np.divide(target.values, sums, out=np.ones(sums.shape), where=sums > 0))


def _largest_gap(factor: np.ndarray) -> float:
    """Largest |sum / target - 1| where the target is above 0; infinite where it is 0 and the sum is not."""
    with np.errstate(divide="ignore"):
        return float(np.abs(1 / factor - 1).max())


def _blocks(shape: tuple[int, ...], most: int) -> Iterator[tuple[slice, ...]]:
    """Parts of an array of at most so many cells, or of one line of its last axis; each contiguous in memory."""
    inner = prod(shape[1:])
    if inner <= most or len(shape) == 1:
        step = max(1, most // max(inner, 1))
        for first in range(0, shape[0], step):
            yield (slice(first, first + step), *(slice(None) for _ in shape[1:]))
        return
    for at in range(shape[0]):
        for rest in _blocks(shape[1:], most):
            yield (slice(at, at + 1), *rest)


def _multiply_and_sum(x: np.ndarray, factor: np.ndarray, axes: Axes, kept: Sequence[str]) -> np.ndarray:
    """x times a factor (of its dimensions, 1 where it has no axis), in place; its sums by the axes that are kept."""
    places = axes.places(kept)
    sums = np.zeros([x.shape[at] for at in places])
    every = list(range(x.ndim))
    for block in _blocks(x.shape, CHUNK):
        own = x[block]
        own *= factor[tuple(part if factor.shape[at] > 1 else slice(None) for at, part in enumerate(block))]
        sums[tuple(block[at] for at in places)] += np.einsum(own, every, places)
    return sums


def _sums(x: np.ndarray, axes: Axes, kept: Sequence[str]) -> np.ndarray:
    return np.asarray(np.einsum(x, list(range(x.ndim)), axes.places(kept)))


def _impossible(x: np.ndarray, axes: Axes, targets: Sequence[Target], sweeps: int) -> DataError:
    """The error where no array has the zeros and these sums, at the cell that is furthest off."""
    found = [(target, _sums(x, axes, target.axes)) for target in targets]
    target, sums = max(found, key=lambda one: _largest_gap(_factor(one[0], one[1], axes)))
    place = np.unravel_index(int(np.argmax(np.abs(1 / _factor(target, sums, axes) - 1))), sums.shape)
    return DataError(
        f"raking: no array with the zeros of this one has these sums: after {sweeps} sweeps target `{target.name}` at "
        f"{axes.cell(target.axes, place)} is {float(sums[place]):.10g}, not {float(target.values[place]):.10g}, and "
        "comes no nearer. Give the array a small number in place of a zero, or join cells of the targets."
    )
