"""What somebody can say of hidden numbers who knows the shown ones and every relation: an integer programme.

The attacker is taken to know all that is linear: every shown number, the sums that hold by definition, which sets of
rows are among which others, that numbers of rows are whole and not below 0; and of a hidden cell whether it is hidden
for itself, so that somebody is in it, or for another, so that there are at least as many as the threshold.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import LinearConstraint

from mobility.disclosure.changes import NOTHING, cheapest_change
from mobility.disclosure.relations import System


@dataclass(eq=False)
class Attack:
    """What is left open where some numbers are `known` (a truth value each)."""

    system: System
    known: np.ndarray
    free: np.ndarray = field(init=False)
    part: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        system = self.system
        self.exact = sparse.vstack([system.numbers[self.known], system.equal], format="csr")
        self.free = self._free()
        self.part = self._parts()

    def _free(self) -> np.ndarray:
        """Atoms that are not known at once: alone in a sum that is known, or in one of nothing."""
        system, exact = self.system, self.exact
        free = system.ceiling > 0
        one_way = np.asarray(exact.min(axis=1).todense()).ravel() >= 0 if exact.nnz else np.zeros(exact.shape[0], bool)
        size = abs(exact)
        while True:
            left = size @ free.astype(float)
            nothing = one_way & (exact @ (system.truth * free) == 0)
            done = (left == 1) | (nothing & (left > 0))
            if not done.any():
                return free
            gone = np.asarray(size[done].sum(axis=0)).ravel() > 0
            free = free & ~gone

    def _parts(self) -> np.ndarray:
        """Of each free atom the part of the system that it hangs together with; -1 of the others."""
        rows = sparse.vstack([self.exact, self.system.below], format="csr")[:, self.free]
        rows = rows[np.diff(rows.indptr) > 1]
        together = sparse.bmat([[None, rows], [rows.T, None]], format="csr")
        part = np.full(len(self.free), -1)
        if together.shape[0]:
            labels = sparse.csgraph.connected_components(together, directed=False)[1]
            part[self.free] = labels[rows.shape[0] :]
        return part

    def moved(self, atoms: np.ndarray, by: float) -> np.ndarray | None:
        """Whole numbers for all atoms, near the truth, under which a sum of some is larger by `by`.

        None where it cannot be, or the search for it ends without an answer.
        """
        return self._changed(self._weights(atoms), by)

    def farthest(self, atoms: np.ndarray, sign: int) -> np.ndarray | None:
        """Whole numbers for all atoms under which a sum of some is as large (or, -1, as small) as it can be.

        None where the sum is known.
        """
        return self.extreme(-sign * self._weights(atoms))

    def extreme(self, cost: np.ndarray) -> np.ndarray | None:
        """Whole numbers for all atoms under which their sum weighted by `cost` is least; None where all are known."""
        return self._changed(cost)

    def _weights(self, atoms: np.ndarray) -> np.ndarray:
        weights = np.zeros(len(self.free))
        weights[atoms[self.free[atoms]]] = 1.0
        return weights

    def _changed(self, weights: np.ndarray, by: float | None = None) -> np.ndarray | None:
        """Whole numbers under which a weighted sum is as small as it can be; or larger by `by`, where that is said.

        The linear programme comes first: where its answer is whole already, it is that of the integer programme.
        """
        system = self.system
        own = np.flatnonzero(self.free & (weights != 0))
        if not len(own):
            return None
        inside = np.flatnonzero(np.isin(self.part, np.unique(self.part[own])))
        truth, limits = system.truth[inside], self._limits(inside)
        cost, either = weights[inside], 0.0
        if by is not None:
            limits.append(LinearConstraint(sparse.csr_matrix(cost), by, np.inf))
            cost, either = np.zeros(len(inside)), 1.0
        counted = truth % 1 == 0
        for whole in (None, counted):
            change = cheapest_change(limits, -truth, system.ceiling[inside] - truth, cost, either, whole)
            if change is None:
                return None
            near = np.where(counted, np.rint(change), change)
            if np.abs(near - change).max() < NOTHING:
                break
        values = system.truth.copy()
        values[inside] += near
        return values

    def _limits(self, inside: np.ndarray) -> list[LinearConstraint]:
        """What is known of changes of these atoms: of sums shown or equal, of those below others, of hidden numbers."""
        system = self.system
        hidden = ~self.known & (system.least > 0)
        limits = []
        for rows, low, high in (
            (self.exact, 0.0, 0.0),
            (system.below, -np.inf, -(system.below @ system.truth)),
            (system.numbers[hidden], (system.least - system.rows)[hidden], np.inf),
        ):
            block = rows[:, inside]
            here = np.diff(block.indptr) > 0
            ends = (np.broadcast_to(end, len(here))[here] for end in (low, high))
            limits.append(LinearConstraint(block[here], *ends))
        return limits


@dataclass(eq=False)
class Seen:
    """Numbers for all atoms (`points`) that give the same shown numbers: each proves that something is left open."""

    system: System
    points: list[np.ndarray] = field(default_factory=list)

    def under(self, known: np.ndarray) -> "Seen":
        """Those that agree with other known numbers too."""
        numbers = self.system.numbers[known]
        truth = numbers @ self.system.truth
        kept = [values for values in self.points if np.abs(numbers @ values - truth).max(initial=0) < NOTHING]
        return Seen(self.system, kept)

    def interval(self, atoms: np.ndarray) -> tuple[float, float]:
        """The smallest and the largest that a sum of atoms is among them and the truth."""
        sums = [float(values[atoms].sum()) for values in (self.system.truth, *self.points)]
        return min(sums), max(sums)
