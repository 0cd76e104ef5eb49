"""Atoms that are equal by a relation, as one: two releases of a study are nearly the same numbers told twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from mobility.disclosure.relations import Form, System


@dataclass(frozen=True, eq=False)
class Folded:
    """A system in which equal atoms are one.

    system : of these, with relations that say the same once. place : of each atom of the whole its place in it.
    """

    system: System
    place: np.ndarray

    @classmethod
    def of(cls, system: System, forms: Sequence[Form]) -> "Folded":
        """The system of which some sums are asked; atoms that one number or sum holds together stay apart."""
        ends = np.cumsum([0, *(len(form.atoms) for form in forms)])
        atoms = np.concatenate([np.zeros(0, dtype=np.int64), *(form.atoms for form in forms)])
        sums = sparse.csr_matrix((np.ones(len(atoms)), atoms, ends), shape=(len(forms), len(system.truth)))
        place = _places(system.equal, sparse.vstack([system.numbers, sums], format="csr"))
        size = int(place.max(initial=-1)) + 1
        onto = sparse.csr_matrix((np.ones(len(place)), (np.arange(len(place)), place)), shape=(len(place), size))
        truth, ceiling = np.zeros(size), np.full(size, np.inf)
        truth[place] = system.truth
        np.minimum.at(ceiling, place, system.ceiling)
        equal, below = (_once((rows @ onto).tocsr()) for rows in (system.equal, system.below))
        numbers = (system.numbers @ onto).tocsr()
        return cls(replace(system, truth=truth, ceiling=ceiling, numbers=numbers, equal=equal, below=below), place)

    def form(self, form: Form) -> Form:
        """A sum of the whole as one of these atoms."""
        return replace(form, atoms=np.unique(self.place[form.atoms]))

    def whole(self, values: np.ndarray) -> np.ndarray:
        """Numbers for all atoms of the whole from those for these."""
        return values[self.place]


def _places(equal: sparse.csr_matrix, together: sparse.csr_matrix) -> np.ndarray:
    """Of each atom the place of those that it is equal to, but where a row of `together` holds two of them."""
    size = equal.shape[1]
    pairs = equal[(np.diff(equal.indptr) == 2) & (np.asarray(equal.sum(axis=1)).ravel() == 0)]
    ends = pairs.indices.reshape(-1, 2)
    graph = sparse.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    count, labels = sparse.csgraph.connected_components(graph, directed=False)
    onto = sparse.csr_matrix((np.ones(size), (np.arange(size), labels)), shape=(size, count))
    apart = np.zeros(count, dtype=bool)
    held = (together @ onto).tocoo()
    apart[held.col[held.data > 1]] = True
    return np.unique(np.where(apart[labels], count + np.arange(size), labels), return_inverse=True)[1]


def _once(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each different row that is not empty."""
    rows.eliminate_zeros()
    rows.sort_indices()
    ends = list(zip(rows.indptr[:-1], rows.indptr[1:], strict=True))
    told = {(rows.indices[a:b].tobytes(), rows.data[a:b].tobytes()): at for at, (a, b) in enumerate(ends) if b > a}
    return rows[sorted(told.values())]
