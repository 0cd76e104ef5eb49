"""What somebody can say of hidden numbers who knows the shown ones and every relation: an integer programme.

The attacker is taken to know all that is linear: every shown number, the sums that hold by definition, which sets of
rows are among which others, that numbers of rows are whole and not below 0; and of a hidden cell whether it is hidden
for itself, so that somebody is in it, or for another, so that there are at least as many as the threshold.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from mobility.disclosure.relations import System

NODES = 2000  # of the search; not seconds, so that every machine finds the same
NOTHING = 1e-6


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

    def farthest(self, atoms: np.ndarray, sign: int) -> np.ndarray | None:
        """Whole numbers for all atoms under which a sum of some is as large (or, -1, as small) as it can be.

        None where the sum is known.
        """
        cost = np.zeros(len(self.free))
        cost[atoms[self.free[atoms]]] = -sign
        return self.extreme(cost)

    def extreme(self, cost: np.ndarray) -> np.ndarray | None:
        """Whole numbers for all atoms under which their sum weighted by `cost` is least; None where all are known.

        The linear programme comes first: where its answer is whole already, it is that of the integer programme.
        """
        system = self.system
        own = np.flatnonzero(self.free & (cost != 0))
        if not len(own):
            return None
        inside = np.flatnonzero(np.isin(self.part, np.unique(self.part[own])))
        limits = self._least(inside)
        for rows, low in ((self.exact, 0.0), (system.below, -np.inf)):
            block = rows[:, inside]
            here = np.diff(block.indptr) > 0
            if here.any():
                block, whole = block[here], rows[here] @ system.truth
                moved = block @ system.truth[inside]
                ends = moved if low == 0.0 else moved - whole
                limits.append(LinearConstraint(block, ends if low == 0.0 else np.full(len(ends), low), ends))
        counted = (system.truth[inside] % 1 == 0).astype(int)
        for integrality in (np.zeros_like(counted), counted):
            found = milp(
                cost[inside],
                constraints=limits,
                bounds=Bounds(0, system.ceiling[inside]),
                integrality=integrality,
                options={"node_limit": NODES},
            )
            if found.x is None:
                return None
            whole = np.where(counted > 0, np.rint(found.x), found.x)
            if np.abs(whole - found.x).max() < NOTHING:
                break
        values = system.truth.copy()
        values[inside] = np.rint(found.x)
        return values

    def _least(self, inside: np.ndarray) -> list[LinearConstraint]:
        """What is known of hidden numbers by why they are hidden, for these atoms."""
        system = self.system
        here = ~self.known & (system.least > 0)
        block = system.numbers[here][:, inside]
        touched = np.diff(block.indptr) > 0
        if not touched.any():
            return []
        block = block[touched]
        rest = (system.numbers[here] @ system.truth)[touched] - block @ system.truth[inside]
        return [LinearConstraint(block, system.least[here][touched] - rest, np.inf)]


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
