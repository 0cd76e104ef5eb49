"""Suppressed shares born abroad, chosen so that the printed samples come out, and ranks of the mobility index.

The printed counts lack 19 sender-years of the four early years and 3 of the last. Their supergroups and quintiles of
deprivation are known (resources/areas/SOURCES.md), the districts are not: here they are drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mobility.errors import SpecError
from mobility.synthetic.flows.authorities import Authorities
from mobility.synthetic.flows.published import TYPES
from mobility.synthetic.streams import stream

CONTROL_YEARS = range(2013, 2018)
EARLY_YEARS, LAST_YEAR = (0, 1, 2, 3), (4,)
# Higher is hotter.
WARMTH = dict(zip(TYPES, (1.0, 0.4, -0.8, 1.4, 2.2, -1.0, -0.2, -0.3), strict=True))
INDEXED, FIFTH, COLD_APART = 324, 65, 4
TRIES = 1000


@dataclass(frozen=True)
class Margins:
    """Sender-years to suppress, by supergroup and, the same ones, by quintile of deprivation."""

    supergroups: Mapping[str, int]
    quintiles: Mapping[int, int]


COUNTRYSIDE, SERVICES, TOWN = "Countryside Living", "Services and Industrial Legacy", "Town and Country Living"
SUPPRESSED = {
    "full": (
        Margins({COUNTRYSIDE: 10, TOWN: 8, SERVICES: 1}, {2: 2, 3: 5, 4: 10, 5: 2}),
        Margins({COUNTRYSIDE: 1, TOWN: 1, SERVICES: 1}, {2: 1, 4: 1, 5: 1}),
    ),
    "small": (Margins({COUNTRYSIDE: 2, TOWN: 1}, {2: 1, 3: 2}), Margins({TOWN: 1}, {3: 1})),
}


def draw_suppressed(authorities: Authorities, population: np.ndarray, size: str, seed: int) -> np.ndarray:
    """(n, 5) bool over `CONTROL_YEARS`; small districts are likelier. population : (n,)."""
    rng = stream(seed, "flows suppressed")
    found = np.zeros((len(authorities), len(CONTROL_YEARS)), dtype=bool)
    open_to = authorities.sender & (authorities.quintile > 0) & (authorities.recoded_from == "")
    for margins, years in zip(SUPPRESSED[size], (EARLY_YEARS, LAST_YEAR), strict=True):
        for (group, quintile), count in _cells(margins, authorities, open_to, len(years), rng).items():
            members = np.flatnonzero(open_to & (authorities.type == group) & (authorities.quintile == quintile))
            weights = np.repeat(1 / population[members], len(years))
            chosen = rng.choice(len(weights), count, replace=False, p=weights / weights.sum())
            found[members[chosen // len(years)], np.array(years)[chosen % len(years)]] = True
    return found


def _cells(
    margins: Margins, authorities: Authorities, open_to: np.ndarray, years: int, rng: np.random.Generator
) -> dict[tuple[int, int], int]:
    """How many of each supergroup and quintile: the two margins paired at random until there are enough districts."""
    groups = np.repeat([TYPES.index(name) for name in margins.supergroups], list(margins.supergroups.values()))
    quintiles = np.repeat(list(margins.quintiles), list(margins.quintiles.values()))
    room = np.zeros((len(TYPES), 6), dtype=int)
    np.add.at(room, (authorities.type[open_to], authorities.quintile[open_to]), years)
    for _ in range(TRIES):
        drawn = np.zeros_like(room)
        np.add.at(drawn, (groups, rng.permutation(quintiles)), 1)
        if (drawn <= room).all():
            return {(int(group), int(q)): int(drawn[group, q]) for group, q in zip(*np.nonzero(drawn), strict=True)}
    raise SpecError("la_frame_348.csv: too few districts of the kinds that the printed counts lack. Restore the file.")


def draw_ranks(authorities: Authorities, suppressed: np.ndarray, seed: int) -> np.ndarray:
    """(n,) rank in the mobility index, 1 the hottest; 0 outside it.

    Of the districts that cannot send in the last year, 4 are cold and none is hot, as the printed counts say; nor is
    any district hot whose share born abroad was ever suppressed.
    """
    warmth = np.array([WARMTH[name] for name in TYPES])[authorities.type]
    score = warmth + stream(seed, "flows mobility index").normal(0, 0.8, len(warmth))
    apart = authorities.indexed & (authorities.abolished | suppressed[:, -1])
    fifth = round(FIFTH * authorities.indexed.sum() / INDEXED)
    cold_apart = min(COLD_APART, int(apart.sum()) - 1)
    hot = _first(-score, authorities.indexed & ~apart & ~suppressed.any(axis=1), fifth)
    cold = _first(score, apart, cold_apart) | _first(score, authorities.indexed & ~apart & ~hot, fifth - cold_apart)
    order = np.lexsort((-score, np.where(hot, 0, np.where(cold, 2, 1)), ~authorities.indexed))
    ranks = np.zeros(len(score), dtype="int64")
    ranks[order[: authorities.indexed.sum()]] = np.arange(1, authorities.indexed.sum() + 1)
    return ranks


def _first(values: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """The `count` members of `among` with the smallest values, as bool."""
    chosen = np.zeros(len(values), dtype=bool)
    chosen[np.argsort(np.where(among, values, np.inf))[:count]] = True
    return chosen
