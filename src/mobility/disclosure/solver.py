"""Linear and integer programmes by HiGHS, the solver within scipy.

`scipy.optimize.milp` looks in Python at every variable of every answer, for multipliers that nobody here asks for: of
programmes of some thousand variables, of which few move, that takes longer than to solve them. So linear ones are
handed to the solver as scipy itself does it. Where a scipy has it at another place, `milp` finds the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

try:
    from scipy.optimize._highspy import _core as highs
except ImportError:  # the place is scipy's own business
    highs = None

PRIMAL = 4  # simplex method that goes on from an answer to other costs, under which it is still allowed
NODES = 2000  # of the search; not seconds, so that every machine finds the same


@dataclass(frozen=True, eq=False)
class Limits:
    """Sums of n variables and the ends between which each lies.

    sums : m x n, of how much of each variable each sum has.
    least, most : m, the ends; infinite for none.
    """

    sums: sparse.csr_matrix
    least: np.ndarray
    most: np.ndarray

    @classmethod
    def of(cls, sums: sparse.spmatrix, least: float | np.ndarray, most: float | np.ndarray) -> "Limits":
        """The same ends for all sums, or one a sum."""
        count = sums.shape[0]
        ends = (np.array(np.broadcast_to(end, count), dtype=float) for end in (least, most))
        return cls(sparse.csr_matrix(sums), *ends)

    def of_columns(self, places: np.ndarray) -> "Limits":
        """The sums of some of the variables."""
        return Limits(self.sums[:, places], self.least, self.most)

    def wider(self, columns: int) -> "Limits":
        """The same with so many variables more, which do not matter to it."""
        sums, (count, size) = self.sums, self.sums.shape
        wide = sparse.csr_matrix((sums.data, sums.indices, sums.indptr), shape=(count, size + columns))
        return Limits(wide, self.least, self.most)


def joined(limits: Sequence[Limits]) -> Limits:
    """All limits of the same variables, in their order."""
    least, most = (np.concatenate([getattr(one, end) for one in limits]) for end in ("least", "most"))
    return Limits(sparse.vstack([one.sums for one in limits], format="csr"), least, most)


def solved(
    cost: np.ndarray,
    limits: Limits,
    low: np.ndarray,
    high: np.ndarray,
    whole: np.ndarray | None = None,
    presolve: bool = True,
    first: bool = False,
) -> np.ndarray | None:
    """Variables between `low` and `high` that keep to the limits at the least cost; None where none are found.

    whole : which of them must be whole; of the search at most `NODES` nodes are looked at, and the `first` answer will
    do where it says so. presolve : whether the solver may simplify a linear programme first.
    """
    if whole is None and highs is not None:
        return _by_highs(cost, limits, low, high, presolve)
    options = {"presolve": presolve} if whole is None else {"node_limit": NODES}
    found = milp(
        cost,
        constraints=LinearConstraint(limits.sums, limits.least, limits.most),
        bounds=Bounds(low, high),
        integrality=None if whole is None else whole.astype(int),
        options=options | ({"mip_rel_gap": 1.0} if first else {}),
    )
    return None if found.x is None else np.asarray(found.x)


@dataclass(frozen=True, eq=False)
class Programme:
    """A linear programme that is solved at one cost after another, each from where the last one ended.

    limits : m sums of the n variables. low, high : n, ends between which each variable lies.
    """

    limits: Limits
    low: np.ndarray
    high: np.ndarray

    def cheapest(self, cost: np.ndarray) -> np.ndarray | None:
        """Variables between `low` and `high` that keep to the limits at the least cost; None where none are found."""
        if highs is None:
            return solved(cost, self.limits, self.low, self.high)
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        found = _answer(self._solver)
        self._solver.setOptionValue("simplex_strategy", PRIMAL)
        return found

    @cached_property
    def _solver(self) -> Any:
        return _solver(np.zeros(len(self.low)), self.limits, self.low, self.high, presolve=True)


def _by_highs(cost: np.ndarray, limits: Limits, low: np.ndarray, high: np.ndarray, presolve: bool) -> np.ndarray | None:
    """A linear programme without the wrapper of scipy."""
    return _answer(_solver(cost, limits, low, high, presolve))


def _solver(cost: np.ndarray, limits: Limits, low: np.ndarray, high: np.ndarray, presolve: bool) -> Any:
    """The solver with a linear programme that it has not begun."""
    options, solver, sums = highs.HighsOptions(), highs._Highs(), limits.sums
    options.log_to_console, options.presolve = False, "on" if presolve else "off"
    solver.passOptions(options)
    by_row, least_cost = int(highs.MatrixFormat.kRowwise), int(highs.ObjSense.kMinimize)
    kind = (len(cost), len(limits.least), sums.nnz, by_row, least_cost, 0.0)
    none_whole = np.zeros(len(cost), dtype=np.int32)
    rows = (limits.least, limits.most, sums.indptr, sums.indices, sums.data)
    solver.passModel(*kind, cost, low, high, *rows, none_whole)
    return solver


def _answer(solver: Any) -> np.ndarray | None:
    solver.run()
    best = solver.getModelStatus() == highs.HighsModelStatus.kOptimal
    return np.array(solver.getSolution().col_value) if best else None
