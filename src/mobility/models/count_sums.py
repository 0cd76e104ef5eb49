"""Sums over rows that a count model needs: log likelihood, score and information of coefficients and ln(alpha).

Rows pass through in blocks that fit the cache, on two threads; the sums of the blocks are added in the order of the
rows, so that the threads change nothing. In a block the regressors stand as tiles of few rows: the product of a tile is
too small for the linear algebra library to start threads of its own, which would contend with these.

With m = exp(eta), q = alpha m, r = 1 / (1 + q), s = (y - m) r, gap = (alpha s - ln(1 + alpha s)) / alpha:

    score of eta = s                      information of eta = m (1 + alpha y) r^2, between eta and ln(alpha) = s q r
    score of ln(alpha) = gap + K(y)       information of ln(alpha) = gap + K(y) - T(y) - q r^2 (m - y (2 + q))
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np

from mobility.models.counts import Counts, Pieces, excess, log_ratio, pieces

# A vector of a block stays below 128 KB, above which every temporary costs fresh pages of memory.
BLOCK = 8192
# Most blocks that a thread takes at a time.
GROUP = 4
# Fewer groups than this are done sooner than handed to threads.
WORTH_THREADS = 4
# Rows times columns^2 of a tile: OpenBLAS keeps a product to the calling thread below about 260,000.
TILE_SIZE = 200_000
_EMPTY = np.empty(0)
Part = TypeVar("Part")  # what a block of rows gives


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a block. score : s. gap : see above. weight : information of eta. shared : s q r.

    sums : over the rows, of the log likelihood without C(y), of gap, of gap - q r^2 (m - y (2 + q)), of (y - m)^2 - y
        and of m^2 (the last two for Poisson only). gap and shared are empty for Poisson, and what belongs to the
        information only is where not asked for.
    """

    score: np.ndarray
    sums: np.ndarray
    gap: np.ndarray = field(default_factory=lambda: _EMPTY)
    weight: np.ndarray = field(default_factory=lambda: _EMPTY)
    shared: np.ndarray = field(default_factory=lambda: _EMPTY)


def block_rows(y: np.ndarray, eta: np.ndarray, alpha: float, information: bool) -> Rows:
    """Rows with counts y and linear predictors eta; alpha = 0 is Poisson."""
    m = np.exp(eta)
    if alpha == 0:
        score = y - m
        sums = np.array([_row_likelihood(y, score, m), 0, 0, score @ score - y.sum(), m @ m])
        return Rows(score, sums, weight=m)
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


def _row_likelihood(y: np.ndarray, score: np.ndarray, fitted: np.ndarray) -> float:
    """Sum of y ln(1 - s / y) + s, where `fitted` = y - s."""
    some = np.maximum(y, 1)
    return float(y @ log_ratio(-score / some, fitted / some) + score.sum())


@dataclass(frozen=True, eq=False)
class Point:
    """What holds at one set of parameters: coefficients of standardised columns, then ln(alpha) unless Poisson.

    gradient : p. information, meat (sum of outer products of the scores of rows) : p x p, empty where not asked for.
    overdispersion : Poisson only, sum of (y - m)^2 - y over sum of m^2: the moment estimate of alpha.
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
    """Sums over n rows. X : n x k, the constant first, fastest in column-major order. offset : n, or None.

    centre, scale : of the columns; the coefficients belong to (X - centre) / scale. pool : of threads, or None.
    raw : whether columns are multiplied as they are and the products centred, which is faster.
    """

    X: np.ndarray
    counts: Counts
    offset: np.ndarray | None
    centre: np.ndarray
    scale: np.ndarray
    pool: Executor | None = None
    raw: bool = False
    _buffers: threading.local = field(default_factory=threading.local, repr=False)

    def cross_products(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z'Z (k x k) and Z'target (k) of the standardised columns Z, for target of length n."""

        def block(at: slice) -> tuple[np.ndarray, ...]:
            tiles = self._centred(at)
            return _gram(tiles), _project(tiles, target[at])[:, 0]

        gram, projection = self._sum(block)
        return gram / np.outer(self.scale, self.scale), projection / self.scale

    def evaluate(self, params: np.ndarray, information: bool = True, meat: bool = False) -> Point:
        """The point at params: k coefficients (Poisson), or k coefficients and ln(alpha)."""
        k = len(self.scale)
        alpha = self._alpha(params)
        part = pieces(self.counts.values, alpha)
        coefficients = self._transformation @ params[:k]

        def block(at: slice) -> list[np.ndarray]:
            tiles = self._tiles(at)
            rows = block_rows(self.counts.y[at], self._predictor(tiles, at, coefficients), alpha, information)
            found = [rows.sums, _project(tiles, rows.score)]
            if information:
                edge = np.zeros((k, 1)) if alpha == 0 else _project(tiles, rows.shared)
                found += [edge, _gram(self._scaled(tiles, np.sqrt(rows.weight))[:, :k])]
            if meat:
                own = part.slope[self.counts.codes[at]]
                own = own if alpha == 0 else own + rows.gap
                found.append(_gram(self._scaled(self._tiles(at), rows.score, own)))
            return found

        found = list(self._sum(block))
        outer = found.pop() if meat else _EMPTY
        return self._point(params, part, found, outer)

    def scores(self, params: np.ndarray) -> np.ndarray:
        """Scores of eta and of ln(alpha) of each row, n x 2."""
        k = len(self.scale)
        alpha = self._alpha(params)
        slope = pieces(self.counts.values, alpha).slope
        coefficients = self._transformation @ params[:k]

        def block(at: slice) -> np.ndarray:
            eta = self._predictor(self._tiles(at), at, coefficients)
            rows = block_rows(self.counts.y[at], eta, alpha, False)
            own = slope[self.counts.codes[at]]
            return np.column_stack([rows.score, own if alpha == 0 else own + rows.gap])

        return np.concatenate(list(_each(block, len(self.X), k, self.pool)))

    def _alpha(self, params: np.ndarray) -> float:
        return 0.0 if len(params) == len(self.scale) else float(np.exp(params[-1]))

    def _point(self, params: np.ndarray, part: Pieces, found: list[np.ndarray], outer: np.ndarray) -> Point:
        """The point from the sums of the blocks (of rows, scores, shared information, information)."""
        frequency, p = self.counts.frequency, len(params)
        sums, projected = found[:2]
        slope, curvature = frequency @ part.slope, frequency @ part.curvature
        T = np.eye(len(self.scale) + 1)
        T[:-1, :-1] = self._transformation
        gradient = T.T @ np.append(projected, sums[1] + slope)
        gram = _EMPTY
        if len(found) > 2:
            edge, gram = found[2:]
            gram = _turned(np.block([[gram, edge], [edge.T, sums[2] + slope - curvature]]), T)[:p, :p]
        if outer.size:
            outer = _turned(outer, T)[:p, :p]
        overdispersion = float(sums[3] / sums[4]) if sums[4] > 0 else np.nan
        likelihood = float(sums[0] + frequency @ part.saturated)
        return Point(params, likelihood, gradient[:p], gram, outer, overdispersion)

    def _predictor(self, tiles: np.ndarray, at: slice, coefficients: np.ndarray) -> np.ndarray:
        eta = np.matmul(coefficients, tiles).reshape(-1)
        return eta if self.offset is None else eta + self.offset[at]

    @cached_property
    def _transformation(self) -> np.ndarray:
        """T, k x k: coefficients b of the standardised columns are coefficients T b of the columns of the tiles."""
        T = np.diag(1 / self.scale)
        if self.raw:
            T[0, 1:] = -self.centre[1:] / self.scale[1:]
        return T

    def _tiles(self, at: slice) -> np.ndarray:
        """Regressors of a block as tiles x k x rows, centred or raw."""
        return _as_tiles(self.X, at) if self.raw else self._centred(at)

    def _centred(self, at: slice) -> np.ndarray:
        """Centred regressors of a block as tiles x k x rows, in this thread's buffer."""
        source = _as_tiles(self.X, at)
        return _by_column(np.subtract, source, self.centre[:, None, None], self._buffer(source)[:, :-1])

    def _scaled(self, tiles: np.ndarray, weight: np.ndarray, last: np.ndarray | None = None) -> np.ndarray:
        """The tiles, each row multiplied by its weight, with one more column `last`, in this thread's buffer."""
        count, _, tile = tiles.shape
        scaled = self._buffer(tiles)
        _by_column(np.multiply, tiles, weight.reshape(1, count, tile), scaled[:, :-1])
        if last is not None:
            scaled[:, -1] = last.reshape(count, tile)
        return scaled

    def _buffer(self, tiles: np.ndarray) -> np.ndarray:
        """This thread's memory for such tiles and one column more."""
        count, k, tile = tiles.shape
        size = count * (k + 1) * tile
        if getattr(self._buffers, "tiles", _EMPTY).size < size:
            self._buffers.tiles = np.empty(size)
        return self._buffers.tiles[:size].reshape(count, k + 1, tile)

    def _sum(self, block: Callable[[slice], Sequence[np.ndarray]]) -> list[np.ndarray]:
        """Sums of the results of the blocks, in the order of the rows."""
        return _add(_each(block, len(self.X), len(self.scale), self.pool))


def tile_rows(k: int) -> int:
    """Rows of a tile with k columns."""
    return max(8, min(256, TILE_SIZE // (k + 1) ** 2))


def blocks(n: int, k: int) -> list[slice]:
    """Slices of n rows, each a whole number of tiles, and the rest shorter than a tile."""
    tile = tile_rows(k)
    size, whole = BLOCK // tile * tile, n // tile * tile
    found = [slice(first, min(first + size, whole)) for first in range(0, whole, size)]
    return [*found, slice(whole, n)] if whole < n else found


def _by_column(work: np.ufunc, tiles: np.ndarray, other: np.ndarray, out: np.ndarray) -> np.ndarray:
    """`out` filled with work(tiles, other), columns outermost: each is read in one run. other : columns first, too."""
    order = (1, 0, 2)
    work(tiles.transpose(order), other, out=out.transpose(order))
    return out


def _turned(matrix: np.ndarray, T: np.ndarray) -> np.ndarray:
    """T' matrix T, symmetric to the last digit as `matrix` is: an inverse would magnify the difference."""
    found = T.T @ matrix @ T
    return (found + found.T) / 2


def _gram(tiles: np.ndarray) -> np.ndarray:
    """Sum over rows of the outer products of the columns."""
    return np.matmul(tiles, tiles.transpose(0, 2, 1)).sum(axis=0)


def _project(tiles: np.ndarray, *vectors: np.ndarray) -> np.ndarray:
    """Cross-products of the columns with vectors, k x vectors."""
    count, _, tile = tiles.shape
    found = [np.matmul(tiles, vector.reshape(count, tile, 1)).sum(axis=0) for vector in vectors]
    return np.concatenate(found, axis=1)


def column_totals(X: np.ndarray, columns: np.ndarray, pool: Executor | None, *vectors: np.ndarray) -> np.ndarray:
    """Sums over rows of some columns times each vector of length n, vectors x columns; X is not copied."""
    if len(X) == 0:
        return np.zeros((len(vectors), len(columns)))

    def block(at: slice) -> tuple[np.ndarray]:
        return (np.array([[X[at, column] @ vector[at] for column in columns] for vector in vectors]),)

    return _add(_each(block, len(X), X.shape[1], pool))[0]


def _each(block: Callable[[slice], Part], n: int, k: int, pool: Executor | None) -> Iterator[Part]:
    """Results of the blocks of n rows in their order. A step too far overflows silently: it is taken back."""

    def run(places: list[slice]) -> list[Part]:
        with np.errstate(all="ignore"):
            return [block(at) for at in places]

    places = blocks(n, k)
    size = max(1, min(GROUP, len(places) // 8))
    groups = [places[first : first + size] for first in range(0, len(places), size)]
    found = map(run, groups) if pool is None or len(groups) < WORTH_THREADS else pool.map(run, groups)
    return chain.from_iterable(found)


def _add(results: Iterable[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Sums of the results, part by part, in their order."""
    return [sum(parts[1:], start=parts[0]) for parts in zip(*results, strict=True)]


def _as_tiles(X: np.ndarray, at: slice) -> np.ndarray:
    """A view of a block of X as tiles x k x rows."""
    rows, k = at.stop - at.start, X.shape[1]
    tile = min(tile_rows(k), rows)
    return X[at].T.reshape(k, rows // tile, tile).transpose(1, 0, 2)
