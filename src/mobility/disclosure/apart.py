"""The parts of a system that no number, relation or cell connects: each can be attacked and protected by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from mobility.disclosure.relations import NOBODY, Form, System


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a system, a system itself. atoms, numbers, cells : their places in the whole."""

    system: System
    atoms: np.ndarray
    numbers: np.ndarray
    cells: np.ndarray

    def within(self, form: Form) -> Form:
        """A sum of the whole as one of the part, in which it must lie."""
        number = NOBODY if form.number == NOBODY else int(np.searchsorted(self.numbers, form.number))
        return replace(form, atoms=np.searchsorted(self.atoms, form.atoms), number=number)


def parts_of(system: System, forms: Sequence[Form]) -> Iterator[tuple[Part, list[int]]]:
    """Parts that hold some of the sums, with the places of these; a sum lies in one part."""
    at = _labels(system, forms)
    for label in np.unique(at.forms):
        atoms, numbers, cells = (np.flatnonzero(own == label) for own in (at.atoms, at.numbers, at.cells))
        equal, below = (_touched(rows[:, atoms]) for rows in (system.equal, system.below))
        own = _renumbered(system.own[cells], numbers)
        part = System(
            truth=system.truth[atoms],
            ceiling=system.ceiling[atoms],
            numbers=system.numbers[numbers][:, atoms],
            equal=equal,
            below=below,
            least=system.least[numbers],
            tells=system.tells[cells][:, numbers],
            own=own,
            base=_renumbered(system.base[cells], numbers),
            fixed=system.fixed[numbers],
            persons=system.persons[numbers],
        )
        yield Part(part, atoms, numbers, cells), np.flatnonzero(at.forms == label).tolist()


@dataclass(frozen=True, eq=False)
class _Labels:
    atoms: np.ndarray
    numbers: np.ndarray
    cells: np.ndarray
    forms: np.ndarray


def _labels(system: System, forms: Sequence[Form]) -> _Labels:
    """The part of each atom, number, cell and sum."""
    size, count, cells = len(system.truth), system.numbers.shape[0], len(system.own)
    told = np.repeat(np.arange(cells), 2), np.column_stack([system.own, system.base]).ravel()
    there = told[1] != NOBODY
    named = sparse.csr_matrix((np.ones(int(there.sum())), (told[0][there], told[1][there])), shape=(cells, count))
    sums = sparse.csr_matrix(
        (
            np.ones(sum(len(form.atoms) for form in forms)),
            np.concatenate([np.zeros(0, dtype=np.int64), *(form.atoms for form in forms)]),
            np.cumsum([0, *(len(form.atoms) for form in forms)]),
        ),
        shape=(len(forms), size),
    )
    # Rows that join atoms: numbers, sums, relations; cells join numbers.
    over_atoms = abs(sparse.vstack([system.numbers, sums, system.equal, system.below], format="csr"))
    over_numbers = system.tells + named
    top = sparse.hstack([sparse.csr_matrix((size, size)), over_atoms.T, sparse.csr_matrix((size, cells))])
    others = over_atoms.shape[0] - count
    cells_by_row = sparse.hstack([over_numbers, sparse.csr_matrix((cells, others))])
    middle = sparse.hstack([over_atoms, sparse.csr_matrix((over_atoms.shape[0],) * 2), cells_by_row.T])
    last = sparse.hstack([sparse.csr_matrix((cells, size)), cells_by_row, sparse.csr_matrix((cells, cells))])
    labels = sparse.csgraph.connected_components(sparse.vstack([top, middle, last], format="csr"), directed=False)[1]
    rows = labels[size:]
    return _Labels(labels[:size], rows[:count], rows[over_atoms.shape[0] :], rows[count : count + len(forms)])


def _touched(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    return rows[np.diff(rows.indptr) > 0]


def _renumbered(numbers: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Places among the kept numbers; NOBODY stays."""
    return np.where(numbers == NOBODY, NOBODY, np.searchsorted(kept, numbers))
