"""What somebody can say of hidden numbers who knows the shown ones and every relation: an integer programme.

The attacker is taken to know all that is linear: every shown number, the sums that hold by definition, which sets of
rows are among which others, that numbers of rows are whole and not below 0; and of a hidden cell whether it is hidden
for itself, so that somebody is in it, or for another, so that there are at least as many as the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from mobility.disclosure.changes import NOTHING, Changes
from mobility.disclosure.relations import System
from mobility.disclosure.solver import Limits, joined

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
        self._changes: dict[bytes, Changes] = {}

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
        asked = Limits.of(sums[:, inside], by, np.inf)
        # Changes that cost the same would leave the search a choice without end.
        either = np.random.default_rng(0).uniform(1, 2, len(inside))
        return self._whole(inside, np.zeros(len(inside)), asked, either, thorough=thorough)

    def moved_together(self, sums: Sequence[np.ndarray], by: float) -> np.ndarray | None:
        """The same of as many sums at once as can be; None where no such numbers are found."""
        asked, count = self._sums(sums), len(sums)
        inside = self._around(asked.indices)
        short = Limits.of(sparse.hstack([asked[:, inside], sparse.eye(count)]), by, np.inf)
        if not len(inside):
            return None
        own, more = self._changes_of(inside), np.zeros(count)
        limits = joined([self._limits(inside).wider(count), short])
        changes = Changes.within(limits, np.append(own.low, more), np.append(own.high, more + by))
        return self._whole_of(inside, changes, np.append(np.zeros(len(inside)), np.ones(count)))

    def farthest(self, atoms: np.ndarray, sign: int, surely: bool = False) -> np.ndarray | None:
        """Whole numbers for all atoms under which a sum of some is as large (or, -1, as small) as it can be.

        None where the sum is known. Unless it is to be so `surely`, some may be larger (smaller) still.
        """
        return self.extreme(-sign * self._sums([atoms]).toarray()[0], 1 - NOTHING if surely else np.inf)

    def extreme(self, cost: np.ndarray, near_enough: float = np.inf) -> np.ndarray | None:
        """Whole numbers for all atoms under which their sum weighted by `cost` is least; None where all are known.

        Or one that is less than `near_enough` above the least of any numbers, whole or not.
        """
        inside = self._around(np.flatnonzero(self.free & (cost != 0)))
        return self._whole(inside, cost[inside], near_enough=near_enough)

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
        change = np.zeros(len(self.free))
        found = self._changes_of(inside).cheapest(cost[inside])
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
        cost: np.ndarray,
        asked: Limits | None = None,
        either: np.ndarray | None = None,
        thorough: bool = True,
        near_enough: float = np.inf,
    ) -> np.ndarray | None:
        """Whole numbers for all atoms, of which those `inside` changed at the least cost; None where there are none."""
        if not len(inside):
            return None
        changes = self._changes_of(inside)
        return self._whole_of(inside, changes.also(asked) if asked else changes, cost, either, thorough, near_enough)

    def _whole_of(
        self,
        inside: np.ndarray,
        changes: Changes,
        cost: np.ndarray,
        either: np.ndarray | None = None,
        thorough: bool = True,
        near_enough: float = np.inf,
    ) -> np.ndarray | None:
        """The same of some changes, of those `inside` and then of further variables."""
        more = np.ones(len(cost) - len(inside), dtype=bool)
        whole = np.append(self.system.truth[inside] % 1 == 0, more)
        change = changes.whole(cost, either, whole, thorough, near_enough)
        if change is None:
            return None
        values = self.system.truth.copy()
        values[inside] += change[: len(inside)]
        return values

    def _changes_of(self, inside: np.ndarray) -> Changes:
        """Changes of these atoms that keep to what is known; atoms that hang together are asked for again and again."""
        key = inside.tobytes()
        if key not in self._changes:
            truth, ceiling = self.system.truth[inside], self.system.ceiling[inside]
            self._changes[key] = Changes.within(self._limits(inside), -truth, np.maximum(ceiling - truth, 0))
        return self._changes[key]

    def _limits(self, inside: np.ndarray) -> Limits:
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
            limits.append(Limits.of(block[here], *(np.broadcast_to(end, len(here))[here] for end in (low, high))))
        return joined(limits)


@dataclass(eq=False)
class Seen:
    """Numbers for all atoms (`points`) that give the same shown numbers: each proves that something is left open."""

    system: System
    points: list[np.ndarray] = field(default_factory=list)

    def interval(self, atoms: np.ndarray) -> tuple[float, float]:
        """The smallest and the largest that a sum of atoms is among them and the truth."""
        sums = [float(values[atoms].sum()) for values in (self.system.truth, *self.points)]
        return min(sums), max(sums)
