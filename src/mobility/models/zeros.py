"""Categories without a single event: their coefficient would be minus infinity, so they leave with their rows."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from mobility.models.count_rows import Levels
from mobility.models.count_sums import column_totals
from mobility.models.design import Block, Design
from mobility.models.identify import OTHER_REFERENCE, Dropped, Sample, reference_of, whole


@dataclass(frozen=True, eq=False)
class Totals:
    """Of the used rows: how many, the sum of counts, and by column the sums of x (`ones`) and of x times count.

    Columns that hold more than 0 and 1 are NaN.
    rows, events : of all used rows. ones, hits : k, one a column of the design.
    """

    rows: int
    events: float
    ones: np.ndarray
    hits: np.ndarray


def drop_zero_categories(
    y: np.ndarray, design: Design, levels: Sequence[Levels], pool: Executor | None = None
) -> tuple[Sample, Totals]:
    """The sample without indicators and levels whose rows have only zero counts, and without those rows.

    levels : of all rows of the design, of whose indicators the totals are had at once.

    One after another until none is left, since the rows of one may have gone with another. An indicator is also dropped
    where all rows with x = 0 have zero counts. A sample without any event is left alone.
    """
    sample, binary = whole(design), design.binary
    totals = _totals(y, design, levels, sample, pool)
    while (found := _first(totals, sample, binary)) is not None:
        column, value = found
        gone = sample.rows & (design.X[:, column] == value)
        name, count = design.names[column], int(gone.sum())
        why = (
            f"{name} = {value} has only zero counts; "
            f"{name} dropped and {count} {'row' if count == 1 else 'rows'} not used"
        )
        record = Dropped(name, design.terms[column], "zero_counts", count, why)
        sample = replace(sample, rows=sample.rows & ~gone).without([column], [record])
        totals = _totals(y, design, levels, sample, pool)
    return sample, totals


def _totals(y: np.ndarray, design: Design, levels: Sequence[Levels], sample: Sample, pool: Executor | None) -> Totals:
    used = sample.rows.astype(float)
    counted = y if sample.rows.all() else y * used
    totals = np.full((2, len(design.names)), np.nan)
    for own in levels:
        totals[:, own.columns] = own.totals([used, counted])
    totals[:, ~design.binary] = np.nan
    others = np.flatnonzero(design.binary & np.isnan(totals[0]))
    totals[:, others] = column_totals(design.X, others, pool, used, counted)
    return Totals(int(sample.rows.sum()), float(counted.sum()), *totals)


def _first(totals: Totals, sample: Sample, binary: np.ndarray) -> tuple[int, int] | None:
    """(column, value of x) of the first column with only zero counts at a value, None where there is none."""
    if totals.events == 0:
        return None
    for column in sample.columns[binary[sample.columns]]:
        ones, hits = totals.ones[column], totals.hits[column]
        for value, rows, events in ((1, ones, hits), (0, totals.rows - ones, totals.events - hits)):
            if rows not in (0, totals.rows) and events == 0:
                return int(column), value
    return None


def why_no_counts(y: np.ndarray, totals: Totals, design: Design, sample: Sample) -> str:
    """Why nothing can be estimated from the sample, empty where something can.

    No rows; the same count in all of them; a factor whose reference level has no rows or only zero counts.
    """
    if totals.rows == 0:
        return "no rows: there are no complete cases"
    used = y if sample.rows.all() else y[sample.rows]
    if used.min() == used.max():
        after = " after categories with only zero counts were dropped" if totals.rows < len(y) else ""
        return f"the count is {used[0]:g} in all {totals.rows} rows{after}"
    factors = [block for block in design.blocks.values() if block.kind == "factor" and len(block.columns)]
    problems = (_reference_problem(totals, sample, block) for block in factors)
    return next((problem for problem in problems if problem), "")


def _reference_problem(totals: Totals, sample: Sample, block: Block) -> str:
    columns = list(block.columns)
    if not np.isin(columns, sample.columns).any():
        return ""
    rows = totals.rows - totals.ones[columns].sum()
    who = reference_of(block)
    if rows == 0:
        return f"{who} has no rows; {OTHER_REFERENCE}"
    if totals.events == totals.hits[columns].sum():
        return f"{who} has only zero counts ({rows:.0f} rows); {OTHER_REFERENCE}"
    return ""
