"""Where the search for the maximum of a layer model begins, and the highest that is found."""

from dataclasses import replace

import numpy as np

from mobility.models.layer_solve import Margins, Point, Problem, climb, log_likelihood


def best_of_starts(problem: Problem) -> tuple[Point, Problem, float]:
    """The highest maximum that the starts lead to, and the deviance of another one above it (NaN for none)."""
    constant = replace(problem, free=np.zeros_like(problem.free))
    start = climb(constant, _independence(problem))
    if not problem.free.any():
        return start, problem, np.nan
    found = [climb(problem, replace(start, steps=0)), climb(problem, _by_layer(problem))]
    heights = [log_likelihood(problem, point.predictor(problem))[0] for point in found]
    best = int(
        np.argmax([height if point.settled else height - 1e-3 for point, height in zip(found, heights, strict=True)])
    )
    apart = 2 * (heights[best] - heights[1 - best])
    other = apart if found[1 - best].settled and apart > 1e-6 * problem.counts.sum() ** 0.5 else np.nan
    return found[best], problem, other


def _independence(problem: Problem) -> Point:
    """Margins of conditional independence as if every cell were there."""
    counts = problem.counts
    size = np.log(np.maximum(counts.sum(axis=(1, 2)), 1e-300))[:, None]
    a, b = (np.log(np.where(side > 0, side, 1)) for side in (counts.sum(axis=2), counts.sum(axis=1)))
    return Point(a, b - size, np.zeros(problem.columns.shape[2]), np.ones(len(counts)))


def _by_layer(problem: Problem) -> Point:
    """A start from the logarithms of each layer's counts: the pattern that they share most, at each layer's strength.

    It knows layers whose association runs the other way, which the constant association does not.
    """
    counts, there = problem.counts, problem.there
    ln = np.where(there, np.log(counts + 0.5), 0.0)
    flat = Margins(there.astype("float64"), problem)
    a, b = flat.solve(ln.sum(axis=2), ln.sum(axis=1))
    left = np.where(there, ln - a[:, :, None] - b[:, None, :], 0.0).reshape(len(ln), -1)
    pattern = np.linalg.svd(left * np.sqrt(counts.sum(axis=(1, 2)))[:, None], full_matrices=False)[2][0]
    strength = left @ pattern
    fixed = int(np.flatnonzero(~problem.free)[np.argmax(counts.sum(axis=(1, 2))[~problem.free])])
    if abs(strength[fixed]) < 1e-6 * np.abs(strength).max():
        return _independence(problem)
    beta = np.where(problem.free, strength / strength[fixed], 1.0)
    theta = np.linalg.lstsq(centred(problem.columns, there)[0], pattern * strength[fixed], rcond=None)[0]
    return _with_margins(problem, replace(_independence(problem), theta=theta, beta=beta))


def _with_margins(problem: Problem, point: Point, rounds: int = 20) -> Point:
    """The point with margins near those of the counts, fitted in turns."""
    a, b = point.a, point.b
    rows, columns = problem.counts.sum(axis=2), problem.counts.sum(axis=1)
    effect = np.where(problem.there, point.beta[:, None, None] * (problem.columns @ point.theta), -np.inf)
    shape = np.exp(np.clip(effect - np.where(np.isfinite(effect), effect, 0).max(), -50, 0)) * problem.there
    b = np.zeros_like(b)
    for _ in range(rounds):
        across = (shape * np.exp(b)[:, None, :]).sum(axis=2)
        a = np.log(np.where(rows > 0, rows, 1) / np.where(across > 0, across, 1))
        down = (shape * np.exp(a)[:, :, None]).sum(axis=1)
        b = np.log(np.where(columns > 0, columns, 1) / np.where(down > 0, down, 1))
    top = np.where(np.isfinite(effect), effect, 0).max()
    return replace(point, a=a - top, b=b)


def centred(columns: np.ndarray, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns (I x J x q) less what row and column effects hold over the cells that any layer has, as IJ x q.

    Beside them these cells, I x J.
    """
    seen = np.asarray(there.any(axis=0))
    rows, across = seen.shape
    Z = columns.reshape(rows * across, columns.shape[2]) * seen.reshape(-1, 1)
    effects = np.hstack([np.repeat(np.eye(rows), across, axis=0), np.tile(np.eye(across), (rows, 1))])
    effects = effects * seen.reshape(-1, 1)
    return Z - effects @ (np.linalg.pinv(effects) @ Z), seen
