"""Everything that a delivery of moves shows but the moves themselves."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mobility.errors import MobilityError, nearest
from mobility.synthetic.flows.authorities import Authorities, read_authorities
from mobility.synthetic.flows.gaps import SUPPRESSED, draw_ranks, draw_suppressed
from mobility.synthetic.flows.means import Plan, make_plan
from mobility.synthetic.flows.published import Published, read_published
from mobility.synthetic.flows.statistics import YEARS, Statistics, draw_statistics


@dataclass(frozen=True, eq=False)
class World:
    """Areas, statistics, what is suppressed (n, 5) and ranked (n,), and the means of the moves.

    root : the project's folder. size, seed : as asked for. published : print that it is drawn to. authorities : n.
    statistics : by year. suppressed : truth values of what is not published. ranks : of the Social Mobility Index.
    """

    root: Path
    size: str
    seed: int
    published: Published
    authorities: Authorities
    statistics: Statistics
    suppressed: np.ndarray
    ranks: np.ndarray

    @cached_property
    def plan(self) -> Plan:
        """Means of the moves of every pair and year."""
        return make_plan(self.authorities, self.statistics, self.published, self.size)


def draw_world(root: Path, size: str, seed: int) -> World:
    """Draw it; nothing is written. Raises `MobilityError` on an unknown size."""
    if size not in SUPPRESSED:
        raise MobilityError(f"size {size!r} of the synthetic delivery: not known; {nearest(size, SUPPRESSED)}.")
    root = Path(root)
    published, authorities = read_published(root), read_authorities(root, size)
    statistics = draw_statistics(root, authorities, published, seed)
    people = statistics.total[:, YEARS.index(2017)]
    suppressed = draw_suppressed(authorities, people, size, seed)
    ranks = draw_ranks(authorities, suppressed, seed)
    return World(root, size, seed, published, authorities, statistics, suppressed, ranks)
