"""The least and the most that a number can be, given linear relations: linear programming, then integer (HiGHS)."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

WHOLE = 1e-6
LARGE = 2500  # unknowns of a component, above which solutions of the linear programme 3 times as far apart are enough
LOOKS = 30
NODES = 200  # of one integer programme, not seconds: every machine finds the same. Behind them what is proved holds

DONE = 0  # what milp says of an optimum; that it came to a limit of nodes it says as 1 or as 4, by the solver's version


@dataclass(frozen=True)
class Relation:
    """`low <= sum of weight x variable <= high`."""

    weights: Mapping[int, float]
    low: float
    high: float
    why: str = ""


@dataclass
class System:
    """Unknown numbers, each with its bounds and whether it is whole, and the relations between them.

    cut_off : integer programmes that ended at `NODES`, of which the bound proved so far was taken.
    """

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    cut_off: int = 0

    def variable(self, low: float = 0.0, high: float = np.inf, whole: bool = True) -> int:
        """A new unknown."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def equal(self, weights: Mapping[int, float], value: float, why: str = "") -> None:
        """The weighted sum is `value`."""
        self.relations.append(Relation(dict(weights), value, value, why))

    def at_least(self, weights: Mapping[int, float], value: float, why: str = "") -> None:
        """The weighted sum is `value` or more."""
        self.relations.append(Relation(dict(weights), value, np.inf, why))


class ContradictionError(Exception):
    """No numbers satisfy the relations: one of them is wrong."""


def tighten(system: System, steps: int = 300_000) -> None:
    """Narrow the bounds of each variable by each relation alone, until nothing changes or `steps` are done; in place.

    Raises
    ------
    ContradictionError
        A bound passes the other; names the relation.
    """
    of: dict[int, list[int]] = defaultdict(list)
    for place, relation in enumerate(system.relations):
        for at in relation.weights:
            of[at].append(place)
    waiting, queued = deque(range(len(system.relations))), set(range(len(system.relations)))
    while waiting and steps:
        place, steps = waiting.popleft(), steps - 1
        queued.discard(place)
        for at in _narrow(system, system.relations[place]):
            fresh = [other for other in of[at] if other not in queued]
            waiting.extend(fresh)
            queued.update(fresh)


def _narrow(system: System, relation: Relation) -> list[int]:
    """Narrow the variables of one relation; those that changed."""
    low, high = system.low, system.high
    ends = {at: sorted((w * low[at], w * high[at])) for at, w in relation.weights.items()}
    least, most = (sum(pair[side] for pair in ends.values()) for side in (0, 1))
    if least > relation.high + 1e-4 or most < relation.low - 1e-4:
        raise ContradictionError(f"{relation.why}: {least} to {most}, not {relation.low} to {relation.high}")
    if not np.isfinite(least) and not np.isfinite(most) and sum(np.isinf(pair).any() for pair in ends.values()) > 2:
        return []
    told = (ends, least, most)
    return [at for at, weight in relation.weights.items() if _narrow_one(system, relation, at, weight, told)]


def _narrow_one(system: System, relation: Relation, at: int, weight: float, told: tuple) -> bool:
    """Narrow one variable by what the others of a relation leave it; whether it changed."""
    low, high, (ends, least, most) = system.low, system.high, told
    if high[at] - low[at] < WHOLE:
        return False
    others_least, others_most = _without(ends, at, least, 0), _without(ends, at, most, 1)
    new = sorted(((relation.low - others_most) / weight, (relation.high - others_least) / weight))
    if system.whole[at]:
        new = [np.ceil(new[0] - WHOLE), np.floor(new[1] + WHOLE)]
    if new[0] <= low[at] + WHOLE and new[1] >= high[at] - WHOLE:
        return False
    low[at], high[at] = max(low[at], new[0]), min(high[at], new[1])
    if high[at] < low[at] - 1e-4:
        raise ContradictionError(f"{relation.why}: {low[at]} to {high[at]}")
    high[at] = max(high[at], low[at])
    return True


def _without(ends: Mapping[int, Sequence[float]], at: int, total: float, side: int) -> float:
    """The sum of the ends of one side without that of `at`, which may be infinite."""
    own = ends[at][side]
    return total - own if np.isfinite(own) else sum(pair[side] for other, pair in ends.items() if other != at)


def intervals(
    system: System, wanted: Sequence[Mapping[int, float]], enough: Sequence[float] | None = None
) -> list[tuple[float, float]]:
    """Least and most of each weighted sum of variables, whole numbers where all its variables are.

    enough : of each sum, how far apart its ends have to be to be of no interest; None where the ends are asked for.
    Where two solutions in whole numbers are known that lie `enough` apart, the upper one at `enough` or more, the
    interval is that of the bounds of its variables, which may be wider; so it is in a large component with solutions of
    the linear programme that lie far apart. Where such a pair is found by the linear programme of the sum itself, the
    interval is what that gives.

    Raises
    ------
    ContradictionError
        The relations cannot hold together.
    """
    tighten(system)
    parts = _components(system, wanted)
    for part in {id(part): part for part in parts.values()}.values():
        if len(part.at) > LARGE:
            _look_around(part)
    apart = [np.inf] * len(wanted) if enough is None else enough
    return [_interval(system, parts, weights, own) for weights, own in zip(wanted, apart, strict=True)]


@dataclass(frozen=True)
class Component:
    """A part of the system that shares no unknown with the rest, as matrices."""

    at: Mapping[int, int]
    matrix: csr_matrix
    low: np.ndarray
    high: np.ndarray
    bounds: np.ndarray
    whole: np.ndarray
    solutions: list[np.ndarray] = field(default_factory=list)
    around: list[np.ndarray] = field(default_factory=list)

    @cached_property
    def linear(self) -> dict:
        """The relations as `linprog` takes them."""
        equal = self.low == self.high
        above, below = ~equal & np.isfinite(self.high), ~equal & np.isfinite(self.low)
        limits = np.concatenate([self.high[above], -self.low[below]])
        more: dict = {"A_eq": self.matrix[equal], "b_eq": self.low[equal]} if equal.any() else {}
        stacked = vstack([self.matrix[above], -self.matrix[below]])
        return more | ({"A_ub": stacked, "b_ub": limits} if len(limits) else {})

    def differ(self, aim: np.ndarray, known: float, enough: float) -> bool:
        """Whether two solutions are known that lie far enough apart."""
        values = [known + float(aim @ solution) for solution in self.solutions]
        return bool(values) and max(values) - min(values) >= enough and max(values) >= enough

    def far_apart(self, aim: np.ndarray, enough: float) -> bool:
        """Whether solutions of the linear programme are known that lie 3 times as far apart."""
        values = [float(aim @ solution) for solution in self.around]
        return bool(values) and max(values) - min(values) >= 3 * enough


def _open(system: System, at: int) -> bool:
    return system.high[at] - system.low[at] >= WHOLE


def _components(system: System, wanted: Sequence[Mapping[int, float]]) -> dict[int, Component]:
    """For each open variable its component; the parts of a wanted sum are in one."""
    parent: dict[int, int] = {}

    def root(at: int) -> int:
        while parent.setdefault(at, at) != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for weights in chain((relation.weights for relation in system.relations), wanted):
        unknown = [at for at in weights if _open(system, at)]
        for at in unknown:
            parent[root(at)] = root(unknown[0])
    members: dict[int, list[int]] = {}
    for at in list(parent):
        members.setdefault(root(at), []).append(at)
    rows: dict[int, list[Relation]] = {}
    for relation in system.relations:
        unknown = [at for at in relation.weights if _open(system, at)]
        if unknown:
            rows.setdefault(root(unknown[0]), []).append(relation)
    made = {top: _component(system, own, rows.get(top, [])) for top, own in members.items()}
    return {at: made[top] for top, own in members.items() for at in own}


def _component(system: System, members: Sequence[int], relations: Sequence[Relation]) -> Component:
    at = {variable: place for place, variable in enumerate(members)}
    entries = [(row, name, w) for row, one in enumerate(relations) for name, w in one.weights.items()]
    known = np.zeros(len(relations))
    for row, name, weight in entries:
        if name not in at:
            known[row] += weight * system.low[name]
    own = [(row, at[name], weight) for row, name, weight in entries if name in at]
    rows, columns, weights = zip(*own, strict=True) if own else ((), (), ())
    matrix = csr_matrix((weights, (rows, columns)), shape=(len(relations), len(members)))
    low, high = (np.array([getattr(one, side) for one in relations]) - known for side in ("low", "high"))
    bounds = np.array([(system.low[name], system.high[name]) for name in members])
    return Component(at, matrix, low, high, bounds, np.array([system.whole[name] for name in members]))


def _interval(
    system: System, parts: Mapping[int, Component], weights: Mapping[int, float], enough: float
) -> tuple[float, float]:
    known = sum(w * system.low[at] for at, w in weights.items() if not _open(system, at))
    unknown = {at: w for at, w in weights.items() if _open(system, at)}
    if not unknown:
        return known, known
    part = parts[next(iter(unknown))]
    aim = np.zeros(len(part.at))
    for at, weight in unknown.items():
        aim[part.at[at]] = weight
    if part.differ(aim, known, enough) or part.far_apart(aim, enough):
        wide = [sorted((w * system.low[at], w * system.high[at])) for at, w in unknown.items()]
        return known + sum(low for low, _ in wide), known + sum(high for _, high in wide)
    ends = [_linear_optimum(part, sign * aim) for sign in (1, -1)]
    for side, sign in enumerate((1, -1)):
        if not part.differ(aim, known, enough) and np.isfinite(ends[side]):
            proved, whole = _whole_optimum(part, sign * aim)
            ends[side] = max(ends[side], proved)
            system.cut_off += not whole
    return known + ends[0], known - ends[1]


def _look_around(part: Component) -> None:
    """Solutions of the linear programme of a large component that lie far apart."""
    draw = np.random.default_rng(1)
    for _ in range(LOOKS):
        aim = draw.choice([-1.0, 0.0, 1.0], len(part.at), p=[0.3, 0.4, 0.3])
        capped = np.column_stack([part.bounds[:, 0], np.minimum(part.bounds[:, 1], 1e6)])
        found = linprog(aim, bounds=capped, method="highs", **part.linear)
        if found.status == 0:
            part.around.append(found.x)


def _linear_optimum(part: Component, aim: np.ndarray) -> float:
    """The least of `aim` x the variables, minus infinity where there is none; rounded up where it must be whole."""
    found = linprog(aim, bounds=part.bounds, method="highs", **part.linear)
    if found.status == 3:
        return -np.inf
    if found.status == 2:
        raise ContradictionError("the relations of a component cannot hold together")
    if np.abs(found.x - np.round(found.x))[part.whole].max(initial=0) < WHOLE:
        part.solutions.append(found.x)
    whole = part.whole[aim != 0].all() and (aim == np.round(aim)).all()
    return float(np.ceil(found.fun - WHOLE)) if whole else float(found.fun)


def _whole_optimum(part: Component, aim: np.ndarray) -> tuple[float, bool]:
    """The least over whole numbers, or what the solver has proved of it in so many nodes; whether it came to an end."""
    rows = LinearConstraint(part.matrix, part.low, part.high)
    limits = Bounds(part.bounds[:, 0], part.bounds[:, 1])
    more = {"integrality": part.whole.astype(int), "options": {"node_limit": NODES}}
    found = milp(aim, constraints=rows, bounds=limits, **more)
    if found.status == 2:
        raise ContradictionError("no whole numbers satisfy the relations of a component")
    if found.x is not None:
        part.solutions.append(found.x)
    bound = found.get("mip_dual_bound")
    proved = float(np.ceil(bound - WHOLE)) if bound is not None and np.isfinite(bound) else -np.inf
    return proved, found.status == DONE
