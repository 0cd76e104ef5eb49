"""Pay and hours of every cell, raked to their targets in the order of the report (C.8.2)."""

from collections.abc import Mapping

import numpy as np

from mobility.lmi.dimensions import NAMES, Dimension
from mobility.lmi.targets import AXES
from mobility.models.raking import Axes, Raked, Target, rake

ORDER = ("industry", "occupation", "qualification")  # of the sets of targets, as printed
EMPLOYEES = 2  # the first two of the three kinds of status


def axes_of(dimensions: Mapping[str, Dimension], without: tuple[str, ...] = ()) -> Axes:
    """Axes of an array of employees, labelled with the codes."""
    names = tuple(name for name in NAMES if name not in without)
    labels = {name: dimensions[name].codes for name in names}
    return Axes(names, {**labels, "status": dimensions["status"].codes[:EMPLOYEES]})


def rake_bills(
    bills: np.ndarray, targets: Mapping[str, np.ndarray], dimensions: Mapping[str, Dimension], what: str
) -> Raked:
    """Bills of cells raked to sets of targets, industry by region, gender and status first, then occupation, then
    qualification.

    Parameters
    ----------
    bills : axes as in `dimensions`, status of employees only; without qualification where there is no target of it.
        Used up: the raked ones stand in its memory.
    targets : by set, k x region x gender x status. what : of what the bills are, for messages.

    Raises
    ------
    DataError
        As `models.raking.rake`: targets that contradict each other or the zeros, with both totals and the cell.
    """
    axes = axes_of(dimensions, () if "qualification" in targets else ("qualification",))
    sets = []
    for name in (name for name in ORDER if name in targets):
        own = tuple(axis for axis in axes.names if axis in (name, *AXES))
        # Qualification comes after region, gender and status in the arrays.
        values = np.moveaxis(targets[name], 0, own.index(name))
        sets.append(Target(f"{what} by {name}, region, gender and status", own, values))
    return rake(bills, axes, sets, copy=False)


def per_job(bills: np.ndarray, jobs: np.ndarray, kind: str = "float64") -> np.ndarray:
    """Bills over jobs, NaN where there are no jobs or no bill; of this kind of number."""
    there = (jobs > 0) & (bills > 0)
    return np.divide(bills, jobs, out=np.full(bills.shape, np.nan, dtype=kind), where=there, casting="same_kind")
