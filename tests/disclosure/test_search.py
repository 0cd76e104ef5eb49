"""How cells to hide are searched for: from no change on, part by part, many sums together, never what cannot be."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from mobility.disclosure import search, solver
from mobility.disclosure.apart import parts_of
from mobility.disclosure.changes import Changes
from mobility.disclosure.mitigation import Protection
from mobility.disclosure.solver import Limits, joined
from test_protection import LEAST, every_table, holds, margins_of, open_enough, protected, system_of

SMALL = [1, 40, 9, 50, 60, 70, 8, 90, 7]  # of a table of three by three, in which 0 needs 2, 6 and 8


def beside(first, second):
    """Two tables of three by three of which neither says anything of the other."""
    margins = np.array(margins_of((3, 3)))
    return system_of([*first, *second], sparse.block_diag([margins, margins]).toarray())


def test_changes_of_least_cost_by_hand():
    """x + y = 0, x at least 2, of which each costs 1 up or down: 2 and -2; cost 3 upwards of the first leaves it so."""
    balanced = Limits.of(sparse.csr_matrix([[1.0, 1.0]]), 0, 0)
    limits = joined([balanced, Limits.of(sparse.csr_matrix([[1.0, 0.0]]), 2, np.inf)])
    low, high = np.array([-5.0, -5.0]), np.array([5.0, 5.0])
    for cost in ([0, 0], [3, 0]):
        found = Changes.within(limits, low, high).cheapest(np.array(cost, dtype=float), np.ones(2))
        assert found.tolist() == [2, -2]
    assert Changes.within(limits, low, np.array([1.0, 5.0])).cheapest(np.zeros(2)) is None
    assert Changes.within(balanced, low, high).also(Limits.of(np.eye(2), -1, 1)).cheapest(-np.eye(2)[0]).tolist() == [
        1,
        -1,
    ]


def test_a_whole_change_is_found_where_half_of_a_person_would_do():
    changes = Changes.within(Limits.of(np.array([[2.0]]), 3, np.inf), np.zeros(1), np.full(1, 9.0))
    assert changes.cheapest(np.zeros(1), np.ones(1)).tolist() == [1.5]
    assert changes.cheapest(np.zeros(1), np.ones(1), np.array([True])).tolist() == [2]


def test_a_whole_change_is_the_cheapest_where_it_has_to_be():
    """x = 3.5 a + 3 b, a + b at most 1: 3.5 by halves; among x and a, which that changes, whole numbers leave 0."""
    limits = joined(
        [Limits.of(np.array([[1.0, -3.5, -3.0]]), 0, 0), Limits.of(np.array([[0.0, 1.0, 1.0]]), -np.inf, 1)]
    )
    changes, upwards = Changes.within(limits, np.zeros(3), np.array([9.0, 1.0, 1.0])), np.array([-1.0, 0.0, 0.0])
    whole = np.ones(3, dtype=bool)
    assert changes.whole(upwards, None, whole).tolist() == [0, 0, 0]
    assert changes.whole(upwards, None, whole, near_enough=1).tolist() == [3, 0, 1]


def test_parts_are_the_tables_that_nothing_connects():
    system = beside(SMALL, SMALL[::-1])
    forms = [system.form(0), system.form(17)]
    found = list(parts_of(system, forms))
    assert [(part.cells.tolist(), own) for part, own in found] == [
        (list(range(9)), [0]),
        (list(range(9, 18)), [1]),
    ]
    part, _ = found[1]
    assert part.within(forms[1]).atoms.tolist() == [8] and part.within(forms[1]).number == 8
    assert part.system.truth.tolist() == SMALL[::-1] and part.system.numbers.shape == (15, 9)
    tied = system_of([*SMALL, *SMALL], [], [(np.eye(18)[0], np.eye(18)[9])])
    assert len(list(parts_of(tied, [tied.form(0), tied.form(9)]))) == 1


def test_what_is_hidden_in_a_part_is_what_is_hidden_in_it_alone():
    own, other = protected(system_of(SMALL, margins_of((3, 3)))), protected(system_of([9] * 9, margins_of((3, 3))))
    assert np.flatnonzero(own).tolist() == [0, 2, 6, 8] and not other.any()
    for tables, expected in (((SMALL, [9] * 9), [own, other]), (([9] * 9, SMALL), [other, own])):
        assert protected(beside(*tables)).tolist() == np.concatenate(expected).tolist()


def test_choices_name_what_they_protect_and_numbers_prove_it():
    system = beside([9] * 9, SMALL)
    form = system.form(9)
    found = Protection(system, LEAST, [9], [form]).solve()
    assert {number: one.number for number, one in found.chosen.items()} == {11: 9, 15: 9, 17: 9}
    low, high = found.seen.interval(form.atoms)
    assert high - low >= LEAST and high >= LEAST
    for values in found.seen.points:
        known = system.numbers[np.append(~found.cells, np.ones(12, dtype=bool))]
        assert np.abs(known @ (values - system.truth)).max() < 1e-6 and (values >= 0).all()


@pytest.mark.parametrize("truth", [[1, 8, 9, 5, 6, 7], [1, 2, 0, 4, 1, 9], [2, 2, 2, 2, 2, 2], [1, 7, 8, 2, 9, 7]])
def test_many_sums_together_are_as_safe_as_one_by_one(monkeypatch, truth):
    monkeypatch.setattr(search, "MANY", 1)
    holds(system_of(truth, margins_of((2, 3))))


def test_what_nothing_would_leave_open_by_the_threshold_is_not_had_back_exactly():
    """Of 2 in all, which is known, no cell can be 3 whatever is hidden; with another of its row it may be 0 to 2."""
    system = system_of([2, 0, 0, 9, 9, 9], [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    assert np.flatnonzero(protected(system)).tolist() == [0, 1]
    tables = every_table(system_of([2, 0, 0], [[1, 1, 1]]))
    assert not open_enough(system_of([2, 0, 0], [[1, 1, 1]]), tables, np.ones(3, dtype=bool))


@pytest.mark.parametrize("thorough", [True, False])
def test_whole_changes_are_found_among_those_of_the_linear_programme(thorough):
    """`x + 2 y >= 3` at least cost is y = 1.5; in whole numbers, of y alone, 2."""
    ends, asked = (np.full(2, -5.0), np.full(2, 5.0)), (np.zeros(2), np.ones(2), np.ones(2, dtype=bool), thorough)
    assert Changes.within(Limits.of(np.array([[1.0, 2.0]]), 3, np.inf), *ends).whole(*asked).tolist() == [0, 2]
    assert Changes.within(Limits.of(np.array([[2.0, 0.0]]), 3, 3), *ends).whole(*asked) is None


@pytest.mark.parametrize("cost", [[-1, -1, 0], [1, 0, 0], [-1, 3, -2]])
def test_a_linear_programme_is_answered_as_scipy_answers_it(monkeypatch, cost):
    """The solver that scipy brings, asked with and without its wrapper."""
    sums = sparse.csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, -1.0]])
    asked = np.array(cost, dtype=float), Limits.of(sums, np.array([1.0, -np.inf]), 4), np.zeros(3), np.full(3, 3.0)
    never = np.zeros(3), Limits.of(sums, 9, np.inf), np.zeros(3), np.full(3, 3.0)
    own = [(solver.solved(*asked, presolve=presolve), solver.solved(*never)) for presolve in (True, False)]
    assert solver.highs is not None and all(none is None for _, none in own)
    monkeypatch.setattr(solver, "highs", None)
    assert solver.solved(*never) is None
    for presolve, (found, _) in zip((True, False), own, strict=True):
        assert found.tolist() == solver.solved(*asked, presolve=presolve).tolist()


@pytest.mark.parametrize(("high", "left"), [(6.4 + 10, []), (16.3, [0]), (9.9, [0])])
def test_a_sum_of_events_that_is_moved_by_just_the_threshold_is_left_open(high, left):
    """6.4 and 10 less 6.4 are 9.999999999999998: such a sum was taken for one that nothing could leave open."""
    one = SimpleNamespace(threshold=10, upwards=np.array([True]))
    proofs = SimpleNamespace(low=np.array([6.4]), high=np.array([high]))
    assert search.Search.left(one, np.array([0]), proofs).tolist() == left
