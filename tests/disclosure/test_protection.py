"""Linked numbers protected: against an attack that tries every table, and beside the fewest cells that would do."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from mobility.disclosure.bounds import Attack, Seen
from mobility.disclosure.mitigation import Protection
from mobility.disclosure.relations import System

LEAST = 3
FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def system_of(truth, margins, equal=()):
    """Cells that are each one number, one person a row; `margins` are sums of cells that are known, `equal` pairs."""
    size = len(truth)
    rows = sparse.vstack([sparse.eye(size), sparse.csr_matrix(np.array(margins, dtype=float).reshape(-1, size))])
    same = np.array([np.subtract(*pair) for pair in equal], dtype=float).reshape(-1, size)
    persons = np.rint(rows @ truth).astype(int)
    least = np.where(persons >= LEAST, LEAST, np.minimum(persons, 1)) * (np.arange(rows.shape[0]) < size)
    return System(
        truth=np.array(truth, dtype=float),
        ceiling=np.full(size, 30.0),
        numbers=rows.tocsr(),
        equal=sparse.csr_matrix(same),
        below=sparse.csr_matrix((0, size)),
        least=least.astype(float),
        tells=sparse.eye(size, rows.shape[0], format="csr"),
        own=np.arange(size),
        base=np.full(size, -1),
        fixed=np.arange(rows.shape[0]) >= size,
        persons=persons,
    )


def margins_of(shape):
    """Row and column totals of a table, as weights of its cells in their order."""
    at = np.indices(shape)
    return [(at[axis] == place).ravel().astype(float) for axis in (0, 1) for place in range(shape[axis])]


def protected(system):
    """Cells that the programme hides."""
    small = [cell for cell, n in enumerate(system.truth) if 0 < n < LEAST]
    return Protection(system, LEAST, small, [system.form(cell) for cell in small]).solve().cells


def every_table(system):
    """All whole numbers that the cells could be for somebody who sees the margins alone, by trying them."""
    most = int(system.truth.sum())
    tables = np.zeros((1, 0))
    weights = np.vstack([system.numbers[len(system.truth) :].toarray(), system.equal.toarray()])
    target = weights @ system.truth
    open_after = [np.abs(weights[:, cell + 1 :]).sum(axis=1) > 0 for cell in range(len(system.truth))]
    for cell in range(len(system.truth)):
        values = np.arange(most + 1.0)
        tables = np.hstack([np.repeat(tables, len(values), axis=0), np.tile(values, len(tables))[:, None]])
        sums = tables @ weights[:, : cell + 1].T
        done = ~open_after[cell]
        plain = (weights >= 0).all(axis=1)
        good = (np.abs(sums - target)[:, done] < 0.5).all(axis=1) & (sums <= target + 0.5)[:, plain].all(axis=1)
        tables = tables[good]
    return tables


def open_enough(system, tables, hidden):
    """Whether each hidden cell can have values that differ by the threshold, one of them as large as it."""
    truth = system.truth
    fits = (tables[:, ~hidden] == truth[~hidden]).all(axis=1)
    fits &= (tables[:, hidden] >= system.least[: len(truth)][hidden]).all(axis=1)
    left = tables[fits][:, hidden]
    high, low = left.max(axis=0), left.min(axis=0)
    return bool(((high - low >= LEAST) & (high >= LEAST)).all())


def fewest(system, tables):
    """The smallest number of cells that has to be hidden, by trying every set of them."""
    small = {cell for cell, n in enumerate(system.truth) if 0 < n < LEAST}
    others = [cell for cell in range(len(system.truth)) if cell not in small]
    for more in range(len(others) + 1):
        for extra in combinations(others, more):
            hidden = np.isin(np.arange(len(system.truth)), [*small, *extra])
            if open_enough(system, tables, hidden):
                return int(hidden.sum())
    return len(system.truth)


def holds(system):
    """Nothing is given back, and no more than 1.5 times the fewest cells are hidden (0 for 0)."""
    tables, hidden = every_table(system), protected(system)
    if not hidden.any():
        assert not ((system.truth > 0) & (system.truth < LEAST)).any()
        return
    least = fewest(system, tables)
    if open_enough(system, tables, np.ones(len(system.truth), dtype=bool)):
        assert open_enough(system, tables, hidden)
        assert hidden.sum() <= 1.5 * least


def test_bounds_of_a_table_of_four_by_hand():
    """Rows 3 and 4, columns 2 and 5: the first cell is at most 2, and the others follow from it."""
    system = system_of([1, 2, 1, 3], margins_of((2, 2)))
    system.least[:] = 0
    attack, seen = Attack(system, system.fixed), Seen(system)
    for sign in (1, -1):
        seen.points.append(attack.farthest(np.array([0]), sign))
    assert [seen.interval(np.array([cell])) for cell in range(4)] == [(0, 2), (1, 3), (0, 2), (2, 4)]


def test_a_number_that_the_others_give_back_is_known():
    system = system_of([1, 9, 9, 9], margins_of((2, 2)))
    known = np.append([False, True, True, True], [True] * 4)
    assert Attack(system, known).farthest(np.array([0]), 1) is None


def test_one_small_cell_takes_the_fewest_with_it():
    """In a table with both totals a cell is open only in a ring of four: the three that lose least are its smallest."""
    truth = [1, 40, 9, 50, 60, 70, 8, 90, 7]
    hidden = protected(system_of(truth, margins_of((3, 3))))
    assert np.flatnonzero(hidden).tolist() == [0, 2, 6, 8]


def test_nothing_is_hidden_where_nobody_is_few():
    assert not protected(system_of([5, 0, 7, 9], margins_of((2, 2)))).any()


def test_a_known_larger_partner_leaves_less_open():
    """Whoever knows that 3 protect the 1 knows that they are at least 3: only the pair with room serves."""
    assert np.flatnonzero(protected(system_of([1, 3, 9], [[1, 1, 1]]))).tolist() == [0, 2]


@given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
@FEW
def test_tables_of_two_rows_and_three_columns(truth):
    holds(system_of(truth, margins_of((2, 3))))


@pytest.mark.long
@given(st.lists(st.integers(0, 4), min_size=9, max_size=9))
@FEW
def test_tables_of_three_rows_and_three_columns(truth):
    holds(system_of(truth, margins_of((3, 3))))


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
@FEW
def test_two_tables_that_share_a_margin_nobody_shows(cells):
    """Rows a, b by columns x, y in two tables of the same people: row totals are equal, column totals are known.

    The second table's last cells make its row totals those of the first.
    """
    first, second = np.array(cells[:4]).reshape(2, 2), np.array(cells[4:])
    rest = first.sum(axis=1) - second
    if (rest < 0).any():
        return
    truth = [*first.ravel(), *np.column_stack([second, rest]).ravel()]
    columns = [
        np.kron([1.0 - table, table], np.tile(np.eye(2)[column], 2)) for table, column in product((0, 1), (0, 1))
    ]
    equal = [(np.kron([1.0, 0.0], np.repeat(np.eye(2)[row], 2)), np.kron([0.0, 1.0], np.repeat(np.eye(2)[row], 2)))
             for row in (0, 1)]  # fmt: skip
    holds(system_of(truth, columns, equal))
