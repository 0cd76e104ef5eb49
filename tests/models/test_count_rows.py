"""Columns that follow from a code are kept by level: sums by level are the sums over the rows themselves."""

from itertools import pairwise

import numpy as np
import pytest

from mobility.models.count_rows import MOST_CODES, Levels, arrange, crossed, find_levels, rough_means, tile_rows

AREAS, YEARS = 110, 3


def moves(rng):
    """Constant, distance, border, two numbers and a type of the area left, three numbers of the one reached, a year."""
    year, left, reached = np.indices((YEARS, AREAS, AREAS)).reshape(3, -1)
    of_area, of_year = rng.normal(size=(YEARS, AREAS, 5)), np.arange(YEARS)
    miles = rng.random((AREAS, AREAS))
    return np.asfortranarray(
        np.column_stack(
            [
                np.ones(len(year)),
                (miles + miles.T)[left, reached],
                rng.random(len(year)) < 0.1,
                of_area[year, left, :2],
                left % 3 == 0,
                of_area[year, reached, 2:],
                of_year[year] == 1,
            ]
        ).astype(float)
    )


BINARY = np.array([False, False, True, False, False, True, False, False, False, True])


@pytest.fixture(scope="module", params=["as they are", "in any order"])
def arranged(request):
    rng = np.random.default_rng(1)
    X = moves(rng)
    if request.param == "in any order":
        X = np.asfortranarray(X[rng.permutation(len(X))])
    found = find_levels(X, BINARY)
    return X, found, arrange(X, found)


def test_columns_of_the_area_left_and_of_the_one_reached_are_found(arranged):
    """The year follows from either: the first that is found has it."""
    X, found, rows = arranged
    assert [own.columns.tolist() for own in found] == [[3, 4, 5, 9], [6, 7, 8]]
    assert [len(own.values) for own in found] == [AREAS * YEARS] * MOST_CODES
    for own in found:
        np.testing.assert_array_equal(own.values[own.code], X[:, own.columns])
    assert rows.dense.tolist() == [0, 1, 2] and rows.n == len(X)
    assert rows.middle[0] == 0 and (rows.middle == rough_means(X)).all()


def test_rows_of_a_level_stand_together_and_are_moved_only_where_they_do_not():
    X = moves(np.random.default_rng(1))
    assert arrange(X, find_levels(X, BINARY)).order is None
    mixed = np.asfortranarray(X[np.random.default_rng(2).permutation(len(X))])
    rows = arrange(mixed, find_levels(mixed, BINARY))
    assert (np.diff(rows.levels[0].code) >= 0).all() and sorted(rows.order) == list(range(len(X)))
    assert rows.begins.tolist() == list(range(0, len(X) + 1, AREAS))


def test_each_column_and_any_vector_come_back(arranged):
    X, _, rows = arranged
    for column in range(X.shape[1]):
        np.testing.assert_allclose(rows.column(column), rows.place(X[:, column] - rows.middle[column]), atol=1e-12)


def by_level(rows, vectors, blocks=3):
    """Sums of vectors (any x n) by the levels of both codes, those of the first from blocks of rows."""
    first = np.zeros((len(vectors), len(rows.begins) - 1))
    ends = np.linspace(0, rows.n, blocks + 1).astype(int)
    for start, stop in pairwise(ends):
        at, own = rows.by_first(slice(start, stop), vectors[:, start:stop])
        first[:, at : at + own.shape[1]] += own
    return [first, np.array([rows.by_second(vector) for vector in vectors])]


def test_sums_by_level_are_sums_over_rows(arranged):
    X, found, rows = arranged
    weight = np.random.default_rng(2).random(len(X))
    basis, placed = X - rows.middle, rows.place(weight)
    sums = by_level(rows, placed * rows.D.T)
    np.testing.assert_allclose(rows.vector(rows.D.T @ placed, [own[0] for own in sums]), basis.T @ weight, rtol=1e-9)
    gram = (rows.D * placed[:, None]).T @ rows.D
    matrix = rows.matrix(gram, sums, [rows.by_both(placed)])
    np.testing.assert_allclose(matrix, (basis * weight[:, None]).T @ basis, rtol=1e-9, atol=1e-9)
    for own in found:
        total, ones = own.totals([weight, np.ones(len(X))])
        np.testing.assert_allclose(total, X[:, own.columns].T @ weight, rtol=1e-11)
        np.testing.assert_allclose(ones, X[:, own.columns].sum(axis=0), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kept", [[0, 1, 4, 5, 7], [0, 6, 7, 8], [0, 1, 2]])
def test_some_columns_are_those_of_the_smaller_design(arranged, kept):
    X, _, rows = arranged
    some = rows.select(np.array(kept))
    for place, column in enumerate(kept):
        np.testing.assert_array_equal(some.column(place), rows.column(column))
    found = some.matrix(some.D.T @ some.D, by_level(some, some.D.T), [some.by_both(np.ones(len(X)))])
    basis = (X - rows.middle)[:, kept]
    np.testing.assert_allclose(found, basis.T @ basis, rtol=1e-9, atol=1e-9)
    assert some.D.flags.f_contiguous


def test_levels_of_some_rows_and_columns_are_those_of_the_smaller_design(arranged):
    """Without the rows of a year, whose levels of the area left are empty then, and without the year's column."""
    X, found, _ = arranged
    used, kept = X[:, 9] == 0, np.arange(9)
    own = [one.select(used, kept) for one in found]
    smaller = np.asfortranarray(X[used][:, kept])
    rows = arrange(smaller, own)
    assert len(rows.levels[0].values) == AREAS * (YEARS - 1) and (np.diff(rows.begins) == AREAS).all()
    for column in kept:
        np.testing.assert_allclose(
            rows.column(column), rows.place(smaller[:, column]) - rows.middle[column], atol=1e-12
        )


def test_a_column_that_differs_in_one_row_follows_from_nothing():
    X = moves(np.random.default_rng(1))
    X[2017, 4] += 1e-9
    assert [own.columns.tolist() for own in find_levels(X, BINARY)] == [[3, 5, 9], [6, 7, 8]]


def test_combinations_of_indicators_are_a_code_where_few_numbers_repeat():
    """Three levels and a rare one, of which numbers that do not repeat know nothing; each by its own values."""
    rng = np.random.default_rng(3)
    level, rows = rng.integers(0, 3, 30_011), 30_011
    columns = [np.ones(rows), rng.normal(size=rows), level == 1, level == 2, rng.random(rows) < 0.001]
    X = np.asfortranarray(np.column_stack(columns).astype(float))
    (own,) = find_levels(X, np.array([False, False, True, True, True]))
    assert own.columns.tolist() == [2, 3, 4]
    np.testing.assert_array_equal(own.values[own.code], X[:, 2:])


def test_few_rows_are_left_in_their_order():
    X = moves(np.random.default_rng(3))[:100]
    assert find_levels(X, BINARY) == ()
    rows = arrange(X, ())
    assert rows.order is None and rows.dense.tolist() == list(range(10)) and rows.levels == ()


def test_products_of_levels_are_those_of_the_whole():
    rng = np.random.default_rng(4)
    one, other = rng.normal(size=(1000, 3)), rng.normal(size=(1000, 20))
    assert tile_rows(20) < 1000
    np.testing.assert_allclose(crossed(one, other), one.T @ other, rtol=1e-11, atol=1e-11)
    assert crossed(one[:, :0], other).shape == (0, 20)
    none = Levels(np.array([], dtype=int), np.empty((2, 0)), np.zeros(5, dtype=int))
    assert none.totals([np.ones(5)])[0].shape == (0,)
