"""Rows of a count model: columns that follow from a code of the row are kept by level, not row by row.

What is said of an area is the same in all its rows of a year, and a few indicators have few combinations. Such columns
follow from a code: with A their values, levels x columns,

    sum over rows of v x = A' (sums of v by level)      sum over rows of w x x' = A' diag(sums of w by level) A

so that of 28 columns of moves between 300 areas three are multiplied row by row. There are at most two codes, as of the
area that is left and of the one that is reached. Where z follows from the second, with values B,

    sum over rows of w x z' = A' W B, with W the sums of w by both codes, which has no more numbers than there are rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Rows times columns^2 of a tile: OpenBLAS keeps a product to the calling thread below about 260,000, of which the
# columns by two weights take twice as many.
TILE_SIZE = 130_000
LEAST_TILE, MOST_TILE = 8, 256
# Codes by which columns are kept. Rows that a level has on average at least, and columns that follow from numbers that
# repeat at least: with fewer, sums by level take as long as products row by row.
MOST_CODES, ROWS_A_LEVEL, LEAST_COLUMNS = 2, 100, 3
# Rows that a combination of indicators has on average at least, and fewest rows with which any is looked for.
ROWS_A_COMBINATION, LEAST_ROWS = 2048, 4096
# Indicators whose combinations are one code at most: their values are the digits of a number, which is counted.
MOST_COMBINED = 15
# Rows by which columns are chosen at least, in runs of so many, and those that show that a column follows from no code.
SOME, RUN, FEW = 8192, 8, 1000
# Share of the numbers among those rows that a column with levels has at most: where it has as many as it may, a half.
REPEATED = 0.7
# Rows whose indicators are read at a time: their code stays in the cache until it is whole.
CODED = 8192
# Rows whose means are near enough to those of all.
ROUGH_ROWS = 1000
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Levels:
    """Columns that follow from a code of the n rows.

    columns : places among the k, increasing. values : levels x columns. code : (n,) the level of each row.
    """

    columns: np.ndarray
    values: np.ndarray
    code: np.ndarray

    def select(self, rows: np.ndarray, columns: np.ndarray) -> "Levels":
        """Of some rows (n, bool) and some of the k columns (places, increasing)."""
        code = self.code if rows.all() else self.code[rows]
        return replace(self._of(columns), code=code)

    def _of(self, columns: np.ndarray) -> "Levels":
        kept = np.isin(self.columns, columns)
        return replace(self, columns=np.searchsorted(columns, self.columns[kept]), values=self.values[:, kept])

    def totals(self, weights: Sequence[np.ndarray]) -> list[np.ndarray]:
        """For each of the weights (n) the (columns,) sums over the rows of it times each column."""
        code, begins = self.code, begins_of(self.code)
        if len(begins) * ROWS_A_LEVEL < len(code):  # rows that stand together are summed in a tenth of the time
            code, weights = code[begins], [np.add.reduceat(weight, begins) for weight in weights]
        return [np.bincount(code, weight, len(self.values)) @ self.values for weight in weights]


@dataclass(frozen=True, eq=False)
class Arranged:
    """n rows of k columns, the constant first, in an order in which the rows of each level of the first code follow.

    D : n x d, column after column: the constant, then the columns that follow from no code, less their `middle`.
    dense : places of these among the k, increasing. middle : (k,), 0 for the constant. levels : the other columns, less
    their middle, with codes in the order of the places; every level of the first code has rows. begins : (levels + 1,)
    where those of the first code begin, and n. order : (n,) the row in each place, None where all are as they were.
    """

    D: np.ndarray
    dense: np.ndarray
    middle: np.ndarray
    levels: tuple[Levels, ...]
    begins: np.ndarray
    order: np.ndarray | None

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.D)

    @property
    def tile(self) -> int:
        """Rows of a tile."""
        return tile_rows(self.D.shape[1])

    def place(self, vector: np.ndarray) -> np.ndarray:
        """A vector of the n rows in the order of the places."""
        return vector if self.order is None else vector[self.order]

    def column(self, column: int) -> np.ndarray:
        """(n,) one of the k columns, less its middle, in the order of the places."""
        for own in self.levels:
            if column in own.columns:
                return own.values[own.code, np.searchsorted(own.columns, column)]
        return self.D[:, np.searchsorted(self.dense, column)]

    def select(self, kept: np.ndarray) -> "Arranged":
        """Only some of the k columns (places, increasing, the constant among them)."""
        if len(kept) == len(self.middle):
            return self
        of_dense = np.isin(self.dense, kept)
        return replace(
            self,
            D=np.asfortranarray(self.D[:, of_dense]),
            dense=np.searchsorted(kept, self.dense[of_dense]),
            middle=self.middle[kept],
            levels=tuple(own._of(kept) for own in self.levels),
        )

    def by_first(self, at: slice, vectors: np.ndarray) -> tuple[int, np.ndarray]:
        """Of a block of the places the first level of the first code, and sums of vectors (any x rows) by its levels.

        None without a code.
        """
        if not self.levels:
            return 0, np.empty((len(vectors), 0))
        first, last = np.searchsorted(self.begins, [at.start, at.stop - 1], "right") - 1
        begins = np.maximum(self.begins[first : last + 1] - at.start, 0)
        return int(first), np.add.reduceat(vectors, begins, axis=1)

    def by_second(self, vector: np.ndarray) -> np.ndarray:
        """Sums of a vector of the places by the levels of the second code."""
        return self._by_codes(vector).T @ np.ones(len(self.begins) - 1)

    def by_both(self, weight: np.ndarray) -> np.ndarray:
        """W B, levels of the first code x columns of the second, for weights of the places."""
        return self._by_codes(weight) @ self.levels[1].values

    def _by_codes(self, vector: np.ndarray) -> "csr_array":
        """A vector of the places by the two codes of the rows, each number by itself."""
        from scipy.sparse import csr_array

        return csr_array((vector, *self._pattern), shape=(len(self.begins) - 1, len(self.levels[1].values)))

    @cached_property
    def _pattern(self) -> tuple[np.ndarray, np.ndarray]:
        """The codes of the rows, the second by the first, as sparse matrices have them."""
        return self.levels[1].code.astype(np.int32), self.begins.astype(np.int32)

    def vector(self, of_dense: np.ndarray, by_level: Sequence[np.ndarray]) -> np.ndarray:
        """(k,) sums over rows of something times each column, from those with D (d) and its sums by level."""
        found = np.empty(len(self.middle))
        found[self.dense] = of_dense
        for own, sums in zip(self.levels, by_level, strict=True):
            found[own.columns] = crossed(sums[:, None], own.values)
        return found

    def matrix(self, gram: np.ndarray, by_level: Sequence[np.ndarray], by_both: Sequence[np.ndarray]) -> np.ndarray:
        """k x k weighted sums of products of columns.

        gram : those of D, d x d. by_level : of each code the weighted sums of D, d x levels. by_both : where there are
        two codes.
        """
        found = np.empty((len(self.middle),) * 2)
        found[np.ix_(self.dense, self.dense)] = gram
        for own, sums in zip(self.levels, by_level, strict=True):
            mixed = crossed(sums.T, own.values)
            found[np.ix_(self.dense, own.columns)], found[np.ix_(own.columns, self.dense)] = mixed, mixed.T
            found[np.ix_(own.columns, own.columns)] = crossed(sums[0][:, None] * own.values, own.values)
        for both in by_both:
            first, second = self.levels
            mixed = crossed(first.values, both)
            found[np.ix_(first.columns, second.columns)] = mixed
            found[np.ix_(second.columns, first.columns)] = mixed.T
        return found


def begins_of(column: np.ndarray) -> np.ndarray:
    """The rows at which a number other than that of the row before begins, and the first."""
    return np.flatnonzero(np.concatenate([[True], column[1:] != column[:-1]]))


def tile_rows(d: int) -> int:
    """Rows of a tile with d columns."""
    return max(LEAST_TILE, min(MOST_TILE, TILE_SIZE // (d + 1) ** 2))


def crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """one' other, of as many rows, tile by tile, so that the calling thread does it by itself."""
    tile = tile_rows(max(one.shape[1], other.shape[1]))
    return sum(
        (one[at : at + tile].T @ other[at : at + tile] for at in range(0, len(one), tile)),
        np.zeros((one.shape[1], other.shape[1])),
    )


def arrange(
    X: np.ndarray,
    levels: Iterable[Levels],
    pool: Executor | None = None,
    some: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> Arranged:
    """Rows of X (n x k, the constant first), or `some` of them, with the columns of their `levels` kept by level."""
    middle = rough_means(X)
    own = [one for one in levels if len(one.columns)]
    own.sort(key=lambda one: bool((np.diff(one.code) < 0).any()))  # one whose rows follow already comes first
    n = len(some(X[:, 0]))
    order, begins = None, np.array([0, n])
    if own:
        own[0], order, begins = _first(own[0])
    others = [one if order is None else replace(one, code=one.code[order]) for one in own[1:]]
    grouped = np.concatenate([one.columns for one in own]) if own else np.array([], dtype=int)
    dense = np.setdiff1d(np.arange(X.shape[1]), grouped)
    D = np.empty((n, len(dense)), order="F")

    def fill(at: int) -> None:
        column = some(X[:, dense[at]])
        np.subtract(column if order is None else column[order], middle[dense[at]], out=D[:, at])

    _do(fill, range(len(dense)), pool)
    centred = tuple(replace(one, values=one.values - middle[one.columns]) for one in [*own[:1], *others])
    return Arranged(D, dense, middle, centred, begins, order)


def _first(own: Levels) -> tuple[Levels, np.ndarray | None, np.ndarray]:
    """The levels that have rows, with the code in the order of the places; that order; where each level begins."""
    sizes = np.bincount(own.code, minlength=len(own.values))
    there = np.flatnonzero(sizes)
    code = (np.cumsum(sizes > 0) - 1)[own.code] if len(there) < len(sizes) else own.code
    order = np.argsort(_small(code), kind="stable") if (np.diff(code) < 0).any() else None
    begins = np.concatenate([[0], np.cumsum(sizes[there])])
    return Levels(own.columns, own.values[there], code if order is None else code[order]), order, begins


def _small(code: np.ndarray) -> np.ndarray:
    """A code in 16 bits where it fits, which is sorted in a tenth of the time."""
    return code.astype(np.int16) if code.max(initial=0) < np.iinfo(np.int16).max else code


def rough_means(X: np.ndarray) -> np.ndarray:
    """Means of the columns over some rows, 0 for the constant: sums about them keep their digits."""
    means = X[:: max(1, len(X) // ROUGH_ROWS)].mean(axis=0)
    means[0] = 0
    return means


def find_levels(X: np.ndarray, binary: np.ndarray, pool: Executor | None = None) -> tuple[Levels, ...]:
    """At most `MOST_CODES` codes from which columns of X follow, with those columns: none where rows are few.

    First the numbers of a column that repeat, if enough other columns follow from them, which some of the rows tell and
    all of them confirm; then combinations of the indicators that are left (`binary`, k truth values), as many as make
    few enough.
    """
    if len(X) < LEAST_ROWS:
        return ()
    some = some_rows(X.T, max(1, len(X) // SOME)).T
    planned = list(_plan(some, binary, len(X) // ROWS_A_LEVEL))
    coded = _do(lambda plan: _coded(X[:, plan[0]]), planned, pool)
    pairs = [(X[:, column], *code) for code, (_, columns) in zip(coded, planned, strict=True) for column in columns]
    same = iter(_do(lambda pair: _follows(*pair), pairs, pool))
    found = list[Levels]()
    for (code, row), (_, columns) in zip(coded, planned, strict=True):
        columns = columns[[next(same) for _ in columns]]
        if len(row) * ROWS_A_LEVEL <= len(X) and len(columns) >= LEAST_COLUMNS:
            found.append(Levels(columns, X[np.ix_(row, columns)], code))
    left = np.setdiff1d(np.flatnonzero(binary), [column for own in found for column in own.columns])
    if len(found) < MOST_CODES and (own := _from_indicators(X, some, left, pool)):
        found.append(own)
    return tuple(found)


def some_rows(values: np.ndarray, every: int) -> np.ndarray:
    """A copy of one of so many runs of rows, the last axis, spread evenly: memory is read in such runs anyway."""
    span = every * RUN
    n = values.shape[-1] // span * span
    runs = values[..., :n].reshape(*values.shape[:-1], -1, span)[..., :RUN]
    return np.ascontiguousarray(runs).reshape(*values.shape[:-1], -1)


def _plan(X: np.ndarray, binary: np.ndarray, most: int) -> Iterator[tuple[int, np.ndarray]]:
    """At most `MOST_CODES` columns with at most so many numbers in some rows X, and columns that follow from each."""
    left, plans = np.arange(1, X.shape[1]), 0
    for column in np.setdiff1d(left, np.flatnonzero(binary)):
        if plans < MOST_CODES and column in left:
            code, row = _coded(X[:, column])
            if len(row) <= min(most, REPEATED * len(X)):
                columns = left[[_follows(X[:, other], code, row) for other in left]]
                if len(columns) >= LEAST_COLUMNS:
                    yield int(column), columns
                    left, plans = np.setdiff1d(left, columns), plans + 1


def _follows(column: np.ndarray, code: np.ndarray, row: np.ndarray) -> bool:
    """Whether a column is the same in all rows of a code, of each of which `row` is one."""
    values, few = column[row], slice(None, None, max(1, len(column) // FEW))
    return np.array_equal(values[code[few]], column[few]) and np.array_equal(values.take(code), column)


def _coded(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The place of each number among those that there are, as they come, and a row of each of these.

    Numbers that stand together are looked up once: rows of a place are usually found together.
    """
    begins = begins_of(column)
    together = len(begins) * ROWS_A_LEVEL <= len(column)
    code, numbers = pd.factorize(column[begins] if together else column)
    row = np.empty(len(numbers), dtype=np.intp)
    row[code] = begins if together else np.arange(len(column))
    return np.repeat(code, np.diff(np.append(begins, len(column)))) if together else code, row


def _from_indicators(X: np.ndarray, some: np.ndarray, indicators: np.ndarray, pool: Executor | None) -> Levels | None:
    """Indicators whose combinations are few enough in some rows; those that make too many of all rows leave."""
    most = len(X) // ROWS_A_COMBINATION
    chosen = _choose(some, indicators, most)
    code = np.zeros(len(X), dtype=np.int16)

    def fill(first: int) -> None:
        at = slice(first, first + CODED)
        number = np.zeros(len(code[at]))
        for place, column in enumerate(chosen):
            number += X[at, column] * float(1 << place)
        code[at] = number

    _do(fill, range(0, len(X), CODED), pool)
    while len(chosen) and np.count_nonzero(np.bincount(code)) > most:
        chosen = chosen[:-1]
        code &= (1 << len(chosen)) - 1
    values = (np.arange(1 << len(chosen))[:, None] >> np.arange(len(chosen)) & 1).astype(float)
    return Levels(chosen, values, code.astype(np.intp)) if len(chosen) else None


def _choose(X: np.ndarray, indicators: np.ndarray, most: int) -> np.ndarray:
    """Those of the indicators whose combinations are at most so many."""
    code, chosen = np.zeros(len(X), dtype=np.int16), list[int]()
    for column in indicators[:MOST_COMBINED]:
        more = code + (X[:, column].astype(np.int16) << len(chosen))
        if np.count_nonzero(np.bincount(more)) <= most:
            code, chosen = more, [*chosen, int(column)]
    return np.array(chosen, dtype=int)


def _do(work: Callable[[Given], Made], items: Iterable[Given], pool: Executor | None) -> list[Made]:
    return list(map(work, items) if pool is None else pool.map(work, items))
