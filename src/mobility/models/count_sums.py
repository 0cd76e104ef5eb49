"""Sums over rows that a count model needs: log likelihood, score and information of coefficients and ln(alpha).

Rows, in the order of `count_rows`, pass through in blocks that fit the cache, on two threads; the sums of the blocks
are added in the order of the rows, so that the threads change nothing. In a block the regressors stand as tiles of few
rows: the product of a tile is too small for the linear algebra library to start threads of its own, which would contend
with these.

With m = exp(eta), q = alpha m, r = 1 / (1 + q), s = (y - m) r, gap = (alpha s - ln(1 + alpha s)) / alpha:

    score of eta = s                      information of eta = m (1 + alpha y) r^2, between eta and ln(alpha) = s q r
    score of ln(alpha) = gap + K(y)       information of ln(alpha) = gap + K(y) - T(y) - q r^2 (m - y (2 + q))

Where alpha and the counts are of usual size, ln(1 + q) alone is taken of each row: with it

    ln(1 + alpha s) = ln(1 + alpha y) - ln(1 + q)      y ln(1 - s / y) = y (eta + ln(1 + alpha y) - ln y - ln(1 + q))

of which the distinct counts tell all but y eta and ln(1 + q). Very large counts and small alphas would lose digits.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np

from mobility.models.count_rows import Arranged
from mobility.models.counts import Counts, Pieces, excess, log_ratio, pieces

# A vector of a block stays below 128 KB, above which every temporary costs fresh pages of memory.
BLOCK = 8192
# Numbers that are left free between the columns of a block.
APART = 8
# Most blocks that a thread takes at a time.
GROUP = 4
# Fewer groups than this are done sooner than handed to threads.
WORTH_THREADS = 4
# Least alpha (but for 0) and largest count with which `quick_rows` keep digits enough; the vectors that they need.
QUICK_ALPHA, QUICK_COUNT, QUICK_ROOM = 0.01, 1e4, 6
# A linear predictor whose mean is 0 to the last digit.
NO_MEAN = -1e4
_EMPTY = np.empty(0)
Part = TypeVar("Part")  # what a block of rows gives


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a block. score : s. own : score of ln(alpha) without K(y). weight : information of eta. shared : s q r.

    sums : over the rows, of the log likelihood without C(y), of own, of own - q r^2 (m - y (2 + q)), of (y - m)^2 - y
        and of m^2 (the last two for Poisson only). own and shared are 0 for Poisson; shared, and weight but for
        Poisson, are empty unless the information is asked for.
    """

    score: np.ndarray
    sums: np.ndarray
    own: np.ndarray
    weight: np.ndarray = field(default_factory=lambda: _EMPTY)
    shared: np.ndarray = field(default_factory=lambda: _EMPTY)


def block_rows(y: np.ndarray, eta: np.ndarray, alpha: float, information: bool) -> Rows:
    """Rows with counts y and linear predictors eta, to all digits; alpha = 0 is Poisson."""
    m = np.exp(eta)
    if alpha == 0:
        return _poisson_rows(y, m, _row_likelihood(y, y - m, m))
    q = alpha * m
    r = 1 / (1 + q)
    score = (y - m) * r
    ratio = (1 + alpha * y) * r
    gap = excess(alpha * score, ratio) / alpha
    fitted = m * ratio
    total = gap.sum()
    sums = np.array([_row_likelihood(y, score, fitted) - total, total, total, 0, 0])
    if not information:
        return Rows(score, sums, gap)
    q *= r
    sums[2] -= q @ (r * m - y * (1 + r))
    return Rows(score, sums, gap, fitted * r, score * q)


def quick_rows(y: np.ndarray, eta: np.ndarray, alpha: float, information: bool, room: np.ndarray) -> Rows:
    """The same but for what `quick_pieces` tells of the counts, in `room` (QUICK_ROOM x rows)."""
    m, r, score, shared, weight, own = room
    np.exp(eta, out=m)
    if alpha == 0:
        return _poisson_rows(y, m, float(y @ eta - m.sum()))
    q = np.multiply(m, alpha, out=shared)
    log = np.log1p(q, out=own)
    np.reciprocal(np.add(q, 1, out=r), out=r)
    np.multiply(np.subtract(y, m, out=score), r, out=score)
    likelihood = y @ eta - y @ log - log.sum() / alpha
    own *= 1 / alpha
    own += score
    total = own.sum()
    sums = np.array([likelihood, total, total, 0, 0])
    if not information:
        return Rows(score, sums, own)
    shared *= r
    m *= r
    np.multiply(y, alpha, out=weight)
    weight += 1
    weight *= m
    weight *= r
    r += 1
    r *= y
    m -= r
    sums[2] -= shared @ m
    shared *= score
    return Rows(score, sums, own, weight, shared)


def _poisson_rows(y: np.ndarray, m: np.ndarray, likelihood: float) -> Rows:
    score, nothing = y - m, np.zeros(len(y))
    sums = np.array([likelihood, 0, 0, score @ score - y.sum(), m @ m])
    return Rows(score, sums, nothing, m, nothing)


def quick_pieces(values: np.ndarray, alpha: float) -> Pieces:
    """What `quick_rows` leave to the distinct counts: the pieces of `pieces` with the logarithms that they lack."""
    part, logs = pieces(values, alpha), np.log1p(alpha * values)
    # The limit of ln(1 + alpha y) / alpha at alpha = 0, where no score is to be had: own is 0.
    both = logs / alpha if alpha else values
    likelihood = part.saturated + values * (logs - np.log(np.maximum(values, 1))) + both
    return Pieces(likelihood, part.slope - both if alpha else part.slope, part.curvature)


def _row_likelihood(y: np.ndarray, score: np.ndarray, fitted: np.ndarray) -> float:
    """Sum of y ln(1 - s / y) + s, where `fitted` = y - s."""
    some = np.maximum(y, 1)
    return float(y @ log_ratio(-score / some, fitted / some) + score.sum())


@dataclass(frozen=True, eq=False)
class Point:
    """What holds at one set of parameters: coefficients of standardised columns, then ln(alpha) unless Poisson.

    gradient : p. information, meat (sum of outer products of the scores of rows) : p x p, empty where not asked for.
    overdispersion : Poisson only, sum of (y - m)^2 - y over sum of m^2: the moment estimate of alpha.
    params : p. log_likelihood : summed over the rows, with their weights.
    """

    params: np.ndarray
    log_likelihood: float
    gradient: np.ndarray
    information: np.ndarray
    meat: np.ndarray
    overdispersion: float

    @property
    def has_information(self) -> bool:
        """Whether the information was asked for."""
        return self.information.size > 0


@dataclass(frozen=True, eq=False)
class CountSums:
    """Sums over the rows of a model of k columns.

    rows : the regressors. counts : of the n rows, whatever their order; y, codes, offset : of the N places of `rows`,
    where there is no row 0, one more than the last code, and `NO_MEAN`: such a place has mean 0 and adds nothing.
    centre, scale : of the columns; the coefficients belong to (X - centre) / scale. pool : of threads, or None.
    """

    rows: Arranged
    counts: Counts
    y: np.ndarray
    codes: np.ndarray
    offset: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    pool: Executor | None = None
    _buffers: threading.local = field(default_factory=threading.local, repr=False)

    @classmethod
    def of(cls, rows: Arranged, counts: Counts, offset: np.ndarray, pool: Executor | None) -> "CountSums":
        """Sums with counts and offsets of the rows in their own order; the columns less their middle, as they are."""
        vectors, nothing = (counts.y, counts.codes, offset), (0, len(counts.values), NO_MEAN)
        y, codes, offset = (map if pool is None else pool.map)(rows.place, vectors, nothing)
        return cls(rows, counts, y, codes, offset, rows.middle, np.ones(len(rows.middle)), pool)

    def cross_products(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z'Z (k x k) and Z'target (k) of the standardised columns Z, for target of length n in the rows' own order."""
        placed = self.rows.place(target, 0)

        def block(at: slice) -> tuple[np.ndarray, ...]:
            tiles = self._tiles(at)
            return self._products(tiles, [placed[at]], [np.ones(at.stop - at.start)])

        of_cells, grams = self._sum(block)
        T = self._transformation
        return _turned(self.rows.matrix(grams[0], of_cells[:, 1]), T), T.T @ self.rows.vector(of_cells[:, 0])

    def evaluate(self, params: np.ndarray, information: bool = True, meat: bool = False) -> Point:
        """The point at params: k coefficients (Poisson), or k coefficients and ln(alpha)."""
        alpha = self._alpha(params)
        part = self._pieces(alpha)
        slope = np.append(part.slope, 0.0)
        of_cells = self._of_cells(params)

        def block(at: slice) -> tuple[np.ndarray, ...]:
            tiles = self._tiles(at)
            rows = self._rows(tiles, at, of_cells, alpha, information)
            vectors, weights, squares = [rows.score], [], 0.0
            if information:
                vectors, weights = [*vectors, rows.shared], [rows.weight]
            if meat:
                own = rows.own + slope[self.codes[at]]
                squares = own @ own
                vectors, weights = [*vectors, rows.score * own], [*weights, rows.score**2]
            return np.append(rows.sums, squares), *self._products(tiles, vectors, weights)

        return self._point(params, part, self._sum(block), information, meat)

    def scores(self, params: np.ndarray) -> np.ndarray:
        """Scores of eta and of ln(alpha) of each row, n x 2, in the order of the places."""
        alpha = self._alpha(params)
        slope = np.append(self._pieces(alpha).slope, 0.0)
        of_cells = self._of_cells(params)

        def block(at: slice) -> np.ndarray:
            rows = self._rows(self._tiles(at), at, of_cells, alpha, False)
            return np.column_stack([rows.score, rows.own + slope[self.codes[at]]])

        return np.delete(np.concatenate(list(self._each(block))), self.rows.empty, axis=0)

    def _usual(self, alpha: float) -> bool:
        """Whether `quick_rows` keep digits enough."""
        return (alpha == 0 or alpha >= QUICK_ALPHA) and self.counts.values[-1] <= QUICK_COUNT

    def _pieces(self, alpha: float) -> Pieces:
        return (quick_pieces if self._usual(alpha) else pieces)(self.counts.values, alpha)

    def _rows(self, tiles: np.ndarray, at: slice, of_cells: np.ndarray, alpha: float, information: bool) -> Rows:
        y, eta = self.y[at], self._predictor(tiles, at, of_cells)
        if self._usual(alpha):
            return quick_rows(y, eta, alpha, information, self._buffer("vectors", QUICK_ROOM, len(y)))
        return block_rows(y, eta, alpha, information)

    def _alpha(self, params: np.ndarray) -> float:
        return 0.0 if len(params) == len(self.scale) else float(np.exp(params[-1]))

    def _of_cells(self, params: np.ndarray) -> np.ndarray:
        """Coefficients of the columns of D, cells x d, at params."""
        return self.rows.coefficients(self._transformation @ params[: len(self.scale)])

    def _point(self, params: np.ndarray, part: Pieces, found: list[np.ndarray], information: bool, meat: bool) -> Point:
        """The point from the sums of the blocks: of rows, and the products as `_products` gives them."""
        frequency, p = self.counts.frequency, len(params)
        sums, of_cells, grams = found
        score, *others = of_cells.swapaxes(0, 1)
        edges, firsts = others[: len(grams)], others[len(grams) :]
        slope, curvature = frequency @ part.slope, frequency @ part.curvature
        corners = [sums[2] + slope - curvature] * information + [sums[5]] * meat
        T = np.eye(len(self.scale) + 1)
        T[:-1, :-1] = self._transformation
        gradient = T.T @ np.append(self.rows.vector(score), sums[1] + slope)
        matrices = []
        for gram, first, of_edge, corner in zip(grams, firsts, edges, corners, strict=True):
            edge = self.rows.vector(of_edge)[:, None]
            joint = np.block([[self.rows.matrix(gram, first), edge], [edge.T, corner]])
            matrices.append(_turned(joint, T)[:p, :p])
        outer = matrices.pop() if meat else _EMPTY
        inner = matrices.pop() if information else _EMPTY
        overdispersion = float(sums[3] / sums[4]) if sums[4] > 0 else np.nan
        likelihood = float(sums[0] + frequency @ part.saturated)
        return Point(params, likelihood, gradient[:p], inner, outer, overdispersion)

    def _predictor(self, tiles: np.ndarray, at: slice, of_cells: np.ndarray) -> np.ndarray:
        tile = self.rows.tile
        own = of_cells[self.rows.cell[at.start // tile : at.stop // tile], None]
        return np.matmul(own, tiles).reshape(-1) + self.offset[at]

    @cached_property
    def _transformation(self) -> np.ndarray:
        """T, k x k: coefficients b of the standardised columns are coefficients T b of those less their middle."""
        T = np.diag(1 / self.scale)
        T[0, 1:] = -(self.centre - self.rows.middle)[1:] / self.scale[1:]
        return T

    def _tiles(self, at: slice) -> np.ndarray:
        """Columns of D of a block, a view as tiles x d x rows."""
        tile = self.rows.tile
        return self.rows.D[at].T.reshape(-1, (at.stop - at.start) // tile, tile).transpose(1, 0, 2)

    def _products(
        self, tiles: np.ndarray, vectors: Sequence[np.ndarray], weights: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Sums over rows of products with the columns of D: with vectors, and weighted with those columns.

        Of each tile those with the vectors, then those of the constant by each of the weights, tiles x vectors and
        weights x d; of all tiles the others, weights x d x d. One product of matrices for all: many small ones cost
        more.
        """
        count, d, tile = tiles.shape
        first = len(vectors)
        factors = self._buffer("tiles", first + len(weights) * d, count * tile)
        factors = factors.reshape(-1, count, tile)
        for place, vector in enumerate(vectors):
            factors[place] = vector.reshape(count, tile)
        for weight, own in zip(weights, factors[first:].reshape(-1, d, count, tile), strict=True):
            np.multiply(tiles.transpose(1, 0, 2), weight.reshape(count, tile), out=own)
        found = np.matmul(factors.transpose(1, 0, 2), tiles.transpose(0, 2, 1))
        of_tiles = np.concatenate([found[:, :first], found[:, first::d]], axis=1)
        return of_tiles, found[:, first:].sum(axis=0).reshape(-1, d, d)

    def _buffer(self, name: str, columns: int, rows: int) -> np.ndarray:
        """This thread's memory, column after column; not a power of 2 apart, where they would share places in cache."""
        apart = rows + APART
        kept = getattr(self._buffers, name, _EMPTY)
        if kept.size < columns * apart:
            kept = np.empty(columns * apart)
            setattr(self._buffers, name, kept)
        return kept[: columns * apart].reshape(columns, apart)[:, :rows]

    def _sum(self, block: Callable[[slice], Sequence[np.ndarray]]) -> list[np.ndarray]:
        """What blocks give summed, the last part but one, which is of tiles, by cell."""
        *sums, of_tiles, grams = zip(*self._each(block), strict=True)
        totals = [np.sum(part, axis=0) for part in sums]
        return [*totals, self.rows.by_cell(np.concatenate(of_tiles)), np.sum(grams, axis=0)]

    def _each(self, block: Callable[[slice], Part]) -> Iterator[Part]:
        """Results of the blocks in the order of the places."""
        size = max(1, BLOCK // self.rows.tile) * self.rows.tile
        N = len(self.rows.D)
        return _each(block, [slice(first, min(first + size, N)) for first in range(0, N, size)], self.pool)


def _turned(matrix: np.ndarray, T: np.ndarray) -> np.ndarray:
    """T' matrix T, symmetric to the last digit as `matrix` is: an inverse would magnify the difference."""
    found = T.T @ matrix @ T
    return (found + found.T) / 2


def column_totals(X: np.ndarray, columns: np.ndarray, pool: Executor | None, *vectors: np.ndarray) -> np.ndarray:
    """Sums over rows of some columns times each vector of length n, vectors x columns; X is not copied."""
    if len(X) == 0:
        return np.zeros((len(vectors), len(columns)))

    def block(at: slice) -> np.ndarray:
        return np.array([[X[at, column] @ vector[at] for column in columns] for vector in vectors])

    found = _each(block, [slice(first, first + BLOCK) for first in range(0, len(X), BLOCK)], pool)
    return np.sum(list(found), axis=0)


def _each(block: Callable[[slice], Part], places: Sequence[slice], pool: Executor | None) -> Iterator[Part]:
    """Results of blocks in their order. A step too far overflows silently: it is taken back."""

    def run(places: Sequence[slice]) -> list[Part]:
        with np.errstate(all="ignore"):
            return [block(at) for at in places]

    size = max(1, min(GROUP, len(places) // 8))
    groups = [places[first : first + size] for first in range(0, len(places), size)]
    found = map(run, groups) if pool is None or len(groups) < WORTH_THREADS else pool.map(run, groups)
    return chain.from_iterable(found)
