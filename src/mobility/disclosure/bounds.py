"""What somebody can say of hidden numbers who knows the shown ones and every relation: an integer programme.

The attacker is taken to know all that is linear: every shown number, the sums that hold by definition, which sets of
rows are among which others, that numbers of rows are whole and not below 0; and of a hidden cell whether it is hidden
for itself, so that somebody is in it, or for another, so that there are at least as many as the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import LinearConstraint

from mobility.disclosure.changes import NOTHING, cheapest_change, whole_change, wider
from mobility.disclosure.relations import System

SCATTERED = 8  # programmes that move many atoms at once, before each is looked at by itself


@dataclass(eq=False)
class Attack:
    """What is left open where some numbers are `known` (a truth value each).

    system : all sums that are told. free : truth value of each atom, whether it is open at all. part : of each atom the
    part of the system that it hangs together with, -1 where it is not free.
    """

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

    def moved(self, atoms: np.ndarray, by: float, thorough: bool = True) -> np.ndarray | None:
        """Whole numbers for all atoms, near the truth, under which a sum of some is larger by `by`.

        None where it cannot be, or the search for it ends without an answer; where it is not to be `thorough`, also
        where none is found among the changes of the linear programme.
        """
        sums = self._sums([atoms])
        inside = self._around(sums.indices)
        asked = LinearConstraint(sums[:, inside], by, np.inf)
        # Changes that cost the same would leave the search a choice without end.
        either = np.random.default_rng(0).uniform(1, 2, len(inside))
        return self._whole(inside, [*self._limits(inside), asked], np.zeros(len(inside)), either, thorough=thorough)

    def moved_together(self, sums: Sequence[np.ndarray], by: float) -> np.ndarray | None:
        """The same of as many sums at once as can be; None where no such numbers are found."""
        asked, count = self._sums(sums), len(sums)
        inside = self._around(asked.indices)
        short = sparse.hstack([asked[:, inside], sparse.eye(count)], format="csr")
        limits = [*(wider(limit, count) for limit in self._limits(inside)), LinearConstraint(short, by, np.inf)]
        return self._whole(inside, limits, np.append(np.zeros(len(inside)), np.ones(count)), short_by=by)

    def farthest(self, atoms: np.ndarray, sign: int) -> np.ndarray | None:
        """Whole numbers for all atoms under which a sum of some is as large (or, -1, as small) as it can be.

        None where the sum is known.
        """
        return self.extreme(-sign * self._sums([atoms]).toarray()[0])

    def extreme(self, cost: np.ndarray) -> np.ndarray | None:
        """Whole numbers for all atoms under which their sum weighted by `cost` is least; None where all are known."""
        inside = self._around(np.flatnonzero(self.free & (cost != 0)))
        return self._whole(inside, self._limits(inside), cost[inside])

    def unmoved(self, atoms: np.ndarray) -> np.ndarray:
        """Those of some atoms that no numbers, whole or not, can change: they are known exactly.

        Most are moved together, by programmes that make some of them as large and others as small as they can be; what
        is left is tried by itself.
        """
        draws, left = np.random.default_rng(0), atoms[self.free[atoms]]
        for _ in range(SCATTERED):
            left = self._stay(left, draws.choice((-1.0, 1.0), len(left)))
        for atom in left:
            alone = np.array([atom])
            if not (len(self._stay(alone, np.ones(1))) and len(self._stay(alone, -np.ones(1)))):
                left = left[left != atom]
        return np.union1d(atoms[~self.free[atoms]], left)

    def _stay(self, atoms: np.ndarray, signs: np.ndarray) -> np.ndarray:
        """Those of some atoms that stay as they are where their sum, weighted by signs, is as large as it can be."""
        inside = self._around(atoms)
        if not len(inside):
            return atoms
        cost = np.zeros(len(self.free))
        cost[atoms] = -signs
        truth, change = self.system.truth[inside], np.zeros(len(self.free))
        room = np.maximum(self.system.ceiling[inside] - truth, 0)
        found = cheapest_change(self._limits(inside), -truth, room, cost[inside])
        if found is not None:
            change[inside] = found
        return atoms[np.abs(change[atoms]) < NOTHING]

    def _sums(self, sums: Sequence[np.ndarray]) -> sparse.csr_matrix:
        """Sums of atoms as rows, without the atoms that are known."""
        own = [atoms[self.free[atoms]] for atoms in sums]
        ends = np.cumsum([0, *map(len, own)])
        return sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(own), ends), shape=(len(sums), len(self.free)))

    def _around(self, own: np.ndarray) -> np.ndarray:
        """Atoms that hang together with some."""
        return np.flatnonzero(np.isin(self.part, np.unique(self.part[own])))

    def _whole(
        self,
        inside: np.ndarray,
        limits: Sequence[LinearConstraint],
        cost: np.ndarray,
        either: np.ndarray | None = None,
        short_by: float = 0.0,
        thorough: bool = True,
    ) -> np.ndarray | None:
        """Whole numbers for all atoms, of which those `inside` changed at the least cost; None where there are none.

        Further variables of the limits are by how much sums fall short, at most `short_by`.
        """
        if not len(inside):
            return None
        truth, more = self.system.truth[inside], np.zeros(len(cost) - len(inside))
        room = np.maximum(self.system.ceiling[inside] - truth, 0)
        low, high = np.append(-truth, more), np.append(room, more + short_by)
        whole = np.append(truth % 1 == 0, more > 0)
        change = whole_change(limits, low, high, cost, either, whole, thorough)
        if change is None:
            return None
        values = self.system.truth.copy()
        values[inside] += change[: len(inside)]
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

    def interval(self, atoms: np.ndarray) -> tuple[float, float]:
        """The smallest and the largest that a sum of atoms is among them and the truth."""
        sums = [float(values[atoms].sum()) for values in (self.system.truth, *self.points)]
        return min(sums), max(sums)
