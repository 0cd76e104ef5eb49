"""Rows put together by their levels: sums from cells are the sums over the rows themselves."""

import numpy as np
import pytest

from mobility.models.count_rows import arrange, tile_rows

ROWS = 20_011


def columns(rng):
    """Constant, number, three levels, number far from 0, a rare and an almost universal indicator."""
    level = rng.integers(0, 3, ROWS)
    return np.column_stack(
        [
            np.ones(ROWS),
            rng.normal(size=ROWS),
            level == 1,
            level == 2,
            2015 + rng.integers(0, 5, ROWS),
            rng.random(ROWS) < 0.001,
            rng.random(ROWS) < 0.97,
        ]
    ).astype(float)


@pytest.fixture(scope="module")
def arranged():
    X = np.asfortranarray(columns(np.random.default_rng(1)))
    return X, arrange(X, np.array([False, False, True, True, False, True, True]))


def test_levels_are_grouped_with_all_that_a_number_of_few_values_tells(arranged):
    X, rows = arranged
    assert rows.grouped.tolist() == [2, 3, 4, 5, 6] and rows.dense.tolist() == [0, 1]
    assert rows.n == ROWS and sorted(rows.order) == list(range(ROWS))
    assert len(rows.D) % rows.tile == 0 and len(rows.empty) < ROWS / 8
    assert (rows.D[rows.empty] == 0).all() and rows.middle[4] == pytest.approx(2017, abs=0.2) and rows.middle[0] == 0
    assert len(rows.values) == len(np.unique(X[:, rows.grouped], axis=0))


def areas(rng, places=40, each=500):
    """Constant, two statistics of places, one that a row has from elsewhere, an indicator of places, a number."""
    place = rng.permutation(np.repeat(np.arange(places), each))
    statistics = rng.normal(size=(places, 2)) + 5
    odd = statistics[place, 1] ** 2
    odd[7] = statistics[(place[7] + 1) % places, 1] ** 2
    columns = [np.ones(len(place)), *statistics[place].T, odd, place % 7 == 0, rng.normal(size=len(place))]
    return np.asfortranarray(np.column_stack(columns).astype(float))


def test_statistics_of_areas_are_grouped_but_not_what_differs_in_one_row():
    """Row 7, which is not among the rows looked at first, has the value of another area."""
    X = areas(np.random.default_rng(4))
    rows = arrange(X, np.array([False, False, False, False, True, False]))
    assert rows.grouped.tolist() == [1, 2, 4] and rows.dense.tolist() == [0, 3, 5] and len(rows.values) == 40
    for column in range(X.shape[1]):
        np.testing.assert_allclose(rows.column(column), (X[:, column] - rows.middle[column])[rows.order], atol=1e-12)


def test_some_rows_are_of_every_cell_and_keep_their_columns(arranged):
    X, rows = arranged
    some, places = rows.some(17)
    assert ROWS / 17 * 0.8 < some.n < ROWS / 17 * 1.3 and len(np.unique(some.order)) == some.n
    assert set(some.cell) == set(rows.cell) and (some.row == rows.row[places]).all()
    for column in range(X.shape[1]):
        np.testing.assert_allclose(some.column(column), (X[:, column] - rows.middle[column])[some.order], atol=1e-12)


@pytest.mark.parametrize("sizes, tile", [([336] * 5, 336), ([102_400], 512), ([250, 250], 256), ([20] * 30, 24)])
def test_tiles_leave_few_places_over(sizes, tile):
    assert tile_rows(9, np.array(sizes)) == tile


def test_each_column_and_any_vector_come_back(arranged):
    X, rows = arranged
    for column in range(X.shape[1]):
        np.testing.assert_allclose(rows.column(column), (X[:, column] - rows.middle[column])[rows.order], atol=1e-12)
    placed = rows.place(np.arange(ROWS, dtype=float), -1)
    assert (placed[rows.empty] == -1).all()
    np.testing.assert_array_equal(np.delete(placed, rows.empty), rows.order)


def tiles_of(rows):
    return rows.D.T.reshape(rows.D.shape[1], -1, rows.tile).transpose(1, 0, 2)


def test_sums_by_cell_are_sums_over_rows(arranged):
    X, rows = arranged
    weight = np.random.default_rng(2).random(ROWS)
    basis, tiles = X - rows.middle, tiles_of(rows)
    weighted = tiles * rows.place(weight, 0).reshape(-1, 1, rows.tile)
    products = weighted @ tiles.transpose(0, 2, 1)
    np.testing.assert_allclose(rows.vector(rows.by_cell(weighted.sum(axis=2))), basis.T @ weight, rtol=1e-11)
    found = rows.matrix(products.sum(axis=0), rows.by_cell(products[:, 0]))
    np.testing.assert_allclose(found, (basis * weight[:, None]).T @ basis, rtol=1e-11, atol=1e-9)


def test_coefficients_of_cells_give_the_linear_predictor(arranged):
    X, rows = arranged
    params = np.arange(7.0) / 10
    own = np.repeat(rows.coefficients(params)[rows.cell], rows.tile, axis=0)
    found = np.delete((own * rows.D).sum(axis=1), rows.empty)
    np.testing.assert_allclose(found, ((X - rows.middle) @ params)[rows.order], atol=1e-12)


def test_some_columns_are_those_of_the_smaller_design(arranged):
    _, rows = arranged
    kept = np.array([0, 1, 3, 4])
    some = rows.select(kept)
    assert some.dense.tolist() == [0, 1] and some.grouped.tolist() == [2, 3]
    for place, column in enumerate(kept):
        np.testing.assert_array_equal(some.column(place), rows.column(column))
    assert some.D.flags.f_contiguous


def test_few_rows_are_left_in_their_order():
    X = columns(np.random.default_rng(3))[:100]
    rows = arrange(X, np.array([False, False, True, True, False, True, True]))
    assert len(rows.grouped) == 0 and rows.order.tolist() == list(range(100))
