"""Rows put together by their levels: sums from cells are the sums over the rows themselves."""

import numpy as np
import pytest

from mobility.models.count_rows import Cells, arrange, tile_rows

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
    return X, arrange(X, Cells.of(X, np.array([False, False, True, True, False, True, True])))


def test_levels_are_grouped_and_what_is_nearly_always_1_is_not(arranged):
    _, rows = arranged
    assert rows.grouped.tolist() == [2, 3, 5] and rows.dense.tolist() == [0, 1, 4, 6]
    assert rows.n == ROWS and sorted(rows.order) == list(range(ROWS))
    assert len(rows.D) % rows.tile == 0 and rows.tile == tile_rows(4)
    assert (rows.D[rows.empty] == 0).all() and len(rows.empty) < ROWS / 8
    assert rows.middle[4] == pytest.approx(2017, abs=0.2) and rows.middle[[0, 2, 3, 5]].tolist() == [0, 0, 0, 0]


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
    kept = np.array([0, 3, 4, 6])
    some = rows.select(kept)
    assert some.dense.tolist() == [0, 2, 3] and some.grouped.tolist() == [1]
    for place, column in enumerate(kept):
        np.testing.assert_array_equal(some.column(place), rows.column(column))
    assert some.D.flags.f_contiguous


def test_few_rows_are_left_in_their_order():
    X = columns(np.random.default_rng(3))[:100]
    rows = arrange(X, Cells.of(X, np.array([False, False, True, True, False, True, True])))
    assert len(rows.grouped) == 0 and rows.order.tolist() == list(range(100))


def test_totals_of_grouped_indicators_are_sums_over_their_rows():
    X = columns(np.random.default_rng(1))
    cells, weight = Cells.of(X, np.array([False, False, True, True, False, True, True])), np.arange(ROWS, dtype=float)
    assert cells.grouped.tolist() == [2, 3, 5]
    np.testing.assert_array_equal(cells.totals(weight), X[:, [2, 3, 5]].T @ weight)


def test_cells_of_some_rows_and_columns_are_those_of_the_smaller_design():
    """Without the rows in which column 3 is 1, and without that column: the other two keep their values."""
    X = columns(np.random.default_rng(1))
    rows, kept = X[:, 3] == 0, np.array([0, 1, 2, 4, 5, 6])
    cells = Cells.of(X, np.array([False, False, True, True, False, True, True])).select(rows, kept)
    assert cells.grouped.tolist() == [2, 4]
    np.testing.assert_array_equal(cells.values(cells.code), X[rows][:, [2, 5]])
    arranged = arrange(X[rows][:, kept], cells)
    np.testing.assert_array_equal(arranged.column(4), X[rows, 5][arranged.order])
