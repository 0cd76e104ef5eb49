"""Secondary suppression: what else is hidden so that hidden numbers cannot be had back, least information first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from mobility.disclosure.apart import parts_of
from mobility.disclosure.bounds import Seen
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
        """Cells to hide: the primary numbers, and what protects them."""
        cells, chosen = self.hidden_with(self.primary), dict[int, Form]()
        own = dict.fromkeys(int(number) for number in self.system.own[cells] if number != NOBODY)
        forms = [*self.sensitive, *(self.system.form(number) for number in own)]
        moved = []
        for part, places in parts_of(self.system, forms):
            sensitive = [place for place in places if place < len(self.sensitive)]
            primary = np.flatnonzero(np.isin(part.numbers, list(self.primary)))
            back = {}
            for place in sensitive:
                form = part.within(forms[place])
                back[form] = forms[place]
            search = Search(part.system, self.threshold, primary.tolist(), list(back), self.cost[part.cells],
                            self.with_number[part.numbers][:, part.cells])  # fmt: skip
            found = search.solve()
            cells[part.cells] |= found.cells
            for number, form in found.chosen.items():
                whole = back.get(form) or self.system.form(int(part.numbers[form.number]))
                chosen[int(part.numbers[number])] = whole
            moved.append((part.atoms, found.points))
        return Hidden(cells, chosen, Seen(self.system, _side_by_side(self.system.truth, moved)))


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
