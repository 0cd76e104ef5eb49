"""Rows of a count model in an order that saves work: together where they are alike in indicators and levels.

Rows that share the values of some 0/1 columns are a cell. Within it these columns are constant, so that any sum over
rows of products with them is a sum over cells of the same sum with the constant: of 28 columns, 12 of them indicators
of 80 cells, only 16 are multiplied row by row. Each cell fills whole tiles; the places left over in its last tile hold
rows of zeros, which add nothing to any sum.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Rows times columns^2 of a tile: OpenBLAS keeps a product to the calling thread below about 260,000, of which the
# columns by two weights take twice as many.
TILE_SIZE = 130_000
LEAST_TILE, MOST_TILE = 8, 256
# Tiles that a cell has on average at least, so that few places are left over.
TILES_A_CELL = 8
# Indicators that are grouped at most: their values are the digits of a number, which is counted.
MOST_GROUPED = 15
# One of so many rows is looked at to choose them.
SOME = 17
# Rows whose indicators are read at a time: their code stays in the cache until it is whole.
CODED = 8192
# An indicator that is nearly always 1 is not grouped: about its mean its products would lose digits.
NEARLY_ALWAYS = 0.9
# Rows whose means are near enough to those of all.
ROUGH_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Arranged:
    """n rows of k columns, the constant first, in N places: whole tiles, each of one cell.

    D : N x d, column after column: the constant, then the columns that are not grouped, less their `middle`; 0 in
    places without a row. dense, grouped : places of these and of the others among the k, increasing. middle : (k,), 0
    for the constant and what is grouped. values : cells x grouped, 0 or 1. cell : of each tile, increasing.
    row : (N,) the row that stands in each place, 0 where there is none. empty : places without a row, increasing.
    """

    D: np.ndarray
    dense: np.ndarray
    grouped: np.ndarray
    middle: np.ndarray
    values: np.ndarray
    cell: np.ndarray
    row: np.ndarray
    empty: np.ndarray

    @property
    def n(self) -> int:
        """Rows, places without one left out."""
        return len(self.row) - len(self.empty)

    @property
    def order(self) -> np.ndarray:
        """(n,) the rows in the order of the places."""
        return np.delete(self.row, self.empty)

    @property
    def tile(self) -> int:
        """Rows of a tile."""
        return len(self.D) // len(self.cell)

    def place(self, vector: np.ndarray, nothing: float) -> np.ndarray:
        """A vector of the n rows in the N places, `nothing` where there is no row."""
        placed = vector.take(self.row)
        placed[self.empty] = nothing
        return placed

    def column(self, column: int) -> np.ndarray:
        """(n,) one of the k columns, less its middle, in the order of the places."""
        at = np.searchsorted(self.dense, column)
        if at < len(self.dense) and self.dense[at] == column:
            found = self.D[:, at]
        else:
            found = np.repeat(self.values[self.cell, np.searchsorted(self.grouped, column)], self.tile)
        return np.delete(found, self.empty)

    def select(self, kept: np.ndarray) -> "Arranged":
        """Only some of the k columns (places, increasing, the constant among them)."""
        if len(kept) == len(self.middle):
            return self
        of_dense, of_grouped = np.isin(self.dense, kept), np.isin(self.grouped, kept)
        return Arranged(
            np.asfortranarray(self.D[:, of_dense]),
            np.searchsorted(kept, self.dense[of_dense]),
            np.searchsorted(kept, self.grouped[of_grouped]),
            self.middle[kept],
            self.values[:, of_grouped],
            self.cell,
            self.row,
            self.empty,
        )

    def by_cell(self, of_tiles: np.ndarray) -> np.ndarray:
        """Sums over the tiles of each cell; the first axis of `of_tiles` is the tiles."""
        return np.add.reduceat(of_tiles, self._begins, axis=0)

    def coefficients(self, params: np.ndarray) -> np.ndarray:
        """Of every cell the coefficients of the columns of D, cells x d, that coefficients of the k columns are."""
        found = np.repeat(params[None, self.dense], len(self.values), axis=0)
        found[:, 0] += self.values @ params[self.grouped]
        return found

    def vector(self, sums: np.ndarray) -> np.ndarray:
        """(k,) sums over rows of something times each column, from those with D by cell, cells x d."""
        found = np.empty(len(self.middle))
        found[self.dense] = sums.sum(axis=0)
        found[self.grouped] = self.values.T @ sums[:, 0]
        return found

    def matrix(self, products: np.ndarray, first: np.ndarray) -> np.ndarray:
        """k x k sums of products of columns, from those of D, d x d, and by cell of its constant with D, cells x d."""
        found = np.empty((len(self.middle),) * 2)
        found[np.ix_(self.dense, self.dense)] = products
        mixed = self.values.T @ first
        found[np.ix_(self.grouped, self.dense)], found[np.ix_(self.dense, self.grouped)] = mixed, mixed.T
        found[np.ix_(self.grouped, self.grouped)] = self.values.T @ (first[:, :1] * self.values)
        return found

    @cached_property
    def _begins(self) -> np.ndarray:
        return np.flatnonzero(np.diff(self.cell, prepend=-1))


def tile_rows(k: int) -> int:
    """Rows of a tile with k columns."""
    return max(LEAST_TILE, min(MOST_TILE, TILE_SIZE // (k + 1) ** 2))


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of n rows by the values of some indicators.

    grouped : places of the indicators among the columns, increasing. digit : (grouped,) that of each in the binary
    number `code`, (n,) int16, of a row.
    """

    grouped: np.ndarray
    digit: np.ndarray
    code: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray, binary: np.ndarray, pool: Executor | None = None) -> "Cells":
        """By as many of the `binary` columns of X (k, bool) as is worth it."""
        grouped, code = _group(X, binary, pool)
        return cls(grouped, np.arange(len(grouped)), code)

    def select(self, rows: np.ndarray, columns: np.ndarray) -> "Cells":
        """Of some rows (n, bool) and columns (places, increasing); the indicators left out have one value in them."""
        kept = np.isin(self.grouped, columns)
        code = self.code if rows.all() else self.code[rows]
        return Cells(np.searchsorted(columns, self.grouped[kept]), self.digit[kept], code)

    def totals(self, weight: np.ndarray) -> np.ndarray:
        """(grouped,) sums of weights (n) of the rows in which each of the indicators is 1."""
        sums = np.bincount(self.code, weight)
        return sums @ self.values(np.arange(len(sums)))

    def values(self, codes: np.ndarray) -> np.ndarray:
        """Values of the indicators that codes stand for, codes x grouped."""
        return (codes[:, None] >> self.digit & 1).astype(float)


def arrange(X: np.ndarray, cells: Cells, pool: Executor | None = None) -> Arranged:
    """Rows of X (n x k, the constant first) by cells."""
    middle, grouped = _rough_means(X), cells.grouped
    dense = np.setdiff1d(np.arange(X.shape[1]), grouped)
    middle[grouped] = 0
    size, tile = np.bincount(cells.code), tile_rows(len(dense))
    there = np.flatnonzero(size)
    tiles = -(-size[there] // tile)
    row, empty = _places(cells.code, size[there], tile * tiles)
    D = np.empty((len(row), len(dense)), order="F")

    def fill(at: int) -> None:
        column = D[:, at]
        X[:, dense[at]].take(row, out=column, mode="clip")  # without a copy, which other modes make
        column -= middle[dense[at]]
        column[empty] = 0

    _do(fill, range(len(dense)), pool)
    return Arranged(D, dense, grouped, middle, cells.values(there), np.repeat(np.arange(len(there)), tiles), row, empty)


def _do(work: Callable[[int], None], places: Iterable[int], pool: Executor | None) -> None:
    list(map(work, places) if pool is None else pool.map(work, places))


def _rough_means(X: np.ndarray) -> np.ndarray:
    """Means of the columns over some rows, 0 for the constant: sums about them keep their digits."""
    means = X[:: max(1, len(X) // ROUGH_ROWS)].mean(axis=0)
    means[0] = 0
    return means


def _places(code: np.ndarray, sizes: np.ndarray, rooms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The row of each place (0 where there is none) and the places without one, for cells in `rooms` of whole tiles."""
    order = np.argsort(code, kind="stable") if len(sizes) > 1 else np.arange(len(code))
    row, empty = np.zeros(int(rooms.sum()), dtype=np.intp), []
    place = taken = 0
    for size, room in zip(sizes.tolist(), rooms.tolist(), strict=True):
        row[place : place + size] = order[taken : taken + size]
        empty.append(np.arange(place + size, place + room))
        place, taken = place + room, taken + size
    return row, np.concatenate(empty)


def _group(X: np.ndarray, binary: np.ndarray, pool: Executor | None) -> tuple[np.ndarray, np.ndarray]:
    """The binary columns that are grouped, and of each row the number whose binary digits are their values.

    One after another as long as the cells of some of the rows are few enough; one that would make too many is left out,
    and of all rows the last ones where there are too many after all.
    """
    most = len(X) // (MOST_TILE * TILES_A_CELL)
    if most < 2:
        return np.array([], dtype=int), np.zeros(len(X), dtype=np.int16)
    candidates = np.flatnonzero(binary & (_rough_means(X) <= NEARLY_ALWAYS))
    grouped = _choose(X[::SOME], candidates, most)
    code = np.zeros(len(X), dtype=np.int16)

    def fill(first: int) -> None:
        at = slice(first, first + CODED)
        number = np.zeros(len(code[at]))
        for place, column in enumerate(grouped):
            number += X[at, column] * float(1 << place)
        code[at] = number

    _do(fill, range(0, len(X), CODED), pool)
    while len(grouped) and np.count_nonzero(np.bincount(code)) > most:
        grouped = grouped[:-1]
        code &= (1 << len(grouped)) - 1
    return grouped, code


def _choose(X: np.ndarray, candidates: np.ndarray, most: int) -> np.ndarray:
    """Those of the candidates whose cells are at most so many."""
    code, chosen = np.zeros(len(X), dtype=np.int16), list[int]()
    for column in candidates[:MOST_GROUPED]:
        more = code + _digit(X, column, len(chosen))
        if np.count_nonzero(np.bincount(more)) <= most:
            code, chosen = more, [*chosen, int(column)]
    return np.array(chosen, dtype=int)


def _digit(X: np.ndarray, column: int, place: int) -> np.ndarray:
    return X[:, column].astype(np.int16) << place
