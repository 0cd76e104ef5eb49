"""Rows of a count model in an order that saves work: together where they are alike in many of the columns.

Rows that share the values of some columns are a cell: the moves to one area in one year share all statistics of that
area and year. Within it these columns are constant, so that any sum over rows of products with them is a sum over cells
of the same sum with the constant: of 28 columns, 18 of them statistics of 1,675 areas and years, only 10 are multiplied
row by row. Each cell fills whole tiles; the places left over in its last tile hold rows of zeros, which add nothing to
any sum.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

# Rows times columns^2 of a tile: OpenBLAS keeps a product to the calling thread below about 260,000.
TILE_SIZE = 200_000
LEAST_TILE, MOST_TILE = 8, 512
# What a tile costs beside its rows, in rows.
TILE_COST = 16
# Rows that a cell has on average at least: sums by cell must cost little beside those by row.
ROWS_A_CELL = 256
# Most numbers of cells, of those without rows too: they are sorted as 16 bits.
MOST_CODES = 1 << 15
# Rows, drawn at random, that are looked at to choose the columns, and whose means are near enough to those of all.
SOME_ROWS = 8192
# Rows that are compared, and that are coded, at a time.
BLOCK, CODED = 8192, 65_536
_EMPTY = np.empty(0)
Part = TypeVar("Part")  # what one column gives


@dataclass(frozen=True, eq=False)
class Arranged:
    """n rows of k columns, the constant first, in N places: whole tiles, each of one cell.

    D : N x d, column after column: the constant, then the columns that are not grouped, less their `middle`; 0 in
    places without a row. dense, grouped : places of these and of the others among the k, increasing. middle : (k,), 0
    for the constant. values : cells x grouped, less their `middle`. cell : of each tile, increasing.
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

    def some(self, every: int) -> tuple["Arranged", np.ndarray]:
        """One of about `every` rows, a run of each tile that begins elsewhere in the next one; and their places."""
        tiles, tile = len(self.cell), self.tile
        run = -(-tile // every)
        starts = np.arange(tiles) * tile + np.arange(tiles) * run % (tile - run + 1)
        places = (starts[:, None] + np.arange(run)).ravel()
        empty = np.flatnonzero(np.isin(places, self.empty, assume_unique=True))
        return replace(self, D=np.asfortranarray(self.D[places]), row=self.row[places], empty=empty), places

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
        """k x k sums of products of columns, from those of D (d x d) and, by cell, of its constant with D (cells x d).

        Columns of D beyond those of the design (one that a model adds) come last.
        """
        added = len(products) - len(self.dense)
        dense = np.append(self.dense, len(self.middle) + np.arange(added))
        found = np.empty((len(self.middle) + added,) * 2)
        found[np.ix_(dense, dense)] = products
        mixed = self.values.T @ first
        found[np.ix_(self.grouped, dense)], found[np.ix_(dense, self.grouped)] = mixed, mixed.T
        found[np.ix_(self.grouped, self.grouped)] = self.values.T @ (first[:, :1] * self.values)
        return found

    @cached_property
    def _begins(self) -> np.ndarray:
        return np.flatnonzero(np.diff(self.cell, prepend=-1))


def tile_rows(k: int, sizes: np.ndarray) -> int:
    """Rows of a tile with k columns that cost least where the cells have so many rows."""
    most = max(LEAST_TILE, min(MOST_TILE, TILE_SIZE // (k + 1) ** 2))
    choices = np.arange(LEAST_TILE, most + 1, LEAST_TILE)
    costs = [(-(-sizes // tile)).sum() * (tile + TILE_COST) for tile in choices]
    return int(choices[np.argmin(costs)])


def arrange(X: np.ndarray, binary: np.ndarray, pool: Executor | None = None) -> Arranged:
    """Rows of X (n x k, the constant first) by cells of as many columns as is worth it.

    binary : (k,) of bool, the columns that hold only 0 and 1. pool : of threads.
    """
    some = X if len(X) <= SOME_ROWS else X[np.random.default_rng(0).integers(len(X), size=SOME_ROWS)]
    middle = some.mean(axis=0)
    middle[0] = 0
    grouped, code = _group(X, some, binary, pool)
    dense = np.setdiff1d(np.arange(X.shape[1]), grouped)
    sizes = np.bincount(code)
    sizes = sizes[sizes > 0]
    tile = tile_rows(len(dense), sizes)
    tiles = -(-sizes // tile)
    row, empty = _places(code, sizes, tile * tiles)
    values = X[np.ix_(row[tile * (np.cumsum(tiles) - tiles)], grouped)] - middle[grouped]
    D = np.empty((len(row), len(dense)), order="F")

    def fill(at: int) -> None:
        column = D[:, at]
        X[:, dense[at]].take(row, out=column, mode="clip")  # without a copy, which other modes make
        column -= middle[dense[at]]
        column[empty] = 0

    list(_map(fill, range(len(dense)), pool))
    return Arranged(D, dense, grouped, middle, values, np.repeat(np.arange(len(sizes)), tiles), row, empty)


def _map(work: Callable[[int], Part], items: Iterable[int], pool: Executor | None) -> Iterator[Part]:
    return map(work, items) if pool is None else pool.map(work, items)


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


def _group(X: np.ndarray, some: np.ndarray, binary: np.ndarray, pool: Executor | None) -> tuple[np.ndarray, np.ndarray]:
    """The columns that are grouped, increasing, and of each row the number of its cell.

    Those that one number tells and as many indicators beside them as make no more than `most` cells, or indicators
    alone, whichever are more.
    """
    most = min(len(X) // ROWS_A_CELL, len(some) // 2)
    if most < 2:
        return np.array([], dtype=int), np.zeros(len(X), dtype=np.int16)
    candidates = np.flatnonzero(binary).tolist()
    told = _told_by_one(some, np.flatnonzero(~binary)[1:], most)
    beside, alone = _digits(some, candidates, told, most), _digits(some, candidates, [], most)
    told, digits = (told, beside) if len(told) + len(beside) > len(alone) else ([], alone)
    told, whole, base = _told_in_all(X, told, most, pool)
    code = whole.astype(np.int16)
    digits = digits[: (MOST_CODES // base).bit_length() - 1]
    for place, column in enumerate(digits):
        code += X[:, column].astype(np.int16) * (base << place)
    while digits and np.count_nonzero(np.bincount(code)) > most:
        digits = digits[:-1]
        code %= base << len(digits)
    return np.array(sorted(told + digits), dtype=int), code


def _told_by_one(some: np.ndarray, numbers: np.ndarray, most: int) -> list[int]:
    """A column with at most so many values, first, and those that it tells; of such columns the one that tells most."""
    best = list[int]()
    for column in numbers.tolist():
        if column in best:
            continue
        code, values = pd.factorize(some[:, column])
        if len(values) > most:
            continue
        rows = _rows_of(code, len(values))
        others = [c for c in range(1, some.shape[1]) if c != column and _tells(code, rows, some[:, c])]
        best = max(best, [column, *others], key=len)
    return best


def _rows_of(code: np.ndarray, count: int) -> np.ndarray:
    """A row of each of `count` codes."""
    rows = np.empty(count, dtype=np.intp)
    rows[code] = np.arange(len(code))
    return rows


def _tells(code: np.ndarray, rows: np.ndarray, values: np.ndarray) -> bool:
    """Whether all rows of a code have the value of that in `rows`."""
    table = values[rows]
    blocks = (slice(first, first + BLOCK) for first in range(0, len(code), BLOCK))
    return all((table.take(code[at], mode="clip") == values[at]).all() for at in blocks)


def _told_in_all(X: np.ndarray, told: list[int], most: int, pool: Executor | None) -> tuple[list[int], np.ndarray, int]:
    """Those columns that the first of them tells in all rows, the place of its value in each row, and how many values.

    None, and one value, where it has more than `most`.
    """
    code, values = _coded(X[:, told[0]], pool) if told else (_EMPTY, _EMPTY)
    if not 0 < len(values) <= most:
        return [], np.zeros(len(X), dtype=np.intp), 1
    rows = _rows_of(code, len(values))
    same = _map(lambda column: _tells(code, rows, X[:, column]), told, pool)
    return [column for column, one in zip(told, same, strict=True) if one], code, len(values)


def _coded(values: np.ndarray, pool: Executor | None) -> tuple[np.ndarray, np.ndarray]:
    """The place of each value among the distinct ones, and these; by parts, whose tables of values fit the cache."""
    starts = range(0, len(values), CODED)
    parts = list(_map(lambda first: pd.factorize(values[first : first + CODED]), starts, pool))
    places, found = pd.factorize(np.concatenate([own for _, own in parts]))
    ends = np.cumsum([len(own) for _, own in parts])
    return np.concatenate([own[code] for (code, _), own in zip(parts, np.split(places, ends), strict=False)]), found


def _digits(some: np.ndarray, candidates: Sequence[int], told: list[int], most: int) -> list[int]:
    """Indicators that, beside what is told, make at most so many cells: one after another."""
    code, values = pd.factorize(some[:, told[0]]) if told else (np.zeros(len(some), dtype=np.intp), [0])
    base, chosen = len(values), list[int]()
    for column in candidates:
        more = code + some[:, column].astype(np.intp) * base
        if column not in told and 2 * base <= MOST_CODES and np.count_nonzero(np.bincount(more)) <= most:
            code, base, chosen = more, 2 * base, [*chosen, column]
    return chosen
