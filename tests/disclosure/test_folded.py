"""Atoms that a relation says are equal are one for the search; sums and relations stay the same (by hand)."""

import numpy as np
import pytest
from scipy import sparse

from mobility.disclosure.folded import Folded
from mobility.disclosure.relations import Form, System


def system_of(truth, numbers, equal, below):
    """A system of atoms with numbers, relations and no cells."""
    size, count = len(truth), len(numbers)
    return System(
        truth=np.array(truth, dtype=float),
        ceiling=np.arange(10.0, 10.0 + size),
        numbers=sparse.csr_matrix(np.array(numbers, dtype=float)),
        equal=sparse.csr_matrix(np.array(equal, dtype=float)),
        below=sparse.csr_matrix(np.array(below, dtype=float)),
        least=np.zeros(count),
        tells=sparse.csr_matrix((0, count)),
        own=np.zeros(0, dtype=np.int64),
        base=np.zeros(0, dtype=np.int64),
        fixed=np.zeros(count, dtype=bool),
        persons=np.zeros(count, dtype=np.int64),
    )


@pytest.fixture
def twice():
    """Cells a, b of one release (2 and 5) and the same of a second (atoms 2 and 3), with the total of each."""
    return system_of(
        [2, 5, 2, 5],
        [[1, 1, 0, 0], [0, 0, 1, 1]],
        [[1, 0, -1, 0], [0, 1, 0, -1], [1, 1, -1, -1]],
        [[1, -1, 0, 0], [0, 0, 1, -1]],
    )


def test_equal_atoms_are_one_and_relations_are_told_once(twice):
    folded = Folded.of(twice, [])
    assert folded.place.tolist() == [0, 1, 0, 1]
    assert folded.system.truth.tolist() == [2, 5]
    assert folded.system.ceiling.tolist() == [10, 11]
    assert folded.system.numbers.toarray().tolist() == [[1, 1], [1, 1]]
    assert folded.system.equal.shape == (0, 2)
    assert folded.system.below.toarray().tolist() == [[1, -1]]


def test_sums_and_points_go_there_and_back(twice):
    folded = Folded.of(twice, [])
    assert folded.form(Form(np.array([3]), 1, 5.0)).atoms.tolist() == [1]
    assert folded.whole(np.array([3.0, 4.0])).tolist() == [3, 4, 3, 4]


def test_atoms_that_one_sum_holds_together_stay_apart(twice):
    folded = Folded.of(twice, [Form(np.array([0, 2]), 4, 4.0)])
    assert len(set(folded.place[[0, 2]])) == 2
    assert folded.place[1] == folded.place[3]
    assert folded.form(Form(np.array([0, 2]), 4, 4.0)).rows == folded.system.truth[folded.place[[0, 2]]].sum()
    assert folded.system.equal.shape[0] == 1
