"""Newton steps for a log-multiplicative layer model of counts, the margins of every layer eliminated.

    ln F_kij = a_ki + b_kj + beta_k X_ij        X = sum_m theta_m Z_m

The information of (a_k, b_k) is that of a two-way table, so it is solved layer by layer and only (theta, beta) is left:
a system as large as the pattern and the number of layers, whatever the number of cells.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

# Newton decrement (squared distance to the maximum in standard errors) after whose step nothing is left to gain.
ENOUGH = 1e-12
ITERATIONS = 200
HALVINGS = 30
# Log of a fitted count at which a cell counts as 0, and the largest change of one in a step.
FLOOR, LARGEST = -690.0, 8.0


@dataclass(frozen=True, eq=False)
class Problem:
    """What is fitted. counts : K x I x J, 0 outside `there`, which is True for the cells of the model.

    columns : Z, I x J x q. free : True for the layers whose beta is estimated, length K.
    """

    counts: np.ndarray
    there: np.ndarray
    columns: np.ndarray
    free: np.ndarray

    @cached_property
    def idle(self) -> np.ndarray:
        """Projectors on what the column effects of each layer leave undetermined, K x J x J; from the pattern of cells.

        One direction (the constant) where rows and columns are connected, more where they fall into parts.
        """
        size, vectors = np.linalg.eigh(_schur(self.there.astype("float64")))
        null = vectors * (size < 1e-9)[:, None, :]
        return np.asarray(null @ null.transpose(0, 2, 1))

    @cached_property
    def margins(self) -> np.ndarray:
        """Number of margin effects that each layer identifies, length K."""
        rows = self.there.any(axis=2).sum(axis=1)
        columns = self.there.any(axis=1).sum(axis=1)
        empty = self.there.shape[2] - columns
        parts = np.round(np.trace(self.idle, axis1=1, axis2=2)).astype(int) - empty
        return np.asarray(rows + columns - parts)


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters: a (K x I), b (K x J), theta (q), beta (K); how they were reached.

    steps : Newton steps so far. decrement : of the last. gradient : largest score over the root of its information.
    settled : whether no step can raise the likelihood any more.
    """

    a: np.ndarray
    b: np.ndarray
    theta: np.ndarray
    beta: np.ndarray
    steps: int = 0
    decrement: float = np.inf
    gradient: float = np.inf
    settled: bool = False

    def predictor(self, problem: Problem) -> np.ndarray:
        """ln F, K x I x J."""
        X = problem.columns @ self.theta
        return np.asarray(self.a[:, :, None] + self.b[:, None, :] + self.beta[:, None, None] * X)


def _schur(F: np.ndarray) -> np.ndarray:
    """Information of the column effects once the row effects are gone, K x J x J."""
    rows = F.sum(axis=2)
    share = F / np.where(rows > 0, rows, 1)[:, :, None]
    found = -F.transpose(0, 2, 1) @ share
    places = np.arange(F.shape[2])
    found[:, places, places] += F.sum(axis=1)
    return np.asarray(found)


class Margins:
    """The margin effects of every layer at fitted counts F, solved for at once."""

    def __init__(self, F: np.ndarray, problem: Problem) -> None:
        rows = F.sum(axis=2)
        self.F, self.inverse_rows = F, 1 / np.where(rows > 0, rows, np.inf)
        scale = F.sum(axis=(1, 2)) / F.shape[2]
        schur = _schur(F) + np.where(scale > 0, scale, 1)[:, None, None] * problem.idle
        # A fitted 0 takes the diagonal to 0; the ridge is far below what a count of one gives.
        schur[:, np.arange(F.shape[2]), np.arange(F.shape[2])] += 1e-13 * np.where(scale > 0, scale, 1)[:, None]
        self.root = np.linalg.inv(np.linalg.cholesky(schur))

    def solve(self, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Effects (K x I, K x J) whose weighted sums over the cells are these."""
        left = columns - np.einsum("kij,ki->kj", self.F, rows * self.inverse_rows)
        b = np.einsum("kji,kj->ki", self.root, np.einsum("kij,kj->ki", self.root, left))
        a = self.inverse_rows * (rows - np.einsum("kij,kj->ki", self.F, b))
        return a, b

    def lost(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Factors U (K x I x q), V (K x J x q): what the margins take of Z'WZ in a layer is U'U + V'V."""
        weighted = self.F[..., None] * columns
        rows, down = weighted.sum(axis=2), weighted.sum(axis=1)
        U = np.sqrt(self.inverse_rows)[..., None] * rows
        left = down - self.F.transpose(0, 2, 1) @ (self.inverse_rows[..., None] * rows)
        return U, np.asarray(self.root @ left)


def information(problem: Problem, point: Point, F: np.ndarray, margins: Margins) -> np.ndarray:
    """Expected information of (theta, free beta) once the margins are gone."""
    Z, beta, free = problem.columns, point.beta, problem.free
    q, K = Z.shape[2], int(free.sum())
    flat = Z.reshape(F[0].size, q)
    U, V = margins.lost(Z)
    scaled = [(beta[:, None, None] * part).reshape(part.shape[0] * part.shape[1], q) for part in (U, V)]
    pooled = np.tensordot(beta**2, F, axes=1).reshape(-1)
    found = np.zeros((q + K, q + K))
    found[:q, :q] = flat.T @ (pooled[:, None] * flat) - sum(part.T @ part for part in scaled)
    if not K:
        return found
    # What X = Z theta has in common with each column, by layer.
    X = Z @ point.theta
    shared = np.tensordot(F * X, Z, axes=([1, 2], [0, 1]))
    shared = shared - sum(np.einsum("kmq,km->kq", part, part @ point.theta) for part in (U, V))
    found[:q, q:] = (beta[:, None] * shared)[free].T
    found[q:, :q] = found[:q, q:].T
    found[q + np.arange(K), q + np.arange(K)] = shared[free] @ point.theta
    return found


def log_likelihood(problem: Problem, predictor: np.ndarray) -> tuple[float, np.ndarray]:
    """Poisson log likelihood without its constant, and the fitted counts K x I x J."""
    F = np.where(problem.there, np.exp(np.clip(predictor, FLOOR, -FLOOR)), 0.0)
    return float((problem.counts * np.where(problem.there, predictor, 0.0)).sum() - F.sum()), F


def climb(problem: Problem, start: Point, iterations: int = ITERATIONS) -> Point:
    """To the maximum of the likelihood from `start`: Newton steps, halved where they do not raise it.

    The observed information is taken where it is positive definite, else the expected one, whose steps always rise.
    """
    point = replace(start, settled=False)
    value, F = log_likelihood(problem, point.predictor(problem))
    for _ in range(iterations):
        step, decrement, gradient = _step(problem, point, F)
        point = replace(point, steps=point.steps + 1, decrement=decrement, gradient=gradient)
        found = _risen(problem, point, step, value)
        if found is None:
            return replace(point, settled=decrement < 1e-6)
        point, value, F = found
        if decrement < ENOUGH:
            return replace(point, settled=True)
    return point


def _risen(
    problem: Problem, point: Point, step: tuple[np.ndarray, ...], value: float
) -> tuple[Point, float, np.ndarray] | None:
    """The point after the step or a part of it, with its likelihood and fitted counts; None where no part rises."""
    a, b, theta, beta = step
    near = 1e-12 * (abs(value) + problem.counts.sum())
    before, size = point.predictor(problem), 1.0
    for _ in range(HALVINGS):
        moved = replace(
            point,
            a=point.a + size * a,
            b=point.b + size * b,
            theta=point.theta + size * theta,
            beta=point.beta + size * beta,
        )
        predictor = moved.predictor(problem)
        if np.abs((predictor - before)[problem.there]).max(initial=0) <= LARGEST:
            found, F = log_likelihood(problem, predictor)
            if found >= value - near:
                return moved, found, F
        size /= 2
    return None


def _step(problem: Problem, point: Point, F: np.ndarray) -> tuple[tuple[np.ndarray, ...], float, float]:
    """The Newton step of every parameter, its decrement, and the largest score over the root of its information."""
    Z, free, beta = problem.columns, problem.free, point.beta
    q = Z.shape[2]
    residual = problem.counts - F
    X = Z @ point.theta
    margins = Margins(F, problem)
    rows, columns = residual.sum(axis=2), residual.sum(axis=1)
    own_a, own_b = margins.solve(rows, columns)
    left = residual - F * (own_a[:, :, None] + own_b[:, None, :])
    score = np.concatenate(
        [np.tensordot(np.tensordot(beta, left, axes=1), Z, axes=2), np.tensordot(left, X, axes=2)[free]]
    )
    expected = information(problem, point, F, margins)
    observed = expected.copy()
    crossed = np.tensordot(residual[free], Z, axes=([1, 2], [0, 1]))
    observed[:q, q:] -= crossed.T
    observed[q:, :q] -= crossed
    change = _solved(observed, expected, score)
    moved = np.zeros(len(beta))
    moved[free] = change[q:]
    cells = beta[:, None, None] * (Z @ change[:q]) + moved[:, None, None] * X
    a, b = margins.solve(rows - (F * cells).sum(axis=2), columns - (F * cells).sum(axis=1))
    decrement = float(score @ change + (rows * own_a).sum() + (columns * own_b).sum())
    sizes = [(score, np.diag(expected)), (rows, F.sum(axis=2)), (columns, F.sum(axis=1))]
    gradient = max((np.abs(part) / np.sqrt(np.where(size > 0, size, 1))).max(initial=0) for part, size in sizes)
    return (a, b, change[:q], moved), abs(decrement), float(gradient)


def _solved(observed: np.ndarray, expected: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Newton's step by the first of the two that is positive definite, by the least-squares one where neither is."""
    for matrix in (observed, expected):
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            continue
        return np.asarray(np.linalg.solve(matrix, score))
    return np.asarray(np.linalg.lstsq(expected, score, rcond=1e-12)[0])
