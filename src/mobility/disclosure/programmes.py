"""What to hide so that sums are left open, as programmes over changes of the atoms.

Two other sets of whole numbers of rows are sought that agree with everything shown, under which a sensitive sum differs
by the threshold, and the shown numbers that have to differ between them are as few and small as can be. Where few cells
could be hidden it is solved as an integer programme, a cell being hidden or not; else by linear programmes that are
reweighted towards few numbers. Of many sums at once one other set of numbers is sought that moves all it can.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from mobility.disclosure.changes import NOTHING, Changes
from mobility.disclosure.relations import Form, System
from mobility.disclosure.solver import Limits, joined, solved

if TYPE_CHECKING:
    from mobility.disclosure.search import Search

ROUNDS = 4  # of reweighting
REACHES = (0, 1, 2)  # what may change with a sum: its view; also views that equal sums join; all that relations join
SOFT = 0.05  # part of the threshold below which a difference counts no less
GIVEN_UP = 100.0  # times the price of a cell that may be spent on one of many sums


def near(system: System, atoms: np.ndarray, reach: int) -> np.ndarray:
    """Atoms that hang together with some: by told numbers, by equal sums too, by every relation."""
    joined = abs(sparse.vstack([system.numbers, system.equal, system.below][: reach + 1], format="csr"))
    inside = np.zeros(len(system.truth), dtype=bool)
    inside[atoms] = True
    while True:
        more = (joined.T @ (joined @ inside.astype(float))) > 0
        if not (more & ~inside).any():
            return np.flatnonzero(inside & (system.ceiling > 0))
        inside |= more


class _Near:
    """Changes of some atoms that keep to everything but the shown numbers that could be hidden."""

    def __init__(self, search: "Search", atoms: np.ndarray, known: np.ndarray) -> None:
        system = search.system
        self.search, self.atoms, self.size = search, atoms, len(atoms)
        numbers = system.numbers[:, atoms]
        touched = known & (np.diff(numbers.indptr) > 0)
        self.open = np.flatnonzero(touched & ~system.fixed)
        self.numbers = numbers[self.open]
        self.truth = system.truth[atoms]
        self.room = np.maximum(system.ceiling[atoms] - self.truth, 0)
        self.kept = self._kept(numbers[touched & system.fixed])

    def _kept(self, fixed: sparse.csr_matrix) -> Limits:
        """What any change satisfies."""
        system = self.search.system
        equal = sparse.vstack([fixed, system.equal[:, self.atoms]], format="csr")
        below = system.below[:, self.atoms]
        here = np.diff(below.indptr) > 0
        told = system.numbers[:, self.atoms]
        some = (np.diff(told.indptr) > 0) & (system.least > 0)
        return joined(
            [
                Limits.of(equal[np.diff(equal.indptr) > 0], 0, 0),
                Limits.of(below[here], -np.inf, -(system.below @ system.truth)[here]),
                Limits.of(told[some], (system.least - system.rows)[some], np.inf),
            ]
        )


class Together(_Near):
    """One change that moves as many sums of a part as it can by the threshold."""

    def __init__(self, search: "Search", forms: Sequence[Form], known: np.ndarray) -> None:
        super().__init__(search, np.flatnonzero(search.system.ceiling > 0), known)
        place = np.full(len(search.system.truth), -1)
        place[self.atoms] = np.arange(self.size)
        inside = [place[form.atoms][place[form.atoms] >= 0] for form in forms]
        ends = np.cumsum([0, *map(len, inside)])
        self.forms = sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(inside), ends), shape=(len(forms), self.size))

    def cheapest(self) -> list[int]:
        """Shown numbers to hide, by reweighted linear programmes; none where no sum can be moved."""
        count, sums, threshold = len(self.open), self.forms.shape[0], self.search.threshold
        price = self.search.prices(self.open) + NOTHING
        moved, none = sparse.eye(count), sparse.csr_matrix((count, sums))
        rows = sparse.vstack(
            [sparse.hstack([self.numbers, -moved, none]), sparse.hstack([-self.numbers, -moved, none])]
        )
        asked = sparse.hstack([self.forms, sparse.csr_matrix((sums, count)), sparse.eye(sums)])
        limits = [self.kept.wider(count + sums), Limits.of(rows, -np.inf, 0), Limits.of(asked, threshold, np.inf)]
        low = np.concatenate([-self.truth, np.zeros(count + sums)])
        high = np.concatenate([self.room, np.full(count, np.inf), np.full(sums, float(threshold))])
        changes = Changes.within(joined(limits), low, high)
        given_up, weights = np.full(sums, GIVEN_UP), price
        change = np.zeros(count)
        for _ in range(ROUNDS):
            cost = np.concatenate([np.zeros(self.size), weights, given_up])
            found = changes.cheapest(cost)
            if found is None:
                break
            change = found[self.size : self.size + count]
            weights = price / (change + SOFT * threshold)
        return [int(number) for number in self.open[change > NOTHING]]


class Programme(_Near):
    """Changes `up` and `down` of the atoms that leave a sum open, as a linear programme.

    Variables: up, down (one an atom each), then what the method adds. Only atoms near the sum's change.
    """

    def __init__(self, search: "Search", form: Form, upwards: bool, known: np.ndarray, reach: int) -> None:
        super().__init__(search, near(search.system, form.atoms, reach), known)
        telling = search.system.tells[:, self.open] @ np.ones(len(self.open)) > 0
        self.could_go = np.flatnonzero(telling & ~search.cells)
        self.low, self.high = np.tile(-self.truth, 2), np.tile(self.room, 2)
        self.limits = self._limits(form, upwards)

    def _limits(self, form: Form, upwards: bool) -> Limits:
        """What any two changes satisfy, and by how much the sum differs between them."""
        one = np.isin(self.atoms, form.atoms).astype(float)
        threshold, kept = self.search.threshold, self.kept
        rule = sparse.csr_matrix(np.vstack([np.concatenate([one, -one]), np.concatenate([one, 0 * one])]))
        least = np.array([threshold, threshold - form.rows if upwards else 0.0])
        twice = Limits(sparse.block_diag([kept.sums] * 2, "csr"), np.tile(kept.least, 2), np.tile(kept.most, 2))
        return joined([twice, Limits.of(rule, least, np.inf)])

    def _numbers_twice(self) -> sparse.csr_matrix:
        return sparse.block_diag([self.numbers, self.numbers], format="csr")

    def by_weights(self) -> list[int]:
        """Reweighted linear programmes: the smaller a change of a shown number, the dearer the rest of it becomes."""
        search, count = self.search, len(self.open)
        price = search.prices(self.open) + NOTHING
        twice, moved = self._numbers_twice(), sparse.vstack([sparse.eye(count)] * 2, format="csr")
        rows = sparse.vstack([sparse.hstack([twice, -moved]), sparse.hstack([-twice, -moved])], format="csr")
        limits = joined([self.limits.wider(count), Limits.of(rows, -np.inf, 0)])
        high = np.append(self.high, np.full(count, np.inf))
        changes = Changes.within(limits, np.append(self.low, np.zeros(count)), high)
        best, least, weights = list[int](), np.inf, price
        for _ in range(ROUNDS):
            cost = np.concatenate([np.zeros(2 * self.size), weights])
            found = changes.cheapest(cost)
            if found is None:
                return best
            change = found[2 * self.size :]
            numbers = [int(number) for number in self.open[change > NOTHING]]
            total = search.cost[search.new_cells(numbers)].sum()
            if numbers == best or len(numbers) < 2:
                return numbers
            if total < least:
                best, least = numbers, total
            weights = price / (change + SOFT * search.threshold)
        return best

    def by_cells(self, whole: bool) -> list[int] | None:
        """The cheapest cells to hide, by an integer programme; None where the search ends without an answer.

        A number may change only where every cell that tells it is hidden; a hidden cell's number is hidden everywhere.
        """
        system = self.search.system
        near = self.could_go
        at = {int(cell): place for place, cell in enumerate(near)}
        count, options = len(self.open), len(near)
        reach = float(2 * self.search.threshold)
        start, size = 2 * self.size, 2 * self.size + count + options
        place_of = {int(number): place for place, number in enumerate(self.open)}
        gates = [(start + place, start + count + at[int(cell)])
                 for place, number in enumerate(self.open)
                 for cell in self.search.told[number].indices
                 if int(cell) in at]  # fmt: skip
        gates += [(start + count + place, start + place_of[own])
                  for place, cell in enumerate(near)
                  if (own := int(system.own[cell])) in place_of]  # fmt: skip
        twice = self._numbers_twice()
        free = sparse.vstack([sparse.eye(count) * reach] * 2, format="csr")
        empty = sparse.csr_matrix((2 * count, options))
        limits = [
            self.limits.wider(count + options),
            Limits.of(sparse.hstack([twice, -free, empty]), -np.inf, 0),
            Limits.of(sparse.hstack([-twice, -free, empty]), -np.inf, 0),
            Limits.of(_gates(gates, size), -np.inf, 0),
        ]
        cost = np.concatenate([np.zeros(start + count), self.search.cost[near]])
        found = solved(
            cost,
            joined(limits),
            np.append(self.low, np.zeros(count + options)),
            np.append(self.high, np.ones(count + options)),
            whole=np.concatenate([np.full(start, whole), np.ones(count + options, dtype=bool)]),
        )
        return None if found is None else [int(number) for number in self.open[found[start : start + count] > 0.5]]


def _gates(pairs: Sequence[tuple[int, int]], size: int) -> sparse.csr_matrix:
    """A row a pair: the first variable less the second."""
    rows = np.repeat(np.arange(len(pairs)), 2)
    columns = np.array(pairs, dtype=np.int64).ravel()
    return sparse.csr_matrix((np.tile([1.0, -1.0], len(pairs)), (rows, columns)), shape=(len(pairs), size))
