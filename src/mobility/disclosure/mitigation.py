"""Secondary suppression: what else is hidden so that hidden numbers cannot be had back, least information first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from mobility.disclosure.apart import parts_of
from mobility.disclosure.bounds import Attack, Seen
from mobility.disclosure.folded import Folded
from mobility.disclosure.relations import NOBODY, Form, System
from mobility.disclosure.search import Search

SIZE_COUNTS = 0.1  # what ten times as many rows add to the cost of a cell


@dataclass(eq=False)
class Hidden:
    """Cells that are hidden, and why.

    cells : truth value of each. chosen : numbers hidden to protect, each with the form that it protects.
    seen : what is left open.
    """

    cells: np.ndarray
    chosen: dict[int, Form]
    seen: Seen


@dataclass(eq=False)
class Protection:
    """The search for cells to hide in a whole system, part by part.

    sensitive : sums that nobody may come to know: they must be left open by the threshold, and upwards to it.
    primary : numbers that are hidden in any case.
    cost : of hiding each cell. with_number : by number (rows) the cells that are hidden with it (columns).
    """

    system: System
    threshold: int
    primary: Sequence[int]
    sensitive: Sequence[Form]
    cost: np.ndarray = field(init=False)
    with_number: sparse.csr_matrix = field(init=False)

    def __post_init__(self) -> None:
        rows = np.append(self.system.rows, 0.0)[self.system.own]
        self.cost = self.system.worth * (1 + SIZE_COUNTS * np.log10(1 + rows))
        self.tells = self.system.tells.tocsc()
        self.with_number = _with_number(self.system)

    def hidden_with(self, numbers: Iterable[int]) -> np.ndarray:
        """Cells that are hidden with some numbers: all that tell them, and the numbers of these cells wherever told."""
        cells = np.zeros(len(self.system.own), dtype=bool)
        cells[self.with_number[list(numbers)].indices] = True
        return cells

    def solve(self) -> Hidden:
        """Cells to hide: the primary numbers, what protects them, and what leaves open crossings of few rows."""
        own = self.hidden_with(self.primary)
        numbers = dict.fromkeys(int(number) for number in self.system.own[own] if number != NOBODY)
        first = self._search(self.primary, self.sensitive, [self.system.form(number) for number in numbers])
        told = self.told_anyway(first.cells)
        if not told:
            return first
        more = self._search([*self.primary, *first.chosen], told, [])
        seen = Seen(self.system, [*first.seen.points, *more.seen.points])
        return Hidden(more.cells, {**first.chosen, **more.chosen}, seen)

    def told_anyway(self, cells: np.ndarray) -> list[Form]:
        """Crossings of few rows that are known exactly where some cells are hidden."""
        system, crossings = self.system, self.system.crossings
        known = (np.asarray(system.tells[~cells].sum(axis=0)).ravel() > 0) | system.fixed
        told = Attack(system, known).unmoved(np.array([form.atoms[0] for form in crossings], dtype=np.int64))
        return [form for form in crossings if form.atoms[0] in told]

    def _search(self, primary: Sequence[int], sensitive: Sequence[Form], others: Sequence[Form]) -> Hidden:
        """Part by part, of those that hold sums that are `sensitive`, or `others` that are hidden."""
        cells, chosen = self.hidden_with(primary), dict[int, Form]()
        forms, moved = [*sensitive, *others], []
        folded = Folded.of(self.system, forms)
        for part, places in parts_of(folded.system, own := [folded.form(form) for form in forms]):
            back: dict[bytes, tuple[Form, Form]] = {}
            for place in [place for place in places if place < len(sensitive)]:
                back.setdefault(own[place].atoms.tobytes(), (part.within(own[place]), forms[place]))
            asked = dict(back.values())
            first = np.flatnonzero(np.isin(part.numbers, list(primary)))
            search = Search(part.system, self.threshold, first.tolist(), list(asked), self.cost[part.cells],
                            self.with_number[part.numbers][:, part.cells])  # fmt: skip
            found = search.solve()
            cells[part.cells] |= found.cells
            for number, form in found.chosen.items():
                whole = asked.get(form) or self.system.form(int(part.numbers[form.number]))
                chosen[int(part.numbers[number])] = whole
            moved.append((part.atoms, found.points))
        points = [folded.whole(values) for values in _side_by_side(folded.system.truth, moved)]
        return Hidden(cells, chosen, Seen(self.system, points))


def _with_number(system: System) -> sparse.csr_matrix:
    """Of each number the cells that are hidden with it (K x C): those that tell it, those that tell their numbers."""
    tells = system.tells.T.tocsr()
    own = np.flatnonzero(system.own != NOBODY)
    number_of = sparse.csr_matrix((np.ones(len(own)), (own, system.own[own])), shape=system.tells.shape)
    found = tells
    while True:
        more = (tells + found @ number_of @ tells).astype(bool).astype(float).tocsr()
        if more.nnz == found.nnz:
            return more
        found = more


def _side_by_side(truth: np.ndarray, moved: Sequence[tuple[np.ndarray, Sequence[np.ndarray]]]) -> list[np.ndarray]:
    """Numbers for all atoms from those for the atoms of each part, which can be put together as one likes."""
    points = [truth.copy() for _ in range(max((len(own) for _, own in moved), default=0))]
    for atoms, own in moved:
        for values, point in zip(points, own, strict=False):
            values[atoms] = point
    return points
