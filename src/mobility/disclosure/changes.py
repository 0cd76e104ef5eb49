"""Changes of numbers that keep to what is known, begun where nothing changes: linear and integer programmes."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mobility.disclosure.solver import Limits, joined, solved

NOTHING = 1e-6
DRAWS = 3  # linear programmes among whose changes whole ones are sought
SLIGHT = 1e-3  # what a change costs there besides, so that each programme finds others


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes of n numbers between `low` <= 0 and `high` >= 0 that keep to limits.

    A change of both signs is two variables, a rise and a fall. So the solver begins with no change, which breaks
    nothing but what is asked of the sums; from the ends of the ranges, or after its presolve, it takes fifty times as
    many steps.

    apart : the limits, of all rises and then of the falls.
    """

    low: np.ndarray
    high: np.ndarray
    apart: Limits

    @classmethod
    def within(cls, limits: Limits, low: np.ndarray, high: np.ndarray) -> "Changes":
        """Changes that keep to limits of themselves."""
        return cls(low, high, _apart(limits, low))

    def also(self, more: Limits) -> "Changes":
        """Those that keep to more limits."""
        return Changes(self.low, self.high, joined([self.apart, _apart(more, self.low)]))

    def cheapest(
        self, cost: np.ndarray, either: np.ndarray | None = None, whole: np.ndarray | None = None
    ) -> np.ndarray | None:
        """Those of the least cost, n; None where none are found.

        Parameters
        ----------
        cost : of each change, by 1 upwards. either : of every change by 1 besides, in either direction.
        whole : which changes must be whole; an integer programme, of which the first answer will do where only
        `either` costs anything.
        """
        size, falls = len(self.low), np.flatnonzero(self.low < 0)
        either = np.zeros(size) if either is None else either
        found = solved(
            np.concatenate([cost + either, (either - cost)[falls]]),
            self.apart,
            np.zeros(size + len(falls)),
            np.concatenate([self.high, -self.low[falls]]),
            whole=None if whole is None else np.concatenate([whole, whole[falls]]),
            presolve=False,
            first=not cost.any(),
        )
        if found is None:
            return None
        change = found[:size].copy()
        change[falls] -= found[size:]
        return change

    def whole(
        self,
        cost: np.ndarray,
        either: np.ndarray | None,
        whole: np.ndarray,
        thorough: bool = True,
        near_enough: float = np.inf,
    ) -> np.ndarray | None:
        """The same where some changes (`whole`) must be whole: cheap ones, not always the cheapest.

        The linear programme comes first: where its answer is whole already, it is that of the integer programme. Else
        whole ones are sought among the variables that it changes, and those that it changes at slightly other costs:
        some tens in place of a thousand, so that the search takes a hundredth of the time. Where it is to be
        `thorough`, among all last. The first will do that cost less than `near_enough` more than that answer.
        """
        size, found = len(self.low), list[np.ndarray]()
        draws, moved, bound = np.random.default_rng(0), np.zeros(size, dtype=bool), -np.inf
        for draw in range(DRAWS if thorough else 1):
            other = either if draw == 0 else draws.uniform(1, 2, size) * (SLIGHT if cost.any() else 1)
            change = self.cheapest(cost, other)
            if change is None:
                break
            bound = float(cost @ change) if draw == 0 else bound
            moved |= np.abs(change) > NOTHING
            found += self._whole_near(change, moved, cost, other, whole)
            if any(float(cost @ one) - bound < near_enough for one in found):
                break
        else:
            everything = self.cheapest(cost, either, whole) if thorough else None
            found += [] if everything is None else [_whole_ones(everything, np.ones(size, dtype=bool), whole)]
        return min(found, key=lambda one: float(cost @ one), default=None)

    def _whole_near(
        self, change: np.ndarray, moved: np.ndarray, cost: np.ndarray, either: np.ndarray | None, whole: np.ndarray
    ) -> list[np.ndarray]:
        """The answer of a linear programme where it is whole already, else one among the variables that it changes."""
        near = np.where(whole, np.rint(change), change)
        if np.abs(near - change).max() < NOTHING:
            return [near]
        found = self._of(moved).cheapest(cost[moved], None if either is None else either[moved], whole[moved])
        return [] if found is None else [_whole_ones(found, moved, whole)]

    def _of(self, some: np.ndarray) -> "Changes":
        """Those that change only some numbers."""
        return Changes.within(self.apart.of_columns(np.flatnonzero(some)), self.low[some], self.high[some])


def _apart(limits: Limits, low: np.ndarray) -> Limits:
    sums = limits.sums
    return Limits(sparse.hstack([sums, -sums[:, np.flatnonzero(low < 0)]], format="csr"), limits.least, limits.most)


def _whole_ones(found: np.ndarray, moved: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Changes of all variables from those of some, without the solver's inexactness."""
    change = np.zeros(len(moved))
    change[moved] = np.where(whole[moved], np.rint(found), found)
    return change
