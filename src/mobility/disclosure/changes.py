"""Linear and integer programmes over changes of numbers, begun where nothing changes."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

NODES = 2000  # of the search; not seconds, so that every machine finds the same
NOTHING = 1e-6
DRAWS = 3  # linear programmes among whose changes whole ones are sought
SLIGHT = 1e-3  # what a change costs there besides, so that each programme finds others


def cheapest_change(
    limits: Sequence[LinearConstraint],
    low: np.ndarray,
    high: np.ndarray,
    cost: np.ndarray,
    either: np.ndarray | None = None,
    whole: np.ndarray | None = None,
) -> np.ndarray | None:
    """Changes between `low` <= 0 and `high` >= 0 that keep to the limits, of the least cost; None where none is found.

    A change of both signs is two variables, a rise and a fall. So the solver begins with no change, which breaks
    nothing but what is asked of the sums; from the ends of the ranges, or after its presolve, it takes fifty times as
    many steps.

    Parameters
    ----------
    cost : of each change, by 1 upwards. either : of every change by 1 besides, in either direction.
    whole : which changes must be whole; an integer programme, of which the first answer will do where only `either`
        costs anything.
    """
    falls, either = np.flatnonzero(low < 0), np.zeros(len(low)) if either is None else either
    rows = sparse.vstack([limit.A for limit in limits], format="csc")
    ends = [np.concatenate([np.broadcast_to(end, limit.A.shape[0]) for limit, end in zip(limits, side, strict=True)])
            for side in ([limit.lb for limit in limits], [limit.ub for limit in limits])]  # fmt: skip
    options: dict[str, float] = {"presolve": False}
    if whole is not None:
        options = {"node_limit": NODES} | ({} if cost.any() else {"mip_rel_gap": 1.0})
    found = milp(
        np.concatenate([cost + either, (either - cost)[falls]]),
        constraints=LinearConstraint(sparse.hstack([rows, -rows[:, falls]], format="csr"), *ends),
        bounds=Bounds(0, np.concatenate([high, -low[falls]])),
        integrality=None if whole is None else np.concatenate([whole, whole[falls]]).astype(int),
        options=options,
    )
    if found.x is None:
        return None
    change = found.x[: len(low)].copy()
    change[falls] -= found.x[len(low) :]
    return change


def whole_change(
    limits: Sequence[LinearConstraint],
    low: np.ndarray,
    high: np.ndarray,
    cost: np.ndarray,
    either: np.ndarray | None,
    whole: np.ndarray,
    thorough: bool = True,
) -> np.ndarray | None:
    """The same where some changes (`whole`) must be whole: cheap ones, not always the cheapest.

    The linear programme comes first: where its answer is whole already, it is that of the integer programme. Else whole
    ones are sought among the variables that it changes, and those that it changes at slightly other costs: some tens in
    place of a thousand, so that the search takes a hundredth of the time. Where it is to be `thorough`, among all last.
    """
    draws, moved = np.random.default_rng(0), np.zeros(len(low), dtype=bool)
    for draw in range(DRAWS if thorough else 1):
        other = either if draw == 0 else draws.uniform(1, 2, len(low)) * (SLIGHT if cost.any() else 1)
        change = cheapest_change(limits, low, high, cost, other)
        if change is None:
            return None
        moved |= np.abs(change) > NOTHING
        near = np.where(whole, np.rint(change), change)
        if np.abs(near - change).max() < NOTHING:
            return near
        some = [LinearConstraint(limit.A.tocsc()[:, moved], limit.lb, limit.ub) for limit in limits]
        own = None if other is None else other[moved]
        found = cheapest_change(some, low[moved], high[moved], cost[moved], own, whole[moved])
        if found is not None:
            return _whole_ones(found, moved, whole)
    found = cheapest_change(limits, low, high, cost, either, whole) if thorough else None
    return None if found is None else _whole_ones(found, np.ones(len(low), dtype=bool), whole)


def _whole_ones(found: np.ndarray, moved: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Changes of all variables from those of some, without the solver's inexactness."""
    change = np.zeros(len(moved))
    change[moved] = np.where(whole[moved], np.rint(found), found)
    return change


def wider(limit: LinearConstraint, columns: int) -> LinearConstraint:
    """A constraint of more variables, which do not matter to it."""
    more = sparse.csr_matrix((limit.A.shape[0], columns))
    return LinearConstraint(sparse.hstack([limit.A, more], format="csr"), limit.lb, limit.ub)
