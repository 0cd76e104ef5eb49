"""One year of people in the six origin groups of section 3.3, whose moves depend on the regressors.

For an origin and one of its planted destinations c, the probability that a pair of interviews shows c with its code,
of all pairs with a usable activity at both ends, is logistic(a + x'b), averaged over the occupations of the origin and
over the pairs of waves. Occupations keep the differences that Table 3.3 shows, and the pair with the change of coding
frame its additional exits: the exits of person i in occupation o in pair p are f_p E(x_i) exp(delta_po - z_i'gamma_p).
Here delta gives each occupation its share, and gamma takes out of that, and of the changing composition of the pairs,
whatever goes with the regressors z: summed over the people of all pairs, z_i (p_i - E_i) is zero. That is the equation
that a logit solves, so a model that knows neither occupation nor pair finds a and b. The origin group has what the
exits leave.

A code is missing with probability u(o) wherever the person works, so the pairs show an occupation with 1 - u(o) times
its latent probability. Shares here are latent ones times 1 - u(o), those of not working too: they add to 1 - u(o).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from mobility.synthetic.effects import Effects, read_effects
from mobility.synthetic.occupations import LEVELS, NOT_WORKING, OTHERS
from mobility.synthetic.plan import BREAK, Plan
from mobility.synthetic.regressors import TERMS, Regressors
from mobility.synthetic.streams import draw_rows

GROUP_OF = {
    "professional": LEVELS[2],
    "technician": LEVELS[3],
    "skilled_trade": LEVELS[5],
    "operative": LEVELS[8],
    "manager": OTHERS[1],
    "other_professional": OTHERS[2],
    "other_assoc_professional": OTHERS[3],
}
CONSTANT = TERMS.index("constant")
BANDS = ((41, 43), (45, 53), (58, 63), (69, 75))
ROUNDS, LONGEST_STEP, STRONGEST = 8, 1.0, 1.2
RIDGE, LEAST_RIDGE = 0.1, 1e-3


@dataclass(frozen=True)
class OriginGroup:
    """One origin group. Classes of destination: 0 home, then planted ones, other occupations and not working.

    Where staying is not planted, the home class holds everything but the planted destinations. `members`: positions of
    its occupations. `classes`: (84,) class of each destination. `debt`: (classes, columns of `_columns`) sums of
    z (p - E) over the people of the pairs so far; `assess` keeps it.
    """

    plan: Plan
    effects: Effects
    members: np.ndarray
    classes: np.ndarray
    debt: np.ndarray

    @property
    def stays(self) -> bool:
        """Whether staying in the group is one of the planted outcomes."""
        return self.effects.origin in self.effects.destinations

    @cached_property
    def exits(self) -> tuple[int, ...]:
        """Places, among the planted outcomes, of those that are no stay."""
        return tuple(place for place, name in enumerate(self.effects.destinations) if name != self.effects.origin)

    @property
    def count(self) -> int:
        """Number of classes."""
        return int(self.classes.max()) + 1

    @property
    def uncoded(self) -> np.ndarray:
        """(members,) probability u(o) that a pair shows no code."""
        return self.plan.uncoded[self.members]

    @cached_property
    def margins(self) -> np.ndarray:
        """(members, classes) planted share of each class, times 1 - u(o) of the occupation."""
        shown = self.plan.mean[self.members] * (1.0 - self.uncoded[:, None])
        return np.stack([shown[:, self.classes == place].sum(axis=1) for place in range(self.count)], axis=1)

    def within(self, regime: int) -> np.ndarray:
        """(members, classes, 84) probability of each destination given its class."""
        inside = self.classes[None, :] == np.arange(self.count)[:, None]
        rows = self.plan.latent[regime][self.members][:, None, :] * inside
        return np.divide(rows, rows.sum(axis=2, keepdims=True), out=np.zeros_like(rows), where=rows > 0)


@dataclass(frozen=True)
class Risk:
    """People of one origin group before one step: `occupations` as positions among the members of `origin`, `latent`
    (n, classes) probabilities under the step's regime, and the number of rows that had to be cut to [0, 1].

    people : (n,) positions of the persons.
    """

    origin: OriginGroup
    people: np.ndarray
    occupations: np.ndarray
    latent: np.ndarray
    cut: int


def plan_origins(plan: Plan) -> tuple[OriginGroup, ...]:
    """The six origin groups of the models."""
    return tuple(_origin(plan, effects) for effects in read_effects().values())


def _origin(plan: Plan, effects: Effects) -> OriginGroup:
    group = plan.occupations.group
    stays = effects.origin in effects.destinations
    targets = [name for name in effects.destinations if name != effects.origin]
    classes = np.full(len(plan.stock), len(targets) + 1 if stays else 0)
    classes[np.flatnonzero(group == GROUP_OF[effects.origin])] = 0
    for place, name in enumerate(targets, start=1):
        classes[np.flatnonzero(group == GROUP_OF[name])] = place
    if stays:
        classes[-len(NOT_WORKING) :] = len(targets) + 2
    debt = np.zeros((classes.max() + 1, len(TERMS) + len(BANDS)))
    return OriginGroup(plan, effects, np.flatnonzero(group == GROUP_OF[effects.origin]), classes, debt)


def assess(
    origin: OriginGroup, people: np.ndarray, state: np.ndarray, x: Regressors, kept: np.ndarray, pair: int
) -> Risk:
    """Probabilities of the step `pair` for people whose `state` is an occupation of the origin.

    `kept`: those whom the models can see, over whom the effects hold.
    """
    place = np.searchsorted(origin.members, state)
    latent = _shown(origin, place, x, kept, pair) / (1.0 - origin.uncoded[place][:, None])
    latent[:, 0] = 1.0 - latent[:, 1:].sum(axis=1)
    cut = int((latent < 0).any(axis=1).sum())
    latent = np.maximum(latent, 0.0)
    return Risk(origin, people, place, latent / latent.sum(axis=1, keepdims=True), cut)


def _shown(origin: OriginGroup, place: np.ndarray, x: Regressors, kept: np.ndarray, pair: int) -> np.ndarray:
    """(n, classes) share of each class, times 1 - u(o); home is left empty."""
    design = x.design()
    planted = origin.effects.probabilities(design)
    columns = np.column_stack([design, *[(x.division >= first) & (x.division <= last) for first, last in BANDS]])
    people = _AtRisk(place, columns, kept)
    factor = origin.plan.factors[origin.plan.regimes[pair]]
    shown = np.zeros((len(x), origin.count))
    for number, outcome in enumerate(origin.exits, start=1):
        margins = factor * origin.margins[:, [number]]
        shown[:, [number]] = _exits(origin, number, planted[:, outcome], factor, margins, people, pair)
    if origin.stays:
        rest = np.maximum(1.0 - origin.uncoded[place] - planted.sum(axis=1), 0.0)
        margins = origin.margins[:, -2:] * [factor, 1.0]
        mean = margins.sum() / origin.margins[:, -2:].sum()
        shown[:, -2:] = _exits(origin, origin.count - 1, rest, mean, margins, people, pair)
    return shown


class _AtRisk(NamedTuple):
    """People of an origin: places of their occupations, columns whose products are kept (n, k), whom the models see."""

    place: np.ndarray
    columns: np.ndarray
    kept: np.ndarray


def _exits(
    origin: OriginGroup,
    number: int,
    planted: np.ndarray,
    factor: float,
    margins: np.ndarray,
    people: _AtRisk,
    pair: int,
) -> np.ndarray:
    """(n, parts) probabilities of one kind of exit, in parts as the columns of `margins` (members, parts).

    Up to the pair with the change of coding frame the sums are those of the planted exits times `factor`; what that
    leaves too much or too little is then shared out among the pairs that remain.
    """
    place, columns, kept = people
    sums = columns[kept].T @ planted[kept]
    regimes = origin.plan.regimes
    later = BREAK in regimes[:pair]
    wanted = sums - origin.debt[number] / (len(regimes) - pair) if later else factor * sums
    exits = tilt(planted, place, margins.sum(axis=1), columns, kept, wanted)
    origin.debt[number] += columns[kept].T @ exits[kept] - sums
    return exits[:, None] * (margins / margins.sum(axis=1, keepdims=True))[place]


def tilt(
    base: np.ndarray, place: np.ndarray, margins: np.ndarray, columns: np.ndarray, kept: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Probabilities base * exp(delta_o - z'gamma), shape (n,).

    Among the people `kept`, their mean in each occupation `place` is in proportion to `margins`, and their products
    with `columns` (n, k; a constant among them) add to `wanted` (k,). A small penalty keeps gamma finite where few are
    at risk.
    """
    total = wanted[CONSTANT]
    if base[kept].sum() <= 0 or total <= 0:
        return base
    level = base * total / base[kept].sum()
    mean, spread = columns[kept].mean(axis=0), columns[kept].std(axis=0)
    varies = spread > 1e-9
    basis = (columns[:, varies] - mean[varies]) / spread[varies]
    among = (place[:, None] == np.arange(len(margins))).astype(float)
    parts = among[kept].sum(axis=0) * margins
    goal = np.concatenate([parts * total / parts.sum(), (wanted - mean * total)[varies] / spread[varies]])
    both = np.column_stack([among, basis])
    strength = both @ _solve_tilts(level[kept], both[kept], goal)
    return level * np.exp(np.clip(strength, -STRONGEST, STRONGEST))


def _solve_tilts(level: np.ndarray, columns: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Newton's steps to the t with columns' (level exp(columns t)) = goal, less a penalty that few exits make large."""
    tilts = np.zeros(columns.shape[1])
    ridge = max(LEAST_RIDGE, RIDGE / level.sum() ** 2)
    for _ in range(ROUNDS):
        now = level * np.exp(np.clip(columns @ tilts, -STRONGEST, STRONGEST))
        curvature = (columns * now[:, None]).T @ columns + ridge * np.eye(len(tilts))
        step = np.linalg.solve(curvature, goal - columns.T @ now - ridge * tilts)
        tilts += np.clip(step, -LONGEST_STEP, LONGEST_STEP)
    return tilts


def draw_destinations(risk: Risk, regime: int, rng: np.random.Generator) -> np.ndarray:
    """Destination of each person: the class by its probability, then the occupation or state as in the plan."""
    chosen = draw_rows(np.cumsum(risk.latent, axis=1), rng)
    within = np.cumsum(risk.origin.within(regime), axis=2)
    return draw_rows(within[risk.occupations, chosen], rng)
