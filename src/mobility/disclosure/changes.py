"""Linear and integer programmes over changes of numbers, begun where nothing changes."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

NODES = 2000  # of the search; not seconds, so that every machine finds the same
NOTHING = 1e-6


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


def wider(limit: LinearConstraint, columns: int) -> LinearConstraint:
    """A constraint of more variables, which do not matter to it."""
    more = sparse.csr_matrix((limit.A.shape[0], columns))
    return LinearConstraint(sparse.hstack([limit.A, more], format="csr"), limit.lb, limit.ub)
