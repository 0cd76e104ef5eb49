"""Where the search for the maximum of a layer model begins, and the highest that is found."""

from dataclasses import replace

import numpy as np

from mobility.models.layer_solve import ITERATIONS, Margins, Point, Problem, climb, log_likelihood

TURNS = 4  # parts of the search, between which another layer may be held at 1


def best_of_starts(problem: Problem, held: int) -> tuple[Point, Problem, float]:
    """The highest maximum that two starts lead to, of a problem whose layer `held` is the one at 1.

    Beside it the problem as it was solved in the end (another layer may be at 1), and how much higher the deviance of
    another maximum is that the other start led to (NaN for none).
    """
    constant = replace(problem, free=np.zeros_like(problem.free))
    start = climb(constant, _independence(problem))
    if not problem.free.any():
        return start, problem, np.nan
    starts = (replace(start, steps=0), _by_layer(problem, held))
    found = [_climb_by_turns(problem, one, held) for one in starts]
    heights = [log_likelihood(own, point.predictor(own))[0] for point, own in found]
    best = int(heights[1] > heights[0] + 1e-9 * problem.counts.sum())
    apart = 2 * (heights[best] - heights[1 - best])
    another = found[1 - best][0].settled and apart > 1e-6 * problem.counts.sum() ** 0.5
    return *found[best], float(apart) if another else np.nan


def _climb_by_turns(problem: Problem, start: Point, held: int) -> tuple[Point, Problem]:
    """The maximum from a start, the layer that is held at 1 changed where its own strength turns out to be near 0.

    There X would have to vanish while every other strength grows without end.
    """
    point, known = start, problem.free | (np.arange(len(problem.free)) == held)
    for _ in range(TURNS):
        point = climb(problem, point, ITERATIONS // TURNS)
        if point.settled:
            break
        strongest = int(np.argmax(np.abs(point.beta) * np.sqrt(problem.counts.sum(axis=(1, 2))) * known))
        problem = replace(problem, free=known & (np.arange(len(known)) != strongest))
        scale = point.beta[strongest]
        point = replace(point, theta=point.theta * scale, beta=np.where(known, point.beta / scale, 1.0))
    return point, problem


def _independence(problem: Problem) -> Point:
    """Margins of conditional independence as if every cell were there."""
    counts = problem.counts
    size = np.log(np.maximum(counts.sum(axis=(1, 2)), 1e-300))[:, None]
    a, b = (np.log(np.where(side > 0, side, 1)) for side in (counts.sum(axis=2), counts.sum(axis=1)))
    return Point(a, b - size, np.zeros(problem.columns.shape[2]), np.ones(len(counts)))


def _by_layer(problem: Problem, held: int) -> Point:
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
    if abs(strength[held]) < 1e-6 * np.abs(strength).max():
        return _independence(problem)
    beta = np.where(problem.free, strength / strength[held], 1.0)
    theta = np.linalg.lstsq(centred(problem.columns, there)[0], pattern * strength[held], rcond=None)[0]
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
