"""Sums over rows that a count model needs: log likelihood, score and information of coefficients and ln(alpha).

Rows, in the order of `count_rows`, pass through in blocks that fit the cache, on two threads; the sums of the blocks
are added in the order of the rows, so that the threads change nothing. In a block the regressors stand as tiles of few
rows: the product of a tile is too small for the linear algebra library to start threads of its own, which would contend
with these. Scores and weights of all rows are then summed by the levels from which the other regressors follow.

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
from functools import cached_property, partial
from itertools import chain
from typing import TypeVar

import numpy as np

from mobility.models.count_rows import Arranged
from mobility.models.counts import Counts, Pieces, excess, log_ratio, pieces

# Numbers of the columns of a block: of few columns a block has so many rows that a step through one takes longer than
# another thread needs to wake up; of many, their products stay in the cache.
BLOCK = 400_000
# Rows of a column that are read at a time.
CACHED = 8192
# Numbers that are left free between the columns of a block.
APART = 8
# Most blocks that a thread takes at a time.
GROUP = 4
# Fewer groups than this are done sooner than handed to threads.
WORTH_THREADS = 2
# Least alpha (but for 0) and largest count with which `quick_rows` keep digits enough; vectors of a block in work.
QUICK_ALPHA, QUICK_COUNT, ROOM = 0.01, 1e4, 6
# Vectors of all rows: scores, what is shared, weights, and scores by those of ln(alpha) and by themselves.
WHOLE = 5
_EMPTY = np.empty(0)
Part = TypeVar("Part")  # what a block of rows gives


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a block. score : s. own : score of ln(alpha) without K(y), 0 for Poisson. weight : information of eta.

    shared : s q r, 0 for Poisson. weight, but for Poisson, and shared hold nothing unless the information is asked for.
    sums : over the rows, of the log likelihood without C(y), of own, of own - q r^2 (m - y (2 + q)), of (y - m)^2 - y
        and of m^2 (the last two for Poisson only).
    """

    score: np.ndarray
    shared: np.ndarray
    weight: np.ndarray
    own: np.ndarray
    sums: np.ndarray


def block_rows(y: np.ndarray, eta: np.ndarray, alpha: float, information: bool, room: Sequence[np.ndarray]) -> Rows:
    """Rows with counts y and linear predictors eta, to all digits; alpha = 0 is Poisson.

    room : `ROOM` vectors, of which the first become score, shared, weight and own.
    """
    score, shared, weight, own, *_ = room
    m = np.exp(eta, out=weight)
    if alpha == 0:
        return _poisson_rows(y, _row_likelihood(y, y - m, m), room)
    q = alpha * m
    r = 1 / (1 + q)
    np.multiply(y - m, r, out=score)
    ratio = (1 + alpha * y) * r
    np.divide(excess(alpha * score, ratio), alpha, out=own)
    fitted = m * ratio
    total = own.sum()
    sums = np.array([_row_likelihood(y, score, fitted) - total, total, total, 0, 0])
    if information:
        q *= r
        sums[2] -= _dot(q, r * m - y * (1 + r))
        np.multiply(fitted, r, out=weight)
        np.multiply(score, q, out=shared)
    return Rows(score, shared, weight, own, sums)


def quick_rows(y: np.ndarray, eta: np.ndarray, alpha: float, information: bool, room: Sequence[np.ndarray]) -> Rows:
    """The same but for what `quick_pieces` tells of the counts."""
    score, shared, weight, own, m, r = room
    if alpha == 0:
        np.exp(eta, out=weight)
        return _poisson_rows(y, _dot(y, eta) - float(weight.sum()), room)
    np.exp(eta, out=m)
    q = np.multiply(m, alpha, out=shared)
    log = np.log1p(q, out=own)
    np.reciprocal(np.add(q, 1, out=r), out=r)
    np.multiply(np.subtract(y, m, out=score), r, out=score)
    likelihood = _dot(y, eta) - _dot(y, log) - log.sum() / alpha
    own *= 1 / alpha
    own += score
    total = own.sum()
    sums = np.array([likelihood, total, total, 0, 0])
    if information:
        shared *= r
        m *= r
        np.multiply(y, alpha, out=weight)
        weight += 1
        weight *= m
        weight *= r
        r += 1
        r *= y
        m -= r
        sums[2] -= _dot(shared, m)
        shared *= score
    return Rows(score, shared, weight, own, sums)


def _poisson_rows(y: np.ndarray, likelihood: float, room: Sequence[np.ndarray]) -> Rows:
    """Rows of means that stand in the place of their weights."""
    score, shared, m, own, *_ = room
    np.subtract(y, m, out=score)
    shared[:] = own[:] = 0
    return Rows(score, shared, m, own, np.array([likelihood, 0, 0, _dot(score, score) - y.sum(), _dot(m, m)]))


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
    return _dot(y, log_ratio(-score / some, fitted / some)) + float(score.sum())


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
class Products:
    """Sums over the rows of a block of products with the d columns of D.

    of_vectors : with vectors, vectors x d. grams : weighted with those columns, weights x d x d. first : the first
    level of the first code that has rows here. by_first : of it and those that follow, sums of the vectors and of the
    columns by each weight, (vectors + weights d) x levels; no levels without a code.
    """

    of_vectors: np.ndarray
    grams: np.ndarray
    first: int
    by_first: np.ndarray


@dataclass(frozen=True, eq=False)
class CountSums:
    """Sums over the rows of a model of k columns.

    rows : the regressors. counts : of the n rows, whatever their order. y, codes, offset : in the order of `rows`.
    centre, scale : of the columns; the coefficients belong to (X - centre) / scale. whole : WHOLE x n, room
    for vectors of all rows. pool : of threads, or None.
    """

    rows: Arranged
    counts: Counts
    y: np.ndarray
    codes: np.ndarray
    offset: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    whole: np.ndarray
    pool: Executor | None = None
    _buffers: threading.local = field(default_factory=threading.local, repr=False)

    @classmethod
    def of(cls, rows: Arranged, counts: Counts, offset: np.ndarray, pool: Executor | None) -> "CountSums":
        """Sums with counts and offsets of the rows in their own order; the columns less their middle, as they are."""
        y, codes, offset = (map if pool is None else pool.map)(rows.place, (counts.y, counts.codes, offset))
        room = np.zeros((WHOLE, rows.n))
        room[:] = 0  # the system gives the memory now, while other threads are at work
        return cls(rows, counts, y, codes, offset, rows.middle, np.ones(len(rows.middle)), room, pool)

    def cross_products(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z'Z (k x k) and Z'target (k) of the standardised columns Z, for target of length n in the rows' own order."""
        placed, ones = self.rows.place(target), np.ones(self.rows.n)

        def block(at: slice) -> Products:
            return self._products(at, [placed[at]], [ones[at]])

        T = self._transformation
        (gram,), (projected,) = self._joined(list(self._each(block)), [placed], [ones])
        return _turned(gram, T), T.T @ projected

    def evaluate(self, params: np.ndarray, information: bool = True, meat: bool = False) -> Point:
        """The point at params: k coefficients (Poisson), or k coefficients and ln(alpha)."""
        alpha = self._alpha(params)
        part = self._pieces(alpha)
        predictor = self._predictor(params)
        score, shared, weight, product, square = self.whole
        vectors, weights = (
            [score, *[shared] * information, *[product] * meat],
            [*[weight] * information, *[square] * meat],
        )

        def block(at: slice) -> tuple[np.ndarray, Products]:
            rows = self._rows(at, predictor, alpha, information, [*self.whole[:3, at]])
            squares = 0.0
            if meat:
                own = np.add(rows.own, part.slope[self.codes[at]], out=rows.own)
                squares = _dot(own, own)
                np.multiply(rows.score, own, out=product[at])
                np.multiply(rows.score, rows.score, out=square[at])
            of_block = ([vector[at] for vector in own] for own in (vectors, weights))
            return np.append(rows.sums, squares), self._products(at, *of_block)

        sums, products = zip(*self._each(block), strict=True)
        return self._point(
            params, part, np.sum(sums, axis=0), self._joined(products, vectors, weights), information, meat
        )

    def scores(self, params: np.ndarray) -> np.ndarray:
        """Scores of eta and of ln(alpha) of each row, n x 2, in the order of the places."""
        alpha, predictor = self._alpha(params), self._predictor(params)
        slope = self._pieces(alpha).slope

        def block(at: slice) -> np.ndarray:
            rows = self._rows(at, predictor, alpha, False, [*self.whole[:3, at]])
            return np.column_stack([rows.score, rows.own + slope[self.codes[at]]])

        return np.concatenate(list(self._each(block)))

    def _usual(self, alpha: float) -> bool:
        """Whether `quick_rows` keep digits enough."""
        return (alpha == 0 or alpha >= QUICK_ALPHA) and self.counts.values[-1] <= QUICK_COUNT

    def _pieces(self, alpha: float) -> Pieces:
        return (quick_pieces if self._usual(alpha) else pieces)(self.counts.values, alpha)

    def _rows(
        self,
        at: slice,
        predictor: Sequence[np.ndarray],
        alpha: float,
        information: bool,
        room: Sequence[np.ndarray],
    ) -> Rows:
        """Rows of a block, of which `room` becomes scores, what is shared, and weights."""
        y, (of_dense, *by_level) = self.y[at], predictor
        eta, *more = self._buffer("vectors", 1 + ROOM - len(room), len(y))
        np.add(self.offset[at], of_dense[0], out=eta)
        for column, own in enumerate(of_dense[1:], 1):  # products of tiles would wait for each other, they are so small
            eta += np.multiply(self.rows.D[at, column], own, out=more[0])
        for own, of_levels in zip(self.rows.levels, by_level, strict=True):
            eta += of_levels.take(own.code[at], out=more[0], mode="clip")  # without a copy, which other modes make
        rows_of = quick_rows if self._usual(alpha) else block_rows
        return rows_of(y, eta, alpha, information, [*room, *more])

    def _alpha(self, params: np.ndarray) -> float:
        return 0.0 if len(params) == len(self.scale) else float(np.exp(params[-1]))

    def _predictor(self, params: np.ndarray) -> list[np.ndarray]:
        """Coefficients of the columns of D (d), and what the other columns of a level add to eta, by code (levels)."""
        own = self._transformation @ params[: len(self.scale)]
        return [own[self.rows.dense], *(_times(one.values, own[one.columns]) for one in self.rows.levels)]

    def _point(
        self,
        params: np.ndarray,
        part: Pieces,
        sums: np.ndarray,
        products: tuple[list[np.ndarray], list[np.ndarray]],
        information: bool,
        meat: bool,
    ) -> Point:
        """The point from the sums of the rows, and the products as `_joined` gives them."""
        frequency, p = self.counts.frequency, len(params)
        grams, (score, *edges) = products
        slope, curvature = frequency @ part.slope, frequency @ part.curvature
        corners = [sums[2] + slope - curvature] * information + [sums[5]] * meat
        T = np.eye(len(self.scale) + 1)
        T[:-1, :-1] = self._transformation
        gradient = T.T @ np.append(score, sums[1] + slope)
        matrices = []
        for gram, edge, corner in zip(grams, edges, corners, strict=True):
            joint = np.block([[gram, edge[:, None]], [edge[None], corner]])
            matrices.append(_turned(joint, T)[:p, :p])
        outer = matrices.pop() if meat else _EMPTY
        inner = matrices.pop() if information else _EMPTY
        overdispersion = float(sums[3] / sums[4]) if sums[4] > 0 else np.nan
        likelihood = float(sums[0] + frequency @ part.saturated)
        return Point(params, likelihood, gradient[:p], inner, outer, overdispersion)

    @cached_property
    def _transformation(self) -> np.ndarray:
        """T, k x k: coefficients b of the standardised columns are coefficients T b of those less their middle."""
        T = np.diag(1 / self.scale)
        T[0, 1:] = -(self.centre - self.rows.middle)[1:] / self.scale[1:]
        return T

    def _tiles(self, at: slice) -> np.ndarray:
        """Columns of D of a block, a view as tiles x d x rows; fewer rows than a tile has are one by themselves."""
        rows = at.stop - at.start
        tile = min(self.rows.tile, rows)
        return self.rows.D[at].T.reshape(-1, rows // tile, tile).transpose(1, 0, 2)

    def _products(self, at: slice, vectors: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> Products:
        """Of the rows of a block. One product of matrices for all of a tile: many small ones cost more."""
        tiles = self._tiles(at)
        count, d, tile = tiles.shape
        first = len(vectors)
        flat = self._buffer("tiles", first + len(weights) * d, count * tile)
        factors = flat.reshape(-1, count, tile)
        for place, vector in enumerate(vectors):
            factors[place] = vector.reshape(count, tile)
        for weight, own in zip(weights, factors[first:].reshape(-1, d, count, tile), strict=True):
            np.multiply(tiles.transpose(1, 0, 2), weight.reshape(count, tile), out=own)
        found = np.matmul(factors.transpose(1, 0, 2), tiles.transpose(0, 2, 1)).sum(axis=0)
        return Products(found[:first], found[first:].reshape(-1, d, d), *self.rows.by_first(at, flat))

    def _joined(
        self,
        parts: Sequence[Products],
        vectors: Sequence[np.ndarray],
        weights: Sequence[np.ndarray],
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weighted sums of products of all k columns, a matrix a weight, and their sums with vectors of all rows.

        parts : of the blocks. vectors, weights : of n rows.
        """
        rows, several = self.rows, len(self.rows.levels) > 1
        of_first = np.zeros((len(parts[0].by_first), len(rows.begins) - 1))
        for part in parts:
            of_first[:, part.first : part.first + part.by_first.shape[1]] += part.by_first
        mixed = of_first[len(vectors) :].reshape(len(weights), rows.D.shape[1], of_first.shape[1])

        def by_second(vector: np.ndarray, column: int = 0) -> np.ndarray:
            return rows.by_second(vector * rows.D[:, column] if column else vector)

        columns = range(rows.D.shape[1])
        work = [partial(by_second, vector) for vector in vectors]
        work += [partial(by_second, weight, column) for weight in weights for column in columns]
        work += [partial(rows.by_both, weight) for weight in weights]
        found = iter(list((map if self.pool is None else self.pool.map)(_call, work)) if several else ())
        seconds = [[next(found)] if several else [] for _ in vectors]
        sums = [
            rows.vector(sum(part.of_vectors[at] for part in parts), [of_first[at], *second][: len(rows.levels)])
            for at, second in enumerate(seconds)
        ]
        seconds = [[np.array([next(found) for _ in columns])] if several else [] for _ in weights]
        matrices = [
            rows.matrix(
                sum(part.grams[at] for part in parts),
                [mixed[at], *second][: len(rows.levels)],
                [next(found)] if several else [],
            )
            for at, second in enumerate(seconds)
        ]
        return matrices, sums

    def _buffer(self, name: str, columns: int, rows: int) -> np.ndarray:
        """This thread's memory, column after column; not a power of 2 apart, where they would share places in cache."""
        apart = rows + APART
        kept = getattr(self._buffers, name, _EMPTY)
        if kept.size < columns * apart:
            kept = np.empty(columns * apart)
            setattr(self._buffers, name, kept)
        return kept[: columns * apart].reshape(columns, apart)[:, :rows]

    def _each(self, block: Callable[[slice], Part]) -> Iterator[Part]:
        """Results of the blocks in the order of the places: of whole tiles, and of the rows that are left."""
        n, tile = self.rows.n, self.rows.tile
        whole = n // tile * tile
        pairs = -(-whole * self.rows.D.shape[1] // (2 * BLOCK))  # of blocks, so that two threads have as many
        size = max(1, -(-whole // tile // max(1, 2 * pairs))) * tile
        places = [slice(first, min(first + size, whole)) for first in range(0, whole, size)]
        return _each(block, [*places, *([slice(whole, n)] if whole < n else [])], self.pool)


def _dot(one: np.ndarray, other: np.ndarray) -> float:
    """The product of two vectors by the calling thread: that of the linear algebra library is shared from 10,000 on."""
    return float(np.einsum("i,i->", one, other))


def _times(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """A matrix times a vector by the calling thread."""
    return np.einsum("ij,j->i", matrix, vector)


def _call(work: Callable[[], Part]) -> Part:
    return work()


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

    found = _each(block, [slice(first, first + CACHED) for first in range(0, len(X), CACHED)], pool)
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
